//! Promises of `stac-item`, a file each.
#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

#[cfg(not(target_arch = "wasm32"))]
mod create;
mod items;
#[cfg(not(target_arch = "wasm32"))]
mod python;
#[cfg(not(target_arch = "wasm32"))]
mod reader;
mod strangers;
