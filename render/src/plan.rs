//! What to read, and how it becomes a picture.

use crate::grid::suggested_for;
use crate::image::ImageBand;
use crate::position::{ExactMap, PositionMap, Scale, typical_ratio};
use crate::widening::Widening;
use crate::{Error, Grid, Image, ReadOptions, Resampling, warp};
use cog_raster::{
    ColorInterpretation, MaskKind, Raster, RasterInfo, RasterSource, ReadRequest, SampleType,
    SourceError, Window,
};
use core::ops::Range;

/// Decides which level and window of a source to read for the pixels of `grid`.
///
/// Cheap (some ten thousandths of a second for a tile) and without I/O. The
/// overview is the one GDAL would take (`GDALBandGetBestOverviewLevel2`): the
/// coarsest whose pixels are not larger than the output pixel's shorter side
/// times 1.2 if [`ReadOptions::resampling`] is [`Resampling::Nearest`], times 1 if it is another, with
/// a tolerance of 0.1.
///
/// # Errors
///
/// - [`Error::OutsideBounds`] if grid and source share no ground;
/// - [`Error::InvalidParameter`] for a band or level that is not there;
/// - [`Error::NotGeoreferenced`], [`Error::Projection`] if there is no way from
///   the grid to the source's pixels;
/// - [`Error::OverLimit`] if the window or the output is larger than the limits allow.
pub fn plan(info: &RasterInfo, grid: &Grid, options: &ReadOptions) -> Result<Plan, Error> {
    plan_as(info, grid, options, None)
}

/// The same; with `block`, as GDAL's warped datasets are made, in blocks of these columns and rows and with places
/// as far beside the exact ones, also within one CRS.
pub(crate) fn plan_as(
    info: &RasterInfo,
    grid: &Grid,
    options: &ReadOptions,
    block: Option<(u32, u32)>,
) -> Result<Plan, Error> {
    let same_crs = grid.crs.is_none() || grid.crs == info.crs;
    plan_by(info, grid, options, same_crs, block, false)
}

/// As [`plan`], but for a part of something larger: by GDAL's warper's rules also where both have the same CRS, and
/// with kernels that widen with the pixels alone, wherever the part ends.
pub(crate) fn plan_part(
    info: &RasterInfo,
    grid: &Grid,
    options: &ReadOptions,
) -> Result<Plan, Error> {
    plan_by(info, grid, options, false, None, true)
}

fn plan_by(
    info: &RasterInfo,
    grid: &Grid,
    options: &ReadOptions,
    same_crs: bool,
    block: Option<(u32, u32)>,
    is_part: bool,
) -> Result<Plan, Error> {
    let selected = selected(info, grid, options)?;
    let kernel = kernel(info, same_crs, options)?;
    let full = ExactMap::new(info, grid)?;
    // Blocks ask for the ends and the middle of each row, and for points around each block.
    let full = match block {
        Some(_) => full.fitted(grid.width, grid.height),
        None => full,
    };
    let size = (info.width(), info.height());
    let (ratio, typical) =
        typical_ratio(&full, (grid.width, grid.height), size).ok_or_else(|| outside(info, grid))?;
    let level_index = match options.level {
        Some(level) => level,
        // Whatever warps, GDAL's reader chooses the level, and that goes by its own kernel.
        None => level(
            info,
            output_ratio(info, grid, ratio, same_crs),
            options.resampling,
        ),
    };
    let Some(&level) = info.levels.get(level_index) else {
        return Err(Error::parameter(
            "level",
            format!(
                "{level_index} is not there: 0 is the full resolution, {} the last overview",
                info.levels.len().saturating_sub(1)
            ),
        ));
    };
    let size = (level.width, level.height);
    // A level's pixels per pixel of the full resolution, at most 1.
    let (across, down) = (
        f64::from(level.width) / f64::from(info.width()),
        f64::from(level.height) / f64::from(info.height()),
    );
    let map = full.scaled(across, down);
    let typical = Scale {
        columns: typical.columns * across,
        rows: typical.rows * down,
    };
    let positions = match block {
        Some(block) => PositionMap::in_blocks(
            &map,
            (grid.width, grid.height),
            size,
            typical,
            block,
            kernel.covers(),
        ),
        None => PositionMap::new(&map, (grid.width, grid.height), size, typical),
    };
    let reach = positions.reach().ok_or_else(|| outside(info, grid))?;
    let bands = described(info, &selected, options);
    // GDAL warps what lies by no affine, whatever the CRSs are.
    let straight = grid.crs.is_none() || info.affine.is_some();
    let reads_straight = same_crs && straight && block.is_none();
    let widening = if is_part {
        Widening::of_part(typical)
    } else if reads_straight {
        Widening::uniform(typical)
    } else if let Some(block) = block {
        Widening::of_blocks(
            &map.extrapolated(),
            (grid.width, grid.height),
            size,
            block,
            false,
        )
    } else {
        let has_nodata = bands.iter().any(|band| band.nodata.is_some());
        let one_block = has_nodata || info.mask_kind == MaskKind::Alpha;
        Widening::of_warp(
            &map.extrapolated(),
            (grid.width, grid.height),
            size,
            one_block,
        )
    };
    let support = if kernel.covers() {
        positions.largest()
    } else {
        widening.largest()
    };
    let window = window(&reach, kernel, support, size).ok_or_else(|| outside(info, grid))?;

    let mask_bytes = u64::from(info.mask_kind != MaskKind::None);
    let source_bytes = (selected.len() as u64)
        .saturating_mul(info.sample_type.size() as u64)
        .saturating_add(mask_bytes)
        .saturating_mul(window.pixels());
    Error::check_limit(
        "reading",
        source_bytes,
        options.limits.source_bytes,
        "ask for a smaller area or a higher zoom, or give the source overviews",
    )?;
    Ok(Plan {
        source_bytes,
        request: ReadRequest::new(level_index, window).with_bands(selected),
        grid: grid.clone(),
        palette: info.colormap.clone().filter(|_| bands.len() == 1),
        bands,
        sample_type: info.sample_type,
        level_size: size,
        factor: (1.0 / across, 1.0 / down),
        positions,
        kernel,
        widening,
        reads_straight,
        mask_kind: info.mask_kind,
        unscale: options.unscale,
    })
}

/// What to read, and how the pixels read become those of the grid.
#[derive(Clone, Debug)]
pub struct Plan {
    request: ReadRequest,
    source_bytes: u64,
    pub(crate) grid: Grid,
    pub(crate) bands: Vec<ImageBand>,
    sample_type: SampleType,
    pub(crate) palette: Option<Vec<[u8; 4]>>,
    /// Columns and rows of the level that is read.
    pub(crate) level_size: (u32, u32),
    /// Pixels of the full resolution along one of the level.
    pub(crate) factor: (f64, f64),
    pub(crate) positions: PositionMap,
    pub(crate) kernel: Resampling,
    /// How much wider than a source pixel kernels are.
    pub(crate) widening: Widening,
    /// GDAL would read and not warp.
    pub(crate) reads_straight: bool,
    pub(crate) mask_kind: MaskKind,
    pub(crate) unscale: bool,
}

impl Plan {
    /// What to read from the source.
    #[must_use]
    pub const fn request(&self) -> &ReadRequest {
        &self.request
    }

    /// Bytes that the decoded samples and masks take between [`read`](Self::read) and
    /// [`warp`](Self::warp).
    #[must_use]
    pub const fn source_bytes(&self) -> u64 {
        self.source_bytes
    }

    /// The pixels that will come out.
    #[must_use]
    pub const fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The kernel in use: [`ReadOptions::resampling`] or [`ReadOptions::reproject`],
    /// but nearest for a palette, whose indexes have no means.
    #[must_use]
    pub const fn kernel(&self) -> Resampling {
        self.kernel
    }

    /// Reads what was planned. Only I/O, and whatever decoding the source does.
    ///
    /// # Errors
    ///
    /// The source's.
    pub async fn read(&self, source: &dyn RasterSource) -> Result<Raster, SourceError> {
        source.read(self.request.clone()).await
    }

    /// Makes the picture from what was read. Only CPU work: run it where that belongs.
    ///
    /// # Errors
    ///
    /// [`Error::Mismatch`] if `raster` is not what [`request`](Self::request) asks for.
    pub fn warp(&self, raster: &Raster) -> Result<Image, Error> {
        let window = self.request.window;
        let found = (
            raster.sample_type(),
            raster.bands() as usize,
            raster.columns(),
            raster.rows(),
        );
        let wanted = (
            self.sample_type,
            self.bands.len(),
            window.width,
            window.height,
        );
        if found != wanted {
            let say = |(sample, bands, columns, rows): (SampleType, usize, u32, u32)| {
                format!("{bands} bands of {columns} × {rows} {sample} samples")
            };
            return Err(Error::Mismatch {
                message: format!("{}, not {}", say(found), say(wanted)),
            });
        }
        warp::warp(self, raster)
    }

    /// The plan for a raster that is all of the level that it reads.
    pub(crate) fn of_whole(mut self, columns: u32, rows: u32) -> Self {
        self.request.window = Window::new(0, 0, columns, rows);
        self
    }

    pub(crate) const fn window(&self) -> Window {
        self.request.window
    }
}

/// The bands to read, where their pixels are not more than the limits allow.
pub(crate) fn selected(
    info: &RasterInfo,
    grid: &Grid,
    options: &ReadOptions,
) -> Result<Vec<u32>, Error> {
    let selected = bands(info, options)?;
    let output_bytes = (selected.len() as u64)
        .saturating_mul(info.sample_type.size() as u64)
        .saturating_add(1)
        .saturating_mul(grid.pixels());
    Error::check_limit(
        "the output",
        output_bytes,
        options.limits.output_bytes,
        "ask for fewer pixels or bands",
    )?;
    Ok(selected)
}

/// What is known of the bands selected.
pub(crate) fn described(
    info: &RasterInfo,
    selected: &[u32],
    options: &ReadOptions,
) -> Vec<ImageBand> {
    selected
        .iter()
        .map(|&band| ImageBand::of_source(info, band, options))
        .collect()
}

/// The bands to read.
fn bands(info: &RasterInfo, options: &ReadOptions) -> Result<Vec<u32>, Error> {
    let count = u32::try_from(info.bands.len()).unwrap_or(u32::MAX);
    let Some(bands) = &options.bands else {
        let visible = |&band: &u32| {
            info.bands[band as usize].color_interpretation != ColorInterpretation::Alpha
        };
        let visible: Vec<u32> = (0..count).filter(visible).collect();
        // A source of alpha alone is shown as it is.
        return Ok(if visible.is_empty() {
            (0..count).collect()
        } else {
            visible
        });
    };
    if bands.is_empty() {
        return Err(Error::parameter("bidx", "no band is asked for"));
    }
    match bands.iter().find(|&&band| band >= count) {
        Some(&band) => Err(Error::parameter(
            "bidx",
            format!(
                "band {} is not there: the source has bands 1 to {count}",
                u64::from(band) + 1
            ),
        )),
        None => Ok(bands.clone()),
    }
}

fn kernel(info: &RasterInfo, same_crs: bool, options: &ReadOptions) -> Result<Resampling, Error> {
    let asked = match options.reproject {
        Some(reproject) if !same_crs => reproject,
        // What has no counterpart between CRSs changes nothing there, as in TiTiler.
        None if !same_crs && options.resampling == Resampling::Gauss => Resampling::Nearest,
        _ => options.resampling,
    };
    let kernel = asked.fits(same_crs)?;
    if kernel.orders() && info.sample_type.is_complex() {
        return Err(Error::parameter(
            if same_crs { "resampling" } else { "reproject" },
            format!("{kernel} needs an order, which complex samples have not"),
        ));
    }
    // Indexes of a palette have no means, but one of them is the most frequent.
    Ok(match info.colormap {
        Some(_) if kernel != Resampling::Mode => Resampling::Nearest,
        _ => kernel,
    })
}

/// Full-resolution pixels along the shorter side of an output pixel.
///
/// `local` is what was measured where grid and source meet. Between two CRSs GDAL takes one
/// size of source pixels for the whole source instead, and so levels change at the same zoom
/// everywhere. Where that size is far from the truth, as for a source across
/// the antimeridian, the local one counts.
fn output_ratio(info: &RasterInfo, grid: &Grid, local: (f64, f64), same_crs: bool) -> f64 {
    const FAR: f64 = 4.0;
    let local = local.0.min(local.1);
    let crs = grid.crs.as_ref().filter(|_| !same_crs);
    let (across, down) = grid.affine.resolution();
    let global = crs
        .and_then(|crs| suggested_for(info, crs).ok())
        .map(|suggested| across.min(down) / suggested.resolution);
    match global {
        Some(global) if global < local * FAR && local < global * FAR => global,
        _ => local,
    }
}

/// The level for output pixels that are `ratio` full-resolution pixels large.
fn level(info: &RasterInfo, ratio: f64, kernel: Resampling) -> usize {
    const EPSILON: f64 = 0.1;
    let coarsest = ratio * kernel.overview_tolerance() + EPSILON;
    let (mut best, mut best_factor) = (0, 1.0);
    for (index, level) in info.levels.iter().enumerate().skip(1) {
        let factor = f64::from(info.width()) / f64::from(level.width);
        if factor < coarsest && factor > best_factor {
            (best, best_factor) = (index, factor);
        }
    }
    best
}

/// The source pixels that the kernel touches.
fn window(
    (columns, rows): &(Range<f64>, Range<f64>),
    kernel: Resampling,
    support: Scale,
    size: (u32, u32),
) -> Option<Window> {
    let (col, width) = span(columns, kernel.radius(support.columns), size.0)?;
    let (row, height) = span(rows, kernel.radius(support.rows), size.1)?;
    Some(Window::new(col, row, width, height))
}

/// First pixel and number of pixels within `radius` of `range`, inside `0..length`.
fn span(range: &Range<f64>, radius: f64, length: u32) -> Option<(u32, u32)> {
    // One pixel more than the kernel's reach, for positions that are off by their tolerance.
    let halo = radius.ceil() + 1.0;
    let first = (range.start - halo).floor().max(0.0);
    let end = (range.end + halo).ceil().min(f64::from(length));
    // Both are whole numbers between 0 and `length`.
    let (first, end) = (first as u32, end as u32);
    (first < end).then_some((first, end - first))
}

fn outside(info: &RasterInfo, grid: &Grid) -> Error {
    let say = |bounds: tile_math::BoundingBox, crs: &Option<tile_math::Crs>| {
        let crs = crs
            .as_ref()
            .map_or_else(|| "pixels".to_owned(), ToString::to_string);
        format!(
            "{},{},{},{} ({crs})",
            bounds.left, bounds.bottom, bounds.right, bounds.top
        )
    };
    Error::OutsideBounds {
        what: say(grid.bounds(), &grid.crs),
        bounds: info
            .bounds()
            .map_or_else(|| "of no known place".to_owned(), |b| say(b, &info.crs)),
    }
}
