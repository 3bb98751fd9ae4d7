//! Which source pixels along an axis take part, and with which weights.

use super::cubic::keys;
use core::f64::consts::PI;

/// Sums of weights below this are none: GDAL's threshold for wide kernels.
pub(super) const NO_WEIGHT: f64 = 1e-6;
/// By so much a target pixel may stick out of source pixels without touching the next: positions
/// are no better than that.
pub(super) const EDGE: f64 = 1e-6;

/// What a kernel looks like across an axis.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shape {
    /// The share of each source pixel under the target pixel.
    Box,
    /// Falls from the centre to nothing at one widened pixel.
    Triangle,
    /// Cubic convolution over two widened pixels to each side.
    Cubic,
    /// The cubic B-spline over two widened pixels to each side.
    Spline,
    /// The windowed sinc over three widened pixels to each side.
    Lanczos,
}

impl Shape {
    /// Source pixels to each side, for a kernel that is not widened.
    pub(super) const fn radius(self) -> f64 {
        match self {
            Self::Box => 0.5,
            Self::Triangle => 1.0,
            Self::Cubic | Self::Spline => 2.0,
            Self::Lanczos => 3.0,
        }
    }
}

/// The cubic B-spline at `x` pixels from the centre.
pub(super) fn spline(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (0.5 * x - 1.0) * x * x + 2.0 / 3.0
    } else if x < 2.0 {
        (2.0 - x).powi(3) / 6.0
    } else {
        0.0
    }
}

/// sinc(x) · sinc(x/3) at `x` pixels from the centre.
fn lanczos(x: f64) -> f64 {
    if x.abs() < 1e-9 {
        return 1.0;
    }
    if x.abs() >= 3.0 {
        return 0.0;
    }
    // sin(3a) by way of sin(a): one sine for both.
    let third = (PI / 3.0 * x).sin();
    let whole = (3.0 - 4.0 * third * third) * third;
    3.0 * whole * third / (PI * PI * x * x)
}

/// Pixels along one axis for each target pixel of a row.
#[derive(Debug, Default)]
pub(super) struct Axis {
    pub(super) taps: Vec<Taps>,
    weights: Vec<f64>,
}

/// Source pixels `first..first + count`, none if `count` is 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taps {
    pub(super) first: usize,
    pub(super) count: usize,
    /// Where their weights begin.
    weights: usize,
    /// One over the sum of their weights.
    pub(super) scale: f64,
}

impl Taps {
    pub(super) const NONE: Self = Self {
        first: 0,
        count: 0,
        weights: 0,
        scale: 0.0,
    };
}

impl Axis {
    pub(super) fn clear(&mut self) {
        self.taps.clear();
        self.weights.clear();
    }

    pub(super) fn weights(&self, taps: &Taps) -> &[f64] {
        &self.weights[taps.weights..taps.weights + taps.count]
    }

    /// The taps around `center` among `length` source pixels, for a kernel widened to `size`.
    pub(super) fn around(&mut self, shape: Shape, center: f64, size: f64, length: usize) -> Taps {
        let radius = shape.radius() * size;
        let (from, to) = (center - radius, center + radius);
        // Pixels whose centres are within the radius. A cast cuts off, which is the floor of what is
        // not negative. By way of a signed integer it takes one instruction.
        let first = usize::try_from((from + 0.5) as i64).unwrap_or(0);
        let end = usize::try_from((to + 0.5) as i64).unwrap_or(0).min(length);
        if first >= end {
            return Taps::NONE;
        }
        let start = self.weights.len();
        let (middle, slope) = (center - 0.5, 1.0 / size);
        let distances = (first..end).map(|pixel| (pixel as f64 - middle) * slope);
        match shape {
            Shape::Box => self.weights.extend(distances.map(|_| 1.0)),
            Shape::Triangle => self
                .weights
                .extend(distances.map(|d| (1.0 - d.abs()).max(0.0))),
            Shape::Cubic => self.weights.extend(distances.map(keys)),
            Shape::Spline => self.weights.extend(distances.map(spline)),
            Shape::Lanczos => self.weights.extend(distances.map(lanczos)),
        }
        self.normalized(first, end, start)
    }

    /// The taps of the source pixels that the target pixel from `a` to `b` touches, by the length of
    /// each that it covers; the one it lies in if it lies in one. Those at the source's edge stand for
    /// what lies beyond it too, as with GDAL.
    pub(super) fn under(&mut self, a: f64, b: f64, length: usize) -> Taps {
        let (from, to) = (a.min(b), a.max(b));
        let Some((first, end)) = touched(from, to, length) else {
            return Taps::NONE;
        };
        let start = self.weights.len();
        if end - first == 1 {
            self.weights.push(1.0);
        } else {
            self.weights.resize(start + end - first, 1.0);
            self.weights[start] = (first as f64 + 1.0 - from).max(0.0);
            let last = self.weights.len() - 1;
            self.weights[last] = (to - (end as f64 - 1.0)).max(0.0);
        }
        self.normalized(first, end, start)
    }

    /// The taps with the weights from `start` on; none if those come to nothing.
    fn normalized(&mut self, first: usize, end: usize, start: usize) -> Taps {
        let sum: f64 = self.weights[start..].iter().sum();
        if sum < NO_WEIGHT {
            self.weights.truncate(start);
            return Taps::NONE;
        }
        Taps {
            first,
            count: end - first,
            weights: start,
            scale: 1.0 / sum,
        }
    }
}

/// The pixels of `0..length` between `from` and `to`, at least one where these lie in it.
pub(super) fn touched(from: f64, to: f64, length: usize) -> Option<(usize, usize)> {
    // NaN compares false.
    if !(to > 0.0 && from < length as f64) {
        return None;
    }
    let first = usize::try_from((from + EDGE) as i64).unwrap_or(0);
    // The ceiling, which is a call where `as` is an instruction.
    let last = to - EDGE;
    let whole = last as i64;
    let end = usize::try_from(whole).unwrap_or(0) + usize::from(last > whole as f64);
    let end = end.max(first + 1).min(length);
    (first < end).then_some((first, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_a_partition() {
        for center in [5.0, 5.25, 5.5, 5.9] {
            for (shape, near) in [
                (Shape::Triangle, 1e-12),
                (Shape::Cubic, 1e-12),
                (Shape::Spline, 1e-12),
                (Shape::Lanczos, 0.02),
            ] {
                let mut axis = Axis::default();
                let taps = axis.around(shape, center, 1.0, 20);
                assert!((taps.scale - 1.0).abs() < near, "{shape:?} {}", taps.scale);
            }
        }
        assert!(lanczos(1.0).abs() < 1e-15 && lanczos(2.0).abs() < 1e-15);
        assert!((lanczos(0.5) - 0.607_927_101).abs() < 1e-8);
        assert!((spline(0.0) - 2.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn a_box_touches_what_it_covers() {
        assert_eq!(touched(2.0, 4.0, 9), Some((2, 4)));
        assert_eq!(touched(2.1, 2.2, 9), Some((2, 3)));
        assert_eq!(touched(2.1, 4.1, 9), Some((2, 5)));
        assert_eq!(touched(-3.0, 1.5, 9), Some((0, 2)));
        assert_eq!(touched(8.5, 12.0, 9), Some((8, 9)));
        assert_eq!(touched(9.0, 12.0, 9), None);
        assert_eq!(touched(-2.0, 0.0, 9), None);
        assert_eq!(touched(f64::NAN, 3.0, 9), None);
        assert_eq!(touched(1e300, 2e300, 9), None);
    }
}
