//! Opening and reading in one call.

use cog_raster::{Raster, RasterSource, ReadRequest, Window};
use cog_reader::{Cog, Error, MemoryReader, OpenOptions};
use std::sync::Arc;

/// Opens a file in memory.
pub(crate) fn try_open(bytes: impl Into<Vec<u8>>) -> Result<Cog, Error> {
    try_open_with(bytes, OpenOptions::default())
}

/// Opens a file in memory with options.
pub(crate) fn try_open_with(bytes: impl Into<Vec<u8>>, options: OpenOptions) -> Result<Cog, Error> {
    let reader = MemoryReader::new("test.tif", bytes.into());
    pollster::block_on(Cog::open(Arc::new(reader), options))
}

/// Opens a file in memory that must open.
pub(crate) fn open(bytes: impl Into<Vec<u8>>) -> Cog {
    match try_open(bytes) {
        Ok(cog) => cog,
        Err(error) => panic!("{}", chain(&error)),
    }
}

/// All pixels of a level, with the mask.
pub(crate) fn read(cog: &Cog, level: usize) -> Raster {
    let size = cog.info().levels[level];
    let request = ReadRequest::new(level, Window::new(0, 0, size.width, size.height));
    match pollster::block_on(cog.read(request)) {
        Ok(raster) => raster,
        Err(error) => panic!("{}", chain(&error)),
    }
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
