//! Opened sources and their blocks, kept.

use super::{CountedReader, CpuPool, ServerOptions, beside::Beside};
use crate::{
    Error,
    access::{Openers, Policy, Target},
};
use cog_reader::{
    BlockCache, ByteCache, CacheStatistics, Cog, Deadline, DecodeExecutor, OpenOptions, Opener,
    RangeReader, TokioClock,
};
use std::sync::Arc;

/// An opened source.
#[derive(Debug)]
pub struct Source {
    /// The file.
    pub cog: Cog,
    /// Its path or URL.
    pub key: String,
    /// What changes when the file does, if its store tells.
    pub validator: Option<String>,
}

/// Opens sources once, for all requests, and keeps the most recently used, with
/// blocks of all of them.
///
/// A local file is looked at on every use (microseconds); anything else is
/// trusted for a time and then looked at. What requests ask for at the same time
/// is read once. Blocks are kept decoded, those from elsewhere also as they are
/// stored; a local file's lie in the system's page cache.
#[derive(Debug)]
pub struct Sources {
    openers: Arc<Openers>,
    local: Opener,
    remote: Opener,
    decoded: Arc<BlockCache>,
    stored: Arc<ByteCache>,
}

/// Bytes for what is known of the open files of one kind: with half a thousand of them, 64 KiB each.
const METADATA: u64 = 32 << 20;

impl Sources {
    /// Opens what `policy` allows; decodes on `cpu`, keeps what `options` say.
    #[must_use]
    pub fn new(policy: &Arc<Policy>, cpu: &CpuPool, options: &ServerOptions) -> Self {
        let clock = Arc::new(TokioClock::new());
        let decoded = Arc::new(BlockCache::new(options.cache_bytes));
        let stored = Arc::new(ByteCache::new(options.stored_cache_bytes));
        let mut open = OpenOptions::default()
            .with_executor(Arc::new(Executor(cpu.clone())))
            .with_color(options.color)
            .with_deadline(Deadline::new(options.read_timeout, clock.clone()));
        // With a cache blocks are decoded whole, without one as far as they are needed.
        if options.cache_bytes > 0 {
            open = open.with_block_cache(Arc::clone(&decoded));
        }
        let remote = open.clone().with_byte_cache(Arc::clone(&stored));
        let openers = Arc::new(Openers::new(policy));
        let opener = |options_of_files| {
            let opener = Opener::new(options_of_files, METADATA).with_max_files(options.open_files);
            match options.sidecars {
                true => opener.with_sidecars(Arc::new(Beside {
                    openers: Arc::clone(&openers),
                    policy: Arc::clone(policy),
                })),
                false => opener,
            }
        };
        Self {
            local: opener(open),
            remote: opener(remote).with_max_age(options.source_ttl, clock),
            openers,
            decoded,
            stored,
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
        let opener = match target {
            Target::File(_) => &self.local,
            Target::Remote { .. } => &self.remote,
        };
        let connect = || {
            let (openers, target) = (Arc::clone(&self.openers), target.clone());
            async move {
                let reader = openers.open(&target).await?;
                Ok(Arc::new(CountedReader::new(reader)) as Arc<dyn RangeReader>)
            }
        };
        let cog = opener.open(&key, connect).await?;
        Ok(Arc::new(Source {
            validator: cog.validator(),
            cog,
            key,
        }))
    }

    /// What is kept, and how much it helped, by the name of what is kept.
    #[must_use]
    pub fn statistics(&self) -> [(&'static str, CacheStatistics); 4] {
        [
            ("local_files", self.local.statistics()),
            ("remote_files", self.remote.statistics()),
            ("stored_blocks", self.stored.statistics()),
            ("decoded_blocks", self.decoded.statistics()),
        ]
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
