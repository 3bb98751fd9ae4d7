//! Colours to brightness.

use super::definition::Algorithm;
use super::pixels::{check, made, real, refused};
use crate::{Error, Image};
use cog_raster::{Sample, with_sample_type};

/// ITU-R 601-2: 299 parts of red, 587 of green, 114 of blue.
fn luma(image: &Image) -> Vec<f64> {
    let [red, green, blue] = [0, 1, 2].map(|band| real(image, band));
    let whole = image.sample_type().is_integer();
    red.into_iter()
        .zip(green)
        .zip(blue)
        .map(|((red, green), blue)| {
            // The sum first: it is exact for whole numbers, and so a grey pixel keeps its value.
            let sum = red * 299.0 + green * 587.0 + blue * 114.0;
            if whole {
                (sum / 1000.0).trunc()
            } else {
                sum / 1000.0
            }
        })
        .collect()
}

/// Brightness, in the type of the samples.
#[derive(Debug)]
pub(super) struct Grayscale;

impl Algorithm for Grayscale {
    fn apply(&self, image: &Image) -> Result<Image, Error> {
        check(image, "grayscale", 3)?;
        let mut mask = image.common_mask(0..3);
        let luma = luma(image);
        unmask(&mut mask, &luma);
        Ok(with_sample_type!(image.sample_type(), T => {
            let samples: Vec<T> = luma.iter().map(|value| T::from_f64(*value)).collect();
            made(image, samples, mask, &["grayscale"])
        }))
    }
}

/// White above 127, else black.
#[derive(Debug)]
pub(super) struct Bitonal;

impl Algorithm for Bitonal {
    fn apply(&self, image: &Image) -> Result<Image, Error> {
        check(image, "bitonal", 1)?;
        let bands = image.bands().len();
        let values = match bands {
            1 => real(image, 0),
            3 => {
                let [red, green, blue] = [0, 1, 2].map(|band| real(image, band));
                let pixels = red.into_iter().zip(green).zip(blue);
                pixels
                    .map(|((r, g), b)| (r * 299.0 + g * 587.0 + b * 114.0) / 1000.0)
                    .collect()
            }
            given => {
                return Err(refused(format!("bitonal needs 1 or 3 bands, not {given}")));
            }
        };
        let mut mask = image.common_mask(0..bands);
        unmask(&mut mask, &values);
        let samples = values
            .iter()
            .map(|&value| if value > 127.0 { 255u8 } else { 0 });
        Ok(made(image, samples.collect(), mask, &["bitonal"]))
    }
}

/// What is no number does not count.
fn unmask(mask: &mut cog_raster::Mask, values: &[f64]) {
    for (valid, value) in mask.values_mut().iter_mut().zip(values) {
        if !value.is_finite() {
            *valid = 0;
        }
    }
}
