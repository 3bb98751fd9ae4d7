//! Levels, relatives and quadkeys beyond what the original does.

use tile_math::{BoundingBox, CornerOfOrigin, Crs, Error, Tile, TileMatrixSet, ZoomStrategy};

fn builtin(id: &str) -> std::sync::Arc<TileMatrixSet> {
    TileMatrixSet::builtin(id).unwrap()
}

#[test]
fn web_mercator_anchors() {
    let tms = builtin("WebMercatorQuad");
    assert_eq!(tms.quadkey(Tile::new(10, 486, 332)).unwrap(), "0313102310");
    assert_eq!(tms.tile(-73.0, 45.0, 9).unwrap(), Tile::new(9, 152, 184));
    assert_eq!(
        tms.zoom_for_resolution(430.021, ZoomStrategy::Auto)
            .unwrap(),
        9
    );
    for (strategy, zoom) in [
        (ZoomStrategy::Lower, 10),
        (ZoomStrategy::Upper, 11),
        (ZoomStrategy::Auto, 11),
    ] {
        assert_eq!(tms.zoom_for_resolution(100.0, strategy).unwrap(), zoom);
    }
    assert_eq!(tms.quadkey(Tile::new(0, 0, 0)).unwrap(), "");
    assert_eq!(tms.tile_from_quadkey("").unwrap(), Tile::new(0, 0, 0));
}

/// The original's children of a set with its origin at the bottom are none at all.
#[test]
fn every_child_names_its_parent() {
    let bottom = TileMatrixSet::custom(&Crs::web_mercator(), builtin("WebMercatorQuad").xy_bbox())
        .corner_of_origin(CornerOfOrigin::BottomLeft)
        .build()
        .unwrap();
    for tms in [
        &bottom,
        &*builtin("WebMercatorQuad"),
        &*builtin("NZTM2000Quad"),
    ] {
        for tile in [
            Tile::new(0, 0, 0),
            Tile::new(3, 7, 2),
            Tile::new(12, 1000, 3000),
        ] {
            let children = tms.children(tile).unwrap();
            assert_eq!(children.len(), 4);
            for child in children {
                assert_eq!(tms.parent(child).unwrap(), Some(tile), "{child}");
                assert!(
                    tms.xy_bounds(tile)
                        .unwrap()
                        .buffered(1e-6)
                        .contains_box(&tms.xy_bounds(child).unwrap())
                );
            }
        }
    }
    assert_eq!(bottom.xy_bounds(Tile::new(1, 0, 0)).unwrap().top, 0.0);
    assert!(bottom.is_quadtree());
}

#[test]
fn relatives_of_coalesced_tiles() {
    let tms = builtin("GNOSISGlobalGrid");
    // The northernmost row of zoom 3 coalesces 8 of 32 columns.
    assert_eq!(tms.tile(-170.0, 89.0, 3).unwrap(), Tile::new(3, 0, 0));
    assert_eq!(tms.tile(-80.0, 89.0, 3).unwrap(), Tile::new(3, 8, 0));
    let children = tms.children(Tile::new(2, 4, 0)).unwrap();
    assert_eq!(
        children,
        [Tile::new(3, 8, 0), Tile::new(3, 8, 1), Tile::new(3, 12, 1)]
    );
    for child in children {
        assert_eq!(tms.parents(child).unwrap(), [Tile::new(2, 4, 0)]);
    }
    // Any column of a coalesced tile gives its box.
    assert_eq!(
        tms.xy_bounds(Tile::new(3, 9, 0)).unwrap(),
        tms.xy_bounds(Tile::new(3, 8, 0)).unwrap()
    );
}

#[test]
fn levels_of_any_ratio_share_tiles() {
    let tms = builtin("CanadianNAD83_LCC");
    assert!(
        tms.parents(Tile::new(3, 8, 8)).unwrap().len() > 1
            || tms.parent(Tile::new(3, 8, 8)).unwrap().is_some()
    );
    assert!(tms.matrix(26).is_err());
    assert!(tms.quadkey(Tile::new(0, 0, 0)).is_err());
}

#[test]
fn quadtrees_need_not_begin_at_zoom_0() {
    let world = builtin("WebMercatorQuad").xy_bbox();
    // Ambiguous in the original: its zoom 4 begins with 16 x 16 tiles.
    let late = TileMatrixSet::custom(&Crs::web_mercator(), world)
        .zooms(4..=8)
        .build()
        .unwrap();
    assert!(late.is_quadtree());
    for tile in [Tile::new(4, 15, 3), Tile::new(6, 40, 63)] {
        let key = late.quadkey(tile).unwrap();
        assert_eq!(key.len(), usize::try_from(tile.z).unwrap());
        assert_eq!(late.tile_from_quadkey(&key).unwrap(), tile);
    }
    assert!(late.tile_from_quadkey("000").is_err());
    let one = builtin("UPSArcticWGS84Quad");
    assert_eq!(one.tile_from_quadkey("01").unwrap(), Tile::new(2, 1, 0));
    for wrong in ["4", "0123x", &"0".repeat(40)] {
        assert!(
            matches!(
                one.tile_from_quadkey(wrong),
                Err(Error::InvalidQuadkey { .. })
            ),
            "{wrong}"
        );
    }
}

#[test]
fn deeper_levels_are_computed() {
    let tms = builtin("WebMercatorQuad");
    let deep = tms.matrix(30).unwrap();
    assert_eq!(deep.matrix_width, 1 << 30);
    assert!((deep.cell_size - 156_543.033_928_040_97 / f64::from(1_u32 << 30)).abs() < 1e-18);
    let tile = tms.tile(12.5, 41.9, 30).unwrap();
    assert!(tms.is_valid_overzoom(tile) && !tms.is_valid(tile));
    assert!(tms.bounds(tile).unwrap().contains(12.5, 41.9));
    for zoom in [-1, 32, 99, i8::MIN, i8::MAX] {
        assert!(
            matches!(tms.matrix(zoom), Err(Error::InvalidZoom { .. })),
            "{zoom}"
        );
    }
    // Decimation by three: the original rounds the ratio to 0.33.
    let thirds = TileMatrixSet::custom(&Crs::web_mercator(), tms.xy_bbox())
        .decimation_base(3)
        .zooms(0..=5)
        .build()
        .unwrap();
    assert_eq!(thirds.matrix(7).unwrap().matrix_width, 3_u32.pow(7));
    assert!(builtin("GNOSISGlobalGrid").matrix(29).is_err());
}

#[test]
fn the_last_row_and_column() {
    let tms = builtin("WebMercatorQuad");
    assert!(tms.xy_bounds(Tile::new(3, 7, 7)).is_ok());
    for tile in [
        Tile::new(3, 8, 0),
        Tile::new(3, 0, 8),
        Tile::new(3, u32::MAX, 0),
    ] {
        assert!(
            matches!(tms.xy_bounds(tile), Err(Error::InvalidTile { .. })),
            "{tile}"
        );
        assert!(
            tms.bounds(tile).is_err()
                && tms.children(tile).is_err()
                && tms.neighbors(tile).is_err()
        );
        assert!(tms.quadkey(tile).is_err());
    }
    assert_eq!(tms.tile(180.0, -89.9, 3).unwrap(), Tile::new(3, 7, 7));
    assert_eq!(tms.tile(-180.0, 89.9, 3).unwrap(), Tile::new(3, 0, 0));
}

#[test]
fn polar_tiles_have_true_boxes() {
    let tms = builtin("UPSArcticWGS84Quad");
    // The four tiles of zoom 1 meet at (2e6, 2e6), the pole.
    let b = tms.bounds(Tile::new(0, 0, 0)).unwrap();
    assert_eq!((b.left, b.right, b.top), (-180.0, 180.0, 90.0));
    let b = tms.bounds(Tile::new(5, 20, 18)).unwrap();
    assert!(b.width() < 60.0 && b.contains(b.center().0, b.center().1));
}

#[test]
fn features_are_rectangles() {
    let tms = builtin("WebMercatorQuad");
    let feature = tms
        .feature(
            Tile::new(1, 0, 0),
            &tile_math::FeatureOptions::new().with_precision(3),
        )
        .unwrap();
    assert_eq!(
        feature["bbox"],
        serde_json::json!([-180.0, 0.0, 0.0, 85.051])
    );
    assert_eq!(feature["id"], "Tile(x=0, y=0, z=1)");
    assert_eq!(feature["properties"]["tms"], "WebMercatorQuad");
    assert!(feature.get("crs").is_none());
    let options = tile_math::FeatureOptions::new().with_projected(true);
    let feature = tms.feature(Tile::new(1, 0, 0), &options).unwrap();
    assert_eq!(
        feature["crs"]["properties"]["name"],
        "http://www.opengis.net/def/crs/EPSG/0/3857"
    );
    // Across the antimeridian the ring runs on.
    let nz = builtin("NZTM2000Quad");
    let feature = nz
        .feature(Tile::new(0, 0, 0), &tile_math::FeatureOptions::new())
        .unwrap();
    assert!(feature["bbox"][2].as_f64().unwrap() > feature["bbox"][0].as_f64().unwrap());
}

#[test]
fn boxes_outside_and_limits() {
    let tms = builtin("WebMercatorQuad");
    let whole = BoundingBox::new(-180.0, -90.0, 180.0, 90.0);
    let all = tms.tiles(whole, &[2, 22]).unwrap();
    assert_eq!(all.count_total(), 16 + (1 << 44));
    assert!(matches!(
        all.collect_within(1000),
        Err(Error::LimitExceeded { .. })
    ));
    assert_eq!(
        tms.tiles(BoundingBox::new(0.0, 86.0, 10.0, 89.0), &[5])
            .unwrap()
            .count_total(),
        0
    );
    assert_eq!(
        tms.tiles(BoundingBox::new(10.0, 10.0, 10.0, 10.0), &[5])
            .unwrap()
            .count_total(),
        1
    );
    assert_eq!(
        builtin("NZTM2000Quad")
            .tiles(BoundingBox::new(-10.0, 40.0, 0.0, 50.0), &[5])
            .unwrap()
            .count_total(),
        0
    );
    assert!(
        tms.tiles(BoundingBox::new(0.0, f64::NAN, 1.0, 1.0), &[5])
            .is_err()
    );
    // The antimeridian: both ends.
    let tiles: Vec<_> = tms
        .tiles(BoundingBox::new(179.0, -1.0, -179.0, 1.0), &[3])
        .unwrap()
        .collect();
    assert_eq!(
        tiles,
        [
            Tile::new(3, 0, 3),
            Tile::new(3, 0, 4),
            Tile::new(3, 7, 3),
            Tile::new(3, 7, 4)
        ]
    );
}
