//! A source on another grid.

use super::cells::{CELL, Part, plan_cell, rows};
use super::reading::reads;
use crate::position::ExactMap;
use crate::warp::NodataTest;
use crate::{Error, Grid, Image, Limits, ReadOptions, Resampling};
use cog_raster::{
    BandInfo, BoxFuture, LevelInfo, Mask, MaskKind, Nodata, Raster, RasterInfo, RasterMask,
    RasterSource, ReadRequest, Sample, Samples, SourceError, SourceErrorKind, Window, with_samples,
};

/// A source as it would lie on another grid: warped as it is read, window by window.
///
/// For whoever wants a source of pixels in another CRS, such as a writer of files; a picture is sooner had by
/// [`plan`](crate::plan).
///
/// - One level, the full resolution, of the full resolution: give a grid whose pixels are about as large as the source's.
/// - Bands, samples' type, nodata, colours and metadata are the source's; statistics are left out, as they are of
///   other pixels.
/// - Where the source has nothing: nodata, if every band has it, else 0 under a mask, or no alpha. A value that
///   interpolation makes and that happens to be nodata becomes the one beside it, as in GDAL's warper.
/// - A mask for each band becomes one for all, valid where any band is.
///
/// # Memory
///
/// Beside the window itself, what [`with_source_bytes`](Self::with_source_bytes) allows is held of the source,
/// and of the grid a row of cells of 512 pixels a side; windows that begin and end with
/// cells (all of whose columns and rows are asked for) are warped without loss.
///
/// # Example
///
/// ```
/// use cog_raster::{Affine, MemorySource, Raster, RasterSource, ReadRequest, Samples, Window};
/// use cog_render::{Grid, OutputSize, Resampling, WarpedSource};
/// use tile_math::Crs;
///
/// # pollster::block_on(async {
/// let raster = Raster::new(1, 90, 180, Samples::U8(vec![7; 90 * 180]))?;
/// let world = MemorySource::new(raster)
///     .with_affine(Affine::new(1.0, 0.0, -90.0, 0.0, -1.0, 45.0))
///     .with_crs(Crs::wgs84());
///
/// let grid = Grid::in_crs(world.info(), &Crs::web_mercator(), None, OutputSize::native())?;
/// let mercator = WarpedSource::new(&world, grid, Resampling::Bilinear)?;
/// let (width, height) = (mercator.info().width(), mercator.info().height());
/// let all = mercator.read(ReadRequest::new(0, Window::new(0, 0, width, height))).await?;
/// assert_eq!(all.samples().value(0), Some(7.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct WarpedSource<'a> {
    source: &'a dyn RasterSource,
    info: RasterInfo,
    grid: Grid,
    options: ReadOptions,
}

/// Bytes of samples and masks that are read of the source at a time.
const SOURCE_BYTES: u64 = 128 << 20;

impl<'a> WarpedSource<'a> {
    /// `source` on the pixels of `grid`, by a kernel of [`Resampling::WARP`].
    ///
    /// # Errors
    ///
    /// - [`Error::InvalidParameter`] for another kernel, one that the samples do not allow, or a grid without a CRS or pixels;
    /// - [`Error::NotGeoreferenced`], [`Error::Projection`] if there is no way from the grid to the source.
    pub fn new(
        source: &'a dyn RasterSource,
        grid: Grid,
        kernel: Resampling,
    ) -> Result<Self, Error> {
        let whole = source.info();
        if grid.crs.is_none() {
            return Err(Error::parameter("crs", "a grid to warp to needs one"));
        }
        if grid.width == 0 || grid.height == 0 {
            return Err(Error::parameter("size", "width and height start at 1"));
        }
        ExactMap::new(whole, &grid)?;
        let kernel = kernel.fits(false)?;
        if kernel.orders() && whole.sample_type.is_complex() {
            let message = format!("{kernel} needs an order, which complex samples have not");
            return Err(Error::parameter("reproject", message));
        }
        let alpha = validity_band(whole);
        let visible: Vec<u32> = (0_u32..)
            .zip(&whole.bands)
            .filter(|(band, _)| alpha != Some(*band as usize))
            .map(|(band, _)| band)
            .collect();
        let options = ReadOptions::default()
            .with_bands(visible)
            .with_resampling(kernel)
            .with_reproject(kernel)
            .with_level(0);
        let this = Self {
            source,
            info: described(whole, &grid),
            grid,
            options,
        };
        Ok(this.with_source_bytes(SOURCE_BYTES))
    }

    /// Sets how many bytes of samples and masks are read of the source at a time, 128 MiB by default.
    ///
    /// Cells are cut where they need more. Where 16 pixels of the grid need more, as they may at a pole, reading them
    /// is an error.
    #[must_use]
    pub const fn with_source_bytes(mut self, bytes: u64) -> Self {
        // What is asked for is the caller's to bound.
        let limits = Limits {
            source_bytes: bytes,
            output_bytes: u64::MAX,
            steps: u64::MAX,
        };
        self.options.limits = limits;
        self
    }

    /// Adds an item to the metadata of the dataset, or replaces it.
    #[must_use]
    pub fn with_metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.info.metadata.insert(name.into(), value.into());
        self
    }

    /// The pixels.
    #[must_use]
    pub const fn grid(&self) -> &Grid {
        &self.grid
    }

    async fn read_now(&self, request: ReadRequest) -> Result<Raster, SourceError> {
        let bands = request.validate(&self.info)?;
        let mut canvas = Canvas::new(&self.info, request.window);
        for cells in rows(&self.grid, request.window) {
            self.draw(cells, &mut canvas).await?;
        }
        let raster = canvas.finish(&self.info, request.mask)?;
        let all = (0_u32..).take(self.info.bands.len());
        if bands.iter().copied().eq(all) {
            return Ok(raster);
        }
        let whole = Window::new(0, 0, request.window.width, request.window.height);
        raster
            .select(&whole, &bands)
            .ok_or_else(|| broken("bands that are not there"))
    }

    /// Warps a row of cells.
    async fn draw(&self, cells: Vec<Window>, canvas: &mut Canvas) -> Result<(), SourceError> {
        let whole = self.source.info();
        let mut parts = Vec::new();
        for cell in cells {
            plan_cell(whole, &self.grid, &self.options, cell, &mut parts).map_err(of_render)?;
        }
        let windows: Vec<Window> = parts
            .iter()
            .map(|part| part.plan.request().window)
            .collect();
        let level = whole
            .levels
            .first()
            .copied()
            .unwrap_or_else(|| LevelInfo::new(0, 0));
        let samples = self.options.bands.as_ref().map_or(1, Vec::len) * whole.sample_type.size();
        let most = self.options.limits.source_bytes / (samples as u64 + 1);
        for (window, range) in reads(&windows, &level, most) {
            let mut request = ReadRequest::new(0, window);
            request.bands.clone_from(&self.options.bands);
            let raster = self.source.read(request).await?;
            let images = warp(&raster, window, &parts[range.clone()])?;
            for (image, part) in images.iter().zip(&parts[range]) {
                canvas.draw(image, part.window);
            }
        }
        Ok(())
    }
}

impl RasterSource for WarpedSource<'_> {
    fn info(&self) -> &RasterInfo {
        &self.info
    }

    fn read(&self, request: ReadRequest) -> BoxFuture<'_, Result<Raster, SourceError>> {
        Box::pin(self.read_now(request))
    }
}

/// What the source says of itself on the grid.
fn described(whole: &RasterInfo, grid: &Grid) -> RasterInfo {
    let mut info = whole.clone();
    let (width, height) = (grid.width, grid.height);
    info.levels =
        vec![LevelInfo::new(width, height).with_blocks(CELL.min(width), CELL.min(height))];
    info.crs.clone_from(&grid.crs);
    info.affine = Some(grid.affine);
    info.control_points = None;
    info.rational = None;
    for band in &mut info.bands {
        band.statistics = None;
    }
    let says_nothing = |band: &BandInfo| fills(whole, band.nodata.as_ref());
    info.mask_kind = match whole.mask_kind {
        MaskKind::Alpha => MaskKind::Alpha,
        MaskKind::None if info.bands.iter().all(says_nothing) => MaskKind::None,
        _ => MaskKind::PerDataset,
    };
    info
}

/// The band that says what counts, beside others.
fn validity_band(info: &RasterInfo) -> Option<usize> {
    info.alpha_band()
        .filter(|_| info.mask_kind == MaskKind::Alpha && info.bands.len() > 1)
}

/// Samples can hold that nodata.
fn fills(info: &RasterInfo, nodata: Option<&Nodata>) -> bool {
    let Some(nodata) = nodata else {
        return false;
    };
    let one = Samples::filled(info.sample_type, 1, nodata.as_f64());
    with_samples!(&one, T, buffer => {
        let buffer: &[T] = buffer;
        buffer.iter().all(|sample| sample.is_nodata(nodata))
    })
}

/// Warps the parts of what was read at once.
fn warp(raster: &Raster, window: Window, parts: &[Part]) -> Result<Vec<Image>, SourceError> {
    let one = |part: &Part| {
        let wanted = part.plan.request().window;
        if wanted == window {
            return part.plan.warp(raster).map_err(of_render);
        }
        let within = Window::new(
            wanted.col - window.col,
            wanted.row - window.row,
            wanted.width,
            wanted.height,
        );
        let cut = raster
            .crop(&within)
            .ok_or_else(|| broken("fewer pixels than were asked for"))?;
        part.plan.warp(&cut).map_err(of_render)
    };
    #[cfg(feature = "parallel")]
    {
        use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
        parts.par_iter().map(one).collect()
    }
    #[cfg(not(feature = "parallel"))]
    parts.iter().map(one).collect()
}

/// A window of the grid as it fills.
#[derive(Debug)]
struct Canvas {
    window: Window,
    /// Band by band, alpha too.
    samples: Samples,
    valid: Vec<u8>,
    /// Bands that are drawn, in the order of the images'.
    visible: Vec<usize>,
    /// The band that shows validity.
    alpha: Option<usize>,
    nodata: Vec<Option<Nodata>>,
}

impl Canvas {
    fn new(info: &RasterInfo, window: Window) -> Self {
        let pixels = window.width as usize * window.height as usize;
        let alpha = validity_band(info);
        let nodata: Vec<_> = info.bands.iter().map(|band| band.nodata).collect();
        let mut samples = Samples::zeros(info.sample_type, info.bands.len() * pixels);
        with_samples!(&mut samples, T, buffer => {
            for (plane, nodata) in buffer.chunks_exact_mut(pixels.max(1)).zip(&nodata) {
                plane.fill(NodataTest::<T>::new(nodata.as_ref()).fill());
            }
        });
        Self {
            window,
            samples,
            valid: vec![0; pixels],
            visible: (0..info.bands.len())
                .filter(|&band| Some(band) != alpha)
                .collect(),
            alpha,
            nodata,
        }
    }

    /// Draws what of the image of `at` lies in the window.
    fn draw(&mut self, image: &Image, at: Window) {
        let Some(shared) = at.intersection(&self.window) else {
            return;
        };
        let columns = shared.width as usize;
        let (from_wide, to_wide) = (at.width as usize, self.window.width as usize);
        // Where each row of the shared window starts in the image and in the canvas.
        let starts = move |window: Window| {
            let col = (shared.col - window.col) as usize;
            let row = (shared.row - window.row) as usize;
            (row..row + shared.height as usize).map(move |row| row * window.width as usize + col)
        };
        let lines: Vec<(usize, usize)> = starts(at).zip(starts(self.window)).collect();
        for &(from, to) in &lines {
            self.valid[to..to + columns]
                .copy_from_slice(&image.mask().values()[from..from + columns]);
        }
        let (from_pixels, to_pixels) = (from_wide * at.height as usize, self.valid.len());
        debug_assert_eq!(to_pixels, to_wide * self.window.height as usize);
        with_samples!(image.samples(), T, source => {
            let Some(target) = self.samples.as_mut_slice::<T>() else {
                return;
            };
            for (from_band, &to_band) in self.visible.iter().enumerate() {
                let valid = image.band_mask(from_band).values();
                let avoid = self.nodata[to_band].as_ref().map(|nodata| (nodata, beside::<T>(nodata)));
                for &(from, to) in &lines {
                    let start = from_band * from_pixels + from;
                    let source = &source[start..start + columns];
                    let start = to_band * to_pixels + to;
                    let target = &mut target[start..start + columns];
                    target.copy_from_slice(source);
                    let Some((nodata, beside)) = avoid else {
                        continue;
                    };
                    for (sample, &valid) in target.iter_mut().zip(&valid[from..from + columns]) {
                        if valid > 0 && sample.is_nodata(nodata) {
                            *sample = beside;
                        }
                    }
                }
            }
        });
    }

    fn finish(mut self, info: &RasterInfo, wants_mask: bool) -> Result<Raster, SourceError> {
        let pixels = self.valid.len();
        if let Some(alpha) = self.alpha {
            let full = if info.sample_type.is_integer() {
                info.sample_type.range().1
            } else {
                1.0
            };
            with_samples!(&mut self.samples, T, buffer => {
                let plane = &mut buffer[alpha * pixels..(alpha + 1) * pixels];
                for (alpha, &valid) in plane.iter_mut().zip(&self.valid) {
                    *alpha = <T as Sample>::from_f64(f64::from(valid) / 255.0 * full);
                }
            });
        }
        let (rows, columns) = (self.window.height, self.window.width);
        let count = u32::try_from(info.bands.len()).unwrap_or(u32::MAX);
        let shape = |error| broken("a mask of another size").with_source(error);
        let raster = Raster::new(count, rows, columns, self.samples).map_err(shape)?;
        let values = match info.mask_kind {
            _ if !wants_mask => return Ok(raster),
            MaskKind::None => return Ok(raster),
            MaskKind::Alpha => self.valid,
            _ => self
                .valid
                .iter()
                .map(|&v| if v == 0 { 0 } else { 255 })
                .collect(),
        };
        let mask = Mask::new(rows, columns, values).map_err(shape)?;
        raster
            .with_mask(RasterMask::PerDataset(mask))
            .map_err(shape)
    }
}

/// The value that stands for nodata where a pixel counts: one less for integers, the next for reals.
fn beside<T: Sample>(nodata: &Nodata) -> T {
    let value = nodata.as_f64();
    let integer = T::TYPE.is_integer();
    let (least, greatest) = T::TYPE.range();
    let mut step = if integer {
        1.0
    } else {
        (value.abs() * f64::EPSILON).max(f64::MIN_POSITIVE)
    };
    // 64-bit integers and narrow reals take the first step that they can hold.
    for _ in 0..1100 {
        let down = value - step;
        let up = value + step;
        let next = match integer {
            true if down >= least => down,
            false if up > greatest => down,
            _ => up,
        };
        let next = T::from_f64(next);
        if !next.is_nodata(nodata) {
            return next;
        }
        step *= 2.0;
    }
    T::default()
}

fn broken(message: &'static str) -> SourceError {
    SourceError::new(SourceErrorKind::Malformed, message)
}

/// As whoever reads a source has it.
fn of_render(error: Error) -> SourceError {
    let kind = match error {
        Error::Source(error) => return error,
        Error::OverLimit { .. } => SourceErrorKind::OverLimit,
        Error::Mismatch { .. } => SourceErrorKind::Malformed,
        _ => SourceErrorKind::InvalidRequest,
    };
    SourceError::new(kind, error.to_string()).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_nodata_is_the_next_value_that_the_type_holds() {
        assert_eq!(beside::<u8>(&Nodata::new(0.0)), 1);
        assert_eq!(beside::<u16>(&Nodata::new(65_535.0)), 65_534);
        assert_eq!(beside::<i16>(&Nodata::new(-9999.0)), -10_000);
        assert_eq!(beside::<i16>(&Nodata::new(-32_768.0)), -32_767);
        let least = Nodata::from_integer(i128::from(i64::MIN));
        assert!(beside::<i64>(&least) > i64::MIN);
        let next = beside::<f32>(&Nodata::new(-9999.0));
        assert!(next > -9999.0 && next < -9998.99, "{next}");
        assert!(beside::<f32>(&Nodata::new(0.0)) > 0.0);
        assert!(beside::<f64>(&Nodata::new(f64::MAX)) < f64::MAX);
    }
}
