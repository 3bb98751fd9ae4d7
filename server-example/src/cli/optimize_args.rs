//! The grammar of `smalti optimize-rasters`.

use super::SourceArgs;
use clap::{Args, ValueEnum};
use cog_render::WebOptimized;
use cog_writer::{BigTiff, BlockCompression, OverviewResampling, PredictorChoice};
use std::path::PathBuf;
use tile_math::ZoomStrategy;

/// `smalti optimize-rasters`
#[derive(Args, Debug)]
#[command(
    after_help = "Every band is kept, and so are nodata, masks, colour tables, descriptions and metadata. Each output appears whole or not at \
                  all; what an interrupted run left behind the next one removes.\n\n\
                  Exits with 1 if a file could not be made; the others are made all the same.\n\n\
                  Examples:\n  smalti optimize-rasters 'raw/*.tif' -o optimized\n  \
                  smalti optimize-rasters scene.tif -o cogs --profile deflate --overwrite\n  \
                  smalti optimize-rasters scene.tif -o cogs --web-optimized --aligned-levels 2\n  \
                  smalti optimize-rasters s3://bucket/a.tif b.tif -o cogs --compression zstd --skip-existing --shard 0/4"
)]
#[non_exhaustive]
pub struct OptimizeArgs {
    /// Files, patterns such as 'raw/*.tif' or '**/B0?.tif', and URLs.
    #[arg(required = true, value_name = "SRC|GLOB")]
    pub sources: Vec<String>,
    /// Folder for the results, made if it is not there; each is named after its source, with .tif.
    #[arg(short, long, value_name = "DIR")]
    pub output_folder: PathBuf,
    /// Leave alone what exists.
    #[arg(long, conflicts_with = "overwrite")]
    pub skip_existing: bool,
    /// Replace what exists; without this and --skip-existing it is an error.
    #[arg(long)]
    pub overwrite: bool,
    /// How overviews are computed; nearest for palettes and complex samples, whatever is said.
    #[arg(long, value_enum, default_value_t = Resampling::Average)]
    pub resampling_method: Resampling,
    /// Reproject to web mercator (EPSG:3857), to square pixels of about the source's size.
    #[arg(long, conflicts_with = "web_optimized")]
    pub reproject: bool,
    /// Reproject to web mercator, to the pixels and tiles of a zoom (rio-cogeo's).
    #[arg(long)]
    pub web_optimized: bool,
    /// The zoom, 0 to 30; the one whose pixels are most like the source's by default.
    #[arg(long, requires = "web_optimized", conflicts_with = "reproject", value_parser = clap::value_parser!(i8).range(0..=30))]
    pub zoom_level: Option<i8>,
    /// Which of two zooms is taken: the nearer, the coarser or the finer one.
    #[arg(long, value_enum, requires = "web_optimized", conflicts_with_all = ["zoom_level", "reproject"], default_value_t = ZoomLevel::Auto)]
    pub zoom_level_strategy: ZoomLevel,
    /// Zooms above it whose tiles are filled, too, so that the first overviews consist of tiles.
    #[arg(long, requires = "web_optimized", conflicts_with = "reproject", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=30))]
    pub aligned_levels: u8,
    /// How pixels are reprojected; as --resampling-method by default, nearest for palettes.
    #[arg(long, value_enum)]
    pub warp_resampling: Option<Resampling>,
    /// Accepted and without effect, as rasters are never held in memory whole.
    #[arg(long, overrides_with = "no_in_memory")]
    pub in_memory: bool,
    /// As --in-memory.
    #[arg(long)]
    pub no_in_memory: bool,
    /// Compression; auto is Deflate.
    #[arg(long, value_enum, default_value_t = Compression::Auto, conflicts_with = "profile")]
    pub compression: Compression,
    /// One of rio-cogeo's profiles: compression and blocks of 512 pixels.
    #[arg(long, value_enum)]
    pub profile: Option<Profile>,
    /// How hard to compress: Deflate 1 to 9, by default 6; Zstandard 1 to 22, by default 3.
    #[arg(long)]
    pub level: Option<u8>,
    /// JPEG's quality.
    #[arg(long, default_value_t = 75)]
    pub quality: u8,
    /// Differencing before compression.
    #[arg(long, value_enum, default_value_t = Predictor::Auto)]
    pub predictor: Predictor,
    /// Columns and rows of a block, a multiple of 16 from 128 to 4096; 256, or 512 with --profile.
    #[arg(long, value_parser = clap::value_parser!(u32).range(128..=4096))]
    pub blocksize: Option<u32>,
    /// Number of overviews; as many as it takes until one fits into a block by default.
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=32))]
    pub overview_levels: Option<u8>,
    /// Compression of the overviews; the same by default.
    #[arg(long, value_enum)]
    pub overview_compression: Option<Compression>,
    /// Value that stands for "nothing here", instead of what the source says: a number, nan, inf or -inf.
    #[arg(long, allow_hyphen_values = true)]
    pub nodata: Option<String>,
    /// Write a mask, of the source's mask, alpha band or nodata, instead of those.
    #[arg(long)]
    pub add_mask: bool,
    /// Bands, 1-based, in the order wanted; all by default.
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..))]
    pub bands: Option<Vec<u32>>,
    /// When a file is a BigTIFF.
    #[arg(long, value_enum, ignore_case = true, default_value_t = Big::IfSafer)]
    pub bigtiff: Big,
    /// Files at the same time, each on all cores; -1 is one per core. One is enough unless files are small.
    #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = clap::value_parser!(i32).range(-1..))]
    pub nproc: i32,
    /// Do only every N-th source, the I-th first, counted from 0.
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub shard: Option<(usize, usize)>,
    /// Say only what failed.
    #[arg(short, long)]
    pub quiet: bool,
    /// How sources are opened.
    #[command(flatten)]
    pub source: SourceArgs,
}

/// Compressions by GDAL's names.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[non_exhaustive]
pub enum Compression {
    /// Deflate.
    Auto,
    /// Deflate, which everything reads.
    Deflate,
    /// LZW.
    Lzw,
    /// Zstandard, which few programs beside GDAL read.
    Zstd,
    /// PackBits.
    Packbits,
    /// JPEG, lossy: one or three bands of uint8.
    Jpeg,
    /// Lossless WebP: three or four bands of uint8.
    Webp,
    /// None.
    None,
}

/// rio-cogeo's profiles.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[non_exhaustive]
pub enum Profile {
    /// Lossy, for pictures; alpha and nodata become a mask.
    Jpeg,
    /// Lossless, for pictures.
    Webp,
    /// Zstandard.
    Zstd,
    /// LZW.
    Lzw,
    /// Deflate.
    Deflate,
    /// PackBits.
    Packbits,
    /// No compression.
    Raw,
    /// Not written: refused.
    Lzma,
    /// Not written: refused.
    Lerc,
    /// Not written: refused.
    #[value(name = "lerc_deflate")]
    LercDeflate,
    /// Not written: refused.
    #[value(name = "lerc_zstd")]
    LercZstd,
}

/// Differencing by GDAL's names.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[non_exhaustive]
pub enum Predictor {
    /// Floating-point for floats, standard for integers.
    #[value(alias = "yes")]
    Auto,
    /// None.
    #[value(alias = "no", alias = "1")]
    None,
    /// Horizontal (2).
    #[value(alias = "2")]
    Standard,
    /// Floating-point (3).
    #[value(name = "floating_point", alias = "3")]
    FloatingPoint,
}

/// Kernels of overviews by GDAL's names.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[value(rename_all = "lower")]
#[non_exhaustive]
pub enum Resampling {
    /// One of the pixels: for classes.
    Nearest,
    /// Their mean.
    Average,
    /// A triangle filter.
    Bilinear,
    /// Cubic convolution.
    Cubic,
    /// A cubic B-spline: smoother.
    CubicSpline,
    /// Lanczos's window of three lobes.
    Lanczos,
    /// The most frequent one: for classes.
    Mode,
    /// Three by three of them, by 1, 2 and 1.
    Gauss,
    /// The root of the mean square.
    Rms,
}

/// rio-cogeo's and GDAL's `ZOOM_LEVEL_STRATEGY`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[non_exhaustive]
pub enum ZoomLevel {
    /// The nearer, by ratio.
    Auto,
    /// The coarser.
    Lower,
    /// The finer.
    Upper,
}

/// GDAL's `BIGTIFF`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[value(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Big {
    /// Always.
    Yes,
    /// Never.
    No,
    /// Where the file is longer than 4 GiB.
    IfNeeded,
    /// Where its samples take more than 2 GB uncompressed, too.
    IfSafer,
}

impl OptimizeArgs {
    /// The pixels that --web-optimized asks for.
    pub(crate) fn tiles(&self) -> WebOptimized {
        let strategy = match self.zoom_level_strategy {
            ZoomLevel::Auto => ZoomStrategy::Auto,
            ZoomLevel::Lower => ZoomStrategy::Lower,
            ZoomLevel::Upper => ZoomStrategy::Upper,
        };
        let tiles = WebOptimized::default()
            .with_strategy(strategy)
            .with_aligned_levels(self.aligned_levels);
        match self.zoom_level {
            Some(zoom) => tiles.with_zoom(zoom),
            None => tiles,
        }
    }
}

impl Resampling {
    /// As the warper has it; [`cog_render::Resampling::Gauss`] is refused there.
    pub(crate) const fn warp(self) -> cog_render::Resampling {
        use cog_render::Resampling as R;
        match self {
            Self::Nearest => R::Nearest,
            Self::Average => R::Average,
            Self::Bilinear => R::Bilinear,
            Self::Cubic => R::Cubic,
            Self::CubicSpline => R::CubicSpline,
            Self::Lanczos => R::Lanczos,
            Self::Mode => R::Mode,
            Self::Gauss => R::Gauss,
            Self::Rms => R::Rms,
        }
    }

    pub(crate) const fn kernel(self) -> OverviewResampling {
        match self {
            Self::Nearest => OverviewResampling::Nearest,
            Self::Average => OverviewResampling::Average,
            Self::Bilinear => OverviewResampling::Bilinear,
            Self::Cubic => OverviewResampling::Cubic,
            Self::CubicSpline => OverviewResampling::CubicSpline,
            Self::Lanczos => OverviewResampling::Lanczos,
            Self::Mode => OverviewResampling::Mode,
            Self::Gauss => OverviewResampling::Gauss,
            Self::Rms => OverviewResampling::Rms,
        }
    }
}

impl From<Predictor> for PredictorChoice {
    fn from(predictor: Predictor) -> Self {
        match predictor {
            Predictor::Auto => Self::Auto,
            Predictor::None => Self::None,
            Predictor::Standard => Self::Horizontal,
            Predictor::FloatingPoint => Self::FloatingPoint,
        }
    }
}

impl From<Big> for BigTiff {
    fn from(big: Big) -> Self {
        match big {
            Big::Yes => Self::Yes,
            Big::No => Self::No,
            Big::IfNeeded => Self::IfNeeded,
            Big::IfSafer => Self::IfSafer,
        }
    }
}

impl Compression {
    /// As the writer has it: `level` and `quality` count where the compression knows them.
    pub(crate) fn of_blocks(self, level: Option<u8>, quality: u8) -> BlockCompression {
        match self {
            Self::Auto | Self::Deflate => BlockCompression::Deflate {
                level: level.unwrap_or(6),
            },
            Self::Zstd => BlockCompression::Zstd {
                // With the predictor smaller than GDAL's level 9 without, and three times as quick as level 9.
                level: level.unwrap_or(3),
            },
            Self::Lzw => BlockCompression::Lzw,
            Self::Packbits => BlockCompression::PackBits,
            Self::Jpeg => BlockCompression::Jpeg { quality },
            Self::Webp => BlockCompression::Webp,
            Self::None => BlockCompression::None,
        }
    }
}

impl Profile {
    /// Its compression, if it is written.
    pub(crate) const fn compression(self) -> Option<Compression> {
        match self {
            Self::Jpeg => Some(Compression::Jpeg),
            Self::Webp => Some(Compression::Webp),
            Self::Zstd => Some(Compression::Zstd),
            Self::Lzw => Some(Compression::Lzw),
            Self::Deflate => Some(Compression::Deflate),
            Self::Packbits => Some(Compression::Packbits),
            Self::Raw => Some(Compression::None),
            Self::Lzma | Self::Lerc | Self::LercDeflate | Self::LercZstd => None,
        }
    }
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    text.split_once('/')
        .and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)))
        .filter(|(index, of)| index < of)
        .ok_or_else(|| "write two whole numbers, I/N, with I from 0 to N - 1, e.g. 0/4".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_so_many() {
        assert_eq!(shard("0/1"), Ok((0, 1)));
        assert_eq!(shard("3/4"), Ok((3, 4)));
        for text in ["", "4/4", "1", "a/b", "-1/2", "1/0"] {
            assert!(shard(text).is_err(), "{text}");
        }
    }
}
