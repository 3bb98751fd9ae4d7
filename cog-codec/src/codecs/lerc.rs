//! LERC: limited error raster compression.
//!
//! Two libraries share the work. `lerc-rs` decodes blobs of 16 bits and more
//! twice as fast as `lerc-reader`; Huffman-coded bytes are `lerc_huffman`'s.
//! LERC 1, masks and whatever those refuse are `lerc-reader`'s. Esri's library in C++, which GDAL uses, takes 0.4 to 0.9 of
//! `lerc-rs`'s time on noisy samples; decision 10 has the figures.

use lerc_core::{BlobInfo, DataType, PixelData};
use lerc_reader::{
    Decoded as Blob, InspectOptions, decode_first, decode_first_with_mask, inspect_first_with_mask,
    inspect_first_with_options,
};

use super::lerc_range::with_finite_range;
use crate::{BlockLayout, Codec, Compression, Decoded, Error, SampleFormat};

/// Esri's LERC in TIFF, compression 34887; the blob may be inside Deflate or Zstandard.
///
/// In a big-endian file libtiff swaps the bytes of each sample before it encodes them, and after
/// it has decoded them: the blob holds numbers whose bytes are those of the file's.
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
        let blob = with_finite_range(unwrapped.as_deref().unwrap_or(input));
        let blob = blob.as_ref();
        let samples = usize::from(layout.samples);
        let info = inspect(layout, blob, None)?;
        let rest = blob.get(info.blob_size..).unwrap_or_default();
        // libtiff writes a blob for each band where their masks differ.
        if info.depth == 1 && samples > 1 && rest.starts_with(b"Lerc2 ") {
            return decode_bands(layout, blob, output);
        }
        // GDAL stores an alpha band as the blob's mask.
        let inside = info.depth as usize;
        if inside != samples && (samples == 1 || inside + 1 != samples) {
            let reason = format!("blobs of {inside} samples in a block of {samples}");
            return Err(Error::malformed(LERC, reason));
        }
        if let Some(decoded) = super::lerc_fast::decode(layout, blob, inside, output)? {
            return Ok(decoded);
        }
        let blob = decode_first(blob).map_err(|error| Error::malformed(LERC, error))?;
        write(layout, &blob, None, 0, inside, output);
        if inside < samples {
            write_alpha(layout, blob.mask.as_deref(), output);
        }
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

/// A blob for each band, each with a mask of its own or that of the one before.
fn decode_bands(layout: &BlockLayout, blobs: &[u8], output: &mut [u8]) -> Result<Decoded, Error> {
    let (mut rest, mut mask) = (blobs, None::<Vec<u8>>);
    for band in 0..usize::from(layout.samples) {
        let info = inspect(layout, rest, mask.as_deref())?;
        if info.depth != 1 {
            let reason = format!("a blob of {} samples for one band", info.depth);
            return Err(Error::malformed(LERC, reason));
        }
        let blob = match &mask {
            Some(mask) => decode_first_with_mask(rest, mask),
            None => decode_first(rest),
        };
        let blob = blob.map_err(|error| Error::malformed(LERC, error))?;
        write(layout, &blob, blob.mask.as_deref(), band, 1, output);
        rest = rest.get(info.blob_size..).unwrap_or_default();
        mask = blob.mask;
    }
    // What is missing differs from band to band: it is in the samples, no mask of pixels.
    Ok(Decoded { valid: None })
}

/// Holds what the blob claims against the layout, before anything is allocated;
/// its depth is left to the caller.
fn inspect(layout: &BlockLayout, blob: &[u8], mask: Option<&[u8]>) -> Result<BlobInfo, Error> {
    let options = InspectOptions::new().with_compute_value_range(false);
    let info = match mask {
        Some(mask) => inspect_first_with_mask(blob, mask),
        None => inspect_first_with_options(blob, options),
    };
    let info = info.map_err(|error| Error::malformed(LERC, error))?;
    // No picture has more samples; their product is what is allocated.
    if (info.width, info.height) != (layout.width, layout.height)
        || info.depth > u32::from(layout.samples)
    {
        let reason = format!(
            "a blob of {} × {} × {} in a block of {} × {} × {}",
            info.width, info.height, info.depth, layout.width, layout.height, layout.samples
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
    Ok(info)
}

/// Writes the blob's `inside` samples of each pixel, from sample `first` on, into
/// the rows of `output`, whose sample type `inspect` has found to be the blob's.
/// Their bytes are in the file's order already (see [`Lerc`]).
///
/// Real numbers that `mask` calls invalid become NaN, as libtiff has them.
fn write(
    layout: &BlockLayout,
    blob: &Blob,
    mask: Option<&[u8]>,
    first: usize,
    inside: usize,
    output: &mut [u8],
) {
    let samples = usize::from(layout.samples);
    macro_rules! write {
        ($values:expr, $type:ty, $missing:expr) => {{
            const SIZE: usize = size_of::<$type>();
            let missing: Option<$type> = $missing;
            let pixels = output
                .chunks_exact_mut(SIZE * samples)
                .zip($values.chunks_exact(inside));
            for (index, (pixel, values)) in pixels.enumerate() {
                let missing = missing.filter(|_| mask.is_some_and(|mask| mask[index] == 0));
                let places = pixel[SIZE * first..].as_chunks_mut::<SIZE>().0.iter_mut();
                for (out, &value) in places.zip(values) {
                    *out = missing.unwrap_or(value).to_le_bytes();
                }
            }
        }};
    }
    match &blob.pixels {
        PixelData::I8(values) => write!(values, i8, None),
        PixelData::U8(values) => write!(values, u8, None),
        PixelData::I16(values) => write!(values, i16, None),
        PixelData::U16(values) => write!(values, u16, None),
        PixelData::I32(values) => write!(values, i32, None),
        PixelData::U32(values) => write!(values, u32, None),
        PixelData::F32(values) => write!(values, f32, Some(f32::NAN)),
        PixelData::F64(values) => write!(values, f64, Some(f64::NAN)),
    }
}

/// Writes a mask as the last sample of each pixel, all bits set or none.
fn write_alpha(layout: &BlockLayout, mask: Option<&[u8]>, output: &mut [u8]) {
    let size = usize::from(layout.bits / 8);
    let pixels = output.chunks_exact_mut(size * usize::from(layout.samples));
    for (index, pixel) in pixels.enumerate() {
        let valid = mask.is_none_or(|mask| mask[index] != 0);
        let alpha = pixel.len() - size;
        pixel[alpha..].fill(if valid { 0xff } else { 0 });
    }
}
