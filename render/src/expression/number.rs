//! Constants, and Python's arithmetic among them.

use super::kind::{Kind, Range};
use super::syntax::{Infix, Prefix};
use cog_raster::Complex;

/// A constant. Arithmetic among constants is done once, as Python does it before NumExpr sees the rest:
/// whole numbers are exact, `1 / 2` is 0.5.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Bool(bool),
    Int(i128),
    Float(f64),
    Complex(Complex<f64>),
}

impl Number {
    /// The kind that it computes in among pixels.
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Bool(_) => Kind::Bool,
            Self::Int(value) => Range::new(value, value).kind(),
            Self::Float(_) => Kind::F64,
            Self::Complex(_) => Kind::Complex,
        }
    }

    pub(super) fn whole(self) -> Option<i128> {
        match self {
            Self::Bool(value) => Some(i128::from(value)),
            Self::Int(value) => Some(value),
            _ => None,
        }
    }

    /// As a real number; `None` where complex.
    pub(super) fn real(self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(value),
            Self::Complex(_) => None,
            whole => whole.whole().map(|value| value as f64),
        }
    }

    pub(super) fn complex(self) -> Complex<f64> {
        match self {
            Self::Complex(value) => value,
            other => Complex::new(other.real().unwrap_or(f64::NAN), 0.0),
        }
    }

    pub(super) fn prefixed(self, prefix: Prefix) -> Result<Self, String> {
        Ok(match (prefix, self, self.whole()) {
            (Prefix::Plus, Self::Bool(value), _) => Self::Int(i128::from(value)),
            (Prefix::Plus, other, _) => other,
            (Prefix::Minus, _, Some(value)) => Self::Int(checked(value.checked_neg())?),
            (Prefix::Minus, Self::Complex(value), _) => Self::Complex(-value),
            (Prefix::Minus, other, _) => Self::Float(-other.real().unwrap_or(f64::NAN)),
            (Prefix::Invert, _, Some(value)) => Self::Int(!value),
            (Prefix::Invert, other, _) => {
                return Err(format!("~ needs a whole number, not {}", other.text()));
            }
        })
    }

    pub(super) fn combined(self, infix: Infix, other: Self) -> Result<Self, String> {
        if let (Self::Bool(a), Self::Bool(b)) = (self, other) {
            match infix {
                Infix::And => return Ok(Self::Bool(a & b)),
                Infix::Or => return Ok(Self::Bool(a | b)),
                Infix::Xor => return Ok(Self::Bool(a ^ b)),
                _ => {}
            }
        }
        match (self.whole(), other.whole(), self.real(), other.real()) {
            (Some(a), Some(b), ..) => whole(infix, a, b),
            (_, _, Some(a), Some(b)) => decimal(infix, a, b),
            _ => complex(infix, self.complex(), other.complex()),
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Bool(_) => Kind::Bool.text(),
            Self::Int(_) => Kind::I64.text(),
            Self::Float(_) => Kind::F64.text(),
            Self::Complex(_) => Kind::Complex.text(),
        }
    }
}

const DIVISION: &str = "division by zero";

fn checked(value: Option<i128>) -> Result<i128, String> {
    value.ok_or_else(|| "a constant is too large".to_owned())
}

fn whole(infix: Infix, a: i128, b: i128) -> Result<Number, String> {
    if b == 0 && matches!(infix, Infix::Divide | Infix::FloorDivide | Infix::Modulo) {
        return Err(DIVISION.to_owned());
    }
    // Neither part of a quotient overflows: -2^127 is no constant that can be written and inverted.
    let floored = || {
        let (quotient, remainder) = (a.wrapping_div(b), a.wrapping_rem(b));
        let down = remainder != 0 && (remainder < 0) != (b < 0);
        (
            quotient - i128::from(down),
            if down { remainder + b } else { remainder },
        )
    };
    Ok(Number::Int(match infix {
        Infix::Add => checked(a.checked_add(b))?,
        Infix::Subtract => checked(a.checked_sub(b))?,
        Infix::Multiply => checked(a.checked_mul(b))?,
        Infix::Divide => return Ok(Number::Float(a as f64 / b as f64)),
        Infix::FloorDivide => floored().0,
        Infix::Modulo => floored().1,
        Infix::Power if b < 0 => return decimal(infix, a as f64, b as f64),
        Infix::Power => {
            let exponent = u32::try_from(b).ok();
            let power = match a {
                0 => Some(i128::from(b == 0)),
                1 => Some(1),
                -1 => Some(if b % 2 == 0 { 1 } else { -1 }),
                _ => exponent.and_then(|exponent| a.checked_pow(exponent)),
            };
            checked(power)?
        }
        Infix::And => a & b,
        Infix::Or => a | b,
        Infix::Xor => a ^ b,
        Infix::Equal => return Ok(Number::Bool(a == b)),
        Infix::NotEqual => return Ok(Number::Bool(a != b)),
        Infix::Less => return Ok(Number::Bool(a < b)),
        Infix::LessEqual => return Ok(Number::Bool(a <= b)),
        Infix::Greater => return Ok(Number::Bool(a > b)),
        Infix::GreaterEqual => return Ok(Number::Bool(a >= b)),
    }))
}

fn decimal(infix: Infix, a: f64, b: f64) -> Result<Number, String> {
    let divides = matches!(infix, Infix::Divide | Infix::FloorDivide | Infix::Modulo);
    if (b == 0.0 && divides) || (a == 0.0 && b < 0.0 && infix == Infix::Power) {
        return Err(DIVISION.to_owned());
    }
    Ok(Number::Float(match infix {
        Infix::Add => a + b,
        Infix::Subtract => a - b,
        Infix::Multiply => a * b,
        Infix::Divide => a / b,
        Infix::FloorDivide => (a / b).floor(),
        Infix::Modulo => super::kernel::floored_remainder(a, b),
        Infix::Power if a < 0.0 && b.fract() != 0.0 => {
            return Ok(Number::Complex(Complex::new(a, 0.0).powf(b)));
        }
        Infix::Power => a.powf(b),
        Infix::And | Infix::Or | Infix::Xor => {
            return Err(format!(
                "{} needs whole numbers or comparisons, not a decimal number",
                infix.text()
            ));
        }
        Infix::Equal => return Ok(Number::Bool(a == b)),
        Infix::NotEqual => return Ok(Number::Bool(a != b)),
        Infix::Less => return Ok(Number::Bool(a < b)),
        Infix::LessEqual => return Ok(Number::Bool(a <= b)),
        Infix::Greater => return Ok(Number::Bool(a > b)),
        Infix::GreaterEqual => return Ok(Number::Bool(a >= b)),
    }))
}

fn complex(infix: Infix, a: Complex<f64>, b: Complex<f64>) -> Result<Number, String> {
    Ok(Number::Complex(match infix {
        Infix::Add => a + b,
        Infix::Subtract => a - b,
        Infix::Multiply => a * b,
        Infix::Divide if b.re == 0.0 && b.im == 0.0 => return Err(DIVISION.to_owned()),
        Infix::Divide => a / b,
        Infix::Power => a.powc(b),
        Infix::Equal => return Ok(Number::Bool(a == b)),
        Infix::NotEqual => return Ok(Number::Bool(a != b)),
        _ => {
            return Err(format!(
                "{} is not defined for complex numbers",
                infix.text()
            ));
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Infix as I;
    use Number::{Bool, Float, Int};

    #[test]
    fn whole_numbers_are_pythons() {
        for (a, infix, b, expected) in [
            (-7, I::FloorDivide, 2, Int(-4)),
            (7, I::FloorDivide, -2, Int(-4)),
            (-7, I::Modulo, 3, Int(2)),
            (7, I::Modulo, -3, Int(-2)),
            (-6, I::Modulo, 3, Int(0)),
            (1, I::Divide, 2, Float(0.5)),
            (2, I::Power, -1, Float(0.5)),
            (2, I::Power, 100, Int(1 << 100)),
            (-1, I::Power, 1 << 40, Int(1)),
            (0, I::Power, 0, Int(1)),
            (6, I::Xor, 3, Int(5)),
            (1, I::Less, 2, Bool(true)),
        ] {
            assert_eq!(Int(a).combined(infix, Int(b)), Ok(expected), "{a} {b}");
        }
    }

    #[test]
    fn what_python_refuses_is_refused() {
        for (a, infix, b) in [
            (Int(1), I::Divide, Int(0)),
            (Int(1), I::Modulo, Int(0)),
            (Float(1.0), I::Divide, Float(0.0)),
            (Int(0), I::Power, Int(-1)),
            (Int(10), I::Power, Int(400)),
            (Int(i128::MAX), I::Add, Int(1)),
            (Float(1.5), I::And, Int(1)),
        ] {
            assert!(a.combined(infix, b).is_err(), "{a:?} {infix:?} {b:?}");
        }
        assert_eq!(Int(1 << 64).kind(), Kind::F64);
        assert_eq!(Int(1 << 40).kind(), Kind::I64);
        assert!(Float(1.0).prefixed(Prefix::Invert).is_err());
    }
}
