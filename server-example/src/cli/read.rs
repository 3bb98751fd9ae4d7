//! `smalti read`

use super::{LogFormat, ReadArgs, npy, npy::NpyFile, open::open, report::Progress};
use crate::Error;
use cog_raster::{
    ControlPoint, ControlPointTransform, MaskKind, Raster, RasterInfo, RasterMask,
    RasterSource as _, ReadRequest, SampleType, Window,
};
use cog_reader::Cog;
use cog_writer::{BlockCompression, CogWriter, WriteOptions};
use std::{
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

pub(super) async fn read(arguments: ReadArgs, format: LogFormat) -> Result<ExitCode, Error> {
    let output = Kind::of(&arguments.output)?;
    if let Some(mask) = &arguments.mask_output
        && Kind::of(mask)? != Kind::Npy
    {
        return Err(Error::Parameter(
            "--mask-output has to end with .npy".into(),
        ));
    }
    let (cog, _) = open(&arguments.uri, arguments.source).await?;
    let job = Job::new(&cog, &arguments)?;
    let progress = Progress::new("reading", u64::from(job.window.height), format);
    let done = |rows: u32| progress.advance(rows.into());
    match output {
        Kind::Npy => job.to_npy(&arguments.output, &done).await?,
        Kind::Tiff => job.to_tiff(&arguments.output, &done).await?,
    }
    if let Some(path) = &arguments.mask_output {
        job.mask_to_npy(path).await?;
    }
    progress.finish();
    Ok(ExitCode::SUCCESS)
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Npy,
    Tiff,
}

impl Kind {
    fn of(path: &Path) -> Result<Self, Error> {
        let extension = path
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "npy" => Ok(Self::Npy),
            "tif" | "tiff" => Ok(Self::Tiff),
            _ => Err(Error::Parameter(format!(
                "{}: the name has to end with .npy or .tif, which tells the format",
                path.display()
            ))),
        }
    }
}

/// What to read, checked against what there is.
struct Job<'a> {
    cog: &'a Cog,
    level: usize,
    window: Window,
    /// 0-based.
    bands: Vec<u32>,
}

impl<'a> Job<'a> {
    fn new(cog: &'a Cog, arguments: &ReadArgs) -> Result<Self, Error> {
        let info = cog.info();
        let Some(level) = info.levels.get(arguments.level) else {
            return Err(Error::Request(format!(
                "--level {}: {} has levels 0 (full resolution) to {}",
                arguments.level,
                cog.location(),
                info.levels.len() - 1
            )));
        };
        let window = match arguments.window {
            Some([col, row, width, height]) => Window::new(col, row, width, height),
            None => Window::new(0, 0, level.width, level.height),
        };
        let bands = match &arguments.bands {
            Some(bands) => bands.iter().map(|band| band - 1).collect(),
            None => (0..u32::try_from(info.bands.len()).unwrap_or(u32::MAX)).collect(),
        };
        let job = Self {
            cog,
            level: arguments.level,
            window,
            bands,
        };
        // Says what is wrong before a file is made.
        job.request(job.window).validate(info)?;
        Ok(job)
    }

    fn request(&self, window: Window) -> ReadRequest {
        ReadRequest::new(self.level, window).with_bands(self.bands.clone())
    }

    /// The window in strips of whole blocks, so that no block is decoded twice and memory stays
    /// small whatever the raster's size.
    fn strips(&self) -> impl Iterator<Item = Window> + use<> {
        const BYTES: u64 = 64 << 20;
        let info = self.cog.info();
        let block = info.levels[self.level].block_height.max(1);
        let row_bytes =
            u64::from(self.window.width) * self.bands.len() as u64 * info.sample_type.size() as u64;
        let blocks = (BYTES / row_bytes.max(1) / u64::from(block)).clamp(1, 4096) as u32;
        let step = block.saturating_mul(blocks);
        let window = self.window;
        let end = window.row + window.height;
        let mut row = window.row;
        core::iter::from_fn(move || {
            (row < end).then(|| {
                // To the next border of that many blocks, not just so many rows on.
                let next = (row / step).saturating_add(1).saturating_mul(step).min(end);
                let strip = Window::new(window.col, row, window.width, next - row);
                row = next;
                strip
            })
        })
    }

    async fn to_npy(&self, path: &Path, done: &(dyn Fn(u32) + Sync)) -> Result<(), Error> {
        let sample_type = self.cog.info().sample_type;
        let bands = u32::try_from(self.bands.len()).unwrap_or(u32::MAX);
        let beside = beside(path);
        let written = async {
            let (width, height) = (self.window.width, self.window.height);
            let mut file =
                NpyFile::create(&beside, npy::descr(sample_type), Some(bands), height, width)
                    .map_err(|e| unwritable(path, &e))?;
            for strip in self.strips() {
                let raster = self.cog.read(self.request(strip).with_mask(false)).await?;
                let bytes = npy::values(raster.samples());
                let plane = bytes.len() / self.bands.len().max(1);
                for (band, rows) in (0..).zip(bytes.chunks_exact(plane)) {
                    file.write_rows(band, strip.row - self.window.row, rows)
                        .map_err(|e| unwritable(path, &e))?;
                }
                done(strip.height);
            }
            file.finish().map_err(|e| unwritable(path, &e))
        };
        put(path, &beside, written.await)
    }

    async fn to_tiff(&self, path: &Path, done: &(dyn Fn(u32) + Sync)) -> Result<(), Error> {
        let info = self.output_info();
        let beside = beside(path);
        let spill_path = beside.with_extension("spill");
        let written = async {
            let say = |e: &(dyn std::error::Error + 'static)| unwritable(path, e);
            let spill = File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .open(&spill_path)
                .map_err(|e| say(&e))?;
            let options =
                WriteOptions::default().with_compression(BlockCompression::Deflate { level: 6 });
            let mut writer = CogWriter::new(&info, &options, spill).map_err(|e| match e {
                cog_writer::Error::Unsupported { .. } | cog_writer::Error::InvalidOption { .. } => {
                    Error::Unusable(format!("{}: {e}; write .npy instead", path.display()))
                }
                other => say(&other),
            })?;
            for strip in self.strips() {
                let raster = self.cog.read(self.request(strip)).await?;
                writer
                    .push_rows(&self.with_output_mask(raster)?)
                    .map_err(|e| say(&e))?;
                done(strip.height);
            }
            let mut out = BufWriter::new(File::create(&beside).map_err(|e| say(&e))?);
            writer.finish(&mut out).map_err(|e| say(&e))?;
            out.into_inner()
                .map_err(|e| say(&e))?
                .sync_all()
                .map_err(|e| say(&e))
        };
        let result = written.await;
        // Only a help while writing.
        let _ = fs::remove_file(&spill_path);
        put(path, &beside, result)
    }

    /// What the written file declares: the source's information on the part read.
    fn output_info(&self) -> RasterInfo {
        let source = self.cog.info();
        let (width, height) = (self.window.width, self.window.height);
        let count = u32::try_from(self.bands.len()).unwrap_or(u32::MAX);
        let mut info = RasterInfo::new(source.sample_type, count, width, height);
        info.bands = self
            .bands
            .iter()
            .map(|&band| source.bands[band as usize].clone())
            .collect();
        info.affine = source
            .level_affine(self.level)
            .map(|affine| affine.translate(self.window.col.into(), self.window.row.into()));
        info.control_points = self.output_control_points();
        // Without a way to it a CRS says nothing; a rational polynomial is not written.
        let placed = info.placement().is_some() || source.placement().is_none();
        info.crs = source.crs.clone().filter(|_| placed);
        info.metadata.clone_from(&source.metadata);
        info.colormap = source.colormap.clone().filter(|_| count == 1);
        info.mask_kind = match source.mask_kind {
            // The alpha band goes along as a band, or becomes a mask when it is left out.
            MaskKind::Alpha if info.alpha_band().is_some() => MaskKind::Alpha,
            MaskKind::None => MaskKind::None,
            _ => MaskKind::PerDataset,
        };
        info
    }

    /// The source's control points in the pixels of the part read.
    fn output_control_points(&self) -> Option<Arc<ControlPointTransform>> {
        let source = self.cog.info();
        let fit = source.control_points.as_ref()?;
        let level = source.levels.get(self.level)?;
        let across = f64::from(level.width) / f64::from(source.width());
        let down = f64::from(level.height) / f64::from(source.height());
        let (left, top) = (f64::from(self.window.col), f64::from(self.window.row));
        let moved = fit.points().iter().map(|point| ControlPoint {
            col: point.col * across - left,
            row: point.row * down - top,
            ..*point
        });
        // What was fitted before can be fitted moved.
        let moved = ControlPointTransform::fit_order(moved.collect(), fit.order());
        moved.ok().map(Arc::new)
    }

    /// The mask as the written file holds it: 0 or 255, or none.
    fn with_output_mask(&self, raster: Raster) -> Result<Raster, Error> {
        let kind = self.output_info().mask_kind;
        let (bands, rows, columns) = (raster.bands(), raster.rows(), raster.columns());
        let (samples, mask) = raster.into_parts();
        let mask = match (kind, mask) {
            (MaskKind::PerDataset, RasterMask::PerDataset(mut mask)) => {
                for value in mask.values_mut() {
                    *value = if *value == 0 { 0 } else { 255 };
                }
                RasterMask::PerDataset(mask)
            }
            (MaskKind::PerDataset, other) => other,
            _ => RasterMask::AllValid,
        };
        Raster::new(bands, rows, columns, samples)
            .and_then(|raster| raster.with_mask(mask))
            .map_err(|e| Error::failed("the mask does not fit", &e))
    }

    /// The mask by the rules of rasterio's `dataset_mask`.
    async fn mask_to_npy(&self, path: &Path) -> Result<(), Error> {
        let info = self.cog.info();
        let all: Vec<u32> = (0..u32::try_from(info.bands.len()).unwrap_or(u32::MAX)).collect();
        let has_mask = matches!(info.mask_kind, MaskKind::PerDataset | MaskKind::PerBand);
        let has_nodata = info.bands.iter().any(|band| band.nodata.is_some());
        // The samples matter only where nodata decides.
        let bands = if has_nodata && !has_mask {
            all
        } else {
            vec![0]
        };
        let beside = beside(path);
        let written = async {
            let (width, height) = (self.window.width, self.window.height);
            let mut file =
                NpyFile::create(&beside, npy::descr(SampleType::U8), None, height, width)
                    .map_err(|e| unwritable(path, &e))?;
            for strip in self.strips() {
                let request = self.request(strip).with_bands(bands.clone());
                let raster = self.cog.read(request).await?;
                let values = if has_mask {
                    first_mask(&raster)
                } else if has_nodata {
                    any_band_valid(&raster, info)?
                } else {
                    first_mask(&raster)
                };
                file.write_rows(0, strip.row - self.window.row, &values)
                    .map_err(|e| unwritable(path, &e))?;
            }
            file.finish().map_err(|e| unwritable(path, &e))
        };
        put(path, &beside, written.await)
    }
}

/// The mask beside the samples; 255 everywhere if there is none.
fn first_mask(raster: &Raster) -> Vec<u8> {
    match raster.mask().of_band(0) {
        Some(mask) => mask.values().to_vec(),
        None => vec![255; raster.pixels()],
    }
}

/// 255 where at least one band is not nodata.
fn any_band_valid(raster: &Raster, info: &RasterInfo) -> Result<Vec<u8>, Error> {
    let (bands, rows, columns) = (raster.bands(), raster.rows(), raster.columns());
    // Nodata stands before alpha here, so the alpha beside the samples does not count.
    let plain = Raster::new(bands, rows, columns, raster.samples().clone())
        .map_err(|e| Error::failed("the mask does not fit", &e))?;
    let mut valid = vec![0; raster.pixels()];
    for (band, info) in (0..).zip(&info.bands) {
        if let Some(mask) = plain.validity(band, info.nodata.as_ref()) {
            for (all, one) in valid.iter_mut().zip(mask.values()) {
                *all |= one;
            }
        }
    }
    Ok(valid)
}

/// A name beside the wanted one, for a file that is not complete.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}

/// Moves a complete file to its place, or removes an incomplete one.
fn put(path: &Path, beside: &Path, written: Result<(), Error>) -> Result<(), Error> {
    let result = written.and_then(|()| fs::rename(beside, path).map_err(|e| unwritable(path, &e)));
    if result.is_err() {
        // That it cannot be removed adds nothing to the first error.
        let _ = fs::remove_file(beside);
    }
    result
}

fn unwritable(path: &Path, error: &(dyn std::error::Error + 'static)) -> Error {
    Error::failed(format_args!("{} cannot be written", path.display()), error)
}
