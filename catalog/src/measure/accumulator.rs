//! What is found in the parts of one pass.

use super::{
    counts::Counts,
    hull::Hull,
    measurement::{Part, Plan},
    moments::Moments,
    ordered::Ordered,
    select::{Kept, Select},
};
use crate::Error;
use cog_raster::{Raster, SampleType, Window, with_sample_type, with_samples};
use std::sync::Arc;

/// What was found in some parts of a raster. Several fill at a time, on whichever threads, and are merged.
#[derive(Clone, Debug)]
pub struct Accumulator {
    plan: Arc<Plan>,
    pub(super) parts: u64,
    pub(super) hull: Hull,
    pub(super) values: Values,
}

/// The valid values.
#[derive(Clone, Debug)]
pub(super) enum Values {
    /// Of up to 16 bits.
    Counted(Counts),
    /// Of more.
    Selected {
        select: Select,
        moments: Moments,
        /// Least and greatest key.
        range: (u64, u64),
    },
}

impl Accumulator {
    pub(super) fn new(plan: Arc<Plan>) -> Self {
        let values = match &plan.step {
            None => Values::Counted(Counts::new()),
            Some(step) => {
                let bits = with_sample_type!(plan.sample_type, T => T::KEY_BITS);
                let kept = if plan.keep {
                    Kept::new(bits)
                } else {
                    Kept::Nothing
                };
                Values::Selected {
                    select: Select::new(step, kept),
                    moments: Moments::default(),
                    range: (u64::MAX, 0),
                }
            }
        };
        Self {
            plan,
            parts: 0,
            hull: Hull::default(),
            values,
        }
    }

    /// Adds the pixels that were read for `part`.
    ///
    /// # Errors
    ///
    /// [`Error::Unmeasurable`] if the raster is not what the part asks for.
    pub fn push(&mut self, part: &Part, raster: &Raster) -> Result<(), Error> {
        let window = part.request.window;
        let fits = raster.bands() == 1
            && (raster.columns(), raster.rows()) == (window.width, window.height)
            && raster.sample_type() == self.plan.sample_type;
        if !fits {
            return Err(Error::unmeasurable(format!(
                "the window {window} was read as {} bands of {} × {} {} samples",
                raster.bands(),
                raster.columns(),
                raster.rows(),
                raster.sample_type()
            )));
        }
        let (measured, sampled) = self.plan.grid.within(&window);
        let mask = raster.mask().of_band(0).map(cog_raster::Mask::values);
        with_samples!(raster.samples(), T, samples => match sampled {
            None => self.scan::<T>(samples, mask, &measured),
            Some((columns, rows)) => {
                let width = window.width as usize;
                let positions = rows.iter().flat_map(|row| {
                    let start = *row as usize * width;
                    columns.iter().map(move |column| start + *column as usize)
                });
                let some: Vec<T> = positions.clone().map(|at| samples[at]).collect();
                let mask: Option<Vec<u8>> = mask.map(|mask| positions.map(|at| mask[at]).collect());
                self.scan::<T>(&some, mask.as_deref(), &measured);
            }
        });
        self.parts += 1;
        Ok(())
    }

    /// Adds what another found in the same pass.
    pub fn merge(&mut self, other: Self) {
        self.parts += other.parts;
        self.hull.merge(other.hull);
        match (&mut self.values, other.values) {
            (Values::Counted(own), Values::Counted(other)) => own.merge(&other),
            (
                Values::Selected {
                    select,
                    moments,
                    range,
                },
                Values::Selected {
                    select: other_select,
                    moments: other_moments,
                    range: other_range,
                },
            ) => {
                select.merge(other_select);
                moments.merge(&other_moments);
                *range = (range.0.min(other_range.0), range.1.max(other_range.1));
            }
            _ => debug_assert!(false, "both are of one measurement"),
        }
    }

    fn scan<T: Ordered>(&mut self, samples: &[T], mask: Option<&[u8]>, measured: &Window) {
        let plan = Arc::clone(&self.plan);
        let valid = |at: usize| {
            let sample = samples[at];
            mask.is_none_or(|mask| mask[at] != 0)
                && sample.is_finite()
                && !plan
                    .nodata
                    .as_ref()
                    .is_some_and(|nodata| sample.is_nodata(nodata))
        };
        if plan.first {
            let width = measured.width as usize;
            for row in 0..measured.height {
                let start = row as usize * width;
                let Some(first) = (0..width).find(|column| valid(start + column)) else {
                    continue;
                };
                let last = (first..width).rev().find(|column| valid(start + column));
                let column = |at: usize| measured.col + at as u32;
                let last = last.unwrap_or(first);
                self.hull
                    .add(measured.row + row, column(first), column(last));
            }
        }
        match &mut self.values {
            // What is not valid by its value is taken out at the end, once per value.
            Values::Counted(counts) => match mask {
                Some(mask) => counts.push_masked(samples, mask),
                None => counts.push(samples),
            },
            Values::Selected {
                select,
                moments,
                range,
            } => {
                let keys: Vec<u64> = (0..samples.len())
                    .filter(|at| valid(*at))
                    .map(|at| samples[at].key())
                    .collect();
                if plan.first {
                    for key in &keys {
                        *range = (range.0.min(*key), range.1.max(*key));
                    }
                    moments.merge(&Moments::of(keys.iter().map(|key| T::value(*key))));
                }
                select.push(&keys);
            }
        }
    }
}

/// Whether samples are counted one by one.
pub(super) fn is_counted(sample_type: SampleType) -> bool {
    with_sample_type!(sample_type, T => T::KEY_BITS == 16)
}
