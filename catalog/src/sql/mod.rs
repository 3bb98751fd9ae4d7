//! Catalogs in databases, in Terracotta's tables (0.8 to 0.11).
//!
//! | Table | Columns |
//! | --- | --- |
//! | `terracotta` | `version`, one row |
//! | `key_names` | `key_name`, `description`, `idx` |
//! | `datasets` | one for each key, together the primary key; `path` |
//! | `metadata` | the keys; `bounds_…`, `convex_hull`, `valid_percentage`, `min`, `max`, `mean`, `stdev`, `percentiles`, `metadata` |
//!
//! [`catalog`] holds what a catalog does, `statements` what it asks, `dialect` the databases' differences,
//! `engine` the connections; `sqlite_file`, `mysql` and `postgres` only connect.

#[cfg(any(feature = "mysql", feature = "postgres"))]
mod address;
mod batch;
mod catalog;
mod describe;
mod dialect;
#[cfg(feature = "sqlite-remote")]
mod download;
mod engine;
mod failure;
mod migrate;
#[cfg(feature = "mysql")]
mod mysql;
mod open;
mod outage;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite-remote")]
mod remote;
mod row;
mod schema;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "sqlite")]
mod sqlite_file;
mod statement;
mod statements;
mod version;

pub use migrate::{Migration, migration};
pub use open::{OpenOptions, Provider, Warn, create, open};
#[cfg(feature = "sqlite-remote")]
pub use remote::RemoteSqliteCatalog;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteCatalog;
