//! Bands to shades.

use super::stretch::{Stretch, shade_of};
use crate::{ColorFormula, Error, Image};
use cog_raster::{Sample, Samples, with_samples};

/// Numbers of pixels, and which of them count.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskedBand {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Row by row from the top.
    pub values: Vec<f64>,
    /// Whether each counts.
    pub valid: Vec<bool>,
}

impl MaskedBand {
    /// The shade of each pixel, 1 to 255; 0 where nothing is.
    #[must_use]
    pub fn shades(&self, stretch: Stretch) -> Vec<u8> {
        let pixels = self.values.iter().zip(&self.valid);
        pixels
            .map(|(value, valid)| if *valid { stretch.shade(*value) } else { 0 })
            .collect()
    }
}

/// The shade of each pixel of a band (0-based), 1 to 255; 0 where nothing is.
///
/// # Errors
///
/// [`Error::InvalidParameter`] if `formula` speaks of more than the first band.
pub fn shade(
    image: &Image,
    band: usize,
    stretch: Stretch,
    formula: Option<&ColorFormula>,
) -> Result<Vec<u8>, Error> {
    formula.map_or(Ok(()), |formula| formula.check_bands(1))?;
    let shade = |value: f64| match formula {
        None => shade_of(stretch.place(value)),
        Some(formula) => shade_of(formula.of_one(stretch.place(value))),
    };
    let mask = image.band_mask(band).values();
    let start = band * image.pixels();
    let band = start..start + mask.len();
    let looked_up = match image.samples() {
        Samples::U8(buffer) => looked_up(&buffer[band], mask, shade),
        Samples::I8(buffer) => looked_up(&buffer[band], mask, shade),
        Samples::U16(buffer) => looked_up(&buffer[band], mask, shade),
        Samples::I16(buffer) => looked_up(&buffer[band], mask, shade),
        _ => None,
    };
    if let Some(shades) = looked_up {
        return Ok(shades);
    }
    Ok(with_samples!(image.samples(), T, buffer => {
        let samples: &[T] = &buffer[start..start + mask.len()];
        let pixels = samples.iter().zip(mask);
        pixels
            .map(|(sample, valid)| if *valid == 0 { 0 } else { shade(sample.to_f64()) })
            .collect()
    }))
}

/// The same by a table of all whole numbers between the least sample and the greatest; `None` where those are more
/// than pixels.
fn looked_up<T: Copy + Ord + Into<i32>>(
    samples: &[T],
    mask: &[u8],
    shade: impl Fn(f64) -> u8,
) -> Option<Vec<u8>> {
    let first = *samples.first()?;
    let ends = (first, first);
    // Compiled to instructions on several numbers at a time, which `Iterator::min` is not.
    let (least, most) = samples.iter().fold(ends, |(least, most), &sample| {
        (
            if sample < least { sample } else { least },
            if sample > most { sample } else { most },
        )
    });
    let (least, most): (i32, i32) = (least.into(), most.into());
    // No sample is less than the least one.
    let place = |sample: T| (sample.into() - least).cast_unsigned() as usize;
    let count = (most - least).cast_unsigned() as usize + 1;
    if count > samples.len() {
        return None;
    }
    let table: Vec<u8> = (least..=most)
        .map(|value| shade(f64::from(value)))
        .collect();
    let pixels = samples.iter().zip(mask);
    let shades = pixels.map(|(sample, valid)| {
        let shade = table[place(*sample)];
        if *valid == 0 { 0 } else { shade }
    });
    Some(shades.collect())
}

/// The shades of red, green and blue, pixel by pixel: each of its own image's first band.
///
/// A band that has nothing at a pixel is 0 there, and with a `formula` what that makes of what lies
/// under the mask does not count.
///
/// # Errors
///
/// [`Error::Mismatch`] if the images are not of one size.
pub fn shade_three(
    images: [&Image; 3],
    stretches: [Stretch; 3],
    formula: Option<&ColorFormula>,
) -> Result<[Vec<u8>; 3], Error> {
    let size = |image: &Image| (image.width(), image.height());
    if images.iter().any(|image| size(image) != size(images[0])) {
        return Err(Error::Mismatch {
            message: "red, green and blue are not of one size".into(),
        });
    }
    let Some(formula) = formula else {
        let [r, g, b] = [0, 1, 2].map(|k| shade(images[k], 0, stretches[k], None));
        return Ok([r?, g?, b?]);
    };
    let places = |k: usize| -> Vec<f64> {
        let pixels = images[k].pixels();
        with_samples!(images[k].samples(), T, buffer => {
            let buffer: &[T] = &buffer[..pixels];
            buffer.iter().map(|sample| stretches[k].place(sample.to_f64())).collect()
        })
    };
    let mut planes = [places(0), places(1), places(2)];
    formula.of_three(&mut planes);
    let shades = |k: usize| -> Vec<u8> {
        let pixels = planes[k].iter().zip(images[k].band_mask(0).values());
        pixels
            .map(|(place, valid)| if *valid == 0 { 0 } else { shade_of(*place) })
            .collect()
    };
    Ok([shades(0), shades(1), shades(2)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ImageBand;
    use cog_raster::{Mask, Raster, RasterMask};
    use tile_math::BoundingBox;

    fn image(samples: Samples, mask: Vec<u8>) -> Image {
        let columns = u32::try_from(mask.len()).unwrap();
        let mask = Mask::new(1, columns, mask).unwrap();
        let raster = Raster::new(1, 1, columns, samples).unwrap();
        let raster = raster.with_mask(RasterMask::PerDataset(mask)).unwrap();
        let bounds = BoundingBox::new(0.0, 0.0, f64::from(columns), 1.0);
        Image::new(raster, vec![ImageBand::new("b1")], None, bounds).unwrap()
    }

    #[test]
    fn what_does_not_count_is_nought() {
        let samples = Samples::F32(vec![0.0, 5.0, 10.0, 10.0, f32::NAN]);
        let image = image(samples, vec![255, 255, 255, 0, 255]);
        let shades = shade(&image, 0, Stretch::new(0.0, 10.0), None).unwrap();
        assert_eq!(shades, [1, 128, 255, 0, 0]);
    }

    #[test]
    fn tables_hold_what_the_formula_gives() {
        let formula = ColorFormula::parse("gamma 1 1.7, sigmoidal 1 8 0.4").unwrap();
        let mask: Vec<u8> = (0..1000)
            .map(|at| if at % 7 == 0 { 0 } else { 255 })
            .collect();
        // Of as many values as pixels, where there is a table, and of more, where there is none.
        for span in [999, 1000, 30_000] {
            let value = |at: i32| at * 7919 % (span - 1) + if at % 2 == 0 { 1 } else { 0 };
            let ends = |at: i32| match at {
                1 => 0,
                2 => span,
                at => value(at),
            };
            let values: Vec<i32> = (0..1000).map(ends).collect();
            let signed: Vec<i32> = values.iter().map(|value| value - 700).collect();
            let bytes = |of: &[i32]| of.iter().map(|value| value % 256).collect::<Vec<_>>();
            let small = |of: &[i32]| {
                bytes(of)
                    .iter()
                    .map(|value| value - 128)
                    .collect::<Vec<_>>()
            };
            for (samples, values) in [
                (
                    Samples::U16(values.iter().map(|v| *v as u16).collect()),
                    values.clone(),
                ),
                (
                    Samples::I16(signed.iter().map(|v| *v as i16).collect()),
                    signed.clone(),
                ),
                (
                    Samples::U8(bytes(&values).iter().map(|v| *v as u8).collect()),
                    bytes(&values),
                ),
                (
                    Samples::I8(small(&values).iter().map(|v| *v as i8).collect()),
                    small(&values),
                ),
            ] {
                let many = image(samples, mask.clone());
                let stretch = Stretch::new(-50.0, 900.0);
                let plain = shade(&many, 0, stretch, None).unwrap();
                let curved = shade(&many, 0, stretch, Some(&formula)).unwrap();
                for (at, value) in values.iter().enumerate() {
                    let place = stretch.place(f64::from(*value));
                    let expected = [shade_of(place), shade_of(formula.of_one(place))];
                    let expected = if mask[at] == 0 { [0; 2] } else { expected };
                    assert_eq!([plain[at], curved[at]], expected, "{span} {value}");
                }
            }
        }
        let many = image(Samples::U16(vec![7; 3]), vec![255; 3]);
        let stretch = Stretch::new(0.0, 9.0);
        for text in ["gamma g 2", "saturation 1.2", "gamma 12 2"] {
            let formula = ColorFormula::parse(text).unwrap();
            assert!(shade(&many, 0, stretch, Some(&formula)).is_err(), "{text}");
        }
    }

    #[test]
    fn colours_are_made_together() {
        let band =
            |value: f32, valid: u8| image(Samples::F32(vec![value, value]), vec![255, valid]);
        let images = [band(0.8, 255), band(0.2, 0), band(0.2, 255)];
        let images = [&images[0], &images[1], &images[2]];
        let unit = [Stretch::new(0.0, 1.0); 3];
        let plain = shade_three(images, unit, None).unwrap();
        assert_eq!(plain, [vec![204, 204], vec![52, 0], vec![52, 52]]);
        let grey = ColorFormula::parse("saturation 0").unwrap();
        let [r, g, b] = shade_three(images, unit, Some(&grey)).unwrap();
        assert!(
            r[0] == g[0] && g[0] == b[0] && g[1] == 0,
            "{r:?} {g:?} {b:?}"
        );
        let one = image(Samples::F32(vec![0.5]), vec![255]);
        assert!(shade_three([&one, &one, images[0]], unit, None).is_err());
    }
}
