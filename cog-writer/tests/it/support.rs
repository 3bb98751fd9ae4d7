//! Rasters that the tests write.

use cog_raster::{
    Affine, Mask, MaskKind, Raster, RasterInfo, RasterMask, SampleType, Samples, Window,
};
use cog_writer::{CogWriter, MemorySpill, Summary, WriteOptions};
use tile_math::Crs;

/// A smooth surface with a few edges, scaled to the type's range: compresses, but not to nothing.
pub(crate) fn surface(sample_type: SampleType, bands: u32, rows: u32, columns: u32) -> Raster {
    let (least, greatest) = match sample_type {
        _ if sample_type.is_float() || sample_type.is_complex() => (-500.0, 4000.0),
        _ => sample_type.range(),
    };
    let samples = cog_raster::with_sample_type!(sample_type, T => {
        let mut values: Vec<T> = Vec::new();
        for band in 0..bands {
            for row in 0..rows {
                for column in 0..columns {
                    let (x, y) = (f64::from(column) / 37.0, f64::from(row) / 23.0);
                    let wave = 0.5 + 0.4 * (x + f64::from(band)).sin() * y.cos();
                    let step = if (column / 16 + row / 16) % 5 == 0 { 0.1 } else { 0.0 };
                    let value = least + (greatest - least) * (wave + step);
                    values.push(cog_raster::Sample::from_f64(value));
                }
            }
        }
        <T as cog_raster::Sample>::into_samples(values)
    });
    Raster::new(bands, rows, columns, samples).unwrap()
}

/// A mask with a hole and a ragged edge.
pub(crate) fn ragged(rows: u32, columns: u32) -> RasterMask {
    let values = (0..rows).flat_map(|row| {
        (0..columns).map(move |column| {
            let hole = row.abs_diff(rows / 2) < 9 && column.abs_diff(columns / 2) < 31;
            if hole || column < row % 17 { 0 } else { 255 }
        })
    });
    RasterMask::PerDataset(Mask::new(rows, columns, values.collect()).unwrap())
}

/// Information for a raster in UTM zone 33 north.
pub(crate) fn info(raster: &Raster) -> RasterInfo {
    let mut info = RasterInfo::new(
        raster.sample_type(),
        raster.bands(),
        raster.columns(),
        raster.rows(),
    );
    info.crs = Some(Crs::from_epsg(32633).unwrap());
    info.affine = Some(Affine::new(10.0, 0.0, 500_000.0, 0.0, -10.0, 5_200_000.0));
    if matches!(raster.mask(), RasterMask::PerDataset(_)) {
        info.mask_kind = MaskKind::PerDataset;
    }
    info
}

/// Writes the raster in strips of uneven height.
pub(crate) fn write(
    raster: &Raster,
    info: &RasterInfo,
    options: &WriteOptions,
) -> (Vec<u8>, Summary) {
    let mut writer = CogWriter::new(info, options, MemorySpill::default()).unwrap();
    let mut row = 0;
    for step in [1, 100, 7].into_iter().cycle() {
        let rows = step.min(raster.rows() - row);
        if rows == 0 {
            break;
        }
        let window = Window::new(0, row, raster.columns(), rows);
        writer.push_rows(&raster.crop(&window).unwrap()).unwrap();
        row += rows;
    }
    let mut file = Vec::new();
    let summary = writer.finish(&mut file).unwrap();
    assert_eq!(summary.bytes, file.len() as u64);
    (file, summary)
}

/// One plane of bytes, as a checksum sees it.
pub(crate) fn band_bytes(samples: &Samples, bands: u32, band: u32) -> Vec<u8> {
    let bytes = samples.to_le_bytes();
    let plane = bytes.len() / bands as usize;
    bytes[band as usize * plane..][..plane].to_vec()
}
