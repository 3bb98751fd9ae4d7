//! Numbers that describe the valid pixels of an image.

use crate::{Error, Image};
use cog_raster::{Sample, with_samples};

/// Most bins of a histogram.
const MOST_BINS: usize = 65_536;

/// What to compute. The defaults are TiTiler's.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StatisticsOptions {
    /// Percentiles, 0 to 100.
    pub percentiles: Vec<f64>,
    /// Counts values rather than bins.
    pub categorical: bool,
    /// Values to count when categorical; empty is every value that occurs.
    pub categories: Vec<f64>,
    /// How the histogram is cut.
    pub bins: Bins,
    /// Least and greatest value of the histogram; `None` is those that occur.
    pub range: Option<(f64, f64)>,
}

/// How a histogram is cut.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Bins {
    /// That many of equal width.
    Count(usize),
    /// Between these edges, which grow.
    Edges(Vec<f64>),
}

impl Default for StatisticsOptions {
    fn default() -> Self {
        Self {
            percentiles: vec![2.0, 98.0],
            categorical: false,
            categories: Vec::new(),
            bins: Bins::Count(10),
            range: None,
        }
    }
}

impl StatisticsOptions {
    /// Chooses the percentiles.
    #[must_use]
    pub fn with_percentiles(mut self, percentiles: impl Into<Vec<f64>>) -> Self {
        self.percentiles = percentiles.into();
        self
    }

    /// Counts values rather than bins: these, or all that occur when there are none.
    #[must_use]
    pub fn with_categories(mut self, categories: impl Into<Vec<f64>>) -> Self {
        self.categorical = true;
        self.categories = categories.into();
        self
    }

    /// Chooses how the histogram is cut.
    #[must_use]
    pub fn with_bins(mut self, bins: Bins) -> Self {
        self.bins = bins;
        self
    }

    /// Chooses the histogram's range.
    #[must_use]
    pub const fn with_range(mut self, least: f64, greatest: f64) -> Self {
        self.range = Some((least, greatest));
        self
    }

    fn check(&self) -> Result<(), Error> {
        if let Some(wrong) = self
            .percentiles
            .iter()
            .find(|p| !(0.0..=100.0).contains(*p))
        {
            return Err(Error::parameter(
                "p",
                format!("{wrong} is not between 0 and 100"),
            ));
        }
        match &self.bins {
            Bins::Count(count) if !(1..=MOST_BINS).contains(count) => {
                return Err(Error::parameter(
                    "histogram_bins",
                    format!("{count} is not between 1 and {MOST_BINS}"),
                ));
            }
            Bins::Edges(edges) => {
                let grow = edges.windows(2).all(|pair| pair[0] <= pair[1]);
                if edges.len() < 2 || edges.len() > MOST_BINS || !grow {
                    return Err(Error::parameter(
                        "histogram_bins",
                        "edges must be at least two numbers that grow",
                    ));
                }
            }
            Bins::Count(_) => {}
        }
        match self.range {
            Some((least, greatest))
                if !(least.is_finite() && greatest.is_finite() && least <= greatest) =>
            {
                Err(Error::parameter(
                    "histogram_range",
                    format!("{least},{greatest} is not a range of finite numbers"),
                ))
            }
            _ => Ok(()),
        }
    }
}

/// Statistics of one band: the fields of TiTiler's `BandStatistics`.
///
/// Values are NaN where no pixel counts. A pixel counts where it is fully valid
/// (alpha 255) and finite. With `coverage`, a pixel counts as much as its share.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BandStatistics {
    /// The band's name, `b1` ….
    pub name: String,
    /// The band's description.
    pub description: String,
    /// Least value, whatever the coverage.
    pub min: f64,
    /// Greatest value, whatever the coverage.
    pub max: f64,
    /// Mean, weighted by coverage.
    pub mean: f64,
    /// Sum of the coverage.
    pub count: f64,
    /// Sum of the values, weighted by coverage.
    pub sum: f64,
    /// Standard deviation of the population, weighted by coverage.
    pub std: f64,
    /// Weighted median: a value that occurs.
    pub median: f64,
    /// The most frequent value, the least of them.
    pub majority: f64,
    /// The least frequent value, the least of them.
    pub minority: f64,
    /// Number of different values.
    pub unique: u64,
    /// Percentile and value, which occurs, in the order asked for; TiTiler's keys are
    /// `percentile_` and the whole number.
    pub percentiles: Vec<(f64, f64)>,
    /// Numbers of pixels.
    pub histogram_counts: Vec<u64>,
    /// Edges of the bins, one more than counts; or the categories, as many.
    pub histogram_edges: Vec<f64>,
    /// Share of valid pixels among those covered, in per cent, to two decimals.
    pub valid_percent: f64,
    /// Pixels that do not count.
    pub masked_pixels: u64,
    /// Pixels that count.
    pub valid_pixels: u64,
}

/// Statistics of every band.
///
/// - `coverage`: the share, 0 to 1, to which each pixel counts, `rows × columns`;
///   `None` is 1 everywhere.
///
/// Complex samples count with their real part.
///
/// # Errors
///
/// [`Error::InvalidParameter`] for percentiles outside 0…100, bins or ranges that
/// make no histogram, or a coverage of another shape or outside 0…1.
pub fn statistics(
    image: &Image,
    options: &StatisticsOptions,
    coverage: Option<&[f64]>,
) -> Result<Vec<BandStatistics>, Error> {
    options.check()?;
    if let Some(coverage) = coverage {
        let fits = coverage.len() == image.pixels();
        if !fits || coverage.iter().any(|share| !(0.0..=1.0).contains(share)) {
            return Err(Error::parameter(
                "coverage",
                "a share from 0 to 1 per pixel is needed",
            ));
        }
    }
    (0..image.bands().len())
        .map(|band| band_statistics(image, band, options, coverage))
        .collect()
}

/// A value and how much it counts.
type Weighted = (f64, f64);

fn band_statistics(
    image: &Image,
    band: usize,
    options: &StatisticsOptions,
    coverage: Option<&[f64]>,
) -> Result<BandStatistics, Error> {
    let mut values = values(image, band, coverage);
    let info = &image.bands()[band];
    let covered = coverage.map_or(image.pixels(), |c| {
        c.iter().filter(|share| **share != 0.0).count()
    });
    let valid_pixels = values.len() as u64;
    let mut result = BandStatistics {
        name: info.name.clone(),
        description: info.description.clone(),
        min: f64::NAN,
        max: f64::NAN,
        mean: f64::NAN,
        count: 0.0,
        sum: 0.0,
        std: f64::NAN,
        median: f64::NAN,
        majority: f64::NAN,
        minority: f64::NAN,
        unique: 0,
        percentiles: options.percentiles.iter().map(|&p| (p, f64::NAN)).collect(),
        histogram_counts: Vec::new(),
        histogram_edges: Vec::new(),
        valid_percent: valid_percent(valid_pixels, covered),
        masked_pixels: image.pixels() as u64 - valid_pixels,
        valid_pixels,
    };
    // Sums in the pixels' order, as NumPy's, before sorting.
    (result.count, result.sum) = values
        .iter()
        .fold((0.0, 0.0), |(count, sum), (value, weight)| {
            (count + weight, sum + value * weight)
        });
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let runs = runs(&values);
    result.unique = runs.len() as u64;
    if let (Some(first), Some(last)) = (values.first(), values.last()) {
        (result.min, result.max) = (first.0, last.0);
        result.mean = result.sum / result.count;
        let squares = values
            .iter()
            .map(|(v, w)| (v - result.mean).powi(2) * w)
            .sum::<f64>();
        result.std = (squares / result.count).sqrt();
        // The least of the most and of the least frequent: the first in order.
        let pick = |better: fn(u64, u64) -> bool| {
            let first = runs[0];
            runs.iter()
                .fold(
                    first,
                    |best, run| if better(run.1, best.1) { *run } else { best },
                )
                .0
        };
        result.majority = pick(|a, b| a > b);
        result.minority = pick(|a, b| a < b);
        let fractions: Vec<f64> = options
            .percentiles
            .iter()
            .map(|p| p / 100.0)
            .chain([0.5])
            .collect();
        let mut quantiles = quantiles(&values, &fractions);
        result.median = quantiles.pop().unwrap_or(f64::NAN);
        result.percentiles = options.percentiles.iter().copied().zip(quantiles).collect();
    }
    (result.histogram_counts, result.histogram_edges) = if options.categorical {
        categories(&runs, &options.categories)
    } else {
        histogram(&values, options)?
    };
    Ok(result)
}

fn values(image: &Image, band: usize, coverage: Option<&[f64]>) -> Vec<Weighted> {
    let mask = image.band_mask(band).values();
    let start = band * image.pixels();
    with_samples!(image.samples(), T, buffer => {
        let buffer: &[T] = &buffer[start..start + mask.len()];
        let pixels = buffer.iter().zip(mask).enumerate();
        pixels
            .filter(|(_, (_, valid))| **valid == 255)
            .map(|(k, (sample, _))| (sample.to_f64(), coverage.map_or(1.0, |c| c[k])))
            .filter(|(value, _)| value.is_finite())
            .collect()
    })
}

fn valid_percent(valid: u64, covered: usize) -> f64 {
    if covered == 0 {
        return 0.0;
    }
    let share = (valid as f64 / covered as f64).min(1.0);
    // Python rounds halves to even; two decimals of a share of pixels hardly meet one.
    (share * 100.0 * 100.0).round() / 100.0
}

/// Different values with their numbers, in order. `values` is sorted.
fn runs(values: &[Weighted]) -> Vec<(f64, u64)> {
    values
        .chunk_by(|a, b| a.0 == b.0)
        .map(|run| (run[0].0, run.len() as u64))
        .collect()
}

/// The values at which the sum of the weights reaches each fraction of the whole.
/// `values` is sorted and not empty.
fn quantiles(values: &[Weighted], fractions: &[f64]) -> Vec<f64> {
    let sums: Vec<f64> = values
        .iter()
        .scan(0.0, |sum, (_, weight)| {
            *sum += weight;
            Some(*sum)
        })
        .collect();
    let whole = sums[sums.len() - 1];
    fractions
        .iter()
        .map(|fraction| {
            let at = sums.partition_point(|sum| *sum < fraction * whole);
            values[at.min(values.len() - 1)].0
        })
        .collect()
}

fn categories(runs: &[(f64, u64)], wanted: &[f64]) -> (Vec<u64>, Vec<f64>) {
    if wanted.is_empty() {
        return (
            runs.iter().map(|r| r.1).collect(),
            runs.iter().map(|r| r.0).collect(),
        );
    }
    let count = |value: &f64| {
        let at = runs.binary_search_by(|run| {
            run.0
                .partial_cmp(value)
                .unwrap_or(core::cmp::Ordering::Less)
        });
        at.map_or(0, |at| runs[at].1)
    };
    (wanted.iter().map(count).collect(), wanted.to_vec())
}

/// NumPy's histogram: bins hold their lower edge, the last one both.
fn histogram(
    values: &[Weighted],
    options: &StatisticsOptions,
) -> Result<(Vec<u64>, Vec<f64>), Error> {
    let edges = match &options.bins {
        Bins::Edges(edges) => edges.clone(),
        Bins::Count(count) => {
            let found = values.first().zip(values.last()).map(|(a, b)| (a.0, b.0));
            let (mut least, mut greatest) = options.range.or(found).unwrap_or((0.0, 1.0));
            if least == greatest {
                (least, greatest) = (least - 0.5, greatest + 0.5);
            }
            if !(greatest - least).is_finite() {
                return Err(Error::parameter(
                    "histogram_range",
                    "the values span too much to be cut into bins; give a range",
                ));
            }
            let step = (greatest - least) / *count as f64;
            let mut edges: Vec<f64> = (0..*count).map(|k| least + step * k as f64).collect();
            edges.push(greatest);
            edges
        }
    };
    // `values` is sorted, so each edge is one search.
    let before = |edge: f64| values.partition_point(|(value, _)| *value < edge);
    let last = edges.len() - 1;
    let counts = (0..last)
        .map(|bin| {
            let start = before(edges[bin]);
            let end = if bin + 1 == last {
                values.partition_point(|(value, _)| *value <= edges[last])
            } else {
                before(edges[bin + 1])
            };
            end.saturating_sub(start) as u64
        })
        .collect();
    Ok((counts, edges))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ImageBand;
    use cog_raster::{Mask, Raster, RasterMask, Samples};
    use tile_math::BoundingBox;

    fn image(values: Vec<f32>, valid: Vec<u8>) -> Image {
        let columns = u32::try_from(values.len()).unwrap();
        let raster = Raster::new(1, 1, columns, Samples::F32(values))
            .unwrap()
            .with_mask(RasterMask::PerDataset(
                Mask::new(1, columns, valid).unwrap(),
            ))
            .unwrap();
        let bounds = BoundingBox {
            left: 0.0,
            bottom: 0.0,
            right: 1.0,
            top: 1.0,
        };
        Image::new(raster, vec![ImageBand::new("b1")], None, bounds).unwrap()
    }

    #[test]
    fn a_small_band_by_hand() {
        let image = image(
            vec![1.0, 2.0, 2.0, 4.0, 99.0, f32::NAN],
            vec![255, 255, 255, 255, 0, 255],
        );
        let s = &statistics(&image, &StatisticsOptions::default(), None).unwrap()[0];
        assert_eq!(
            (s.min, s.max, s.mean, s.count, s.sum),
            (1.0, 4.0, 2.25, 4.0, 9.0)
        );
        assert!((s.std - 1.089_724_735_885_168_3).abs() < 1e-15);
        assert_eq!(
            (s.median, s.majority, s.minority, s.unique),
            (2.0, 2.0, 1.0, 3)
        );
        assert_eq!(s.percentiles, [(2.0, 1.0), (98.0, 4.0)]);
        assert_eq!(s.histogram_counts, [1, 0, 0, 2, 0, 0, 0, 0, 0, 1]);
        assert_eq!(
            (s.valid_pixels, s.masked_pixels, s.valid_percent),
            (4, 2, 66.67)
        );
    }

    #[test]
    fn nothing_valid_is_nan_not_an_error() {
        let image = image(vec![1.0, 2.0], vec![0, 0]);
        let s = &statistics(&image, &StatisticsOptions::default(), None).unwrap()[0];
        assert!(s.min.is_nan() && s.median.is_nan() && s.percentiles[0].1.is_nan());
        assert_eq!(
            (s.count, s.sum, s.unique, s.valid_percent),
            (0.0, 0.0, 0, 0.0)
        );
        assert_eq!(s.histogram_edges.len(), 11);
    }

    #[test]
    fn one_value_fills_a_bin_in_the_middle() {
        let image = image(vec![0.0; 7], vec![255; 7]);
        let s = &statistics(&image, &StatisticsOptions::default(), None).unwrap()[0];
        assert_eq!(s.histogram_counts, [0, 0, 0, 0, 0, 7, 0, 0, 0, 0]);
        assert_eq!((s.histogram_edges[0], s.histogram_edges[10]), (-0.5, 0.5));
    }

    #[test]
    fn coverage_weighs() {
        let image = image(vec![10.0, 20.0], vec![255, 255]);
        let s = &statistics(&image, &StatisticsOptions::default(), Some(&[0.25, 0.75])).unwrap()[0];
        assert_eq!((s.count, s.sum, s.mean, s.median), (1.0, 17.5, 17.5, 20.0));
        assert!(statistics(&image, &StatisticsOptions::default(), Some(&[2.0, 0.0])).is_err());
        assert!(statistics(&image, &StatisticsOptions::default(), Some(&[1.0])).is_err());
    }

    #[test]
    fn categories_count_values() {
        let image = image(vec![1.0, 2.0, 2.0], vec![255; 3]);
        let options = StatisticsOptions::default().with_categories([2.0, 5.0]);
        let s = &statistics(&image, &options, None).unwrap()[0];
        assert_eq!(
            (&s.histogram_counts[..], &s.histogram_edges[..]),
            (&[2, 0][..], &[2.0, 5.0][..])
        );
    }

    #[test]
    fn impossible_wishes_are_refused() {
        let image = image(vec![1.0], vec![255]);
        for options in [
            StatisticsOptions::default().with_percentiles([101.0]),
            StatisticsOptions::default().with_percentiles([f64::NAN]),
            StatisticsOptions::default().with_bins(Bins::Count(0)),
            StatisticsOptions::default().with_bins(Bins::Count(usize::MAX)),
            StatisticsOptions::default().with_bins(Bins::Edges(vec![1.0])),
            StatisticsOptions::default().with_bins(Bins::Edges(vec![2.0, 1.0])),
            StatisticsOptions::default().with_range(1.0, f64::INFINITY),
        ] {
            assert!(statistics(&image, &options, None).is_err(), "{options:?}");
        }
    }
}
