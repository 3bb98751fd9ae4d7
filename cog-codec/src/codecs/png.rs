//! PNG: a whole picture per block.

use std::io::Cursor;

use png::{ColorType, Decoder, Limits};

use crate::{BlockLayout, ByteOrder, Codec, Compression, Decoded, Error, SampleFormat};

/// Compression 34933, as tifffile and others write it: unsigned samples of 8 or 16 bits, of the
/// picture's own order (grey, grey and alpha, RGB, RGBA). libtiff has no codec for it.
#[derive(Debug)]
pub(crate) struct Png;

const PNG: Compression = Compression::PNG;

impl Codec for Png {
    fn decode(
        &self,
        layout: &BlockLayout,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<Decoded, Error> {
        let unsigned = matches!(
            layout.format,
            SampleFormat::Unsigned | SampleFormat::Undefined
        );
        if !unsigned || !matches!(layout.bits, 8 | 16) {
            let (samples, bits, format) = (layout.samples, layout.bits, layout.format);
            return Err(Error::unsupported(format!(
                "{PNG} of {samples} samples of {bits} bits, format {format:?},"
            )));
        }
        let malformed = |error: png::DecodingError| Error::malformed(PNG, error);
        let whole = layout.encoded_len()?;
        // The picture's own memory: rows, and what its chunks of text and profiles take.
        let limits = Limits {
            bytes: whole.saturating_add(1 << 20),
        };
        let mut decoder = Decoder::new_with_limits(Cursor::new(input), limits);
        decoder.set_ignore_text_chunk(true);
        decoder.set_ignore_iccp_chunk(true);
        let mut reader = decoder.read_info().map_err(malformed)?;
        let info = reader.info();
        let samples = match info.color_type {
            ColorType::Indexed => return Err(Error::unsupported(format!("{PNG} with a palette"))),
            color => color.samples(),
        };
        let found = (info.width, info.height, samples, info.bit_depth as u16);
        let wanted = (
            layout.width,
            layout.height,
            layout.samples.into(),
            layout.bits,
        );
        if found != wanted {
            let reason = format!(
                "a picture of {} × {} × {} of {} bits in a block of {} × {} × {} of {}",
                found.0, found.1, found.2, found.3, wanted.0, wanted.1, wanted.2, wanted.3
            );
            return Err(Error::malformed(PNG, reason));
        }
        let row_bytes = layout.row_bytes()?;
        if reader.info().interlaced {
            // Its passes go over the whole picture.
            let mut picture = vec![0; whole];
            reader.next_frame(&mut picture).map_err(malformed)?;
            output.copy_from_slice(&picture[..output.len()]);
        } else {
            for row in output.chunks_exact_mut(row_bytes) {
                reader.read_row(row).map_err(malformed)?;
            }
        }
        // PNG is big-endian, whatever the file is.
        if layout.bits == 16 && layout.byte_order == ByteOrder::Little {
            for word in output.as_chunks_mut::<2>().0 {
                word.reverse();
            }
        }
        Ok(Decoded::default())
    }
}
