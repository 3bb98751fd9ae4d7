//! How a source is opened, as options.

use clap::{Args, ValueEnum};
use cog_reader::Color;

/// How a source is opened.
#[derive(Args, Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SourceArgs {
    /// Look beside a file that has no overviews or no mask for FILE.ovr and FILE.msk, as GDAL does; each costs a request.
    #[arg(long, env = "SMALTI_SIDECARS")]
    pub sidecars: bool,
    /// What becomes of CMYK, CIE L*a*b* and of YCbCr outside JPEG.
    #[arg(
        long,
        value_enum,
        value_name = "COLORS",
        default_value_t,
        env = "SMALTI_COLOR"
    )]
    pub color: Colors,
}

/// What becomes of colours that are neither grey nor RGB nor a palette.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
#[non_exhaustive]
pub enum Colors {
    /// Nothing: inks, lightness and chroma are bands.
    #[default]
    Stored,
    /// They become red, green and blue, as in GDAL.
    Rgb,
}

impl From<Colors> for Color {
    fn from(colors: Colors) -> Self {
        match colors {
            Colors::Stored => Self::Stored,
            Colors::Rgb => Self::Rgb,
        }
    }
}
