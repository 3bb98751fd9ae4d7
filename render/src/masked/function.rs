//! Functions that expressions may call.

use super::node::Infix;

/// A function of Terracotta's expressions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Function {
    Minimum,
    Maximum,
    Modulo,
    Where,
    GetMask,
    SetMask,
    MaskedWhere,
    MaskedInvalid,
    MaskedInside,
    MaskedOutside,
    MaskedBy(Infix),
    Math(Math),
}

/// Functions of one number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Math {
    Abs,
    Sqrt,
    Log,
    Log10,
    Exp,
    Sin,
    Cos,
    Tan,
    Sinh,
    Cosh,
    Tanh,
    Arcsin,
    Arccos,
    Arctan,
    Arcsinh,
    Arccosh,
    Arctanh,
}

impl Function {
    /// The function of that name, and how many arguments it takes.
    pub(super) fn find(name: &str) -> Option<(Self, usize)> {
        use Math as M;
        let math = |function| (Self::Math(function), 1);
        Some(match name {
            "minimum" => (Self::Minimum, 2),
            "maximum" => (Self::Maximum, 2),
            "mod" => (Self::Modulo, 2),
            "where" => (Self::Where, 3),
            "getmask" => (Self::GetMask, 1),
            "setmask" => (Self::SetMask, 2),
            "masked_where" => (Self::MaskedWhere, 2),
            "masked_invalid" => (Self::MaskedInvalid, 1),
            "masked_inside" => (Self::MaskedInside, 3),
            "masked_outside" => (Self::MaskedOutside, 3),
            "masked_equal" => (Self::MaskedBy(Infix::Equal), 2),
            "masked_not_equal" => (Self::MaskedBy(Infix::Unequal), 2),
            "masked_greater" => (Self::MaskedBy(Infix::Greater), 2),
            "masked_greater_equal" => (Self::MaskedBy(Infix::GreaterOrEqual), 2),
            "masked_less" => (Self::MaskedBy(Infix::Less), 2),
            "masked_less_equal" => (Self::MaskedBy(Infix::LessOrEqual), 2),
            "abs" => math(M::Abs),
            "sqrt" => math(M::Sqrt),
            "log" => math(M::Log),
            "log10" => math(M::Log10),
            "exp" => math(M::Exp),
            "sin" => math(M::Sin),
            "cos" => math(M::Cos),
            "tan" => math(M::Tan),
            "sinh" => math(M::Sinh),
            "cosh" => math(M::Cosh),
            "tanh" => math(M::Tanh),
            "arcsin" => math(M::Arcsin),
            "arccos" => math(M::Arccos),
            "arctan" => math(M::Arctan),
            "arcsinh" => math(M::Arcsinh),
            "arccosh" => math(M::Arccosh),
            "arctanh" => math(M::Arctanh),
            _ => return None,
        })
    }
}

impl Math {
    pub(super) fn of(self, x: f64) -> f64 {
        match self {
            Self::Abs => x.abs(),
            Self::Sqrt => x.sqrt(),
            Self::Log => x.ln(),
            Self::Log10 => x.log10(),
            Self::Exp => x.exp(),
            Self::Sin => x.sin(),
            Self::Cos => x.cos(),
            Self::Tan => x.tan(),
            Self::Sinh => x.sinh(),
            Self::Cosh => x.cosh(),
            Self::Tanh => x.tanh(),
            Self::Arcsin => x.asin(),
            Self::Arccos => x.acos(),
            Self::Arctan => x.atan(),
            Self::Arcsinh => x.asinh(),
            Self::Arccosh => x.acosh(),
            Self::Arctanh => x.atanh(),
        }
    }

    /// The function has a value there; where not, NumPy masks the result.
    pub(super) fn has(self, x: f64) -> bool {
        match self {
            Self::Sqrt => x >= 0.0,
            Self::Log | Self::Log10 => x > 0.0,
            Self::Arcsin | Self::Arccos => (-1.0..=1.0).contains(&x),
            Self::Arccosh => x >= 1.0,
            Self::Arctanh => (-1.0 + 1e-15..=1.0 - 1e-15).contains(&x),
            _ => true,
        }
    }
}
