//! Catalogs in databases, in Terracotta's tables (0.8 to 0.11).
//!
//! | Table | Columns |
//! | --- | --- |
//! | `terracotta` | `version`, one row |
//! | `key_names` | `key_name`, `description`, `idx` |
//! | `datasets` | one for each key, together the primary key; `path` |
//! | `metadata` | the keys; `bounds_…`, `convex_hull`, `valid_percentage`, `min`, `max`, `mean`, `stdev`, `percentiles`, `metadata` |

#[cfg(feature = "sqlite")]
mod sqlite;
mod statements;
mod version;

#[cfg(feature = "sqlite")]
pub use sqlite::SqliteCatalog;
