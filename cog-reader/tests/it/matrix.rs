//! What GDAL and its libraries write, in every combination they can, is read as GDAL reads it.
//!
//! The twin that needs no oracle is `cog-codec`'s: its round trips over the same types,
//! predictors and byte orders, and its vectors of other encoders' bytes.

use crate::support::{chain, try_open};
use cog_codec::Compression;
use cog_raster::{Complex, RasterSource, ReadRequest, Samples, Window};
use cog_reader::dataset_mask;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn every_combination_that_the_oracles_write_is_read_alike() {
    let Some(folder) = files() else { return };
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

/// The files, made by `tests/oracle/matrix.py`.
fn files() -> Option<PathBuf> {
    let Some(python) = std::env::var_os("SMALTI_PYTHON") else {
        println!("SMALTI_PYTHON is not set: run `cargo xtask test` to ask GDAL");
        return None;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("matrix");
    // What an earlier run left, if it failed.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/matrix.py");
    let output = Command::new(python)
        .arg(script)
        .arg(&folder)
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    Some(folder)
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

/// Half floats and complex integers are floats there.
fn as_numpy_has_it(samples: &Samples, dtype: &str) -> Samples {
    match (samples, dtype) {
        (Samples::F16(values), "float32") => {
            Samples::F32(values.iter().map(|value| value.to_f32()).collect())
        }
        (Samples::ComplexI16(values), "complex64") => Samples::ComplexF32(
            values
                .iter()
                .map(|value| Complex::new(value.re.into(), value.im.into()))
                .collect(),
        ),
        (Samples::ComplexI32(values), "complex64") => Samples::ComplexF32(
            values
                .iter()
                .map(|value| Complex::new(value.re as f32, value.im as f32))
                .collect(),
        ),
        // GDAL reads signed samples of odd depths as if they were unsigned; they are not.
        (Samples::I8(values), "uint8") => Samples::U8(
            values
                .iter()
                .map(|value| value.cast_unsigned() & 0xf)
                .collect(),
        ),
        (Samples::I16(values), "uint16") => Samples::U16(
            values
                .iter()
                .map(|value| value.cast_unsigned() & 0xfff)
                .collect(),
        ),
        (Samples::I32(values), "uint32") => {
            let values = values.iter().map(|value| value.cast_unsigned() & 0xff_ffff);
            Samples::U32(values.collect())
        }
        (samples, _) => samples.clone(),
    }
}

/// Bit for bit; any NaN is as good as another.
fn same(samples: &Samples, found: &[u8], expected: &[u8]) -> Result<(), String> {
    let size = match samples {
        Samples::ComplexF32(_) => 4,
        Samples::ComplexF64(_) => 8,
        other => other.sample_type().size(),
    };
    let real = !samples.sample_type().is_integer();
    let nan = |bytes: &[u8]| match bytes.len() {
        _ if !real => false,
        4 => f32::from_le_bytes(bytes.try_into().unwrap()).is_nan(),
        _ => f64::from_le_bytes(bytes.try_into().unwrap()).is_nan(),
    };
    let differ = found
        .chunks_exact(size)
        .zip(expected.chunks_exact(size))
        .position(|(a, b)| a != b && !(nan(a) && nan(b)));
    match differ {
        None if found.len() == expected.len() => Ok(()),
        None => Err("another number of samples".to_owned()),
        Some(at) => {
            let of = |bytes: &[u8]| bytes[at * size..(at + 1) * size].to_vec();
            Err(format!(
                "sample {at} differs: {:x?}, expected {:x?}",
                of(found),
                of(expected)
            ))
        }
    }
}

/// Two decoders of a lossy codec agree by the rule of the shared fixtures: less than 1 apart on
/// average, at most 2 % by more than 4.
fn near(found: &[u8], expected: &[u8]) -> Result<(), String> {
    let apart: Vec<u64> = found
        .iter()
        .zip(expected)
        .map(|(a, b)| a.abs_diff(*b).into())
        .collect();
    let mean = apart.iter().sum::<u64>() as f64 / apart.len() as f64;
    let far = apart.iter().filter(|&&apart| apart > 4).count();
    if mean < 1.0 && far * 50 <= apart.len() && found.len() == expected.len() {
        return Ok(());
    }
    Err(format!("{mean:.2} apart on average, {far} by more than 4"))
}
