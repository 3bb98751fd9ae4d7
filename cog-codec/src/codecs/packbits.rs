//! PackBits: runs of bytes.

use crate::{BlockLayout, Codec, Compression, Decoded, Error};

/// TIFF 6.0 §9, compression 32773.
#[derive(Debug)]
pub(crate) struct PackBits;

impl Codec for PackBits {
    fn decode(&self, _: &BlockLayout, input: &[u8], output: &mut [u8]) -> Result<Decoded, Error> {
        let (mut input, mut at) = (input, 0);
        while at < output.len() {
            let Some((&control, rest)) = input.split_first() else {
                return Err(Error::short(Compression::PACKBITS, at, output.len()));
            };
            input = rest;
            let control = control.cast_signed();
            let left = output.len() - at;
            if control >= 0 {
                let count = usize::from(control.unsigned_abs()) + 1;
                // A literal run may pass the end of the block, never the end of the input.
                let Some((literal, rest)) = input.split_at_checked(count) else {
                    return Err(Error::short(Compression::PACKBITS, at, output.len()));
                };
                let take = count.min(left);
                output[at..at + take].copy_from_slice(&literal[..take]);
                (input, at) = (rest, at + take);
            } else if control != i8::MIN {
                let Some((&value, rest)) = input.split_first() else {
                    return Err(Error::short(Compression::PACKBITS, at, output.len()));
                };
                let take = (usize::from(control.unsigned_abs()) + 1).min(left);
                output[at..at + take].fill(value);
                (input, at) = (rest, at + take);
            }
        }
        Ok(Decoded::default())
    }
}

/// Packs each row on its own, as TIFF 6.0 §9 asks.
pub(crate) fn encode(layout: &BlockLayout, rows: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(rows.len() / 2);
    for row in rows.chunks(layout.row_bytes()?.max(1)) {
        let mut at = 0;
        while at < row.len() {
            let run = run_length(&row[at..]);
            if run > 2 {
                out.extend_from_slice(&[(1 - run as i16) as u8, row[at]]);
                at += run;
                continue;
            }
            let mut end = at + 1;
            while end < row.len() && end - at < 128 && run_length(&row[end..]) < 3 {
                end += 1;
            }
            out.push((end - at - 1) as u8);
            out.extend_from_slice(&row[at..end]);
            at = end;
        }
    }
    Ok(out)
}

/// How often the first byte repeats, 128 at most.
fn run_length(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take(128)
        .take_while(|&&byte| byte == bytes[0])
        .count()
}
