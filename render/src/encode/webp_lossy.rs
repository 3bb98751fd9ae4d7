//! WebP with losses, by the `vaam-image-webp` crate.

use super::{Format, failed, webp::of_bytes};
use crate::{Error, Picture, Pixels};
use image_webp_lossy::{ColorType, EncoderParams, WebPEncoder};

/// Gives pictures as near to the samples as libwebp's of TiTiler's quality, 75.
const QUALITY: u8 = 88;

/// VP8 writes a side in 14 bits (RFC 6386 §9.1).
const LONGEST: u32 = 16_383;

pub(super) fn encode(picture: &Picture) -> Result<Vec<u8>, Error> {
    if picture.width().max(picture.height()) > LONGEST {
        return Err(failed(
            Format::WebpLossy,
            "no side may be longer than 16383 pixels",
        ));
    }
    let picture = of_bytes(picture);
    let (data, color) = match picture.pixels() {
        Pixels::Gray8(v) => (v, ColorType::L8),
        Pixels::GrayAlpha8(v) => (v, ColorType::La8),
        Pixels::Rgb8(v) => (v, ColorType::Rgb8),
        Pixels::Rgba8(v) => (v, ColorType::Rgba8),
        _ => {
            return Err(failed(
                Format::WebpLossy,
                "it holds red, green, blue and alpha",
            ));
        }
    };
    let mut parameters = EncoderParams::default();
    parameters.use_lossy = true;
    parameters.lossy_quality = QUALITY;
    let mut bytes = Vec::with_capacity(data.len() / 8 + 1024);
    let mut encoder = WebPEncoder::new(&mut bytes);
    encoder.set_params(parameters);
    encoder
        .encode(data, picture.width(), picture.height(), color)
        .map_err(|error| failed(Format::WebpLossy, error))?;
    Ok(bytes)
}
