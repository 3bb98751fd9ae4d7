//! Any raster that the reader reads becomes a COG, on all cores.
//!
//! ```sh
//! cargo run --release -p cog-writer --features parallel --example optimize -- IN.tif OUT.tif [LEVEL]
//! ```

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    sync::Arc,
    time::Instant,
};

use cog_reader::{Cog, FileReader, OpenOptions};
use cog_writer::{BlockCompression, WriteOptions, write_cog};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, input, output, level @ ..] = &arguments[..] else {
        return Err("usage: optimize IN.tif OUT.tif [LEVEL]".into());
    };
    let level = match level.first() {
        Some(level) => level.parse()?,
        None => 6,
    };
    let started = Instant::now();
    let reader = Arc::new(FileReader::open(std::path::Path::new(input))?);
    let cog = pollster::block_on(Cog::open(reader, OpenOptions::default()))?;
    let options = WriteOptions::default().with_compression(BlockCompression::Deflate { level });
    let mut out = BufWriter::with_capacity(1 << 20, File::create(output)?);
    let spill = tempfile::tempfile_in(std::path::Path::new(output).parent().ok_or("no folder")?)?;
    let mut silent = |_, _| {};
    let written = write_cog(&cog, &options, spill, &mut out, &mut silent);
    let summary = pollster::block_on(written)?;
    out.flush()?;
    let seconds = started.elapsed().as_secs_f64();
    println!("{output}: {} bytes in {seconds:.2} s", summary.bytes);
    Ok(())
}
