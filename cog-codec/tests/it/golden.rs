//! Bytes made by hand or by other programs, and the samples that they stand for.

use cog_codec::{BlockLayout, ByteOrder, Compression, Error, SampleFormat};
use cog_raster::Samples;
use half::f16;
use num_complex::Complex;

use crate::support::{assert_fewer_rows_are_the_first, decode, hex};

use ByteOrder::{Big, Little};
use SampleFormat::{ComplexFloat, ComplexInt, Float, Signed, Unsigned};

/// A zlib stream with one stored block (RFC 1950, RFC 1951 §3.2.4).
fn stored(raw: &[u8]) -> Vec<u8> {
    let (mut a, mut b) = (1_u32, 0_u32);
    for &byte in raw {
        a = (a + u32::from(byte)) % 65521;
        b = (b + a) % 65521;
    }
    let len = raw.len() as u16;
    let mut out = vec![0x78, 0x01, 0x01];
    out.extend(len.to_le_bytes());
    out.extend((!len).to_le_bytes());
    out.extend(raw);
    out.extend((b << 16 | a).to_be_bytes());
    out
}

fn row(width: u32, samples: u16, bits: u16, format: SampleFormat) -> BlockLayout {
    BlockLayout::new(width, 1, samples, bits, format)
}

#[track_caller]
fn assert_predicted(layout: BlockLayout, predictor: u16, raw: &str, expected: &Samples) {
    let layout = layout
        .with_compression(Compression::DEFLATE)
        .with_predictor(predictor);
    let block = decode(&layout, &stored(&hex(raw))).unwrap();
    assert_eq!(&block.samples, expected);
}

#[test]
fn horizontal_differences() {
    // 1, 3, 512: differences 1, 2, 509.
    let expected = Samples::U16(vec![1, 3, 512]);
    let layout = row(3, 1, 16, Unsigned);
    assert_predicted(layout.clone(), 2, "0100 0200 fd01", &expected);
    assert_predicted(layout.with_byte_order(Big), 2, "0001 0002 01fd", &expected);
    // Sums wrap: 250 + 10 is 4.
    let expected = Samples::U8(vec![250, 4]);
    assert_predicted(row(2, 1, 8, Unsigned), 2, "fa 0a", &expected);
    // Each band from its own neighbour; the result band by band.
    let expected = Samples::I8(vec![1, 0, 5, 7]);
    assert_predicted(row(2, 2, 8, Signed), 2, "01 05 ff 02", &expected);
    // Floats are differenced as the words that they are stored in.
    let expected = Samples::F32(vec![1.0, 2.0]);
    assert_predicted(row(2, 1, 32, Float), 2, "0000803f 00008000", &expected);
    let big = row(2, 1, 32, Float).with_byte_order(Big);
    assert_predicted(big, 2, "3f800000 00800000", &expected);
    let expected = Samples::U64(vec![1 << 40, 1]);
    let layout = row(2, 1, 64, Unsigned);
    assert_predicted(layout, 2, "0000000000010000 0100000000ffffff", &expected);
}

#[test]
fn horizontal_differences_of_complex_samples_carry_from_part_to_part() {
    // 0x0002_0001, then 0x0005_0000: the difference is 0x0002_ffff.
    let expected = Samples::ComplexI16(vec![Complex::new(1, 2), Complex::new(0, 5)]);
    let layout = row(2, 1, 32, ComplexInt);
    assert_predicted(layout.clone(), 2, "01000200 ffff0200", &expected);
    assert_predicted(
        layout.with_byte_order(Big),
        2,
        "00020001 0002ffff",
        &expected,
    );
}

#[test]
fn complex_samples_without_predictor() {
    let expected = Samples::ComplexI16(vec![Complex::new(1, -2)]);
    let layout = row(1, 1, 32, ComplexInt);
    assert_eq!(
        decode(&layout, &hex("0100 feff")).unwrap().samples,
        expected
    );
    let layout = layout.with_byte_order(Big);
    assert_eq!(
        decode(&layout, &hex("0001 fffe")).unwrap().samples,
        expected
    );
    let expected = Samples::ComplexF32(vec![Complex::new(1.0, -2.5)]);
    let layout = row(1, 1, 64, ComplexFloat).with_byte_order(Big);
    assert_eq!(
        decode(&layout, &hex("3f800000 c0200000")).unwrap().samples,
        expected
    );
}

#[test]
fn floating_point_differences() {
    for byte_order in [Little, Big] {
        let layout =
            |width, samples, bits| row(width, samples, bits, Float).with_byte_order(byte_order);
        // 3c00 4000: planes 3c 40 | 00 00.
        let expected = Samples::F16(vec![f16::from_f32(1.0), f16::from_f32(2.0)]);
        assert_predicted(layout(2, 1, 16), 3, "3c 04 c0 00", &expected);
        // 3f0000 bf8000: planes 3f bf | 00 80 | 00 00.
        let expected = Samples::F32(vec![1.0, -1.5]);
        assert_predicted(layout(2, 1, 24), 3, "3f 80 41 80 80 00", &expected);
        // 3f800000 c0200000: planes 3f c0 | 80 20 | 00 00 | 00 00.
        let expected = Samples::F32(vec![1.0, -2.5]);
        assert_predicted(layout(2, 1, 32), 3, "3f 81 c0 a0 e0 00 00 00", &expected);
        // The same numbers as two bands of one pixel: differences over two bytes.
        assert_predicted(layout(1, 2, 32), 3, "3f c0 41 60 80 e0 00 00", &expected);
        // 3ff8000000000000.
        let expected = Samples::F64(vec![1.5]);
        assert_predicted(layout(1, 1, 64), 3, "3f b9 08 00 00 00 00 00", &expected);
    }
}

#[test]
fn predictors_are_for_whole_samples_and_some_compressions() {
    let refused = |layout: BlockLayout| {
        let layout = layout.with_compression(Compression::DEFLATE);
        let error = decode(&layout, &stored(&[0; 64])).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
    };
    refused(row(2, 1, 4, Unsigned).with_predictor(2));
    refused(row(2, 1, 12, Unsigned).with_predictor(2));
    refused(row(2, 1, 16, Unsigned).with_predictor(3));
    refused(row(2, 1, 16, Unsigned).with_predictor(4));
    refused(row(2, 1, 16, Unsigned).with_predictor(0));
    // PackBits has none: the tag is not looked at.
    let layout = row(2, 1, 8, Unsigned)
        .with_compression(Compression::PACKBITS)
        .with_predictor(2);
    assert_eq!(
        decode(&layout, &[1, 7, 8]).unwrap().samples,
        Samples::U8(vec![7, 8])
    );
}

#[test]
fn packbits() {
    // The example of TIFF 6.0 §9.
    let packed = hex("fe aa 02 80 00 2a fd aa 03 80 00 2a 22 f7 aa");
    let expected = hex("aa aa aa 80 00 2a aa aa aa aa 80 00 2a 22 aa aa aa aa aa aa aa aa aa aa");
    let layout = row(24, 1, 8, Unsigned).with_compression(Compression::PACKBITS);
    assert_eq!(
        decode(&layout, &packed).unwrap().samples,
        Samples::U8(expected)
    );
    // -128 says nothing; a run may pass the end of the block.
    let layout = row(3, 1, 8, Unsigned).with_compression(Compression::PACKBITS);
    let block = decode(&layout, &hex("80 00 05 80 81 44")).unwrap();
    assert_eq!(block.samples, Samples::U8(vec![5, 0x44, 0x44]));
}

#[test]
fn lzw_of_both_bit_orders() {
    // TIFF 6.0 §13's example: 7 7 7 8 8 7 7 6 6, as Clear 7 258 8 8 258 6 6 EOI in nine bits each.
    let layout = row(9, 1, 8, Unsigned).with_compression(Compression::LZW);
    let packed = hex("80 01 e0 40 80 44 08 0c 06 80 80");
    let expected = Samples::U8(vec![7, 7, 7, 8, 8, 7, 7, 6, 6]);
    assert_eq!(decode(&layout, &packed).unwrap().samples, expected);

    // Enough to widen the codes to twelve bits and to clear the table, in old and new order.
    let mut numbers = crate::support::Numbers::new(1);
    let values: Vec<u8> = (0..40 * 400).map(|_| numbers.next() as u8 & 15).collect();
    let layout = BlockLayout::new(400, 40, 1, 8, Unsigned).with_compression(Compression::LZW);
    let old = weezl::encode::Encoder::new(weezl::BitOrder::Lsb, 8)
        .encode(&values)
        .unwrap();
    assert_eq!((old[0], old[1] & 1), (0, 1));
    let new = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
        .encode(&values)
        .unwrap();
    for packed in [old, new] {
        assert_eq!(
            decode(&layout, &packed).unwrap().samples,
            Samples::U8(values.clone())
        );
        assert_fewer_rows_are_the_first(&layout, &packed);
    }
}

#[test]
fn depths_that_are_no_machine_word() {
    let is = |layout: BlockLayout, raw: &str, expected: Samples| {
        assert_eq!(
            decode(&layout, &hex(raw)).unwrap().samples,
            expected,
            "{layout:?}"
        );
    };
    is(
        row(10, 1, 1, Unsigned),
        "a5 40",
        Samples::U8(vec![1, 0, 1, 0, 0, 1, 0, 1, 0, 1]),
    );
    is(row(3, 1, 4, Unsigned), "f7 20", Samples::U8(vec![15, 7, 2]));
    is(row(3, 1, 4, Signed), "f7 20", Samples::I8(vec![-1, 7, 2]));
    is(
        row(2, 1, 12, Unsigned),
        "abcdef",
        Samples::U16(vec![0xabc, 0xdef]),
    );
    is(
        row(2, 1, 12, Signed),
        "abc7ff",
        Samples::I16(vec![0xabc - 0x1000, 0x7ff]),
    );
    // Integers are a stream of bits, as GDAL has it, but three bytes are swapped by libtiff first
    // where the file is big-endian: such files of GDAL's hold them in little-endian order.
    let layout = row(2, 1, 24, Unsigned);
    let expected = Samples::U32(vec![0x01_0203, 0x04_0506]);
    is(layout.clone(), "010203 040506", expected.clone());
    is(layout.with_byte_order(Big), "030201 060504", expected);
    let layout = row(1, 1, 24, Signed);
    is(layout.clone(), "fffffe", Samples::I32(vec![-2]));
    is(
        layout.with_byte_order(Big),
        "feffff",
        Samples::I32(vec![-2]),
    );
    let layout = row(2, 1, 20, Unsigned);
    let expected = Samples::U32(vec![0x1_2345, 0x6_789a]);
    is(layout.clone(), "123456789a", expected.clone());
    is(layout.with_byte_order(Big), "123456789a", expected);
    // Floats have an order.
    is(row(1, 1, 24, Float), "00803f", Samples::F32(vec![1.5]));
    is(
        row(1, 1, 24, Float).with_byte_order(Big),
        "3f8000",
        Samples::F32(vec![1.5]),
    );
    // Bands are split after the bits are: two pixels of three samples of two bits.
    is(
        row(2, 3, 2, Unsigned),
        "1b 10",
        Samples::U8(vec![0, 3, 1, 0, 2, 1]),
    );
    // Each row starts at a byte.
    is(
        BlockLayout::new(3, 2, 1, 1, Unsigned),
        "a0 40",
        Samples::U8(vec![1, 0, 1, 0, 1, 0]),
    );
}

#[test]
fn fill_order_two_reverses_the_stored_bits() {
    let layout = row(10, 1, 1, Unsigned).with_fill_order_lsb(true);
    let expected = Samples::U8(vec![1, 0, 0, 0, 0, 0, 0, 1, 0, 1]);
    assert_eq!(decode(&layout, &hex("81 02")).unwrap().samples, expected);
    // Before the codec: the control byte 1 is stored as 0x80.
    let packed = layout.clone().with_compression(Compression::PACKBITS);
    assert_eq!(decode(&packed, &hex("80 81 02")).unwrap().samples, expected);
}

#[test]
fn what_follows_a_full_block_is_not_looked_at() {
    let expected = Samples::U8(vec![1, 2, 3]);
    let layout = row(3, 1, 8, Unsigned);
    assert_eq!(decode(&layout, &[1, 2, 3, 4]).unwrap().samples, expected);
    let deflate = layout.clone().with_compression(Compression::DEFLATE);
    let padded = [stored(&[1, 2, 3]), vec![0; 5]].concat();
    assert_eq!(decode(&deflate, &padded).unwrap().samples, expected);
    #[cfg(feature = "zstd")]
    {
        let layout = layout.with_compression(Compression::ZSTD);
        // One raw block of three bytes, then padding.
        let frame = hex("28b52ffd 20 03 190000 010203");
        assert_eq!(decode(&layout, &frame).unwrap().samples, expected);
        let padded = [frame, vec![0; 5]].concat();
        assert_eq!(decode(&layout, &padded).unwrap().samples, expected);
        // Two frames, of which the first is skippable and the block is split over the others.
        let frames =
            hex("502a4d18 02000000 ffff 28b52ffd 20 01 090000 01 28b52ffd 20 02 110000 0203");
        assert_eq!(decode(&layout, &frames).unwrap().samples, expected);
    }
}

/// 100 + i², by Python's `lzma` module.
#[cfg(feature = "lzma")]
const XZ: &str = "
    fd377a585a000004e6d6b4460200210116000000742fe5a30100176400650068006d0074007d0088009500a400b5
    00c800dd0000cc2bf4f2bbc7a680000130188e1bacec1fb6f37d010000000004595a";

/// The same, as libtiff writes it: a delta filter, no check.
#[cfg(feature = "lzma")]
pub(crate) const XZ_DELTA: &str = "
    fd377a585a000000ff12d94102010301012101161c4778560100176400010003000500070009000b000d000f0011
    00130015000000012818d783b76e06729e7a010000000000595a";

#[cfg(feature = "lzma")]
#[test]
fn lzma() {
    let layout = BlockLayout::new(4, 3, 1, 16, Unsigned).with_compression(Compression::LZMA);
    let expected = Samples::U16((0..12).map(|i| 100 + i * i).collect());
    for packed in [XZ, XZ_DELTA] {
        assert_eq!(decode(&layout, &hex(packed)).unwrap().samples, expected);
        assert_fewer_rows_are_the_first(&layout, &hex(packed));
    }
}
