//! What an expression consists of.

use super::function::Function;

/// A node's number.
pub(super) type Id = usize;

/// What is computed; nodes stand after those that they use, and each is used once.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Number(f64, Kind),
    /// `v1` to `v9`.
    Variable(u8),
    Negate(Id),
    Invert(Id),
    Binary(Infix, Id, Id),
    Call(Function, Vec<Id>),
}

/// What a number is: in this order one gives way to the next.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Kind {
    Truth,
    Whole,
    Real,
}

/// Operators between two.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Infix {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    And,
    Or,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
