//! Two kernels, one after another: what of it needs nothing else.

use cog_raster::{Affine, MemorySource, Nodata, Raster, RasterSource, Samples};
use cog_render::{Error, Grid, Ground, Image, Plan, Resampling, TwoStep};
use tile_math::{BoundingBox, Crs};

const SIDE: u32 = 64;

/// Rises by 10 each column; the right half of the last row is nodata.
fn source() -> MemorySource {
    let value = |at: u32| match (at / SIDE, at % SIDE) {
        (63, column) if column >= SIDE / 2 => -1.0,
        (_, column) => column as f32 * 10.0,
    };
    let samples = Samples::F32((0..SIDE * SIDE).map(value).collect());
    let raster = Raster::new(1, SIDE, SIDE, samples).unwrap();
    MemorySource::new(raster)
        .with_affine(Affine::new(10.0, 0.0, 1000.0, 0.0, -10.0, 2000.0))
        .with_crs(Crs::from_epsg(3857).unwrap())
        .with_band_info(|bands| bands[0].nodata = Some(Nodata::new(-1.0)))
}

fn read(grid: &Grid, steps: TwoStep) -> Image {
    read_of(&source(), grid, steps)
}

fn read_of(source: &MemorySource, grid: &Grid, steps: TwoStep) -> Image {
    let warped = |plan: Plan| {
        let raster = pollster::block_on(plan.read(source)).unwrap();
        plan.warp(&raster).unwrap()
    };
    let (info, ground) = (source.info(), ground(source));
    let view = warped(steps.plan(info, &ground, grid, &[0]).unwrap());
    let validity = steps.plan_validity(info, &ground, grid, &[0], &view);
    let validity = validity.unwrap().map(warped);
    steps.finish(view, validity.as_ref(), grid).unwrap()
}

fn ground(source: &MemorySource) -> Ground {
    Ground::new(source.info(), &Crs::from_epsg(3857).unwrap()).unwrap()
}

fn grid(bounds: [f64; 4], side: u32) -> Grid {
    let [left, bottom, right, top] = bounds;
    let crs = Crs::from_epsg(3857).unwrap();
    Grid::for_bounds(BoundingBox::new(left, bottom, right, top), &crs, side, side).unwrap()
}

#[test]
fn smaller_pixels_are_means_and_validity_is_the_nearest() {
    let all = grid([1000.0, 1360.0, 1640.0, 2000.0], 16);
    let image = read(
        &all,
        TwoStep::new(Resampling::Bilinear, Resampling::Average),
    );
    assert_eq!((image.width(), image.height()), (16, 16));
    // The mean of columns 4, 5, 6 and 7.
    assert_eq!(image.value(0, 3, 1), Some(55.0));
    // Half of its pixels are nothing, but not the one in the middle.
    assert_eq!(image.value(0, 15, 15), Some(615.0));
    let nearest = read(&all, TwoStep::new(Resampling::Nearest, Resampling::Nearest));
    assert_eq!(nearest.value(0, 3, 1), Some(60.0));
}

#[test]
fn larger_pixels_are_made_in_one_step() {
    let part = grid([1100.0, 1900.0, 1200.0, 2000.0], 40);
    let image = read(
        &part,
        TwoStep::new(Resampling::Bilinear, Resampling::Average),
    );
    assert_eq!((image.width(), image.height()), (40, 40));
    let between = image.value(0, 20, 3).unwrap();
    assert!((100.0..120.0).contains(&between), "{between}");
}

#[test]
fn pictures_have_their_own_shape() {
    let crs = Crs::from_epsg(3857).unwrap();
    let part = BoundingBox::new(1100.0, 1900.0, 1200.0, 2000.0);
    let wide = Grid::for_bounds(part, &crs, 80, 40).unwrap();
    let steps = TwoStep::new(Resampling::Bilinear, Resampling::Average);
    let image = read(&wide, steps);
    assert_eq!((image.width(), image.height()), (80, 40));
    // A column of the source is ten wide, and values rise by ten each.
    for column in 0..80 {
        let across = 1100.0 + (f64::from(column) + 0.5) / 80.0 * 100.0;
        let expected = across - 1000.0 - 5.0;
        let found = image.value(0, 7, column).unwrap();
        assert!((found - expected).abs() < 1e-3, "{column}: {found}");
    }
}

#[test]
fn validity_is_of_a_coarser_level_than_values() {
    // Overviews of 2 and of 4 pixels, of which each says by itself what counts.
    let level = |side: u32, hole: u32| {
        let value = |at: u32| if at % side < hole { -1.0 } else { 7.0 };
        let samples = Samples::F32((0..side * side).map(value).collect());
        Raster::new(1, side, side, samples).unwrap()
    };
    let source = |holes: [u32; 3]| {
        MemorySource::new(level(64, holes[0]))
            .with_overview(level(32, holes[1]))
            .unwrap()
            .with_overview(level(16, holes[2]))
            .unwrap()
            .with_affine(Affine::new(10.0, 0.0, 1000.0, 0.0, -10.0, 2000.0))
            .with_crs(Crs::from_epsg(3857).unwrap())
            .with_band_info(|bands| bands[0].nodata = Some(Nodata::new(-1.0)))
    };
    let steps = TwoStep::new(Resampling::Nearest, Resampling::Average);
    // 3.56 pixels of the source each: means are made of the overview of 2, and 1.2 times that is more than 4.
    let grid = grid([1000.0, 1360.0, 1640.0, 2000.0], 18);
    let holed = source([20, 10, 8]);
    let image = read_of(&holed, &grid, steps);
    let valid = (0..18).filter(|&column| image.value(0, 9, column).is_some());
    // By the overview of 4, though that of 2 has more: the pixels of its view lie from 2 pixels of the source before
    // the picture on, so that the one in which the last of the picture has its middle has its own on the source's edge.
    assert_eq!(valid.collect::<Vec<u32>>(), (8..17).collect::<Vec<_>>());
    // Where all values count nobody asks.
    let whole = source([0, 0, 8]);
    let ground = ground(&whole);
    let plan = steps.plan(whole.info(), &ground, &grid, &[0]).unwrap();
    assert_eq!(plan.request().level, 1);
    let part = self::grid([1200.0, 1500.0, 1450.0, 1750.0], 7);
    let plan = steps.plan(whole.info(), &ground, &part, &[0]).unwrap();
    let view = plan.warp(&pollster::block_on(plan.read(&whole)).unwrap());
    let asked = steps.plan_validity(whole.info(), &ground, &part, &[0], &view.unwrap());
    assert!(asked.unwrap().is_none());
}

#[test]
fn a_view_of_an_overview_is_shrunk_though_it_has_the_size_of_a_padded_picture() {
    let columns = |side: u32, step: u32| {
        let value = |at: u32| ((at % side) * step) as f32 * 10.0;
        let samples = Samples::F32((0..side * side).map(value).collect());
        Raster::new(1, side, side, samples).unwrap()
    };
    let source = MemorySource::new(columns(64, 1))
        .with_overview(columns(32, 2))
        .unwrap()
        .with_affine(Affine::new(10.0, 0.0, 1000.0, 0.0, -10.0, 2000.0))
        .with_crs(Crs::from_epsg(3857).unwrap());
    let steps = TwoStep::new(Resampling::Bilinear, Resampling::Average);
    // 64 and 4 pixels of padding are 34 of the overview: 30 and 4.
    let grid = grid([1000.0, 1360.0, 1640.0, 2000.0], 30);
    let plan = steps
        .plan(source.info(), &ground(&source), &grid, &[0])
        .unwrap();
    assert_eq!((plan.request().level, plan.grid().width), (1, 34));
    let image = read_of(&source, &grid, steps);
    for column in 2..28 {
        let across = (f64::from(column) + 0.5) / 30.0 * 640.0;
        let value = image.value(0, 15, column).unwrap();
        assert!((value - across).abs() < 12.0, "{column}: {value} {across}");
    }
}

#[test]
fn outside_is_nothing() {
    let beside = grid([900.0, 1500.0, 1140.0, 1740.0], 6);
    let image = read(
        &beside,
        TwoStep::new(Resampling::Bilinear, Resampling::Average),
    );
    assert_eq!(image.value(0, 3, 1), None);
    assert!(image.value(0, 3, 4).is_some());
    let ground = ground(&source());
    let around = BoundingBox::new(1000.0, 1360.0, 1640.0, 2000.0);
    assert_eq!(ground.bounds(), around);
    let share = ground.covered_share(BoundingBox::new(0.0, 0.0, 6400.0, 6400.0));
    assert!((share - 0.01).abs() < 1e-12, "{share}");
}

#[test]
fn ground_and_picture_lie_in_one_crs() {
    let part = grid([1100.0, 1900.0, 1200.0, 2000.0], 40);
    let elsewhere = Ground::new(source().info(), &Crs::wgs84()).unwrap();
    let steps = TwoStep::new(Resampling::Bilinear, Resampling::Average);
    let refused = steps.plan(source().info(), &elsewhere, &part, &[0]);
    assert!(matches!(refused, Err(Error::InvalidParameter { .. })));
}
