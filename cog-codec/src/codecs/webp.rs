//! WebP: a whole picture per block.
//!
//! Slower than libwebp, whose loop filters and bit reader are vector code. `rusty_webp`, a fork of the
//! library used here, takes two thirds of its time on lossy pictures, but of eight of GDAL's blocks it gave one with 48
//! samples that are not libwebp's; this one gives libwebp's.

use std::io::Cursor;

use image_webp::{ColorType, WebPDecoder, WebPEncoder};

use crate::{BlockLayout, Codec, Compression, Decoded, Error};

/// libtiff's compression 50001: three or four samples of 8 bits, lossy or lossless.
#[derive(Debug)]
pub(crate) struct Webp;

const WEBP: Compression = Compression::WEBP;

impl Codec for Webp {
    fn decode(
        &self,
        layout: &BlockLayout,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<Decoded, Error> {
        check(layout)?;
        let mut decoder =
            WebPDecoder::new(Cursor::new(input)).map_err(|error| Error::malformed(WEBP, error))?;
        if decoder.dimensions() != (layout.width, layout.height) {
            let (width, height) = decoder.dimensions();
            let reason = format!(
                "a picture of {width} × {height} in a block of {} × {}",
                layout.width, layout.height
            );
            return Err(Error::malformed(WEBP, reason));
        }
        let samples = usize::from(layout.samples);
        let has_alpha = decoder.has_alpha();
        let whole = layout.encoded_len()?;
        if output.len() == whole && matches!((samples, has_alpha), (4, true) | (3, false)) {
            decoder
                .read_image(output)
                .map_err(|error| Error::malformed(WEBP, error))?;
            return Ok(Decoded::default());
        }
        let pixels = whole / samples;
        let mut picture = vec![0; pixels * if has_alpha { 4 } else { 3 }];
        decoder
            .read_image(&mut picture)
            .map_err(|error| Error::malformed(WEBP, error))?;
        match (samples, has_alpha) {
            (4, true) | (3, false) => output.copy_from_slice(&picture[..output.len()]),
            // The encoder leaves out an alpha that is opaque everywhere.
            (4, false) => {
                for (pixel, rgb) in output.chunks_exact_mut(4).zip(picture.chunks_exact(3)) {
                    pixel[..3].copy_from_slice(rgb);
                    pixel[3] = 255;
                }
            }
            _ => {
                for (pixel, rgba) in output.chunks_exact_mut(3).zip(picture.chunks_exact(4)) {
                    pixel.copy_from_slice(&rgba[..3]);
                }
            }
        }
        Ok(Decoded::default())
    }
}

pub(crate) fn encode(layout: &BlockLayout, rows: &[u8]) -> Result<Vec<u8>, Error> {
    check(layout)?;
    let color = if layout.samples == 4 {
        ColorType::Rgba8
    } else {
        ColorType::Rgb8
    };
    let mut out = Vec::new();
    WebPEncoder::new(&mut out)
        .encode(rows, layout.width, layout.height, color)
        .map_err(|error| Error::malformed(WEBP, error))?;
    Ok(out)
}

fn check(layout: &BlockLayout) -> Result<(), Error> {
    if layout.bits != 8 || !matches!(layout.samples, 3 | 4) {
        let (samples, bits) = (layout.samples, layout.bits);
        return Err(Error::unsupported(format!(
            "{WEBP} of {samples} samples of {bits} bits"
        )));
    }
    // A side of 16 384 pixels is the format's own limit.
    if layout.width.max(layout.height) > 16_384 {
        let (width, height) = (layout.width, layout.height);
        return Err(Error::InvalidLayout {
            reason: format!("{WEBP} of {width} × {height} pixels"),
        });
    }
    Ok(())
}
