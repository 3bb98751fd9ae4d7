//! What a caller may choose about reading.

use crate::Resampling;
use cog_raster::Nodata;

/// How to read and resample.
///
/// There is no `padding` as in TiTiler: kernels see the source pixels around a picture as far as
/// they reach, so that neighbouring tiles fit together, and a picture is what rio-tiler's is with padding.
///
/// The defaults are TiTiler's: every band that is not
/// alpha, nearest neighbour, nothing overridden.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ReadOptions {
    /// Bands, 0-based, in the order wanted, repeats allowed; `None` is every band that is not alpha.
    pub bands: Option<Vec<u32>>,
    /// The kernel where target and source have the same CRS.
    pub resampling: Resampling,
    /// The kernel where they differ; `None` is the same as `resampling`.
    ///
    /// One kernel does the whole work, whether the picture shrinks or grows, and `resampling` then only
    /// has a say in which level is read. rio-tiler with GDAL 3.10 does the same, only that its default here is
    /// nearest, so that `resampling=bilinear` alone changes nothing there. Where `resampling` is
    /// [`Resampling::Gauss`], which is none between CRSs, `None` is nearest.
    pub reproject: Option<Resampling>,
    /// Stands for "nothing here" in every band, instead of what the source says.
    pub nodata: Option<Nodata>,
    /// Applies each band's scale and offset; samples become `f32`.
    pub unscale: bool,
    /// Reads this level (0 is the full resolution, then the overviews) instead of choosing one.
    pub level: Option<usize>,
    /// What reading may cost.
    pub limits: Limits,
}

impl ReadOptions {
    /// Chooses the bands, 0-based.
    #[must_use]
    pub fn with_bands(mut self, bands: impl Into<Vec<u32>>) -> Self {
        self.bands = Some(bands.into());
        self
    }

    /// Chooses the kernel where target and source have the same CRS, and, unless
    /// [`with_reproject`](Self::with_reproject) says otherwise, where they differ.
    #[must_use]
    pub const fn with_resampling(mut self, resampling: Resampling) -> Self {
        self.resampling = resampling;
        self
    }

    /// Chooses the kernel where target and source differ in their CRS.
    #[must_use]
    pub const fn with_reproject(mut self, reproject: Resampling) -> Self {
        self.reproject = Some(reproject);
        self
    }

    /// Overrides nodata.
    #[must_use]
    pub const fn with_nodata(mut self, nodata: Nodata) -> Self {
        self.nodata = Some(nodata);
        self
    }

    /// Chooses whether scale and offset are applied.
    #[must_use]
    pub const fn with_unscale(mut self, unscale: bool) -> Self {
        self.unscale = unscale;
        self
    }

    /// Chooses the level to read.
    #[must_use]
    pub const fn with_level(mut self, level: usize) -> Self {
        self.level = Some(level);
        self
    }

    /// Sets what reading may cost.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

/// Bounds on the memory, and the time, that one request may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of decoded samples and masks read from the source. A source
    /// without overviews, seen from far, is what meets this.
    pub source_bytes: u64,
    /// Bytes of samples and masks of the output.
    pub output_bytes: u64,
    /// Steps of an expression, one for each of its terms and pixels.
    pub steps: u64,
}

impl Default for Limits {
    /// 512 MiB to read, 256 MiB of output, 2³² steps: a minute or so of one processor at the worst.
    fn default() -> Self {
        Self {
            source_bytes: 512 << 20,
            output_bytes: 256 << 20,
            steps: 1 << 32,
        }
    }
}

impl Limits {
    /// Sets the bytes that may be read from the source.
    #[must_use]
    pub const fn with_source_bytes(mut self, bytes: u64) -> Self {
        self.source_bytes = bytes;
        self
    }

    /// Sets the bytes that the output may take.
    #[must_use]
    pub const fn with_output_bytes(mut self, bytes: u64) -> Self {
        self.output_bytes = bytes;
        self
    }

    /// Sets the steps that an expression may take.
    #[must_use]
    pub const fn with_steps(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }
}
