//! Operators and functions on arrays.

use super::array::Array;
use super::function::{Function, Math};
use super::node::{Infix, Kind};
use super::wrong;
use crate::Error;

/// `-a`.
pub(super) fn negated(a: Array) -> Result<Array, Error> {
    if a.kind == Kind::Truth && !a.is_scalar {
        return Err(failed(
            "the numpy boolean negative, the `-` operator, is not supported",
        ));
    }
    let kind = a.kind.max(Kind::Whole);
    Ok(a.map(kind, |value| -value))
}

/// `~a`.
pub(super) fn inverted(a: Array) -> Result<Array, Error> {
    match a.kind {
        Kind::Truth if !a.is_scalar => Ok(a.map(Kind::Truth, |value| f64::from(value == 0.0))),
        Kind::Truth | Kind::Whole => Ok(a.map(Kind::Whole, |value| !(value as i64) as f64)),
        Kind::Real => Err(failed(
            "'~' is of truths and whole numbers, not of decimal ones",
        )),
    }
}

/// `a ∘ b`.
pub(super) fn binary(operation: Infix, a: Array, b: Array, pixels: usize) -> Result<Array, Error> {
    let truths = a.kind == Kind::Truth && b.kind == Kind::Truth && !(a.is_scalar && b.is_scalar);
    let number = a.kind.max(b.kind).max(Kind::Whole);
    let truth = |of: fn(&f64, &f64) -> bool| move |a: f64, b: f64| f64::from(of(&a, &b));
    Ok(match operation {
        // Of truths NumPy's sum is "or", its product "and".
        Infix::Add if truths => bits(Infix::Or, a, b)?,
        Infix::Multiply if truths => bits(Infix::And, a, b)?,
        Infix::Subtract if truths => {
            return Err(failed(
                "numpy boolean subtract, the `-` operator, is not supported",
            ));
        }
        Infix::Add => a.zip(b, number, |a, b| a + b),
        Infix::Subtract => a.zip(b, number, |a, b| a - b),
        Infix::Multiply => a.zip(b, number, |a, b| a * b),
        Infix::Divide => divided(a, b, pixels, Kind::Real, |a, b| a / b),
        Infix::Remainder => remainder(a, b, pixels),
        Infix::Power => power(a, b, pixels),
        Infix::And | Infix::Or => bits(operation, a, b)?,
        Infix::Equal => a.zip(b, Kind::Truth, truth(f64::eq)),
        Infix::Unequal => a.zip(b, Kind::Truth, truth(f64::ne)),
        Infix::Less => a.zip(b, Kind::Truth, truth(f64::lt)),
        Infix::LessOrEqual => a.zip(b, Kind::Truth, truth(f64::le)),
        Infix::Greater => a.zip(b, Kind::Truth, truth(f64::gt)),
        Infix::GreaterOrEqual => a.zip(b, Kind::Truth, truth(f64::ge)),
    })
}

/// What a function gives.
pub(super) fn call(
    function: Function,
    arguments: Vec<Array>,
    pixels: usize,
) -> Result<Array, Error> {
    let mut arguments = arguments.into_iter();
    // The parser counted them.
    let mut next = || {
        let next = arguments.next();
        next.unwrap_or_else(|| Array::scalar(f64::NAN, Kind::Real))
    };
    Ok(match function {
        Function::Minimum | Function::Maximum => {
            let (a, b) = (next(), next());
            let kind = a.kind.max(b.kind);
            let least = function == Function::Minimum;
            a.zip(b, kind, move |a, b| match least {
                _ if a.is_nan() || b.is_nan() => f64::NAN,
                true => a.min(b),
                false => a.max(b),
            })
        }
        Function::Modulo => remainder(next(), next(), pixels),
        Function::Where => chosen(&next(), &next(), &next(), pixels),
        Function::GetMask => {
            let a = next();
            let masked = (0..pixels).map(|pixel| f64::from(a.is_masked(pixel)));
            Array {
                values: masked.collect(),
                mask: Vec::new(),
                kind: Kind::Truth,
                is_scalar: false,
            }
        }
        Function::SetMask => {
            let (a, mask) = (next(), next());
            a.masked(pixels, |pixel| mask.at(pixel) != 0.0)
        }
        Function::MaskedWhere => {
            let (condition, a) = (next(), next());
            masked_where(a, &condition, pixels)
        }
        Function::MaskedInvalid => {
            let a = next().spread(pixels);
            let values = a.values.clone();
            a.masked(pixels, |pixel| !values[pixel].is_finite())
        }
        Function::MaskedInside | Function::MaskedOutside => {
            let (a, one, other) = (next().spread(pixels), next(), next());
            let values = a.values.clone();
            let inside = function == Function::MaskedInside;
            a.masked(pixels, |pixel| {
                let (one, other) = (one.at(pixel), other.at(pixel));
                let (least, most) = if other < one {
                    (other, one)
                } else {
                    (one, other)
                };
                let value = values[pixel];
                match inside {
                    true => value >= least && value <= most,
                    false => value < least || value > most,
                }
            })
        }
        Function::MaskedBy(comparison) => {
            let (a, with) = (next(), next());
            let condition = binary(comparison, a.clone(), with, pixels)?;
            masked_where(a, &condition, pixels)
        }
        Function::Math(Math::Abs) => {
            let a = next();
            let kind = a.kind;
            a.map(kind, f64::abs)
        }
        Function::Math(math) => {
            let a = next();
            let outside: Vec<bool> = a.values.iter().map(|x| !math.has(*x)).collect();
            let result = a.map(Kind::Real, |x| math.of(x));
            match outside.contains(&true) && !result.is_scalar {
                true => result.masked(pixels, |pixel| outside[pixel]),
                false => result,
            }
        }
    })
}

/// `a` where the condition is true, else `b`.
fn chosen(condition: &Array, a: &Array, b: &Array, pixels: usize) -> Array {
    let of = |pixel: usize| if condition.at(pixel) == 0.0 { b } else { a };
    let masked = |pixel: usize| condition.is_masked(pixel) || of(pixel).is_masked(pixel);
    Array {
        values: (0..pixels).map(|pixel| of(pixel).at(pixel)).collect(),
        mask: (0..pixels).map(masked).collect(),
        kind: a.kind.max(b.kind),
        is_scalar: false,
    }
}

/// Masked where the condition is true or masked itself.
fn masked_where(a: Array, condition: &Array, pixels: usize) -> Array {
    a.masked(pixels, |pixel| {
        condition.is_masked(pixel) || condition.at(pixel) != 0.0
    })
}

/// Masked where the divisor is 0, or so small that the quotient is none.
fn divided(a: Array, b: Array, pixels: usize, kind: Kind, of: impl Fn(f64, f64) -> f64) -> Array {
    if a.is_scalar && b.is_scalar {
        return a.zip(b, kind, of);
    }
    let broken = |pixel| a.at(pixel).abs() * f64::MIN_POSITIVE >= b.at(pixel).abs();
    let broken: Vec<bool> = (0..pixels).map(broken).collect();
    let result = a.zip(b, kind, of);
    match broken.contains(&true) {
        true => result.masked(pixels, |pixel| broken[pixel]),
        false => result,
    }
}

/// With the divisor's sign.
fn remainder(a: Array, b: Array, pixels: usize) -> Array {
    let kind = a.kind.max(b.kind).max(Kind::Whole);
    divided(a, b, pixels, kind, |a, b| {
        let rest = a % b;
        if rest != 0.0 && (rest < 0.0) != (b < 0.0) {
            rest + b
        } else {
            rest
        }
    })
}

/// Masked where the result is not finite.
fn power(a: Array, b: Array, pixels: usize) -> Array {
    let whole = a.kind.max(b.kind) <= Kind::Whole && b.values.iter().all(|b| *b >= 0.0);
    let kind = if whole { Kind::Whole } else { Kind::Real };
    let result = a.zip(b, kind, f64::powf);
    let finite: Vec<bool> = result.values.iter().map(|v| v.is_finite()).collect();
    match finite.contains(&false) && !result.is_scalar {
        true => result.masked(pixels, |pixel| !finite[pixel]),
        false => result,
    }
}

fn bits(operation: Infix, a: Array, b: Array) -> Result<Array, Error> {
    let kind = a.kind.max(b.kind);
    let and = operation == Infix::And;
    Ok(match kind {
        Kind::Real => {
            let symbol = if and { '&' } else { '|' };
            return Err(failed(format_args!(
                "'{symbol}' is of truths and whole numbers, not of decimal ones"
            )));
        }
        Kind::Truth => a.zip(b, kind, move |a, b| {
            let (a, b) = (a != 0.0, b != 0.0);
            f64::from(if and { a && b } else { a || b })
        }),
        Kind::Whole => a.zip(b, kind, move |a, b| {
            let (a, b) = (a as i64, b as i64);
            (if and { a & b } else { a | b }) as f64
        }),
    })
}

fn failed(message: impl core::fmt::Display) -> Error {
    wrong(format_args!(
        "unexpected error while evaluating expression: {message}"
    ))
}
