//! A square field of numbers over the demo's ground.

use rayon::prelude::*;

/// Side of the demo's ground in metres.
pub(crate) const SIDE: f32 = 30_720.0;

/// `n × n` values over the square of [`SIDE`] metres, row-major from the north-west.
///
/// Places are `(u, v)` metres east and south of the north-west corner; value
/// `(col, row)` sits at the middle of its cell.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    pub(crate) n: usize,
    pub(crate) values: Vec<f32>,
}

impl Grid {
    /// Evaluates `f(u, v)` at every cell's middle.
    pub(crate) fn from_fn(n: usize, f: impl Fn(f32, f32) -> f32 + Sync) -> Self {
        let cell = SIDE / n as f32;
        let mut values = vec![0.0; n * n];
        values
            .par_chunks_mut(n)
            .enumerate()
            .for_each(|(row, line)| {
                let v = (row as f32 + 0.5) * cell;
                for (col, value) in line.iter_mut().enumerate() {
                    *value = f((col as f32 + 0.5) * cell, v);
                }
            });
        Self { n, values }
    }

    /// Side of a cell in metres.
    pub(crate) fn cell(&self) -> f32 {
        SIDE / self.n as f32
    }

    /// The value of a cell; the nearest one outside.
    pub(crate) fn at(&self, col: isize, row: isize) -> f32 {
        let last = self.n as isize - 1;
        self.values[row.clamp(0, last) as usize * self.n + col.clamp(0, last) as usize]
    }

    /// Linear interpolation between the four nearest cells.
    pub(crate) fn bilinear(&self, u: f32, v: f32) -> f32 {
        let (x, y) = (u / self.cell() - 0.5, v / self.cell() - 0.5);
        let (fx, fy) = (x.floor(), y.floor());
        let (c, r) = (fx as isize, fy as isize);
        let (tx, ty) = (x - fx, y - fy);
        let top = self.at(c, r) * (1.0 - tx) + self.at(c + 1, r) * tx;
        let bottom = self.at(c, r + 1) * (1.0 - tx) + self.at(c + 1, r + 1) * tx;
        top * (1.0 - ty) + bottom * ty
    }

    /// Catmull-Rom interpolation over the sixteen nearest cells: no facets when magnified.
    pub(crate) fn bicubic(&self, u: f32, v: f32) -> f32 {
        let (x, y) = (u / self.cell() - 0.5, v / self.cell() - 0.5);
        let (fx, fy) = (x.floor(), y.floor());
        let (c, r) = (fx as isize, fy as isize);
        let (wx, wy) = (catmull_rom(x - fx), catmull_rom(y - fy));
        (0..4)
            .map(|j| {
                let line: f32 = (0..4)
                    .map(|i| wx[i] * self.at(c + i as isize - 1, r + j as isize - 1))
                    .sum();
                wy[j] * line
            })
            .sum()
    }

    /// Change of the value per metre east and south at a place.
    pub(crate) fn gradient(&self, u: f32, v: f32) -> (f32, f32) {
        let d = self.cell();
        (
            (self.bilinear(u + d, v) - self.bilinear(u - d, v)) / (2.0 * d),
            (self.bilinear(u, v + d) - self.bilinear(u, v - d)) / (2.0 * d),
        )
    }

    /// The same field with `n × n` cells.
    pub(crate) fn resampled(&self, n: usize) -> Self {
        Self::from_fn(n, |u, v| self.bicubic(u, v))
    }
}

fn catmull_rom(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        0.5 * (-t + 2.0 * t2 - t3),
        0.5 * (2.0 - 5.0 * t2 + 3.0 * t3),
        0.5 * (t + 4.0 * t2 - 3.0 * t3),
        0.5 * (t3 - t2),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolation_keeps_a_plane_and_its_gradient() {
        let grid = Grid::from_fn(32, |u, v| 0.25 * u - 0.5 * v + 7.0);
        for (u, v) in [(5000.0, 5000.0), (12_345.0, 20_001.0)] {
            let expected = 0.25 * u - 0.5 * v + 7.0;
            assert!((grid.bilinear(u, v) - expected).abs() < 0.1);
            assert!((grid.bicubic(u, v) - expected).abs() < 0.1);
            let (gu, gv) = grid.gradient(u, v);
            assert!((gu - 0.25).abs() < 1e-3 && (gv + 0.5).abs() < 1e-3);
        }
    }
}
