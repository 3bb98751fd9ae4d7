//! The parts of a file that were read for its structure, kept by page.

use super::Flights;
use super::coalesce::merge;
use crate::error::Error;
use crate::{Coalesce, ObjectState, RangeReader, ReadErrorKind};
use bytes::{Bytes, BytesMut};
use core::ops::Range;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Directories, tag values and block indexes, read by pages of a file.
///
/// The front of the file (`header`) is read once, and for a small file that is
/// all of it. Everything else is read by aligned pages wherever it lies, never
/// "all bytes up to there": the directories of a TIFF may be at its end, and
/// the index of a large one is as long as a film.
///
/// Pages that two reads want at the same time are read once. The header is
/// never dropped; what is kept beside it takes at most `capacity` bytes.
#[derive(Debug)]
pub(crate) struct Pages {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    reader: Arc<dyn RangeReader>,
    coalesce: Coalesce,
    header: Bytes,
    /// By page number; a page is whole, or it is the last of the file.
    kept: Cache<u64, Bytes, ByBytes>,
    flights: Arc<Flights<u64, Bytes>>,
    /// Length of the file, from the store or because a read came back short; [`UNKNOWN`] before.
    size: AtomicU64,
    /// The reader has said that the file was replaced.
    replaced: AtomicBool,
}

/// No file is as long as that: ranges are half-open.
const UNKNOWN: u64 = u64::MAX;

/// Bytes of a page. The index of a block costs one page of offsets and perhaps
/// one of lengths: 2048 blocks of a BigTIFF.
pub(crate) const PAGE: u64 = 16 * 1024;

#[derive(Clone, Copy, Debug)]
struct ByBytes;

impl Weighter<u64, Bytes> for ByBytes {
    fn weight(&self, _: &u64, page: &Bytes) -> u64 {
        // The constant stands for the cache's own entry.
        page.len() as u64 + 64
    }
}

impl Pages {
    /// Reads the first `header` bytes.
    pub(crate) async fn open(
        reader: Arc<dyn RangeReader>,
        header: usize,
        capacity: usize,
        coalesce: Coalesce,
    ) -> Result<Self, Error> {
        let wanted = header as u64;
        let ranges = core::array::from_fn::<_, 1, _>(|_| 0..wanted);
        let parts = reader
            .read_ranges(&ranges)
            .await
            .map_err(|e| Error::source(&*reader, e))?;
        let header = parts.into_iter().next().unwrap_or_default();
        let mut size = reader.state().size;
        if size.is_none() && (header.len() as u64) < wanted {
            size = Some(header.len() as u64);
        }
        // One shard: the capacity is small, and a page must fit into a shard's part of it.
        let options = OptionsBuilder::new()
            .estimated_items_capacity((capacity / PAGE as usize).clamp(1, 1024))
            .weight_capacity(capacity as u64)
            .shards(1)
            .build();
        let kept = match options {
            Ok(options) => Cache::with_options(
                options,
                ByBytes,
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            ),
            // Both settings above are given, which is all that can be wrong.
            Err(_) => Cache::with_weighter(64, capacity as u64, ByBytes),
        };
        Ok(Self {
            shared: Arc::new(Shared {
                reader,
                coalesce,
                header,
                kept,
                flights: Arc::default(),
                size: AtomicU64::new(size.unwrap_or(UNKNOWN)),
                replaced: AtomicBool::new(false),
            }),
        })
    }

    /// The reader behind.
    pub(crate) fn reader(&self) -> &Arc<dyn RangeReader> {
        &self.shared.reader
    }

    /// What is known of the file.
    pub(crate) fn object(&self) -> ObjectState {
        let mut object = self.shared.reader.state();
        object.size = object.size.or(self.size());
        object
    }

    /// Length of the file, if known.
    pub(crate) fn size(&self) -> Option<u64> {
        self.shared.size()
    }

    /// The bytes of each range, from the reader.
    pub(crate) async fn ask(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, Error> {
        self.shared.ask(ranges).await
    }

    /// The reader has said that the file was replaced.
    pub(crate) fn is_replaced(&self) -> bool {
        self.shared.replaced.load(Ordering::Relaxed)
    }

    /// Bytes of the front that were read first.
    pub(crate) fn header_len(&self) -> u64 {
        self.shared.header.len() as u64
    }

    /// `range` if all of it (up to the end of the file) is at hand.
    pub(crate) fn cached(&self, range: &Range<u64>) -> Option<Bytes> {
        let range = self.shared.clip(range);
        let pages: Option<Vec<Bytes>> = self
            .shared
            .page_numbers(&range)
            .map(|page| self.shared.kept.get(&page))
            .collect();
        let pages = pages?;
        let first = self.shared.page_numbers(&range).start;
        Some(
            self.shared
                .cut(&range, |page| pages.get((page - first) as usize).cloned()),
        )
    }

    /// The bytes of `ranges`; shorter where the file ends. What is not at hand
    /// is read in one go, one request for each run of pages that lie near each other.
    pub(crate) async fn read(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, Error> {
        let shared = &self.shared;
        let mut numbers: Vec<u64> = ranges
            .iter()
            .flat_map(|range| shared.page_numbers(&shared.clip(range)))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let pages: BTreeMap<u64, Bytes> = if numbers.is_empty() {
            BTreeMap::new()
        } else {
            let start = |places: Vec<usize>| -> cog_raster::BoxFuture<'static, _> {
                let shared = Arc::clone(shared);
                let wanted = places.into_iter().map(|i| numbers[i]).collect();
                Box::pin(async move { shared.fetch(wanted).await })
            };
            let kept = |i: usize| shared.kept.get(&numbers[i]);
            let loaded = shared.flights.load(&numbers, kept, start).await?;
            numbers.iter().copied().zip(loaded).collect()
        };
        let cut = |range: &Range<u64>| {
            let range = shared.clip(range);
            shared.cut(&range, |page| pages.get(&page).cloned())
        };
        Ok(ranges.iter().map(cut).collect())
    }

    /// The bytes of one range; shorter where the file ends.
    pub(crate) async fn read_one(&self, range: Range<u64>) -> Result<Bytes, Error> {
        let parts = self.read(core::slice::from_ref(&range)).await?;
        Ok(parts.into_iter().next().unwrap_or_default())
    }
}

impl Shared {
    async fn ask(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, Error> {
        let result = self.reader.read_ranges(ranges).await;
        result.map_err(|error| {
            if error.kind() == ReadErrorKind::Changed {
                self.replaced.store(true, Ordering::Relaxed);
            }
            Error::source(&*self.reader, error)
        })
    }

    fn size(&self) -> Option<u64> {
        let size = self.size.load(Ordering::Relaxed);
        (size != UNKNOWN).then_some(size)
    }

    /// Reads pages, which ascend, and keeps them.
    async fn fetch(&self, wanted: Vec<u64>) -> Result<Vec<Bytes>, Error> {
        let ranges: Vec<Range<u64>> = wanted
            .iter()
            .map(|page| page * PAGE..page.saturating_add(1).saturating_mul(PAGE))
            .collect();
        let merged = merge(&ranges, self.coalesce);
        let parts = self.ask(&merged.requests).await?;
        let mut pages = Vec::with_capacity(wanted.len());
        for ((page, range), home) in wanted.into_iter().zip(ranges).zip(merged.homes) {
            let whole = parts.get(home).cloned().unwrap_or_default();
            let start = usize::try_from(range.start - merged.requests[home].start)
                .unwrap_or(usize::MAX)
                .min(whole.len());
            let end = start.saturating_add(PAGE as usize).min(whole.len());
            // A copy, so that a page that stays does not keep a long run alive.
            let bytes = Bytes::copy_from_slice(&whole[start..end]);
            if (bytes.len() as u64) < PAGE && !bytes.is_empty() {
                let size = range.start + bytes.len() as u64;
                // What the store says counts more; only one of both is ever there.
                let _ =
                    self.size
                        .compare_exchange(UNKNOWN, size, Ordering::Relaxed, Ordering::Relaxed);
            }
            self.kept.insert(page, bytes.clone());
            pages.push(bytes);
        }
        Ok(pages)
    }

    /// The range up to the end of the file, as far as that is known.
    fn clip(&self, range: &Range<u64>) -> Range<u64> {
        let end = range.end.min(self.size().unwrap_or(u64::MAX));
        range.start.min(end)..end
    }

    /// Pages that `range` needs beside the header.
    fn page_numbers(&self, range: &Range<u64>) -> Range<u64> {
        // The header may end within a page; that page is then read whole.
        let start = range.start.max(self.header.len() as u64);
        let first = start / PAGE;
        let end = if range.end > start {
            range.end.div_ceil(PAGE)
        } else {
            first
        };
        first..end
    }

    /// A clipped range out of the header and its pages; shorter where a page is.
    fn cut(&self, range: &Range<u64>, page: impl Fn(u64) -> Option<Bytes>) -> Bytes {
        let header = self.header.len() as u64;
        if range.end <= header {
            return self.header.slice(range.start as usize..range.end as usize);
        }
        let numbers = self.page_numbers(range);
        let part = |number: u64| {
            let bytes = page(number).unwrap_or_default();
            let base = number * PAGE;
            let from = range.start.max(header).saturating_sub(base).min(PAGE) as usize;
            let to = ((range.end - base).min(PAGE) as usize).min(bytes.len());
            bytes.slice(from.min(to)..to)
        };
        if range.start >= header && numbers.end - numbers.start == 1 {
            return part(numbers.start);
        }
        let mut out = BytesMut::new();
        if range.start < header {
            out.extend_from_slice(&self.header[range.start as usize..]);
        }
        for number in numbers {
            out.extend_from_slice(&part(number));
        }
        out.freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CountingReader, MemoryReader};

    fn file(len: usize) -> Vec<u8> {
        (0..len).map(|i| (i / 7 % 251) as u8).collect()
    }

    fn pages(
        len: usize,
        header: usize,
        capacity: usize,
    ) -> (Pages, Arc<CountingReader<MemoryReader>>) {
        let reader = Arc::new(CountingReader::new(MemoryReader::new("file", file(len))));
        let pages = pollster::block_on(Pages::open(
            reader.clone(),
            header,
            capacity,
            Coalesce::default(),
        ))
        .unwrap();
        (pages, reader)
    }

    #[test]
    fn any_range_is_what_the_file_holds() {
        let len = 70_000;
        let (pages, _) = pages(len, 20_000, 40_000);
        let content = file(len);
        for (start, end) in [
            (0, 5),
            (19_990, 20_010),
            (20_000, 32_768),
            (0, 70_000),
            (69_990, 80_000),
            (90_000, 90_001),
        ] {
            let got = pollster::block_on(pages.read_one(start..end)).unwrap();
            let expected = &content[(start as usize).min(len)..(end as usize).min(len)];
            assert_eq!(got, expected, "{start}..{end}");
        }
    }

    #[test]
    fn neighbours_cost_one_request_and_then_nothing() {
        let (pages, reader) = pages(200_000, 16_384, 1 << 20);
        assert_eq!(reader.requests(), 1);
        let ranges = [100_000..100_008, 101_000..101_008, 120_000..120_004];
        pollster::block_on(pages.read(&ranges)).unwrap();
        assert_eq!(reader.requests(), 2, "pages 6 and 7 are neighbours");
        pollster::block_on(pages.read(&ranges)).unwrap();
        assert_eq!(reader.requests(), 2);
        assert!(pages.cached(&(98_304..98_310)).is_some());
        assert!(pages.cached(&(50_000..50_001)).is_none());
    }

    #[test]
    fn pages_beyond_the_capacity_are_dropped() {
        let (pages, reader) = pages(400_000, 16_384, 3 * PAGE as usize);
        for start in [20_000, 60_000, 100_000, 140_000] {
            pollster::block_on(pages.read_one(start..start + 4)).unwrap();
        }
        assert_eq!(reader.requests(), 5);
        let kept = [20_000, 60_000, 100_000, 140_000]
            .iter()
            .filter(|&&at| pages.cached(&(at..at + 4)).is_some());
        assert_eq!(kept.count(), 2);
        assert!(pages.shared.kept.weight() <= 3 * PAGE);
    }

    #[test]
    fn the_end_of_the_file_is_learnt() {
        let (pages, reader) = pages(100, 16_384, 1 << 20);
        assert_eq!(pages.size(), Some(100));
        let got = pollster::block_on(pages.read(&[90..u64::MAX, 5_000_000..6_000_000])).unwrap();
        assert_eq!((got[0].len(), got[1].len()), (10, 0));
        assert_eq!(reader.requests(), 1);
    }
}
