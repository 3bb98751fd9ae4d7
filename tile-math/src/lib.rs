//! Arithmetic between a map's tile pyramid and the ground: tiles, tile matrix sets, CRSs, transforms.
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
