//! The parts of a file that were read for its structure, kept by page.

use crate::error::Error;
use crate::{ObjectState, RangeReader};
use bytes::{Bytes, BytesMut};
use core::ops::Range;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Directories, tag values and block indexes, read by pages of a file.
///
/// The front of the file (`header`) is read once, and for a small file that is
/// all of it. Everything else is read by aligned pages wherever it lies, never
/// "all bytes up to there": the directories of a TIFF may be at its end, and
/// the index of a large one is as long as a film.
///
/// # Invariants
///
/// - a page is whole, or it is the last of the file;
/// - pages take at most `capacity` bytes, unless one request needs more; the
///   header is not counted and never dropped.
#[derive(Debug)]
pub(crate) struct Pages {
    reader: Arc<dyn RangeReader>,
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    header: Bytes,
    /// Page number → its bytes and when they were last used.
    pages: BTreeMap<u64, (Bytes, u64)>,
    bytes: usize,
    clock: u64,
    /// Length of the file: from the store, or because a read came back short.
    size: Option<u64>,
}

/// Bytes of a page. The index of a block costs one page of offsets and perhaps
/// one of lengths: 2048 blocks of a BigTIFF.
const PAGE: u64 = 16 * 1024;

impl Pages {
    /// Reads the first `header` bytes.
    pub(crate) async fn open(
        reader: Arc<dyn RangeReader>,
        header: usize,
        capacity: usize,
    ) -> Result<Self, Error> {
        let wanted = header as u64;
        let ranges = core::array::from_fn::<_, 1, _>(|_| 0..wanted);
        let parts = reader
            .read_ranges(&ranges)
            .await
            .map_err(|e| Error::source(&*reader, e))?;
        let bytes = parts.into_iter().next().unwrap_or_default();
        let mut size = reader.state().size;
        if size.is_none() && (bytes.len() as u64) < wanted {
            size = Some(bytes.len() as u64);
        }
        let state = State {
            header: bytes,
            size,
            ..State::default()
        };
        Ok(Self {
            reader,
            capacity,
            state: Mutex::new(state),
        })
    }

    /// The reader behind.
    pub(crate) fn reader(&self) -> &Arc<dyn RangeReader> {
        &self.reader
    }

    /// What is known of the file.
    pub(crate) fn object(&self) -> ObjectState {
        let mut object = self.reader.state();
        object.size = object.size.or(self.lock().size);
        object
    }

    /// Length of the file, if known.
    pub(crate) fn size(&self) -> Option<u64> {
        self.lock().size
    }

    /// `range` if all of it (up to the end of the file) is at hand.
    pub(crate) fn cached(&self, range: &Range<u64>) -> Option<Bytes> {
        self.lock().get(range)
    }

    /// The bytes of `ranges`; shorter where the file ends. What is not at hand
    /// is read in one go, one request for each run of pages.
    pub(crate) async fn read(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, Error> {
        let missing = {
            let state = self.lock();
            let mut pages: Vec<u64> = ranges
                .iter()
                .filter(|range| !state.has(range))
                .flat_map(|range| state.missing(range))
                .collect();
            pages.sort_unstable();
            pages.dedup();
            pages
        };
        let mut runs: Vec<Range<u64>> = Vec::new();
        for page in missing {
            match runs.last_mut() {
                Some(run) if run.end == page => run.end += 1,
                _ => runs.push(page..page + 1),
            }
        }
        let mut fetched = BTreeMap::new();
        if !runs.is_empty() {
            let requests: Vec<_> = runs
                .iter()
                .map(|run| run.start * PAGE..run.end.saturating_mul(PAGE))
                .collect();
            let parts = self
                .reader
                .read_ranges(&requests)
                .await
                .map_err(|e| Error::source(&*self.reader, e))?;
            for (run, bytes) in runs.iter().zip(parts) {
                for page in run.clone() {
                    let start = ((page - run.start) * PAGE) as usize;
                    let end = (start + PAGE as usize).min(bytes.len());
                    // A copy, so that a page that stays does not keep a long run alive.
                    let part = bytes.get(start..end).unwrap_or_default();
                    fetched.insert(page, Bytes::copy_from_slice(part));
                }
            }
        }
        let mut state = self.lock();
        for (page, bytes) in fetched {
            if (bytes.len() as u64) < PAGE && state.size.is_none() && !bytes.is_empty() {
                state.size = Some(page * PAGE + bytes.len() as u64);
            }
            state.insert(page, bytes);
        }
        let out = ranges
            .iter()
            .map(|range| state.get(range).unwrap_or_default())
            .collect();
        state.evict(self.capacity);
        Ok(out)
    }

    /// The bytes of one range; shorter where the file ends.
    pub(crate) async fn read_one(&self, range: Range<u64>) -> Result<Bytes, Error> {
        let parts = self.read(core::slice::from_ref(&range)).await?;
        Ok(parts.into_iter().next().unwrap_or_default())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is whole between statements; a panic elsewhere leaves it usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The range up to the end of the file, as far as that is known.
    fn clip(&self, range: &Range<u64>) -> Range<u64> {
        let end = range.end.min(self.size.unwrap_or(u64::MAX));
        range.start.min(end)..end
    }

    fn has(&self, range: &Range<u64>) -> bool {
        let range = self.clip(range);
        range.is_empty()
            || range.end <= self.header.len() as u64
            || self
                .page_numbers(&range)
                .all(|page| self.pages.contains_key(&page))
    }

    fn missing(&self, range: &Range<u64>) -> Vec<u64> {
        let range = self.clip(range);
        self.page_numbers(&range)
            .filter(|page| !self.pages.contains_key(page))
            .collect()
    }

    /// Pages that `range` needs beside the header.
    fn page_numbers(&self, range: &Range<u64>) -> impl Iterator<Item = u64> + use<> {
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

    fn get(&mut self, range: &Range<u64>) -> Option<Bytes> {
        if !self.has(range) {
            return None;
        }
        let range = self.clip(range);
        let header = self.header.len() as u64;
        if range.end <= header {
            return Some(self.header.slice(range.start as usize..range.end as usize));
        }
        self.clock += 1;
        let mut out = BytesMut::new();
        if range.start < header {
            out.extend_from_slice(&self.header[range.start as usize..]);
        }
        let numbers = self.page_numbers(&range);
        let single = numbers.size_hint().0 == 1 && out.is_empty();
        for page in numbers {
            let (bytes, used) = self.pages.get_mut(&page)?;
            *used = self.clock;
            let base = page * PAGE;
            let from = range.start.max(header).saturating_sub(base) as usize;
            let to = ((range.end - base).min(PAGE) as usize).min(bytes.len());
            let part = from.min(to)..to;
            if single {
                return Some(bytes.slice(part));
            }
            out.extend_from_slice(&bytes[part]);
        }
        Some(out.freeze())
    }

    fn insert(&mut self, page: u64, bytes: Bytes) {
        self.bytes += bytes.len();
        if let Some((old, _)) = self.pages.insert(page, (bytes, self.clock)) {
            self.bytes -= old.len();
        }
    }

    /// Drops what was not used for longest until the rest fits.
    fn evict(&mut self, capacity: usize) {
        while self.bytes > capacity {
            let Some((&oldest, _)) = self.pages.iter().min_by_key(|(_, (_, used))| *used) else {
                return;
            };
            if let Some((bytes, _)) = self.pages.remove(&oldest) {
                self.bytes -= bytes.len();
            }
        }
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
        let pages = pollster::block_on(Pages::open(reader.clone(), header, capacity)).unwrap();
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
        let (pages, reader) = pages(400_000, 16_384, 2 * PAGE as usize);
        for start in [20_000, 60_000, 100_000, 140_000] {
            pollster::block_on(pages.read_one(start..start + 4)).unwrap();
        }
        assert_eq!(reader.requests(), 5);
        assert!(pages.cached(&(140_000..140_004)).is_some());
        assert!(pages.cached(&(20_000..20_004)).is_none());
        assert!(pages.lock().bytes <= 2 * PAGE as usize);
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
