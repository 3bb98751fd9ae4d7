//! The web viewer's bundle.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::process::run;
use crate::workspace::root;

/// Installs the viewer's pinned npm packages and builds its bundle.
///
/// # Errors
///
/// If npm is not there, or fails.
pub(crate) fn build() -> Result<()> {
    let folder = root().join("server-example/viewer");
    ensure!(
        folder.join("package-lock.json").is_file(),
        "{} has no package-lock.json, so nothing says what to install",
        folder.display()
    );
    run(Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(&folder))?;
    run(Command::new("npm")
        .args(["run", "build"])
        .current_dir(&folder))
}
