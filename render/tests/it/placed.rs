//! Sources placed by control points or rational polynomials, against GDAL and rio-tiler.
//!
//! Runs where `SMALTI_PYTHON` names a Python with rio-tiler; `control_points.rs` is the twin that needs none.

use crate::oracle::{compare, make};
use cog_raster::{Placement, RasterInfo, RasterSource};
use cog_reader::{Cog, MemoryReader, OpenOptions};
use cog_render::{Grid, OutputSize};
use serde_json::Value;
use std::sync::Arc;
use tile_math::{TileMatrixSet, ZoomStrategy};

#[test]
fn gdal_and_rio_tiler_place_and_warp_alike() {
    let Some((folder, listing)) = make("placed.py") else {
        return;
    };
    let list = |key: &str| listing[key].as_array().unwrap().clone();
    let mut wrong: Vec<String> = list("placed").iter().filter_map(placed).collect();
    wrong.extend(list("rational").iter().filter_map(rational));
    wrong.extend(list("tiles").iter().filter_map(compare));
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(list("placed").len() >= 6 && list("tiles").len() >= 35);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn info(case: &Value) -> RasterInfo {
    let bytes = std::fs::read(case["file"].as_str().unwrap()).unwrap();
    let reader = Arc::new(MemoryReader::new("made", bytes));
    let cog = pollster::block_on(Cog::open(reader, OpenOptions::default())).unwrap();
    let problems: Vec<&str> = cog.problems().collect();
    assert_eq!(problems, Vec::<&str>::new(), "{}", case["file"]);
    cog.info().clone()
}

fn rows<const N: usize>(value: &Value) -> Vec<[f64; N]> {
    let rows: Vec<Vec<f64>> = serde_json::from_value(value.clone()).unwrap();
    rows.into_iter().map(|r| r.try_into().unwrap()).collect()
}

/// What differs from GDAL's transformer, its suggested pixels or rio-tiler's zooms, if anything.
fn placed(case: &Value) -> Option<String> {
    let (info, file) = (info(case), &case["file"]);
    let placement = info.placement().unwrap();
    assert!(matches!(placement, Placement::ControlPoints(_)), "{file}");
    assert_eq!(
        info.crs.as_ref().and_then(|crs| crs.epsg()).map(u64::from),
        case["epsg"].as_u64()
    );
    let around = info.straightened().unwrap();
    let (pixel, _) = around.affine.resolution();
    let mut errors = [0.0_f64; 2];
    for [col, row, x, y] in rows::<4>(&case["to_ground"]) {
        let ours = placement.to_ground(col, row).unwrap();
        errors[0] = errors[0].max((ours.0 - x).abs().max((ours.1 - y).abs()) / pixel);
    }
    for [x, y, col, row] in rows::<4>(&case["to_pixels"]) {
        let ours = placement.to_pixels(x, y).unwrap();
        errors[1] = errors[1].max((ours.0 - col).abs().max((ours.1 - row).abs()));
    }
    println!("{file}: pixels off by {errors:?}");
    if errors.iter().any(|&error| error > 1e-6) {
        return Some(format!("{file}: positions differ by {errors:?} pixels"));
    }
    let size: [u32; 2] = serde_json::from_value(case["size"].clone()).unwrap();
    let bounds: [f64; 4] = serde_json::from_value(case["bounds"].clone()).unwrap();
    let ours = around.bounds().to_array();
    let same = ours
        .iter()
        .zip(bounds)
        .all(|(a, b)| (a - b).abs() < 1e-6 * pixel);
    if [around.width, around.height] != size || !same {
        return Some(format!(
            "{file}: {around:?} {ours:?}, not {size:?} {bounds:?}"
        ));
    }
    // The zoom of the full resolution, as a server tells it; beyond the antimeridian rio-tiler has none.
    let zooms: [i8; 2] = serde_json::from_value(case["zooms"].clone()).unwrap();
    let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
    let grid = Grid::in_crs(&info, tms.crs(), None, OutputSize::native()).unwrap();
    let (x, y) = grid.affine.resolution();
    let zoom = tms
        .zoom_for_resolution(x.max(y), ZoomStrategy::Auto)
        .unwrap();
    let beyond = bounds[2] > 180.0 && case["epsg"] == 4326;
    (zoom != zooms[1] && !beyond).then(|| format!("{file}: zoom {zoom}, not {}", zooms[1]))
}

/// What differs from GDAL's transformer, if anything.
fn rational(case: &Value) -> Option<String> {
    let info = info(case);
    assert_eq!(info.crs.as_ref().and_then(|crs| crs.epsg()), Some(4326));
    let placement = info.placement().unwrap();
    let (mut forward, mut back) = (0.0_f64, 0.0_f64);
    for [x, y, col, row] in rows::<4>(&case["to_pixels"]) {
        let ours = placement.to_pixels(x, y).unwrap();
        forward = forward.max((ours.0 - col).abs().max((ours.1 - row).abs()));
    }
    for [col, row, x, y] in rows::<4>(&case["to_ground"]) {
        // GDAL's place, seen by our way to the pixels, which is the same: how far GDAL stopped from it.
        let theirs = placement.to_pixels(x, y).unwrap();
        let (x, y) = placement.to_ground(col, row).unwrap();
        let ours = placement.to_pixels(x, y).unwrap();
        back = back.max((ours.0 - theirs.0).abs().max((ours.1 - theirs.1).abs()));
    }
    println!("rational polynomial: pixels off by {forward}, back {back}");
    (forward > 1e-6 || back > 1e-3).then(|| format!("rational polynomial: {forward} {back}"))
}
