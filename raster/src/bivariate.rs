//! Two polynomials in two variables, fitted by least squares.

use crate::PlacementError;

/// Terms of the highest order: 1, x, y, x², xy, y², x³, x²y, xy², y³.
const MOST_TERMS: usize = 10;
/// A term whose part that the terms before it do not explain is smaller than this,
/// relative to the term itself, is not determined by the points.
const UNDETERMINED: f64 = 1e-10;

/// `(u, v)` as polynomials of `(x, y)`, about the middle of the points they were made from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bivariate {
    terms: usize,
    /// Mean of the points.
    middle: [f64; 2],
    /// Reciprocal of their spread about it.
    scale: [f64; 2],
    u: [f64; MOST_TERMS],
    v: [f64; MOST_TERMS],
}

/// Number of terms of an order from 1 to 3.
pub(crate) const fn terms_of(order: u8) -> usize {
    let order = order as usize;
    (order + 1) * (order + 2) / 2
}

impl Bivariate {
    /// The polynomials of `order` that come nearest to `to` at all points `from`; through
    /// them where there are no more points than terms.
    ///
    /// The sum of squares is least whatever the units of `x` and `y` are, so the result is
    /// that of GDAL, which takes them about their mean; they are scaled as well so
    /// that few digits are lost. Rows are turned into a triangle one by one, so the work is in
    /// proportion to the number of points, and memory is not.
    pub(crate) fn fit<'a>(
        order: u8,
        points: impl Iterator<Item = ([f64; 2], [f64; 2])> + Clone + 'a,
    ) -> Result<Self, PlacementError> {
        let terms = terms_of(order);
        let (middle, scale) = normalisation(points.clone().map(|(from, _)| from));
        // The values too are taken about their mean: what is large and the same for all says nothing.
        let (level, _) = normalisation(points.clone().map(|(_, to)| to));
        let mut this = Self {
            terms,
            middle,
            scale,
            u: [0.0; MOST_TERMS],
            v: [0.0; MOST_TERMS],
        };
        let mut triangle = [[0.0; MOST_TERMS + 2]; MOST_TERMS];
        for (from, to) in points {
            let mut row = [0.0; MOST_TERMS + 2];
            row[..MOST_TERMS].copy_from_slice(&this.powers(from));
            let (rest, values) = row.split_at_mut(MOST_TERMS);
            values.copy_from_slice(&[to[0] - level[0], to[1] - level[1]]);
            rest[terms..].fill(0.0);
            rotate_in(&mut triangle, &mut row, terms);
        }
        for (j, row) in triangle.iter().enumerate().take(terms) {
            let column = triangle.iter().take(j + 1).map(|above| above[j]);
            let whole = column.fold(0.0, f64::hypot);
            let own = row[j].abs();
            // Written so that NaN is refused.
            let determined = own > UNDETERMINED * whole;
            if !determined {
                return Err(PlacementError::Degenerate { order });
            }
        }
        for i in (0..terms).rev() {
            let row = &triangle[i];
            let (mut u, mut v) = (row[MOST_TERMS], row[MOST_TERMS + 1]);
            for (k, weight) in row.iter().enumerate().take(terms).skip(i + 1) {
                u -= weight * this.u[k];
                v -= weight * this.v[k];
            }
            this.u[i] = u / row[i];
            this.v[i] = v / row[i];
        }
        this.u[0] += level[0];
        this.v[0] += level[1];
        let finite = this.u.iter().chain(&this.v).all(|c| c.is_finite());
        finite
            .then_some(this)
            .ok_or(PlacementError::Degenerate { order })
    }

    /// `(u, v)` at `(x, y)`.
    pub(crate) fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let powers = self.powers([x, y]);
        let sum = |coefficients: &[f64; MOST_TERMS]| {
            // Small terms first.
            (0..self.terms)
                .rev()
                .map(|k| coefficients[k] * powers[k])
                .sum()
        };
        (sum(&self.u), sum(&self.v))
    }

    fn powers(&self, [x, y]: [f64; 2]) -> [f64; MOST_TERMS] {
        let x = (x - self.middle[0]) * self.scale[0];
        let y = (y - self.middle[1]) * self.scale[1];
        let (xx, xy, yy) = (x * x, x * y, y * y);
        [1.0, x, y, xx, xy, yy, xx * x, xx * y, x * yy, yy * y]
    }
}

/// Turns `row` into the triangle by plane rotations; what is left of it is the residual.
fn rotate_in(
    triangle: &mut [[f64; MOST_TERMS + 2]; MOST_TERMS],
    row: &mut [f64; MOST_TERMS + 2],
    terms: usize,
) {
    for j in 0..terms {
        if row[j] == 0.0 {
            continue;
        }
        let length = triangle[j][j].hypot(row[j]);
        let (cosine, sine) = (triangle[j][j] / length, row[j] / length);
        for (above, below) in triangle[j].iter_mut().zip(row.iter_mut()).skip(j) {
            let (a, b) = (*above, *below);
            *above = cosine * a + sine * b;
            *below = cosine * b - sine * a;
        }
    }
}

/// The mean of points, and the reciprocal of their greatest distance from it along each axis.
fn normalisation(points: impl Iterator<Item = [f64; 2]> + Clone) -> ([f64; 2], [f64; 2]) {
    let (mut sum, mut count) = ([0.0; 2], 0.0);
    for [x, y] in points.clone() {
        sum = [sum[0] + x, sum[1] + y];
        count += 1.0;
    }
    let middle = sum.map(|s| s / count);
    let mut spread = [0.0_f64; 2];
    for [x, y] in points {
        spread = [
            spread[0].max((x - middle[0]).abs()),
            spread[1].max((y - middle[1]).abs()),
        ];
    }
    let scale = spread.map(|s| if s > 0.0 { 1.0 / s } else { 1.0 });
    (middle, scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(side: u32) -> impl Iterator<Item = [f64; 2]> + Clone {
        (0..side).flat_map(move |j| {
            (0..side).map(move |i| [f64::from(i) * 31.0, 5e6 + f64::from(j) * 17.0])
        })
    }

    #[test]
    fn what_is_a_polynomial_is_met_exactly() {
        for order in 1..=3_u8 {
            let f = |[x, y]: [f64; 2]| {
                let (x, y) = (x / 100.0, (y - 5e6) / 100.0);
                let bend = if order > 1 { 0.3 * x * y - y * y } else { 0.0 };
                let twist = if order > 2 {
                    x * x * x - x * y * y
                } else {
                    0.0
                };
                [4e5 + 7.0 * x - y + bend, 2.0 * y + bend + twist]
            };
            let fit = Bivariate::fit(order, grid(6).map(|p| (p, f(p)))).unwrap();
            for p in [[12.5, 5e6 + 3.0], [200.0, 5e6 + 90.0]] {
                let ((u, v), expected) = (fit.at(p[0], p[1]), f(p));
                assert!((u - expected[0]).abs() < 1e-8 && (v - expected[1]).abs() < 1e-8);
            }
        }
    }

    #[test]
    fn points_that_determine_nothing_are_refused() {
        let line = (0..9).map(|k| [f64::from(k), 2.0 * f64::from(k)]);
        for order in 1..=3 {
            let found = Bivariate::fit(order, line.clone().map(|p| (p, p)));
            assert_eq!(found, Err(PlacementError::Degenerate { order }));
        }
        // On two lines lies no second order.
        let lines = (0..8).map(|k| [f64::from(k / 2) * 3.0, f64::from(k % 2)]);
        assert!(Bivariate::fit(1, lines.clone().map(|p| (p, p))).is_ok());
        assert!(Bivariate::fit(2, lines.map(|p| (p, p))).is_err());
    }
}
