//! The parameters of a projection, in PROJ's vocabulary.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A projection method and its numbers: PROJ's names, angles in degrees, lengths in metres.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Operation {
    /// PROJ's name of the method, such as `tmerc`.
    pub(crate) method: String,
    /// Numeric parameters.
    pub(crate) values: BTreeMap<String, f64>,
    /// Parameters without a value, such as `south`.
    pub(crate) flags: BTreeSet<String>,
}

impl Operation {
    pub(crate) fn new(method: &str) -> Self {
        Self {
            method: method.to_owned(),
            ..Self::default()
        }
    }

    /// Sets a number.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: f64) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    /// Sets a flag.
    #[must_use]
    pub(crate) fn with_flag(mut self, name: &str) -> Self {
        self.flags.insert(name.to_owned());
        self
    }

    /// Takes a number away.
    #[must_use]
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.values.remove(name);
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<f64> {
        self.values.get(name).copied()
    }

    /// A number or 0.
    pub(crate) fn number(&self, name: &str) -> f64 {
        self.get(name).unwrap_or(0.0)
    }

    /// An angle given in degrees, or 0, in radians.
    pub(crate) fn angle(&self, name: &str) -> f64 {
        self.number(name).to_radians()
    }

    /// An angle given in degrees, in radians.
    pub(crate) fn angle_opt(&self, name: &str) -> Option<f64> {
        self.get(name).map(f64::to_radians)
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.flags.contains(name)
    }

    /// Scale factor at the natural origin, 1 when absent.
    pub(crate) fn k0(&self) -> f64 {
        self.get("k_0").unwrap_or(1.0)
    }

    /// The tokens of a PROJ string, without `+`, method first.
    pub(crate) fn to_tokens(&self) -> String {
        let mut text = format!("proj={}", self.method);
        for (name, value) in &self.values {
            let _ = write!(text, " {name}={value}");
        }
        for flag in &self.flags {
            let _ = write!(text, " {flag}");
        }
        text
    }
}
