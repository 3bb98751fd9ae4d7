//! The Rust side of `cargo xtask compare decode`.
//!
//! `compare-decode make FOLDER [NAME]...` writes the scenes' samples and prints the rows of the comparison as JSON, all or
//! those whose name contains a NAME; `benches/compare/decode.py make` writes their files. `compare-decode run` then decodes
//! the files that standard input names, as `decode.py run` does.

use std::{
    io::BufRead,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Instant,
};

use benches::{SCENE_SIDE, Scene, cpu_seconds};
use cog_raster::{Raster, RasterSource as _, ReadRequest, Samples, Window};
use cog_reader::{Cog, FileReader, OpenOptions};
use serde::{Deserialize, Serialize};

/// A row of the comparison: one file.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    file: PathBuf,
    /// The samples: little-endian, band-sequential.
    raw: PathBuf,
    dtype: &'static str,
    bands: u32,
    side: u32,
    /// GDAL's creation options.
    options: Vec<(&'static str, &'static str)>,
    /// Both sides must deliver the same samples.
    exact: bool,
}

/// One decoding to do.
#[derive(Debug, Deserialize)]
struct Order {
    file: PathBuf,
    /// 0: one for each core.
    threads: usize,
    /// The samples' checksum is wanted rather than the time.
    check: bool,
}

/// What became of it.
#[derive(Debug, Serialize)]
struct Answer {
    wall: f64,
    cpu: f64,
    /// CRC-32 of the samples in native byte order, band-sequential.
    checksum: Option<u32>,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.split_first() {
        Some((verb, rest)) if verb == "make" && !rest.is_empty() => {
            make(Path::new(&rest[0]), &rest[1..])
        }
        Some((verb, [])) if verb == "run" => run(),
        _ => {
            eprintln!(
                "usage: compare-decode make FOLDER [NAME]... | compare-decode run < orders.jsonl"
            );
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("compare-decode: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What is compared: a scene and how GDAL is to write it.
fn rows(folder: &Path) -> Vec<(Scene, Row)> {
    let mut rows = Vec::new();
    let mut row =
        |scene: Scene, kind: &str, options: &[(&'static str, &'static str)], exact: bool| {
            let (scene_name, dtype, bands) = scene.describe();
            let name = format!("{kind}/{scene_name}");
            rows.push((
                scene,
                Row {
                    file: folder.join(format!("{}.tif", name.replace('/', "_"))),
                    raw: folder.join(format!("{scene_name}.raw")),
                    name,
                    dtype,
                    bands,
                    side: SCENE_SIDE,
                    options: options.to_vec(),
                    exact,
                },
            ));
        };
    use Scene::{Elevation, FineElevation, Gray, Reflectance, Rgb};
    row(Rgb, "none", &[], true);
    for (kind, compression) in [("deflate", "DEFLATE"), ("lzw", "LZW"), ("zstd", "ZSTD")] {
        for (scene, predictor) in [
            (Rgb, "1"),
            (Rgb, "2"),
            (Reflectance, "2"),
            (Elevation, "2"),
            (FineElevation, "1"),
            (FineElevation, "2"),
            (FineElevation, "3"),
        ] {
            row(
                scene,
                &format!("{kind}-p{predictor}"),
                &[("COMPRESS", compression), ("PREDICTOR", predictor)],
                true,
            );
        }
    }
    let ycbcr = [
        ("COMPRESS", "JPEG"),
        ("JPEG_QUALITY", "85"),
        ("PHOTOMETRIC", "YCBCR"),
    ];
    row(Rgb, "jpeg-420", &ycbcr, false);
    row(Rgb, "jpeg", &ycbcr[..2], false);
    row(Gray, "jpeg", &ycbcr[..2], false);
    row(
        Rgb,
        "webp",
        &[("COMPRESS", "WEBP"), ("WEBP_LEVEL", "80")],
        true,
    );
    row(
        Rgb,
        "webp-lossless",
        &[("COMPRESS", "WEBP"), ("WEBP_LOSSLESS", "YES")],
        true,
    );
    for scene in [Rgb, Reflectance, Elevation, FineElevation] {
        row(scene, "lerc", &[("COMPRESS", "LERC")], true);
    }
    let error = [("COMPRESS", "LERC"), ("MAX_Z_ERROR", "0.01")];
    row(FineElevation, "lerc-1cm", &error, true);
    let error = [("COMPRESS", "LERC_ZSTD"), ("MAX_Z_ERROR", "0.01")];
    row(FineElevation, "lerc-zstd-1cm", &error, true);
    let lzma = [("COMPRESS", "LZMA"), ("PREDICTOR", "2")];
    row(Reflectance, "lzma-p2", &lzma, true);
    rows
}

fn make(folder: &Path, names: &[String]) -> Result<(), Failure> {
    let mut rows = rows(folder);
    rows.retain(|(_, row)| names.is_empty() || names.iter().any(|name| row.name.contains(name)));
    if rows.is_empty() {
        return Err(format!("no row is called {}", names.join(" or ")).into());
    }
    for (scene, row) in &rows {
        if !row.raw.exists() {
            std::fs::write(&row.raw, scene.bytes())?;
        }
    }
    let rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    println!("{}", serde_json::to_string(&rows)?);
    Ok(())
}

fn run() -> Result<(), Failure> {
    let pools = [pool(1)?, pool(0)?];
    for line in std::io::stdin().lock().lines() {
        let order: Order = serde_json::from_str(&line?)?;
        let pool = &pools[usize::from(order.threads != 1)];
        let (clock, cpu) = (Instant::now(), cpu_seconds()?);
        let raster = decode(&order.file, pool)?;
        let (wall, cpu) = (clock.elapsed().as_secs_f64(), cpu_seconds()? - cpu);
        let checksum = order.check.then(|| checksum(raster.samples()));
        let answer = Answer {
            wall,
            cpu,
            checksum,
        };
        println!("{}", serde_json::to_string(&answer)?);
    }
    Ok(())
}

fn pool(threads: usize) -> Result<rayon::ThreadPool, Failure> {
    Ok(rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()?)
}

/// Opens a file and decodes all of it.
fn decode(file: &Path, pool: &rayon::ThreadPool) -> Result<Raster, Failure> {
    let reader = Arc::new(FileReader::open(file)?);
    let fetched = pollster::block_on(async {
        let cog = Cog::open(reader, OpenOptions::default()).await?;
        let info = cog.info();
        let window = Window::new(0, 0, info.width(), info.height());
        cog.fetch(&ReadRequest::new(0, window)).await
    })?;
    Ok(pool.install(|| fetched.decode())?)
}

fn checksum(samples: &Samples) -> u32 {
    let mut hash = crc32fast::Hasher::new();
    match samples {
        Samples::U8(samples) => hash.update(samples),
        Samples::U16(samples) => feed(&mut hash, samples, |v| v.to_ne_bytes()),
        Samples::I16(samples) => feed(&mut hash, samples, |v| v.to_ne_bytes()),
        Samples::F32(samples) => feed(&mut hash, samples, |v| v.to_ne_bytes()),
        other => unreachable!("no scene is of {}", other.sample_type()),
    }
    hash.finalize()
}

fn feed<T: Copy, const SIZE: usize>(
    hash: &mut crc32fast::Hasher,
    samples: &[T],
    bytes: impl Fn(T) -> [u8; SIZE],
) {
    for samples in samples.chunks(4096) {
        let bytes: Vec<u8> = samples.iter().flat_map(|&v| bytes(v)).collect();
        hash.update(&bytes);
    }
}
