//! PNG in which a byte of 0 is transparent (W3C PNG, third edition, 11.3.1.1).

use super::shaded::{Shaded, Shades};
use crate::{Error, Format};
use ::png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter};
use std::borrow::Cow;

pub(super) fn encode(shaded: &Shaded, level: u8) -> Result<Vec<u8>, Error> {
    let wrong = |error: ::png::EncodingError| Error::Encoding {
        format: Format::Png.name(),
        message: error.to_string(),
    };
    let (width, height) = (shaded.width, shaded.height);
    let mut depth = BitDepth::Eight;
    let (color, data, palette, transparency): (_, Cow<'_, [u8]>, _, _) = match &shaded.shades {
        // As 16 bits, whatever the depth.
        Shades::Grey(shades) => (ColorType::Grayscale, shades.into(), None, vec![0; 2]),
        Shades::Three([r, g, b]) => {
            let colors = r.iter().zip(g).zip(b);
            let pixels: Vec<u8> = colors.flat_map(|((r, g), b)| [*r, *g, *b]).collect();
            (ColorType::Rgb, pixels.into(), None, vec![0; 6])
        }
        Shades::Colored(shades, palette) => {
            let colors = palette.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]);
            let alphas = palette.iter().map(|color| color[3]);
            let (colors, alphas): (Vec<u8>, Vec<u8>) = (colors.collect(), alphas.collect());
            (ColorType::Indexed, shades.into(), Some(colors), alphas)
        }
        Shades::Empty => {
            depth = BitDepth::One;
            let row = width.div_ceil(8) as usize;
            let pixels = vec![0; row * height as usize];
            (ColorType::Indexed, pixels.into(), Some(vec![0; 3]), vec![0])
        }
    };
    let mut bytes = Vec::with_capacity(data.len() / 2 + 2048);
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if let Some(palette) = palette {
        encoder.set_palette(palette);
    }
    encoder.set_trns(transparency);
    let empty = matches!(shaded.shades, Shades::Empty);
    let (compression, filter) = match level {
        _ if empty => (DeflateCompression::Level(9), Filter::NoFilter),
        0 => (DeflateCompression::NoCompression, Filter::NoFilter),
        1 => (DeflateCompression::FdeflateUltraFast, Filter::Adaptive),
        level => (DeflateCompression::Level(level.min(9)), Filter::Adaptive),
    };
    encoder.set_deflate_compression(compression);
    encoder.set_filter(filter);
    let mut writer = encoder.write_header().map_err(wrong)?;
    writer.write_image_data(&data).map_err(wrong)?;
    writer.finish().map_err(wrong)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ShadeMap;

    /// Type, depth and transparency as the file has them, and the pixels.
    fn read(bytes: &[u8]) -> (u8, u8, Vec<u8>, Vec<u8>) {
        let mut decoder = ::png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(::png::Transformations::IDENTITY);
        let mut reader = decoder.read_info().unwrap();
        let info = reader.info();
        let found = (info.color_type as u8, info.bit_depth as u8);
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        // The decoder shortens what it finds; the file counts.
        let name = bytes.windows(4).position(|word| word == b"tRNS").unwrap();
        let length = u32::from_be_bytes(bytes[name - 4..name].try_into().unwrap()) as usize;
        let transparency = bytes[name + 4..][..length].to_vec();
        (found.0, found.1, transparency, pixels)
    }

    #[test]
    fn forms_are_terracottas() {
        let grey = Shaded::of_band(2, 1, vec![0, 7], None).unwrap();
        for level in 0..=12 {
            let (color, depth, trns, pixels) = read(&grey.to_png(level).unwrap());
            assert_eq!(
                (color, depth, trns, pixels),
                (0, 8, vec![0, 0], vec![0, 7]),
                "{level}"
            );
        }
        let map = ShadeMap::named("cloud").unwrap();
        let colored = Shaded::of_band(2, 1, vec![0, 3], Some(&map)).unwrap();
        let bytes = colored.to_png(1).unwrap();
        let (color, _, trns, pixels) = read(&bytes);
        assert_eq!((color, trns.len(), pixels), (3, 256, vec![0, 3]));
        assert_eq!((trns[0], trns[3]), (0, 3));
        assert!(
            bytes
                .windows(8)
                .any(|w| w == [0, 0, 3, 0, b'P', b'L', b'T', b'E'])
        );
        let three = Shaded::of_three(2, 1, [vec![0, 1], vec![0, 2], vec![0, 3]]).unwrap();
        let (color, _, trns, pixels) = read(&three.to_png(1).unwrap());
        assert_eq!(
            (color, trns, pixels),
            (2, vec![0; 6], vec![0, 0, 0, 1, 2, 3])
        );
    }

    #[test]
    fn nothing_takes_little() {
        let bytes = Shaded::empty(256, 256).to_png(1).unwrap();
        let (color, depth, trns, pixels) = read(&bytes);
        assert_eq!((color, depth, trns), (3, 1, vec![0]));
        assert!(
            bytes.len() <= 145 && pixels.iter().all(|b| *b == 0),
            "{}",
            bytes.len()
        );
        assert!(Shaded::empty(0, 3).to_png(1).is_err());
    }

    #[test]
    fn other_formats_know_what_is_nothing() {
        let three = Shaded::of_three(2, 1, [vec![0, 1], vec![0, 0], vec![0, 3]]).unwrap();
        let picture = three.to_picture();
        assert_eq!(
            picture.pixels(),
            &crate::Pixels::Rgba8(vec![0, 0, 0, 0, 1, 0, 3, 255])
        );
        assert!(three.to_format(Format::Webp).is_ok() && three.to_format(Format::Jpeg).is_ok());
        assert!(Shaded::of_band(2, 2, vec![1; 3], None).is_err());
    }
}
