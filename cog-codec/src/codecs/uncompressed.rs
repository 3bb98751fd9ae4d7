//! No compression.

use crate::{BlockLayout, Codec, Compression, Decoded, Error};

/// TIFF 6.0 §8, compression 1.
#[derive(Debug)]
pub(crate) struct Uncompressed;

impl Codec for Uncompressed {
    fn decode(&self, _: &BlockLayout, input: &[u8], output: &mut [u8]) -> Result<Decoded, Error> {
        let Some(rows) = input.get(..output.len()) else {
            return Err(Error::short(Compression::NONE, input.len(), output.len()));
        };
        output.copy_from_slice(rows);
        Ok(Decoded::default())
    }
}
