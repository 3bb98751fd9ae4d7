//! What cargo knows about the workspace.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::process::{capture, cargo};

/// The checkout's root folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the workspace's root folder")
}

/// The part of `cargo metadata` that the commands read.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    /// Every package in the lock file's graph, all features on.
    pub(crate) packages: Vec<Package>,
    /// Ids of our own packages.
    pub(crate) workspace_members: BTreeSet<String>,
    /// Where cargo builds, `CARGO_TARGET_DIR` heeded.
    pub(crate) target_directory: PathBuf,
}

/// One package, ours or not.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    /// SPDX expression, if its manifest has one.
    pub(crate) license: Option<String>,
    /// The registry it comes from; none for a path.
    pub(crate) source: Option<String>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a manifest's dependency tables.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `dev`, `build`, or none for a normal one.
    pub(crate) kind: Option<String>,
}

impl Metadata {
    /// Asks cargo, with every feature on so that no optional dependency escapes.
    ///
    /// # Errors
    ///
    /// If cargo fails, for one on a manifest that does not parse.
    pub(crate) fn load() -> Result<Self> {
        let json = capture(
            cargo()
                .args([
                    "metadata",
                    "--format-version=1",
                    "--all-features",
                    "--quiet",
                ])
                .current_dir(root()),
        )?;
        serde_json::from_str(&json).context("cargo metadata: unexpected answer")
    }

    /// Our own packages.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }
}

impl Package {
    /// The folder its manifest lies in.
    pub(crate) fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new("/"))
    }
}

/// Where cargo builds, without resolving any dependency.
///
/// # Errors
///
/// If cargo fails.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let json = capture(
        cargo()
            .args(["metadata", "--format-version=1", "--no-deps", "--quiet"])
            .current_dir(root()),
    )?;
    let metadata: Metadata =
        serde_json::from_str(&json).context("cargo metadata: unexpected answer")?;
    Ok(metadata.target_directory)
}
