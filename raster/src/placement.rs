//! Where the pixels of a source lie.

use crate::{Affine, ControlPointTransform, RationalTransform};
use std::sync::Arc;
use tile_math::BoundingBox;

/// The way from pixels to the CRS and back that is in use for a source.
///
/// Pixel positions are real ones of the full resolution, with the origin at the outer
/// corner of the first pixel.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Placement {
    /// An affine map.
    Affine(Affine),
    /// Polynomials through ground control points.
    ControlPoints(Arc<ControlPointTransform>),
    /// A rational polynomial at one height; the CRS is WGS 84.
    Rational(Arc<RationalTransform>),
}

impl Placement {
    /// CRS coordinates of a real pixel position; `None` where there are none.
    #[must_use]
    pub fn to_ground(&self, col: f64, row: f64) -> Option<(f64, f64)> {
        let (x, y) = match self {
            Self::Affine(affine) => affine.apply(col, row),
            Self::ControlPoints(transform) => transform.to_ground(col, row),
            Self::Rational(transform) => transform.to_ground(col, row)?,
        };
        (x.is_finite() && y.is_finite()).then_some((x, y))
    }

    /// The real pixel position of CRS coordinates; `None` where there is none.
    #[must_use]
    pub fn to_pixels(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (col, row) = match self {
            Self::Affine(affine) => affine.inverse()?.apply(x, y),
            Self::ControlPoints(transform) => transform.to_pixels(x, y),
            Self::Rational(transform) => transform.to_pixels(x, y)?,
        };
        (col.is_finite() && row.is_finite()).then_some((col, row))
    }

    /// The affine, if the pixels lie by one.
    #[must_use]
    pub const fn affine(&self) -> Option<Affine> {
        match self {
            Self::Affine(affine) => Some(*affine),
            _ => None,
        }
    }

    /// Pixels on straight lines that stand for a source of `width × height`: its own if it lies by an affine, else
    /// north-up square ones around all of it. `None` if its outline is nowhere.
    ///
    /// These are the pixels that GDAL suggests for a warp into the source's own CRS
    /// (`GDALSuggestedWarpOutput2`), as many along the diagonal as the source has: what
    /// rasterio's `WarpedVRT` and rio-tiler take for the bounds and the size of such a source.
    #[must_use]
    pub fn straightened(&self, width: u32, height: u32) -> Option<Straightened> {
        match self {
            Self::Affine(affine) => Some(Straightened {
                affine: *affine,
                width,
                height,
            }),
            _ => suggest(self, width, height),
        }
    }
}

/// Pixels on straight lines.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Straightened {
    /// From the pixels to the CRS.
    pub affine: Affine,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Straightened {
    /// Smallest box around the pixels, in the CRS.
    #[must_use]
    pub fn bounds(&self) -> BoundingBox {
        self.affine.bounds(self.width, self.height)
    }
}

fn suggest(placement: &Placement, width: u32, height: u32) -> Option<Straightened> {
    let (w, h) = (f64::from(width), f64::from(height));
    let parts = f64::from(width.min(height)) / 50.0;
    let parts = parts.round().clamp(20.0, 100.0);
    // A whole number from 20 to 100.
    let steps = parts as u32;
    let fractions = || (0..=steps).map(move |k| f64::from(k) / parts);
    let edges: Vec<(f64, f64)> = fractions()
        .flat_map(|t| [(t * w, 0.0), (t * w, h), (0.0, t * h), (w, t * h)])
        .collect();
    let ground = |pixels: &[(f64, f64)]| -> Vec<Option<(f64, f64)>> {
        let lie = |&(col, row): &(f64, f64)| placement.to_ground(col, row);
        pixels.iter().map(lie).collect()
    };
    let mut places = ground(&edges);
    let returns = |(pixel, place): (&(f64, f64), &Option<(f64, f64)>)| {
        let back = place.and_then(|(x, y)| placement.to_pixels(x, y));
        back.is_some_and(|(col, row)| {
            (col - pixel.0).abs() <= w / parts && (row - pixel.1).abs() <= h / parts
        })
    };
    if !edges.iter().zip(&places).all(returns) {
        // Folds: what is within may lie outside the outline.
        let inside: Vec<(f64, f64)> = fractions()
            .flat_map(|v| fractions().map(move |u| (u * w, v * h)))
            .collect();
        places = ground(&inside);
    }
    let missing = places.iter().filter(|place| place.is_none()).count();
    if missing + 10 > places.len() {
        return None;
    }
    let mut found = places.iter().flatten();
    let &(x, y) = found.next()?;
    let (mut left, mut right, mut bottom, mut top) = (x, x, y, y);
    for &(x, y) in found {
        (left, right) = (left.min(x), right.max(x));
        (bottom, top) = (bottom.min(y), top.max(y));
    }
    let diagonal = placement
        .to_ground(0.0, 0.0)
        .zip(placement.to_ground(w, h))
        .map(|((x0, y0), (x1, y1))| (x1 - x0, y1 - y0))
        .filter(|&(dx, dy)| dx != 0.0 && dy != 0.0)
        .unwrap_or((right - left, top - bottom));
    let size = diagonal.0.hypot(diagonal.1) / w.hypot(h);
    let count = |extent: f64| {
        let pixels = (extent / size + 0.5).floor();
        // Both are whole numbers in the range of the cast.
        (1.0..f64::from(i32::MAX))
            .contains(&pixels)
            .then_some(pixels as u32)
    };
    let (columns, rows) = (count(right - left)?, count(top - bottom)?);
    let (across, down) = (f64::from(columns), f64::from(rows));
    // A last column or row that lies beside the source all along is drawn in a little.
    let along = |t: f64, length: f64| left + t * length;
    let size_x = drawn_in(size, across, |size_x| {
        let outside = (0..=20).map(|k| f64::from(k) / 20.0).all(|t| {
            let (x, y) = (along(across, size_x), top - t * down * size);
            !returns_to(placement, (x, y), (size_x, size))
        });
        !outside
    });
    let size_y = drawn_in(size, down, |size_y| {
        let outside = (0..=20).map(|k| f64::from(k) / 20.0).all(|t| {
            let (x, y) = (along(t * across, size_x), top - down * size_y);
            !returns_to(placement, (x, y), (size_x, size_y))
        });
        !outside
    });
    let affine = Affine::new(size_x, 0.0, left, 0.0, -size_y, top);
    affine.inverse()?;
    Some(Straightened {
        affine,
        width: columns,
        height: rows,
    })
}

/// `size`, less up to one part in `count` of it until it `fits`.
fn drawn_in(size: f64, count: f64, fits: impl Fn(f64) -> bool) -> f64 {
    [0.0, 0.001, 0.01, 0.1, 1.0]
        .into_iter()
        .map(|share| size - size * share / count)
        .find(|&size| fits(size))
        .unwrap_or(size)
}

/// A place goes to the pixels and comes back within the size of a pixel.
fn returns_to(placement: &Placement, (x, y): (f64, f64), size: (f64, f64)) -> bool {
    let back = placement
        .to_pixels(x, y)
        .and_then(|(col, row)| placement.to_ground(col, row));
    back.is_some_and(|(u, v)| (u - x).abs() <= size.0 && (v - y).abs() <= size.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ControlPoint;

    fn placed(points: &[[f64; 4]]) -> Placement {
        let points = points.iter().map(|&[col, row, x, y]| ControlPoint {
            col,
            row,
            x,
            y,
            z: 0.0,
        });
        let transform = ControlPointTransform::fit(points.collect()).unwrap();
        Placement::ControlPoints(Arc::new(transform))
    }

    /// Figures of rasterio 1.4.4 (GDAL 3.10.3): `WarpedVRT` of a file with these points.
    #[test]
    fn straightened_pixels_are_gdals() {
        let turned = placed(&[
            [0.0, 0.0, 129_974.687_901_068_13, 5_555_649.347_746_108],
            [396.0, 0.0, 987_339.837_647_662_4, 6_050_649.347_746_108],
            [0.0, 300.0, 504_974.687_901_068_1, 4_906_130.294_907_778_5],
            [
                396.0,
                300.0,
                1_362_339.837_647_662_5,
                5_401_130.294_907_778_5,
            ],
        ]);
        let found = turned.straightened(396, 300).unwrap();
        assert_eq!((found.width, found.height), (493, 458));
        let theirs = [
            129_974.687_901_067_98,
            4_905_649.347_746_108,
            1_362_474.687_901_068_2,
            6_050_649.347_746_108,
        ];
        for (ours, theirs) in found.bounds().to_array().into_iter().zip(theirs) {
            assert!((ours - theirs).abs() < 1e-6, "{ours} {theirs}");
        }
    }

    #[test]
    fn places_and_pixels_answer_each_other() {
        let bent = placed(&[
            [0.0, 0.0, 10.0, 50.0],
            [100.0, 0.0, 11.0, 50.1],
            [0.0, 80.0, 10.1, 49.2],
            [100.0, 80.0, 11.2, 49.2],
            [50.0, 40.0, 10.575, 49.627],
            [20.0, 60.0, 10.289, 49.405],
        ]);
        let (x, y) = bent.to_ground(30.0, 20.0).unwrap();
        let (col, row) = bent.to_pixels(x, y).unwrap();
        assert!((col - 30.0).abs() < 1.0 && (row - 20.0).abs() < 1.0);
        assert_eq!(bent.to_pixels(f64::INFINITY, 0.0), None);
        let around = bent.straightened(100, 80).unwrap().bounds();
        for (col, row) in [(0.0, 0.0), (100.0, 0.0), (0.0, 80.0)] {
            let (x, y) = bent.to_ground(col, row).unwrap();
            assert!(x >= around.left - 1e-9 && x <= around.right + 0.02);
            assert!(y >= around.bottom - 0.02 && y <= around.top + 1e-9);
        }
    }

    #[test]
    fn an_outline_of_no_extent_is_nowhere() {
        // Very flat: less than half a square pixel high.
        let flat = placed(&[
            [0.0, 0.0, 0.0, 0.0],
            [1000.0, 0.0, 1000.0, 0.0],
            [0.0, 1000.0, 0.0, 1e-6],
        ]);
        assert_eq!(flat.straightened(1000, 1000), None);
    }
}
