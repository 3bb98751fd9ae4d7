//! What the benchmarks share: sample COGs, made by the project itself, and a
//! server of byte ranges on the loopback interface.
//!
//! ```sh
//! cargo bench -p benches --bench tile              # one bench
//! cargo xtask compare                              # the same tiles through rio-tiler
//! cargo xtask compare decode                       # whole files through GDAL
//! ```
#![forbid(unsafe_code)]

mod clock;
mod range_server;
mod samples;
mod scene;

pub use clock::cpu_seconds;
pub use range_server::RangeServer;
pub use samples::{Sample, cog, samples};
pub use scene::{SCENE_SIDE, Scene};
