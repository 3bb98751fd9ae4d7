//! A Rust compiler that can build for WebAssembly.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::debian;
use super::folder::{Tools, fingerprint};
use crate::process::run;
use crate::workspace::root;

/// Debian's package of the compiler.
const COMPILER: &str = "rustc-web";

/// A folder that `xtask/wasm/setup.sh` has filled.
#[derive(Debug)]
pub(crate) struct WasmToolchain {
    folder: PathBuf,
    /// Where to build with it. Its compiler is not the native one, so it has a folder of its own.
    target: PathBuf,
}

impl Tools {
    /// Finds or builds the toolchain for the newest compiler that apt knows of.
    ///
    /// # Errors
    ///
    /// If this is no Debian that carries the compiler, or the set-up fails.
    pub(crate) fn wasm(&self) -> Result<WasmToolchain> {
        let _lock = self.lock()?;
        let setup = root().join("xtask/wasm");
        let recipe = fingerprint(&[setup.join("setup.sh"), setup.join("wasi-run.mjs")])?;
        let folder_of = |version: Option<String>| {
            version.map(|version| format!("wasm-{}-{recipe}", file_name(&version)))
        };
        // Lists that are behind the archive still name a toolchain that an earlier run has built; but
        // nothing new can be downloaded by them.
        let mut name = folder_of(debian::candidate(COMPILER)?);
        if !name
            .as_ref()
            .is_some_and(|name| self.path().join(name).join("READY").is_file())
        {
            debian::update()?;
            name = folder_of(debian::candidate(COMPILER)?);
        }
        let name = name.with_context(|| {
            format!("apt knows no package {COMPILER}; Debian's security suite has it")
        })?;
        let folder = self.prepared(&name, |folder| {
            run(Command::new("sh").arg(setup.join("setup.sh")).arg(folder))
        })?;
        ensure!(
            folder.join("env.sh").is_file(),
            "{} has no env.sh",
            folder.display()
        );
        Ok(WasmToolchain {
            folder,
            target: self.path().join("wasm-target"),
        })
    }
}

impl WasmToolchain {
    /// A cargo that builds the package or workspace in `folder` with this toolchain; add its arguments.
    pub(crate) fn cargo(&self, folder: &Path) -> Command {
        let mut command = Command::new("sh");
        command
            .args(["-c", ". \"$0\"; exec cargo \"$@\""])
            .arg(self.folder.join("env.sh"))
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", &self.target)
            // Flags and wrappers meant for the native compiler.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("RUSTC_WRAPPER")
            .env_remove("RUSTC_WORKSPACE_WRAPPER");
        command
    }

    /// Where its cargo builds.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }
}

/// `version` with only letters, digits, dots and underscores.
fn file_name(version: &str) -> String {
    version
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '_'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_debian_version_becomes_a_plain_file_name() {
        assert_eq!(
            file_name("1:1.96.0+dfsg1-1~deb12u2"),
            "1_1.96.0_dfsg1_1_deb12u2"
        );
    }
}
