//! Counts what is read.

use crate::{ObjectState, RangeReader, ReadError};
use bytes::Bytes;
use cog_raster::BoxFuture;
use core::ops::Range;
use core::sync::atomic::{AtomicU64, Ordering};

/// Wraps a reader and counts requests and bytes: for tests, and for the `Server-Timing` header.
#[derive(Debug, Default)]
pub struct CountingReader<R> {
    inner: R,
    requests: AtomicU64,
    bytes: AtomicU64,
}

impl<R> CountingReader<R> {
    /// Counts what is read through `inner`.
    #[must_use]
    pub const fn new(inner: R) -> Self {
        Self {
            inner,
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// Ranges asked for so far, failed ones included.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Bytes delivered so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Starts again from zero.
    pub fn reset(&self) {
        self.requests.store(0, Ordering::Relaxed);
        self.bytes.store(0, Ordering::Relaxed);
    }

    /// The reader inside.
    pub const fn inner(&self) -> &R {
        &self.inner
    }
}

impl<R: RangeReader> RangeReader for CountingReader<R> {
    fn read_ranges<'a>(
        &'a self,
        ranges: &'a [Range<u64>],
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReadError>> {
        Box::pin(async move {
            self.requests
                .fetch_add(ranges.len() as u64, Ordering::Relaxed);
            let parts = self.inner.read_ranges(ranges).await?;
            let bytes: usize = parts.iter().map(Bytes::len).sum();
            self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
            Ok(parts)
        })
    }

    fn state(&self) -> ObjectState {
        self.inner.state()
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }
}

/// A shared reader is a reader, so that a counter can wrap what somebody else holds.
impl<R: RangeReader + ?Sized> RangeReader for std::sync::Arc<R> {
    fn read_ranges<'a>(
        &'a self,
        ranges: &'a [Range<u64>],
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReadError>> {
        (**self).read_ranges(ranges)
    }

    fn state(&self) -> ObjectState {
        (**self).state()
    }

    fn describe(&self) -> String {
        (**self).describe()
    }
}
