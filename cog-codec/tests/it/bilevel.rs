//! Fax codes, and the other codecs of few bits.

use cog_codec::{BlockLayout, Compression, Error, SampleFormat::Unsigned};
use cog_raster::Samples;

use crate::support::{assert_fewer_rows_are_the_first, decode, hex};
use crate::vectors;

#[cfg(feature = "ccitt")]
const WIDTH: u32 = 100;
#[cfg(feature = "ccitt")]
const HEIGHT: u32 = 33;

/// What every vector shows, by the formula of its maker.
#[cfg(feature = "ccitt")]
fn picture() -> Samples {
    let pixels = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)));
    let black = pixels.map(|(x, y)| u8::from((x + y / 3) % 29 < 11 || y % 7 == 6));
    Samples::U8(black.collect())
}

#[cfg(feature = "ccitt")]
fn fax(compression: Compression) -> BlockLayout {
    BlockLayout::new(WIDTH, HEIGHT, 1, 1, Unsigned).with_compression(compression)
}

/// Streams of libtiff's, and how each is coded.
#[cfg(feature = "ccitt")]
pub(crate) fn streams() -> Vec<(BlockLayout, Vec<u8>)> {
    let g3 = |options| fax(Compression::CCITT_G3).with_t4_options(options);
    Vec::from([
        (fax(Compression::CCITT_RLE), hex(vectors::RLE)),
        (g3(0), hex(vectors::G3)),
        (g3(4), hex(vectors::G3_FILL)),
        (g3(1), hex(vectors::G3_TWO)),
        (g3(5), hex(vectors::G3_TWO_FILL)),
        (fax(Compression::CCITT_G4), hex(vectors::G4)),
        (
            fax(Compression::CCITT_G4).with_fill_order_lsb(true),
            hex(vectors::G4_LSB),
        ),
    ])
}

#[cfg(feature = "ccitt")]
#[test]
fn every_fax_code_shows_the_picture() {
    for (layout, bytes) in streams() {
        let block = decode(&layout, &bytes).unwrap_or_else(|error| panic!("{error}: {layout:?}"));
        assert_eq!(block.samples, picture(), "{layout:?}");
        assert_fewer_rows_are_the_first(&layout, &bytes);
    }
}

#[cfg(feature = "ccitt")]
#[test]
fn rows_on_words() {
    // White 8 is 10011; white 0, black 8 is 00110101 000101.
    let layout = BlockLayout::new(8, 4, 1, 1, Unsigned);
    let words = hex("9800 3514 9800 3514");
    let block = decode(
        &layout.clone().with_compression(Compression::CCITT_RLE_WORD),
        &words,
    );
    let expected = Samples::U8([[0; 8], [1; 8], [0; 8], [1; 8]].concat());
    assert_eq!(block.unwrap().samples, expected);
    let bytes = hex("98 3514 98 3514");
    let block = decode(&layout.with_compression(Compression::CCITT_RLE), &bytes);
    assert_eq!(block.unwrap().samples, expected);
}

/// EOFB, and white after it: writers leave out trailing white rows.
#[cfg(feature = "ccitt")]
#[test]
fn a_fax_may_end_before_its_white_rows_but_not_within_them() {
    // Each row as the one above: a single bit 1, then EOFB.
    let layout = BlockLayout::new(9, 5, 1, 1, Unsigned).with_compression(Compression::CCITT_G4);
    let block = decode(&layout, &hex("c0 04 00 40 00")).unwrap();
    assert_eq!(block.samples, Samples::U8(vec![0; 45]));
    let error = decode(&layout, &hex("c0")).unwrap_err();
    assert!(matches!(error, Error::Malformed { .. }), "{error}");
    let (layout, bytes) = streams().swap_remove(0);
    let error = decode(&layout, &bytes[..bytes.len() / 2]).unwrap_err();
    assert!(matches!(error, Error::Malformed { .. }), "{error}");
}

/// A damaged row is white from there; those after it are found by their marks.
#[cfg(feature = "ccitt")]
#[test]
fn rows_behind_a_damaged_one_are_read() {
    // Where marks end on bytes they are easily found, and so is the sixth row's start.
    let (layout, mut bytes) = streams().swap_remove(2);
    let Samples::U8(whole) = decode(&layout, &bytes).unwrap().samples else {
        unreachable!("one bit is a byte");
    };
    let marks = bytes.windows(2).enumerate();
    let mut marks = marks.filter(|(_, two)| two[0] & 15 == 0 && two[1] == 1);
    let (mark, _) = marks.nth(5).unwrap();
    // Eight zeros start no code; eleven would be a mark.
    bytes[mark + 2..mark + 4].copy_from_slice(&[0x00, 0xff]);
    let Samples::U8(damaged) = decode(&layout, &bytes).unwrap().samples else {
        unreachable!("one bit is a byte");
    };
    let rows = whole
        .chunks(WIDTH as usize)
        .zip(damaged.chunks(WIDTH as usize));
    let differ: Vec<usize> = rows
        .enumerate()
        .filter_map(|(row, (a, b))| (a != b).then_some(row))
        .collect();
    assert_eq!(differ, [5]);
    assert!(
        damaged[5 * WIDTH as usize..][..WIDTH as usize]
            .iter()
            .all(|&v| v == 0)
    );
}

#[cfg(feature = "ccitt")]
#[test]
fn a_fax_of_more_bits_or_uncompressed_is_refused_by_name() {
    let error = decode(
        &BlockLayout::new(8, 2, 3, 1, Unsigned).with_compression(Compression::CCITT_G3),
        &[0; 8],
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "CCITT group 3 (compression 3) of 3 samples of 1 bits is not supported"
    );
    // 0000001111 starts an uncompressed stretch.
    let layout = BlockLayout::new(8, 2, 1, 1, Unsigned)
        .with_compression(Compression::CCITT_G4)
        .with_t6_options(2);
    let error = decode(&layout, &hex("03c0 5555")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "CCITT group 4 (compression 4) in uncompressed mode is not supported"
    );
}

/// A row as it is, a part of one, and runs.
pub(crate) fn next() -> (BlockLayout, Vec<u8>) {
    let layout = BlockLayout::new(6, 3, 1, 2, Unsigned).with_compression(Compression::NEXT);
    (layout, hex("00 1b20 40 0001 0001 1f 82 04"))
}

#[test]
fn next_rows_of_each_kind() {
    let (layout, bytes) = next();
    let expected = [0, 1, 2, 3, 0, 2, 3, 3, 3, 3, 0, 1, 2, 2, 0, 0, 0, 0];
    let block = decode(&layout, &bytes).unwrap();
    assert_eq!(block.samples, Samples::U8(expected.to_vec()));
    assert_fewer_rows_are_the_first(&layout, &bytes);
    // A part that does not fit its row.
    let error = decode(&layout, &hex("40 0001 0002 1f1f")).unwrap_err();
    assert!(matches!(error, Error::Malformed { .. }), "{error}");
}

/// A value, differences of two and of three bits, runs.
pub(crate) fn thunderscan() -> (BlockLayout, Vec<u8>) {
    let layout = BlockLayout::new(5, 3, 1, 4, Unsigned).with_compression(Compression::THUNDERSCAN);
    (layout, hex("c5 53 a5 05 c9 04"))
}

#[test]
fn thunderscan_codes_of_each_kind() {
    let (layout, bytes) = thunderscan();
    let expected = [5, 6, 6, 5, 2, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9];
    let block = decode(&layout, &bytes).unwrap();
    assert_eq!(block.samples, Samples::U8(expected.to_vec()));
    assert_fewer_rows_are_the_first(&layout, &bytes);
}

#[test]
fn few_bits_are_what_these_are_for() {
    for compression in [Compression::NEXT, Compression::THUNDERSCAN] {
        let layout = BlockLayout::new(4, 4, 1, 8, Unsigned).with_compression(compression);
        let error = decode(&layout, &[0; 64]).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
    }
}
