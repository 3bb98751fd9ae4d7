//! What a request reads: a COG, or assets of a STAC item, on one grid.
//!
//! ```text
//! query ─► Wanted ─► Dataset::open ─► Dataset::read(Area) ─► Image
//!           what       the sources      a grid for each, plan, fetch, decode, warp,
//!                                       expression, stack, expression
//! ```

mod area;
mod opened;
mod wanted;

pub(crate) use area::{Area, Place, Planned};
pub(crate) use opened::Dataset;
pub(crate) use wanted::{Assets, Bands, Kind, Wanted};
