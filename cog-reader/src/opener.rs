//! Open files, shared by all who ask for them.

use crate::io::{Clock, Flights};
use crate::{CacheStatistics, Cog, Error, OpenOptions, RangeReader, ReadError, ReadErrorKind};
use cog_raster::{BoxFuture, MaybeSend, SourceErrorKind};
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use quick_cache::{Weighter, sync::Cache};
use std::sync::Arc;

/// Opens each file once, for all who ask, and keeps it open as long as it is the same file.
///
/// Files are found by their location, a URL or path, and are the same as long
/// as their validator is. When one has not been checked for
/// [`max_age`](Self::with_max_age), it is looked at before it is used again:
/// one byte is read, nothing if the store tells a validator without
/// (`FileReader`); a file without a validator is opened anew. Files whose
/// stores tell a validator without a request are looked at on every use. A file
/// that a read finds replaced ([`Cog::is_replaced`]) is opened anew by who comes next.
///
/// Those who ask for the same file at the same time wait for one opening, and
/// any of them may go away. Errors are not kept.
///
/// # Example
///
/// ```
/// # use cog_reader::{ByteCache, Cog, Error, MemoryReader, OpenOptions, Opener, RangeReader};
/// # use std::sync::Arc;
/// # async fn example() -> Result<(), Error> {
/// let options = OpenOptions::default().with_byte_cache(Arc::new(ByteCache::new(256 << 20)));
/// let opener = Opener::new(options, 64 << 20);
/// let connect = || async {
///     Ok(Arc::new(MemoryReader::new("dem.tif", &b"II*\0"[..])) as Arc<dyn RangeReader>)
/// };
/// let cog: Cog = opener.open("dem.tif", connect).await?;
/// # Ok(())
/// # }
/// ```
pub struct Opener {
    options: OpenOptions,
    kept: Arc<Cache<Arc<str>, Arc<Kept>, ByBytes>>,
    flights: Arc<Flights<Arc<str>, Arc<Kept>>>,
    capacity: u64,
    age: Option<(Duration, Arc<dyn Clock>)>,
}

/// An open file.
#[derive(Debug)]
struct Kept {
    cog: Cog,
    /// Its store tells a validator without a request.
    tells: bool,
    /// Milliseconds of the clock when it was last looked at.
    checked: AtomicU64,
}

#[derive(Clone, Copy, Debug)]
struct ByBytes;

impl Weighter<Arc<str>, Arc<Kept>> for ByBytes {
    fn weight(&self, key: &Arc<str>, kept: &Arc<Kept>) -> u64 {
        (key.len() as u64).saturating_add(kept.cog.memory())
    }
}

impl Opener {
    /// An opener that keeps at most `bytes` bytes of headers, directories and
    /// tags. The pages of block indexes, at most
    /// [`Limits::index_bytes`](crate::Limits::index_bytes) for each file, are not counted.
    #[must_use]
    pub fn new(options: OpenOptions, bytes: u64) -> Self {
        // A guess of 32 KiB a file, only to size the table.
        let items = usize::try_from(bytes / (32 * 1024)).unwrap_or(usize::MAX);
        Self {
            options,
            kept: Arc::new(Cache::with_weighter(
                items.clamp(16, 1 << 16),
                bytes,
                ByBytes,
            )),
            flights: Arc::default(),
            capacity: bytes,
            age: None,
        }
    }

    /// Sets after which time a file is looked at before it is used again. Without, a file is
    /// the same until a read of it finds that it is not.
    #[must_use]
    pub fn with_max_age(mut self, age: Duration, clock: Arc<dyn Clock>) -> Self {
        self.age = Some((age, clock));
        self
    }

    /// How files are opened.
    #[must_use]
    pub const fn options(&self) -> &OpenOptions {
        &self.options
    }

    /// The file at `location`, opened now or before. `connect` makes a reader
    /// of it where one is needed.
    ///
    /// # Errors
    ///
    /// Those of `connect` and of [`Cog::open`].
    pub async fn open<C, F>(&self, location: &str, connect: C) -> Result<Cog, Error>
    where
        C: Fn() -> F,
        F: Future<Output = Result<Arc<dyn RangeReader>, ReadError>> + MaybeSend + 'static,
    {
        let old = self.kept.get(location);
        if let Some(kept) = old.as_ref().filter(|kept| self.is_fresh(kept)) {
            return Ok(kept.cog.clone());
        }
        let key: Arc<str> = location.into();
        let start = |_| -> BoxFuture<'static, Result<Vec<Arc<Kept>>, Error>> {
            let renewal = Renewal {
                key: Arc::clone(&key),
                old: old.clone(),
                options: self.options.clone(),
                kept: Arc::clone(&self.kept),
                clock: self.age.as_ref().map(|(_, clock)| Arc::clone(clock)),
            };
            let reader = connect();
            Box::pin(async move { Ok(vec![renewal.run(reader).await?]) })
        };
        let fresh = |_| self.kept.peek(&*key).filter(|kept| self.is_fresh(kept));
        let keys = core::slice::from_ref(&key);
        let loaded = self.flights.load(keys, fresh, start).await?;
        match loaded.values.first() {
            Some(kept) => Ok(kept.cog.clone()),
            None => Err(Error::Source {
                location: location.to_owned(),
                source: ReadError::new(ReadErrorKind::Unavailable, "the opening was given up"),
            }),
        }
    }

    /// Opens the file at `location` and works with it; if it turns out to be
    /// replaced meanwhile, opens it anew and works with that, once. So a
    /// replaced file costs time, and never gives pixels of two.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open) and of `work`.
    pub async fn with<C, F, W, G, T, E>(&self, location: &str, connect: C, work: W) -> Result<T, E>
    where
        C: Fn() -> F,
        F: Future<Output = Result<Arc<dyn RangeReader>, ReadError>> + MaybeSend + 'static,
        W: Fn(Cog) -> G,
        G: Future<Output = Result<T, E>>,
        E: From<Error> + MaybeChanged,
    {
        let first = match self.open(location, &connect).await {
            Ok(cog) => work(cog).await,
            Err(error) => Err(error.into()),
        };
        match first {
            Err(error) if error.is_changed() => work(self.open(location, &connect).await?).await,
            result => result,
        }
    }

    /// What it keeps and how much that helped.
    #[must_use]
    pub fn statistics(&self) -> CacheStatistics {
        CacheStatistics {
            entries: self.kept.len(),
            bytes: self.kept.weight(),
            capacity: self.capacity,
            hits: self.kept.hits(),
            misses: self.kept.misses(),
            joined: 0,
            under_way: self.flights.under_way(),
        }
    }

    fn is_fresh(&self, kept: &Kept) -> bool {
        if kept.tells || kept.cog.is_replaced() {
            return false;
        }
        self.age.as_ref().is_none_or(|(age, clock)| {
            let checked = Duration::from_millis(kept.checked.load(Ordering::Relaxed));
            clock.now().saturating_sub(checked) < *age
        })
    }
}

impl core::fmt::Debug for Opener {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Opener")
            .field("statistics", &self.statistics())
            .field("age", &self.age)
            .finish_non_exhaustive()
    }
}

/// An error that may say that a file was replaced; for [`Opener::with`].
pub trait MaybeChanged {
    /// The file was replaced since it was opened.
    fn is_changed(&self) -> bool;
}

impl MaybeChanged for Error {
    fn is_changed(&self) -> bool {
        self.kind() == SourceErrorKind::Changed
    }
}

impl MaybeChanged for cog_raster::SourceError {
    fn is_changed(&self) -> bool {
        self.kind() == SourceErrorKind::Changed
    }
}

/// Looks whether an open file is still the same, or opens one.
struct Renewal {
    key: Arc<str>,
    old: Option<Arc<Kept>>,
    options: OpenOptions,
    kept: Arc<Cache<Arc<str>, Arc<Kept>, ByBytes>>,
    clock: Option<Arc<dyn Clock>>,
}

impl Renewal {
    async fn run(
        self,
        reader: impl Future<Output = Result<Arc<dyn RangeReader>, ReadError>>,
    ) -> Result<Arc<Kept>, Error> {
        let failed = |source: ReadError| Error::Source {
            location: self.key.as_ref().to_owned(),
            source,
        };
        let reader = reader.await.map_err(failed)?;
        // When it was known to be so: before it was asked.
        let now = self
            .clock
            .as_ref()
            .map_or(Duration::ZERO, |clock| clock.now());
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let tells = reader.state().validator.is_some();
        if let Some(old) = self
            .old
            .as_ref()
            .filter(|old| old.cog.validator().is_some())
        {
            if !tells {
                let byte = core::array::from_fn::<_, 1, _>(|_| 0..1);
                reader.read_ranges(&byte).await.map_err(failed)?;
            }
            let (state, before) = (reader.state(), (old.cog.size(), old.cog.validator()));
            if (state.size.or(before.0), state.validator) == before {
                old.checked.store(now, Ordering::Relaxed);
                return Ok(Arc::clone(old));
            }
        }
        let cog = Cog::open(reader, self.options).await?;
        let kept = Arc::new(Kept {
            cog,
            tells,
            checked: AtomicU64::new(now),
        });
        self.kept.insert(self.key, Arc::clone(&kept));
        Ok(kept)
    }
}
