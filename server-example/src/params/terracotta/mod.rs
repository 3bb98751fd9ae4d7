//! Terracotta's parameters, and what goes beyond them.

mod datasets;
mod image;
mod json;

pub(crate) use datasets::DatasetsParams;
pub(crate) use image::{
    Compute, ComputeParams, PixelParams, Pixels, Rgb, RgbParams, Singleband, SinglebandParams,
    shade_map,
};
pub(crate) use json::{invalid, numbers, value_colors};
