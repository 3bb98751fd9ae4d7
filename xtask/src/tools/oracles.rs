//! What the tests measure Smalti against, and the browser they look through.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::debian;
use super::folder::{Tools, fingerprint};
use crate::process::{capture, run, succeeds};
use crate::workspace::root;

/// The oldest Python that the pinned requirements have wheels for.
const PYTHON: (u32, u32) = (3, 11);

/// The Python that Debian's GDAL bindings are built for.
const DEBIAN_PYTHON: &str = "/usr/bin/python3";

/// GDAL's own COG validator, as a module of its bindings.
const VALIDATOR: &str = "osgeo_utils.samples.validate_cloud_optimized_geotiff";

/// Where the programs are that tests run.
#[derive(Debug)]
pub(crate) struct Oracles {
    /// A Python with `xtask/oracles/requirements.txt` installed.
    pub(crate) python: PathBuf,
    /// Chromium.
    pub(crate) chromium: PathBuf,
    /// Takes a file, prints why it is no valid COG and then ends with 1.
    pub(crate) gdal_validate: PathBuf,
    /// A folder whose `node_modules` holds azurite.
    pub(crate) azurite: PathBuf,
}

impl Tools {
    /// Finds or installs every oracle, and the database servers that tests run against.
    ///
    /// # Errors
    ///
    /// If one is missing and cannot be installed; the message names it.
    pub(crate) fn oracles(&self) -> Result<Oracles> {
        let _lock = self.lock()?;
        let chosen = |variable: &str| std::env::var_os(variable).map(PathBuf::from);
        let chromium = chosen("SMALTI_CHROMIUM");
        let gdal_validate = chosen("SMALTI_GDAL_VALIDATE");

        let mut missing = Vec::new();
        let debian_chromium = Path::new("/usr/bin/chromium");
        if chromium.is_none() && !debian_chromium.is_file() {
            missing.push("chromium");
        }
        let validator =
            || succeeds(Command::new(DEBIAN_PYTHON).args(["-c", &format!("import {VALIDATOR}")]));
        if gdal_validate.is_none() && !validator() {
            missing.push("python3-gdal");
        }
        let there = |program: &str, folders: &[PathBuf]| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path)
                .chain(folders.iter().cloned())
                .any(|folder| folder.join(program).is_file())
        };
        if !there("mariadbd", &[PathBuf::from("/usr/sbin")]) {
            missing.push("mariadb-server");
        }
        if !there("initdb", &postgres_folders()) {
            missing.push("postgresql");
        }
        if !missing.is_empty() {
            debian::install(&missing)?;
        }

        Ok(Oracles {
            python: chosen("SMALTI_PYTHON").map_or_else(|| self.python(), Ok)?,
            chromium: chromium.unwrap_or_else(|| debian_chromium.to_owned()),
            gdal_validate: gdal_validate.map_or_else(|| self.gdal_validate(), Ok)?,
            azurite: self.azurite()?,
        })
    }

    /// The venv with the pinned requirements.
    fn python(&self) -> Result<PathBuf> {
        let version = capture(Command::new("python3").arg("--version"))?;
        ensure!(
            python_version(&version).is_some_and(|version| version >= PYTHON),
            "python3 is `{}`, the oracles need {}.{} or newer; or set SMALTI_PYTHON to a Python that \
             has xtask/oracles/requirements.txt installed",
            version.trim(),
            PYTHON.0,
            PYTHON.1
        );
        let oracles = root().join("xtask/oracles");
        let requirements = oracles.join("requirements.txt");
        let constraints = oracles.join("constraints.txt");
        let name = format!(
            "venv-{}",
            fingerprint(&[requirements.clone(), constraints.clone()])?
        );
        let venv = self.prepared(&name, |folder| {
            run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
            run(Command::new(folder.join("bin/python"))
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                ])
                // Terracotta is published as source alone; pure Python.
                .args(["--only-binary=:all:", "--no-binary=terracotta"])
                .arg("-r")
                .arg(&requirements)
                .arg("-c")
                .arg(&constraints))
        })?;
        Ok(venv.join("bin/python"))
    }

    /// A program around GDAL's validator.
    fn gdal_validate(&self) -> Result<PathBuf> {
        let program = self.path().join("gdal-validate-cog");
        let script = format!("#!/bin/sh\nexec {DEBIAN_PYTHON} -m {VALIDATOR} \"$@\"\n");
        fs::write(&program, script)
            .and_then(|()| fs::set_permissions(&program, fs::Permissions::from_mode(0o755)))
            .with_context(|| program.display().to_string())?;
        Ok(program)
    }

    /// The folder that azurite is installed in.
    fn azurite(&self) -> Result<PathBuf> {
        let oracle = root().join("xtask/oracles/azurite");
        let pins = ["package.json", "package-lock.json"].map(|name| oracle.join(name));
        self.prepared(&format!("azurite-{}", fingerprint(&pins)?), |folder| {
            for pin in &pins {
                let name = pin.file_name().context("a pin is a file")?;
                fs::copy(pin, folder.join(name)).with_context(|| pin.display().to_string())?;
            }
            run(Command::new("npm")
                .args([
                    "ci",
                    "--ignore-scripts",
                    "--no-audit",
                    "--no-fund",
                    "--loglevel=error",
                ])
                .current_dir(folder))
        })
    }
}

/// Where Debian puts the programs of PostgreSQL's versions.
fn postgres_folders() -> Vec<PathBuf> {
    fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect()
}

/// Major and minor version in what `python3 --version` prints.
fn python_version(printed: &str) -> Option<(u32, u32)> {
    let mut numbers = printed.trim().strip_prefix("Python ")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::python_version;

    #[test]
    fn python_versions_compare_as_numbers() {
        assert_eq!(python_version("Python 3.11.7\n"), Some((3, 11)));
        assert!(python_version("Python 3.9.2").unwrap() < python_version("Python 3.11.0").unwrap());
        assert_eq!(python_version("pyenv: no such command"), None);
    }
}
