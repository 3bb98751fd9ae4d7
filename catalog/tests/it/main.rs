//! What a catalog promises.

#[cfg(feature = "testkit")]
mod memory;
#[cfg(all(feature = "sqlite", feature = "testkit"))]
mod sqlite;
