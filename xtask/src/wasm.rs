//! The browser's build: a folder that any static file host serves.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::process::{not_started, run};
use crate::tools::Tools;
use crate::workspace::{root, target_folder};

/// The crate, and how its program is called.
const PACKAGE: &str = "smalti-wasm";
const PROGRAM: &str = "smalti_wasm";

/// Most bytes of the program as a host with compression sends it.
const MOST_GZIPPED: usize = 1_500_000;

/// What the page needs beside the program: files of `wasm/www`, and of the viewer's map.
const PAGE: [&str; 5] = [
    "index.html",
    "page.css",
    "page.js",
    "smalti.js",
    "worker.js",
];
const MAP: [&str; 3] = ["engine.js", "map-plain.js", "mercator.js"];

/// Builds the folder and says where it lies and how large the program is.
///
/// # Errors
///
/// If the toolchain cannot be set up, something does not build, or the program has grown too large.
pub(crate) fn build() -> Result<PathBuf> {
    let tools = Tools::open()?;
    let toolchain = tools.browser()?;
    let bindgen = tools.bindgen()?;
    run(toolchain.cargo(root()).args([
        "build",
        "--locked",
        "--target=wasm32-unknown-unknown",
        "--profile=wasm-size",
        "--package",
        PACKAGE,
    ]))?;
    let program = toolchain
        .target()
        .join("wasm32-unknown-unknown/wasm-size")
        .join(format!("{PROGRAM}.wasm"));

    let folder = target_folder()?.join("www");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    run(Command::new(bindgen).arg(&program).arg(&folder))?;
    let own = root().join("wasm/www");
    let map = root().join("server-example/viewer/src");
    for (from, names) in [(own, &PAGE[..]), (map, &MAP[..])] {
        for name in names {
            let from = from.join(name);
            fs::copy(&from, folder.join(name)).with_context(|| from.display().to_string())?;
        }
    }
    let program = fs::read(folder.join(format!("{PROGRAM}_bg.wasm")))?;
    let gzipped = gzipped(&program)?;
    println!(
        "{}: the program has {} bytes, {gzipped} with gzip",
        folder.display(),
        program.len()
    );
    ensure!(
        gzipped <= MOST_GZIPPED,
        "the browser's program has {gzipped} bytes with gzip, {MOST_GZIPPED} at most"
    );
    Ok(folder)
}

/// Builds the folder and drives its page in a browser, beside a server that shows the same files.
///
/// # Errors
///
/// If something does not build, or a test fails.
pub(crate) fn test(chromium: &Path) -> Result<()> {
    let folder = build()?;
    let target = target_folder()?.join("debug");
    run(Command::new("node")
        .args(["--test", "wasm/test/browser.test.mjs"])
        .current_dir(root())
        .env("SMALTI_CHROMIUM", chromium)
        .env("SMALTI_WWW", folder)
        .env("SMALTI_BIN", target.join("smalti"))
        .env("SMALTI_FIXTURES", target.join("examples/fixtures")))
}

/// The length of `bytes` after gzip.
fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut command = Command::new("gzip");
    command
        .args(["-9", "-c"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|error| not_started(&command, error))?;
    let mut input = child.stdin.take().context("gzip has an input")?;
    let output = std::thread::scope(|scope| {
        let writer = scope.spawn(move || input.write_all(bytes));
        let output = child.wait_with_output();
        writer.join().map(|written| written.and(output))
    });
    let output = output.map_err(|_| anyhow::anyhow!("writing to gzip panicked"))??;
    ensure!(output.status.success(), "gzip failed: {}", output.status);
    Ok(output.stdout.len())
}
