//! Coordinates from one CRS to another.

mod bounds;
mod path;
mod transformer;

pub use transformer::Transformer;
