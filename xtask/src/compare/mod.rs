//! `cargo xtask compare`: the same work through Smalti and through GDAL.

mod decode;
mod mean;
mod tiles;

pub(crate) use decode::decode;
pub(crate) use tiles::tiles;
