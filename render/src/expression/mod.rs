//! Band mathematics: `(b4-b3)/(b4+b3)` and the like.
//!
//! ```text
//!   text ── parse ─► Syntax ── compile(sample type) ─► Program ── run, block by block ─► samples
//! ```
//!
//! [`parse`] reads Python's grammar as far as rio-tiler lets it through, [`compile`] gives every step a type
//! as NumExpr does and a register, [`run`] works on blocks of a thousand samples: a loop over slices for each
//! step, never a pixel through a tree.

mod apply;
mod compile;
mod kernel;
mod kind;
mod number;
mod parse;
mod program;
mod run;
mod syntax;

pub use apply::Expression;
