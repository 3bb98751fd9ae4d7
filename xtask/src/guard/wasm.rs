//! The inner rings in WebAssembly.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::rings::INNER;
use crate::process::run;
use crate::tools::{Tools, WasmToolchain};
use crate::workspace::{Metadata, root};

/// Builds each inner ring alone for the browser's target and all with their default features, runs a
/// program that uses all of them, and runs the unit tests of all, both in Node.
///
/// # Errors
///
/// If the toolchain cannot be set up. What does not build or pass is in the result; the compiler and
/// the tests have already said why.
pub(crate) fn check(metadata: &Metadata) -> Result<Vec<String>> {
    let tools = Tools::open()?;
    let toolchain = tools.wasm()?;
    let mut steps = Vec::new();
    for package in INNER {
        let mut build = toolchain.cargo(root());
        build.args(["build", "--quiet", "--target=wasm32-unknown-unknown"]);
        let built = run(build.args(["--no-default-features", "--package", package]));
        steps.push(built.with_context(|| format!("{package} does not build alone for a browser")));

        // WASI is the same instruction set with a clock and an output, which libtest needs.
        let mut test = toolchain.cargo(root());
        test.args(["test", "--target=wasm32-wasip1", "--lib", "--no-fail-fast"]);
        let tested = run(test.args(["--no-default-features", "--package", package]));
        steps.push(tested.with_context(|| format!("{package} fails its unit tests under WASI")));
    }
    let mut build = toolchain.cargo(root());
    build.args(["build", "--quiet", "--target=wasm32-unknown-unknown"]);
    for package in INNER {
        build.args(["--package", package]);
    }
    let built = run(&mut build);
    steps.push(built.context("with their default features they do not build for a browser"));
    let smoke = smoke(&tools, &toolchain, metadata);
    steps.push(
        smoke.context("the program that uses all of them does not run, or finds other pixels"),
    );
    // The outermost message only: what it stands for was printed as it happened.
    Ok(steps
        .into_iter()
        .filter_map(Result::err)
        .map(|error| error.to_string())
        .collect())
}

/// Builds and runs `xtask/wasm/smoke.rs` as a package of its own, with the workspace's lock file.
fn smoke(tools: &Tools, toolchain: &WasmToolchain, metadata: &Metadata) -> Result<()> {
    let folder = tools.path().join("wasm-smoke");
    let mut manifest = String::from(
        "[package]\nname = \"smoke\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n",
    );
    for package in metadata
        .members()
        .filter(|package| INNER.contains(&package.name.as_str()))
    {
        write!(
            manifest,
            "[dependencies.{}]\npath = {:?}\ndefault-features = false\n",
            package.name,
            package.folder()
        )?;
    }
    let source = root().join("xtask/wasm");
    fs::create_dir_all(folder.join("src"))
        .and_then(|()| fs::write(folder.join("Cargo.toml"), manifest))
        .and_then(|()| fs::copy(source.join("smoke.rs"), folder.join("src/main.rs")))
        .and_then(|_| fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")))
        .with_context(|| folder.display().to_string())?;
    run(toolchain
        .cargo(&folder)
        .args(["build", "--quiet", "--target=wasm32-unknown-unknown"]))?;
    let program = toolchain
        .target()
        .join("wasm32-unknown-unknown/debug/smoke.wasm");
    run(Command::new("node")
        .arg(source.join("run-main.mjs"))
        .arg(program))
}
