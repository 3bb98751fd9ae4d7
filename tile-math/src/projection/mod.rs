//! Map projections: longitude and latitude to plane coordinates and back.
//!
//! Every kernel works on the unit ellipsoid (`a` = 1), with the longitude already relative to the
//! central meridian; [`Projection`] adds axis, offset and central meridian around it. The
//! formulas follow Snyder (USGS Professional Paper 1395), IOGP Guidance Note 7-2, Karney (2011)
//! for the transverse Mercator, and are checked against PROJ by the oracle tests.

mod azimuthal;
mod conic;
mod cylindrical;
mod ellipsoid;
mod kernel;
mod local;
mod newton;
mod oblique;
mod params;
mod perspective;
mod tmerc;
mod world;

pub(crate) use ellipsoid::{Ellipsoid, wrap_longitude};
pub(crate) use kernel::Projection;
pub(crate) use params::Operation;
