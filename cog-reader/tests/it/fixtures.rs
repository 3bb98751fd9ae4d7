//! The shared files, by the rules of their README: what GDAL reads is what is read here.

use crate::support::shared;
use cog_raster::{
    ColorInterpretation, MaskKind, Raster, RasterInfo, RasterSource, ReadRequest, SampleType,
    Samples, SourceErrorKind, Window,
};
use cog_reader::validate::validate;
use cog_reader::{
    BlockCache, Coalesce, Cog, DecodeExecutor, FileReader, OpenOptions, dataset_mask,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What became of one file.
enum Outcome {
    Right,
    /// A clear error, where one is fine or the codec is not there.
    Refused(String),
    Wrong(String),
}

/// Files of which something beside the pixels is knowingly read otherwise than
/// by GDAL: the file, what, and why.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    (
        "gap__a_zstd_p2_i64_nodata.tif",
        "nodata",
        "the tag says -4.6116860184273879e+18, GDAL reads an integer up to the point",
    ),
    (
        "proj-data__us_noaa__us_noaa_g2018p0.tif",
        "CRS",
        "the horizontal part of a three-dimensional CRS is what places pixels",
    ),
    (
        "geotrellis__raster__data__propval_bg_01_01.tif",
        "CRS",
        "it is an ESRI PE string in a citation, which names no EPSG code",
    ),
];

fn manifest(folder: &Path) -> Vec<Value> {
    let text = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&text).unwrap();
    manifest["files"].as_array().unwrap().clone()
}

#[test]
fn every_file_is_read_as_gdal_reads_it_or_refused() {
    let Some(folder) = shared::fixtures("tiff") else {
        return;
    };
    let files = manifest(&folder);
    let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let (mut refused, mut wrong) = (Vec::new(), Vec::new());
    for file in &files {
        let name = file["file"].as_str().unwrap();
        let expect = file["expect"].as_str().unwrap();
        let started = Instant::now();
        let outcome = check(&folder.join(name), file, expect);
        let took = started.elapsed();
        assert!(took < Duration::from_secs(60), "{name} took {took:?}");
        let row = counts.entry(expect.to_owned()).or_default();
        match outcome {
            Outcome::Right => row[0] += 1,
            Outcome::Refused(why) => {
                row[1] += 1;
                refused.push(format!("{expect:14} {name}: {why}"));
            }
            Outcome::Wrong(why) => {
                row[2] += 1;
                wrong.push(format!("{expect:14} {name}: {why}"));
            }
        }
    }
    println!(
        "{:14} {:>6} {:>8} {:>6}",
        "expect", "right", "refused", "wrong"
    );
    for (expect, [right, refused, wrong]) in &counts {
        println!("{expect:14} {right:>6} {refused:>8} {wrong:>6}");
    }
    println!("\nrefused:\n{}", refused.join("\n"));
    assert!(wrong.is_empty(), "wrong:\n{}", wrong.join("\n"));
    let right: usize = counts.values().map(|row| row[0]).sum();
    assert_eq!(files.len(), 249, "the manifest has changed");
    assert!(
        right * 100 >= 80 * files.len(),
        "{right} of {} are right",
        files.len()
    );
    for exact in ["pixels", "pixels_lossy"] {
        let [right, refused, _] = counts[exact];
        assert!(
            right * 100 >= 90 * (right + refused),
            "{exact}: {right} right, {refused} refused"
        );
    }
}

#[test]
fn real_cogs_are_read_as_gdal_reads_them() {
    let Some(folder) = shared::fixtures("real") else {
        return;
    };
    for file in manifest(&folder) {
        let name = file["file"].as_str().unwrap();
        let cog = open(&folder.join(name)).unwrap();
        let report = pollster::block_on(validate(&cog)).unwrap();
        assert!(report.is_valid(true), "{name}: {report:#?}");
        if let Some(wrong) = compare_info(&cog, &file["gdal"]) {
            panic!("{name}: {wrong}");
        }
        match compare_levels(&cog, &file, file["lossy"] == true) {
            Outcome::Right => println!("{name}: right"),
            Outcome::Refused(why) | Outcome::Wrong(why) => panic!("{name}: {why}"),
        }
    }
}

/// By pages instead of a header, block by block, from the cache, in parallel,
/// by windows that cut blocks: the samples do not depend on how they come.
#[test]
fn how_bytes_come_makes_no_difference() {
    let Some(folder) = shared::fixtures("tiff") else {
        return;
    };
    let cache = Arc::new(BlockCache::new(64 << 20));
    let mut compared = 0;
    for file in manifest(&folder) {
        let path = folder.join(file["file"].as_str().unwrap());
        let expect = file["expect"].as_str().unwrap();
        let Ok(plain) = open(&path) else { continue };
        if !expect.starts_with("pixels") || plain.info().bands.len() > 16 {
            continue;
        }
        let options = OpenOptions::default()
            .with_header_bytes(1024)
            .with_coalesce(Coalesce::new(0, 0))
            .with_block_cache(cache.clone())
            .with_executor(Arc::new(Threads));
        let reader = Arc::new(FileReader::open(&path).unwrap());
        let other = pollster::block_on(Cog::open(reader, options)).unwrap();
        assert_eq!(plain.info(), other.info(), "{}", path.display());
        for (level, size) in plain.info().levels.iter().enumerate() {
            let whole = ReadRequest::new(level, Window::new(0, 0, size.width, size.height));
            let Ok(whole) = read(&plain, whole) else {
                continue;
            };
            for window in quarters(size.width, size.height) {
                // Twice: the second time from the cache.
                for _ in 0..2 {
                    let part = read(&other, ReadRequest::new(level, window)).unwrap();
                    let expected = whole.crop(&window).unwrap();
                    let same = part.samples().to_le_bytes() == expected.samples().to_le_bytes()
                        && part.mask() == expected.mask();
                    assert!(same, "{} level {level} window {window}", path.display());
                }
            }
            compared += 1;
        }
    }
    assert!(
        compared > 200 && cache.hits() > 1000,
        "{compared} levels, {cache:?}"
    );
}

/// Four windows whose common corner is a third of the way.
fn quarters(width: u32, height: u32) -> Vec<Window> {
    let (col, row) = (
        (width / 3).max(1).min(width),
        (height / 3).max(1).min(height),
    );
    [
        Window::new(0, 0, col, row),
        Window::new(col, 0, width - col, row),
        Window::new(0, row, col, height - row),
        Window::new(col, row, width - col, height - row),
    ]
    .into_iter()
    .filter(|window| !window.is_empty())
    .collect()
}

/// Runs each job on a thread of its own.
#[derive(Debug)]
struct Threads;

impl DecodeExecutor for Threads {
    fn run(&self, job: Box<dyn FnOnce() + Send>) {
        std::thread::spawn(job);
    }
}

fn check(path: &Path, file: &Value, expect: &str) -> Outcome {
    let cog = match open(path) {
        Ok(cog) => cog,
        Err(error) => return Outcome::Refused(error),
    };
    match expect {
        "pixels" | "pixels_lossy" => {
            if let Some(wrong) = compare_info(&cog, &file["gdal"]) {
                let known = DIFFERENCES
                    .iter()
                    .find(|(name, what, _)| file["file"] == *name && wrong.starts_with(what));
                match known {
                    Some((name, _, why)) => println!("known difference: {name}: {wrong}: {why}"),
                    None => return Outcome::Wrong(wrong),
                }
            }
            compare_levels(&cog, file, expect == "pixels_lossy")
        }
        "pixels_rgba" | "second_only" => compare_second(&cog, file),
        // No crash, and one block of what is too large stays cheap.
        _ => {
            let (width, height) = (cog.info().width(), cog.info().height());
            let whole = Window::new(0, 0, width, height);
            match read(&cog, ReadRequest::new(0, whole)) {
                Ok(_) => Outcome::Right,
                Err(error) => {
                    let one = ReadRequest::new(0, Window::new(0, 0, 1, 1));
                    match read(&cog, one.with_bands([0])) {
                        Ok(_) | Err(_) => Outcome::Refused(error),
                    }
                }
            }
        }
    }
}

fn open(path: &Path) -> Result<Cog, String> {
    let reader = FileReader::open(path).map_err(|e| chain(&e))?;
    pollster::block_on(Cog::open(Arc::new(reader), OpenOptions::default())).map_err(|e| chain(&e))
}

fn read(cog: &Cog, request: ReadRequest) -> Result<Raster, String> {
    pollster::block_on(cog.read(request)).map_err(|error| {
        assert_ne!(error.kind(), SourceErrorKind::InvalidRequest, "{error}");
        chain(&error)
    })
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

fn compare_levels(cog: &Cog, file: &Value, lossy: bool) -> Outcome {
    let pixels = &file["gdal"]["pixels"];
    let second = &file["second"];
    let info = cog.info();
    let none = Vec::new();
    let overviews = pixels["overviews"].as_array().unwrap_or(&none);
    for (level, size) in info.levels.iter().enumerate() {
        let request = ReadRequest::new(level, Window::new(0, 0, size.width, size.height));
        let raster = match read(cog, request) {
            Ok(raster) => raster,
            Err(error) => return Outcome::Refused(error),
        };
        let expected = match level {
            0 => pixels,
            level => &overviews[level - 1],
        };
        let dtype = pixels["dtype"].as_str().unwrap();
        let wrong = if lossy {
            let folder = shared::fixtures("lossy").unwrap();
            let picture = (level == 0).then(|| pictures(&folder, file["file"].as_str().unwrap()));
            compare_lossy(
                &raster,
                expected,
                second,
                level,
                picture.unwrap_or_default(),
            )
        } else {
            compare_bands(&raster, expected, dtype)
        };
        if let Some(wrong) = wrong {
            return Outcome::Wrong(format!("level {level}: {wrong}"));
        }
        let mask = dataset_mask(info, &raster);
        let digest = hex(&Sha256::digest(mask.values()));
        let wanted = expected["mask"]
            .as_str()
            .or(expected["mask"]["sha256"].as_str());
        // An alpha band that was compressed with loss is compared as a band.
        let exact = !lossy || info.mask_kind != MaskKind::Alpha;
        if exact && wanted.is_some_and(|wanted| wanted != digest) {
            let valid = mask.values().iter().filter(|&&v| v != 0).count();
            return Outcome::Wrong(format!(
                "level {level}: the mask differs, {valid} pixels are valid, expected {}",
                expected["mask"]
            ));
        }
    }
    Outcome::Right
}

fn compare_bands(raster: &Raster, expected: &Value, dtype: &str) -> Option<String> {
    let widened = widen(raster.samples(), dtype);
    if widened.sample_type().name() != dtype {
        return Some(format!(
            "samples are {}, expected {dtype}",
            raster.sample_type()
        ));
    }
    let bytes = widened.to_le_bytes();
    let per_band = bytes.len() / raster.bands() as usize;
    let bands = expected["bands"].as_array().unwrap();
    if bands.len() != raster.bands() as usize {
        return Some(format!(
            "{} bands, expected {}",
            raster.bands(),
            bands.len()
        ));
    }
    for (i, band) in bytes.chunks_exact(per_band).enumerate() {
        let digest = hex(&Sha256::digest(band));
        // Where a NaN's payload is not told, any will do.
        let canonical = &expected["bands_nan_canonical"][i];
        let same = bands[i] == digest.as_str() || canonical == digest.as_str();
        if !same {
            let probes = expected["probes"].as_array();
            let probe = probes.and_then(|probes| probes.first());
            return Some(format!("band {} differs; first probe {probe:?}", i + 1));
        }
    }
    None
}

/// Half floats and complex integers as NumPy has them in the manifest.
fn widen(samples: &Samples, dtype: &str) -> Samples {
    match (samples, dtype) {
        (Samples::F16(values), "float32") => {
            Samples::F32(values.iter().map(|v| v.to_f32()).collect())
        }
        (Samples::ComplexI16(values), "complex64") => Samples::ComplexF32(
            values
                .iter()
                .map(|v| cog_raster::Complex::new(v.re.into(), v.im.into()))
                .collect(),
        ),
        (Samples::ComplexI32(values), "complex64") => Samples::ComplexF32(
            values
                .iter()
                .map(|v| cog_raster::Complex::new(v.re as f32, v.im as f32))
                .collect(),
        ),
        (Samples::ComplexI32(values), "complex128") => Samples::ComplexF64(
            values
                .iter()
                .map(|v| cog_raster::Complex::new(v.re.into(), v.im.into()))
                .collect(),
        ),
        (samples, _) => samples.clone(),
    }
}

/// Decoded pixels of other decoders, band by band, for some files.
fn pictures(folder: &Path, name: &str) -> Vec<Vec<Vec<u8>>> {
    let index: Value =
        serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let Some(entry) = index
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["file"] == name)
    else {
        return Vec::new();
    };
    ["gdal", "turbo"]
        .iter()
        .filter_map(|key| entry[*key].as_str())
        .map(|file| {
            let file = std::io::BufReader::new(std::fs::File::open(folder.join(file)).unwrap());
            let mut reader = png::Decoder::new(file).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let frame = reader.next_frame(&mut pixels).unwrap();
            pixels.truncate(frame.buffer_size());
            let bands = frame.color_type.samples();
            (0..bands)
                .map(|band| pixels.iter().skip(band).step_by(bands).copied().collect())
                .collect()
        })
        .collect()
}

/// Against the nearer of the two decoders: all samples where their pictures are
/// here, else means over a grid.
fn compare_lossy(
    raster: &Raster,
    expected: &Value,
    second: &Value,
    level: usize,
    pictures: Vec<Vec<Vec<u8>>>,
) -> Option<String> {
    // What is lossless by chance or by option is compared exactly.
    compare_bands(raster, expected, raster.sample_type().name())?;
    if !pictures.is_empty() {
        return compare_pictures(raster, &pictures);
    }
    let second = match level {
        0 => second,
        level => &second["overviews"][level - 1],
    };
    let mut nearest = f64::INFINITY;
    for oracle in [expected, second] {
        if let Some(bands) = oracle["grid_means"].as_array() {
            let ours = grid_means(raster);
            nearest = nearest.min(distance(&ours, bands));
        } else if let Some(means) = oracle["means"].as_array() {
            let ours: Vec<Vec<f64>> = bands_of(raster)
                .iter()
                .map(|band| {
                    vec![band.iter().map(|&v| f64::from(v)).sum::<f64>() / band.len() as f64]
                })
                .collect();
            let means: Vec<Value> = means
                .iter()
                .map(|mean| Value::from(vec![mean.clone()]))
                .collect();
            nearest = nearest.min(distance(&ours, &means));
        }
    }
    (nearest > 1.0).then(|| format!("the means are off by {nearest:.2}"))
}

fn compare_pictures(raster: &Raster, pictures: &[Vec<Vec<u8>>]) -> Option<String> {
    let ours = bands_of(raster);
    let (mut mean, mut far) = (f64::INFINITY, f64::INFINITY);
    for picture in pictures {
        assert_eq!(picture.len(), ours.len(), "bands of the picture");
        let (mut sum, mut off, mut count) = (0_u64, 0_u64, 0_u64);
        for (a, b) in ours.iter().zip(picture).flat_map(|(a, b)| a.iter().zip(b)) {
            let difference = u64::from(a.abs_diff(*b));
            sum += difference;
            off += u64::from(difference > 4);
            count += 1;
        }
        mean = mean.min(sum as f64 / count as f64);
        far = far.min(off as f64 / count as f64);
    }
    (mean >= 1.0 || far > 0.02).then(|| {
        format!(
            "samples differ by {mean:.3} on average, {:.2} % by more than 4",
            far * 100.0
        )
    })
}

fn bands_of(raster: &Raster) -> Vec<&[u8]> {
    (0..raster.bands())
        .map(|band| raster.band::<u8>(band).unwrap())
        .collect()
}

/// Means over 8 × 8 cells, row by row, cut as the manifest's maker does.
fn grid_means(raster: &Raster) -> Vec<Vec<f64>> {
    let (rows, columns) = (raster.rows() as usize, raster.columns() as usize);
    bands_of(raster)
        .iter()
        .map(|band| {
            let mut means = Vec::new();
            for (top, bottom) in cells(rows) {
                for (left, right) in cells(columns) {
                    let mut sum = 0.0;
                    for row in top..bottom {
                        sum += band[row * columns + left..row * columns + right]
                            .iter()
                            .map(|&v| f64::from(v))
                            .sum::<f64>();
                    }
                    means.push(sum / ((bottom - top) * (right - left)) as f64);
                }
            }
            means
        })
        .collect()
}

fn cells(length: usize) -> Vec<(usize, usize)> {
    (0..8)
        .map(|i| (i * length / 8, (i + 1) * length / 8))
        .collect()
}

fn distance(ours: &[Vec<f64>], theirs: &[Value]) -> f64 {
    fn flat(value: &Value, out: &mut Vec<f64>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| flat(value, out)),
            value => out.push(value.as_f64().unwrap()),
        }
    }
    if ours.len() != theirs.len() {
        return f64::INFINITY;
    }
    let mut worst = 0.0_f64;
    for (ours, theirs) in ours.iter().zip(theirs) {
        let mut values = Vec::new();
        flat(theirs, &mut values);
        assert_eq!(ours.len(), values.len(), "cells of the grid");
        for (a, b) in ours.iter().zip(values) {
            worst = worst.max((a - b).abs());
        }
    }
    worst
}

/// Stored samples are as good as GDAL's RGBA, and the second decoder's are the
/// only ones that there are for some codecs.
fn compare_second(cog: &Cog, file: &Value) -> Outcome {
    let info = cog.info();
    let request = ReadRequest::new(0, Window::new(0, 0, info.width(), info.height()));
    let raster = match read(cog, request) {
        Ok(raster) => raster,
        Err(error) => return Outcome::Refused(error),
    };
    let second = &file["second"];
    let gdal = &file["gdal"]["pixels"];
    let exact = |oracle: &Value| {
        oracle["bands"].is_array()
            && compare_bands(&raster, oracle, oracle["dtype"].as_str().unwrap()).is_none()
    };
    if exact(second) || exact(gdal) {
        return Outcome::Right;
    }
    let lossy = file["lossy"] == true && raster.sample_type() == SampleType::U8;
    if lossy && compare_lossy(&raster, gdal, second, 0, Vec::new()).is_none() {
        return Outcome::Right;
    }
    Outcome::Wrong("neither GDAL's nor the second decoder's samples".into())
}

/// Everything that GDAL reports of the file as a whole.
fn compare_info(cog: &Cog, gdal: &Value) -> Option<String> {
    let info = cog.info();
    let differs = |what: &str, found: String, expected: &Value| {
        Some(format!("{what} is {found}, expected {expected}"))
    };
    let size = (
        Some(info.width().into()),
        Some(info.height().into()),
        Some(info.bands.len() as u64),
    );
    if size
        != (
            gdal["width"].as_u64(),
            gdal["height"].as_u64(),
            gdal["count"].as_u64(),
        )
    {
        return Some(format!("size is {size:?}"));
    }
    let name = match info.sample_type {
        SampleType::F16 => "float32",
        SampleType::ComplexI32 => "complex64",
        other => other.name(),
    };
    if gdal["dtypes"][0] != name {
        return differs("type", name.into(), &gdal["dtypes"][0]);
    }
    let factors: Vec<u64> = info
        .levels
        .iter()
        .skip(1)
        .map(|level| (f64::from(info.width()) / f64::from(level.width)).round() as u64)
        .collect();
    let expected: Vec<u64> = gdal["overviews"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f.as_u64().unwrap())
        .collect();
    if factors != expected {
        return differs("overviews", format!("{factors:?}"), &gdal["overviews"]);
    }
    let block = (info.levels[0].block_height, info.levels[0].block_width);
    let shape = &gdal["block_shapes"][0];
    // GDAL cuts an image of one uncompressed strip into rows.
    if shape.is_array()
        && gdal["tiled"] == true
        && (shape[0].as_u64(), shape[1].as_u64()) != (Some(block.0.into()), Some(block.1.into()))
    {
        return differs("block", format!("{block:?}"), shape);
    }
    compare_mask(info, gdal)
        .or_else(|| compare_place(cog, gdal))
        .or_else(|| compare_described(info, gdal))
}

fn compare_mask(info: &RasterInfo, gdal: &Value) -> Option<String> {
    for (band, expected) in info.bands.iter().zip(gdal["nodata"].as_array().unwrap()) {
        let same = match (&band.nodata, expected) {
            (None, Value::Null) => true,
            (Some(nodata), Value::Number(number)) => nodata.as_f64() == number.as_f64().unwrap(),
            (Some(nodata), Value::String(text)) => text
                .parse::<f64>()
                .is_ok_and(|value| value == nodata.as_f64() || (value.is_nan() && nodata.is_nan())),
            _ => false,
        };
        if !same {
            return Some(format!("nodata is {:?}, expected {expected}", band.nodata));
        }
    }
    let flags = gdal["mask_flags"][0].as_array().unwrap();
    let has = |flag: &str| flags.iter().any(|f| f == flag);
    let kind = if has("per_dataset") && !has("alpha") {
        MaskKind::PerDataset
    } else if has("alpha") {
        MaskKind::Alpha
    } else {
        MaskKind::None
    };
    if kind != info.mask_kind && !(has("nodata") && info.mask_kind == MaskKind::Alpha) {
        return Some(format!("mask is {:?}, expected {flags:?}", info.mask_kind));
    }
    None
}

fn compare_place(cog: &Cog, gdal: &Value) -> Option<String> {
    let info = cog.info();
    let transform: Vec<f64> = gdal["transform"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect();
    match info.affine {
        None => {
            if gdal["transform_kind"] != "none" {
                return Some(format!("there is no affine, expected {transform:?}"));
            }
        }
        Some(a) => {
            let ours = [a.a, a.b, a.c, a.d, a.e, a.f];
            let scale = ours.iter().fold(1e-9_f64, |most, v| most.max(v.abs()));
            if ours
                .iter()
                .zip(&transform)
                .any(|(a, b)| (a - b).abs() > 1e-12 * scale)
            {
                return Some(format!("affine is {ours:?}, expected {transform:?}"));
            }
            let bounds = info.bounds().unwrap();
            let ours = [bounds.left, bounds.bottom, bounds.right, bounds.top];
            let theirs: Vec<f64> = gdal["bounds"]
                .as_array()
                .unwrap()
                .iter()
                .map(|v| v.as_f64().unwrap())
                .collect();
            let same = ours
                .iter()
                .zip(&theirs)
                .all(|(a, b)| (a - b).abs() <= 1e-9 * scale.max(1.0));
            // rasterio's bounds of a rotated raster are not the box around it.
            if gdal["transform_kind"] == "north_up" && !same {
                return Some(format!("bounds are {ours:?}, expected {theirs:?}"));
            }
        }
    }
    let epsg = gdal["crs"]["epsg"].as_u64();
    let ours = info.crs.as_ref().and_then(|crs| crs.epsg()).map(u64::from);
    if epsg.is_some() && ours != epsg && gdal["crs"]["compound"] != true {
        let problems: Vec<&str> = cog.problems().collect();
        return Some(format!(
            "CRS is {:?}, expected {}; {problems:?}",
            info.crs, gdal["crs"]
        ));
    }
    if gdal["crs"].is_null() && info.crs.is_some() {
        return Some(format!("CRS is {:?}, GDAL has none", info.crs));
    }
    let points = gdal["n_gcps"].as_u64().unwrap_or(0);
    let ours = cog.georeference().control_points.len() as u64;
    if points > 0 && points != ours {
        return Some(format!("{ours} control points, expected {points}"));
    }
    if let Some(first) = gdal["gcps"][0].as_array() {
        // rasterio's order: row, column, x, y, z.
        let theirs: Vec<f64> = first.iter().map(|v| v.as_f64().unwrap()).collect();
        let ours = cog.georeference().control_points[0];
        let ours = [ours.row, ours.col, ours.x, ours.y, ours.z];
        if ours != theirs[..] {
            return Some(format!(
                "first control point is {ours:?}, expected {theirs:?}"
            ));
        }
    }
    None
}

fn compare_described(info: &RasterInfo, gdal: &Value) -> Option<String> {
    for (i, band) in info.bands.iter().enumerate() {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let color = gdal["colorinterp"][i].as_str().unwrap_or("undefined");
        if band.color_interpretation.name() != color {
            return Some(format!(
                "colour of band {} is {}, expected {color}",
                i + 1,
                band.color_interpretation.name()
            ));
        }
        if gdal["scales"].is_array() || band.scale != 1.0 || band.offset != 0.0 {
            let (scale, offset) = (gdal["scales"][i].as_f64(), gdal["offsets"][i].as_f64());
            if (scale, offset) != (Some(band.scale), Some(band.offset)) {
                return Some(format!(
                    "scale and offset are {} and {}",
                    band.scale, band.offset
                ));
            }
        }
        if text(&gdal["descriptions"][i]) != band.description {
            return Some(format!("description is {:?}", band.description));
        }
        if text(&gdal["units"][i]) != band.unit {
            return Some(format!(
                "unit is {:?}, expected {}",
                band.unit, gdal["units"]
            ));
        }
    }
    let entries = gdal["colormap_entries"].as_u64().map(|n| n as usize);
    if entries != info.colormap.as_ref().map(Vec::len) {
        let found = info.colormap.as_ref().map(Vec::len);
        return Some(format!(
            "the colour map has {found:?} entries, expected {entries:?}"
        ));
    }
    let expected = gdal["colormap"].as_array();
    for (i, color) in expected.into_iter().flatten().enumerate() {
        let theirs: Vec<u8> = color
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_u64().unwrap() as u8)
            .collect();
        let ours = info.colormap.as_ref().unwrap()[i];
        if ours != theirs[..] {
            return Some(format!("colour {i} is {ours:?}, expected {theirs:?}"));
        }
    }
    let palette = info.bands[0].color_interpretation == ColorInterpretation::Palette;
    (palette && info.colormap.is_none()).then(|| "a palette band without a colour map".into())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
