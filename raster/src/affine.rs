//! The affine map from pixels to CRS coordinates.

use tile_math::BoundingBox;

/// `x = a·col + b·row + c`, `y = d·col + e·row + f`.
///
/// `(col, row)` are real pixel coordinates whose origin is the outer corner of
/// the upper left pixel (PixelIsArea), `(x, y)` are in the CRS's unit with x
/// east and y north.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// Change of x per column.
    pub a: f64,
    /// Change of x per row.
    pub b: f64,
    /// x of the origin.
    pub c: f64,
    /// Change of y per column.
    pub d: f64,
    /// Change of y per row, negative in a north-up raster.
    pub e: f64,
    /// y of the origin.
    pub f: f64,
}

impl Affine {
    /// The map with these coefficients, in the order of the struct's fields.
    #[must_use]
    pub const fn new(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64) -> Self {
        Self { a, b, c, d, e, f }
    }

    /// Columns and rows as they are.
    #[must_use]
    pub const fn identity() -> Self {
        Self::new(1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    }

    /// The north-up map that spreads `columns × rows` pixels over `bounds`.
    #[must_use]
    pub fn from_bounds(bounds: BoundingBox, columns: u32, rows: u32) -> Self {
        Self::new(
            (bounds.right - bounds.left) / f64::from(columns),
            0.0,
            bounds.left,
            0.0,
            (bounds.bottom - bounds.top) / f64::from(rows),
            bounds.top,
        )
    }

    /// `(x, y)` of the real pixel position `(col, row)`.
    #[must_use]
    pub fn apply(&self, col: f64, row: f64) -> (f64, f64) {
        (
            self.a.mul_add(col, self.b.mul_add(row, self.c)),
            self.d.mul_add(col, self.e.mul_add(row, self.f)),
        )
    }

    /// The map from `(x, y)` back to `(col, row)`; `None` when the map is
    /// singular or has coefficients that are not finite.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        let determinant = self.a.mul_add(self.e, -(self.b * self.d));
        let (a, b) = (self.e / determinant, -self.b / determinant);
        let (d, e) = (-self.d / determinant, self.a / determinant);
        let c = -a.mul_add(self.c, b * self.f);
        let f = -d.mul_add(self.c, e * self.f);
        let inverse = Self::new(a, b, c, d, e, f);
        (determinant != 0.0 && inverse.is_finite()).then_some(inverse)
    }

    /// This map on pixels that are `columns` by `rows` times as large: the
    /// affine of an overview is that of the full resolution, scaled by the
    /// ratio of the sizes.
    #[must_use]
    pub fn scale(&self, columns: f64, rows: f64) -> Self {
        Self::new(
            self.a * columns,
            self.b * rows,
            self.c,
            self.d * columns,
            self.e * rows,
            self.f,
        )
    }

    /// This map with its origin moved to pixel `(col, row)`.
    #[must_use]
    pub fn translate(&self, col: f64, row: f64) -> Self {
        let (c, f) = self.apply(col, row);
        Self { c, f, ..*self }
    }

    /// No rotation or shear: columns run along x, rows along y (either way).
    #[must_use]
    pub fn is_rectilinear(&self) -> bool {
        self.b == 0.0 && self.d == 0.0
    }

    /// Every coefficient is finite.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        [self.a, self.b, self.c, self.d, self.e, self.f]
            .iter()
            .all(|v| v.is_finite())
    }

    /// Ground size of a pixel along columns and rows, in CRS units, positive.
    #[must_use]
    pub fn resolution(&self) -> (f64, f64) {
        (self.a.hypot(self.d), self.b.hypot(self.e))
    }

    /// Smallest box around `columns × rows` pixels, in CRS units.
    #[must_use]
    pub fn bounds(&self, columns: u32, rows: u32) -> BoundingBox {
        let (w, h) = (f64::from(columns), f64::from(rows));
        let corners = [(0.0, 0.0), (w, 0.0), (0.0, h), (w, h)].map(|(c, r)| self.apply(c, r));
        let fold = |f: fn(f64, f64) -> f64, pick: fn(&(f64, f64)) -> f64| {
            corners.iter().map(pick).reduce(f).unwrap_or(f64::NAN)
        };
        BoundingBox {
            left: fold(f64::min, |p| p.0),
            bottom: fold(f64::min, |p| p.1),
            right: fold(f64::max, |p| p.0),
            top: fold(f64::max, |p| p.1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverse_undoes_a_rotation() {
        let affine = Affine::new(10.0, 3.0, 500_000.0, 2.0, -10.0, 4_000_000.0);
        let inverse = affine.inverse().unwrap();
        let (x, y) = affine.apply(12.5, 7.25);
        let (col, row) = inverse.apply(x, y);
        assert!((col - 12.5).abs() < 1e-7 && (row - 7.25).abs() < 1e-7);
    }

    #[test]
    fn singular_and_infinite_maps_have_no_inverse() {
        assert!(
            Affine::new(0.0, 0.0, 1.0, 0.0, 1.0, 1.0)
                .inverse()
                .is_none()
        );
        assert!(
            Affine::new(f64::NAN, 0.0, 1.0, 0.0, 1.0, 1.0)
                .inverse()
                .is_none()
        );
        assert!(
            Affine::new(1.0, 0.0, f64::INFINITY, 0.0, 1.0, 1.0)
                .inverse()
                .is_none()
        );
    }

    #[test]
    fn bounds_of_a_south_up_raster_are_ordered() {
        let bounds = Affine::new(2.0, 0.0, 10.0, 0.0, 3.0, 20.0).bounds(5, 4);
        assert_eq!((bounds.left, bounds.bottom), (10.0, 20.0));
        assert_eq!((bounds.right, bounds.top), (20.0, 32.0));
    }
}
