//! JPEG: a whole picture per block, its tables perhaps in tag 347.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

use crate::{BlockLayout, Codec, Compression, Decoded, Error};

/// TIFF Technote 2, compression 7, baseline and progressive, 8 bits.
///
/// YCbCr becomes RGB; other photometric interpretations are delivered as
/// stored: whether a stream is YCbCr is tag 262's to say, never a marker's.
#[derive(Debug)]
pub(crate) struct Jpeg;

const JPEG: Compression = Compression::JPEG;

/// Tag 262: YCbCr.
const YCBCR: u16 = 6;

impl Codec for Jpeg {
    fn decode(
        &self,
        layout: &BlockLayout,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<Decoded, Error> {
        check(layout)?;
        let stream = with_tables(layout, input)?;
        let malformed = |error: zune_jpeg::errors::DecodeErrors| Error::malformed(JPEG, error);
        let options = DecoderOptions::default()
            .set_max_width(layout.width as usize)
            .set_max_height(usize::from(u16::MAX))
            .set_strict_mode(false)
            .jpeg_set_out_colorspace(match layout.samples {
                1 => ColorSpace::Luma,
                3 => ColorSpace::RGB,
                _ => ColorSpace::CMYK,
            });
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&stream[..]), options);
        decoder.decode_headers().map_err(malformed)?;
        let info = decoder
            .info()
            .ok_or_else(|| Error::malformed(JPEG, "no frame header"))?;
        let samples = usize::from(layout.samples);
        let (width, height) = (u32::from(info.width), u32::from(info.height));
        let rows = output.len() / layout.row_bytes()?.max(1);
        // A last strip may be coded at its full height.
        let too_high = u64::from(height) > u64::from(layout.height) * 2 + 4096;
        if width != layout.width || (height as usize) < rows || too_high {
            let reason = format!(
                "a picture of {width} × {height} in a block of {} × {}",
                layout.width, layout.height
            );
            return Err(Error::malformed(JPEG, reason));
        }
        if usize::from(info.components) != samples {
            let reason = format!(
                "{} components in a block of {samples} samples",
                info.components
            );
            return Err(Error::malformed(JPEG, reason));
        }
        let stored = decoder.input_colorspace();
        if samples == 3 && layout.photometric != YCBCR && stored == Some(ColorSpace::YCbCr) {
            // Asking for YCbCr is how to be given three components as they are.
            let options = options.jpeg_set_out_colorspace(ColorSpace::YCbCr);
            decoder.set_options(options);
        }
        if samples == 4 && stored == Some(ColorSpace::YCCK) {
            decoder.set_options(options.jpeg_set_out_colorspace(ColorSpace::YCCK));
        }
        let pixels = decoder.decode().map_err(malformed)?;
        let Some(needed) = pixels.get(..output.len()) else {
            return Err(Error::short(JPEG, pixels.len(), output.len()));
        };
        output.copy_from_slice(needed);
        Ok(Decoded::default())
    }
}

/// The tables of tag 347 without their end, then the block without its start.
fn with_tables(layout: &BlockLayout, input: &[u8]) -> Result<Vec<u8>, Error> {
    const START: [u8; 2] = [0xff, 0xd8];
    const END: [u8; 2] = [0xff, 0xd9];
    if !input.starts_with(&START) {
        return Err(Error::malformed(JPEG, "does not start with the marker SOI"));
    }
    let Some(tables) = &layout.jpeg_tables else {
        return Ok(input.to_vec());
    };
    if !tables.starts_with(&START) {
        return Err(Error::malformed(
            JPEG,
            "JPEGTables (tag 347) does not start with the marker SOI",
        ));
    }
    let tables = tables.strip_suffix(&END).unwrap_or(tables);
    Ok([tables, &input[START.len()..]].concat())
}

/// Grey, or YCbCr from RGB with the layout's subsampling.
pub(crate) fn encode(layout: &BlockLayout, rows: &[u8], quality: u8) -> Result<Vec<u8>, Error> {
    check(layout)?;
    let color = match (layout.samples, layout.photometric) {
        (1, _) => ColorType::Luma,
        (3, YCBCR) => ColorType::Rgb,
        (samples, photometric) => {
            let what = format!("writing {JPEG} of {samples} samples, photometric {photometric}");
            return Err(Error::unsupported(what));
        }
    };
    let side = |side: u32| u16::try_from(side).map_err(|_| too_large(layout));
    let (width, height) = (side(layout.width)?, side(layout.height)?);
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, quality.clamp(1, 100));
    encoder.set_sampling_factor(match layout.ycbcr_subsampling {
        (1, 1) => SamplingFactor::F_1_1,
        (2, 1) => SamplingFactor::F_2_1,
        (2, 2) => SamplingFactor::F_2_2,
        other => {
            return Err(Error::unsupported(format!(
                "writing {JPEG} subsampled {other:?}"
            )));
        }
    });
    encoder
        .encode(rows, width, height, color)
        .map_err(|error| Error::malformed(JPEG, error))?;
    Ok(out)
}

fn check(layout: &BlockLayout) -> Result<(), Error> {
    if layout.bits != 8 {
        return Err(Error::unsupported(format!(
            "{JPEG} of {} bits",
            layout.bits
        )));
    }
    if !matches!(layout.samples, 1 | 3 | 4) {
        return Err(Error::unsupported(format!(
            "{JPEG} of {} samples",
            layout.samples
        )));
    }
    if layout.width.max(layout.height) > u32::from(u16::MAX) {
        return Err(too_large(layout));
    }
    Ok(())
}

fn too_large(layout: &BlockLayout) -> Error {
    let (width, height) = (layout.width, layout.height);
    Error::InvalidLayout {
        reason: format!("{JPEG} of {width} × {height} pixels; 65535 is the most"),
    }
}
