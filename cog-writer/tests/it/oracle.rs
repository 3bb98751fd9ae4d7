//! GDAL and rio-cogeo agree: the layout is valid, the pixels are those that went in.
//!
//! `SMALTI_PYTHON` names a Python with rasterio 1.4.4 (GDAL 3.10.3) and rio-cogeo 7.0.4, and
//! `SMALTI_GDAL_VALIDATE` a command that runs GDAL's validator on a path; `cargo xtask test` sets both.

use std::{collections::BTreeMap, path::Path, process::Command};

use cog_raster::testkit::SAMPLE_TYPES;
use cog_raster::{ColorInterpretation, Complex, Nodata, Raster, RasterInfo, SampleType, Samples};
use cog_writer::{BigTiff, BlockCompression, OverviewResampling, PredictorChoice, WriteOptions};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{band_bytes, info, ragged, surface, write};

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// NumPy has no complex integers: rasterio gives them as complex floats.
fn as_numpy_has_it(samples: &Samples, dtype: &str) -> Samples {
    let floats = |re: i32, im: i32| match dtype {
        "complex64" => Complex::new(re as f32, im as f32),
        _ => panic!("complex integers came as {dtype}"),
    };
    match samples {
        Samples::ComplexI16(v) => {
            Samples::ComplexF32(v.iter().map(|v| floats(v.re.into(), v.im.into())).collect())
        }
        Samples::ComplexI32(v) if dtype == "complex128" => Samples::ComplexF64(
            v.iter()
                .map(|v| Complex::new(v.re.into(), v.im.into()))
                .collect(),
        ),
        Samples::ComplexI32(v) => {
            Samples::ComplexF32(v.iter().map(|v| floats(v.re, v.im)).collect())
        }
        other => other.clone(),
    }
}

struct Case {
    raster: Raster,
    info: RasterInfo,
    options: WriteOptions,
    lossy: bool,
}

fn cases() -> BTreeMap<String, Case> {
    let mut cases = BTreeMap::new();
    let options = WriteOptions::default().with_block_size(128);
    let mut add = |name: String, raster: Raster, info: RasterInfo, options: WriteOptions| {
        let lossy = matches!(options.compression, BlockCompression::Jpeg { .. });
        cases.insert(
            name,
            Case {
                raster,
                info,
                options,
                lossy,
            },
        );
    };
    // GDAL 3.10 knows 16-bit floats only as 32-bit ones; they are checked on their own below.
    for sample_type in SAMPLE_TYPES.into_iter().filter(|t| *t != SampleType::F16) {
        let raster = surface(sample_type, 2, 300, 333);
        let info = info(&raster);
        for compression in [
            BlockCompression::Deflate { level: 6 },
            BlockCompression::Zstd { level: 9 },
        ] {
            let name = format!("{sample_type}-{}.tif", compression.name());
            add(
                name,
                raster.clone(),
                info.clone(),
                options.clone().with_compression(compression),
            );
        }
    }
    for compression in [
        BlockCompression::None,
        BlockCompression::PackBits,
        BlockCompression::Lzw,
    ] {
        let raster = surface(SampleType::I16, 1, 200, 400);
        let name = format!("int16-{}.tif", compression.name());
        add(
            name,
            raster.clone(),
            info(&raster),
            options.clone().with_compression(compression),
        );
    }
    // Every predictor under every compression that takes one, with a mask and without, as BigTIFF too.
    let predictors = [
        (PredictorChoice::None, SampleType::U16),
        (PredictorChoice::Horizontal, SampleType::U16),
        (PredictorChoice::Horizontal, SampleType::F32),
        (PredictorChoice::FloatingPoint, SampleType::F32),
        (PredictorChoice::FloatingPoint, SampleType::F64),
    ];
    for (predictor, sample_type) in predictors {
        for compression in [
            BlockCompression::Lzw,
            BlockCompression::Deflate { level: 1 },
            BlockCompression::Deflate { level: 9 },
            BlockCompression::Zstd { level: 3 },
        ] {
            for masked in [false, true] {
                let mut raster = surface(sample_type, 1, 200, 300);
                if masked {
                    raster = raster.with_mask(ragged(200, 300)).unwrap();
                }
                let name = format!("{predictor:?}-{sample_type}-{compression:?}-{masked}.tif");
                let options = options
                    .clone()
                    .with_compression(compression)
                    .with_predictor(predictor)
                    .with_overview_compression(BlockCompression::Lzw)
                    .with_big_tiff(if masked {
                        BigTiff::Yes
                    } else {
                        BigTiff::IfSafer
                    });
                add(
                    name.replace(' ', ""),
                    raster.clone(),
                    info(&raster),
                    options,
                );
            }
        }
    }
    let rgb = |raster: &Raster| {
        use ColorInterpretation::{Alpha, Blue, Green, Red};
        let mut info = info(raster);
        for (band, color) in info.bands.iter_mut().zip([Red, Green, Blue, Alpha]) {
            band.color_interpretation = color;
        }
        info
    };
    let masked = surface(SampleType::U8, 3, 700, 500)
        .with_mask(ragged(700, 500))
        .unwrap();
    add(
        "masked-deflate.tif".into(),
        masked.clone(),
        rgb(&masked),
        options.clone(),
    );
    let jpeg = options
        .clone()
        .with_compression(BlockCompression::Jpeg { quality: 90 });
    add(
        "masked-jpeg.tif".into(),
        masked.clone(),
        rgb(&masked),
        jpeg.clone(),
    );
    let grey = surface(SampleType::U8, 1, 300, 300);
    add("grey-jpeg.tif".into(), grey.clone(), info(&grey), jpeg);
    let webp = options.clone().with_compression(BlockCompression::Webp);
    add("masked-webp.tif".into(), masked.clone(), rgb(&masked), webp);
    let rgba = surface(SampleType::U8, 4, 300, 260);
    add("rgba.tif".into(), rgba.clone(), rgb(&rgba), options.clone());

    let mut described = info(&surface(SampleType::I16, 1, 300, 300));
    described.bands[0].nodata = Some(Nodata::new(-9999.0));
    described.bands[0].description = Some("height <m> & \"more\"".into());
    described.bands[0].scale = 0.1;
    described.bands[0].offset = 12.5;
    described.bands[0].unit = Some("m".into());
    described.bands[0]
        .metadata
        .insert("SENSOR".into(), "a'b".into());
    let raster = surface(SampleType::I16, 1, 300, 300);
    let bilinear = options
        .clone()
        .with_overview_resampling(OverviewResampling::Bilinear);
    add("described.tif".into(), raster, described, bilinear);

    let mut palette = info(&surface(SampleType::U8, 1, 300, 300));
    palette.colormap = Some((0..=255).map(|i| [i, 255 - i, 7, 255]).collect());
    palette.bands[0].color_interpretation = ColorInterpretation::Palette;
    add(
        "palette.tif".into(),
        surface(SampleType::U8, 1, 300, 300),
        palette,
        options.clone(),
    );

    let raster = surface(SampleType::U8, 1, 300, 300);
    let mut rotated = info(&raster);
    rotated.affine = Some(cog_raster::Affine::new(
        7.0,
        3.0,
        500_000.0,
        3.0,
        -7.0,
        5_200_000.0,
    ));
    add("rotated.tif".into(), raster, rotated, options);
    cases
}

#[test]
fn gdal_reads_what_was_written() {
    let Some(python) = std::env::var_os("SMALTI_PYTHON") else {
        println!("SMALTI_PYTHON is not set: run `cargo xtask test` to ask GDAL");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let cases = cases();
    for (name, case) in &cases {
        let (file, _) = write(&case.raster, &case.info, &case.options);
        std::fs::write(folder.path().join(name), file).unwrap();
    }
    let paths: Vec<_> = cases.keys().map(|name| folder.path().join(name)).collect();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/check.py");
    let output = Command::new(python)
        .arg(script)
        .args(&paths)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    for (name, case) in &cases {
        let seen = &seen[folder.path().join(name).to_str().unwrap()];
        check(name, case, seen);
    }
    if let Some(validate) = std::env::var_os("SMALTI_GDAL_VALIDATE") {
        for path in &paths {
            // numpy.float16 aside, GDAL's own validator knows every file.
            let output = Command::new(&validate).arg(path).output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success() && !text.contains("warning"),
                "{}: {text}{}",
                path.display(),
                String::from_utf8_lossy(&output.stderr)
            );
        }
    } else {
        println!("SMALTI_GDAL_VALIDATE is not set: run `cargo xtask test` to ask GDAL's validator");
    }
}

fn check(name: &str, case: &Case, seen: &Value) {
    assert_eq!(
        seen["valid"], true,
        "{name}: {} {}",
        seen["errors"], seen["warnings"]
    );
    assert_eq!(
        seen["warnings"].as_array().unwrap().len(),
        0,
        "{name}: {}",
        seen["warnings"]
    );
    assert_eq!(seen["epsg"], 32633, "{name}");
    let affine = case.info.affine.unwrap();
    let transform: Vec<f64> = seen["transform"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect();
    assert_eq!(
        transform,
        [affine.a, affine.b, affine.c, affine.d, affine.e, affine.f],
        "{name}"
    );
    let levels = seen["levels"].as_array().unwrap();
    let sizes: Vec<_> = levels
        .iter()
        .map(|l| (l["width"].clone(), l["height"].clone()))
        .collect();
    assert!(sizes.len() >= 2, "{name} has overviews");
    if !case.lossy {
        for band in 0..case.raster.bands() {
            let samples = as_numpy_has_it(case.raster.samples(), seen["dtype"].as_str().unwrap());
            let bytes = band_bytes(&samples, case.raster.bands(), band);
            let digest = levels[0]["bands"][band as usize].as_str().unwrap();
            assert_eq!(digest, sha256(&bytes), "{name}, band {}", band + 1);
        }
    }
    if let cog_raster::RasterMask::PerDataset(mask) = case.raster.mask() {
        assert_eq!(levels[0]["mask"], sha256(mask.values()), "{name}: mask");
        assert_eq!(seen["structure"]["LAYOUT"], "COG", "{name}");
    }
    let band = &case.info.bands[0];
    if let Some(description) = &band.description {
        assert_eq!(seen["descriptions"][0], description.as_str(), "{name}");
        assert_eq!(seen["scales"][0], band.scale, "{name}");
        assert_eq!(seen["offsets"][0], band.offset, "{name}");
        assert_eq!(seen["units"][0], "m", "{name}");
        assert_eq!(seen["tags"]["SENSOR"], "a'b", "{name}");
        assert_eq!(seen["nodata"], "-9999.0", "{name}");
    }
    if let Some(colormap) = &case.info.colormap {
        assert_eq!(seen["colormap"], serde_json::json!(colormap[1]), "{name}");
    }
    for (index, band) in case.info.bands.iter().enumerate() {
        if band.color_interpretation != ColorInterpretation::Undefined {
            assert_eq!(
                seen["colorinterp"][index],
                band.color_interpretation.name(),
                "{name}"
            );
        }
    }
}
