//! Reads TIFF, BigTIFF, GeoTIFF and Cloud Optimized GeoTIFF by range requests.
//!
//! ```text
//!   memory, a file, S3, GCS, Azure, HTTP
//!            │  bytes of ranges                    [`RangeReader`]
//!            ▼
//!   [`Cog::open`]   header, directories            one request where they lie in front
//!            │
//!            ▼
//!   [`Cog::fetch`]  index, blocks of a window      I/O, async
//!            │      [`Fetched`]
//!            ▼
//!   [`Fetched::decode`]                            CPU, on any thread
//!            │
//!            ▼
//!   `Raster`        samples as stored, mask beside them
//! ```
//!
//! # Example
//!
//! `cargo add cog-reader --features object_store` and
//! `cargo add tokio --features macros,rt`, then
//!
//! ```no_run
//! # #[cfg(feature = "object_store")] mod example {
//! use cog_reader::{Cog, OpenOptions, Stores, Window};
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let url = "s3://bucket/folder/scene.tif";
//!     let cog = Cog::open(Stores::default().open(url)?, OpenOptions::default()).await?;
//!     let raster = cog.read_window(0, Window::new(256, 256, 8, 8)).await?;
//!     print!("{raster}");
//!     Ok(())
//! }
//! # }
//! # fn main() {}
//! ```
//!
//! Region, credentials and endpoint come from the environment as for other
//! tools (`AWS_REGION`, `AWS_ACCESS_KEY_ID` …; `AWS_NO_SIGN_REQUEST=yes` for a
//! public bucket) or from `StoreOptions`. `Stores` opens `gs:`, `az:`, `https:`
//! and `file:` URLs and paths alike; one `Stores` is meant to serve a program.
//!
//! A local file needs neither the feature nor a runtime:
//!
//! ```no_run
//! # #[cfg(feature = "file")]
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use cog_reader::{Cog, FileReader, OpenOptions, Window};
//! use pollster::block_on;
//! use std::sync::Arc;
//!
//! let reader = Arc::new(FileReader::open("dem.tif")?);
//! let cog = block_on(Cog::open(reader, OpenOptions::default()))?;
//! print!("{}", block_on(cog.read_window(0, Window::new(0, 0, 8, 8)))?);
//! # Ok(())
//! # }
//! ```
//!
//! `examples/` of the package shows more, each to be run as its first lines say:
//!
//! | Example | Shows |
//! | --- | --- |
//! | `s3_window` | the lines above, for a URL of yours |
//! | `blocking` | reading on plain threads, without a runtime |
//! | `custom_codec` | a compression of one's own: [`Codec`], [`CodecRegistry::with`] |
//! | `custom_source` | bytes from a place of one's own: [`RangeReader`] |
//!
//! # Without a runtime
//!
//! Futures here assume no runtime: whatever polls them will do. `FileReader`
//! and [`MemoryReader`] are never pending, so on a plain thread
//! `pollster::block_on` is enough. `ObjectStoreReader` needs a Tokio runtime
//! around it, a `current_thread` one included. Decoding runs on the thread that
//! polls, or on a pool ([`OpenOptions::with_executor`]); [`Cog::fetch`] and
//! [`Fetched::decode`] are the two halves for those who schedule themselves.
//!
//! # What is read, and when
//!
//! Opening reads the front of the file ([`OpenOptions::header_bytes`]). In a COG
//! the directories are there, and the index of a thousand blocks; a file
//! that is no longer than that is then read whole. If they do not end there,
//! one request follows, as long as what was read says that it takes
//! ([`OpenOptions::follow_bytes`]). Directories elsewhere are
//! read where they are, by pages. Nothing asks for a file's length (no `HEAD`)
//! or end (no suffix range).
//!
//! A window costs one request for each run of blocks that lie near each other
//! ([`Coalesce`]), all at a time. Where the index was not read with the header,
//! the page that names the blocks is read first. Only their offsets: how long a
//! block is follows from GDAL's block leaders, from its layout if nothing is
//! compressed, or else it is read up to the next one. So a cold tile costs two
//! requests, opening included, three in a COG of a million blocks. Where that guess turns
//! out to be wrong, or the compression does not say where it ends, the lengths are looked up.
//! A mask whose blocks follow the image's, as in GDAL's COGs, comes along; another one costs a request for
//! its index and one for its block, at the same time as the image's.
//!
//! A request that fails in a way that may pass is tried again, an answer that breaks off is continued
//! where it did, with growing waits and until the [`Deadline`] if there is one. Every request
//! after the first asks for the version that was opened; if the file was replaced, the read
//! fails with [`ReadErrorKind::Changed`], and never gives pixels of two files.
//!
//! # Sharing between reads
//!
//! Reads of one [`Cog`] and its clones share the requests that are under way. A
//! program that reads many files, or serves many people, shares more:
//!
//! | Who | Keeps | Bounded by |
//! | --- | --- | --- |
//! | [`Opener`] | open files: header, directories, pages of the index | bytes, and a number of files |
//! | [`ByteCache`] | blocks as stored: a hit spares a request | bytes |
//! | [`BlockCache`] | decoded blocks: a hit spares the decoding too | bytes |
//!
//! All are found by location and validator, so what was of a replaced file is never used for
//! the new one. Whoever asks for what somebody else is already asking for waits for that;
//! whoever goes away fails nobody. Make one of each and give it to all:
//!
//! ```no_run
//! # #[cfg(feature = "object_store")] mod example {
//! use cog_reader::{
//!     BlockCache, ByteCache, Deadline, Error, OpenOptions, Opener, Stores, TokioClock, Window,
//! };
//! use std::{sync::Arc, time::Duration};
//!
//! # async fn example() -> Result<(), Error> {
//! let clock = Arc::new(TokioClock::new());
//! let options = OpenOptions::default()
//!     .with_byte_cache(Arc::new(ByteCache::new(128 << 20)))
//!     .with_block_cache(Arc::new(BlockCache::new(512 << 20)))
//!     .with_deadline(Deadline::new(Duration::from_secs(30), clock.clone()));
//! let opener = Opener::new(options, 32 << 20).with_max_age(Duration::from_secs(300), clock);
//! let stores = Arc::new(Stores::default());
//!
//! // In each task:
//! let url = "s3://bucket/folder/scene.tif";
//! let connect = || {
//!     let stores = Arc::clone(&stores);
//!     async move { stores.open(url) }
//! };
//! // Once more from the start if the file was replaced meanwhile.
//! let read = |cog: cog_reader::Cog| async move {
//!     cog.read_window(0, Window::new(256, 256, 512, 512)).await
//! };
//! let raster = opener.with(url, connect, read).await?;
//! # Ok(())
//! # }
//! # }
//! # fn main() {}
//! ```
//!
//! # Which image of the file
//!
//! The first directory, the reduced directories of the same bands and type as
//! its overviews, and the mask directories that go with them, as GDAL chooses
//! them; overviews in sub-directories (tag 330) count too. All other
//! directories are listed by [`Cog::tiff`]. Samples are delivered as stored:
//! white-is-zero is not inverted, palettes are not applied, orientation is not
//! undone, scale and offset are told and not applied. YCbCr in JPEG becomes RGB.
//! Blocks that the writer left out are nodata, or 0. LERC's own mask becomes
//! NaN in real samples.
//!
//! # Untrusted input
//!
//! Every length that a file states is charged to [`Limits`] before anything is
//! allocated for it. A broken file gives an [`Error`] that says what, where,
//! and what to try; what is broken but not needed is noted in [`Cog::problems`].
//! A server that opens URLs from requests sets a guard (`StoreOptions::with_guard`
//! with the feature `object_store`), which sees every redirect and every address.
//!
//! # Features
//!
//! - `file` (default): `FileReader`, files on a local disk.
//! - `object_store`: `Stores` and `ObjectStoreReader` for `s3`, `gs`, `az`,
//!   `http`, `https` and `file` URLs. Needs a Tokio runtime.
//! - `parallel`: decodes the blocks of one read in parallel, on the `rayon`
//!   pool that the decoding is called in ([`DecodeExecutor`]).
//! - `testkit`: `testkit`, the contract suite for implementers of [`RangeReader`].
//!
//! Without features the crate has no runtime and no I/O, and builds for `wasm32-unknown-unknown`.
#![forbid(unsafe_code)]

mod byte_cache;
mod cache;
mod cog;
mod color;
mod error;
mod executor;
mod gdal_metadata;
mod geo;
mod io;
mod limits;
mod mask;
mod neighbours;
mod numbers;
mod opener;
mod options;
#[cfg(feature = "object_store")]
mod store;
#[cfg(feature = "testkit")]
pub mod testkit;
mod tiff;
pub mod validate;

pub use self::byte_cache::ByteCache;
pub use self::cache::{BlockCache, CacheStatistics};
pub use self::cog::{Cog, Fetched};
pub use self::color::Color;
pub use self::error::{Error, FormatError};
pub use self::executor::DecodeExecutor;
pub use self::geo::Georeference;
#[cfg(all(feature = "file", any(unix, windows)))]
pub use self::io::FileReader;
pub use self::io::{
    Clock, Coalesce, CountingReader, Deadline, MemoryReader, ObjectState, RangeReader, ReadError,
    ReadErrorKind,
};
pub use self::limits::Limits;
pub use self::mask::dataset_mask;
pub use self::neighbours::Neighbours;
pub use self::opener::{MaybeChanged, Opener};
pub use self::options::OpenOptions;
#[cfg(feature = "object_store")]
pub use self::store::{
    ObjectStoreReader, PublicAddresses, StoreOptions, Stores, TokioClock, UrlGuard,
};
pub use self::tiff::{
    BlockShape, Directory, DirectoryKind, Entry, FieldType, GhostArea, Image, Tiff,
};
// What the signatures here speak of, so that a user needs no second crate.
pub use cog_codec::{
    BlockLayout, ByteOrder, Codec, CodecRegistry, Compression, Decoded, Error as CodecError,
    SampleFormat,
};
pub use cog_raster::{
    Affine, BoxFuture, ControlPoint, MaskKind, MaybeSend, MaybeSync, Raster, RasterInfo,
    RasterMask, RasterSource, ReadRequest, Sample, SampleType, Samples, SourceError,
    SourceErrorKind, Window,
};
