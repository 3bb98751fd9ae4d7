//! The tiles of a geometry, by scan lines.
//!
//! The geometry is brought into *tile space*, where column and row are real numbers and tiles are unit
//! squares. Outlines are walked from grid line to grid line, each piece marking the tile of its
//! middle; a tile that no outline runs through is wholly inside or outside a polygon, so its
//! middle decides, one scan line per row of tiles.

use std::collections::BTreeSet;

use geo_types::{Coord, Geometry, LineString, Polygon};

use super::document::TileMatrix;
use super::set::TileMatrixSet;
use crate::{Error, Tile};

/// Most tiles, and most grid crossings, that one call makes without an explicit limit.
pub const MOST_TILES: u64 = 2_000_000;
/// Nesting of geometry collections.
const DEEPEST: u32 = 32;
/// How close to a grid line, in tiles, counts as on it.
const ON_LINE: f64 = 1e-9;
/// Pieces into which an edge is cut where straight lines do not stay straight.
const PIECES: u32 = 16;

impl TileMatrixSet {
    /// The tiles that a geometry touches, sorted by column, then row.
    ///
    /// Coordinates are longitude and latitude in the set's geographic CRS. A polygon takes the tiles with which it
    /// shares area, a line those it runs through, a point the one that holds it. Holes are left out. In sets around
    /// the whole Earth, longitudes beyond ±180° wrap; elsewhere, and above and below, what lies outside is left out.
    /// Edges are straight in longitude and latitude.
    ///
    /// # Errors
    ///
    /// [`Error::LimitExceeded`] beyond [`MOST_TILES`], [`Error::InvalidArgument`] for coordinates that are not
    /// finite, [`Error::Transform`], [`Error::InvalidZoom`].
    pub fn tiles_of_geometry(
        &self,
        geometry: &Geometry<f64>,
        zoom: i8,
    ) -> Result<Vec<Tile>, Error> {
        self.tiles_of_geometry_within(geometry, zoom, MOST_TILES)
    }

    /// As [`tiles_of_geometry`](Self::tiles_of_geometry) with another limit of tiles.
    ///
    /// # Errors
    ///
    /// As [`tiles_of_geometry`](Self::tiles_of_geometry).
    pub fn tiles_of_geometry_within(
        &self,
        geometry: &Geometry<f64>,
        zoom: i8,
        limit: u64,
    ) -> Result<Vec<Tile>, Error> {
        self.with_matrix(zoom, |matrix| {
            let mut cover = Cover {
                tms: self,
                matrix,
                turn: self.turn_in_columns(matrix),
                tiles: BTreeSet::new(),
                work: 0,
                limit,
            };
            cover.geometry(geometry, 0)?;
            Ok(cover
                .tiles
                .iter()
                .map(|&(x, y)| Tile::new(zoom, x, y))
                .collect())
        })
    }

    /// Columns of 360 degrees, in sets where longitude runs along columns.
    fn turn_in_columns(&self, matrix: &TileMatrix) -> Option<f64> {
        if !self.from_geographic.is_separable() {
            return None;
        }
        let (west, _) = self.from_geographic.point(-90.0, 0.0)?;
        let (east, _) = self.from_geographic.point(90.0, 0.0)?;
        Some(2.0 * (east - west).abs() / matrix.tile_span_x())
    }
}

type Ring = Vec<(f64, f64)>;

struct Cover<'a> {
    tms: &'a TileMatrixSet,
    matrix: &'a TileMatrix,
    turn: Option<f64>,
    tiles: BTreeSet<(u32, u32)>,
    /// Grid lines crossed so far.
    work: u64,
    limit: u64,
}

impl Cover<'_> {
    fn geometry(&mut self, geometry: &Geometry<f64>, depth: u32) -> Result<(), Error> {
        if depth > DEEPEST {
            return Err(Error::LimitExceeded {
                what: "nested geometry collections",
                needed: u64::from(depth),
                limit: u64::from(DEEPEST),
            });
        }
        match geometry {
            Geometry::Point(p) => self.point(p.0),
            Geometry::MultiPoint(ps) => ps.iter().try_for_each(|p| self.point(p.0)),
            Geometry::Line(l) => self.line(&LineString::new(vec![l.start, l.end])),
            Geometry::LineString(l) => self.line(l),
            Geometry::MultiLineString(ls) => ls.iter().try_for_each(|l| self.line(l)),
            Geometry::Polygon(p) => self.polygon(p),
            Geometry::MultiPolygon(ps) => ps.iter().try_for_each(|p| self.polygon(p)),
            Geometry::Rect(r) => self.polygon(&r.to_polygon()),
            Geometry::Triangle(t) => self.polygon(&t.to_polygon()),
            Geometry::GeometryCollection(c) => {
                c.iter().try_for_each(|g| self.geometry(g, depth + 1))
            }
        }
    }

    /// A position in tile space; longitudes beyond a turn stay beyond it.
    fn place(&self, c: Coord<f64>) -> Result<(f64, f64), Error> {
        if !(c.x.is_finite() && c.y.is_finite() && c.x.abs() <= 1e6) {
            return Err(Error::InvalidArgument {
                name: "geometry",
                value: format!("({}, {})", c.x, c.y),
                expected: "expected longitude and latitude in degrees".to_owned(),
            });
        }
        let turns = self.turn.map_or(0.0, |_| ((c.x + 180.0) / 360.0).floor());
        // 180 itself is the eastern edge, not the western one of the next turn.
        let turns = if c.x == 360.0 * turns - 180.0 && turns > 0.0 {
            turns - 1.0
        } else {
            turns
        };
        let lat = if self.turn.is_some() {
            // Cylindrical sets end before the poles, where Mercator has no ordinate.
            c.y.clamp(self.tms.bbox().bottom - 1e-6, self.tms.bbox().top + 1e-6)
                .clamp(-90.0, 90.0)
        } else {
            c.y
        };
        let (x, y) = self.tms.xy(c.x - 360.0 * turns, lat)?;
        let (column, row) = self.tms.fractional(self.matrix, x, y);
        Ok((column + turns * self.turn.unwrap_or(0.0), row))
    }

    fn path(&self, line: &LineString<f64>) -> Result<Ring, Error> {
        let mut path = Vec::with_capacity(line.0.len());
        let mut before: Option<Coord<f64>> = None;
        for &c in &line.0 {
            if let (Some(b), None) = (before, self.turn) {
                for i in 1..PIECES {
                    let t = f64::from(i) / f64::from(PIECES);
                    path.push(self.place(Coord {
                        x: b.x + (c.x - b.x) * t,
                        y: b.y + (c.y - b.y) * t,
                    })?);
                }
            }
            path.push(self.place(c)?);
            before = Some(c);
        }
        Ok(path)
    }

    fn point(&mut self, c: Coord<f64>) -> Result<(), Error> {
        let (x, y) = self.place(c)?;
        self.mark(x.floor(), y.floor())
    }

    fn line(&mut self, line: &LineString<f64>) -> Result<(), Error> {
        let path = self.path(line)?;
        for pair in path.windows(2) {
            self.walk(pair[0], pair[1], false)?;
        }
        match path.as_slice() {
            // A line without length is a point.
            [first, rest @ ..] if rest.iter().all(|p| p == first) => {
                self.mark(first.0.floor(), first.1.floor())
            }
            _ => Ok(()),
        }
    }

    fn polygon(&mut self, polygon: &Polygon<f64>) -> Result<(), Error> {
        let mut rings = vec![self.path(polygon.exterior())?];
        for ring in polygon.interiors() {
            rings.push(self.path(ring)?);
        }
        for ring in &rings {
            for pair in ring.windows(2) {
                self.walk(pair[0], pair[1], true)?;
            }
        }
        self.fill(&rings)
    }

    /// Marks the tiles through which a piece of outline runs.
    fn walk(&mut self, a: (f64, f64), b: (f64, f64), area: bool) -> Result<(), Error> {
        let Some((t0, t1)) = self.clip(a, b) else {
            return Ok(());
        };
        let at = |t: f64| (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t);
        let (p, q) = (at(t0), at(t1));
        let mut cuts = vec![t0];
        for (from, to, start, delta) in [(p.0, q.0, a.0, b.0 - a.0), (p.1, q.1, a.1, b.1 - a.1)] {
            let (low, high) = (from.min(to).ceil(), from.max(to).floor());
            if high >= low {
                self.spend((high - low) as u64 + 1)?;
                let mut line = low;
                while line <= high {
                    cuts.push((line - start) / delta);
                    line += 1.0;
                }
            }
        }
        cuts.push(t1);
        // A piece parallel to an axis divides by zero on its own grid line.
        cuts.retain(|t| t.is_finite() && *t >= t0 && *t <= t1);
        cuts.sort_unstable_by(f64::total_cmp);
        for pair in cuts.windows(2) {
            if pair[1] - pair[0] <= 1e-15 {
                continue;
            }
            let (x, y) = at(f64::midpoint(pair[0], pair[1]));
            let on_line = |v: f64, flat: bool| flat && (v - v.round()).abs() < ON_LINE;
            let vertical = on_line(x, (b.0 - a.0).abs() < ON_LINE);
            let horizontal = on_line(y, (b.1 - a.1).abs() < ON_LINE);
            if area && (vertical || horizontal) {
                // An edge on a grid line has the polygon's area on one side only; filling finds it.
                continue;
            }
            let x = if vertical { x.round() } else { x.floor() };
            let y = if horizontal { y.round() } else { y.floor() };
            self.mark(x, y)?;
        }
        Ok(())
    }

    /// The part of a segment in reach of the matrix, as parameters.
    fn clip(&self, a: (f64, f64), b: (f64, f64)) -> Option<(f64, f64)> {
        let height = f64::from(self.matrix.matrix_height);
        let width = f64::from(self.matrix.matrix_width);
        let (mut t0, mut t1) = (0.0_f64, 1.0_f64);
        let mut limit = |start: f64, delta: f64, low: f64, high: f64| {
            if delta == 0.0 {
                return start >= low && start <= high;
            }
            let (near, far) = ((low - start) / delta, (high - start) / delta);
            t0 = t0.max(near.min(far));
            t1 = t1.min(near.max(far));
            t0 <= t1
        };
        let rows = limit(a.1, b.1 - a.1, -1.0, height + 1.0);
        // Wrapping sets keep every turn.
        let columns = self.turn.is_some() || limit(a.0, b.0 - a.0, -1.0, width + 1.0);
        (rows && columns).then_some((t0, t1))
    }

    /// Marks the tiles whose middle lies inside the rings (even-odd).
    fn fill(&mut self, rings: &[Ring]) -> Result<(), Error> {
        let height = f64::from(self.matrix.matrix_height);
        let mut crossings: Vec<(u32, f64)> = Vec::new();
        for pair in rings.iter().flat_map(|ring| ring.windows(2)) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            // Rows whose middle lies in [low, high): each end belongs to one edge only.
            let (low, high) = (y0.min(y1), y0.max(y1));
            let first = (low - 0.5).ceil().max(0.0);
            let last = ((high - 0.5).ceil() - 1.0).min(height - 1.0);
            if last < first {
                continue;
            }
            self.spend((last - first) as u64 + 1)?;
            for row in first as u32..=last as u32 {
                let t = (f64::from(row) + 0.5 - y0) / (y1 - y0);
                crossings.push((row, x0 + (x1 - x0) * t));
            }
        }
        crossings.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for pair in crossings.chunks_exact(2) {
            let (row, from, to) = (pair[0].0, pair[0].1, pair[1].1);
            let (mut first, mut last) = ((from - 0.5).ceil(), (to - 0.5).ceil() - 1.0);
            if self.turn.is_none() {
                first = first.max(0.0);
                last = last.min(f64::from(self.matrix.matrix_width) - 1.0);
            }
            if last < first {
                continue;
            }
            self.spend((last - first) as u64 + 1)?;
            let mut column = first;
            while column <= last {
                self.mark(column, f64::from(row))?;
                column += 1.0;
            }
        }
        Ok(())
    }

    /// Grid lines and tiles looked at are bounded, marked or not.
    fn spend(&mut self, steps: u64) -> Result<(), Error> {
        self.work = self.work.saturating_add(steps);
        let most = self.limit.saturating_mul(4).saturating_add(100_000);
        if self.work > most {
            return Err(Error::LimitExceeded {
                what: "grid lines crossed by a geometry (use a smaller zoom)",
                needed: self.work,
                limit: most,
            });
        }
        Ok(())
    }

    fn mark(&mut self, column: f64, row: f64) -> Result<(), Error> {
        let (width, height) = (
            f64::from(self.matrix.matrix_width),
            f64::from(self.matrix.matrix_height),
        );
        let column = match self.turn {
            // Wraps only where whole columns make a turn.
            Some(turn) if (turn - turn.round()).abs() < 1e-6 => column.rem_euclid(turn.round()),
            _ => column,
        };
        if !(0.0..width).contains(&column) || !(0.0..height).contains(&row) {
            return Ok(());
        }
        let (x, y) = (column as u32, row as u32);
        let coalesce = self.matrix.coalesce(y);
        self.tiles.insert((x - x % coalesce, y));
        if self.tiles.len() as u64 > self.limit {
            return Err(Error::LimitExceeded {
                what: "tiles of a geometry (use a smaller zoom)",
                needed: self.tiles.len() as u64,
                limit: self.limit,
            });
        }
        Ok(())
    }
}
