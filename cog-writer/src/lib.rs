//! Writes Cloud Optimized GeoTIFFs.
//!
//! ```text
//!   rows ──► strip of blocks ──► compress ──► spill ─┐
//!     │                                             ├─► header, directories, data
//!     └► half size ──► strip ──► compress ──► spill ─┘   smallest overview first
//! ```
//!
//! Rows go in from the top, as they come. Every level of the pyramid holds one
//! strip of blocks, computes the next level's rows while it fills, and spills
//! its compressed blocks; [`CogWriter::finish`] then writes the file front to
//! back, so the output needs no seeking and may be a socket. Memory is bounded
//! by two strips of blocks plus 16 bytes per block, whatever the height.
//!
//! The files follow the layout of GDAL's COG driver: ghost area, block leaders
//! and trailers, masks interleaved with imagery, directories before data.
//!
//! # Example
//!
//! ```
//! use cog_raster::{Raster, RasterInfo, SampleType, Samples};
//! use cog_writer::{CogWriter, MemorySpill, WriteOptions};
//!
//! let info = RasterInfo::new(SampleType::U8, 1, 300, 200);
//! let mut writer = CogWriter::new(&info, &WriteOptions::default(), MemorySpill::default())?;
//! for _ in 0..200 {
//!     writer.push_rows(&Raster::new(1, 1, 300, Samples::U8(vec![7; 300])).unwrap())?;
//! }
//! let mut file = Vec::new();
//! let summary = writer.finish(&mut file)?;
//! assert_eq!(summary.bytes, file.len() as u64);
//! # Ok::<(), cog_writer::Error>(())
//! ```
//!
//! # Features
//!
//! - `parallel`: compress the blocks of a row on rayon's current pool.
//!
//! Without features the crate has no runtime and builds for `wasm32-unknown-unknown`.
//!
//! # Limits
//!
//! One block size for all levels; chunky (pixel-interleaved) files only; masks
//! per band are refused, masks per dataset and alpha bands are written.
#![forbid(unsafe_code)]

mod directory;
mod error;
mod file;
mod level;
mod metadata;
mod options;
mod pyramid;
mod reduce;
mod spill;
mod taps;
mod writer;

pub use error::Error;
pub use options::{BlockCompression, OverviewResampling, Overviews, PredictorChoice, WriteOptions};
pub use spill::{MemorySpill, Spill};
pub use writer::{CogWriter, Summary, write_cog};
