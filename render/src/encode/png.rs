//! PNG (W3C PNG, third edition), by the `png` crate.

use super::{Format, failed};
use crate::{Error, Picture, Pixels};
use ::png::chunk::IDAT;
use ::png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter};
use flate2::{Compression, write::ZlibEncoder};
use std::io::Write as _;

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

/// One of so many groups of rows is looked at before settings are chosen.
const SAMPLED: usize = 4;
/// Rows of a group.
const GROUP: usize = 16;
/// Bytes of a chunk, which the format bounds by 2³¹ (§5.3).
const LONGEST_CHUNK: usize = 1 << 30;

/// Red, green and blue. Where they are smooth the fastest settings leave half of it to be gained.
fn colors(
    picture: &Picture,
    color: ColorType,
    data: &[u8],
    effort: Effort,
) -> Result<Vec<u8>, Error> {
    let fast = |picture: &Picture, data: &[u8]| {
        write(picture, color, BitDepth::Eight, data, None, FILTERED)
    };
    let slow = || repeating(picture, color, data);
    if effort == Effort::Time || data.is_empty() {
        return fast(picture, data);
    }
    let row = picture.width() as usize * color.samples();
    let groups = data.chunks(row * GROUP).skip(SAMPLED / 2);
    let sample = groups.step_by(SAMPLED).collect::<Vec<_>>().concat();
    let rows = u32::try_from(sample.len() / row.max(1)).unwrap_or(0);
    if rows >= 2 * GROUP as u32 {
        let part = Picture {
            height: rows,
            ..Picture::transparent(picture.width(), 0)
        };
        // A group's first row follows a strange one and is a little dearer.
        let bytes = fast(&part, &sample)?.len();
        return if bytes <= sample.len() / 50 * 21 {
            slow()
        } else {
            fast(picture, data)
        };
    }
    // What is little costs little either way.
    let fast = fast(picture, data)?;
    let slow = slow()?;
    Ok(if slow.len() < fast.len() { slow } else { fast })
}

/// Level 2 of zlib, which sees repetitions. With one filter for all rows, those that repeat go on repeating.
fn repeating(picture: &Picture, color: ColorType, data: &[u8]) -> Result<Vec<u8>, Error> {
    let wrong = |error: ::png::EncodingError| failed(Format::Png, error);
    let length = picture.width() as usize * color.samples();
    let mut filtered = Vec::with_capacity(data.len() + picture.height() as usize);
    let nothing = vec![0; length];
    let mut above = &nothing[..];
    for row in data.chunks_exact(length) {
        // Filter type 2, "up" (§9.2).
        filtered.push(2);
        filtered.extend(row.iter().zip(above).map(|(a, b)| a.wrapping_sub(*b)));
        above = row;
    }
    // All at once: the encoder clears its buffer at every write.
    let room = Vec::with_capacity(data.len() / 2);
    let mut encoder = ZlibEncoder::new(room, Compression::new(2));
    let compressed = encoder
        .write_all(&filtered)
        .and_then(|()| encoder.finish())
        .map_err(|error| failed(Format::Png, error))?;
    let mut bytes = Vec::with_capacity(compressed.len() + 1024);
    let mut encoder = Encoder::new(&mut bytes, picture.width(), picture.height());
    encoder.set_color(color);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(wrong)?;
    for part in compressed.chunks(LONGEST_CHUNK) {
        writer.write_chunk(IDAT, part).map_err(wrong)?;
    }
    writer.finish().map_err(wrong)?;
    Ok(bytes)
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
