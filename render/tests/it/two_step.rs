//! Two kernels, one after another: what of it needs nothing else.

use cog_raster::{Affine, MemorySource, Nodata, Raster, RasterSource, Samples};
use cog_render::{Grid, Image, Resampling, TwoStep, bounds_in, covered_share};
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
    let source = source();
    let plan = steps.plan(source.info(), grid, &[0]).unwrap();
    let raster = pollster::block_on(plan.read(&source)).unwrap();
    steps.finish(plan.warp(&raster).unwrap(), grid).unwrap()
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
fn outside_is_nothing() {
    let beside = grid([900.0, 1500.0, 1140.0, 1740.0], 6);
    let image = read(
        &beside,
        TwoStep::new(Resampling::Bilinear, Resampling::Average),
    );
    assert_eq!(image.value(0, 3, 1), None);
    assert!(image.value(0, 3, 4).is_some());
    let source = source();
    let mercator = Crs::from_epsg(3857).unwrap();
    let around = BoundingBox::new(1000.0, 1360.0, 1640.0, 2000.0);
    assert_eq!(bounds_in(source.info(), &mercator).unwrap(), around);
    let large = BoundingBox::new(0.0, 0.0, 6400.0, 6400.0);
    let share = covered_share(source.info(), &mercator, large).unwrap();
    assert!((share - 0.01).abs() < 1e-12, "{share}");
}
