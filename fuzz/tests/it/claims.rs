//! Small files and blocks that claim to be large.

use std::sync::Arc;
use std::time::Duration;

use cog_codec::{BlockLayout, CodecRegistry, Compression, SampleFormat, decode_block};
use cog_raster::{RasterSource, ReadRequest, SourceErrorKind, Window};
use cog_reader::{Cog, Limits, MemoryReader, OpenOptions};
use fuzz::{Directory, Entry, File, Values, block_seeds};

use crate::measure::{MEMORY, alone, processor_time};

/// One directory without blocks: the numbers of tags 256, 257, 277, 322 and 323.
fn claim(width: u64, height: u64, bands: u64, tile: Option<u64>) -> Vec<u8> {
    let mut file = File {
        big: false,
        big_endian: false,
        front: Vec::new(),
        directories: Vec::new(),
    };
    let mut entries = vec![
        file.entry(256, 4, &[width]),
        file.entry(257, 4, &[height]),
        file.entry(258, 3, &[8]),
        file.entry(259, 3, &[8]),
        file.entry(277, 3, &[bands]),
    ];
    match tile {
        None => entries.push(file.entry(273, 4, &[8])),
        Some(side) => {
            entries.push(file.entry(322, 4, &[side]));
            entries.push(file.entry(323, 4, &[side]));
            entries.push(file.entry(324, 4, &[8]));
            entries.push(file.entry(325, 4, &[40]));
        }
    }
    file.directories.push(Directory {
        entries,
        ..Directory::default()
    });
    file.serialise()
}

#[test]
fn a_hundred_bytes_that_claim_a_world_cost_kilobytes() {
    const MOST: u64 = (1 << 31) - 1;
    let alone = alone();
    for (bytes, pixels) in [
        (claim(MOST, MOST, 1, None), 1 << 62),
        (claim(MOST, MOST, 1, Some(256)), 1 << 62),
        (claim(MOST, MOST, 1, Some(MOST)), 1 << 62),
        (claim(MOST, MOST, 1, Some(1)), 1 << 62),
        (claim(MOST, MOST, 1, None), 1 << 56),
        (claim(1 << 28, 1 << 28, 1, Some(512)), 1 << 56),
    ] {
        assert!(bytes.len() < 130, "{}", bytes.len());
        let limits = Limits::default().with_pixels(pixels);
        let reader = Arc::new(MemoryReader::new("world.tif", bytes));
        let work = || {
            let options = OpenOptions::default().with_limits(limits);
            let Ok(cog) = pollster::block_on(Cog::open(reader.clone(), options)) else {
                return;
            };
            let size = cog.info().levels[0];
            for window in [
                Window::new(0, 0, size.width, size.height),
                Window::new(0, 0, 1, 1),
                Window::new(size.width - 1, size.height - 1, 1, 1),
                Window::new(0, 0, 1, size.height),
                Window::new(0, 0, size.width, 1),
            ] {
                // A block that the index does not list is not there, as libtiff has it: nodata.
                if let Ok(raster) = pollster::block_on(cog.read(ReadRequest::new(0, window))) {
                    assert_eq!((raster.columns(), raster.rows()), (1, 1), "{window:?}");
                }
            }
        };
        // What is made once for all files is made.
        work();
        let ((), peak) = alone.peak(work);
        assert!(peak < 64 << 10, "{peak} bytes");
        // The system counts in milliseconds.
        const TIMES: u32 = 500;
        let before = processor_time();
        (0..TIMES).for_each(|_| work());
        if let (Some(before), Some(after)) = (before, processor_time()) {
            let spent = after.saturating_sub(before) / TIMES;
            println!("{pixels} pixels: {peak} bytes, {spent:?}");
            assert!(spent < Duration::from_millis(1), "{spent:?}");
        }
    }
}

#[test]
fn a_limit_of_memory_holds_for_reads_of_any_size() {
    let alone = alone();
    let limits = Limits::within(MEMORY as u64);
    // Sparse, so that nothing but the result and the list of blocks takes memory.
    let mut refused = 0;
    for (width, height, bands, tile) in [
        (1 << 13, 1 << 12, 1, 256),
        (1 << 12, 1 << 11, 4, 16),
        (1 << 13, 1 << 13, 3, 512),
        (1 << 20, 1, 20, 16),
        (60_000, 60_000, 1, 16),
        (300, 300, 60_000, 128),
    ] {
        let mut file = File::parse(&claim(width, height, bands, Some(tile))).unwrap_or(File {
            big: false,
            big_endian: false,
            front: Vec::new(),
            directories: Vec::new(),
        });
        let blocks = width.div_ceil(tile) * height.div_ceil(tile);
        let zeros = vec![0; usize::try_from(blocks).unwrap().min(1 << 20) * 4];
        for entry in &mut file.directories[0].entries {
            if matches!(entry.tag, 324 | 325) {
                *entry = Entry::new(entry.tag, 4, Values::Bytes(zeros.clone()));
            }
        }
        let reader = Arc::new(MemoryReader::new("sparse.tif", file.serialise()));
        let options = OpenOptions::default().with_limits(limits);
        let (result, peak) = alone.peak(|| {
            let cog = pollster::block_on(Cog::open(reader, options)).unwrap();
            let whole = Window::new(0, 0, width as u32, height as u32);
            pollster::block_on(cog.read(ReadRequest::new(0, whole))).map(drop)
        });
        assert!(peak < MEMORY, "{width} × {height} × {bands}: {peak} bytes");
        if let Err(error) = result {
            assert_eq!(error.kind(), SourceErrorKind::OverLimit, "{error}");
            refused += 1;
        }
    }
    assert!((1..6).contains(&refused), "{refused} refused");
}

/// Small blocks that hold far more than they need cost what small blocks cost: thousands of them may be one.
#[test]
fn a_block_that_decodes_to_more_than_it_is_costs_no_more() {
    let alone = alone();
    // RFC 8878 §3.1.1: a frame with a checksum, of blocks of one byte repeated.
    let mut frame = b"\x28\xb5\x2f\xfd\x04\x58".to_vec();
    frame.extend(b"\x02\0\x10a".repeat(30));
    frame.extend(b"\x03\0\x10a\0\0\0\0");
    let deflated = b"\x78\x9c\xed\xc1\x01\x01\0\0\0\x80\x90\xfe\xaf\xee\x08\x0a";
    for (compression, block) in [
        (Compression::ZSTD, frame),
        (Compression::JPEG, progressive(16, 65_535)),
        (Compression::JPEG_XL, jpeg_xl(16, 16)),
        (Compression::PACKBITS, vec![0x81; 60_000]),
        (Compression::DEFLATE, deflated.to_vec()),
    ] {
        let mut file = File {
            big: false,
            big_endian: false,
            front: block.clone(),
            directories: Vec::new(),
        };
        const SIDE: u64 = 2048;
        let blocks = (SIDE * SIDE / 256) as usize;
        let entries = vec![
            file.entry(256, 4, &[SIDE]),
            file.entry(257, 4, &[SIDE]),
            file.entry(258, 3, &[8]),
            file.entry(259, 3, &[compression.0.into()]),
            file.entry(262, 3, &[1]),
            file.entry(277, 3, &[1]),
            file.entry(322, 3, &[16]),
            file.entry(323, 3, &[16]),
            file.entry(324, 4, &vec![8; blocks]),
            file.entry(325, 4, &vec![block.len().min(16_000) as u64; blocks]),
        ];
        file.directories.push(Directory {
            entries,
            ..Directory::default()
        });
        let name = || format!("{blocks} blocks of {compression}");
        // One read of every block, as a tile server's of a preview.
        alone.bounded(name, || {
            let limits = Limits::within(MEMORY as u64 / 2);
            let options = OpenOptions::default().with_limits(limits);
            let reader = Arc::new(MemoryReader::new("shared.tif", file.serialise()));
            let cog = pollster::block_on(Cog::open(reader, options)).expect("a whole file");
            for row in 0..128 {
                // Each row alone, so that one error does not end it.
                let window = Window::new(0, row * 16, SIDE as u32, 16);
                let _ = pollster::block_on(cog.read(ReadRequest::new(0, window)));
            }
        });
    }
}

/// LZMA's highest preset asks for a dictionary of 64 MiB, whatever the block.
const DICTIONARY: usize = 81 << 20;

/// A grey picture that is refined again and again (ITU-T T.81 G.1.2.3), a few bytes each time.
fn progressive(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xdb\0\x43\0".to_vec();
    bytes.extend([1; 64]);
    bytes.extend(b"\xff\xc2\0\x0b\x08");
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend(b"\x01\x01\x11\0");
    // One code of one bit in each table: no difference; the longest run of blocks that end.
    for (class, symbol) in [(0x00, 0x00), (0x10, 0xe0)] {
        bytes.extend([0xff, 0xc4, 0, 20, class, 1]);
        bytes.extend([0; 15]);
        bytes.push(symbol);
    }
    let blocks = usize::from(width.div_ceil(8)) * usize::from(height.div_ceil(8));
    let scan = |selection: [u8; 3], length: usize| {
        let mut scan = b"\xff\xda\0\x08\x01\x01\0".to_vec();
        scan.extend(selection);
        scan.resize(scan.len() + length, 0);
        scan
    };
    bytes.extend(scan([0, 0, 0x01], blocks.div_ceil(8)));
    bytes.extend(scan([1, 63, 0x01], 2 * blocks.div_ceil(16_384) + 1));
    for _ in 0..1000 {
        bytes.extend(scan([1, 63, 0x10], 2 * blocks.div_ceil(16_384) + 1));
    }
    bytes.extend(b"\xff\xd9");
    bytes
}

/// A codestream of JPEG XL (ISO/IEC 18181-1): a size, everything else by default, and zeros for a frame.
fn jpeg_xl(width: u16, height: u16) -> Vec<u8> {
    let mut bits: Vec<bool> = Vec::new();
    let mut put = |value: u64, count: u32| bits.extend((0..count).map(|i| value >> i & 1 == 1));
    put(0, 1); // Not a multiple of 8.
    put(1, 2); // Height - 1 in 13 bits.
    put(u64::from(height) - 1, 13);
    put(0, 3); // No ratio.
    put(1, 2);
    put(u64::from(width) - 1, 13);
    put(1, 1); // All of the metadata by default.
    put(1, 1); // And the transform.
    bits.resize(bits.len().next_multiple_of(8), false);
    bits.push(true); // All of the frame header by default.
    bits.resize(bits.len().next_multiple_of(8) + 4096, false);
    let bytes = bits.chunks_exact(8).map(|eight| {
        let bit = |byte: u8, (i, &bit): (usize, &bool)| byte | u8::from(bit) << i;
        eight.iter().enumerate().fold(0, bit)
    });
    [0xff, 0x0a].into_iter().chain(bytes).collect()
}

#[test]
fn what_a_block_claims_of_itself_costs_nothing() {
    let alone = alone();
    let registry = CodecRegistry::default();
    // Headers that claim, each with the least that makes its codec believe them.
    let xz = |property: u8| {
        let mut bytes = b"\xfd7zXZ\0\0\x01\x69\x22\xde\x36\x02\0\x21\x01".to_vec();
        bytes.extend([property, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff]);
        bytes
    };
    let mut cases = vec![
        // RFC 8878 §3.1.1.1: a window of 3.75 TiB, and a content of 2^62 bytes.
        (Compression::ZSTD, b"\x28\xb5\x2f\xfd\x00\xff\x03\0\0abcd".to_vec()),
        (Compression::ZSTD, b"\x28\xb5\x2f\xfd\xe0\xff\xff\xff\xff\xff\xff\xff\x3f\x03\0\0".to_vec()),
        // A block of one byte repeated 128 KiB, many times.
        (Compression::ZSTD, {
            let mut bytes = b"\x28\xb5\x2f\xfd\x00\x58".to_vec();
            bytes.extend(b"\x02\0\x10a".repeat(20_000));
            bytes
        }),
        (Compression::LZMA, xz(40)),
        (Compression::LZMA, xz(38)),
        // A lossless picture of 16384 × 16384.
        (Compression::WEBP, b"RIFF\x20\0\0\0WEBPVP8L\x10\0\0\0\x2f\xff\xff\xff\x0f\0\0\0\0\0\0\0\0\0\0\0".to_vec()),
        (Compression::LERC, b"Lerc2 \x04\0\0\0\0\0\0\xff\xff\xff\x7f\xff\xff\xff\x7f\x01\0\0\0\xff\xff\xff\x7f\x08\0\0\0\xff\xff\xff\x7f\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec()),
        (Compression::JPEG, b"\xff\xd8\xff\xc2\0\x11\x08\xff\xff\xff\xff\x03\x01\x44\0\x02\x11\0\x03\x11\0\xff\xda\0\x0c\x03\x01\0\x02\0\x03\0\0\x3f\0\0".to_vec()),
        (Compression::DEFLATE, b"\x78\x9c\xec\xc1\x01\x01\0\0\0\x80\x90\xfe\xaf\xee\x08\x0a".to_vec()),
        (Compression::PACKBITS, vec![0x81; 300_000]),
        (Compression::LZW, vec![0x80; 300_000]),
    ];
    for (width, height) in [(16, 16), (512, 512), (2048, 1300)] {
        cases.push((Compression::JPEG_XL, jpeg_xl(width, height)));
        cases.push((Compression::JPEG, progressive(width, height)));
    }
    // The same headers with a block of any other size behind them.
    for (layout, bytes) in block_seeds() {
        cases.push((layout.compression, bytes));
    }
    let mut beyond = Vec::new();
    for (compression, bytes) in cases {
        for (width, height) in [(16, 16), (512, 512), (65_535, 2), (2048, 1300)] {
            for samples in [1, 3] {
                let bytes = resized(compression, &bytes, width, height);
                let layout = BlockLayout::new(width, height, samples, 8, SampleFormat::Unsigned)
                    .with_compression(compression)
                    .with_lerc_additional_compression(0);
                let size = layout.decoded_len().unwrap();
                let name = || format!("{compression} of {width} × {height} × {samples}");
                let (_, peak) = alone.peak(|| {
                    alone.bounded(name, || {
                        decode_block(&registry, &layout, &bytes, None).is_ok()
                    })
                });
                if peak > most(compression, size) {
                    beyond.push(format!("{}: {peak} bytes for {size}", name()));
                }
            }
        }
    }
    assert!(beyond.is_empty(), "{}", beyond.join("\n"));
}

/// What decoding a block may take: the block, the picture, and coefficients of four bytes.
fn most(compression: Compression, size: usize) -> usize {
    match compression {
        Compression::LZMA => 8 * size + DICTIONARY,
        _ => 8 * size + (1 << 20),
    }
}

/// A picture of JPEG 2000 that claims to be of this size, in tiles of one pixel row; others as they are.
fn resized(compression: Compression, bytes: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    // The markers SOC and SIZ (ISO/IEC 15444-1 A.5.1).
    let start = bytes.windows(4).position(|w| w == b"\xff\x4f\xff\x51");
    if let (Compression::JPEG2000, Some(start)) = (compression, start) {
        let zero = [0; 4];
        for (place, value) in [
            (8, width.to_be_bytes()),
            (12, height.to_be_bytes()),
            (16, zero),
            (20, zero),
            (24, width.to_be_bytes()),
            (28, 1_u32.to_be_bytes()),
            (32, zero),
            (36, zero),
        ] {
            bytes[start + place..start + place + 4].copy_from_slice(&value);
        }
    }
    bytes
}
