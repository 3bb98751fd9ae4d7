//! What is written is read.

use std::sync::Arc;

use arbitrary::{Arbitrary, Unstructured};
use cog_raster::testkit::SAMPLE_TYPES;
use cog_raster::{
    Affine, ColorInterpretation, Mask, MaskKind, Nodata, Raster, RasterInfo, RasterMask,
    RasterSource, ReadRequest, Sample, Window, with_sample_type,
};
use cog_reader::{Cog, MemoryReader, OpenOptions, validate::validate};
use cog_writer::{
    BlockCompression, CogWriter, MemorySpill, OverviewResampling, Overviews, PredictorChoice,
    WriteOptions,
};
use tile_math::Crs;

use crate::reading::{chain, tight};

/// A raster and how to write it; many combinations make no sense and are refused.
#[derive(Arbitrary, Debug)]
struct Task<'a> {
    width: u8,
    height: u8,
    bands: u8,
    sample_type: u8,
    compression: u8,
    level: u8,
    block_size: u16,
    predictor: u8,
    overviews: u8,
    resampling: u8,
    mask: bool,
    alpha: bool,
    palette: bool,
    nodata: Option<f64>,
    affine: Option<[f64; 6]>,
    epsg: u16,
    unit: Option<&'a str>,
    description: Option<&'a str>,
    metadata: Vec<(&'a str, &'a str)>,
    scale: f64,
    offset: f64,
    strip: u8,
    pixels: &'a [u8],
}

/// Writes the raster that `bytes` describe and reads it back.
///
/// # Panics
///
/// On a find.
pub fn round_trip(bytes: &[u8]) {
    let Ok(task) = Task::arbitrary_take_rest(Unstructured::new(bytes)) else {
        return;
    };
    let raster = task.raster();
    let info = task.info(&raster);
    let options = task.options();
    let Ok(mut writer) = CogWriter::new(&info, &options, MemorySpill::default()) else {
        return;
    };
    let strip = u32::from(task.strip % 40) + 1;
    let mut row = 0;
    while row < raster.rows() {
        let rows = strip.min(raster.rows() - row);
        let part = raster
            .crop(&Window::new(0, row, raster.columns(), rows))
            .expect("it lies inside");
        writer
            .push_rows(&part)
            .expect("rows of the raster announced");
        row += rows;
    }
    let mut file = Vec::new();
    let summary = writer.finish(&mut file).expect("all rows came");
    assert_eq!(summary.bytes, file.len() as u64);
    let reader = Arc::new(MemoryReader::new("file.tif", file));
    let cog = pollster::block_on(Cog::open(
        reader,
        // Blocks of up to 272² pixels of five doubles in pairs.
        OpenOptions::default().with_limits(tight().with_block_bytes(8 << 20)),
    ))
    .unwrap_or_else(|error| panic!("{}", chain(&error)));
    let report = pollster::block_on(validate(&cog)).expect("the index is there");
    assert!(report.errors.is_empty(), "{report:?}");
    let read_info = cog.info();
    assert_eq!(read_info.sample_type, info.sample_type);
    assert_eq!(read_info.bands.len(), info.bands.len());
    let levels: Vec<_> = read_info
        .levels
        .iter()
        .map(|level| (level.width, level.height))
        .collect();
    assert_eq!(levels, summary.levels);
    for (level, &(width, height)) in levels.iter().enumerate() {
        let window = Window::new(0, 0, width, height);
        let read = pollster::block_on(cog.read(ReadRequest::new(level, window)))
            .unwrap_or_else(|error| panic!("level {level}: {}", chain(&error)));
        let lossy = matches!(options.compression, BlockCompression::Jpeg { .. });
        if level == 0 && !lossy {
            assert!(
                read.samples().to_le_bytes() == raster.samples().to_le_bytes(),
                "other pixels"
            );
            if let RasterMask::PerDataset(mask) = raster.mask() {
                assert_eq!(read.mask(), &RasterMask::PerDataset(mask.clone()));
            }
        }
    }
}

impl Task<'_> {
    fn raster(&self) -> Raster {
        let (width, height) = (
            u32::from(self.width % 70) + 1,
            u32::from(self.height % 70) + 1,
        );
        let bands = u32::from(self.bands % 5) + 1;
        let sample_type = SAMPLE_TYPES[usize::from(self.sample_type) % SAMPLE_TYPES.len()];
        let count = (bands * width * height) as usize;
        let at = |i: usize| {
            self.pixels
                .get(i % self.pixels.len().max(1))
                .copied()
                .unwrap_or(7)
        };
        let samples = with_sample_type!(sample_type, T => {
            let values: Vec<T> = (0..count)
                .map(|i| <T as Sample>::from_f64(f64::from(at(i)) * 3.0 - f64::from(at(i + 1))))
                .collect();
            <T as Sample>::into_samples(values)
        });
        let raster = Raster::new(bands, height, width, samples).expect("as many as pixels");
        if !self.mask {
            return raster;
        }
        let values = (0..(width * height) as usize).map(|i| if at(i) & 4 > 0 { 255 } else { 0 });
        let mask = Mask::new(height, width, values.collect()).expect("as many as pixels");
        raster
            .with_mask(RasterMask::PerDataset(mask))
            .expect("of the same size")
    }

    fn info(&self, raster: &Raster) -> RasterInfo {
        let mut info = RasterInfo::new(
            raster.sample_type(),
            raster.bands(),
            raster.columns(),
            raster.rows(),
        );
        if self.mask {
            info.mask_kind = MaskKind::PerDataset;
        }
        info.crs = Crs::from_epsg(self.epsg.into()).ok();
        info.affine = self
            .affine
            .map(|[a, b, c, d, e, f]| Affine::new(a, b, c, d, e, f));
        if self.palette {
            info.colormap = Some((0..=255).map(|i| [i, i, 255 - i, 255]).collect());
        }
        for band in &mut info.bands {
            band.nodata = self.nodata.map(Nodata::new);
            band.unit = self.unit.map(str::to_owned);
            band.description = self.description.map(str::to_owned);
            (band.scale, band.offset) = (self.scale, self.offset);
        }
        if self.alpha
            && let Some(band) = info.bands.last_mut()
        {
            band.color_interpretation = ColorInterpretation::Alpha;
        }
        let items = self.metadata.iter().take(8);
        info.metadata = items
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        info
    }

    fn options(&self) -> WriteOptions {
        let level = self.level;
        // Sizes that are refused, and small ones: a block of 4096² is megabytes of the same.
        let block_size = match u32::from(self.block_size) {
            size if size % 16 == 0 && (129..=4096).contains(&size) => size / 256 * 16 + 16,
            size if size % 4 == 0 => size,
            size => (size % 5 + 1) * 16,
        };
        let options = WriteOptions::default()
            .with_block_size(block_size)
            .with_compression(match self.compression % 7 {
                0 => BlockCompression::None,
                1 => BlockCompression::PackBits,
                2 => BlockCompression::Lzw,
                3 => BlockCompression::Deflate { level: level % 12 },
                4 => BlockCompression::Zstd { level: level % 25 },
                5 => BlockCompression::Jpeg {
                    quality: level % 110,
                },
                _ => BlockCompression::Webp,
            })
            .with_predictor(match self.predictor % 4 {
                0 => PredictorChoice::Auto,
                1 => PredictorChoice::None,
                2 => PredictorChoice::Horizontal,
                _ => PredictorChoice::FloatingPoint,
            })
            .with_overviews(match self.overviews % 4 {
                0 | 1 => Overviews::Auto,
                2 => Overviews::None,
                _ => Overviews::Count(usize::from(self.overviews)),
            });
        match self.resampling % 4 {
            0 => options,
            1 => options.with_overview_resampling(OverviewResampling::Nearest),
            2 => options.with_overview_resampling(OverviewResampling::Average),
            _ => options.with_overview_resampling(OverviewResampling::Bilinear),
        }
    }
}
