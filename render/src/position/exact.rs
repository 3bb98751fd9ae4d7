//! The exact way from a target pixel to a source pixel.

use super::polynomial::{SAMPLE_COUNT, sample_points};
use super::{Polynomial, TOLERANCE};
use crate::grid::{georeference, transformer};
use crate::{Error, Grid};
use cog_raster::{Affine, Placement, RasterInfo, Straightened};
use tile_math::{BoundingBox, Crs, Transformer};

/// Metres along the equator in one turn, by which OGC 17-083r4 §6.1 converts degrees.
const TURN_METERS: f64 = core::f64::consts::TAU * 6_378_137.0;

/// Real target pixel positions to real pixel positions of one level of the source.
#[derive(Clone, Debug)]
pub(crate) struct ExactMap {
    target: Affine,
    /// `None`: target and source have the same CRS.
    to_source: Option<Transformer>,
    wrap: Option<Wrap>,
    target_back: Affine,
    lie: Lie,
    /// Columns and rows of the target, for all of which a polynomial stands in.
    fitted: Option<((f64, f64), Polynomial)>,
}

/// How the source's pixels lie in its CRS.
#[derive(Clone, Debug)]
enum Lie {
    Straight {
        /// x and y of the source's origin; subtracted first, so that few digits are lost.
        origin: (f64, f64),
        /// Source CRS offsets from the origin to pixels.
        pixels: [f64; 4],
        source: Affine,
    },
    Curved {
        placement: Placement,
        /// Pixels of the level per pixel of the full resolution.
        scale: (f64, f64),
        /// Where the placement is trusted: polynomials bend back far from their points, and would
        /// show the source again.
        trusted: BoundingBox,
        /// Largest absolute coordinate there, in full-resolution pixels.
        magnitude: f64,
    },
}

impl Lie {
    fn straight(source: Affine) -> Option<Self> {
        let inverse = source.inverse()?;
        Some(Self::Straight {
            origin: (source.c, source.f),
            pixels: [inverse.a, inverse.b, inverse.d, inverse.e],
            source,
        })
    }

    fn of(placement: Placement, around: &Straightened) -> Option<Self> {
        if let Some(affine) = placement.affine() {
            return Self::straight(affine);
        }
        // By how much of the source's size around it a placement is trusted.
        const MARGIN: f64 = 0.25;
        let bounds = around.bounds();
        let (dx, dy) = (bounds.width() * MARGIN, bounds.height() * MARGIN);
        let trusted = BoundingBox {
            left: bounds.left - dx,
            bottom: bounds.bottom - dy,
            right: bounds.right + dx,
            top: bounds.top + dy,
        };
        let largest = [trusted.left, trusted.bottom, trusted.right, trusted.top]
            .into_iter()
            .fold(0.0_f64, |most, v| most.max(v.abs()));
        let (x, y) = around.affine.resolution();
        Some(Self::Curved {
            placement,
            scale: (1.0, 1.0),
            trusted,
            magnitude: largest / x.min(y),
        })
    }
}

/// Longitudes of a geographic source may run 0…360 or past 180; those that come
/// out of a transform run −180…180.
#[derive(Clone, Copy, Debug)]
struct Wrap {
    left: f64,
    right: f64,
    turn: f64,
}

impl Wrap {
    /// `x` or, if that is outside the source, the same meridian inside it.
    fn apply(self, x: f64) -> f64 {
        // Rounding must not throw the source's very edge to its other side.
        let slack = self.turn * 1e-9;
        let turned = if x < self.left - slack {
            x + ((self.left - x) / self.turn).ceil() * self.turn
        } else if x > self.right + slack {
            x - ((x - self.right) / self.turn).ceil() * self.turn
        } else {
            return x;
        };
        if turned >= self.left && turned <= self.right {
            turned
        } else {
            x
        }
    }
}

impl ExactMap {
    /// The way from `grid` to the full resolution of the source.
    pub(crate) fn new(info: &RasterInfo, grid: &Grid) -> Result<Self, Error> {
        let (lie, to_source, wrap) = match &grid.crs {
            None => (Lie::straight(Affine::identity()), None, None),
            Some(crs) => {
                let (source_crs, placement, around) = georeference(info)?;
                let same = crs == source_crs;
                let to_source = if same {
                    None
                } else {
                    Some(transformer(crs, source_crs)?)
                };
                let to_source = to_source.filter(|t| !t.is_identity());
                let wrap = Self::wrap(source_crs, around.bounds());
                (Lie::of(placement, &around), to_source, wrap)
            }
        };
        let (Some(lie), Some(target_back)) = (lie, grid.affine.inverse()) else {
            return Err(Error::parameter("grid", "the affine cannot be inverted"));
        };
        Ok(Self {
            target: grid.affine,
            to_source,
            wrap,
            target_back,
            lie,
            fitted: None,
        })
    }

    /// The same way, with a polynomial for the points of a target of `width × height` pixels, if one is as good: for who
    /// asks for hundreds of them.
    pub(crate) fn fitted(mut self, width: u32, height: u32) -> Self {
        let straight = matches!(self.lie, Lie::Straight { .. });
        if !straight || self.is_separable() {
            return self;
        }
        let size = (f64::from(width), f64::from(height));
        let (mut x, mut y) = (
            Vec::with_capacity(SAMPLE_COUNT),
            Vec::with_capacity(SAMPLE_COUNT),
        );
        for (across, down) in sample_points() {
            x.push(size.0 / 2.0 * (across + 1.0));
            y.push(size.1 / 2.0 * (down + 1.0));
        }
        self.apply(&mut x, &mut y);
        let (polynomial, error) = Polynomial::fit(&x, &y);
        if error <= TOLERANCE {
            self.fitted = Some((size, polynomial));
        }
        self
    }

    fn wrap(crs: &Crs, bounds: BoundingBox) -> Option<Wrap> {
        if !crs.is_geographic() {
            return None;
        }
        let turn = TURN_METERS / crs.meters_per_unit();
        // The quotient is 360 but for the last digits.
        let turn = if (turn - 360.0).abs() < 1e-6 {
            360.0
        } else {
            turn
        };
        (turn.is_finite() && turn > 0.0).then_some(Wrap {
            left: bounds.left,
            right: bounds.right,
            turn,
        })
    }

    /// The same way to a level with `columns` and `rows` times as many pixels.
    pub(crate) fn scaled(mut self, columns: f64, rows: f64) -> Self {
        match &mut self.lie {
            Lie::Straight { pixels, source, .. } => {
                let [a, b, d, e] = *pixels;
                *pixels = [a * columns, b * columns, d * rows, e * rows];
                *source = source.scale(1.0 / columns, 1.0 / rows);
            }
            Lie::Curved { scale, .. } => *scale = (scale.0 * columns, scale.1 * rows),
        }
        let scaled = |(size, polynomial): (_, Polynomial)| (size, polynomial.scaled(columns, rows));
        self.fitted = self.fitted.map(scaled);
        self
    }

    /// The same way, also as far from control points as nothing is known of them: where GDAL measures its windows.
    pub(crate) fn extrapolated(&self) -> Self {
        let mut map = self.clone();
        if let Lie::Curved { trusted, .. } = &mut map.lie {
            *trusted = BoundingBox {
                left: f64::NEG_INFINITY,
                bottom: f64::NEG_INFINITY,
                right: f64::INFINITY,
                top: f64::INFINITY,
            };
        }
        map
    }

    /// Columns depend on columns only, rows on rows.
    pub(crate) fn is_separable(&self) -> bool {
        let Lie::Straight {
            pixels: [_, b, d, _],
            ..
        } = self.lie
        else {
            return false;
        };
        self.target.is_rectilinear()
            && b == 0.0
            && d == 0.0
            && self
                .to_source
                .as_ref()
                .is_none_or(Transformer::is_separable)
    }

    /// Replaces target positions by source positions; NaN where there is none.
    pub(crate) fn apply(&self, columns: &mut [f64], rows: &mut [f64]) {
        if self.apply_fitted(columns, rows) {
            return;
        }
        let t = self.target;
        for (column, row) in columns.iter_mut().zip(&mut *rows) {
            let (c, r) = (*column, *row);
            *column = t.a * c + t.b * r + t.c;
            *row = t.d * c + t.e * r + t.f;
        }
        if let Some(to_source) = &self.to_source {
            to_source.transform_slice(columns, rows);
        }
        let turned = |x: f64| self.wrap.map_or(x, |wrap| wrap.apply(x));
        match &self.lie {
            Lie::Straight { origin, pixels, .. } => {
                let ([a, b, d, e], (x0, y0)) = (*pixels, *origin);
                for (column, row) in columns.iter_mut().zip(rows) {
                    let (x, y) = (turned(*column) - x0, *row - y0);
                    *column = a * x + b * y;
                    *row = d * x + e * y;
                }
            }
            Lie::Curved {
                placement,
                scale,
                trusted,
                ..
            } => {
                for (column, row) in columns.iter_mut().zip(rows) {
                    let (x, y) = (turned(*column), *row);
                    let near = (trusted.left..=trusted.right).contains(&x)
                        && (trusted.bottom..=trusted.top).contains(&y);
                    let found = near.then(|| placement.to_pixels(x, y)).flatten();
                    let (c, r) = found.unwrap_or((f64::NAN, f64::NAN));
                    (*column, *row) = (c * scale.0, r * scale.1);
                }
            }
        }
    }

    /// The same by the polynomial; whether there is one, and all points lie where it stands in.
    fn apply_fitted(&self, columns: &mut [f64], rows: &mut [f64]) -> bool {
        let Some(((width, height), polynomial)) = &self.fitted else {
            return false;
        };
        let inside = |values: &[f64], length: &f64| {
            let range = 0.0..=*length;
            values.iter().all(|value| range.contains(value))
        };
        if !(inside(columns, width) && inside(rows, height)) {
            return false;
        }
        for (column, row) in columns.iter_mut().zip(&mut *rows) {
            *column = *column * 2.0 / width - 1.0;
            *row = *row * 2.0 / height - 1.0;
        }
        polynomial.apply(columns, rows);
        true
    }

    /// One point.
    pub(crate) fn point(&self, column: f64, row: f64) -> (f64, f64) {
        let (mut columns, mut rows) = ([column], [row]);
        self.apply(&mut columns, &mut rows);
        (columns[0], rows[0])
    }

    /// The target position of a source position; `None` where there is none.
    pub(crate) fn back(&self, column: f64, row: f64) -> Option<(f64, f64)> {
        let (x, y) = match &self.lie {
            Lie::Straight { source, .. } => source.apply(column, row),
            Lie::Curved {
                placement, scale, ..
            } => placement.to_ground(column / scale.0, row / scale.1)?,
        };
        let (x, y) = match &self.to_source {
            None => (x, y),
            Some(to_source) => to_source.inverse().point(x, y)?,
        };
        let (column, row) = self.target_back.apply(x, y);
        (column.is_finite() && row.is_finite()).then_some((column, row))
    }

    /// Source pixels by which rounding in the coordinates alone can move a position
    /// somewhere in a target of `width × height` pixels.
    pub(crate) fn rounding(&self, width: u32, height: u32) -> f64 {
        // A transform takes a few dozen operations, each good to half of 2^-52.
        const RELATIVE: f64 = 64.0 * f64::EPSILON;
        let source = match &self.lie {
            Lie::Straight { origin, pixels, .. } => {
                let [a, b, d, e] = pixels;
                let per_unit = (a.abs() + b.abs()).max(d.abs() + e.abs());
                origin.0.abs().max(origin.1.abs()) * per_unit
            }
            Lie::Curved {
                magnitude, scale, ..
            } => magnitude * scale.0.max(scale.1),
        };
        let bounds = self.target.bounds(width, height);
        let target = [bounds.left, bounds.right, bounds.bottom, bounds.top]
            .into_iter()
            .map(f64::abs)
            .fold(0.0, f64::max);
        let (size, _) = self.target.resolution();
        RELATIVE * (source + target / size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longitudes_turn_into_the_source_and_edges_stay() {
        let wrap = Wrap {
            left: 0.0,
            right: 360.0,
            turn: 360.0,
        };
        assert_eq!(wrap.apply(-90.0), 270.0);
        assert_eq!(wrap.apply(359.0), 359.0);
        assert_eq!(wrap.apply(-1e-12), -1e-12);
        let wrap = Wrap {
            left: 170.0,
            right: 190.0,
            turn: 360.0,
        };
        assert_eq!(wrap.apply(-175.0), 185.0);
        assert_eq!(wrap.apply(0.0), 0.0);
        assert!(wrap.apply(f64::NAN).is_nan());
    }

    fn turned() -> ExactMap {
        let mut info = RasterInfo::new(cog_raster::SampleType::U8, 1, 400, 300);
        info.crs = Crs::from_epsg(32631).ok();
        info.affine = Some(Affine::new(10.0, 3.0, 500_000.0, 2.0, -10.0, 4_000_000.0));
        let bounds = tile_math::BoundingBox {
            left: 330_000.0,
            bottom: 4_310_000.0,
            right: 345_000.0,
            top: 4_325_000.0,
        };
        let grid = Grid::for_bounds(bounds, &Crs::web_mercator(), 256, 256).unwrap();
        ExactMap::new(&info, &grid).unwrap()
    }

    #[test]
    fn a_fitted_map_is_the_same_and_exact_outside() {
        let exact = turned().scaled(0.5, 0.25);
        let fitted = turned().fitted(256, 256).scaled(0.5, 0.25);
        assert!(fitted.fitted.is_some());
        let near = |(x, y): (f64, f64), (a, b): (f64, f64)| (x - a).hypot(y - b) < TOLERANCE;
        for (column, row) in [(0.0, 0.0), (256.0, 256.0), (17.25, 203.5), (255.5, 0.5)] {
            assert!(
                near(fitted.point(column, row), exact.point(column, row)),
                "{column} {row}"
            );
        }
        let (mut columns, mut rows) = ([3.5, 90.5, 256.25], [7.5; 3]);
        fitted.apply(&mut columns, &mut rows);
        for (at, column) in [3.5, 90.5, 256.25].into_iter().enumerate() {
            assert_eq!((columns[at], rows[at]), exact.point(column, 7.5));
        }
    }

    #[test]
    fn back_undoes_forth() {
        let map = turned().scaled(0.5, 0.25);
        let (column, row) = map.point(100.5, 20.25);
        let (x, y) = map.back(column, row).unwrap();
        assert!((x - 100.5).abs() < 1e-6 && (y - 20.25).abs() < 1e-6);
    }
}
