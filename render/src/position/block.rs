//! A rectangle of target pixels whose positions are known in one way.

use super::{ExactMap, Polynomial, Scale};
use core::ops::Range;

/// Target pixels and where they lie in the source.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(super) columns: Range<u32>,
    pub(super) rows: Range<u32>,
    pub(super) fit: Fit,
}

/// How positions are known.
#[derive(Clone, Debug)]
pub(super) enum Fit {
    /// Columns and rows apart, exactly; each with the extent of the target pixel there.
    Separable { columns: Axis, rows: Axis },
    /// By a polynomial over the block, with the extents at its corners.
    Polynomial {
        polynomial: Polynomial,
        scale: Corners,
    },
    /// Each pixel's own, row by row; NaN where there is none.
    Exact { columns: Vec<f64>, rows: Vec<f64> },
}

/// Positions along one axis.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    /// Of the pixels' centres; NaN where there is none.
    pub(super) centers: Vec<f64>,
    /// Extent of each target pixel in source pixels.
    pub(super) extents: Vec<f64>,
}

/// Extents of a target pixel in source pixels at the corners of a block: upper
/// left, upper right, lower left, lower right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Corners(pub(super) [Scale; 4]);

impl Corners {
    /// At the fractions `x` and `y` of the block's width and height.
    fn at(&self, x: f64, y: f64) -> Scale {
        let mix = |part: fn(&Scale) -> f64| {
            let [a, b, c, d] = [0, 1, 2, 3].map(|i| part(&self.0[i]));
            (a + (b - a) * x) * (1.0 - y) + (c + (d - c) * x) * y
        };
        Scale {
            columns: mix(|s| s.columns),
            rows: mix(|s| s.rows),
        }
    }
}

/// Positions of one row of a block. Buffers are kept from row to row.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// First target column.
    pub(crate) column: u32,
    /// Target row.
    pub(crate) row: u32,
    /// Columns, rows' length and column extents are those of the row before.
    pub(crate) columns_repeat: bool,
    /// Source columns of the pixels' centres; NaN where there is none.
    pub(crate) columns: Vec<f64>,
    /// Source rows.
    pub(crate) rows: Vec<f64>,
    /// Extent of each target pixel in source columns; empty unless asked for.
    pub(crate) column_extents: Vec<f64>,
    /// Extent of each target pixel in source rows; empty unless asked for.
    pub(crate) row_extents: Vec<f64>,
    basis: Vec<f64>,
}

impl Block {
    /// Every pixel computed by itself.
    pub(super) fn exact(columns: Range<u32>, rows: Range<u32>, map: &ExactMap) -> Self {
        let count = columns.len() * rows.len();
        let (mut x, mut y) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for row in rows.clone() {
            for column in columns.clone() {
                x.push(f64::from(column) + 0.5);
                y.push(f64::from(row) + 0.5);
            }
        }
        map.apply(&mut x, &mut y);
        Self {
            columns,
            rows,
            fit: Fit::Exact {
                columns: x,
                rows: y,
            },
        }
    }

    /// Calls `visit` with each row of the block; with the extents if `extents`,
    /// `typical` standing in where they are not known.
    pub(crate) fn for_each_row(
        &self,
        buffer: &mut Row,
        extents: bool,
        typical: Scale,
        mut visit: impl FnMut(&Row),
    ) {
        let count = self.columns.len();
        buffer.column = self.columns.start;
        buffer.columns_repeat = false;
        for values in [&mut buffer.columns, &mut buffer.rows] {
            values.clear();
            values.resize(count, f64::NAN);
        }
        for values in [&mut buffer.column_extents, &mut buffer.row_extents] {
            values.clear();
            values.resize(if extents { count } else { 0 }, 0.0);
        }
        let (width, height) = (count as f64, self.rows.len() as f64);
        match &self.fit {
            Fit::Separable { columns, rows } => {
                buffer.columns.copy_from_slice(&columns.centers);
                if extents {
                    buffer.column_extents.copy_from_slice(&columns.extents);
                }
                for (k, row) in self.rows.clone().enumerate() {
                    buffer.row = row;
                    buffer.rows.fill(rows.centers[k]);
                    if extents {
                        buffer.row_extents.fill(rows.extents[k]);
                    }
                    visit(buffer);
                    buffer.columns_repeat = true;
                }
            }
            Fit::Polynomial { polynomial, scale } => {
                buffer.basis = polynomial.basis(1.0 / width - 1.0, 2.0 / width, count);
                for (k, row) in self.rows.clone().enumerate() {
                    buffer.row = row;
                    let fraction = (k as f64 + 0.5) / height;
                    polynomial.row(
                        &buffer.basis,
                        2.0 * fraction - 1.0,
                        &mut buffer.columns,
                        &mut buffer.rows,
                    );
                    if extents {
                        let (first, last) = (scale.at(0.0, fraction), scale.at(1.0, fraction));
                        fill_between(&mut buffer.column_extents, first.columns, last.columns);
                        fill_between(&mut buffer.row_extents, first.rows, last.rows);
                    }
                    visit(buffer);
                }
            }
            Fit::Exact { columns, rows } => {
                buffer.column_extents.fill(typical.columns);
                buffer.row_extents.fill(typical.rows);
                for (k, row) in self.rows.clone().enumerate() {
                    buffer.row = row;
                    let part = k * count..(k + 1) * count;
                    buffer.columns.copy_from_slice(&columns[part.clone()]);
                    buffer.rows.copy_from_slice(&rows[part]);
                    visit(buffer);
                }
            }
        }
    }
}

/// A straight line from `first` at the left edge to `last` at the right one.
fn fill_between(values: &mut [f64], first: f64, last: f64) {
    let step = (last - first) / values.len() as f64;
    for (k, value) in values.iter_mut().enumerate() {
        *value = first + step * (k as f64 + 0.5);
    }
}
