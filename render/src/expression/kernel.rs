//! Arithmetic on single values, as NumExpr has it.

use super::syntax::{Function, Infix};
use core::cmp::Ordering;
use num_complex::Complex;

/// What whole numbers of 32 and 64 bits share.
///
/// Results fit by the compiler's ranges, but for those of bands of 64 bits, which stop at the type's ends.
macro_rules! whole {
    ($type:ty, $infix:ident, $power:ident, $add:ident, $subtract:ident, $multiply:ident) => {
        pub(super) fn $power(base: $type, exponent: $type) -> $type {
            let (mut base, mut exponent, mut power) = (base, exponent, 1);
            while exponent > 0 {
                if exponent & 1 == 1 {
                    power = <$type>::$multiply(power, base);
                }
                base = base.$multiply(base);
                exponent >>= 1;
            }
            power
        }

        /// The loop body of an operator whose result is a number.
        pub(super) fn $infix(infix: Infix) -> fn(&[$type], &[$type], &mut [$type]) {
            use super::run::pairs;
            match infix {
                Infix::Add => |a, b, to| pairs(a, b, to, |a, b| a.$add(b)),
                Infix::Subtract => |a, b, to| pairs(a, b, to, |a, b| a.$subtract(b)),
                Infix::Multiply => |a, b, to| pairs(a, b, to, |a, b| a.$multiply(b)),
                Infix::FloorDivide => |a, b, to| {
                    pairs(a, b, to, |a, b| {
                        if b == 0 {
                            return 0;
                        }
                        let down = a.wrapping_rem(b) != 0 && (a < 0) != (b < 0);
                        a.saturating_div(b) - <$type>::from(down)
                    });
                },
                Infix::Modulo => |a, b, to| {
                    pairs(a, b, to, |a, b| {
                        if b == 0 {
                            return 0;
                        }
                        let remainder = a.wrapping_rem(b);
                        if remainder != 0 && (remainder < 0) != (b < 0) {
                            remainder + b
                        } else {
                            remainder
                        }
                    });
                },
                Infix::And => |a, b, to| pairs(a, b, to, |a, b| a & b),
                Infix::Or => |a, b, to| pairs(a, b, to, |a, b| a | b),
                Infix::Xor => |a, b, to| pairs(a, b, to, |a, b| a ^ b),
                Infix::Power => |a, b, to| pairs(a, b, to, $power),
                _ => unreachable!("a division gives a float, a comparison a truth"),
            }
        }
    };
}

// Wrapping, since saturating is no vector instruction: 32 bits suffice where they are chosen.
whole!(
    i32,
    infix_i32,
    power_i32,
    wrapping_add,
    wrapping_sub,
    wrapping_mul
);
whole!(
    i64,
    infix_i64,
    power_i64,
    saturating_add,
    saturating_sub,
    saturating_mul
);

/// The remainder that has the divisor's sign, as Python's `%`.
pub(super) fn floored_remainder(a: f64, b: f64) -> f64 {
    let remainder = a % b;
    if remainder != 0.0 && (remainder < 0.0) != (b < 0.0) {
        remainder + b
    } else {
        remainder
    }
}

/// What floats of 32 and 64 bits share.
macro_rules! float {
    ($type:ty, $infix:ident, $call:ident, $call_two:ident) => {
        pub(super) fn $infix(infix: Infix) -> fn(&[$type], &[$type], &mut [$type]) {
            use super::run::pairs;
            match infix {
                Infix::Add => |a, b, to| pairs(a, b, to, |a, b| a + b),
                Infix::Subtract => |a, b, to| pairs(a, b, to, |a, b| a - b),
                Infix::Multiply => |a, b, to| pairs(a, b, to, |a, b| a * b),
                Infix::Divide => |a, b, to| pairs(a, b, to, |a, b| a / b),
                Infix::FloorDivide => |a, b, to| pairs(a, b, to, |a, b| (a / b).floor()),
                Infix::Modulo => |a, b, to| {
                    pairs(a, b, to, |a, b| {
                        floored_remainder(f64::from(a), f64::from(b)) as $type
                    });
                },
                Infix::Power => |a, b, to| pairs(a, b, to, <$type>::powf),
                _ => unreachable!("bits are of whole numbers, a comparison gives a truth"),
            }
        }

        pub(super) fn $call(function: Function) -> fn(&[$type], &mut [$type]) {
            use super::run::each;
            match function {
                Function::Abs => |a, to| each(a, to, <$type>::abs),
                Function::Arccos => |a, to| each(a, to, <$type>::acos),
                Function::Arccosh => |a, to| each(a, to, <$type>::acosh),
                Function::Arcsin => |a, to| each(a, to, <$type>::asin),
                Function::Arcsinh => |a, to| each(a, to, <$type>::asinh),
                Function::Arctan => |a, to| each(a, to, <$type>::atan),
                Function::Arctanh => |a, to| each(a, to, <$type>::atanh),
                Function::Ceil => |a, to| each(a, to, <$type>::ceil),
                Function::Cos => |a, to| each(a, to, <$type>::cos),
                Function::Cosh => |a, to| each(a, to, <$type>::cosh),
                Function::Exp => |a, to| each(a, to, <$type>::exp),
                Function::Expm1 => |a, to| each(a, to, <$type>::exp_m1),
                Function::Floor => |a, to| each(a, to, <$type>::floor),
                Function::Log => |a, to| each(a, to, <$type>::ln),
                Function::Log10 => |a, to| each(a, to, <$type>::log10),
                Function::Log1p => |a, to| each(a, to, <$type>::ln_1p),
                Function::Log2 => |a, to| each(a, to, <$type>::log2),
                Function::Round => |a, to| each(a, to, <$type>::round_ties_even),
                Function::Sign => |a, to| {
                    each(a, to, |a| {
                        if a > 0.0 {
                            1.0
                        } else if a < 0.0 {
                            -1.0
                        } else if a == 0.0 {
                            0.0
                        } else {
                            a
                        }
                    });
                },
                Function::Sin => |a, to| each(a, to, <$type>::sin),
                Function::Sinh => |a, to| each(a, to, <$type>::sinh),
                Function::Sqrt => |a, to| each(a, to, <$type>::sqrt),
                Function::Tan => |a, to| each(a, to, <$type>::tan),
                Function::Tanh => |a, to| each(a, to, <$type>::tanh),
                Function::Trunc => |a, to| each(a, to, <$type>::trunc),
                _ => unreachable!("compiled to another kind"),
            }
        }

        pub(super) fn $call_two(function: Function) -> fn(&[$type], &[$type], &mut [$type]) {
            use super::run::pairs;
            match function {
                Function::Arctan2 => |a, b, to| pairs(a, b, to, <$type>::atan2),
                Function::Copysign => |a, b, to| pairs(a, b, to, <$type>::copysign),
                Function::Fmod => |a, b, to| pairs(a, b, to, |a, b| a % b),
                Function::Hypot => |a, b, to| pairs(a, b, to, <$type>::hypot),
                // What is no number wins.
                Function::Maximum => |a, b, to| {
                    pairs(a, b, to, |a, b| if a > b || a.is_nan() { a } else { b });
                },
                Function::Minimum => |a, b, to| {
                    pairs(a, b, to, |a, b| if a < b || a.is_nan() { a } else { b });
                },
                Function::Nextafter => |a, b, to| {
                    pairs(a, b, to, |a, b| match a.partial_cmp(&b) {
                        None => <$type>::NAN,
                        Some(Ordering::Equal) => b,
                        Some(Ordering::Less) => a.next_up(),
                        Some(Ordering::Greater) => a.next_down(),
                    });
                },
                _ => unreachable!("takes one argument, or gives another kind"),
            }
        }
    };
}

float!(f32, infix_f32, call_f32, call_two_f32);
float!(f64, infix_f64, call_f64, call_two_f64);

type C = Complex<f64>;

pub(super) fn infix_complex(infix: Infix, a: C, b: C) -> C {
    match infix {
        Infix::Add => a + b,
        Infix::Subtract => a - b,
        Infix::Multiply => a * b,
        Infix::Divide => a / b,
        Infix::Power if b.im == 0.0 && b.re.fract() == 0.0 && b.re.abs() <= 50.0 => {
            a.powi(b.re as i32)
        }
        Infix::Power => a.powc(b),
        _ => unreachable!("not defined for complex numbers"),
    }
}

pub(super) fn call_complex(function: Function, a: C) -> C {
    match function {
        Function::Arccos => a.acos(),
        Function::Arccosh => a.acosh(),
        Function::Arcsin => a.asin(),
        Function::Arcsinh => a.asinh(),
        Function::Arctan => a.atan(),
        Function::Arctanh => a.atanh(),
        Function::Conj => a.conj(),
        Function::Cos => a.cos(),
        Function::Cosh => a.cosh(),
        Function::Exp => a.exp(),
        Function::Expm1 => a.exp() - 1.0,
        Function::Log => a.ln(),
        Function::Log10 => a.log10(),
        Function::Log1p => (a + 1.0).ln(),
        Function::Log2 => a.log2(),
        Function::Sin => a.sin(),
        Function::Sinh => a.sinh(),
        Function::Sqrt => a.sqrt(),
        Function::Tan => a.tan(),
        Function::Tanh => a.tanh(),
        _ => unreachable!("not defined for complex numbers"),
    }
}

pub(super) fn real_of_complex(function: Function, a: C) -> f64 {
    match function {
        Function::Abs => a.norm(),
        Function::Real => a.re,
        Function::Imag => a.im,
        _ => unreachable!("gives a complex number or a truth"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_whole_numbers() {
        assert_eq!(power_i32(-3, 3), -27);
        assert_eq!(power_i64(0, 0), 1);
        assert_eq!(power_i64(10, 18), 1_000_000_000_000_000_000);
    }

    #[test]
    fn remainders_have_the_divisors_sign() {
        for (a, b, expected) in [
            (-7.0, 3.0, 2.0),
            (7.0, -3.0, -2.0),
            (-2.5, 2.0, 1.5),
            (6.0, 3.0, 0.0),
        ] {
            assert_eq!(floored_remainder(a, b), expected, "{a} {b}");
        }
        assert!(floored_remainder(1.0, 0.0).is_nan());
    }
}
