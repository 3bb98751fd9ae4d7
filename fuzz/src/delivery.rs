//! Ways in which a file's bytes can arrive.

use core::future::poll_fn;
use core::ops::Range;
use core::task::Poll;
use std::sync::Arc;

use arbitrary::Arbitrary;
use bytes::Bytes;
use cog_raster::BoxFuture;
use cog_reader::{BlockCache, Coalesce, Limits, ObjectState, OpenOptions, RangeReader, ReadError};
use futures_util::future::join_all;

/// How a file is read: what a user may set, and what a store may do.
#[derive(Arbitrary, Clone, Copy, Debug, Default)]
pub struct Delivery {
    header: u32,
    gap: u32,
    max: u32,
    index: u16,
    pending: u64,
    size_known: bool,
    cached: bool,
}

impl Delivery {
    /// The options of this delivery.
    #[must_use]
    pub fn options(&self, limits: Limits) -> OpenOptions {
        let header = (self.header as usize) % (160 << 10);
        // From "never merged" to "all in one".
        let coalesce = Coalesce::new(
            u64::from(self.gap) % (1 << 20),
            u64::from(self.max) % (4 << 20),
        );
        let options = OpenOptions::default()
            .with_limits(limits.with_index_bytes(usize::from(self.index)))
            .with_header_bytes(header)
            .with_coalesce(coalesce);
        if self.cached {
            return options.with_block_cache(Arc::new(BlockCache::new(64 << 10)));
        }
        options
    }

    /// The same from a store that tells the file's length.
    #[must_use]
    pub const fn with_known_size(mut self) -> Self {
        self.size_known = true;
        self
    }

    /// The same with a cache of decoded blocks.
    #[must_use]
    pub const fn with_cache(mut self) -> Self {
        self.cached = true;
        self
    }

    /// A reader of `bytes` that behaves so.
    #[must_use]
    pub fn reader(&self, bytes: impl Into<Bytes>) -> Arc<dyn RangeReader> {
        Arc::new(SlicedReader {
            bytes: bytes.into(),
            delivery: *self,
        })
    }
}

/// A file whose ranges arrive one by one, late, and out of order.
#[derive(Debug)]
pub struct SlicedReader {
    bytes: Bytes,
    delivery: Delivery,
}

impl SlicedReader {
    /// One range, after having been asked for a few times; copied, so that no two share memory.
    async fn range(&self, index: usize, range: &Range<u64>) -> Bytes {
        let turn = index as u32 % 16 * 4;
        let mut left = self.delivery.pending.rotate_right(turn) & 15;
        poll_fn(move |context| {
            if left == 0 {
                return Poll::Ready(());
            }
            left -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        let clamp = |at: u64| {
            usize::try_from(at)
                .unwrap_or(usize::MAX)
                .min(self.bytes.len())
        };
        let (start, end) = (clamp(range.start), clamp(range.end));
        Bytes::copy_from_slice(&self.bytes[start..end.max(start)])
    }
}

impl RangeReader for SlicedReader {
    fn read_ranges<'a>(
        &'a self,
        ranges: &'a [Range<u64>],
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReadError>> {
        let parts = ranges
            .iter()
            .enumerate()
            .map(|(index, range)| self.range(index, range));
        let all = join_all(parts);
        Box::pin(async move { Ok(all.await) })
    }

    fn state(&self) -> ObjectState {
        let size = self.bytes.len() as u64;
        ObjectState::new(self.delivery.size_known.then_some(size), None)
    }

    fn describe(&self) -> String {
        "file.tif".into()
    }
}
