//! How much kernels widen when the picture shrinks.

use crate::position::{ExactMap, Scale};
use core::ops::Range;

/// Rows of a block of GDAL's warped datasets.
const GDAL_BLOCK_ROWS: u32 = 128;
/// Parts into which GDAL cuts the edges of a block to find its place in the source.
const EDGE_PARTS: u32 = 20;

/// Source pixels by which a bilinear or cubic kernel reaches as far as it otherwise would by
/// one, for each block of target pixels.
///
/// Within one CRS that is the size of a target pixel. Between two, it is what
/// GDAL's warper takes, so that pictures are GDAL's: the extent of the
/// source window over that of the target block, one number per axis and block. In the interior of
/// a source both are the same. Where a block hangs over the source's edge, GDAL's window is cut and
/// kernels widen less than pixels are large. As measured with GDAL 3.10:
///
/// - with nodata or alpha the whole target is one block, and its window is cut at all four sides;
/// - else, where rio-tiler has GDAL add an alpha band, blocks are 128 rows high, and a window that
///   starts before the source keeps its length as far as the source goes.
#[derive(Clone, Debug)]
pub(crate) struct Widening {
    /// Columns and rows of a block of target pixels.
    block: (u32, u32),
    /// Blocks beside each other.
    across: usize,
    blocks: Vec<Scale>,
}

impl Widening {
    /// The same everywhere.
    pub(crate) fn uniform(scale: Scale) -> Self {
        let blocks = vec![Scale {
            columns: scale.columns.max(1.0),
            rows: scale.rows.max(1.0),
        }];
        Self {
            block: (u32::MAX, u32::MAX),
            across: 1,
            blocks,
        }
    }

    /// GDAL's where it is told the scale: the same everywhere, by the target pixel's size.
    pub(crate) fn of_part(scale: Scale) -> Self {
        Self::uniform(Scale {
            columns: rounded(scale.columns),
            rows: rounded(scale.rows),
        })
    }

    /// GDAL's, for a target of `width × height` pixels in a source of `columns × rows`.
    pub(crate) fn of_warp(
        map: &ExactMap,
        (width, height): (u32, u32),
        (columns, rows): (u32, u32),
        one_block: bool,
    ) -> Self {
        let block = if one_block {
            (width, height)
        } else {
            (width, GDAL_BLOCK_ROWS)
        };
        Self::of_blocks(map, (width, height), (columns, rows), block, one_block)
    }

    /// GDAL's for a target that it warps in blocks of `block` pixels, counted from the upper left corner.
    ///
    /// - `cut`: windows are cut at all four sides of the source.
    pub(crate) fn of_blocks(
        map: &ExactMap,
        (width, height): (u32, u32),
        (columns, rows): (u32, u32),
        block: (u32, u32),
        cut: bool,
    ) -> Self {
        let block = (block.0.max(1), block.1.max(1));
        let strips = |length: u32, block: u32| {
            (0..length)
                .step_by(block as usize)
                .map(move |start| start..start.saturating_add(block).min(length))
        };
        let mut blocks = Vec::new();
        for down in strips(height, block.1) {
            for across in strips(width, block.0) {
                let (x, y) = (across.len() as f64, down.len() as f64);
                blocks.push(match place(map, &across, &down) {
                    Some((wide, high)) => Scale {
                        columns: scale(wide, columns, x, cut),
                        rows: scale(high, rows, y, cut),
                    },
                    None => Scale {
                        columns: 1.0,
                        rows: 1.0,
                    },
                });
            }
        }
        Self {
            block,
            across: strips(width, block.0).count(),
            blocks,
        }
    }

    /// That of the target pixels of a row, from a column to the end of its block.
    pub(crate) fn at(&self, column: u32, row: u32) -> Scale {
        let (column, row) = (column / self.block.0, row / self.block.1);
        let block = row as usize * self.across + column as usize;
        self.blocks[block.min(self.blocks.len() - 1)]
    }

    /// The largest along each axis.
    pub(crate) fn largest(&self) -> Scale {
        self.blocks.iter().fold(
            Scale {
                columns: 1.0,
                rows: 1.0,
            },
            |a, b| Scale {
                columns: a.columns.max(b.columns),
                rows: a.rows.max(b.rows),
            },
        )
    }

    /// Kernels are wider than a source pixel anywhere.
    pub(crate) fn is_wide(&self) -> bool {
        let largest = self.largest();
        largest.columns > 1.0 || largest.rows > 1.0
    }
}

/// Least and greatest source column and row along the edges of target pixels; `None` where
/// they lie nowhere.
fn place(map: &ExactMap, across: &Range<u32>, down: &Range<u32>) -> Option<([f64; 2], [f64; 2])> {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    let ends = |range: &Range<u32>| (f64::from(range.start), f64::from(range.end));
    let ((left, right), (top, bottom)) = (ends(across), ends(down));
    for part in 0..=EDGE_PARTS {
        let fraction = f64::from(part) / f64::from(EDGE_PARTS);
        let (column, row) = (
            left + (right - left) * fraction,
            top + (bottom - top) * fraction,
        );
        x.extend([column, column, left, right]);
        y.extend([top, bottom, row, row]);
    }
    map.apply(&mut x, &mut y);
    let ends = |values: &[f64]| {
        let finite = values.iter().filter(|v| v.is_finite());
        finite.fold([f64::INFINITY, f64::NEG_INFINITY], |[l, m], &v| {
            [l.min(v), m.max(v)]
        })
    };
    let (across, down) = (ends(&x), ends(&y));
    (across[0] <= across[1] && down[0] <= down[1]).then_some((across, down))
}

/// Source pixels of the window `first..last` over `pixels` target pixels.
fn scale([first, last]: [f64; 2], length: u32, pixels: f64, cut: bool) -> f64 {
    let length = f64::from(length);
    let start = first.max(0.0).floor();
    let covered = if cut {
        last.ceil().min(length) - start
    } else {
        // Of small blocks the parts of pixels matter.
        (length - start).min(last - first)
    };
    rounded(covered / pixels)
}

/// A ratio as GDAL takes it.
fn rounded(ratio: f64) -> f64 {
    // Up to a scale of 0.95 the four nearest pixels do, and near whole ratios are whole.
    if ratio * 0.95 <= 1.0 {
        1.0
    } else if (ratio - ratio.round()).abs() < 0.05 {
        ratio.round()
    } else {
        ratio
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_cut_as_gdal_cuts_them() {
        // Measured: WarpedVRT at 1.55 source pixels per target pixel, over 128 or 256 of them.
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 0.02, "{found}");
        close(scale([51.0, 447.8], 383, 256.0, false), 1.30);
        close(scale([-28.6, 169.8], 232, 128.0, false), 1.55);
        close(scale([-100.0, 98.4], 232, 128.0, false), 1.55);
        close(scale([98.4, 296.8], 232, 128.0, false), 1.0);
        close(scale([-100.0, 540.0], 500, 256.0, false), 2.0);
        close(scale([-100.0, 296.8], 500, 256.0, true), 1.17);
        close(scale([-227.0, 169.8], 232, 256.0, true), 1.0);
    }
}
