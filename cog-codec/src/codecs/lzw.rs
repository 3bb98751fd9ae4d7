//! LZW, also as writers before TIFF 6.0 packed it.

use weezl::{BitOrder, LzwStatus, decode::Decoder, encode::Encoder};

use crate::{BlockLayout, Codec, Compression, Decoded, Error};

/// TIFF 6.0 §13, compression 5.
#[derive(Debug)]
pub(crate) struct Lzw;

impl Codec for Lzw {
    fn decode(&self, _: &BlockLayout, input: &[u8], output: &mut [u8]) -> Result<Decoded, Error> {
        // The first code is Clear (256). Old writers put it least significant bit first: a zero
        // byte, then an odd one. libtiff tells them by the same sign.
        let mut decoder = match input {
            [0, second, ..] if second & 1 == 1 => Decoder::new(BitOrder::Lsb, 8),
            _ => Decoder::with_tiff_size_switch(BitOrder::Msb, 8),
        };
        let (mut read, mut written) = (0, 0);
        while written < output.len() {
            let step = decoder.decode_bytes(&input[read..], &mut output[written..]);
            read += step.consumed_in;
            written += step.consumed_out;
            match step.status {
                Err(error) => return Err(Error::malformed(Compression::LZW, error)),
                Ok(LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
                Ok(_) if written == output.len() => {}
                Ok(_) => return Err(Error::short(Compression::LZW, written, output.len())),
            }
        }
        Ok(Decoded::default())
    }
}

pub(crate) fn encode(rows: &[u8]) -> Result<Vec<u8>, Error> {
    Encoder::with_tiff_size_switch(BitOrder::Msb, 8)
        .encode(rows)
        .map_err(|error| Error::malformed(Compression::LZW, error))
}
