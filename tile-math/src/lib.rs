//! Arithmetic between a map's tile pyramid and the ground.
//!
//! Nothing here reads a file or holds a pixel. The crate answers one question in both directions: *which piece of ground
//! is this tile, and which tiles is this piece of ground?* Readers, mosaics, renderers and meshes share its vocabulary.
//!
//! ```text
//!   longitude, latitude ──► x, y of a CRS ──────────► Tile (z, x, y)
//!        [`Transformer`], [`Crs`]       [`TileMatrixSet`]
//! ```
//!
//! # Example
//!
//! ```
//! use tile_math::{Crs, Tile, TileMatrixSet, Transformer};
//!
//! let tms = TileMatrixSet::builtin("WebMercatorQuad").expect("built in");
//! let tile = tms.tile(12.49, 41.89, 14)?;
//! assert_eq!(tile, Tile::new(14, 8760, 6088));
//!
//! // The tile's box in the CRS of a raster, edges densified.
//! let to_raster = Transformer::new(tms.crs(), &Crs::from_epsg(32633)?)?;
//! let window = to_raster.transform_bounds(tms.xy_bounds(tile)?, 21)?;
//! assert!(window.width() > 1800.0 && window.width() < 2500.0);
//! # Ok::<(), tile_math::Error>(())
//! ```
//!
//! # Conventions
//!
//! | Quantity | Unit | Orientation |
//! | --- | --- | --- |
//! | longitude, latitude | degrees (the CRS's own unit where it has another, such as grads) | east and north positive, longitude first |
//! | `x`, `y` | the CRS's unit | traditional GIS order: easting first, whatever the authority's order |
//! | tile columns, rows | tiles | from the matrix's corner of origin |
//!
//! The authority's order appears only in documents (`pointOfOrigin` of a tile matrix set) and in [`Crs::axis_inverted`].
//!
//! # What is computed
//!
//! - 13 built-in tile matrix sets, equal field by field to those of morecantile 7.1, and any other of OGC 17-083r4: variable
//!   matrix widths, both corners of origin, both axis orders.
//! - CRSs by EPSG's, Esri's and the OGC's codes, as WKT 1 and 2, PROJ strings, PROJJSON and GeoKeys.
//! - 38 projection methods and the datum operations that need no grid, chosen point by point as PROJ 9.5 does.
//!   `doc/projections.md` in the repository lists what is achieved, and what is refused.
//!
//! # Why own projections
//!
//! Pure-Rust engines either import JavaScript on wasm or err by kilometres on some codes: `doc/decisions/0002-projections.md`.
//!
//! # Untrusted input
//!
//! Definitions, documents, keys and geometries may come from anyone. Text is limited in length and depth, covers and tile
//! lists in number, and everything else is checked before use; what cannot be is an [`Error`].
//!
//! # Features
//!
//! | Feature | Adds |
//! | --- | --- |
//! | `proj` | PROJ itself (C++) for CRSs whose method has no kernel here |
//!
//! None is on by default. The crate knows no file system, socket or runtime and builds for wasm32-unknown-unknown.
#![forbid(unsafe_code)]

mod bounds;
mod crs;
mod error;
mod projection;
mod tile;
mod tms;
mod transform;

pub use bounds::BoundingBox;
pub use crs::{Crs, GeoKeyValue, GeoKeys};
pub use error::Error;
pub use tile::Tile;
pub use tms::{
    CornerOfOrigin, CrsDocument, CustomTileMatrixSet, FeatureOptions, MOST_TILES, TileMatrix,
    TileMatrixSet, TileMatrixSetBounds, TileMatrixSetDocument, Tiles, VariableMatrixWidth,
    ZoomStrategy,
};
pub use transform::Transformer;
