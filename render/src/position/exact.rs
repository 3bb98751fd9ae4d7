//! The exact way from a target pixel to a source pixel.

use crate::grid::{georeference, transformer};
use crate::{Error, Grid};
use cog_raster::{Affine, RasterInfo};
use tile_math::{Crs, Transformer};

/// Metres along the equator in one turn, by which OGC 17-083r4 §6.1 converts degrees.
const TURN_METERS: f64 = core::f64::consts::TAU * 6_378_137.0;

/// Real target pixel positions to real pixel positions of one level of the source.
#[derive(Clone, Debug)]
pub(crate) struct ExactMap {
    target: Affine,
    /// `None`: target and source have the same CRS.
    to_source: Option<Transformer>,
    wrap: Option<Wrap>,
    /// x and y of the source's origin; subtracted first, so that few digits are lost.
    origin: (f64, f64),
    /// Source CRS offsets from the origin to pixels.
    pixels: [f64; 4],
    target_back: Affine,
    source: Affine,
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
        let (source, to_source, wrap) = match &grid.crs {
            None => (Affine::identity(), None, None),
            Some(crs) => {
                let (source_crs, affine) = georeference(info)?;
                let same = crs == source_crs;
                let to_source = if same {
                    None
                } else {
                    Some(transformer(crs, source_crs)?)
                };
                let to_source = to_source.filter(|t| !t.is_identity());
                (affine, to_source, Self::wrap(info, source_crs, affine))
            }
        };
        let (inverse, target_back) = match (source.inverse(), grid.affine.inverse()) {
            (Some(inverse), Some(back)) => (inverse, back),
            _ => return Err(Error::parameter("grid", "the affine cannot be inverted")),
        };
        Ok(Self {
            target: grid.affine,
            to_source,
            wrap,
            origin: (source.c, source.f),
            pixels: [inverse.a, inverse.b, inverse.d, inverse.e],
            target_back,
            source,
        })
    }

    fn wrap(info: &RasterInfo, crs: &Crs, affine: Affine) -> Option<Wrap> {
        if !crs.is_geographic() {
            return None;
        }
        let bounds = affine.bounds(info.width(), info.height());
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
        let [a, b, d, e] = self.pixels;
        self.pixels = [a * columns, b * columns, d * rows, e * rows];
        self.source = self.source.scale(1.0 / columns, 1.0 / rows);
        self
    }

    /// Columns depend on columns only, rows on rows.
    pub(crate) fn is_separable(&self) -> bool {
        let [_, b, d, _] = self.pixels;
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
        let t = self.target;
        for (column, row) in columns.iter_mut().zip(&mut *rows) {
            let (c, r) = (*column, *row);
            *column = t.a * c + t.b * r + t.c;
            *row = t.d * c + t.e * r + t.f;
        }
        if let Some(to_source) = &self.to_source {
            to_source.transform_slice(columns, rows);
        }
        let ([a, b, d, e], (x0, y0)) = (self.pixels, self.origin);
        for (column, row) in columns.iter_mut().zip(rows) {
            let x = self.wrap.map_or(*column, |wrap| wrap.apply(*column)) - x0;
            let y = *row - y0;
            *column = a * x + b * y;
            *row = d * x + e * y;
        }
    }

    /// One point.
    pub(crate) fn point(&self, column: f64, row: f64) -> (f64, f64) {
        let (mut columns, mut rows) = ([column], [row]);
        self.apply(&mut columns, &mut rows);
        (columns[0], rows[0])
    }

    /// The target position of a source position; `None` where there is none.
    pub(crate) fn back(&self, column: f64, row: f64) -> Option<(f64, f64)> {
        let (x, y) = self.source.apply(column, row);
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
        let [a, b, d, e] = self.pixels;
        let source = self.origin.0.abs().max(self.origin.1.abs());
        let bounds = self.target.bounds(width, height);
        let target = [bounds.left, bounds.right, bounds.bottom, bounds.top]
            .into_iter()
            .map(f64::abs)
            .fold(0.0, f64::max);
        let per_unit = (a.abs() + b.abs()).max(d.abs() + e.abs());
        let (size, _) = self.target.resolution();
        RELATIVE * (source * per_unit + target / size)
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

    #[test]
    fn back_undoes_forth() {
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
        let map = ExactMap::new(&info, &grid).unwrap().scaled(0.5, 0.25);
        let (column, row) = map.point(100.5, 20.25);
        let (x, y) = map.back(column, row).unwrap();
        assert!((x - 100.5).abs() < 1e-6 && (y - 20.25).abs() < 1e-6);
    }
}
