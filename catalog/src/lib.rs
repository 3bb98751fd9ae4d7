//! Keyed datasets: which raster lies under which keys, and what is known of its pixels.
//!
//! ```text
//!   Keys  date, band             a catalog's columns, in order
//!     │
//!   Dataset  (20200101, B04) ─► path of a raster
//!     │
//!   Metadata  bounds, convex hull, range, mean, percentiles …
//!
//!   Catalog ◄─┬─ MemoryCatalog     for tests and for files that are only served
//!             ├─ SQLite, elsewhere feature `sqlite-remote`: read only, refreshed
//!             ├─ SQLite            feature `sqlite`  ┐
//!             ├─ MySQL, MariaDB    feature `mysql`   │ the tables of Terracotta 0.8 to 0.11;
//!             └─ PostgreSQL        feature `postgres`┘ `open`, `create` by path or address
//! ```
//!
//! # Example
//!
//! ```
//! use catalog::{Catalog as _, Entry, Keys, MemoryCatalog, Query};
//!
//! let keys = Keys::new(["date", "band"])?;
//! let catalog = MemoryCatalog::new(keys);
//! # pollster::block_on(async {
//! catalog.insert(&[Entry::new(["20200101", "B04"], "a.tif")]).await?;
//! let page = catalog.datasets(&Query::default().with_value("band", "B04")).await?;
//! assert_eq!(page.datasets[0].path, "a.tif");
//! # Ok::<(), catalog::Error>(())
//! # })?;
//! # Ok::<(), catalog::Error>(())
//! ```
//!
//! # Features
//!
//! Without features the crate holds no I/O and builds for `wasm32-unknown-unknown`.
//!
//! | Feature | Brings |
//! | --- | --- |
//! | `sqlite` | SQLite files; SQLite itself, which is C |
//! | `sqlite-remote` | SQLite files in S3, Google Cloud Storage, Azure and behind HTTP, only to be read |
//! | `mysql` | MySQL and MariaDB, with TLS by rustls |
//! | `postgres` | PostgreSQL, with TLS by rustls |
//! | `testkit` | `testkit::check_catalog`, the contract of [`Catalog`] as a function |
//!
//! The databases need a tokio runtime with time and I/O.
#![forbid(unsafe_code)]

mod dataset;
mod error;
mod keys;
mod measure;
mod memory;
mod metadata;
mod path;
mod pattern;
mod query;
mod seam;
#[cfg(feature = "sql")]
mod sql;
mod stamp;
#[cfg(feature = "testkit")]
pub mod testkit;

pub use dataset::{Dataset, Entry};
pub use error::Error;
pub use keys::{Key, Keys};
pub use measure::{Accumulator, MeasureOptions, Measurement, Part, measure};
pub use memory::MemoryCatalog;
pub use metadata::{Metadata, PERCENTILES};
pub use path::DatasetPath;
pub use pattern::Pattern;
pub use query::{Filter, Page, Query};
pub use seam::Catalog;
#[cfg(feature = "sqlite-remote")]
pub use sql::RemoteSqliteCatalog;
#[cfg(feature = "sqlite")]
pub use sql::SqliteCatalog;
#[cfg(feature = "sql")]
pub use sql::{Migration, OpenOptions, Provider, Warn, create, migration, open};
pub use stamp::Stamp;
