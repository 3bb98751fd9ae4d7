//! Programs that come as Debian packages.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::process::{capture, run, succeeds};

/// Refreshes what apt knows, waiting for another apt to end.
///
/// # Errors
///
/// If apt-get is not there, or fails.
pub(crate) fn update() -> Result<()> {
    run(apt_get().args(["update", "-qq"]))
}

/// Installs `packages`.
///
/// # Errors
///
/// If this is no Debian, not root, or apt-get fails; all three name the packages.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    ensure!(
        succeeds(Command::new("apt-get").arg("--version")),
        "missing: {names} (Debian's names); there is no apt-get here, install them by hand"
    );
    ensure!(
        capture(Command::new("id").arg("-u"))?.trim() == "0",
        "missing: {names}; install them with `sudo apt-get install --no-install-recommends {names}`"
    );
    eprintln!("xtask: installing {names}");
    update()?;
    run(apt_get()
        .args(["install", "-qq", "-y", "--no-install-recommends"])
        .args(packages))
}

/// The version of `package` that apt would install, if it knows one.
///
/// # Errors
///
/// If apt-cache is not there, or fails.
pub(crate) fn candidate(package: &str) -> Result<Option<String>> {
    let policy = capture(
        Command::new("apt-cache")
            .env("LC_ALL", "C")
            .args(["policy", package]),
    )?;
    Ok(candidate_in(&policy))
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["-o", "DPkg::Lock::Timeout=300"]);
    command
}

/// The candidate in what `apt-cache policy` prints.
fn candidate_in(policy: &str) -> Option<String> {
    let version = policy
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    (version != "(none)").then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::candidate_in;

    #[test]
    fn a_candidate_is_read_from_the_policy() {
        let policy = "rustc-web:\n  Installed: (none)\n  Candidate: 1.96.0+dfsg1-1~deb12u2\n";
        assert_eq!(
            candidate_in(policy).as_deref(),
            Some("1.96.0+dfsg1-1~deb12u2")
        );
        assert_eq!(
            candidate_in("x:\n  Installed: 1\n  Candidate: (none)\n"),
            None
        );
        assert_eq!(candidate_in(""), None);
    }
}
