//! What the crate promises.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod memory_source;
