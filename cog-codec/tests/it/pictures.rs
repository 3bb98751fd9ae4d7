//! Codecs behind features that are off by default: a whole picture a block.

use cog_codec::{BlockLayout, ByteOrder, Compression, Error, SampleFormat};
use cog_raster::Samples;

use crate::support::{assert_fewer_rows_are_the_first, decode, hex};
use crate::vectors;

pub(crate) const WIDTH: u32 = 20;
pub(crate) const HEIGHT: u32 = 12;

/// What the vectors show, by the formula of their maker, band by band.
fn values(bands: u32) -> impl Iterator<Item = u32> {
    (0..bands).flat_map(|band| {
        (0..HEIGHT).flat_map(move |y| (0..WIDTH).map(move |x| x * 31 + y * 17 + band * 5))
    })
}

/// The pictures of one codec and their sample types.
pub(crate) fn streams() -> Vec<(BlockLayout, Vec<u8>)> {
    use SampleFormat::{Float, Signed, Unsigned};
    let layout = |compression, bands, bits, format| {
        BlockLayout::new(WIDTH, HEIGHT, bands, bits, format).with_compression(compression)
    };
    let mut streams = Vec::new();
    if cfg!(feature = "jxl") {
        for (bytes, bands, bits, format) in [
            (vectors::JXL_1_UINT8, 1, 8, Unsigned),
            (vectors::JXL_3_UINT8, 3, 8, Unsigned),
            (vectors::JXL_4_UINT8, 4, 8, Unsigned),
            (vectors::JXL_1_UINT16, 1, 16, Unsigned),
            (vectors::JXL_5_UINT16, 5, 16, Unsigned),
            (vectors::JXL_1_FLOAT32, 1, 32, Float),
        ] {
            streams.push((
                layout(Compression::JPEG_XL, bands, bits, format),
                hex(bytes),
            ));
        }
    }
    if cfg!(feature = "jpeg2000") {
        for (bytes, bands, bits, format) in [
            (vectors::J2K_1_UINT8, 1, 8, Unsigned),
            (vectors::J2K_3_UINT8, 3, 8, Unsigned),
            (vectors::J2K_4_UINT8, 4, 8, Unsigned),
            (vectors::J2K_1_UINT16, 1, 16, Unsigned),
            (vectors::J2K_1_INT16, 1, 16, Signed),
            (vectors::JP2_3_UINT8, 3, 8, Unsigned),
        ] {
            streams.push((
                layout(Compression::JPEG2000, bands, bits, format),
                hex(bytes),
            ));
        }
    }
    if cfg!(feature = "png") {
        for (bytes, bands, bits) in [
            (vectors::PNG_1_UINT8, 1, 8),
            (vectors::PNG_2_UINT8, 2, 8),
            (vectors::PNG_3_UINT8, 3, 8),
            (vectors::PNG_4_UINT8, 4, 8),
            (vectors::PNG_1_UINT16, 1, 16),
            (vectors::PNG_3_UINT16, 3, 16),
        ] {
            streams.push((layout(Compression::PNG, bands, bits, Unsigned), hex(bytes)));
        }
    }
    streams
}

#[test]
fn pictures_without_loss() {
    for (layout, bytes) in streams() {
        let values = values(layout.samples.into());
        let expected = match (layout.format, layout.bits) {
            (SampleFormat::Float, _) => Samples::F32(values.map(|v| v as f32 / 8.0).collect()),
            (SampleFormat::Signed, _) => {
                Samples::I16(values.map(|v| ((v * 251) as u16).cast_signed()).collect())
            }
            (_, 16) => Samples::U16(values.map(|v| (v * 251) as u16).collect()),
            _ => Samples::U8(values.map(|v| v as u8).collect()),
        };
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let layout = layout.clone().with_byte_order(order);
            let block =
                decode(&layout, &bytes).unwrap_or_else(|error| panic!("{error}: {layout:?}"));
            assert_eq!(block.samples, expected, "{layout:?}");
        }
        assert_fewer_rows_are_the_first(&layout, &bytes);
    }
}

#[test]
fn pictures_of_another_shape_are_refused() {
    for (layout, bytes) in streams() {
        for change in [
            |layout: &mut BlockLayout| layout.width += 1,
            |layout: &mut BlockLayout| layout.height -= 1,
            |layout: &mut BlockLayout| layout.samples += 1,
        ] {
            let mut other = layout.clone();
            change(&mut other);
            let error = decode(&other, &bytes).unwrap_err();
            assert!(matches!(error, Error::Malformed { .. }), "{error}");
        }
        let mut other = layout.clone();
        (other.bits, other.format) = (64, SampleFormat::Float);
        let error = decode(&other, &bytes).unwrap_err();
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
    }
}

#[test]
fn a_codec_that_is_not_built_in_is_refused_by_name() {
    for (compression, name) in [
        (Compression::JPEG_XL, "JPEG XL (compression 50002)"),
        (Compression::JPEG2000, "JPEG 2000 (compression 34712)"),
        (Compression::JPEG_OLD, "old-style JPEG (compression 6)"),
        (Compression::JPEG_XR, "JPEG XR (compression 34934)"),
        (Compression::PNG, "PNG (compression 34933)"),
        (Compression::SGILOG, "SGI LogLuv (compression 34676)"),
        (Compression::SGILOG24, "SGI LogLuv 24 (compression 34677)"),
        (Compression::JBIG, "JBIG (compression 34661)"),
        (Compression::PIXARLOG, "PixarLog (compression 32909)"),
    ] {
        if compression.support().is_some_and(|row| row.enabled) {
            continue;
        }
        // As old-style JPEG is mostly, which must not be what it is refused for.
        let layout = BlockLayout::new(4, 4, 3, 8, SampleFormat::Unsigned)
            .with_photometric(6)
            .with_ycbcr_subsampling(2, 2)
            .with_compression(compression);
        let error = decode(&layout, &[0; 64]).unwrap_err();
        assert_eq!(error.to_string(), format!("{name} is not supported"));
    }
}
