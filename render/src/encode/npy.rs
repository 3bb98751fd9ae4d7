//! NumPy's `.npy`, version 1.0 (NEP 1).

use super::mask::mask_band;
use crate::{Error, Image};
use cog_raster::{Complex, SampleType, Samples};
use std::borrow::Cow;

/// The samples of an image as a NumPy array of *bands × rows × columns*.
///
/// With `mask` one band more: the greatest value of the type where a pixel counts, the
/// least where it does not, between them for alpha, as rio-tiler's. NumPy has no complex
/// integers; they become `complex64` and `complex128`.
///
/// # Errors
///
/// None at present; the header holds any shape.
pub fn npy(image: &Image, mask: bool) -> Result<Vec<u8>, Error> {
    let samples = in_numpy(image.samples());
    let bands = image.bands().len() + usize::from(mask);
    let shape = shape(bands, image);
    let mut bytes = header(samples.sample_type(), &shape);
    bytes.extend_from_slice(&samples.to_le_bytes());
    if mask {
        bytes.extend_from_slice(&mask_band(image, &samples).to_le_bytes());
    }
    Ok(bytes)
}

/// The samples in a type that NumPy has.
pub(super) fn in_numpy(samples: &Samples) -> Cow<'_, Samples> {
    match samples {
        Samples::ComplexI16(v) => Cow::Owned(Samples::ComplexF32(
            v.iter()
                .map(|c| Complex::new(f32::from(c.re), f32::from(c.im)))
                .collect(),
        )),
        Samples::ComplexI32(v) => Cow::Owned(Samples::ComplexF64(
            v.iter()
                .map(|c| Complex::new(f64::from(c.re), f64::from(c.im)))
                .collect(),
        )),
        other => Cow::Borrowed(other),
    }
}

/// Python's tuple of *bands × rows × columns*.
pub(super) fn shape(bands: usize, image: &Image) -> String {
    format!("({bands}, {}, {})", image.height(), image.width())
}

pub(super) fn header(sample_type: SampleType, shape: &str) -> Vec<u8> {
    let descr = match sample_type {
        SampleType::U8 => "|u1",
        SampleType::I8 => "|i1",
        SampleType::U16 => "<u2",
        SampleType::I16 => "<i2",
        SampleType::U32 => "<u4",
        SampleType::I32 => "<i4",
        SampleType::U64 => "<u8",
        SampleType::I64 => "<i8",
        SampleType::F16 => "<f2",
        SampleType::F32 => "<f4",
        SampleType::F64 => "<f8",
        SampleType::ComplexI16 | SampleType::ComplexF32 => "<c8",
        SampleType::ComplexI32 | SampleType::ComplexF64 => "<c16",
    };
    let mut text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    // Magic, version, length, text and a line feed fill whole lines of 64 bytes.
    const BEFORE: usize = 10;
    while !(BEFORE + text.len() + 1).is_multiple_of(64) {
        text.push(' ');
    }
    text.push('\n');
    let length = u16::try_from(text.len()).expect("the header's text is below 200 bytes");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_fill_lines_of_64_bytes() {
        for shape in ["(1, 1, 1)", "(4, 256, 256)", "(12, 100000, 100000)"] {
            let header = header(SampleType::F32, shape);
            assert_eq!(header.len() % 64, 0);
            assert_eq!(&header[..8], b"\x93NUMPY\x01\x00");
            let text = core::str::from_utf8(&header[10..]).unwrap();
            assert!(text.starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': ("));
            assert!(text.ends_with('\n'));
        }
    }
}
