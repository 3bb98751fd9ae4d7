//! A Rust compiler that can build for WebAssembly.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::debian;
use super::folder::{Tools, fingerprint};
use crate::process::{capture, cargo, run};
use crate::workspace::{root, target_folder};

/// Debian's package of the compiler.
const COMPILER: &str = "rustc-web";

/// A compiler for WebAssembly.
#[derive(Debug)]
pub(crate) struct WasmToolchain {
    /// A folder that `xtask/wasm/setup.sh` has filled; none: the compiler is the ordinary one.
    folder: Option<PathBuf>,
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
            folder: Some(folder),
            target: self.path().join("wasm-target"),
        })
    }

    /// The ordinary compiler if it has the browser's target (`rustup target add
    /// wasm32-unknown-unknown`), else as [`Self::wasm`].
    ///
    /// # Errors
    ///
    /// Those of [`Self::wasm`].
    pub(crate) fn browser(&self) -> Result<WasmToolchain> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let sysroot = capture(Command::new(rustc).args(["--print", "sysroot"]))?;
        let library = Path::new(sysroot.trim()).join("lib/rustlib/wasm32-unknown-unknown/lib");
        if library.is_dir() {
            return Ok(WasmToolchain {
                folder: None,
                target: target_folder()?,
            });
        }
        self.wasm()
    }
}

impl Tools {
    /// Finds or builds the program that writes the JavaScript beside a module (`xtask/wasm/bindgen`).
    ///
    /// # Errors
    ///
    /// If it is of another version than the workspace's `wasm-bindgen`, or does not build.
    pub(crate) fn bindgen(&self) -> Result<PathBuf> {
        let _lock = self.lock()?;
        let source = root().join("xtask/wasm/bindgen");
        let (ours, its) = (root().join("Cargo.lock"), source.join("Cargo.lock"));
        let version = |lock: &Path, package: &str| {
            let text = fs::read_to_string(lock).with_context(|| lock.display().to_string())?;
            locked(&text, package).with_context(|| format!("{} has no {package}", lock.display()))
        };
        let wanted = version(&ours, "wasm-bindgen")?;
        let pinned = version(&its, "wasm-bindgen-cli-support")?;
        ensure!(
            wanted == pinned,
            "{} pins wasm-bindgen-cli-support {pinned}, the workspace uses wasm-bindgen {wanted}; \
             the two have to be of one version",
            source.join("Cargo.toml").display()
        );
        let recipe = fingerprint(&[source.join("Cargo.toml"), its, source.join("src/main.rs")])?;
        let folder = self.prepared(&format!("bindgen-{recipe}"), |folder| {
            run(cargo()
                .args(["install", "--quiet", "--locked", "--debug", "--path"])
                .arg(&source)
                .arg("--root")
                .arg(folder)
                .env("CARGO_TARGET_DIR", folder.join("target")))?;
            fs::remove_dir_all(folder.join("target"))?;
            Ok(())
        })?;
        Ok(folder.join("bin/bindgen"))
    }
}

impl WasmToolchain {
    /// A cargo that builds the package or workspace in `folder` with this toolchain; add its arguments.
    pub(crate) fn cargo(&self, folder: &Path) -> Command {
        let mut command = match &self.folder {
            Some(toolchain) => {
                let mut command = Command::new("sh");
                command
                    .args(["-c", ". \"$0\"; exec cargo \"$@\""])
                    .arg(toolchain.join("env.sh"));
                command
            }
            None => cargo(),
        };
        command
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

/// The version of `package` in a lock file.
fn locked(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    version.strip_suffix('"').map(str::to_owned)
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
    use super::{file_name, locked};

    #[test]
    fn a_version_is_read_from_a_lock_file() {
        let lock = "[[package]]\nname = \"a-b\"\nversion = \"2\"\n\n[[package]]\nname = \"a\"\nversion = \"1.0.3\"\n";
        assert_eq!(locked(lock, "a").as_deref(), Some("1.0.3"));
        assert_eq!(locked(lock, "b"), None);
    }

    #[test]
    fn a_debian_version_becomes_a_plain_file_name() {
        assert_eq!(
            file_name("1:1.96.0+dfsg1-1~deb12u2"),
            "1_1.96.0_dfsg1_1_deb12u2"
        );
    }
}
