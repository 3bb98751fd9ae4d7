//! Values to bytes.

use crate::{Error, Image, ImageBand};
use cog_raster::{Mask, Raster, RasterMask, Sample, SampleType, Samples, with_samples};

/// Spreads the values of each band over 0 to 255.
///
/// `ranges`: least and greatest value shown, one for each band or one for all. A
/// value is clipped to its range, scaled in `f64`, and cut off; where a pixel does not count it
/// becomes 0. With the greater number first the band is inverted. A range without width gives 0.
///
/// NaN cannot be shown: such a pixel does not count afterwards.
///
/// # Errors
///
/// [`Error::InvalidParameter`] if the ranges are neither one nor as many as bands, or not
/// finite numbers.
pub fn rescale(image: &Image, ranges: &[(f64, f64)]) -> Result<Image, Error> {
    let bands = image.bands().len();
    if ranges.len() != 1 && ranges.len() != bands {
        return Err(Error::parameter(
            "rescale",
            format!(
                "{} ranges for {bands} bands: give one for all, or one for each",
                ranges.len()
            ),
        ));
    }
    if let Some((least, greatest)) = ranges
        .iter()
        .find(|(a, b)| !(a.is_finite() && b.is_finite()))
    {
        return Err(Error::parameter(
            "rescale",
            format!("{least},{greatest} are not two finite numbers"),
        ));
    }
    let pixels = image.pixels();
    let mut values = vec![0_u8; pixels * bands];
    let mut holes: Option<Vec<Mask>> = None;
    with_samples!(image.samples(), T, buffer => {
        let planes = buffer.chunks_exact(pixels).zip(values.chunks_exact_mut(pixels));
        for (band, (samples, out)) in planes.enumerate() {
            let range = ranges[if ranges.len() == 1 { 0 } else { band }];
            let valid = image.band_mask(band).values();
            let found_nan = fill::<T>(samples, valid, Ramp::new(range), out);
            if found_nan {
                let masks = holes.get_or_insert_with(|| {
                    (0..bands).map(|band| image.band_mask(band).clone()).collect()
                });
                for (sample, valid) in samples.iter().zip(masks[band].values_mut()) {
                    if sample.to_f64().is_nan() {
                        *valid = 0;
                    }
                }
            }
        }
    });
    let infos = image.bands().iter().map(rescaled).collect();
    let Some(masks) = holes else {
        return Ok(image.with_samples(Samples::U8(values), infos));
    };
    let wrong = |error: cog_raster::ShapeError| Error::Mismatch {
        message: error.to_string(),
    };
    let count = u32::try_from(bands).unwrap_or(u32::MAX);
    let raster = Raster::new(count, image.height(), image.width(), Samples::U8(values))
        .and_then(|raster| raster.with_mask(RasterMask::PerBand(masks)))
        .map_err(wrong)?;
    Image::new(raster, infos, image.crs().cloned(), image.bounds())
}

/// What is still true of a band whose values were changed.
pub(super) fn rescaled(band: &ImageBand) -> ImageBand {
    ImageBand {
        description: band.description.clone(),
        ..ImageBand::new(band.name.clone())
    }
}

/// A line from 0 at `from` to 255 at `to`.
#[derive(Clone, Copy, Debug)]
struct Ramp {
    from: f64,
    width: f64,
    least: f64,
    greatest: f64,
}

impl Ramp {
    fn new((from, to): (f64, f64)) -> Self {
        Self {
            from,
            width: to - from,
            least: from.min(to),
            greatest: from.max(to),
        }
    }

    /// The cast cuts off, and makes 0 of NaN.
    fn apply(self, value: f64) -> u8 {
        ((value.clamp(self.least, self.greatest) - self.from) / self.width * 255.0) as u8
    }
}

/// Fills `out` where pixels count; whether there was a NaN among them.
fn fill<T: Sample>(samples: &[T], valid: &[u8], ramp: Ramp, out: &mut [u8]) -> bool {
    if T::TYPE == SampleType::U8 {
        let table: Vec<u8> = (0..=u8::MAX)
            .map(|value| ramp.apply(f64::from(value)))
            .collect();
        for ((sample, valid), out) in samples.iter().zip(valid).zip(out) {
            // A `u8` is its own index.
            *out = if *valid == 0 {
                0
            } else {
                table[sample.to_f64() as u8 as usize]
            };
        }
        return false;
    }
    let mut found_nan = false;
    for ((sample, valid), out) in samples.iter().zip(valid).zip(out) {
        let value = sample.to_f64();
        let shown = ramp.apply(value);
        *out = if *valid == 0 { 0 } else { shown };
        found_nan |= *valid != 0 && value.is_nan();
    }
    found_nan
}

#[cfg(test)]
mod tests {
    use super::*;
    use tile_math::BoundingBox;

    fn image(samples: Samples, valid: &[u8]) -> Image {
        let columns = u32::try_from(valid.len()).unwrap();
        let bands = u32::try_from(samples.len() / valid.len()).unwrap();
        let raster = Raster::new(bands, 1, columns, samples)
            .unwrap()
            .with_mask(RasterMask::PerDataset(
                Mask::new(1, columns, valid.to_vec()).unwrap(),
            ))
            .unwrap();
        let infos = (1..=bands)
            .map(|b| ImageBand::new(format!("b{b}")))
            .collect();
        let bounds = BoundingBox {
            left: 0.0,
            bottom: 0.0,
            right: 1.0,
            top: 1.0,
        };
        Image::new(raster, infos, None, bounds).unwrap()
    }

    #[test]
    fn values_are_clipped_scaled_and_cut_off() {
        let image = image(
            Samples::I16(vec![-5, 0, 1, 500, 999, 1000, 2000, 700]),
            &[255, 255, 255, 255, 255, 255, 255, 0],
        );
        let out = rescale(&image, &[(0.0, 1000.0)]).unwrap();
        assert_eq!(out.band::<u8>(0).unwrap(), [0, 0, 0, 127, 254, 255, 255, 0]);
        let inverted = rescale(&image, &[(1000.0, 0.0)]).unwrap();
        assert_eq!(
            inverted.band::<u8>(0).unwrap(),
            [255, 255, 254, 127, 0, 0, 0, 0]
        );
    }

    #[test]
    fn bytes_go_through_the_same_numbers() {
        let all: Vec<u8> = (0..=255).collect();
        let bytes = rescale(
            &image(Samples::U8(all.clone()), &[255; 256]),
            &[(17.0, 201.0)],
        )
        .unwrap();
        let wide = Samples::F64(all.iter().map(|v| f64::from(*v)).collect());
        let reals = rescale(&image(wide, &[255; 256]), &[(17.0, 201.0)]).unwrap();
        assert_eq!(bytes.samples(), reals.samples());
    }

    #[test]
    fn nan_stops_counting() {
        let image = image(
            Samples::F32(vec![1.0, f32::NAN, 3.0, 1.0, 1.0, 1.0]),
            &[255, 255, 255],
        );
        let out = rescale(&image, &[(0.0, 2.0), (0.0, 1.0)]).unwrap();
        assert_eq!(out.band::<u8>(0).unwrap(), [127, 0, 255]);
        assert_eq!(out.band_mask(0).values(), [255, 0, 255]);
        assert_eq!(out.band_mask(1).values(), [255, 255, 255]);
    }

    #[test]
    fn impossible_ranges_are_refused() {
        let image = image(Samples::U8(vec![1, 2, 3, 4]), &[255, 255]);
        assert!(rescale(&image, &[]).is_err());
        assert!(rescale(&image, &[(0.0, 1.0); 3]).is_err());
        assert!(rescale(&image, &[(0.0, f64::NAN)]).is_err());
        let flat = rescale(&image, &[(2.0, 2.0)]).unwrap();
        assert_eq!(flat.samples(), &Samples::U8(vec![0; 4]));
    }
}
