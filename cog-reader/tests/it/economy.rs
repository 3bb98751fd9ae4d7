//! What an opening and a cold tile cost over HTTP, counted by the server, which takes 30 ms for
//! every answer; and what happens when the server, or the file, does not hold still.
//!
//! Time stands still, and jumps to the next moment for which somebody waits when all do: waits
//! cost nothing here and are measured to the millisecond.

use crate::support::chain;
use crate::support::server::{Fault, Server, Validators};
use crate::support::tiff::{Cut, File, Pattern, V, write};
use crate::support::vast::{BLOCK, Masked, SIDE, Stored, Vast};
use cog_raster::{Raster, RasterMask, RasterSource, ReadRequest, SourceErrorKind, Window};
use cog_reader::{
    Coalesce, Cog, CountingReader, Deadline, Error, ObjectStoreReader, OpenOptions, Opener,
    RangeReader, ReadErrorKind, StoreOptions, Stores, TokioClock, testkit,
};
use futures_util::future::join_all;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

const LATENCY: Duration = Duration::from_millis(30);

async fn slow_server() -> Server {
    let server = Server::start().await;
    *server.shared.latency.lock().unwrap() = LATENCY;
    server
}

/// Longest wait for the next bytes.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

fn stores() -> Stores {
    let hour = Duration::from_secs(3600);
    Stores::new(
        StoreOptions::default()
            .with_environment(false)
            .with_retries(2, hour)
            .with_timeouts(READ_TIMEOUT, READ_TIMEOUT, hour),
    )
}

async fn open(url: &str) -> Cog {
    match Cog::open(stores().open(url).unwrap(), OpenOptions::default()).await {
        Ok(cog) => cog,
        Err(error) => panic!("{url}: {}", chain(&error)),
    }
}

async fn read(cog: &Cog, window: Window) -> Raster {
    match cog.read(ReadRequest::new(0, window)).await {
        Ok(raster) => raster,
        Err(error) => panic!("{}", chain(&error)),
    }
}

/// One of the COGs of a million blocks.
#[derive(Clone, Copy, Debug)]
struct Case {
    big: bool,
    leaders: bool,
    stored: Stored,
    sparse: bool,
    masked: Masked,
}

impl Case {
    fn file(self) -> Vast {
        let Self { big, leaders, .. } = self;
        Vast::masked(big, leaders, self.stored, self.sparse, self.masked)
    }
}

/// Opens, and reads one cold tile, with at most `most` requests.
async fn cold_tile(case: Case, (across, down): (u32, u32), most: u64) {
    let start = Instant::now();
    let server = slow_server().await;
    let vast = case.file();
    let (expected, shown) = (vast.value(across, down), vast.is_shown(across, down));
    let url = server.put_vast("vast.tif", vast);
    let cog = open(&url).await;
    let opened = server.shared.bytes.load(Ordering::SeqCst);
    assert_eq!(server.requests(), 1, "{case:?}");
    assert!(opened <= 64 * 1024, "{case:?}: {opened} bytes to open");
    let tile = format!("{case:?} {across},{down}");
    let window = Window::new(across * BLOCK, down * BLOCK, BLOCK, BLOCK);
    let raster = read(&cog, window).await;
    let samples = raster.band::<u8>(0).unwrap();
    assert!(samples.iter().all(|&sample| sample == expected), "{tile}");
    if case.masked != Masked::No {
        let RasterMask::PerDataset(mask) = raster.mask() else {
            panic!("{tile}: {:?}", raster.mask());
        };
        let value = if shown { 255 } else { 0 };
        assert!(
            mask.values().iter().all(|&sample| sample == value),
            "{tile}"
        );
    }
    let (requests, bytes) = (
        server.requests(),
        server.shared.bytes.load(Ordering::SeqCst),
    );
    assert!(requests <= most, "{tile}: {requests} requests");
    assert!(
        bytes - opened <= 64 * 1024,
        "{tile}: {} bytes",
        bytes - opened
    );
    // One after the other: the header, a slice of the index, the block.
    let trips = server.shared.round_trips.load(Ordering::SeqCst);
    assert!(trips <= 3, "{tile}: {trips} round trips");
    let took = start.elapsed();
    assert!(took < LATENCY * 4, "{tile}: {took:?}");
}

/// The first, one in the middle, those at the borders of index pages, the last two.
const TILES: [(u32, u32); 6] = [
    (0, 0),
    (700, 900),
    (SIDE - 1, 1),
    (0, 2),
    (SIDE - 2, SIDE - 1),
    (SIDE - 1, SIDE - 1),
];

const STORED: [Stored; 4] = [Stored::Plain, Stored::Deflate, Stored::Zstd, Stored::Jpeg];

#[tokio::test(start_paused = true)]
async fn a_cog_of_a_million_blocks_costs_three_requests_in_all() {
    for big in [false, true] {
        let mut cases = Vec::new();
        for leaders in [false, true] {
            for stored in STORED {
                for sparse in [false, true] {
                    cases.push(Case {
                        big,
                        leaders,
                        stored,
                        sparse,
                        masked: Masked::No,
                    });
                }
            }
        }
        let all = cases
            .into_iter()
            .flat_map(|case| TILES.map(|tile| cold_tile(case, tile, 3)));
        join_all(all).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_mask_that_follows_its_blocks_costs_no_request() {
    for big in [false, true] {
        let all = STORED.iter().flat_map(|&stored| {
            let case = Case {
                big,
                leaders: true,
                stored,
                sparse: false,
                masked: Masked::Interleaved,
            };
            TILES.map(|tile| cold_tile(case, tile, 3))
        });
        join_all(all).await;
    }
}

/// Nothing says then where a mask's block is but the mask's own index: a slice of that and the
/// block are requests of their own, made at the same time as the image's.
#[tokio::test(start_paused = true)]
async fn a_mask_elsewhere_costs_no_round_trip() {
    for (masked, leaders) in [
        (Masked::Interleaved, false),
        (Masked::Apart, false),
        (Masked::Apart, true),
    ] {
        let all = STORED.iter().flat_map(|&stored| {
            let case = Case {
                big: true,
                leaders,
                stored,
                sparse: false,
                masked,
            };
            TILES.map(|tile| cold_tile(case, tile, 5))
        });
        join_all(all).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_index_is_read_once_for_neighbours() {
    let server = slow_server().await;
    let url = server.put_vast("vast.tif", Vast::new(true, false, Stored::Zstd, false));
    let cog = open(&url).await;
    read(&cog, Window::new(700 * BLOCK, 900 * BLOCK, BLOCK, BLOCK)).await;
    assert_eq!(server.requests(), 3);
    read(&cog, Window::new(701 * BLOCK, 900 * BLOCK, BLOCK, BLOCK)).await;
    assert_eq!(server.requests(), 4);
}

fn tiles(side: u32, blocks: u32) -> Pattern {
    Pattern {
        width: side,
        height: side,
        bands: 1,
        size: 1,
        cut: Cut::Tiles(blocks, blocks),
        planar: false,
        value: |_, col, row| u64::from(col * 7 + row * 13),
    }
}

/// As GDAL's `GTiff` with `gdaladdo` leaves it: pixels, then the directories, each
/// with its index behind it.
#[tokio::test(start_paused = true)]
async fn directories_at_the_end_cost_three_requests() {
    let file = File::CLASSIC;
    let full = tiles(4096, 256);
    let mut ifds = vec![full.ifd(&file)];
    for level in 1..=5 {
        let side = 4096 >> level;
        let overview = Pattern {
            width: side,
            height: side,
            ..full
        };
        ifds.push(overview.ifd(&file).with(254, V::Long(vec![1])));
    }
    let bytes = write(&file, &ifds);
    assert!(bytes.len() > 20 << 20);
    let server = slow_server().await;
    let url = server.put("tail.tif", bytes, Fault::None);
    let cog = open(&url).await;
    assert_eq!(cog.info().levels.len(), 6);
    let bytes = server.shared.bytes.load(Ordering::SeqCst);
    assert!(server.requests() <= 3, "{} requests", server.requests());
    assert!(bytes <= 64 * 1024, "{bytes} bytes");
}

/// A COG whose directories do not end in the first read.
#[tokio::test(start_paused = true)]
async fn one_request_follows_the_first_and_brings_what_is_left() {
    let text: &'static str =
        Box::leak(format!("<GDALMetadata>{}</GDALMetadata>", " ".repeat(20_000)).into());
    let file = File::COG;
    let full = tiles(2048, 64);
    let mut ifds = vec![full.ifd(&file).with(42112, V::Ascii(text))];
    for level in 1..=4 {
        let side = 2048 >> level;
        let overview = Pattern {
            width: side,
            height: side,
            ..full
        };
        ifds.push(overview.ifd(&file).with(254, V::Long(vec![1])));
    }
    let server = slow_server().await;
    let url = server.put("long.tif", write(&file, &ifds), Fault::None);
    let cog = open(&url).await;
    assert_eq!(cog.info().levels.len(), 5);
    assert_eq!(server.requests(), 2);
    let bytes = server.shared.bytes.load(Ordering::SeqCst);
    assert!(bytes <= 64 * 1024, "{bytes} bytes");
    // The index came along.
    read(&cog, Window::new(640, 640, 64, 64)).await;
    assert_eq!(server.requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn gap_and_length_of_requests_are_options() {
    let server = slow_server().await;
    let url = server.put(
        "a.tif",
        write(&File::COG, &[tiles(512, 64).ifd(&File::COG)]),
        Fault::None,
    );
    for (coalesce, requests) in [
        (Coalesce::new(64 * 1024, 8 << 20), 1),
        (Coalesce::new(8, 8 << 20), 2),
        (Coalesce::new(64 * 1024, 4096), 4),
    ] {
        let options = OpenOptions::default().with_coalesce(coalesce);
        let cog = Cog::open(stores().open(&url).unwrap(), options)
            .await
            .unwrap();
        let before = server.requests();
        let trips = server.shared.round_trips.load(Ordering::SeqCst);
        // Two blocks of two rows of blocks.
        read(&cog, Window::new(256, 256, 128, 128)).await;
        assert_eq!(server.requests() - before, requests, "{coalesce:?}");
        assert_eq!(
            server.shared.round_trips.load(Ordering::SeqCst) - trips,
            1,
            "all at a time"
        );
    }
    // One after the other.
    let one = StoreOptions::default()
        .with_environment(false)
        .with_parallel(1);
    let options = OpenOptions::default().with_coalesce(Coalesce::new(0, 4096));
    let cog = Cog::open(Stores::new(one).open(&url).unwrap(), options)
        .await
        .unwrap();
    let trips = server.shared.round_trips.load(Ordering::SeqCst);
    read(&cog, Window::new(256, 256, 128, 128)).await;
    assert_eq!(server.shared.round_trips.load(Ordering::SeqCst) - trips, 4);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_off_is_continued() {
    for validators in [
        Validators::Strong,
        Validators::Weak,
        Validators::Modified,
        Validators::Nothing,
    ] {
        let server = Server::start().await;
        *server.shared.validators.lock().unwrap() = validators;
        let pattern = tiles(1024, 64);
        let url = server.put(
            "a.tif",
            write(&File::COG, &[pattern.ifd(&File::COG)]),
            Fault::None,
        );
        let cog = open(&url).await;
        server.shared.breaking.store(2, Ordering::SeqCst);
        let before = server.shared.bytes.load(Ordering::SeqCst);
        let raster = read(&cog, Window::new(0, 0, 1024, 1024)).await;
        assert_eq!(
            raster.samples().to_le_bytes(),
            pattern.expected(),
            "{validators:?}"
        );
        assert_eq!(server.shared.breaking.load(Ordering::SeqCst), 0);
        // Half of it came with the first try, half of the rest with the second.
        let bytes = server.shared.bytes.load(Ordering::SeqCst) - before;
        let whole = 1024 * 1024 + 256 * 8;
        assert!(bytes < whole * 2, "{bytes} bytes: not from the start again");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_keeps_breaking_off_is_given_up() {
    let server = Server::start().await;
    *server.shared.validators.lock().unwrap() = Validators::Nothing;
    let url = server.put(
        "a.tif",
        write(&File::COG, &[tiles(1024, 64).ifd(&File::COG)]),
        Fault::None,
    );
    let cog = open(&url).await;
    server.shared.breaking.store(u64::MAX, Ordering::SeqCst);
    let error = cog
        .read(ReadRequest::new(0, Window::new(0, 0, 1024, 1024)))
        .await
        .unwrap_err();
    assert_eq!(
        error.kind(),
        SourceErrorKind::Unavailable,
        "{}",
        chain(&error)
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stops_is_continued_after_the_read_timeout() {
    let server = Server::start().await;
    let pattern = tiles(1024, 64);
    let url = server.put(
        "a.tif",
        write(&File::COG, &[pattern.ifd(&File::COG)]),
        Fault::None,
    );
    let cog = open(&url).await;
    server.shared.stalling.store(2, Ordering::SeqCst);
    let (before, start) = (server.shared.bytes.load(Ordering::SeqCst), Instant::now());
    let raster = read(&cog, Window::new(0, 0, 1024, 1024)).await;
    assert_eq!(raster.samples().to_le_bytes(), pattern.expected());
    let bytes = server.shared.bytes.load(Ordering::SeqCst) - before;
    assert!(bytes < 2 * (1024 * 1024 + 256 * 8), "{bytes} bytes");
    // Two waits for the next bytes, and two short ones before the next try.
    let took = start.elapsed();
    assert!(took >= READ_TIMEOUT * 2, "{took:?}");
    assert!(took < READ_TIMEOUT * 2 + Duration::from_secs(3), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_read_has_a_deadline_as_a_whole() {
    let server = Server::start().await;
    let url = server.put("a.tif", "", Fault::Silent);
    let time = Duration::from_secs(7);
    let deadline = Deadline::new(time, Arc::new(TokioClock::new()));
    let options = OpenOptions::default().with_deadline(deadline);
    let start = Instant::now();
    let error = Cog::open(stores().open(&url).unwrap(), options)
        .await
        .unwrap_err();
    assert!(start.elapsed() >= time && start.elapsed() < time * 2);
    let Error::Source { source, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(source.kind(), ReadErrorKind::TimedOut);
    assert!(chain(&error).contains(&url), "{}", chain(&error));
}

#[tokio::test(start_paused = true)]
async fn follow_up_reads_ask_for_the_same_version() {
    for (validators, expected) in [
        (Validators::Strong, Some("\"1\"")),
        (Validators::Weak, None),
        (Validators::Modified, Some("Fri, 20 Nov 2026 20:00:01 GMT")),
        (Validators::Nothing, None),
    ] {
        let server = Server::start().await;
        *server.shared.validators.lock().unwrap() = validators;
        let url = server.put(
            "a.tif",
            write(&File::COG, &[tiles(512, 64).ifd(&File::COG)]),
            Fault::None,
        );
        let cog = open(&url).await;
        assert!(server.shared.conditions.lock().unwrap().is_empty());
        read(&cog, Window::new(256, 256, 64, 64)).await;
        let conditions = server.shared.conditions.lock().unwrap().clone();
        assert_eq!(
            conditions,
            expected.into_iter().collect::<Vec<_>>(),
            "{validators:?}"
        );
    }
}

/// The test's server as each kind of store: the settings, and the URL of its file `bucket/a.bin`.
fn clouds(server: &Server) -> [(StoreOptions, String); 4] {
    let http = format!("http://{}", server.address);
    let key = format!(
        r#"{{"gcs_base_url":"{http}","disable_oauth":true,"client_email":"","private_key":"","private_key_id":""}}"#
    );
    let options = || StoreOptions::default().with_environment(false);
    [
        (options(), format!("{http}/bucket/a.bin")),
        (
            options()
                .with_config("aws_endpoint", &*http)
                .with_config("aws_region", "us-east-1")
                .with_config("aws_skip_signature", "true"),
            "s3://bucket/a.bin".into(),
        ),
        (
            options().with_config("google_service_account_key", key),
            "gs://bucket/a.bin".into(),
        ),
        (
            options()
                .with_config("azure_storage_account_name", "account")
                .with_config("azure_storage_endpoint", &*http)
                .with_config("azure_skip_signature", "true"),
            "az://bucket/a.bin".into(),
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn every_store_keeps_the_contract_and_asks_for_the_same_version() {
    let bytes: Vec<u8> = (0..50_000_u32).map(|i| (i / 3) as u8).collect();
    for store in 0..4 {
        let server = Server::start().await;
        server.put("bucket/a.bin", bytes.clone(), Fault::None);
        let (options, url) = clouds(&server)[store].clone();
        let stores = Stores::new(options);
        let open = || -> Arc<dyn RangeReader> { stores.open(&url).unwrap() };
        testkit::check_reader(open, &bytes).await;
        let reader = open();
        for start in [0, 100] {
            server.shared.conditions.lock().unwrap().clear();
            let range = start..start + 10;
            let parts = reader.read_ranges(core::slice::from_ref(&range)).await;
            assert_eq!(parts.unwrap()[0], bytes[start as usize..][..10]);
            let conditions = server.shared.conditions.lock().unwrap().clone();
            let expected: &[&str] = if start == 0 { &[] } else { &["\"1\""] };
            assert_eq!(conditions, expected, "{url}");
        }
        assert_eq!(server.shared.improper.load(Ordering::SeqCst), 0, "{url}");
        for heeds in [true, false] {
            server.shared.conditional.store(heeds, Ordering::SeqCst);
            let replaced =
                || *server.shared.swap.lock().unwrap() = Some((0, vec![7; 50_000].into()));
            testkit::check_replaced(open(), replaced).await;
            *server.shared.swap.lock().unwrap() = None;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_validator_keeps_the_contract() {
    let bytes: Vec<u8> = (0..50_000_u32).map(|i| (i / 3) as u8).collect();
    for validators in [
        Validators::Strong,
        Validators::Weak,
        Validators::Modified,
        Validators::Nothing,
    ] {
        let server = Server::start().await;
        *server.shared.validators.lock().unwrap() = validators;
        let url = server.put("a.bin", bytes.clone(), Fault::None);
        let open = || -> Arc<dyn RangeReader> { stores().open(&url).unwrap() };
        testkit::check_reader(open, &bytes).await;
        if validators != Validators::Nothing {
            let replaced =
                || *server.shared.swap.lock().unwrap() = Some((0, vec![7; 50_000].into()));
            testkit::check_replaced(open(), replaced).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn stores_in_memory_and_on_disk_keep_the_contract() {
    let bytes: Vec<u8> = (0..50_000_u32).map(|i| (i / 3) as u8).collect();
    let folder = std::env::temp_dir().join(format!("cog-reader-economy-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = Path::from("a.bin");
    let (memory, disk) = (
        Arc::new(InMemory::new()),
        LocalFileSystem::new_with_prefix(&folder).unwrap(),
    );
    let replace_in_memory = || {
        let put = memory.put(&path, vec![7; 50_000].into());
        futures_util::FutureExt::now_or_never(put).unwrap().unwrap();
    };
    let replace_on_disk = || {
        std::fs::write(folder.join("b.bin"), vec![7; 50_000]).unwrap();
        std::fs::rename(folder.join("b.bin"), folder.join("a.bin")).unwrap();
    };
    let stores: [Arc<dyn ObjectStore>; 2] = [memory.clone(), Arc::new(disk)];
    let replacements: [&dyn Fn(); 2] = [&replace_in_memory, &replace_on_disk];
    for (store, replace) in stores.into_iter().zip(replacements) {
        store.put(&path, bytes.clone().into()).await.unwrap();
        let open = || -> Arc<dyn RangeReader> {
            let reader = ObjectStoreReader::new(store.clone(), path.clone(), "a.bin");
            Arc::new(CountingReader::new(reader))
        };
        testkit::check_reader(open, &bytes).await;
        testkit::check_replaced(open(), replace).await;
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// An image of one value, of the same size and layout for every value.
fn flat(value: u8) -> Vec<u8> {
    // Large enough for a paged index: opening, index and data are requests of their own.
    let pattern = Pattern {
        value: if value == 1 { |_, _, _| 1 } else { |_, _, _| 2 },
        ..tiles(1024, 16)
    };
    write(&File::CLASSIC, &[pattern.ifd(&File::CLASSIC)])
}

#[tokio::test(start_paused = true)]
async fn a_file_replaced_at_any_request_never_gives_pixels_of_two() {
    let (old, new) = (flat(1), flat(2));
    let windows = [Window::new(0, 0, 100, 100), Window::new(900, 900, 60, 60)];
    for validators in [Validators::Strong, Validators::Weak, Validators::Modified] {
        for heeds in [true, false] {
            let mut changed = 0;
            for swap in 0..12 {
                let server = Server::start().await;
                *server.shared.validators.lock().unwrap() = validators;
                server.shared.conditional.store(heeds, Ordering::SeqCst);
                *server.shared.swap.lock().unwrap() = Some((swap, new.clone().into()));
                let url = server.put("a.tif", old.clone(), Fault::None);
                let result = async {
                    let cog =
                        Cog::open(stores().open(&url).unwrap(), OpenOptions::default()).await?;
                    let mut samples = Vec::new();
                    for window in windows {
                        let raster = cog.read(ReadRequest::new(0, window)).await?;
                        samples.extend_from_slice(raster.band::<u8>(0).unwrap());
                    }
                    Ok::<_, cog_raster::SourceError>(samples)
                };
                match result.await {
                    Ok(samples) => assert!(
                        samples.iter().all(|&sample| sample == samples[0]),
                        "{validators:?} {heeds} {swap}"
                    ),
                    Err(error) => {
                        assert_eq!(error.kind(), SourceErrorKind::Changed, "{}", chain(&error));
                        changed += 1;
                    }
                }
                // By an opener: always pixels, all of one file.
                let server = Server::start().await;
                *server.shared.validators.lock().unwrap() = validators;
                server.shared.conditional.store(heeds, Ordering::SeqCst);
                *server.shared.swap.lock().unwrap() = Some((swap, new.clone().into()));
                let url = server.put("a.tif", old.clone(), Fault::None);
                let opener = Opener::new(OpenOptions::default(), 1 << 20);
                let stores = Arc::new(stores());
                let connect = || {
                    let (stores, url) = (stores.clone(), url.clone());
                    async move { stores.open(&url) }
                };
                let work = |cog: Cog| async move {
                    let mut samples = Vec::new();
                    for window in windows {
                        let raster = cog.read(ReadRequest::new(0, window)).await?;
                        samples.extend_from_slice(raster.band::<u8>(0).unwrap());
                    }
                    Ok::<_, cog_raster::SourceError>(samples)
                };
                let samples = match opener.with(&url, connect, work).await {
                    Ok(samples) => samples,
                    Err(error) => panic!("{validators:?} {heeds} {swap}: {}", chain(&error)),
                };
                assert!(samples.iter().all(|&sample| sample == samples[0]));
                if swap == 0 {
                    assert_eq!(samples[0], 2);
                }
            }
            assert!(
                changed >= 2,
                "{validators:?} {heeds}: it was noticed {changed} times"
            );
        }
    }
}
