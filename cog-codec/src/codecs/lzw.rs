//! LZW, also as writers before TIFF 6.0 packed it.
//!
//! Faster than libtiff where strings repeat. Floats without a predictor hardly do: there nearly each code is one byte, and what is
//! spent on a code is what counts, 0.7 of libtiff's speed.

use weezl::{BitOrder, LzwStatus, decode::Decoder, encode::Encoder};

use crate::{BlockLayout, Codec, Compression, Decoded, Error};

/// TIFF 6.0 §13, compression 5.
#[derive(Debug)]
pub(crate) struct Lzw;

const LZW: Compression = Compression::LZW;

impl Codec for Lzw {
    fn decode(&self, _: &BlockLayout, input: &[u8], output: &mut [u8]) -> Result<Decoded, Error> {
        // The first code is Clear (256). Old writers put it least significant bit first: a zero
        // byte, then an odd one. libtiff tells them by the same sign.
        match input {
            [0, second, ..] if second & 1 == 1 => old_style(input, output)?,
            _ => decode(input, output)?,
        }
        Ok(Decoded::default())
    }
}

const CLEAR: usize = 256;
const END: usize = 257;
const FIRST: usize = 258;

/// Bytes moved at once for a short string: a copy of known length is two instructions.
const SHORT: usize = 16;

/// A string of the table: where it was written before, and its length.
///
/// A code stands for the string before it and one byte more, and both were
/// written next to each other. So no string is ever put together from a chain
/// of prefixes: it is copied from the output. 1.3 to 2 times as fast as
/// `weezl`, which keeps no output to look back at.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    start: u32,
    length: u32,
}

/// Fills `output`; what follows is not looked at.
fn decode(input: &[u8], output: &mut [u8]) -> Result<(), Error> {
    let short = |at: usize, len: usize| Error::short(LZW, at, len);
    if u32::try_from(output.len()).is_err() {
        return Err(Error::unsupported("an LZW block of 4 GiB or more"));
    }
    let mut table = [Entry::default(); 4096];
    let (mut next, mut width) = (FIRST, 9_u32);
    // Codes are read from the upper end of `bits`, of which `left` are filled.
    let (mut bits, mut left, mut read) = (0_u64, 0_u32, 0_usize);
    // The string before, of length 0 after a Clear.
    let mut before = Entry::default();
    let mut at = 0;
    while at < output.len() {
        if left < width {
            match input.get(read..read + 4) {
                Some(&[a, b, c, d]) => {
                    bits |= u64::from(u32::from_be_bytes([a, b, c, d])) << (32 - left);
                    (read, left) = (read + 4, left + 32);
                }
                _ => {
                    while let Some(&byte) = input.get(read)
                        && left < 32
                    {
                        bits |= u64::from(byte) << (56 - left);
                        (read, left) = (read + 1, left + 8);
                    }
                    if left < width {
                        return Err(short(at, output.len()));
                    }
                }
            }
        }
        let code = (bits >> (64 - width)) as usize;
        bits <<= width;
        left -= width;
        let string = match code {
            CLEAR => {
                (next, width, before) = (FIRST, 9, Entry::default());
                continue;
            }
            END => return Err(short(at, output.len())),
            _ => {
                if before.length > 0 && next < table.len() {
                    // Its last byte is the first of the string that comes now, written next.
                    table[next] = Entry {
                        start: before.start,
                        length: before.length + 1,
                    };
                    next += 1;
                    // TIFF widens one code early (TIFF 6.0 §13).
                    if next + 1 == 1 << width && width < 12 {
                        width += 1;
                    }
                }
                if code < CLEAR {
                    output[at] = code as u8;
                    1
                } else if code < next {
                    let Entry { start, length } = table[code];
                    let (start, length) = (start as usize, length as usize);
                    copy(output, start, at, length)
                } else {
                    return Err(Error::malformed(LZW, "a code that stands for nothing yet"));
                }
            }
        };
        before = Entry {
            start: at as u32,
            length: string as u32,
        };
        at += string;
    }
    Ok(())
}

/// Repeats `length` bytes from `start` on at `at`, as many as fit; returns how many.
///
/// They may overlap by one byte: a string followed by its own first byte.
fn copy(output: &mut [u8], start: usize, at: usize, length: usize) -> usize {
    if length <= SHORT
        && start + SHORT <= at
        && let Some((from, to)) = output.split_at_mut_checked(at)
        && let (Some(from), Some(to)) = (
            from.get(start..)
                .and_then(|from| from.first_chunk::<SHORT>()),
            to.first_chunk_mut::<SHORT>(),
        )
    {
        // What is too much is written over next.
        *to = *from;
        return length;
    }
    let length = length.min(output.len() - at);
    let apart = (at - start).min(length);
    output.copy_within(start..start + apart, at);
    if apart < length {
        output[at + apart] = output[start + apart];
    }
    length
}

/// Least significant bit first.
fn old_style(input: &[u8], output: &mut [u8]) -> Result<(), Error> {
    let mut decoder = Decoder::new(BitOrder::Lsb, 8);
    let (mut read, mut written) = (0, 0);
    while written < output.len() {
        let step = decoder.decode_bytes(&input[read..], &mut output[written..]);
        read += step.consumed_in;
        written += step.consumed_out;
        match step.status {
            Err(error) => return Err(Error::malformed(LZW, error)),
            Ok(LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
            Ok(_) if written == output.len() => {}
            Ok(_) => return Err(Error::short(LZW, written, output.len())),
        }
    }
    Ok(())
}

pub(crate) fn encode(rows: &[u8]) -> Result<Vec<u8>, Error> {
    Encoder::with_tiff_size_switch(BitOrder::Msb, 8)
        .encode(rows)
        .map_err(|error| Error::malformed(Compression::LZW, error))
}
