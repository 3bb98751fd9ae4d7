//! Colours against rio-tiler's: rescaling, formulas, colormaps.
//!
//! Runs where `SMALTI_PYTHON` names a Python with rio-tiler; `pictures.rs` and the unit tests are the twins that
//! need none.

use crate::{npz, oracle::make};
use cog_raster::{Mask, Raster, RasterMask, SampleType, Samples};
use cog_render::{ColorFormula, Colormap, Format, Image, ImageBand, Pixels, Style, style};
use serde_json::Value;
use std::path::Path;
use tile_math::BoundingBox;

#[test]
fn colours_are_rio_tilers() {
    let Some((folder, cases)) = make("colors.py") else {
        return;
    };
    let cases = cases.as_array().unwrap();
    let wrong: Vec<String> = cases.iter().filter_map(compare).collect();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(cases.len() > 100);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with a case, if anything.
fn compare(case: &Value) -> Option<String> {
    let arrays = npz::read(Path::new(case["npz"].as_str().unwrap()));
    let data = &arrays["data"];
    let holes = &arrays["mask"].samples;
    let image = image(&data.shape, data.samples.clone(), holes, case);
    let picture = style(&image, &asked(case), Format::Webp).unwrap();
    let pixels = rgba(picture.to_rgb8(true).pixels());
    let (out, alpha) = (&arrays["out"], &arrays["alpha"].samples);
    let count = image.pixels();
    let (mut equal, mut valid, mut greatest) = (0, 0, 0);
    let mut wrong_alpha = 0;
    for (at, pixel) in pixels.iter().enumerate() {
        wrong_alpha += usize::from(f64::from(pixel[3]) != alpha.value(at).unwrap());
        if pixel[3] == 0 {
            continue;
        }
        for (channel, ours) in pixel[..3].iter().enumerate() {
            let band = channel.min(out.shape[0] - 1);
            let theirs = out.samples.value(band * count + at).unwrap() as u8;
            let difference = theirs.abs_diff(*ours);
            greatest = greatest.max(difference);
            equal += usize::from(difference == 0);
            valid += 1;
        }
    }
    let share = f64::from(equal as u32) / f64::from(valid as u32);
    // Curves are cut off to bytes: where two libraries' powers and logarithms differ in the last
    // place, a byte can. In saturation that is the rule for greys, and what follows spreads it.
    let (needed, tolerance) = match case["color_formula"].as_str() {
        Some(formula) if formula.contains("saturation") => (0.97, 2),
        Some(_) => (0.999, 1),
        None => (1.0, 0),
    };
    let what = format!(
        "{case}: {share:.5} of {valid} equal, up to {greatest} apart, {wrong_alpha} wrong alphas"
    );
    let good = valid > 0 && share >= needed && greatest <= tolerance && wrong_alpha == 0;
    (!good).then_some(what)
}

fn image(shape: &[usize], samples: Samples, holes: &Samples, case: &Value) -> Image {
    let [bands, rows, columns] = [shape[0], shape[1], shape[2]].map(|n| u32::try_from(n).unwrap());
    let holes = holes.as_slice::<u8>().unwrap();
    let mask = holes
        .iter()
        .map(|hole| if *hole == 0 { 255 } else { 0 })
        .collect();
    let raster = Raster::new(bands, rows, columns, samples)
        .unwrap()
        .with_mask(RasterMask::PerDataset(
            Mask::new(rows, columns, mask).unwrap(),
        ))
        .unwrap();
    let declared = case["statistics"].as_bool() == Some(true);
    let ranges = pairs(&case["automatic"]);
    let infos = (0..bands as usize)
        .map(|band| {
            let mut info = ImageBand::new(format!("b{}", band + 1));
            info.range = declared.then(|| ranges[band]);
            info
        })
        .collect();
    let bounds = BoundingBox {
        left: 0.0,
        bottom: 0.0,
        right: 1.0,
        top: 1.0,
    };
    Image::new(raster, infos, None, bounds).unwrap()
}

fn pairs(value: &Value) -> Vec<(f64, f64)> {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

fn asked(case: &Value) -> Style {
    let mut asked = Style::default().with_rescale(pairs(&case["rescale"]));
    if let Some(formula) = case["color_formula"].as_str() {
        asked = asked.with_color_formula(ColorFormula::parse(formula).unwrap());
    }
    if let Some(name) = case["colormap_name"].as_str() {
        asked = asked.with_colormap(Colormap::named(name).unwrap());
    }
    if let Some(text) = case["colormap"].as_str() {
        asked = asked.with_colormap(Colormap::from_json(text).unwrap());
    }
    asked
}

fn rgba(pixels: &Pixels) -> Vec<[u8; 4]> {
    match pixels {
        Pixels::Rgb8(v) => v.chunks_exact(3).map(|p| [p[0], p[1], p[2], 255]).collect(),
        Pixels::Rgba8(v) => v
            .chunks_exact(4)
            .map(|p| [p[0], p[1], p[2], p[3]])
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn formulas_want_whole_numbers_and_their_bands() {
    let image = |samples: Samples, bands: u32| {
        let raster = Raster::new(bands, 1, 2, samples).unwrap();
        let infos = (0..bands)
            .map(|b| ImageBand::new(format!("b{b}")))
            .collect();
        let bounds = BoundingBox {
            left: 0.0,
            bottom: 0.0,
            right: 1.0,
            top: 1.0,
        };
        Image::new(raster, infos, None, bounds).unwrap()
    };
    let refused = |image: &Image, formula: &str| {
        let formula = ColorFormula::parse(formula).unwrap();
        let asked = Style::default().with_color_formula(formula);
        style(image, &asked, Format::Png).unwrap_err().to_string()
    };
    let reals = image(Samples::F32(vec![0.5; 2]), 1);
    assert!(refused(&reals, "gamma r 2").contains("rescale"));
    assert_eq!(reals.sample_type(), SampleType::F32);
    let grey = image(Samples::U8(vec![1; 2]), 1);
    assert!(refused(&grey, "gamma rg 2").contains("band 2"));
    assert!(refused(&grey, "saturation 2").contains("band 3"));
}
