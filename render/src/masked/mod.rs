//! Terracotta's expressions: arithmetic between rasters in Python's words, with NumPy's masked arrays' rules.
//!
//! ```text
//!   text ─ parse ─► nodes, each after what it uses ─ run, block by block ─► MaskedBand
//! ```
//!
//! Whole numbers do not wrap around: all is computed in binary64.

mod array;
mod function;
mod lexer;
mod node;
mod operation;
mod parse;
mod run;

pub use parse::MaskedExpression;

use parse::{unrecognized, wrong};
