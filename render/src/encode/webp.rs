//! WebP without loss, by the `image-webp` crate.

use super::{Format, failed};
use crate::{Error, Picture, Pixels};
use image_webp::{ColorType, WebPEncoder};
use std::borrow::Cow;

pub(super) fn encode(picture: &Picture) -> Result<Vec<u8>, Error> {
    let picture = of_bytes(picture);
    let (data, color) = match picture.pixels() {
        Pixels::Gray8(v) => (v, ColorType::L8),
        Pixels::GrayAlpha8(v) => (v, ColorType::La8),
        Pixels::Rgb8(v) => (v, ColorType::Rgb8),
        Pixels::Rgba8(v) => (v, ColorType::Rgba8),
        _ => return Err(failed(Format::Webp, "it holds red, green, blue and alpha")),
    };
    let mut bytes = Vec::with_capacity(data.len() / 2 + 1024);
    WebPEncoder::new(&mut bytes)
        .encode(data, picture.width(), picture.height(), color)
        .map_err(|error| match error {
            image_webp::EncodingError::InvalidDimensions => {
                failed(Format::Webp, "no side may be longer than 16384 pixels")
            }
            other => failed(Format::Webp, other),
        })?;
    Ok(bytes)
}

/// The picture in channels of 8 bits.
pub(super) fn of_bytes(picture: &Picture) -> Cow<'_, Picture> {
    match picture.pixels() {
        Pixels::Gray8(_) | Pixels::GrayAlpha8(_) | Pixels::Rgb8(_) | Pixels::Rgba8(_) => {
            Cow::Borrowed(picture)
        }
        _ => Cow::Owned(picture.to_rgb8(true)),
    }
}
