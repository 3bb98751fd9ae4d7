//! Reads on plain threads: no runtime, no `async`.
//!
//! ```sh
//! cargo run -p cog-reader --example blocking -- a.tif b.tif
//! ```
//!
//! A local file or memory needs nobody to wake it, so any `block_on` will do;
//! `pollster` is the smallest. What goes over a network needs Tokio's:
//!
//! ```ignore
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! let cog = runtime.block_on(Cog::open(stores.open("s3://bucket/a.tif")?, options))?;
//! ```

use cog_reader::{Cog, FileReader, OpenOptions, RasterSource, Window};
use pollster::block_on;
use std::sync::Arc;

/// The mean of the first band's smallest overview.
pub(crate) fn run(path: &str) -> Result<f64, Box<dyn std::error::Error + Send + Sync>> {
    let reader = Arc::new(FileReader::open(path)?);
    let cog = block_on(Cog::open(reader, OpenOptions::default()))?;
    let level = cog.info().levels.len() - 1;
    let size = cog.info().levels[level];
    let window = Window::new(0, 0, size.width, size.height);
    let raster = block_on(cog.read_window(level, window))?;
    let values = (0..raster.pixels()).filter_map(|index| raster.samples().value(index));
    Ok(values.sum::<f64>() / raster.pixels() as f64)
}

fn main() {
    let files: Vec<String> = std::env::args().skip(1).collect();
    std::thread::scope(|scope| {
        for path in &files {
            scope.spawn(move || match run(path) {
                Ok(mean) => println!("{path}: {mean}"),
                Err(error) => eprintln!("{path}: {error}"),
            });
        }
    });
}
