//! How a file is opened and read.

use crate::{BlockCache, ByteCache, Coalesce, Color, Deadline, DecodeExecutor, Limits};
use cog_codec::CodecRegistry;
use std::sync::Arc;

/// How a file is opened and read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OpenOptions {
    /// What the file may cost.
    pub limits: Limits,
    /// Bytes read first, from the front of the file: the header, and in a COG
    /// the directories and the index of a thousand blocks. A file that is
    /// not longer is thereby read whole.
    pub header_bytes: usize,
    /// Most bytes read by the second request, if the directories do not end in
    /// the first; how many it takes is known by then from what the first
    /// directory says.
    pub follow_bytes: usize,
    /// When two blocks are read with one request.
    pub coalesce: Coalesce,
    /// The compressions that can be decoded.
    pub registry: Arc<CodecRegistry>,
    /// Where blocks are decoded; `None`: on the thread that polls the read.
    pub executor: Option<Arc<dyn DecodeExecutor>>,
    /// Where decoded blocks are kept; `None`: nowhere.
    pub block_cache: Option<Arc<BlockCache>>,
    /// What becomes of colours that are stored otherwise than as RGB, grey or a palette.
    pub color: Color,
    /// Where blocks are kept as stored, and through which files share requests;
    /// `None`: nowhere, and only reads of one [`Cog`](crate::Cog) and its clones do.
    pub byte_cache: Option<Arc<ByteCache>>,
    /// How long an opening, and each read, may take; `None`: as long as its reader takes.
    pub deadline: Option<Deadline>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            header_bytes: 16 * 1024,
            follow_bytes: 48 * 1024,
            coalesce: Coalesce::default(),
            registry: Arc::new(CodecRegistry::default()),
            executor: None,
            block_cache: None,
            color: Color::Stored,
            byte_cache: None,
            deadline: None,
        }
    }
}

impl OpenOptions {
    /// Sets what the file may cost.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how much of the front is read first, at least 1 KiB.
    #[must_use]
    pub fn with_header_bytes(mut self, bytes: usize) -> Self {
        self.header_bytes = bytes.max(1024);
        self
    }

    /// Sets how much the second request may read.
    #[must_use]
    pub const fn with_follow_bytes(mut self, bytes: usize) -> Self {
        self.follow_bytes = bytes;
        self
    }

    /// Sets when two blocks are read with one request.
    #[must_use]
    pub const fn with_coalesce(mut self, coalesce: Coalesce) -> Self {
        self.coalesce = coalesce;
        self
    }

    /// Sets the compressions that can be decoded.
    #[must_use]
    pub fn with_registry(mut self, registry: impl Into<Arc<CodecRegistry>>) -> Self {
        self.registry = registry.into();
        self
    }

    /// Sets where blocks are decoded.
    #[must_use]
    pub fn with_executor(mut self, executor: Arc<dyn DecodeExecutor>) -> Self {
        self.executor = Some(executor);
        self
    }

    /// Sets what becomes of colours that are stored otherwise than as RGB, grey or a palette.
    #[must_use]
    pub const fn with_color(mut self, color: Color) -> Self {
        self.color = color;
        self
    }

    /// Sets where decoded blocks are kept.
    #[must_use]
    pub fn with_block_cache(mut self, cache: Arc<BlockCache>) -> Self {
        self.block_cache = Some(cache);
        self
    }

    /// Sets where blocks are kept as stored.
    #[must_use]
    pub fn with_byte_cache(mut self, cache: Arc<ByteCache>) -> Self {
        self.byte_cache = Some(cache);
        self
    }

    /// Sets how long an opening, and each read, may take.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = Some(deadline);
        self
    }
}
