//! A buffer of samples of one type.

use crate::{Sample, SampleType};
use half::f16;
use num_complex::Complex;

/// A buffer of samples, one variant per [`SampleType`].
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the variants are `SampleType`'s, documented there"
)]
pub enum Samples {
    U8(Vec<u8>),
    I8(Vec<i8>),
    U16(Vec<u16>),
    I16(Vec<i16>),
    U32(Vec<u32>),
    I32(Vec<i32>),
    U64(Vec<u64>),
    I64(Vec<i64>),
    F16(Vec<f16>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    ComplexI16(Vec<Complex<i16>>),
    ComplexI32(Vec<Complex<i32>>),
    ComplexF32(Vec<Complex<f32>>),
    ComplexF64(Vec<Complex<f64>>),
}

/// Runs one generic expression on whichever typed buffer a [`Samples`] holds.
///
/// The buffer is bound to the given name, the element type to the given type name:
///
/// ```
/// use cog_raster::{with_samples, Sample, Samples};
///
/// let samples = Samples::I16(vec![-3, 4]);
/// let sum: f64 = with_samples!(&samples, T, buffer => {
///     let buffer: &Vec<T> = buffer;
///     buffer.iter().map(|v| v.to_f64()).sum()
/// });
/// assert_eq!(sum, 1.0);
/// ```
#[macro_export]
macro_rules! with_samples {
    ($samples:expr, $type:ident, $buffer:ident => $body:expr) => {
        match $samples {
            $crate::Samples::U8($buffer) => {
                #[allow(dead_code, reason = "a body may not name its element type")]
                type $type = u8;
                $body
            }
            $crate::Samples::I8($buffer) => {
                #[allow(dead_code, reason = "a body may not name its element type")]
                type $type = i8;
                $body
            }
            $crate::Samples::U16($buffer) => {
                #[allow(dead_code, reason = "a body may not name its element type")]
                type $type = u16;
                $body
            }
            $crate::Samples::I16($buffer) => {
                #[allow(dead_code, reason = "a body may not name its element type")]
                type $type = i16;
                $body
            }
            $crate::Samples::U32($buffer) => {
                #[allow(dead_code, reason = "a body may not name its element type")]
                type $type = u32;
                $body
            }
            $crate::Samples::I32($buffer) => {
                #[allow(dead_code, reason = "a body may not name its element type")]
                type $type = i32;
                $body
            }
            $crate::Samples::U64($buffer) => {
                #[allow(dead_code, reason = "a body may not name its element type")]
                type $type = u64;
                $body
            }
            $crate::Samples::I64($buffer) => {
                #[allow(dead_code, reason = "a body may not name its element type")]
                type $type = i64;
                $body
            }
            $crate::Samples::F16($buffer) => {
                #[allow(dead_code, reason = "a body may not name its element type")]
                type $type = $crate::f16;
                $body
            }
            $crate::Samples::F32($buffer) => {
                #[allow(dead_code, reason = "a body may not name its element type")]
                type $type = f32;
                $body
            }
            $crate::Samples::F64($buffer) => {
                #[allow(dead_code, reason = "a body may not name its element type")]
                type $type = f64;
                $body
            }
            $crate::Samples::ComplexI16($buffer) => {
                #[allow(dead_code, reason = "a body may not name its element type")]
                type $type = $crate::Complex<i16>;
                $body
            }
            $crate::Samples::ComplexI32($buffer) => {
                #[allow(dead_code, reason = "a body may not name its element type")]
                type $type = $crate::Complex<i32>;
                $body
            }
            $crate::Samples::ComplexF32($buffer) => {
                #[allow(dead_code, reason = "a body may not name its element type")]
                type $type = $crate::Complex<f32>;
                $body
            }
            $crate::Samples::ComplexF64($buffer) => {
                #[allow(dead_code, reason = "a body may not name its element type")]
                type $type = $crate::Complex<f64>;
                $body
            }
        }
    };
}

/// Runs one generic expression with the Rust type behind a [`SampleType`].
///
/// ```
/// use cog_raster::{with_sample_type, SampleType};
///
/// let bytes = with_sample_type!(SampleType::F32, T => size_of::<T>());
/// assert_eq!(bytes, 4);
/// ```
#[macro_export]
macro_rules! with_sample_type {
    ($sample_type:expr, $type:ident => $body:expr) => {
        match $sample_type {
            $crate::SampleType::U8 => {
                type $type = u8;
                $body
            }
            $crate::SampleType::I8 => {
                type $type = i8;
                $body
            }
            $crate::SampleType::U16 => {
                type $type = u16;
                $body
            }
            $crate::SampleType::I16 => {
                type $type = i16;
                $body
            }
            $crate::SampleType::U32 => {
                type $type = u32;
                $body
            }
            $crate::SampleType::I32 => {
                type $type = i32;
                $body
            }
            $crate::SampleType::U64 => {
                type $type = u64;
                $body
            }
            $crate::SampleType::I64 => {
                type $type = i64;
                $body
            }
            $crate::SampleType::F16 => {
                type $type = $crate::f16;
                $body
            }
            $crate::SampleType::F32 => {
                type $type = f32;
                $body
            }
            $crate::SampleType::F64 => {
                type $type = f64;
                $body
            }
            $crate::SampleType::ComplexI16 => {
                type $type = $crate::Complex<i16>;
                $body
            }
            $crate::SampleType::ComplexI32 => {
                type $type = $crate::Complex<i32>;
                $body
            }
            $crate::SampleType::ComplexF32 => {
                type $type = $crate::Complex<f32>;
                $body
            }
            $crate::SampleType::ComplexF64 => {
                type $type = $crate::Complex<f64>;
                $body
            }
        }
    };
}

impl Samples {
    /// `len` zeros.
    #[must_use]
    pub fn zeros(sample_type: SampleType, len: usize) -> Self {
        with_sample_type!(sample_type, T => T::into_samples(vec![T::default(); len]))
    }

    /// `len` samples of the given value, converted by [`Sample::from_f64`].
    #[must_use]
    pub fn filled(sample_type: SampleType, len: usize, value: f64) -> Self {
        with_sample_type!(sample_type, T => T::into_samples(vec![T::from_f64(value); len]))
    }

    /// The samples' type.
    #[must_use]
    pub fn sample_type(&self) -> SampleType {
        with_samples!(self, T, _buffer => T::TYPE)
    }

    /// Number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        with_samples!(self, T, buffer => buffer.len())
    }

    /// No samples.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The buffer, if it is of type `T`.
    #[must_use]
    pub fn as_slice<T: Sample>(&self) -> Option<&[T]> {
        T::slice(self)
    }

    /// The buffer, if it is of type `T`.
    #[must_use]
    pub fn as_mut_slice<T: Sample>(&mut self) -> Option<&mut [T]> {
        T::slice_mut(self)
    }

    /// Sample `index` as a real number (the real part where complex); `None` past the end.
    #[must_use]
    pub fn value(&self, index: usize) -> Option<f64> {
        with_samples!(self, T, buffer => buffer.get(index).map(|v: &T| v.to_f64()))
    }

    /// Bytes that the samples take.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        self.len() * self.sample_type().size()
    }

    /// The samples' bytes, little-endian, in order: what a checksum or a `.npy` file holds.
    #[must_use]
    pub fn to_le_bytes(&self) -> Vec<u8> {
        macro_rules! plain {
            ($buffer:expr) => {
                $buffer.iter().flat_map(|v| v.to_le_bytes()).collect()
            };
        }
        macro_rules! complex {
            ($buffer:expr) => {
                $buffer
                    .iter()
                    .flat_map(|v| [v.re.to_le_bytes(), v.im.to_le_bytes()])
                    .flatten()
                    .collect()
            };
        }
        match self {
            Self::U8(b) => b.clone(),
            Self::I8(b) => plain!(b),
            Self::U16(b) => plain!(b),
            Self::I16(b) => plain!(b),
            Self::U32(b) => plain!(b),
            Self::I32(b) => plain!(b),
            Self::U64(b) => plain!(b),
            Self::I64(b) => plain!(b),
            Self::F16(b) => plain!(b),
            Self::F32(b) => plain!(b),
            Self::F64(b) => plain!(b),
            Self::ComplexI16(b) => complex!(b),
            Self::ComplexI32(b) => complex!(b),
            Self::ComplexF32(b) => complex!(b),
            Self::ComplexF64(b) => complex!(b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_little_endian() {
        assert_eq!(Samples::U16(vec![0x0102]).to_le_bytes(), [2, 1]);
        assert_eq!(
            Samples::ComplexI16(vec![Complex::new(1, -1)]).to_le_bytes(),
            [1, 0, 255, 255]
        );
    }

    #[test]
    fn zeros_have_the_type_asked_for() {
        for sample_type in [SampleType::U8, SampleType::F16, SampleType::ComplexF64] {
            let zeros = Samples::zeros(sample_type, 3);
            assert_eq!((zeros.sample_type(), zeros.len()), (sample_type, 3));
            assert_eq!(zeros.byte_len(), 3 * sample_type.size());
        }
    }
}
