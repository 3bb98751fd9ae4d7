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
    /// PNG of the samples as they are, never rescaled unasked; in a hurry.
    PngRaw,
    /// JPEG of quality 85: 8 bits, no transparency.
    Jpeg,
    /// WebP without loss: 8 bits, transparency.
    Webp,
    /// WebP with losses about those of libwebp's quality 75: 8 bits, transparency.
    #[cfg(feature = "webp-lossy")]
    WebpLossy,
    /// GeoTIFF: samples of any type and where they lie; the mask as alpha band.
    Tif,
    /// JPEG 2000: known by name, but [`render`](crate::render) refuses it, as nothing here writes it.
    Jp2,
    /// NumPy's `.npy`: samples of any type with the mask as last band.
    Npy,
    /// NumPy's `.npz`: the samples, and the mask apart.
    Npz,
}

/// How many formats there are.
const COUNT: usize = if cfg!(feature = "webp-lossy") { 9 } else { 8 };

impl Format {
    /// All formats, in the order in which messages list them.
    pub const ALL: [Self; COUNT] = [
        Self::Png,
        Self::PngRaw,
        Self::Jpeg,
        Self::Webp,
        #[cfg(feature = "webp-lossy")]
        Self::WebpLossy,
        Self::Tif,
        Self::Jp2,
        Self::Npy,
        Self::Npz,
    ];

    /// The usual extension, TiTiler's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::PngRaw => "pngraw",
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
            #[cfg(feature = "webp-lossy")]
            Self::WebpLossy => "webplossy",
            Self::Tif => "tif",
            Self::Jp2 => "jp2",
            Self::Npy => "npy",
            Self::Npz => "npz",
        }
    }

    /// The media type that TiTiler answers with; TiTiler has no `npz`, which is a zip archive.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png | Self::PngRaw => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            #[cfg(feature = "webp-lossy")]
            Self::WebpLossy => "image/webp",
            Self::Tif => "image/tiff; application=geotiff",
            Self::Jp2 => "image/jp2",
            Self::Npy => "application/x-binary",
            Self::Npz => "application/zip",
        }
    }

    /// The format of an extension: one of the [names](Self::name), `jpg` or `tiff`, in upper or
    /// lower case.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] that lists the formats there are.
    pub fn from_extension(extension: &str) -> Result<Self, Error> {
        let lower = extension.to_ascii_lowercase();
        match lower.as_str() {
            "jpg" => return Ok(Self::Jpeg),
            "tiff" => return Ok(Self::Tif),
            _ => {}
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

    /// Samples of that type are left as they are; others are rescaled.
    ///
    /// That is not to say that every image can be written: 32 bits in [`PngRaw`](Self::PngRaw) are an error.
    #[must_use]
    pub const fn holds(self, sample_type: SampleType) -> bool {
        match self {
            Self::Png => matches!(sample_type, SampleType::U8 | SampleType::U16),
            Self::Jpeg | Self::Webp => matches!(sample_type, SampleType::U8),
            #[cfg(feature = "webp-lossy")]
            Self::WebpLossy => matches!(sample_type, SampleType::U8),
            Self::Jp2 => matches!(
                sample_type,
                SampleType::U8 | SampleType::I16 | SampleType::U16
            ),
            Self::PngRaw | Self::Tif | Self::Npy | Self::Npz => true,
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
        assert_eq!("tiff".parse::<Format>().unwrap(), Format::Tif);
        for format in Format::ALL {
            assert_eq!(Format::from_extension(format.name()).unwrap(), format);
        }
        let error = Format::from_extension("gif").unwrap_err().to_string();
        assert!(error.starts_with("format: \"gif\" is not one of png, pngraw, jpeg, webp"));
        assert!(error.ends_with("tif, jp2, npy, npz"));
    }
}
