//! JPEG (ITU-T T.81), by the `jpeg-encoder` crate.

use super::{Format, failed};
use crate::{Error, Picture, Pixels};
use jpeg_encoder::{ColorType, Encoder};

/// TiTiler's quality.
const QUALITY: u8 = 85;

pub(super) fn encode(picture: &Picture) -> Result<Vec<u8>, Error> {
    let size = |length: u32| {
        u16::try_from(length)
            .map_err(|_| failed(Format::Jpeg, "no side may be longer than 65535 pixels"))
    };
    let (width, height) = (size(picture.width())?, size(picture.height())?);
    let rgb;
    let (data, color): (Vec<u8>, ColorType) = match picture.pixels() {
        Pixels::Gray8(v) => (v.clone(), ColorType::Luma),
        Pixels::GrayAlpha8(v) => (v.chunks_exact(2).map(|p| p[0]).collect(), ColorType::Luma),
        Pixels::Rgb8(v) => (v.clone(), ColorType::Rgb),
        _ => {
            rgb = picture.to_rgb8(false);
            match rgb.pixels {
                Pixels::Rgb8(v) => (v, ColorType::Rgb),
                _ => return Err(failed(Format::Jpeg, "it holds grey or red, green and blue")),
            }
        }
    };
    let mut bytes = Vec::with_capacity(data.len() / 8 + 1024);
    Encoder::new(&mut bytes, QUALITY)
        .encode(&data, width, height, color)
        .map_err(|error| failed(Format::Jpeg, error))?;
    Ok(bytes)
}
