//! Putting datasets into a database, a batch at a time.

use crate::Error;
use catalog::{Catalog, Entry};
use std::time::{Duration, Instant};

/// Datasets of a batch; each batch is put in whole or not at all.
const BATCH: usize = 200;

/// The same where nothing is read, and batches fill at once.
const LAZY_BATCH: usize = 2000;

/// A batch does not wait longer for more: what is measured is not to be lost.
const PATIENCE: Duration = Duration::from_secs(2);

/// Waits before a database that does not answer is asked again.
const RETRIES: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(8),
];

/// Takes datasets as they come.
#[derive(Debug)]
pub(super) struct Sink<'a> {
    catalog: &'a dyn Catalog,
    batch: Vec<Entry>,
    size: usize,
    since: Instant,
    /// Datasets that are in.
    pub(super) done: usize,
    /// Datasets that the database does not take.
    pub(super) refused: usize,
}

impl<'a> Sink<'a> {
    pub(super) fn new(catalog: &'a dyn Catalog, lazy: bool) -> Self {
        Self {
            catalog,
            batch: Vec::new(),
            size: if lazy { LAZY_BATCH } else { BATCH },
            since: Instant::now(),
            done: 0,
            refused: 0,
        }
    }

    /// Takes one, and puts in those before when it is time.
    pub(super) async fn add(&mut self, entry: Entry) -> Result<(), Error> {
        if self.batch.is_empty() {
            self.since = Instant::now();
        }
        self.batch.push(entry);
        if self.batch.len() >= self.size || self.since.elapsed() >= PATIENCE {
            self.flush().await?;
        }
        Ok(())
    }

    /// Puts in what was taken.
    ///
    /// # Errors
    ///
    /// The database's, if it does not answer, or takes nothing at all. A dataset that it does not take for
    /// its own sake is reported and left out.
    pub(super) async fn flush(&mut self) -> Result<(), Error> {
        let batch = core::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        match self.insert(&batch).await {
            Ok(()) => self.done += batch.len(),
            Err(catalog::Error::Invalid(message)) if batch.len() == 1 => {
                self.refuse(&batch[0], &message);
            }
            Err(catalog::Error::Invalid(_)) => {
                for entry in &batch {
                    match self.insert(core::slice::from_ref(entry)).await {
                        Ok(()) => self.done += 1,
                        Err(catalog::Error::Invalid(message)) => self.refuse(entry, &message),
                        Err(error) => return Err(self.ended(error)),
                    }
                }
            }
            Err(error) => return Err(self.ended(error)),
        }
        Ok(())
    }

    async fn insert(&self, batch: &[Entry]) -> Result<(), catalog::Error> {
        for wait in RETRIES {
            match self.catalog.insert(batch).await {
                Err(catalog::Error::Unavailable { place, message }) => {
                    tracing::warn!("{place} does not answer: {message}; trying again in {wait:?}");
                    tokio::time::sleep(wait).await;
                }
                other => return other,
            }
        }
        self.catalog.insert(batch).await
    }

    fn refuse(&mut self, entry: &Entry, message: &str) {
        tracing::error!("{} is left out: {message}", entry.dataset.path);
        self.refused += 1;
    }

    fn ended(&self, error: catalog::Error) -> Error {
        let message = format!(
            "{}; {} datasets are in, the same command with --skip-existing goes on",
            crate::error::chain(&error),
            self.done
        );
        match Error::from(error) {
            Error::Database { trouble, .. } => Error::Database { trouble, message },
            _ => Error::Failed(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Trouble;
    use catalog::{Keys, MemoryCatalog, Metadata, Page, Query};
    use cog_raster::BoxFuture;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A database that is away for some calls.
    #[derive(Debug)]
    struct Away(MemoryCatalog, AtomicU32);

    impl Catalog for Away {
        fn keys(&self) -> &Keys {
            self.0.keys()
        }
        fn is_writable(&self) -> bool {
            true
        }
        fn datasets<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, catalog::Error>> {
            self.0.datasets(query)
        }
        fn path<'a>(
            &'a self,
            values: &'a [String],
        ) -> BoxFuture<'a, Result<String, catalog::Error>> {
            self.0.path(values)
        }
        fn metadata<'a>(
            &'a self,
            values: &'a [String],
        ) -> BoxFuture<'a, Result<Option<Metadata>, catalog::Error>> {
            self.0.metadata(values)
        }
        fn insert<'a>(&'a self, entries: &'a [Entry]) -> BoxFuture<'a, Result<(), catalog::Error>> {
            let left = self.1.load(Ordering::Relaxed);
            if left > 0 {
                self.1.store(left - 1, Ordering::Relaxed);
                let error = catalog::Error::Unavailable {
                    place: "db".into(),
                    message: "it restarts".into(),
                };
                return Box::pin(core::future::ready(Err(error)));
            }
            self.0.insert(entries)
        }
        fn set_metadata<'a>(
            &'a self,
            values: &'a [String],
            metadata: &'a Metadata,
        ) -> BoxFuture<'a, Result<(), catalog::Error>> {
            self.0.set_metadata(values, metadata)
        }
        fn delete<'a>(&'a self, values: &'a [String]) -> BoxFuture<'a, Result<(), catalog::Error>> {
            self.0.delete(values)
        }
    }

    fn catalog(away: u32) -> Away {
        let keys = Keys::new(["name"]).unwrap();
        Away(MemoryCatalog::new(keys), AtomicU32::new(away))
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_comes_back_loses_nothing() {
        let catalog = catalog(3);
        let mut sink = Sink::new(&catalog, true);
        for name in 0..5000 {
            sink.add(Entry::new([name.to_string()], "a.tif"))
                .await
                .unwrap();
        }
        sink.flush().await.unwrap();
        let query = Query::default().with_count();
        assert_eq!(catalog.datasets(&query).await.unwrap().total, Some(5000));
        assert_eq!((sink.done, sink.refused), (5000, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_stays_away_ends_the_run_with_how_far_it_came() {
        let catalog = catalog(100);
        let mut sink = Sink::new(&catalog, true);
        sink.add(Entry::new(["a"], "a.tif")).await.unwrap();
        let error = sink.flush().await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::Database {
                    trouble: Trouble::Away,
                    ..
                }
            ),
            "{error:?}"
        );
        assert!(error.to_string().contains("0 datasets are in"), "{error}");
    }

    #[tokio::test]
    async fn one_that_is_not_taken_does_not_keep_out_the_others() {
        let catalog = catalog(0);
        let mut sink = Sink::new(&catalog, true);
        for name in ["a".to_owned(), "x".repeat(300), "b".to_owned()] {
            sink.add(Entry::new([name], "a.tif")).await.unwrap();
        }
        sink.flush().await.unwrap();
        assert_eq!((sink.done, sink.refused), (2, 1));
    }
}
