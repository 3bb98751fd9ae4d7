//! Indexes of two bands.

use super::definition::Algorithm;
use super::pixels::{check, made, real};
use crate::{Error, Image};

/// (second − first) / (second + first).
#[derive(Debug)]
pub(super) struct NormalizedIndex;

impl Algorithm for NormalizedIndex {
    fn apply(&self, image: &Image) -> Result<Image, Error> {
        check(image, "normalizedIndex", 2)?;
        let mut mask = image.common_mask(0..2);
        let (first, second) = (real(image, 0), real(image, 1));
        let values = first.iter().zip(&second).map(|(&first, &second)| {
            let (first, second) = (first as f32, second as f32);
            (second - first) / (second + first)
        });
        let samples: Vec<f32> = values.collect();
        for (valid, value) in mask.values_mut().iter_mut().zip(&samples) {
            if !value.is_finite() {
                *valid = 0;
            }
        }
        let [first, second] = [0, 1].map(|band: usize| &image.bands()[band].description);
        let description = format!("({second} - {first}) / ({second} + {first})");
        Ok(made(image, samples, mask, &[&description]))
    }
}
