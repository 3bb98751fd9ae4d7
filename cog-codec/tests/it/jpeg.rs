//! JPEG streams of other encoders (libjpeg-turbo), and our own.
//!
//! All show the picture of [`PICTURE`]: smooth, so that subsampled chroma is near the truth.

use std::sync::Arc;

use cog_codec::{BlockLayout, Compression, EncodeOptions, Error, SampleFormat, encode_block};
use cog_raster::Samples;

use crate::{
    jpeg_streams::*,
    support::{assert_fewer_rows_are_the_first, decode, hex},
};

const WIDTH: u32 = 20;
const HEIGHT: u32 = 24;

/// Tag 262.
const RGB: u16 = 2;
const SEPARATED: u16 = 5;
const YCBCR: u16 = 6;

/// Red grows to the right, green downwards, blue falls along the diagonal; black grows slowly.
const PICTURE: [fn(u32, u32) -> u32; 4] = [
    |x, _| x * 12,
    |_, y| y * 10,
    |x, y| 255 - (x + y) * 5,
    |x, y| x * 3 + y * 4,
];

fn picture(bands: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for band in &PICTURE[..bands] {
        for y in 0..HEIGHT {
            out.extend((0..WIDTH).map(|x| band(x, y) as u8));
        }
    }
    out
}

fn layout(samples: u16, photometric: u16) -> BlockLayout {
    BlockLayout::new(WIDTH, HEIGHT, samples, 8, SampleFormat::Unsigned)
        .with_compression(Compression::JPEG)
        .with_photometric(photometric)
}

/// Holds decoded samples against the picture: mean and greatest difference.
#[track_caller]
fn assert_near(layout: &BlockLayout, bytes: &[u8], mean: f64, most: u8) {
    let Samples::U8(decoded) = decode(layout, bytes).unwrap().samples else {
        panic!("no bytes")
    };
    let expected = picture(usize::from(layout.samples));
    assert_eq!(decoded.len(), expected.len());
    let differences: Vec<u8> = decoded
        .iter()
        .zip(&expected)
        .map(|(a, b)| a.abs_diff(*b))
        .collect();
    let sum: u32 = differences.iter().map(|&d| u32::from(d)).sum();
    let found = (
        f64::from(sum) / expected.len() as f64,
        differences.iter().max().unwrap(),
    );
    assert!(found.0 <= mean && *found.1 <= most, "{found:?}");
}

#[test]
fn chroma_of_every_subsampling_becomes_rgb() {
    for (bytes, mean) in [
        (YCBCR_420, 3.0),
        (YCBCR_422, 2.0),
        (YCBCR_411, 8.0),
        (YCBCR_440, 2.0),
        (PROGRESSIVE, 1.0),
    ] {
        assert_near(&layout(3, YCBCR), &hex(bytes), mean, 20);
    }
}

#[test]
fn other_colours_are_as_stored() {
    // With Adobe's marker, which says 0 ("no conversion") for RGB as for CMYK.
    assert_near(&layout(3, RGB), &hex(RGB_ADOBE), 1.0, 6);
    assert_near(&layout(4, SEPARATED), &hex(CMYK_ADOBE), 1.0, 6);
    assert_near(&layout(2, 1), &hex(TWO), 1.0, 6);
    // A stream of Y, Cb, Cr that tag 262 calls RGB is delivered unconverted.
    let Samples::U8(stored) = decode(&layout(3, RGB), &hex(YCBCR_422)).unwrap().samples else {
        panic!("no bytes")
    };
    let pixels = (WIDTH * HEIGHT) as usize;
    let luma = 0.299 * 12.0 * 19.0 + 0.114 * (255.0 - 5.0 * 19.0);
    assert!((f64::from(stored[19]) - luma).abs() < 4.0, "{}", stored[19]);
    assert!(stored[pixels..].iter().any(|&v| v > 140) && stored[pixels..].iter().any(|&v| v < 110));
    // YCCK: the ink is as stored, the rest unconverted.
    let Samples::U8(stored) = decode(&layout(4, SEPARATED), &hex(YCCK)).unwrap().samples else {
        panic!("no bytes")
    };
    let ink = picture(4);
    for (a, b) in stored[pixels * 3..].iter().zip(&ink[pixels * 3..]) {
        assert!(a.abs_diff(*b) < 6);
    }
}

#[test]
fn fewer_rows_are_the_first_rows() {
    for bytes in [YCBCR_420, YCBCR_422, YCBCR_411, YCBCR_440, PROGRESSIVE] {
        assert_fewer_rows_are_the_first(&layout(3, YCBCR), &hex(bytes));
    }
    assert_fewer_rows_are_the_first(&layout(4, SEPARATED), &hex(CMYK_ADOBE));
    assert_fewer_rows_are_the_first(&layout(2, 1), &hex(TWO));
}

/// Splits a stream into tables with SOI and EOI, and the abbreviated stream.
pub(crate) fn split(bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut tables, mut rest) = (vec![0xff, 0xd8], vec![0xff, 0xd8]);
    let mut at = 2;
    loop {
        let marker = bytes[at + 1];
        let end = at + 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        match marker {
            0xda => {
                rest.extend(&bytes[at..]);
                tables.extend([0xff, 0xd9]);
                return (tables, rest);
            }
            0xdb | 0xc4 => tables.extend(&bytes[at..end]),
            _ => rest.extend(&bytes[at..end]),
        }
        at = end;
    }
}

#[test]
fn tables_may_be_shared() {
    let whole = hex(YCBCR_420);
    let (tables, abbreviated) = split(&whole);
    let expected = decode(&layout(3, YCBCR), &whole).unwrap();
    let shared = layout(3, YCBCR).with_jpeg_tables(Some(Arc::from(tables)));
    assert_eq!(decode(&shared, &abbreviated).unwrap(), expected);
    // The block's own tables go before the shared ones.
    let (other, _) = split(&hex(RGB_ADOBE));
    let overruled = layout(3, YCBCR).with_jpeg_tables(Some(Arc::from(other)));
    assert_eq!(decode(&overruled, &whole).unwrap(), expected);
    // Without either there is nothing to decode with.
    let error = decode(&layout(3, YCBCR), &abbreviated).unwrap_err();
    assert!(matches!(error, Error::Malformed { .. }), "{error}");
    let nonsense = layout(3, YCBCR).with_jpeg_tables(Some(Arc::from([1, 2, 3])));
    assert!(matches!(
        decode(&nonsense, &whole),
        Err(Error::Malformed { .. })
    ));
}

#[test]
fn a_last_strip_may_be_coded_at_full_height() {
    let whole = hex(YCBCR_420);
    let Samples::U8(all) = decode(&layout(3, YCBCR), &whole).unwrap().samples else {
        panic!("no bytes")
    };
    let strip = layout(3, YCBCR).with_height(5);
    let Samples::U8(first) = decode(&strip, &whole).unwrap().samples else {
        panic!("no bytes")
    };
    let plane = (WIDTH * HEIGHT) as usize;
    for (band, rows) in first.chunks((WIDTH * 5) as usize).enumerate() {
        assert_eq!(rows, &all[band * plane..][..rows.len()]);
    }
}

/// Such a picture has to be held whole: its rows count before they are decoded.
#[test]
fn a_picture_in_several_scans_has_no_more_rows_than_a_strip() {
    let whole = hex(PROGRESSIVE);
    let strip = layout(3, YCBCR).with_height(5);
    let error = decode(&strip, &whole).unwrap_err();
    assert!(error.to_string().contains("24 rows"), "{error}");
    assert!(decode(&strip.with_rows_beyond(19), &whole).is_ok());
}

#[test]
fn a_picture_of_another_shape_or_depth_is_refused() {
    let bytes = hex(YCBCR_420);
    let good = layout(3, YCBCR);
    let mut wider = good.clone();
    wider.width += 1;
    let mut narrower = good.clone();
    narrower.width -= 1;
    for layout in [
        wider,
        narrower,
        good.clone().with_height(HEIGHT + 1),
        layout(1, 1),
        layout(4, 5),
    ] {
        let error = decode(&layout, &bytes).unwrap_err();
        assert!(
            matches!(error, Error::Malformed { .. }),
            "{layout:?}: {error}"
        );
    }
    let mut twelve = good;
    twelve.bits = 12;
    assert!(matches!(
        decode(&twelve, &bytes),
        Err(Error::Unsupported { .. })
    ));
}

#[test]
fn a_truncated_stream_is_an_error_not_grey() {
    let bytes = hex(YCBCR_420);
    for len in 0..bytes.len() {
        let error = decode(&layout(3, YCBCR), &bytes[..len]).unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }), "{error}");
    }
}

#[test]
fn our_own_streams_come_back() {
    let options = EncodeOptions::default().with_quality(95);
    for (subsampling, mean) in [((1, 1), 1.0), ((2, 1), 2.0), ((2, 2), 4.0)] {
        let layout = layout(3, YCBCR).with_ycbcr_subsampling(subsampling.0, subsampling.1);
        let bytes = encode_block(&layout, &Samples::U8(picture(3)), &options).unwrap();
        assert_near(&layout, &bytes, mean, 16);
    }
    let grey = layout(1, 1);
    let bytes = encode_block(&grey, &Samples::U8(picture(1)), &options).unwrap();
    assert_near(&grey, &bytes, 1.0, 4);
    let coarse = encode_block(&grey, &Samples::U8(picture(1)), &options.with_quality(5)).unwrap();
    assert!(coarse.len() < bytes.len());
    for (layout, count) in [
        (layout(3, RGB), 3),
        (layout(4, SEPARATED), 4),
        (layout(2, 1), 2),
    ] {
        let error = encode_block(&layout, &Samples::U8(picture(count)), &options).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
    }
    let odd = layout(3, YCBCR).with_ycbcr_subsampling(4, 1);
    let error = encode_block(&odd, &Samples::U8(picture(3)), &options).unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error}");
}
