//! Bytes by ranges: the seam between a file format and whoever holds the file.

mod clock;
mod coalesce;
mod counting;
#[cfg(all(feature = "file", any(unix, windows)))]
mod file;
mod flights;
mod memory;
mod pages;
mod reader;

pub(crate) use self::clock::within;
pub use self::clock::{Clock, Deadline};
pub use self::coalesce::Coalesce;
pub(crate) use self::coalesce::merge;
pub use self::counting::CountingReader;
#[cfg(all(feature = "file", any(unix, windows)))]
pub use self::file::FileReader;
pub(crate) use self::flights::Flights;
pub use self::memory::MemoryReader;
pub(crate) use self::pages::{PAGE, Pages};
pub use self::reader::{ObjectState, RangeReader, ReadError, ReadErrorKind};
