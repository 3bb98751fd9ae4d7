//! Warping at the source's own resolution, then making pixels smaller: two kernels, as GDAL's warped views do.

use crate::error::Error;
use crate::plan::plan_as;
use crate::{Grid, Ground, Image, Plan, ReadOptions, Resampling, plan};
use cog_raster::{MaskKind, RasterInfo, Samples, with_samples};
use tile_math::BoundingBox;

/// How a picture is made in two steps.
///
/// First the source, or the overview that suits, is warped to the picture's CRS at about its own resolution,
/// with `reproject`; then that is made smaller with `resampling`. Where the picture is finer than the source
/// the first step makes it alone.
///
/// This is how GDAL's warped virtual datasets are read when they are asked for fewer pixels than they have
/// (`VRTWarpedDataset` with implicit overviews), and so how Terracotta reads: the pixels are those, edges of
/// what is valid included.
///
/// ```text
///   plan ─► read, warp ─► view ─► plan_validity ─┬─ None ────────────────────► finish
///                                                └─ read, warp ─► validity ─► finish
/// ```
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

/// Pixels of the whole view on each side of the picture, which kernels see.
const PADDING: u32 = 2;

/// Columns and rows of the blocks that `VRTWarpedDataset` warps by themselves.
const BLOCK: (u32, u32) = (512, 128);

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
    /// [`plan_validity`](Self::plan_validity) and [`finish`](Self::finish).
    ///
    /// - `ground`: where the source lies in the picture's CRS;
    /// - `bands`, 0-based.
    ///
    /// # Errors
    ///
    /// See [`plan`]; [`Error::InvalidParameter`] if `grid` has another CRS than `ground`.
    pub fn plan(
        &self,
        info: &RasterInfo,
        ground: &Ground,
        grid: &Grid,
        bands: &[u32],
    ) -> Result<Plan, Error> {
        match Self::view(info, ground, grid, self.resampling)? {
            View::Huge => {
                let options = ReadOptions::default()
                    .with_bands(bands)
                    .with_resampling(self.resampling);
                plan(info, grid, &options)
            }
            View::Of(view, level) => self.first_step(info, &view, level, bands),
        }
    }

    /// What to read to know what of the picture counts, if that is not what [`plan`](Self::plan) reads and not
    /// all of it.
    ///
    /// Validity has no means: GDAL reads it by its nearest pixel, and takes coarser overviews for that than for
    /// other kernels. Where all of `view` counts, which is what became of the first plan, there is nothing to
    /// ask for.
    ///
    /// # Errors
    ///
    /// See [`plan`].
    pub fn plan_validity(
        &self,
        info: &RasterInfo,
        ground: &Ground,
        grid: &Grid,
        bands: &[u32],
        view: &Image,
    ) -> Result<Option<Plan>, Error> {
        if view.is_opaque() {
            return Ok(None);
        }
        let levels = (
            Self::view(info, ground, grid, self.resampling)?,
            Self::view(info, ground, grid, Resampling::Nearest)?,
        );
        match levels {
            (View::Of(_, level), View::Of(view, coarser)) if coarser != level => {
                match self.first_step(info, &view, coarser, bands) {
                    Ok(plan) => Ok(Some(plan)),
                    // By a hair, or the values would not be there.
                    Err(Error::OutsideBounds { .. }) => Ok(None),
                    Err(error) => Err(error),
                }
            }
            _ => Ok(None),
        }
    }

    /// The picture, of what the first step made.
    ///
    /// - `validity`: what became of [`plan_validity`](Self::plan_validity)'s plan, if there was one.
    ///
    /// # Errors
    ///
    /// See [`plan`].
    pub fn finish(
        &self,
        view: Image,
        validity: Option<&Image>,
        grid: &Grid,
    ) -> Result<Image, Error> {
        let (rows, columns) = (view.height(), view.width());
        if (columns, rows) == (grid.width, grid.height) && near(view.bounds(), grid.bounds()) {
            return Ok(view);
        }
        let affine = cog_raster::Affine::from_bounds(view.bounds(), columns, rows);
        let (seen, wanted) = (affine.resolution(), grid.affine.resolution());
        let same = |a: f64, b: f64| (a - b).abs() < b * 1e-6;
        let is_part = same(seen.0, wanted.0) && same(seen.1, wanted.1);
        let without_padding = |length: u32| length.checked_sub(2 * PADDING);
        let inner = (without_padding(columns), without_padding(rows));
        if is_part && inner == (Some(grid.width), Some(grid.height)) {
            let picture = view.crop(PADDING)?;
            debug_assert!(near(picture.bounds(), grid.bounds()));
            return Ok(picture);
        }
        let bands = view.bands().to_vec();
        let count = u32::try_from(bands.len()).unwrap_or(u32::MAX);
        let mut info = RasterInfo::new(view.sample_type(), count, columns, rows);
        info.crs = grid.crs.clone();
        info.affine = Some(affine);
        info.mask_kind = MaskKind::PerDataset;
        // Numbers of colours have no means in the second step either.
        info.colormap = view.palette().map(<[_]>::to_vec);
        let kernel = if is_part {
            Resampling::Nearest
        } else {
            self.resampling
        };
        let options = ReadOptions::default()
            .with_bands((0..count).collect::<Vec<_>>())
            .with_resampling(kernel)
            .with_level(0);
        let shrink = plan(&info, grid, &options)?.of_whole(columns, rows);
        let said = validity.unwrap_or(&view);
        let valid = (!is_part && !said.is_opaque()).then(|| nearest(said, grid));
        let image = shrink.warp(&view.into_raster())?.with_bands(bands)?;
        let image = match valid {
            Some(valid) => image.cut(&valid)?,
            None => image,
        };
        if is_part {
            Ok(image)
        } else {
            without_nodata(image)
        }
    }

    fn first_step(
        &self,
        info: &RasterInfo,
        view: &Grid,
        level: usize,
        bands: &[u32],
    ) -> Result<Plan, Error> {
        let options = ReadOptions::default()
            .with_bands(bands)
            .with_resampling(self.reproject)
            .with_level(level);
        plan_as(info, view, &options, Some(BLOCK))
    }

    /// The first step, where the second is done with `resampling`.
    fn view(
        info: &RasterInfo,
        ground: &Ground,
        grid: &Grid,
        resampling: Resampling,
    ) -> Result<View, Error> {
        if grid.crs.as_ref() != Some(ground.crs()) {
            return Err(Error::parameter(
                "crs",
                format!(
                    "a picture in two steps lies in {}, where the source was looked up",
                    ground.crs()
                ),
            ));
        }
        let resolution = ground.resolution();
        let (across, down) = grid.affine.resolution();
        let bounds = grid.bounds();
        let finer = !(resolution.is_finite() && across >= resolution && down >= resolution);
        let (columns, rows) = if finer {
            (f64::from(grid.width), f64::from(grid.height))
        } else {
            let whole = |extent: f64| (extent / resolution).round_ties_even().max(1.0);
            (whole(bounds.width()), whole(bounds.height()))
        };
        let padding = f64::from(PADDING);
        let all = (columns + 2.0 * padding, rows + 2.0 * padding);
        let (wide, high) = (bounds.width() / columns, bounds.height() / rows);
        let around = BoundingBox::new(
            bounds.left - padding * wide,
            bounds.bottom - padding * high,
            bounds.right + padding * wide,
            bounds.top + padding * high,
        );
        let wanted = (columns / f64::from(grid.width)).min(rows / f64::from(grid.height));
        let (level, (columns, rows)) = if finer {
            (0, all)
        } else {
            best_level(info, all, wanted, resampling)
        };
        if columns * rows > MOST_PIXELS as f64 {
            return Ok(View::Huge);
        }
        // Both are whole numbers of at most 23 bits.
        let view = Grid::for_bounds(around, ground.crs(), columns as u32, rows as u32)?;
        Ok(View::Of(view, level))
    }
}

/// The level that is warped for a view of `all` pixels at the full resolution of which `wanted` are one of the
/// picture, and the size of the view of that level.
fn best_level(
    info: &RasterInfo,
    all: (f64, f64),
    wanted: f64,
    resampling: Resampling,
) -> (usize, (f64, f64)) {
    let tolerance = resampling.overview_tolerance();
    // GDAL's own view asks first, with little slack, and only where that finds none what asks for every band
    // (`GDALBandGetBestOverviewLevel2`), with more.
    let slack = if tolerance > 1.0 { 0.0 } else { 0.01 };
    for coarsest in [wanted * (tolerance + slack), wanted * tolerance + 0.1] {
        let mut best: Option<(usize, (f64, f64), f64)> = None;
        for (index, level) in info.levels.iter().enumerate().skip(1) {
            // Columns alone say how much smaller both are.
            let ratio = f64::from(info.width()) / f64::from(level.width);
            let pixels = |all: f64| (all / ratio + 0.5).floor().max(1.0);
            let size = (pixels(all.0), pixels(all.1));
            let factor = (all.0 / size.0).min(all.1 / size.1);
            if factor < coarsest && factor > best.map_or(1.0, |(.., factor)| factor) {
                best = Some((index, size, factor));
            }
        }
        if let Some((index, size, _)) = best {
            return (index, size);
        }
    }
    (0, all)
}

/// What the first step makes.
enum View {
    /// More pixels than one wants to make: the picture is made in one step.
    Huge,
    /// These pixels, of this level.
    Of(Grid, usize),
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
    let pixels = image.pixels();
    let samples: &Samples = image.samples();
    with_samples!(samples, T, buffer => {
        let is_nodata = |sample: &T| cog_raster::Sample::to_f64(*sample) == nodata;
        let buffer: &[T] = &buffer[..pixels];
        if !buffer.iter().any(is_nodata) {
            return Ok(image);
        }
        let mut mask = image.mask().clone();
        for (valid, sample) in mask.values_mut().iter_mut().zip(buffer) {
            if is_nodata(sample) {
                *valid = 0;
            }
        }
        image.cut(&mask)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use cog_raster::SampleType;

    #[test]
    fn levels_change_where_gdals_do() {
        let mut info = RasterInfo::new(SampleType::F32, 1, 2048, 2048);
        let first = info.levels[0];
        for side in [1024, 512, 256] {
            let mut level = first;
            (level.width, level.height) = (side, side);
            info.levels.push(level);
        }
        // Measured: a WarpedVRT of 2054 × 2061 pixels, 1500 of them read as the last number of pixels of each level.
        let level = |pixels: u32, kernel| {
            let wanted = 1500.0 / f64::from(pixels);
            best_level(&info, (2054.0, 2061.0), wanted, kernel).0
        };
        for (kernel, last) in [
            (Resampling::Average, [790, 380, 190]),
            (Resampling::Nearest, [948, 451, 226]),
        ] {
            for (index, pixels) in last.into_iter().enumerate() {
                assert_eq!(level(pixels, kernel), index, "{kernel} {pixels}");
                assert_eq!(level(pixels - 1, kernel), index + 1, "{kernel} {pixels}");
            }
        }
        let (_, size) = best_level(&info, (2054.0, 2061.0), 4.1, Resampling::Cubic);
        assert_eq!(size, (514.0, 515.0));
    }
}
