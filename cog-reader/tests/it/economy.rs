//! What an opening and a cold tile cost over HTTP, counted by the server, which takes 30 ms for
//! every answer; and what happens when the server, or the file, does not hold still.

use crate::support::chain;
use crate::support::server::{Fault, Server, Validators};
use crate::support::tiff::{Cut, File, Pattern, V, write};
use crate::support::vast::{BLOCK, SIDE, Stored, Vast};
use cog_raster::{Raster, RasterSource, ReadRequest, SourceErrorKind, Window};
use cog_reader::{
    Coalesce, Cog, Deadline, Error, OpenOptions, Opener, RangeReader, ReadErrorKind, StoreOptions,
    Stores, TokioClock,
};
use futures_util::future::join_all;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

const LATENCY: Duration = Duration::from_millis(30);

async fn slow_server() -> Server {
    let server = Server::start().await;
    *server.shared.latency.lock().unwrap() = LATENCY;
    server
}

fn stores() -> Stores {
    let second = Duration::from_secs(20);
    Stores::new(
        StoreOptions::default()
            .with_environment(false)
            .with_retries(2, second)
            .with_timeouts(second, second, second),
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

/// One cold tile of a COG of a million blocks.
async fn cold_tile(case: (bool, bool, Stored, bool), (across, down): (u32, u32)) {
    let (big, leaders, stored, sparse) = case;
    let server = slow_server().await;
    let vast = Vast::new(big, leaders, stored, sparse);
    let expected = vast.value(across, down);
    let url = server.put_vast("vast.tif", vast);
    let cog = open(&url).await;
    let opened = server.shared.bytes.load(Ordering::SeqCst);
    assert_eq!(server.requests(), 1, "{case:?}");
    assert!(opened <= 64 * 1024, "{case:?}: {opened} bytes to open");
    let raster = read(
        &cog,
        Window::new(across * BLOCK, down * BLOCK, BLOCK, BLOCK),
    )
    .await;
    let samples = raster.band::<u8>(0).unwrap();
    assert!(
        samples.iter().all(|&sample| sample == expected),
        "{case:?} {across},{down}"
    );
    let (requests, bytes) = (
        server.requests(),
        server.shared.bytes.load(Ordering::SeqCst),
    );
    assert!(
        requests <= 3,
        "{case:?} {across},{down}: {requests} requests"
    );
    assert!(
        bytes - opened <= 64 * 1024,
        "{case:?} {across},{down}: {bytes} bytes"
    );
    let trips = server.shared.round_trips.load(Ordering::SeqCst);
    assert!(trips <= 3, "{case:?}: {trips} round trips");
}

#[tokio::test]
async fn a_cog_of_a_million_blocks_costs_three_requests_in_all() {
    let last = SIDE - 1;
    // The first, one in the middle, those at the borders of index pages, the last two.
    let tiles = [
        (0, 0),
        (700, 900),
        (last, 1),
        (0, 2),
        (last - 1, last),
        (last, last),
    ];
    for big in [false, true] {
        let mut cases = Vec::new();
        for leaders in [false, true] {
            for stored in [Stored::Plain, Stored::Deflate, Stored::Zstd] {
                for sparse in [false, true] {
                    cases.extend(tiles.map(|tile| ((big, leaders, stored, sparse), tile)));
                }
            }
        }
        join_all(cases.into_iter().map(|(case, tile)| cold_tile(case, tile))).await;
    }
}

#[tokio::test]
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
#[tokio::test]
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
#[tokio::test]
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

#[tokio::test]
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

#[tokio::test]
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

#[tokio::test]
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

#[tokio::test]
async fn a_read_has_a_deadline_as_a_whole() {
    let server = Server::start().await;
    let url = server.put("a.tif", "", Fault::Silent);
    let deadline = Deadline::new(Duration::from_millis(20), Arc::new(TokioClock::new()));
    let options = OpenOptions::default().with_deadline(deadline);
    let error = Cog::open(stores().open(&url).unwrap(), options)
        .await
        .unwrap_err();
    let Error::Source { source, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(source.kind(), ReadErrorKind::TimedOut);
    assert!(chain(&error).contains(&url), "{}", chain(&error));
}

#[tokio::test]
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

/// An image of one value, of the same size and layout for every value.
fn flat(value: u8) -> Vec<u8> {
    // Large enough for a paged index: opening, index and data are requests of their own.
    let pattern = Pattern {
        value: if value == 1 { |_, _, _| 1 } else { |_, _, _| 2 },
        ..tiles(1024, 16)
    };
    write(&File::CLASSIC, &[pattern.ifd(&File::CLASSIC)])
}

#[tokio::test]
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

#[tokio::test]
async fn every_range_reader_keeps_the_contract() {
    let server = Server::start().await;
    let bytes: Vec<u8> = (0..50_000_u32).map(|i| (i / 3) as u8).collect();
    let url = server.put("a.bin", bytes.clone(), Fault::None);
    let open = || -> Arc<dyn RangeReader> { stores().open(&url).unwrap() };
    cog_reader::testkit::check_reader(open, &bytes).await;
    let replaced = || *server.shared.swap.lock().unwrap() = Some((0, vec![7; 50_000].into()));
    cog_reader::testkit::check_replaced(open(), replaced).await;
}
