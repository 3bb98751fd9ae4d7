//! One band of what all bands have at a pixel.

use super::definition::Algorithm;
use super::pixels::{check, made};
use crate::{Error, Image};
use cog_raster::{Sample, Samples, with_samples};

/// A statistic across the bands of a pixel that count there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Across {
    Min,
    Max,
    Median,
    Mean,
    /// Of a sample: the squares are divided by one less than the number of bands.
    Std,
    Var,
    Sum,
}

impl Across {
    const fn name(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Max => "max",
            Self::Median => "median",
            Self::Mean => "mean",
            Self::Std => "std",
            Self::Var => "var",
            Self::Sum => "sum",
        }
    }
}

impl Algorithm for Across {
    fn apply(&self, image: &Image) -> Result<Image, Error> {
        check(image, self.name(), 1)?;
        Ok(match self {
            Self::Min | Self::Max => self.extreme(image),
            Self::Sum => match image.samples() {
                Samples::U8(v) => self.whole(image, v, u64::from, u64::saturating_add),
                Samples::U16(v) => self.whole(image, v, u64::from, u64::saturating_add),
                Samples::U32(v) => self.whole(image, v, u64::from, u64::saturating_add),
                Samples::U64(v) => self.whole(image, v, |v| v, u64::saturating_add),
                Samples::I8(v) => self.whole(image, v, i64::from, i64::saturating_add),
                Samples::I16(v) => self.whole(image, v, i64::from, i64::saturating_add),
                Samples::I32(v) => self.whole(image, v, i64::from, i64::saturating_add),
                Samples::I64(v) => self.whole(image, v, |v| v, i64::saturating_add),
                Samples::F64(_) => self.real::<f64>(image),
                _ => self.real::<f32>(image),
            },
            Self::Median if matches!(image.samples(), Samples::F16(_) | Samples::F32(_)) => {
                self.real::<f32>(image)
            }
            _ => self.real::<f64>(image),
        })
    }
}

impl Across {
    /// The least or the greatest, in the type of the samples.
    fn extreme(self, image: &Image) -> Image {
        match image.samples() {
            // `f64` does not tell the greatest of them apart.
            Samples::I64(v) => self.extreme_of(image, v, |a, b| a < b),
            Samples::U64(v) => self.extreme_of(image, v, |a, b| a < b),
            samples => with_samples!(samples, T, v => {
                self.extreme_of(image, v, |a: T, b: T| a.to_f64() < b.to_f64())
            }),
        }
    }

    fn extreme_of<T: Sample>(
        self,
        image: &Image,
        samples: &[T],
        precedes: impl Fn(T, T) -> bool,
    ) -> Image {
        let pixels = image.pixels();
        let mut mask = cog_raster::Mask::filled(image.height(), image.width(), 0);
        let mut found = vec![T::default(); pixels];
        for band in 0..image.bands().len() {
            let valid = image.band_mask(band).values();
            let values = samples[band * pixels..][..pixels].iter().zip(valid);
            let to = found.iter_mut().zip(mask.values_mut());
            for ((found, so_far), (&value, &valid)) in to.zip(values) {
                if valid == 0 || !value.to_f64().is_finite() {
                    continue;
                }
                let replaces = match self {
                    Self::Min => precedes(value, *found),
                    _ => precedes(*found, value),
                };
                if *so_far == 0 || replaces {
                    *found = value;
                }
                *so_far = (*so_far).max(valid);
            }
        }
        made(image, found, mask, &[self.name()])
    }

    fn whole<T: Copy, S: Sample>(
        self,
        image: &Image,
        samples: &[T],
        wide: impl Fn(T) -> S,
        add: impl Fn(S, S) -> S,
    ) -> Image {
        let pixels = image.pixels();
        let mut sums = vec![S::default(); pixels];
        for band in 0..image.bands().len() {
            let valid = image.band_mask(band).values();
            let values = samples[band * pixels..][..pixels].iter().zip(valid);
            for (sum, (&value, &valid)) in sums.iter_mut().zip(values) {
                if valid != 0 {
                    *sum = add(*sum, wide(value));
                }
            }
        }
        made(image, sums, image.mask().clone(), &[self.name()])
    }

    fn real<T: Sample>(self, image: &Image) -> Image {
        let pixels = image.pixels();
        let masks: Vec<&[u8]> = (0..image.bands().len())
            .map(|band| image.band_mask(band).values())
            .collect();
        let mut mask = image.mask().clone();
        let mut made_of = Vec::with_capacity(pixels);
        let mut values = Vec::with_capacity(masks.len());
        with_samples!(image.samples(), S, samples => {
            let samples: &[S] = samples;
            for (at, valid) in mask.values_mut().iter_mut().enumerate() {
                values.clear();
                let bands = masks.iter().zip(samples[at..].iter().step_by(pixels));
                let counting = bands.filter(|(mask, _)| mask[at] != 0);
                values.extend(counting.map(|(_, sample)| sample.to_f64()).filter(|v| !v.is_nan()));
                let value = self.of(&mut values).filter(|value| value.is_finite());
                if value.is_none() {
                    *valid = 0;
                }
                made_of.push(T::from_f64(value.unwrap_or_default()));
            }
        });
        made(image, made_of, mask, &[self.name()])
    }

    /// `None` where there are too few values.
    fn of(self, values: &mut [f64]) -> Option<f64> {
        let count = values.len();
        if count == 0 {
            return None;
        }
        let sum: f64 = values.iter().sum();
        let mean = sum / count as f64;
        let variance = || {
            let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
            (count > 1).then(|| squares / (count - 1) as f64)
        };
        match self {
            Self::Mean => Some(mean),
            Self::Var => variance(),
            Self::Std => variance().map(f64::sqrt),
            Self::Median => {
                values.sort_unstable_by(f64::total_cmp);
                let upper = values[count / 2];
                let lower = values[(count - 1) / 2];
                Some(lower + (upper - lower) / 2.0)
            }
            _ => Some(sum),
        }
    }
}
