//! The pass over the target.

use super::blend::Blend;
use super::cover::{Cover, Extreme, Mode, Quantile, Rms};
use super::cubic::Cubic;
use super::footprint::Convolution;
use super::gauss::Gauss;
use super::nearest::Nearest;
use super::quad::Bilinear;
use super::stripwise::Stripwise;
use super::sum::Sum;
use super::taps::Shape;
use super::validity::{NodataTest, Validity};
use crate::position::{Outlines, Row};
use crate::{Error, Image, Plan, Resampling, interrupt};
use cog_raster::{Mask, MaskKind, Raster, RasterMask, Samples, with_samples};

/// What makes a target pixel valid where not all source pixels under a kernel are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mixing {
    /// As GDAL's warper: the source pixels that count stand for those that do not.
    Warp,
    /// As GDAL's reader with nodata: the same, but a kernel needs no middle.
    ReadNodata,
    /// As GDAL's reader with a mask: the mask is resampled beside the samples, and what is left of it at all
    /// is valid.
    ReadMask,
    /// As GDAL's reader with alpha: alpha is resampled beside the samples.
    ReadAlpha,
}

impl Mixing {
    fn of(plan: &Plan) -> Self {
        if !plan.reads_straight {
            return Self::Warp;
        }
        if plan.bands.iter().any(|band| band.nodata.is_some()) {
            return Self::ReadNodata;
        }
        match plan.mask_kind {
            MaskKind::Alpha => Self::ReadAlpha,
            _ => Self::ReadMask,
        }
    }

    /// The validity of a target pixel by the mean validity of the source pixels that count and that of all;
    /// `None` if it has none.
    pub(super) fn validity(self, counting: f64, all: f64) -> Option<u8> {
        match self {
            Self::Warp => Some(u8::narrow(counting)),
            Self::ReadNodata => Some(255),
            Self::ReadMask => (u8::narrow(all) > 0).then_some(255),
            Self::ReadAlpha => Some(u8::narrow(all)).filter(|&alpha| alpha > 0),
        }
    }
}

/// The part of a level that was read, for the kernels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// Columns and rows of the whole level.
    pub(super) level: (f64, f64),
    /// Position of the window in the level.
    pub(super) origin: (f64, f64),
    /// Columns and rows of the window.
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) mixing: Mixing,
}

impl Extent {
    pub(super) const fn pixels(&self) -> usize {
        self.columns * self.rows
    }

    /// A position of the level as one of the window; `None` outside the level.
    pub(super) fn locate(&self, column: f64, row: f64) -> Option<(f64, f64)> {
        // NaN compares false.
        let inside = column >= 0.0 && column < self.level.0 && row >= 0.0 && row < self.level.1;
        inside.then_some((column - self.origin.0, row - self.origin.1))
    }

    /// As [`locate`](Self::locate), for a column alone.
    pub(super) fn locate_column(&self, column: f64) -> Option<f64> {
        let inside = column >= 0.0 && column < self.level.0;
        inside.then_some(column - self.origin.0)
    }

    /// As [`locate`](Self::locate), for a row alone.
    pub(super) fn locate_row(&self, row: f64) -> Option<f64> {
        let inside = row >= 0.0 && row < self.level.1;
        inside.then_some(row - self.origin.1)
    }

    /// The offset of the pixel that holds a position of the window.
    pub(super) fn center(&self, x: f64, y: f64) -> usize {
        // What is negative or too large by rounding belongs to the nearest pixel.
        let at = |v: f64| usize::try_from(v as i64).unwrap_or(0);
        let (column, row) = (at(x), at(y));
        row.min(self.rows - 1) * self.columns + column.min(self.columns - 1)
    }
}

/// A kernel at work on rows of target pixels.
pub(super) trait Kernel {
    /// What the kernel needs of the outlines of target pixels.
    fn needs_outlines(&self) -> Outlines {
        Outlines::Nothing
    }

    /// Works out a row.
    fn prepare(&mut self, row: &Row, extent: &Extent);

    /// Writes the values of one band for the row prepared, where there are any,
    /// and their validity.
    ///
    /// `valid`: validity of the source pixels, `None` where all are 255.
    fn apply<T: Blend>(
        &self,
        source: &[T],
        valid: Option<&[u8]>,
        extent: &Extent,
        out: &mut [T],
        out_valid: &mut [u8],
    );
}

/// Makes the image that `plan` describes of the raster it asked for.
pub(crate) fn warp(plan: &Plan, raster: &Raster) -> Result<Image, Error> {
    with_samples!(raster.samples(), T, buffer => with_kernel::<T>(plan, raster, buffer))
}

fn with_kernel<T: Blend>(plan: &Plan, raster: &Raster, source: &[T]) -> Result<Image, Error> {
    // Where some pixels do not count, GDAL's reader knows no kernels of a few fixed neighbours.
    let holes = raster.mask() != &RasterMask::AllValid
        || plan.bands.iter().any(|band| band.nodata.is_some());
    let wide = plan.widening.is_wide() || (plan.reads_straight && holes);
    let convolution = |shape| Convolution::new(shape, &plan.widening);
    match plan.kernel {
        Resampling::Nearest => typed(plan, raster, source, Nearest::default()),
        Resampling::Average => typed(plan, raster, source, convolution(Shape::Box)),
        Resampling::Bilinear if wide => {
            let (narrow, wide) = (Bilinear::default(), convolution(Shape::Triangle));
            let both = Stripwise::new(&plan.widening, narrow, wide, holes && plan.reads_straight);
            typed(plan, raster, source, both)
        }
        Resampling::Bilinear => typed(plan, raster, source, Bilinear::default()),
        Resampling::Cubic if wide => {
            let (narrow, wide) = (Cubic::default(), convolution(Shape::Cubic));
            let both = Stripwise::new(&plan.widening, narrow, wide, holes && plan.reads_straight);
            typed(plan, raster, source, both)
        }
        Resampling::Cubic => typed(plan, raster, source, Cubic::default()),
        Resampling::CubicSpline => typed(plan, raster, source, convolution(Shape::Spline)),
        Resampling::Lanczos => typed(plan, raster, source, convolution(Shape::Lanczos)),
        Resampling::Gauss => typed(plan, raster, source, Gauss::new(plan)),
        Resampling::Rms => typed(plan, raster, source, Cover::new(Rms)),
        Resampling::Mode => typed(plan, raster, source, Cover::new(Mode)),
        Resampling::Max => typed(plan, raster, source, Cover::new(Extreme::greatest())),
        Resampling::Min => typed(plan, raster, source, Cover::new(Extreme::least())),
        Resampling::Med => typed(plan, raster, source, Cover::new(Quantile::new(0.5))),
        Resampling::Q1 => typed(plan, raster, source, Cover::new(Quantile::new(0.25))),
        Resampling::Q3 => typed(plan, raster, source, Cover::new(Quantile::new(0.75))),
        Resampling::Sum => typed(plan, raster, source, Sum::default()),
    }
}

fn typed<T: Blend, K: Kernel>(
    plan: &Plan,
    raster: &Raster,
    source: &[T],
    mut kernel: K,
) -> Result<Image, Error> {
    let window = plan.window();
    let extent = Extent {
        level: (f64::from(plan.level_size.0), f64::from(plan.level_size.1)),
        origin: (f64::from(window.col), f64::from(window.row)),
        columns: window.width as usize,
        rows: window.height as usize,
        mixing: Mixing::of(plan),
    };
    let (width, height) = (plan.grid.width as usize, plan.grid.height as usize);
    let pixels = width * height;
    let nodata: Vec<NodataTest<T>> = plan
        .bands
        .iter()
        .map(|band| NodataTest::new(band.nodata.as_ref()))
        .collect();
    let validity = Validity::new(raster, source, &nodata, plan.kernel != Resampling::Nearest);

    let mut out = Vec::with_capacity(plan.bands.len() * pixels);
    for test in &nodata {
        out.resize(out.len() + pixels, test.fill());
    }
    let planes = if validity.is_shared() {
        1
    } else {
        plan.bands.len()
    };
    let mut out_valid = vec![0_u8; planes * pixels];

    let outlines = kernel.needs_outlines();
    let mut buffer = Row::default();
    for block in plan.positions.blocks() {
        interrupt::check()?;
        block.for_each_row(&mut buffer, outlines, plan.positions.typical(), |row| {
            // The rest of the block is passed over; what was made is dropped below.
            if interrupt::is_raised() {
                return;
            }
            kernel.prepare(row, &extent);
            let start = row.row as usize * width + row.column as usize;
            let target = start..start + row.columns.len();
            let bands = source
                .chunks_exact(extent.pixels())
                .zip(out.chunks_exact_mut(pixels));
            for (band, (source, out)) in bands.enumerate() {
                let plane = if planes == 1 { 0 } else { band * pixels };
                kernel.apply(
                    source,
                    validity.of_band(band),
                    &extent,
                    &mut out[target.clone()],
                    &mut out_valid[plane + target.start..plane + target.end],
                );
            }
        });
    }
    interrupt::check()?;
    image(plan, T::into_samples(out), out_valid, planes)
}

fn image(plan: &Plan, samples: Samples, valid: Vec<u8>, planes: usize) -> Result<Image, Error> {
    let (width, height) = (plan.grid.width, plan.grid.height);
    let wrong = |error: cog_raster::ShapeError| Error::Mismatch {
        message: error.to_string(),
    };
    let mask = if planes == 1 {
        RasterMask::PerDataset(Mask::new(height, width, valid).map_err(wrong)?)
    } else {
        let pixels = width as usize * height as usize;
        let masks = valid
            .chunks_exact(pixels)
            .map(|plane| Mask::new(height, width, plane.to_vec()));
        RasterMask::PerBand(masks.collect::<Result<_, _>>().map_err(wrong)?)
    };
    let bands = u32::try_from(plan.bands.len()).unwrap_or(u32::MAX);
    let raster = Raster::new(bands, height, width, samples)
        .and_then(|raster| raster.with_mask(mask))
        .map_err(wrong)?;
    let image = Image::new(
        raster,
        plan.bands.clone(),
        plan.grid.crs.clone(),
        plan.grid.bounds(),
    )?
    .with_palette(plan.palette.clone());
    Ok(if plan.unscale { unscale(&image) } else { image })
}

/// Samples as physical values, `f32` as TiTiler's.
fn unscale(image: &Image) -> Image {
    let bands = image.bands();
    let values = with_samples!(image.samples(), T, buffer => {
        let mut values = Vec::with_capacity(buffer.len());
        let planes = buffer.chunks_exact(image.pixels().max(1)).zip(bands);
        for (band, (plane, info)) in planes.enumerate() {
            let valid = image.band_mask(band).values();
            values.extend(plane.iter().zip(valid).map(|(sample, &valid)| {
                let value = <T as cog_raster::Sample>::to_f64(*sample);
                // What stands for "nothing here" goes on standing for it.
                let value = if valid == 0 { value } else { value * info.scale + info.offset };
                value as f32
            }));
        }
        values
    });
    image.with_samples(
        Samples::F32(values),
        bands.iter().map(crate::ImageBand::unscaled).collect(),
    )
}
