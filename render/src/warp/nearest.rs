//! The source pixel that holds the centre.

use super::blend::Blend;
use super::{Extent, Kernel};
use crate::position::Row;

/// Positions this close below a pixel's edge belong to the next pixel: where centres
/// fall on edges exactly, rounding must not choose by chance.
const TIE: f64 = 1e-7;
/// The offset of no pixel.
const NOWHERE: usize = usize::MAX;

#[derive(Debug, Default)]
pub(super) struct Nearest {
    offsets: Vec<usize>,
}

impl Kernel for Nearest {
    fn prepare(&mut self, row: &Row, extent: &Extent) {
        self.offsets.clear();
        let positions = row.columns.iter().zip(&row.rows);
        self.offsets
            .extend(positions.map(|(&column, &row)| offset(column, row, extent)));
    }

    fn apply<T: Blend>(
        &self,
        source: &[T],
        valid: Option<&[u8]>,
        _extent: &Extent,
        out: &mut [T],
        out_valid: &mut [u8],
    ) {
        let targets = self.offsets.iter().zip(out).zip(out_valid);
        match valid {
            None => {
                for ((&offset, out), out_valid) in targets {
                    if let Some(&sample) = source.get(offset) {
                        *out = sample;
                        *out_valid = 255;
                    }
                }
            }
            Some(valid) => {
                for ((&offset, out), out_valid) in targets {
                    if let (Some(&sample), Some(&valid)) = (source.get(offset), valid.get(offset))
                        && valid != 0
                    {
                        *out = sample;
                        *out_valid = valid;
                    }
                }
            }
        }
    }
}

/// The offset of the source pixel at a position of the level.
fn offset(column: f64, row: f64, extent: &Extent) -> usize {
    let Some((x, y)) = extent.locate(column, row) else {
        return NOWHERE;
    };
    // By way of a signed integer the cast takes one instruction.
    let (x, y) = ((x + TIE) as i64, (y + TIE) as i64);
    // What is negative has a great number without its sign.
    if x.cast_unsigned() < extent.columns as u64 && y.cast_unsigned() < extent.rows as u64 {
        return y as usize * extent.columns + x as usize;
    }
    at_edge((x, y), (column, row), extent)
}

/// The same where the window ends: the tie-break must not leave the level at its far edge.
#[cold]
fn at_edge((x, y): (i64, i64), (column, row): (f64, f64), extent: &Extent) -> usize {
    let last = |i: i64, length: usize, rest: f64| {
        // A negative position cannot be: the window holds what the plan reaches.
        let i = usize::try_from(i).unwrap_or(0);
        if i == length && rest < TIE {
            length - 1
        } else {
            i
        }
    };
    let x = last(x, extent.columns, extent.level.0 - column);
    let y = last(y, extent.rows, extent.level.1 - row);
    if x < extent.columns && y < extent.rows {
        y * extent.columns + x
    } else {
        NOWHERE
    }
}
