//! What is written is read back.

use cog_codec::{
    BlockLayout, ByteOrder, CodecRegistry, Compression, EncodeOptions, Error, SampleFormat,
    decode_block, encode_block,
};
use cog_raster::testkit::SAMPLE_TYPES;
use cog_raster::{SampleType, Samples};

use crate::support::{assert_fewer_rows_are_the_first, decode, samples, stored};

const LOSSLESS: &[Compression] = &[
    Compression::NONE,
    Compression::PACKBITS,
    Compression::LZW,
    Compression::DEFLATE,
    Compression::DEFLATE_OLD,
    #[cfg(feature = "zstd")]
    Compression::ZSTD,
];

const SIZES: [(u32, u32); 5] = [(1, 1), (1, 9), (13, 1), (7, 5), (34, 3)];

fn predictors(sample_type: SampleType) -> &'static [u16] {
    match sample_type {
        SampleType::F16 | SampleType::F32 | SampleType::F64 => &[1, 2, 3],
        other if other.is_complex() => &[1],
        _ => &[1, 2],
    }
}

#[test]
fn every_compression_type_predictor_order_and_shape() {
    let mut tried = 0;
    for &compression in LOSSLESS {
        for sample_type in SAMPLE_TYPES {
            let (bits, format) = stored(sample_type);
            for &predictor in predictors(sample_type) {
                for byte_order in [ByteOrder::Little, ByteOrder::Big] {
                    for count in 1..=5_u16 {
                        for (width, height) in SIZES {
                            let layout = BlockLayout::new(width, height, count, bits, format)
                                .with_compression(compression)
                                .with_predictor(predictor)
                                .with_byte_order(byte_order);
                            let len = width as usize * height as usize * usize::from(count);
                            let values = samples(sample_type, len, u64::from(count));
                            let bytes =
                                encode_block(&layout, &values, &EncodeOptions::default()).unwrap();
                            let block = decode(&layout, &bytes).unwrap();
                            // By their bytes: NaN is no equal of itself.
                            assert_eq!(
                                block.samples.to_le_bytes(),
                                values.to_le_bytes(),
                                "{layout:?}"
                            );
                            assert_eq!(block.samples.sample_type(), sample_type);
                            assert_eq!(block.rows, height);
                            assert_eq!(block.valid, None);
                            tried += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(tried, LOSSLESS.len() * 2 * 5 * 5 * (8 * 2 + 3 * 3 + 4));
}

#[test]
fn fewer_rows_are_the_first_rows() {
    for &compression in LOSSLESS {
        for (sample_type, predictor) in [
            (SampleType::U8, 2),
            (SampleType::I16, 2),
            (SampleType::F32, 3),
            (SampleType::ComplexF64, 1),
        ] {
            let (bits, format) = stored(sample_type);
            let layout = BlockLayout::new(9, 11, 3, bits, format)
                .with_compression(compression)
                .with_predictor(predictor);
            let values = samples(sample_type, 9 * 11 * 3, 5);
            let bytes = encode_block(&layout, &values, &EncodeOptions::default()).unwrap();
            assert_fewer_rows_are_the_first(&layout, &bytes);
        }
    }
}

#[test]
fn rows_behind_those_asked_for_are_not_looked_at() {
    let registry = CodecRegistry::default();
    for &compression in LOSSLESS {
        // Twice what a Zstandard frame has in one of its blocks.
        let layout = BlockLayout::new(512, 512, 1, 8, SampleFormat::Unsigned)
            .with_compression(compression)
            .with_predictor(2);
        let values = samples(SampleType::U8, 512 * 512, 11);
        let bytes = encode_block(&layout, &values, &EncodeOptions::default()).unwrap();
        let cut = &bytes[..bytes.len() * 3 / 4];
        assert!(decode(&layout, cut).is_err(), "{compression}");
        let first = decode_block(&registry, &layout, cut, Some(100)).unwrap();
        let expected = &values.as_slice::<u8>().unwrap()[..512 * 100];
        assert_eq!(
            first.samples.as_slice::<u8>().unwrap(),
            expected,
            "{compression}"
        );
    }
}

#[test]
fn depths_below_eight_bits() {
    for &compression in LOSSLESS {
        for bits in 1..8_u16 {
            for count in 1..=5_u16 {
                for (width, height) in SIZES {
                    let layout =
                        BlockLayout::new(width, height, count, bits, SampleFormat::Unsigned)
                            .with_compression(compression);
                    let len = width as usize * height as usize * usize::from(count);
                    let values = (0..len).map(|i| (i * 37 % (1 << bits)) as u8).collect();
                    let values = Samples::U8(values);
                    let bytes = encode_block(&layout, &values, &EncodeOptions::default()).unwrap();
                    assert_eq!(
                        decode(&layout, &bytes).unwrap().samples,
                        values,
                        "{layout:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_level() {
    let layout = BlockLayout::new(64, 32, 3, 8, SampleFormat::Unsigned);
    let values = samples(SampleType::U8, 64 * 32 * 3, 1);
    for &compression in LOSSLESS {
        let layout = layout.clone().with_compression(compression);
        for level in 0..=22 {
            let options = EncodeOptions::default().with_level(level);
            let bytes = encode_block(&layout, &values, &options).unwrap();
            assert_eq!(
                decode(&layout, &bytes).unwrap().samples,
                values,
                "{compression} {level}"
            );
        }
    }
}

#[cfg(feature = "webp")]
#[test]
fn webp_without_loss() {
    for count in [3_u16, 4] {
        for (width, height) in SIZES {
            let layout = BlockLayout::new(width, height, count, 8, SampleFormat::Unsigned)
                .with_compression(Compression::WEBP);
            let values = samples(
                SampleType::U8,
                width as usize * height as usize * usize::from(count),
                3,
            );
            let bytes = encode_block(&layout, &values, &EncodeOptions::default()).unwrap();
            assert_eq!(decode(&layout, &bytes).unwrap().samples, values);
            assert_fewer_rows_are_the_first(&layout, &bytes);
        }
    }
}

#[cfg(feature = "webp")]
#[test]
fn webp_drops_or_adds_an_alpha() {
    let rgb =
        BlockLayout::new(5, 4, 3, 8, SampleFormat::Unsigned).with_compression(Compression::WEBP);
    let mut rgba = rgb.clone();
    rgba.samples = 4;
    let values: Vec<u8> = (0..60).collect();
    let bytes = encode_block(
        &rgb,
        &Samples::U8(values.clone()),
        &EncodeOptions::default(),
    );
    let opaque = [values.clone(), vec![255; 20]].concat();
    assert_eq!(
        decode(&rgba, &bytes.unwrap()).unwrap().samples,
        Samples::U8(opaque)
    );
    let seen_through = Samples::U8([values.clone(), vec![9; 20]].concat());
    let bytes = encode_block(&rgba, &seen_through, &EncodeOptions::default()).unwrap();
    assert_eq!(decode(&rgb, &bytes).unwrap().samples, Samples::U8(values));
}

#[test]
fn what_is_not_written_says_so() {
    let u8s = Samples::U8(vec![0; 4]);
    let layout = BlockLayout::new(2, 2, 1, 8, SampleFormat::Unsigned);
    let options = EncodeOptions::default();
    let refused = |layout: BlockLayout, samples: &Samples| {
        let error = encode_block(&layout, samples, &options).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
    };
    for compression in [
        Compression::LERC,
        Compression::LZMA,
        Compression::CCITT_G4,
        Compression(9),
    ] {
        refused(layout.clone().with_compression(compression), &u8s);
    }
    refused(layout.clone().with_fill_order_lsb(true), &u8s);
    let deflate = layout.clone().with_compression(Compression::DEFLATE);
    refused(deflate.clone().with_predictor(3), &u8s);
    refused(deflate.with_predictor(4), &u8s);
    let twelve = BlockLayout::new(2, 2, 1, 12, SampleFormat::Unsigned);
    refused(twelve, &Samples::U16(vec![0; 4]));

    let wrong = [
        Samples::U8(vec![0; 3]),
        Samples::I8(vec![0; 4]),
        Samples::U16(vec![0; 2]),
    ];
    for samples in wrong {
        let error = encode_block(&layout, &samples, &options).unwrap_err();
        assert!(matches!(error, Error::InvalidSamples { .. }), "{error}");
    }
}
