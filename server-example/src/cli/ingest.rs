//! `smalti ingest`

use super::{
    Bands, IngestArgs, LogFormat,
    catalogs::{self, check_keys, open_or_create, shown},
    gather,
    open::Files,
    report::Progress,
    run::print,
    sink::Sink,
};
use crate::{Error, measured::measure};
use catalog::{Catalog, Dataset, DatasetPath, Entry, Keys, MeasureOptions, Query};
use cog_raster::{ColorInterpretation, MaskKind, RasterInfo, RasterSource as _};
use cog_reader::Cog;
use futures_util::{StreamExt as _, stream};
use std::{collections::HashSet, process::ExitCode};

/// Bytes that samples of all files that are measured at the same time may take.
const MEMORY: u64 = 256 << 20;

/// Datasets of one page of what is in the database.
const PAGE: u64 = 5000;

pub(super) async fn ingest(arguments: IngestArgs, format: LogFormat) -> Result<ExitCode, Error> {
    let place = &arguments.output_file;
    let store = catalogs::store_config(&arguments.store);
    let pattern = gather::pattern(&arguments.pattern, rgb_key_of_pattern(&arguments))?;
    let keys = keys(&arguments, pattern.keys())?;
    let files = Files::new(arguments.source, &store)?;
    let mut datasets = gather::datasets(&pattern, &store).await?;
    let found = datasets.len();
    if let Some((index, count)) = arguments.shard {
        datasets.retain(|dataset| shard_of(&dataset.path) % u64::from(count) == u64::from(index));
    }
    let jobs = match arguments.jobs {
        0 => std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2)),
        jobs => jobs,
    };
    let options = catalogs::options(&arguments.database, &store)?;
    let catalog = open_or_create(place, &keys, &options).await?;
    check_keys(place, &*catalog, &keys)?;

    let (mut datasets, unopened) = with_bands(&arguments, &files, datasets, jobs).await?;
    let wanted = datasets.len();
    if arguments.skip_existing {
        let existing = existing(&*catalog).await?;
        datasets.retain(|dataset| !existing.contains(&dataset.values));
    }
    let skipped = wanted - datasets.len();
    let total = datasets.len();
    let mut failed = 0;

    let progress =
        (!arguments.quiet).then(|| Progress::new("ingesting raster files", total as u64, format));
    let how = How {
        files,
        measure: measuring(&arguments, jobs),
    };
    let mut sink = Sink::new(&*catalog, arguments.skip_metadata);
    let mut entries = stream::iter(datasets)
        .map(|dataset| how.clone().entry(dataset))
        .buffer_unordered(jobs);
    let mut stop = std::pin::pin!(stopped());
    loop {
        let next = tokio::select! {
            next = entries.next() => next,
            () = &mut stop => {
                sink.flush().await?;
                return Err(Error::Failed(format!(
                    "interrupted: {} of {total} datasets are in {}; the same command with --skip-existing goes on",
                    sink.done, shown(place)
                )));
            }
        };
        let Some((dataset, entry)) = next else { break };
        match entry {
            Ok(entry) => sink.add(entry).await?,
            Err(error) => {
                tracing::error!("{} is left out: {error}", dataset.path);
                failed += 1;
            }
        }
        if let Some(progress) = &progress {
            progress.advance(1);
        }
    }
    sink.flush().await?;
    failed += sink.refused + unopened;
    if let Some(progress) = &progress {
        progress.finish();
        let of = match arguments.shard {
            Some((index, count)) => format!(" (part {index} of {count} of {found} files)"),
            None => String::new(),
        };
        print(&format!(
            "{}: {} datasets ingested, {skipped} were there, {failed} left out{of}",
            shown(place),
            sink.done
        ))?;
    }
    match failed {
        0 => Ok(ExitCode::SUCCESS),
        failed => Err(Error::Unusable(format!(
            "{failed} of {} datasets could not be ingested; the messages above say why",
            total + unopened
        ))),
    }
}

/// The pattern's own RGB key; the bands' key goes last by itself.
fn rgb_key_of_pattern(arguments: &IngestArgs) -> Option<&str> {
    let key = arguments.rgb_key.as_deref()?;
    (arguments.bands.is_none() || key != arguments.band_key).then_some(key)
}

/// The pattern's keys; with bands their key too, last but for an RGB key of the pattern's.
fn keys<'a>(arguments: &IngestArgs, pattern: impl Iterator<Item = &'a str>) -> Result<Keys, Error> {
    let mut names: Vec<&str> = pattern.collect();
    if arguments.bands.is_some() {
        if names.contains(&arguments.band_key.as_str()) {
            return Err(Error::Request(format!(
                "the pattern has a key {} already; name the bands' with --band-key",
                arguments.band_key
            )));
        }
        names.insert(band_position(arguments, names.len()), &arguments.band_key);
    }
    Ok(Keys::new(names)?)
}

/// Where a band's value stands among the values of a pattern.
fn band_position(arguments: &IngestArgs, keys: usize) -> usize {
    match rgb_key_of_pattern(arguments) {
        Some(_) => keys - 1,
        None => keys,
    }
}

/// The same part for the same path in every run, whatever else there is (FNV-1a).
fn shard_of(path: &str) -> u64 {
    path.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn measuring(arguments: &IngestArgs, jobs: usize) -> Option<MeasureOptions> {
    if arguments.skip_metadata {
        return None;
    }
    let options = match arguments.quick {
        true => MeasureOptions::quick(),
        false => MeasureOptions::exact(),
    };
    Some(options.with_memory(MEMORY / jobs.max(1) as u64))
}

/// A dataset for each band that is wanted, and the number of files that could not be asked for theirs.
async fn with_bands(
    arguments: &IngestArgs,
    files: &Files,
    datasets: Vec<Dataset>,
    jobs: usize,
) -> Result<(Vec<Dataset>, usize), Error> {
    let Some(bands) = &arguments.bands else {
        return Ok((datasets, 0));
    };
    let numbers = |dataset: Dataset| async move {
        let opened = files.open(&dataset.path).await;
        let numbers = opened.map(|cog| {
            let count = cog.info().bands.len();
            let numbers = match bands {
                Bands::All => all_bands(cog.info()),
                Bands::Some(numbers) => numbers.clone(),
            };
            let is_there = |number: &u32| *number as usize <= count;
            let (there, missing) = numbers.into_iter().partition::<Vec<u32>, _>(is_there);
            (there, missing, count)
        });
        (dataset, numbers)
    };
    let mut asked = stream::iter(datasets).map(numbers).buffered(jobs);
    let (mut out, mut failed) = (Vec::new(), 0);
    while let Some((dataset, numbers)) = asked.next().await {
        match numbers {
            Ok((there, missing, count)) => {
                out.extend(there.into_iter().map(|number| {
                    let mut values = dataset.values.clone();
                    values.insert(band_position(arguments, values.len()), number.to_string());
                    let path = DatasetPath::new(&dataset.path, number.saturating_sub(1));
                    Dataset::new(values, path.to_string())
                }));
                for number in missing {
                    let path = &dataset.path;
                    tracing::error!(
                        "band {number} of {path} is left out: it is not there, the file has bands 1 to {count}"
                    );
                    failed += 1;
                }
            }
            Err(error) => {
                tracing::error!("{} is left out: {error}", dataset.path);
                failed += 1;
            }
        }
    }
    Ok((out, failed))
}

/// The numbers of all bands that are no alpha.
fn all_bands(info: &RasterInfo) -> Vec<u32> {
    (1..)
        .zip(&info.bands)
        .filter(|(_, band)| band.color_interpretation != ColorInterpretation::Alpha)
        .map(|(number, _)| number)
        .collect()
}

/// The values of all datasets in a database.
async fn existing(catalog: &dyn Catalog) -> Result<HashSet<Vec<String>>, Error> {
    let mut existing = HashSet::new();
    for page in 0.. {
        let query = Query::default().with_page(page, PAGE);
        let found = catalog.datasets(&query).await?.datasets;
        let last = (found.len() as u64) < PAGE;
        existing.extend(found.into_iter().map(|dataset| dataset.values));
        if last {
            break;
        }
    }
    Ok(existing)
}

/// How datasets become entries.
#[derive(Clone, Debug)]
pub(super) struct How {
    pub(super) files: Files,
    /// `None` leaves pixels unread.
    pub(super) measure: Option<MeasureOptions>,
}

impl How {
    /// A dataset with what is known of its pixels.
    pub(super) async fn entry(self, dataset: Dataset) -> (Dataset, Result<Entry, Error>) {
        let task = tokio::spawn({
            let dataset = dataset.clone();
            async move { self.read(dataset).await }
        });
        let entry = match task.await {
            Ok(entry) => entry,
            Err(error) => Err(Error::failed("reading broke off; this is a bug", &error)),
        };
        (dataset, entry)
    }

    async fn read(self, dataset: Dataset) -> Result<Entry, Error> {
        let entry = Entry::new(dataset.values, dataset.path);
        let Some(options) = self.measure else {
            return Ok(entry);
        };
        let path = DatasetPath::parse(&entry.dataset.path)?;
        let cog = self.files.open(&path.path).await?;
        advise(&path, &cog).await?;
        let metadata = measure(&self.files.cpu, &cog, &options.with_band(path.band)).await?;
        Ok(entry.with_metadata(metadata))
    }
}

/// Says what makes a file slow, or its map other than expected.
async fn advise(path: &DatasetPath, cog: &Cog) -> Result<(), Error> {
    let report = cog_reader::validate::validate(cog).await?;
    if let Some(error) = report.errors.first() {
        tracing::warn!(
            "{path} is no valid COG ({error}); reading it is slower, `smalti optimize-rasters` makes one"
        );
    }
    let info = cog.info();
    let nodata = info
        .bands
        .get(path.band as usize)
        .is_some_and(|band| band.nodata.is_some());
    if !nodata && info.mask_kind == MaskKind::None {
        tracing::debug!("{path} has neither nodata nor a mask: all its pixels count");
    }
    Ok(())
}

/// Somebody wants the program to end.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without a handler the signal ends the program by itself.
    if tokio::signal::ctrl_c().await.is_err() {
        core::future::pending::<()>().await;
    }
}
