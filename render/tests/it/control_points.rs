//! Control points and rational polynomials place pictures: the twin of `placed.rs` that needs no oracle.

use cog_raster::{
    Affine, ControlPoint, ControlPointTransform, MemorySource, Raster, RasterSource,
    RationalPolynomial, RationalTransform, Samples,
};
use cog_render::{Error, Grid, OutputSize, ReadOptions, Resampling, part, point, preview, read};
use pollster::block_on;
use tile_math::{Crs, Tile, TileMatrixSet, Transformer};

const WIDTH: u32 = 120;
const HEIGHT: u32 = 90;

/// Pixels that all differ from their neighbours.
fn raster(columns: u32, rows: u32) -> Raster {
    let values = (0..rows).flat_map(|r| (0..columns).map(move |c| (c * 131 + r * 7 + 1) as u16));
    Raster::new(1, rows, columns, Samples::U16(values.collect())).unwrap()
}

fn points(place: impl Fn(f64, f64) -> (f64, f64)) -> Vec<ControlPoint> {
    let at = |i: u32, length: u32| f64::from(i) * f64::from(length) / 4.0;
    (0..25)
        .map(|k| {
            let (col, row) = (at(k % 5, WIDTH), at(k / 5, HEIGHT));
            let (x, y) = place(col, row);
            ControlPoint {
                col,
                row,
                x,
                y,
                z: 0.0,
            }
        })
        .collect()
}

fn bent(col: f64, row: f64) -> (f64, f64) {
    let (c, r) = (col / f64::from(WIDTH), row / f64::from(HEIGHT));
    (
        8.0 + 0.4 * c + 0.05 * r * r + 0.03 * c * r,
        46.5 - 0.3 * r - 0.06 * c + 0.05 * c * c,
    )
}

fn bent_source() -> MemorySource {
    let transform = ControlPointTransform::fit(points(bent)).unwrap();
    MemorySource::new(raster(WIDTH, HEIGHT))
        .with_overview(raster(WIDTH / 2, HEIGHT / 2))
        .unwrap()
        .with_control_points(transform)
        .with_crs(Crs::wgs84())
}

fn tms() -> std::sync::Arc<TileMatrixSet> {
    TileMatrixSet::builtin("WebMercatorQuad").unwrap()
}

/// Every pixel of a tile is the one that holds its place, found one by one.
fn check_nearest(source: &MemorySource, tile: Tile, level: usize) -> usize {
    let grid = Grid::for_tile(&tms(), tile, Some((256, 256)), 0.0).unwrap();
    let options = ReadOptions::default()
        .with_resampling(Resampling::Nearest)
        .with_level(level);
    let image = block_on(read(source, &grid, &options)).unwrap();
    let info = source.info();
    let placement = info.placement().unwrap();
    let to_source = Transformer::new(&Crs::web_mercator(), &Crs::wgs84()).unwrap();
    let size = info.levels[level];
    let across = f64::from(size.width) / f64::from(info.width());
    let down = f64::from(size.height) / f64::from(info.height());
    let mut valid = 0;
    for row in 0..256 {
        for column in 0..256 {
            let (x, y) = grid
                .affine
                .apply(f64::from(column) + 0.5, f64::from(row) + 0.5);
            let (x, y) = to_source.transform(x, y).unwrap();
            let (c, r) = placement.to_pixels(x, y).unwrap();
            let (c, r) = (c * across, r * down);
            let border = |v: f64| (v - v.round()).abs() < 1e-4;
            if border(c) || border(r) {
                continue;
            }
            let inside = (0.0..f64::from(size.width)).contains(&c)
                && (0.0..f64::from(size.height)).contains(&r);
            let expected = inside.then(|| (c.floor() * 131.0 + r.floor() * 7.0 + 1.0) % 65536.0);
            assert_eq!(
                image.value(0, row, column),
                expected,
                "{column} {row} of {tile}: {c} {r}"
            );
            valid += usize::from(inside);
        }
    }
    valid
}

#[test]
fn every_pixel_of_a_tile_lies_where_the_polynomials_put_it() {
    let source = bent_source();
    for zoom in 6..=10 {
        let tile = tms().tile(8.2, 46.33, zoom).unwrap();
        for level in 0..2 {
            assert!(check_nearest(&source, tile, level) > 50, "{tile}");
        }
    }
}

#[test]
fn straight_control_points_are_an_affine() {
    let affine = Affine::new(40.0, 12.0, 500_000.0, 9.0, -45.0, 5_000_000.0);
    let utm = Crs::from_epsg(32631).unwrap();
    let fit = ControlPointTransform::fit(points(|c, r| affine.apply(c, r))).unwrap();
    let by_points = MemorySource::new(raster(WIDTH, HEIGHT))
        .with_control_points(fit)
        .with_crs(utm.clone());
    let by_affine = MemorySource::new(raster(WIDTH, HEIGHT))
        .with_affine(affine)
        .with_crs(utm);
    let center = Transformer::new(by_points.info().crs.as_ref().unwrap(), &Crs::wgs84())
        .unwrap()
        .transform(502_900.0, 4_998_500.0)
        .unwrap();
    for zoom in [10, 12, 14] {
        let tile = tms().tile(center.0, center.1, zoom).unwrap();
        let grid = Grid::for_tile(&tms(), tile, None, 0.0).unwrap();
        for kernel in [Resampling::Bilinear, Resampling::Cubic] {
            let options = ReadOptions::default().with_resampling(kernel).with_level(0);
            let image = |source: &MemorySource| block_on(read(source, &grid, &options)).unwrap();
            let (ours, theirs) = (image(&by_points), image(&by_affine));
            let mut differing = 0;
            for (row, column) in (0..256).flat_map(|r| (0..256).map(move |c| (r, c))) {
                let (a, b) = (ours.value(0, row, column), theirs.value(0, row, column));
                let near = match (a, b) {
                    (Some(a), Some(b)) => (a - b).abs() <= 1.0,
                    (a, b) => a == b,
                };
                differing += usize::from(!near);
            }
            // An edge may fall to either side.
            assert!(differing <= 8, "{differing} at {tile}, {kernel:?}");
        }
    }
}

#[test]
fn a_point_is_the_pixel_that_the_polynomials_lead_to() {
    let source = bent_source();
    let placement = source.info().placement().unwrap();
    for (col, row) in [(3.5, 4.5), (60.5, 20.5), (110.5, 85.5)] {
        let (x, y) = placement.to_ground(col, row).unwrap();
        let (c, r) = placement.to_pixels(x, y).unwrap();
        let options = ReadOptions::default();
        let found = block_on(point(&source, (x, y), &Crs::wgs84(), None, &options)).unwrap();
        assert!((found.pixel.0 - c).abs() < 1e-9 && (found.pixel.1 - r).abs() < 1e-9);
        assert_eq!(
            found.values,
            [Some((c.floor() * 131.0 + r.floor() * 7.0 + 1.0) % 65536.0)]
        );
    }
    for place in [(7.5, 46.3), (8.45, 46.1), (100.0, 0.0)] {
        let found = block_on(point(
            &source,
            place,
            &Crs::wgs84(),
            None,
            &ReadOptions::default(),
        ));
        assert!(
            matches!(found, Err(Error::OutsideBounds { .. })),
            "{place:?}"
        );
    }
}

#[test]
fn previews_are_straightened_and_parts_are_found() {
    let source = bent_source();
    let around = source.info().straightened().unwrap();
    let options = ReadOptions::default();
    let whole = block_on(preview(&source, None, OutputSize::native(), &options)).unwrap();
    assert_eq!(
        (whole.width(), whole.height()),
        (around.width, around.height)
    );
    // The upper left corner of the picture lies beside the source, its middle in it.
    assert_eq!(whole.value(0, 0, whole.width() - 1), None);
    assert!(
        whole
            .value(0, whole.height() / 2, whole.width() / 2)
            .is_some()
    );
    let box_ = tile_math::BoundingBox::new(8.1, 46.25, 8.3, 46.4);
    let cut = block_on(part(
        &source,
        box_,
        &Crs::wgs84(),
        None,
        OutputSize::exactly(50, 40),
        &options,
    ))
    .unwrap();
    assert!(cut.value(0, 20, 25).is_some());
}

/// Far from their points polynomials bend back to them.
#[test]
fn no_ghost_is_seen_far_away() {
    let source = bent_source();
    let tile = tms().tile(8.2, 46.33, 3).unwrap();
    let grid = Grid::for_tile(&tms(), tile, Some((256, 256)), 0.0).unwrap();
    let image = block_on(read(&source, &grid, &ReadOptions::default())).unwrap();
    let seen = image.mask().values().iter().filter(|&&v| v != 0).count();
    assert!((1..=40).contains(&seen), "{seen}");
    for tile in [
        Tile::new(5, 0, 31),
        Tile::new(8, 1, 1),
        Tile::new(9, 511, 200),
    ] {
        let found = block_on(cog_render::tile(
            &source,
            &tms(),
            tile,
            &ReadOptions::default(),
        ));
        assert!(matches!(found, Err(Error::OutsideBounds { .. })), "{tile}");
    }
}

#[test]
fn a_rational_polynomial_places_a_picture() {
    let mut values = vec![-1.0, -1.0, 45.0, 60.0, 46.0, 8.0, 600.0];
    values.extend([45.0, 60.0, 0.05, 0.08, 800.0]);
    let mut polynomials = [[0.0; 20]; 4];
    polynomials[0][2] = -1.0;
    polynomials[0][4] = 0.02;
    polynomials[2][1] = 1.0;
    (polynomials[1][0], polynomials[3][0]) = (1.0, 1.0);
    values.extend(polynomials.concat());
    let model = RationalPolynomial::from_tag(&values).unwrap();
    let source = MemorySource::new(raster(WIDTH, HEIGHT))
        .with_rational(RationalTransform::new(model))
        .with_crs(Crs::wgs84());
    let tile = tms().tile(8.0, 46.0, 11).unwrap();
    assert!(check_nearest(&source, tile, 0) > 10_000);
}

#[test]
fn without_a_crs_only_the_pixels_can_be_shown() {
    let fit = ControlPointTransform::fit(points(bent)).unwrap();
    let source = MemorySource::new(raster(WIDTH, HEIGHT)).with_control_points(fit);
    let tile = tms().tile(8.2, 46.33, 9).unwrap();
    let options = ReadOptions::default();
    let found = block_on(cog_render::tile(&source, &tms(), tile, &options));
    assert!(matches!(found, Err(Error::NotGeoreferenced { .. })));
    let own = block_on(preview(&source, None, OutputSize::native(), &options)).unwrap();
    assert_eq!((own.width(), own.height()), (WIDTH, HEIGHT));
}
