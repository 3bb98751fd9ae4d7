//! PNG (W3C PNG, third edition), by the `png` crate.

use super::{Format, failed};
use crate::{Error, Picture, Pixels};
use ::png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter};

/// What matters more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Effort {
    /// A small file, where little time makes one.
    Size,
    /// Time.
    Time,
}

pub(super) fn encode(picture: &Picture, effort: Effort) -> Result<Vec<u8>, Error> {
    use BitDepth::{Eight, Sixteen};
    use ColorType::{Grayscale, GrayscaleAlpha, Rgb, Rgba};
    match picture.pixels() {
        Pixels::Gray8(v) => write(picture, Grayscale, Eight, v, None, FILTERED),
        Pixels::GrayAlpha8(v) => write(picture, GrayscaleAlpha, Eight, v, None, FILTERED),
        Pixels::Rgb8(v) => colors(picture, Rgb, v, effort),
        Pixels::Rgba8(v) => colors(picture, Rgba, v, effort),
        Pixels::Gray16(v) => write(picture, Grayscale, Sixteen, &big_endian(v), None, FILTERED),
        Pixels::GrayAlpha16(v) => {
            let bytes = big_endian(v);
            write(picture, GrayscaleAlpha, Sixteen, &bytes, None, FILTERED)
        }
        Pixels::Rgb16(v) => write(picture, Rgb, Sixteen, &big_endian(v), None, FILTERED),
        Pixels::Rgba16(v) => write(picture, Rgba, Sixteen, &big_endian(v), None, FILTERED),
        Pixels::Indexed { indexes, palette } => indexed(picture, indexes, palette),
    }
}

type Settings = (DeflateCompression, Filter);

/// The fastest settings whose size is competitive; `NOTES.md` has the measurements.
const FILTERED: Settings = (DeflateCompression::FdeflateUltraFast, Filter::Adaptive);

/// Red, green and blue. Where they are smooth the fastest settings leave half of it to be gained.
fn colors(
    picture: &Picture,
    color: ColorType,
    data: &[u8],
    effort: Effort,
) -> Result<Vec<u8>, Error> {
    let fast = write(picture, color, BitDepth::Eight, data, None, FILTERED)?;
    if effort == Effort::Time || fast.len() > data.len() / 5 * 2 {
        return Ok(fast);
    }
    let settings = (DeflateCompression::Level(2), Filter::Adaptive);
    let small = write(picture, color, BitDepth::Eight, data, None, settings)?;
    Ok(if small.len() < fast.len() {
        small
    } else {
        fast
    })
}

fn indexed(picture: &Picture, indexes: &[u8], palette: &[[u8; 4]]) -> Result<Vec<u8>, Error> {
    let color = ColorType::Indexed;
    // Few colours are names, not quantities: differences of neighbours tell nothing.
    let names = (DeflateCompression::Level(1), Filter::NoFilter);
    let (depth, settings) = match palette.len() {
        0..=2 => (BitDepth::One, names),
        3..=4 => (BitDepth::Two, names),
        5..=16 => (BitDepth::Four, names),
        17..=64 => (BitDepth::Eight, names),
        _ => (BitDepth::Eight, FILTERED),
    };
    if depth == BitDepth::Eight {
        return write(picture, color, depth, indexes, Some(palette), settings);
    }
    // Leftmost in the high bits, a row in whole bytes (§7.2).
    let bits = depth as usize;
    let packed: Vec<u8> = indexes
        .chunks_exact(picture.width() as usize)
        .flat_map(|row| row.chunks(8 / bits))
        .map(|group| {
            let byte = group.iter().fold(0, |byte, index| byte << bits | index);
            byte << (bits * (8 / bits - group.len()))
        })
        .collect();
    write(picture, color, depth, &packed, Some(palette), settings)
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
    (compression, filter): Settings,
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
    encoder.set_deflate_compression(compression);
    encoder.set_filter(filter);
    let mut writer = encoder.write_header().map_err(wrong)?;
    writer.write_image_data(data).map_err(wrong)?;
    writer.finish().map_err(wrong)?;
    Ok(bytes)
}
