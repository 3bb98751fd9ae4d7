//! `cargo xtask fuzz`: looks for input that hurts.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process::{cargo, run, succeeds};
use crate::workspace::{root, target_folder};

/// The targets, as `fuzz/Cargo.toml` names them.
pub(crate) const TARGETS: [&str; 13] = [
    "open",
    "codec",
    "whole_read",
    "structure",
    "arrival",
    "round_trip",
    "definitions",
    "expression",
    "item",
    "masked",
    "metadata",
    "pattern",
    "shape",
];

/// What one fuzzer may take of memory, in MiB.
const MEMORY: u32 = 1024;

/// Runs one target for some minutes, from the seeds, the committed corpus and what earlier runs found.
///
/// What it learns stays in `fuzz/` of cargo's target folder; what it finds is printed by libFuzzer and
/// belongs into `fuzz/regressions/TARGET/` under a name that says what it was.
///
/// # Errors
///
/// If cargo-fuzz is missing, a build fails, or the target finds something.
pub(crate) fn run_target(target: &str, minutes: u32) -> Result<()> {
    if !succeeds(Command::new("cargo-fuzz").arg("--version")) {
        bail!("cargo-fuzz is missing: `cargo install cargo-fuzz --version ^0.13`");
    }
    let work = target_folder()?.join("fuzz");
    let (corpus, finds) = (work.join("corpus"), work.join("finds").join(target));
    for folder in [&corpus.join(target), &finds] {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    run(cargo()
        .args([
            "run",
            "--quiet",
            "--package",
            "fuzz",
            "--example",
            "seed",
            "--",
        ])
        .arg(&corpus)
        .current_dir(root()))?;
    let mut fuzz = Command::new("cargo-fuzz");
    fuzz.args(["fuzz", "run", "--fuzz-dir", "fuzz", "--sanitizer", "none"])
        .args(["--features", "libfuzzer", "--target-dir"])
        .arg(work.join("build"))
        .arg(target)
        .arg(corpus.join(target));
    let committed = root().join("fuzz/corpus").join(target);
    if committed.is_dir() {
        fuzz.arg(committed);
    }
    fuzz.arg("--")
        .arg(format!("-max_total_time={}", u64::from(minutes) * 60))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .args(["-timeout=10", "-max_len=65536"])
        .arg(format!("-artifact_prefix={}/", finds.display()))
        .current_dir(root())
        // The coverage flags are unstable; a stable compiler knows them all the same.
        .env("RUSTC_BOOTSTRAP", "1");
    run(&mut fuzz)
}
