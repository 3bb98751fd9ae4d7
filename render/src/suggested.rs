//! The pixels that GDAL would warp a source to if nobody says which (`GDALSuggestedWarpOutput2`).

use crate::Error;
use crate::grid::transformer;
use cog_raster::Affine;
use tile_math::{BoundingBox, Crs, Transformer};

/// Square pixels around a source, as many along the diagonal as it has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Suggested {
    /// West edge.
    pub(crate) left: f64,
    /// North edge.
    pub(crate) top: f64,
    /// Side of a pixel.
    pub(crate) resolution: f64,
    /// A whole number, at least 1.
    pub(crate) columns: f64,
    /// A whole number, at least 1.
    pub(crate) rows: f64,
}

impl Suggested {
    /// For `width × height` pixels that `affine` places in `from`.
    ///
    /// # Errors
    ///
    /// [`Error::Projection`] if there is no way to `to`, or no part of the source's edges has coordinates there.
    pub(crate) fn new(
        from: &Crs,
        to: &Crs,
        affine: Affine,
        (width, height): (u32, u32),
    ) -> Result<Self, Error> {
        let to_target = transformer(from, to)?;
        let bounds = affine.bounds(width, height);
        let size = (f64::from(width), f64::from(height));
        let around = around(&to_target, affine, size, bounds).ok_or_else(|| Error::Projection {
            message: format!("no part of the source's edges has coordinates in {to}"),
            source: None,
        })?;
        let along = size.0.hypot(size.1);
        let resolution = diagonal(&to_target, affine, size)
            .unwrap_or_else(|| around.width().hypot(around.height()))
            / along;
        if !(resolution.is_finite() && resolution > 0.0) {
            return Err(Error::Projection {
                message: format!("the source's resolution in {to} cannot be told"),
                source: None,
            });
        }
        let whole = |extent: f64| (extent / resolution + 0.5).floor().max(1.0);
        Ok(Self {
            left: around.left,
            top: around.top,
            resolution,
            columns: whole(around.width()),
            rows: whole(around.height()),
        })
    }

    /// The box around the pixels. It may end a part of a pixel before or behind the source.
    pub(crate) fn bounds(&self) -> BoundingBox {
        BoundingBox {
            left: self.left,
            bottom: self.top - self.rows * self.resolution,
            right: self.left + self.columns * self.resolution,
            top: self.top,
        }
    }
}

/// The box around the source: that of points along its edges, and of what they go around.
fn around(
    to_target: &Transformer,
    affine: Affine,
    (width, height): (f64, f64),
    bounds: BoundingBox,
) -> Option<BoundingBox> {
    let parts = (width.min(height) / 50.0 + 0.5).floor().clamp(20.0, 100.0);
    let edges = (0..=parts as u32).flat_map(|k| {
        let at = f64::from(k) / parts;
        let (c, r) = (at * width, at * height);
        [(c, 0.0), (c, height), (0.0, r), (width, r)]
    });
    let images = edges.filter_map(|(c, r)| {
        let (x, y) = affine.apply(c, r);
        to_target.point(x, y)
    });
    let edges = BoundingBox::of_points(images);
    let inside = enclosed(to_target, bounds);
    match (edges, inside) {
        (Some(edges), Some(inside)) => {
            // More than the curve between two points: a pole, or the meridian at the other side.
            let far = |a: f64, b: f64, along: f64| (a - b).abs() > along / 100.0;
            let more = far(inside.left, edges.left, edges.width())
                || far(inside.right, edges.right, edges.width())
                || far(inside.bottom, edges.bottom, edges.height())
                || far(inside.top, edges.top, edges.height());
            Some(if more { inside } else { edges })
        }
        (edges, inside) => edges.or(inside),
    }
}

/// The box around all of the source, by what lies in it too; over the antimeridian it goes on beyond 180 degrees.
fn enclosed(to_target: &Transformer, bounds: BoundingBox) -> Option<BoundingBox> {
    const DENSIFY: u32 = 21;
    /// Where web mercator is as high as it is wide.
    const SQUARE: f64 = 85.051_128_779_806_59;
    let (from, to) = (to_target.from_crs(), to_target.to_crs());
    if to.is_geographic() {
        let inside = to_target.transform_bounds(bounds, DENSIFY).ok()?;
        return Some(beyond_180(inside));
    }
    if to.epsg() != Some(3857) || from.is_geographic() {
        return None;
    }
    let degrees = Transformer::new(from, &Crs::wgs84()).ok()?;
    let degrees = degrees.transform_bounds(bounds, DENSIFY).ok()?;
    let pole = degrees.bottom <= -90.0 || degrees.top >= 90.0;
    if !pole {
        return None;
    }
    let shown = BoundingBox {
        bottom: degrees.bottom.max(-SQUARE),
        top: degrees.top.min(SQUARE),
        ..degrees
    };
    let to_target = Transformer::new(&Crs::wgs84(), to).ok()?;
    to_target.transform_bounds(shown, DENSIFY).ok()
}

/// Geographic bounds over the antimeridian, as going on beyond 180 degrees.
pub(crate) fn beyond_180(bounds: BoundingBox) -> BoundingBox {
    if bounds.left > bounds.right {
        let right = bounds.right + 360.0;
        return BoundingBox { right, ..bounds };
    }
    bounds
}

/// From the first pixel's corner to the last one's; `None` where they have no coordinates, or lie on a line
/// along an axis, as those around a pole do.
fn diagonal(to_target: &Transformer, affine: Affine, (width, height): (f64, f64)) -> Option<f64> {
    const LINE: f64 = 1e-9;
    let image = |c: f64, r: f64| {
        let (x, y) = affine.apply(c, r);
        to_target.point(x, y)
    };
    let (x0, y0) = image(0.0, 0.0)?;
    let (x1, y1) = image(width, height)?;
    let (mut dx, dy) = ((x1 - x0).abs(), (y1 - y0).abs());
    if to_target.to_crs().is_geographic() && dx > 180.0 {
        // The shorter way is over the antimeridian.
        dx = 360.0 - dx;
    }
    let long = dx.hypot(dy);
    (dx.min(dy) > LINE * long).then_some(long)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From, to, bounds, columns and rows; what comes out.
    type Case = (u32, u32, [f64; 4], (u32, u32), [f64; 5]);

    /// `rasterio.warp.calculate_default_transform` of GDAL 3.10: left, top, side, columns, rows.
    #[test]
    fn suggestions_are_gdals() {
        let cases: [Case; 6] = [
            (
                32633,
                3857,
                [500_000.0, 5_393_000.0, 509_000.0, 5_400_000.0],
                (900, 700),
                [
                    1_669_792.361_899_101_6,
                    6_233_056.308_014_508,
                    15.152_106_040_385_409,
                    900.0,
                    702.0,
                ],
            ),
            (
                32618,
                4326,
                [400_000.0, 4_480_800.0, 422_800.0, 4_500_000.0],
                (760, 640),
                [
                    -76.182_699_622_656_78,
                    40.647_246_505_985_94,
                    0.000_323_066_842_364_796_6,
                    842.0,
                    543.0,
                ],
            ),
            (
                4326,
                3857,
                [5.0, 44.7, 5.5, 45.0],
                (5, 3),
                [
                    556_597.453_966_367_9,
                    5_621_521.486_192_066,
                    12_505.256_847_935_922,
                    4.0,
                    4.0,
                ],
            ),
            (
                3857,
                3035,
                [1_000_000.0, 5_989_760.0, 1_010_240.0, 6_000_000.0],
                (1024, 1024),
                [
                    4_244_028.756_474_597,
                    2_693_872.790_474_508,
                    6.781_923_680_952_405_5,
                    1039.0,
                    1035.0,
                ],
            ),
            (
                3978,
                4326,
                [-500_000.0, 240_000.0, -446_000.0, 300_000.0],
                (180, 200),
                [
                    -102.272_186_658_635_79,
                    51.503_722_923_068_25,
                    0.003_698_454_933_351_787,
                    234.0,
                    160.0,
                ],
            ),
            // GDAL then makes the columns a little narrower, so that the last of them is not empty.
            (
                3031,
                3857,
                [-3_000_000.0, -3_000_000.0, 3_000_000.0, 3_000_000.0],
                (512, 512),
                [
                    -20_037_508.341_676_05,
                    -6_857_665.682_622_65,
                    58_262.658_553_807_68,
                    688.0,
                    226.0,
                ],
            ),
        ];
        for (from, to, [left, bottom, right, top], (width, height), expected) in cases {
            let affine =
                Affine::from_bounds(BoundingBox::new(left, bottom, right, top), width, height);
            let crs = |code| Crs::from_epsg(code).unwrap();
            let ours = Suggested::new(&crs(from), &crs(to), affine, (width, height)).unwrap();
            let [left, top, resolution, columns, rows] = expected;
            assert_eq!((ours.columns, ours.rows), (columns, rows), "{from} {to}");
            let near = |a: f64, b: f64, tolerance: f64| (a - b).abs() < tolerance * resolution;
            assert!(
                near(ours.resolution, resolution, 1e-6),
                "{from} {to}: {ours:?}"
            );
            assert!(near(ours.left, left, 1e-5), "{from} {to}: {ours:?}");
            assert!(near(ours.top, top, 1e-5), "{from} {to}: {ours:?}");
        }
    }

    #[test]
    fn what_lies_nowhere_in_the_target_is_an_error() {
        let affine = Affine::new(f64::NAN, 0.0, 0.0, 0.0, -1.0, 0.0);
        let found = Suggested::new(&Crs::wgs84(), &Crs::web_mercator(), affine, (4, 4));
        assert!(matches!(found, Err(Error::Projection { .. })), "{found:?}");
    }
}
