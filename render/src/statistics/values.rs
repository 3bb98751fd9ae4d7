//! The values of a band that count, in order, in little memory.

use crate::{Error, Image, Limits};
use cog_raster::{Sample, SampleType, Samples, with_samples};

/// A value that occurs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    pub(super) value: f64,
    /// How many pixels have it.
    pub(super) pixels: u64,
    /// How much they count together.
    pub(super) weight: f64,
}

/// What all values are together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    pub(super) pixels: u64,
    pub(super) weight: f64,
    /// Of the values, weighted.
    pub(super) sum: f64,
}

/// The pixels of a band that are fully valid and finite.
#[derive(Debug)]
pub(super) struct Values<'a> {
    image: &'a Image,
    band: usize,
    coverage: Option<&'a [f64]>,
    order: Order,
}

/// Their values, ascending.
#[derive(Debug)]
enum Order {
    /// Each once: samples of 16 bits have few values.
    Counted(Vec<Run>),
    /// All.
    Sorted(Samples),
    /// The pixels that have them.
    Pixels(Vec<u32>),
}

impl<'a> Values<'a> {
    /// Takes 4 bytes a pixel where it counts by its coverage, a sample's where not, and nothing
    /// where samples have at most 16 bits.
    ///
    /// # Errors
    ///
    /// [`Error::OverLimit`] if that, with the coverage, is more than may be read of a source.
    pub(super) fn of(
        image: &'a Image,
        band: usize,
        coverage: Option<&'a [f64]>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let mut values = Self {
            image,
            band,
            coverage,
            order: Order::Pixels(Vec::new()),
        };
        let sample_type = image.sample_type();
        let counted = matches!(
            sample_type,
            SampleType::U8 | SampleType::I8 | SampleType::U16 | SampleType::I16
        );
        let bytes = match (counted, coverage) {
            (true, None) => 0,
            (true, Some(_)) => 8,
            (false, None) => sample_type.size() as u64,
            (false, Some(_)) => 12,
        };
        Error::check_limit(
            "statistics",
            bytes.saturating_mul(image.pixels() as u64),
            limits.source_bytes,
            "ask for fewer pixels, by max_size",
        )?;
        values.order = if counted {
            values.counted()
        } else if coverage.is_some() {
            values.pixels()
        } else {
            values.sorted()
        };
        Ok(values)
    }

    /// Each value that occurs, ascending.
    pub(super) fn each(&self, mut visit: impl FnMut(Run)) {
        match &self.order {
            Order::Counted(runs) => runs.iter().copied().for_each(visit),
            Order::Sorted(samples) => with_samples!(samples, T, samples => {
                for run in samples.chunk_by(|a, b| a.to_f64() == b.to_f64()) {
                    visit(Run {
                        value: run[0].to_f64(),
                        pixels: run.len() as u64,
                        weight: run.len() as f64,
                    });
                }
            }),
            Order::Pixels(order) => with_samples!(self.image.samples(), T, samples => {
                let samples: &[T] = self.of_band(samples);
                let value = |at: &u32| samples[*at as usize].to_f64();
                for run in order.chunk_by(|a, b| value(a) == value(b)) {
                    let weights = run.iter().map(|at| self.weight(*at as usize));
                    visit(Run {
                        value: value(&run[0]),
                        pixels: run.len() as u64,
                        weight: weights.sum(),
                    });
                }
            }),
        }
    }

    /// Sums in the pixels' order, as NumPy's.
    pub(super) fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.each_pixel(|_, value, weight| {
            totals.pixels += 1;
            totals.weight += weight;
            totals.sum += value * weight;
        });
        totals
    }

    /// The weighted sum of the squares of the distances from `mean`.
    pub(super) fn squares(&self, mean: f64) -> f64 {
        let mut squares = 0.0;
        self.each_pixel(|_, value, weight| squares += (value - mean).powi(2) * weight);
        squares
    }

    fn counted(&self) -> Order {
        let sample_type = self.image.sample_type();
        let count = 1_usize << (8 * sample_type.size());
        let least = match sample_type {
            SampleType::I8 => f64::from(i8::MIN),
            SampleType::I16 => f64::from(i16::MIN),
            _ => 0.0,
        };
        let mut runs = vec![Run::default(); count];
        self.each_pixel(|_, value, weight| {
            let run = &mut runs[(value - least) as usize];
            run.pixels += 1;
            run.weight += weight;
        });
        for (at, run) in runs.iter_mut().enumerate() {
            run.value = at as f64 + least;
        }
        runs.retain(|run| run.pixels > 0);
        Order::Counted(runs)
    }

    fn sorted(&self) -> Order {
        let mask = self.image.band_mask(self.band).values();
        with_samples!(self.image.samples(), T, samples => {
            let samples: &[T] = self.of_band(samples);
            let counts = samples.iter().zip(mask);
            let counts = counts.filter(|(sample, valid)| **valid == 255 && sample.to_f64().is_finite());
            let mut values: Vec<T> = counts.map(|(sample, _)| *sample).collect();
            values.sort_unstable_by(|a, b| a.to_f64().total_cmp(&b.to_f64()));
            Order::Sorted(T::into_samples(values))
        })
    }

    fn pixels(&self) -> Order {
        let mut order = Vec::new();
        // The limit has let the number of pixels pass.
        self.each_pixel(|at, _, _| order.push(at as u32));
        with_samples!(self.image.samples(), T, samples => {
            let samples: &[T] = self.of_band(samples);
            let value = |at: u32| samples[at as usize].to_f64();
            order.sort_unstable_by(|a, b| value(*a).total_cmp(&value(*b)));
        });
        Order::Pixels(order)
    }

    /// Each pixel that counts: its number, its value, its weight.
    fn each_pixel(&self, mut visit: impl FnMut(usize, f64, f64)) {
        let mask = self.image.band_mask(self.band).values();
        with_samples!(self.image.samples(), T, samples => {
            let samples: &[T] = self.of_band(samples);
            for (at, (sample, valid)) in samples.iter().zip(mask).enumerate() {
                let value = sample.to_f64();
                if *valid == 255 && value.is_finite() {
                    visit(at, value, self.weight(at));
                }
            }
        });
    }

    fn of_band<'s, T>(&self, samples: &'s [T]) -> &'s [T] {
        let pixels = self.image.pixels();
        &samples[self.band * pixels..][..pixels]
    }

    fn weight(&self, at: usize) -> f64 {
        self.coverage.map_or(1.0, |coverage| coverage[at])
    }
}
