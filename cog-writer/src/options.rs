//! How a COG is written.

use cog_raster::{RasterInfo, SampleType};

use crate::Error;

/// How a COG is written. The defaults are GDAL's COG driver's, with Deflate.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WriteOptions {
    /// Columns and rows of a block, a multiple of 16 from 16 to 4096 (TIFF 6.0 §15).
    pub block_size: u32,
    /// Compression of the blocks.
    pub compression: BlockCompression,
    /// Differencing before compression.
    pub predictor: PredictorChoice,
    /// Which overviews.
    pub overviews: Overviews,
    /// How overviews are computed; `None` is nearest for palettes and complex
    /// samples and average for the rest.
    pub overview_resampling: Option<OverviewResampling>,
    /// When the file is a BigTIFF.
    pub big_tiff: BigTiff,
    /// Compression of the overviews' blocks; `None` is that of the full resolution.
    pub overview_compression: Option<BlockCompression>,
}

/// When a file is a BigTIFF, whose offsets have 64 bits; GDAL's `BIGTIFF`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BigTiff {
    /// Where the file, which is known before it is written, is longer than 4 GiB.
    IfNeeded,
    /// Where its samples take more than 2 GiB uncompressed, too.
    IfSafer,
    /// Always.
    Yes,
    /// Never: a file longer than 4 GiB is an error.
    No,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            block_size: 512,
            compression: BlockCompression::Deflate { level: 6 },
            predictor: PredictorChoice::Auto,
            overviews: Overviews::Auto,
            overview_resampling: None,
            big_tiff: BigTiff::IfNeeded,
            overview_compression: None,
        }
    }
}

impl WriteOptions {
    /// Sets the block size.
    #[must_use]
    pub const fn with_block_size(mut self, block_size: u32) -> Self {
        self.block_size = block_size;
        self
    }

    /// Sets the compression.
    #[must_use]
    pub const fn with_compression(mut self, compression: BlockCompression) -> Self {
        self.compression = compression;
        self
    }

    /// Sets the predictor.
    #[must_use]
    pub const fn with_predictor(mut self, predictor: PredictorChoice) -> Self {
        self.predictor = predictor;
        self
    }

    /// Sets which overviews are made.
    #[must_use]
    pub const fn with_overviews(mut self, overviews: Overviews) -> Self {
        self.overviews = overviews;
        self
    }

    /// Sets how overviews are computed.
    #[must_use]
    pub const fn with_overview_resampling(mut self, resampling: OverviewResampling) -> Self {
        self.overview_resampling = Some(resampling);
        self
    }

    /// Sets when the file is a BigTIFF.
    #[must_use]
    pub const fn with_big_tiff(mut self, big_tiff: BigTiff) -> Self {
        self.big_tiff = big_tiff;
        self
    }

    /// Sets the compression of the overviews.
    #[must_use]
    pub const fn with_overview_compression(mut self, compression: BlockCompression) -> Self {
        self.overview_compression = Some(compression);
        self
    }

    /// The options for a level.
    pub(crate) fn of_level(&self, level: usize) -> Self {
        let mut options = self.clone();
        if let (1.., Some(compression)) = (level, self.overview_compression) {
            options.compression = compression;
        }
        options
    }

    /// Checks the options against what is to be written.
    pub(crate) fn validate(&self, info: &RasterInfo) -> Result<(), Error> {
        if !(16..=4096).contains(&self.block_size) || !self.block_size.is_multiple_of(16) {
            return Err(Error::option(
                format!("block size {}", self.block_size),
                "must be a multiple of 16 from 16 to 4096",
            ));
        }
        self.compression.validate(info)?;
        if let Some(compression) = self.overview_compression {
            compression.validate(info)?;
        }
        let resampling = self.resampling(info);
        if info.colormap.is_some() && !resampling.picks() {
            return Err(Error::option(
                format!("overview resampling {}", resampling.name()),
                "indexes into a palette cannot be averaged; use nearest or mode",
            ));
        }
        self.of_level(1).predictor_tag(info.sample_type)?;
        self.predictor_tag(info.sample_type).map(|_| ())
    }

    /// The resampling in force.
    pub(crate) fn resampling(&self, info: &RasterInfo) -> OverviewResampling {
        self.overview_resampling.unwrap_or(
            if info.colormap.is_some() || info.sample_type.is_complex() {
                OverviewResampling::Nearest
            } else {
                OverviewResampling::Average
            },
        )
    }

    /// Value of tag 317 `Predictor`.
    pub(crate) fn predictor_tag(&self, sample_type: SampleType) -> Result<u16, Error> {
        let (float, complex) = (sample_type.is_float(), sample_type.is_complex());
        match self.predictor {
            PredictorChoice::None => Ok(1),
            _ if !self.compression.takes_predictor() => match self.predictor {
                PredictorChoice::Auto => Ok(1),
                _ => Err(Error::option(
                    "predictor",
                    format!("compression {} takes none", self.compression.name()),
                )),
            },
            PredictorChoice::Auto if float => Ok(3),
            PredictorChoice::Auto if complex => Ok(1),
            PredictorChoice::Horizontal if complex => Err(Error::option(
                "horizontal predictor",
                format!("is not for pairs of numbers, these are {sample_type}; use none"),
            )),
            PredictorChoice::Auto | PredictorChoice::Horizontal => Ok(2),
            PredictorChoice::FloatingPoint if float => Ok(3),
            PredictorChoice::FloatingPoint => Err(Error::option(
                "floating-point predictor",
                format!("is for floating-point samples, these are {sample_type}; use horizontal"),
            )),
        }
    }

    /// Sizes of all levels, the full resolution first.
    pub(crate) fn level_sizes(&self, width: u32, height: u32) -> Vec<(u32, u32)> {
        let mut sizes = vec![(width, height)];
        let (mut w, mut h) = (width, height);
        loop {
            let more = match self.overviews {
                Overviews::None => false,
                Overviews::Auto => w > self.block_size || h > self.block_size,
                Overviews::Count(count) => sizes.len() <= count && (w > 1 || h > 1),
            };
            if !more {
                return sizes;
            }
            (w, h) = (w.div_ceil(2), h.div_ceil(2));
            sizes.push((w, h));
        }
    }
}

/// How blocks are compressed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum BlockCompression {
    /// Not at all.
    None,
    /// PackBits (TIFF 6.0 §9).
    PackBits,
    /// LZW (TIFF 6.0 §13).
    Lzw,
    /// Deflate, tag value 8.
    Deflate {
        /// 1 fastest to 9 smallest.
        level: u8,
    },
    /// Zstandard, tag value 50000.
    Zstd {
        /// 1 fastest to 22 smallest; the encoder offers fewer steps and takes the nearest.
        level: u8,
    },
    /// JPEG, for one or three bands of `uint8`; three become YCbCr 4:2:0. Lossy.
    Jpeg {
        /// 1 worst to 100 best.
        quality: u8,
    },
    /// Lossless WebP, for three or four bands of `uint8`.
    Webp,
}

impl BlockCompression {
    /// GDAL's name, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::PackBits => "packbits",
            Self::Lzw => "lzw",
            Self::Deflate { .. } => "deflate",
            Self::Zstd { .. } => "zstd",
            Self::Jpeg { .. } => "jpeg",
            Self::Webp => "webp",
        }
    }

    const fn takes_predictor(self) -> bool {
        matches!(self, Self::Lzw | Self::Deflate { .. } | Self::Zstd { .. })
    }

    fn validate(self, info: &RasterInfo) -> Result<(), Error> {
        let bands = info.bands.len();
        let eight_bit = info.sample_type == SampleType::U8;
        let invalid = |reason: &str| {
            let found = format!("{reason}; these are {bands} of {}", info.sample_type);
            Err(Error::option(format!("compression {}", self.name()), found))
        };
        match self {
            Self::Jpeg { .. } if !(eight_bit && matches!(bands, 1 | 3)) => {
                invalid("takes one or three bands of uint8")
            }
            Self::Webp if !(eight_bit && matches!(bands, 3 | 4)) => {
                invalid("takes three or four bands of uint8")
            }
            Self::Jpeg { .. } if info.colormap.is_some() => {
                invalid("would change the indexes into the palette")
            }
            Self::Jpeg { quality } if !(1..=100).contains(&quality) => Err(Error::option(
                format!("jpeg quality {quality}"),
                "goes from 1 to 100",
            )),
            Self::Deflate { level } if !(1..=9).contains(&level) => Err(Error::option(
                format!("deflate level {level}"),
                "goes from 1 to 9",
            )),
            Self::Zstd { level } if !(1..=22).contains(&level) => Err(Error::option(
                format!("zstd level {level}"),
                "goes from 1 to 22",
            )),
            _ => Ok(()),
        }
    }
}

/// Differencing before compression, tag 317.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PredictorChoice {
    /// None.
    None,
    /// Floating-point for floats, horizontal for integers, none for complex
    /// samples and for compressions that take none.
    Auto,
    /// Horizontal differencing (2).
    Horizontal,
    /// Floating-point (3).
    FloatingPoint,
}

/// Which overviews are made. Each is half the one before, rounded up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Overviews {
    /// None.
    None,
    /// Until one fits into a block.
    Auto,
    /// So many, or fewer if a level of one pixel is reached.
    Count(usize),
}

/// How an overview's pixels follow from those of the level before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum OverviewResampling {
    /// One of them. Exact for classes and palettes.
    Nearest,
    /// Their mean, weighted by the area that each contributes; missing ones do not count.
    Average,
    /// A triangle filter as wide as two pixels of the overview; missing ones do not count.
    Bilinear,
    /// Cubic convolution, four pixels of the overview wide; missing ones do not count.
    Cubic,
    /// The cubic B-spline, as wide; smoother.
    CubicSpline,
    /// Lanczos's window, six pixels of the overview wide; missing ones do not count.
    Lanczos,
    /// The most frequent of them; of equally frequent ones the first.
    Mode,
    /// Three by three of them, by 1, 2 and 1 along each axis.
    Gauss,
    /// The root of the mean of their squares.
    Rms,
}

impl OverviewResampling {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Nearest,
        Self::Average,
        Self::Bilinear,
        Self::Cubic,
        Self::CubicSpline,
        Self::Lanczos,
        Self::Mode,
        Self::Gauss,
        Self::Rms,
    ];

    /// GDAL's name, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nearest => "nearest",
            Self::Average => "average",
            Self::Bilinear => "bilinear",
            Self::Cubic => "cubic",
            Self::CubicSpline => "cubicspline",
            Self::Lanczos => "lanczos",
            Self::Mode => "mode",
            Self::Gauss => "gauss",
            Self::Rms => "rms",
        }
    }

    /// Whether every value of an overview is one of the level before.
    const fn picks(self) -> bool {
        matches!(self, Self::Nearest | Self::Mode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overviews_end_when_one_fits_a_block() {
        let options = WriteOptions::default();
        assert_eq!(options.level_sizes(512, 512), [(512, 512)]);
        assert_eq!(
            options.level_sizes(1025, 3),
            [(1025, 3), (513, 2), (257, 1)]
        );
        let options = options.with_overviews(Overviews::Count(9));
        assert_eq!(options.level_sizes(3, 2), [(3, 2), (2, 1), (1, 1)]);
        // However many are asked for, a level of one pixel is the last.
        let options = options.with_overviews(Overviews::Count(usize::MAX));
        assert_eq!(options.level_sizes(3, 2), [(3, 2), (2, 1), (1, 1)]);
        let info = RasterInfo::new(SampleType::U8, 1, 3, 2);
        assert!(options.validate(&info).is_ok());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let info = RasterInfo::new(SampleType::U16, 3, 10, 10);
        let jpeg = WriteOptions::default().with_compression(BlockCompression::Jpeg { quality: 75 });
        let message = jpeg.validate(&info).unwrap_err().to_string();
        assert_eq!(
            message,
            "compression jpeg: takes one or three bands of uint8; these are 3 of uint16"
        );
        let predictor = WriteOptions::default().with_predictor(PredictorChoice::FloatingPoint);
        assert!(predictor.validate(&info).is_err());
        let pairs = RasterInfo::new(SampleType::ComplexI32, 1, 10, 10);
        let predictor = WriteOptions::default().with_predictor(PredictorChoice::Horizontal);
        assert!(predictor.validate(&pairs).is_err());
        assert!(
            WriteOptions::default()
                .with_block_size(100)
                .validate(&info)
                .is_err()
        );
    }
}
