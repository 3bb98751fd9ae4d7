//! Open files, shared by all who ask for them.

use crate::io::{Clock, Flights};
use crate::{
    CacheStatistics, Cog, Error, Neighbours, ObjectState, OpenOptions, RangeReader, ReadError,
    ReadErrorKind,
};
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
    neighbours: Option<Arc<dyn Neighbours>>,
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
struct ByBytes {
    /// What a file counts as at least, so that a number of them fills the cache.
    least: u64,
}

impl Weighter<Arc<str>, Arc<Kept>> for ByBytes {
    fn weight(&self, key: &Arc<str>, kept: &Arc<Kept>) -> u64 {
        let bytes = (key.len() as u64).saturating_add(kept.cog.memory());
        bytes.max(self.least)
    }
}

impl Opener {
    /// An opener that keeps at most `bytes` bytes of headers, directories and
    /// tags. The pages of block indexes, at most
    /// [`Limits::index_bytes`](crate::Limits::index_bytes) for each file, are not counted.
    #[must_use]
    pub fn new(options: OpenOptions, bytes: u64) -> Self {
        Self {
            options,
            neighbours: None,
            kept: cache(bytes, 0),
            flights: Arc::default(),
            capacity: bytes,
            age: None,
        }
    }

    /// Sets how many files are kept open, at least one; they may be fewer. A reader of a local file
    /// holds a file descriptor, of which a process has a thousand or so. What was kept is dropped.
    #[must_use]
    pub fn with_max_files(mut self, files: usize) -> Self {
        // One more would not fit; the cache takes nothing that fills it alone.
        let least = self.capacity / (files.max(1) as u64).saturating_add(1) + 1;
        self.kept = cache(self.capacity, least);
        self
    }

    /// Sets after which time a file is looked at before it is used again. Without, a file is
    /// the same until a read of it finds that it is not.
    #[must_use]
    pub fn with_max_age(mut self, age: Duration, clock: Arc<dyn Clock>) -> Self {
        self.age = Some((age, clock));
        self
    }

    /// Opens each file with what lies beside it, as [`Cog::open_with_sidecars`] does. When a file is
    /// looked at again, so is what was found beside it; what is put there later is noticed when
    /// the file is opened anew.
    #[must_use]
    pub fn with_sidecars(mut self, neighbours: Arc<dyn Neighbours>) -> Self {
        self.neighbours = Some(neighbours);
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
                neighbours: self.neighbours.clone(),
                kept: Arc::clone(&self.kept),
                clock: self.age.as_ref().map(|(_, clock)| Arc::clone(clock)),
            };
            let reader = connect();
            Box::pin(async move { Ok(vec![renewal.run(reader).await?]) })
        };
        let fresh = |_| self.kept.peek(&*key).filter(|kept| self.is_fresh(kept));
        let keys = core::slice::from_ref(&key);
        let loaded = self.flights.load(keys, fresh, start).await?;
        match loaded.first() {
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
            joined: self.flights.joined(),
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

/// A cache of files, each of which counts as at least `least` bytes.
fn cache(bytes: u64, least: u64) -> Arc<Cache<Arc<str>, Arc<Kept>, ByBytes>> {
    // A guess of 32 KiB a file, only to size the table.
    let items = usize::try_from(bytes / least.max(32 * 1024)).unwrap_or(usize::MAX);
    let items = items.clamp(16, 1 << 16);
    Arc::new(Cache::with_weighter(items, bytes, ByBytes { least }))
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
    neighbours: Option<Arc<dyn Neighbours>>,
    kept: Arc<Cache<Arc<str>, Arc<Kept>, ByBytes>>,
    clock: Option<Arc<dyn Clock>>,
}

impl Renewal {
    async fn run(
        self,
        reader: impl Future<Output = Result<Arc<dyn RangeReader>, ReadError>>,
    ) -> Result<Arc<Kept>, Error> {
        let reader = reader.await.map_err(|source| self.failed(source))?;
        // When it was known to be so: before it was asked.
        let now = self
            .clock
            .as_ref()
            .map_or(Duration::ZERO, |clock| clock.now());
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let tells = reader.state().validator.is_some();
        // One that was found replaced is not asked again whether it is: its store may have two minds.
        if let Some(old) = self.old.as_ref().filter(|old| !old.cog.is_replaced())
            && self.is_same(&old.cog, &reader).await?
        {
            old.checked.store(now, Ordering::Relaxed);
            return Ok(Arc::clone(old));
        }
        let cog = match &self.neighbours {
            Some(neighbours) => {
                Cog::open_with_sidecars(reader, &**neighbours, self.options).await?
            }
            None => Cog::open(reader, self.options).await?,
        };
        let kept = Arc::new(Kept {
            cog,
            tells,
            checked: AtomicU64::new(now),
        });
        self.kept.insert(self.key, Arc::clone(&kept));
        Ok(kept)
    }

    /// Neither the file nor what lies beside it was replaced.
    async fn is_same(&self, cog: &Cog, reader: &Arc<dyn RangeReader>) -> Result<bool, Error> {
        let before = ObjectState::new(cog.size(), cog.validator());
        let is_main_same = is_version(&**reader, &before);
        let are_sidecars_same = async {
            let Some(neighbours) = &self.neighbours else {
                return Ok(true);
            };
            for (location, before) in cog.sidecars() {
                let same = match neighbours.open_neighbour(&location).await {
                    Ok(reader) => is_version(&*reader, &before).await,
                    Err(error) => Err(error),
                };
                match same {
                    Ok(true) => {}
                    Ok(false) => return Ok(false),
                    // Opening anew says what it means that it is gone.
                    Err(error) if error.kind() == ReadErrorKind::NotFound => return Ok(false),
                    Err(error) => return Err(error),
                }
            }
            Ok(true)
        };
        let (main, sidecars) = futures_util::future::try_join(is_main_same, are_sidecars_same)
            .await
            .map_err(|source| self.failed(source))?;
        Ok(main && sidecars)
    }

    fn failed(&self, source: ReadError) -> Error {
        Error::Source {
            location: self.key.as_ref().to_owned(),
            source,
        }
    }
}

/// Whether a fresh reader finds the version that was there before. Costs a byte, unless the store
/// tells without; what has no validator is never the same.
async fn is_version(reader: &dyn RangeReader, before: &ObjectState) -> Result<bool, ReadError> {
    if before.validator.is_none() {
        return Ok(false);
    }
    if reader.state().validator.is_none() {
        let byte = core::array::from_fn::<_, 1, _>(|_| 0..1);
        reader.read_ranges(&byte).await?;
    }
    let state = reader.state();
    Ok(state.validator == before.validator && state.size.or(before.size) == before.size)
}
