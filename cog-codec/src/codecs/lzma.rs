//! LZMA in an xz wrapper.

use std::io::Read;

use lzma_rust2::XzReader;

use crate::{BlockLayout, Codec, Compression, Decoded, Error};

/// libtiff's compression 34925.
#[derive(Debug)]
pub(crate) struct Lzma;

/// xz's highest preset has a dictionary of 64 MiB; nothing that a TIFF holds asks for more.
const MEMORY_LIMIT_KIB: u32 = 80 * 1024;

impl Codec for Lzma {
    fn decode(&self, _: &BlockLayout, input: &[u8], output: &mut [u8]) -> Result<Decoded, Error> {
        XzReader::new_mem_limit(input, true, MEMORY_LIMIT_KIB)
            .read_exact(output)
            .map_err(|error| Error::malformed(Compression::LZMA, error))?;
        Ok(Decoded::default())
    }
}
