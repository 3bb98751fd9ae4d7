//! The parts of the guard, and running them.

use std::str::FromStr;
use std::time::Instant;

use anyhow::{Result, bail};

use super::{api, layout, licences, rings, tree, wasm};
use crate::workspace::Metadata;

/// One set of rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Part {
    /// Dependencies point inward, and the inner rings stay free of runtimes, sockets, files and C.
    Rings,
    /// `lib.rs` and `mod.rs` only name things, and no file is too long.
    Layout,
    /// Every dependency's licence, origin and name is allowed by `deny.toml`.
    Licences,
    /// The public signatures of the inner rings name no foreign type but those on a list.
    Api,
    /// The inner rings build for WebAssembly, and their unit tests pass there.
    Wasm,
}

impl Part {
    /// Every part, the quickest first.
    pub(crate) const ALL: [Self; 5] = [
        Self::Layout,
        Self::Licences,
        Self::Rings,
        Self::Api,
        Self::Wasm,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Rings => "rings",
            Self::Layout => "layout",
            Self::Licences => "licences",
            Self::Api => "api",
            Self::Wasm => "wasm",
        }
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|part| part.name() == name)
            .ok_or_else(|| format!("the guard has no part `{name}`"))
    }
}

/// Runs `parts` and prints every broken rule.
///
/// # Errors
///
/// If a rule is broken, or a part cannot be checked at all.
pub(crate) fn run(parts: &[Part]) -> Result<()> {
    let metadata = Metadata::load()?;
    let mut broken = 0;
    for part in parts {
        let start = Instant::now();
        let violations = match part {
            Part::Rings => {
                let mut violations = rings::check(&metadata);
                violations.extend(tree::check()?);
                violations
            }
            Part::Layout => layout::check(&metadata)?,
            Part::Licences => licences::check(&metadata)?,
            Part::Api => api::check(&metadata)?,
            Part::Wasm => wasm::check(&metadata)?,
        };
        for violation in &violations {
            eprintln!("guard {}: {violation}", part.name());
        }
        let verdict = if violations.is_empty() {
            "ok"
        } else {
            "BROKEN"
        };
        println!(
            "guard {}: {verdict} ({:.1} s)",
            part.name(),
            start.elapsed().as_secs_f64()
        );
        broken += violations.len();
    }
    if broken > 0 {
        bail!("{broken} broken rule(s), listed above; CONTRIBUTING.md says what each is for");
    }
    Ok(())
}
