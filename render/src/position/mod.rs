//! Where in the source each target pixel lies.
//!
//! ```text
//!   target (column, row) ─affine► target CRS ─transform► source CRS ─affine⁻¹► level (column, row)
//! ```
//!
//! [`ExactMap`] does that for any point. Doing it for every pixel of a tile
//! would cost more than all the rest of the tile, so a [`PositionMap`] does it at
//! few points and fills in between:
//!
//! - where columns depend on columns only and rows on rows (EPSG:4326 to
//!   EPSG:3857, or the same CRS), one row and one column are computed exactly;
//! - elsewhere the target is cut into blocks, and a [`Polynomial`] in Chebyshev
//!   form stands for each as long as it agrees with the exact map at points that
//!   it was not made from; a block where it does not is cut further, down to
//!   blocks whose every pixel is computed exactly.
//!
//! GDAL's approximating transformer is linear along a row and errs by up to 0.125
//! source pixels. The bound here is 10⁻⁵, at a similar number of exact points: 145
//! for a block of 256 × 256 pixels. Where the pixels have to be the very ones that GDAL picks, a map [in
//! blocks](PositionMap::in_blocks) is linear along rows as GDAL's.

mod block;
mod exact;
mod lines;
mod map;
mod polynomial;

pub(crate) use block::{Outlines, Quadrangle, Row};
pub(crate) use exact::ExactMap;
use map::TOLERANCE;
pub(crate) use map::{PositionMap, Scale, typical_ratio};
pub(crate) use polynomial::Polynomial;
