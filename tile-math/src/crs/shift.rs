//! Datum shifts: from a geographic CRS to WGS 84 and back, without grids.

use crate::projection::{Ellipsoid, wrap_longitude};

const ARC_SECOND: f64 = core::f64::consts::PI / 648_000.0;

/// One operation with the area where it applies.
#[derive(Clone, Debug)]
pub(crate) struct ShiftOperation {
    /// West, south, east, north in degrees.
    pub(crate) area: [f64; 4],
    /// Metres; negative when unknown.
    pub(crate) accuracy: f64,
    /// PROJ takes an operation for sea areas only where nothing else covers the point.
    pub(crate) offshore: bool,
    steps: Vec<Step>,
}

/// A step in forward direction.
#[derive(Clone, Debug)]
enum Step {
    /// Adds to longitude and latitude, radians.
    Offset(f64, f64),
    /// Geographic to geocentric.
    Cart(Ellipsoid),
    /// Geocentric to geographic.
    Geographic(Ellipsoid),
    Helmert(Helmert),
    InverseHelmert(Helmert),
}

/// Position vector transformation with PROJ's small-angle rotation, optionally about a pivot.
#[derive(Clone, Debug)]
struct Helmert {
    translation: [f64; 3],
    rotation: [[f64; 3]; 3],
    scale: f64,
    pivot: [f64; 3],
}

impl Helmert {
    /// Metres, arc seconds, parts per million; `frame`: coordinate frame rotation.
    fn new(p: [f64; 7], frame: bool, pivot: [f64; 3]) -> Self {
        let sign = if frame { -1.0 } else { 1.0 };
        let [rx, ry, rz] = [p[3], p[4], p[5]].map(|r| sign * r * ARC_SECOND);
        Self {
            translation: [p[0], p[1], p[2]],
            rotation: [[1.0, -rz, ry], [rz, 1.0, -rx], [-ry, rx, 1.0]],
            scale: 1.0 + p[6] * 1e-6,
            pivot,
        }
    }

    fn forward(&self, v: [f64; 3]) -> [f64; 3] {
        let d: [f64; 3] = core::array::from_fn(|i| v[i] - self.pivot[i]);
        core::array::from_fn(|i| {
            let r = &self.rotation[i];
            self.scale * (r[0] * d[0] + r[1] * d[1] + r[2] * d[2])
                + self.translation[i]
                + self.pivot[i]
        })
    }

    fn inverse(&self, v: [f64; 3]) -> [f64; 3] {
        let d: [f64; 3] =
            core::array::from_fn(|i| (v[i] - self.translation[i] - self.pivot[i]) / self.scale);
        // The transpose, as PROJ: exact to second order of the angles.
        core::array::from_fn(|i| {
            self.rotation[0][i] * d[0]
                + self.rotation[1][i] * d[1]
                + self.rotation[2][i] * d[2]
                + self.pivot[i]
        })
    }
}

impl ShiftOperation {
    /// Reads the registry's steps; `ellipsoid` resolves ellipsoid keys.
    pub(crate) fn parse(
        area: [f64; 4],
        accuracy: f64,
        offshore: bool,
        text: &str,
        ellipsoid: impl Fn(&str) -> Option<Ellipsoid>,
    ) -> Option<Self> {
        let mut steps = Vec::new();
        for step in text.split(';').filter(|s| !s.is_empty()) {
            let (step, inverted) = step.strip_prefix('-').map_or((step, false), |s| (s, true));
            let mut words = step.split(' ');
            let kind = words.next()?;
            let words: Vec<&str> = words.collect();
            let number = |i: usize| words.get(i)?.parse::<f64>().ok();
            let sign = if inverted { -1.0 } else { 1.0 };
            steps.push(match kind {
                "p" => Step::Offset(sign * number(0)?.to_radians(), 0.0),
                "o" => Step::Offset(
                    sign * number(1)? * ARC_SECOND,
                    sign * number(0)? * ARC_SECOND,
                ),
                "c" if inverted => Step::Geographic(ellipsoid(words.first()?)?),
                "c" => Step::Cart(ellipsoid(words.first()?)?),
                "h" | "m" => {
                    let mut p = [0.0; 7];
                    let given = if words.len() > 3 { 7 } else { 3 };
                    for (i, value) in p.iter_mut().enumerate().take(given) {
                        *value = number(i)?;
                    }
                    let frame = words.get(7) == Some(&"c");
                    let pivot = if kind == "m" {
                        [number(8)?, number(9)?, number(10)?]
                    } else {
                        [0.0; 3]
                    };
                    let helmert = Helmert::new(p, frame, pivot);
                    if inverted {
                        Step::InverseHelmert(helmert)
                    } else {
                        Step::Helmert(helmert)
                    }
                }
                _ => return None,
            });
        }
        Some(Self {
            area,
            accuracy,
            offshore,
            steps,
        })
    }

    /// A position vector transformation to WGS 84, after moving to the Greenwich meridian.
    pub(crate) fn helmert(p: [f64; 7], prime_meridian: f64, from: Ellipsoid) -> Self {
        let mut operation = Self::greenwich(prime_meridian);
        operation.steps.extend([
            Step::Cart(from),
            Step::Helmert(Helmert::new(p, false, [0.0; 3])),
            Step::Geographic(Ellipsoid::new(6_378_137.0, 298.257_223_563)),
        ]);
        operation
    }

    /// The null shift, after moving to the Greenwich meridian (degrees).
    pub(crate) fn greenwich(prime_meridian: f64) -> Self {
        let mut steps = Vec::new();
        if prime_meridian != 0.0 {
            steps.push(Step::Offset(prime_meridian.to_radians(), 0.0));
        }
        Self {
            area: [-180.0, -90.0, 180.0, 90.0],
            accuracy: -1.0,
            offshore: false,
            steps,
        }
    }

    /// Whether coordinates pass unchanged.
    pub(crate) fn is_null(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether longitudes and latitudes pass without mixing.
    pub(crate) fn is_separable(&self) -> bool {
        self.steps
            .iter()
            .all(|step| matches!(step, Step::Offset(..)))
    }

    /// Whether the point (degrees) lies in the operation's area.
    pub(crate) fn covers(&self, lon: f64, lat: f64) -> bool {
        let [west, south, east, north] = self.area;
        let inside = if west <= east {
            lon >= west && lon <= east
        } else {
            lon >= west || lon <= east
        };
        inside && lat >= south && lat <= north
    }

    /// Whether the operation's area meets another (both in degrees).
    pub(crate) fn meets(&self, area: [f64; 4]) -> bool {
        self.area[1] <= area[3]
            && self.area[3] >= area[1]
            && spans(area)
                .iter()
                .any(|a| spans(self.area).iter().any(|b| a.0 <= b.1 && b.0 <= a.1))
    }

    /// Whether the operation's area holds all of another.
    pub(crate) fn contains(&self, area: [f64; 4]) -> bool {
        self.area[1] <= area[1]
            && self.area[3] >= area[3]
            && spans(area)
                .iter()
                .all(|a| spans(self.area).iter().any(|b| b.0 <= a.0 && a.1 <= b.1))
    }

    /// How much of an area the operation's covers, in square degrees on the equal-area cylinder.
    pub(crate) fn shared(&self, area: [f64; 4]) -> f64 {
        let (south, north) = (self.area[1].max(area[1]), self.area[3].min(area[3]));
        if south >= north {
            return 0.0;
        }
        let mut width = 0.0;
        for a in distinct(spans(area)) {
            for b in distinct(spans(self.area)) {
                width += (a.1.min(b.1) - a.0.max(b.0)).max(0.0);
            }
        }
        // Areas that differ by rounding only are equal.
        let value = width * (north.to_radians().sin() - south.to_radians().sin()).to_degrees();
        (value * 1e6).round() / 1e6
    }

    /// Whether PROJ would take this one over `other` where both cover a point.
    pub(crate) fn is_better_than(&self, other: &Self) -> bool {
        let extent = |o: &Self| {
            let [west, south, east, north] = o.area;
            let width = if west <= east {
                east - west
            } else {
                east + 360.0 - west
            };
            width * (north.to_radians().sin() - south.to_radians().sin())
        };
        self.accuracy >= 0.0
            && !self.offshore
            && (self.accuracy < other.accuracy
                || (self.accuracy == other.accuracy && extent(self) < extent(other)))
    }

    /// To WGS 84, radians.
    pub(crate) fn forward(&self, lon: f64, lat: f64) -> (f64, f64) {
        self.run(self.steps.iter(), lon, lat, false)
    }

    /// From WGS 84, radians.
    pub(crate) fn inverse(&self, lon: f64, lat: f64) -> (f64, f64) {
        self.run(self.steps.iter().rev(), lon, lat, true)
    }

    #[expect(
        clippy::unused_self,
        reason = "reads as a method of the operation whose steps it runs"
    )]
    fn run<'a>(
        &self,
        steps: impl Iterator<Item = &'a Step>,
        lon: f64,
        lat: f64,
        inverse: bool,
    ) -> (f64, f64) {
        // [longitude, latitude, height] or geocentric [x, y, z]. Heights begin at zero and are
        // dropped at the end, as PROJ does for two-dimensional CRSs.
        let mut v = [lon, lat, 0.0];
        for step in steps {
            v = match (step, inverse) {
                (Step::Offset(dlon, dlat), false) => [v[0] + dlon, v[1] + dlat, v[2]],
                (Step::Offset(dlon, dlat), true) => [v[0] - dlon, v[1] - dlat, v[2]],
                (Step::Cart(e), false) | (Step::Geographic(e), true) => to_geocentric(e, v),
                (Step::Geographic(e), false) | (Step::Cart(e), true) => to_geographic(e, v),
                (Step::Helmert(h), false) | (Step::InverseHelmert(h), true) => h.forward(v),
                (Step::Helmert(h), true) | (Step::InverseHelmert(h), false) => h.inverse(v),
            };
        }
        (wrap_longitude(v[0]), v[1])
    }
}

/// The one or two spans of longitude of an area that may cross the antimeridian.
fn spans([west, _, east, _]: [f64; 4]) -> [(f64, f64); 2] {
    if west <= east {
        [(west, east); 2]
    } else {
        [(west, 180.0), (-180.0, east)]
    }
}

fn distinct(spans: [(f64, f64); 2]) -> impl Iterator<Item = (f64, f64)> {
    let count = if spans[0] == spans[1] { 1 } else { 2 };
    spans.into_iter().take(count)
}

fn to_geocentric(e: &Ellipsoid, [lon, lat, height]: [f64; 3]) -> [f64; 3] {
    let (sin, cos) = lat.sin_cos();
    let n = e.a / (1.0 - e.es * sin * sin).sqrt();
    let (sin_lon, cos_lon) = lon.sin_cos();
    [
        (n + height) * cos * cos_lon,
        (n + height) * cos * sin_lon,
        (n * (1.0 - e.es) + height) * sin,
    ]
}

/// Bowring (1985), iterated until it stands still: a few nanometres near the Earth.
fn to_geographic(e: &Ellipsoid, [x, y, z]: [f64; 3]) -> [f64; 3] {
    let p = x.hypot(y);
    let b = e.b();
    let second = (e.a * e.a - b * b) / (b * b);
    let mut theta = (z * e.a).atan2(p * b);
    let mut lat = 0.0;
    for _ in 0..4 {
        let (s, c) = theta.sin_cos();
        lat = (z + second * b * s * s * s).atan2(p - e.es * e.a * c * c * c);
        let next = (b * lat.sin()).atan2(e.a * lat.cos());
        if (next - theta).abs() < 1e-16 {
            break;
        }
        theta = next;
    }
    let (sin, cos) = lat.sin_cos();
    let n = e.a / (1.0 - e.es * sin * sin).sqrt();
    let height = if cos.abs() > 1e-3 {
        p / cos - n
    } else {
        z / sin - n * (1.0 - e.es)
    };
    [y.atan2(x), lat, height]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helmert_returns() {
        let airy = Ellipsoid::new(6_377_563.396, 299.324_964_6);
        let shift = ShiftOperation::helmert(
            [446.448, -125.157, 542.06, 0.15, 0.247, 0.842, -20.489],
            0.0,
            airy,
        );
        for (lon, lat) in [(-2.0_f64, 52.0_f64), (1.5, 58.0), (-8.0, 49.9)] {
            let (lon, lat) = (lon.to_radians(), lat.to_radians());
            let (x, y) = shift.forward(lon, lat);
            let (lon2, lat2) = shift.inverse(x, y);
            // Dropped heights and the transposed small-angle rotation cost millimetres, as in PROJ.
            assert!((lon2 - lon).abs() * lat.cos() < 1e-8 && (lat2 - lat).abs() < 1e-8);
        }
    }
}
