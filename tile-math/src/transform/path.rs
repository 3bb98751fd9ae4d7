//! The steps from one CRS's coordinates to another's.

use crate::crs::{DEGREE, Definition, ShiftDef, ShiftOperation, shifts};
use crate::projection::{Ellipsoid, Projection, wrap_longitude};
use crate::{BoundingBox, Crs, Error};

/// Radius of EPSG:3857.
const RADIUS: f64 = 6_378_137.0;

/// A prepared sequence of steps.
#[derive(Clone, Debug)]
pub(super) enum Path {
    Identity,
    /// EPSG:4326 to EPSG:3857: by far the most frequent pair, worth its own loop.
    ToWebMercator,
    FromWebMercator,
    General(Box<General>),
    /// By PROJ itself.
    #[cfg(feature = "proj")]
    Proj(Box<super::proj::Names>),
}

/// Coordinates → longitude and latitude → other datum → other coordinates.
#[derive(Clone, Debug)]
pub(super) struct General {
    from: Side,
    to: Side,
    shift: Shift,
}

/// One CRS's end of the path.
#[derive(Clone, Debug)]
struct Side {
    /// Metres or radians per unit.
    unit: f64,
    exchange: bool,
    signs: (f64, f64),
    projection: Option<Projection>,
    /// Radians east of Greenwich.
    prime_meridian: f64,
}

/// An operation with its area in the coordinates that a transform begins with.
#[derive(Clone, Debug)]
struct Candidate {
    operation: ShiftOperation,
    /// `None`: the operation's own area in degrees decides.
    bounds: Option<BoundingBox>,
}

#[derive(Clone, Debug)]
enum Shift {
    /// Added to the longitude, radians: two prime meridians of one datum.
    Turn(f64),
    ThroughWgs84 {
        from: Vec<Candidate>,
        to: Vec<Candidate>,
    },
}

impl Path {
    pub(super) fn new(from: &Crs, to: &Crs) -> Result<Self, Error> {
        // Each side must be computable even where the other makes it unnecessary, so that a CRS is
        // either usable or not.
        let sides = Side::new(from).and_then(|source| Ok((source, Side::new(to)?)));
        #[cfg(feature = "proj")]
        if sides.is_err() {
            return super::proj::Names::new(from, to).map(|names| Self::Proj(Box::new(names)));
        }
        let (source, target) = sides?;
        if from.same_coordinates(to) {
            return Ok(Self::Identity);
        }
        let ratio = from.semi_major_axis() / to.semi_major_axis();
        if !(0.99..=1.01).contains(&ratio) {
            return Err(Error::UnsupportedCrs {
                crs: format!("{from} to {to}"),
                reason: "their ellipsoids belong to different celestial bodies".to_owned(),
            });
        }
        let shift = Shift::new(from.definition(), to.definition(), &source);
        if from.same_coordinates(&Crs::wgs84()) && to.same_coordinates(&Crs::web_mercator()) {
            return Ok(Self::ToWebMercator);
        }
        if from.same_coordinates(&Crs::web_mercator()) && to.same_coordinates(&Crs::wgs84()) {
            return Ok(Self::FromWebMercator);
        }
        if source.projection.is_none()
            && target.projection.is_none()
            && source.unit == target.unit
            && matches!(shift, Shift::Turn(0.0))
        {
            return Ok(Self::Identity);
        }
        Ok(Self::General(Box::new(General {
            from: source,
            to: target,
            shift,
        })))
    }

    pub(super) fn point(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        if !(x.is_finite() && y.is_finite()) {
            return None;
        }
        match self {
            Self::Identity => Some((x, y)),
            Self::ToWebMercator => to_web_mercator(x, y),
            Self::FromWebMercator => Some(from_web_mercator(x, y)),
            Self::General(general) => general.point(x, y),
            #[cfg(feature = "proj")]
            Self::Proj(names) => names.point(x, y),
        }
    }

    pub(super) fn slice(&self, xs: &mut [f64], ys: &mut [f64]) -> usize {
        // The match stands outside the loop, so that each loop is small.
        match self {
            Self::Identity => each(xs, ys, |x, y| Some((x, y))),
            Self::ToWebMercator => each(xs, ys, to_web_mercator),
            Self::FromWebMercator => each(xs, ys, |x, y| Some(from_web_mercator(x, y))),
            Self::General(general) => each(xs, ys, |x, y| general.point(x, y)),
            #[cfg(feature = "proj")]
            Self::Proj(names) => each(xs, ys, |x, y| names.point(x, y)),
        }
    }

    pub(super) fn is_identity(&self) -> bool {
        matches!(self, Self::Identity)
    }

    pub(super) fn is_separable(&self) -> bool {
        match self {
            Self::Identity | Self::ToWebMercator | Self::FromWebMercator => true,
            Self::General(general) => {
                general.from.is_separable()
                    && general.to.is_separable()
                    && general.shift.is_separable()
            }
            #[cfg(feature = "proj")]
            Self::Proj(_) => false,
        }
    }
}

#[inline]
fn each(
    xs: &mut [f64],
    ys: &mut [f64],
    transform: impl Fn(f64, f64) -> Option<(f64, f64)>,
) -> usize {
    let mut failures = 0;
    for (x, y) in xs.iter_mut().zip(ys) {
        let image = if x.is_finite() && y.is_finite() {
            transform(*x, *y)
        } else {
            None
        };
        (*x, *y) = image.unwrap_or_else(|| {
            failures += 1;
            (f64::NAN, f64::NAN)
        });
    }
    failures
}

/// PROJ does not refuse the poles: the ordinate of 90° is some 242 528 681 m.
fn to_web_mercator(lon: f64, lat: f64) -> Option<(f64, f64)> {
    if lat.abs() > 90.0 {
        return None;
    }
    let lam = wrap_longitude(lon.to_radians());
    Some((RADIUS * lam, RADIUS * lat.to_radians().tan().asinh()))
}

fn from_web_mercator(x: f64, y: f64) -> (f64, f64) {
    let lam = wrap_longitude(x / RADIUS);
    (lam.to_degrees(), (y / RADIUS).sinh().atan().to_degrees())
}

impl General {
    fn point(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let at = (x, y);
        let (lon, lat) = self.from.unproject(x, y)?;
        let (lon, lat) = match &self.shift {
            Shift::Turn(turn) if *turn == 0.0 => (lon, lat),
            Shift::Turn(turn) => (wrap_longitude(lon + turn), lat),
            Shift::ThroughWgs84 { from, to } => {
                let (lon, lat) =
                    choose(from, at, lon, lat).map_or((lon, lat), |s| s.forward(lon, lat));
                choose(to, at, lon, lat).map_or((lon, lat), |s| s.inverse(lon, lat))
            }
        };
        self.to.project(lon, lat)
    }
}

impl Side {
    fn new(crs: &Crs) -> Result<Self, Error> {
        let d = crs.definition();
        let unsupported = |reason: String| Error::UnsupportedCrs {
            crs: if crs.epsg().is_some() {
                format!("{crs} ({})", crs.name())
            } else {
                crs.to_string()
            },
            reason,
        };
        let projection = match &d.operation {
            None => None,
            Some(operation) => {
                Some(Projection::new(operation, &d.datum.ellipsoid.figure()).map_err(unsupported)?)
            }
        };
        let (exchange, first, second) = if projection.is_some() {
            d.axes.grid_signs()
        } else {
            (false, 1.0, 1.0)
        };
        Ok(Self {
            unit: d.unit,
            exchange,
            signs: (first, second),
            projection,
            prime_meridian: d.datum.prime_meridian.to_radians(),
        })
    }

    /// The box around an area (degrees from Greenwich) in this CRS's coordinates; `None` where these are the
    /// same, and where the area has no image.
    fn bounds_of(&self, [west, south, east, north]: [f64; 4]) -> Option<BoundingBox> {
        const PARTS: i32 = 22;
        if self.projection.is_none() && self.prime_meridian == 0.0 && self.unit == DEGREE {
            return None;
        }
        if east - west >= 360.0 {
            // Few projections have a box for the whole Earth, which needs none.
            return None;
        }
        let east = if east < west { east + 360.0 } else { east };
        let along = |a: f64, b: f64, i: i32| a + (b - a) * f64::from(i) / f64::from(PARTS);
        let ring = (0..PARTS).flat_map(|i| {
            [
                (along(west, east, i), south),
                (east, along(south, north, i)),
                (along(east, west, i), north),
                (west, along(north, south, i)),
            ]
        });
        BoundingBox::of_points(ring.filter_map(|(lon, lat)| {
            self.project(lon.to_radians() - self.prime_meridian, lat.to_radians())
        }))
    }

    fn is_separable(&self) -> bool {
        !self.exchange
            && self
                .projection
                .as_ref()
                .is_none_or(Projection::is_separable)
    }

    #[inline]
    fn unproject(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (x, y) = (x * self.unit * self.signs.0, y * self.unit * self.signs.1);
        match &self.projection {
            None => Some((x, y)),
            Some(projection) => {
                let (x, y) = if self.exchange { (y, x) } else { (x, y) };
                projection.inverse(x, y)
            }
        }
    }

    #[inline]
    fn project(&self, lon: f64, lat: f64) -> Option<(f64, f64)> {
        let (x, y) = match &self.projection {
            None => (lon, lat),
            Some(projection) => {
                let (x, y) = projection.forward(lon, lat)?;
                if self.exchange { (y, x) } else { (x, y) }
            }
        };
        Some((x / self.unit * self.signs.0, y / self.unit * self.signs.1))
    }
}

impl Shift {
    fn new(from: &Definition, to: &Definition, source: &Side) -> Self {
        let (f, t) = (&from.datum, &to.datum);
        let turn = (f.prime_meridian - t.prime_meridian).to_radians();
        let same_datum = f.code.is_some()
            && f.code == t.code
            && !matches!(from.shift, ShiftDef::Helmert(_))
            && !matches!(to.shift, ShiftDef::Helmert(_));
        if same_datum {
            return Self::Turn(turn);
        }
        if from.geodetic_key() == to.geodetic_key() {
            return Self::Turn(0.0);
        }
        let (from, to) = (operations(from), operations(to));
        if from.iter().chain(&to).all(ShiftOperation::is_null) {
            return Self::Turn(0.0);
        }
        let candidates = |operations: Vec<ShiftOperation>| {
            let several = operations.len() > 1;
            let with_bounds = |operation: ShiftOperation| Candidate {
                bounds: if several {
                    source.bounds_of(operation.area)
                } else {
                    None
                },
                operation,
            };
            operations.into_iter().map(with_bounds).collect()
        };
        Self::ThroughWgs84 {
            from: candidates(from),
            to: candidates(to),
        }
    }

    fn is_separable(&self) -> bool {
        match self {
            Self::Turn(_) => true,
            Self::ThroughWgs84 { from, to } => {
                // Two operations mean a choice by place, which mixes the axes.
                from.len() <= 1
                    && to.len() <= 1
                    && from.iter().chain(to).all(|c| c.operation.is_separable())
            }
        }
    }
}

/// The ways from a CRS's datum to WGS 84 which apply in its area.
fn operations(d: &Definition) -> Vec<ShiftOperation> {
    let figure: Ellipsoid = d.datum.ellipsoid.figure();
    match &d.shift {
        ShiftDef::Null => vec![ShiftOperation::greenwich(d.datum.prime_meridian)],
        ShiftDef::Helmert(p) => {
            vec![ShiftOperation::helmert(*p, d.datum.prime_meridian, figure)]
        }
        ShiftDef::Registered(id) => in_area(shifts(id), d),
    }
}

/// PROJ's preparation: the operations that meet the CRS's area, those that cover most of it first, of
/// equals the most accurate; last, unless one covers all of the area, the null shift.
fn in_area(all: Vec<ShiftOperation>, d: &Definition) -> Vec<ShiftOperation> {
    let Some(area) = d.area else { return all };
    let mut near: Vec<_> = all.into_iter().filter(|s| s.meets(area)).collect();
    if d.operation.is_some() {
        let unknown = |s: &ShiftOperation| s.accuracy < 0.0;
        near.sort_by(|a, b| {
            (unknown(a).cmp(&unknown(b)))
                .then(b.shared(area).total_cmp(&a.shared(area)))
                .then(a.accuracy.total_cmp(&b.accuracy))
        });
    }
    // Operations that an earlier one always beats are never chosen.
    let mut kept: Vec<ShiftOperation> = Vec::with_capacity(near.len());
    for operation in near {
        let beaten = kept
            .iter()
            .any(|k| !k.offshore && k.contains(operation.area) && !operation.is_better_than(k));
        if !beaten {
            kept.push(operation);
        }
    }
    let mut near = kept;
    if !near.iter().any(|s| s.contains(area)) {
        near.push(ShiftOperation::greenwich(d.datum.prime_meridian));
    }
    near
}

/// PROJ's choice among the operations for a point: the most accurate whose area covers it, of equals the one
/// with the smallest area, and the first of all where none covers it.
///
/// As in PROJ, a projected CRS's coordinates are held against the box of the area in that CRS.
fn choose(
    candidates: &[Candidate],
    (x, y): (f64, f64),
    lon: f64,
    lat: f64,
) -> Option<&ShiftOperation> {
    if let [only] = candidates {
        return Some(&only.operation);
    }
    let (lon, lat) = (lon.to_degrees(), lat.to_degrees());
    let mut best: Option<&ShiftOperation> = None;
    for candidate in candidates {
        let covers = match &candidate.bounds {
            Some(bounds) => bounds.contains(x, y),
            None => candidate.operation.covers(lon, lat),
        };
        if covers && best.is_none_or(|b| candidate.operation.is_better_than(b)) {
            best = Some(&candidate.operation);
        }
    }
    best.or(candidates.first().map(|c| &c.operation))
}
