//! Blocks as stored, kept.

use crate::CacheStatistics;
use crate::cache::BlockKey;
use crate::cog::Data;
use crate::io::Flights;
use bytes::Bytes;
use quick_cache::{Weighter, sync::Cache};
use std::sync::Arc;

/// Blocks of any number of files as they are stored, compressed, bounded by their bytes.
///
/// A block takes a fraction here of what it takes in a
/// [`BlockCache`](crate::BlockCache); a hit spares the request, not the
/// decoding. Files that share this cache also share requests: a block that two
/// reads want at the same time is asked for once, whichever of them is
/// cancelled. That also holds for a cache of 0 bytes.
///
/// What is kept never takes more than the capacity. What is on its way is
/// bounded by [`Limits::read_bytes`](crate::Limits) for each read.
pub struct ByteCache {
    blocks: Cache<BlockKey, StoredBlock, ByBytes>,
    flights: Arc<Flights<BlockKey, Data>>,
    bytes: u64,
}

/// A whole block.
#[derive(Clone, Debug)]
pub(crate) struct StoredBlock {
    pub(crate) bytes: Bytes,
    pub(crate) offset: u64,
    /// Its end was not looked up.
    pub(crate) guessed: bool,
}

#[derive(Clone, Copy, Debug)]
struct ByBytes;

impl Weighter<BlockKey, StoredBlock> for ByBytes {
    fn weight(&self, key: &BlockKey, block: &StoredBlock) -> u64 {
        // The constant stands for the key and the cache's own entry.
        (block.bytes.len() + key.file.len() + 128) as u64
    }
}

impl ByteCache {
    /// A cache of at most `bytes` bytes.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        // A guess of 32 KiB a block, only to size the table.
        let items = usize::try_from(bytes / (32 * 1024)).unwrap_or(usize::MAX);
        Self {
            blocks: Cache::with_weighter(items.clamp(64, 1 << 20), bytes, ByBytes),
            flights: Arc::default(),
            bytes,
        }
    }

    /// What it holds and how much it helped.
    #[must_use]
    pub fn statistics(&self) -> CacheStatistics {
        CacheStatistics {
            entries: self.blocks.len(),
            bytes: self.blocks.weight(),
            capacity: self.bytes,
            hits: self.blocks.hits(),
            misses: self.blocks.misses(),
            joined: self.flights.joined(),
            under_way: self.flights.under_way(),
        }
    }

    /// Drops everything that is kept.
    pub fn clear(&self) {
        self.blocks.clear();
    }

    pub(crate) fn flights(&self) -> &Arc<Flights<BlockKey, Data>> {
        &self.flights
    }

    pub(crate) fn block(&self, key: &BlockKey) -> Option<StoredBlock> {
        self.blocks.get(key)
    }

    pub(crate) fn peek(&self, key: &BlockKey) -> Option<StoredBlock> {
        self.blocks.peek(key)
    }

    pub(crate) fn insert(&self, key: BlockKey, block: StoredBlock) {
        self.blocks.insert(key, block);
    }
}

impl core::fmt::Debug for ByteCache {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ByteCache")
            .field("statistics", &self.statistics())
            .finish()
    }
}
