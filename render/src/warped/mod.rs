//! Sources as they would lie on another grid.
//!
//! The grid is cut into cells. A cell is warped as a picture of its own, so that a pixel is the same whatever
//! window asks for it; the source is read for as many cells at a time as costs least.
//!
//! GDAL's kernels are as wide as the extent of a chunk of the target in the source says, cut where that ends: pixels
//! depend on how a file is cut into chunks, and chunks at an edge have other kernels than their neighbours. Here they are as
//! wide as pixels are large in the cell, which is what GDAL does when it is told a scale (`XSCALE`, `YSCALE`).

mod cells;
mod reading;
mod source;

pub use source::WarpedSource;
