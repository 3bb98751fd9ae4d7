//! Zstandard.

use zstd_rs::{CompressionConfig, Compressor, Decompressor};

use crate::{BlockLayout, Codec, Compression, Decoded, Error};

/// RFC 8878, compression 50000.
#[derive(Debug)]
pub(crate) struct Zstd;

/// What a frame may hold beyond its block and a strip's other rows: what a block of Zstandard holds at most.
const EXCESS: usize = 128 << 10;

impl Codec for Zstd {
    fn decode(
        &self,
        layout: &BlockLayout,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<Decoded, Error> {
        if super::frame::decode(input, output).is_some() {
            return Ok(Decoded::default());
        }
        // The library knows no partial frames, and a frame may run past the rows asked for.
        let beyond = layout
            .row_bytes()?
            .saturating_mul(layout.rows_beyond as usize);
        let limit = layout.encoded_len()?.max(output.len());
        let limit = limit.saturating_add(beyond).saturating_add(EXCESS);
        let decoded = decompress(layout.compression, input, output.len(), limit)?;
        let Some(rows) = decoded.get(..output.len()) else {
            let found = decoded.len();
            return Err(Error::short(layout.compression, found, output.len()));
        };
        output.copy_from_slice(rows);
        Ok(Decoded::default())
    }
}

/// Decompresses frames until `enough` bytes are there or the input ends; what
/// follows is not looked at. A frame that passes `limit` is an error.
pub(crate) fn decompress(
    compression: Compression,
    mut input: &[u8],
    enough: usize,
    limit: usize,
) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut decompressor = Decompressor::new();
    while out.len() < enough && !input.is_empty() {
        let read = decompressor
            .decompress_frame(input, None, limit, &mut out)
            .map_err(|error| Error::malformed(compression, error))?;
        input = &input[read..];
    }
    Ok(out)
}

pub(crate) fn encode(rows: &[u8], level: u8) -> Result<Vec<u8>, Error> {
    let failed = |error: zstd_rs::Error| Error::malformed(Compression::ZSTD, error);
    let config = CompressionConfig {
        // The library's 0 is an error, not a default.
        level: i32::from(level.clamp(1, 22)),
        ..CompressionConfig::DEFAULT
    };
    let mut out = Vec::new();
    Compressor::new(config)
        .map_err(failed)?
        .compress(rows, None, &mut out)
        .map_err(failed)?;
    Ok(out)
}
