//! Rings of longitudes and latitudes.

/// Longitude and latitude, in degrees.
pub(super) type Place = (f64, f64);

/// What is not wider than this, in degrees, is the rounding of an edge.
const HAIR: f64 = 1e-9;

/// Adds or takes whole turns so that no step along the ring is wider than half a turn; gives how far
/// the ring has turned when it is back where it began: about 0, or ±360 around a pole.
pub(super) fn unroll(ring: &mut [Place]) -> f64 {
    let Some(&(first, _)) = ring.first() else {
        return 0.0;
    };
    let mut turns = 0.0;
    let mut before = first;
    for (longitude, _) in ring.iter_mut() {
        turns += turn_between(before, *longitude);
        before = *longitude;
        *longitude += turns;
    }
    turns + turn_between(before, first)
}

fn turn_between(before: f64, after: f64) -> f64 {
    if after - before > 180.0 {
        -360.0
    } else if after - before < -180.0 {
        360.0
    } else {
        0.0
    }
}

/// West and east of an unrolled ring.
pub(super) fn extent(ring: &[Place]) -> (f64, f64) {
    ring.iter().fold(
        (f64::INFINITY, f64::NEG_INFINITY),
        |(w, e), (longitude, _)| (w.min(*longitude), e.max(*longitude)),
    )
}

/// West and east brought to -180…180; `west > east` across the antimeridian.
pub(super) fn wrapped(west: f64, east: f64) -> (f64, f64) {
    if east - west >= 360.0 - HAIR {
        return (-180.0, 180.0);
    }
    let wrap = |longitude: f64| {
        if (-180.0..=180.0).contains(&longitude) {
            longitude
        } else {
            (longitude + 180.0).rem_euclid(360.0) - 180.0
        }
    };
    let (west, east) = (wrap(west), wrap(east));
    // The last meridian is an eastern edge's 180, a western edge's -180.
    match (west >= 180.0, east <= -180.0) {
        (true, _) if east < 180.0 => (-180.0, east),
        (_, true) if west > -180.0 => (west, 180.0),
        _ => (west, east),
    }
}

/// An unrolled ring that came back where it began, as parts of it between -180 and 180.
pub(super) fn pieces(ring: &[Place]) -> Vec<Vec<Place>> {
    let (west, east) = extent(ring);
    let mut pieces = Vec::new();
    let mut turn = ((west + 180.0) / 360.0).floor() * 360.0;
    while turn - 180.0 < east {
        let wide = east.min(turn + 180.0) - west.max(turn - 180.0);
        if wide > HAIR {
            let piece = between(ring, turn - 180.0, turn + 180.0);
            pieces.push(piece.iter().map(|(lon, lat)| (lon - turn, *lat)).collect());
        }
        turn += 360.0;
    }
    pieces
}

/// The ring around a pole (`latitude` ±90) that an unrolled ring runs around, from -180 to 180.
pub(super) fn around_pole(ring: &[Place], turned: f64, latitude: f64) -> Vec<Place> {
    let mut line = ring.to_vec();
    if turned < 0.0 {
        line.reverse();
    }
    // Wherever it begins, three rounds cover -180 to 180 once.
    let (west, _) = extent(&line);
    let begin = ((west + 180.0) / 360.0).ceil() * 360.0 + 360.0;
    let mut polygon: Vec<Place> = [0.0, 360.0, 720.0]
        .iter()
        .flat_map(|turn| {
            line.iter()
                .map(move |(lon, lat)| (lon - begin + turn, *lat))
        })
        .collect();
    let (west, east) = extent(&polygon);
    polygon.extend([(east, latitude), (west, latitude)]);
    between(&polygon, -180.0, 180.0)
}

/// The part of a polygon between two meridians (Sutherland and Hodgman).
fn between(ring: &[Place], west: f64, east: f64) -> Vec<Place> {
    let clip = |ring: &[Place], edge: f64, inside: &dyn Fn(f64) -> bool| {
        let mut out = Vec::with_capacity(ring.len() + 4);
        for (at, &b) in ring.iter().enumerate() {
            let a = ring[(at + ring.len() - 1) % ring.len()];
            if inside(a.0) != inside(b.0) {
                let share = (edge - a.0) / (b.0 - a.0);
                out.push((edge, a.1 + (b.1 - a.1) * share));
            }
            if inside(b.0) {
                out.push(b);
            }
        }
        out
    };
    let ring = clip(ring, west, &|longitude| longitude >= west);
    clip(&ring, east, &|longitude| longitude <= east)
}

/// Counterclockwise, begun at the lower left, without repeats, closed: a ring of GeoJSON.
pub(super) fn geojson(mut ring: Vec<Place>) -> Vec<[f64; 2]> {
    ring.dedup();
    let area: f64 = ring
        .iter()
        .zip(ring.iter().cycle().skip(1))
        .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
        .sum();
    if area < 0.0 {
        ring.reverse();
    }
    let lower_left = |place: &Place| place.0 + place.1;
    let first = (0..ring.len())
        .min_by(|a, b| lower_left(&ring[*a]).total_cmp(&lower_left(&ring[*b])))
        .unwrap_or(0);
    ring.rotate_left(first);
    ring.extend(ring.first().copied());
    ring.dedup();
    ring.into_iter().map(|(lon, lat)| [lon, lat]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_across_the_antimeridian_is_cut_there() {
        let mut ring = [(179.0, 0.0), (-179.0, 0.0), (-179.0, 2.0), (179.0, 2.0)];
        assert_eq!(unroll(&mut ring), 0.0);
        assert_eq!(ring[1], (181.0, 0.0));
        let (west, east) = extent(&ring);
        assert_eq!(wrapped(west, east), (179.0, -179.0));
        let pieces: Vec<_> = pieces(&ring).into_iter().map(geojson).collect();
        assert_eq!(
            pieces,
            [
                [
                    [179.0, 0.0],
                    [180.0, 0.0],
                    [180.0, 2.0],
                    [179.0, 2.0],
                    [179.0, 0.0]
                ],
                [
                    [-180.0, 0.0],
                    [-179.0, 0.0],
                    [-179.0, 2.0],
                    [-180.0, 2.0],
                    [-180.0, 0.0]
                ],
            ]
        );
    }

    #[test]
    fn what_only_touches_the_antimeridian_is_whole() {
        let ring = [(170.0, 0.0), (180.0, 0.0), (180.0, 2.0), (170.0, 2.0)];
        assert_eq!(pieces(&ring).len(), 1);
        assert_eq!(wrapped(170.0, 180.0), (170.0, 180.0));
        assert_eq!(wrapped(-180.0, -170.0), (-180.0, -170.0));
        assert_eq!(wrapped(180.0, 190.0), (-180.0, -170.0));
        assert_eq!(wrapped(-190.0, -180.0), (170.0, 180.0));
        assert_eq!(wrapped(0.0, 359.999_999_999_9), (-180.0, 180.0));
        assert_eq!(wrapped(0.0, 360.0), (-180.0, 180.0));
        assert_eq!(wrapped(190.0, 350.0), (-170.0, -10.0));
    }

    #[test]
    fn a_ring_around_a_pole_reaches_it() {
        for reverse in [false, true] {
            let mut ring: Vec<Place> = [10.0, 100.0, -170.0, -80.0]
                .map(|longitude| (longitude, 60.0))
                .to_vec();
            if reverse {
                ring.reverse();
            }
            let turned = unroll(&mut ring);
            assert_eq!(turned.abs(), 360.0);
            let polygon = around_pole(&ring, turned, 90.0);
            assert_eq!(extent(&polygon), (-180.0, 180.0));
            let low = polygon.iter().filter(|place| place.1 == 60.0).count();
            let high = polygon.iter().filter(|place| place.1 == 90.0).count();
            assert!(low >= 6 && high == 2, "{polygon:?}");
        }
    }
}
