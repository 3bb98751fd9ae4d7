//! Which encoder a format has.

use super::{Format, jpeg, npy::npy, png, webp};
use crate::{Error, Image, Picture, Style, style};

/// Bytes of a picture in `format`.
///
/// # Errors
///
/// [`Error::Encoding`] if the format cannot hold a picture of that size, or is
/// [`Format::Npy`], which holds images: see [`npy`].
pub fn encode(picture: &Picture, format: Format) -> Result<Vec<u8>, Error> {
    match format {
        Format::Png => png::encode(picture),
        Format::Jpeg => jpeg::encode(picture),
        Format::Webp => webp::encode(picture),
        Format::Npy => Err(Error::Encoding {
            format: format.name(),
            message: "it holds samples, not colours".into(),
        }),
    }
}

/// Bytes of an image in `format`: [`style`] and [`encode`] in one call.
///
/// [`Format::Npy`] holds the samples as they are, or rescaled if `style` says so, and the mask
/// if `style` says so; it has no colormap.
///
/// # Errors
///
/// See [`style`] and [`encode`].
pub fn render(image: &Image, how: &Style, format: Format) -> Result<Vec<u8>, Error> {
    if format != Format::Npy {
        return encode(&style(image, how, format)?, format);
    }
    if how.colormap.is_some() {
        return Err(Error::Encoding {
            format: format.name(),
            message: "it holds samples, not colours: leave the colormap out".into(),
        });
    }
    let image = crate::style::rescaled(image, how, format)?;
    npy(&image, how.return_mask)
}

/// The picture as an encoder's error puts it.
pub(super) fn failed(format: Format, message: impl ToString) -> Error {
    Error::Encoding {
        format: format.name(),
        message: message.to_string(),
    }
}
