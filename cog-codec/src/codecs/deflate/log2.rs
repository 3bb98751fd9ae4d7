//! The binary logarithm, the same on every platform.
//!
//! `f32::log2` is whatever the platform's library makes of it, and differs in the last place between them; where
//! a cost is a tie, so would the bytes written. Sums, products and quotients are IEEE 754's everywhere.

/// The binary logarithm of a positive, normal number, within 3 units of the last place or 2⁻²³.
pub(super) fn log2(value: f32) -> f32 {
    const MANTISSA: u32 = 0x007f_ffff;
    const ONE: u32 = 0x3f80_0000;
    let bits = value.to_bits();
    let exponent = (bits >> 23) as i32 - 127;
    let mantissa = f32::from_bits(bits & MANTISSA | ONE);
    // Between the roots of ½ and 2, where the series below is short.
    let (exponent, mantissa) = if mantissa > core::f32::consts::SQRT_2 {
        (exponent + 1, mantissa * 0.5)
    } else {
        (exponent, mantissa)
    };
    // ln m = 2 artanh((m − 1) / (m + 1)); the first term left out is below 2⁻²⁵.
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let square = t * t;
    let series = 1.0 + square * (1.0 / 3.0 + square * (1.0 / 5.0 + square * (1.0 / 7.0)));
    exponent as f32 + 2.0 * core::f32::consts::LOG2_E * t * series
}

#[cfg(test)]
mod tests {
    use super::log2;

    #[test]
    fn it_is_the_logarithm() {
        for power in -20..31 {
            assert_eq!(log2((f64::from(power)).exp2() as f32), power as f32);
        }
        let mut value = 0.01_f32;
        while value < 1e9 {
            let exact = f64::from(value).log2();
            let near = exact.abs().max(1.0) * f64::from(f32::EPSILON) * 3.0;
            assert!((f64::from(log2(value)) - exact).abs() <= near, "{value}");
            value *= 1.000_7;
        }
    }

    #[test]
    fn it_rises_with_the_number() {
        let all: Vec<f32> = (1..4096).map(|n| log2(n as f32)).collect();
        assert!(all.is_sorted());
    }
}
