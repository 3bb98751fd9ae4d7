//! Anchors from the literature.

use tile_math::{BoundingBox, Crs, Tile, TileMatrixSet, Transformer, ZoomStrategy};

#[test]
fn web_mercator_anchors() {
    let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
    assert_eq!(tms.quadkey(Tile::new(10, 486, 332)).unwrap(), "0313102310");
    assert_eq!(
        tms.tile_from_quadkey("0313102310").unwrap(),
        Tile::new(10, 486, 332)
    );
    assert_eq!(tms.tile(-73.0, 45.0, 9).unwrap(), Tile::new(9, 152, 184));
    assert_eq!(
        tms.zoom_for_resolution(430.021, ZoomStrategy::Auto)
            .unwrap(),
        9
    );
    assert_eq!(
        tms.zoom_for_resolution(100.0, ZoomStrategy::Lower).unwrap(),
        10
    );
    assert_eq!(
        tms.zoom_for_resolution(100.0, ZoomStrategy::Upper).unwrap(),
        11
    );
    assert_eq!(
        tms.zoom_for_resolution(100.0, ZoomStrategy::Auto).unwrap(),
        11
    );
}

#[test]
fn a_tiles_own_box_gives_that_tile() {
    for id in [
        "WebMercatorQuad",
        "WGS1984Quad",
        "WorldMercatorWGS84Quad",
        "WorldCRS84Quad",
    ] {
        let tms = TileMatrixSet::builtin(id).unwrap();
        for tile in [
            Tile::new(0, 0, 0),
            Tile::new(5, 17, 11),
            Tile::new(14, 8721, 5500),
        ] {
            let tiles: Vec<_> = tms
                .tiles(tms.bounds(tile).unwrap(), &[tile.z])
                .unwrap()
                .collect();
            assert_eq!(tiles, [tile], "{id}");
        }
    }
}

#[test]
fn known_projections() {
    // pyproj 3.7.2, PROJ 9.5.1, always_xy.
    for (code, lon, lat, x, y) in [
        (32631, 2.5, 48.5, 463_065.577_586_3, 5_371_914.929_546_7),
        (3035, 10.0, 52.0, 4_321_000.0, 3_210_000.0),
        (3031, 0.0, -71.0, 0.0, 2_082_760.108_6),
    ] {
        let t = Transformer::new(&Crs::wgs84(), &Crs::from_epsg(code).unwrap()).unwrap();
        let (ax, ay) = t.transform(lon, lat).unwrap();
        println!("{code}: {ax} {ay}");
        assert!(
            (ax - x).abs() < 1.0 && (ay - y).abs() < 1.0,
            "{code}: {ax} {ay}"
        );
    }
}

#[test]
fn bounds_around_a_pole() {
    let t = Transformer::new(&Crs::from_epsg(3995).unwrap(), &Crs::wgs84()).unwrap();
    let b = t
        .transform_bounds(BoundingBox::new(-1e6, -1e6, 1e6, 1e6), 21)
        .unwrap();
    assert_eq!((b.left, b.right, b.top), (-180.0, 180.0, 90.0));
}
