//! What one request reads, also where several share a source.

use crate::http::Timing;
use bytes::Bytes;
use cog_raster::BoxFuture;
use cog_reader::{ObjectState, RangeReader, ReadError};
use core::ops::Range;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// What was read on behalf of one task.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    bytes: AtomicU64,
    microseconds: AtomicU64,
}

tokio::task_local! {
    /// Counters of the request that is being answered.
    static CURRENT: Arc<Counters>;
}

impl Counters {
    /// Runs `work`, counting what it reads.
    pub(crate) async fn track<T>(self: &Arc<Self>, work: impl Future<Output = T>) -> T {
        CURRENT.scope(Arc::clone(self), work).await
    }

    /// Adds to a request's timing what was read.
    pub(crate) fn tell(&self, timing: &mut Timing) {
        timing.add("fetch", self.waited());
        timing.count("requests", self.requests());
        timing.count("bytes", self.bytes());
    }

    /// Ranges asked for.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Bytes that came.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Time spent waiting for bytes.
    pub(crate) fn waited(&self) -> Duration {
        Duration::from_micros(self.microseconds.load(Ordering::Relaxed))
    }
}

/// Charges what is read to the request in whose task the read is polled.
#[derive(Debug)]
pub(crate) struct CountedReader {
    inner: Arc<dyn RangeReader>,
}

impl CountedReader {
    pub(crate) fn new(inner: Arc<dyn RangeReader>) -> Self {
        Self { inner }
    }
}

impl RangeReader for CountedReader {
    fn read_ranges<'a>(
        &'a self,
        ranges: &'a [Range<u64>],
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReadError>> {
        Box::pin(async move {
            let start = Instant::now();
            let result = self.inner.read_ranges(ranges).await;
            // Outside a request (at start-up) nobody counts.
            let _ = CURRENT.try_with(|counters| {
                let bytes: usize = result.iter().flatten().map(Bytes::len).sum();
                let waited = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
                counters
                    .requests
                    .fetch_add(ranges.len() as u64, Ordering::Relaxed);
                counters.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
                counters.microseconds.fetch_add(waited, Ordering::Relaxed);
            });
            result
        })
    }

    fn state(&self) -> ObjectState {
        self.inner.state()
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cog_reader::MemoryReader;

    #[tokio::test]
    async fn a_counted_reader_keeps_the_contract() {
        let bytes: Vec<u8> = (0..20_000_u32).map(|i| (i / 3) as u8).collect();
        let open = || -> Arc<dyn RangeReader> {
            let inner = Arc::new(MemoryReader::new("memory", bytes.clone()));
            Arc::new(CountedReader::new(inner))
        };
        cog_reader::testkit::check_reader(open, &bytes).await;
    }

    #[tokio::test]
    async fn two_requests_on_one_source_are_counted_apart() {
        let reader = CountedReader::new(Arc::new(MemoryReader::new("memory", vec![0_u8; 100])));
        let (a, b) = (Arc::new(Counters::default()), Arc::new(Counters::default()));
        let one = a.track(async { reader.read_ranges(&[0..10, 20..40]).await });
        let other = b.track(async { reader.read_ranges(std::slice::from_ref(&(0..5))).await });
        let (one, other) = tokio::join!(one, other);
        assert!(one.is_ok() && other.is_ok());
        assert_eq!((a.requests(), a.bytes()), (2, 30));
        assert_eq!((b.requests(), b.bytes()), (1, 5));
    }
}
