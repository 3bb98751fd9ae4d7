//! From a JPEG stream to rows.

use zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions};
use zune_jpeg::JpegDecoder;

use super::{JPEG, YCBCR, check, stream::Stream};
use crate::{BlockLayout, Codec, Decoded, Error};

/// TIFF Technote 2, compression 7, baseline and progressive, 8 bits.
///
/// YCbCr becomes RGB; other photometric interpretations are delivered as
/// stored, as libtiff does: CMYK is neither inverted nor converted.
#[derive(Debug)]
pub(crate) struct Jpeg;

impl Codec for Jpeg {
    fn decode(
        &self,
        layout: &BlockLayout,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<Decoded, Error> {
        check(layout)?;
        let row_bytes = layout.row_bytes()?;
        let stream = Stream::new(layout, input, output.len() / row_bytes.max(1))?;
        let malformed = |error: zune_jpeg::errors::DecodeErrors| Error::malformed(JPEG, error);
        let options = DecoderOptions::default()
            // Or what a truncated stream lacks would be grey.
            .set_strict_mode(true)
            .set_max_width(usize::from(u16::MAX))
            .set_max_height(usize::from(u16::MAX));
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&stream.bytes[..]), options);
        decoder.decode_headers().map_err(malformed)?;
        let space = match (layout.samples, decoder.input_colorspace()) {
            (1, _) => ColorSpace::Luma,
            (3, _) if layout.photometric == YCBCR => ColorSpace::RGB,
            // The space that they are taken to be in: then nothing is converted.
            (2 | 3, Some(stored)) => stored,
            _ => ColorSpace::CMYK,
        };
        decoder.set_options(options.jpeg_set_out_colorspace(space));
        let length = stream.rows * layout.width as usize * space.num_components();
        if decoder.output_buffer_size() != Some(length) {
            let reason = format!("components in an order not understood ({space:?})");
            return Err(Error::malformed(JPEG, reason));
        }
        if length == output.len() {
            decoder.decode_into(output).map_err(malformed)?;
            return Ok(Decoded::default());
        }
        let mut picture = vec![0; length];
        decoder.decode_into(&mut picture).map_err(malformed)?;
        if layout.samples == 2 {
            // The third is the stream's, not the block's.
            let pixels = output.as_chunks_mut::<2>().0.iter_mut();
            for (pixel, three) in pixels.zip(picture.as_chunks::<3>().0) {
                pixel.copy_from_slice(&three[..2]);
            }
        } else {
            output.copy_from_slice(&picture[..output.len()]);
        }
        Ok(Decoded::default())
    }
}
