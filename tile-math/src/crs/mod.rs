//! Coordinate reference systems: naming, reading, writing.

mod crs;
mod definition;
mod geokeys;
mod geokeys_read;
mod geokeys_write;
mod parse;
mod proj_string;
mod registry;
mod shift;

pub use crs::Crs;
pub use geokeys::{GeoKeyValue, GeoKeys};

pub(crate) use definition::{DEGREE, Definition, ShiftDef};
pub(crate) use registry::shifts;
pub(crate) use shift::ShiftOperation;
