//! What GDAL and its libraries write, in every combination they can, is read as GDAL reads it.
//!
//! The twin that needs no oracle is `cog-codec`'s: its round trips over the same types,
//! predictors and byte orders, and its vectors of other encoders' bytes.

use crate::support::made::made;
use crate::support::numpy::{as_numpy_has_it, near, same};
use crate::support::{chain, try_open};
use cog_codec::Compression;
use cog_raster::{RasterSource, ReadRequest, Window};
use cog_reader::dataset_mask;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn every_combination_that_the_oracles_write_is_read_alike() {
    let Some(folder) = made("matrix") else { return };
    let index: Value =
        serde_json::from_slice(&std::fs::read(folder.join("index.json")).unwrap()).unwrap();
    let mut wrong: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut right, mut without) = (0, 0);
    for file in index["files"].as_array().unwrap() {
        let name = file["name"].as_str().unwrap();
        if !has_codec(name) {
            without += 1;
            continue;
        }
        match compare(&folder, file) {
            Ok(()) => right += 1,
            Err(why) => wrong.entry(why).or_default().push(name.to_owned()),
        }
    }
    let refused = index["refused"].as_array().unwrap().len();
    println!("{right} right, {without} without a codec here, {refused} refused by the oracles");
    assert!(right > 2000, "{right} are right");
    assert!(wrong.is_empty(), "{wrong:#?}");
    std::fs::remove_dir_all(folder).unwrap();
}

/// The features of these are off by default.
fn has_codec(name: &str) -> bool {
    let enabled = |compression: Compression| compression.support().unwrap().enabled;
    match name.split('_').next().unwrap() {
        "jpegxl" => enabled(Compression::JPEG_XL),
        "jpeg2000" => enabled(Compression::JPEG2000),
        _ => true,
    }
}

fn compare(folder: &Path, file: &Value) -> Result<(), String> {
    let name = file["name"].as_str().unwrap();
    let bytes = std::fs::read(folder.join(format!("{name}.tif"))).unwrap();
    let cog = try_open(bytes).map_err(|error| format!("does not open: {}", chain(&error)))?;
    let window = Window::new(0, 0, cog.info().width(), cog.info().height());
    let raster = pollster::block_on(cog.read(ReadRequest::new(0, window)))
        .map_err(|error| format!("is not read: {}", chain(&error)))?;
    let shape = [raster.bands(), raster.rows(), raster.columns()];
    let expected: Vec<u32> = file["shape"]
        .as_array()
        .unwrap()
        .iter()
        .map(|side| side.as_u64().unwrap() as u32)
        .collect();
    if expected != shape {
        return Err(format!("the shape is {shape:?}, expected {expected:?}"));
    }
    let dtype = file["dtype"].as_str().unwrap();
    let samples = as_numpy_has_it(raster.samples(), dtype);
    if samples.sample_type().name() != dtype {
        let found = samples.sample_type();
        return Err(format!("the type is {found}, expected {dtype}"));
    }
    let expected = std::fs::read(folder.join(format!("{name}.raw"))).unwrap();
    if file["lossy"] == true {
        near(&samples.to_le_bytes(), &expected)?;
    } else {
        same(&samples, &samples.to_le_bytes(), &expected)?;
    }
    let Some(rows) = file["mask"].as_array() else {
        return Ok(());
    };
    let mask = dataset_mask(cog.info(), &raster);
    for (row, (values, expected)) in mask
        .values()
        .chunks_exact(raster.columns() as usize)
        .zip(rows)
        .enumerate()
    {
        let valid = values.iter().filter(|&&value| value != 0).count();
        if expected.as_u64() != Some(valid as u64) {
            return Err(format!(
                "row {row} has {valid} valid pixels, expected {expected}"
            ));
        }
    }
    Ok(())
}
