//! Expressions: what they promise, and rio-tiler's answers to hundreds of them.

use cog_raster::{Mask, Raster, RasterMask, SampleType, Samples};
use cog_render::{Error, Expression, Image, ImageBand};
use tile_math::BoundingBox;

/// An image of one row, every pixel valid.
pub(crate) fn row(bands: usize, samples: Samples) -> Image {
    let columns = samples.len() / bands;
    let mask = RasterMask::PerDataset(Mask::filled(1, u32::try_from(columns).unwrap(), 255));
    image(bands, 1, samples, mask)
}

pub(crate) fn image(bands: usize, rows: u32, samples: Samples, mask: RasterMask) -> Image {
    let columns = u32::try_from(samples.len() / bands).unwrap() / rows;
    let raster = Raster::new(u32::try_from(bands).unwrap(), rows, columns, samples)
        .and_then(|raster| raster.with_mask(mask))
        .unwrap();
    let names = (1..=bands).map(|band| ImageBand::new(format!("b{band}")));
    let bounds = BoundingBox::new(0.0, 0.0, f64::from(columns), f64::from(rows));
    Image::new(raster, names.collect(), None, bounds).unwrap()
}

fn of(text: &str, image: &Image) -> Image {
    Expression::parse(text)
        .and_then(|expression| expression.apply(image))
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn whole_numbers_do_not_wrap_around() {
    let image = row(2, Samples::U16(vec![65_535, 3, 65_535, 4]));
    for (text, samples) in [
        ("b1+b2", Samples::I32(vec![131_070, 7])),
        ("b1-b2", Samples::I32(vec![0, -1])),
        ("b1*b2", Samples::I64(vec![4_294_836_225, 12])),
        ("b1*b2-b1*b2", Samples::I64(vec![0, 0])),
        ("b1**3", Samples::I64(vec![281_462_092_005_375, 27])),
        ("b1**4", Samples::F64(vec![65_535f64.powi(4), 81.0])),
        ("b1*70000", Samples::I64(vec![4_587_450_000, 210_000])),
        ("b1*3", Samples::I32(vec![196_605, 9])),
        ("-b1", Samples::I32(vec![-65_535, -3])),
        ("b1//0", Samples::I32(vec![0, 0])),
        ("b1%0", Samples::I32(vec![0, 0])),
    ] {
        assert_eq!(of(text, &image).samples(), &samples, "{text}");
    }
    let image = row(1, Samples::I32(vec![i32::MIN, i32::MAX]));
    let sum = of("b1+b1", &image);
    assert_eq!(
        sum.samples(),
        &Samples::I64(vec![2 * i64::from(i32::MIN), 2 * i64::from(i32::MAX)])
    );
    assert_eq!(
        of("-b1", &image).samples(),
        &Samples::I64(vec![1 << 31, -i64::from(i32::MAX)])
    );
    let image = row(1, Samples::I64(vec![i64::MIN, i64::MAX]));
    assert_eq!(of("b1", &image).samples(), image.samples());
    for text in ["b1+b1", "b1*2", "b1**3"] {
        assert_eq!(of(text, &image).samples(), image.samples(), "{text}");
    }
    for text in ["-b1", "b1//-1", "-3*b1"] {
        let turned = Samples::I64(vec![
            i64::MAX,
            if text == "-3*b1" { i64::MIN } else { -i64::MAX },
        ]);
        assert_eq!(of(text, &image).samples(), &turned, "{text}");
    }
}

#[test]
fn what_is_not_finite_does_not_count() {
    let image = row(
        2,
        Samples::F32(vec![1.0, 0.0, -1.0, 4.0, 0.0, 0.0, 2.0, 1e30]),
    );
    let result = of(
        "b1/b2;sqrt(b1);b2*b2;where(isfinite(b1/b2),b1/b2,-1)",
        &image,
    );
    let values =
        |band| -> Vec<Option<f64>> { (0..4).map(|column| result.value(band, 0, column)).collect() };
    assert_eq!(values(0)[..3], [None, None, Some(-0.5)]);
    assert_eq!(values(1), [Some(1.0), Some(0.0), None, Some(2.0)]);
    assert_eq!(values(2), [Some(0.0), Some(0.0), Some(4.0), None]);
    assert_eq!(values(3)[..2], [Some(-1.0), Some(-1.0)]);
    assert!(result.has_band_masks());
    // What does not count is 0 and not some infinity.
    assert_eq!(result.samples().value(0), Some(0.0));
}

#[test]
fn a_pixel_counts_where_it_does_in_all_bands_used() {
    let masks = [[255, 255, 0, 255], [255, 0, 255, 255], [0, 0, 0, 9]];
    let masks = masks.map(|mask| Mask::new(1, 4, mask.to_vec()).unwrap());
    let samples = Samples::U8((1..=12).collect());
    let image = image(3, 1, samples, RasterMask::PerBand(masks.to_vec()));
    assert_eq!(of("b1+b2", &image).mask().values(), [255, 0, 0, 255]);
    assert_eq!(of("b1", &image).mask().values(), [255, 255, 0, 255]);
    let all = of("b1;b2+b3", &image);
    assert_eq!(all.mask().values(), [0, 0, 0, 9]);
    assert_eq!(all.samples(), &Samples::I32(vec![0, 0, 0, 4, 0, 0, 0, 20]));
}

#[test]
fn comparisons_are_0_and_1() {
    let image = row(1, Samples::I16(vec![-5, 5]));
    assert_eq!(of("b1>0", &image).samples(), &Samples::U8(vec![0, 1]));
    assert_eq!(
        of("b1>0;b1", &image).samples(),
        &Samples::I32(vec![0, 1, -5, 5])
    );
    assert_eq!(
        of("(b1>0)-(b1<0)", &image).samples(),
        &Samples::I32(vec![-1, 1])
    );
    assert_eq!(
        of("b1>0;7", &image).samples(),
        &Samples::I32(vec![0, 1, 7, 7])
    );
}

#[test]
fn complex_samples_have_a_magnitude_and_an_angle() {
    let samples = vec![
        cog_raster::Complex::new(3i16, 4),
        cog_raster::Complex::new(0, -2),
    ];
    let image = row(1, Samples::ComplexI16(samples));
    assert_eq!(
        of("abs(b1)", &image).samples(),
        &Samples::F64(vec![5.0, 2.0])
    );
    let product = of(
        "real(b1*conj(b1));arctan2(imag(b1),real(b1));imag(b1**2)",
        &image,
    );
    assert_eq!(product.value(0, 0, 0), Some(25.0));
    assert_eq!(product.value(1, 0, 1), Some(-core::f64::consts::FRAC_PI_2));
    assert_eq!(product.value(2, 0, 0), Some(24.0));
    assert_eq!(of("b1*1j", &image).sample_type(), SampleType::ComplexF64);
    for text in ["b1>1", "b1//2", "b1%2", "floor(b1)", "~b1", "maximum(b1,1)"] {
        let error = Expression::parse(text).unwrap().apply(&image).unwrap_err();
        assert!(error.to_string().contains("complex"), "{text}: {error}");
    }
}

#[test]
fn every_sample_type_is_taken() {
    for (sample_type, double) in [
        (SampleType::U8, SampleType::I32),
        (SampleType::I8, SampleType::I32),
        (SampleType::U32, SampleType::I64),
        (SampleType::U64, SampleType::F64),
        (SampleType::F16, SampleType::F32),
        (SampleType::F32, SampleType::F32),
        (SampleType::F64, SampleType::F64),
        (SampleType::ComplexF32, SampleType::ComplexF64),
        (SampleType::ComplexI32, SampleType::ComplexF64),
    ] {
        let image = row(1, Samples::filled(sample_type, 3, 7.0));
        let result = of("b1*2", &image);
        assert_eq!(result.sample_type(), double, "{sample_type}");
        assert_eq!(result.value(0, 0, 2), Some(14.0), "{sample_type}");
    }
}

#[test]
fn what_does_not_fit_the_image_is_refused() {
    let image = row(2, Samples::F32(vec![0.0; 4]));
    for (text, words) in [
        ("b1+b3", "no b3 among b1, b2"),
        ("~b1", "block 1: ~ needs a whole number"),
        ("b1;b1&b2", "block 2: & needs"),
        ("where(b1,b1,b2)", "b1 != 0"),
    ] {
        let error = Expression::parse(text).unwrap().apply(&image).unwrap_err();
        assert!(matches!(
            error,
            Error::InvalidParameter {
                parameter: "expression",
                ..
            }
        ));
        assert!(error.to_string().contains(words), "{text}: {error}");
    }
    let limits = cog_render::Limits::default().with_output_bytes(17);
    let expression = Expression::parse("b1;b2").unwrap();
    assert!(matches!(
        expression.apply_within(&image, limits),
        Err(Error::OverLimit {
            needed: 20,
            limit: 17,
            ..
        })
    ));
    // Two steps, a load and a sum, for each of two pixels.
    let few = cog_render::Limits::default().with_steps(3);
    let sum = Expression::parse("b1+b1").unwrap();
    let error = sum.apply_within(&image, few).unwrap_err().to_string();
    assert!(
        error.starts_with("the expression needs 4 steps, the limit is 3: "),
        "{error}"
    );
}

#[test]
fn bands_are_named_described_and_ranged() {
    let mut image = row(3, Samples::U8(vec![1, 2, 3]));
    let describe = |image: Image, range: Option<(f64, f64)>| {
        let mut bands = image.bands().to_vec();
        for (band, name) in bands.iter_mut().zip(["red", "nir b1", "b3"]) {
            band.description = name.to_owned();
            band.range = range;
        }
        let (crs, bounds) = (image.crs().cloned(), image.bounds());
        Image::new(image.into_raster(), bands, crs, bounds).unwrap()
    };
    image = describe(image, Some((0.0, 10.0)));
    let result = of("(B1-b2) / (b2 + B1);exp(b3);b1-b2", &image);
    let bands = result.bands();
    assert_eq!(bands[0].name, "b1");
    assert_eq!(bands[2].name, "b3");
    assert_eq!(bands[0].description, "(red-nir b1) / (nir b1 + red)");
    assert_eq!(bands[1].description, "exp(b3)");
    // 0 / 0 at one corner is left out.
    assert_eq!(bands[0].range, Some((-1.0, 1.0)));
    assert_eq!(bands[2].range, Some((-10.0, 10.0)));
    let result = of("b1+b2", &describe(image, None));
    assert_eq!(result.bands()[0].range, None);
}

#[test]
fn many_bands_have_no_corners() {
    let count = 40;
    let image = row(count, Samples::U8(vec![1; count]));
    let mut bands = image.bands().to_vec();
    for band in &mut bands {
        band.range = Some((0.0, 2.0));
    }
    let bounds = image.bounds();
    let image = Image::new(image.into_raster(), bands, None, bounds).unwrap();
    let sum: Vec<String> = (1..=count).map(|band| format!("b{band}")).collect();
    let result = of(&format!("{};b1+b2", sum.join("+")), &image);
    assert_eq!(result.value(0, 0, 0), Some(40.0));
    assert_eq!(result.bands()[0].range, None);
    assert_eq!(result.bands()[1].range, Some((0.0, 4.0)));
}

#[cfg(not(target_arch = "wasm32"))]
mod oracle {
    use super::{image, row};
    use crate::npz;
    use crate::oracle::make;
    use cog_raster::{Mask, RasterMask, SampleType, Samples};
    use cog_render::{Expression, Image};
    use serde_json::Value;
    use std::path::Path;

    #[test]
    fn rio_tiler_agrees() {
        let Some((folder, listing)) = make("expressions.py") else {
            return;
        };
        let made = listing["made"].as_array().unwrap();
        assert!(made.len() > 1000);
        let wrong: Vec<String> = made.iter().filter_map(compare).collect();
        let accepted: Vec<String> = listing["refused"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|case| {
                let text = case["expression"].as_str().unwrap();
                let image = source(case["source"].as_str().unwrap());
                Expression::parse(text)
                    .and_then(|expression| expression.apply(&image))
                    .is_ok()
            })
            .map(|case| format!("{case} is refused by rio-tiler"))
            .collect();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(
            wrong.is_empty(),
            "{} of {}:\n{}",
            wrong.len(),
            made.len(),
            wrong.join("\n")
        );
        assert!(accepted.is_empty(), "{}", accepted.join("\n"));
        for case in listing["ranges"].as_array().unwrap() {
            let image = row(3, Samples::U8(vec![1; 3]));
            let mut bands = image.bands().to_vec();
            for (band, range) in bands
                .iter_mut()
                .zip([(1.0, 200.0), (3.0, 90.0), (2.0, 7.0)])
            {
                band.range = Some(range);
            }
            let bounds = image.bounds();
            let image = Image::new(image.into_raster(), bands, None, bounds).unwrap();
            let text = case["expression"].as_str().unwrap();
            let result = Expression::parse(text).unwrap().apply(&image).unwrap();
            for (band, expected) in result
                .bands()
                .iter()
                .zip(case["ranges"].as_array().unwrap())
            {
                let (least, most) = band.range.unwrap();
                for (ours, theirs) in [(least, &expected[0]), (most, &expected[1])] {
                    let theirs = theirs.as_f64().unwrap();
                    assert!(
                        (ours - theirs).abs() <= 1e-9 * theirs.abs(),
                        "{text}: {ours} {theirs}"
                    );
                }
            }
        }
    }

    fn source(path: &str) -> Image {
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
        image(
            bands,
            rows,
            data.samples,
            RasterMask::PerBand(masks.collect()),
        )
    }

    /// What is wrong with one result, if anything.
    fn compare(case: &Value) -> Option<String> {
        let text = case["expression"].as_str().unwrap();
        let path = case["source"].as_str().unwrap();
        let what = |wrong: String| Some(format!("{text} of {path}: {wrong}"));
        let image = source(path);
        let result = match Expression::parse(text).and_then(|e| e.apply(&image)) {
            Ok(result) => result,
            Err(error) => return what(error.to_string()),
        };
        let arrays = npz::read(Path::new(case["result"].as_str().unwrap()));
        let (data, mask) = (&arrays["data"].samples, &arrays["mask"].samples);
        let expected = case["dtype"].as_str().unwrap();
        let ours = result.sample_type();
        let wider = match (expected, ours) {
            ("bool", SampleType::U8) => true,
            // Where the product of two bands may have more bits than they.
            ("int32", SampleType::I64) | ("int32" | "int64", SampleType::F64) => true,
            // NumExpr takes a whole power of whole numbers by a decimal exponent, and the value of a function
            // of constants, for whole.
            (expected, ours) => expected == ours.name(),
        };
        if !wider {
            return what(format!("{ours}, not {expected}"));
        }
        let descriptions: Vec<&str> = result
            .bands()
            .iter()
            .map(|band| &*band.description)
            .collect();
        let written: Vec<String> = text
            .split(';')
            .map(|block| {
                block
                    .to_lowercase()
                    .replace("b1", "of 1")
                    .replace("b2", "of 2")
                    .replace("b3", "of 3")
            })
            .collect();
        assert_eq!(case["descriptions"], serde_json::json!(written));
        assert_eq!(
            descriptions,
            text.to_lowercase().split(';').collect::<Vec<_>>()
        );
        if data.len() != result.samples().len() {
            return what(format!(
                "{} samples, not {}",
                result.samples().len(),
                data.len()
            ));
        }
        let (mut counted, pixels) = (0, image.pixels());
        for at in 0..data.len() {
            let (theirs, valid) = (data.value(at).unwrap(), mask.value(at) == Some(255.0));
            let row = u32::try_from(at % pixels).unwrap() / image.width();
            let column = u32::try_from(at % pixels).unwrap() % image.width();
            match (valid, result.value(at / pixels, row, column)) {
                (true, Some(ours)) => {
                    counted += 1;
                    let single = result.sample_type() == SampleType::F32;
                    let tolerance = if single { 1e-5 } else { 1e-12 };
                    let near = (ours - theirs).abs() <= tolerance * theirs.abs().max(1e-3);
                    let exact = !result.sample_type().is_integer() || ours == theirs;
                    if !(near && exact) {
                        return what(format!("{ours} at {at}, not {theirs}"));
                    }
                }
                // What is not finite became 0 or the greatest number there.
                (true, None) if theirs == 0.0 || theirs.abs() > 3e38 => {}
                (false, None) => {}
                (valid, ours) => return what(format!("{ours:?} at {at}, not {theirs} ({valid})")),
            }
        }
        let least = if case["source"].as_str().unwrap().contains("none") {
            100
        } else {
            10
        };
        (counted < least).then(|| format!("{text}: {counted} pixels count"))
    }
}
