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
                let spot = Spot {
                    offset,
                    right: self.right,
                    down: self.down,
                };
                if valid.is_none_or(|valid| spot.counts(valid, extent.columns)) {
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
    /// Of the upper left pixel.
    offset: usize,
    right: f64,
    down: f64,
}

impl Spot {
    /// The same with its column and row.
    const fn quad(&self, stride: usize) -> Quad {
        Quad {
            column: (self.offset % stride) as i64,
            row: (self.offset / stride) as i64,
            right: self.right,
            down: self.down,
            place: Place::Inside,
        }
    }

    /// All four pixels count.
    fn counts(&self, valid: &[u8], stride: usize) -> bool {
        let below = self.offset + stride;
        valid[self.offset..self.offset + 2] == [255; 2] && valid[below..below + 2] == [255; 2]
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
    /// Of a row that comes near the window's edge; else empty.
    quads: Vec<Quad>,
    /// Of a row that does not; else empty.
    spots: Spots,
}

/// [`Spot`]s, part by part.
#[derive(Debug, Default)]
struct Spots {
    offsets: Vec<usize>,
    right: Vec<f64>,
    down: Vec<f64>,
}

impl Spots {
    fn clear(&mut self) {
        self.offsets.clear();
        self.right.clear();
        self.down.clear();
    }

    /// Those at positions of the window that are not at its edge.
    ///
    /// Without a way out, and each part by itself: compiled to instructions on several numbers at a time.
    fn fill(&mut self, row: &Row, (left, top): (f64, f64), stride: usize) {
        /// From here on neighbours are 1 apart: adding it rounds, and leaves whole numbers in the last bits.
        const LARGE: f64 = (1_u64 << 52) as f64;
        let floor = |value: f64| {
            let near = value + LARGE - LARGE;
            if near > value { near - 1.0 } else { near }
        };
        let (left, top) = (left + 0.5, top + 0.5);
        let part = |position: &f64, first: f64| {
            let position = position - first;
            position - floor(position)
        };
        self.right
            .extend(row.columns.iter().map(|column| part(column, left)));
        self.down.extend(row.rows.iter().map(|row| part(row, top)));
        let stride = stride as f64;
        let positions = row.columns.iter().zip(&row.rows);
        self.offsets.extend(positions.map(|(column, row)| {
            let offset = floor(row - top) * stride + floor(column - left);
            ((offset + LARGE).to_bits() & (LARGE as u64 - 1)) as usize
        }));
    }

    fn iter(&self) -> impl Iterator<Item = Spot> {
        let parts = self.right.iter().zip(&self.down);
        let all = self.offsets.iter().zip(parts);
        all.map(|(&offset, (&right, &down))| Spot {
            offset,
            right,
            down,
        })
    }
}

/// All positions lie between the centres of a window's first and last pixels, with something to spare for
/// rounding, and in the level.
fn is_well_inside(positions: &[f64], origin: f64, length: usize, level: f64) -> bool {
    let (least, most) = (origin + 0.51, origin + length as f64 - 0.51);
    let (least, most) = (least.max(0.0), most.min(level));
    // Without a way out in between: compiled to instructions on several numbers at a time. NaN is not inside.
    let inside = |all: bool, position: &f64| all & (*position >= least) & (*position < most);
    length < 1 << 30 && positions.iter().fold(true, inside)
}

impl Kernel for Bilinear {
    fn prepare(&mut self, row: &Row, extent: &Extent) {
        self.quads.clear();
        self.spots.clear();
        let (left, top) = extent.origin;
        if is_well_inside(&row.columns, left, extent.columns, extent.level.0)
            && is_well_inside(&row.rows, top, extent.rows, extent.level.1)
        {
            self.spots.fill(row, extent.origin, extent.columns);
            return;
        }
        let positions = row.columns.iter().zip(&row.rows);
        self.quads
            .extend(positions.map(|(&column, &row)| Quad::at(column, row, extent)));
    }

    fn apply<T: Blend>(
        &self,
        source: &[T],
        valid: Option<&[u8]>,
        extent: &Extent,
        out: &mut [T],
        out_valid: &mut [u8],
    ) {
        let stride = extent.columns;
        let quads = self.quads.iter().zip(&mut *out).zip(&mut *out_valid);
        for ((quad, out), out_valid) in quads {
            if let Some((value, valid)) = quad.value(source, valid, extent) {
                (*out, *out_valid) = (value, valid);
            }
        }
        let spots = self.spots.iter().zip(out).zip(out_valid);
        let Some(valid) = valid else {
            for ((spot, out), out_valid) in spots {
                if let Some(value) = spot.value(source, stride) {
                    (*out, *out_valid) = (value, 255);
                }
            }
            return;
        };
        for ((spot, out), out_valid) in spots {
            let value = if spot.counts(valid, stride) {
                spot.value(source, stride).map(|value| (value, 255))
            } else {
                let quad = spot.quad(stride);
                quad.partial(source, Some(valid), extent)
            };
            if let Some((value, valid)) = value {
                (*out, *out_valid) = (value, valid);
            }
        }
    }
}
