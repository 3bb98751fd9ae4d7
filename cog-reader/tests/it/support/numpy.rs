//! Samples beside those of NumPy.

use cog_raster::{Complex, Samples};

/// Half floats and complex integers are floats there.
pub(crate) fn as_numpy_has_it(samples: &Samples, dtype: &str) -> Samples {
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
pub(crate) fn same(samples: &Samples, found: &[u8], expected: &[u8]) -> Result<(), String> {
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
pub(crate) fn near(found: &[u8], expected: &[u8]) -> Result<(), String> {
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
