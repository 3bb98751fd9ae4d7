//! Colours, stretches, expressions and tiles through Terracotta itself.
//!
//! Runs where `SMALTI_PYTHON` names a Python with Terracotta; the unit tests of `shades`, `masked` and the tests
//! of `two_step.rs` are the twins that need none.

use crate::{npz, oracle};
use cog_raster::{Mask, Raster, RasterMask, RasterSource, SampleType, Samples};
use cog_reader::{Cog, MemoryReader, OpenOptions};
use cog_render::{
    ColorFormula, Error, Grid, Ground, Image, ImageBand, MaskedBand, MaskedExpression, Plan,
    Resampling, ShadeMap, Stretch, TwoStep, shade, shade_three,
};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use tile_math::{BoundingBox, Crs};

#[test]
fn terracotta_agrees() {
    let Some((folder, listing)) = oracle::make("as_terracotta.py") else {
        return;
    };
    let tiles = listing["tiles"].as_array().unwrap();
    let wrong: Vec<String> = tiles.iter().filter_map(tile).collect();
    std::fs::remove_dir_all(&folder).unwrap();
    colors(&listing);
    stretches(&listing);
    transforms(&listing);
    expressions(&listing);
    assert!(tiles.len() >= 400);
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        tiles.len(),
        wrong.join("\n")
    );
}

fn colors(listing: &Value) {
    let colors = listing["colors"].as_object().unwrap();
    let mut names: Vec<&String> = colors.keys().collect();
    names.sort();
    assert_eq!(ShadeMap::names().iter().collect::<Vec<_>>(), names);
    for (name, colors) in colors {
        let expected: Vec<[u8; 4]> = serde_json::from_value(colors.clone()).unwrap();
        assert_eq!(
            ShadeMap::named(name).unwrap().colors()[..],
            expected,
            "{name}"
        );
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::from_value(value.clone()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap()
}

/// One row of numbers.
fn image(values: Vec<f64>, mask: Vec<u8>) -> Image {
    let columns = u32::try_from(values.len()).unwrap();
    let mask = Mask::new(1, columns, mask).unwrap();
    let raster = Raster::new(1, 1, columns, Samples::F64(values)).unwrap();
    let raster = raster.with_mask(RasterMask::PerDataset(mask)).unwrap();
    let bounds = BoundingBox::new(0.0, 0.0, f64::from(columns), 1.0);
    Image::new(raster, vec![ImageBand::new("b1")], None, bounds).unwrap()
}

fn stretches(listing: &Value) {
    let texts: Vec<String> = serde_json::from_value(listing["values"].clone()).unwrap();
    let values: Vec<f64> = texts.iter().map(|text| text.parse().unwrap()).collect();
    let all = vec![255; values.len()];
    let band = MaskedBand {
        width: u32::try_from(values.len()).unwrap(),
        height: 1,
        valid: vec![true; values.len()],
        values: values.clone(),
    };
    for case in listing["stretches"].as_array().unwrap() {
        let (low, high) = (
            case["low"].as_f64().unwrap(),
            case["high"].as_f64().unwrap(),
        );
        let stretch = Stretch::new(low, high);
        let shades = shade(&image(values.clone(), all.clone()), 0, stretch, None).unwrap();
        assert_eq!(shades, bytes(&case["shades"]), "{low} to {high}");
        assert_eq!(
            band.shades(stretch),
            bytes(&case["direct"]),
            "{low} to {high}"
        );
    }
}

fn transforms(listing: &Value) {
    let bands: Vec<Vec<f64>> = serde_json::from_value(listing["bands"].clone()).unwrap();
    let images: Vec<Image> = bands
        .iter()
        .map(|band| image(band.clone(), vec![255; band.len()]))
        .collect();
    for case in listing["transforms"].as_array().unwrap() {
        let text = case["text"].as_str().unwrap();
        let formula = ColorFormula::parse(text).unwrap();
        let unit = [Stretch::new(0.0, 1.0); 3];
        let shades = shade_three([&images[0], &images[1], &images[2]], unit, Some(&formula));
        for (ours, theirs) in shades
            .unwrap()
            .iter()
            .zip(case["shades"].as_array().unwrap())
        {
            let differing = ours.iter().zip(bytes(theirs)).map(|(a, b)| a.abs_diff(b));
            assert!(differing.max().unwrap() <= 1, "{text}");
        }
    }
}

fn expressions(listing: &Value) {
    let operand = |name: &str| {
        let operand = &listing["operands"][name];
        let mask: Vec<bool> = serde_json::from_value(operand["mask"].clone()).unwrap();
        let mask = mask.iter().map(|masked| if *masked { 0 } else { 255 });
        image(numbers(&operand["values"]), mask.collect())
    };
    let operands = [operand("v1"), operand("v2"), operand("v3")];
    let operands: Vec<(u8, &Image)> = (1..).zip(&operands).collect();
    for case in listing["expressions"].as_array().unwrap() {
        let text = case["text"].as_str().unwrap();
        let band = MaskedExpression::parse(text)
            .unwrap()
            .evaluate(&operands)
            .unwrap();
        let masked: Vec<bool> = band.valid.iter().map(|valid| !valid).collect();
        let mask: Vec<bool> = serde_json::from_value(case["mask"].clone()).unwrap();
        assert_eq!(masked, mask, "{text}");
        for ((ours, theirs), valid) in band
            .values
            .iter()
            .zip(numbers(&case["values"]))
            .zip(&band.valid)
        {
            let near = (ours - theirs).abs() <= 1e-12 * theirs.abs().max(1.0);
            assert!(near || !valid, "{text}: {ours}, not {theirs}");
        }
    }
}

/// What is wrong with a tile, if anything: more than one in 200 pixels differ in validity, or by more than one of
/// 255 shades over the tile's range.
fn tile(case: &Value) -> Option<String> {
    let kernel = |name: &str| match case[name].as_str().unwrap() {
        "nearest" => Resampling::Nearest,
        "linear" => Resampling::Bilinear,
        "cubic" => Resampling::Cubic,
        _ => Resampling::Average,
    };
    let path = Path::new(case["file"].as_str().unwrap());
    let what = format!(
        "{} at zoom {}, {}, {}",
        path.file_stem().unwrap().display(),
        case["zoom"],
        case["reproject"],
        case["resample"]
    );
    let reader = Arc::new(MemoryReader::new("tile", std::fs::read(path).unwrap()));
    let open = Cog::open(reader, OpenOptions::default());
    let cog = pollster::block_on(open).unwrap();
    let side: Vec<f64> = numbers(&case["bounds"]);
    let bounds = BoundingBox::new(side[0], side[1], side[2], side[3]);
    let mercator = Crs::from_epsg(3857).unwrap();
    let ground = Ground::new(cog.info(), &mercator).unwrap();
    let covered = ground.covered_share(bounds) >= 0.01;
    let Some(theirs) = case["npz"].as_str() else {
        return covered.then(|| format!("{what}: theirs is empty"));
    };
    if !covered {
        return Some(format!("{what}: ours is empty"));
    }
    let size: [u32; 2] = serde_json::from_value(case["size"].clone()).unwrap();
    let grid = Grid::for_bounds(bounds, &mercator, size[1], size[0]).unwrap();
    let steps = TwoStep::new(kernel("reproject"), kernel("resample"));
    let arrays = npz::read(Path::new(theirs));
    let (data, mask) = (&arrays["data"].samples, &arrays["mask"].samples);
    let image = match steps.plan(cog.info(), &ground, &grid, &[0]) {
        Ok(plan) => {
            let warped = |plan: Plan| {
                let raster = pollster::block_on(plan.read(&cog)).unwrap();
                plan.warp(&raster).unwrap()
            };
            let view = warped(plan);
            let validity = steps.plan_validity(cog.info(), &ground, &grid, &[0], &view);
            let validity = validity.unwrap().map(warped);
            steps.finish(view, validity.as_ref(), &grid).unwrap()
        }
        Err(Error::OutsideBounds { .. }) => {
            let empty = (0..grid.pixels() as usize).all(|at| mask.value(at) != Some(0.0));
            return (!empty).then(|| format!("{what}: ours is outside"));
        }
        Err(error) => panic!("{what}: {error}"),
    };
    let values = (0..image.pixels()).filter(|at| mask.value(*at) == Some(0.0));
    let values: Vec<f64> = values.map(|at| data.value(at).unwrap()).collect();
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let tolerance = ((most - least) / 255.0).max(1.0);
    let counts = |at: usize| {
        let theirs = mask.value(at) == Some(0.0);
        (image.mask().values()[at] > 0, theirs)
    };
    // GDAL takes no alpha for a mask unless it is of 8 or 16 bits without a sign, and an overview's nodata before that,
    // of which its warped pixels have none unless it is zero: pixels that do not count are zeros to its means, which
    // shows as far as a kernel reaches.
    let nodata = cog.info().bands[0].nodata.map(|nodata| nodata.as_f64());
    let bleeds = !matches!(image.sample_type(), SampleType::U8 | SampleType::U16)
        || nodata.is_some_and(|nodata| nodata != 0.0);
    // A cubic also overshoots there.
    let (radius, overshoot) = match kernel("resample") {
        Resampling::Cubic => (2, f64::INFINITY),
        _ => (1, 0.0),
    };
    let (rows, columns) = (i64::from(image.height()), i64::from(image.width()));
    let is_rim = |at: usize| {
        let (row, column) = (at as i64 / columns, at as i64 % columns);
        let around = (row - radius..=row + radius)
            .flat_map(|row| (column - radius..=column + radius).map(move |column| (row, column)));
        let mut inside =
            around.filter(|(row, column)| (0..rows).contains(row) && (0..columns).contains(column));
        inside.any(|(row, column)| counts((row * columns + column) as usize) != (true, true))
    };
    let (mut masks, mut shades, mut dark) = (0, 0, 0);
    for at in 0..image.pixels() {
        let theirs = data.value(at).unwrap();
        let darker = |than: f64| bleeds && theirs < than && is_rim(at);
        match counts(at) {
            (false, false) => {}
            (false, true) if darker(most) => dark += 1,
            (true, true) => {
                let ours = image.samples().value(at).unwrap();
                if (ours - theirs).abs() > tolerance {
                    if darker(ours + overshoot) {
                        dark += 1;
                    } else {
                        shades += 1;
                    }
                }
            }
            _ => masks += 1,
        }
    }
    let share = f64::from(masks + shades) / image.pixels() as f64;
    println!(
        "{what}: {share:.5}, {masks} of validity, {shades} of value, {dark} too dark at a rim"
    );
    (share > 0.005).then(|| format!("{what}: {share:.5} differ"))
}
