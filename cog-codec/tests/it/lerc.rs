//! LERC blobs, bare and wrapped.

use cog_codec::{BlockLayout, ByteOrder, Compression, Error, SampleFormat};
use cog_raster::Samples;
use lerc_core::{MaskView, RasterView, Sample};
use lerc_writer::{EncodeOptions, encode};

use crate::support::{assert_fewer_rows_are_the_first, decode};

const WIDTH: u32 = 19;
const HEIGHT: u32 = 13;
const PIXELS: usize = (WIDTH * HEIGHT) as usize;

pub(crate) fn blob<T: Sample>(depth: u32, values: &[T], mask: Option<&[u8]>) -> Vec<u8> {
    let raster = RasterView::new(WIDTH, HEIGHT, depth, values).unwrap();
    let mask = mask.map(|mask| MaskView::new(WIDTH, HEIGHT, mask).unwrap());
    encode(raster, mask, EncodeOptions::new().with_max_z_error(0.0)).unwrap()
}

pub(crate) fn layout(samples: u16, bits: u16, format: SampleFormat) -> BlockLayout {
    BlockLayout::new(WIDTH, HEIGHT, samples, bits, format).with_compression(Compression::LERC)
}

pub(crate) fn mask() -> Vec<u8> {
    (0..PIXELS).map(|i| u8::from(i % 5 != 0)).collect()
}

#[test]
fn every_sample_type_in_both_byte_orders() {
    macro_rules! check {
        ($type:ty, $variant:ident, $format:ident) => {
            let values: Vec<$type> = (0..PIXELS).map(|i| (i * i % 101) as $type).collect();
            let bytes = blob(1, &values, None);
            for byte_order in [ByteOrder::Little, ByteOrder::Big] {
                let layout = layout(1, size_of::<$type>() as u16 * 8, SampleFormat::$format)
                    .with_byte_order(byte_order)
                    // libtiff's LERC has no predictor.
                    .with_predictor(2);
                let block = decode(&layout, &bytes).unwrap();
                let expected = values.iter().map(|&value| match byte_order {
                    ByteOrder::Little => value,
                    // libtiff swaps before it encodes and after it has decoded.
                    ByteOrder::Big => <$type>::from_be_bytes(value.to_le_bytes()),
                });
                assert_eq!(block.samples, Samples::$variant(expected.collect()));
                assert_eq!(block.valid, None);
                assert_fewer_rows_are_the_first(&layout, &bytes);
            }
        };
    }
    check!(u8, U8, Unsigned);
    check!(i8, I8, Signed);
    check!(u16, U16, Unsigned);
    check!(i16, I16, Signed);
    check!(u32, U32, Unsigned);
    check!(i32, I32, Signed);
    check!(f32, F32, Float);
    check!(f64, F64, Float);
}

#[test]
fn a_mask_becomes_validity() {
    let values: Vec<f32> = (0..PIXELS).map(|i| i as f32 / 4.0).collect();
    let bytes = blob(1, &values, Some(&mask()));
    let layout = layout(1, 32, SampleFormat::Float);
    let block = decode(&layout, &bytes).unwrap();
    let expected: Vec<u8> = mask().iter().map(|m| m * 255).collect();
    assert_eq!(block.valid.as_ref(), Some(&expected));
    let Samples::F32(decoded) = block.samples else {
        panic!("no floats")
    };
    for ((value, decoded), valid) in values.iter().zip(decoded).zip(expected) {
        assert!(valid == 0 || *value == decoded);
    }
    assert_fewer_rows_are_the_first(&layout, &bytes);
}

#[test]
fn an_alpha_band_may_be_stored_as_mask() {
    let values: Vec<u8> = (0..PIXELS * 3).map(|i| (i * 7 % 256) as u8).collect();
    let bytes = blob(3, &values, Some(&mask()));
    let layout = layout(4, 8, SampleFormat::Unsigned);
    let Samples::U8(decoded) = decode(&layout, &bytes).unwrap().samples else {
        panic!("no bytes")
    };
    let alpha: Vec<u8> = mask().iter().map(|m| m * 255).collect();
    assert_eq!(decoded[PIXELS * 3..], alpha);
    for pixel in (0..PIXELS).filter(|&pixel| alpha[pixel] != 0) {
        for band in 0..3 {
            assert_eq!(decoded[band * PIXELS + pixel], values[pixel * 3 + band]);
        }
    }
    assert_fewer_rows_are_the_first(&layout, &bytes);
}

#[test]
fn inside_deflate_and_zstandard() {
    let values: Vec<i16> = (0..PIXELS * 2).map(|i| i as i16 * 31).collect();
    let bare = blob(2, &values, None);
    let layout = layout(2, 16, SampleFormat::Signed);
    let expected = decode(&layout, &bare).unwrap();
    // Band-sequential: even values, then odd ones.
    assert_eq!(expected.samples.value(1), Some(62.0));

    let mut deflated = flate2::read::ZlibEncoder::new(&bare[..], flate2::Compression::fast());
    let mut inside = Vec::new();
    std::io::Read::read_to_end(&mut deflated, &mut inside).unwrap();
    let wrapped = layout.clone().with_lerc_additional_compression(1);
    assert_eq!(decode(&wrapped, &inside).unwrap(), expected);
    assert!(matches!(
        decode(&layout, &inside),
        Err(Error::Malformed { .. })
    ));
    assert!(matches!(
        decode(&wrapped, &bare),
        Err(Error::Malformed { .. })
    ));

    #[cfg(feature = "zstd")]
    {
        let mut inside = Vec::new();
        zstd_rs::Compressor::new(zstd_rs::CompressionConfig::DEFAULT)
            .unwrap()
            .compress(&bare, None, &mut inside)
            .unwrap();
        let wrapped = layout.clone().with_lerc_additional_compression(2);
        assert_eq!(decode(&wrapped, &inside).unwrap(), expected);
    }
    let unknown = layout.with_lerc_additional_compression(3);
    assert!(matches!(
        decode(&unknown, &bare),
        Err(Error::Unsupported { .. })
    ));
}

#[test]
fn a_blob_of_another_shape_or_type_is_refused() {
    let values: Vec<u16> = (0..PIXELS).map(|i| i as u16).collect();
    let bytes = blob(1, &values, None);
    let good = layout(1, 16, SampleFormat::Unsigned);
    let mut wider = good.clone();
    wider.width += 1;
    let mut deeper = good.clone();
    deeper.samples = 3;
    for layout in [
        wider,
        deeper,
        good.clone().with_height(HEIGHT - 1),
        layout(1, 32, SampleFormat::Unsigned),
        layout(1, 16, SampleFormat::Signed),
        layout(1, 16, SampleFormat::Float),
    ] {
        let error = decode(&layout, &bytes).unwrap_err();
        assert!(
            matches!(error, Error::Malformed { .. }),
            "{layout:?}: {error}"
        );
    }
    assert!(decode(&good, &bytes).is_ok());
}

/// libtiff writes them where the bands' masks differ.
#[test]
fn a_blob_for_each_band() {
    let values: Vec<f32> = (0..3 * PIXELS).map(|i| i as f32 / 8.0).collect();
    let masks: Vec<Vec<u8>> = (2..5)
        .map(|n| (0..PIXELS).map(|i| u8::from(i % n != 0)).collect())
        .collect();
    let bands = values.chunks(PIXELS).zip(&masks);
    let bytes: Vec<u8> = bands
        .flat_map(|(band, mask)| blob(1, band, Some(mask)))
        .collect();
    let layout = layout(3, 32, SampleFormat::Float);
    let block = decode(&layout, &bytes).unwrap();
    assert_eq!(block.valid, None);
    let Samples::F32(found) = block.samples else {
        unreachable!("of 32 bits");
    };
    for (index, ((&found, &value), &mask)) in found
        .iter()
        .zip(&values)
        .zip(masks.iter().flatten())
        .enumerate()
    {
        assert_eq!(found.is_nan(), mask == 0, "{index}");
        assert!(found == value || mask == 0, "{index}: {found}, not {value}");
    }
    // One of them alone is no block of three.
    let length = blob(1, &values[..PIXELS], Some(&masks[0])).len();
    for cut in [length, length + 7, bytes.len() - 1] {
        let error = decode(&layout, &bytes[..cut]).unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{error}");
    }
}

/// Esri's encoder stores infinite samples; its header then has an infinite range.
#[test]
fn infinite_samples() {
    for (version, depth) in [(2, 1), (3, 1), (4, 1), (4, 3), (6, 1)] {
        let layout = layout(depth, 32, SampleFormat::Float);
        let mut values: Vec<f32> = (0..PIXELS * usize::from(depth))
            .map(|i| i as f32 / 8.0)
            .collect();
        values[5] = f32::INFINITY;
        values[9] = f32::NEG_INFINITY;
        let bytes = raw_blob(version, depth.into(), &values);
        let found = decode(&layout, &bytes).unwrap().samples;
        let expected: Vec<f32> = (0..usize::from(depth))
            .flat_map(|band| values.iter().copied().skip(band).step_by(depth.into()))
            .collect();
        assert_eq!(found, Samples::F32(expected), "version {version}, {depth}");
        // Damage is found all the same where there is a checksum.
        if version >= 3 {
            let mut damaged = bytes.clone();
            let last = damaged.len() - 1;
            damaged[last] ^= 1;
            assert!(decode(&layout, &damaged).is_err());
        }
        for cut in 0..bytes.len() {
            assert!(decode(&layout, &bytes[..cut]).is_err());
        }
    }
}

/// A blob whose samples are stored as they are, by Esri's specification of LERC 2.
fn raw_blob(version: i32, depth: u32, values: &[f32]) -> Vec<u8> {
    let mut blob = b"Lerc2 ".to_vec();
    let mut put = |bytes: &[u8]| blob.extend_from_slice(bytes);
    put(&version.to_le_bytes());
    if version >= 3 {
        put(&[0; 4]);
    }
    put(&HEIGHT.to_le_bytes());
    put(&WIDTH.to_le_bytes());
    if version >= 4 {
        put(&depth.to_le_bytes());
    }
    put(&(PIXELS as u32).to_le_bytes());
    put(&8_i32.to_le_bytes());
    put(&[0; 4]);
    put(&6_i32.to_le_bytes());
    if version >= 6 {
        put(&[0; 8]);
    }
    put(&0_f64.to_le_bytes());
    put(&f64::NEG_INFINITY.to_le_bytes());
    put(&f64::INFINITY.to_le_bytes());
    if version >= 6 {
        put(&[0; 16]);
    }
    // No mask.
    put(&[0; 4]);
    if version >= 4 {
        let bands =
            || (0..depth as usize).map(|band| values.iter().skip(band).step_by(depth as usize));
        for band in bands() {
            put(&band.copied().fold(f32::INFINITY, f32::min).to_le_bytes());
        }
        for band in bands() {
            put(&band
                .copied()
                .fold(f32::NEG_INFINITY, f32::max)
                .to_le_bytes());
        }
    }
    // One sweep: everything as it is.
    put(&[1]);
    for value in values {
        put(&value.to_le_bytes());
    }
    let size_at = 26 + if version >= 3 { 4 } else { 0 } + if version >= 4 { 4 } else { 0 };
    let size = blob.len() as i32;
    blob[size_at..size_at + 4].copy_from_slice(&size.to_le_bytes());
    if version >= 3 {
        let checksum = lerc_core::fletcher32(&blob[14..]);
        blob[10..14].copy_from_slice(&checksum.to_le_bytes());
    }
    blob
}
