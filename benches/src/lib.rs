//! What the benchmarks share: sample COGs, made by the project itself, and a
//! server of byte ranges on the loopback interface.
//!
//! ```sh
//! cargo bench -p benches --bench tile              # one bench
//! cargo xtask compare                              # the same tiles through rio-tiler
//! ```
#![forbid(unsafe_code)]

mod range_server;
mod samples;

pub use range_server::RangeServer;
pub use samples::{Sample, cog, samples};
