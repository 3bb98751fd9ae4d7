//! Boxes and shapes of made sources through rio-tiler: pixels, coverage, statistics.
//!
//! `shapes.rs`, `refusals.rs` and the unit tests of the grid and the statistics are the twins without Python.

use crate::npz;
use crate::oracle::{differing, make};
use cog_raster::{Mask, Raster, RasterMask, Samples};
use cog_reader::{Cog, MemoryReader, OpenOptions};
use cog_render::{
    Bins, Grid, Image, ImageBand, OutputSize, ReadOptions, Shape, StatisticsOptions, feature, part,
};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use tile_math::{BoundingBox, Crs};

#[test]
fn rio_tiler_cuts_the_same_parts() {
    let Some((folder, cases)) = make("parts.py") else {
        return;
    };
    let cases = cases.as_array().unwrap();
    let wrong: Vec<String> = cases.iter().flat_map(compare).collect();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(cases.len() >= 250);
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

fn compare(case: &Value) -> Vec<String> {
    let what = format!("{} {}", case["file"], case["request"]);
    let mut wrong = Vec::new();
    let (image, shape) = ours(case);
    let arrays = npz::read(Path::new(case["npz"].as_str().unwrap()));
    let (data, mask) = (&arrays["data"], &arrays["mask"]);
    let bounds: Vec<f64> = serde_json::from_value(case["bounds"].clone()).unwrap();
    let scale = bounds.iter().fold(1.0, |most: f64, v| most.max(v.abs()));
    let off = image
        .bounds()
        .to_array()
        .iter()
        .zip(&bounds)
        .map(|(a, b)| (a - b).abs() / scale)
        .fold(0.0, f64::max);
    let size = (
        image.bands().len(),
        image.height() as usize,
        image.width() as usize,
    );
    if off > 1e-10 || [size.0, size.1, size.2] != data.shape[..] {
        wrong.push(format!(
            "{what}: {size:?} pixels, not {:?}; bounds {:?}, not {bounds:?}",
            data.shape,
            image.bounds().to_array()
        ));
        return wrong;
    }
    let pixels = image.pixels();
    let (mut masks, mut values, mut valid) = (0, 0, 0);
    for at in 0..size.0 * pixels {
        let ours = image.band_mask(at / pixels).values()[at % pixels] == 255;
        let theirs = mask.samples.value(at) == Some(1.0);
        masks += usize::from(ours == theirs);
        if ours && theirs {
            valid += 1;
            let (a, b) = (image.samples().value(at), data.samples.value(at));
            let (a, b) = (a.unwrap(), b.unwrap());
            values += usize::from(a == b || (a.is_nan() && b.is_nan()));
        }
    }
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    // A mask read for a box between the source's pixels differs from rio-tiler's at the holes' edges, by less than a
    // hundredth of the pixels; what is valid in both is the same.
    let (needed, needed_of_masks) = (0.999, 0.99);
    if share(masks, size.0 * pixels) < needed_of_masks
        || (valid > 0 && share(values, valid) < needed)
    {
        wrong.push(format!(
            "{what}: masks {:.4}, values {:.4} of {valid}",
            share(masks, size.0 * pixels),
            share(values, valid)
        ));
    }
    let coverage = shape.map(|shape| {
        let grid = Grid::for_bounds(
            image.bounds(),
            image.crs().unwrap(),
            image.width(),
            image.height(),
        );
        let ours = shape.coverage(&grid.unwrap(), 10).unwrap();
        let theirs: Vec<f64> = (0..pixels)
            .map(|k| arrays["coverage"].samples.value(k).unwrap() / 100.0)
            .collect();
        let same = ours
            .iter()
            .zip(&theirs)
            .filter(|(a, b)| (*a - *b).abs() < 1e-9)
            .count();
        // Our edges bend on their way to another CRS, rio-tiler's do not (`shape-edges`).
        let needed = if case["crs"] == case["request"]["bounds_crs"] {
            needed
        } else {
            0.98
        };
        if share(same, pixels) < needed {
            wrong.push(format!("{what}: coverage {:.4}", share(same, pixels)));
        }
        theirs
    });
    wrong.extend(
        statistics(case, data, mask, coverage.as_deref())
            .into_iter()
            .map(|s| format!("{what}: {s}")),
    );
    wrong
}

fn ours(case: &Value) -> (Image, Option<Shape>) {
    let bytes = std::fs::read(case["file"].as_str().unwrap()).unwrap();
    let reader = Arc::new(MemoryReader::new("made", bytes));
    let source = pollster::block_on(Cog::open(reader, OpenOptions::default())).unwrap();
    let request = &case["request"];
    let number = |key: &str| request[key].as_u64().map(|v| u32::try_from(v).unwrap());
    let crs = |key: &str| number(key).map(|code| Crs::from_epsg(code).unwrap());
    let mut size = OutputSize::native();
    (size.width, size.height, size.max_size) =
        (number("width"), number("height"), number("max_size"));
    if request["align"] == true {
        size = size.aligned();
    }
    let from = crs("bounds_crs").unwrap();
    // As TiTiler: the picture's CRS is the request's unless it says otherwise.
    let to = crs("dst_crs").unwrap_or_else(|| from.clone());
    let options = ReadOptions::default();
    if request["shape"].is_object() {
        let shape = Shape::from_geojson(&request["shape"].to_string()).unwrap();
        let image =
            pollster::block_on(feature(&source, &shape, &from, Some(&to), size, &options)).unwrap();
        return (image, Some(shape.transformed(&from, &to).unwrap()));
    }
    let [left, bottom, right, top]: [f64; 4] =
        serde_json::from_value(request["bounds"].clone()).unwrap();
    let bounds = BoundingBox::new(left, bottom, right, top);
    let image =
        pollster::block_on(part(&source, bounds, &from, Some(&to), size, &options)).unwrap();
    (image, None)
}

/// What differs in the statistics of the very same pixels.
fn statistics(
    case: &Value,
    data: &npz::Array,
    mask: &npz::Array,
    coverage: Option<&[f64]>,
) -> Vec<String> {
    let [bands, rows, columns] = data.shape[..] else {
        panic!("{:?}", data.shape);
    };
    let size = |v: usize| u32::try_from(v).unwrap();
    let Samples::U8(valid) = &mask.samples else {
        panic!("{}", mask.samples.sample_type());
    };
    let masks = valid.chunks(rows * columns).map(|plane| {
        Mask::new(
            size(rows),
            size(columns),
            plane.iter().map(|v| v * 255).collect(),
        )
        .unwrap()
    });
    let raster = Raster::new(size(bands), size(rows), size(columns), data.samples.clone())
        .unwrap()
        .with_mask(RasterMask::PerBand(masks.collect()))
        .unwrap();
    let names = (1..=bands)
        .map(|k| ImageBand::new(format!("b{k}")))
        .collect();
    let image = Image::new(raster, names, None, BoundingBox::new(0.0, 0.0, 1.0, 1.0)).unwrap();

    let wanted = &case["options"];
    let numbers =
        |value: &Value| -> Option<Vec<f64>> { serde_json::from_value(value.clone()).unwrap() };
    let mut options = StatisticsOptions::default();
    if let Some(percentiles) = numbers(&wanted["percentiles"]) {
        options = options.with_percentiles(percentiles);
    }
    if wanted["categorical"] == true {
        options = options.with_categories(numbers(&wanted["categories"]).unwrap_or_default());
    }
    match &wanted["hist_options"]["bins"] {
        Value::Null => {}
        Value::Array(_) => {
            let edges = numbers(&wanted["hist_options"]["bins"]).unwrap();
            options = options.with_bins(Bins::Edges(edges));
        }
        count => options = options.with_bins(Bins::Count(count.as_u64().unwrap() as usize)),
    }
    if let Some(range) = numbers(&wanted["hist_options"]["range"]) {
        options = options.with_range(range[0], range[1]);
    }
    // rio-tiler weighs in 32 bits, and so do its sums: a percentile may be the neighbouring value.
    let tolerance = if coverage.is_some() { 1e-4 } else { 1e-9 };
    let ours = cog_render::statistics(&image, &options, coverage).unwrap();
    let theirs = &case["statistics"];
    ours.iter()
        .filter_map(|ours| differing(ours, &theirs[&ours.name], tolerance))
        .collect()
}
