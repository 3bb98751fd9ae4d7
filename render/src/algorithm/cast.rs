//! Numbers to bytes.

use super::definition::Algorithm;
use super::pixels::{assemble, check, real};
use crate::{Error, Image, ImageBand};
use cog_raster::{Mask, RasterMask, Samples};

/// To bytes. What lies outside 0 to 255 becomes the nearer end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cast {
    /// Rounds towards zero.
    Truncate,
    Ceil,
    Floor,
}

impl Algorithm for Cast {
    fn apply(&self, image: &Image) -> Result<Image, Error> {
        let (name, round): (&str, fn(f64) -> f64) = match self {
            Self::Truncate => ("cast", f64::trunc),
            Self::Ceil => ("ceil", f64::ceil),
            Self::Floor => ("floor", f64::floor),
        };
        check(image, name, 1)?;
        let mut samples = Vec::with_capacity(image.pixels() * image.bands().len());
        let mut masks: Vec<Mask> = Vec::with_capacity(image.bands().len());
        for band in 0..image.bands().len() {
            let mut mask = image.band_mask(band).clone();
            for (value, valid) in real(image, band).into_iter().zip(mask.values_mut()) {
                if value.is_nan() {
                    *valid = 0;
                }
                // NaN becomes 0.
                samples.push(round(value) as u8);
            }
            masks.push(mask);
        }
        let bands = image.bands().iter().map(|band| ImageBand {
            range: None,
            nodata: None,
            ..band.clone()
        });
        let grid = (image.height(), image.width(), image.bounds());
        let (samples, bands) = (Samples::U8(samples), bands.collect());
        let mask = RasterMask::PerBand(masks);
        Ok(assemble(image, grid, samples, mask, bands))
    }
}
