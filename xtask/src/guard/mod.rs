//! `cargo xtask guard`: the rules of the house that no compiler checks.

mod api;
mod layout;
mod licences;
mod rings;
mod run;
mod spdx;
mod tree;
mod wasm;

pub(crate) use run::{Part, run};
