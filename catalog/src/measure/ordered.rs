//! Samples as unsigned integers in the same order.

use cog_raster::{Complex, Sample, f16};

/// A sample whose bits can be brought into the order of its values; of complex ones the real part.
pub(super) trait Ordered: Sample {
    /// Bits of a key: 16, 32 or 64.
    const KEY_BITS: u32;

    /// The key: `a < b` where the value of `a` is less than that of `b`.
    fn key(self) -> u64;

    /// The value of a key; NaN and infinities of keys that are theirs.
    fn value(key: u64) -> f64;

    /// Neither NaN nor infinite.
    fn is_finite(self) -> bool;
}

macro_rules! unsigned {
    ($($type:ty, $bits:literal);*) => {$(
        impl Ordered for $type {
            const KEY_BITS: u32 = $bits;

            fn key(self) -> u64 {
                u64::from(self)
            }

            fn value(key: u64) -> f64 {
                key as f64
            }

            fn is_finite(self) -> bool {
                true
            }
        }
    )*};
}

macro_rules! signed {
    ($($type:ty, $unsigned:ty, $bits:literal);*) => {$(
        impl Ordered for $type {
            const KEY_BITS: u32 = $bits;

            fn key(self) -> u64 {
                u64::from(self.cast_unsigned() ^ (1 << (<$type>::BITS - 1)))
            }

            fn value(key: u64) -> f64 {
                ((key as $unsigned) ^ (1 << (<$type>::BITS - 1))).cast_signed() as f64
            }

            fn is_finite(self) -> bool {
                true
            }
        }
    )*};
}

macro_rules! float {
    ($($type:ty, $unsigned:ty, $bits:literal, $value:expr);*) => {$(
        impl Ordered for $type {
            const KEY_BITS: u32 = $bits;

            // Positive numbers rise with their bits, negative ones fall: the sign turns over, and
            // of negative numbers everything else too.
            fn key(self) -> u64 {
                let bits = self.to_bits();
                let sign: $unsigned = 1 << ($bits - 1);
                u64::from(if bits & sign == 0 { bits | sign } else { !bits })
            }

            fn value(key: u64) -> f64 {
                let key = key as $unsigned;
                let sign: $unsigned = 1 << ($bits - 1);
                $value(<$type>::from_bits(if key & sign == 0 { !key } else { key & !sign }))
            }

            fn is_finite(self) -> bool {
                <$type>::is_finite(self)
            }
        }
    )*};
}

macro_rules! complex {
    ($($part:ty),*) => {$(
        impl Ordered for Complex<$part> {
            const KEY_BITS: u32 = <$part as Ordered>::KEY_BITS;

            fn key(self) -> u64 {
                self.re.key()
            }

            fn value(key: u64) -> f64 {
                <$part as Ordered>::value(key)
            }

            fn is_finite(self) -> bool {
                Ordered::is_finite(self.re) && Ordered::is_finite(self.im)
            }
        }
    )*};
}

unsigned!(u8, 16; u16, 16; u32, 32; u64, 64);
signed!(i8, u8, 16; i16, u16, 16; i32, u32, 32; i64, u64, 64);
float!(f16, u16, 16, f16::to_f64; f32, u32, 32, f64::from; f64, u64, 64, core::convert::identity);
complex!(i16, i32, f32, f64);

#[cfg(test)]
mod tests {
    use super::*;

    fn rises<T: Ordered>(values: &[T]) {
        for pair in values.windows(2) {
            assert!(pair[0].key() < pair[1].key(), "{pair:?}");
        }
        for value in values {
            assert_eq!(T::value(value.key()), value.to_f64(), "{value:?}");
            assert!(
                T::KEY_BITS == 64 || value.key() < 1 << T::KEY_BITS,
                "{value:?}"
            );
        }
    }

    #[test]
    fn keys_rise_with_values() {
        rises(&[0u8, 1, 255]);
        rises(&[i8::MIN, -1, 0, i8::MAX]);
        rises(&[i16::MIN, -1, 0, i16::MAX]);
        rises(&[i32::MIN, -1, 0, i32::MAX]);
        rises(&[i64::MIN, -1, 0, i64::MAX]);
        rises(&[0, 1, u64::MAX]);
        let f = f16::from_f64;
        rises(&[f16::MIN, f(-1.5), f(-0.0), f(0.0), f(0.25), f16::MAX]);
        rises(&[f32::MIN, -1.5, -1e-40, -0.0, 0.0, 1e-40, 1.5, f32::MAX]);
        rises(&[f64::MIN, -1.5, -0.0, 0.0, 1e-310, 1.5, f64::MAX]);
        rises(&[Complex::new(-2.5f32, 9.0), Complex::new(1.5, -9.0)]);
        assert!(!Ordered::is_finite(f32::NAN) && !Ordered::is_finite(f64::NEG_INFINITY));
        assert!(!Ordered::is_finite(Complex::new(1.0f32, f32::NAN)));
    }
}
