//! Which pixels count.

use crate::{ShapeError, Window};

/// One plane of validity, *rows × columns*: 0 not valid, 255 valid, values
/// between are alpha.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mask {
    rows: u32,
    columns: u32,
    values: Vec<u8>,
}

impl Mask {
    /// Wraps a buffer of `rows × columns` values, row-major.
    ///
    /// # Errors
    ///
    /// [`ShapeError`] if the buffer has another length.
    pub fn new(rows: u32, columns: u32, values: Vec<u8>) -> Result<Self, ShapeError> {
        let expected = u64::from(rows) * u64::from(columns);
        if values.len() as u64 != expected {
            return Err(ShapeError {
                what: "mask",
                found: values.len() as u64,
                expected,
                bands: 1,
                rows,
                columns,
            });
        }
        Ok(Self {
            rows,
            columns,
            values,
        })
    }

    /// A mask of one value.
    #[must_use]
    pub fn filled(rows: u32, columns: u32, value: u8) -> Self {
        Self {
            rows,
            columns,
            values: vec![value; rows as usize * columns as usize],
        }
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

    /// The values, row-major.
    #[must_use]
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// The values, row-major.
    pub fn values_mut(&mut self) -> &mut [u8] {
        &mut self.values
    }

    /// The buffer inside.
    #[must_use]
    pub fn into_values(self) -> Vec<u8> {
        self.values
    }

    /// Every pixel is fully valid.
    #[must_use]
    pub fn is_all_valid(&self) -> bool {
        self.values.iter().all(|&v| v == 255)
    }

    /// The part inside `window`; `None` when the window does not fit.
    #[must_use]
    pub fn crop(&self, window: &Window) -> Option<Self> {
        if !window.fits(self.columns, self.rows) {
            return None;
        }
        let mut values = Vec::with_capacity(window.width as usize * window.height as usize);
        for row in window.row..window.row + window.height {
            let start = row as usize * self.columns as usize + window.col as usize;
            values.extend_from_slice(&self.values[start..start + window.width as usize]);
        }
        Some(Self {
            rows: window.height,
            columns: window.width,
            values,
        })
    }
}

/// The masks that come with a [`Raster`](crate::Raster).
///
/// Only what a source holds *beside* the samples is here: a mask directory, an
/// alpha band, a mosaic's coverage. Nodata is a property of the samples and is
/// applied by whoever resamples them ([`Raster::validity`](crate::Raster::validity)).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum RasterMask {
    /// Nothing is masked.
    #[default]
    AllValid,
    /// One mask for all bands.
    PerDataset(Mask),
    /// One mask for each band of the raster, in its order.
    PerBand(Vec<Mask>),
}

impl RasterMask {
    /// The mask that applies to band `band` (0-based, of the raster at hand).
    #[must_use]
    pub fn of_band(&self, band: usize) -> Option<&Mask> {
        match self {
            Self::AllValid => None,
            Self::PerDataset(mask) => Some(mask),
            Self::PerBand(masks) => masks.get(band),
        }
    }
}
