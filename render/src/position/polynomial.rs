//! Two numbers as polynomials over a rectangle.

use std::sync::LazyLock;

/// Greatest degree in each direction.
pub(crate) const DEGREE: usize = 8;
const NODES: usize = DEGREE + 1;
/// Points that a polynomial is made from.
const NODE_COUNT: usize = NODES * NODES;
/// All points that [`sample_points`] gives: those, then the ones it is checked at.
pub(crate) const SAMPLE_COUNT: usize = NODE_COUNT + DEGREE * DEGREE;
/// What may be left out of a polynomial without a trace, in pixels.
const NEGLIGIBLE: f64 = 1e-8;

struct Tables {
    /// cos(πk/8): where the polynomial is made.
    nodes: [f64; NODES],
    /// cos(π(k+½)/8): where it is checked, half-way between.
    checks: [f64; DEGREE],
    /// From values at the nodes to coefficients: a discrete cosine transform.
    analysis: [[f64; NODES]; NODES],
    /// From coefficients to values at the checks.
    synthesis: [[f64; NODES]; DEGREE],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let n = DEGREE as f64;
    let angle = core::f64::consts::PI / n;
    let half_at_ends = |i: usize| if i == 0 || i == DEGREE { 0.5 } else { 1.0 };
    let mut tables = Tables {
        nodes: [0.0; NODES],
        checks: [0.0; DEGREE],
        analysis: [[0.0; NODES]; NODES],
        synthesis: [[0.0; NODES]; DEGREE],
    };
    for i in 0..NODES {
        tables.nodes[i] = (angle * i as f64).cos();
        for k in 0..NODES {
            tables.analysis[i][k] =
                2.0 / n * half_at_ends(i) * half_at_ends(k) * (angle * (i * k) as f64).cos();
        }
    }
    for k in 0..DEGREE {
        let theta = angle * (k as f64 + 0.5);
        tables.checks[k] = theta.cos();
        for i in 0..NODES {
            tables.synthesis[k][i] = (theta * i as f64).cos();
        }
    }
    tables
});

/// The points at which a rectangle is sampled, with coordinates from −1 to 1:
/// the nodes, corners included, then the checks.
pub(crate) fn sample_points() -> impl Iterator<Item = (f64, f64)> {
    let tables = &*TABLES;
    let nodes = tables
        .nodes
        .iter()
        .flat_map(|&y| tables.nodes.iter().map(move |&x| (x, y)));
    let checks = tables
        .checks
        .iter()
        .flat_map(|&y| tables.checks.iter().map(move |&x| (x, y)));
    nodes.chain(checks)
}

type Coefficients = [[f64; NODES]; NODES];

/// Source columns and rows over a rectangle of the target, whose sides run from −1 to 1.
///
/// Σ aᵢⱼ Tᵢ(x) Tⱼ(y), Tᵢ being the Chebyshev polynomials, with as many terms as count.
#[derive(Clone, Debug)]
pub(crate) struct Polynomial {
    columns: Box<Coefficients>,
    rows: Box<Coefficients>,
    /// Terms that count along x and along y, from 1 to 9.
    terms: (usize, usize),
}

impl Polynomial {
    /// The polynomial through the nodes, with its greatest error at the checks.
    /// Both slices hold the values at the [`sample_points`].
    pub(crate) fn fit(columns: &[f64], rows: &[f64]) -> (Self, f64) {
        let (column_coefficients, column_error) = fit(columns);
        let (row_coefficients, row_error) = fit(rows);
        let mut polynomial = Self {
            columns: Box::new(column_coefficients),
            rows: Box::new(row_coefficients),
            terms: (NODES, NODES),
        };
        polynomial.terms = polynomial.terms_that_count();
        (polynomial, column_error.max(row_error))
    }

    fn terms_that_count(&self) -> (usize, usize) {
        let sum = |kept: &dyn Fn(usize, usize) -> bool| {
            [&self.columns, &self.rows].map(|c| {
                let mut left_out = 0.0;
                for (j, row) in c.iter().enumerate() {
                    for (i, value) in row.iter().enumerate() {
                        if !kept(i, j) {
                            left_out += value.abs();
                        }
                    }
                }
                left_out
            })
        };
        let enough = |kept: &dyn Fn(usize, usize) -> bool| {
            sum(kept).iter().all(|&left_out| left_out <= NEGLIGIBLE)
        };
        let x = (1..NODES).find(|&n| enough(&|i, _| i < n)).unwrap_or(NODES);
        let y = (1..NODES).find(|&n| enough(&|_, j| j < n)).unwrap_or(NODES);
        (x, y)
    }

    /// Least and greatest column, least and greatest row that the rectangle can
    /// reach: no |Tᵢ| exceeds 1.
    pub(crate) fn range(&self) -> ([f64; 2], [f64; 2]) {
        let range = |c: &Coefficients| {
            let reach = c.iter().flatten().map(|v| v.abs()).sum::<f64>() - c[0][0].abs();
            [c[0][0] - reach, c[0][0] + reach]
        };
        (range(&self.columns), range(&self.rows))
    }

    /// Tᵢ at `count` positions along x, i by i, of which `first` is the first and
    /// `step` the distance: what [`row`](Self::row) needs, computed once.
    pub(crate) fn basis(&self, first: f64, step: f64, count: usize) -> Vec<f64> {
        let mut basis = vec![1.0; count * self.terms.0];
        for k in 0..count {
            let x = first + step * k as f64;
            let (mut before, mut now) = (1.0, x);
            for i in 1..self.terms.0 {
                basis[i * count + k] = now;
                (before, now) = (now, 2.0 * x * now - before);
            }
        }
        basis
    }

    /// Columns and rows along the line at `y`, at the positions of `basis`.
    pub(crate) fn row(&self, basis: &[f64], y: f64, columns: &mut [f64], rows: &mut [f64]) {
        let count = columns.len();
        let (column_line, row_line) = self.line(y);
        columns.fill(column_line[0]);
        rows.fill(row_line[0]);
        for i in 1..self.terms.0 {
            let values = &basis[i * count..(i + 1) * count];
            for ((value, column), row) in values.iter().zip(&mut *columns).zip(&mut *rows) {
                *column += column_line[i] * value;
                *row += row_line[i] * value;
            }
        }
    }

    /// The polynomials in x that remain at `y`.
    fn line(&self, y: f64) -> ([f64; NODES], [f64; NODES]) {
        let (mut columns, mut rows) = ([0.0; NODES], [0.0; NODES]);
        let (mut before, mut now) = (y, 1.0);
        for j in 0..self.terms.1 {
            for i in 0..self.terms.0 {
                columns[i] += self.columns[j][i] * now;
                rows[i] += self.rows[j][i] * now;
            }
            (before, now) = (now, 2.0 * y * now - before);
        }
        (columns, rows)
    }

    /// Source columns and rows times as many.
    pub(crate) fn scaled(mut self, columns: f64, rows: f64) -> Self {
        for (coefficients, factor) in [(&mut self.columns, columns), (&mut self.rows, rows)] {
            let all = coefficients.iter_mut().flatten();
            all.for_each(|coefficient| *coefficient *= factor);
        }
        self
    }

    /// Replaces points of the rectangle by their columns and rows; fast where points of one `y` follow each other.
    pub(crate) fn apply(&self, xs: &mut [f64], ys: &mut [f64]) {
        let mut last = (f64::NAN, ([0.0; NODES], [0.0; NODES]));
        for (x, y) in xs.iter_mut().zip(ys) {
            if *y != last.0 {
                last = (*y, self.line(*y));
            }
            let (columns, rows) = &last.1;
            let (mut before, mut now) = (*x, 1.0);
            let (mut column, mut row) = (0.0, 0.0);
            for (across, down) in columns.iter().zip(rows).take(self.terms.0) {
                column += across * now;
                row += down * now;
                (before, now) = (now, 2.0 * *x * now - before);
            }
            (*x, *y) = (column, row);
        }
    }

    /// One point.
    pub(crate) fn point(&self, x: f64, y: f64) -> (f64, f64) {
        let basis = self.basis(x, 0.0, 1);
        let (mut column, mut row) = ([0.0], [0.0]);
        self.row(&basis, y, &mut column, &mut row);
        (column[0], row[0])
    }
}

/// Coefficients (outer index along y) and the greatest error at the checks.
fn fit(values: &[f64]) -> (Coefficients, f64) {
    let tables = &*TABLES;
    let (nodes, checks) = values.split_at(NODE_COUNT);
    // Along x, then along y.
    let mut half = [[0.0; NODES]; NODES];
    for (line, nodes) in half.iter_mut().zip(nodes.chunks_exact(NODES)) {
        for (value, analysis) in line.iter_mut().zip(&tables.analysis) {
            *value = dot(analysis, nodes);
        }
    }
    let mut coefficients = [[0.0; NODES]; NODES];
    for (line, analysis) in coefficients.iter_mut().zip(&tables.analysis) {
        for (weight, half) in analysis.iter().zip(&half) {
            for (value, half) in line.iter_mut().zip(half) {
                *value += weight * half;
            }
        }
    }
    let mut error = 0.0_f64;
    for (synthesis, checks) in tables.synthesis.iter().zip(checks.chunks_exact(DEGREE)) {
        let mut line = [0.0; NODES];
        for (weight, coefficients) in synthesis.iter().zip(&coefficients) {
            for (value, coefficient) in line.iter_mut().zip(coefficients) {
                *value += weight * coefficient;
            }
        }
        for (synthesis, check) in tables.synthesis.iter().zip(checks) {
            let difference = (dot(synthesis, &line) - check).abs();
            // Written so that NaN counts as the greatest error.
            error = if difference <= error {
                error
            } else {
                difference
            };
        }
    }
    (
        coefficients,
        if error.is_nan() { f64::INFINITY } else { error },
    )
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit_of(f: impl Fn(f64, f64) -> (f64, f64)) -> (Polynomial, f64) {
        let (columns, rows): (Vec<f64>, Vec<f64>) = sample_points().map(|(x, y)| f(x, y)).unzip();
        assert_eq!(columns.len(), SAMPLE_COUNT);
        Polynomial::fit(&columns, &rows)
    }

    #[test]
    fn a_plane_needs_two_terms() {
        let (polynomial, error) = fit_of(|x, y| (3.0 * x - y + 7.0, 2.0 * y));
        assert!(error < 1e-13);
        assert_eq!(polynomial.terms, (2, 2));
        let (columns, rows) = polynomial.range();
        assert!((columns[0] - 3.0).abs() < 1e-12 && (columns[1] - 11.0).abs() < 1e-12);
        assert!((rows[0] + 2.0).abs() < 1e-12 && (rows[1] - 2.0).abs() < 1e-12);
    }

    #[test]
    fn smooth_functions_are_met_between_the_nodes() {
        let f = |x: f64, y: f64| {
            (
                100.0 * (0.3 * x + 0.2 * y).sin(),
                50.0 * (0.4 * x * y).exp(),
            )
        };
        let (polynomial, error) = fit_of(f);
        assert!(error < 1e-6, "{error}");
        let basis = polynomial.basis(-0.9, 0.3, 7);
        let (mut columns, mut rows) = ([0.0; 7], [0.0; 7]);
        polynomial.row(&basis, 0.37, &mut columns, &mut rows);
        for k in 0..7 {
            let (column, row) = f(-0.9 + 0.3 * k as f64, 0.37);
            assert!((columns[k] - column).abs() < 1e-6 && (rows[k] - row).abs() < 1e-6);
        }
    }

    #[test]
    fn jumps_and_gaps_show_as_errors() {
        assert!(fit_of(|x, y| (if x > 0.3 { 360.0 } else { 0.0 }, y)).1 > 1.0);
        assert_eq!(
            fit_of(|x, y| (if x > 0.9 { f64::NAN } else { x }, y)).1,
            f64::INFINITY
        );
    }
}
