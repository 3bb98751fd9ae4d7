//! Coordinate reference systems: naming, reading, writing.

mod conversion;
mod definition;
mod described;
mod geokeys;
mod geokeys_read;
mod geokeys_write;
mod handle;
mod methods;
mod parse;
mod proj_string;
mod projjson;
mod registry;
mod shift;
mod units;
mod wkt;
mod wkt_read;
mod wkt_write;

pub use geokeys::{GeoKeyValue, GeoKeys};
pub use handle::Crs;

pub(crate) use definition::{DEGREE, Definition, ShiftDef};
pub(crate) use registry::shifts;
pub(crate) use shift::ShiftOperation;
