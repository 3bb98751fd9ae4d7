//! The web viewer's bundle.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::process::run;
use crate::workspace::root;

/// Installs the viewer's pinned npm packages and builds its bundle in `dist/`, for work on the viewer;
/// the server's own build makes its bundle by itself.
///
/// # Errors
///
/// If npm is not there, or fails.
pub(crate) fn build() -> Result<()> {
    run(&mut npm(&[
        "ci",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ])?)?;
    run(&mut npm(&["run", "build"])?)
}

/// Builds the bundle, checks the types in the viewer's sources, and drives its tab of datasets in a browser, in front of
/// stand-ins of both servers; the tests of `server-example` drive the rest in front of the server itself.
///
/// # Errors
///
/// If npm is not there, or a check or test fails.
pub(crate) fn test(chromium: &Path) -> Result<()> {
    build()?;
    run(&mut npm(&["run", "check"])?)?;
    run(npm(&["run", "datasets"])?.env("SMALTI_CHROMIUM", chromium))
}

/// npm in the viewer's folder.
fn npm(args: &[&str]) -> Result<Command> {
    let folder = root().join("server-example/viewer");
    ensure!(
        folder.join("package-lock.json").is_file(),
        "{} has no package-lock.json, so nothing says what to install",
        folder.display()
    );
    let mut command = Command::new("npm");
    command.args(args).current_dir(folder);
    Ok(command)
}
