//! Areas with holes: parsed, carried to another CRS, drawn on a grid.

mod area;
mod bits;
mod burn;
mod cover;
mod geojson;
mod outline;
mod transform;

pub use area::Shape;
