//! A rectangle of target pixels whose positions are known in one way.

use super::lines::Lines;
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
    /// Along straight pieces of rows; with the pixels' upper left and lower right corners where outlines, which are
    /// boxes here, are asked for.
    Lines {
        centers: Lines,
        corners: Option<(Lines, Lines)>,
    },
    /// Each pixel's own, row by row, and those of the pixels' corners, one more each way;
    /// NaN where there is none.
    Exact {
        columns: Vec<f64>,
        rows: Vec<f64>,
        corners: (Vec<f64>, Vec<f64>),
    },
}

/// Positions along one axis.
#[derive(Clone, Debug, Default)]
pub(super) struct Axis {
    /// Of the pixels' centres; NaN where there is none.
    pub(super) centers: Vec<f64>,
    /// Extent of each target pixel in source pixels.
    pub(super) extents: Vec<f64>,
    /// The two edges of each target pixel.
    pub(super) edges: Vec<[f64; 2]>,
}

/// A target pixel in the source: columns and rows of its upper left, upper right, lower right and
/// lower left corner.
pub(crate) type Quadrangle = [(f64, f64); 4];

/// Extents of a target pixel in source pixels at the corners of a block: upper
/// left, upper right, lower left, lower right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Corners(pub(super) [Scale; 4]);

/// What of target pixels' outlines is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outlines {
    Nothing,
    /// The boxes between the ends of their diagonals: [`Row::across`] and [`Row::down`].
    Boxes,
    All,
}

/// Positions of one row of a block. Buffers are kept from row to row.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// First target column.
    pub(crate) column: u32,
    /// Target row.
    pub(crate) row: u32,
    /// Columns, rows' length and the columns of corners are those of the row before.
    pub(crate) columns_repeat: bool,
    /// Source columns of the pixels' centres; NaN where there is none.
    pub(crate) columns: Vec<f64>,
    /// Source rows.
    pub(crate) rows: Vec<f64>,
    /// The target pixels' outlines; empty unless asked for. NaN where there is none.
    pub(crate) outlines: Vec<Quadrangle>,
    /// Outlines are rectangles along the source's axes.
    pub(crate) is_rectilinear: bool,
    /// Where the outlines are rectangles: the two sides of each, and of the row.
    sides: (Vec<[f64; 2]>, [f64; 2]),
    basis: Vec<f64>,
    corner_basis: Vec<f64>,
    /// Columns and rows of the corners above and below the row, one more than pixels.
    above: (Vec<f64>, Vec<f64>),
    below: (Vec<f64>, Vec<f64>),
}

impl Row {
    /// The source columns between which each target pixel's diagonal runs.
    pub(crate) fn across(&self) -> impl Iterator<Item = [f64; 2]> {
        let (sides, outlines) = match self.is_rectilinear {
            true => (&self.sides.0[..], &[][..]),
            false => (&[][..], &self.outlines[..]),
        };
        let diagonals = outlines.iter().map(|&[(a, _), _, (b, _), _]| [a, b]);
        sides.iter().copied().chain(diagonals)
    }

    /// The source rows between which each target pixel's diagonal runs; only those of the first where they are the
    /// same for all ([`is_rectilinear`](Self::is_rectilinear)).
    pub(crate) fn down(&self) -> impl Iterator<Item = [f64; 2]> {
        let (sides, outlines) = match self.is_rectilinear {
            true => (Some(self.sides.1), &[][..]),
            false => (None, &self.outlines[..]),
        };
        let diagonals = outlines.iter().map(|&[(_, a), _, (_, b), _]| [a, b]);
        sides.into_iter().chain(diagonals)
    }

    /// Puts boxes of `typical` size where a corner is not near its pixel's centre.
    fn mend_outlines(&mut self, typical: Scale) {
        const FAR: f64 = 4.0;
        let centers = self.columns.iter().zip(&self.rows);
        for (outline, (&x, &y)) in self.outlines.iter_mut().zip(centers) {
            let near = outline.iter().all(|corner| {
                // NaN compares false.
                (corner.0 - x).abs() <= FAR * typical.columns
                    && (corner.1 - y).abs() <= FAR * typical.rows
            });
            if !near {
                let (dx, dy) = (typical.columns / 2.0, typical.rows / 2.0);
                *outline =
                    [(-dx, -dy), (dx, -dy), (dx, dy), (-dx, dy)].map(|(dx, dy)| (x + dx, y + dy));
            }
        }
    }

    /// Boxes from their corners above to those below as outlines.
    fn boxes(&mut self) {
        let (above, below) = (&self.above, &self.below);
        let upper = above.0.iter().zip(&above.1);
        let lower = below.0.iter().zip(&below.1);
        self.outlines.clear();
        self.outlines
            .extend(upper.zip(lower).map(|((&left, &top), (&right, &bottom))| {
                [(left, top), (right, top), (right, bottom), (left, bottom)]
            }));
    }

    /// The outlines from the corners above and below.
    fn outline(&mut self) {
        let count = self.columns.len();
        let corner = |(x, y): &(Vec<f64>, Vec<f64>), k: usize| (x[k], y[k]);
        let (above, below) = (&self.above, &self.below);
        self.outlines.clear();
        self.outlines.extend((0..count).map(|k| {
            [
                corner(above, k),
                corner(above, k + 1),
                corner(below, k + 1),
                corner(below, k),
            ]
        }));
    }
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
        let (mut corner_x, mut corner_y) = (Vec::new(), Vec::new());
        for row in rows.start..=rows.end {
            for column in columns.start..=columns.end {
                corner_x.push(f64::from(column));
                corner_y.push(f64::from(row));
            }
        }
        map.apply(&mut corner_x, &mut corner_y);
        Self {
            columns,
            rows,
            fit: Fit::Exact {
                columns: x,
                rows: y,
                corners: (corner_x, corner_y),
            },
        }
    }

    /// Calls `visit` with each row of the block; with the `outlines` of pixels that are asked for, a box of
    /// `typical` size standing in where corners lie nowhere or far off, as where longitudes jump.
    pub(crate) fn for_each_row(
        &self,
        buffer: &mut Row,
        outlines: Outlines,
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
        buffer.outlines.clear();
        buffer.is_rectilinear = matches!(self.fit, Fit::Separable { .. });
        let (width, height) = (count as f64, self.rows.len() as f64);
        let all = outlines == Outlines::All;
        let outlines = outlines != Outlines::Nothing;
        match &self.fit {
            Fit::Separable { columns, rows } => {
                buffer.columns.copy_from_slice(&columns.centers);
                if outlines {
                    buffer.sides.0.clone_from(&columns.edges);
                }
                for (k, row) in self.rows.clone().enumerate() {
                    buffer.row = row;
                    buffer.rows.fill(rows.centers[k]);
                    buffer.sides.1 = rows.edges[k];
                    if all {
                        let [top, bottom] = rows.edges[k];
                        buffer.outlines.clear();
                        buffer
                            .outlines
                            .extend(columns.edges.iter().map(|&[left, right]| {
                                [(left, top), (right, top), (right, bottom), (left, bottom)]
                            }));
                    }
                    visit(buffer);
                    buffer.columns_repeat = true;
                }
            }
            Fit::Polynomial { polynomial, .. } => {
                buffer.basis = polynomial.basis(1.0 / width - 1.0, 2.0 / width, count);
                let corners = |buffer: &mut Row, k: usize| {
                    let (x, y) = &mut buffer.below;
                    polynomial.row(&buffer.corner_basis, 2.0 * k as f64 / height - 1.0, x, y);
                };
                if outlines {
                    buffer.corner_basis = polynomial.basis(-1.0, 2.0 / width, count + 1);
                    for (x, y) in [&mut buffer.above, &mut buffer.below] {
                        x.resize(count + 1, 0.0);
                        y.resize(count + 1, 0.0);
                    }
                    corners(buffer, 0);
                }
                for (k, row) in self.rows.clone().enumerate() {
                    buffer.row = row;
                    let fraction = (k as f64 + 0.5) / height;
                    polynomial.row(
                        &buffer.basis,
                        2.0 * fraction - 1.0,
                        &mut buffer.columns,
                        &mut buffer.rows,
                    );
                    if outlines {
                        core::mem::swap(&mut buffer.above, &mut buffer.below);
                        corners(buffer, k + 1);
                        buffer.outline();
                    }
                    visit(buffer);
                }
            }
            Fit::Lines { centers, corners } => {
                for (k, row) in self.rows.clone().enumerate() {
                    buffer.row = row;
                    centers.row(k, &mut buffer.columns, &mut buffer.rows);
                    if let Some((upper, lower)) = corners.as_ref().filter(|_| outlines) {
                        for (corners, lines) in
                            [(&mut buffer.above, upper), (&mut buffer.below, lower)]
                        {
                            corners.0.resize(count, f64::NAN);
                            corners.1.resize(count, f64::NAN);
                            lines.row(k, &mut corners.0, &mut corners.1);
                        }
                        buffer.boxes();
                        buffer.mend_outlines(typical);
                    }
                    visit(buffer);
                }
            }
            Fit::Exact {
                columns,
                rows,
                corners,
            } => {
                for (k, row) in self.rows.clone().enumerate() {
                    buffer.row = row;
                    let part = k * count..(k + 1) * count;
                    buffer.columns.copy_from_slice(&columns[part.clone()]);
                    buffer.rows.copy_from_slice(&rows[part]);
                    if outlines {
                        let line = |k: usize| k * (count + 1)..(k + 1) * (count + 1);
                        for (part, line) in [
                            (&mut buffer.above, line(k)),
                            (&mut buffer.below, line(k + 1)),
                        ] {
                            part.0.clear();
                            part.0.extend_from_slice(&corners.0[line.clone()]);
                            part.1.clear();
                            part.1.extend_from_slice(&corners.1[line]);
                        }
                        buffer.outline();
                        buffer.mend_outlines(typical);
                    }
                    visit(buffer);
                }
            }
        }
    }
}
