//! Where compressed blocks wait until their place in the file is known.

use std::io::{Cursor, Read, Seek, SeekFrom, Write};

/// Where compressed blocks wait: a temporary file, or memory.
///
/// Any `Read + Write + Seek` will do; it is written once, front to back, and
/// read once. It should start empty.
pub trait Spill: Read + Write + Seek + Send {}

impl<T: Read + Write + Seek + Send> Spill for T {}

/// A spill in memory, for files that fit there.
#[derive(Debug, Default)]
pub struct MemorySpill(Cursor<Vec<u8>>);

impl Read for MemorySpill {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for MemorySpill {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        self.0.write(buffer)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl Seek for MemorySpill {
    fn seek(&mut self, position: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(position)
    }
}
