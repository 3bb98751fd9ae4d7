//! How many requests, and how many bytes, an opening and a read cost.

use crate::support::tiff::{Cut, File, Pattern, V, mask_ifd, write};
use bytes::Bytes;
use cog_raster::{BoxFuture, RasterSource, ReadRequest, Window};
use cog_reader::{
    BlockCache, Cog, CountingReader, MemoryReader, ObjectState, OpenOptions, RangeReader, ReadError,
};
use std::ops::Range;
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
    let (cog, reader) = open(MemoryReader::new("small", bytes), OpenOptions::default());
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
        assert_eq!((reader.requests(), reader.bytes()), (1, 32 * 1024));
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

/// A COG of a million blocks, made up as it is read: 16 384 × 16 384 pixels in
/// tiles of 16 × 16, each of one value.
#[derive(Debug)]
struct Vast {
    leaders: bool,
    front: Vec<u8>,
}

const BLOCKS: u64 = 1 << 20;
const BLOCK: u64 = 256;

impl Vast {
    fn new(leaders: bool) -> Self {
        let file = File {
            cog: leaders,
            ..File::CLASSIC
        };
        // The real directory of a small image, made to claim a large one.
        let small = Pattern {
            cut: Cut::Tiles(16, 16),
            ..tiles(32)
        };
        let mut front = write(
            &File {
                cog: leaders,
                ..file
            },
            &[small.ifd(&file)],
        );
        let directory = u32::from_le_bytes(front[4..8].try_into().unwrap()) as usize;
        let entries = usize::from(u16::from_le_bytes(
            front[directory..directory + 2].try_into().unwrap(),
        ));
        for i in 0..entries {
            let at = directory + 2 + i * 12;
            let tag = u16::from_le_bytes(front[at..at + 2].try_into().unwrap());
            let (count, value) = match tag {
                256 | 257 => (1, 16_384),
                324 => (BLOCKS as u32, Self::OFFSETS as u32),
                325 => (BLOCKS as u32, Self::LENGTHS as u32),
                _ => continue,
            };
            front[at + 4..at + 8].copy_from_slice(&count.to_le_bytes());
            front[at + 8..at + 12].copy_from_slice(&u32::to_le_bytes(value));
        }
        front.truncate(4096);
        front.resize(4096, 0);
        Self { leaders, front }
    }

    const OFFSETS: u64 = 4096;
    const LENGTHS: u64 = Self::OFFSETS + BLOCKS * 4;
    const DATA: u64 = Self::LENGTHS + BLOCKS * 4;

    fn stride(&self) -> u64 {
        BLOCK + if self.leaders { 8 } else { 0 }
    }

    fn size(&self) -> u64 {
        Self::DATA + BLOCKS * self.stride()
    }

    fn byte(&self, at: u64) -> u8 {
        let part = |value: u64, at: u64| value.to_le_bytes()[(at % 4) as usize];
        match at {
            _ if at < Self::OFFSETS => self.front[at as usize],
            _ if at < Self::LENGTHS => {
                let block = (at - Self::OFFSETS) / 4;
                let leader = if self.leaders { 4 } else { 0 };
                part(Self::DATA + block * self.stride() + leader, at)
            }
            _ if at < Self::DATA => part(BLOCK, at),
            _ => {
                let (block, inside) = (
                    (at - Self::DATA) / self.stride(),
                    (at - Self::DATA) % self.stride(),
                );
                match inside {
                    0..4 if self.leaders => part(BLOCK, inside),
                    _ => (block * 31) as u8,
                }
            }
        }
    }
}

impl RangeReader for Vast {
    fn read_ranges<'a>(
        &'a self,
        ranges: &'a [Range<u64>],
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReadError>> {
        Box::pin(async move {
            let one = |range: &Range<u64>| {
                let end = range.end.min(self.size());
                (range.start.min(end)..end)
                    .map(|at| self.byte(at))
                    .collect()
            };
            Ok(ranges.iter().map(one).collect())
        })
    }

    fn state(&self) -> ObjectState {
        ObjectState::new(Some(self.size()), Some("1".into()))
    }

    fn describe(&self) -> String {
        "vast".into()
    }
}

#[test]
fn a_cog_of_a_million_blocks_opens_and_reads_cheaply() {
    let (cog, reader) = open(Vast::new(true), OpenOptions::default());
    assert_eq!(reader.requests(), 1);
    assert!(reader.bytes() <= 32 * 1024);
    let tile = |across: u32, down: u32| {
        let request = ReadRequest::new(0, Window::new(across * 16, down * 16, 16, 16));
        pollster::block_on(cog.read(request))
            .unwrap()
            .band::<u8>(0)
            .unwrap()[0]
    };
    for (across, down) in [(700, 900), (0, 1), (1022, 1023), (511, 3)] {
        reader.reset();
        let expected = (u64::from(down * 1024 + across) * 31) as u8;
        assert_eq!(tile(across, down), expected);
        // With the opening: three.
        assert!(reader.requests() <= 2, "{} requests", reader.requests());
        assert!(reader.bytes() <= 64 * 1024, "{} bytes", reader.bytes());
    }
    // The last block has no next one: its length is looked up.
    reader.reset();
    assert_eq!(tile(1023, 1023), ((BLOCKS - 1) * 31) as u8);
    assert!(reader.requests() <= 3, "{} requests", reader.requests());
    // A neighbour's index is at hand.
    reader.reset();
    tile(701, 900);
    assert_eq!(reader.requests(), 1);
}

#[test]
fn without_leaders_the_lengths_are_read_too() {
    let (cog, reader) = open(Vast::new(false), OpenOptions::default());
    reader.reset();
    let request = ReadRequest::new(0, Window::new(700 * 16, 900 * 16, 16, 16));
    let raster = pollster::block_on(cog.read(request)).unwrap();
    assert_eq!(
        raster.band::<u8>(0).unwrap()[0],
        ((900 * 1024 + 700) * 31_u64) as u8
    );
    assert_eq!(
        reader.requests(),
        3,
        "offsets and lengths at a time, then the block"
    );
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
