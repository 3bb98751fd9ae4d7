//! The writer: rows in, a file out.

use std::io::Write;

use cog_codec::{BlockLayout, ByteOrder, Compression, EncodeOptions, SampleFormat, tags};
use cog_raster::{ColorInterpretation, Complex, MaskKind, Raster, RasterInfo, SampleType, f16};

use crate::{
    BigTiff, BlockCompression, Error, WriteOptions,
    directory::{Directory, Value},
    file::{self, LevelFile},
    level::{BlockEncoding, SpillDebug, SpillWriter},
    metadata,
    pyramid::{Pyramid, TypedPyramid},
    reduce::BandRule,
    spill::Spill,
};

/// Bytes of one row of blocks of every level, which is in memory while it is filled.
const MOST_ROW_BYTES: u64 = 1 << 30;

/// Writes one COG: rows in from the top, then the file out.
///
/// See the [crate's documentation](crate) for the picture and an example.
pub struct CogWriter {
    info: RasterInfo,
    options: WriteOptions,
    sizes: Vec<(u32, u32)>,
    pyramid: Box<dyn Pyramid>,
    spill: Box<dyn SpillDebug>,
    spilled: u64,
    rows: u32,
}

impl core::fmt::Debug for CogWriter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CogWriter")
            .field("options", &self.options)
            .field("sizes", &self.sizes)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// What was written.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// Length of the file.
    pub bytes: u64,
    /// Columns and rows of every level, the full resolution first.
    pub levels: Vec<(u32, u32)>,
    /// The file is a BigTIFF.
    pub big_tiff: bool,
}

impl CogWriter {
    /// A writer for the raster that `info` describes.
    ///
    /// Of `info` are used: the sample type, the size of level 0, bands, CRS, affine or control points, colormap,
    /// metadata, and whether there is a mask (`mask_kind` per dataset). `spill` holds the
    /// compressed blocks until [`finish`](Self::finish).
    ///
    /// # Errors
    ///
    /// [`Error::InvalidOption`] or [`Error::Unsupported`], before anything is read or written.
    pub fn new(
        info: &RasterInfo,
        options: &WriteOptions,
        spill: impl Spill + core::fmt::Debug + 'static,
    ) -> Result<Self, Error> {
        options.validate(info)?;
        let (width, height) = (info.width(), info.height());
        let bands = info.bands.len();
        if width == 0 || height == 0 || bands == 0 || bands > usize::from(u16::MAX) {
            return Err(Error::Unsupported {
                reason: format!("{bands} bands of {width} × {height} pixels"),
            });
        }
        if info.mask_kind == MaskKind::PerBand {
            return Err(Error::Unsupported {
                reason: "a mask for each band; use one mask for all, an alpha band, or nodata"
                    .into(),
            });
        }
        // Directories are made once before any work, so that what cannot be said is refused early.
        for level in 0..2 {
            let _ = directories(info, options, (width, height), level)?;
        }
        let sizes = options.level_sizes(width, height);
        let across: u64 = sizes.iter().map(|size| u64::from(size.0)).sum();
        let mask = u64::from(info.mask_kind == MaskKind::PerDataset);
        let row = (bands as u64 * info.sample_type.size() as u64 + mask)
            .saturating_mul(options.block_size.into())
            .saturating_mul(across);
        if row > MOST_ROW_BYTES {
            return Err(Error::Unsupported {
                reason: format!(
                    "{bands} bands of {width} × {height} pixels: a row of blocks of every level takes {} MiB, the most is {}; \
                     choose smaller blocks or fewer bands",
                    row >> 20,
                    MOST_ROW_BYTES >> 20
                ),
            });
        }
        let rules: Vec<_> = info
            .bands
            .iter()
            .map(|band| BandRule {
                nodata: band.nodata,
                is_alpha: band.color_interpretation == ColorInterpretation::Alpha,
            })
            .collect();
        let encodings = [
            encoding(info, options)?,
            encoding(info, &options.of_level(1))?,
        ];
        macro_rules! pyramid {
            ($type:ty) => {
                Box::new(TypedPyramid::<$type>::new(
                    &sizes,
                    &rules,
                    options.block_size,
                    info.mask_kind == MaskKind::PerDataset,
                    options.resampling(info),
                    encodings,
                ))
            };
        }
        let pyramid: Box<dyn Pyramid> = match info.sample_type {
            SampleType::U8 => pyramid!(u8),
            SampleType::I8 => pyramid!(i8),
            SampleType::U16 => pyramid!(u16),
            SampleType::I16 => pyramid!(i16),
            SampleType::U32 => pyramid!(u32),
            SampleType::I32 => pyramid!(i32),
            SampleType::U64 => pyramid!(u64),
            SampleType::I64 => pyramid!(i64),
            SampleType::F16 => pyramid!(f16),
            SampleType::F32 => pyramid!(f32),
            SampleType::F64 => pyramid!(f64),
            SampleType::ComplexI16 => pyramid!(Complex<i16>),
            SampleType::ComplexI32 => pyramid!(Complex<i32>),
            SampleType::ComplexF32 => pyramid!(Complex<f32>),
            SampleType::ComplexF64 => pyramid!(Complex<f64>),
        };
        Ok(Self {
            info: info.clone(),
            options: options.clone(),
            sizes,
            pyramid,
            spill: Box::new(spill),
            spilled: 0,
            rows: 0,
        })
    }

    /// Rows pushed so far.
    #[must_use]
    pub const fn rows(&self) -> u32 {
        self.rows
    }

    /// Takes the next rows: all bands, the full width, any number of rows.
    ///
    /// Where the raster has a mask per dataset, rows without one are fully valid.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRows`] if the rows do not fit; [`Error::Compress`], [`Error::Io`].
    pub fn push_rows(&mut self, rows: &Raster) -> Result<(), Error> {
        let bands = self.info.bands.len();
        if rows.bands() as usize != bands || rows.columns() != self.info.width() {
            return Err(Error::InvalidRows {
                reason: format!(
                    "{bands} bands of {} columns announced, {} of {} came",
                    self.info.width(),
                    rows.bands(),
                    rows.columns()
                ),
            });
        }
        let left = self.info.height() - self.rows;
        if rows.rows() > left {
            return Err(Error::InvalidRows {
                reason: format!("{left} rows are left to come, {} came", rows.rows()),
            });
        }
        let mut spill = SpillWriter {
            spill: &mut *self.spill,
            position: self.spilled,
        };
        self.pyramid.push(rows, &mut spill)?;
        self.spilled = spill.position;
        self.rows += rows.rows();
        Ok(())
    }

    /// Writes the file, front to back.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidRows`] if rows are missing; [`Error::Io`].
    pub fn finish(mut self, out: &mut dyn Write) -> Result<Summary, Error> {
        let Some(blocks) = self.pyramid.blocks() else {
            return Err(Error::InvalidRows {
                reason: format!("{} of {} rows came", self.rows, self.info.height()),
            });
        };
        let mut levels = Vec::with_capacity(blocks.len());
        for (index, (blocks, &size)) in blocks.into_iter().zip(&self.sizes).enumerate() {
            let (image, mask) = directories(&self.info, &self.options, size, index)?;
            levels.push(LevelFile {
                image,
                mask,
                blocks,
            });
        }
        let (bytes, big_tiff) = file::write(
            levels,
            wants_big(&self.info, &self.options),
            &mut *self.spill,
            out,
        )?;
        Ok(Summary {
            bytes,
            levels: self.sizes,
            big_tiff,
        })
    }
}

/// Whether the file is a BigTIFF; nothing: if it has to be.
fn wants_big(info: &RasterInfo, options: &WriteOptions) -> Option<bool> {
    let samples = u64::from(info.width()) * u64::from(info.height()) * info.bands.len() as u64;
    let safe = samples.saturating_mul(info.sample_type.size() as u64) <= 2_000_000_000;
    match options.big_tiff {
        BigTiff::Yes => Some(true),
        BigTiff::No => Some(false),
        BigTiff::IfSafer if !safe => Some(true),
        BigTiff::IfSafer | BigTiff::IfNeeded => None,
    }
}

/// Directories of one level, image and mask, without their block tables.
fn directories(
    info: &RasterInfo,
    options: &WriteOptions,
    size: (u32, u32),
    level: usize,
) -> Result<(Directory, Option<Directory>), Error> {
    let options = &options.of_level(level);
    let mut image = Directory::default();
    let bands = info.bands.len();
    let predictor = options.predictor_tag(info.sample_type)?;
    common(&mut image, options, size);
    if level > 0 {
        // Bit 0: a reduced-resolution image (TIFF 6.0, tag 254).
        image.set(tags::NEW_SUBFILE_TYPE, Value::Long(vec![1]));
    }
    let (format, bits) = format_and_bits(info.sample_type);
    image.set(tags::BITS_PER_SAMPLE, Value::Short(vec![bits; bands]));
    image.set(
        tags::SAMPLE_FORMAT,
        Value::Short(vec![sample_format_tag(format); bands]),
    );
    // `CogWriter::new` refuses more bands than 16 bits can count.
    let count = u16::try_from(bands).unwrap_or(u16::MAX);
    image.set(tags::SAMPLES_PER_PIXEL, Value::Short(vec![count]));
    image.set(
        tags::COMPRESSION,
        Value::Short(vec![compression(options).0]),
    );
    image.set(
        tags::PHOTOMETRIC_INTERPRETATION,
        Value::Short(vec![photometric(info, options)]),
    );
    if predictor != 1 {
        image.set(tags::PREDICTOR, Value::Short(vec![predictor]));
    }
    if photometric(info, options) == YCBCR {
        image.set(tags::YCBCR_SUB_SAMPLING, Value::Short(vec![2, 2]));
    }
    let extra = extra_samples(info, photometric(info, options));
    if !extra.is_empty() {
        image.set(tags::EXTRA_SAMPLES, Value::Short(extra));
    }
    if let Some(colormap) = &info.colormap {
        image.set(tags::COLOR_MAP, Value::Short(color_map(colormap, bits)?));
    }
    metadata::nodata(&mut image, info)?;
    if level == 0 {
        metadata::georeference(&mut image, info)?;
        metadata::gdal_metadata(&mut image, info, is_rgb(info));
    }
    let mask = (info.mask_kind == MaskKind::PerDataset).then(|| {
        let mut mask = Directory::default();
        common(&mut mask, options, size);
        // Bit 2: a transparency mask; bit 0: of a reduced-resolution image.
        let subfile = if level > 0 { 5 } else { 4 };
        mask.set(tags::NEW_SUBFILE_TYPE, Value::Long(vec![subfile]));
        mask.set(tags::BITS_PER_SAMPLE, Value::Short(vec![1]));
        mask.set(tags::SAMPLES_PER_PIXEL, Value::Short(vec![1]));
        mask.set(tags::SAMPLE_FORMAT, Value::Short(vec![1]));
        mask.set(
            tags::COMPRESSION,
            Value::Short(vec![Compression::DEFLATE.0]),
        );
        mask.set(
            tags::PHOTOMETRIC_INTERPRETATION,
            Value::Short(vec![TRANSPARENCY_MASK]),
        );
        mask
    });
    Ok((image, mask))
}

fn common(directory: &mut Directory, options: &WriteOptions, size: (u32, u32)) {
    directory.set(tags::IMAGE_WIDTH, Value::Long(vec![size.0]));
    directory.set(tags::IMAGE_LENGTH, Value::Long(vec![size.1]));
    directory.set(tags::PLANAR_CONFIGURATION, Value::Short(vec![1]));
    // Block sizes are at most 4096.
    let block = u16::try_from(options.block_size).unwrap_or(u16::MAX);
    directory.set(tags::TILE_WIDTH, Value::Short(vec![block]));
    directory.set(tags::TILE_LENGTH, Value::Short(vec![block]));
}

fn encoding(info: &RasterInfo, options: &WriteOptions) -> Result<BlockEncoding, Error> {
    let (format, bits) = format_and_bits(info.sample_type);
    let block = options.block_size;
    let bands = u16::try_from(info.bands.len()).unwrap_or(u16::MAX);
    let mut layout = BlockLayout::new(block, block, bands, bits, format)
        .with_byte_order(ByteOrder::Little)
        .with_compression(compression(options))
        .with_predictor(options.predictor_tag(info.sample_type)?)
        .with_photometric(photometric(info, options));
    if photometric(info, options) == YCBCR {
        layout = layout.with_ycbcr_subsampling(2, 2);
    }
    let encode = match options.compression {
        BlockCompression::Deflate { level } | BlockCompression::Zstd { level } => {
            EncodeOptions::default().with_level(level)
        }
        BlockCompression::Jpeg { quality } => EncodeOptions::default().with_quality(quality),
        _ => EncodeOptions::default(),
    };
    Ok(BlockEncoding {
        layout,
        options: encode,
        mask_layout: BlockLayout::new(block, block, 1, 1, SampleFormat::Unsigned)
            .with_byte_order(ByteOrder::Little)
            .with_compression(Compression::DEFLATE),
        mask_options: EncodeOptions::default(),
    })
}

const fn compression(options: &WriteOptions) -> Compression {
    match options.compression {
        BlockCompression::None => Compression::NONE,
        BlockCompression::PackBits => Compression::PACKBITS,
        BlockCompression::Lzw => Compression::LZW,
        BlockCompression::Deflate { .. } => Compression::DEFLATE,
        BlockCompression::Zstd { .. } => Compression::ZSTD,
        BlockCompression::Jpeg { .. } => Compression::JPEG,
        BlockCompression::Webp => Compression::WEBP,
    }
}

/// Values of tag 262 `PhotometricInterpretation`.
const MIN_IS_BLACK: u16 = 1;
const RGB: u16 = 2;
const PALETTE: u16 = 3;
const TRANSPARENCY_MASK: u16 = 4;
const YCBCR: u16 = 6;

fn is_rgb(info: &RasterInfo) -> bool {
    use ColorInterpretation::{Blue, Green, Red};
    let colors = info
        .bands
        .iter()
        .take(3)
        .map(|band| band.color_interpretation);
    colors.eq([Red, Green, Blue])
}

fn photometric(info: &RasterInfo, options: &WriteOptions) -> u16 {
    match options.compression {
        BlockCompression::Jpeg { .. } if info.bands.len() == 3 => YCBCR,
        _ if info.colormap.is_some() => PALETTE,
        _ if is_rgb(info) => RGB,
        // WebP knows no other.
        BlockCompression::Webp => RGB,
        _ => MIN_IS_BLACK,
    }
}

/// Values of tag 338 for the bands beyond the colours: 2 unassociated alpha, 0 unspecified.
fn extra_samples(info: &RasterInfo, photometric: u16) -> Vec<u16> {
    let colors = if matches!(photometric, RGB | YCBCR) {
        3
    } else {
        1
    };
    let extra = info.bands.iter().skip(colors);
    extra
        .map(|band| {
            if band.color_interpretation == ColorInterpretation::Alpha {
                2
            } else {
                0
            }
        })
        .collect()
}

/// Tag 320: all reds, all greens, all blues, 16 bits each.
fn color_map(colormap: &[[u8; 4]], bits: u16) -> Result<Vec<u16>, Error> {
    let entries = match bits {
        8 => 256,
        16 => 65_536,
        _ => {
            return Err(Error::Unsupported {
                reason: format!("a palette for samples of {bits} bits; use uint8 or uint16"),
            });
        }
    };
    let channel = |channel: usize| {
        (0..entries).map(move |index| {
            colormap
                .get(index)
                .map_or(0, |color| u16::from(color[channel]) * 257)
        })
    };
    Ok((0..3).flat_map(channel).collect())
}

const fn format_and_bits(sample_type: SampleType) -> (SampleFormat, u16) {
    match sample_type {
        SampleType::U8 => (SampleFormat::Unsigned, 8),
        SampleType::I8 => (SampleFormat::Signed, 8),
        SampleType::U16 => (SampleFormat::Unsigned, 16),
        SampleType::I16 => (SampleFormat::Signed, 16),
        SampleType::U32 => (SampleFormat::Unsigned, 32),
        SampleType::I32 => (SampleFormat::Signed, 32),
        SampleType::U64 => (SampleFormat::Unsigned, 64),
        SampleType::I64 => (SampleFormat::Signed, 64),
        SampleType::F16 => (SampleFormat::Float, 16),
        SampleType::F32 => (SampleFormat::Float, 32),
        SampleType::F64 => (SampleFormat::Float, 64),
        SampleType::ComplexI16 => (SampleFormat::ComplexInt, 32),
        SampleType::ComplexI32 => (SampleFormat::ComplexInt, 64),
        SampleType::ComplexF32 => (SampleFormat::ComplexFloat, 64),
        SampleType::ComplexF64 => (SampleFormat::ComplexFloat, 128),
    }
}

/// Value of tag 339 `SampleFormat`.
const fn sample_format_tag(format: SampleFormat) -> u16 {
    match format {
        SampleFormat::Unsigned => 1,
        SampleFormat::Signed => 2,
        SampleFormat::Float => 3,
        SampleFormat::ComplexInt => 5,
        SampleFormat::ComplexFloat => 6,
        _ => 4,
    }
}
