//! `smalti optimize-rasters`

use super::{LogFormat, OptimizeArgs, open::open, report::Progress};
use crate::{Error, access::is_url, error::chain};
use cog_raster::{ColorInterpretation, Nodata, RasterInfo, RasterSource};
use cog_render::{Grid, OutputSize, WarpedSource};
use cog_writer::{
    BlockCompression, OverviewResampling, Overviews, Selected, Selection, WriteOptions, write_cog,
};
use futures_util::StreamExt as _;
use std::{
    collections::HashMap,
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};
use tile_math::{Crs, TileMatrixSet};

pub(super) async fn optimize(
    arguments: OptimizeArgs,
    format: LogFormat,
) -> Result<ExitCode, Error> {
    let job = Arc::new(Job::new(arguments)?);
    let folder = &job.arguments.output_folder;
    fs::create_dir_all(folder)
        .map_err(|e| Error::failed(format_args!("{} cannot be made", folder.display()), &e))?;
    let mut pairs = job.pairs()?;
    let found = pairs.len();
    if job.arguments.skip_existing {
        pairs.retain(|(_, output)| !output.exists());
    }
    let jobs = match job.arguments.nproc {
        -1 => std::thread::available_parallelism().map_or(1, usize::from),
        jobs => usize::try_from(jobs).unwrap_or(1).max(1),
    };
    let total = pairs.len();
    if !job.arguments.quiet {
        tracing::info!("optimizing {total} of {found} files, {jobs} at a time");
    }
    let running = pairs.into_iter().map(|(source, output)| {
        let job = Arc::clone(&job);
        async move {
            let made = tokio::spawn({
                let (source, output) = (source.clone(), output.clone());
                async move { job.make(&source, &output, format).await }
            });
            let made = made
                .await
                .unwrap_or_else(|e| Err(Error::failed("the work was given up", &e)));
            (source, output, made)
        }
    });
    let mut running = futures_util::stream::iter(running).buffer_unordered(jobs);
    let (mut done, mut failed) = (0, 0);
    while let Some((source, output, made)) = running.next().await {
        done += 1;
        match made {
            Ok(bytes) if !job.arguments.quiet => {
                tracing::info!(bytes, "{} ({done}/{total})", output.display());
            }
            Ok(_) => {}
            Err(error) => {
                failed += 1;
                tracing::error!("{source}: {error}");
            }
        }
    }
    if failed > 0 {
        return Err(Error::Failed(format!("{failed} of {total} files failed")));
    }
    Ok(ExitCode::SUCCESS)
}

struct Job {
    arguments: OptimizeArgs,
    compression: BlockCompression,
    nodata: Option<Nodata>,
}

impl Job {
    fn new(arguments: OptimizeArgs) -> Result<Self, Error> {
        let compression = match arguments.profile {
            None => arguments.compression,
            Some(profile) => profile.compression().ok_or_else(|| {
                Error::Parameter(
                    "--profile: LZMA and LERC are read, not written; take zstd or deflate".into(),
                )
            })?,
        };
        let compression = compression.of_blocks(arguments.level, arguments.quality);
        let nodata = match &arguments.nodata {
            None => None,
            Some(text) => Some(Nodata::parse(text).ok_or_else(|| {
                Error::Parameter(format!("--nodata {text}: write a number, nan, inf or -inf"))
            })?),
        };
        Ok(Self {
            arguments,
            compression,
            nodata,
        })
    }

    /// Every source of this shard and where it goes.
    fn pairs(&self) -> Result<Vec<(String, PathBuf)>, Error> {
        let mut sources = Vec::new();
        for argument in &self.arguments.sources {
            sources.extend(expand(argument)?);
        }
        let (index, of) = self.arguments.shard.unwrap_or((0, 1));
        let mut outputs: HashMap<PathBuf, String> = HashMap::new();
        let mut pairs = Vec::new();
        for (number, source) in sources.into_iter().enumerate() {
            let output = self
                .arguments
                .output_folder
                .join(format!("{}.tif", stem(&source)?));
            if let Some(other) = outputs.insert(output.clone(), source.clone()) {
                if other == source {
                    continue;
                }
                return Err(Error::Request(format!(
                    "{other} and {source} would both become {}; write one of them to another folder",
                    output.display()
                )));
            }
            let itself = fs::canonicalize(&output)
                .is_ok_and(|output| fs::canonicalize(&source).is_ok_and(|source| source == output));
            if itself {
                return Err(Error::Request(format!(
                    "{source} would be written over itself; name another --output-folder"
                )));
            }
            let refused = !self.arguments.skip_existing && !self.arguments.overwrite;
            if number % of != index {
                continue;
            }
            if refused && output.exists() {
                return Err(Error::Request(format!(
                    "{} exists; --skip-existing leaves it, --overwrite replaces it",
                    output.display()
                )));
            }
            pairs.push((source, output));
        }
        Ok(pairs)
    }

    fn write_options(&self, info: &RasterInfo) -> WriteOptions {
        let arguments = &self.arguments;
        let block = if arguments.profile.is_some() {
            512
        } else {
            256
        };
        let mut options = WriteOptions::default()
            .with_block_size(arguments.blocksize.unwrap_or(block))
            .with_compression(self.compression)
            .with_predictor(arguments.predictor.into())
            .with_big_tiff(arguments.bigtiff.into());
        if let Some(levels) = arguments.overview_levels {
            options = options.with_overviews(Overviews::Count(levels.into()));
        }
        if let Some(compression) = arguments.overview_compression {
            let compression = compression.of_blocks(arguments.level, arguments.quality);
            options = options.with_overview_compression(compression);
        }
        let kernel = arguments.resampling_method.kernel();
        let picks = matches!(
            kernel,
            OverviewResampling::Nearest | OverviewResampling::Mode
        );
        // Indexes and pairs of numbers have no mean: there the writer's own choice stands.
        if picks || info.colormap.is_none() && !info.sample_type.is_complex() {
            options = options.with_overview_resampling(kernel);
        }
        options
    }

    fn selection(&self, info: &RasterInfo) -> Selection {
        let mut selection = Selection::default();
        if let Some(bands) = &self.arguments.bands {
            selection = selection.with_bands(bands.iter().map(|band| band - 1).collect());
        }
        if let Some(nodata) = self.nodata {
            selection = selection.with_nodata(nodata);
        }
        // Lossy samples are no longer equal to nodata, and JPEG has no alpha.
        let lossy = matches!(self.compression, BlockCompression::Jpeg { .. });
        let gaps = self.nodata.is_some()
            || info.bands.iter().any(|band| {
                band.nodata.is_some() || band.color_interpretation == ColorInterpretation::Alpha
            });
        selection.with_add_mask(self.arguments.add_mask || lossy && gaps)
    }

    /// Makes one file; returns its length.
    async fn make(&self, source: &str, output: &Path, format: LogFormat) -> Result<u64, Error> {
        let (cog, _) = open(source, self.arguments.source).await?;
        let selected = Selected::new(&cog, &self.selection(cog.info())).map_err(of_writer)?;
        if !(self.arguments.reproject || self.arguments.web_optimized) {
            return self.write(&selected, output, format).await;
        }
        let warped = self.warped(&selected)?;
        self.write(&warped, output, format).await
    }

    /// The source in web mercator.
    fn warped<'a>(&self, source: &'a dyn RasterSource) -> Result<WarpedSource<'a>, Error> {
        let arguments = &self.arguments;
        let kernel = arguments
            .warp_resampling
            .unwrap_or(arguments.resampling_method)
            .warp();
        if arguments.reproject {
            let crs = Crs::web_mercator();
            let grid = Grid::in_crs(source.info(), &crs, None, OutputSize::native())?;
            return Ok(WarpedSource::new(source, grid, kernel)?);
        }
        let tms = TileMatrixSet::builtin(TILES)
            .ok_or_else(|| Error::Failed(format!("there are no tiles {TILES}")))?;
        let (grid, zoom) = arguments.tiles().grid(source.info(), &tms)?;
        let mut warped = WarpedSource::new(source, grid, kernel)?
            .with_metadata("TILING_SCHEME_NAME", TILES)
            .with_metadata("TILING_SCHEME_ZOOM_LEVEL", zoom.to_string());
        if arguments.aligned_levels > 0 {
            let levels = arguments.aligned_levels.to_string();
            warped = warped.with_metadata("TILING_SCHEME_ALIGNED_LEVELS", levels);
        }
        Ok(warped)
    }

    /// Writes one file; returns its length.
    async fn write(
        &self,
        source: &dyn RasterSource,
        output: &Path,
        format: LogFormat,
    ) -> Result<u64, Error> {
        let options = self.write_options(source.info());
        let height = source.info().height();
        let progress =
            (!self.arguments.quiet).then(|| Progress::new("optimizing", u64::from(height), format));
        let part = Part::create(output)?;
        let spill =
            tempfile::tempfile_in(&self.arguments.output_folder).map_err(|e| part.failed(&e))?;
        let mut out = BufWriter::with_capacity(1 << 20, &part.file);
        let mut before = 0;
        let mut report = |rows: u32, _: u32| {
            if let Some(progress) = &progress {
                progress.advance(u64::from(rows - before));
            }
            before = rows;
        };
        let summary = write_cog(source, &options, spill, &mut out, &mut report)
            .await
            .map_err(of_writer)?;
        drop(out);
        if let Some(progress) = &progress {
            progress.finish();
        }
        part.publish()?;
        Ok(summary.bytes)
    }
}

fn of_writer(error: cog_writer::Error) -> Error {
    use cog_writer::Error as E;
    match error {
        E::InvalidOption { .. } => Error::Request(chain(&error)),
        E::Unsupported { .. } => Error::Unusable(chain(&error)),
        E::Source(error) => error.into(),
        other => Error::failed("the file was not written", &other),
    }
}

/// A file in the making, under a name that nobody reads, locked as long as it is made.
#[derive(Debug)]
struct Part {
    file: File,
    path: PathBuf,
    output: PathBuf,
}

impl Part {
    /// Makes it beside `output`, where interrupted runs' are removed first.
    fn create(output: &Path) -> Result<Self, Error> {
        let failed = |e: std::io::Error| {
            Error::failed(format_args!("{} cannot be written", output.display()), &e)
        };
        let name = output.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!(".{name}.");
        let folder = output.parent().unwrap_or_else(|| Path::new("."));
        for entry in fs::read_dir(folder).map_err(failed)?.flatten() {
            let other = entry.file_name();
            let other = other.to_string_lossy();
            if !(other.starts_with(&prefix) && other.ends_with(SUFFIX)) {
                continue;
            }
            // Who still works on it holds its lock; whoever was killed does not.
            if let Ok(left) = File::options().write(true).open(entry.path())
                && left.try_lock().is_ok()
            {
                fs::remove_file(entry.path()).map_err(failed)?;
            }
        }
        let path = folder.join(format!("{prefix}{}{SUFFIX}", std::process::id()));
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .map_err(failed)?;
        let part = Self {
            file,
            path,
            output: output.to_owned(),
        };
        match part.file.try_lock() {
            // A file system without locks has nobody else who could look.
            Ok(()) | Err(fs::TryLockError::Error(_)) => Ok(part),
            Err(fs::TryLockError::WouldBlock) => Err(Error::Failed(format!(
                "{} is being written by another run",
                output.display()
            ))),
        }
    }

    /// Makes it the output: complete on the disk, then by its name, then the name on the disk.
    fn publish(self) -> Result<(), Error> {
        let publish = || {
            self.file.sync_all()?;
            fs::rename(&self.path, &self.output)?;
            sync_folder(self.output.parent())
        };
        publish().map_err(|e| self.failed(&e))
    }

    fn failed(&self, error: &std::io::Error) -> Error {
        Error::failed(
            format_args!("{} cannot be written", self.output.display()),
            error,
        )
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Published it is gone from here; else it goes now, or with the next run.
        let _ = fs::remove_file(&self.path);
    }
}

/// The tiles that --web-optimized is about.
const TILES: &str = "WebMercatorQuad";

/// End of the names of files in the making.
const SUFFIX: &str = ".smalti-part";

/// Only Unix can open a folder to have it written out.
#[cfg(unix)]
fn sync_folder(folder: Option<&Path>) -> std::io::Result<()> {
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: Option<&Path>) -> std::io::Result<()> {
    Ok(())
}

/// The sources of one argument: itself, or what a pattern matches, in order.
fn expand(argument: &str) -> Result<Vec<String>, Error> {
    let is_pattern = argument.contains(['*', '?', '[']);
    if is_url(argument) || !is_pattern || Path::new(argument).exists() {
        return Ok(vec![argument.to_owned()]);
    }
    let paths = glob::glob(argument)
        .map_err(|e| Error::Parameter(format!("{argument} is no pattern: {e}")))?;
    let mut found = Vec::new();
    for path in paths {
        let path =
            path.map_err(|e| Error::failed(format_args!("{argument} cannot be searched"), &e))?;
        if path.is_file() {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    if found.is_empty() {
        return Err(Error::Request(format!("{argument} matches no file")));
    }
    Ok(found)
}

/// A source's name without folder, extension and query.
fn stem(source: &str) -> Result<String, Error> {
    let path = if is_url(source) {
        source.split(['?', '#']).next().unwrap_or(source)
    } else {
        source
    };
    Path::new(path)
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .ok_or_else(|| Error::Request(format!("{source} has no name to give to the result")))
}
