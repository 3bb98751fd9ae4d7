//! Which encoder a format has.

use super::{Format, jpeg, npy::npy, npz::npz, png, png::Effort, tif::tif, webp};
use crate::style::{samples, suited};
use crate::{Error, Image, Picture, Style, interrupt, style};

/// Bytes of a picture in `format`.
///
/// # Errors
///
/// [`Error::Encoding`] if the format cannot hold a picture of that size, or holds images
/// and not colours: [`Format::Tif`], [`Format::Jp2`], [`Format::Npy`], [`Format::Npz`].
pub fn encode(picture: &Picture, format: Format) -> Result<Vec<u8>, Error> {
    interrupt::check()?;
    match format {
        Format::Png => png::encode(picture, Effort::Size),
        Format::PngRaw => png::encode(picture, Effort::Time),
        Format::Jpeg => jpeg::encode(picture),
        Format::Webp => webp::encode(picture),
        #[cfg(feature = "webp-lossy")]
        Format::WebpLossy => super::webp_lossy::encode(picture),
        Format::Tif | Format::Jp2 | Format::Npy | Format::Npz => Err(failed(
            format,
            "it holds the samples of an image, not a picture's colours",
        )),
    }
}

/// Bytes of an image in `format`: [`style`] and [`encode`] in one call.
///
/// [`Format::Tif`], [`Format::Npy`] and [`Format::Npz`] hold the samples as they are, or as
/// `style` makes them: rescaled, with red, green and blue of a colormap, with the mask or without.
///
/// # Errors
///
/// See [`style`] and [`encode`].
pub fn render(image: &Image, how: &Style, format: Format) -> Result<Vec<u8>, Error> {
    let raster = |write: fn(&Image, bool) -> Result<Vec<u8>, Error>| {
        let samples = samples(image, how, format)?;
        interrupt::check()?;
        write(&samples, how.return_mask)
    };
    match format {
        Format::Tif => raster(tif),
        Format::Npy => raster(npy),
        Format::Npz => raster(npz),
        Format::Jp2 => Err(failed(
            format,
            "there is no encoder of JPEG 2000 here: ask for tif, png or webp",
        )),
        _ => encode(&style(image, how, format)?, format),
    }
}

/// Bytes of an image in the format that suits it, and which one: PNG where something is
/// transparent, else JPEG. Either has 8 bits, so that neighbouring tiles look alike.
///
/// # Errors
///
/// See [`style`] and [`encode`].
pub fn render_suited(image: &Image, how: &Style) -> Result<(Format, Vec<u8>), Error> {
    let (picture, transparent) = suited(image, how)?;
    let format = if transparent {
        Format::Png
    } else {
        Format::Jpeg
    };
    Ok((format, encode(&picture, format)?))
}

/// The picture as an encoder's error puts it.
pub(super) fn failed(format: Format, message: impl ToString) -> Error {
    Error::Encoding {
        format: format.name(),
        message: message.to_string(),
    }
}
