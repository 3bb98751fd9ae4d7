//! Validity as one more band.

use crate::Image;
use cog_raster::{Sample, Samples, with_samples};

/// The mask in the type of `samples`: its greatest value where a pixel counts, its least where it
/// does not, between them for alpha, as rio-tiler's.
pub(super) fn mask_band(image: &Image, samples: &Samples) -> Samples {
    let mask = image.mask().values();
    let (least, greatest) = samples.sample_type().range();
    with_samples!(samples, T, _buffer => {
        T::into_samples(mask.iter().map(|&valid| match valid {
            0 => T::from_f64(least),
            255 => T::from_f64(greatest),
            alpha => T::from_f64(least + (greatest / 255.0 - least / 255.0) * f64::from(alpha)),
        }).collect())
    })
}
