//! What the crate promises.

mod memory_source;
