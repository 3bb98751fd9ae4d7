//! Ground control points, and the polynomials through them.

use crate::PlacementError;
use crate::bivariate::{Bivariate, terms_of};

/// A pixel position whose place on the ground is known (GeoTIFF tag 33922).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ControlPoint {
    /// Column, from the outer corner of the first.
    pub col: f64,
    /// Row, from the outer corner of the first.
    pub row: f64,
    /// x in the CRS.
    pub x: f64,
    /// y in the CRS.
    pub y: f64,
    /// Height.
    pub z: f64,
}

/// Pixels to CRS coordinates and back, by polynomials through ground control points.
///
/// Both ways are fitted apart, by least squares, as GDAL does
/// (`GDALCreateGCPTransformer`): where the points are not met exactly, one way is not the other's inverse. A
/// picture is made by [`to_pixels`](Self::to_pixels), the source's outline by [`to_ground`](Self::to_ground).
///
/// Heights are not used.
///
/// # Example
///
/// ```
/// use cog_raster::{ControlPoint, ControlPointTransform};
///
/// let at = |col, row, x, y| ControlPoint { col, row, x, y, z: 0.0 };
/// let points = vec![at(0.0, 0.0, 10.0, 50.0), at(100.0, 0.0, 12.0, 50.0), at(0.0, 100.0, 10.0, 48.0)];
/// let transform = ControlPointTransform::fit(points)?;
/// let (x, y) = transform.to_ground(50.0, 25.0);
/// assert!((x - 11.0).abs() < 1e-12 && (y - 49.5).abs() < 1e-12);
/// # Ok::<(), cog_raster::PlacementError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ControlPointTransform {
    points: Vec<ControlPoint>,
    order: u8,
    forward: Bivariate,
    reverse: Bivariate,
}

impl ControlPointTransform {
    /// Most control points that are taken. Products with a point for every few pixels have some thousands.
    pub const MOST_POINTS: usize = 100_000;

    /// Fits polynomials of the order that GDAL chooses: the second from six points on, else the first.
    ///
    /// # Errors
    ///
    /// [`PlacementError`] if there are fewer than three points or more than
    /// [`MOST_POINTS`](Self::MOST_POINTS), if a coordinate is not finite, or if the points do
    /// not determine the polynomials: all on a line, say, or for the second order on two.
    pub fn fit(points: Vec<ControlPoint>) -> Result<Self, PlacementError> {
        let order = if points.len() >= terms_of(2) { 2 } else { 1 };
        Self::fit_order(points, order)
    }

    /// Fits polynomials of `order`, from 1 to 3. The third takes ten points and swings wide between few.
    ///
    /// # Errors
    ///
    /// As for [`fit`](Self::fit), and if there is no such order, or there are fewer points than it has terms.
    pub fn fit_order(points: Vec<ControlPoint>, order: u8) -> Result<Self, PlacementError> {
        if !(1..=3).contains(&order) {
            return Err(PlacementError::Order { order });
        }
        let (found, needed) = (points.len(), terms_of(order));
        if found < needed {
            return Err(PlacementError::TooFewPoints { found, needed });
        }
        if found > Self::MOST_POINTS {
            return Err(PlacementError::TooManyPoints {
                found,
                limit: Self::MOST_POINTS,
            });
        }
        let finite = |p: &ControlPoint| [p.col, p.row, p.x, p.y].iter().all(|v| v.is_finite());
        if let Some(index) = points.iter().position(|p| !finite(p)) {
            return Err(PlacementError::NotFinite {
                what: format!("control point {}", index + 1),
            });
        }
        let pairs = points.iter().map(|p| ([p.col, p.row], [p.x, p.y]));
        let forward = Bivariate::fit(order, pairs.clone())?;
        let reverse = Bivariate::fit(order, pairs.map(|(pixel, ground)| (ground, pixel)))?;
        Ok(Self {
            points,
            order,
            forward,
            reverse,
        })
    }

    /// The points.
    #[must_use]
    pub fn points(&self) -> &[ControlPoint] {
        &self.points
    }

    /// Order of the polynomials, from 1 to 3.
    #[must_use]
    pub const fn order(&self) -> u8 {
        self.order
    }

    /// CRS coordinates of the real pixel position `(col, row)`, whose origin is the
    /// outer corner of the first pixel.
    #[must_use]
    pub fn to_ground(&self, col: f64, row: f64) -> (f64, f64) {
        self.forward.at(col, row)
    }

    /// The real pixel position of CRS coordinates.
    #[must_use]
    pub fn to_pixels(&self, x: f64, y: f64) -> (f64, f64) {
        self.reverse.at(x, y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(col: f64, row: f64, x: f64, y: f64) -> ControlPoint {
        ControlPoint {
            col,
            row,
            x,
            y,
            z: 0.0,
        }
    }

    fn corners() -> Vec<ControlPoint> {
        vec![
            point(0.0, 0.0, 10.0, 50.0),
            point(9.0, 0.0, 11.0, 50.0),
            point(0.0, 9.0, 10.0, 49.0),
            point(9.0, 9.0, 11.0, 49.0),
        ]
    }

    #[test]
    fn six_points_bend() {
        assert_eq!(ControlPointTransform::fit(corners()).unwrap().order(), 1);
        let mut points = corners();
        points.extend([point(4.0, 6.0, 10.5, 49.4), point(2.0, 7.0, 10.3, 49.2)]);
        let transform = ControlPointTransform::fit(points).unwrap();
        assert_eq!(transform.order(), 2);
        // As many points as terms: all are met, both ways.
        for p in transform.points() {
            let ((x, y), (col, row)) = (
                transform.to_ground(p.col, p.row),
                transform.to_pixels(p.x, p.y),
            );
            assert!((x - p.x).abs() < 1e-9 && (y - p.y).abs() < 1e-9);
            assert!((col - p.col).abs() < 1e-7 && (row - p.row).abs() < 1e-7);
        }
    }

    #[test]
    fn what_places_nothing_is_refused() {
        use PlacementError as E;
        let fit = ControlPointTransform::fit;
        let found = |points: &[ControlPoint]| fit(points.to_vec()).unwrap_err();
        assert!(matches!(
            found(&corners()[..2]),
            E::TooFewPoints {
                found: 2,
                needed: 3
            }
        ));
        assert!(matches!(
            found(&[corners()[0]; 5]),
            E::Degenerate { order: 1 }
        ));
        let mut points = corners();
        points[2].y = f64::NAN;
        assert!(matches!(found(&points), E::NotFinite { .. }));
        // Far apart pixels on one spot of the ground have no way back.
        let spot = [(0.0, 0.0), (9.0, 0.0), (0.0, 9.0)].map(|(c, r)| point(c, r, 5.0, 5.0));
        assert!(matches!(found(&spot), E::Degenerate { order: 1 }));
        let many = vec![corners()[0]; ControlPointTransform::MOST_POINTS + 1];
        assert!(matches!(found(&many), E::TooManyPoints { .. }));
        let order = |order| ControlPointTransform::fit_order(corners(), order).unwrap_err();
        assert!(matches!(order(0), E::Order { order: 0 }));
        assert!(matches!(order(2), E::TooFewPoints { needed: 6, .. }));
        let huge = [
            point(0.0, 0.0, 1e308, -1e308),
            point(9.0, 0.0, -1e308, 1e308),
        ];
        assert!(fit([&huge[..], &corners()[..]].concat()).is_err());
    }
}
