//! Arithmetic between samples of one type.

use cog_raster::{Complex, Sample, f16};
use core::cmp::Ordering;
use core::fmt::Debug;
use core::ops::{Add, Mul};

/// A sample type that can be averaged.
pub(crate) trait Blend: Sample {
    /// What sums are held in: `f64`, or two for complex samples.
    ///
    /// 64-bit integers beyond 2^53 lose their last digits here; nearest neighbour
    /// does not come this way.
    type Sum: Copy + Debug + Default + Add<Output = Self::Sum> + Mul<f64, Output = Self::Sum>;

    /// The sample as a sum.
    fn widen(self) -> Self::Sum;

    /// The nearest sample, clamped to the type's range, halves rounded up as
    /// GDAL's warper does.
    fn narrow(sum: Self::Sum) -> Self;

    /// Neither infinite nor NaN, in no part.
    fn is_finite(sum: Self::Sum) -> bool;

    /// The square of a sum, of its real and its imaginary part apart.
    fn square(sum: Self::Sum) -> Self::Sum;

    /// The square root of a sum, of its real and its imaginary part apart.
    fn root(sum: Self::Sum) -> Self::Sum;

    /// Which sample is the greater; `None` for what has no order: NaN, complex samples.
    fn order(self, other: Self) -> Option<Ordering>;

    /// A number that equal samples share, and no others. All NaN are equal, and so are the two zeros.
    fn key(self) -> u128;
}

fn float_key(value: f64) -> u128 {
    // Adding 0 makes −0 0.
    let value = if value.is_nan() {
        f64::NAN
    } else {
        value + 0.0
    };
    u128::from(value.to_bits())
}

/// What is the same for all real samples.
macro_rules! real {
    () => {
        fn is_finite(sum: f64) -> bool {
            !Self::TYPE.is_float() || sum.is_finite()
        }

        fn square(sum: f64) -> f64 {
            sum * sum
        }

        fn root(sum: f64) -> f64 {
            sum.sqrt()
        }

        fn order(self, other: Self) -> Option<Ordering> {
            self.partial_cmp(&other)
        }
    };
}

macro_rules! unsigned {
    ($($type:ty),*) => {$(
        impl Blend for $type {
            type Sum = f64;

            fn widen(self) -> f64 {
                self as f64
            }

            fn narrow(sum: f64) -> Self {
                // The cast clamps and cuts off.
                (sum + 0.5) as $type
            }

            fn key(self) -> u128 {
                self.into()
            }

            real!();
        }
    )*};
}

macro_rules! signed {
    ($($type:ty),*) => {$(
        impl Blend for $type {
            type Sum = f64;

            fn widen(self) -> f64 {
                self as f64
            }

            fn narrow(sum: f64) -> Self {
                (sum + 0.5).floor() as $type
            }

            fn key(self) -> u128 {
                self.cast_unsigned().into()
            }

            real!();
        }
    )*};
}

unsigned!(u8, u16, u32, u64);
signed!(i8, i16, i32, i64);

impl Blend for f16 {
    type Sum = f64;

    fn widen(self) -> f64 {
        self.to_f64()
    }

    fn narrow(sum: f64) -> Self {
        Self::from_f64(sum)
    }

    fn key(self) -> u128 {
        float_key(self.to_f64())
    }

    real!();
}

impl Blend for f32 {
    type Sum = f64;

    fn widen(self) -> f64 {
        f64::from(self)
    }

    fn narrow(sum: f64) -> Self {
        sum as Self
    }

    fn key(self) -> u128 {
        float_key(self.into())
    }

    real!();
}

impl Blend for f64 {
    type Sum = Self;

    fn widen(self) -> Self {
        self
    }

    fn narrow(sum: Self) -> Self {
        sum
    }

    fn key(self) -> u128 {
        float_key(self)
    }

    real!();
}

macro_rules! complex {
    ($($part:ty),*) => {$(
        impl Blend for Complex<$part> {
            type Sum = Complex<f64>;

            fn widen(self) -> Complex<f64> {
                Complex::new(self.re.widen(), self.im.widen())
            }

            fn narrow(sum: Complex<f64>) -> Self {
                Complex::new(<$part>::narrow(sum.re), <$part>::narrow(sum.im))
            }

            fn is_finite(sum: Complex<f64>) -> bool {
                sum.re.is_finite() && sum.im.is_finite()
            }

            fn square(sum: Complex<f64>) -> Complex<f64> {
                Complex::new(sum.re * sum.re, sum.im * sum.im)
            }

            fn root(sum: Complex<f64>) -> Complex<f64> {
                Complex::new(sum.re.sqrt(), sum.im.sqrt())
            }

            fn order(self, _: Self) -> Option<Ordering> {
                None
            }

            fn key(self) -> u128 {
                // Parts have 64 bits at most.
                (self.re.key() << 64) | self.im.key()
            }
        }
    )*};
}

complex!(i16, i32, f32, f64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_round_and_clamp() {
        assert_eq!(u8::narrow(2.5), 3);
        assert_eq!(u8::narrow(-7.0), 0);
        assert_eq!(u8::narrow(255.6), 255);
        assert_eq!(i16::narrow(-2.5), -2);
        assert_eq!(i16::narrow(-2.6), -3);
        assert_eq!(i16::narrow(1e9), i16::MAX);
        assert_eq!(u16::narrow(f64::NAN), 0);
        assert_eq!(
            Complex::<i16>::narrow(Complex::new(1.5, -1.6)),
            Complex::new(2, -2)
        );
    }
}
