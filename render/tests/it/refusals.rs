//! Whatever a source declares or a caller asks for: an answer or a typed error, at once.

use cog_raster::{
    Affine, LevelInfo, MemorySource, Raster, RasterInfo, RasterSource, SampleType, Samples,
};
use cog_render::{
    Error, Grid, Limits, OutputSize, ReadOptions, Resampling, part, plan, point, preview, tile,
};
use tile_math::{BoundingBox, Crs, Tile, TileMatrixSet};

fn info(affine: Affine, crs: &Crs, width: u32, height: u32) -> RasterInfo {
    let mut info = RasterInfo::new(SampleType::U8, 1, width, height);
    info.affine = Some(affine);
    info.crs = Some(crs.clone());
    info
}

fn world(tile: Tile) -> Grid {
    Grid::for_tile(
        &TileMatrixSet::builtin("WebMercatorQuad").unwrap(),
        tile,
        None,
        0.0,
    )
    .unwrap()
}

fn small() -> MemorySource {
    MemorySource::new(
        Raster::new(
            1,
            20,
            20,
            Samples::U8((0..400).map(|k| (k % 256) as u8).collect()),
        )
        .unwrap(),
    )
    .with_affine(Affine::new(0.5, 0.0, 10.0, 0.0, -0.5, 50.0))
    .with_crs(Crs::wgs84())
}

#[test]
fn tiles_beside_the_source_are_outside() {
    let source = small();
    let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
    for address in [
        Tile::new(2, 0, 0),
        Tile::new(5, 31, 31),
        Tile::new(8, 0, 128),
    ] {
        let error =
            pollster::block_on(tile(&source, &tms, address, &ReadOptions::default())).unwrap_err();
        assert!(matches!(error, Error::OutsideBounds { .. }), "{error}");
        assert!(
            error.to_string().contains(&format!("tile {address}")),
            "{error}"
        );
    }
    let nowhere = pollster::block_on(tile(
        &source,
        &tms,
        Tile::new(3, 8, 0),
        &ReadOptions::default(),
    ));
    assert!(matches!(
        nowhere,
        Err(Error::InvalidParameter {
            parameter: "tile",
            ..
        })
    ));
}

#[test]
fn affines_that_map_nothing_are_refused() {
    let nan = f64::NAN;
    for affine in [
        Affine::new(0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        Affine::new(1.0, 1.0, 0.0, 1.0, 1.0, 0.0),
        Affine::new(nan, 0.0, 0.0, 0.0, -1.0, 0.0),
        Affine::new(1.0, 0.0, f64::INFINITY, 0.0, -1.0, 0.0),
    ] {
        for crs in [
            Crs::wgs84(),
            Crs::web_mercator(),
            Crs::from_epsg(32631).unwrap(),
        ] {
            let refused = plan(
                &info(affine, &crs, 100, 100),
                &world(Tile::new(0, 0, 0)),
                &ReadOptions::default(),
            );
            assert!(
                matches!(refused, Err(Error::NotGeoreferenced { .. })),
                "{affine:?}"
            );
        }
    }
}

#[test]
fn extreme_sources_plan_at_once() {
    // Sizes and places no memory holds: only plans, which must be quick and within limits.
    let affines = [
        Affine::new(1e-300, 0.0, 0.0, 0.0, -1e-300, 0.0),
        Affine::new(1e300, 0.0, 0.0, 0.0, -1e300, 0.0),
        Affine::new(1e-9, 0.0, 2.0, 0.0, -1e-9, 48.0),
        Affine::new(
            360.0 / 4294967295.0,
            0.0,
            -180.0,
            0.0,
            -180.0 / 4294967295.0,
            90.0,
        ),
        Affine::new(1e-5, 3e5, -1e7, 2e5, 1e-5, 1e7),
        Affine::new(10.0, 0.0, -1e18, 0.0, -10.0, 1e18),
    ];
    for affine in affines {
        for epsg in [4326, 3857, 32_631, 3413, 3035, 2193] {
            let crs = Crs::from_epsg(epsg).unwrap();
            let source = info(affine, &crs, u32::MAX, u32::MAX);
            for address in [
                Tile::new(0, 0, 0),
                Tile::new(1, 1, 0),
                Tile::new(12, 2100, 1400),
                Tile::new(24, 8_480_000, 5_900_000),
            ] {
                for kernel in Resampling::ALL {
                    let options = ReadOptions::default().with_resampling(kernel);
                    match plan(&source, &world(address), &options) {
                        Ok(plan) => assert!(plan.request().window.pixels() <= 512 << 20),
                        Err(
                            Error::OverLimit { .. }
                            | Error::OutsideBounds { .. }
                            | Error::InvalidParameter { .. }
                            | Error::NotGeoreferenced { .. }
                            | Error::Projection { .. },
                        ) => {}
                        Err(other) => panic!("{affine:?} {epsg} {address}: {other}"),
                    }
                }
            }
        }
    }
}

#[test]
fn a_source_without_overviews_seen_from_far_is_over_the_limit() {
    let affine = Affine::new(1e-4, 0.0, 0.0, 0.0, -1e-4, 60.0);
    let mut far = info(affine, &Crs::wgs84(), 400_000, 400_000);
    let error = plan(&far, &world(Tile::new(0, 0, 0)), &ReadOptions::default()).unwrap_err();
    assert!(
        matches!(
            error,
            Error::OverLimit {
                what: "reading",
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("overviews"), "{error}");
    far.levels.push(LevelInfo::new(4000, 4000));
    assert!(plan(&far, &world(Tile::new(0, 0, 0)), &ReadOptions::default()).is_ok());
}

#[test]
fn great_pictures_are_over_the_limit() {
    let source = small();
    for size in [
        OutputSize::exactly(1 << 20, 1 << 20),
        OutputSize::exactly(u32::MAX, u32::MAX),
    ] {
        let refused = pollster::block_on(preview(&source, None, size, &ReadOptions::default()));
        assert!(matches!(
            refused,
            Err(Error::OverLimit {
                what: "the output",
                ..
            })
        ));
    }
    let tight = ReadOptions::default().with_limits(Limits::default().with_output_bytes(100));
    let refused = pollster::block_on(preview(&source, None, OutputSize::native(), &tight));
    assert!(matches!(
        refused,
        Err(Error::OverLimit {
            needed: 800,
            limit: 100,
            ..
        })
    ));
}

#[test]
fn bands_and_levels_that_are_not_there() {
    let source = small();
    let grid = Grid::native(source.info(), OutputSize::native()).unwrap();
    let refused = |options: ReadOptions| {
        plan(source.info(), &grid, &options)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(ReadOptions::default().with_bands([0, 1])),
        "bidx: band 2 is not there: the source has bands 1 to 1"
    );
    assert_eq!(
        refused(ReadOptions::default().with_bands([u32::MAX])),
        "bidx: band 4294967296 is not there: the source has bands 1 to 1"
    );
    assert_eq!(
        refused(ReadOptions::default().with_bands([])),
        "bidx: no band is asked for"
    );
    assert_eq!(
        refused(ReadOptions::default().with_level(1)),
        "level: 1 is not there: 0 is the full resolution, 0 the last overview"
    );
}

#[test]
fn a_source_of_no_known_place_still_has_pixels() {
    let source = MemorySource::new(Raster::new(1, 3, 4, Samples::U8((0..12).collect())).unwrap());
    let image = pollster::block_on(preview(
        &source,
        None,
        OutputSize::native(),
        &ReadOptions::default(),
    ))
    .unwrap();
    assert_eq!(image.samples(), &Samples::U8((0..12).collect()));
    assert!(image.crs().is_none());
    let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
    let error = pollster::block_on(tile(
        &source,
        &tms,
        Tile::new(0, 0, 0),
        &ReadOptions::default(),
    ))
    .unwrap_err();
    assert!(matches!(error, Error::NotGeoreferenced { .. }), "{error}");
}

#[test]
fn a_raster_of_another_shape_is_a_mismatch() {
    let source = small();
    let grid = Grid::native(source.info(), OutputSize::native()).unwrap();
    let plan = plan(source.info(), &grid, &ReadOptions::default()).unwrap();
    let wrong = Raster::new(1, 3, 3, Samples::U8(vec![0; 9])).unwrap();
    assert!(matches!(plan.warp(&wrong), Err(Error::Mismatch { .. })));
    let wrong = Raster::new(1, 20, 20, Samples::I8(vec![0; 400])).unwrap();
    assert!(matches!(plan.warp(&wrong), Err(Error::Mismatch { .. })));
}

#[test]
fn points_inside_on_the_edge_and_outside() {
    let source = small();
    let at = |x: f64, y: f64, kernel: Option<Resampling>| {
        pollster::block_on(point(
            &source,
            (x, y),
            &Crs::wgs84(),
            kernel,
            &ReadOptions::default(),
        ))
    };
    let data = at(10.6, 49.9, None).unwrap();
    assert_eq!(
        (data.values.as_slice(), data.band_names[0].as_str()),
        (&[Some(1.0)][..], "b1")
    );
    assert_eq!(
        at(11.0, 49.75, Some(Resampling::Bilinear)).unwrap().values,
        [Some(2.0)]
    );
    for (x, y) in [
        (10.0, 49.0),
        (20.0, 45.0),
        (15.0, 50.0),
        (0.0, 0.0),
        (f64::NAN, 45.0),
        (1e308, 45.0),
    ] {
        let error = at(x, y, None).unwrap_err();
        assert!(
            matches!(
                error,
                Error::OutsideBounds { .. } | Error::InvalidParameter { .. }
            ),
            "{error}"
        );
    }
}

#[test]
fn parts_in_any_crs() {
    let source = small();
    let bounds = BoundingBox {
        left: 12.0,
        bottom: 44.0,
        right: 14.0,
        top: 46.0,
    };
    let read = |bounds, crs: Option<&Crs>, size| {
        pollster::block_on(part(
            &source,
            bounds,
            &Crs::wgs84(),
            crs,
            size,
            &ReadOptions::default(),
        ))
    };
    let native = read(bounds, None, OutputSize::native()).unwrap();
    assert_eq!((native.width(), native.height()), (4, 4));
    assert_eq!(native.value(0, 0, 0), Some(164.0));
    let mercator = read(bounds, Some(&Crs::web_mercator()), OutputSize::at_most(64)).unwrap();
    assert!(mercator.is_opaque() && mercator.width().max(mercator.height()) <= 64);
    let beside = BoundingBox {
        left: -12.0,
        bottom: 44.0,
        right: -10.0,
        top: 46.0,
    };
    assert!(read(beside, None, OutputSize::native()).unwrap().is_empty());
    for wrong in [
        BoundingBox {
            left: 14.0,
            bottom: 44.0,
            right: 12.0,
            top: 46.0,
        },
        BoundingBox {
            left: f64::NAN,
            bottom: 44.0,
            right: 12.0,
            top: 46.0,
        },
    ] {
        assert!(matches!(
            read(wrong, None, OutputSize::native()),
            Err(Error::InvalidParameter {
                parameter: "bounds",
                ..
            })
        ));
    }
}
