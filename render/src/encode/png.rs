//! PNG (W3C PNG, third edition), by the `png` crate.

use super::{Format, failed};
use crate::{Error, Picture, Pixels};
use ::png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter};

pub(super) fn encode(picture: &Picture) -> Result<Vec<u8>, Error> {
    use BitDepth::{Eight, One, Sixteen};
    use ColorType::{Grayscale, GrayscaleAlpha, Indexed, Rgb, Rgba};
    match picture.pixels() {
        Pixels::Gray8(v) => write(picture, Grayscale, Eight, v, None),
        Pixels::GrayAlpha8(v) => write(picture, GrayscaleAlpha, Eight, v, None),
        Pixels::Rgb8(v) => write(picture, Rgb, Eight, v, None),
        Pixels::Rgba8(v) => write(picture, Rgba, Eight, v, None),
        Pixels::Gray16(v) => write(picture, Grayscale, Sixteen, &big_endian(v), None),
        Pixels::GrayAlpha16(v) => write(picture, GrayscaleAlpha, Sixteen, &big_endian(v), None),
        Pixels::Rgb16(v) => write(picture, Rgb, Sixteen, &big_endian(v), None),
        Pixels::Rgba16(v) => write(picture, Rgba, Sixteen, &big_endian(v), None),
        Pixels::Indexed { indexes, palette } if palette.len() <= 1 => {
            // One colour, one bit: a tile of nothing is some hundred bytes.
            let row = (picture.width() as usize).div_ceil(8);
            let bits = vec![0; row * picture.height() as usize];
            debug_assert!(indexes.iter().all(|&index| index == 0));
            write(picture, Indexed, One, &bits, Some(palette))
        }
        Pixels::Indexed { indexes, palette } => {
            write(picture, Indexed, Eight, indexes, Some(palette))
        }
    }
}

fn big_endian(samples: &[u16]) -> Vec<u8> {
    samples.iter().flat_map(|v| v.to_be_bytes()).collect()
}

fn write(
    picture: &Picture,
    color: ColorType,
    depth: BitDepth,
    data: &[u8],
    palette: Option<&[[u8; 4]]>,
) -> Result<Vec<u8>, Error> {
    let wrong = |error: ::png::EncodingError| failed(Format::Png, error);
    let mut bytes = Vec::with_capacity(data.len() / 2 + 1024);
    let mut encoder = Encoder::new(&mut bytes, picture.width(), picture.height());
    encoder.set_color(color);
    encoder.set_depth(depth);
    if let Some(palette) = palette {
        encoder.set_palette(
            palette
                .iter()
                .flat_map(|&[r, g, b, _]| [r, g, b])
                .collect::<Vec<u8>>(),
        );
        // Transparent colours come first; the rest of the table is opaque by default (§11.3.1.1).
        let count = palette
            .iter()
            .rposition(|color| color[3] != 255)
            .map_or(0, |last| last + 1);
        if count > 0 {
            encoder.set_trns(
                palette[..count]
                    .iter()
                    .map(|color| color[3])
                    .collect::<Vec<u8>>(),
            );
        }
    }
    let (compression, filter) = settings(color, depth);
    encoder.set_deflate_compression(compression);
    encoder.set_filter(filter);
    let mut writer = encoder.write_header().map_err(wrong)?;
    writer.write_image_data(data).map_err(wrong)?;
    writer.finish().map_err(wrong)?;
    Ok(bytes)
}

/// The fastest settings whose size is competitive; `NOTES.md` has the measurements.
fn settings(color: ColorType, depth: BitDepth) -> (DeflateCompression, Filter) {
    match (color, depth) {
        // Indexes are names, not quantities: differences of neighbours tell nothing.
        (ColorType::Indexed, _) => (DeflateCompression::Level(1), Filter::NoFilter),
        _ => (DeflateCompression::FdeflateUltraFast, Filter::Adaptive),
    }
}
