//! What hostile input must not do, in an ordinary test run.
#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod any_bytes;
mod arrival;
mod claims;
mod measure;
mod mutations;
mod nesting;
mod replay;
mod shared;
