//! One directory's pixels, ready to be decoded.

use crate::error::{Error, Rule};
use crate::tiff::{Directory, Image, Tiff};
use cog_codec::{
    BlockLayout, ByteOrder, CodecRegistry, Compression, DecodedBlock, SampleFormat, decode_bands,
    decode_block, tags,
};
use cog_raster::{SampleType, Samples};
use core::ops::Range;
use std::sync::Arc;

/// An image directory: how its pixels are stored and what they become.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) image: Image,
    /// Offset of the directory, which names it in cache keys.
    pub(crate) directory: u64,
    pub(crate) sample_type: SampleType,
    /// Layout of a whole block.
    layout: BlockLayout,
}

impl Picture {
    /// Reads what the directory says of its pixels. A compression that cannot
    /// be decoded is no error here: the rest of the file may be of use.
    pub(crate) fn open(tiff: &Tiff, directory: &Directory, location: &str) -> Result<Self, Error> {
        let malformed = |rule: Rule| Error::Malformed {
            location: location.to_owned(),
            offset: directory.offset(),
            source: rule.into(),
        };
        let unsupported = |feature: String| Error::Unsupported {
            location: location.to_owned(),
            feature,
        };
        let image = Image::parse(directory).map_err(malformed)?;
        let format = match image.sample_format {
            1 => SampleFormat::Unsigned,
            // One bit has no room for a sign.
            2 if image.bits == 1 => SampleFormat::Unsigned,
            2 => SampleFormat::Signed,
            3 => SampleFormat::Float,
            4 => SampleFormat::Undefined,
            5 => SampleFormat::ComplexInt,
            6 => SampleFormat::ComplexFloat,
            other => return Err(unsupported(format!("sample format {other}"))),
        };
        let samples = if image.planar { 1 } else { image.samples };
        let subsampling = directory
            .integers(tags::YCBCR_SUB_SAMPLING)
            .unwrap_or_default();
        let factor = |at: usize| {
            let value = subsampling.get(at).copied().unwrap_or(2);
            u16::try_from(value).unwrap_or(0)
        };
        let tables = directory
            .entry(tags::JPEG_TABLES)
            .and_then(|entry| entry.bytes());
        let lerc = directory
            .integers(tags::LERC_PARAMETERS)
            .unwrap_or_default();
        let options = |tag: u16| {
            let value = directory.integer(tag);
            value
                .and_then(|value| u32::try_from(value).ok())
                .unwrap_or(0)
        };
        let layout = BlockLayout::new(
            image.block_width(),
            image.block_height(),
            samples,
            image.bits,
            format,
        )
        .with_byte_order(tiff.byte_order())
        .with_fill_order_lsb(image.fill_order == 2)
        .with_compression(Compression(image.compression))
        .with_predictor(image.predictor)
        .with_photometric(image.photometric.unwrap_or(1))
        .with_ycbcr_subsampling(factor(0), factor(1))
        .with_jpeg_tables(tables.map(|bytes| Arc::from(&bytes[..])))
        .with_lerc_additional_compression(
            lerc.get(1)
                .and_then(|&value| u32::try_from(value).ok())
                .unwrap_or(0),
        )
        .with_t4_options(options(tags::T4_OPTIONS))
        .with_t6_options(options(tags::T6_OPTIONS));
        let sample_type = layout
            .sample_type()
            .map_err(|error| unsupported(feature(error)))?;
        Ok(Self {
            image,
            directory: directory.offset(),
            sample_type,
            layout,
        })
    }

    /// Bytes of a decoded block of full size.
    pub(crate) fn block_bytes(&self) -> u64 {
        u64::from(self.layout.width)
            .saturating_mul(self.layout.height.into())
            .saturating_mul(self.layout.samples.into())
            .saturating_mul(self.sample_type.size() as u64)
    }

    /// Samples of so many rows of a block, in `bands` of it or in all.
    pub(super) fn samples_in(&self, rows: u32, bands: Option<&[u16]>) -> u64 {
        let bands = bands.map_or(self.layout.samples.into(), |bands| bands.len() as u64);
        u64::from(self.layout.width)
            .saturating_mul(rows.into())
            .saturating_mul(bands)
    }

    /// Bytes of a row as stored, where rows of a block can be read on their
    /// own: no compression (and then no predictor), no subsampled chroma.
    pub(crate) fn stored_row_bytes(&self) -> Option<u64> {
        let plain = self.layout.compression == Compression::NONE
            && (self.layout.photometric != YCBCR || self.layout.ycbcr_subsampling == (1, 1));
        let row = self.layout.row_bytes().ok()?;
        plain.then_some(row as u64)
    }

    /// A block's compressed bytes say where they end, so more may follow them.
    pub(crate) fn ends_itself(&self) -> bool {
        matches!(
            self.layout.compression,
            Compression::DEFLATE
                | Compression::DEFLATE_OLD
                | Compression::JPEG
                | Compression::LERC
                | Compression::LZMA
                | Compression::LZW
                | Compression::PACKBITS
                | Compression::WEBP
                | Compression::ZSTD
        )
    }

    /// YCbCr that the codec turns into RGB.
    pub(crate) fn shows_rgb(&self) -> bool {
        self.layout.photometric == YCBCR && self.layout.compression == Compression::JPEG
    }

    /// Decodes the first rows of a block, up to row `end` of it. `stored` are the rows that `bytes` holds;
    /// `bands` those to deliver of the bands in the block, `None` for all.
    pub(super) fn decode(
        &self,
        registry: &CodecRegistry,
        bytes: &[u8],
        stored: &Range<u32>,
        end: u32,
        bands: Option<&[u16]>,
    ) -> Result<DecodedBlock, cog_codec::Error> {
        let height = stored.end - stored.start;
        let beyond = self.layout.height.saturating_sub(height);
        let layout = self
            .layout
            .clone()
            .with_height(height)
            .with_rows_beyond(beyond);
        let rows = end.clamp(stored.start, stored.end) - stored.start;
        let mut block = match bands {
            Some(bands) => decode_bands(registry, &layout, bytes, Some(rows), bands)?,
            None => decode_block(registry, &layout, bytes, Some(rows))?,
        };
        if let Some(valid) = &block.valid {
            mark_missing(&mut block.samples, valid, layout.byte_order);
        }
        Ok(block)
    }
}

/// Writes what a block's own mask (LERC) says into its samples: NaN in real
/// numbers, nothing in integers, as libtiff does. In a big-endian file the blob's numbers are those
/// of swapped bytes, and libtiff swaps its NaN too: then nothing is missing, but lost.
fn mark_missing(samples: &mut Samples, valid: &[u8], order: ByteOrder) {
    fn mark<T: Copy>(samples: &mut [T], valid: &[u8], nan: T) {
        for plane in samples.chunks_mut(valid.len().max(1)) {
            for (sample, &valid) in plane.iter_mut().zip(valid) {
                if valid == 0 {
                    *sample = nan;
                }
            }
        }
    }
    match samples {
        Samples::F32(samples) => {
            let bytes = f32::NAN.to_le_bytes();
            let nan = match order {
                ByteOrder::Little => f32::from_le_bytes(bytes),
                ByteOrder::Big => f32::from_be_bytes(bytes),
            };
            mark(samples, valid, nan);
        }
        Samples::F64(samples) => {
            let bytes = f64::NAN.to_le_bytes();
            let nan = match order {
                ByteOrder::Little => f64::from_le_bytes(bytes),
                ByteOrder::Big => f64::from_be_bytes(bytes),
            };
            mark(samples, valid, nan);
        }
        _ => {}
    }
}

/// Value 6 of tag 262.
const YCBCR: u16 = 6;

fn feature(error: cog_codec::Error) -> String {
    match error {
        cog_codec::Error::Unsupported { feature } => feature.trim_end_matches(',').to_owned(),
        other => other.to_string(),
    }
}
