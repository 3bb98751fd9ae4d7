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
//! by two strips of blocks plus 16 bytes per block, whatever the height; a strip is
//! as wide as the raster, so it grows with width, bands and block size.
//!
//! [`write_cog`] does that for a whole [`RasterSource`](cog_raster::RasterSource), [`Selected`] for a part of one.
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
//! - `parallel`: compress the blocks of a row and compute overviews on rayon's current pool, and read meanwhile.
//!
//! Without features the crate has no runtime and builds for `wasm32-unknown-unknown`.
//!
//! # Limits
//!
//! One block size for all levels; chunky (pixel-interleaved) files only; masks
//! per band are refused, masks per dataset and alpha bands are written. LERC, LZMA and lossy
//! WebP are not written; rational polynomials are not either.
#![forbid(unsafe_code)]

mod directory;
mod error;
mod file;
mod level;
mod metadata;
mod options;
mod pixel;
mod pyramid;
mod reduce;
mod selection;
mod spill;
mod stream;
mod taps;
mod writer;

pub use error::Error;
pub use options::{
    BigTiff, BlockCompression, OverviewResampling, Overviews, PredictorChoice, WriteOptions,
};
pub use selection::{Selected, Selection};
pub use spill::{MemorySpill, Spill};
pub use stream::write_cog;
pub use writer::{CogWriter, Summary};
