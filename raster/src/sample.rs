//! Sample types and what the pixel loops need of them.

use crate::{Nodata, Samples};
use core::fmt::Debug;
use half::f16;
use num_complex::Complex;

/// The type of one sample.
///
/// Depths between these (1, 2, 4, 10, 12 … bits, 24-bit floats) are widened to
/// the next one when decoded, as GDAL does.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SampleType {
    /// Unsigned 8-bit integer.
    U8,
    /// Signed 8-bit integer.
    I8,
    /// Unsigned 16-bit integer.
    U16,
    /// Signed 16-bit integer.
    I16,
    /// Unsigned 32-bit integer.
    U32,
    /// Signed 32-bit integer.
    I32,
    /// Unsigned 64-bit integer.
    U64,
    /// Signed 64-bit integer.
    I64,
    /// IEEE 754 binary16.
    F16,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
    /// Complex number of two signed 16-bit integers.
    ComplexI16,
    /// Complex number of two signed 32-bit integers.
    ComplexI32,
    /// Complex number of two binary32.
    ComplexF32,
    /// Complex number of two binary64.
    ComplexF64,
}

impl SampleType {
    /// Bytes of one sample.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 | Self::F16 => 2,
            Self::U32 | Self::I32 | Self::F32 | Self::ComplexI16 => 4,
            Self::U64 | Self::I64 | Self::F64 | Self::ComplexI32 | Self::ComplexF32 => 8,
            Self::ComplexF64 => 16,
        }
    }

    /// NumPy's name: `"uint8"`, `"float32"`, `"complex64"` …
    ///
    /// NumPy has no complex integers; those carry the names GDAL's Python
    /// bindings give them, `"complex_int16"` and `"complex_int32"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::U8 => "uint8",
            Self::I8 => "int8",
            Self::U16 => "uint16",
            Self::I16 => "int16",
            Self::U32 => "uint32",
            Self::I32 => "int32",
            Self::U64 => "uint64",
            Self::I64 => "int64",
            Self::F16 => "float16",
            Self::F32 => "float32",
            Self::F64 => "float64",
            Self::ComplexI16 => "complex_int16",
            Self::ComplexI32 => "complex_int32",
            Self::ComplexF32 => "complex64",
            Self::ComplexF64 => "complex128",
        }
    }

    /// An integer type that is not complex.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        matches!(
            self,
            Self::U8
                | Self::I8
                | Self::U16
                | Self::I16
                | Self::U32
                | Self::I32
                | Self::U64
                | Self::I64
        )
    }

    /// A floating-point type that is not complex.
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F16 | Self::F32 | Self::F64)
    }

    /// A complex type.
    #[must_use]
    pub const fn is_complex(self) -> bool {
        matches!(
            self,
            Self::ComplexI16 | Self::ComplexI32 | Self::ComplexF32 | Self::ComplexF64
        )
    }

    /// Least and greatest finite value; of the parts, where complex.
    #[must_use]
    pub const fn range(self) -> (f64, f64) {
        match self {
            Self::U8 => (0.0, u8::MAX as f64),
            Self::I8 => (i8::MIN as f64, i8::MAX as f64),
            Self::U16 => (0.0, u16::MAX as f64),
            Self::I16 | Self::ComplexI16 => (i16::MIN as f64, i16::MAX as f64),
            Self::U32 => (0.0, u32::MAX as f64),
            Self::I32 | Self::ComplexI32 => (i32::MIN as f64, i32::MAX as f64),
            Self::U64 => (0.0, u64::MAX as f64),
            Self::I64 => (i64::MIN as f64, i64::MAX as f64),
            Self::F16 => (-65504.0, 65504.0),
            Self::F32 | Self::ComplexF32 => (f32::MIN as f64, f32::MAX as f64),
            Self::F64 | Self::ComplexF64 => (f64::MIN, f64::MAX),
        }
    }
}

impl core::fmt::Display for SampleType {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

/// A type that a [`Samples`] buffer can hold. Sealed: the list is [`SampleType`]'s.
pub trait Sample:
    Copy + Debug + Default + PartialEq + Send + Sync + 'static + sealed::Sealed
{
    /// The type's tag.
    const TYPE: SampleType;

    /// Wraps a buffer.
    fn into_samples(buffer: Vec<Self>) -> Samples;

    /// The buffer inside, if it is of this type.
    fn slice(samples: &Samples) -> Option<&[Self]>;

    /// The buffer inside, if it is of this type.
    fn slice_mut(samples: &mut Samples) -> Option<&mut [Self]>;

    /// The value as a real number; the real part where complex, rounded where
    /// an integer has more than 53 bits.
    fn to_f64(self) -> f64;

    /// The nearest value of this type: clamped to the range and, for integers,
    /// rounded half away from zero, as GDAL's warper does. NaN becomes 0 in an integer type.
    fn from_f64(value: f64) -> Self;

    /// The sample says "nothing here": equal to `nodata`, or both NaN.
    fn is_nodata(self, nodata: &Nodata) -> bool;
}

mod sealed {
    #[expect(unnameable_types, reason = "that is what seals `Sample`")]
    pub trait Sealed {}
}

/// The half of [`Sample`] that is the same for all types: which buffer is theirs.
macro_rules! buffer_access {
    ($tag:ident) => {
        const TYPE: SampleType = SampleType::$tag;

        fn into_samples(buffer: Vec<Self>) -> Samples {
            Samples::$tag(buffer)
        }

        fn slice(samples: &Samples) -> Option<&[Self]> {
            match samples {
                Samples::$tag(buffer) => Some(buffer),
                _ => None,
            }
        }

        fn slice_mut(samples: &mut Samples) -> Option<&mut [Self]> {
            match samples {
                Samples::$tag(buffer) => Some(buffer),
                _ => None,
            }
        }
    };
}

macro_rules! plain_sample {
    ($type:ty, $tag:ident) => {
        impl sealed::Sealed for $type {}
        impl Sample for $type {
            buffer_access!($tag);

            sample_values!($type, $tag);
        }
    };
}

macro_rules! sample_values {
    ($type:ty, F16) => {
        fn to_f64(self) -> f64 {
            self.to_f64()
        }

        fn from_f64(value: f64) -> Self {
            if value.is_finite() {
                f16::from_f64(value.clamp(-65504.0, 65504.0))
            } else {
                f16::from_f64(value)
            }
        }

        fn is_nodata(self, nodata: &Nodata) -> bool {
            let nodata = f16::from_f64(nodata.as_f64()).to_f64();
            is_float_nodata(f64::from(self), nodata)
        }
    };
    ($type:ty, F32) => {
        fn to_f64(self) -> f64 {
            f64::from(self)
        }

        fn from_f64(value: f64) -> Self {
            if value.is_finite() {
                value.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32
            } else {
                value as f32
            }
        }

        fn is_nodata(self, nodata: &Nodata) -> bool {
            let nodata = f64::from(nodata.as_f64() as f32);
            is_float_nodata(f64::from(self), nodata)
        }
    };
    ($type:ty, F64) => {
        fn to_f64(self) -> f64 {
            self
        }

        fn from_f64(value: f64) -> Self {
            value
        }

        fn is_nodata(self, nodata: &Nodata) -> bool {
            is_float_nodata(self, nodata.as_f64())
        }
    };
    ($type:ty, $tag:ident) => {
        fn to_f64(self) -> f64 {
            self as f64
        }

        fn from_f64(value: f64) -> Self {
            value.round() as $type
        }

        fn is_nodata(self, nodata: &Nodata) -> bool {
            nodata.as_integer() == Some(i128::from(self))
        }
    };
}

macro_rules! complex_sample {
    ($part:ty, $tag:ident) => {
        impl sealed::Sealed for Complex<$part> {}
        impl Sample for Complex<$part> {
            buffer_access!($tag);

            fn to_f64(self) -> f64 {
                Sample::to_f64(self.re)
            }

            fn from_f64(value: f64) -> Self {
                Complex::new(Sample::from_f64(value), <$part>::default())
            }

            fn is_nodata(self, nodata: &Nodata) -> bool {
                self.re.is_nodata(nodata)
            }
        }
    };
}

/// Equal up to a millionth: GDAL's `ARE_REAL_EQUAL`, which counts in units of
/// `f32` for `f64` too. Nodata is often written with fewer digits than the
/// samples have, and averaged into overviews.
fn is_float_nodata(value: f64, nodata: f64) -> bool {
    value == nodata
        || (value.is_nan() && nodata.is_nan())
        || (value - nodata).abs() < f64::from(f32::EPSILON) * (value + nodata).abs() * 2.0
}

plain_sample!(u8, U8);
plain_sample!(i8, I8);
plain_sample!(u16, U16);
plain_sample!(i16, I16);
plain_sample!(u32, U32);
plain_sample!(i32, I32);
plain_sample!(u64, U64);
plain_sample!(i64, I64);
plain_sample!(f16, F16);
plain_sample!(f32, F32);
plain_sample!(f64, F64);
complex_sample!(i16, ComplexI16);
complex_sample!(i32, ComplexI32);
complex_sample!(f32, ComplexF32);
complex_sample!(f64, ComplexF64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversion_clamps_and_rounds() {
        assert_eq!(u8::from_f64(300.0), 255);
        assert_eq!(u8::from_f64(-1.0), 0);
        assert_eq!(u8::from_f64(2.5), 3);
        assert_eq!(i16::from_f64(-2.5), -3);
        assert_eq!(u8::from_f64(f64::NAN), 0);
        assert_eq!(f32::from_f64(1e300), f32::MAX);
        assert!(f32::from_f64(f64::NAN).is_nan());
    }

    #[test]
    fn nodata_is_compared_in_the_samples_type() {
        let nodata = Nodata::parse("-3.4028234663852886e+38").unwrap();
        assert!(f32::MIN.is_nodata(&nodata));
        assert!(f32::NAN.is_nodata(&Nodata::new(f64::NAN)));
        assert!(!0_f32.is_nodata(&Nodata::new(f64::NAN)));
        let shortened = Nodata::new(-1.267_650_6e30);
        assert!((-(2.0_f64.powi(100))).is_nodata(&shortened));
        assert!(!(-1.267_652e30_f64).is_nodata(&shortened));
        assert!(!1.0_f64.is_nodata(&Nodata::new(f64::INFINITY)));
        assert!(!f64::INFINITY.is_nodata(&Nodata::new(-9999.0)));
        assert!(!1e-300_f64.is_nodata(&Nodata::new(0.0)));
        assert!(i64::MIN.is_nodata(&Nodata::from_integer(i64::MIN.into())));
        assert!(!(i64::MIN + 1).is_nodata(&Nodata::from_integer(i64::MIN.into())));
        // 256 is not a `u8`: no sample of that type is missing.
        assert!(!0_u8.is_nodata(&Nodata::new(256.0)));
        assert!(!1_u8.is_nodata(&Nodata::new(1.5)));
    }
}
