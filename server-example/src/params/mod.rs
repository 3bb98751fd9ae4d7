//! TiTiler's parameters, read from a query string or from the command line's options.
//!
//! Each struct documents its parameters for the OpenAPI document and reads
//! them: one list, so that neither can know a parameter that the other does not.

mod algorithm;
mod assets;
mod image;
mod query;
mod read;
mod statistics;
mod terracotta;

pub(crate) use algorithm::AlgorithmParams;
pub(crate) use assets::{AssetParams, MOST_ASSETS};
pub(crate) use image::{ImageParams, SizeParams, TileParams, format};
pub(crate) use query::{Query, wrong};
pub(crate) use read::{CrsParams, ReadParams, SourceParams};
pub(crate) use statistics::StatisticsParams;
pub(crate) use terracotta::{
    Compute, ComputeParams, DatasetsParams, PixelParams, Pixels, Rgb, RgbParams, Singleband,
    SinglebandParams, invalid, numbers, shade_map, value_colors,
};
