//! What the crate promises.
#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]
#![cfg(not(target_arch = "wasm32"))]

mod examples;
mod layout;
mod memory;
mod oracle;
mod overviews;
mod refusals;
mod support;
#[cfg(feature = "parallel")]
mod threads;
