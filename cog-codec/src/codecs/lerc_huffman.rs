//! LERC 2's Huffman-coded bytes: what an image of 8 bits without loss is.
//!
//! Ours because both libraries take 8 to 10 ms for a block of 512 × 512 × 3,
//! with a walk down a tree or one call for each symbol; this takes a fifth.
//! Only the usual blob is decoded, of version 3 or later, without a mask; any
//! other, and one with a mistake, is left to the library.

/// What the header says, read and checked by the caller.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes {
    pub(super) version: i32,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) depth: usize,
    /// `i8` rather than `u8`.
    pub(super) signed: bool,
}

/// Codes up to this length are found by one look-up.
const LOOKUP_BITS: u32 = 12;

/// Decodes the whole of `blob` into `output`, pixel-interleaved; `None` if it is not such a blob.
pub(super) fn decode(blob: &[u8], shape: Bytes, output: &mut [u8]) -> Option<()> {
    let Bytes {
        version,
        width,
        height,
        depth,
        signed,
    } = shape;
    let len = width.checked_mul(height)?.checked_mul(depth)?;
    if !(3..=6).contains(&version) || len == 0 || output.len() != len {
        return None;
    }
    if fletcher32(blob.get(14..)?) != u32::from_le_bytes(*blob.get(10..)?.first_chunk()?) {
        return None;
    }
    let (reals, end) = match version {
        3 => (38, 62),
        4 | 5 => (42, 66),
        _ => (50, 90),
    };
    let real = |at: usize| Some(f64::from_le_bytes(*blob.get(at..)?.first_chunk()?));
    let (error, least, greatest) = (real(reals)?, real(reals + 8)?, real(reals + 16)?);
    // A constant image has no pixels; other errors than a half have no Huffman codes.
    if error != 0.5 || least >= greatest {
        return None;
    }
    let mut rest = blob.get(end..)?;
    if integer(&mut rest)? != 0 {
        return None;
    }
    if version >= 4 {
        // The range of every sample of a pixel.
        let (lows, after) = rest.split_at_checked(depth)?;
        let (highs, after) = after.split_at_checked(depth)?;
        if lows == highs {
            return None;
        }
        rest = after;
    }
    let (&[one_sweep, mode], after) = rest.split_first_chunk()?;
    if one_sweep != 0 || !(mode == 1 || mode == 2 && version >= 4) {
        return None;
    }
    rest = after;
    let (table, mut bits) = table(&mut rest)?;
    let offset = if signed { 128 } else { 0 };
    if mode == 2 {
        for value in output {
            *value = table.next(&mut bits)?.wrapping_sub(offset);
        }
        return Some(());
    }
    let row_len = width * depth;
    for sample in 0..depth {
        let mut above = 0_u8;
        for row in output.chunks_exact_mut(row_len) {
            // The first of a row differs from the one above it, the others from their left.
            let mut last = above;
            for value in row[sample..].iter_mut().step_by(depth) {
                last = last.wrapping_add(table.next(&mut bits)?.wrapping_sub(offset));
                *value = last;
            }
            above = row[sample];
        }
    }
    Some(())
}

fn integer(rest: &mut &[u8]) -> Option<i32> {
    let (bytes, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(i32::from_le_bytes(*bytes))
}

/// The codes: `lookup` by their first bits, `long` those that have more.
#[derive(Debug)]
struct Table {
    /// Length in the upper byte, 0 for none; symbol in the lower.
    lookup: Vec<u16>,
    /// Length, code, symbol.
    long: Vec<(u32, u32, u8)>,
}

impl Table {
    fn next(&self, bits: &mut Bits<'_>) -> Option<u8> {
        bits.refill();
        let entry = self.lookup[(bits.buffer >> (64 - LOOKUP_BITS)) as usize];
        let length = u32::from(entry >> 8);
        if length > 0 {
            bits.take(length)?;
            return Some(entry as u8);
        }
        let start = (bits.buffer >> 32) as u32;
        let &(length, _, symbol) = self
            .long
            .iter()
            .find(|(length, code, _)| start >> (32 - length) == *code)?;
        bits.take(length)?;
        Some(symbol)
    }
}

/// Words of 32 bits, least significant byte first, their bits most significant first.
#[derive(Debug)]
struct Bits<'a> {
    rest: &'a [u8],
    buffer: u64,
    left: u32,
}

impl Bits<'_> {
    /// Brings at least 32 bits, if there are as many.
    fn refill(&mut self) {
        if self.left > 32 {
            return;
        }
        let word = if let Some((word, rest)) = self.rest.split_first_chunk::<4>() {
            self.rest = rest;
            *word
        } else if self.rest.is_empty() {
            return;
        } else {
            let mut word = [0; 4];
            word[..self.rest.len()].copy_from_slice(self.rest);
            self.rest = &[];
            word
        };
        self.buffer |= u64::from(u32::from_le_bytes(word)) << (32 - self.left);
        self.left += 32;
    }

    fn take(&mut self, length: u32) -> Option<()> {
        self.left = self.left.checked_sub(length)?;
        self.buffer <<= length;
        Some(())
    }
}

/// Reads the code lengths and codes; what is left is the pixels' codes.
fn table<'a>(rest: &mut &'a [u8]) -> Option<(Table, Bits<'a>)> {
    let version = integer(rest)?;
    let size = usize::try_from(integer(rest)?).ok()?;
    let first = usize::try_from(integer(rest)?).ok()?;
    let end = usize::try_from(integer(rest)?).ok()?;
    if version < 2 || !(1..=256).contains(&size) || first >= size || end <= first {
        return None;
    }
    let count = end - first;
    if count > size {
        return None;
    }
    let lengths = lengths(rest, count)?;
    let mut table = Table {
        lookup: vec![0; 1 << LOOKUP_BITS],
        long: Vec::new(),
    };
    let mut bits = Bits {
        rest,
        buffer: 0,
        left: 0,
    };
    let mut used = 0_u32;
    for (index, &length) in lengths.iter().enumerate() {
        let symbol = ((first + index) % size) as u8;
        if length == 0 {
            continue;
        }
        bits.refill();
        let code = (bits.buffer >> (64 - length)) as u32;
        bits.take(length)?;
        used += length;
        if length <= LOOKUP_BITS {
            let base = (code as usize) << (LOOKUP_BITS - length);
            let entry = (length as u16) << 8 | u16::from(symbol);
            table.lookup[base..][..1 << (LOOKUP_BITS - length)].fill(entry);
        } else {
            table.long.push((length, code, symbol));
        }
    }
    // The pixels begin with a word of their own.
    if !used.is_multiple_of(32) {
        bits.take(32 - used % 32)?;
    }
    Some((table, bits))
}

/// Stuffed integers (BitStuffer2): here the lengths of codes, 32 at most.
fn lengths(rest: &mut &[u8], count: usize) -> Option<Vec<u32>> {
    let (&head, after) = rest.split_first()?;
    let (width, table) = (usize::from(head & 31), head & 32 != 0);
    // The number of values has 4, 2 or 1 bytes.
    let (stated, after) = match head >> 6 {
        0 => {
            let (bytes, after) = after.split_first_chunk()?;
            (u32::from_le_bytes(*bytes) as usize, after)
        }
        1 => {
            let (bytes, after) = after.split_first_chunk()?;
            (u16::from_le_bytes(*bytes).into(), after)
        }
        2 => {
            let (&byte, after) = after.split_first()?;
            (byte.into(), after)
        }
        _ => return None,
    };
    if table || stated != count || !(1..=6).contains(&width) {
        return None;
    }
    let (stuffed, after) = after.split_at_checked((count * width).div_ceil(8))?;
    *rest = after;
    let value = |index: usize| {
        let at = index * width;
        let low = u32::from(stuffed[at / 8]);
        let high = u32::from(stuffed.get(at / 8 + 1).copied().unwrap_or(0));
        (low | high << 8) >> (at % 8) & ((1 << width) - 1)
    };
    let lengths: Vec<u32> = (0..count).map(value).collect();
    lengths
        .iter()
        .all(|&length| length <= 32)
        .then_some(lengths)
}

/// LERC's checksum, of what follows it.
fn fletcher32(bytes: &[u8]) -> u32 {
    let (mut sum, mut total) = (0xffff_u32, 0xffff_u32);
    let fold = |value: u32| (value & 0xffff) + (value >> 16);
    let (pairs, odd) = bytes.as_chunks::<2>();
    // So many sums that none passes 32 bits.
    for pairs in pairs.chunks(359) {
        for &pair in pairs {
            sum += u32::from(u16::from_be_bytes(pair));
            total += sum;
        }
        (sum, total) = (fold(sum), fold(total));
    }
    if let [last] = odd {
        sum += u32::from(*last) << 8;
        total += sum;
    }
    (sum, total) = (fold(sum), fold(total));
    (sum, total) = (fold(sum), fold(total));
    total << 16 | sum & 0xffff
}

#[cfg(test)]
mod tests {
    use super::{Bytes, decode};
    use lerc_core::{PixelData, RasterView};
    use lerc_writer::{EncodeOptions, encode};

    const WIDTH: usize = 97;
    const HEIGHT: usize = 61;

    fn values(depth: usize) -> Vec<u8> {
        let value = |index: usize| {
            let (pixel, sample) = (index / depth, index % depth);
            // Rare spikes in every tile of 8 × 8: stuffed bits would take them for all of it.
            let rare = (pixel as u32).wrapping_mul(0x9e37_79b9) >> 27 == 0;
            (pixel % WIDTH / 3 + pixel / WIDTH + 40 * sample) as u8 ^ if rare { 0x40 } else { 0 }
        };
        (0..WIDTH * HEIGHT * depth).map(value).collect()
    }

    fn shape(blob: &[u8], depth: usize, signed: bool) -> Bytes {
        Bytes {
            version: lerc::decode_info(blob).unwrap().version,
            width: WIDTH,
            height: HEIGHT,
            depth,
            signed,
        }
    }

    #[test]
    fn bytes_are_the_librarys() {
        for depth in [1, 3, 4] {
            let values = values(depth);
            let precision = lerc::Precision::Lossless;
            let (width, height) = (WIDTH as u32, HEIGHT as u32);
            let mask = [lerc::bitmask::BitMask::all_valid(WIDTH * HEIGHT)];
            let blob = lerc::encode_borrowed(
                width,
                height,
                depth as u32,
                1,
                &values,
                &mask,
                None,
                precision,
            );
            let blob = blob.unwrap();
            let mut output = vec![0; values.len()];
            let shape = shape(&blob, depth, false);
            assert_eq!(decode(&blob, shape, &mut output), Some(()), "{depth}");
            assert_eq!(output, values);
            let library = lerc_reader::decode_first(&blob).unwrap();
            assert!(matches!(library.pixels, PixelData::U8(values) if values == output));
        }
    }

    #[test]
    fn signed_bytes_are_the_librarys() {
        let values: Vec<i8> = values(1)
            .into_iter()
            .map(|v| v.wrapping_sub(100).cast_signed())
            .collect();
        let raster = RasterView::new(WIDTH as u32, HEIGHT as u32, 1, &values).unwrap();
        let blob = encode(raster, None, EncodeOptions::new()).unwrap();
        let mut output = vec![0; values.len()];
        assert_eq!(decode(&blob, shape(&blob, 1, true), &mut output), Some(()));
        assert!(
            output
                .iter()
                .zip(&values)
                .all(|(&out, &value)| out.cast_signed() == value)
        );
    }

    #[test]
    fn a_broken_blob_is_left_to_the_library() {
        let values = values(1);
        let raster = RasterView::new(WIDTH as u32, HEIGHT as u32, 1, &values).unwrap();
        let blob = encode(raster, None, EncodeOptions::new()).unwrap();
        let shape = shape(&blob, 1, false);
        let mut output = vec![0; values.len()];
        for at in 14..blob.len() {
            // The checksum tells.
            let mut broken = blob.clone();
            broken[at] ^= 0x55;
            assert_eq!(decode(&broken, shape, &mut output), None);
            // With a checksum that fits it still must not panic.
            let sum = super::fletcher32(&broken[14..]);
            broken[10..14].copy_from_slice(&sum.to_le_bytes());
            let _ = decode(&broken, shape, &mut output);
            let _ = decode(&blob[..at], shape, &mut output);
        }
    }
}
