//! `cargo run -p smalti-wasm --example fixtures -- FOLDER`: the COGs that the browser test reads.
//!
//! Made of formulas, so that they are the same everywhere; each has another compression, sample type
//! and CRS.

use std::error::Error;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use cog_raster::{
    Affine, ColorInterpretation, Mask, MaskKind, Nodata, Raster, RasterInfo, RasterMask,
    SampleType, Samples,
};
use cog_writer::{BlockCompression, CogWriter, MemorySpill, WriteOptions};
use tile_math::Crs;

/// Columns and rows.
const SIDE: u32 = 900;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("usage: fixtures FOLDER")?;
    let folder = PathBuf::from(folder);
    fs::create_dir_all(&folder)?;

    let heights = Samples::F32(plane(|column, row| {
        let missing = column < 90 && row < 70;
        let height = 1500.0 + 700.0 * wave(column, row, 40.0) + 90.0 * wave(column, row, 7.0);
        if missing { -9999.0 } else { height as f32 }
    }));
    let mut dem = info(SampleType::F32, 1, 3035, (4_321_000.0, 3_210_000.0), 25.0)?;
    dem.bands[0].nodata = Some(Nodata::new(-9999.0));
    dem.bands[0].unit = Some("metre".into());
    let zstd = BlockCompression::Zstd { level: 3 };
    write(&folder, "dem.tif", dem, heights, zstd, false)?;

    let colors = || {
        let bands = [25.0, 33.0, 51.0].map(|scale| {
            plane(move |column, row| (128.0 + 110.0 * wave(column, row, scale)) as u8)
        });
        Samples::U8(bands.concat())
    };
    let mut rgb = info(SampleType::U8, 3, 32632, (540_000.0, 5_140_000.0), 10.0)?;
    let names = [
        ColorInterpretation::Red,
        ColorInterpretation::Green,
        ColorInterpretation::Blue,
    ];
    for (band, color) in rgb.bands.iter_mut().zip(names) {
        band.color_interpretation = color;
    }
    let jpeg = BlockCompression::Jpeg { quality: 90 };
    write(&folder, "photo.tif", rgb.clone(), colors(), jpeg, true)?;
    write(
        &folder,
        "lossless.tif",
        rgb,
        colors(),
        BlockCompression::Webp,
        false,
    )?;

    let scene = [30.0, 42.0, 37.0, 64.0]
        .map(|scale| plane(move |column, row| (4000.0 + 2500.0 * wave(column, row, scale)) as u16));
    let deflate = BlockCompression::Deflate { level: 6 };
    let degrees = info(SampleType::U16, 4, 4326, (8.2, 47.1), 0.0002)?;
    write(
        &folder,
        "scene.tif",
        degrees,
        Samples::U16(scene.concat()),
        deflate,
        false,
    )?;

    let classes = plane(|column, row| ((column / 45 + row / 60) % 7) as u8);
    let mut mercator = info(SampleType::U8, 1, 3857, (780_000.0, 5_860_000.0), 30.0)?;
    let color = |class: u8| {
        [
            class.wrapping_mul(37),
            255 - class.wrapping_mul(29),
            class.wrapping_mul(83),
            255,
        ]
    };
    mercator.colormap = Some((0..=255).map(color).collect());
    let lzw = BlockCompression::Lzw;
    write(
        &folder,
        "classes.tif",
        mercator,
        Samples::U8(classes),
        lzw,
        false,
    )?;
    Ok(())
}

fn wave(column: u32, row: u32, scale: f64) -> f64 {
    (f64::from(column) / scale).sin() * (f64::from(row) / (scale * 0.7)).cos()
}

fn plane<T>(sample: impl Fn(u32, u32) -> T) -> Vec<T> {
    let sample = &sample;
    let rows = 0..SIDE;
    rows.flat_map(|row| (0..SIDE).map(move |column| sample(column, row)))
        .collect()
}

fn info(
    sample_type: SampleType,
    bands: u32,
    epsg: u32,
    (left, top): (f64, f64),
    pixel: f64,
) -> Result<RasterInfo, Box<dyn Error>> {
    let mut info = RasterInfo::new(sample_type, bands, SIDE, SIDE);
    info.crs = Some(Crs::from_epsg(epsg)?);
    info.affine = Some(Affine::new(pixel, 0.0, left, 0.0, -pixel, top));
    Ok(info)
}

/// Writes a file; with `masked`, a disc of it counts.
fn write(
    folder: &Path,
    name: &str,
    mut info: RasterInfo,
    samples: Samples,
    compression: BlockCompression,
    masked: bool,
) -> Result<(), Box<dyn Error>> {
    let bands = u32::try_from(info.bands.len())?;
    let mut raster = Raster::new(bands, SIDE, SIDE, samples)?;
    if masked {
        info.mask_kind = MaskKind::PerDataset;
        let middle = f64::from(SIDE) / 2.0;
        let disc = plane(|column, row| {
            let (x, y) = (f64::from(column) - middle, f64::from(row) - middle);
            if x.hypot(y) < 0.9 * middle { 255 } else { 0 }
        });
        raster = raster.with_mask(RasterMask::PerDataset(Mask::new(SIDE, SIDE, disc)?))?;
    }
    // Small blocks: several to a tile, as in a large file.
    let options = WriteOptions::default()
        .with_block_size(256)
        .with_compression(compression);
    let mut writer = CogWriter::new(&info, &options, MemorySpill::default())?;
    writer.push_rows(&raster)?;
    let mut file = BufWriter::new(File::create(folder.join(name))?);
    writer.finish(&mut file)?;
    Ok(())
}
