//! Pixels and masks of a file, level by level, against what GDAL or a second decoder read.

use crate::support::{chain, shared};
use cog_raster::{
    MaskKind, Raster, RasterSource, ReadRequest, SampleType, Samples, SourceErrorKind, Window,
};
use cog_reader::{Cog, dataset_mask};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::Path;

/// What became of one file.
pub(crate) enum Outcome {
    Right,
    /// A clear error, where one is fine or the codec is not there.
    Refused(String),
    Wrong(String),
}

/// Files of which something beside the pixels is knowingly read otherwise than
/// by GDAL: the file, what, and why.
pub(crate) fn read(cog: &Cog, request: ReadRequest) -> Result<Raster, String> {
    pollster::block_on(cog.read(request)).map_err(|error| {
        assert_ne!(error.kind(), SourceErrorKind::InvalidRequest, "{error}");
        chain(&error)
    })
}

pub(crate) fn compare_levels(cog: &Cog, file: &Value, lossy: bool) -> Outcome {
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
pub(crate) fn compare_second(cog: &Cog, file: &Value) -> Outcome {
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
    // Where GDAL has no codec there is only the other.
    let expected = if gdal["bands"].is_array() {
        gdal
    } else {
        second
    };
    if lossy && compare_lossy(&raster, expected, second, 0, Vec::new()).is_none() {
        return Outcome::Right;
    }
    Outcome::Wrong("neither GDAL's nor the second decoder's samples".into())
}

/// GDAL's values at some pixels: row, column, and one for each band.
pub(crate) fn compare_probes(cog: &Cog, file: &Value, at: fn(u64, u64) -> bool) -> Outcome {
    let info = cog.info();
    let request = ReadRequest::new(0, Window::new(0, 0, info.width(), info.height()));
    let raster = match read(cog, request) {
        Ok(raster) => raster,
        Err(error) => return Outcome::Refused(error),
    };
    let probes = file["gdal"]["pixels"]["probes"].as_array().unwrap();
    let mut compared = 0;
    for probe in probes {
        let (row, col) = (probe[0].as_u64().unwrap(), probe[1].as_u64().unwrap());
        if !at(row, col) {
            continue;
        }
        let pixel = row as usize * raster.columns() as usize + col as usize;
        let ours = (0..raster.bands() as usize)
            .map(|band| raster.samples().value(band * raster.pixels() + pixel));
        let theirs = probe[2].as_array().unwrap().iter().map(Value::as_f64);
        if !ours.eq(theirs) {
            return Outcome::Wrong(format!("the pixel at row {row}, column {col} differs"));
        }
        compared += 1;
    }
    assert!(compared > 20, "{compared} pixels compared");
    Outcome::Right
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
