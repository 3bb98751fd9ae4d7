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

    /// Text that is equal for operations that are equal by their parameters' meaning: defaults are left out, zones and
    /// Pseudo-Mercator spelt out. `a` is the semi-major axis.
    pub(crate) fn canonical(&self, a: f64) -> String {
        let mut plain = self.clone();
        match self.method.as_str() {
            "utm" => {
                let south = self.flag("south");
                plain = Self::new("tmerc")
                    .with("lon_0", self.number("zone") * 6.0 - 183.0)
                    .with("k_0", 0.9996)
                    .with("x_0", 500_000.0)
                    .with("y_0", if south { 1e7 } else { 0.0 });
            }
            "webmerc" => {
                "merc".clone_into(&mut plain.method);
                plain = plain.with("R", a);
            }
            _ => {}
        }
        // Absent, these mean something else in conics and stereographics.
        let lat_0 = !matches!(
            plain.method.as_str(),
            "lcc" | "krovak" | "mod_krovak" | "nzmg"
        );
        let lat_ts = matches!(plain.method.as_str(), "merc" | "eqc" | "cea");
        plain.values.retain(|name, value| match name.as_str() {
            "x_0" | "y_0" | "lon_0" => *value != 0.0,
            "lat_0" => *value != 0.0 || !lat_0,
            "lat_ts" => *value != 0.0 || !lat_ts,
            "k_0" => *value != 1.0 || plain.method.contains("krovak"),
            _ => true,
        });
        plain.to_tokens()
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
