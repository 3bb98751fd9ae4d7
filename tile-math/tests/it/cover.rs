//! The tiles of geometries.

use geo_types::{Geometry, MultiPolygon, Rect, line_string, point, polygon};
use tile_math::{Error, Tile, TileMatrixSet};

fn web() -> std::sync::Arc<TileMatrixSet> {
    TileMatrixSet::builtin("WebMercatorQuad").unwrap()
}

fn count(geometry: impl Into<Geometry<f64>>, zoom: i8) -> usize {
    web()
        .tiles_of_geometry(&geometry.into(), zoom)
        .unwrap()
        .len()
}

#[test]
fn a_tiles_own_box_is_that_tile() {
    for id in [
        "WebMercatorQuad",
        "WGS1984Quad",
        "WorldCRS84Quad",
        "GNOSISGlobalGrid",
    ] {
        let tms = TileMatrixSet::builtin(id).unwrap();
        for (lon, lat, zoom) in [
            (12.3, 45.6, 9),
            (-77.0, -12.0, 4),
            (179.9, 80.0, 6),
            (0.0, 0.0, 0),
        ] {
            let tile = tms.tile(lon, lat, zoom).unwrap();
            let b = tms.bounds(tile).unwrap();
            let rect = Rect::new((b.left, b.bottom), (b.right, b.top));
            assert_eq!(
                tms.tiles_of_geometry(&rect.into(), zoom).unwrap(),
                [tile],
                "{id}"
            );
            let tiles: Vec<_> = tms.tiles(b, &[zoom]).unwrap().collect();
            assert_eq!(tiles, [tile], "{id}");
        }
    }
}

#[test]
fn boxes_are_covered_as_boxes() {
    let tms = web();
    for b in [
        [5.0, 45.0, 15.0, 55.0],
        [-120.3, -40.2, -60.7, 10.9],
        [-180.0, -85.0, 180.0, 85.0],
    ] {
        for zoom in [0, 3, 6] {
            let rect = Rect::new((b[0], b[1]), (b[2], b[3]));
            let mut by_box: Vec<_> = tms.tiles(b.into(), &[zoom]).unwrap().collect();
            by_box.sort_unstable();
            assert_eq!(
                tms.tiles_of_geometry(&rect.into(), zoom).unwrap(),
                by_box,
                "{b:?} {zoom}"
            );
        }
    }
}

#[test]
fn points_and_lines() {
    let tms = web();
    let tiles = tms
        .tiles_of_geometry(&point!(x: -73.0, y: 45.0).into(), 9)
        .unwrap();
    assert_eq!(tiles, [Tile::new(9, 152, 184)]);
    // Along the equator, the row to the south holds the line.
    let tiles = tms
        .tiles_of_geometry(
            &line_string![(x: -179.0, y: 0.0), (x: 179.0, y: 0.0)].into(),
            2,
        )
        .unwrap();
    assert_eq!(
        tiles,
        [
            Tile::new(2, 0, 2),
            Tile::new(2, 1, 2),
            Tile::new(2, 2, 2),
            Tile::new(2, 3, 2)
        ]
    );
    // A diagonal takes no more than it touches.
    let diagonal = line_string![(x: -170.0, y: 80.0), (x: 170.0, y: -80.0)];
    let n = count(diagonal, 4);
    assert!((16..=32).contains(&n), "{n}");
    assert_eq!(
        count(line_string![(x: 1.0, y: 1.0), (x: 1.0, y: 1.0)], 5),
        1
    );
}

#[test]
fn holes_are_left_out() {
    let outer = || line_string![(x: -90.0, y: -60.0), (x: 90.0, y: -60.0), (x: 90.0, y: 60.0), (x: -90.0, y: 60.0), (x: -90.0, y: -60.0)];
    let hole = line_string![(x: -45.0, y: -40.0), (x: 45.0, y: -40.0), (x: 45.0, y: 40.0), (x: -45.0, y: 40.0), (x: -45.0, y: -40.0)];
    let full = geo_types::Polygon::new(outer(), vec![]);
    let pierced = geo_types::Polygon::new(outer(), vec![hole]);
    let tms = web();
    let centre = tms.tile(1.0, 1.0, 5).unwrap();
    let with = tms.tiles_of_geometry(&full.clone().into(), 5).unwrap();
    let without = tms.tiles_of_geometry(&pierced.clone().into(), 5).unwrap();
    assert!(with.contains(&centre) && !without.contains(&centre));
    assert!(without.contains(&tms.tile(60.0, 1.0, 5).unwrap()));
    let two = MultiPolygon::new(vec![full, pierced]);
    assert_eq!(tms.tiles_of_geometry(&two.into(), 5).unwrap(), with);
}

/// Brute force: a tile is covered when one of many points of it lies in the polygon.
#[test]
fn triangles_as_by_sampling() {
    let tms = web();
    let triangle = [(-10.0_f64, 10.0_f64), (37.0, 22.0), (5.0, 61.0)];
    let inside = |x: f64, y: f64| {
        let side = |a: (f64, f64), b: (f64, f64)| (b.0 - a.0) * (y - a.1) - (b.1 - a.1) * (x - a.0);
        let s = [
            side(triangle[0], triangle[1]),
            side(triangle[1], triangle[2]),
            side(triangle[2], triangle[0]),
        ];
        s.iter().all(|v| *v > 0.0) || s.iter().all(|v| *v < 0.0)
    };
    let geometry: Geometry<f64> =
        polygon![(x: triangle[0].0, y: triangle[0].1), (x: triangle[1].0, y: triangle[1].1), (x: triangle[2].0, y: triangle[2].1)].into();
    let found = tms.tiles_of_geometry(&geometry, 6).unwrap();
    for (x, y) in (20..50).flat_map(|x| (10..40).map(move |y| (x, y))) {
        let tile = Tile::new(6, x, y);
        let b = tms.bounds(tile).unwrap();
        let hit = (0..40)
            .flat_map(|i| (0..40).map(move |j| (i, j)))
            .any(|(i, j)| {
                let (u, v) = ((f64::from(i) + 0.5) / 40.0, (f64::from(j) + 0.5) / 40.0);
                inside(b.left + b.width() * u, b.bottom + b.height() * v)
            });
        // In latitude the sides are straight, in Mercator's ordinate not: a sliver may differ.
        if hit != found.contains(&tile) {
            assert!(!hit || !found.contains(&tile), "{tile}");
        }
        if hit {
            let grown = tms.neighbors(tile).unwrap();
            assert!(
                found.contains(&tile) || grown.iter().any(|t| found.contains(t)),
                "{tile}"
            );
        }
    }
}

#[test]
fn longitudes_beyond_the_antimeridian_wrap() {
    let tms = web();
    let beyond = Rect::new((170.0, -10.0), (190.0, 10.0));
    let found = tms.tiles_of_geometry(&beyond.into(), 4).unwrap();
    let mut expected: Vec<_> = tms
        .tiles([170.0, -10.0, -170.0, 10.0].into(), &[4])
        .unwrap()
        .collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn polar_sets_follow_the_curve() {
    let tms = TileMatrixSet::builtin("UPSArcticWGS84Quad").unwrap();
    let cap = Rect::new((-180.0, 85.0), (180.0, 90.0));
    let found = tms.tiles_of_geometry(&cap.into(), 7).unwrap();
    let pole = tms.tile(0.0, 90.0, 7).unwrap();
    assert!(found.contains(&pole), "{found:?}");
    // A disc of some 560 km radius, in tiles of 257 km.
    assert!((16..=36).contains(&found.len()), "{}", found.len());
}

#[test]
fn limits_hold() {
    let tms = web();
    let world: Geometry<f64> = Rect::new((-180.0, -85.0), (180.0, 85.0)).into();
    assert!(matches!(
        tms.tiles_of_geometry_within(&world, 12, 1000),
        Err(Error::LimitExceeded { .. })
    ));
    assert!(matches!(
        tms.tiles_of_geometry(&world, 30),
        Err(Error::LimitExceeded { .. })
    ));
    let wrong: Geometry<f64> = point!(x: f64::NAN, y: 0.0).into();
    assert!(matches!(
        tms.tiles_of_geometry(&wrong, 3),
        Err(Error::InvalidArgument { .. })
    ));
    let mut nested: Geometry<f64> = point!(x: 0.0, y: 0.0).into();
    for _ in 0..40 {
        nested =
            Geometry::GeometryCollection(geo_types::GeometryCollection::new_from(vec![nested]));
    }
    assert!(matches!(
        tms.tiles_of_geometry(&nested, 3),
        Err(Error::LimitExceeded { .. })
    ));
    assert!(
        tms.tiles_of_geometry(
            &Geometry::GeometryCollection(geo_types::GeometryCollection::default()),
            3
        )
        .unwrap()
        .is_empty()
    );
}
