//! Deflate in a zlib wrapper.

use flate2::{Compress, Decompress, FlushCompress, FlushDecompress, Status};

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

/// Fills `output`; what the stream holds beyond is not looked at.
fn inflate(compression: Compression, input: &[u8], output: &mut [u8]) -> Result<(), Error> {
    let mut stream = Decompress::new(true);
    loop {
        let (read, written) = (stream.total_in() as usize, stream.total_out() as usize);
        if written == output.len() {
            return Ok(());
        }
        let status = stream
            .decompress(
                &input[read..],
                &mut output[written..],
                FlushDecompress::Finish,
            )
            .map_err(|error| Error::malformed(compression, error))?;
        let now = stream.total_out() as usize;
        let stuck = (stream.total_in() as usize, now) == (read, written);
        if now < output.len() && (status == Status::StreamEnd || stuck) {
            return Err(Error::short(compression, now, output.len()));
        }
    }
}

/// Inflates a stream of unknown length, up to `limit` bytes.
#[cfg(feature = "lerc")]
pub(crate) fn inflate_to_vec(
    compression: Compression,
    input: &[u8],
    limit: usize,
) -> Result<Vec<u8>, Error> {
    use std::io::Read;
    let mut out = Vec::new();
    flate2::read::ZlibDecoder::new(input)
        .take(limit as u64 + 1)
        .read_to_end(&mut out)
        .map_err(|error| Error::malformed(compression, error))?;
    if out.len() > limit {
        let reason = format!("inflates to more than {limit} bytes");
        return Err(Error::malformed(compression, reason));
    }
    Ok(out)
}

pub(crate) fn encode(rows: &[u8], level: u8) -> Result<Vec<u8>, Error> {
    let failed = |reason: &str| Error::malformed(Compression::DEFLATE, reason);
    let mut stream = Compress::new(flate2::Compression::new(u32::from(level.min(9))), true);
    let mut out = Vec::with_capacity(rows.len() / 2 + 64);
    loop {
        let read = stream.total_in() as usize;
        let status = stream
            .compress_vec(&rows[read..], &mut out, FlushCompress::Finish)
            .map_err(|error| failed(&error.to_string()))?;
        match status {
            Status::StreamEnd => return Ok(out),
            Status::Ok | Status::BufError => out.reserve(out.capacity().max(1024)),
        }
    }
}
