//! The catalog in a SQLite file, and in the one that takes its place.

use super::{
    catalog::SqlCatalog,
    dialect::Dialect,
    sqlite_file::{Access, FileId, connect, log_of, written},
};
use crate::{Catalog, Entry, Error, Keys, Metadata, OpenOptions, Page, Query, Stamp};
use cog_raster::BoxFuture;
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

/// A catalog in a SQLite file.
///
/// Where another file takes its place (Unix tells them apart), that is opened: by the first request after
/// [`OpenOptions::recheck`], or the next that writes, so that nothing is written into a file that nobody
/// finds any more. One that is no catalog, or has other keys, is told to [`OpenOptions::warn`]: what was
/// there is read on, and writing fails.
#[derive(Debug)]
pub struct SqliteCatalog {
    path: PathBuf,
    access: Access,
    options: OpenOptions,
    keys: Keys,
    current: RwLock<Arc<Current>>,
    /// When the file was last looked at.
    looked: Mutex<Instant>,
}

/// The file that is open.
#[derive(Debug)]
struct Current {
    catalog: SqlCatalog,
    file: Option<FileId>,
    /// Where writers put what is not yet in it.
    log: PathBuf,
    /// Another for each that is opened.
    number: u64,
}

fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

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
        let catalog = SqlCatalog::create(Box::new(engine), Dialect::Sqlite, place, keys).await?;
        let current = Current {
            catalog,
            file: FileId::of(path),
            log: log_of(path),
            number: next_number(),
        };
        Ok(Self::of(path, Access::Write, options, current))
    }

    pub(crate) async fn open_with(path: &Path, options: &OpenOptions) -> Result<Self, Error> {
        let access = match options.read_only {
            true => Access::Read,
            false => Access::Write,
        };
        let current = Current::open(path, access, options).await?;
        Ok(Self::of(path, access, options, current))
    }

    /// Opens a file that nobody changes; errors name `place`.
    #[cfg(feature = "sqlite-remote")]
    pub(super) async fn open_fixed(
        path: &Path,
        place: &str,
        options: &OpenOptions,
    ) -> Result<Self, Error> {
        let engine = connect(path, place, Access::Fixed, options).await?;
        let place = place.to_owned();
        let catalog = SqlCatalog::open(Box::new(engine), Dialect::Sqlite, place, false).await?;
        let current = Current {
            catalog,
            file: None,
            log: PathBuf::new(),
            number: next_number(),
        };
        Ok(Self::of(path, Access::Fixed, options, current))
    }

    /// Reads every page of the file.
    #[cfg(feature = "sqlite-remote")]
    pub(super) async fn check(&self) -> Result<(), Error> {
        let catalog = &self.there().catalog;
        let said = catalog.ask("PRAGMA quick_check(1)").await?;
        match said.as_deref() {
            Some("ok") => Ok(()),
            said => Err(catalog.unusable(format!(
                "it is damaged: {}",
                said.unwrap_or("it cannot be checked")
            ))),
        }
    }

    fn of(path: &Path, access: Access, options: &OpenOptions, current: Current) -> Self {
        Self {
            path: path.to_owned(),
            access,
            options: options.clone(),
            keys: current.catalog.keys().clone(),
            current: RwLock::new(Arc::new(current)),
            looked: Mutex::new(Instant::now()),
        }
    }

    fn there(&self) -> Arc<Current> {
        let current = self.current.read();
        Arc::clone(&current.unwrap_or_else(PoisonError::into_inner))
    }

    /// The file that is there now, or, only to be read, the one that was there.
    async fn current(&self, is_writing: bool) -> Result<Arc<Current>, Error> {
        let before = self.there();
        let is_fixed = !matches!(self.access, Access::Read | Access::Write);
        if is_fixed || !self.is_time(is_writing) || FileId::of(&self.path) == before.file {
            return Ok(before);
        }
        match self.reopened().await {
            Ok(current) => Ok(current),
            Err(error) if is_writing => Err(error),
            Err(error) => {
                if let Some(warn) = &self.options.warn {
                    warn(&format!("{error}; what was there before is read on"));
                }
                Ok(before)
            }
        }
    }

    fn is_time(&self, is_writing: bool) -> bool {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_time = is_writing || looked.elapsed() >= self.options.recheck;
        if is_time {
            *looked = Instant::now();
        }
        is_time
    }

    async fn reopened(&self) -> Result<Arc<Current>, Error> {
        let current = Current::open(&self.path, self.access, &self.options).await?;
        if current.catalog.keys() != &self.keys {
            return Err(current.catalog.unusable(format!(
                "another file took its place, with the keys {} instead of {}; start the program again to use it",
                current.catalog.keys(),
                self.keys
            )));
        }
        let current = Arc::new(current);
        let mut place = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *place = Arc::clone(&current);
        Ok(current)
    }
}

impl Current {
    async fn open(path: &Path, access: Access, options: &OpenOptions) -> Result<Self, Error> {
        // Before it is opened: if another comes in between, that is noticed.
        let file = FileId::of(path);
        let place = path.display().to_string();
        let engine = connect(path, &place, access, options).await?;
        let is_writable = access == Access::Write;
        let catalog = SqlCatalog::open(Box::new(engine), Dialect::Sqlite, place, is_writable);
        Ok(Self {
            catalog: catalog.await?,
            file,
            log: log_of(path),
            number: next_number(),
        })
    }
}

impl Catalog for SqliteCatalog {
    fn keys(&self) -> &Keys {
        &self.keys
    }

    fn is_writable(&self) -> bool {
        self.access == Access::Write
    }

    fn stamp(&self) -> Option<Stamp> {
        let current = self.there();
        let [a, b, c, d] = match self.access {
            Access::Read | Access::Write => written(&self.path, &current.log, current.file)?,
            // Nobody changes it.
            _ => [0; 4],
        };
        Some(Stamp::new([current.number, a, b, c, d]))
    }

    fn datasets<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, Error>> {
        Box::pin(async move { self.current(false).await?.catalog.datasets(query).await })
    }

    fn path<'a>(&'a self, values: &'a [String]) -> BoxFuture<'a, Result<String, Error>> {
        Box::pin(async move { self.current(false).await?.catalog.path(values).await })
    }

    fn metadata<'a>(
        &'a self,
        values: &'a [String],
    ) -> BoxFuture<'a, Result<Option<Metadata>, Error>> {
        Box::pin(async move { self.current(false).await?.catalog.metadata(values).await })
    }

    fn insert<'a>(&'a self, entries: &'a [Entry]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move { self.current(true).await?.catalog.insert(entries).await })
    }

    fn set_metadata<'a>(
        &'a self,
        values: &'a [String],
        metadata: &'a Metadata,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let current = self.current(true).await?;
            current.catalog.set_metadata(values, metadata).await
        })
    }

    fn delete<'a>(&'a self, values: &'a [String]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move { self.current(true).await?.catalog.delete(values).await })
    }
}

#[cfg(all(test, unix, feature = "sqlite-remote"))]
mod tests {
    use super::*;
    use std::{fs::File, time::Duration, time::SystemTime};

    #[tokio::test]
    async fn a_log_is_looked_for_beside_the_file_and_not_its_link() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("there.sqlite");
        let written = SystemTime::now() - Duration::from_secs(60);
        let settle = |path: &Path| {
            let file = File::options().write(true).open(path).unwrap();
            file.set_modified(written).unwrap();
        };
        let keys = Keys::new(["date", "band"]).unwrap();
        let writer = SqliteCatalog::create(&path, keys).await.unwrap();
        let mode = writer.there().catalog.ask("PRAGMA journal_mode=WAL").await;
        assert_eq!(mode.unwrap().as_deref(), Some("wal"));
        std::fs::create_dir(folder.path().join("links")).unwrap();
        let link = folder.path().join("links/a.sqlite");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let reader = SqliteCatalog::open(&link).await.unwrap();
        let values = ["a".to_owned(), "b".to_owned()];
        assert!(reader.path(&values).await.is_err());
        let log = log_of(&path);
        let mut before = None;
        for round in ["first", "second"] {
            writer
                .insert(&[Entry::new(["a", "b"], round)])
                .await
                .unwrap();
            assert_eq!(reader.path(&values).await.unwrap(), round);
            // The log alone was written now, and by another time of its own it shows.
            settle(&path);
            assert_eq!(reader.stamp(), None, "{round}");
            settle(&log);
            let stamp = reader.stamp();
            assert!(stamp.is_some() && stamp != before, "{round}");
            before = stamp;
        }
    }
}
