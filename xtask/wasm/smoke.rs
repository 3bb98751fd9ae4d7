//! A program for the browser's target that uses the inner rings: it writes COGs, reads them and draws
//! tiles of them. `cargo xtask guard wasm` builds it and calls its `main` in Node, where a panic is a
//! trap, which fails the guard; `wasm/tests/it` calls it natively. Both have to find the same sums.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use cog_codec::CodecRegistry;
use cog_raster::{
    Affine, Mask, MaskKind, Nodata, Raster, RasterInfo, RasterMask, SampleType, Samples,
};
use cog_reader::{Cog, MemoryReader, OpenOptions};
use cog_render::{Colormap, Format, ReadOptions, Resampling, Style};
use cog_writer::{BlockCompression, CogWriter, MemorySpill, WriteOptions};
use tile_math::{Crs, TileMatrixSet};

/// Columns and rows of the sources.
const SIDE: u32 = 300;

/// FNV-1a of each file and of its tile as a PNG, found natively.
const SUMS: [[u64; 2]; 2] = [
    [0xb00d_cfca_8ac3_82d0, 0x8edf_e253_6969_b0b2],
    [0x8ba3_0b61_2c74_8f8c, 0xf6fe_4b3e_90a9_0872],
];

/// Makes both files and draws a tile of each.
///
/// # Panics
///
/// If anything fails, or comes out otherwise than natively.
pub(crate) fn main() {
    let found = [heights(), colors()];
    assert_eq!(found, SUMS, "these are the files and tiles: {found:#x?}");
}

/// Reals with nodata in UTM, so that the tile is reprojected; bilinear through a colormap.
fn heights() -> [u64; 2] {
    let mut info = RasterInfo::new(SampleType::F32, 1, SIDE, SIDE);
    info.crs = Some(Crs::from_epsg(32632).expect("UTM 32 is in the registry"));
    info.affine = Some(Affine::new(30.0, 0.0, 540_000.0, 0.0, -30.0, 5_140_000.0));
    info.bands[0].nodata = Some(Nodata::new(-9999.0));
    let height = |column: u32, row: u32| {
        if column < 40 && row < 30 {
            -9999.0
        } else {
            (column * row % 977) as f32 / 3.0
        }
    };
    let raster = Raster::new(1, SIDE, SIDE, Samples::F32(plane(height))).expect("one band");
    let reading = ReadOptions::default().with_resampling(Resampling::Bilinear);
    let viridis = Colormap::named("viridis").expect("a colormap of that name");
    let style = Style::default()
        .with_rescale([(0.0, 330.0)])
        .with_colormap(viridis);
    draw(
        &info,
        &raster,
        BlockCompression::Zstd { level: 3 },
        &reading,
        &style,
    )
}

/// Bytes with a mask in web mercator, lossy.
fn colors() -> [u64; 2] {
    let mut info = RasterInfo::new(SampleType::U8, 3, SIDE, SIDE);
    info.crs = Some(Crs::web_mercator());
    info.affine = Some(Affine::new(40.0, 0.0, 780_000.0, 0.0, -40.0, 5_860_000.0));
    info.mask_kind = MaskKind::PerDataset;
    let bands =
        [3, 5, 7].map(|scale| plane(move |column, row| ((column * scale + row) % 256) as u8));
    let mask = plane(|column, row| {
        if (column / 60 + row / 60) % 3 == 0 {
            0
        } else {
            255
        }
    });
    let mask = Mask::new(SIDE, SIDE, mask).expect("a value for each pixel");
    let raster = Raster::new(3, SIDE, SIDE, Samples::U8(bands.concat())).expect("three bands");
    let raster = raster
        .with_mask(RasterMask::PerDataset(mask))
        .expect("of the raster's shape");
    let webp = BlockCompression::Webp;
    draw(
        &info,
        &raster,
        webp,
        &ReadOptions::default(),
        &Style::default(),
    )
}

/// Writes a file, reads it, and draws the tile in its middle.
fn draw(
    info: &RasterInfo,
    raster: &Raster,
    compression: BlockCompression,
    reading: &ReadOptions,
    style: &Style,
) -> [u64; 2] {
    let options = WriteOptions::default()
        .with_block_size(128)
        .with_compression(compression);
    let mut writer =
        CogWriter::new(info, &options, MemorySpill::default()).expect("can be written");
    writer.push_rows(raster).expect("all rows");
    let mut file = Vec::new();
    writer.finish(&mut file).expect("memory takes it");
    let written = sum(&file);

    let reader = Arc::new(MemoryReader::new("smoke.tif", file));
    let opening = OpenOptions::default().with_registry(CodecRegistry::default());
    let cog = wait(Cog::open(reader, opening)).expect("what was written opens");
    let tms = TileMatrixSet::builtin("WebMercatorQuad").expect("a set of that name");
    let bounds = info.bounds().expect("georeferenced");
    let to_degrees = tile_math::Transformer::new(info.crs.as_ref().expect("a CRS"), &Crs::wgs84());
    let (x, y) = bounds.center();
    let (lon, lat) = to_degrees
        .and_then(|t| t.transform(x, y))
        .expect("on the map");
    let tile = tms.tile(lon, lat, 12).expect("on the map");
    let image = wait(cog_render::tile(&cog, &tms, tile, reading)).expect("has pixels there");
    assert!(!image.is_empty(), "tile {tile} is empty");
    let png = cog_render::render(&image, style, Format::Png).expect("PNG holds it");
    [written, sum(&png)]
}

fn plane<T>(sample: impl Fn(u32, u32) -> T) -> Vec<T> {
    let sample = &sample;
    (0..SIDE)
        .flat_map(|row| (0..SIDE).map(move |column| sample(column, row)))
        .collect()
}

/// FNV-1a, 64 bits.
fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Polls a future that waits for nothing outside the program.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..1_000_000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("the future waits for something that nobody brings");
}
