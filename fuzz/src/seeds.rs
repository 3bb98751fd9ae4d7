//! Files of every kind that the project's own writer makes, small.

use std::sync::{Arc, OnceLock};

use cog_codec::{
    BlockLayout, ByteOrder, CodecRegistry, Compression, EncodeOptions, SampleFormat, decode_block,
    encode_block,
};
use cog_raster::testkit::SAMPLE_TYPES;
use cog_raster::{
    Affine, ColorInterpretation, Mask, MaskKind, Nodata, Raster, RasterInfo, RasterMask, Sample,
    SampleType, with_sample_type,
};
use cog_writer::{
    BlockCompression, CogWriter, MemorySpill, OverviewResampling, PredictorChoice, WriteOptions,
};
use tile_math::{Crs, TileMatrixSet};

use crate::foreign::foreign_blocks;
use crate::model::{Block, Directory, Entry, File, Values};
use crate::odd::odd;

/// A well-formed file.
#[derive(Clone, Debug)]
pub struct Seed {
    /// What it is.
    pub name: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

const COMPRESSIONS: [BlockCompression; 7] = [
    BlockCompression::None,
    BlockCompression::PackBits,
    BlockCompression::Lzw,
    BlockCompression::Deflate { level: 6 },
    BlockCompression::Zstd { level: 3 },
    BlockCompression::Jpeg { quality: 75 },
    BlockCompression::Webp,
];

/// All files, made once.
///
/// # Panics
///
/// If the writer refuses what it says it writes.
pub fn seeds() -> &'static [Seed] {
    static SEEDS: OnceLock<Vec<Seed>> = OnceLock::new();
    SEEDS.get_or_init(|| {
        let mut seeds = written();
        seeds.extend(laid_out());
        seeds.extend(odd());
        seeds
    })
}

/// A surface with steps: compresses, but not to nothing.
fn surface(sample_type: SampleType, bands: u32, rows: u32, columns: u32) -> Raster {
    let (least, greatest) = if sample_type.is_integer() {
        sample_type.range()
    } else {
        (-500.0, 4000.0)
    };
    let (least, greatest) = if sample_type.is_complex() {
        (-500.0, 4000.0)
    } else {
        (least, greatest)
    };
    let samples = with_sample_type!(sample_type, T => {
        let mut values: Vec<T> = Vec::new();
        for band in 0..bands {
            for row in 0..rows {
                for column in 0..columns {
                    let wave = f64::from(column * 7 + row * 3 + band * 50 + (column / 5) * (row / 3));
                    values.push(Sample::from_f64(least + (greatest - least) * (wave / 255.0).fract()));
                }
            }
        }
        <T as Sample>::into_samples(values)
    });
    Raster::new(bands, rows, columns, samples).expect("as many samples as pixels")
}

fn write(
    name: &str,
    raster: &Raster,
    options: &WriteOptions,
    change: impl FnOnce(&mut RasterInfo),
) -> Seed {
    let mut info = RasterInfo::new(
        raster.sample_type(),
        raster.bands(),
        raster.columns(),
        raster.rows(),
    );
    info.crs = Crs::from_epsg(32633).ok();
    info.affine = Some(Affine::new(10.0, 0.0, 500_000.0, 0.0, -10.0, 5_200_000.0));
    if matches!(raster.mask(), RasterMask::PerDataset(_)) {
        info.mask_kind = MaskKind::PerDataset;
    }
    change(&mut info);
    let mut writer = CogWriter::new(&info, options, MemorySpill::default()).expect(name);
    writer.push_rows(raster).expect(name);
    let mut bytes = Vec::new();
    writer.finish(&mut bytes).expect(name);
    Seed {
        name: name.to_owned(),
        bytes: bytes.into(),
    }
}

/// What `cog-writer` writes: every compression with every sample type it takes, and everything else
/// that it can say at least once.
fn written() -> Vec<Seed> {
    let mut seeds = Vec::new();
    let options = WriteOptions::default().with_block_size(16);
    for compression in COMPRESSIONS {
        for sample_type in SAMPLE_TYPES {
            let pictures = matches!(
                compression,
                BlockCompression::Jpeg { .. } | BlockCompression::Webp
            );
            if pictures && sample_type != SampleType::U8 {
                continue;
            }
            let bands = if pictures {
                3
            } else {
                1 + sample_type as u32 % 2
            };
            let name = format!("cog {} {sample_type} {bands}", compression.name());
            let raster = surface(sample_type, bands, 20, 27);
            seeds.push(write(
                &name,
                &raster,
                &options.clone().with_compression(compression),
                |_| {},
            ));
        }
    }
    let jpeg = options
        .clone()
        .with_compression(BlockCompression::Jpeg { quality: 40 });
    seeds.push(write(
        "cog jpeg gray",
        &surface(SampleType::U8, 1, 33, 33),
        &jpeg,
        |_| {},
    ));
    let webp = options.clone().with_compression(BlockCompression::Webp);
    seeds.push(write(
        "cog webp alpha",
        &surface(SampleType::U8, 4, 20, 20),
        &webp,
        |info| {
            info.bands[3].color_interpretation = ColorInterpretation::Alpha;
        },
    ));
    for compression in [
        BlockCompression::Deflate { level: 9 },
        BlockCompression::Jpeg { quality: 90 },
    ] {
        let mask = Mask::new(
            40,
            50,
            (0..2000).map(|i| if i % 7 < 3 { 0 } else { 255 }).collect(),
        );
        let raster = surface(SampleType::U8, 3, 40, 50)
            .with_mask(RasterMask::PerDataset(mask.expect("40 × 50")))
            .expect("the mask fits");
        let options = options.clone().with_compression(compression);
        seeds.push(write(
            &format!("cog mask {}", compression.name()),
            &raster,
            &options,
            |_| {},
        ));
    }
    let raster = surface(SampleType::U8, 1, 17, 18);
    seeds.push(write("cog palette", &raster, &options, |info| {
        info.colormap = Some((0..=255).map(|i| [i, 255 - i, i / 2, 255]).collect());
    }));
    let raster = surface(SampleType::F32, 2, 40, 40);
    let bilinear = options
        .clone()
        .with_overview_resampling(OverviewResampling::Bilinear);
    seeds.push(write("cog metadata", &raster, &bilinear, |info| {
        info.metadata.insert("AREA".into(), "a < b & \"c\"".into());
        for (band, scale) in info.bands.iter_mut().zip([0.5, 2.0]) {
            band.description = Some("height & depth".into());
            band.nodata = Some(Nodata::new(-9999.0));
            (band.scale, band.offset) = (scale, -10.0);
            band.unit = Some("m".into());
            band.metadata.insert("STATISTICS_MEAN".into(), "4.5".into());
        }
    }));
    for predictor in [
        PredictorChoice::None,
        PredictorChoice::Horizontal,
        PredictorChoice::FloatingPoint,
    ] {
        let options = options.clone().with_predictor(predictor);
        let raster = surface(SampleType::F32, 1, 16, 40);
        seeds.push(write(
            &format!("cog {predictor:?}"),
            &raster,
            &options,
            |_| {},
        ));
    }
    for (bands, rows, columns) in [(1, 1, 1), (1, 1, 100), (7, 5, 5)] {
        let raster = surface(SampleType::U16, bands, rows, columns);
        seeds.push(write(
            &format!("cog {bands} × {rows} × {columns}"),
            &raster,
            &options,
            |_| {},
        ));
    }
    seeds
}

/// An image of which the block layout can be chosen freely.
pub(crate) struct Picture {
    pub(crate) layout: BlockLayout,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) tiled: bool,
    pub(crate) planes: u16,
    /// Every block; `None`: made-up samples.
    pub(crate) stream: Option<Vec<u8>>,
    /// Further tags, or others than those that the layout gives: number, type, values.
    pub(crate) more: Vec<(u16, u16, Vec<u64>)>,
}

/// What `cog-codec` encodes but `cog-writer` does not lay out: strips, planes, big-endian files,
/// BigTIFF, odd depths, and sub-directories.
fn laid_out() -> Vec<Seed> {
    let mut seeds = Vec::new();
    let compressions = [
        Compression::NONE,
        Compression::LZW,
        Compression::DEFLATE,
        Compression::PACKBITS,
        Compression::ZSTD,
    ];
    let mut kind = 0_u32;
    for compression in compressions {
        for sample_type in SAMPLE_TYPES {
            let (bits, format) = stored(sample_type);
            let (big, big_endian, tiled, planar) =
                (kind & 1 > 0, kind & 2 > 0, kind & 4 > 0, kind & 8 > 0);
            kind += 1;
            let predictor = match (sample_type.is_float(), sample_type.is_complex()) {
                (true, _) if kind.is_multiple_of(3) => 3,
                (_, false) if kind.is_multiple_of(2) => 2,
                _ => 1,
            };
            let predictor =
                if compression == Compression::NONE || compression == Compression::PACKBITS {
                    1
                } else {
                    predictor
                };
            let (width, height) = if tiled { (16, 16) } else { (21, 5) };
            let samples = if planar { 1 } else { 2 };
            let layout = BlockLayout::new(width, height, samples, bits, format)
                .with_byte_order(if big_endian {
                    ByteOrder::Big
                } else {
                    ByteOrder::Little
                })
                .with_compression(compression)
                .with_predictor(predictor);
            let picture = Picture {
                layout,
                width: 21,
                height: 18,
                tiled,
                planes: if planar { 2 } else { 1 },
                stream: None,
                more: Vec::new(),
            };
            let mut file = empty(big, big_endian);
            file.directories.push(directory(&file, &picture, 0));
            let name = format!(
                "{} {} {} {} {compression} {sample_type} predictor {predictor}",
                if big { "big" } else { "classic" },
                if big_endian { "MM" } else { "II" },
                if tiled { "tiles" } else { "strips" },
                if planar { "planar" } else { "chunky" },
            );
            seeds.push(Seed {
                name,
                bytes: file.serialise().into(),
            });
        }
    }
    for bits in [1, 2, 4] {
        let layout = BlockLayout::new(19, 4, 1, bits, SampleFormat::Unsigned)
            .with_compression(Compression::PACKBITS);
        let picture = Picture {
            layout,
            width: 19,
            height: 11,
            tiled: false,
            planes: 1,
            stream: None,
            more: Vec::new(),
        };
        let mut file = empty(false, true);
        file.directories.push(directory(&file, &picture, 0));
        seeds.push(Seed {
            name: format!("{bits} bits"),
            bytes: file.serialise().into(),
        });
    }
    seeds.push(sub_directories());
    seeds
}

/// Overviews in sub-directories, and masks of one bit.
fn sub_directories() -> Seed {
    let mut file = empty(true, false);
    let layout = BlockLayout::new(16, 16, 1, 16, SampleFormat::Unsigned)
        .with_compression(Compression::DEFLATE);
    let mask = BlockLayout::new(16, 16, 1, 1, SampleFormat::Unsigned);
    for (layout, side, kind) in [
        (&layout, 40, 0),
        (&mask, 40, 4),
        (&layout, 20, 1),
        (&layout, 10, 1),
        (&mask, 20, 5),
    ] {
        let picture = Picture {
            layout: layout.clone(),
            width: side,
            height: side,
            tiled: true,
            planes: 1,
            stream: None,
            more: vec![(254, 4, vec![kind])],
        };
        let order = 100 * file.directories.len() as u64;
        file.directories.push(directory(&file, &picture, order));
    }
    file.directories[0].next = Some(1);
    file.directories[1].next = Some(4);
    let at = file.directories[0]
        .entries
        .partition_point(|entry| entry.tag < 330);
    file.directories[0]
        .entries
        .insert(at, Entry::new(330, 18, Values::Directories(vec![2, 3])));
    Seed {
        name: "sub-directories".into(),
        bytes: file.serialise().into(),
    }
}

pub(crate) const fn empty(big: bool, big_endian: bool) -> File {
    File {
        big,
        big_endian,
        front: Vec::new(),
        directories: Vec::new(),
    }
}

/// Bits and format of a sample type.
pub(crate) fn stored(sample_type: SampleType) -> (u16, SampleFormat) {
    let bits = sample_type.size() as u16 * 8;
    let format = match sample_type {
        SampleType::U8 | SampleType::U16 | SampleType::U32 | SampleType::U64 => {
            SampleFormat::Unsigned
        }
        SampleType::I8 | SampleType::I16 | SampleType::I32 | SampleType::I64 => {
            SampleFormat::Signed
        }
        SampleType::F16 | SampleType::F32 | SampleType::F64 => SampleFormat::Float,
        SampleType::ComplexI16 | SampleType::ComplexI32 => SampleFormat::ComplexInt,
        _ => SampleFormat::ComplexFloat,
    };
    (bits, format)
}

/// Value of tag 339.
const fn format_code(format: SampleFormat) -> u64 {
    match format {
        SampleFormat::Unsigned => 1,
        SampleFormat::Signed => 2,
        SampleFormat::Float => 3,
        SampleFormat::Undefined => 4,
        SampleFormat::ComplexInt => 5,
        _ => 6,
    }
}

pub(crate) fn directory(file: &File, picture: &Picture, order: u64) -> Directory {
    let layout = &picture.layout;
    let (across, down) = (
        picture.width.div_ceil(layout.width),
        picture.height.div_ceil(layout.height),
    );
    let mut blocks = Vec::new();
    for plane in 0..u32::from(picture.planes) {
        for row in 0..down {
            for column in 0..across {
                let rows = match picture.tiled {
                    true => layout.height,
                    false => layout.height.min(picture.height - row * layout.height),
                };
                let layout = layout.clone().with_height(rows);
                blocks.push(Block {
                    bytes: match &picture.stream {
                        Some(stream) => stream.clone(),
                        None => block(&layout, plane * 31 + row * 7 + column),
                    },
                    lead: 0,
                    trail: 0,
                    order: order + blocks.len() as u64,
                });
            }
        }
    }
    let samples = usize::from(picture.planes * layout.samples);
    let mut entries = vec![
        file.entry(256, 3, &[picture.width.into()]),
        file.entry(257, 4, &[picture.height.into()]),
        file.entry(258, 3, &vec![layout.bits.into(); samples]),
        file.entry(259, 3, &[layout.compression.0.into()]),
        file.entry(262, 3, &[1]),
        file.entry(277, 3, &[samples as u64]),
        file.entry(284, 3, &[if picture.planes > 1 { 2 } else { 1 }]),
        file.entry(317, 3, &[layout.predictor.into()]),
        file.entry(339, 3, &vec![format_code(layout.format); samples]),
    ];
    if samples > 1 {
        entries.push(file.entry(338, 3, &vec![0; samples - 1]));
    }
    let word = if file.big { 16 } else { 4 };
    if picture.tiled {
        entries.push(file.entry(322, 3, &[layout.width.into()]));
        entries.push(file.entry(323, 3, &[layout.height.into()]));
        entries.push(Entry::new(324, word, Values::BlockOffsets));
        entries.push(Entry::new(325, 4, Values::BlockLengths));
    } else {
        entries.push(file.entry(278, 3, &[layout.height.into()]));
        entries.push(Entry::new(273, word, Values::BlockOffsets));
        entries.push(Entry::new(279, 4, Values::BlockLengths));
    }
    for (tag, kind, values) in &picture.more {
        entries.retain(|entry| entry.tag != *tag);
        entries.push(file.entry(*tag, *kind, values));
    }
    entries.sort_by_key(|entry| entry.tag);
    Directory {
        entries,
        blocks,
        next: None,
        next_at: None,
    }
}

/// One block of made-up samples.
fn block(layout: &BlockLayout, shift: u32) -> Vec<u8> {
    let sample_type = layout.sample_type().expect("a depth that is written");
    let count = u32::from(layout.samples);
    let raster = surface(sample_type, count, layout.height + shift, layout.width);
    let window = cog_raster::Window::new(0, shift, layout.width, layout.height);
    let raster = raster.crop(&window).expect("the window lies inside");
    encode_block(layout, raster.samples(), &EncodeOptions::default()).expect("it is written")
}

/// Blocks of every compression, with their layouts.
///
/// # Panics
///
/// If a block does not decode.
#[must_use]
pub fn block_seeds() -> Vec<(BlockLayout, Vec<u8>)> {
    let mut seeds = Vec::new();
    for compression in CodecRegistry::default().compressions() {
        for (samples, sample_type) in [
            (1, SampleType::U8),
            (3, SampleType::U8),
            (4, SampleType::U8),
            (1, SampleType::F32),
            (2, SampleType::U16),
        ] {
            let (bits, format) = stored(sample_type);
            let layout =
                BlockLayout::new(24, 17, samples, bits, format).with_compression(compression);
            let raster = surface(sample_type, samples.into(), 17, 24);
            let Ok(bytes) = encode_block(&layout, raster.samples(), &EncodeOptions::default())
            else {
                continue;
            };
            decode_block(&CodecRegistry::default(), &layout, &bytes, None)
                .expect("what was encoded");
            seeds.push((layout, bytes));
        }
    }
    for (layout, bytes) in foreign_blocks() {
        let decoded = decode_block(&CodecRegistry::default(), &layout, &bytes, None);
        decoded.unwrap_or_else(|error| panic!("{error}: {layout:?}"));
        seeds.push((layout, bytes));
    }
    seeds
}

/// CRS definitions in every form that `tile-math` writes, GeoKeys, and the built-in tile matrix sets.
#[must_use]
pub fn definition_seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    for code in [
        4326, 3857, 32633, 2154, 3035, 27700, 28992, 2056, 5070, 3031, 4807,
    ] {
        let Ok(crs) = Crs::from_epsg(code) else {
            continue;
        };
        seeds.push(format!("EPSG:{code}").into_bytes());
        seeds.push(crs.to_proj_string().into_bytes());
        seeds.extend(crs.to_wkt().map(String::into_bytes));
        seeds.extend(crs.to_projjson().map(|json| json.to_string().into_bytes()));
        if let Some((directory, doubles, ascii)) =
            crs.to_geokeys().ok().and_then(|keys| keys.to_tags().ok())
        {
            let mut bytes = vec![0, directory.len() as u8, doubles.len() as u8];
            bytes.extend(directory.iter().flat_map(|short| short.to_le_bytes()));
            bytes.extend(doubles.iter().flat_map(|double| double.to_le_bytes()));
            bytes.extend(ascii);
            seeds.push(bytes);
        }
    }
    for id in ["WebMercatorQuad", "CDB1GlobalGrid"] {
        seeds.extend(TileMatrixSet::builtin(id).map(|set| set.to_json().into_bytes()));
    }
    seeds
}
