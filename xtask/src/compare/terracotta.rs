//! `cargo xtask compare terracotta`: the same rasters, databases and requests to Terracotta and to Smalti.

use std::process::Command;

use anyhow::Result;

use crate::process::{cargo, run};
use crate::services::Service;
use crate::tools::Tools;
use crate::viewer;
use crate::workspace::{root, target_folder};

/// Sends every request, or those that `arguments` choose, to both servers over the same databases, and prints in what the answers differ.
///
/// With `--speed` first: how fast both make tiles, ingest and optimize, and how much memory they need. With `--bless` alone: writes down
/// what Terracotta answers to the requests that the tests of `server-example` repeat without it.
///
/// # Errors
///
/// If a server cannot be built or started, or if answers differ and no rule of
/// `xtask/oracles/terracotta/differences.toml` says why.
pub(crate) fn terracotta(arguments: &[String]) -> Result<()> {
    let tools = Tools::open()?;
    let oracles = tools.oracles()?;
    let python = &oracles.python;
    if arguments == ["--bless"] {
        return run(cargo()
            .args(["test", "-p", "server-example", "--test", "it"])
            .arg("terracotta_recorded")
            .env("SMALTI_BLESS_TERRACOTTA", python));
    }
    let (script, profile, rest) = match arguments {
        [first, rest @ ..] if first == "--speed" => ("speed.py", "release", rest),
        // The tests have built this one already, and nothing is timed.
        all => ("compare.py", "debug", all),
    };
    let mut build = cargo();
    build.args(["build", "-p", "server-example", "--bin", "smalti"]);
    if profile == "release" {
        build.arg("--release");
    }
    run(&mut build)?;
    let target = target_folder()?;
    let mut command = Command::new(python);
    command
        .arg(root().join("xtask/oracles/terracotta").join(script))
        .arg("--smalti")
        .arg(target.join(profile).join("smalti"))
        .arg("--work")
        .arg(target.join("compare-terracotta"));
    if script == "compare.py" {
        // It looks at both servers, too.
        viewer::build()?;
        command
            .arg("--rows")
            .arg(root().join("doc/terracotta-differences.md"))
            .arg("--chromium")
            .arg(&oracles.chromium);
    }
    // They run until the comparison ends.
    let mut services = Vec::new();
    if script == "compare.py" {
        services = vec![
            ("--s3", Service::s3(&oracles.python)?),
            ("--mysql", Service::database("mysql")?),
            ("--postgresql", Service::database("postgresql")?),
        ];
    }
    for (option, service) in &services {
        command.arg(option).arg(&service.endpoint);
    }
    run(command.args(rest))
}
