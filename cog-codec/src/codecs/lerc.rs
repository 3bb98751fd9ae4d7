//! LERC: limited error raster compression.

use lerc_core::{DataType, PixelData};
use lerc_reader::{Decoded as Blob, InspectOptions, decode_first, inspect_first_with_options};

use crate::{BlockLayout, ByteOrder, Codec, Compression, Decoded, Error, SampleFormat};

/// Esri's LERC in TIFF, compression 34887; the blob may be inside Deflate or Zstandard.
#[derive(Debug)]
pub(crate) struct Lerc;

const LERC: Compression = Compression::LERC;

impl Codec for Lerc {
    fn decode(
        &self,
        layout: &BlockLayout,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<Decoded, Error> {
        // Samples that do not compress are stored as they are, behind a header and a mask.
        let limit = layout
            .encoded_len()?
            .saturating_mul(2)
            .saturating_add(64 * 1024);
        let unwrapped = match layout.lerc_additional_compression {
            0 => None,
            1 => Some(super::deflate::inflate_to_vec(LERC, input, limit)?),
            #[cfg(feature = "zstd")]
            2 => Some(super::zstd::decompress(LERC, input, limit, limit)?),
            other => {
                return Err(Error::unsupported(format!(
                    "{LERC} inside compression {other}"
                )));
            }
        };
        let blob = unwrapped.as_deref().unwrap_or(input);
        let samples = check(layout, blob)?;
        let blob = decode_first(blob).map_err(|error| Error::malformed(LERC, error))?;
        write(layout, &blob, samples, output);
        let rows = output.len() / layout.row_bytes()?.max(1);
        let pixels = rows * layout.width as usize;
        let valid = blob.mask.as_ref().map(|mask| {
            mask.iter()
                .take(pixels)
                .map(|&m| if m == 0 { 0 } else { 255 })
                .collect()
        });
        Ok(Decoded { valid })
    }
}

/// Holds what the blob claims against the layout, before anything is
/// allocated; returns the samples per pixel inside.
fn check(layout: &BlockLayout, blob: &[u8]) -> Result<usize, Error> {
    let options = InspectOptions::new().with_compute_value_range(false);
    let info =
        inspect_first_with_options(blob, options).map_err(|error| Error::malformed(LERC, error))?;
    let samples = u32::from(layout.samples);
    // GDAL stores an alpha band as the blob's mask.
    let depth_fits = info.depth == samples || (samples > 1 && info.depth + 1 == samples);
    if (info.width, info.height) != (layout.width, layout.height) || !depth_fits {
        let reason = format!(
            "a blob of {} × {} × {} in a block of {} × {} × {samples}",
            info.width, info.height, info.depth, layout.width, layout.height
        );
        return Err(Error::malformed(LERC, reason));
    }
    let stored = match info.data_type {
        DataType::I8 => (SampleFormat::Signed, 8),
        DataType::U8 => (SampleFormat::Unsigned, 8),
        DataType::I16 => (SampleFormat::Signed, 16),
        DataType::U16 => (SampleFormat::Unsigned, 16),
        DataType::I32 => (SampleFormat::Signed, 32),
        DataType::U32 => (SampleFormat::Unsigned, 32),
        DataType::F32 => (SampleFormat::Float, 32),
        DataType::F64 => (SampleFormat::Float, 64),
    };
    let format = match layout.format {
        SampleFormat::Undefined => SampleFormat::Unsigned,
        format => format,
    };
    if stored != (format, layout.bits) {
        let (of, bits) = stored;
        let reason = format!(
            "samples of {bits} bits, {of:?}, in a block of {} bits, {format:?}",
            layout.bits
        );
        return Err(Error::malformed(LERC, reason));
    }
    Ok(info.depth as usize)
}

/// Writes the rows of `output`, whose sample type `check` has found to be the blob's.
fn write(layout: &BlockLayout, blob: &Blob, inside: usize, output: &mut [u8]) {
    let big = layout.byte_order == ByteOrder::Big;
    let samples = usize::from(layout.samples);
    macro_rules! write {
        ($values:expr, $type:ty) => {{
            const SIZE: usize = size_of::<$type>();
            let pixels = output
                .chunks_exact_mut(SIZE * samples)
                .zip($values.chunks_exact(inside));
            for (index, (pixel, values)) in pixels.enumerate() {
                for (out, value) in pixel.as_chunks_mut::<SIZE>().0.iter_mut().zip(values) {
                    *out = if big {
                        value.to_be_bytes()
                    } else {
                        value.to_le_bytes()
                    };
                }
                if inside < samples {
                    let valid = blob.mask.as_ref().is_none_or(|mask| mask[index] != 0);
                    pixel[SIZE * inside..].fill(if valid { 0xff } else { 0 });
                }
            }
        }};
    }
    match &blob.pixels {
        PixelData::I8(values) => write!(values, i8),
        PixelData::U8(values) => write!(values, u8),
        PixelData::I16(values) => write!(values, i16),
        PixelData::U16(values) => write!(values, u16),
        PixelData::I32(values) => write!(values, i32),
        PixelData::U32(values) => write!(values, u32),
        PixelData::F32(values) => write!(values, f32),
        PixelData::F64(values) => write!(values, f64),
    }
}
