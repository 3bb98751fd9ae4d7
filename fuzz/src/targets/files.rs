//! Any bytes as a file.

use std::sync::Arc;

use cog_raster::RasterSource as _;
use cog_reader::{Cog, MemoryReader, OpenOptions, validate::validate};

use crate::reading::{chain, read_all_ways, tight};

/// Opens `bytes` and checks the layout; reads no pixel.
///
/// # Panics
///
/// On a find.
pub fn open(bytes: &[u8]) {
    let reader = Arc::new(MemoryReader::new("file.tif", bytes.to_vec()));
    // The limits that users have.
    match pollster::block_on(Cog::open(reader, OpenOptions::default())) {
        Ok(cog) => {
            let _ = format!("{:?}", cog.info());
            if let Ok(report) = pollster::block_on(validate(&cog)) {
                assert!(!report.levels.is_empty());
            }
        }
        Err(error) => assert!(!chain(&error).is_empty()),
    }
}

/// Reads all that `bytes` hold, in the memory of [`tight`] limits.
///
/// # Panics
///
/// On a find.
pub fn whole_read(bytes: &[u8]) {
    let _ = read_all_ways(bytes.to_vec(), None, tight());
}
