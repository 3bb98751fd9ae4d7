//! The formats there are.

use crate::text::excerpt;
use crate::{Error, Image};
use cog_raster::SampleType;

/// A format of tiles and pictures.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Format {
    /// PNG: 8 and 16 bits, palettes, transparency.
    Png,
    /// JPEG of quality 85: 8 bits, no transparency.
    Jpeg,
    /// WebP without loss: 8 bits, transparency.
    Webp,
    /// NumPy's `.npy`: samples of any type with the mask as last band.
    Npy,
}

impl Format {
    /// All formats, in the order in which messages list them.
    pub const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::Webp, Self::Npy];

    /// The usual extension, TiTiler's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
            Self::Npy => "npy",
        }
    }

    /// The media type that TiTiler answers with.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Npy => "application/x-binary",
        }
    }

    /// The format of an extension: `png`, `jpg`, `jpeg`, `webp`, `npy`, in upper or lower case.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] that lists the formats there are.
    pub fn from_extension(extension: &str) -> Result<Self, Error> {
        let lower = extension.to_ascii_lowercase();
        if lower == "jpg" {
            return Ok(Self::Jpeg);
        }
        Self::ALL
            .into_iter()
            .find(|format| format.name() == lower)
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::name).join(", ");
                Error::parameter(
                    "format",
                    format!("{} is not one of {names}", excerpt(extension)),
                )
            })
    }

    /// TiTiler's choice where none is asked for: PNG where something is transparent, else JPEG.
    #[must_use]
    pub fn suited_to(image: &Image) -> Self {
        if image.is_opaque() {
            Self::Jpeg
        } else {
            Self::Png
        }
    }

    /// The format can show what does not count as transparent.
    #[must_use]
    pub const fn has_alpha(self) -> bool {
        !matches!(self, Self::Jpeg)
    }

    /// The format holds samples of that type as they are; others are rescaled.
    #[must_use]
    pub const fn holds(self, sample_type: SampleType) -> bool {
        match self {
            Self::Png => matches!(sample_type, SampleType::U8 | SampleType::U16),
            Self::Jpeg | Self::Webp => matches!(sample_type, SampleType::U8),
            Self::Npy => true,
        }
    }
}

impl core::fmt::Display for Format {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

impl core::str::FromStr for Format {
    type Err = Error;

    fn from_str(extension: &str) -> Result<Self, Error> {
        Self::from_extension(extension)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_name_formats() {
        assert_eq!("JPG".parse::<Format>().unwrap(), Format::Jpeg);
        for format in Format::ALL {
            assert_eq!(Format::from_extension(format.name()).unwrap(), format);
        }
        let error = Format::from_extension("gif").unwrap_err().to_string();
        assert_eq!(error, "format: \"gif\" is not one of png, jpeg, webp, npy");
    }
}
