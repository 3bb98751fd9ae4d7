//! Algorithms: what they promise, and TiTiler's answers.

use crate::expressions::{image, row};
use cog_raster::{Complex, Mask, RasterMask, SampleType, Samples};
use cog_render::{Algorithms, Error, Image};

fn run(name: &str, parameters: &str, image: &Image) -> Result<Image, Error> {
    Algorithms::builtin()
        .build(name, Some(parameters))?
        .apply(image)
}

fn square(samples: Samples) -> Image {
    let pixels = samples.len();
    let side = u32::try_from(pixels.isqrt()).unwrap();
    let mask = RasterMask::PerDataset(Mask::filled(side, side, 255));
    image(1, side, samples, mask)
}

#[test]
fn a_slope_is_that_of_the_ground() {
    // A metre up per column of a metre: 45 degrees, and light from the west and from the east.
    let ramp = |z: f32| (0..100).map(move |at| (at % 10) as f32 * z).collect();
    let east = square(Samples::F32(ramp(1.0)));
    let slope = run("slope", r#"{"buffer": 1}"#, &east).unwrap();
    assert_eq!((slope.width(), slope.height()), (8, 8));
    assert_eq!((slope.bounds().left, slope.bounds().top), (1.0, 9.0));
    assert_eq!(slope.value(0, 3, 3), Some(45.0));
    let light = |azimuth: u32| {
        let parameters = format!(r#"{{"azimuth": {azimuth}, "buffer": 1}}"#);
        run("hillshade", &parameters, &east).unwrap().value(0, 3, 3)
    };
    let flat = square(Samples::F32(ramp(0.0)));
    let flat = run("hillshade", "{}", &flat).unwrap();
    assert_eq!(flat.value(0, 0, 0), Some(217.0));
    assert!(light(0) > light(180), "{:?} {:?}", light(0), light(180));
}

#[test]
fn pixels_that_are_not_square_have_their_own_slopes() {
    // A unit up per row of two metres, columns of one metre.
    let heights: Vec<f64> = (0..36).map(|at| f64::from(at / 6)).collect();
    let raster = square(Samples::F64(heights)).into_raster();
    let bounds = tile_math::BoundingBox::new(0.0, 0.0, 6.0, 12.0);
    let band = vec![cog_render::ImageBand::new("b1")];
    let image = Image::new(raster, band, None, bounds).unwrap();
    let slope = run("slope", r#"{"buffer": 2}"#, &image).unwrap();
    let expected = 0.5f64.atan().to_degrees();
    assert!((slope.value(0, 0, 0).unwrap() - expected).abs() < 1e-5);
    let bounds = slope.bounds();
    assert_eq!(
        (bounds.left, bounds.bottom, bounds.right, bounds.top),
        (2.0, 4.0, 4.0, 8.0)
    );
}

#[test]
fn what_counts_is_what_was_computed_of_pixels_that_count() {
    let mut mask = Mask::filled(5, 5, 255);
    mask.values_mut()[12] = 0;
    let samples = Samples::I16(vec![7; 25]);
    let image = image(1, 5, samples, RasterMask::PerDataset(mask));
    let shaded = run("hillshade", r#"{"buffer": 0}"#, &image).unwrap();
    let counts: Vec<u8> = shaded
        .mask()
        .values()
        .iter()
        .map(|v| u8::from(*v != 0))
        .collect();
    #[rustfmt::skip]
    assert_eq!(counts, [
        1, 1, 1, 1, 1,
        1, 1, 0, 1, 1,
        1, 0, 0, 0, 1,
        1, 1, 0, 1, 1,
        1, 1, 1, 1, 1,
    ]);
    // Filled up by a height, all count.
    let encoded = run("terrarium", r#"{"nodata_height": 0}"#, &image).unwrap();
    assert!(encoded.is_opaque());
    assert_eq!(encoded.value(0, 2, 2), Some(128.0));
}

#[test]
fn heights_come_back_from_their_colours() {
    let heights = [-431.06, 0.0, 0.5, 8848.86, -10_994.0, 32_000.25];
    let image = row(1, Samples::F64(heights.to_vec()));
    let decode = |name: &str, parameters: &str, of: fn([f64; 3]) -> f64| -> Vec<f64> {
        let encoded = run(name, parameters, &image).unwrap();
        (0..6)
            .map(|column| of([0, 1, 2].map(|band| encoded.value(band, 0, column).unwrap())))
            .collect()
    };
    let terrarium = decode("terrarium", "{}", |[r, g, b]| {
        r * 256.0 + g + b / 256.0 - 32_768.0
    });
    let base = r#"{"baseval": -11000, "interval": 0.01}"#;
    let mapbox = decode("terrainrgb", base, |[r, g, b]| {
        (r * 65_536.0 + g * 256.0 + b) * 0.01 - 11_000.0
    });
    for (at, height) in heights.iter().enumerate() {
        assert!(
            (terrarium[at] - height).abs() <= 1.0 / 256.0,
            "{height} {terrarium:?}"
        );
        assert!((mapbox[at] - height).abs() <= 0.0051, "{height} {mapbox:?}");
    }
    // Beyond what three bytes hold is their end, and no other height.
    let image = row(1, Samples::F32(vec![-20_000.0, 1e9]));
    let ends = run("terrainrgb", "{}", &image).unwrap();
    assert_eq!(ends.samples(), &Samples::U8(vec![0, 255, 0, 255, 0, 255]));
}

#[test]
fn casts_stop_at_the_ends() {
    let image = row(
        1,
        Samples::F32(vec![-3.5, 1.5, 254.5, 300.0, f32::NAN, f32::INFINITY]),
    );
    for (name, expected) in [
        ("cast", [0, 1, 254, 255, 0, 255]),
        ("ceil", [0, 2, 255, 255, 0, 255]),
        ("floor", [0, 1, 254, 255, 0, 255]),
    ] {
        let result = run(name, "", &image).unwrap();
        assert_eq!(result.samples(), &Samples::U8(expected.to_vec()), "{name}");
        assert_eq!(result.value(0, 0, 4), None);
    }
}

#[test]
fn whole_numbers_of_64_bits_stay_exact() {
    let (a, b) = (i64::MAX, i64::MAX - 1);
    let image = row(2, Samples::I64(vec![a, b, b, a]));
    assert_eq!(
        run("max", "", &image).unwrap().samples(),
        &Samples::I64(vec![a, a])
    );
    assert_eq!(
        run("min", "", &image).unwrap().samples(),
        &Samples::I64(vec![b, b])
    );
    assert_eq!(
        run("sum", "", &image).unwrap().samples(),
        &Samples::I64(vec![a, a])
    );
    let image = row(2, Samples::U64(vec![u64::MAX - 1, 1, 1, 1]));
    let sum = run("sum", "", &image).unwrap();
    assert_eq!(sum.samples(), &Samples::U64(vec![u64::MAX, 2]));
}

#[test]
fn grey_stays_grey() {
    let all: Vec<u8> = (0..=255).collect();
    let image = row(
        3,
        Samples::U8([all.clone(), all.clone(), all.clone()].concat()),
    );
    assert_eq!(
        run("grayscale", "", &image).unwrap().samples(),
        &Samples::U8(all)
    );
    let bitonal = run("bitonal", "", &image).unwrap();
    assert_eq!(
        (bitonal.value(0, 0, 127), bitonal.value(0, 0, 128)),
        (Some(0.0), Some(255.0))
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let one = row(1, Samples::U8(vec![1; 9]));
    for (name, parameters, words) in [
        ("hillshade", "{}", "nothing is left"),
        ("slope", r#"{"buffer": 0}"#, "two rows"),
        ("grayscale", "{}", "needs 3 bands, not 1"),
        ("normalizedIndex", "{}", "needs 2 bands, not 1"),
        ("contours", r#"{"minz": 5, "maxz": 5}"#, "not below"),
        ("terrainrgb", r#"{"interval": 0}"#, "above 0"),
        ("relief", "{}", "is none of hillshade, slope"),
        ("cast", r#"{"to": 3}"#, "has none"),
    ] {
        let error = run(name, parameters, &one).unwrap_err();
        assert!(matches!(error, Error::InvalidParameter { .. }));
        assert!(error.to_string().contains(words), "{name}: {error}");
    }
    let two = row(2, Samples::U8(vec![1; 8]));
    for name in ["bitonal", "contours"] {
        assert!(run(name, "{}", &two).is_err(), "{name}");
    }
    let complex = row(3, Samples::ComplexI16(vec![Complex::new(1, 1); 3]));
    for name in Algorithms::builtin()
        .names()
        .filter(|name| *name != "contours")
    {
        let error = run(name, "{}", &complex).unwrap_err();
        assert!(error.to_string().contains("complex"), "{name}: {error}");
    }
}

#[test]
fn every_sample_type_is_taken() {
    let algorithms = Algorithms::builtin();
    for sample_type in [
        SampleType::U8,
        SampleType::I8,
        SampleType::U64,
        SampleType::F16,
        SampleType::F32,
    ] {
        for name in algorithms.names() {
            let bands = if name == "contours" { 1 } else { 3 };
            let mask = RasterMask::PerDataset(Mask::filled(9, 9, 255));
            let image = image(
                bands,
                9,
                Samples::filled(sample_type, bands * 81, 5.0),
                mask,
            );
            let result = run(name, "{}", &image).unwrap();
            let info = algorithms.describe(name).unwrap();
            let made = u32::try_from(result.bands().len()).unwrap();
            assert_eq!(made, info.output_bands.unwrap_or(3), "{name}");
            match info.output_type {
                // Of single precision, as NumPy has it.
                Some(_) if name == "median" && sample_type.is_float() => {}
                Some(declared) => assert_eq!(result.sample_type(), declared, "{name}"),
                None => {}
            }
            assert!(result.value(0, 1, 1).is_some(), "{name} of {sample_type}");
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod oracle {
    use super::run;
    use crate::expressions::image;
    use crate::npz;
    use crate::oracle::make;
    use cog_raster::{Mask, RasterMask};
    use cog_render::{Algorithms, Image, ImageBand};
    use serde_json::Value;
    use std::path::Path;
    use tile_math::BoundingBox;

    #[test]
    fn titiler_agrees() {
        let Some((folder, listing)) = make("algorithms.py") else {
            return;
        };
        let made = listing["made"].as_array().unwrap();
        assert!(made.len() > 1000);
        let wrong: Vec<String> = made
            .iter()
            .filter_map(|case| compare(case, &listing["bounds"]))
            .collect();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(
            wrong.is_empty(),
            "{} of {}:\n{}",
            wrong.len(),
            made.len(),
            wrong.join("\n")
        );

        let algorithms = Algorithms::builtin();
        let names: Vec<&str> = algorithms.names().collect();
        assert_eq!(serde_json::json!(names), listing["names"]);
        for name in names {
            let ours = algorithms.describe(name).unwrap().to_json();
            let ours: Value = serde_json::from_str(&ours).unwrap();
            assert_eq!(ours, listing["about"][name], "{name}");
        }
        for case in listing["refused"].as_array().unwrap() {
            let [name, parameters] = [0, 1].map(|at| case[at].as_str().unwrap());
            assert!(
                algorithms.build(name, Some(parameters)).is_err(),
                "{name} {parameters}"
            );
        }
    }

    fn source(path: &str, bounds: &Value) -> Image {
        let mut arrays = npz::read(Path::new(path));
        let data = arrays.remove("data").unwrap();
        let masks = arrays.remove("mask").unwrap();
        let (bands, rows, columns) = (data.shape[0], data.shape[1], data.shape[2]);
        let (rows, columns) = (
            u32::try_from(rows).unwrap(),
            u32::try_from(columns).unwrap(),
        );
        let values = masks.samples.as_slice::<u8>().unwrap();
        let masks = values
            .chunks_exact(values.len() / bands)
            .map(|mask| Mask::new(rows, columns, mask.to_vec()).unwrap());
        let image = image(
            bands,
            rows,
            data.samples,
            RasterMask::PerBand(masks.collect()),
        );
        let names: Vec<ImageBand> = image.bands().to_vec();
        Image::new(image.into_raster(), names, None, box_of(bounds)).unwrap()
    }

    fn box_of(value: &Value) -> BoundingBox {
        let [left, bottom, right, top] = [0, 1, 2, 3].map(|at| value[at].as_f64().unwrap());
        BoundingBox::new(left, bottom, right, top)
    }

    /// What is wrong with one result, if anything.
    fn compare(case: &Value, bounds: &Value) -> Option<String> {
        let [name, parameters, path, expected] =
            ["algorithm", "parameters", "source", "dtype"].map(|key| case[key].as_str().unwrap());
        let what = |wrong: String| Some(format!("{name} {parameters} of {path}: {wrong}"));
        let image = source(path, bounds);
        let result = match run(name, parameters, &image) {
            Ok(result) => result,
            Err(error) => return what(error.to_string()),
        };
        let arrays = npz::read(Path::new(case["result"].as_str().unwrap()));
        let (data, mask) = (&arrays["data"].samples, &arrays["mask"].samples);
        if result.sample_type().name() != expected {
            return what(format!("{}, not {expected}", result.sample_type()));
        }
        if data.len() != result.samples().len() {
            return what(format!(
                "{} samples, not {}",
                result.samples().len(),
                data.len()
            ));
        }
        let descriptions: Vec<&str> = result.bands().iter().map(|b| &*b.description).collect();
        assert_eq!(
            serde_json::json!(descriptions),
            case["descriptions"],
            "{name}"
        );
        let theirs = box_of(&case["bounds"]);
        let ours = result.bounds();
        assert!((ours.left - theirs.left).abs() + (ours.top - theirs.top).abs() < 1e-6);
        assert!((ours.right - theirs.right).abs() + (ours.bottom - theirs.bottom).abs() < 1e-6);

        let (columns, pixels) = (result.width(), result.pixels());
        // What is cut off.
        let buffer = (image.width() - columns) / 2;
        let (mut counted, mut off) = (0, 0);
        for at in 0..data.len() {
            let (theirs, valid) = (data.value(at).unwrap(), mask.value(at) == Some(255.0));
            let pixel = u32::try_from(at % pixels).unwrap();
            let (row, column) = (pixel / columns, pixel % columns);
            match (valid, result.value(at / pixels, row, column)) {
                (true, Some(ours)) => {
                    counted += 1;
                    // Rounded down from a shade or a brightness that differs in the last digit.
                    let rounded = matches!(name, "hillshade" | "grayscale");
                    let near = (ours - theirs).abs() <= 1e-5 * theirs.abs().max(1.0);
                    if !(near || rounded && (ours - theirs).abs() <= 1.0) {
                        return what(format!("{ours} at {at}, not {theirs}"));
                    }
                    if result.sample_type().is_integer() && ours != theirs {
                        off += 1;
                    }
                }
                (false, None) => {}
                // Surrounded by pixels that count, but there is no height.
                (true, None)
                    if matches!(name, "hillshade" | "slope")
                        && image.value(0, row + buffer, column + buffer).is_none() => {}
                (valid, ours) => {
                    return what(format!("{ours:?} at {at}, not {theirs} ({valid})"));
                }
            }
        }
        let allowed = match name {
            // Steps of whole heights make shades that are whole numbers, but for the last digit of an angle.
            "hillshade" => counted / 100,
            // Grey stays grey.
            "grayscale" => counted / 4,
            _ => 0,
        };
        if off > allowed {
            return what(format!("{off} of {counted} differ by 1"));
        }
        (counted < 20).then(|| format!("{name} of {path}: {counted} pixels count"))
    }
}
