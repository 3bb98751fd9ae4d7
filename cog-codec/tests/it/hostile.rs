//! Damaged and malicious blocks: an error or other samples, never more.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use cog_codec::{
    BlockLayout, Codec, CodecRegistry, Compression, Decoded, EncodeOptions, Error, SampleFormat,
    decode_block, encode_block,
};
use cog_raster::{SampleType, Samples};

use crate::support::{Numbers, decode, samples, stored};

/// Far above what any of these small blocks takes, even on a busy machine.
const QUICK: Duration = Duration::from_secs(5);

/// Decodes what may be anything: at worst an error, at best the layout's samples.
#[track_caller]
fn try_decode(layout: &BlockLayout, bytes: &[u8]) -> bool {
    let start = Instant::now();
    let result = decode(layout, bytes);
    assert!(
        start.elapsed() < QUICK,
        "{:?} for {layout:?}",
        start.elapsed()
    );
    match result {
        Ok(block) => {
            assert_eq!(block.samples.byte_len(), layout.decoded_len().unwrap());
            let pixels = (layout.width * layout.height) as usize;
            assert!(block.valid.is_none_or(|valid| valid.len() == pixels));
            true
        }
        Err(error) => {
            assert!(
                matches!(error, Error::Malformed { .. } | Error::Unsupported { .. }),
                "{error}"
            );
            assert!(!error.to_string().is_empty());
            false
        }
    }
}

/// Each of these changes, from a fixed seed: bytes replaced anywhere or near the start (headers),
/// bits flipped, words set to extremes (lengths), parts cut, doubled or removed.
fn mutate(bytes: &[u8], numbers: &mut Numbers, kind: usize) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let at = numbers.below(out.len());
    let head = numbers.below(out.len().min(40));
    match kind % 8 {
        0 => out[at] = numbers.next() as u8,
        1 => out[head] = numbers.next() as u8,
        2 => out[head] ^= 1 << numbers.below(8),
        3 => out.truncate(at),
        4 => {
            let word = [u32::MAX, 0, 1 << 31, 0x7fff_ffff][numbers.below(4)].to_le_bytes();
            let end = (head + 4).min(out.len());
            out[head..end].copy_from_slice(&word[..end - head]);
        }
        5 => {
            for _ in 0..1 + numbers.below(16) {
                let at = numbers.below(out.len());
                out[at] = numbers.next() as u8;
            }
        }
        6 => {
            let end = at + numbers.below(out.len() - at);
            let part = out[at..end].to_vec();
            out.splice(at..at, part);
        }
        _ => {
            let end = at + numbers.below(out.len() - at);
            out.drain(at..end);
        }
    }
    out
}

/// Valid blocks of every compression.
fn seeds() -> Vec<(BlockLayout, Vec<u8>)> {
    let mut seeds = Vec::new();
    let mut lossless = vec![
        Compression::NONE,
        Compression::PACKBITS,
        Compression::LZW,
        Compression::DEFLATE,
    ];
    if cfg!(feature = "zstd") {
        lossless.push(Compression::ZSTD);
    }
    for compression in lossless {
        for (sample_type, count, predictor) in [
            (SampleType::U8, 3, 1),
            (SampleType::U16, 1, 2),
            (SampleType::F32, 2, 3),
        ] {
            let (bits, format) = stored(sample_type);
            let layout = BlockLayout::new(31, 17, count, bits, format)
                .with_compression(compression)
                .with_predictor(predictor);
            let values = samples(sample_type, 31 * 17 * usize::from(count), 2);
            let bytes = encode_block(&layout, &values, &EncodeOptions::default()).unwrap();
            seeds.push((layout, bytes));
        }
    }
    #[cfg(feature = "webp")]
    for count in [3_u16, 4] {
        let layout = BlockLayout::new(31, 17, count, 8, SampleFormat::Unsigned)
            .with_compression(Compression::WEBP);
        let values = samples(SampleType::U8, 31 * 17 * usize::from(count), 2);
        let bytes = encode_block(&layout, &values, &EncodeOptions::default()).unwrap();
        seeds.push((layout, bytes));
    }
    #[cfg(feature = "webp")]
    seeds.push((
        BlockLayout::new(16, 16, 3, 8, SampleFormat::Unsigned).with_compression(Compression::WEBP),
        crate::support::hex(WEBP_LOSSY),
    ));
    #[cfg(feature = "jpeg")]
    {
        use crate::jpeg_streams::*;
        for (bytes, count) in [
            (YCBCR_420, 3_u16),
            (YCBCR_422, 3),
            (YCBCR_411, 3),
            (YCBCR_440, 3),
            (PROGRESSIVE, 3),
            (RGB_ADOBE, 3),
            (CMYK_ADOBE, 4),
            (YCCK, 4),
            (TWO, 2),
        ] {
            let layout = BlockLayout::new(20, 24, count, 8, SampleFormat::Unsigned)
                .with_compression(Compression::JPEG)
                .with_photometric(if count == 3 { 6 } else { 1 });
            seeds.push((layout, crate::support::hex(bytes)));
        }
    }
    #[cfg(feature = "lerc")]
    {
        use crate::lerc::{blob, layout, mask};
        let values: Vec<f32> = (0..19 * 13).map(|i| (i as f32).sin()).collect();
        seeds.push((
            layout(1, 32, SampleFormat::Float),
            blob(1, &values, Some(&mask())),
        ));
        let values: Vec<u8> = (0..19 * 13 * 3).map(|i| (i * i % 29) as u8).collect();
        seeds.push((layout(3, 8, SampleFormat::Unsigned), blob(3, &values, None)));
        seeds.push((
            layout(4, 8, SampleFormat::Unsigned),
            blob(3, &values, Some(&mask())),
        ));
        let values: Vec<i32> = (0..19 * 13).map(|i| i * i * i).collect();
        seeds.push((layout(1, 32, SampleFormat::Signed), blob(1, &values, None)));
    }
    #[cfg(feature = "ccitt")]
    seeds.extend(crate::bilevel::streams());
    seeds.extend([crate::bilevel::next(), crate::bilevel::thunderscan()]);
    seeds.extend(crate::pictures::streams());
    #[cfg(feature = "lzma")]
    {
        let bytes = crate::support::hex(crate::golden::XZ_DELTA);
        let layout = BlockLayout::new(4, 3, 1, 16, SampleFormat::Unsigned)
            .with_compression(Compression::LZMA);
        seeds.push((layout, bytes));
    }
    seeds
}

/// A lossy picture of 16 × 16, by libwebp.
#[cfg(feature = "webp")]
const WEBP_LOSSY: &str = "
    524946464600000057454250565038203a0000005002009d012a1000100002804225b00274ba0144000a2b96dbb3
    4000fef892c35b4bfe00f77403ffae46dbdf666edb822a7f4eee4cfb10657000";

/// A codec with a bug, as other people's have them.
#[derive(Debug)]
struct Careless;

impl Codec for Careless {
    fn decode(&self, _: &BlockLayout, input: &[u8], _: &mut [u8]) -> Result<Decoded, Error> {
        assert!(input.len() > 8, "a header is eight bytes long");
        unreachable!()
    }
}

#[test]
fn a_codec_that_panics_gives_an_error() {
    const OWN: Compression = Compression(60_000);
    let registry = CodecRegistry::default().with(OWN, Arc::new(Careless));
    let layout = BlockLayout::new(4, 4, 1, 8, SampleFormat::Unsigned).with_compression(OWN);
    for (length, said) in [(3, "eight bytes"), (9, "unreachable")] {
        match decode_block(&registry, &layout, &vec![0; length], None) {
            Err(Error::Panicked {
                compression: OWN,
                message,
            }) => assert!(message.contains(said), "{message}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn mutated_blocks_neither_panic_nor_grow() {
    for (index, (layout, bytes)) in seeds().into_iter().enumerate() {
        assert!(try_decode(&layout, &bytes), "{layout:?}");
        let mut numbers = Numbers::new(index as u64 + 1);
        let mut refused = 0;
        for kind in 0..800 {
            let mut mutated = mutate(&bytes, &mut numbers, kind);
            if kind % 5 == 0 && !mutated.is_empty() {
                mutated = mutate(&mutated, &mut numbers, kind / 5);
            }
            refused += usize::from(!try_decode(&layout, &mutated));
        }
        // The mutations bite.
        assert!(refused > 40, "{refused} of {layout:?}");
    }
}

#[cfg(feature = "lerc")]
#[test]
fn mutated_wrapped_blobs_neither_panic_nor_grow() {
    use crate::lerc::{blob, layout};
    let values: Vec<u8> = (0..19 * 13).map(|i| (i * 7) as u8).collect();
    let bare = blob(1, &values, None);
    let mut deflated = Vec::new();
    let mut encoder = flate2::read::ZlibEncoder::new(&bare[..], flate2::Compression::best());
    std::io::Read::read_to_end(&mut encoder, &mut deflated).unwrap();
    let layout = layout(1, 8, SampleFormat::Unsigned).with_lerc_additional_compression(1);
    assert!(try_decode(&layout, &deflated));
    let mut numbers = Numbers::new(9);
    for kind in 0..400 {
        try_decode(&layout, &mutate(&deflated, &mut numbers, kind));
    }
    // A bomb inside: 64 MiB of zeros, refused after a few thousand.
    let zeros = vec![0; 64 << 20];
    let mut bomb = Vec::new();
    let mut encoder = flate2::read::ZlibEncoder::new(&zeros[..], flate2::Compression::fast());
    std::io::Read::read_to_end(&mut encoder, &mut bomb).unwrap();
    let error = decode(&layout, &bomb).unwrap_err();
    assert!(error.to_string().contains("more than"), "{error}");
}

#[cfg(feature = "jpeg")]
#[test]
fn mutated_jpeg_tables_neither_panic_nor_grow() {
    let bytes = crate::support::hex(crate::jpeg_streams::YCBCR_420);
    let layout = BlockLayout::new(20, 24, 3, 8, SampleFormat::Unsigned)
        .with_compression(Compression::JPEG)
        .with_photometric(6);
    // The whole stream serves as tables too: only its tables are looked at.
    let (tables, abbreviated) = crate::jpeg::split(&bytes);
    let with = |tables: Vec<u8>| layout.clone().with_jpeg_tables(Some(tables.into()));
    assert!(try_decode(&with(tables.clone()), &abbreviated));
    let mut numbers = Numbers::new(3);
    for kind in 0..800 {
        try_decode(&with(mutate(&tables, &mut numbers, kind)), &abbreviated);
    }
}

#[test]
fn short_input_of_every_compression_is_an_error() {
    for (layout, bytes) in seeds() {
        for input in [&[][..], &bytes[..1], &bytes[..bytes.len() / 3]] {
            let error = decode(&layout, input).unwrap_err();
            assert!(
                matches!(error, Error::Malformed { .. }),
                "{layout:?}: {error}"
            );
        }
    }
}

#[test]
fn layouts_beyond_memory_are_refused() {
    for compression in CodecRegistry::default().compressions() {
        for side in [1 << 31, u32::MAX] {
            for bits in [1, 8, 16, 64] {
                let layout = BlockLayout::new(side, side, 1, bits, SampleFormat::Unsigned)
                    .with_compression(compression);
                let error = decode(&layout, &[0x78, 0x9c, 0, 0]).unwrap_err();
                assert!(
                    matches!(
                        error,
                        Error::InvalidLayout { .. } | Error::Unsupported { .. }
                    ),
                    "{compression}: {error}"
                );
            }
        }
    }
    let layout = BlockLayout::new(u32::MAX, u32::MAX, u16::MAX, 64, SampleFormat::Float);
    assert!(matches!(
        layout.encoded_len(),
        Err(Error::InvalidLayout { .. })
    ));
    assert!(matches!(
        layout.decoded_len(),
        Err(Error::InvalidLayout { .. })
    ));
}

#[test]
fn impossible_layouts_are_refused() {
    let good = BlockLayout::new(4, 4, 1, 8, SampleFormat::Unsigned);
    for (width, height, count) in [(0, 4, 1), (4, 0, 1), (4, 4, 0)] {
        let mut layout = good.clone();
        (layout.width, layout.height, layout.samples) = (width, height, count);
        for bytes in [&[][..], &[0; 16]] {
            assert!(matches!(
                decode(&layout, bytes),
                Err(Error::InvalidLayout { .. })
            ));
        }
        let error = encode_block(&layout, &Samples::U8(vec![]), &EncodeOptions::default());
        assert!(matches!(error, Err(Error::InvalidSamples { .. })));
    }
    for bits in [0, 33, 63, 65, 128, u16::MAX] {
        for format in [
            SampleFormat::Unsigned,
            SampleFormat::Signed,
            SampleFormat::Float,
        ] {
            let layout = BlockLayout::new(4, 4, 1, bits, format);
            let error = decode(&layout, &[0; 4096]).unwrap_err();
            assert!(
                matches!(error, Error::Unsupported { .. }),
                "{bits} {format:?}: {error}"
            );
        }
    }
    let unknown = good.clone().with_compression(Compression(12345));
    let error = decode(&unknown, &[0; 16]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown (compression 12345) is not supported"
    );
    let subsampled = good.with_photometric(6).with_ycbcr_subsampling(2, 3);
    let mut subsampled = subsampled;
    subsampled.samples = 3;
    assert!(matches!(
        decode(&subsampled, &[0; 64]),
        Err(Error::Unsupported { .. })
    ));
}

#[test]
fn no_rows_are_one_and_too_many_are_all() {
    let layout = BlockLayout::new(2, 3, 1, 8, SampleFormat::Unsigned);
    let registry = CodecRegistry::default();
    for (asked, rows) in [(0, 1), (1, 1), (3, 3), (u32::MAX, 3)] {
        let block = decode_block(&registry, &layout, &[1, 2, 3, 4, 5, 6], Some(asked)).unwrap();
        assert_eq!((block.rows, block.samples.len()), (rows, rows as usize * 2));
    }
}

/// Streams that say they are larger than their block, by every header that says so.
#[test]
fn headers_that_claim_more_are_refused() {
    for (layout, bytes) in seeds() {
        for (width, height) in [(1, 1), (30, 17), (4096, 4096), (16384, 2)] {
            let mut other = layout.clone();
            if (width, height) == (layout.width, layout.height) {
                continue;
            }
            (other.width, other.height) = (width, height);
            let start = Instant::now();
            let _ = decode(&other, &bytes);
            assert!(start.elapsed() < QUICK);
            if matches!(layout.compression, Compression::WEBP | Compression::LERC) {
                assert!(matches!(
                    decode(&other, &bytes),
                    Err(Error::Malformed { .. })
                ));
            }
        }
    }
}
