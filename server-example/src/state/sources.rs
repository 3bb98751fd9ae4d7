//! Opened sources, kept.

use super::{CountedReader, CpuPool};
use crate::{
    Error,
    access::{Openers, Policy, Target},
};
use cog_reader::{BlockCache, Cog, DecodeExecutor, OpenOptions, RangeReader};
use quick_cache::sync::Cache;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// An opened source.
#[derive(Debug)]
pub struct Source {
    /// The file.
    pub cog: Cog,
    /// Its path or URL.
    pub key: String,
    /// What changes when the file does, if its store tells.
    pub validator: Option<String>,
    checked: Instant,
}

/// Opens sources once and keeps the most recently used.
///
/// A local file is looked at on every use (microseconds); anything else is
/// trusted for a time and then opened anew, and if its validator is the same the
/// old one, with what is known of its blocks, goes on.
#[derive(Debug)]
pub struct Sources {
    openers: Openers,
    options: OpenOptions,
    cache: Cache<String, Arc<Source>>,
    time_to_live: Duration,
}

/// How many sources are kept open: some ten kilobytes each, and a file descriptor where local.
const MOST_OPEN: usize = 1000;

impl Sources {
    /// Opens what `policy` allows; decodes on `cpu`, keeps decoded blocks within `cache_bytes`.
    #[must_use]
    pub fn new(
        policy: &Arc<Policy>,
        cpu: &CpuPool,
        cache_bytes: u64,
        time_to_live: Duration,
    ) -> Self {
        let mut options = OpenOptions::default().with_executor(Arc::new(Executor(cpu.clone())));
        if cache_bytes > 0 {
            options = options.with_block_cache(Arc::new(BlockCache::new(cache_bytes)));
        }
        Self {
            openers: Openers::new(policy),
            options,
            cache: Cache::new(MOST_OPEN),
            time_to_live,
        }
    }

    /// The source at `target`, opened now or before. Those who ask for the same one at the same
    /// time wait for one opening.
    ///
    /// # Errors
    ///
    /// [`Error`]: nothing there, refused, damaged, not a TIFF, the store does not answer.
    pub async fn open(&self, target: &Target) -> Result<Arc<Source>, Error> {
        let key = target.key();
        if let Some(source) = self.cache.get(&key) {
            if self.is_current(target, &source).await? {
                return Ok(source);
            }
            let fresh = Arc::new(self.open_now(target, &key).await?);
            let unchanged = fresh.validator.is_some() && fresh.validator == source.validator;
            let kept = if unchanged {
                Arc::new(Source {
                    cog: source.cog.clone(),
                    key: key.clone(),
                    validator: source.validator.clone(),
                    checked: Instant::now(),
                })
            } else {
                fresh
            };
            self.cache.insert(key, Arc::clone(&kept));
            return Ok(kept);
        }
        self.cache
            .get_or_insert_async(&key, async {
                Ok(Arc::new(self.open_now(target, &key).await?))
            })
            .await
    }

    /// Forgets a source that turned out to have been replaced.
    pub fn forget(&self, source: &Source) {
        self.cache.remove(&source.key);
    }

    async fn is_current(&self, target: &Target, source: &Source) -> Result<bool, Error> {
        match target {
            Target::File(_) => {
                let state = self.openers.open(target).await?.state();
                Ok(state.validator.is_some() && state.validator == source.validator)
            }
            Target::Remote { .. } => Ok(source.checked.elapsed() < self.time_to_live),
        }
    }

    async fn open_now(&self, target: &Target, key: &str) -> Result<Source, Error> {
        let reader: Arc<dyn RangeReader> =
            Arc::new(CountedReader::new(self.openers.open(target).await?));
        let cog = Cog::open(Arc::clone(&reader), self.options.clone()).await?;
        Ok(Source {
            cog,
            key: key.to_owned(),
            validator: reader.state().validator,
            checked: Instant::now(),
        })
    }
}

/// Decodes on the CPU pool.
#[derive(Debug)]
struct Executor(CpuPool);

impl DecodeExecutor for Executor {
    fn run(&self, job: Box<dyn FnOnce() + Send>) {
        self.0.spawn(job);
    }
}
