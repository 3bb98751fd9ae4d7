//! Starting other programs, with errors that name them.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context as _, Result, anyhow, bail};

/// Cargo, as the one that started this command.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs `command` to its end, with its output on ours and no input.
///
/// # Errors
///
/// If it cannot be started or does not succeed.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|error| not_started(command, error))?;
    check(command, status)
}

/// Runs `command` to its end and returns what it printed; its errors go to ours.
///
/// # Errors
///
/// If it cannot be started, does not succeed, or prints something else than UTF-8.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| not_started(command, error))?;
    check(command, output.status)?;
    String::from_utf8(output.stdout).with_context(|| format!("`{}`: output", line(command)))
}

/// Whether `command` can be started and succeeds; prints nothing.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The error for a program that could not be started: says so if it is not there.
pub(crate) fn not_started(command: &Command, error: std::io::Error) -> anyhow::Error {
    let program = command.get_program().display();
    if error.kind() == ErrorKind::NotFound {
        anyhow!(
            "`{program}` is not installed or not in PATH (wanted for `{}`)",
            line(command)
        )
    } else {
        anyhow::Error::new(error).context(format!("could not start `{}`", line(command)))
    }
}

fn check(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{}` failed: {status}", line(command));
    }
    Ok(())
}

/// The command as one would type it, quoting aside.
fn line(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::{capture, run, succeeds};
    use std::process::Command;

    #[test]
    fn a_missing_program_is_named() {
        let error = run(Command::new("smalti-no-such-program").arg("now")).unwrap_err();
        assert!(
            format!("{error:#}").contains("`smalti-no-such-program` is not installed"),
            "{error:#}"
        );
    }

    #[test]
    fn failure_and_output_are_told() {
        assert!(run(Command::new("sh").args(["-c", "exit 3"])).is_err());
        assert_eq!(
            capture(Command::new("sh").args(["-c", "echo hi"])).unwrap(),
            "hi\n"
        );
        assert!(!succeeds(Command::new("sh").args(["-c", "exit 1"])));
    }
}
