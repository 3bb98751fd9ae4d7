//! Reads TIFF, BigTIFF, GeoTIFF and Cloud Optimized GeoTIFF by range requests
#![forbid(unsafe_code)]

mod cache;
mod cog;
mod error;
mod executor;
mod gdal_metadata;
mod geo;
mod io;
mod limits;
mod mask;
mod options;
#[cfg(feature = "object_store")]
mod store;
mod tiff;
pub mod validate;

pub use self::cache::BlockCache;
pub use self::cog::{Cog, Fetched};
pub use self::error::{Error, FormatError};
pub use self::executor::DecodeExecutor;
pub use self::geo::{ControlPoint, Georeference};
#[cfg(all(feature = "file", any(unix, windows)))]
pub use self::io::FileReader;
pub use self::io::{
    Coalesce, CountingReader, MemoryReader, ObjectState, RangeReader, ReadError, ReadErrorKind,
};
pub use self::limits::Limits;
pub use self::mask::dataset_mask;
pub use self::options::OpenOptions;
#[cfg(feature = "object_store")]
pub use self::store::{ObjectStoreReader, PublicAddresses, StoreOptions, Stores, UrlGuard};
pub use self::tiff::{
    BlockShape, Directory, DirectoryKind, Entry, FieldType, GhostArea, Image, Tiff,
};
pub use cog_codec::{ByteOrder, CodecRegistry};
