//! What the crate promises.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

#[cfg(all(feature = "object_store", not(target_arch = "wasm32")))]
mod economy;
#[cfg(all(feature = "object_store", not(target_arch = "wasm32")))]
mod examples;
#[cfg(not(target_arch = "wasm32"))]
mod fixtures;
mod hostile;
mod info;
#[cfg(not(target_arch = "wasm32"))]
mod matrix;
#[cfg(not(target_arch = "wasm32"))]
mod odd;
#[cfg(not(target_arch = "wasm32"))]
mod readme;
mod requests;
mod sharing;
mod sidecars;
#[cfg(all(feature = "object_store", not(target_arch = "wasm32")))]
mod stores;
mod structure;
mod support;
mod validate;
#[cfg(not(target_arch = "wasm32"))]
mod wild;
