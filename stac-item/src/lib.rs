//! STAC items, as far as pixels need them.
//!
//! ```text
//!   bytes of an item ── Item::parse ─► Item ── choose("red|bidx=1", …) ─► AssetRead: where, which bands
//!                                        │
//!                                        └── footprint ─► CRS, bounds, size of all assets together
//!
//!   RasterInfo + numbers of its bands ── create ─► the text of an item
//! ```
//!
//! Nothing here fetches: whoever has the bytes of an item learns which assets to open, and opens them.
//!
//! # Example
//!
//! ```
//! use stac_item::{AssetChoice, Item};
//!
//! let text = br#"{
//!   "type": "Feature", "stac_version": "1.1.0", "id": "scene", "geometry": null, "properties": {},
//!   "links": [], "assets": {
//!     "red": {"href": "./red.tif", "type": "image/tiff; application=geotiff"},
//!     "thumbnail": {"href": "./small.png", "type": "image/png"}
//!   }}"#;
//! let item = Item::parse(text, Some("https://example.org/scenes/item.json"))?;
//! assert_eq!(item.asset_names(), ["red"]);
//!
//! let choices = [AssetChoice::parse("red|bidx=1")?];
//! let red = &item.choose(&choices)?[0];
//! assert_eq!(red.href, "https://example.org/scenes/red.tif");
//! assert_eq!(red.indexes.as_deref(), Some(&[1][..]));
//! # Ok::<(), stac_item::Error>(())
//! ```
//!
//! # What is read
//!
//! STAC 1.0 and 1.1; the extensions `projection`, `raster`, `eo`, `file`, `alternate-assets` and `render`. Which
//! assets hold pixels, how bands are named, and where an item lies follow rio-tiler's `STACReader`. Relative places
//! start where the item was read from, or else where its link `self` says.
//!
//! # What is written
//!
//! [`create`] writes what `rio-stac` writes for TiTiler's `/cog/stac`; its documentation lists what differs.
//!
//! # Conventions and limits
//!
//! Numbers of bands (`bidx`) start at 1, as in TiTiler's parameters. Items are a stranger's: text of more than
//! 8 MiB, more than 5000 assets or 10 000 bands of one are refused. No I/O, no clock; builds for
//! `wasm32-unknown-unknown`.
#![forbid(unsafe_code)]

mod asset;
mod choice;
mod create;
mod datetime;
mod document;
mod error;
mod footprint;
mod href;
mod item;
mod outline;

pub use asset::{Asset, Band};
pub use choice::{AssetChoice, AssetRead};
pub use create::{BandSummary, ItemOptions, create};
pub use error::Error;
pub use footprint::Footprint;
pub use item::{Item, Render};
