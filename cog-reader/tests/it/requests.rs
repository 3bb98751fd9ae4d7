//! How many requests, and how many bytes, an opening and a read cost.

use crate::support::tiff::{Cut, File, Pattern, V, mask_ifd, write};
use cog_raster::{RasterSource, ReadRequest, Window};
use cog_reader::{BlockCache, Cog, CountingReader, MemoryReader, OpenOptions, RangeReader};
use std::sync::Arc;

fn open<R: RangeReader + 'static>(
    reader: R,
    options: OpenOptions,
) -> (Cog, Arc<CountingReader<R>>) {
    let reader = Arc::new(CountingReader::new(reader));
    let cog = pollster::block_on(Cog::open(reader.clone(), options)).unwrap();
    (cog, reader)
}

fn tiles(side: u32) -> Pattern {
    Pattern {
        width: side,
        height: side,
        bands: 1,
        size: 1,
        cut: Cut::Tiles(64, 64),
        planar: false,
        value: |_, col, row| u64::from(col * 7 + row * 13),
    }
}

#[test]
fn a_small_file_is_one_request_in_all() {
    let bytes = write(&File::COG, &[tiles(128).ifd(&File::COG)]);
    assert!(bytes.len() < 32 * 1024);
    let options = OpenOptions::default().with_header_bytes(32 * 1024);
    let (cog, reader) = open(MemoryReader::new("small", bytes), options);
    pollster::block_on(cog.read(ReadRequest::new(0, Window::new(0, 0, 128, 128)))).unwrap();
    assert_eq!(reader.requests(), 1);
}

#[test]
fn a_tile_of_a_cog_is_two_requests() {
    for masked in [false, true] {
        let file = File {
            interleaved_mask: masked,
            ..File::COG
        };
        let full = tiles(1024);
        let half = Pattern {
            width: 512,
            height: 512,
            ..full
        };
        let mut ifds = vec![full.ifd(&file)];
        if masked {
            ifds.push(mask_ifd(1024, 1024, (64, 64), 4, |c, r| c > r));
        }
        ifds.push(half.ifd(&file).with(254, V::Long(vec![1])));
        if masked {
            ifds.push(mask_ifd(512, 512, (64, 64), 5, |c, r| c > r));
        }
        let (cog, reader) = open(
            MemoryReader::new("cog", write(&file, &ifds)),
            OpenOptions::default(),
        );
        assert_eq!((reader.requests(), reader.bytes()), (1, 16 * 1024));
        reader.reset();
        let request = ReadRequest::new(0, Window::new(640, 512, 64, 64));
        let raster = pollster::block_on(cog.read(request)).unwrap();
        assert_eq!(
            raster.band::<u8>(0).unwrap()[0],
            (640_u32 * 7 + 512 * 13) as u8
        );
        assert_eq!(reader.requests(), 1, "masked: {masked}");
        assert!(
            reader.bytes() <= 64 * 64 + 64 * 64 / 8 + 16,
            "{} bytes",
            reader.bytes()
        );
    }
}

#[test]
fn neighbouring_blocks_share_a_request() {
    let (cog, reader) = open(
        MemoryReader::new("cog", write(&File::COG, &[tiles(1024).ifd(&File::COG)])),
        OpenOptions::default(),
    );
    reader.reset();
    // 4 × 4 blocks: the rows of blocks are 64 KiB apart, so gaps are read along.
    let request = ReadRequest::new(0, Window::new(256, 256, 256, 256));
    pollster::block_on(cog.read(request)).unwrap();
    assert_eq!(reader.requests(), 1);
}

#[test]
fn directories_at_the_end_are_read_where_they_are() {
    // Not a COG: pixels first, directories behind them.
    let full = tiles(2048);
    let half = Pattern {
        width: 1024,
        height: 1024,
        ..full
    };
    let file = File::CLASSIC;
    let bytes = write(
        &file,
        &[full.ifd(&file), half.ifd(&file).with(254, V::Long(vec![1]))],
    );
    let length = bytes.len() as u64;
    let (_, reader) = open(MemoryReader::new("tail", bytes), OpenOptions::default());
    assert!(reader.requests() <= 3, "{} requests", reader.requests());
    assert!(
        reader.bytes() < 100 * 1024,
        "{} of {length} bytes",
        reader.bytes()
    );
}

#[test]
fn what_was_decoded_is_not_read_again() {
    let cache = Arc::new(BlockCache::new(10 << 20));
    let options = OpenOptions::default().with_block_cache(cache.clone());
    let bytes = write(&File::COG, &[tiles(1024).ifd(&File::COG)]);
    let (cog, reader) = open(MemoryReader::new("cog", bytes.clone()), options.clone());
    let request = ReadRequest::new(0, Window::new(300, 300, 100, 100));
    let first = pollster::block_on(cog.read(request.clone())).unwrap();
    let requests = reader.requests();
    let again = pollster::block_on(cog.read(request.clone())).unwrap();
    assert_eq!(first, again);
    assert_eq!(reader.requests(), requests);
    assert!(cache.bytes() >= 4 * 64 * 64 && cache.hits() >= 4);
    // Another opening of a memory is another file, for all the cache knows.
    let (other, reader) = open(MemoryReader::new("cog", bytes), options);
    pollster::block_on(other.read(request)).unwrap();
    assert!(reader.requests() > 1);
}

/// Drops every job.
#[derive(Debug)]
struct Nobody;

impl cog_reader::DecodeExecutor for Nobody {
    #[cfg(not(target_arch = "wasm32"))]
    fn run(&self, _: Box<dyn FnOnce() + Send>) {}
    #[cfg(target_arch = "wasm32")]
    fn run(&self, _: Box<dyn FnOnce()>) {}
}

#[test]
fn a_pool_that_shuts_down_fails_the_read_and_does_not_hang_it() {
    let bytes = write(&File::COG, &[tiles(128).ifd(&File::COG)]);
    let options = OpenOptions::default().with_executor(Arc::new(Nobody));
    let (cog, _) = open(MemoryReader::new("small", bytes), options);
    let request = ReadRequest::new(0, Window::new(0, 0, 128, 128));
    let error = pollster::block_on(cog.read(request)).unwrap_err();
    assert_eq!(error.kind(), cog_raster::SourceErrorKind::Unavailable);
}
