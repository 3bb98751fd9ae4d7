//! Decoded blocks, kept.

use cog_codec::DecodedBlock;
use quick_cache::{Weighter, sync::Cache};
use std::sync::Arc;

/// Decoded blocks of any number of files, bounded by their bytes.
///
/// Blocks are found by the file's description *and* validator, so a file that
/// was replaced is never served from the blocks of the one before. Files whose
/// store tells no validator share nothing between two openings.
pub struct BlockCache {
    blocks: Cache<BlockKey, Arc<DecodedBlock>, ByBytes>,
    bytes: u64,
}

/// What a cache holds and how much it helped: for logs and metrics.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct CacheStatistics {
    /// Entries that it holds.
    pub entries: usize,
    /// Bytes that they take.
    pub bytes: u64,
    /// Bytes that they may take.
    pub capacity: u64,
    /// Look-ups that found something.
    pub hits: u64,
    /// Look-ups that did not.
    pub misses: u64,
    /// Misses that were answered by what somebody else was already asking for.
    pub joined: u64,
    /// Entries that are being asked for.
    pub under_way: usize,
}

/// Which block of which file.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct BlockKey {
    pub(crate) file: Arc<str>,
    /// Offset of the directory.
    pub(crate) directory: u64,
    pub(crate) block: u64,
}

#[derive(Clone, Copy, Debug)]
struct ByBytes;

impl Weighter<BlockKey, Arc<DecodedBlock>> for ByBytes {
    fn weight(&self, key: &BlockKey, block: &Arc<DecodedBlock>) -> u64 {
        // The constant stands for the key and the cache's own entry.
        (block.byte_len() + key.file.len() + 128) as u64
    }
}

impl BlockCache {
    /// A cache of at most `bytes` bytes.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        // A guess of 128 KiB a block, only to size the table.
        let items = usize::try_from(bytes / (128 * 1024)).unwrap_or(usize::MAX);
        Self {
            blocks: Cache::with_weighter(items.clamp(64, 1 << 20), bytes, ByBytes),
            bytes,
        }
    }

    /// Bytes it may hold.
    #[must_use]
    pub const fn capacity(&self) -> u64 {
        self.bytes
    }

    /// Bytes it holds.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.blocks.weight()
    }

    /// Blocks it holds.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// Look-ups that found their block.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.blocks.hits()
    }

    /// Look-ups that did not.
    #[must_use]
    pub fn misses(&self) -> u64 {
        self.blocks.misses()
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
            joined: 0,
            under_way: 0,
        }
    }

    /// Drops everything.
    pub fn clear(&self) {
        self.blocks.clear();
    }

    pub(crate) fn block(&self, key: &BlockKey) -> Option<Arc<DecodedBlock>> {
        self.blocks.get(key)
    }

    /// Without counting.
    pub(crate) fn peek(&self, key: &BlockKey) -> Option<Arc<DecodedBlock>> {
        self.blocks.peek(key)
    }

    pub(crate) fn insert(&self, key: BlockKey, block: Arc<DecodedBlock>) {
        self.blocks.insert(key, block);
    }
}

impl core::fmt::Debug for BlockCache {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("BlockCache")
            .field("blocks", &self.blocks())
            .field("bytes", &self.bytes())
            .field("capacity", &self.bytes)
            .finish()
    }
}
