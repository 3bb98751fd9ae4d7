//! Promises of `cog-render`, a file each.
#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod algorithms;
#[cfg(not(target_arch = "wasm32"))]
mod colors;
mod control_points;
#[cfg(not(target_arch = "wasm32"))]
mod examples;
mod expression_model;
mod expressions;
#[cfg(not(target_arch = "wasm32"))]
mod formats;
#[cfg(not(target_arch = "wasm32"))]
mod npz;
#[cfg(not(target_arch = "wasm32"))]
mod oracle;
#[cfg(not(target_arch = "wasm32"))]
mod parts;
mod pictures;
#[cfg(not(target_arch = "wasm32"))]
mod placed;
mod plain_model;
mod refusals;
mod shapes;
#[cfg(not(target_arch = "wasm32"))]
mod terracotta;
#[cfg(not(target_arch = "wasm32"))]
mod tiles;
mod two_step;
mod warp;
#[cfg(not(target_arch = "wasm32"))]
mod warped;
mod warped_source;
