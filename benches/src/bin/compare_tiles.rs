//! The Rust side of `cargo xtask compare`.
//!
//! `compare-tiles make FOLDER` writes sample COGs and prints the jobs as JSON;
//! `compare-tiles run` reads jobs from standard input, times each, and prints
//! what `benches/compare/tiles.py` prints for rio-tiler; `compare-tiles warm` leaves
//! out opening files, for profilers.

use std::{
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use benches::{cog, cpu_seconds, samples};
use cog_reader::{BlockCache, Cog, FileReader, OpenOptions};
use cog_render::{Format, ReadOptions, Resampling, Style, render, tile};
use serde::{Deserialize, Serialize};
use tile_math::{Tile, TileMatrixSet};

/// One tile to make.
#[derive(Debug, Deserialize, Serialize)]
struct Job {
    file: PathBuf,
    z: i8,
    x: u32,
    y: u32,
    resampling: String,
    rescale: Option<Vec<(f64, f64)>>,
}

/// What was measured, a number per job.
#[derive(Debug, Default, Serialize)]
struct Report {
    /// The file stays open, its blocks stay decoded.
    seconds: Vec<f64>,
    /// The file is opened for every tile.
    open_seconds: Vec<f64>,
    /// Of the PNG.
    bytes: Vec<usize>,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", folder] => make(Path::new(folder)),
        ["run"] => run(true),
        ["warm"] => run(false),
        _ => {
            eprintln!("usage: compare-tiles make FOLDER | compare-tiles run|warm < jobs.json");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(json) => {
            println!("{json}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("compare-tiles: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make(folder: &Path) -> Result<String, Failure> {
    let tms = TileMatrixSet::builtin("WebMercatorQuad").ok_or("no WebMercatorQuad")?;
    let mut jobs = Vec::new();
    for sample in samples() {
        let file = folder.join(format!("{}.tif", sample.name()));
        std::fs::write(&file, cog(sample))?;
        for zoom in [12, 13, 14] {
            for resampling in ["nearest", "bilinear"] {
                let Tile { z, x, y } = tms.tile(15.0, 47.05, zoom)?;
                jobs.push(Job {
                    file: file.clone(),
                    z,
                    x,
                    y,
                    resampling: resampling.into(),
                    rescale: sample.rescale().map(|range| vec![range]),
                });
            }
        }
    }
    Ok(serde_json::to_string(&jobs)?)
}

fn run(opens: bool) -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let jobs: Vec<Job> = serde_json::from_str(&text)?;
    let budget = std::env::var("SMALTI_COMPARE_BUDGET")
        .ok()
        .and_then(|v| v.parse().ok());
    let budget = budget.unwrap_or(0.5);
    let tms = TileMatrixSet::builtin("WebMercatorQuad").ok_or("no WebMercatorQuad")?;
    let mut report = Report::default();
    for job in &jobs {
        let cache = Arc::new(BlockCache::new(512 << 20));
        let warm = open(job, OpenOptions::default().with_block_cache(cache))?;
        report.bytes.push(png(&warm, &tms, job)?.len());
        report
            .seconds
            .push(best(budget, || png(&warm, &tms, job).map(drop))?);
        if !opens {
            continue;
        }
        let fresh = || png(&open(job, OpenOptions::default())?, &tms, job).map(drop);
        report.open_seconds.push(best(budget, fresh)?);
    }
    Ok(serde_json::to_string(&report)?)
}

fn open(job: &Job, options: OpenOptions) -> Result<Cog, Failure> {
    let reader = Arc::new(FileReader::open(&job.file)?);
    Ok(pollster::block_on(Cog::open(reader, options))?)
}

fn png(source: &Cog, tms: &TileMatrixSet, job: &Job) -> Result<Vec<u8>, Failure> {
    let resampling: Resampling = Resampling::parse(&job.resampling)?;
    let options = ReadOptions::default()
        .with_resampling(resampling)
        .with_reproject(resampling);
    let place = Tile::new(job.z, job.x, job.y);
    let image = pollster::block_on(tile(source, tms, place, &options))?;
    let style = match &job.rescale {
        Some(ranges) => Style::default().with_rescale(ranges.clone()),
        None => Style::default(),
    };
    Ok(render(&image, &style, Format::Png)?)
}

/// CPU seconds of the best of as many runs as fit into `budget` seconds, three at least.
fn best(budget: f64, mut run: impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    let (mut least, mut spent, mut runs) = (f64::INFINITY, 0.0, 0);
    while runs < 3 || spent < budget {
        let start = cpu_seconds()?;
        run()?;
        let took = cpu_seconds()? - start;
        least = least.min(took);
        spent += took;
        runs += 1;
    }
    Ok(least)
}
