//! SQLite files in object stores and behind HTTP: copied whole, looked at again from time to time.

use super::{download, sqlite::SqliteCatalog};
use crate::{Catalog, Entry, Error, Keys, Metadata, OpenOptions, Page, Query, Stamp};
use cog_raster::BoxFuture;
use object_store::{ObjectStore, path::Path as StorePath};
use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};
use url::Url;

/// A catalog in a SQLite file that lies elsewhere; only to be read.
///
/// The file is copied whole into [`OpenOptions::cache_folder`]. After [`OpenOptions::cache_ttl`] the next
/// request has it looked at again, by its ETag and beside all requests: they are answered from the copy
/// that is there until a newer one is there and found whole. One that is damaged, too large, no catalog or
/// has other keys is told to [`OpenOptions::warn`] and not used.
#[derive(Clone, Debug)]
pub struct RemoteSqliteCatalog(Arc<Inner>);

struct Inner {
    store: Arc<dyn ObjectStore>,
    path: StorePath,
    place: String,
    options: OpenOptions,
    keys: Keys,
    current: RwLock<Arc<Copy>>,
    /// When the store was last asked.
    asked: Mutex<Instant>,
    is_refreshing: AtomicBool,
}

impl core::fmt::Debug for Inner {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Inner")
            .field("place", &self.place)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

/// A version of the file.
struct Copy {
    catalog: SqliteCatalog,
    file: PathBuf,
    tag: download::Tag,
}

impl RemoteSqliteCatalog {
    /// Copies the file and opens it; messages call it `place`, which must hold no password.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] if the store does not answer; [`Error::Unusable`] if there is no such
    /// object, it is too large, damaged, or no catalog, or the copy cannot be written.
    pub async fn open(
        store: Arc<dyn ObjectStore>,
        path: StorePath,
        place: impl Into<String>,
        options: &OpenOptions,
    ) -> Result<Self, Error> {
        let place = place.into();
        let source = download::Source {
            store: &*store,
            path: &path,
            place: &place,
            options,
        };
        let Some((file, tag)) = source.fetch(None).await? else {
            return Err(source.unusable("the store says that it has not changed since never"));
        };
        let copy = checked(file, tag, &place, options).await?;
        let keys = copy.catalog.keys().clone();
        Ok(Self(Arc::new(Inner {
            store,
            path,
            place,
            options: options.clone(),
            keys,
            current: RwLock::new(Arc::new(copy)),
            asked: Mutex::new(Instant::now()),
            is_refreshing: AtomicBool::new(false),
        })))
    }

    /// As [`open`](Self::open), by an address.
    pub(super) async fn open_url(address: &str, options: &OpenOptions) -> Result<Self, Error> {
        let place = place(address);
        let invalid = |what: String| Error::invalid(format!("{place}: {what}"));
        let address = match address.contains("://") {
            true => address.to_owned(),
            // Terracotta's only remote store, where the provider is said and no scheme.
            false => format!("s3://{address}"),
        };
        let url = Url::parse(&address).map_err(|error| invalid(error.to_string()))?;
        if url.query().is_some() {
            return Err(invalid("addresses with `?` are not read".into()));
        }
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((
                    name.into_string().ok()?.to_ascii_lowercase(),
                    value.into_string().ok()?,
                ))
            })
            .filter(|(name, _)| {
                ["aws_", "google_", "azure_"]
                    .iter()
                    .any(|start| name.starts_with(start))
            });
        let plain = (url.scheme() == "http").then(|| ("allow_http".into(), "true".into()));
        let settings = environment.chain(plain).chain(options.store.clone());
        let (store, path) = object_store::parse_url_opts(&url, settings)
            .map_err(|_| invalid("no store is reached by this address and its settings".into()))?;
        Self::open(Arc::from(store), path, place.clone(), options).await
    }

    /// Looks at the file again, now; whether there is a newer version, which is then used.
    ///
    /// # Errors
    ///
    /// [`open`](Self::open)'s; the version that was there is kept.
    pub async fn refresh(&self) -> Result<bool, Error> {
        self.0.refresh().await
    }

    /// The version to answer from; has the file looked at again if it is time, and waits for nothing.
    fn current(&self) -> Arc<Copy> {
        let inner = &self.0;
        let is_due = inner.asked().elapsed() >= inner.options.cache_ttl;
        // Whoever asks for a stamp need not be in a runtime.
        if let Ok(runtime) = tokio::runtime::Handle::try_current()
            && is_due
            && !inner.is_refreshing.swap(true, Ordering::AcqRel)
        {
            let inner = Arc::clone(inner);
            runtime.spawn(async move {
                let done = Refreshing(&inner);
                if let Err(error) = inner.refresh().await {
                    inner.warn(&format!("{error}; the version that was there is kept"));
                }
                drop(done);
            });
        }
        inner.copy()
    }
}

/// However a refresh ends, the next may begin.
struct Refreshing<'a>(&'a Inner);

impl Drop for Refreshing<'_> {
    fn drop(&mut self) {
        self.0.is_refreshing.store(false, Ordering::Release);
    }
}

impl Inner {
    fn asked(&self) -> Instant {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn copy(&self) -> Arc<Copy> {
        let current = self.current.read();
        Arc::clone(&current.unwrap_or_else(PoisonError::into_inner))
    }

    fn warn(&self, message: &str) {
        if let Some(warn) = &self.options.warn {
            warn(message);
        }
    }

    async fn refresh(&self) -> Result<bool, Error> {
        // A store that fails is not asked by every request.
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        let before = self.copy();
        let source = download::Source {
            store: &*self.store,
            path: &self.path,
            place: &self.place,
            options: &self.options,
        };
        let fetched = source.fetch(Some(&before.tag)).await?;
        // So that nobody takes it for left behind.
        download::touch(&before.file);
        let Some((file, tag)) = fetched else {
            return Ok(false);
        };
        let copy = checked(file, tag, &self.place, &self.options).await?;
        if copy.catalog.keys() != &self.keys {
            return Err(source
                .unusable("a newer version has other keys; start the program again to serve it"));
        }
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(copy);
        source.clean();
        Ok(true)
    }
}

/// Opens a copy and reads it whole; a bad one is taken away.
async fn checked(
    file: PathBuf,
    tag: download::Tag,
    place: &str,
    options: &OpenOptions,
) -> Result<Copy, Error> {
    let opened = async {
        let catalog = SqliteCatalog::open_fixed(&file, place, options).await?;
        catalog.check().await?;
        Ok(catalog)
    };
    match opened.await {
        Ok(catalog) => Ok(Copy { catalog, file, tag }),
        Err(error) => {
            // It would be found again by its tag; that it cannot be taken away changes nothing.
            let _ = std::fs::remove_file(&file);
            Err(error)
        }
    }
}

/// An address for messages: without user, password and what stands behind `?`.
pub(super) fn place(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let end = rest.find('/').unwrap_or(rest.len());
    let host = rest[..end].rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{}", &rest[end..])
}

impl Catalog for RemoteSqliteCatalog {
    fn keys(&self) -> &Keys {
        &self.0.keys
    }

    fn is_writable(&self) -> bool {
        false
    }

    fn stamp(&self) -> Option<Stamp> {
        self.current().catalog.stamp()
    }

    fn datasets<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, Error>> {
        Box::pin(async move { self.current().catalog.datasets(query).await })
    }

    fn path<'a>(&'a self, values: &'a [String]) -> BoxFuture<'a, Result<String, Error>> {
        Box::pin(async move { self.current().catalog.path(values).await })
    }

    fn metadata<'a>(
        &'a self,
        values: &'a [String],
    ) -> BoxFuture<'a, Result<Option<Metadata>, Error>> {
        Box::pin(async move { self.current().catalog.metadata(values).await })
    }

    fn insert<'a>(&'a self, _: &'a [Entry]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move { Err(Error::ReadOnly(self.0.place.clone())) })
    }

    fn set_metadata<'a>(
        &'a self,
        _: &'a [String],
        _: &'a Metadata,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move { Err(Error::ReadOnly(self.0.place.clone())) })
    }

    fn delete<'a>(&'a self, _: &'a [String]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move { Err(Error::ReadOnly(self.0.place.clone())) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_without_secrets() {
        for (address, told) in [
            ("s3://bucket/a.sqlite", "s3://bucket/a.sqlite"),
            ("https://me:secret@host/a?sig=secret", "https://host/a"),
            ("https://host", "https://host"),
            ("bucket/a", "bucket/a"),
        ] {
            assert_eq!(place(address), told);
        }
    }
}
