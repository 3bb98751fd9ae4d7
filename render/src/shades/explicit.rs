//! Colours of single values.

use crate::{Error, Image};
use cog_raster::{Sample, with_samples};

/// Colours of at most 255 values; all others are nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueColors {
    entries: Vec<(f64, [u8; 4])>,
}

impl ValueColors {
    /// Colours, RGBA, of values; of a value that comes twice the last counts.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] for none, or more than 255.
    pub fn new(entries: Vec<(f64, [u8; 4])>) -> Result<Self, Error> {
        if entries.is_empty() || entries.len() > 255 {
            return Err(Error::parameter(
                "explicit_color_map",
                format!("it has {} colours, 1 to 255 are possible", entries.len()),
            ));
        }
        Ok(Self { entries })
    }

    /// The values and their colours, in the order given.
    #[must_use]
    pub fn entries(&self) -> &[(f64, [u8; 4])] {
        &self.entries
    }

    /// The palette: nothing first, then the colours, then nothing up to 256.
    pub(super) fn palette(&self) -> Box<[[u8; 4]; 256]> {
        let mut palette = Box::new([[0; 4]; 256]);
        for (to, (_, color)) in palette[1..].iter_mut().zip(&self.entries) {
            *to = *color;
        }
        palette
    }

    /// The number of each pixel's value, from 1; 0 where it does not count or has no colour.
    pub(super) fn numbers(&self, image: &Image, band: usize) -> Vec<u8> {
        // The last of equal values wins, and -0 is 0.
        let mut sorted: Vec<(f64, u8)> = Vec::with_capacity(self.entries.len());
        for ((value, _), number) in self.entries.iter().zip(1..=u8::MAX) {
            match sorted.binary_search_by(|(known, _)| known.total_cmp(&(value + 0.0))) {
                Ok(at) => sorted[at].1 = number,
                Err(at) => sorted.insert(at, (value + 0.0, number)),
            }
        }
        let find = |value: f64| {
            let found = sorted.binary_search_by(|(known, _)| known.total_cmp(&(value + 0.0)));
            found.map_or(0, |at| sorted[at].1)
        };
        let mask = image.band_mask(band).values();
        let start = band * image.pixels();
        with_samples!(image.samples(), T, buffer => {
            let samples: &[T] = &buffer[start..start + mask.len()];
            // Neighbours are often the same.
            let mut last = (f64::NAN, 0);
            samples
                .iter()
                .zip(mask)
                .map(|(sample, valid)| {
                    if *valid == 0 {
                        return 0;
                    }
                    let value = sample.to_f64();
                    if value != last.0 {
                        last = (value, find(value));
                    }
                    last.1
                })
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ImageBand;
    use cog_raster::{Mask, Raster, RasterMask, Samples};
    use tile_math::BoundingBox;

    #[test]
    fn values_are_found_exactly() {
        let mask = Mask::new(1, 5, vec![255, 255, 255, 0, 255]).unwrap();
        let raster = Raster::new(1, 1, 5, Samples::F32(vec![7.0, -0.0, 0.5, 7.0, f32::NAN]));
        let raster = raster
            .unwrap()
            .with_mask(RasterMask::PerDataset(mask))
            .unwrap();
        let bounds = BoundingBox::new(0.0, 0.0, 5.0, 1.0);
        let image = Image::new(raster, vec![ImageBand::new("b1")], None, bounds).unwrap();
        let red = [255, 0, 0, 255];
        let colors = ValueColors::new(vec![(0.0, red), (7.0, red), (7.0, [1, 2, 3, 4])]).unwrap();
        assert_eq!(colors.numbers(&image, 0), [3, 1, 0, 0, 0]);
        let palette = colors.palette();
        assert_eq!(
            (palette[0], palette[1], palette[3], palette[4]),
            ([0; 4], red, [1, 2, 3, 4], [0; 4])
        );
        assert!(ValueColors::new(Vec::new()).is_err());
        assert!(ValueColors::new(vec![(1.0, red); 256]).is_err());
        let most = ValueColors::new((0..255).map(|n| (f64::from(n), red)).collect()).unwrap();
        assert_eq!(most.numbers(&image, 0), [8, 1, 0, 0, 0]);
    }
}
