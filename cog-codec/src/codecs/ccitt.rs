//! CCITT: what fax machines send, one bit a pixel.

use hayro_ccitt::{DecodeError, DecodeSettings, Decoder, DecoderContext, EncodingMode, decode};

use crate::{BlockLayout, Codec, Compression, Decoded, Error};

/// TIFF 6.0 §10 (compression 2, and 32771 with rows on words) and §11
/// (3: ITU-T T.4; 4: ITU-T T.6). White is 0, black is 1, whatever tag 262 makes
/// of them; libtiff delivers the same.
#[derive(Debug)]
pub(crate) struct Ccitt;

/// Tag 292, bit 0: rows may be coded in two dimensions.
const T4_TWO_DIMENSIONS: u32 = 1;
/// Tag 292, bit 2: fill bits make each EOL end on a byte.
const T4_FILL: u32 = 4;
/// Tags 292 and 293, bit 1: there may be uncompressed stretches.
const UNCOMPRESSED_MODE: u32 = 2;

impl Codec for Ccitt {
    fn decode(
        &self,
        layout: &BlockLayout,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<Decoded, Error> {
        let compression = layout.compression;
        if (layout.bits, layout.samples) != (1, 1) {
            let (samples, bits) = (layout.samples, layout.bits);
            return Err(Error::unsupported(format!(
                "{compression} of {samples} samples of {bits} bits"
            )));
        }
        let row_bytes = layout.row_bytes()?.max(1);
        let wanted = output.len() / row_bytes;
        let mut rows = Rows {
            output,
            row_bytes,
            width: layout.width,
            count: 0,
        };
        let read = match compression {
            Compression::CCITT_RLE => run_lengths(layout, input, wanted, 1, &mut rows),
            Compression::CCITT_RLE_WORD => run_lengths(layout, input, wanted, 2, &mut rows),
            Compression::CCITT_G3 => {
                let encoding = match layout.t4_options & T4_TWO_DIMENSIONS {
                    0 => EncodingMode::Group3_1D,
                    _ => EncodingMode::Group3_2D,
                };
                let aligned = layout.t4_options & T4_FILL != 0;
                let settings = settings(layout, wanted, encoding, aligned);
                decode(input, &mut rows, &mut DecoderContext::new(settings))
            }
            _ => {
                let settings = settings(layout, wanted, EncodingMode::Group4, false);
                decode(input, &mut rows, &mut DecoderContext::new(settings))
            }
        };
        let read = read.map_err(|error| failed(layout, error))?;
        // Some writers end a block before its last rows, which are white then.
        if rows.count < wanted && !ends_with_marker(&input[..read.min(input.len())]) {
            let found = rows.count * row_bytes;
            return Err(Error::short(compression, found, wanted * row_bytes));
        }
        Ok(Decoded::default())
    }
}

fn settings(
    layout: &BlockLayout,
    rows: usize,
    encoding: EncodingMode,
    rows_are_byte_aligned: bool,
) -> DecodeSettings {
    DecodeSettings {
        columns: layout.width,
        rows: u32::try_from(rows).unwrap_or(layout.height),
        end_of_block: true,
        // Looked for, not counted on: some writers leave them out.
        end_of_line: false,
        rows_are_byte_aligned,
        encoding,
        // A damaged row is white from where it is damaged, where the next one can be found.
        strict: false,
    }
}

/// Rows of codes without marks between them, each on a new byte or word.
fn run_lengths(
    layout: &BlockLayout,
    input: &[u8],
    wanted: usize,
    unit: usize,
    rows: &mut Rows<'_>,
) -> Result<usize, DecodeError> {
    let mut settings = settings(layout, 1, EncodingMode::Group3_1D, true);
    settings.end_of_block = false;
    let mut context = DecoderContext::new(settings);
    let mut at = 0_usize;
    while rows.count < wanted {
        let Some(rest) = input.get(at..).filter(|rest| !rest.is_empty()) else {
            break;
        };
        at = (at + decode(rest, rows, &mut context)?).next_multiple_of(unit);
    }
    Ok(at)
}

/// Two marks at the end of a line, one after the other: EOFB, or the start of RTC
/// (there with a bit between them where rows may have two dimensions).
fn ends_with_marker(read: &[u8]) -> bool {
    let mut last = [0; 8];
    let count = read.len().min(8);
    last[8 - count..].copy_from_slice(&read[read.len() - count..]);
    let bits = u64::from_be_bytes(last);
    (0..8).any(|shift| {
        let bits = bits >> shift;
        bits & 0xff_ffff == 0x00_1001 || bits & 0x3ff_ffff == 0x00_3003
    })
}

fn failed(layout: &BlockLayout, error: DecodeError) -> Error {
    let options = match layout.compression {
        Compression::CCITT_G3 => layout.t4_options,
        Compression::CCITT_G4 => layout.t6_options,
        _ => 0,
    };
    if options & UNCOMPRESSED_MODE != 0 && error == DecodeError::InvalidCode {
        let compression = layout.compression;
        return Error::unsupported(format!("{compression} in uncompressed mode"));
    }
    Error::malformed(layout.compression, error)
}

/// Draws runs into zeroed rows.
struct Rows<'a> {
    output: &'a mut [u8],
    row_bytes: usize,
    width: u32,
    count: usize,
}

impl Decoder for Rows<'_> {
    fn push_row(&mut self, changes: &[u32]) {
        let start = self.count * self.row_bytes;
        let Some(row) = self.output.get_mut(start..start + self.row_bytes) else {
            return;
        };
        self.count += 1;
        for run in changes.chunks(2) {
            let end = run.get(1).copied().unwrap_or(self.width);
            blacken(row, run[0] as usize, end.min(self.width) as usize);
        }
    }
}

/// Sets the bits from `start` to before `end`, the most significant of a byte first.
fn blacken(row: &mut [u8], start: usize, end: usize) {
    if start >= end {
        return;
    }
    let (first, last) = (start / 8, (end - 1) / 8);
    let (head, tail) = (0xff_u8 >> (start % 8), !(0x7f_u8 >> ((end - 1) % 8)));
    if first == last {
        row[first] |= head & tail;
        return;
    }
    row[first] |= head;
    row[first + 1..last].fill(0xff);
    row[last] |= tail;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_every_place_and_length() {
        for start in 0..40 {
            for end in start..40 {
                let mut row = [0; 5];
                blacken(&mut row, start, end);
                for bit in 0..40 {
                    let black = row[bit / 8] << (bit % 8) & 0x80 != 0;
                    assert_eq!(black, (start..end).contains(&bit), "{start}..{end}: {bit}");
                }
            }
        }
    }

    #[test]
    fn markers_are_found_at_any_bit() {
        for shift in 0..8 {
            let bytes = (0x8000_0000_0010_0100_u64 << (8 - shift)).to_be_bytes();
            let mut long = vec![0xaa; 5];
            long.extend(bytes);
            // The marker ends within the last byte read.
            let end = long.len() - 1 - usize::from(shift == 0);
            let found = (end - 1..=end + 1).any(|end| ends_with_marker(&long[..end]));
            assert!(found, "{shift}");
        }
        assert!(!ends_with_marker(&[]));
        assert!(!ends_with_marker(&[0x00, 0x10, 0x02, 0, 0, 0]));
    }
}
