//! The outline of a raster on the globe.

use cog_raster::RasterInfo;
use serde_json::{Value, json};
use tile_math::{BoundingBox, Crs, Transformer};

type Point = (f64, f64);

/// Where a raster lies in longitudes and latitudes.
pub(crate) struct Outline {
    pub(crate) geometry: Value,
    pub(crate) bbox: [f64; 4],
}

/// The outline of the box around a raster, with `densify` parts an edge, rounded to `precision` decimals.
///
/// A raster without CRS, or one that has no place on the globe, is the whole world, as in `rio-stac`.
pub(crate) fn outline(info: &RasterInfo, densify: u32, precision: Option<u32>) -> Outline {
    let found = around_a_pole(info, densify).or_else(|| placed(info, densify).map(continuous));
    let ring = found
        .filter(|ring| ring.iter().all(|(x, y)| x.is_finite() && y.is_finite()))
        .unwrap_or_else(|| ring(BoundingBox::new(-180.0, -90.0, 180.0, 90.0)));
    let round = |v: f64| match precision {
        Some(decimals) => {
            let scale = 10_f64.powi(i32::try_from(decimals.min(15)).unwrap_or(15));
            (v * scale).round_ties_even() / scale
        }
        None => v,
    };
    let parts: Vec<Vec<Point>> = cut(ring)
        .into_iter()
        .map(|ring| {
            ring.into_iter()
                .map(|(x, y)| (round(x), round(y)))
                .collect()
        })
        .collect();
    let positions =
        |ring: &Vec<Point>| ring.iter().map(|&(x, y)| json!([x, y])).collect::<Vec<_>>();
    let bounds = |ring: &Vec<Point>| BoundingBox::of_points(ring.iter().copied());
    let around = |rings: &[Vec<Point>]| {
        let all = rings.iter().filter_map(bounds).reduce(|a, b| a.union(&b));
        all.unwrap_or(BoundingBox::new(-180.0, -90.0, 180.0, 90.0))
    };
    let all = around(&parts);
    if let [one] = &parts[..] {
        return Outline {
            geometry: json!({"type": "Polygon", "coordinates": [positions(one)]}),
            bbox: all.to_array(),
        };
    }
    // RFC 7946, 5.2: the western edge is in the east.
    let east: Vec<_> = parts
        .iter()
        .filter(|p| p.iter().any(|(x, _)| *x > 0.0))
        .cloned()
        .collect();
    let west: Vec<_> = parts
        .iter()
        .filter(|p| p.iter().all(|(x, _)| *x <= 0.0))
        .cloned()
        .collect();
    let coordinates: Vec<Value> = parts.iter().map(|ring| json!([positions(ring)])).collect();
    Outline {
        geometry: json!({"type": "MultiPolygon", "coordinates": coordinates}),
        bbox: [around(&east).left, all.bottom, around(&west).right, all.top],
    }
}

/// Counterclockwise from the lower left.
pub(crate) fn ring(b: BoundingBox) -> Vec<Point> {
    vec![
        (b.left, b.bottom),
        (b.right, b.bottom),
        (b.right, b.top),
        (b.left, b.top),
        (b.left, b.bottom),
    ]
}

fn placed(info: &RasterInfo, densify: u32) -> Option<Vec<Point>> {
    let (crs, bounds) = (info.crs.as_ref()?, info.bounds()?);
    let corners = ring(bounds);
    let globe = Crs::wgs84();
    if *crs == globe {
        return Some(corners);
    }
    let transformer = Transformer::new(crs, &globe).ok()?;
    let places = densified(&corners, densify).into_iter();
    places.map(|(x, y)| transformer.point(x, y)).collect()
}

/// A closed ring with `densify` parts an edge.
fn densified(corners: &[Point], densify: u32) -> Vec<Point> {
    let parts = densify.max(1);
    let mut ring = Vec::new();
    for edge in corners.windows(2) {
        for k in 0..parts {
            ring.push(between(edge[0], edge[1], f64::from(k) / f64::from(parts)));
        }
    }
    ring.extend(ring.first().copied());
    ring
}

fn between((x0, y0): Point, (x1, y1): Point, share: f64) -> Point {
    ((x1 - x0).mul_add(share, x0), (y1 - y0).mul_add(share, y0))
}

/// The ring of a raster with a pole inside: around the globe, cut where it meets the antimeridian, and
/// down to the pole there. `None` for all others.
fn around_a_pole(info: &RasterInfo, densify: u32) -> Option<Vec<Point>> {
    let (crs, bounds) = (info.crs.as_ref()?, info.bounds()?);
    if crs.is_geographic() {
        return None;
    }
    let globe = Crs::wgs84();
    let back = Transformer::new(&globe, crs).ok()?;
    let pole = [-90.0, 90.0].into_iter().find(|&latitude| {
        let [Some(a), Some(b)] = [0.0, 90.0].map(|longitude| back.point(longitude, latitude))
        else {
            return false;
        };
        let inside =
            a.0 > bounds.left && a.0 < bounds.right && a.1 > bounds.bottom && a.1 < bounds.top;
        // A point, and not the line that it is in cylindrical projections.
        inside && (a.0 - b.0).hypot(a.1 - b.1) < 1e-6 * bounds.width()
    })?;
    let there = Transformer::new(crs, &globe).ok()?;
    let places = densified(&ring(bounds), densify);
    let points: Option<Vec<Point>> = places.iter().map(|&(x, y)| there.point(x, y)).collect();
    let points = points?;
    let crosses = |a: Point, b: Point| (a.0 - b.0).abs() > 180.0;
    let mut crossings = (1..points.len()).filter(|&k| crosses(points[k - 1], points[k]));
    let (Some(at), None) = (crossings.next(), crossings.next()) else {
        return None;
    };
    let before = points[at - 1];
    let (mut low, mut high) = (0.0, 1.0);
    let mut latitude = before.1;
    for _ in 0..60 {
        let share = f64::midpoint(low, high);
        let (x, y) = between(places[at - 1], places[at], share);
        let found = there.point(x, y)?;
        latitude = found.1;
        if crosses(before, found) {
            high = share;
        } else {
            low = share;
        }
    }
    let side = 180_f64.copysign(before.0);
    let mut ring = vec![(-side, latitude)];
    // The last point of `points` is the first once more.
    ring.extend_from_slice(&points[at..points.len() - 1]);
    ring.extend_from_slice(&points[..at]);
    ring.extend([
        (side, latitude),
        (side, pole),
        (-side, pole),
        (-side, latitude),
    ]);
    Some(ring)
}

/// Longitudes without jumps: what was brought back to ±180 goes on instead. Edges of half the world and more
/// in a geographic CRS are meant as they are.
fn continuous(mut ring: Vec<Point>) -> Vec<Point> {
    let world = ring.iter().map(|p| p.0).fold(f64::MIN, f64::max)
        - ring.iter().map(|p| p.0).fold(f64::MAX, f64::min);
    if world >= 359.0 {
        return ring;
    }
    for k in 1..ring.len() {
        let turns = ((ring[k - 1].0 - ring[k].0) / 360.0).round();
        ring[k].0 += 360.0 * turns;
    }
    ring
}

/// The ring cut at ±180 degrees, its parts brought between them (RFC 7946, 3.1.9).
fn cut(ring: Vec<Point>) -> Vec<Vec<Point>> {
    let most = ring.iter().map(|p| p.0).fold(f64::MIN, f64::max);
    let least = ring.iter().map(|p| p.0).fold(f64::MAX, f64::min);
    let inside = (-180.0..=180.0).contains(&least) && most <= 180.0;
    if inside || most - least > 360.0 {
        return vec![ring];
    }
    let (limit, turn) = if most > 180.0 {
        (180.0, -360.0)
    } else {
        (-180.0, 360.0)
    };
    let east = half(&ring, |x| limit - x, limit);
    let west = half(&ring, |x| x - limit, limit);
    let (stays, moves) = if turn < 0.0 {
        (east, west)
    } else {
        (west, east)
    };
    let moved = moves.into_iter().map(|(x, y)| (x + turn, y)).collect();
    [stays, moved]
        .into_iter()
        .filter(|part: &Vec<Point>| part.len() > 3)
        .collect()
}

/// The part of a ring where `side` is not negative.
fn half(ring: &[Point], side: impl Fn(f64) -> f64, limit: f64) -> Vec<Point> {
    let mut part: Vec<Point> = Vec::new();
    for edge in ring.windows(2) {
        let (a, b) = (edge[0], edge[1]);
        if side(a.0) >= 0.0 {
            part.push(a);
        }
        if (side(a.0) < 0.0) != (side(b.0) < 0.0) && a.0 != limit && b.0 != limit {
            let share = (limit - a.0) / (b.0 - a.0);
            part.push((limit, (b.1 - a.1).mul_add(share, a.1)));
        }
    }
    part.extend(part.first().copied());
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use cog_raster::{Affine, SampleType};

    #[test]
    fn a_raster_over_the_antimeridian_is_cut() {
        let mut info = RasterInfo::new(SampleType::U8, 1, 10, 10);
        info.crs = Some(Crs::wgs84());
        info.affine = Some(Affine::new(1.0, 0.0, 175.0, 0.0, -1.0, 5.0));
        let outline = outline(&info, 0, None);
        assert_eq!(outline.geometry["type"], "MultiPolygon");
        assert_eq!(outline.bbox, [175.0, -5.0, -175.0, 5.0]);
        let parts = outline.geometry["coordinates"].as_array().unwrap();
        for (part, (left, right)) in parts.iter().zip([(175.0, 180.0), (-180.0, -175.0)]) {
            let xs: Vec<f64> = part[0]
                .as_array()
                .unwrap()
                .iter()
                .map(|p| p[0].as_f64().unwrap())
                .collect();
            assert_eq!(xs.first(), xs.last());
            assert!(xs.iter().all(|x| (left..=right).contains(x)), "{xs:?}");
        }
    }

    #[test]
    fn a_raster_over_a_pole_reaches_it() {
        for (code, pole) in [(3031, -90.0), (3413, 90.0)] {
            for densify in [0, 21] {
                let mut info = RasterInfo::new(SampleType::U8, 1, 60, 60);
                info.crs = Some(Crs::from_epsg(code).unwrap());
                info.affine = Some(Affine::new(100_000.0, 0.0, -3e6, 0.0, -100_000.0, 3e6));
                let outline = outline(&info, densify, None);
                let [west, south, east, north] = outline.bbox;
                assert_eq!([west, east], [-180.0, 180.0]);
                let ends = if pole < 0.0 {
                    (south, north)
                } else {
                    (north, south)
                };
                assert_eq!(ends.0, pole);
                assert!(ends.1.abs() > 50.0 && ends.1.abs() < 54.0, "{ends:?}");
                let ring = outline.geometry["coordinates"][0].as_array().unwrap();
                assert_eq!(ring.first(), ring.last());
                // Nowhere does an edge go around the globe, but along the pole.
                for edge in ring.windows(2) {
                    let of = |k: usize| edge[k][0].as_f64().unwrap();
                    let at_pole = edge.iter().all(|p| p[1].as_f64() == Some(pole));
                    assert!((of(0) - of(1)).abs() <= 180.0 || at_pole, "{edge:?}");
                }
            }
        }
    }

    #[test]
    fn what_has_no_place_is_everywhere() {
        let info = RasterInfo::new(SampleType::U8, 1, 10, 10);
        assert_eq!(outline(&info, 0, None).bbox, [-180.0, -90.0, 180.0, 90.0]);
    }
}
