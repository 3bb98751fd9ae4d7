//! Zstandard.

use zstd_rs::{CompressionConfig, Compressor, Decompressor};

use crate::{BlockLayout, Codec, Compression, Decoded, Error};

/// RFC 8878, compression 50000.
#[derive(Debug)]
pub(crate) struct Zstd;

impl Codec for Zstd {
    fn decode(
        &self,
        layout: &BlockLayout,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<Decoded, Error> {
        // The decoder knows no partial frames, and a frame may run past the rows asked for.
        let decoded = decompress(layout.compression, input, layout.encoded_len()?)?;
        let Some(rows) = decoded.get(..output.len()) else {
            return Err(Error::short(
                layout.compression,
                decoded.len(),
                output.len(),
            ));
        };
        output.copy_from_slice(rows);
        Ok(Decoded::default())
    }
}

/// Decompresses up to `limit` bytes; more is an error.
pub(crate) fn decompress(
    compression: Compression,
    input: &[u8],
    limit: usize,
) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    Decompressor::new()
        .decompress(input, None, limit, &mut out)
        .map_err(|error| Error::malformed(compression, error))?;
    Ok(out)
}

pub(crate) fn encode(rows: &[u8], level: u8) -> Result<Vec<u8>, Error> {
    let failed = |error: zstd_rs::Error| Error::malformed(Compression::ZSTD, error);
    let config = CompressionConfig {
        level: i32::from(level),
        ..CompressionConfig::DEFAULT
    };
    let mut out = Vec::new();
    Compressor::new(config)
        .map_err(failed)?
        .compress(rows, None, &mut out)
        .map_err(failed)?;
    Ok(out)
}
