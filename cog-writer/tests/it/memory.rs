//! Memory stays bounded by a few rows of blocks, and a broken spill is an error.

use std::{
    io::{self, Read, Seek, SeekFrom, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use cog_raster::{RasterInfo, SampleType};
use cog_writer::{CogWriter, Error, WriteOptions};

use crate::support::surface;

/// A spill that counts what it is given and keeps none of it.
#[derive(Debug)]
struct Counting(Arc<AtomicU64>);

impl Read for Counting {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

impl Write for Counting {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(buffer.len() as u64, Ordering::Relaxed);
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Counting {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(0)
    }
}

#[test]
fn blocks_leave_as_soon_as_a_strip_is_full() {
    let spilled = Arc::new(AtomicU64::new(0));
    let info = RasterInfo::new(SampleType::U8, 1, 256, 64 * 100);
    let options = WriteOptions::default()
        .with_block_size(64)
        .with_compression(cog_writer::BlockCompression::None);
    let mut writer = CogWriter::new(&info, &options, Counting(Arc::clone(&spilled))).unwrap();
    let strip = surface(SampleType::U8, 1, 64, 256);
    for pushed in 1..=100_u64 {
        writer.push_rows(&strip).unwrap();
        // Of the full resolution nothing is held back; of the overviews at most a strip each.
        assert!(spilled.load(Ordering::Relaxed) >= pushed * 64 * 256);
    }
    // The spill gives nothing back: an error, not a file of holes.
    let error = writer.finish(&mut io::sink()).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Io {
                action: "read the spill back",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_full_disk_is_an_error() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let raster = surface(SampleType::U8, 1, 8, 8);
    let info = RasterInfo::new(SampleType::U8, 1, 8, 8);
    let spill = cog_writer::MemorySpill::default();
    let mut writer = CogWriter::new(&info, &WriteOptions::default(), spill).unwrap();
    writer.push_rows(&raster).unwrap();
    assert!(matches!(
        writer.finish(&mut Full),
        Err(Error::Io {
            action: "write the header",
            ..
        })
    ));
}
