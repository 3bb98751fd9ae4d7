//! Rings in pixels.

use super::area::Polygon;
use crate::{Error, Grid};
use cog_raster::Affine;

/// The size of what is drawn on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pixels {
    pub(super) columns: u32,
    pub(super) rows: u32,
}

/// From coordinates to pixels, with the operations that GDAL does in their order: a vertex on a
/// pixel's edge must fall to the same side.
#[derive(Clone, Copy, Debug)]
pub(super) struct ToPixels {
    column: [f64; 3],
    row: [f64; 3],
}

impl ToPixels {
    /// For the pixels of a grid cut in `scale × scale` each.
    pub(super) fn of_grid(grid: &Grid, scale: u32) -> Result<Self, Error> {
        let step = 1.0 / f64::from(scale);
        let Affine { a, b, c, d, e, f } = grid.affine;
        let affine = Affine::new(a * step, b * step, c, d * step, e * step, f);
        Self::inverse_of(affine)
            .ok_or_else(|| Error::parameter("grid", "the grid's affine has no inverse"))
    }

    fn inverse_of(Affine { a, b, c, d, e, f }: Affine) -> Option<Self> {
        let this = if b == 0.0 && d == 0.0 {
            Self {
                column: [-c / a, 1.0 / a, 0.0],
                row: [-f / e, 0.0, 1.0 / e],
            }
        } else {
            let determinant = a * e - b * d;
            let inverse = 1.0 / determinant;
            Self {
                column: [(b * f - c * e) * inverse, e * inverse, -b * inverse],
                row: [(c * d - a * f) * inverse, -d * inverse, a * inverse],
            }
        };
        let finite = this.column.iter().chain(&this.row).all(|v| v.is_finite());
        finite.then_some(this)
    }

    fn apply(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let of = |k: &[f64; 3]| k[0] + x * k[1] + y * k[2];
        (of(&self.column), of(&self.row))
    }

    /// The rings in pixels, each clockwise on the ground: GDAL turns them, and which horizontal edges
    /// count depends on it.
    pub(super) fn rings(&self, polygon: &Polygon) -> Vec<Vec<(f64, f64)>> {
        let turned = |ring: &Vec<(f64, f64)>| {
            let mut pixels: Vec<_> = ring.iter().map(|&p| self.apply(p)).collect();
            if !is_clockwise(ring) {
                pixels.reverse();
            }
            pixels
        };
        polygon.iter().map(turned).collect()
    }
}

/// Whether a closed ring runs clockwise, judged at its lowest and there rightmost position; by its
/// area where that position is none to judge by. A ring that crosses itself has no direction: then
/// this is what GDAL takes for it (`OGRLineString::isClockwise`).
fn is_clockwise(ring: &[(f64, f64)]) -> bool {
    const NEAR: f64 = 1e-5;
    let last = ring.len() - 1;
    let mut pivot = 0;
    let mut doubtful = false;
    for at in 1..last {
        let ((x, y), (px, py)) = (ring[at], ring[pivot]);
        if y < py || (y == py && x > px) {
            pivot = at;
            doubtful = false;
        } else if y == py && x == px {
            doubtful = true;
        }
    }
    let near = |at: usize| {
        (ring[at].0 - ring[pivot].0).abs() < NEAR && (ring[at].1 - ring[pivot].1).abs() < NEAR
    };
    let before = if pivot == 0 { last - 1 } else { pivot - 1 };
    let after = if pivot + 1 >= last { 0 } else { pivot + 1 };
    doubtful |= near(before) || near(after);
    let (x, y) = ring[pivot];
    let (before, after) = (ring[before], ring[after]);
    let cross = (after.0 - x) * (before.1 - y) - (before.0 - x) * (after.1 - y);
    if !doubtful && cross != 0.0 {
        return cross < 0.0;
    }
    let doubled: f64 = (0..last)
        .map(|at| {
            let (before, after) = (ring[if at == 0 { last - 1 } else { at - 1 }], ring[at + 1]);
            ring[at].0 * (after.1 - before.1)
        })
        .sum();
    doubled < 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn direction_is_told() {
        let square = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)];
        assert!(!is_clockwise(&square));
        let mut turned = square;
        turned.reverse();
        assert!(is_clockwise(&turned));
        // The pivot comes twice.
        let spike = [(0.0, 0.0), (2.0, -1.0), (2.0, -1.0), (2.0, 3.0), (0.0, 0.0)];
        assert!(!is_clockwise(&spike));
    }

    #[test]
    fn a_turned_grid_is_inverted() {
        let affine = Affine::new(10.0, 3.0, 500_000.0, 2.0, -10.0, 4_000_000.0);
        let inverse = ToPixels::inverse_of(affine).unwrap();
        let (column, row) = inverse.apply(affine.apply(12.5, 7.25));
        assert!((column - 12.5).abs() < 1e-7 && (row - 7.25).abs() < 1e-7);
        assert!(ToPixels::inverse_of(Affine::new(1.0, 1.0, 0.0, 1.0, 1.0, 0.0)).is_none());
    }
}
