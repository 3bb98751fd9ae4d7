//! Files as their usual writers make them, at random: what they say and hold is read as GDAL reads it.
//!
//! `tests/oracle/wild.py` writes them. `SMALTI_WILD` names a folder of them made beforehand, with
//! another seed or more of them. The twins that need no oracle are `odd`, `info`, `structure` and
//! the round trips of `cog-codec`.

use crate::support::described::compare_info;
use crate::support::made::made;
use crate::support::numpy::{as_numpy_has_it, near, same};
use crate::support::{chain, try_open};
use cog_raster::{MaskKind, RasterSource, ReadRequest, Window};
use cog_reader::{Cog, Error, dataset_mask};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is refused, and where the refusal is right.
const REFUSALS: [(&str, &str); 1] = [("jpegxr ", "JPEG XR (compression 34934)")];

#[test]
fn files_at_random_are_read_as_gdal_reads_them() {
    let Some((folder, ours)) = files() else {
        return;
    };
    let index: Value =
        serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let files = index["files"].as_array().unwrap();
    let mut wrong: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut right = 0;
    for file in files {
        let name = file["name"].as_str().unwrap();
        let note = file["note"].as_str().unwrap();
        match compare(&folder, file) {
            Ok(()) => right += 1,
            Err(why) => wrong
                .entry(why)
                .or_default()
                .push(format!("{name}: {note}")),
        }
    }
    let refused = index["refused"].as_array().unwrap().len();
    println!(
        "{right} of {} right, {refused} not written by the oracles",
        files.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(right > 200, "{right} are right");
    if ours {
        std::fs::remove_dir_all(folder).unwrap();
    }
}

/// The folder, and whether it is made here.
fn files() -> Option<(PathBuf, bool)> {
    if let Some(folder) = std::env::var_os("SMALTI_WILD") {
        return Some((folder.into(), false));
    }
    Some((made("wild")?, true))
}

fn compare(folder: &Path, file: &Value) -> Result<(), String> {
    let name = file["name"].as_str().unwrap();
    let bytes = std::fs::read(folder.join(format!("{name}.tif"))).unwrap();
    let cog = try_open(bytes).map_err(|error| format!("does not open: {}", chain(&error)))?;
    let note = file["note"].as_str().unwrap();
    let refusal = REFUSALS.iter().find(|(start, _)| note.starts_with(start));
    if let Some((_, feature)) = refusal {
        return match read(&cog, 0) {
            Err(Error::Unsupported { feature: found, .. }) if found.starts_with(feature) => Ok(()),
            other => Err(format!("is not refused for {feature}: {other:?}")),
        };
    }
    if !file["gdal"].is_null() {
        if let Some(wrong) = compare_info(&cog, &file["gdal"]) {
            return Err(wrong);
        }
        tags(&cog, &file["gdal"])?;
    }
    for (level, expected) in file["levels"].as_array().unwrap().iter().enumerate() {
        compare_level(folder, &cog, file, level, expected)
            .map_err(|why| format!("level {level}: {why}"))?;
    }
    Ok(())
}

fn read(cog: &Cog, level: usize) -> Result<cog_raster::Raster, Error> {
    let size = cog.info().levels[level];
    let window = Window::new(0, 0, size.width, size.height);
    pollster::block_on(async { cog.fetch(&ReadRequest::new(level, window)).await?.decode() })
}

fn compare_level(
    folder: &Path,
    cog: &Cog,
    file: &Value,
    level: usize,
    expected: &Value,
) -> Result<(), String> {
    let name = file["name"].as_str().unwrap();
    let lossy = file["lossy"] == true;
    let raster = read(cog, level).map_err(|error| chain(&error))?;
    let shape = [raster.bands(), raster.rows(), raster.columns()];
    if expected["shape"] != serde_json::json!(shape) {
        return Err(format!("the shape is {shape:?}, not {}", expected["shape"]));
    }
    let dtype = expected["dtype"].as_str().unwrap();
    let samples = as_numpy_has_it(raster.samples(), dtype);
    if samples.sample_type().name() != dtype {
        return Err(format!(
            "the type is {}, not {dtype}",
            samples.sample_type()
        ));
    }
    let wanted = std::fs::read(folder.join(format!("{name}.{level}.raw"))).unwrap();
    match lossy {
        true => {
            // Of the two decoders the nearer one counts.
            let found = samples.to_le_bytes();
            let second = std::fs::read(folder.join(format!("{name}.{level}.second")));
            near(&found, &wanted).or_else(|why| match (expected["second"] == true, second) {
                (true, Ok(second)) => near(&found, &second),
                _ => Err(why),
            })?;
        }
        false => same(&samples, &samples.to_le_bytes(), &wanted)?,
    }
    // An alpha band that was compressed with loss is compared as a band.
    if expected["mask"] == true && !(lossy && cog.info().mask_kind == MaskKind::Alpha) {
        let mask = dataset_mask(cog.info(), &raster);
        let wanted = std::fs::read(folder.join(format!("{name}.{level}.mask"))).unwrap();
        let differ = mask.values().iter().zip(&wanted).position(|(a, b)| a != b);
        if let Some(at) = differ {
            let (ours, theirs) = (mask.values()[at], wanted[at]);
            return Err(format!("the mask differs: {ours}, not {theirs}"));
        }
    }
    Ok(())
}

/// What GDAL tells of bands and the whole as text.
fn tags(cog: &Cog, gdal: &Value) -> Result<(), String> {
    let texts = |value: &Value| -> BTreeMap<String, String> {
        let items = value.as_object().into_iter().flatten();
        items
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect()
    };
    let mut wanted = texts(&gdal["tags"]);
    // Of the resolution, and of an image that is placed by nothing.
    wanted.retain(|key, _| !key.contains("RESOLUTION") && key != "AREA_OR_POINT");
    let ours = &cog.info().metadata;
    for (key, value) in &wanted {
        if ours.get(key) != Some(value) {
            return Err(format!("item {key} is {:?}, not {value:?}", ours.get(key)));
        }
    }
    if let Some(kind) = gdal["tags"]["AREA_OR_POINT"].as_str()
        && ours.get("AREA_OR_POINT").map(String::as_str) != Some(kind)
    {
        return Err(format!("AREA_OR_POINT is {:?}", ours.get("AREA_OR_POINT")));
    }
    for (band, wanted) in cog
        .info()
        .bands
        .iter()
        .zip(gdal["band_tags"].as_array().unwrap())
    {
        let wanted = texts(wanted);
        if band.metadata != wanted {
            return Err(format!(
                "band items are {:?}, not {wanted:?}",
                band.metadata
            ));
        }
        let statistic = |key: &str| wanted.get(key).and_then(|text| text.parse::<f64>().ok());
        let found = band.statistics.as_ref();
        let ours = found.map_or([None; 4], |s| {
            [
                Some(s.minimum),
                Some(s.maximum),
                s.mean,
                s.standard_deviation,
            ]
        });
        let theirs = ["MINIMUM", "MAXIMUM", "MEAN", "STDDEV"]
            .map(|key| statistic(&format!("STATISTICS_{key}")));
        // Statistics of infinite samples are no numbers.
        if ours.map(|v| v.map(f64::to_bits)) != theirs.map(|v| v.map(f64::to_bits)) {
            return Err(format!("statistics are {found:?}"));
        }
    }
    match (&cog.info().rational, gdal["rpc"].as_object()) {
        (None, None) => Ok(()),
        (Some(found), Some(wanted)) => {
            let model = found.model();
            let number = |key: &str| wanted[key].as_str().unwrap().parse::<f64>().unwrap();
            let ours = [
                &model.line,
                &model.sample,
                &model.latitude,
                &model.longitude,
                &model.height,
            ]
            .map(|part| part.offset);
            let theirs = ["LINE_OFF", "SAMP_OFF", "LAT_OFF", "LONG_OFF", "HEIGHT_OFF"].map(number);
            // GDAL prints fifteen digits.
            let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-13 * b.abs();
            match ours.iter().zip(&theirs).all(close) {
                true => Ok(()),
                false => Err(format!("rational polynomials are {ours:?}, not {theirs:?}")),
            }
        }
        (found, wanted) => Err(format!(
            "rational polynomials: {}, GDAL {wanted:?}",
            found.is_some()
        )),
    }
}
