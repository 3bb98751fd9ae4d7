//! Made sources through rio-tiler itself: every kernel, masks, statistics, colours.
//!
//! Runs where `SMALTI_PYTHON` names a Python with rio-tiler; `warp.rs`, `pictures.rs` and the unit tests
//! of the statistics are the twins that need none.

use crate::npz;
use cog_raster::RasterSource;
use cog_reader::{Cog, MemoryReader, OpenOptions};
use cog_render::{
    BandStatistics, Colormap, Grid, Image, ReadOptions, Resampling, StatisticsOptions,
};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tile_math::{BoundingBox, Crs, Tile, TileMatrixSet};

#[test]
fn rio_tiler_agrees() {
    let Some((folder, listing)) = make("oracle.py") else {
        return;
    };
    let wrong: Vec<String> = listing["tiles"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(compare)
        .collect();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(listing["tiles"].as_array().unwrap().len() >= 100);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let colors = listing["colors"].as_object().unwrap();
    let mut names: Vec<&String> = colors.keys().collect();
    names.sort();
    assert_eq!(Colormap::names().iter().collect::<Vec<_>>(), names);
    for (name, colors) in colors {
        let map = Colormap::named(name).unwrap();
        let expected: Vec<[u8; 4]> = serde_json::from_value(colors.clone()).unwrap();
        assert_eq!(map.steps().unwrap()[..], expected, "{name}");
    }
}

#[test]
fn every_kernel_is_rio_tilers() {
    let Some((folder, listing)) = make("kernels.py") else {
        return;
    };
    let list = |key: &str| listing[key].as_array().unwrap().clone();
    let mut wrong: Vec<String> = list("tiles").iter().filter_map(compare).collect();
    wrong.extend(list("levels").iter().filter_map(level));
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(list("tiles").len() >= 700 && list("levels").len() >= 300);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with the level that a tile was read from, if anything. Levels hold their own number.
fn level(case: &Value) -> Option<String> {
    let image = render(case);
    let mut counts = [0; 6];
    for (pixel, _) in (0..)
        .zip(image.mask().values())
        .filter(|(_, valid)| **valid > 0)
    {
        counts[image.samples().value(pixel).unwrap() as usize] += 1;
    }
    let most = (0..6).max_by_key(|&level| counts[level])?;
    let what = format!(
        "{} at zoom {}, {}, {}: level {most}, not {}",
        case["file"], case["z"], case["resampling"], case["reproject"], case["level"]
    );
    (case["level"].as_u64() != Some(most as u64)).then_some(what)
}

/// Runs a script beside this file: a folder, and the JSON that says what is in it. `None` without Python.
pub(crate) fn make(script: &str) -> Option<(PathBuf, Value)> {
    let python = python()?;
    let folder = std::env::temp_dir().join(format!("cog-render-{script}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let answer = ask(&python, script, &folder);
    Some((folder, answer))
}

/// Runs a script beside this file on a folder of files: what it says of them. `None` without Python.
pub(crate) fn run(script: &str, files: &[(String, Vec<u8>)]) -> Option<Value> {
    let python = python()?;
    let folder = std::env::temp_dir().join(format!("cog-render-{script}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    let answer = ask(&python, script, &folder);
    std::fs::remove_dir_all(&folder).unwrap();
    Some(answer)
}

fn python() -> Option<OsString> {
    let python = std::env::var_os("SMALTI_PYTHON");
    if python.is_none() {
        println!("SMALTI_PYTHON is not set: nothing to compare with");
    }
    python
}

fn ask(python: &OsStr, script: &str, folder: &Path) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it")
        .join(script);
    let output = std::process::Command::new(python)
        .arg(script)
        .arg(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What is wrong with a tile, if anything.
pub(crate) fn compare(case: &Value) -> Option<String> {
    let image = render(case);
    let arrays = npz::read(Path::new(case["npz"].as_str().unwrap()));
    let (data, mask) = (&arrays["data"].samples, &arrays["mask"].samples);
    let pixels = image.pixels();
    let (mut same_mask, mut near, mut valid) = (0, 0, 0);
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for at in (0..data.len()).filter(|at| mask.value(at % pixels) == Some(1.0)) {
        let value = data.value(at).unwrap();
        (least, most) = (least.min(value), most.max(value));
    }
    let nearest = case["kernel"] == "nearest";
    let tolerance = if nearest {
        0.0
    } else {
        (0.005 * (most - least)).max(1.0)
    };
    for pixel in 0..pixels {
        let ours = image.mask().values()[pixel] == 255;
        let theirs = mask.value(pixel) == Some(1.0);
        same_mask += usize::from(ours == theirs);
        if ours && theirs {
            valid += 1;
            near += usize::from((0..image.bands().len()).all(|band| {
                let at = band * pixels + pixel;
                let difference = image.samples().value(at).unwrap() - data.value(at).unwrap();
                difference.abs() <= tolerance
            }));
        }
    }
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    let what = format!(
        "{} at zoom {}, {}: masks {:.5}, values {:.5} of {valid}",
        case["file"],
        case["z"],
        case["kernel"],
        share(same_mask, pixels),
        share(near, valid),
    );
    println!("{what}");
    // A case may ask for less, and then says why.
    let masks = case["masks"].as_f64().unwrap_or(0.999);
    let needed = match case["values"].as_f64() {
        Some(values) => values,
        None if case["masks"].is_number() && case.get("values").is_none() => 0.0,
        None => 0.999,
    };
    if share(same_mask, pixels) < masks || share(near, valid) < needed {
        return Some(what);
    }
    let statistics = case["statistics"].as_object()?;
    let ours = cog_render::statistics(&image, &StatisticsOptions::default(), None).unwrap();
    let differing: Vec<String> = ours
        .iter()
        .filter_map(|ours| differing(ours, &statistics[&ours.name], 1e-9))
        .collect();
    (!differing.is_empty()).then(|| format!("{what}: {}", differing.join("; ")))
}

/// The first field that differs by more than a share of its value.
pub(crate) fn differing(ours: &BandStatistics, theirs: &Value, tolerance: f64) -> Option<String> {
    let close = |a: f64, b: &Value| {
        let b = b.as_f64().unwrap_or(f64::NAN);
        (a - b).abs() <= tolerance * b.abs().max(1.0) || (a.is_nan() && b.is_nan())
    };
    let numbers = [
        ("min", ours.min),
        ("max", ours.max),
        ("mean", ours.mean),
        ("count", ours.count),
        ("sum", ours.sum),
        ("std", ours.std),
        ("median", ours.median),
        ("majority", ours.majority),
        ("minority", ours.minority),
        ("unique", ours.unique as f64),
        ("valid_percent", ours.valid_percent),
        ("masked_pixels", ours.masked_pixels as f64),
        ("valid_pixels", ours.valid_pixels as f64),
    ];
    for (name, value) in numbers {
        if !close(value, &theirs[name]) {
            return Some(format!("{name} is {value}, not {}", theirs[name]));
        }
    }
    for (percentile, value) in &ours.percentiles {
        let name = format!("percentile_{percentile}");
        if !close(*value, &theirs[&name]) {
            return Some(format!("{name} is {value}, not {}", theirs[&name]));
        }
    }
    let counts: Vec<f64> = serde_json::from_value(theirs["histogram"][0].clone()).unwrap();
    let found: Vec<f64> = ours.histogram_counts.iter().map(|c| *c as f64).collect();
    let edges = theirs["histogram"][1].as_array().unwrap();
    // NumPy's edges of 32-bit samples have 32 bits.
    let near = |a: f64, b: &Value| {
        b.as_f64()
            .is_some_and(|b| (a - b).abs() <= 1e-6 * b.abs().max(1.0))
    };
    let same_edges = ours.histogram_edges.len() == edges.len()
        && ours
            .histogram_edges
            .iter()
            .zip(edges)
            .all(|(a, b)| near(*a, b));
    (found != counts || !same_edges).then(|| {
        format!(
            "histogram {:?} {:?}, not {}",
            ours.histogram_counts, ours.histogram_edges, theirs["histogram"]
        )
    })
}

fn render(case: &Value) -> Image {
    let bytes = std::fs::read(case["file"].as_str().unwrap()).unwrap();
    let reader = Arc::new(MemoryReader::new("made", bytes));
    let source = pollster::block_on(Cog::open(reader, OpenOptions::default())).unwrap();
    let number = |key: &str| u32::try_from(case[key].as_u64().unwrap()).unwrap();
    // A tile, or a box of so many pixels.
    let grid = match case.get("bounds") {
        Some(bounds) => {
            let [left, bottom, right, top] = serde_json::from_value(bounds.clone()).unwrap();
            let bounds = BoundingBox::new(left, bottom, right, top);
            let (width, height) = (number("width"), number("height"));
            Grid::for_bounds(bounds, &Crs::web_mercator(), width, height).unwrap()
        }
        None => {
            let zoom = i8::try_from(number("z")).unwrap();
            let tile = Tile::new(zoom, number("x"), number("y"));
            let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
            Grid::for_tile(&tms, tile, Some((256, 256)), 0.0).unwrap()
        }
    };
    let kernel = |key: &str| {
        let name = case.get(key).and_then(Value::as_str)?;
        Some(Resampling::parse(name).unwrap())
    };
    let resampling = kernel("resampling").or(kernel("kernel")).unwrap();
    let mut options = ReadOptions::default().with_resampling(resampling);
    if let Some(reproject) = kernel("reproject") {
        options = options.with_reproject(reproject);
    }
    pollster::block_on(cog_render::read(
        &source as &dyn RasterSource,
        &grid,
        &options,
    ))
    .unwrap()
}
