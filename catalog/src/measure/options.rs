//! How a raster is measured.

/// Which band is measured, from how much of it, in how much memory.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct MeasureOptions {
    /// The band, 0-based.
    pub band: u32,
    /// Rows and columns of a thumbnail to be measured in place of all pixels; `None` measures all.
    ///
    /// The thumbnail is what GDAL gives for a decimated read: the nearest pixels of the overview that
    /// fits. A raster that is no larger is measured exactly.
    pub max_shape: Option<[u32; 2]>,
    /// Bytes that samples of more than 16 bits may take so that they need not be read again.
    pub memory: u64,
    /// Pixels that may have to be read at most.
    pub most_pixels: u64,
}

impl MeasureOptions {
    /// All pixels of the first band, in a quarter of a gibibyte.
    #[must_use]
    pub const fn exact() -> Self {
        Self {
            band: 0,
            max_shape: None,
            memory: 256 << 20,
            most_pixels: u64::MAX,
        }
    }

    /// A thumbnail of up to 1024 × 1024 pixels of the first band, as Terracotta does it on a first request.
    ///
    /// Half a gigapixel may be read for it: a larger raster needs overviews.
    #[must_use]
    pub const fn quick() -> Self {
        Self {
            max_shape: Some([1024, 1024]),
            most_pixels: 1 << 29,
            ..Self::exact()
        }
    }

    /// Chooses the band, 0-based.
    #[must_use]
    pub const fn with_band(mut self, band: u32) -> Self {
        self.band = band;
        self
    }

    /// Measures a thumbnail of up to `rows` × `columns`.
    #[must_use]
    pub const fn with_max_shape(mut self, rows: u32, columns: u32) -> Self {
        self.max_shape = Some([rows, columns]);
        self
    }

    /// Refuses a raster of which more pixels would have to be read.
    #[must_use]
    pub const fn with_most_pixels(mut self, pixels: u64) -> Self {
        self.most_pixels = pixels;
        self
    }

    /// Sets the bytes for samples that are kept.
    #[must_use]
    pub const fn with_memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }
}

impl Default for MeasureOptions {
    fn default() -> Self {
        Self::exact()
    }
}
