//! Only the bands asked for, in the order asked for.

use cog_codec::{
    BlockLayout, ByteOrder, CodecRegistry, Compression, EncodeOptions, Error, SampleFormat,
    decode_bands, decode_block, encode_block,
};
use cog_raster::{Sample as _, SampleType, Samples, with_sample_type};

const PIXELS: usize = 7 * 5;

/// The planes named, of a block of all.
fn chosen(all: &Samples, bands: &[u16]) -> Samples {
    with_sample_type!(all.sample_type(), T => {
        let planes = all.as_slice::<T>().unwrap();
        let plane = |&band: &u16| &planes[usize::from(band) * PIXELS..][..PIXELS];
        T::into_samples(bands.iter().map(plane).collect::<Vec<_>>().concat())
    })
}

#[test]
fn bands_are_those_of_the_whole_block() {
    let registry = CodecRegistry::default();
    let mut checked = 0;
    for samples in 1..=5_u16 {
        for (format, bits, sample_type) in [
            (SampleFormat::Unsigned, 8, SampleType::U8),
            (SampleFormat::Signed, 8, SampleType::I8),
            (SampleFormat::Unsigned, 16, SampleType::U16),
            (SampleFormat::Unsigned, 12, SampleType::U16),
            (SampleFormat::Float, 32, SampleType::F32),
            (SampleFormat::Float, 24, SampleType::F32),
            (SampleFormat::Float, 64, SampleType::F64),
            (SampleFormat::ComplexInt, 32, SampleType::ComplexI16),
            (SampleFormat::ComplexFloat, 64, SampleType::ComplexF32),
            (SampleFormat::ComplexFloat, 128, SampleType::ComplexF64),
        ] {
            for (predictor, order) in [
                (1, ByteOrder::Little),
                (1, ByteOrder::Big),
                (2, ByteOrder::Big),
                (3, ByteOrder::Little),
            ] {
                let layout = BlockLayout::new(7, 5, samples, bits, format)
                    .with_compression(Compression::DEFLATE)
                    .with_predictor(predictor)
                    .with_byte_order(order);
                // Small integers are exact in every depth.
                let values = with_sample_type!(sample_type, T => {
                    let values = (0..PIXELS * usize::from(samples)).map(|i| T::from_f64((i % 101) as f64));
                    T::into_samples(values.collect())
                });
                let Ok(block) = encode_block(&layout, &values, &EncodeOptions::default()) else {
                    continue;
                };
                let whole = decode_block(&registry, &layout, &block, None)
                    .unwrap()
                    .samples;
                let all: Vec<u16> = (0..samples).collect();
                let backwards: Vec<u16> = (0..samples).rev().collect();
                for bands in [
                    &all,
                    &backwards,
                    &all[1..].to_vec(),
                    &vec![samples - 1, 0, 0],
                ] {
                    let some = decode_bands(&registry, &layout, &block, None, bands).unwrap();
                    assert_eq!(some.samples, chosen(&whole, bands), "{layout:?} {bands:?}");
                    checked += 1;
                }
                let error = decode_bands(&registry, &layout, &block, None, &[samples]).unwrap_err();
                assert!(matches!(error, Error::InvalidLayout { .. }), "{error}");
            }
        }
    }
    assert!(checked > 400, "only {checked} were writable");
}

#[test]
fn bands_of_subsampled_chroma() {
    let layout = BlockLayout::new(2, 2, 3, 8, SampleFormat::Unsigned)
        .with_photometric(6)
        .with_ycbcr_subsampling(2, 2);
    let registry = CodecRegistry::default();
    let block = decode_bands(&registry, &layout, &[1, 2, 3, 4, 50, 60], None, &[2, 0]).unwrap();
    assert_eq!(block.samples, Samples::U8(vec![60, 60, 60, 60, 1, 2, 3, 4]));
}
