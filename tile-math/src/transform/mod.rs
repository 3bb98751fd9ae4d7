//! Coordinates from one CRS to another.

mod bounds;
mod path;
#[cfg(feature = "proj")]
mod proj;
mod transformer;

pub use transformer::Transformer;
