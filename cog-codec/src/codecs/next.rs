//! NeXT: runs of two-bit greys.

use crate::{BlockLayout, Codec, Compression, Decoded, Error};

/// libtiff's compression 32766, of the NeXT computer's workspace.
#[derive(Debug)]
pub(crate) struct Next;

const NEXT: Compression = Compression::NEXT;

/// A row as it is.
const LITERAL_ROW: u8 = 0x00;
/// A part of a row as it is; the rest is white.
const LITERAL_SPAN: u8 = 0x40;

impl Codec for Next {
    fn decode(
        &self,
        layout: &BlockLayout,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<Decoded, Error> {
        if (layout.bits, layout.samples) != (2, 1) {
            let (samples, bits) = (layout.samples, layout.bits);
            return Err(Error::unsupported(format!(
                "{NEXT} of {samples} samples of {bits} bits"
            )));
        }
        let row_bytes = layout.row_bytes()?.max(1);
        let expected = output.len();
        let mut input = input;
        for (index, row) in output.chunks_exact_mut(row_bytes).enumerate() {
            input = decode_row(row, layout.width as usize, input)
                .ok_or_else(|| Error::short(NEXT, index * row_bytes, expected))?;
        }
        Ok(Decoded::default())
    }
}

/// Decodes a row; returns what follows it, or nothing if the input ends within it.
fn decode_row<'a>(row: &mut [u8], width: usize, input: &'a [u8]) -> Option<&'a [u8]> {
    let (&control, mut input) = input.split_first()?;
    match control {
        LITERAL_ROW => {
            let (literal, rest) = input.split_at_checked(row.len())?;
            row.copy_from_slice(literal);
            Some(rest)
        }
        LITERAL_SPAN => {
            row.fill(0xff);
            let (&[o1, o0, n1, n0], rest) = input.split_first_chunk()?;
            let offset = usize::from(u16::from_be_bytes([o1, o0]));
            let (span, rest) = rest.split_at_checked(u16::from_be_bytes([n1, n0]).into())?;
            row.get_mut(offset..offset + span.len())?
                .copy_from_slice(span);
            Some(rest)
        }
        first => {
            row.fill(0xff);
            let (mut run, mut at) = (first, 0);
            loop {
                let (grey, length) = (run >> 6, usize::from(run & 0x3f));
                for pixel in at..(at + length).min(width) {
                    let shift = 6 - 2 * (pixel % 4);
                    row[pixel / 4] = row[pixel / 4] & !(3 << shift) | grey << shift;
                }
                at += length;
                if at >= width {
                    return Some(input);
                }
                (run, input) = input.split_first().map(|(&run, rest)| (run, rest))?;
            }
        }
    }
}
