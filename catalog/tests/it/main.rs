//! What a catalog promises.

mod memory;
mod sqlite;
