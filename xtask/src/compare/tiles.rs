//! `cargo xtask compare`: the same tiles through Smalti and through rio-tiler.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::mean::geometric_mean;
use crate::process::{capture, cargo, not_started, run};
use crate::tools::Tools;
use crate::workspace::{root, target_folder};

/// One tile, as `compare-tiles make` prints it.
#[derive(Debug, Deserialize)]
struct Job {
    file: PathBuf,
    z: i8,
    x: u32,
    y: u32,
    resampling: String,
}

/// What either side measured, a number per job.
#[derive(Debug, Deserialize)]
struct Report {
    #[serde(default)]
    oracle: String,
    seconds: Vec<f64>,
    open_seconds: Vec<f64>,
    bytes: Vec<usize>,
}

/// Times every tile on both sides, one thread each, one after the other, and prints the ratios.
///
/// `at_least`: the geometric mean of the warm ratios below which the command fails.
///
/// # Errors
///
/// If a side cannot be built or run, or the mean stays below `at_least`.
pub(crate) fn tiles(at_least: Option<f64>) -> Result<()> {
    let tools = Tools::open()?;
    let python = tools.oracles()?.python;
    let target = target_folder()?;
    run(cargo().args([
        "build",
        "--release",
        "-p",
        "benches",
        "--bin",
        "compare-tiles",
    ]))?;
    let binary = target.join("release/compare-tiles");
    let folder = target.join("compare");
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;

    let list = capture(Command::new(&binary).arg("make").arg(&folder))?;
    let jobs: Vec<Job> = serde_json::from_str(&list).context("the list of tiles")?;
    let jobs_file = folder.join("jobs.json");
    std::fs::write(&jobs_file, &list)?;
    let ours = measure(Command::new(&binary).arg("run"), &jobs_file)?;
    let script = root().join("benches/compare/tiles.py");
    let theirs = measure(Command::new(&python).arg(script), &jobs_file)?;
    print(&jobs, &ours, &theirs);

    let mean = geometric_mean(&ours.seconds, &theirs.seconds);
    if let Some(at_least) = at_least {
        ensure!(
            mean >= at_least,
            "{mean:.1} times rio-tiler's speed, wanted {at_least}"
        );
    }
    Ok(())
}

/// Runs one side on the jobs.
fn measure(command: &mut Command, jobs: &Path) -> Result<Report> {
    let output = command
        .stdin(File::open(jobs)?)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| not_started(command, error))?;
    ensure!(
        output.status.success(),
        "`{command:?}` failed: {}",
        output.status
    );
    serde_json::from_slice(&output.stdout).with_context(|| format!("what `{command:?}` printed"))
}

fn print(jobs: &[Job], ours: &Report, theirs: &Report) {
    println!(
        "\nMilliseconds of CPU for one tile of 256 × 256 as PNG, one thread, best of many; against {}.\n\
         warm: the file is open and its blocks are decoded; open: the file is opened for every tile.\n",
        theirs.oracle
    );
    println!(
        "| file | tile | resampling | warm | theirs | ratio | open | theirs | ratio | PNG size, of theirs |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for (index, job) in jobs.iter().enumerate() {
        let ms = |seconds: f64| seconds * 1000.0;
        let (warm, open) = (ours.seconds[index], ours.open_seconds[index]);
        let (their_warm, their_open) = (theirs.seconds[index], theirs.open_seconds[index]);
        println!(
            "| {} | {}/{}/{} | {} | {:.2} | {:.2} | {:.1} × | {:.2} | {:.2} | {:.1} × | {:.2} |",
            job.file.file_stem().unwrap_or_default().display(),
            job.z,
            job.x,
            job.y,
            job.resampling,
            ms(warm),
            ms(their_warm),
            their_warm / warm,
            ms(open),
            ms(their_open),
            their_open / open,
            ours.bytes[index] as f64 / theirs.bytes[index] as f64,
        );
    }
    println!(
        "\ngeometric mean: warm {:.1} ×, open {:.1} ×",
        geometric_mean(&ours.seconds, &theirs.seconds),
        geometric_mean(&ours.open_seconds, &theirs.open_seconds)
    );
}
