//! From any raster source to a picture: plan, read, warp, colour, encode.
//!
//! ```text
//!   RasterInfo + Grid + ReadOptions
//!        │ plan            cheap; decides level, window, kernel; places every pixel
//!        ▼
//!      Plan ── request() ─► RasterSource::read ─► Raster      all the I/O
//!        │ warp            CPU; typed by sample
//!        ▼
//!      Image ── statistics
//!        │ Expression      bands of bands: `(b4-b3)/(b4+b3)`
//!        │ Algorithm       hillshade, contours, terrain-RGB …
//!        │ style           rescale, colour formula, colormap, transparency
//!        ▼
//!     Picture
//!        │ encode          PNG, JPEG, WebP; GeoTIFF and NumPy's straight from the image
//!        ▼
//!      bytes
//! ```
//!
//! Stages are apart so that a server can put I/O on one pool and CPU work on another, and
//! cache between them. [`tile`], [`preview`], [`part`] and [`point`] run the first three in one
//! call, [`render`] the last two.
//!
//! # Example
//!
//! ```
//! use cog_raster::{Affine, MemorySource, Raster, RasterSource, Samples};
//! use cog_render::{Colormap, Format, Grid, ReadOptions, Resampling, Style, plan, render};
//! use tile_math::{Crs, Tile, TileMatrixSet};
//!
//! # pollster::block_on(async {
//! let heights = (0..180 * 90).map(|k| k as f32).collect();
//! let source = MemorySource::new(Raster::new(1, 90, 180, Samples::F32(heights))?)
//!     .with_affine(Affine::new(2.0, 0.0, -180.0, 0.0, -2.0, 90.0))
//!     .with_crs(Crs::wgs84());
//!
//! let tms = TileMatrixSet::builtin("WebMercatorQuad").ok_or("no such set")?;
//! let grid = Grid::for_tile(&tms, Tile::new(3, 4, 2), None, 0.0)?;
//! let options = ReadOptions::default().with_resampling(Resampling::Bilinear);
//!
//! let plan = plan(source.info(), &grid, &options)?;
//! let raster = plan.read(&source).await?;
//! let image = plan.warp(&raster)?;
//!
//! let style = Style::default()
//!     .with_rescale([(0.0, 16_200.0)])
//!     .with_colormap(Colormap::named("viridis")?);
//! let png = render(&image, &style, Format::Png)?;
//! # assert!(png.len() > 100);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! Between reading and colouring, an [`Expression`] makes bands of bands and an [`Algorithm`] an image of an
//! image, both in TiTiler's words:
//!
//! ```
//! use cog_raster::{Raster, Samples};
//! use cog_render::{Algorithms, Expression, Image, ImageBand};
//! use tile_math::BoundingBox;
//!
//! let heights = (0..100).map(|k| (k % 10) as f32).collect();
//! let raster = Raster::new(1, 10, 10, Samples::F32(heights))?;
//! let bounds = BoundingBox::new(0.0, 0.0, 100.0, 100.0);
//! let image = Image::new(raster, vec![ImageBand::new("b1")], None, bounds)?;
//!
//! let metres = Expression::parse("where(b1>0, b1*10, 0)")?.apply(&image)?;
//! let slope = Algorithms::builtin().build("slope", Some(r#"{"buffer": 1}"#))?;
//! assert_eq!(slope.apply(&metres)?.value(0, 4, 4), Some(45.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How near to GDAL
//!
//! - *Where a pixel comes from* is exact to 10⁻⁵ source pixels, where GDAL's default
//!   approximation errs by up to 0.125. Nearest-neighbour tiles are those of an exact transformer.
//! - *Which overview* is read, *how wide* kernels are when the picture shrinks, and which masked pixels
//!   take part follow GDAL 3.10 as rio-tiler uses it; [`plan`] and the source of `widening.rs` and
//!   `warp/mod.rs` tell the rules.
//! - *One kernel does the work*: [`ReadOptions::resampling`] within a CRS (the nine of
//!   [`Resampling::READ`]), [`ReadOptions::reproject`] between two (the fourteen of [`Resampling::WARP`]).
//!
//! Not copied from rio-tiler and TiTiler: [`ReadOptions::with_resampling`] alone has an effect on
//! reprojected tiles (a server that is to be TiTiler's sets `reproject`, too); nodata in one band does not bleed into its neighbours; `rescale` keeps
//! the colours of half-transparent pixels and may run downwards; rescaling where nobody asked for it
//! shows floats by their range instead of black, and masks by pixel; a colormap of 256 colours is not
//! applied modulo 256: a named one spreads over the values' range, and a value outside a given
//! table is transparent; whole numbers in expressions do not wrap around, and what is not finite does not count.
//! `doc/titiler-differences.md` has the whole list.
//!
//! # Conventions
//!
//! | Quantity | Unit | Orientation |
//! | --- | --- | --- |
//! | pixel column, row | pixels, half-open, centre at +½ | rows grow down the picture |
//! | x, y | units of the CRS, x east, y north | – |
//! | mask, alpha | 0 nothing, 255 in full | – |
//! | bands | 0-based; names `b1` … are 1-based | – |
//!
//! # Features and limits
//!
//! `webp-lossy` adds `Format::WebpLossy`; [`Format::Webp`] is without loss. JPEG 2000 is not written.
//! `parallel` has a [`WarpedSource`] use rayon's current pool.
//! No I/O, no runtime, no C; builds for `wasm32-unknown-unknown`. Samples and masks held
//! at once are bounded by [`Limits`]. A source
//! that ends at a meridian and starts again there (0…360 degrees) is not interpolated across it.
#![forbid(unsafe_code)]

mod algorithm;
mod color;
mod combine;
mod compose;
mod encode;
mod error;
mod expression;
mod extent;
mod grid;
mod ground;
mod image;
mod interrupt;
mod masked;
mod options;
mod output_size;
mod picture;
mod plan;
mod position;
mod promotion;
mod read;
mod resampling;
mod shades;
mod shape;
mod statistics;
mod style;
mod suggested;
mod text;
mod two_step;
mod warp;
mod warped;
mod web_optimized;
mod widening;

pub use algorithm::{Algorithm, AlgorithmInfo, Algorithms, Parameter, Parameters};
pub use color::{ColorFormula, Colormap, Colormaps, rescale};
pub use encode::{Format, encode, npy, npz, render, render_suited, tif};
pub use error::Error;
pub use expression::Expression;
pub use extent::zoom_range;
pub use grid::Grid;
pub use ground::Ground;
pub use image::{Image, ImageBand};
pub use interrupt::Interrupt;
pub use masked::MaskedExpression;
pub use options::{Limits, ReadOptions};
pub use output_size::OutputSize;
pub use picture::{Picture, Pixels};
pub use plan::{Plan, plan};
pub use read::{
    PointData, feature, feature_grid, part, part_grid, point, point_grid, preview, read, tile,
};
pub use resampling::Resampling;
pub use shades::{MaskedBand, ShadeMap, Shaded, Stretch, ValueColors, shade, shade_three};
pub use shape::Shape;
pub use statistics::{BandStatistics, Bins, StatisticsOptions, statistics};
pub use style::{Style, style};
pub use two_step::TwoStep;
pub use warped::WarpedSource;
pub use web_optimized::WebOptimized;
