//! From a zlib stream to bytes.
//!
//! 0.7 to 0.8 of the speed of libdeflate, which GDAL uses, where little repeats: that is C with hand-laid bit buffers. `zlib-rs` and
//! `linflate` are slower still; `zune-inflate` gains a tenth but can neither fill a given buffer nor stop early.

use fdeflate::Decompressor;

use crate::{BlockLayout, Codec, Compression, Decoded, Error};

/// Compressions 8 (Adobe's TIFF Technote 2) and 32946 (before it): the same bytes.
#[derive(Debug)]
pub(crate) struct Deflate;

impl Codec for Deflate {
    fn decode(
        &self,
        layout: &BlockLayout,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<Decoded, Error> {
        inflate(layout.compression, input, output)?;
        Ok(Decoded::default())
    }
}

/// Fills `output`; what the stream holds beyond is not looked at, but for the
/// checksum where that comes next.
fn inflate(compression: Compression, input: &[u8], output: &mut [u8]) -> Result<(), Error> {
    let mut stream = Decompressor::new();
    let (mut read, mut written) = (0, 0);
    while !stream.is_done() {
        let (consumed, produced) = stream
            .read(&input[read..], output, written, true)
            .map_err(|error| Error::malformed(compression, reason(&error)))?;
        (read, written) = (read + consumed, written + produced);
        if (consumed, produced) == (0, 0) {
            break;
        }
    }
    if written < output.len() {
        return Err(Error::short(compression, written, output.len()));
    }
    Ok(())
}

/// The library's errors name states of its own; these are what they mean.
fn reason(error: &fdeflate::DecompressionError) -> &'static str {
    use fdeflate::DecompressionError::{BadZlibHeader, InsufficientInput, WrongChecksum};
    match error {
        BadZlibHeader => "does not start with a zlib header",
        InsufficientInput => "ends before the block is full",
        WrongChecksum => "the checksum is another",
        _ => "no Deflate stream: invalid code, length or distance",
    }
}

/// Inflates a stream of unknown length, up to `limit` bytes.
#[cfg(feature = "lerc")]
pub(crate) fn inflate_to_vec(
    compression: Compression,
    input: &[u8],
    limit: usize,
) -> Result<Vec<u8>, Error> {
    use fdeflate::BoundedDecompressionError::DecompressionError;
    fdeflate::decompress_to_vec_bounded(input, limit).map_err(|error| match error {
        DecompressionError { inner } => Error::malformed(compression, reason(&inner)),
        _ => Error::malformed(compression, format!("inflates to more than {limit} bytes")),
    })
}
