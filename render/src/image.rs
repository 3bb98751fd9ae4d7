//! Pixels with their validity, on a grid.

use crate::{Error, ReadOptions};
use cog_raster::{
    Mask, Nodata, Raster, RasterInfo, RasterMask, Sample, SampleType, Samples, with_samples,
};
use tile_math::{BoundingBox, Crs};

/// Typed samples, *bands × rows × columns*, and which of them count.
///
/// # Invariants
///
/// - `samples` holds `bands × rows × columns` values, band by band, row-major;
/// - where nothing is known a sample is nodata, or 0 where there is none; where an image was
///   [cut](Self::cut) it is what the source has;
/// - [`mask`](Self::mask) is 0 where no band is valid, else 255 or the alpha of the source;
/// - per-band masks exist only where bands differ in validity.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    rows: u32,
    columns: u32,
    samples: Samples,
    mask: Mask,
    band_masks: Option<Vec<Mask>>,
    bands: Vec<ImageBand>,
    crs: Option<Crs>,
    bounds: BoundingBox,
    palette: Option<Vec<[u8; 4]>>,
}

/// What is known of a band of an [`Image`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImageBand {
    /// TiTiler's name: `b` and the band's number in the source, from 1.
    pub name: String,
    /// The source's description, else the name.
    pub description: String,
    /// Physical value = sample × scale + offset; 1 once applied.
    pub scale: f64,
    /// Physical value = sample × scale + offset; 0 once applied.
    pub offset: f64,
    /// The value that stands for "nothing here" in the source, as asked to be read.
    pub nodata: Option<Nodata>,
    /// Least and greatest value in the whole source, if it declares them, in the
    /// unit of the samples.
    pub range: Option<(f64, f64)>,
}

impl ImageBand {
    /// A band of which only the name is known.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            description: name.clone(),
            name,
            scale: 1.0,
            offset: 0.0,
            nodata: None,
            range: None,
        }
    }

    pub(crate) fn of_source(info: &RasterInfo, band: u32, options: &ReadOptions) -> Self {
        let mut this = Self::new(format!("b{}", u64::from(band) + 1));
        if let Some(info) = info.bands.get(band as usize) {
            if let Some(description) = info.description.as_ref().filter(|d| !d.is_empty()) {
                this.description.clone_from(description);
            }
            (this.scale, this.offset) = (info.scale, info.offset);
            this.nodata = options.nodata.or(info.nodata);
            let range = info.statistics.map(|s| (s.minimum, s.maximum));
            this.range = range.filter(|(min, max)| min.is_finite() && max.is_finite());
        }
        this
    }

    /// The band after its scale and offset were applied.
    pub(crate) fn unscaled(&self) -> Self {
        let apply = |value: f64| value * self.scale + self.offset;
        let range = self.range.map(|(min, max)| {
            let (a, b) = (apply(min), apply(max));
            (a.min(b), a.max(b))
        });
        Self {
            scale: 1.0,
            offset: 0.0,
            range,
            ..self.clone()
        }
    }
}

impl Image {
    /// An image from a raster: its samples and masks, on a grid of `bounds` in `crs`.
    ///
    /// # Errors
    ///
    /// [`Error::Mismatch`] if `bands` are not as many as the raster's.
    pub fn new(
        raster: Raster,
        bands: Vec<ImageBand>,
        crs: Option<Crs>,
        bounds: BoundingBox,
    ) -> Result<Self, Error> {
        if bands.len() != raster.bands() as usize {
            return Err(Error::Mismatch {
                message: format!("{} bands, not {}", raster.bands(), bands.len()),
            });
        }
        let (rows, columns) = (raster.rows(), raster.columns());
        let (samples, mask) = raster.into_parts();
        let (mask, band_masks) = match mask {
            RasterMask::PerDataset(mask) => (mask, None),
            RasterMask::PerBand(masks) => joined(rows, columns, masks),
            _ => (Mask::filled(rows, columns, 255), None),
        };
        Ok(Self {
            rows,
            columns,
            samples,
            mask,
            band_masks,
            bands,
            crs,
            bounds,
            palette: None,
        })
    }

    /// The image with other words on its bands.
    ///
    /// # Errors
    ///
    /// [`Error::Mismatch`] if they are not as many.
    pub fn with_bands(mut self, bands: Vec<ImageBand>) -> Result<Self, Error> {
        if bands.len() != self.bands.len() {
            return Err(Error::Mismatch {
                message: format!("{} bands, not {}", self.bands.len(), bands.len()),
            });
        }
        self.bands = bands;
        Ok(self)
    }

    pub(crate) fn with_palette(mut self, palette: Option<Vec<[u8; 4]>>) -> Self {
        self.palette = palette;
        self
    }

    /// The same grid and validity with other samples and bands, as many.
    pub(crate) fn with_samples(&self, samples: Samples, bands: Vec<ImageBand>) -> Self {
        debug_assert_eq!(samples.len(), self.samples.len());
        Self {
            samples,
            bands,
            crs: self.crs.clone(),
            mask: self.mask.clone(),
            band_masks: self.band_masks.clone(),
            palette: None,
            ..*self
        }
    }

    /// Columns.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.columns
    }

    /// Rows.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.rows
    }

    /// Pixels in one band.
    #[must_use]
    pub const fn pixels(&self) -> usize {
        self.rows as usize * self.columns as usize
    }

    /// Type of the samples.
    #[must_use]
    pub fn sample_type(&self) -> SampleType {
        self.samples.sample_type()
    }

    /// All samples, band by band, row-major.
    #[must_use]
    pub const fn samples(&self) -> &Samples {
        &self.samples
    }

    /// Band `band` (0-based) as `rows × columns` samples; `None` when there is no
    /// such band or the samples are of another type.
    #[must_use]
    pub fn band<T: Sample>(&self, band: usize) -> Option<&[T]> {
        let start = band.checked_mul(self.pixels())?;
        self.samples
            .as_slice()?
            .get(start..start.checked_add(self.pixels())?)
    }

    /// What is known of the bands, in their order.
    #[must_use]
    pub fn bands(&self) -> &[ImageBand] {
        &self.bands
    }

    /// Which pixels count: 0 where no band is valid, else 255, or the source's alpha.
    #[must_use]
    pub const fn mask(&self) -> &Mask {
        &self.mask
    }

    /// Which pixels of band `band` (0-based) count. The same as [`mask`](Self::mask)
    /// unless bands differ.
    #[must_use]
    pub fn band_mask(&self, band: usize) -> &Mask {
        self.band_masks
            .as_ref()
            .and_then(|masks| masks.get(band))
            .unwrap_or(&self.mask)
    }

    /// 0 where one of `bands` (0-based) does not count, else the least of their alphas.
    pub(crate) fn common_mask(&self, bands: impl IntoIterator<Item = usize>) -> Mask {
        let mut bands = bands.into_iter();
        let mut common = self.band_mask(bands.next().unwrap_or(0)).clone();
        if self.has_band_masks() {
            for band in bands {
                let values = self.band_mask(band).values();
                for (common, value) in common.values_mut().iter_mut().zip(values) {
                    *common = (*common).min(*value);
                }
            }
        }
        common
    }

    /// The bands differ in validity.
    #[must_use]
    pub const fn has_band_masks(&self) -> bool {
        self.band_masks.is_some()
    }

    /// No pixel counts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.mask.values().iter().all(|&v| v == 0)
    }

    /// Every pixel counts in full.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        self.mask.is_all_valid()
    }

    /// CRS of the grid; `None` where the source is not georeferenced.
    #[must_use]
    pub const fn crs(&self) -> Option<&Crs> {
        self.crs.as_ref()
    }

    /// Smallest box around the pixels, in the grid's CRS.
    #[must_use]
    pub const fn bounds(&self) -> BoundingBox {
        self.bounds
    }

    /// The source's palette, RGBA per index, where the image holds its indexes.
    #[must_use]
    pub fn palette(&self) -> Option<&[[u8; 4]]> {
        self.palette.as_deref()
    }

    /// Sample of band `band` at `row` and `column` as a real number; `None` where
    /// it does not count or does not exist.
    #[must_use]
    pub fn value(&self, band: usize, row: u32, column: u32) -> Option<f64> {
        if band >= self.bands.len() || row >= self.rows || column >= self.columns {
            return None;
        }
        let pixel = row as usize * self.columns as usize + column as usize;
        if self.band_mask(band).values()[pixel] == 0 {
            return None;
        }
        self.samples.value(band * self.pixels() + pixel)
    }

    /// The samples with their masks, as whoever merges images wants them.
    #[must_use]
    pub fn into_raster(self) -> Raster {
        let mask = match self.band_masks {
            Some(masks) => RasterMask::PerBand(masks),
            None => RasterMask::PerDataset(self.mask),
        };
        let bands = u32::try_from(self.bands.len()).unwrap_or(u32::MAX);
        Raster::new(bands, self.rows, self.columns, self.samples)
            .and_then(|raster| raster.with_mask(mask))
            .expect("an image's samples and masks fit its shape")
    }

    /// Least and greatest valid finite value of a band (the real part where complex).
    pub(crate) fn valid_range(&self, band: usize) -> Option<(f64, f64)> {
        let start = band * self.pixels();
        let mask = self.band_mask(band).values();
        with_samples!(&self.samples, T, buffer => {
            let buffer: &[T] = &buffer[start..start + mask.len()];
            let mut range: Option<(f64, f64)> = None;
            for (sample, _) in buffer.iter().zip(mask).filter(|(_, valid)| **valid != 0) {
                let value = sample.to_f64();
                if value.is_finite() {
                    let (least, most) = range.unwrap_or((value, value));
                    range = Some((least.min(value), most.max(value)));
                }
            }
            range
        })
    }
}

/// The mask of all bands together, and each band's where they differ.
fn joined(rows: u32, columns: u32, masks: Vec<Mask>) -> (Mask, Option<Vec<Mask>>) {
    let mut all = Mask::filled(rows, columns, 0);
    for mask in &masks {
        for (all, value) in all.values_mut().iter_mut().zip(mask.values()) {
            *all = (*all).max(*value);
        }
    }
    let differ = masks.iter().any(|mask| mask != &all);
    (all, differ.then_some(masks))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(masks: [[u8; 3]; 2]) -> Image {
        let masks = masks.map(|m| Mask::new(1, 3, m.to_vec()).unwrap()).to_vec();
        let raster = Raster::new(2, 1, 3, Samples::I16(vec![1, 2, 3, -4, -5, -6]))
            .unwrap()
            .with_mask(RasterMask::PerBand(masks))
            .unwrap();
        let bands = vec![ImageBand::new("b1"), ImageBand::new("b2")];
        let bounds = BoundingBox {
            left: 0.0,
            bottom: 0.0,
            right: 3.0,
            top: 1.0,
        };
        Image::new(raster, bands, None, bounds).unwrap()
    }

    #[test]
    fn the_mask_joins_those_of_the_bands() {
        let image = image([[255, 0, 0], [0, 0, 255]]);
        assert_eq!(image.mask().values(), [255, 0, 255]);
        assert!(image.has_band_masks());
        assert_eq!(image.value(0, 0, 0), Some(1.0));
        assert_eq!(image.value(1, 0, 0), None);
        assert_eq!(image.valid_range(1), Some((-6.0, -6.0)));
        assert_eq!(image.value(2, 0, 0), None);
    }

    #[test]
    fn equal_band_masks_are_one_mask() {
        let image = image([[255, 0, 9], [255, 0, 9]]);
        assert!(!image.has_band_masks() && !image.is_empty() && !image.is_opaque());
        let raster = image.into_raster();
        assert!(matches!(raster.mask(), RasterMask::PerDataset(_)));
    }
}
