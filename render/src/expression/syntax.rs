//! What a text says, before anything is known of the bands.

use super::number::Number;

/// Where a node lies in [`Syntax::nodes`].
pub(super) type Id = usize;

/// Blocks and the nodes that they are made of.
///
/// Nodes lie in one list instead of in a tree of boxes: a node comes after those that it uses, so that
/// walking the list is evaluating, and no text makes anything recurse.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Syntax {
    pub(super) nodes: Vec<Node>,
    pub(super) blocks: Vec<Block>,
}

/// What makes one band.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    /// In lower case, as written.
    pub(super) text: String,
    pub(super) root: Id,
    /// 0-based numbers of the bands in it, ascending, each once.
    pub(super) bands: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// 0-based.
    Band(u32),
    Number(Number),
    Prefix(Prefix, Id),
    Infix(Infix, Id, Id),
    Call(Function, [Id; 3]),
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Prefix {
    Plus,
    Minus,
    Invert,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Infix {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    And,
    Or,
    Xor,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Infix {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::FloorDivide => "//",
            Self::Modulo => "%",
            Self::Power => "**",
            Self::And => "&",
            Self::Or => "|",
            Self::Xor => "^",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }

    pub(super) const fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::LessEqual
                | Self::Greater
                | Self::GreaterEqual
        )
    }

    /// How tightly it binds, as Python has it: `&` binds tighter than `<`.
    pub(super) const fn strength(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::Xor => 2,
            Self::And => 3,
            Self::Add | Self::Subtract => 4,
            Self::Multiply | Self::Divide | Self::FloorDivide | Self::Modulo => 5,
            Self::Power => 6,
            _ => 0,
        }
    }
}

/// NumExpr's functions of pixels.
macro_rules! functions {
    ($($variant:ident $name:literal $arguments:literal,)*) => {
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        pub(super) enum Function {
            $($variant,)*
        }

        impl Function {
            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$variant,)*];

            pub(super) fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            pub(super) const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            pub(super) const fn arguments(self) -> usize {
                match self {
                    $(Self::$variant => $arguments,)*
                }
            }
        }
    };
}

functions! {
    Abs "abs" 1,
    Arccos "arccos" 1,
    Arccosh "arccosh" 1,
    Arcsin "arcsin" 1,
    Arcsinh "arcsinh" 1,
    Arctan "arctan" 1,
    Arctan2 "arctan2" 2,
    Arctanh "arctanh" 1,
    Ceil "ceil" 1,
    Complex "complex" 2,
    Conj "conj" 1,
    Copy "copy" 1,
    Copysign "copysign" 2,
    Cos "cos" 1,
    Cosh "cosh" 1,
    Exp "exp" 1,
    Expm1 "expm1" 1,
    Floor "floor" 1,
    Fmod "fmod" 2,
    Hypot "hypot" 2,
    Imag "imag" 1,
    Isfinite "isfinite" 1,
    Isinf "isinf" 1,
    Isnan "isnan" 1,
    Log "log" 1,
    Log10 "log10" 1,
    Log1p "log1p" 1,
    Log2 "log2" 1,
    Maximum "maximum" 2,
    Minimum "minimum" 2,
    Nextafter "nextafter" 2,
    OnesLike "ones_like" 1,
    Real "real" 1,
    Round "round" 1,
    Sign "sign" 1,
    Signbit "signbit" 1,
    Sin "sin" 1,
    Sinh "sinh" 1,
    Sqrt "sqrt" 1,
    Tan "tan" 1,
    Tanh "tanh" 1,
    Trunc "trunc" 1,
    Where "where" 3,
}
