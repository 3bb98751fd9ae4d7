//! Blocks of compressions that the project reads but does not write.

use cog_codec::{BlockLayout, Compression, SampleFormat};
use lerc_core::{MaskView, RasterView};
use lerc_writer::EncodeOptions;

use crate::{jpeg_streams as jpeg, vectors};

/// Streams of other encoders, with their layouts: those of `cog-codec`'s own tests, and what small
/// encoders make here.
pub(crate) fn foreign_blocks() -> Vec<(BlockLayout, Vec<u8>)> {
    let mut blocks = fax();
    blocks.extend(pictures());
    blocks.extend(jpegs());
    blocks.extend(lerc());
    blocks.extend(few_bits());
    let layout =
        BlockLayout::new(8, 6, 1, 16, SampleFormat::Unsigned).with_compression(Compression::LZMA);
    blocks.push((layout, xz(&(0..96).collect::<Vec<u8>>())));
    blocks
}

fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or(0) as u8;
    let pairs = digits.as_chunks::<2>().0.iter();
    pairs
        .map(|&[high, low]| value(high) << 4 | value(low))
        .collect()
}

fn fax() -> Vec<(BlockLayout, Vec<u8>)> {
    let fax = |compression| {
        BlockLayout::new(100, 33, 1, 1, SampleFormat::Unsigned).with_compression(compression)
    };
    let g3 = |options| fax(Compression::CCITT_G3).with_t4_options(options);
    vec![
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
        (
            // White 8, then black 8, each on a word.
            BlockLayout::new(8, 4, 1, 1, SampleFormat::Unsigned)
                .with_compression(Compression::CCITT_RLE_WORD),
            hex("9800 3514 9800 3514"),
        ),
    ]
}

fn pictures() -> Vec<(BlockLayout, Vec<u8>)> {
    use SampleFormat::{Float, Signed, Unsigned};
    let (jxl, j2k, png) = (
        Compression::JPEG_XL,
        Compression::JPEG2000,
        Compression::PNG,
    );
    let streams = [
        (jxl, vectors::JXL_1_UINT8, 1, 8, Unsigned),
        (jxl, vectors::JXL_3_UINT8, 3, 8, Unsigned),
        (jxl, vectors::JXL_4_UINT8, 4, 8, Unsigned),
        (jxl, vectors::JXL_1_UINT16, 1, 16, Unsigned),
        (jxl, vectors::JXL_5_UINT16, 5, 16, Unsigned),
        (jxl, vectors::JXL_1_FLOAT32, 1, 32, Float),
        (j2k, vectors::J2K_1_UINT8, 1, 8, Unsigned),
        (j2k, vectors::J2K_3_UINT8, 3, 8, Unsigned),
        (j2k, vectors::J2K_4_UINT8, 4, 8, Unsigned),
        (j2k, vectors::J2K_1_UINT16, 1, 16, Unsigned),
        (j2k, vectors::J2K_1_INT16, 1, 16, Signed),
        (j2k, vectors::JP2_3_UINT8, 3, 8, Unsigned),
        (png, vectors::PNG_1_UINT8, 1, 8, Unsigned),
        (png, vectors::PNG_2_UINT8, 2, 8, Unsigned),
        (png, vectors::PNG_3_UINT8, 3, 8, Unsigned),
        (png, vectors::PNG_4_UINT8, 4, 8, Unsigned),
        (png, vectors::PNG_1_UINT16, 1, 16, Unsigned),
        (png, vectors::PNG_3_UINT16, 3, 16, Unsigned),
    ];
    let blocks = streams.map(|(compression, bytes, samples, bits, format)| {
        let layout = BlockLayout::new(20, 12, samples, bits, format).with_compression(compression);
        (layout, hex(bytes))
    });
    Vec::from(blocks)
}

fn jpegs() -> Vec<(BlockLayout, Vec<u8>)> {
    let streams = [
        (jpeg::YCBCR_420, 3),
        (jpeg::YCBCR_422, 3),
        (jpeg::YCBCR_411, 3),
        (jpeg::YCBCR_440, 3),
        (jpeg::PROGRESSIVE, 3),
        (jpeg::RGB_ADOBE, 3),
        (jpeg::CMYK_ADOBE, 4),
        (jpeg::YCCK, 4),
        (jpeg::TWO, 2),
    ];
    let mut blocks = Vec::from(streams.map(|(bytes, samples)| {
        let layout = BlockLayout::new(20, 24, samples, 8, SampleFormat::Unsigned)
            .with_compression(Compression::JPEG)
            .with_photometric(if samples == 3 { 6 } else { 1 });
        (layout, hex(bytes))
    }));
    // A lossy picture of libwebp's.
    const WEBP: &str = "
        524946464600000057454250565038203a0000005002009d012a1000100002804225b00274ba0144000a2b96dbb3
        4000fef892c35b4bfe00f77403ffae46dbdf666edb822a7f4eee4cfb10657000";
    let webp =
        BlockLayout::new(16, 16, 3, 8, SampleFormat::Unsigned).with_compression(Compression::WEBP);
    blocks.push((webp, hex(WEBP)));
    blocks
}

fn lerc() -> Vec<(BlockLayout, Vec<u8>)> {
    const WIDTH: u32 = 19;
    const HEIGHT: u32 = 13;
    const PIXELS: usize = (WIDTH * HEIGHT) as usize;
    fn blob<T: lerc_core::Sample>(
        depth: u32,
        values: &[T],
        mask: Option<&[u8]>,
        error: f64,
    ) -> Vec<u8> {
        let raster = RasterView::new(WIDTH, HEIGHT, depth, values).expect("as many as pixels");
        let mask = mask.map(|mask| MaskView::new(WIDTH, HEIGHT, mask).expect("as many as pixels"));
        let options = EncodeOptions::new().with_max_z_error(error);
        lerc_writer::encode(raster, mask, options).expect("it is written")
    }
    let layout = |samples, bits, format| {
        BlockLayout::new(WIDTH, HEIGHT, samples, bits, format).with_compression(Compression::LERC)
    };
    let mask: Vec<u8> = (0..PIXELS).map(|i| u8::from(i % 5 != 0)).collect();
    let floats: Vec<f32> = (0..PIXELS).map(|i| (i as f32).sin()).collect();
    let doubles: Vec<f64> = (0..PIXELS).map(|i| (i as f64).cos() * 1e9).collect();
    let bytes: Vec<u8> = (0..PIXELS * 3).map(|i| (i * i % 29) as u8).collect();
    let longs: Vec<i32> = (0..PIXELS as i32).map(|i| i * i * i).collect();
    let one = blob(1, &floats, Some(&mask), 0.01);
    let wrapped = BlockLayout::new(WIDTH, HEIGHT, 1, 32, SampleFormat::Float);
    let bare = wrapped.clone().with_compression(Compression::LERC);
    let shell = |compression| {
        // The blob as the samples of a block that is one row of bytes.
        let row = BlockLayout::new(one.len() as u32, 1, 1, 8, SampleFormat::Unsigned)
            .with_compression(compression);
        let samples = cog_raster::Samples::U8(one.clone());
        cog_codec::encode_block(&row, &samples, &cog_codec::EncodeOptions::default())
            .expect("it is written")
    };
    vec![
        (
            bare.clone().with_lerc_additional_compression(1),
            shell(Compression::DEFLATE),
        ),
        (
            bare.clone().with_lerc_additional_compression(2),
            shell(Compression::ZSTD),
        ),
        (bare, one.clone()),
        (
            layout(1, 64, SampleFormat::Float),
            blob(1, &doubles, None, 0.0),
        ),
        (
            layout(3, 8, SampleFormat::Unsigned),
            blob(3, &bytes, None, 0.0),
        ),
        (
            layout(4, 8, SampleFormat::Unsigned),
            blob(3, &bytes, Some(&mask), 0.0),
        ),
        (
            layout(3, 8, SampleFormat::Unsigned),
            [&bytes[..PIXELS]; 3]
                .iter()
                .flat_map(|band| blob(1, band, Some(&mask), 0.0))
                .collect(),
        ),
        (
            layout(1, 32, SampleFormat::Signed),
            blob(1, &longs, None, 4.0),
        ),
    ]
}

/// Rows of each kind and codes of each kind.
fn few_bits() -> Vec<(BlockLayout, Vec<u8>)> {
    let next =
        BlockLayout::new(6, 3, 1, 2, SampleFormat::Unsigned).with_compression(Compression::NEXT);
    let thunder = BlockLayout::new(5, 3, 1, 4, SampleFormat::Unsigned)
        .with_compression(Compression::THUNDERSCAN);
    vec![
        (next, hex("00 1b20 40 0001 0001 1f 82 04")),
        (thunder, hex("c5 53 a5 05 c9 04")),
    ]
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    // A dictionary as large as the data wants: the format's own default takes megabytes.
    let mut options = lzma_rust2::XzOptions::with_preset(0);
    options.lzma_options.dict_size = 4096;
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).expect("options that exist");
    writer.write_all(bytes).expect("memory takes them");
    writer.finish().expect("memory takes them")
}
