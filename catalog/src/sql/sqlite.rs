//! SQLite.

use super::{catalog::SqlCatalog, dialect::Dialect, engine::engine, failure::failed};
use crate::{Catalog, Entry, Error, Keys, Metadata, OpenOptions, Page, Query};
use core::time::Duration;
use sqlx::sqlite::SqliteConnectOptions;
use std::path::Path;

engine!(sqlx::Sqlite, "BEGIN IMMEDIATE");

/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A catalog in a SQLite file.
#[derive(Debug)]
pub struct SqliteCatalog(pub(super) SqlCatalog);

impl SqliteCatalog {
    /// Makes the tables in a file, which is made too if it is not there.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] if the file holds a catalog already, or something else.
    pub async fn create(path: impl AsRef<Path>, keys: Keys) -> Result<Self, Error> {
        Self::create_with(path.as_ref(), &keys, &OpenOptions::default()).await
    }

    /// Opens a file that Terracotta or this crate made.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] if it is not there, no catalog, or of a version that is not read.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_with(path.as_ref(), &OpenOptions::default()).await
    }

    /// As [`open`](Self::open), never to write.
    ///
    /// # Errors
    ///
    /// [`open`](Self::open)'s.
    pub async fn open_read_only(path: impl AsRef<Path>) -> Result<Self, Error> {
        let options = OpenOptions::default().with_read_only(true);
        Self::open_with(path.as_ref(), &options).await
    }

    pub(crate) async fn create_with(
        path: &Path,
        keys: &Keys,
        options: &OpenOptions,
    ) -> Result<Self, Error> {
        let place = path.display().to_string();
        let engine = connect(path, &place, Access::Create, options).await?;
        SqlCatalog::create(Box::new(engine), Dialect::Sqlite, place, keys)
            .await
            .map(Self)
    }

    pub(crate) async fn open_with(path: &Path, options: &OpenOptions) -> Result<Self, Error> {
        let place = path.display().to_string();
        let access = match options.read_only {
            true => Access::Read,
            false => Access::Write,
        };
        let engine = connect(path, &place, access, options).await?;
        let is_writable = !options.read_only;
        SqlCatalog::open(Box::new(engine), Dialect::Sqlite, place, is_writable)
            .await
            .map(Self)
    }

    /// Opens a file that nobody changes; errors name `place`.
    #[cfg(feature = "sqlite-remote")]
    pub(super) async fn open_fixed(
        path: &Path,
        place: &str,
        options: &OpenOptions,
    ) -> Result<Self, Error> {
        let engine = connect(path, place, Access::Fixed, options).await?;
        SqlCatalog::open(Box::new(engine), Dialect::Sqlite, place.to_owned(), false)
            .await
            .map(Self)
    }

    /// Reads every page of the file.
    #[cfg(feature = "sqlite-remote")]
    pub(super) async fn check(&self) -> Result<(), Error> {
        let said = self.0.ask("PRAGMA quick_check(1)").await?;
        match said.as_deref() {
            Some("ok") => Ok(()),
            said => Err(self.0.unusable(format!(
                "it is damaged: {}",
                said.unwrap_or("it cannot be checked")
            ))),
        }
    }
}

impl Catalog for SqliteCatalog {
    fn keys(&self) -> &Keys {
        self.0.keys()
    }

    fn is_writable(&self) -> bool {
        self.0.is_writable()
    }

    fn datasets<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, Error>> {
        self.0.datasets(query)
    }

    fn path<'a>(&'a self, values: &'a [String]) -> BoxFuture<'a, Result<String, Error>> {
        self.0.path(values)
    }

    fn metadata<'a>(
        &'a self,
        values: &'a [String],
    ) -> BoxFuture<'a, Result<Option<Metadata>, Error>> {
        self.0.metadata(values)
    }

    fn insert<'a>(&'a self, entries: &'a [Entry]) -> BoxFuture<'a, Result<(), Error>> {
        self.0.insert(entries)
    }

    fn set_metadata<'a>(
        &'a self,
        values: &'a [String],
        metadata: &'a Metadata,
    ) -> BoxFuture<'a, Result<(), Error>> {
        self.0.set_metadata(values, metadata)
    }

    fn delete<'a>(&'a self, values: &'a [String]) -> BoxFuture<'a, Result<(), Error>> {
        self.0.delete(values)
    }
}

/// What a file is opened for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Access {
    Read,
    Write,
    Create,
    /// Only to be read, and nobody ever changes the file.
    #[cfg(feature = "sqlite-remote")]
    Fixed,
}

/// Opens a file, which must be there unless it is to be made.
pub(super) async fn connect(
    path: &Path,
    place: &str,
    access: Access,
    options: &OpenOptions,
) -> Result<PoolEngine, Error> {
    let limits = Limits {
        connect: PATIENCE,
        answer: None,
        connections: options.connections,
    };
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(access == Access::Create)
        .read_only(!matches!(access, Access::Write | Access::Create))
        .busy_timeout(PATIENCE);
    #[cfg(feature = "sqlite-remote")]
    let options = options.immutable(access == Access::Fixed);
    PoolEngine::connect(options, limits)
        .await
        .map_err(|error| failed(Dialect::Sqlite, place, false, &error))
}
