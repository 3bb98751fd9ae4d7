//! Plugs in a compression that the crate does not know.
//!
//! ```sh
//! cargo run -p cog-reader --example custom_codec
//! ```
//!
//! TIFF leaves the values from 32768 on to whoever invents a compression. The
//! one here, 65000, stores runs: a count, then the byte that is repeated.

use cog_reader::{
    BlockLayout, Codec, CodecError, CodecRegistry, Cog, Compression, Decoded, MemoryReader,
    OpenOptions, Raster, Window,
};
use std::sync::Arc;

const RUNS: Compression = Compression(65000);

#[derive(Debug)]
struct Runs;

impl Codec for Runs {
    fn decode(
        &self,
        layout: &BlockLayout,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<Decoded, CodecError> {
        // The block may have been asked for in part: `output` says how much of it.
        let mut done = 0;
        for run in input.chunks_exact(2) {
            let end = output.len().min(done + usize::from(run[0]));
            output[done..end].fill(run[1]);
            done = end;
        }
        if done < output.len() {
            // Never leave a part of the output as it was.
            return Err(CodecError::Malformed {
                compression: layout.compression,
                reason: format!("{done} of {} bytes are there", output.len()),
            });
        }
        Ok(Decoded::default())
    }
}

/// Reads a file of 4 × 3 pixels whose only block is `block`.
pub(crate) fn run(block: &[u8]) -> Result<Raster, cog_reader::Error> {
    let registry = CodecRegistry::default().with(RUNS, Arc::new(Runs));
    let options = OpenOptions::default().with_registry(registry);
    let reader = Arc::new(MemoryReader::new("runs.tif", tiff(block)));
    pollster::block_on(async {
        let cog = Cog::open(reader, options).await?;
        cog.read_window(0, Window::new(0, 0, 4, 3)).await
    })
}

/// The smallest TIFF: header, one directory, one strip.
fn tiff(block: &[u8]) -> Vec<u8> {
    let entries = [
        (256_u16, 4_u32),          // ImageWidth
        (257, 3),                  // ImageLength
        (258, 8),                  // BitsPerSample
        (259, RUNS.0.into()),      // Compression
        (262, 1),                  // PhotometricInterpretation: black is zero
        (273, 8 + 2 + 9 * 12 + 4), // StripOffsets: after the directory
        (277, 1),                  // SamplesPerPixel
        (278, 3),                  // RowsPerStrip
        (279, block.len() as u32), // StripByteCounts
    ];
    let mut file = b"II*\0\x08\0\0\0\x09\0".to_vec();
    for (tag, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend([4, 0, 1, 0, 0, 0]); // one LONG
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]); // no further directory
    file.extend(block);
    file
}

fn main() -> Result<(), cog_reader::Error> {
    print!("{}", run(&[5, 10, 3, 20, 4, 30])?);
    Ok(())
}
