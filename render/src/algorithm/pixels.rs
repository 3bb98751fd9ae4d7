//! What algorithms share: reading bands, and images of what was made.

use crate::{Error, Image, ImageBand, Limits, interrupt};
use cog_raster::{Mask, Raster, RasterMask, Sample, Samples, with_samples};
use tile_math::BoundingBox;

/// The error for an image that an algorithm does not take.
pub(super) fn refused(message: impl Into<String>) -> Error {
    Error::parameter("algorithm", message)
}

/// The image has that many bands at least, its samples are no complex numbers, and what is made of
/// so many bands as real numbers, and the result, takes no more than may be read of a source.
pub(super) fn check(image: &Image, name: &str, bands: usize) -> Result<(), Error> {
    interrupt::check()?;
    let given = image.bands().len();
    if given < bands {
        return Err(refused(format!(
            "{name} needs {bands} band{}, not {given}",
            if bands == 1 { "" } else { "s" }
        )));
    }
    if image.sample_type().is_complex() {
        return Err(refused(format!(
            "{name} does not take complex numbers; expression=abs(b1) makes them real"
        )));
    }
    let bytes = (bands as u64 + 1) * size_of::<f64>() as u64;
    Error::check_limit(
        "the algorithm",
        bytes.saturating_mul(image.pixels() as u64),
        Limits::default().source_bytes,
        "ask for fewer pixels",
    )
}

/// A band as real numbers; NaN where it does not count.
pub(super) fn real(image: &Image, band: usize) -> Vec<f64> {
    let pixels = image.pixels();
    let mask = image.band_mask(band).values();
    with_samples!(image.samples(), T, samples => {
        let samples: &[T] = &samples[band * pixels..][..pixels];
        samples
            .iter()
            .zip(mask)
            .map(|(sample, &valid)| if valid == 0 { f64::NAN } else { sample.to_f64() })
            .collect()
    })
}

/// An image on the same grid whose bands share a mask; what does not count becomes 0.
pub(super) fn made<T: Sample>(
    image: &Image,
    samples: Vec<T>,
    mask: Mask,
    descriptions: &[&str],
) -> Image {
    on_grid(
        image,
        (image.height(), image.width(), image.bounds()),
        samples,
        mask,
        descriptions,
    )
}

/// As [`made`], on another grid.
pub(super) fn on_grid<T: Sample>(
    image: &Image,
    (rows, columns, bounds): (u32, u32, BoundingBox),
    mut samples: Vec<T>,
    mask: Mask,
    descriptions: &[&str],
) -> Image {
    for (at, &valid) in mask.values().iter().enumerate() {
        if valid == 0 {
            for band in 0..descriptions.len() {
                samples[band * mask.values().len() + at] = T::default();
            }
        }
    }
    let bands = descriptions.iter().enumerate().map(|(at, description)| {
        let mut band = ImageBand::new(format!("b{}", at + 1));
        band.description = (*description).to_owned();
        band
    });
    assemble(
        image,
        (rows, columns, bounds),
        T::into_samples(samples),
        RasterMask::PerDataset(mask),
        bands.collect(),
    )
}

pub(super) fn assemble(
    image: &Image,
    (rows, columns, bounds): (u32, u32, BoundingBox),
    samples: Samples,
    mask: RasterMask,
    bands: Vec<ImageBand>,
) -> Image {
    let count = u32::try_from(bands.len()).expect("no more bands than the image has, or three");
    Raster::new(count, rows, columns, samples)
        .and_then(|raster| raster.with_mask(mask))
        .map_err(|error| refused(error.to_string()))
        .and_then(|raster| Image::new(raster, bands, image.crs().cloned(), bounds))
        .expect("as many samples as pixels")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_pixels_than_memory_allows_are_refused() {
        let side = 5793;
        let raster = Raster::new(1, side, side, Samples::U8(vec![0; 5793 * 5793])).unwrap();
        let bounds = BoundingBox::new(0.0, 0.0, 1.0, 1.0);
        let image = Image::new(raster, vec![ImageBand::new("b1")], None, bounds).unwrap();
        let refused = check(&image, "hillshade", 1).unwrap_err();
        assert!(matches!(refused, Error::OverLimit { .. }), "{refused}");
    }
}
