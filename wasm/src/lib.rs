//! Cloud Optimized GeoTIFFs in a browser, with no server but a static file host.
//!
//! ```text
//!   page ── postMessage ── worker ─► [`Dataset`] ─► cog-render ─► cog-reader ─► `FetchReader`
//!                                                                                  │
//!                            a static host  ◄── fetch, `Range: bytes=…` ────────────┘
//! ```
//!
//! [`Dataset`] is what a page asks for tiles, points and statistics. It works with any
//! [`RangeReader`](cog_reader::RangeReader) and on any target; on `wasm32` come a reader over the
//! browser's `fetch`, and the JavaScript interface (`open`, and the class `Cog`), which `README.md`
//! describes.
//!
//! # Example
//!
//! ```no_run
//! # async fn example(bytes: Vec<u8>) -> Result<(), smalti_wasm::Error> {
//! use cog_reader::MemoryReader;
//! use smalti_wasm::{Dataset, View};
//! use std::sync::Arc;
//! use tile_math::Tile;
//!
//! let dataset = Dataset::open(Arc::new(MemoryReader::new("dem.tif", bytes))).await?;
//! let view = View::from_json(r#"{"rescale": [[0, 3000]], "colormap_name": "viridis"}"#)?;
//! let tile = dataset.tile(Tile::new(10, 538, 359), &view).await?;
//! assert_eq!(tile.rgba.len(), (4 * tile.width * tile.height) as usize);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

#[cfg(target_arch = "wasm32")]
mod browser;
mod dataset;
mod error;
mod http;
mod info;
mod view;

#[cfg(target_arch = "wasm32")]
pub use self::browser::{Cog, open};
pub use self::dataset::{Dataset, Rgba};
pub use self::error::{Error, ErrorKind};
pub use self::http::{ContentRange, failure, is_strong, shown_url};
pub use self::info::{BandSummary, Info, PointValues};
pub use self::view::View;
