//! A catalog in memory.

use crate::{Catalog, Dataset, Entry, Error, Keys, Metadata, Page, Query, query::touch};
use cog_raster::BoxFuture;
use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock, RwLockReadGuard},
};

type Rows = BTreeMap<Vec<String>, (String, Option<Metadata>)>;

/// Datasets in memory: for files that are only served, and for tests.
#[derive(Debug)]
pub struct MemoryCatalog {
    keys: Keys,
    rows: RwLock<Rows>,
}

impl MemoryCatalog {
    /// An empty catalog.
    #[must_use]
    pub fn new(keys: Keys) -> Self {
        Self {
            keys,
            rows: RwLock::default(),
        }
    }

    fn rows(&self) -> RwLockReadGuard<'_, Rows> {
        // Rows are replaced whole: a panic elsewhere leaves them as they were.
        self.rows.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Rows) -> T) -> T {
        change(&mut self.rows.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn find(&self, query: &Query) -> Result<Page, Error> {
        query.check(&self.keys)?;
        let order = query.order(&self.keys)?;
        let filters: Vec<_> = query
            .filters
            .iter()
            .map(|(key, filter)| Ok((self.keys.position(key)?, filter)))
            .collect::<Result<_, Error>>()?;
        let rows = self.rows();
        let mut found: Vec<_> = rows
            .iter()
            .filter(|(values, (_, metadata))| {
                filters
                    .iter()
                    .all(|(at, filter)| filter.accepts(&values[*at]))
                    && query.bbox.is_none_or(|bbox| {
                        metadata
                            .as_ref()
                            .is_some_and(|metadata| touch(metadata.bounds, bbox))
                    })
            })
            .map(|(values, (path, _))| (values, path))
            .collect();
        found.sort_by(|(values, path), (other_values, other_path)| {
            let column = |at: &usize| match values.get(*at) {
                Some(value) => value.cmp(&other_values[*at]),
                None => path.cmp(other_path),
            };
            let ordering = order.iter().map(column).find(|ordering| ordering.is_ne());
            let ordering = ordering.unwrap_or(core::cmp::Ordering::Equal);
            if query.ascending {
                ordering
            } else {
                ordering.reverse()
            }
        });
        let total = query.count.then_some(found.len() as u64);
        let most = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let datasets = found
            .into_iter()
            .skip(most(query.offset()))
            .take(most(query.limit))
            .map(|(values, path)| Dataset {
                values: values.clone(),
                path: path.clone(),
            })
            .collect();
        Ok(Page { datasets, total })
    }

    fn row<T>(
        &self,
        values: &[String],
        of: impl FnOnce(&(String, Option<Metadata>)) -> T,
    ) -> Result<T, Error> {
        self.keys.check(values)?;
        self.rows().get(values).map(of).ok_or(Error::NotFound)
    }
}

impl Catalog for MemoryCatalog {
    fn keys(&self) -> &Keys {
        &self.keys
    }

    fn is_writable(&self) -> bool {
        true
    }

    fn datasets<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, Error>> {
        Box::pin(async move { self.find(query) })
    }

    fn path<'a>(&'a self, values: &'a [String]) -> BoxFuture<'a, Result<String, Error>> {
        Box::pin(async move { self.row(values, |(path, _)| path.clone()) })
    }

    fn metadata<'a>(
        &'a self,
        values: &'a [String],
    ) -> BoxFuture<'a, Result<Option<Metadata>, Error>> {
        Box::pin(async move { self.row(values, |(_, metadata)| metadata.clone()) })
    }

    fn insert<'a>(&'a self, entries: &'a [Entry]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for entry in entries {
                self.keys.check(&entry.dataset.values)?;
                entry.metadata.as_ref().map_or(Ok(()), Metadata::check)?;
            }
            self.change(|rows| {
                for Entry { dataset, metadata } in entries {
                    let row = rows.entry(dataset.values.clone()).or_default();
                    if metadata.is_some() || row.0 != dataset.path {
                        row.1.clone_from(metadata);
                    }
                    row.0.clone_from(&dataset.path);
                }
            });
            Ok(())
        })
    }

    fn set_metadata<'a>(
        &'a self,
        values: &'a [String],
        metadata: &'a Metadata,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            self.keys.check(values)?;
            metadata.check()?;
            self.change(|rows| match rows.get_mut(values) {
                Some(row) => {
                    row.1 = Some(metadata.clone());
                    Ok(())
                }
                None => Err(Error::NotFound),
            })
        })
    }

    fn delete<'a>(&'a self, values: &'a [String]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            self.keys.check(values)?;
            self.change(|rows| rows.remove(values))
                .map(drop)
                .ok_or(Error::NotFound)
        })
    }
}
