//! `deny.toml`, checked against the lock file's graph without cargo-deny, which takes longer to build
//! than to run. Reads the same file with the same meaning, as far as the file uses it.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::spdx::satisfied;
use crate::workspace::{Metadata, Package, root};

/// Where cargo says a package of the public registry comes from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The part of cargo-deny's configuration that is checked here. An unknown key is an error, so that
/// nobody relies on a rule that CI does not check.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    #[serde(rename = "graph")]
    _graph: Graph,
    licenses: Licenses,
    bans: Bans,
    #[serde(rename = "sources")]
    _sources: Sources,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Graph {
    /// Always on here; cargo-deny has to be told.
    #[serde(rename = "all-features")]
    _all_features: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Licenses {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

/// A crate that may have a licence which others may not.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Bans {
    #[serde(rename = "multiple-versions")]
    _multiple_versions: AllowOnly,
    deny: Vec<Ban>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    /// Why, for the reader.
    reason: String,
    /// Whether one version is welcome and only a second one is not.
    #[serde(default)]
    deny_multiple_versions: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Sources {
    #[serde(rename = "unknown-registry")]
    _unknown_registry: DenyOnly,
    #[serde(rename = "unknown-git")]
    _unknown_git: DenyOnly,
}

/// The one value that means what is checked here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AllowOnly {
    Allow,
}

/// The one value that means what is checked here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DenyOnly {
    Deny,
}

/// Every package whose licence, name, version or origin `deny.toml` does not allow.
///
/// # Errors
///
/// If `deny.toml` cannot be read, or holds a rule that is not checked here.
pub(crate) fn check(metadata: &Metadata) -> Result<Vec<String>> {
    let text = fs::read_to_string(root().join("deny.toml")).context("deny.toml")?;
    let policy: Policy = toml::from_str(&text).context("deny.toml")?;
    Ok(violations(&policy, &metadata.packages))
}

fn violations(policy: &Policy, packages: &[Package]) -> Vec<String> {
    let mut violations = Vec::new();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        versions
            .entry(&package.name)
            .or_default()
            .push(&package.version);
        violations.extend(licence(policy, package));
        if package
            .source
            .as_deref()
            .is_some_and(|source| source != REGISTRY)
        {
            violations.push(format!(
                "{} comes from {:?}",
                label(package),
                package.source
            ));
        }
    }
    for ban in &policy.bans.deny {
        let found = versions
            .get(ban.name.as_str())
            .map_or(&[][..], Vec::as_slice);
        if found.len() > usize::from(ban.deny_multiple_versions) {
            violations.push(format!(
                "{} {}: {}",
                ban.name,
                found.join(" and "),
                ban.reason
            ));
        }
    }
    violations
}

/// What is wrong with a package's licence, if anything is.
fn licence(policy: &Policy, package: &Package) -> Option<String> {
    let Some(expression) = &package.license else {
        return Some(format!(
            "{} has no `license` in its manifest",
            label(package)
        ));
    };
    let allowed = |licence: &str| {
        let listed = |list: &[String]| list.iter().any(|allowed| allowed == licence);
        listed(&policy.licenses.allow)
            || policy
                .licenses
                .exceptions
                .iter()
                .any(|exception| exception.name == package.name && listed(&exception.allow))
    };
    match satisfied(expression, &allowed) {
        Ok(true) => None,
        Ok(false) => Some(format!("{} is under `{expression}`", label(package))),
        Err(fault) => Some(format!(
            "{} is under `{expression}`: {fault}",
            label(package)
        )),
    }
}

fn label(package: &Package) -> String {
    format!("{} {}", package.name, package.version)
}

#[cfg(test)]
mod tests {
    use super::{Policy, REGISTRY, violations};
    use crate::workspace::Package;

    const POLICY: &str = r#"
        [graph]
        all-features = true
        [licenses]
        allow = ["MIT"]
        exceptions = [{ crate = "odd", allow = ["Odd"] }]
        [bans]
        multiple-versions = "allow"
        deny = [
            { crate = "once", reason = "once is enough", deny-multiple-versions = true },
            { crate = "never", reason = "never" },
        ]
        [sources]
        unknown-registry = "deny"
        unknown-git = "deny"
    "#;

    fn package(name: &str, version: &str, license: Option<&str>) -> Package {
        Package {
            id: format!("{name} {version}"),
            name: name.into(),
            version: version.into(),
            license: license.map(Into::into),
            source: Some(REGISTRY.into()),
            manifest_path: "Cargo.toml".into(),
            dependencies: Vec::new(),
        }
    }

    fn found(packages: &[Package]) -> Vec<String> {
        violations(&toml::from_str::<Policy>(POLICY).unwrap(), packages)
    }

    #[test]
    fn allowed_packages_pass() {
        let mit = Some("MIT OR Apache-2.0");
        let packages = [
            package("a", "1.0.0", mit),
            package("a", "2.0.0", mit),
            package("odd", "1.0.0", Some("Odd")),
        ];
        assert!(found(&packages).is_empty());
        assert!(found(&[package("once", "1.0.0", mit)]).is_empty());
    }

    #[test]
    fn each_rule_catches_its_breach() {
        let mit = Some("MIT");
        assert!(found(&[package("a", "1.0.0", Some("AGPL-3.0-only"))])[0].contains("AGPL"));
        assert!(found(&[package("even", "1.0.0", Some("Odd"))])[0].contains("Odd"));
        assert!(found(&[package("a", "1.0.0", None)])[0].contains("no `license`"));
        assert!(found(&[package("never", "1.0.0", mit)])[0].contains("never"));
        let twice = [package("once", "1.0.0", mit), package("once", "2.0.0", mit)];
        assert!(found(&twice)[0].contains("once is enough"));
        let mut git = package("a", "1.0.0", mit);
        git.source = Some("git+https://example.org/a".into());
        assert!(found(&[git])[0].contains("git+"));
    }

    #[test]
    fn a_rule_that_is_not_checked_here_is_refused() {
        let more = POLICY.replace("[bans]", "[bans]\nwildcards = \"deny\"");
        assert!(toml::from_str::<Policy>(&more).is_err());
        let weaker = POLICY.replace("unknown-git = \"deny\"", "unknown-git = \"allow\"");
        assert!(toml::from_str::<Policy>(&weaker).is_err());
    }
}
