//! From parts that are read to what is known of the raster.

use super::{
    accumulator::{Accumulator, Values, is_counted},
    grid::Grid,
    ground::Ground,
    hull::Corner,
    moments::Moments,
    options::MeasureOptions,
    ordered::Ordered,
    select::{Search, Step},
};
use crate::{Error, Metadata, PERCENTILES};
use cog_raster::{Nodata, RasterInfo, ReadRequest, SampleType, with_sample_type};
use std::sync::Arc;

/// A raster that is being measured: says what to read, and what to do when it is read.
///
/// Each pass reads all [`parts`](Self::parts), in any order and on any threads, into one or more
/// accumulators, and ends with [`advance`](Self::advance). [`measure`](crate::measure) does that one part at a time.
#[derive(Debug)]
pub struct Measurement {
    plan: Arc<Plan>,
    ground: Ground,
    search: Search,
    first: Option<First>,
    memory: u64,
    full_size: (u32, u32),
}

/// What all accumulators of a pass know.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) grid: Grid,
    pub(super) sample_type: SampleType,
    pub(super) nodata: Option<Nodata>,
    band: u32,
    /// The pass that finds everything but the last bits of the percentiles.
    pub(super) first: bool,
    /// What the pass looks for where samples are not counted one by one.
    pub(super) step: Option<Step>,
    /// Samples are kept for the next pass.
    pub(super) keep: bool,
}

/// A piece of a raster that is read at once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Part {
    /// How to read it.
    pub request: ReadRequest,
}

/// What the first pass found.
#[derive(Clone, Debug)]
struct First {
    corners: Vec<Corner>,
    moments: Moments,
    range: (f64, f64),
}

impl Measurement {
    /// Begins.
    ///
    /// # Errors
    ///
    /// [`Error::Unmeasurable`] if there is no such band, no pixel, or the raster is not georeferenced;
    /// or if a thumbnail is wanted and more pixels than the options allow have to be read for it.
    pub fn new(info: &RasterInfo, options: &MeasureOptions) -> Result<Self, Error> {
        let band = info.bands.get(options.band as usize).ok_or_else(|| {
            Error::unmeasurable(format!(
                "band {} is not there: the raster has bands 1 to {}",
                u64::from(options.band) + 1,
                info.bands.len()
            ))
        })?;
        let grid = Grid::new(info, options)?;
        let bits = with_sample_type!(info.sample_type, T => T::KEY_BITS);
        let key_bytes = u64::from(bits / 8);
        let search = Search::new(bits);
        let counted = is_counted(info.sample_type);
        let plan = Plan {
            sample_type: info.sample_type,
            nodata: band.nodata,
            band: options.band,
            first: true,
            step: search.step.clone().filter(|_| !counted),
            keep: !counted && grid.pixels().saturating_mul(key_bytes) <= options.memory,
            grid,
        };
        Ok(Self {
            plan: Arc::new(plan),
            ground: Ground::new(info)?,
            search,
            first: None,
            memory: options.memory,
            full_size: (info.width(), info.height()),
        })
    }

    /// Parts of a pass.
    #[must_use]
    pub fn parts(&self) -> u64 {
        self.plan.grid.parts()
    }

    /// A part, by its index; `None` past the last.
    #[must_use]
    pub fn part(&self, index: u64) -> Option<Part> {
        let window = self.plan.grid.window(index)?;
        let request = ReadRequest::new(self.plan.grid.level, window).with_bands([self.plan.band]);
        Some(Part { request })
    }

    /// How many accumulators may be filled at a time so that they stay within the options' memory: 1 at
    /// least.
    #[must_use]
    pub fn accumulators(&self) -> usize {
        let each = self.plan.step.as_ref().map_or(1, Step::bytes).max(1 << 20);
        usize::try_from(self.memory / each)
            .unwrap_or(usize::MAX)
            .max(1)
    }

    /// An empty accumulator of this pass.
    #[must_use]
    pub fn accumulator(&self) -> Accumulator {
        Accumulator::new(Arc::clone(&self.plan))
    }

    /// Ends a pass, with what was found in all parts; `None` if all have to be read once more.
    ///
    /// # Errors
    ///
    /// [`Error::NoValidData`]; [`Error::Unmeasurable`] if parts are missing, the outline has no place
    /// on Earth, or the values are so large that they have no mean.
    pub fn advance(&mut self, found: Accumulator) -> Result<Option<Metadata>, Error> {
        if found.parts != self.parts() {
            return Err(Error::unmeasurable(format!(
                "{} of {} parts were read",
                found.parts,
                self.parts()
            )));
        }
        with_sample_type!(self.plan.sample_type, T => self.advance_as::<T>(found))
    }

    fn advance_as<T: Ordered>(&mut self, found: Accumulator) -> Result<Option<Metadata>, Error> {
        let Accumulator { hull, values, .. } = found;
        match values {
            Values::Counted(counts) => {
                let sorted = counts.finish::<T>(self.plan.nodata.as_ref());
                let first = First {
                    corners: hull.into_corners(),
                    moments: sorted.moments(),
                    range: sorted.range().ok_or(Error::NoValidData)?,
                };
                let ranks = Ranks::new(first.moments.count);
                let values = sorted.at(&ranks.wanted);
                self.metadata(&first, &ranks, &values).map(Some)
            }
            Values::Selected {
                select,
                moments,
                range,
            } => {
                let first = match self.first.take() {
                    Some(first) => first,
                    None if moments.count == 0 => return Err(Error::NoValidData),
                    None => First {
                        corners: hull.into_corners(),
                        moments,
                        range: (T::value(range.0), T::value(range.1)),
                    },
                };
                let ranks = Ranks::new(first.moments.count);
                if self.plan.first {
                    self.search.want(&ranks.wanted);
                }
                select.carry_on(&mut self.search);
                if let Some(step) = &self.search.step {
                    self.plan = Arc::new(Plan {
                        grid: self.plan.grid.clone(),
                        sample_type: self.plan.sample_type,
                        nodata: self.plan.nodata,
                        band: self.plan.band,
                        first: false,
                        step: Some(step.clone()),
                        keep: false,
                    });
                    self.first = Some(first);
                    return Ok(None);
                }
                let values = self.search.values::<T>();
                self.metadata(&first, &ranks, &values).map(Some)
            }
        }
    }

    fn metadata(&self, first: &First, ranks: &Ranks, values: &[f64]) -> Result<Metadata, Error> {
        let moments = first.moments;
        let deviation = moments.deviation();
        if !(moments.mean.is_finite() && deviation.is_finite()) {
            return Err(Error::unmeasurable(format!(
                "values from {} to {} are too large to have a mean; is one of them nodata that the raster does not declare?",
                first.range.0, first.range.1
            )));
        }
        let scale = |measured: u32, full: u32| f64::from(full) / f64::from(measured);
        let (columns, rows) = self.plan.grid.size;
        let (x, y) = (
            scale(columns, self.full_size.0),
            scale(rows, self.full_size.1),
        );
        let corners: Vec<(f64, f64)> = first
            .corners
            .iter()
            .map(|(column, row)| (f64::from(*column) * x, f64::from(*row) * y))
            .collect();
        let bounds = self.ground.bounds()?;
        let mut metadata = Metadata::constant(bounds, 0.0);
        metadata.convex_hull = self.ground.outline(&corners)?;
        metadata.valid_percentage = moments.count as f64 / self.plan.grid.pixels() as f64 * 100.0;
        metadata.range = first.range;
        // Rounding can leave the mean of equal values beside them.
        metadata.mean = moments.mean.clamp(first.range.0, first.range.1);
        metadata.stdev = deviation;
        metadata.percentiles = ranks.percentiles(values);
        Ok(metadata)
    }
}

/// Where the percentiles lie among the sorted values: NumPy's linear interpolation.
#[derive(Clone, Debug)]
struct Ranks {
    /// Ascending, each once.
    wanted: Vec<u64>,
    /// For each percentile its lower and upper neighbours, as indices of `wanted`, and how far it is between them.
    between: Vec<(usize, usize, f64)>,
}

impl Ranks {
    fn new(count: u64) -> Self {
        let last = count.saturating_sub(1);
        let mut ranks = Self {
            wanted: Vec::new(),
            between: Vec::new(),
        };
        for percent in 1..=PERCENTILES {
            let position = last as f64 * (percent as f64 / 100.0);
            let lower = position as u64;
            let at = ranks.index(lower);
            let next = ranks.index((lower + 1).min(last));
            ranks.between.push((at, next, position - lower as f64));
        }
        ranks
    }

    /// Percentiles rise, so a rank is either wanted already, among the last two, or greater than all.
    fn index(&mut self, rank: u64) -> usize {
        if let Ok(at) = self.wanted.binary_search(&rank) {
            return at;
        }
        self.wanted.push(rank);
        self.wanted.len() - 1
    }

    /// From the values at the wanted ranks.
    fn percentiles(&self, values: &[f64]) -> Vec<f32> {
        let most = f64::from(f32::MAX);
        self.between
            .iter()
            .map(|(lower, upper, share)| {
                let (a, b) = (values[*lower], values[*upper]);
                let between = if *share < 0.5 {
                    a + (b - a) * share
                } else {
                    b - (b - a) * (1.0 - share)
                };
                // The distance between the extremes of `f64` is none; and the tables hold `f32`.
                let between = if between.is_finite() {
                    between
                } else {
                    a * (1.0 - share) + b * share
                };
                between.clamp(-most, most) as f32
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_between_neighbours() {
        for count in [1u64, 2, 3, 50, 100, 101, 1000] {
            let ranks = Ranks::new(count);
            assert!(ranks.wanted.is_sorted_by(|a, b| a < b), "{count}");
            let values: Vec<f64> = ranks.wanted.iter().map(|rank| *rank as f64).collect();
            for (at, value) in ranks.percentiles(&values).iter().enumerate() {
                let wanted = (count - 1) as f64 * (at + 1) as f64 / 100.0;
                assert!((f64::from(*value) - wanted).abs() < 1e-4, "{count} {at}");
            }
        }
    }

    #[test]
    fn extremes_have_percentiles() {
        let ranks = Ranks::new(2);
        let found = ranks.percentiles(&[f64::MIN, f64::MAX]);
        assert_eq!((found[0], found[98]), (f32::MIN, f32::MAX));
    }
}
