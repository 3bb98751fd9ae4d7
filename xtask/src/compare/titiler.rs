//! `cargo xtask compare titiler`: the same requests to TiTiler and to Smalti.

use std::process::Command;

use anyhow::Result;

use super::load::speed;
use crate::process::{cargo, run};
use crate::tools::Tools;
use crate::workspace::{root, target_folder};

/// Sends every request, or those that `arguments` choose, to both servers, and prints in what the answers differ.
///
/// With `--bless` alone: writes down what TiTiler answers to the requests that the tests of `server-example` repeat without it. With `--speed`
/// alone: how many tiles a second both give.
///
/// # Errors
///
/// If a server cannot be built or started, or if answers differ and no rule of
/// `xtask/oracles/titiler/differences.toml` says why.
pub(crate) fn titiler(arguments: &[String]) -> Result<()> {
    if arguments == ["--speed"] {
        return speed();
    }
    let tools = Tools::open()?;
    let python = tools.oracles()?.python;
    if arguments == ["--bless"] {
        return run(cargo()
            .args(["test", "-p", "server-example", "--test", "it", "titiler"])
            .env("SMALTI_BLESS_TITILER", python));
    }
    let target = target_folder()?;
    // Not the release: the tests have built this one already, and nothing is timed.
    run(cargo().args(["build", "-p", "server-example", "--bin", "smalti"]))?;
    let mut command = Command::new(python);
    command
        .arg(root().join("xtask/oracles/titiler/compare.py"))
        .arg("--smalti")
        .arg(target.join("debug/smalti"))
        .arg("--work")
        .arg(target.join("compare-titiler"))
        .arg("--rows")
        .arg(root().join("doc/titiler-differences.md"));
    let shared = std::env::var_os("SMALTI_SHARED")
        .map_or_else(|| root().with_file_name("shared"), std::path::PathBuf::from);
    if shared.is_dir() {
        command.arg("--shared").arg(shared);
    }
    run(command.args(arguments))
}
