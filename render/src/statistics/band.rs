//! Numbers that describe the valid pixels of an image.

use super::{
    options::{Bins, MOST_BINS, StatisticsOptions},
    values::Values,
};
use crate::{Error, Image, interrupt};

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
/// make no histogram, more than 65 536 categories, or a coverage of another shape or outside 0…1;
/// [`Error::OverLimit`] where the values take more memory than the options' limits allow.
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

fn band_statistics(
    image: &Image,
    band: usize,
    options: &StatisticsOptions,
    coverage: Option<&[f64]>,
) -> Result<BandStatistics, Error> {
    interrupt::check()?;
    let values = Values::of(image, band, coverage, &options.limits)?;
    let info = &image.bands()[band];
    let covered = coverage.map_or(image.pixels(), |c| {
        c.iter().filter(|share| **share != 0.0).count()
    });
    interrupt::check()?;
    let totals = values.totals();
    let valid_pixels = totals.pixels;
    let mut result = BandStatistics {
        name: info.name.clone(),
        description: info.description.clone(),
        min: f64::NAN,
        max: f64::NAN,
        mean: totals.sum / totals.weight,
        count: totals.weight,
        sum: totals.sum,
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
    result.std = (values.squares(result.mean) / result.count).sqrt();
    let mut weight = 0.0;
    let (mut most, mut fewest) = (0, u64::MAX);
    values.each(|run| {
        if result.unique == 0 {
            result.min = run.value;
        }
        result.max = run.value;
        result.unique += 1;
        weight += run.weight;
        // The least of the most and of the least frequent: the first in order.
        if run.pixels > most {
            (most, result.majority) = (run.pixels, run.value);
        }
        if run.pixels < fewest {
            (fewest, result.minority) = (run.pixels, run.value);
        }
    });
    interrupt::check()?;
    if valid_pixels > 0 {
        let wanted = options.percentiles.iter().map(|p| p / 100.0).chain([0.5]);
        let mut quantiles = quantiles(&values, weight, &wanted.collect::<Vec<_>>());
        result.median = quantiles.pop().unwrap_or(f64::NAN);
        result.percentiles = options.percentiles.iter().copied().zip(quantiles).collect();
    }
    (result.histogram_counts, result.histogram_edges) = if options.categorical {
        categories(&values, result.unique, &options.categories)?
    } else {
        histogram(&values, (result.min, result.max), options)?
    };
    Ok(result)
}

fn valid_percent(valid: u64, covered: usize) -> f64 {
    if covered == 0 {
        return 0.0;
    }
    let share = (valid as f64 / covered as f64).min(1.0);
    // Python rounds halves to even; two decimals of a share of pixels hardly meet one.
    (share * 100.0 * 100.0).round() / 100.0
}

/// The values at which the sum of the weights reaches each fraction of the `whole`; the greatest
/// where rounding keeps it from that.
fn quantiles(values: &Values<'_>, whole: f64, fractions: &[f64]) -> Vec<f64> {
    let mut found = vec![None; fractions.len()];
    let (mut sum, mut last) = (0.0, f64::NAN);
    values.each(|run| {
        sum += run.weight;
        last = run.value;
        for (found, fraction) in found.iter_mut().zip(fractions) {
            if found.is_none() && sum >= fraction * whole {
                *found = Some(run.value);
            }
        }
    });
    found.into_iter().map(|at| at.unwrap_or(last)).collect()
}

fn categories(
    values: &Values<'_>,
    unique: u64,
    wanted: &[f64],
) -> Result<(Vec<u64>, Vec<f64>), Error> {
    if !wanted.is_empty() {
        let mut counts = vec![0; wanted.len()];
        values.each(|run| {
            for (count, value) in counts.iter_mut().zip(wanted) {
                if run.value == *value {
                    *count = run.pixels;
                }
            }
        });
        return Ok((counts, wanted.to_vec()));
    }
    if unique > MOST_BINS as u64 {
        return Err(Error::parameter(
            "categorical",
            format!("{unique} different values are too many to count each; say which with c="),
        ));
    }
    let mut found = (Vec::new(), Vec::new());
    values.each(|run| {
        found.0.push(run.pixels);
        found.1.push(run.value);
    });
    Ok(found)
}

/// NumPy's histogram: bins hold their lower edge, the last one both.
fn histogram(
    values: &Values<'_>,
    (min, max): (f64, f64),
    options: &StatisticsOptions,
) -> Result<(Vec<u64>, Vec<f64>), Error> {
    let edges = match &options.bins {
        Bins::Edges(edges) => edges.clone(),
        Bins::Count(count) => {
            let found = (!min.is_nan()).then_some((min, max));
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
    let last = edges.len() - 1;
    let mut counts = vec![0; last];
    values.each(|run| {
        let reached = edges.partition_point(|edge| *edge <= run.value);
        if reached > 0 && run.value <= edges[last] {
            counts[(reached - 1).min(last - 1)] += run.pixels;
        }
    });
    Ok((counts, edges))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ImageBand, Limits};
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

    #[test]
    fn too_many_categories_and_too_much_memory_are_refused() {
        let many = image((0..70_000).map(|v| v as f32).collect(), vec![255; 70_000]);
        let all = StatisticsOptions::default().with_categories([]);
        let error = statistics(&many, &all, None).unwrap_err().to_string();
        assert!(error.contains("70000 different values"), "{error}");
        let limits = Limits::default().with_source_bytes(70_000 * 4 - 1);
        let tight = StatisticsOptions::default().with_limits(limits);
        let refused = statistics(&many, &tight, None).unwrap_err();
        assert!(matches!(refused, Error::OverLimit { .. }), "{refused}");
    }
}
