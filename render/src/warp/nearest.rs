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
        self.offsets
            .extend(row.columns.iter().zip(&row.rows).map(|(&column, &row)| {
                let Some((x, y)) = extent.locate(column, row) else {
                    return NOWHERE;
                };
                // A negative position cannot be: the window holds what the plan reaches. If it
                // were, the cast gives 0; what is too large is caught below.
                let whole = |v: f64| usize::try_from((v + TIE) as i64).unwrap_or(0);
                let (x, y) = (whole(x), whole(y));
                let last = |i: usize, length: usize, rest: f64| {
                    // The tie-break must not leave the level at its far edge.
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
            }));
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
