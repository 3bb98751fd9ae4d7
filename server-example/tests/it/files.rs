//! Files for the tests, made by cog-writer.

use cog_raster::{
    Affine, ColorInterpretation, Mask, MaskKind, Nodata, Raster, RasterInfo, RasterMask,
    SampleType, Samples,
};
use cog_writer::{BlockCompression, CogWriter, MemorySpill, WriteOptions};
use std::path::{Path, PathBuf};
use tile_math::Crs;

pub(crate) const WIDTH: u32 = 700;
pub(crate) const HEIGHT: u32 = 600;

/// Value of band `band` of the height model: tells its place.
pub(crate) fn height(band: u32, col: u32, row: u32) -> f32 {
    if col < 20 && row < 20 {
        -9999.0
    } else {
        1000.0 * band as f32 + col as f32 + row as f32 / 1000.0
    }
}

/// Information on a file of `bands` bands in UTM 32 N near 9° E, 46° N.
pub(crate) fn utm(sample_type: SampleType, bands: u32) -> RasterInfo {
    let mut info = RasterInfo::new(sample_type, bands, WIDTH, HEIGHT);
    info.crs = Some(Crs::from_epsg(32632).unwrap());
    info.affine = Some(Affine::new(30.0, 0.0, 500_000.0, 0.0, -30.0, 5_110_000.0));
    info
}

/// Two bands of float32 with nodata.
pub(crate) fn dem(dir: &Path) -> PathBuf {
    let mut info = utm(SampleType::F32, 2);
    for band in &mut info.bands {
        band.nodata = Some(Nodata::new(-9999.0));
    }
    info.bands[0].description = Some("ground".into());
    write(dir, "dem.tif", &info, heights(&info), None)
}

/// The samples of [`dem`].
pub(crate) fn heights(info: &RasterInfo) -> Samples {
    let bands = u32::try_from(info.bands.len()).unwrap();
    let mut samples = Vec::new();
    for band in 0..bands {
        for row in 0..info.height() {
            samples.extend((0..info.width()).map(|col| height(band, col, row)));
        }
    }
    Samples::F32(samples)
}

/// Three bands of uint8 with a mask that leaves out the left third.
pub(crate) fn rgb(dir: &Path) -> PathBuf {
    let mut info = utm(SampleType::U8, 3);
    let colors = [
        ColorInterpretation::Red,
        ColorInterpretation::Green,
        ColorInterpretation::Blue,
    ];
    for (band, color) in info.bands.iter_mut().zip(colors) {
        band.color_interpretation = color;
    }
    info.mask_kind = MaskKind::PerDataset;
    let pixels = (WIDTH * HEIGHT) as usize;
    let samples = (0..3 * pixels)
        .map(|i| [200, 120, 40][i / pixels])
        .collect();
    let mask = (0..pixels)
        .map(|i| {
            if (i as u32 % WIDTH) < WIDTH / 3 {
                0
            } else {
                255
            }
        })
        .collect();
    write(dir, "rgb.tif", &info, Samples::U8(samples), Some(mask))
}

/// Four bands, the last of which is alpha from 0 to 255.
pub(crate) fn rgba(dir: &Path) -> PathBuf {
    let mut info = utm(SampleType::U8, 4);
    info.bands[3].color_interpretation = ColorInterpretation::Alpha;
    info.mask_kind = MaskKind::Alpha;
    let pixels = (WIDTH * HEIGHT) as usize;
    let samples = (0..4 * pixels)
        .map(|i| {
            if i / pixels == 3 {
                (i % pixels % 256) as u8
            } else {
                90
            }
        })
        .collect();
    write(dir, "rgba.tif", &info, Samples::U8(samples), None)
}

/// One band without a place on the ground.
pub(crate) fn no_crs(dir: &Path) -> PathBuf {
    let info = RasterInfo::new(SampleType::U8, 1, 64, 48);
    write(
        dir,
        "no_crs.tif",
        &info,
        Samples::U8(vec![7; 64 * 48]),
        None,
    )
}

/// One band, turned by about 30 degrees.
pub(crate) fn rotated(dir: &Path) -> PathBuf {
    let mut info = utm(SampleType::U8, 1);
    info.affine = Some(Affine::new(26.0, 15.0, 500_000.0, 15.0, -26.0, 5_110_000.0));
    let pixels = (WIDTH * HEIGHT) as usize;
    write(
        dir,
        "rotated.tif",
        &info,
        Samples::U8(vec![77; pixels]),
        None,
    )
}

/// Writes samples, with a mask if there is one, as a COG.
pub(crate) fn write(
    dir: &Path,
    name: &str,
    info: &RasterInfo,
    samples: Samples,
    mask: Option<Vec<u8>>,
) -> PathBuf {
    let (width, height) = (info.width(), info.height());
    let bands = u32::try_from(info.bands.len()).unwrap();
    let mut raster = Raster::new(bands, height, width, samples).unwrap();
    if let Some(mask) = mask {
        let mask = Mask::new(height, width, mask).unwrap();
        raster = raster.with_mask(RasterMask::PerDataset(mask)).unwrap();
    }
    let options = WriteOptions::default()
        .with_block_size(128)
        .with_compression(BlockCompression::Deflate { level: 6 });
    let mut writer = CogWriter::new(info, &options, MemorySpill::default()).unwrap();
    writer.push_rows(&raster).unwrap();
    let mut bytes = Vec::new();
    writer.finish(&mut bytes).unwrap();
    let path = dir.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// Files that cannot be read, by name.
pub(crate) fn broken(dir: &Path) {
    let whole = std::fs::read(dem(dir)).unwrap();
    std::fs::write(dir.join("cut_pixels.tif"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(dir.join("cut_header.tif"), &whole[..100]).unwrap();
    std::fs::write(dir.join("cut_magic.tif"), &whole[..5]).unwrap();
    let garbage: Vec<u8> = (0..5000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    std::fs::write(dir.join("garbage.tif"), garbage).unwrap();
    std::fs::write(dir.join("empty.tif"), b"").unwrap();
    std::fs::write(
        dir.join("page.tif"),
        b"<!DOCTYPE html><html><title>503 Service Unavailable</title></html>",
    )
    .unwrap();
    std::fs::create_dir(dir.join("folder.tif")).unwrap();
    // The code of the projected CRS (geo key 3072) is one that nobody has registered.
    let mut unknown = whole;
    let code = 32632_u16.to_le_bytes();
    let key = [0x00, 0x0c, 0, 0, 1, 0, code[0], code[1]];
    let at = unknown.windows(8).position(|window| window == key).unwrap();
    unknown[at + 6..at + 8].copy_from_slice(&9_999_u16.to_le_bytes());
    std::fs::write(dir.join("unknown_crs.tif"), unknown).unwrap();
}

/// Longitude and latitude of the middle of a pixel of the UTM files.
pub(crate) fn place(col: f64, row: f64) -> (f64, f64) {
    let affine = utm(SampleType::U8, 1).affine.unwrap();
    let (x, y) = affine.apply(col + 0.5, row + 0.5);
    let utm = Crs::from_epsg(32632).unwrap();
    tile_math::Transformer::new(&utm, &Crs::wgs84())
        .unwrap()
        .transform(x, y)
        .unwrap()
}

/// The tile of WebMercatorQuad at zoom `z` that holds a pixel of the UTM files.
pub(crate) fn tile(col: f64, row: f64, z: i8) -> (i8, u32, u32) {
    let (lon, lat) = place(col, row);
    let tms = tile_math::TileMatrixSet::builtin("WebMercatorQuad").unwrap();
    let tile = tms.tile(lon, lat, z).unwrap();
    (tile.z, tile.x, tile.y)
}

/// A GeoJSON feature: the square of `side` pixels around a pixel's place.
pub(crate) fn square(col: f64, row: f64, side: f64) -> String {
    let half = side / 2.0;
    let corners = [
        (-half, half),
        (half, half),
        (half, -half),
        (-half, -half),
        (-half, half),
    ];
    let ring: Vec<[f64; 2]> = corners
        .iter()
        .map(|(dx, dy)| place(col + dx, row + dy).into())
        .collect();
    serde_json::json!({
        "type": "Feature",
        "properties": { "name": "square" },
        "geometry": { "type": "Polygon", "coordinates": [ring] },
    })
    .to_string()
}
