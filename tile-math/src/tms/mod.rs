//! Tile matrix sets: OGC 17-083r4.

mod builtin;
mod cover;
mod custom;
mod document;
mod family;
mod feature;
mod geometry;
mod quadkey;
mod set;
mod tiles;
mod v1;
mod zoom;

pub use cover::MOST_TILES;
pub use custom::CustomTileMatrixSet;
pub use document::{
    CornerOfOrigin, CrsDocument, TileMatrix, TileMatrixSetBounds, TileMatrixSetDocument,
    VariableMatrixWidth,
};
pub use feature::FeatureOptions;
pub use set::TileMatrixSet;
pub use tiles::Tiles;
pub use zoom::ZoomStrategy;
