//! What hostile input must not do, in an ordinary test run.

mod any_bytes;
mod arrival;
mod claims;
mod measure;
mod mutations;
mod nesting;
mod replay;
mod shared;
