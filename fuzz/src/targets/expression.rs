//! Any text as band mathematics and as an algorithm's parameters.

use cog_raster::{Mask, Raster, RasterMask, Samples};
use cog_render::{Algorithms, Expression, Image, ImageBand};
use tile_math::BoundingBox;

/// The first byte says of which type the samples of a small image are, the second which of its pixels count;
/// the rest is an expression, and what follows a line feed, the parameters of an algorithm whose name is before
/// another.
///
/// # Panics
///
/// On a find.
pub fn expression(bytes: &[u8]) {
    let [sample_type, valid, text @ ..] = bytes else {
        return;
    };
    let Ok(text) = core::str::from_utf8(text) else {
        return;
    };
    let image = image(*sample_type, *valid);
    let mut parts = text.splitn(3, '\n');
    if let Ok(expression) = Expression::parse(parts.next().unwrap_or_default()) {
        // Twice the same, as far as the image has the bands.
        let (first, second) = (expression.apply(&image), expression.apply(&image));
        if let (Ok(first), Ok(second)) = (first, second) {
            assert_eq!(first.bands().len(), expression.blocks());
            examine(&first);
            // NaN is in no result, so that results are equal.
            assert_eq!(first, second);
        }
    }
    if let (Some(name), Some(parameters)) = (parts.next(), parts.next())
        && let Ok(algorithm) = Algorithms::builtin().build(name, Some(parameters))
        && let Ok(result) = algorithm.apply(&image)
    {
        examine(&result);
    }
}

/// Texts that reach every function, and every algorithm, over samples of all types.
pub fn expression_seeds() -> Vec<Vec<u8>> {
    const TEXTS: [&str; 14] = [
        "(b1-b2)/(b1+b2);b3",
        "where((b1>3)&(b2<=90)|~(b3!=4),b1**2,-b2//7%5)",
        "abs(b1);arccos(b2);arccosh(b3);arcsin(b1);arcsinh(b2);arctan(b3);arctanh(b1);ceil(b2);copy(b3)",
        "cos(b1);cosh(b2);exp(b3);expm1(b1);floor(b2);log(b3);log10(b1);log1p(b2);log2(b3);ones_like(b1)",
        "round(b1);sign(b2);sin(b3);sinh(b1);sqrt(b2);tan(b3);tanh(b1);trunc(b2);signbit(b3);conj(b1)",
        "arctan2(b1,b2);copysign(b1,b2);fmod(b1,b2);hypot(b1,b2);maximum(b1,b2);minimum(b1,b2);nextafter(b1,b2)",
        "isfinite(b1/b2)*isinf(b2)+isnan(b3);real(complex(b1,b2)**2);imag(1j*b3);abs(b1-2j)",
        "b1*b2*b3*b1*b2*b3;b1**9;2**b2;b1**-1;b2**0.5;b3**2.5;-9223372036854775808//(b1-1)",
        "0x1f^b1&0b11|0o7;1_000e-3*b2;.5+1.",
        "((((((((((((((b1))))))))))))))",
        "b1\nhillshade\n{\"buffer\": 1, \"azimuth\": 315}",
        "b1\nterrainrgb\n{\"nodata_height\": 0, \"interval\": 0.25}",
        "b1\ncast\n{}",
        "b1\nstd\n",
    ];
    let types = (0..9).flat_map(|sample_type| TEXTS.map(|text| (sample_type, text)));
    types
        .map(|(sample_type, text)| [&[sample_type, 0b1101_1101], text.as_bytes()].concat())
        .collect()
}

/// What counts is finite, and what does not is 0.
fn examine(image: &Image) {
    let pixels = image.pixels();
    for band in 0..image.bands().len() {
        for (at, valid) in image.band_mask(band).values().iter().enumerate() {
            let value = image.samples().value(band * pixels + at).expect("a pixel");
            assert!(value.is_finite(), "{value} in band {band}");
            assert!(*valid != 0 || value == 0.0, "{value} that does not count");
        }
    }
}

/// Three bands of 4 × 4 pixels with the ends of their type among them.
pub(super) fn image(sample_type: u8, valid: u8) -> Image {
    const PIXELS: usize = 48;
    let number = |at: usize| at as f64 * 3.75 - 20.0;
    macro_rules! whole {
        ($variant:ident, $type:ty) => {{
            let mut samples: Vec<$type> = (0..PIXELS).map(|at| number(at) as $type).collect();
            (samples[0], samples[20]) = (<$type>::MIN, <$type>::MAX);
            Samples::$variant(samples)
        }};
    }
    macro_rules! float {
        ($variant:ident, $type:ty) => {{
            let mut samples: Vec<$type> = (0..PIXELS).map(|at| number(at) as $type).collect();
            (samples[0], samples[20]) = (<$type>::NAN, <$type>::INFINITY);
            (samples[1], samples[37]) = (<$type>::MIN_POSITIVE, <$type>::MAX);
            Samples::$variant(samples)
        }};
    }
    let samples = match sample_type % 9 {
        0 => whole!(U8, u8),
        1 => whole!(I8, i8),
        2 => whole!(U16, u16),
        3 => whole!(I32, i32),
        4 => whole!(U32, u32),
        5 => whole!(I64, i64),
        6 => whole!(U64, u64),
        7 => float!(F32, f32),
        _ => float!(F64, f64),
    };
    let masks = (0..3).map(|band| {
        let value = |at: usize| u8::from(valid.rotate_left(band) >> (at % 8) & 1 == 1) * 255;
        Mask::new(4, 4, (0..16).map(value).collect()).expect("16 pixels")
    });
    let raster = Raster::new(3, 4, 4, samples)
        .and_then(|raster| raster.with_mask(RasterMask::PerBand(masks.collect())))
        .expect("3 bands of 16 pixels");
    let bands = ["b1", "b2", "b3"].map(|name| {
        let mut band = ImageBand::new(name);
        band.range = Some((-20.0, 160.0));
        band
    });
    let bounds = BoundingBox::new(0.0, 0.0, 4.0, 4.0);
    Image::new(raster, bands.into(), None, bounds).expect("3 bands")
}
