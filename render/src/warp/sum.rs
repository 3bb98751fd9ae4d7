//! The sum of what a target pixel covers.

use super::blend::Blend;
use super::taps::touched;
use super::{Extent, Kernel};
use crate::position::{Outlines, Quadrangle, Row};

/// Corners of a quadrangle cut by four lines, at most.
const CORNERS: usize = 8;

/// Sums source pixels, each as far as the target pixel covers it.
///
/// What is summed over all of a picture is what the source holds, whatever lies between the two, as with GDAL.
#[derive(Debug, Default)]
pub(super) struct Sum {
    /// In pixels of the window.
    outlines: Vec<Quadrangle>,
    is_rectilinear: bool,
}

/// A polygon of few corners.
#[derive(Clone, Copy, Debug)]
struct Polygon {
    corners: [(f64, f64); CORNERS],
    count: usize,
}

impl Polygon {
    fn of(outline: &Quadrangle) -> Self {
        let mut corners = [(0.0, 0.0); CORNERS];
        corners[..4].copy_from_slice(outline);
        Self { corners, count: 4 }
    }

    /// What lies on the side of a line where `height` is not negative. `height` is linear.
    fn cut(&self, height: impl Fn((f64, f64)) -> f64) -> Self {
        let mut out = Self {
            corners: [(0.0, 0.0); CORNERS],
            count: 0,
        };
        let corners = &self.corners[..self.count];
        let Some(&last) = corners.last() else {
            return out;
        };
        let mut push = |corner| {
            // A line adds one corner to what is convex. What is not has more, and is cut short.
            if out.count < CORNERS {
                out.corners[out.count] = corner;
                out.count += 1;
            }
        };
        let mut before = (last, height(last));
        for &corner in corners {
            let here = height(corner);
            if (before.1 < 0.0) != (here < 0.0) {
                let part = before.1 / (before.1 - here);
                let ((x0, y0), (x1, y1)) = (before.0, corner);
                push((x0 + (x1 - x0) * part, y0 + (y1 - y0) * part));
            }
            if here >= 0.0 {
                push(corner);
            }
            before = (corner, here);
        }
        out
    }

    fn area(&self) -> f64 {
        let corners = &self.corners[..self.count];
        let Some(&last) = corners.last() else {
            return 0.0;
        };
        let mut before = last;
        let mut twice = 0.0;
        for &(x, y) in corners {
            twice += before.0 * y - x * before.1;
            before = (x, y);
        }
        (twice / 2.0).abs()
    }
}

/// Length of the pixel at `place` that lies between `from` and `to`.
fn overlap(from: f64, to: f64, place: usize) -> f64 {
    let edge = place as f64;
    (to.min(edge + 1.0) - from.max(edge)).max(0.0)
}

impl Sum {
    /// Calls `visit` with each source pixel's offset and how much of it is covered.
    fn for_each(&self, outline: &Quadrangle, extent: &Extent, mut visit: impl FnMut(usize, f64)) {
        let ends = |part: fn(&(f64, f64)) -> f64| {
            let values = outline.iter().map(part);
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), v| {
                // NaN must not be left out.
                if v.is_nan() {
                    (v, v)
                } else {
                    (least.min(v), most.max(v))
                }
            })
        };
        let ((left, right), (top, bottom)) = (ends(|p| p.0), ends(|p| p.1));
        let whole = [left, right, top, bottom].iter().all(|v| v.is_finite());
        let (Some((first_column, end_column)), Some((first_row, end_row)), true) = (
            touched(left, right, extent.columns),
            touched(top, bottom, extent.rows),
            whole,
        ) else {
            return;
        };
        let polygon = Polygon::of(outline);
        for row in first_row..end_row {
            let start = row * extent.columns;
            let down = overlap(top, bottom, row);
            let (above, below) = (row as f64, row as f64 + 1.0);
            let line = if self.is_rectilinear {
                polygon
            } else {
                polygon.cut(|p| p.1 - above).cut(|p| below - p.1)
            };
            for column in first_column..end_column {
                let area = if self.is_rectilinear {
                    down * overlap(left, right, column)
                } else {
                    let (before, after) = (column as f64, column as f64 + 1.0);
                    line.cut(|p| p.0 - before).cut(|p| after - p.0).area()
                };
                if area > 0.0 {
                    visit(start + column, area);
                }
            }
        }
    }
}

impl Kernel for Sum {
    fn needs_outlines(&self) -> Outlines {
        Outlines::All
    }

    fn prepare(&mut self, row: &Row, extent: &Extent) {
        let (left, top) = extent.origin;
        self.is_rectilinear = row.is_rectilinear;
        self.outlines.clear();
        let outlines = row.outlines.iter();
        self.outlines
            .extend(outlines.map(|outline| outline.map(|(x, y)| (x - left, y - top))));
    }

    fn apply<T: Blend>(
        &self,
        source: &[T],
        valid: Option<&[u8]>,
        extent: &Extent,
        out: &mut [T],
        out_valid: &mut [u8],
    ) {
        for ((outline, out), out_valid) in self.outlines.iter().zip(out).zip(out_valid) {
            let mut sum = T::Sum::default();
            let (mut weights, mut density) = (0.0, 0.0);
            self.for_each(outline, extent, |offset, weight| {
                let valid = valid.map_or(255, |valid| valid[offset]);
                if valid != 0 {
                    sum = sum + source[offset].widen() * weight;
                    weights += weight;
                    density += weight * f64::from(valid);
                }
            });
            if weights > 0.0 {
                *out = T::narrow(sum);
                *out_valid = u8::narrow(density / weights);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warp::Mixing;

    const EXTENT: Extent = Extent {
        level: (4.0, 4.0),
        origin: (0.0, 0.0),
        columns: 4,
        rows: 4,
        mixing: Mixing::Warp,
    };

    #[test]
    fn shares_are_areas() {
        let sum = |outline: Quadrangle, is_rectilinear| {
            let sum = Sum {
                outlines: vec![outline],
                is_rectilinear,
            };
            let (mut out, mut valid) = ([0.0_f64], [0_u8]);
            sum.apply(&[1.0; 16], None, &EXTENT, &mut out, &mut valid);
            (out[0], valid[0])
        };
        let square = [(0.5, 0.5), (2.75, 0.5), (2.75, 2.0), (0.5, 2.0)];
        assert_eq!(sum(square, true), (3.375, 255));
        let (area, valid) = sum(square, false);
        assert!((area - 3.375).abs() < 1e-12 && valid == 255);
        // A diamond, and one half of which lies beyond the edge.
        let diamond = |x: f64| [(x, 0.5), (x + 1.5, 2.0), (x, 3.5), (x - 1.5, 2.0)];
        assert!((sum(diamond(2.0), false).0 - 4.5).abs() < 1e-12);
        assert!((sum(diamond(4.0), false).0 - 2.25).abs() < 1e-12);
        assert_eq!(sum(diamond(6.0), false), (0.0, 0));
        assert_eq!(sum(diamond(f64::NAN), false), (0.0, 0));
    }
}
