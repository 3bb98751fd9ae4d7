//! The type that holds samples of several types.

use cog_raster::{Complex, Sample, SampleType, Samples, with_sample_type, with_samples};

/// NumPy's `result_type` of all: the smallest type that every value fits in, where floats hold
/// integers of half their size. Complex integers, which NumPy has not, are complex floats beside others.
///
/// `None` without any type.
pub(crate) fn promoted(types: &[SampleType]) -> Option<SampleType> {
    let first = *types.first()?;
    if types.iter().all(|t| *t == first) {
        return Some(first);
    }
    let complex = types.iter().any(|t| t.is_complex());
    let float = complex || types.iter().any(|t| t.is_float());
    if !float {
        return Some(integer(types));
    }
    let least = if complex { 4 } else { 2 };
    let size = types.iter().map(|t| float_size(*t)).fold(least, usize::max);
    Some(match (complex, size) {
        (false, 2) => SampleType::F16,
        (false, 4) => SampleType::F32,
        (false, _) => SampleType::F64,
        (true, 4) => SampleType::ComplexF32,
        (true, _) => SampleType::ComplexF64,
    })
}

/// Bytes of the float that holds a type, of one part where complex.
fn float_size(sample_type: SampleType) -> usize {
    if sample_type.is_float() {
        return sample_type.size();
    }
    match sample_type {
        SampleType::ComplexF32 | SampleType::ComplexF64 => sample_type.size() / 2,
        SampleType::ComplexI16 => 4,
        SampleType::ComplexI32 => 8,
        integer => (integer.size() * 2).min(8),
    }
}

fn integer(types: &[SampleType]) -> SampleType {
    let (mut signed, mut unsigned) = (0, 0);
    for sample_type in types {
        let size = sample_type.size();
        if sample_type.range().0 < 0.0 {
            signed = size.max(signed);
        } else {
            unsigned = size.max(unsigned);
        }
    }
    if signed == 0 {
        return match unsigned {
            1 => SampleType::U8,
            2 => SampleType::U16,
            4 => SampleType::U32,
            _ => SampleType::U64,
        };
    }
    match signed.max(unsigned * 2) {
        1 => SampleType::I8,
        2 => SampleType::I16,
        4 => SampleType::I32,
        8 => SampleType::I64,
        _ => SampleType::F64,
    }
}

/// The samples as another type, which holds all their values.
pub(crate) fn cast(samples: Samples, to: SampleType) -> Samples {
    if samples.sample_type() == to {
        return samples;
    }
    if to.is_complex() {
        let parts = parts(&samples);
        return match to {
            SampleType::ComplexF32 => Samples::ComplexF32(
                parts
                    .into_iter()
                    .map(|v| Complex::new(v.re as f32, v.im as f32))
                    .collect(),
            ),
            _ => Samples::ComplexF64(parts),
        };
    }
    // Integers beyond 2^53 meet only floats here: what they are promoted to is one.
    with_sample_type!(to, To => with_samples!(&samples, From, buffer => {
        let cast: Vec<To> = buffer.iter().map(|v| To::from_f64(<From as Sample>::to_f64(*v))).collect();
        To::into_samples(cast)
    }))
}

fn parts(samples: &Samples) -> Vec<Complex<f64>> {
    match samples {
        Samples::ComplexI16(v) => v
            .iter()
            .map(|v| Complex::new(v.re.into(), v.im.into()))
            .collect(),
        Samples::ComplexI32(v) => v
            .iter()
            .map(|v| Complex::new(v.re.into(), v.im.into()))
            .collect(),
        Samples::ComplexF32(v) => v
            .iter()
            .map(|v| Complex::new(v.re.into(), v.im.into()))
            .collect(),
        Samples::ComplexF64(v) => v.clone(),
        real => with_samples!(real, T, buffer => {
            buffer.iter().map(|v| Complex::new(<T as Sample>::to_f64(*v), 0.0)).collect()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SampleType as S;

    #[test]
    fn types_are_promoted_as_numpys() {
        // numpy.result_type of each, NumPy 2.4.
        for (types, expected) in [
            (&[S::U8, S::U8][..], S::U8),
            (&[S::U8, S::U16], S::U16),
            (&[S::U8, S::I8], S::I16),
            (&[S::U16, S::I8], S::I32),
            (&[S::U32, S::I32], S::I64),
            (&[S::U64, S::I8], S::F64),
            (&[S::U64, S::U32], S::U64),
            (&[S::U8, S::F16], S::F16),
            (&[S::I16, S::F16], S::F32),
            (&[S::U16, S::F32], S::F32),
            (&[S::I32, S::F32], S::F64),
            (&[S::I64, S::F16], S::F64),
            (&[S::I16, S::U16, S::F32], S::F32),
            (&[S::F32, S::F64], S::F64),
            (&[S::ComplexF32, S::F64], S::ComplexF64),
            (&[S::ComplexF32, S::U16], S::ComplexF32),
            (&[S::ComplexF32, S::F16], S::ComplexF32),
            (&[S::ComplexF32, S::I32], S::ComplexF64),
        ] {
            assert_eq!(promoted(types), Some(expected), "{types:?}");
        }
        // NumPy has no complex integers.
        assert_eq!(
            promoted(&[S::ComplexI16, S::ComplexI16]),
            Some(S::ComplexI16)
        );
        assert_eq!(promoted(&[S::ComplexI16, S::U8]), Some(S::ComplexF32));
        assert_eq!(promoted(&[]), None);
    }

    #[test]
    fn values_survive() {
        let cast_to = |samples: Samples, to| cast(samples, to);
        assert_eq!(
            cast_to(Samples::I8(vec![-1, 127]), S::I32),
            Samples::I32(vec![-1, 127])
        );
        assert_eq!(
            cast_to(Samples::U32(vec![u32::MAX]), S::I64),
            Samples::I64(vec![4_294_967_295])
        );
        assert_eq!(
            cast_to(
                Samples::ComplexI16(vec![Complex::new(-3, 4)]),
                S::ComplexF32
            ),
            Samples::ComplexF32(vec![Complex::new(-3.0, 4.0)])
        );
        assert_eq!(
            cast_to(Samples::U8(vec![9]), S::ComplexF64),
            Samples::ComplexF64(vec![Complex::new(9.0, 0.0)])
        );
    }
}
