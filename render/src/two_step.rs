//! Warping at the source's own resolution, then making pixels smaller: two kernels, as GDAL's warped views do.

use crate::error::Error;
use crate::grid::{suggested_for, transformer};
use crate::{Grid, Image, Plan, ReadOptions, Resampling, plan};
use cog_raster::{MaskKind, RasterInfo, Samples, with_samples};
use tile_math::{BoundingBox, Crs};

/// How a picture is made in two steps.
///
/// First the source, or the overview that suits, is warped to the picture's CRS at about its own resolution,
/// with `reproject`; then that is made smaller with `resampling`. Where the picture is finer than the source
/// the first step makes it alone.
///
/// This is how GDAL's warped virtual datasets are read when they are asked for fewer pixels than they have
/// (`VRTWarpedDataset` with implicit overviews), and so how Terracotta reads: the pixels are those, edges of
/// what is valid included.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct TwoStep {
    /// The kernel between CRSs.
    pub reproject: Resampling,
    /// The kernel that makes pixels smaller.
    pub resampling: Resampling,
}

/// Pixels that a first step may make. Sources without overviews, seen from far, are read in one step.
const MOST_PIXELS: u64 = 1 << 23;

/// Pixels of the first step beside the picture, which kernels see.
const PADDING: f64 = 2.0;

impl TwoStep {
    /// Two kernels.
    #[must_use]
    pub const fn new(reproject: Resampling, resampling: Resampling) -> Self {
        Self {
            reproject,
            resampling,
        }
    }

    /// What to read of a source, and the first step: give what [`Plan::warp`] makes of it to
    /// [`finish`](Self::finish).
    ///
    /// - `bands`, 0-based;
    /// - `grid`: the picture's, in a CRS.
    ///
    /// # Errors
    ///
    /// See [`plan`].
    pub fn plan(&self, info: &RasterInfo, grid: &Grid, bands: &[u32]) -> Result<Plan, Error> {
        let options = |level: Option<usize>, kernel: Resampling| {
            let options = ReadOptions::default()
                .with_bands(bands)
                .with_resampling(kernel)
                .with_reproject(kernel);
            match level {
                Some(level) => options.with_level(level),
                None => options,
            }
        };
        match self.view(info, grid)? {
            View::Finer => plan(info, grid, &options(Some(0), self.reproject)),
            View::Huge => plan(info, grid, &options(None, self.resampling)),
            View::Of(view, level) => plan(info, &view, &options(Some(level), self.reproject)),
        }
    }

    /// The picture, of what the first step made.
    ///
    /// # Errors
    ///
    /// See [`plan`].
    pub fn finish(&self, view: Image, grid: &Grid) -> Result<Image, Error> {
        let (rows, columns) = (view.height(), view.width());
        if (columns, rows) == (grid.width, grid.height) && near(view.bounds(), grid.bounds()) {
            return Ok(view);
        }
        let bands = view.bands().to_vec();
        let count = u32::try_from(bands.len()).unwrap_or(u32::MAX);
        let mut info = RasterInfo::new(view.sample_type(), count, columns, rows);
        info.crs = grid.crs.clone();
        info.affine = Some(cog_raster::Affine::from_bounds(
            view.bounds(),
            columns,
            rows,
        ));
        info.mask_kind = MaskKind::PerDataset;
        let options = ReadOptions::default()
            .with_bands((0..count).collect::<Vec<_>>())
            .with_resampling(self.resampling)
            .with_level(0);
        let shrink = plan(&info, grid, &options)?.of_whole(columns, rows);
        let valid = nearest(&view, grid);
        let image = shrink.warp(&view.into_raster())?.with_bands(bands)?;
        without_nodata(image.cut(&valid)?)
    }

    /// The first step.
    fn view(&self, info: &RasterInfo, grid: &Grid) -> Result<View, Error> {
        let Some(crs) = &grid.crs else {
            return Ok(View::Finer);
        };
        let resolution = suggested_for(info, crs)?.resolution;
        let (across, down) = grid.affine.resolution();
        if !(resolution.is_finite() && across >= resolution && down >= resolution) {
            return Ok(View::Finer);
        }
        let bounds = grid.bounds();
        let whole = |extent: f64| (extent / resolution).round_ties_even().max(1.0);
        let (columns, rows) = (whole(bounds.width()), whole(bounds.height()));
        // Pixels of the whole view, which has some more on each side.
        let (all_columns, all_rows) = (columns + 2.0 * PADDING, rows + 2.0 * PADDING);
        let (wide, high) = (bounds.width() / columns, bounds.height() / rows);
        let around = BoundingBox::new(
            bounds.left - PADDING * wide,
            bounds.bottom - PADDING * high,
            bounds.right + PADDING * wide,
            bounds.top + PADDING * high,
        );
        let wanted = (columns / f64::from(grid.width)).min(rows / f64::from(grid.height));
        let smaller = |factor: (f64, f64)| {
            let pixels = |all: f64, factor: f64| (all / factor + 0.5).floor().max(1.0);
            (pixels(all_columns, factor.0), pixels(all_rows, factor.1))
        };
        let mut best = (0, (all_columns, all_rows), 1.0);
        for (index, level) in info.levels.iter().enumerate().skip(1) {
            let factor = (
                f64::from(info.width()) / f64::from(level.width),
                f64::from(info.height()) / f64::from(level.height),
            );
            let size = smaller(factor);
            let factor = all_columns / size.0;
            // As GDALBandGetBestOverviewLevel2 chooses among the view's overviews.
            let coarsest = wanted * self.resampling.overview_tolerance() + 0.1;
            if factor < coarsest && factor > best.2 {
                best = (index, size, factor);
            }
        }
        let (level, (columns, rows), _) = best;
        if columns * rows > MOST_PIXELS as f64 {
            return Ok(View::Huge);
        }
        // Both are whole numbers of at most 23 bits.
        let view = Grid::for_bounds(around, crs, columns as u32, rows as u32)?;
        Ok(View::Of(view, level))
    }
}

/// What the first step makes.
enum View {
    /// The picture, which is finer than the source.
    Finer,
    /// More pixels than one wants to make: the picture is made in one step.
    Huge,
    /// These pixels, of this level.
    Of(Grid, usize),
}

/// The share of a box's area that a source's bounds have, at most 1; 1 where the source reaches as far as the CRS.
///
/// # Errors
///
/// [`Error::NotGeoreferenced`], [`Error::Projection`] if there is no way to `crs`.
pub fn covered_share(info: &RasterInfo, crs: &Crs, bounds: BoundingBox) -> Result<f64, Error> {
    let source = bounds_in(info, crs)?;
    let share = source.width() / bounds.width() * (source.height() / bounds.height());
    Ok(if share.is_finite() {
        share.min(1.0)
    } else {
        1.0
    })
}

/// Smallest box around a source, in another CRS: 21 points along each edge, as rasterio takes.
///
/// # Errors
///
/// [`Error::NotGeoreferenced`], [`Error::Projection`] if there is no way to `crs`.
pub fn bounds_in(info: &RasterInfo, crs: &Crs) -> Result<BoundingBox, Error> {
    const DENSIFY: u32 = 21;
    let (source_crs, _, around) = crate::grid::georeference(info)?;
    if source_crs == crs {
        return Ok(around.bounds());
    }
    let finite = |bounds: &BoundingBox| bounds.to_array().iter().all(|side| side.is_finite());
    let through = transformer(source_crs, crs)?.transform_bounds(around.bounds(), DENSIFY);
    match through {
        Ok(bounds) if finite(&bounds) => Ok(bounds),
        // Poles in web mercator: as far as there are coordinates.
        _ => Ok(suggested_for(info, crs)?.bounds()),
    }
}

fn near(a: BoundingBox, b: BoundingBox) -> bool {
    let least = b.width().min(b.height()) * 1e-9;
    let sides = a.to_array().into_iter().zip(b.to_array());
    sides.into_iter().all(|(a, b)| (a - b).abs() <= least)
}

/// What counts at the place of each pixel of the picture: validity has no means.
fn nearest(view: &Image, grid: &Grid) -> cog_raster::Mask {
    let (from, to) = (view.bounds(), grid.bounds());
    let places = |start: f64, step: f64, extent: f64, pixels: u32, count: u32| -> Vec<usize> {
        let place = |at: u32| (start + (f64::from(at) + 0.5) * step) / extent * f64::from(pixels);
        let last = f64::from(pixels) - 1.0;
        // A hair inside, as GDAL takes it.
        (0..count)
            .map(|at| (place(at) + 1e-10).floor().clamp(0.0, last) as usize)
            .collect()
    };
    let columns = places(
        to.left - from.left,
        to.width() / f64::from(grid.width),
        from.width(),
        view.width(),
        grid.width,
    );
    let rows = places(
        from.top - to.top,
        to.height() / f64::from(grid.height),
        from.height(),
        view.height(),
        grid.height,
    );
    let values = view.mask().values();
    let mut mask = cog_raster::Mask::filled(grid.height, grid.width, 0);
    let wide = view.width() as usize;
    for (to, row) in mask
        .values_mut()
        .chunks_exact_mut(grid.width as usize)
        .zip(rows)
    {
        for (to, column) in to.iter_mut().zip(&columns) {
            *to = if values[row * wide + column] == 0 {
                0
            } else {
                255
            };
        }
    }
    mask
}

/// What means of valid samples happen to be nodata is nothing.
fn without_nodata(image: Image) -> Result<Image, Error> {
    let nodata = image.bands().first().and_then(|band| band.nodata);
    let Some(nodata) = nodata
        .map(|nodata| nodata.as_f64())
        .filter(|value| !value.is_nan())
    else {
        return Ok(image);
    };
    let mut mask = image.mask().clone();
    let pixels = image.pixels();
    let samples: &Samples = image.samples();
    with_samples!(samples, T, buffer => {
        let buffer: &[T] = &buffer[..pixels];
        for (valid, sample) in mask.values_mut().iter_mut().zip(buffer) {
            if cog_raster::Sample::to_f64(*sample) == nodata {
                *valid = 0;
            }
        }
    });
    image.cut(&mask)
}
