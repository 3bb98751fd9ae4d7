//! COGs to read, of the kinds that are served most.

use cog_raster::{Affine, ColorInterpretation, Raster, RasterInfo, SampleType, Samples};
use cog_writer::{BlockCompression, CogWriter, MemorySpill, WriteOptions};
use tile_math::Crs;

/// A kind of COG.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Sample {
    /// Three bands of `uint8`, JPEG, in UTM zone 33 north, 10 m.
    RgbJpeg,
    /// One band of `uint16`, Deflate with predictor 2, in UTM zone 33 north, 10 m.
    U16Deflate,
    /// One band of `float32`, Deflate with predictor 3, in UTM zone 33 north, 10 m.
    F32Deflate,
    /// Three bands of `uint8`, Deflate, in web mercator, on the tile grid.
    RgbMercator,
}

impl Sample {
    /// A file name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RgbJpeg => "rgb_jpeg_utm",
            Self::U16Deflate => "u16_deflate_utm",
            Self::F32Deflate => "f32_deflate_utm",
            Self::RgbMercator => "rgb_deflate_mercator",
        }
    }

    /// A stretch that shows something.
    #[must_use]
    pub const fn rescale(self) -> Option<(f64, f64)> {
        match self {
            Self::RgbJpeg | Self::RgbMercator => None,
            Self::U16Deflate => Some((0.0, 10_000.0)),
            Self::F32Deflate => Some((0.0, 3000.0)),
        }
    }
}

/// All kinds.
#[must_use]
pub const fn samples() -> [Sample; 4] {
    [
        Sample::RgbJpeg,
        Sample::U16Deflate,
        Sample::F32Deflate,
        Sample::RgbMercator,
    ]
}

/// Columns and rows of the samples.
const SIDE: u32 = 4096;

/// Bytes of a COG of 4096 × 4096 pixels around 15° E, 47° N. The same on every run.
///
/// # Panics
///
/// If the writer fails, which it does not.
#[must_use]
pub fn cog(sample: Sample) -> Vec<u8> {
    let (bands, sample_type) = match sample {
        Sample::RgbJpeg | Sample::RgbMercator => (3, SampleType::U8),
        Sample::U16Deflate => (1, SampleType::U16),
        Sample::F32Deflate => (1, SampleType::F32),
    };
    let mut info = RasterInfo::new(sample_type, bands, SIDE, SIDE);
    let (epsg, affine) = match sample {
        Sample::RgbMercator => {
            // Zoom 14: 16 × 16 tiles of 256 pixels.
            let pixel = 40_075_016.685_578_49 / 256.0 / f64::from(1 << 14);
            let (x, y) = (8867.0 * 256.0 * pixel, 5749.0 * 256.0 * pixel);
            let origin = 20_037_508.342_789_244;
            (
                3857,
                Affine::new(pixel, 0.0, x - origin, 0.0, -pixel, origin - y),
            )
        }
        _ => (
            32633,
            Affine::new(10.0, 0.0, 480_000.0, 0.0, -10.0, 5_230_000.0),
        ),
    };
    info.crs = Some(Crs::from_epsg(epsg).expect("EPSG knows it"));
    info.affine = Some(affine);
    let colors = [
        ColorInterpretation::Red,
        ColorInterpretation::Green,
        ColorInterpretation::Blue,
    ];
    if bands == 3 {
        for (band, color) in info.bands.iter_mut().zip(colors) {
            band.color_interpretation = color;
        }
    }
    let compression = match sample {
        Sample::RgbJpeg => BlockCompression::Jpeg { quality: 85 },
        _ => BlockCompression::Deflate { level: 6 },
    };
    let options = WriteOptions::default().with_compression(compression);
    let mut writer = CogWriter::new(&info, &options, MemorySpill::default()).expect("fits");
    for row in (0..SIDE).step_by(64) {
        writer
            .push_rows(&rows(sample_type, bands, row, 64))
            .expect("fits");
    }
    let mut file = Vec::new();
    writer.finish(&mut file).expect("memory takes everything");
    file
}

/// Hills with a grain: neither flat nor noise, as real imagery compresses.
fn rows(sample_type: SampleType, bands: u32, first: u32, rows: u32) -> Raster {
    let mut values = Vec::with_capacity((bands * rows * SIDE) as usize);
    for band in 0..bands {
        for row in first..first + rows {
            for column in 0..SIDE {
                let (x, y) = (f64::from(column), f64::from(row));
                let hills = (x / 331.0 + f64::from(band)).sin() * (y / 277.0).cos()
                    + 0.5 * (x / 53.0).cos() * (y / 61.0 + x / 97.0).sin();
                let grain = column.wrapping_mul(0x9e37_79b9) ^ row.wrapping_mul(0x85eb_ca6b);
                let grain = f64::from(grain.wrapping_mul(0xc2b2_ae35) >> 24) / 256.0;
                values.push((hills + 1.5) / 3.0 * 0.94 + grain * 0.06);
            }
        }
    }
    let samples = match sample_type {
        SampleType::U8 => Samples::U8(values.iter().map(|v| (v * 255.0) as u8).collect()),
        SampleType::U16 => Samples::U16(values.iter().map(|v| (v * 10_000.0) as u16).collect()),
        _ => Samples::F32(values.iter().map(|v| (v * 3000.0) as f32).collect()),
    };
    Raster::new(bands, rows, SIDE, samples).expect("the lengths are the loops'")
}
