//! What resampling needs of a sample.

use core::ops::{AddAssign, Mul};

use cog_raster::Sample;
use num_complex::Complex;

/// What resampling needs of a sample.
pub(crate) trait Pixel: Sample {
    /// Weighted sums of samples.
    type Sum: Copy
        + Default
        + AddAssign
        + Mul<f64, Output = Self::Sum>
        + Send
        + Sync
        + core::fmt::Debug;

    fn widen(self) -> Self::Sum;
    fn narrow(value: Self::Sum) -> Self;
    /// Each part's square, and its root.
    fn square(value: Self::Sum) -> Self::Sum;
    fn root(value: Self::Sum) -> Self::Sum;
    /// Not a number: nothing to average.
    fn is_nan(self) -> bool;
    /// The neighbouring value, for an average that happens to equal nodata.
    fn beside(self) -> Self;
}

macro_rules! real {
    () => {
        type Sum = f64;

        fn widen(self) -> f64 {
            Sample::to_f64(self)
        }

        fn narrow(value: f64) -> Self {
            <Self as Sample>::from_f64(value)
        }

        fn square(value: f64) -> f64 {
            value * value
        }

        fn root(value: f64) -> f64 {
            value.sqrt()
        }
    };
}

macro_rules! integer {
    ($($type:ty),*) => {$(
        impl Pixel for $type {
            real!();

            fn is_nan(self) -> bool {
                false
            }

            fn beside(self) -> Self {
                self.checked_add(1).unwrap_or(self - 1)
            }
        }
    )*};
}

macro_rules! float {
    ($($type:ty),*) => {$(
        impl Pixel for $type {
            real!();

            fn is_nan(self) -> bool {
                self.is_nan()
            }

            fn beside(self) -> Self {
                // The next representable value towards zero, or off zero.
                let bits = self.to_bits();
                Self::from_bits(if self == <Self as Sample>::from_f64(0.0) { 1 } else { bits - 1 })
            }
        }
    )*};
}

macro_rules! complex {
    ($($part:ty),*) => {$(
        impl Pixel for Complex<$part> {
            type Sum = Complex<f64>;

            fn widen(self) -> Complex<f64> {
                Complex::new(self.re.to_f64(), self.im.to_f64())
            }

            fn narrow(value: Complex<f64>) -> Self {
                Self::new(<$part>::from_f64(value.re), <$part>::from_f64(value.im))
            }

            fn square(value: Complex<f64>) -> Complex<f64> {
                Complex::new(value.re * value.re, value.im * value.im)
            }

            fn root(value: Complex<f64>) -> Complex<f64> {
                Complex::new(value.re.sqrt(), value.im.sqrt())
            }

            fn is_nan(self) -> bool {
                self.re.is_nan() || self.im.is_nan()
            }

            fn beside(self) -> Self {
                Self::new(self.re.beside(), self.im)
            }
        }
    )*};
}

integer!(u8, i8, u16, i16, u32, i32, u64, i64);
float!(half::f16, f32, f64);
complex!(i16, i32, f32, f64);
