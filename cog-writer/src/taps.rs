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

    /// The same weights with a sum of 1.
    fn normalised(mut self) -> Self {
        let sum: f64 = self.weights.iter().sum();
        self.weights.iter_mut().for_each(|weight| *weight /= sum);
        self
    }
}

/// For each of `target` pixels the taps among `source` pixels, along one axis.
///
/// Pixel `i` of the target covers `i·r..(i + 1)·r` of the source with
/// `r = source / target`, so that both levels span the same ground even where
/// the source's size is odd.
pub(crate) fn taps(source: u32, target: u32, resampling: OverviewResampling) -> Vec<Taps> {
    use OverviewResampling::{
        Average, Bilinear, Cubic, CubicSpline, Gauss, Lanczos, Mode, Nearest, Rms,
    };
    let ratio = f64::from(source) / f64::from(target);
    (0..target)
        .map(|index| {
            let (from, to) = (f64::from(index) * ratio, f64::from(index + 1) * ratio);
            let kernel = |radius: f64, kernel: fn(f64) -> f64| {
                let centre = f64::midpoint(from, to);
                let reach = radius * ratio;
                let taps = spread(centre - reach, centre + reach, source, |left| {
                    kernel((left + 0.5 - centre) / ratio)
                });
                taps.normalised()
            };
            match resampling {
                // GDAL's overview builder takes the upper left pixel of each pair, too.
                Nearest => {
                    let start = ((from + 0.5).floor() as u32).min(source - 1);
                    Taps {
                        start,
                        weights: vec![1.0],
                    }
                }
                Average | Rms => spread(from, to, source, |left| {
                    (left + 1.0).min(to) - left.max(from)
                }),
                // Every pixel touched has one vote.
                Mode => spread(from, to, source, |left| {
                    f64::from((left + 1.0).min(to) - left.max(from) > 1e-6)
                }),
                // Three pixels from the area's first one on, by 1, 2 and 1, as GDAL has it.
                Gauss => {
                    let first = (from + 0.5).floor();
                    spread(first, first + 3.0, source, |left| {
                        if left == first + 1.0 { 2.0 } else { 1.0 }
                    })
                }
                Bilinear => kernel(1.0, |x| 1.0 - x.abs()),
                Cubic => kernel(2.0, cubic),
                CubicSpline => kernel(2.0, b_spline),
                Lanczos => kernel(3.0, lanczos),
            }
        })
        .collect()
}

/// Cubic convolution with a = -0.5 (Keys, 1981).
fn cubic(x: f64) -> f64 {
    let x = x.abs();
    match x {
        0.0..1.0 => (1.5 * x - 2.5) * x * x + 1.0,
        1.0..2.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
        _ => 0.0,
    }
}

/// The cubic B-spline.
fn b_spline(x: f64) -> f64 {
    let x = x.abs();
    match x {
        0.0..1.0 => (0.5 * x - 1.0) * x * x + 2.0 / 3.0,
        1.0..2.0 => (2.0 - x).powi(3) / 6.0,
        _ => 0.0,
    }
}

/// Lanczos's window of three lobes.
fn lanczos(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    if x.abs() >= 3.0 {
        return 0.0;
    }
    let angle = core::f64::consts::PI * x;
    3.0 * angle.sin() * (angle / 3.0).sin() / (angle * angle)
}

/// Taps for every source pixel that `from..to` touches with a weight above a trace.
fn spread(from: f64, to: f64, source: u32, weight: impl Fn(f64) -> f64) -> Taps {
    let first = (from.floor().max(0.0) as u32).min(source - 1);
    let end = (to.ceil() as u32).clamp(first + 1, source);
    // Rounding of the bounds must not turn a neighbour into a tap of weight 1e-16.
    let counts = |&index: &u32| weight(f64::from(index)).abs() > 1e-9;
    let first = (first..end).find(counts).unwrap_or(first);
    let last = (first..end).rev().find(counts).unwrap_or(first);
    let weights = (first..=last)
        .map(|index| weight(f64::from(index)))
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
        for resampling in OverviewResampling::ALL {
            for source in 1..40_u32 {
                for tap in taps(source, source.div_ceil(2), resampling) {
                    assert!(tap.last() < source && !tap.weights.is_empty());
                    assert!(tap.weights.iter().sum::<f64>() > 0.0);
                }
            }
        }
    }
}
