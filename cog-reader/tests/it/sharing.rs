//! What reads share: requests under way, blocks, open files.

use crate::support::tiff::{Cut, File, Pattern, write};
use crate::support::vast::{BLOCK, SIDE, Stored, Vast};
use bytes::Bytes;
use cog_raster::{BoxFuture, Raster, RasterSource, ReadRequest, SourceError, Window};
use cog_reader::{
    BlockCache, ByteCache, Clock, Cog, Deadline, Error, FileReader, MemoryReader, ObjectState,
    OpenOptions, Opener, RangeReader, ReadError, ReadErrorKind, testkit,
};
use futures_util::future::join_all;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// A file in memory whose answers take some polls, and may fail; with a version.
#[derive(Debug)]
struct Slow {
    bytes: Bytes,
    version: AtomicU64,
    asked: Mutex<Vec<Range<u64>>>,
    failing: AtomicU64,
    /// Nothing is answered.
    held: AtomicBool,
}

impl Slow {
    fn new(bytes: Vec<u8>) -> Arc<Self> {
        Arc::new(Self {
            bytes: bytes.into(),
            version: AtomicU64::new(1),
            asked: Mutex::default(),
            failing: AtomicU64::new(0),
            held: AtomicBool::new(false),
        })
    }

    fn requests(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// Pending some times, then ready.
async fn turns(mut left: u32) {
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// What an opening of it holds.
#[derive(Debug)]
struct Opening {
    file: Arc<Slow>,
    version: u64,
    asked: AtomicU64,
}

impl Opening {
    fn of(file: &Arc<Slow>) -> Arc<dyn RangeReader> {
        Arc::new(Self {
            file: file.clone(),
            version: file.version.load(Ordering::SeqCst),
            asked: AtomicU64::new(0),
        })
    }
}

impl RangeReader for Opening {
    fn read_ranges<'a>(
        &'a self,
        ranges: &'a [Range<u64>],
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReadError>> {
        Box::pin(async move {
            self.file.asked.lock().unwrap().extend_from_slice(ranges);
            turns(5).await;
            std::future::poll_fn(|_| match self.file.held.load(Ordering::SeqCst) {
                true => Poll::Pending,
                false => Poll::Ready(()),
            })
            .await;
            self.asked.fetch_add(1, Ordering::SeqCst);
            if self.file.failing.load(Ordering::SeqCst) > 0 {
                self.file.failing.fetch_sub(1, Ordering::SeqCst);
                return Err(ReadError::new(ReadErrorKind::Unavailable, "slow is down"));
            }
            if self.file.version.load(Ordering::SeqCst) != self.version {
                return Err(ReadError::new(ReadErrorKind::Changed, "slow was replaced"));
            }
            let clip = |at: u64| at.min(self.file.bytes.len() as u64) as usize;
            let part =
                |range: &Range<u64>| self.file.bytes.slice(clip(range.start)..clip(range.end));
            Ok(ranges.iter().map(part).collect())
        })
    }

    fn state(&self) -> ObjectState {
        if self.asked.load(Ordering::SeqCst) == 0 {
            return ObjectState::default();
        }
        ObjectState::new(
            Some(self.file.bytes.len() as u64),
            Some(self.version.to_string()),
        )
    }

    fn describe(&self) -> String {
        "slow".into()
    }
}

const PATTERN: Pattern = Pattern {
    width: 512,
    height: 512,
    bands: 1,
    size: 1,
    cut: Cut::Tiles(64, 64),
    planar: false,
    value: |_, col, row| (col * 7 + row * 13) as u64,
};

fn file() -> Vec<u8> {
    write(&File::COG, &[PATTERN.ifd(&File::COG)])
}

fn open(file: &Arc<Slow>, options: OpenOptions) -> Cog {
    pollster::block_on(Cog::open(Opening::of(file), options)).unwrap()
}

/// Four blocks in the middle.
const WINDOW: Window = Window::new(256, 256, 128, 128);

fn read(cog: &Cog) -> BoxFuture<'_, Result<Raster, SourceError>> {
    cog.read(ReadRequest::new(0, WINDOW))
}

fn poll<T>(future: &mut BoxFuture<'_, T>) -> Poll<T> {
    future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn reads_of_one_tile_at_a_time_ask_once() {
    let cache = Arc::new(ByteCache::new(0));
    for options in [
        OpenOptions::default(),
        OpenOptions::default().with_byte_cache(cache.clone()),
    ] {
        let file = Slow::new(file());
        let cog = open(&file, options);
        let before = file.requests();
        file.held.store(true, Ordering::SeqCst);
        let mut reads: Vec<_> = (0..20).map(|_| read(&cog)).collect();
        assert!(reads.iter_mut().all(|read| poll(read).is_pending()));
        file.held.store(false, Ordering::SeqCst);
        let rasters: Vec<_> = reads
            .into_iter()
            .map(|read| pollster::block_on(read).unwrap())
            .collect();
        assert!(rasters.iter().all(|raster| *raster == rasters[0]));
        let asked = file.asked.lock().unwrap()[before..].to_vec();
        assert_eq!(
            asked.iter().collect::<HashSet<_>>().len(),
            asked.len(),
            "{asked:?}"
        );
        assert_eq!(asked.len(), 1);
    }
    let statistics = cache.statistics();
    assert_eq!((statistics.joined, statistics.under_way), (19 * 4, 0));
    assert_eq!((statistics.entries, statistics.bytes), (0, 0));
}

#[test]
fn two_openings_of_one_version_share_requests_and_blocks() {
    let file = Slow::new(file());
    let cache = Arc::new(ByteCache::new(1 << 20));
    let options = OpenOptions::default().with_byte_cache(cache.clone());
    let (one, other) = (open(&file, options.clone()), open(&file, options.clone()));
    let before = file.requests();
    let (a, b) = pollster::block_on(async { futures_util::join!(read(&one), read(&other)) });
    assert_eq!(a.unwrap(), b.unwrap());
    assert_eq!(file.requests() - before, 1);
    let statistics = cache.statistics();
    assert_eq!((statistics.entries, statistics.joined), (4, 4));
    // A third one finds the blocks.
    let third = open(&file, options);
    let before = file.requests();
    pollster::block_on(read(&third)).unwrap();
    assert_eq!(file.requests(), before);
    assert_eq!(cache.statistics().hits, 4);
}

#[test]
fn whoever_goes_away_fails_nobody() {
    let file = Slow::new(file());
    let cog = open(&file, OpenOptions::default());
    let before = file.requests();
    // The first one starts the request, and goes.
    let mut first = read(&cog);
    assert!(poll(&mut first).is_pending());
    let mut others: Vec<_> = (0..3).map(|_| read(&cog)).collect();
    for other in &mut others {
        assert!(poll(other).is_pending());
    }
    drop(first);
    // Another one too.
    drop(others.remove(1));
    for other in others {
        pollster::block_on(other).unwrap();
    }
    assert_eq!(file.requests() - before, 1);
}

#[test]
fn an_error_is_not_kept() {
    let file = Slow::new(file());
    let cache = Arc::new(ByteCache::new(1 << 20));
    let cog = open(&file, OpenOptions::default().with_byte_cache(cache.clone()));
    file.failing.store(1, Ordering::SeqCst);
    let before = file.requests();
    let results = pollster::block_on(join_all((0..5).map(|_| read(&cog))));
    assert!(results.iter().all(|result| {
        result
            .as_ref()
            .is_err_and(|error| error.kind() == cog_raster::SourceErrorKind::Unavailable)
    }));
    assert_eq!(
        file.requests() - before,
        1,
        "one failure for all who waited"
    );
    pollster::block_on(read(&cog)).unwrap();
    assert_eq!(cache.statistics().entries, 4);
}

#[test]
fn a_replaced_file_is_never_answered_from_the_blocks_of_the_one_before() {
    let file = Slow::new(file());
    let (bytes, blocks) = (
        Arc::new(ByteCache::new(1 << 20)),
        Arc::new(BlockCache::new(1 << 20)),
    );
    let options = OpenOptions::default()
        .with_byte_cache(bytes.clone())
        .with_block_cache(blocks.clone());
    let old = open(&file, options.clone());
    pollster::block_on(read(&old)).unwrap();
    file.version.store(2, Ordering::SeqCst);
    let new = open(&file, options);
    let before = file.requests();
    pollster::block_on(read(&new)).unwrap();
    assert_eq!(file.requests() - before, 1);
    assert_eq!(
        (bytes.statistics().entries, blocks.statistics().entries),
        (8, 8)
    );
    // The old one goes on with what is kept, and says what happened to the rest.
    pollster::block_on(read(&old)).unwrap();
    assert!(!old.is_replaced());
    let elsewhere = ReadRequest::new(0, Window::new(0, 0, 64, 64));
    assert!(
        pollster::block_on(old.read(elsewhere)).is_ok(),
        "in the header"
    );
    let elsewhere = ReadRequest::new(0, Window::new(448, 448, 64, 64));
    let error = pollster::block_on(old.read(elsewhere)).unwrap_err();
    assert_eq!(error.kind(), cog_raster::SourceErrorKind::Changed);
    assert!(old.is_replaced());
}

#[test]
fn budgets_hold_under_load() {
    let capacity = 60_000;
    let (bytes, blocks) = (
        Arc::new(ByteCache::new(capacity)),
        Arc::new(BlockCache::new(capacity)),
    );
    let options = OpenOptions::default()
        .with_byte_cache(bytes.clone())
        .with_block_cache(blocks.clone());
    let file = Slow::new(file());
    let cog = open(&file, options);
    std::thread::scope(|scope| {
        for thread in 0..4_u32 {
            let (cog, bytes, blocks) = (&cog, &bytes, &blocks);
            scope.spawn(move || {
                for round in 0..100_u32 {
                    let (col, row) = ((round * 7 + thread) % 8 * 64, (round * 3) % 8 * 64);
                    let request = ReadRequest::new(0, Window::new(col, row, 64, 64));
                    let raster = pollster::block_on(cog.read(request)).unwrap();
                    let expected = (col * 7 + row * 13) as u8;
                    assert_eq!(raster.band::<u8>(0).unwrap()[0], expected);
                    for statistics in [bytes.statistics(), blocks.statistics()] {
                        assert!(statistics.bytes <= capacity, "{statistics:?}");
                    }
                }
            });
        }
    });
    assert_eq!(bytes.statistics().under_way, 0);
    let statistics = blocks.statistics();
    assert!(
        statistics.hits + statistics.misses >= 400 && statistics.entries > 0,
        "{statistics:?}"
    );
}

/// A block whose end is taken to be the next one's start, which lies inside it.
#[test]
fn a_guess_that_fails_is_looked_up() {
    #[derive(Debug)]
    struct Overlapping(Vast);

    impl RangeReader for Overlapping {
        fn read_ranges<'a>(
            &'a self,
            ranges: &'a [Range<u64>],
        ) -> BoxFuture<'a, Result<Vec<Bytes>, ReadError>> {
            Box::pin(async move {
                let mut parts = self.0.read_ranges(ranges).await?;
                for (range, part) in ranges.iter().zip(&mut parts) {
                    // The offset of block 500 001, as if it started 5 bytes behind that of 500 000.
                    let at = |block: u64| 4096 + block * 8;
                    if range.start <= at(500_000) && range.end >= at(500_002) {
                        let mut bytes = part.to_vec();
                        let place = (at(500_000) - range.start) as usize;
                        let first = u64::from_le_bytes(bytes[place..place + 8].try_into().unwrap());
                        bytes[place + 8..place + 16].copy_from_slice(&(first + 5).to_le_bytes());
                        *part = bytes.into();
                    }
                }
                Ok(parts)
            })
        }

        fn state(&self) -> ObjectState {
            self.0.state()
        }

        fn describe(&self) -> String {
            "overlapping".into()
        }
    }

    let vast = Vast::new(true, false, Stored::Zstd, false);
    let (across, down) = (500_000 % SIDE, 500_000 / SIDE);
    let expected = vast.value(across, down);
    let options = OpenOptions::default()
        .with_byte_cache(Arc::new(ByteCache::new(1 << 20)))
        .with_block_cache(Arc::new(BlockCache::new(1 << 20)));
    let cog = pollster::block_on(Cog::open(Arc::new(Overlapping(vast)), options)).unwrap();
    let request = ReadRequest::new(0, Window::new(across * BLOCK, down * BLOCK, BLOCK, BLOCK));
    let fetched = pollster::block_on(cog.fetch(&request)).unwrap();
    assert!(fetched.is_guessed());
    assert!(matches!(fetched.decode(), Err(Error::Block { .. })));
    let exact = pollster::block_on(cog.fetch_exactly(&request)).unwrap();
    assert!(!exact.is_guessed());
    assert_eq!(exact.decode().unwrap().band::<u8>(0).unwrap()[0], expected);
    let raster = pollster::block_on(cog.read(request)).unwrap();
    assert_eq!(raster.band::<u8>(0).unwrap()[0], expected);
}

/// Time that goes on when told.
#[derive(Debug, Default)]
struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        // Over as soon as the work has to wait a second time.
        Box::pin(turns(1))
    }
}

#[test]
fn a_deadline_needs_no_runtime() {
    let file = Slow::new(file());
    let deadline = Deadline::new(Duration::from_secs(9), Arc::new(Hand::default()));
    let options = OpenOptions::default().with_deadline(deadline);
    let error = pollster::block_on(Cog::open(Opening::of(&file), options)).unwrap_err();
    let Error::Source { source, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(source.kind(), ReadErrorKind::TimedOut);
    assert!(
        source.to_string().contains("slow was not read within 9s"),
        "{source}"
    );
}

#[test]
fn an_opener_opens_once_and_looks_again_after_a_time() {
    let file = Slow::new(file());
    let clock = Arc::new(Hand::default());
    let opener = Opener::new(OpenOptions::default(), 1 << 20)
        .with_max_age(Duration::from_secs(60), clock.clone());
    let connect = || {
        let reader = Opening::of(&file);
        async move { Ok(reader) }
    };
    let open = || pollster::block_on(opener.open("slow", connect));
    let cogs = pollster::block_on(join_all((0..10).map(|_| opener.open("slow", connect))));
    assert!(cogs.iter().all(Result::is_ok));
    assert_eq!(file.requests(), 1, "one opening for all");
    open().unwrap();
    assert_eq!(file.requests(), 1);
    // After a minute one byte is read; the same file, so what is known of it stays.
    clock.0.store(61, Ordering::SeqCst);
    open().unwrap();
    assert_eq!(
        file.asked.lock().unwrap()[1..],
        *core::slice::from_ref(&(0..1))
    );
    open().unwrap();
    assert_eq!(file.requests(), 2);
    // Replaced: the byte, and an opening.
    file.version.store(2, Ordering::SeqCst);
    open().unwrap();
    assert_eq!(file.requests(), 2, "not noticed before its time");
    clock.0.store(130, Ordering::SeqCst);
    assert_eq!(open().unwrap().validator().as_deref(), Some("2"));
    assert_eq!(file.requests(), 4);
    // An error is not kept, and does not throw away what is.
    clock.0.store(200, Ordering::SeqCst);
    file.failing.store(1, Ordering::SeqCst);
    assert!(open().is_err());
    open().unwrap();
    assert_eq!(opener.statistics().entries, 1);
    assert!(opener.statistics().bytes <= 1 << 20);
}

#[test]
fn an_opener_keeps_so_many_files_and_so_many_bytes() {
    let bytes = file();
    let open = |opener: &Opener, i: u32| {
        let connect = || {
            let reader = MemoryReader::new(format!("{i}"), bytes.clone());
            async move { Ok(Arc::new(reader) as Arc<dyn RangeReader>) }
        };
        pollster::block_on(opener.open(&i.to_string(), connect)).unwrap();
    };
    for most in [1, 3, 10] {
        let opener = Opener::new(OpenOptions::default(), 1 << 20).with_max_files(most);
        for i in 0..100 {
            open(&opener, i);
            assert!(opener.statistics().entries <= most);
        }
        assert!(opener.statistics().entries > 0, "{most}");
    }
    let capacity = 200_000;
    let opener = Opener::new(OpenOptions::default(), capacity);
    for i in 0..100 {
        open(&opener, i);
        assert!(opener.statistics().bytes <= capacity);
    }
    assert!(opener.statistics().entries > 2);
}

#[test]
fn an_opener_goes_on_with_the_new_file_when_one_is_replaced() {
    let file = Slow::new(file());
    let opener = Opener::new(OpenOptions::default(), 1 << 20);
    let connect = || {
        let reader = Opening::of(&file);
        async move { Ok(reader) }
    };
    let read = |cog: Cog| async move { cog.read(ReadRequest::new(0, WINDOW)).await };
    pollster::block_on(opener.with("slow", connect, read)).unwrap();
    file.version.store(2, Ordering::SeqCst);
    let raster = pollster::block_on(opener.with("slow", connect, read)).unwrap();
    assert_eq!(
        raster.band::<u8>(0).unwrap()[0],
        (256_u32 * 7 + 256 * 13) as u8
    );
    let cog = pollster::block_on(opener.open("slow", connect)).unwrap();
    assert_eq!(cog.validator().as_deref(), Some("2"));
    // One that changes all the time is given up.
    let restless = |cog: Cog| {
        file.version.fetch_add(1, Ordering::SeqCst);
        async move { cog.read(ReadRequest::new(0, WINDOW)).await }
    };
    let error = pollster::block_on(opener.with("slow", connect, restless)).unwrap_err();
    assert_eq!(error.kind(), cog_raster::SourceErrorKind::Changed);
}

#[test]
fn readers_keep_the_contract() {
    let bytes: Vec<u8> = (0..20_000_u32).map(|i| (i / 3) as u8).collect();
    let memory =
        || -> Arc<dyn RangeReader> { Arc::new(MemoryReader::new("memory", bytes.clone())) };
    pollster::block_on(testkit::check_reader(memory, &bytes));
    let path = std::env::temp_dir().join(format!("cog-reader-contract-{}", std::process::id()));
    std::fs::write(&path, &bytes).unwrap();
    let disk = || -> Arc<dyn RangeReader> { Arc::new(FileReader::open(&path).unwrap()) };
    pollster::block_on(testkit::check_reader(disk, &bytes));
    let replace = || {
        let other = path.with_extension("new");
        std::fs::write(&other, vec![7; bytes.len()]).unwrap();
        // In place, so that the open file changes.
        std::fs::write(&path, std::fs::read(&other).unwrap()).unwrap();
        std::fs::File::open(&path)
            .unwrap()
            .set_modified(std::time::UNIX_EPOCH)
            .unwrap();
        std::fs::remove_file(&other).unwrap();
    };
    pollster::block_on(testkit::check_replaced(disk(), replace));
    std::fs::remove_file(&path).unwrap();
}
