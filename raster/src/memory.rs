//! A source that holds its pixels in memory.

use crate::{
    Affine, BoxFuture, ColorInterpretation, ControlPointTransform, LevelInfo, Mask, MaskKind,
    Raster, RasterInfo, RasterMask, RasterSource, RationalTransform, ReadRequest, Sample,
    ShapeError, SourceError, SourceErrorKind, with_samples,
};
use std::sync::Arc;
use tile_math::Crs;

/// Pixels in memory, one [`Raster`] per level: for tests, for made data, and
/// for whatever another library decoded.
#[derive(Clone, Debug)]
pub struct MemorySource {
    info: RasterInfo,
    levels: Vec<Raster>,
}

impl MemorySource {
    /// A source of one level.
    #[must_use]
    pub fn new(raster: Raster) -> Self {
        let mut info = RasterInfo::new(
            raster.sample_type(),
            raster.bands(),
            raster.columns(),
            raster.rows(),
        );
        info.mask_kind = match raster.mask() {
            RasterMask::AllValid => MaskKind::None,
            RasterMask::PerDataset(_) => MaskKind::PerDataset,
            RasterMask::PerBand(_) => MaskKind::PerBand,
        };
        Self {
            info,
            levels: vec![raster],
        }
    }

    /// Adds an overview.
    ///
    /// # Errors
    ///
    /// [`ShapeError`] if it has other bands, another type or kind of mask, or is larger than the level before.
    pub fn with_overview(mut self, raster: Raster) -> Result<Self, ShapeError> {
        let last = &self.levels[self.levels.len() - 1];
        let fits = raster.bands() == last.bands()
            && raster.sample_type() == last.sample_type()
            && core::mem::discriminant(raster.mask()) == core::mem::discriminant(last.mask())
            && raster.columns() <= last.columns()
            && raster.rows() <= last.rows();
        if !fits {
            return Err(ShapeError {
                what: "overview",
                found: raster.samples().len() as u64,
                expected: last.samples().len() as u64,
                bands: last.bands(),
                rows: last.rows(),
                columns: last.columns(),
            });
        }
        self.info
            .levels
            .push(LevelInfo::new(raster.columns(), raster.rows()));
        self.levels.push(raster);
        Ok(self)
    }

    /// Sets the affine of the full resolution.
    #[must_use]
    pub fn with_affine(mut self, affine: Affine) -> Self {
        self.info.affine = Some(affine);
        self
    }

    /// Sets control points, which count where there is no affine.
    #[must_use]
    pub fn with_control_points(mut self, transform: ControlPointTransform) -> Self {
        self.info.control_points = Some(Arc::new(transform));
        self
    }

    /// Sets a rational polynomial, which counts where there is neither an affine nor control points;
    /// the CRS then has to be WGS 84.
    #[must_use]
    pub fn with_rational(mut self, transform: RationalTransform) -> Self {
        self.info.rational = Some(Arc::new(transform));
        self
    }

    /// Sets the CRS.
    #[must_use]
    pub fn with_crs(mut self, crs: Crs) -> Self {
        self.info.crs = Some(crs);
        self
    }

    /// Changes what the source says of its bands: descriptions, nodata, scale, offset, colours.
    ///
    /// A band that becomes [`ColorInterpretation::Alpha`] becomes the mask, if there is no other.
    #[must_use]
    pub fn with_band_info(mut self, change: impl FnOnce(&mut [crate::BandInfo])) -> Self {
        change(&mut self.info.bands);
        if self.info.mask_kind == MaskKind::None && self.info.alpha_band().is_some() {
            self.info.mask_kind = MaskKind::Alpha;
        }
        self
    }

    /// Sets the palette of a one-band source, RGBA per index.
    #[must_use]
    pub fn with_colormap(mut self, colormap: Vec<[u8; 4]>) -> Self {
        self.info.colormap = Some(colormap);
        if let [band] = &mut self.info.bands[..] {
            band.color_interpretation = ColorInterpretation::Palette;
        }
        self
    }

    fn read_now(&self, request: &ReadRequest) -> Result<Raster, SourceError> {
        let bands = request.validate(&self.info)?;
        let level = &self.levels[request.level];
        let gone = || {
            SourceError::new(
                SourceErrorKind::InvalidRequest,
                "the window does not fit into its level",
            )
        };
        let part = level.select(&request.window, &bands).ok_or_else(gone)?;
        let mask = match (request.mask, self.info.mask_kind, self.info.alpha_band()) {
            (false, ..) => RasterMask::AllValid,
            (true, MaskKind::Alpha, Some(alpha)) => {
                let alpha = u32::try_from(alpha).map_err(|_| gone())?;
                let alpha = level.select(&request.window, &[alpha]).ok_or_else(gone)?;
                RasterMask::PerDataset(alpha_mask(&alpha))
            }
            _ => return Ok(part),
        };
        let (rows, columns) = (part.rows(), part.columns());
        let (samples, _) = part.into_parts();
        let shape =
            |error: ShapeError| SourceError::new(SourceErrorKind::Malformed, error.to_string());
        let count = u32::try_from(bands.len()).map_err(|_| gone())?;
        Raster::new(count, rows, columns, samples)
            .and_then(|r| r.with_mask(mask))
            .map_err(shape)
    }
}

impl RasterSource for MemorySource {
    fn info(&self) -> &RasterInfo {
        &self.info
    }

    fn read(&self, request: ReadRequest) -> BoxFuture<'_, Result<Raster, SourceError>> {
        Box::pin(async move { self.read_now(&request) })
    }
}

/// One band of alpha as a mask: the type's range to 0..=255, reals from 0..=1.
fn alpha_mask(alpha: &Raster) -> Mask {
    let greatest = if alpha.sample_type().is_integer() {
        alpha.sample_type().range().1
    } else {
        1.0
    };
    let values = with_samples!(alpha.samples(), T, buffer => {
        buffer.iter().map(|v: &T| u8::from_f64(v.to_f64() / greatest * 255.0)).collect()
    });
    let mut mask = Mask::filled(alpha.rows(), alpha.columns(), 0);
    let values: Vec<u8> = values;
    mask.values_mut().copy_from_slice(&values);
    mask
}
