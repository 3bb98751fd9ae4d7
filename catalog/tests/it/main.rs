//! What a catalog promises.
#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod measure;
mod measured;
mod memory;
mod sqlite;
