//! ThunderScan: four-bit greys as runs and differences.

use crate::{BlockLayout, Codec, Compression, Decoded, Error};

/// libtiff's compression 32809, of a scanner for the Macintosh.
#[derive(Debug)]
pub(crate) struct ThunderScan;

const THUNDERSCAN: Compression = Compression::THUNDERSCAN;

/// What two bits say: the difference to the pixel before, or that there is no pixel.
const TWO_BITS: [Option<u8>; 4] = [Some(0), Some(1), None, Some(15)];
/// The same of three bits; differences are modulo 16.
const THREE_BITS: [Option<u8>; 8] = [
    Some(0),
    Some(1),
    Some(2),
    Some(3),
    None,
    Some(13),
    Some(14),
    Some(15),
];

impl Codec for ThunderScan {
    fn decode(
        &self,
        layout: &BlockLayout,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<Decoded, Error> {
        if (layout.bits, layout.samples) != (4, 1) {
            let (samples, bits) = (layout.samples, layout.bits);
            return Err(Error::unsupported(format!(
                "{THUNDERSCAN} of {samples} samples of {bits} bits"
            )));
        }
        let row_bytes = layout.row_bytes()?.max(1);
        let expected = output.len();
        let mut bytes = input.iter();
        for (index, row) in output.chunks_exact_mut(row_bytes).enumerate() {
            let width = layout.width as usize;
            let mut pixels = Pixels {
                row,
                at: 0,
                last: 0,
            };
            while pixels.at < width {
                let &byte = bytes
                    .next()
                    .ok_or_else(|| Error::short(THUNDERSCAN, index * row_bytes, expected))?;
                pixels.draw(byte, width);
            }
        }
        Ok(Decoded::default())
    }
}

/// A row being drawn. A code's pixels may pass its end, and are lost there.
struct Pixels<'a> {
    row: &'a mut [u8],
    at: usize,
    last: u8,
}

impl Pixels<'_> {
    fn draw(&mut self, byte: u8, width: usize) {
        match byte >> 6 {
            0 => {
                for _ in 0..byte & 0x3f {
                    self.put(self.last, width);
                }
            }
            1 => {
                for shift in [4, 2, 0] {
                    if let Some(delta) = TWO_BITS[usize::from(byte >> shift & 3)] {
                        self.put(self.last.wrapping_add(delta), width);
                    }
                }
            }
            2 => {
                for shift in [3, 0] {
                    if let Some(delta) = THREE_BITS[usize::from(byte >> shift & 7)] {
                        self.put(self.last.wrapping_add(delta), width);
                    }
                }
            }
            _ => self.put(byte, width),
        }
    }

    fn put(&mut self, value: u8, width: usize) {
        self.last = value & 15;
        if self.at < width {
            let shift = 4 * (1 - self.at % 2);
            self.row[self.at / 2] |= self.last << shift;
            self.at += 1;
        }
    }
}
