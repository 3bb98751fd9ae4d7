//! Typed pixels, and the seam between whoever has them and whoever wants them.
//!
//! ```text
//!              RasterSource: info(), read(level, window, bands) → Raster
//!               ▲            ▲                ▲
//!          a COG by      a mosaic       MemorySource
//!        range requests
//!               └────────► a renderer, a writer, a command line
//! ```
//!
//! A [`Raster`] is a block of samples of one [`SampleType`], *bands × rows ×
//! columns*, with an optional mask. A [`RasterSource`] says what it holds
//! ([`RasterInfo`]: levels, bands, CRS, [`Placement`], nodata) and delivers windows.
//!
//! # Example
//!
//! ```
//! use cog_raster::{Affine, MemorySource, Raster, RasterSource, ReadRequest, Samples, Window};
//!
//! let raster = Raster::new(1, 2, 3, Samples::U8(vec![1, 2, 3, 4, 5, 6]))?;
//! let source = MemorySource::new(raster).with_affine(Affine::identity());
//! let request = ReadRequest::new(0, Window::new(1, 0, 2, 2));
//! # pollster::block_on(async {
//! let part = source.read(request).await.unwrap();
//! assert_eq!(part.samples(), &Samples::U8(vec![2, 3, 5, 6]));
//! # });
//! # Ok::<(), cog_raster::ShapeError>(())
//! ```
//!
//! # Why bands come first
//!
//! A warp's inner loop runs along a row of the target and gathers from a few
//! neighbouring rows of the source. With one plane per band that loop is
//! monomorphic in the sample type, has stride one between neighbours whatever
//! the number of bands, reads only the bands asked for, and computes the source
//! position once for all of them. It is also the order of NumPy, rasterio and
//! the `.npy` tiles, so nothing is transposed on the way out. Chunky
//! (pixel-interleaved) files pay one pass of de-interleaving at decode, where
//! the bytes are in cache anyway.
//!
//! # Conventions
//!
//! | Quantity | Unit | Orientation |
//! | --- | --- | --- |
//! | column, row | pixels of one level, half-open, origin at the outer corner of the upper left pixel | rows grow south in a north-up raster |
//! | mask | `u8`: 0 not valid, 255 valid, between: alpha | – |
//! | x, y | units of the CRS, x east, y north, whatever the authority's axis order | – |
//!
//! # Features
//!
//! - `testkit`: [`testkit`](crate), the contract suite for implementers of
//!   [`RasterSource`].
//!
//! The crate has no runtime, no I/O, and builds for `wasm32-unknown-unknown`.
#![forbid(unsafe_code)]

mod affine;
mod bivariate;
mod control_points;
mod display;
mod error;
mod info;
mod mask;
mod maybe;
mod memory;
mod nodata;
mod placement;
mod raster;
mod rational;
mod sample;
mod samples;
mod source;
#[cfg(feature = "testkit")]
pub mod testkit;
mod window;

pub use affine::Affine;
pub use control_points::{ControlPoint, ControlPointTransform};
pub use error::{PlacementError, ShapeError, SourceError, SourceErrorKind};
pub use half::f16;
pub use info::{BandInfo, BandStatistics, ColorInterpretation, LevelInfo, MaskKind, RasterInfo};
pub use mask::{Mask, RasterMask};
pub use maybe::{BoxFuture, MaybeSend, MaybeSync};
pub use memory::MemorySource;
pub use nodata::Nodata;
pub use num_complex::Complex;
pub use placement::{Placement, Straightened};
pub use raster::Raster;
pub use rational::{Normalisation, RationalPolynomial, RationalTransform};
pub use sample::{Sample, SampleType};
pub use samples::Samples;
pub use source::{RasterSource, ReadRequest};
pub use window::Window;
