//! Which pixels of a level make one pixel of the next.

use crate::OverviewResampling;

/// The pixels `start..start + weights.len()` of a level and what each counts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Taps {
    pub(crate) start: u32,
    pub(crate) weights: Vec<f64>,
}

impl Taps {
    pub(crate) fn last(&self) -> u32 {
        // A tap list is never longer than a level is wide.
        self.start + u32::try_from(self.weights.len()).unwrap_or(u32::MAX) - 1
    }
}

/// For each of `target` pixels the taps among `source` pixels, along one axis.
///
/// Pixel `i` of the target covers `i·r..(i + 1)·r` of the source with
/// `r = source / target`, so that both levels span the same ground even where
/// the source's size is odd.
pub(crate) fn taps(source: u32, target: u32, resampling: OverviewResampling) -> Vec<Taps> {
    let ratio = f64::from(source) / f64::from(target);
    (0..target)
        .map(|index| {
            let (from, to) = (f64::from(index) * ratio, f64::from(index + 1) * ratio);
            match resampling {
                // GDAL's overview builder takes the upper left pixel of each pair, too.
                OverviewResampling::Nearest => {
                    let start = ((from + 0.5).floor() as u32).min(source - 1);
                    Taps {
                        start,
                        weights: vec![1.0],
                    }
                }
                OverviewResampling::Average => spread(from, to, source, |left| {
                    (left + 1.0).min(to) - left.max(from)
                }),
                OverviewResampling::Bilinear => {
                    let centre = f64::midpoint(from, to);
                    spread(centre - ratio, centre + ratio, source, |left| {
                        1.0 - (left + 0.5 - centre).abs() / ratio
                    })
                }
            }
        })
        .collect()
}

/// Taps for every source pixel that `from..to` touches with a weight above a trace.
fn spread(from: f64, to: f64, source: u32, weight: impl Fn(f64) -> f64) -> Taps {
    let first = (from.floor().max(0.0) as u32).min(source - 1);
    let end = (to.ceil() as u32).clamp(first + 1, source);
    // Rounding of the bounds must not turn a neighbour into a tap of weight 1e-16.
    let counts = |&index: &u32| weight(f64::from(index)) > 1e-9;
    let first = (first..end).find(counts).unwrap_or(first);
    let last = (first..end).rev().find(counts).unwrap_or(first);
    let weights = (first..=last)
        .map(|index| weight(f64::from(index)).max(0.0))
        .collect();
    Taps {
        start: first,
        weights,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_level_halves_by_pairs() {
        let taps = taps(6, 3, OverviewResampling::Average);
        assert_eq!(
            taps[1],
            Taps {
                start: 2,
                weights: vec![1.0, 1.0]
            }
        );
        assert_eq!(super::taps(6, 3, OverviewResampling::Nearest)[1].start, 2);
    }

    #[test]
    fn an_odd_level_is_shared_by_area() {
        let taps = taps(5, 3, OverviewResampling::Average);
        for tap in &taps {
            let sum: f64 = tap.weights.iter().sum();
            assert!((sum - 5.0 / 3.0).abs() < 1e-12, "{tap:?}");
        }
        assert_eq!((taps[0].start, taps[2].last()), (0, 4));
    }

    #[test]
    fn taps_stay_inside() {
        for resampling in [
            OverviewResampling::Nearest,
            OverviewResampling::Average,
            OverviewResampling::Bilinear,
        ] {
            for source in 1..40_u32 {
                for tap in taps(source, source.div_ceil(2), resampling) {
                    assert!(tap.last() < source && !tap.weights.is_empty());
                    assert!(tap.weights.iter().sum::<f64>() > 0.0);
                }
            }
        }
    }
}
