//! Bilinear interpolation between four source pixels.

use super::blend::Blend;
use super::{Extent, Kernel};
use crate::position::Row;

/// Weights below this are none: GDAL's threshold for four samples.
const NO_WEIGHT: f64 = 1e-5;

/// The four source pixels around a position, and where between them it lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quad {
    /// Column and row of the upper left one, −1 at the window's edge.
    pub(super) column: i64,
    pub(super) row: i64,
    /// From the upper left one's centre, 0 to 1.
    pub(super) right: f64,
    pub(super) down: f64,
    pub(super) place: Place,
}

/// How much of a quad is there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    /// The position is not in the source.
    Nowhere,
    /// Some of the four are beyond the edge.
    Edge,
    Inside,
}

impl Quad {
    pub(super) fn at(column: f64, row: f64, extent: &Extent) -> Self {
        let Some((x, y)) = extent.locate(column, row) else {
            return Self {
                column: 0,
                row: 0,
                right: 0.0,
                down: 0.0,
                place: Place::Nowhere,
            };
        };
        // From half a pixel outside: one is added before the cast cuts off, for it cuts towards 0.
        let (x, y) = (x - 0.5, y - 0.5);
        let (column, row) = ((x + 1.0) as i64 - 1, (y + 1.0) as i64 - 1);
        let inside = column >= 0
            && row >= 0
            && column + 1 < extent.columns as i64
            && row + 1 < extent.rows as i64;
        Self {
            column,
            row,
            right: x - column as f64,
            down: y - row as f64,
            place: if inside { Place::Inside } else { Place::Edge },
        }
    }

    /// The offset of the one of the four that holds the position.
    fn center(&self, extent: &Extent) -> usize {
        let column = self.column as f64 + self.right + 0.5;
        let row = self.row as f64 + self.down + 0.5;
        extent.center(column, row)
    }

    /// The value and validity of those of the four that are there and count.
    pub(super) fn partial<T: Blend>(
        &self,
        source: &[T],
        valid: Option<&[u8]>,
        extent: &Extent,
    ) -> Option<(T, u8)> {
        if valid.is_some_and(|valid| valid[self.center(extent)] == 0) {
            return None;
        }
        let mut sum = T::Sum::default();
        let (mut weights, mut density) = (0.0, 0.0);
        for (dy, wy) in [(0, 1.0 - self.down), (1, self.down)] {
            for (dx, wx) in [(0, 1.0 - self.right), (1, self.right)] {
                let (column, row) = (self.column + dx, self.row + dy);
                let (Ok(column), Ok(row)) = (usize::try_from(column), usize::try_from(row)) else {
                    continue;
                };
                if column >= extent.columns || row >= extent.rows {
                    continue;
                }
                let offset = row * extent.columns + column;
                let valid = valid.map_or(255, |valid| valid[offset]);
                if valid != 0 {
                    let weight = wx * wy;
                    sum = sum + source[offset].widen() * weight;
                    weights += weight;
                    density += weight * f64::from(valid);
                }
            }
        }
        if weights < NO_WEIGHT {
            return None;
        }
        Some((
            T::narrow(sum * (1.0 / weights)),
            u8::narrow(density / weights),
        ))
    }

    /// The value and validity.
    pub(super) fn value<T: Blend>(
        &self,
        source: &[T],
        valid: Option<&[u8]>,
        extent: &Extent,
    ) -> Option<(T, u8)> {
        match self.place {
            Place::Nowhere => None,
            Place::Edge => self.partial(source, valid, extent),
            Place::Inside => {
                // Inside, neither is negative.
                let offset = self.row as usize * extent.columns + self.column as usize;
                let all = valid.is_none_or(|valid| {
                    let below = offset + extent.columns;
                    valid[offset..offset + 2] == [255; 2] && valid[below..below + 2] == [255; 2]
                });
                if all {
                    let spot = Spot {
                        offset,
                        right: self.right,
                        down: self.down,
                    };
                    Some((spot.value(source, extent.columns)?, 255))
                } else {
                    self.partial(source, valid, extent)
                }
            }
        }
    }
}

/// A quad whose four pixels are all there.
#[derive(Clone, Copy, Debug)]
struct Spot {
    /// Of the upper left pixel; beyond the window if one of the four is not there.
    offset: usize,
    right: f64,
    down: f64,
}

impl Spot {
    const fn of(quad: &Quad, stride: usize) -> Self {
        let offset = match quad.place {
            // Inside, neither is negative.
            Place::Inside => quad.row as usize * stride + quad.column as usize,
            Place::Nowhere | Place::Edge => usize::MAX,
        };
        Self {
            offset,
            right: quad.right,
            down: quad.down,
        }
    }

    /// The value, when all four pixels are there and count.
    fn value<T: Blend>(&self, source: &[T], stride: usize) -> Option<T> {
        let rest = source.get(self.offset..)?;
        let [a, b] = rest.first_chunk::<2>()?;
        let [c, d] = rest.get(stride..)?.first_chunk::<2>()?;
        let (right, down) = (self.right, self.down);
        let mix = |left: &T, next: &T| left.widen() * (1.0 - right) + next.widen() * right;
        Some(T::narrow(mix(a, b) * (1.0 - down) + mix(c, d) * down))
    }
}

#[derive(Debug, Default)]
pub(super) struct Bilinear {
    quads: Vec<Quad>,
    spots: Vec<Spot>,
}

impl Kernel for Bilinear {
    fn prepare(&mut self, row: &Row, extent: &Extent) {
        self.quads.clear();
        let positions = row.columns.iter().zip(&row.rows);
        self.quads
            .extend(positions.map(|(&column, &row)| Quad::at(column, row, extent)));
        self.spots.clear();
        let quads = self.quads.iter();
        self.spots
            .extend(quads.map(|quad| Spot::of(quad, extent.columns)));
    }

    fn apply<T: Blend>(
        &self,
        source: &[T],
        valid: Option<&[u8]>,
        extent: &Extent,
        out: &mut [T],
        out_valid: &mut [u8],
    ) {
        let targets = self.quads.iter().zip(&self.spots).zip(out).zip(out_valid);
        for (((quad, spot), out), out_valid) in targets {
            let value = match valid {
                None => spot.value(source, extent.columns).map(|value| (value, 255)),
                Some(_) => None,
            };
            if let Some((value, valid)) = value.or_else(|| quad.value(source, valid, extent)) {
                (*out, *out_valid) = (value, valid);
            }
        }
    }
}
