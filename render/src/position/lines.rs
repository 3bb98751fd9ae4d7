//! Positions along straight pieces of rows, as GDAL's approximating transformer has them.

use super::{ExactMap, Scale};
use core::ops::Range;

/// Source pixels, columns and rows together, by which the middle of a piece may be off.
const TOLERANCE: f64 = 0.125;
/// Pieces of no more pixels are computed exactly.
const FEW: u32 = 5;

/// The rows of a rectangle of target pixels, each cut into pieces that are straight in the source.
///
/// A row is one piece if its middle lies where it would between its ends, to [`TOLERANCE`]; else its two halves
/// are looked at in the same way. This is how `GDALApproxTransform` does it, row by row: whoever wants the pixels
/// that GDAL picks has to err as it does.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    /// Where each row's pieces start, and where the last one's end.
    starts: Vec<usize>,
    pieces: Vec<Piece>,
}

/// Some pixels of a row.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// The first one, from the start of the row.
    first: u32,
    /// Where that one lies.
    start: (f64, f64),
    /// From each to the next.
    step: (f64, f64),
}

impl Lines {
    /// - `offset`: 0.5 is of the pixels' centres, 0 of their upper left corners, 1 of their lower right ones.
    pub(super) fn new(
        map: &ExactMap,
        columns: &Range<u32>,
        rows: &Range<u32>,
        offset: f64,
    ) -> Self {
        let count = columns.end - columns.start;
        let mut cutter = Cutter {
            map,
            left: f64::from(columns.start) + offset,
            row: 0.0,
            pieces: Vec::with_capacity(rows.len()),
        };
        let mut starts = vec![0];
        // Ends and middles of all rows at once: that is all that most of them need.
        let middle = (count - 1) / 2;
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for row in rows.clone() {
            x.extend([0, middle, count - 1].map(|at| cutter.left + f64::from(at)));
            y.extend([f64::from(row) + offset; 3]);
        }
        map.apply(&mut x, &mut y);
        for (row, (x, y)) in rows.clone().zip(x.chunks_exact(3).zip(y.chunks_exact(3))) {
            cutter.row = f64::from(row) + offset;
            cutter.cut(0, count, [(x[0], y[0]), (x[1], y[1]), (x[2], y[2])]);
            starts.push(cutter.pieces.len());
        }
        Self {
            starts,
            pieces: cutter.pieces,
        }
    }

    /// The positions of one row.
    pub(super) fn row(&self, row: usize, columns: &mut [f64], rows: &mut [f64]) {
        let pieces = &self.pieces[self.starts[row]..self.starts[row + 1]];
        for (k, piece) in pieces.iter().enumerate() {
            let first = piece.first as usize;
            let end = pieces
                .get(k + 1)
                .map_or(columns.len(), |next| next.first as usize);
            let targets = columns[first..end].iter_mut().zip(&mut rows[first..end]);
            // Of 32 bits: their conversion is one instruction, for several at a time.
            for (step, (x, y)) in (0_i32..).zip(targets) {
                let step = f64::from(step);
                *x = piece.start.0 + piece.step.0 * step;
                *y = piece.start.1 + piece.step.1 * step;
            }
        }
    }

    /// Calls `visit` with the two ends of each piece, for rows of `count` pixels.
    pub(super) fn for_each_end(&self, count: u32, mut visit: impl FnMut((f64, f64), (f64, f64))) {
        for ends in self.starts.windows(2) {
            let pieces = &self.pieces[ends[0]..ends[1]];
            for (k, piece) in pieces.iter().enumerate() {
                let end = pieces.get(k + 1).map_or(count, |next| next.first);
                let steps = f64::from(end - piece.first - 1);
                let (x, y) = piece.start;
                visit((x, y), (x + piece.step.0 * steps, y + piece.step.1 * steps));
            }
        }
    }
}

struct Cutter<'a> {
    map: &'a ExactMap,
    /// Of the rows' first pixel, that which is looked at.
    left: f64,
    row: f64,
    pieces: Vec<Piece>,
}

impl Cutter<'_> {
    /// Adds the pieces of `count` pixels from `first` on, whose first, middle and last lie at `known`.
    ///
    /// Depth is bounded: counts halve.
    fn cut(&mut self, first: u32, count: u32, known: [(f64, f64); 3]) {
        let finite = known.iter().all(|(x, y)| x.is_finite() && y.is_finite());
        if count <= FEW || !finite {
            return self.exact(first, count);
        }
        let [start, middle, end] = known;
        let steps = f64::from(count - 1);
        let step = ((end.0 - start.0) / steps, (end.1 - start.1) / steps);
        let half = (count - 1) / 2;
        let along = f64::from(half);
        let off = (start.0 + step.0 * along - middle.0).abs()
            + (start.1 + step.1 * along - middle.1).abs();
        if off <= TOLERANCE {
            self.pieces.push(Piece { first, start, step });
            return;
        }
        // The middle one is the first of the second half.
        let (before, after) = (half, count - half);
        let (mut x, mut y) = ([0.0; 3], [self.row; 3]);
        let wanted = [(before - 1) / 2, before - 1, half + (after - 1) / 2];
        for (x, at) in x.iter_mut().zip(wanted) {
            *x = self.left + f64::from(first + at);
        }
        self.map.apply(&mut x, &mut y);
        self.cut(first, before, [start, (x[0], y[0]), (x[1], y[1])]);
        self.cut(first + half, after, [middle, (x[2], y[2]), end]);
    }

    fn exact(&mut self, first: u32, count: u32) {
        let pixels = first..first + count;
        let mut x: Vec<f64> = pixels.clone().map(|at| self.left + f64::from(at)).collect();
        let mut y = vec![self.row; count as usize];
        self.map.apply(&mut x, &mut y);
        let pieces = pixels.zip(x.into_iter().zip(y));
        self.pieces.extend(pieces.map(|(first, start)| Piece {
            first,
            start,
            step: (0.0, 0.0),
        }));
    }
}

/// The box around two positions, as far as target pixels of this size reach.
pub(super) fn around_both(a: (f64, f64), b: (f64, f64), size: Scale) -> (Range<f64>, Range<f64>) {
    let (dx, dy) = (size.columns / 2.0, size.rows / 2.0);
    (
        a.0.min(b.0) - dx..a.0.max(b.0) + dx,
        a.1.min(b.1) - dy..a.1.max(b.1) + dy,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Grid;
    use cog_raster::{Affine, RasterInfo, SampleType};
    use tile_math::{BoundingBox, Crs};

    fn map(side: f64) -> ExactMap {
        let mut info = RasterInfo::new(SampleType::U8, 1, 20_000, 20_000);
        info.crs = Crs::from_epsg(32631).ok();
        info.affine = Some(Affine::new(10.0, 0.0, 400_000.0, 0.0, -10.0, 5_100_000.0));
        let (x, y) = (300_000.0, 5_700_000.0);
        let bounds = BoundingBox::new(x, y, x + side, y + side);
        let grid = Grid::for_bounds(bounds, &Crs::web_mercator(), 512, 128).unwrap();
        ExactMap::new(&info, &grid).unwrap()
    }

    #[test]
    fn rows_are_straight_within_the_tolerance() {
        for (side, most) in [(5_000.0, 1), (200_000.0, 64)] {
            let map = map(side);
            let lines = Lines::new(&map, &(0..512), &(0..128), 0.5);
            let (mut x, mut y) = (vec![0.0; 512], vec![0.0; 512]);
            let mut greatest = 0.0_f64;
            for row in 0..128 {
                lines.row(row, &mut x, &mut y);
                for (column, (x, y)) in x.iter().zip(&y).enumerate() {
                    let exact = map.point(column as f64 + 0.5, row as f64 + 0.5);
                    greatest = greatest.max((x - exact.0).abs() + (y - exact.1).abs());
                }
                let pieces = lines.starts[row + 1] - lines.starts[row];
                assert!((1..=most).contains(&pieces), "{side}: {pieces}");
            }
            assert!(greatest > 1e-6 && greatest < 1.1 * TOLERANCE, "{greatest}");
        }
    }

    #[test]
    fn a_few_pixels_and_those_beside_others_that_lie_nowhere_are_exact() {
        let map = map(200_000.0);
        let lines = Lines::new(&map, &(7..12), &(3..4), 1.0);
        let (mut x, mut y) = ([0.0; 5], [0.0; 5]);
        lines.row(0, &mut x, &mut y);
        assert_eq!((x[4], y[4]), map.point(12.0, 4.0));
        let mut cutter = Cutter {
            map: &map,
            left: 0.5,
            row: 0.5,
            pieces: Vec::new(),
        };
        cutter.cut(0, 9, [(0.0, 0.0), (f64::NAN, 0.0), (1.0, 1.0)]);
        assert_eq!(cutter.pieces.len(), 9);
        assert_eq!(cutter.pieces[8].start, map.point(8.5, 0.5));
    }
}
