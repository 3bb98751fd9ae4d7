//! What a catalog promises.
#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod alike;
mod contract;
mod measure;
mod measured;
mod memory;
mod migrate;
mod outage;
mod places;
mod remote;
mod sqlite;
mod terracotta;
