//! Bytes by ranges: the seam between a file format and whoever holds the file.

mod coalesce;
mod counting;
#[cfg(all(feature = "file", any(unix, windows)))]
mod file;
mod memory;
mod pages;
mod reader;

pub use self::coalesce::Coalesce;
pub(crate) use self::coalesce::merge;
pub use self::counting::CountingReader;
#[cfg(all(feature = "file", any(unix, windows)))]
pub use self::file::FileReader;
pub use self::memory::MemoryReader;
pub(crate) use self::pages::Pages;
pub use self::reader::{ObjectState, RangeReader, ReadError, ReadErrorKind};
