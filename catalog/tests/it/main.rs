//! What a catalog promises.
#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod contract;
mod measure;
mod measured;
mod memory;
mod outage;
mod places;
mod sqlite;
mod terracotta;
