//! A block of pixels.

use crate::{
    Mask, Nodata, RasterMask, Sample, SampleType, Samples, ShapeError, Window, with_samples,
};

/// Samples of one type, *bands × rows × columns*, and their masks.
///
/// # Invariants
///
/// - `samples.len() == bands × rows × columns`, band by band, row-major;
/// - every mask is `rows × columns`; `PerBand` holds one for each band.
#[derive(Clone, Debug, PartialEq)]
pub struct Raster {
    bands: u32,
    rows: u32,
    columns: u32,
    samples: Samples,
    mask: RasterMask,
}

impl Raster {
    /// Wraps a buffer of `bands × rows × columns` samples, band by band, row-major; nothing masked.
    ///
    /// # Errors
    ///
    /// [`ShapeError`] if the buffer has another length.
    pub fn new(bands: u32, rows: u32, columns: u32, samples: Samples) -> Result<Self, ShapeError> {
        let expected = u128::from(bands) * u128::from(rows) * u128::from(columns);
        if samples.len() as u128 != expected {
            return Err(ShapeError {
                what: "samples",
                found: samples.len() as u64,
                expected: u64::try_from(expected).unwrap_or(u64::MAX),
                bands,
                rows,
                columns,
            });
        }
        Ok(Self {
            bands,
            rows,
            columns,
            samples,
            mask: RasterMask::AllValid,
        })
    }

    /// Sets the masks.
    ///
    /// # Errors
    ///
    /// [`ShapeError`] if a mask has another size than the raster, or there are
    /// per-band masks but not one for each band.
    pub fn with_mask(mut self, mask: RasterMask) -> Result<Self, ShapeError> {
        let masks: &[Mask] = match &mask {
            RasterMask::AllValid => &[],
            RasterMask::PerDataset(mask) => core::slice::from_ref(mask),
            RasterMask::PerBand(masks) => masks,
        };
        let per_band = matches!(mask, RasterMask::PerBand(_));
        let wrong = masks
            .iter()
            .find(|m| (m.rows(), m.columns()) != (self.rows, self.columns));
        if wrong.is_some() || (per_band && masks.len() != self.bands as usize) {
            return Err(ShapeError {
                what: "mask",
                found: masks.iter().map(|m| m.values().len() as u64).sum(),
                expected: u64::from(self.rows)
                    * u64::from(self.columns)
                    * if per_band { u64::from(self.bands) } else { 1 },
                bands: self.bands,
                rows: self.rows,
                columns: self.columns,
            });
        }
        self.mask = mask;
        Ok(self)
    }

    /// Number of bands.
    #[must_use]
    pub const fn bands(&self) -> u32 {
        self.bands
    }

    /// Number of rows.
    #[must_use]
    pub const fn rows(&self) -> u32 {
        self.rows
    }

    /// Number of columns.
    #[must_use]
    pub const fn columns(&self) -> u32 {
        self.columns
    }

    /// Pixels in one band.
    #[must_use]
    pub const fn pixels(&self) -> usize {
        self.rows as usize * self.columns as usize
    }

    /// The samples' type.
    #[must_use]
    pub fn sample_type(&self) -> SampleType {
        self.samples.sample_type()
    }

    /// All samples, band by band, row-major.
    #[must_use]
    pub const fn samples(&self) -> &Samples {
        &self.samples
    }

    /// All samples, to be changed in place. The length cannot change.
    pub fn samples_mut<T: Sample>(&mut self) -> Option<&mut [T]> {
        self.samples.as_mut_slice()
    }

    /// The buffer and the masks inside.
    #[must_use]
    pub fn into_parts(self) -> (Samples, RasterMask) {
        (self.samples, self.mask)
    }

    /// Band `band` (0-based), `rows × columns` samples; `None` when there is no
    /// such band or the samples are of another type.
    #[must_use]
    pub fn band<T: Sample>(&self, band: u32) -> Option<&[T]> {
        let pixels = self.pixels();
        let start = (band as usize).checked_mul(pixels)?;
        self.samples.as_slice()?.get(start..start + pixels)
    }

    /// The masks.
    #[must_use]
    pub const fn mask(&self) -> &RasterMask {
        &self.mask
    }

    /// Validity of band `band`, its mask and `nodata` together: 0 where the
    /// sample equals `nodata` (NaN equal to NaN), the mask's value elsewhere.
    ///
    /// A NaN sample is not valid only if `nodata` is NaN.
    #[must_use]
    pub fn validity(&self, band: u32, nodata: Option<&Nodata>) -> Option<Mask> {
        if band >= self.bands {
            return None;
        }
        let mut mask = match self.mask.of_band(band as usize) {
            Some(mask) => mask.clone(),
            None => Mask::filled(self.rows, self.columns, 255),
        };
        if let Some(nodata) = nodata {
            let pixels = self.pixels();
            let start = band as usize * pixels;
            with_samples!(&self.samples, T, buffer => {
                for (valid, sample) in mask.values_mut().iter_mut().zip(&buffer[start..start + pixels]) {
                    if sample.is_nodata(nodata) {
                        *valid = 0;
                    }
                }
            });
        }
        Some(mask)
    }

    /// The part inside `window` (in this raster's pixels) with its masks;
    /// `None` when the window does not fit.
    #[must_use]
    pub fn crop(&self, window: &Window) -> Option<Self> {
        let all: Vec<u32> = (0..self.bands).collect();
        self.select(window, &all)
    }

    /// The given bands (0-based, in that order, repeats allowed) inside
    /// `window`; `None` when the window does not fit or a band is missing.
    #[must_use]
    pub fn select(&self, window: &Window, bands: &[u32]) -> Option<Self> {
        if !window.fits(self.columns, self.rows) || bands.iter().any(|&b| b >= self.bands) {
            return None;
        }
        let pixels = self.pixels();
        let samples = with_samples!(&self.samples, T, buffer => {
            let mut out = Vec::with_capacity(bands.len() * window.width as usize * window.height as usize);
            for &band in bands {
                for row in window.row..window.row + window.height {
                    let start = band as usize * pixels
                        + row as usize * self.columns as usize
                        + window.col as usize;
                    out.extend_from_slice(&buffer[start..start + window.width as usize]);
                }
            }
            T::into_samples(out)
        });
        let mask = match &self.mask {
            RasterMask::AllValid => RasterMask::AllValid,
            RasterMask::PerDataset(mask) => RasterMask::PerDataset(mask.crop(window)?),
            RasterMask::PerBand(masks) => RasterMask::PerBand(
                bands
                    .iter()
                    .map(|&b| masks.get(b as usize)?.crop(window))
                    .collect::<Option<_>>()?,
            ),
        };
        Some(Self {
            bands: u32::try_from(bands.len()).ok()?,
            rows: window.height,
            columns: window.width,
            samples,
            mask,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raster() -> Raster {
        Raster::new(2, 2, 3, Samples::I16((0..12).collect())).unwrap()
    }

    #[test]
    fn a_wrong_length_is_refused() {
        let error = Raster::new(2, 2, 3, Samples::U8(vec![0; 11])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "samples holds 11 values, 2 bands × 2 rows × 3 columns need 12"
        );
        assert!(Raster::new(u32::MAX, u32::MAX, u32::MAX, Samples::U8(vec![])).is_err());
    }

    #[test]
    fn a_mask_of_another_size_is_refused() {
        assert!(
            raster()
                .with_mask(RasterMask::PerDataset(Mask::filled(3, 2, 0)))
                .is_err()
        );
        assert!(
            raster()
                .with_mask(RasterMask::PerBand(vec![Mask::filled(2, 3, 0)]))
                .is_err()
        );
    }

    #[test]
    fn select_reorders_bands_and_crops() {
        let part = raster()
            .select(&Window::new(1, 1, 2, 1), &[1, 0, 1])
            .unwrap();
        assert_eq!(part.samples(), &Samples::I16(vec![10, 11, 4, 5, 10, 11]));
        assert!(raster().select(&Window::new(2, 0, 2, 1), &[0]).is_none());
        assert!(raster().select(&Window::new(0, 0, 1, 1), &[2]).is_none());
    }

    #[test]
    fn validity_joins_mask_and_nodata() {
        let mask = Mask::new(2, 3, vec![255, 0, 7, 255, 255, 255]).unwrap();
        let raster = raster().with_mask(RasterMask::PerDataset(mask)).unwrap();
        let valid = raster.validity(1, Some(&Nodata::new(11.0))).unwrap();
        assert_eq!(valid.values(), [255, 0, 7, 255, 255, 0]);
        assert_eq!(raster.validity(2, None), None);
    }
}
