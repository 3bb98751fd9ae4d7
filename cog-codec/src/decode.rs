//! From a block's bytes to its samples.

use std::{
    borrow::Cow,
    panic::{AssertUnwindSafe, catch_unwind},
};

use cog_raster::{SampleType, Samples};
use half::f16;
use num_complex::Complex;

use crate::{
    BlockLayout, ByteOrder, CodecRegistry, Compression, Error, SampleFormat, bits,
    bytes::Word,
    interleave::split,
    planes::{Shape, planes},
    predictor::{undo_byte_differences, undo_floating_point, undo_horizontal},
    ycbcr::Units,
};

/// A decoded block.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DecodedBlock {
    /// `bands × rows × width`, band-sequential, of the layout's [`sample_type`](BlockLayout::sample_type).
    pub samples: Samples,
    /// Rows decoded, from the top.
    pub rows: u32,
    /// Validity of each pixel, 0 or 255, `rows × width`, if the compression stores one (LERC).
    pub valid: Option<Vec<u8>>,
}

impl DecodedBlock {
    /// A block of samples with every pixel valid: for a sparse block, which has no bytes.
    #[must_use]
    pub const fn new(samples: Samples, rows: u32) -> Self {
        Self {
            samples,
            rows,
            valid: None,
        }
    }

    /// Bytes that the block takes in memory: what a cache charges.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        self.samples.byte_len() + self.valid.as_ref().map_or(0, Vec::len)
    }
}

/// Decodes a block, or its first `rows` rows where no more are needed.
///
/// # Shape and units
///
/// `input` is one block as stored. Samples are delivered as stored, widened to
/// the next sample type: nothing is inverted, scaled or masked. JPEG's YCbCr
/// becomes RGB.
///
/// # Errors
///
/// [`Error::Unsupported`] names a compression, predictor or depth that this
/// build has no code for; [`Error::Malformed`] the bytes' mistake;
/// [`Error::InvalidLayout`] an impossible layout; [`Error::Panicked`] a codec's own.
pub fn decode_block(
    registry: &CodecRegistry,
    layout: &BlockLayout,
    input: &[u8],
    rows: Option<u32>,
) -> Result<DecodedBlock, Error> {
    decode(registry, layout, input, rows, None)
}

/// Decodes a block, or its first `rows` rows, and delivers only some of its
/// bands, in the order of `bands`: the others are not converted.
///
/// # Shape and units
///
/// As [`decode_block`]. `bands` count from 0 within the block.
///
/// # Errors
///
/// As [`decode_block`]; [`Error::InvalidLayout`] for a band that the block has not.
pub fn decode_bands(
    registry: &CodecRegistry,
    layout: &BlockLayout,
    input: &[u8],
    rows: Option<u32>,
    bands: &[u16],
) -> Result<DecodedBlock, Error> {
    if let Some(band) = bands.iter().find(|&&band| band >= layout.samples) {
        let samples = layout.samples;
        return Err(Error::InvalidLayout {
            reason: format!("band {band} of a block of {samples}, counted from 0"),
        });
    }
    let all = (0..layout.samples).eq(bands.iter().copied());
    decode(registry, layout, input, rows, (!all).then_some(bands))
}

/// `bands`: `None` for all, in their order.
fn decode(
    registry: &CodecRegistry,
    layout: &BlockLayout,
    input: &[u8],
    rows: Option<u32>,
    bands: Option<&[u16]>,
) -> Result<DecodedBlock, Error> {
    // First: what else a layout asks for is of no use without it.
    let codec = registry
        .codec(layout.compression)
        .ok_or_else(|| Error::unsupported(layout.compression.to_string()))?;
    check(layout)?;
    let rows = rows.map_or(layout.height, |rows| rows.clamp(1, layout.height));
    // libtiff reverses the stored bytes before every codec but JPEG.
    let input = match layout.fill_order_lsb && layout.compression != Compression::JPEG {
        true => Cow::Owned(bits::reverse(input)),
        false => Cow::Borrowed(input),
    };
    let units = Units::of(layout)?;
    let length = match units {
        Some(units) => units.bytes(rows).ok_or_else(|| layout.too_large())?,
        None => layout.row_bytes()? * rows as usize,
    };
    let mut raw = zeros(layout, length)?;
    let decoded = caught(layout.compression, || {
        codec.decode(layout, &input, &mut raw)
    })?;
    if let Some(units) = units {
        let planes = units.expand(&raw, layout.width, rows);
        let pixels = planes.len() / usize::from(layout.samples);
        let planes = match bands {
            Some(bands) => {
                let plane = |&band: &u16| &planes[usize::from(band) * pixels..][..pixels];
                bands.iter().map(plane).collect::<Vec<_>>().concat()
            }
            None => planes,
        };
        return Ok(DecodedBlock::new(Samples::U8(planes), rows));
    }
    Ok(DecodedBlock {
        samples: samples(layout, raw, bands)?,
        rows,
        valid: decoded.valid,
    })
}

/// What a codec gives, and its panic as an error.
///
/// Most codecs are other people's crates, and a block is a stranger's. What a panic leaves half done is
/// `output` alone, which nobody sees then: a codec keeps no state between calls.
fn caught<T>(
    compression: Compression,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Err(Error::Panicked {
            compression,
            message: text.unwrap_or("no message").to_owned(),
        })
    })
}

/// From here on memory is asked for on trial first.
const LARGE: usize = 64 << 20;

/// `len` zeros, or an error where a plain allocation would end the process.
fn zeros(layout: &BlockLayout, len: usize) -> Result<Vec<u8>, Error> {
    if len >= LARGE {
        let trial = Vec::<u8>::new().try_reserve_exact(len);
        trial.map_err(|_| layout.too_large())?;
    }
    Ok(vec![0; len])
}

fn check(layout: &BlockLayout) -> Result<(), Error> {
    if layout.width == 0 || layout.height == 0 || layout.samples == 0 {
        let (width, height, samples) = (layout.width, layout.height, layout.samples);
        return Err(Error::InvalidLayout {
            reason: format!("{width} × {height} pixels of {samples} samples"),
        });
    }
    // Both lengths exist, so does the sample type: nothing later on has to look again.
    layout.encoded_len()?;
    layout.decoded_len()?;
    Units::of(layout)?;
    let whole = matches!(layout.bits, 8 | 16 | 32 | 64 | 128);
    let float = layout.format == SampleFormat::Float;
    match layout.predictor {
        // A codec of pictures or blobs has no use for a predictor; libtiff ignores the tag there.
        1 => Ok(()),
        2 if whole => Ok(()),
        3 if float && matches!(layout.bits, 16 | 24 | 32 | 64) => Ok(()),
        _ if !takes_predictor(layout.compression) => Ok(()),
        2 | 3 => Err(Error::unsupported(format!(
            "predictor {} on samples of {} bits, format {:?},",
            layout.predictor, layout.bits, layout.format
        ))),
        other => Err(Error::unsupported(format!("predictor {other}"))),
    }
}

/// Only these compressions look at tag 317 (libtiff's `TIFFPredictorInit`).
pub(crate) const fn takes_predictor(compression: Compression) -> bool {
    matches!(
        compression,
        Compression::LZW
            | Compression::DEFLATE
            | Compression::DEFLATE_OLD
            | Compression::LZMA
            | Compression::ZSTD
            | Compression::PIXARLOG
    )
}

/// Undoes predictor, byte order and packing, and splits the bands.
fn samples(
    layout: &BlockLayout,
    mut raw: Vec<u8>,
    bands: Option<&[u16]>,
) -> Result<Samples, Error> {
    let sample_type = layout.sample_type()?;
    let mut order = layout.byte_order;
    let predictor = if takes_predictor(layout.compression) {
        layout.predictor
    } else {
        1
    };
    let count = usize::from(layout.samples);
    let row_len = layout.width as usize * count;
    let shape = Shape::new(layout, predictor, bands)?;
    // Differenced complex samples are summed as one word, as libtiff does; their real part is its
    // low half. Without a predictor the parts are words of their own.
    let differenced = predictor == 2;
    Ok(match (sample_type, layout.bits) {
        // One band of bytes stays where it is.
        (SampleType::U8 | SampleType::I8, 8) if count == 1 && bands.is_none() => {
            if differenced {
                raw.chunks_exact_mut(row_len)
                    .for_each(|row| undo_byte_differences(row, 1));
            }
            match sample_type {
                SampleType::U8 => Samples::U8(raw),
                _ => Samples::I8(raw.into_iter().map(u8::cast_signed).collect()),
            }
        }
        (SampleType::U8, 8) => Samples::U8(planes::<u8, _>(raw, &shape, |v| v)),
        (SampleType::I8, 8) => Samples::I8(planes(raw, &shape, u8::cast_signed)),
        (SampleType::U16, 16) => Samples::U16(planes::<u16, _>(raw, &shape, |v| v)),
        (SampleType::I16, 16) => Samples::I16(planes(raw, &shape, u16::cast_signed)),
        (SampleType::F16, 16) => Samples::F16(planes(raw, &shape, f16::from_bits)),
        (SampleType::U32, 32) => Samples::U32(planes::<u32, _>(raw, &shape, |v| v)),
        (SampleType::I32, 32) => Samples::I32(planes(raw, &shape, u32::cast_signed)),
        (SampleType::F32, 32) => Samples::F32(planes(raw, &shape, f32::from_bits)),
        (SampleType::U64, 64) => Samples::U64(planes::<u64, _>(raw, &shape, |v| v)),
        (SampleType::I64, 64) => Samples::I64(planes(raw, &shape, u64::cast_signed)),
        (SampleType::F64, 64) => Samples::F64(planes(raw, &shape, f64::from_bits)),
        (SampleType::ComplexI16, _) if differenced => {
            Samples::ComplexI16(planes(raw, &shape, |v: u32| {
                Complex::new((v as u16).cast_signed(), ((v >> 16) as u16).cast_signed())
            }))
        }
        (SampleType::ComplexI16, _) => {
            let pairs = pairs(words::<u16>(raw, order, row_len * 2, 1, false));
            Samples::ComplexI16(split(pairs, count, bands, |[re, im]| {
                Complex::new(re.cast_signed(), im.cast_signed())
            }))
        }
        (SampleType::ComplexI32, _) if differenced => {
            Samples::ComplexI32(planes(raw, &shape, |v: u64| {
                Complex::new((v as u32).cast_signed(), ((v >> 32) as u32).cast_signed())
            }))
        }
        (SampleType::ComplexI32, _) => {
            let pairs = pairs(words::<u32>(raw, order, row_len * 2, 1, false));
            Samples::ComplexI32(split(pairs, count, bands, |[re, im]| {
                Complex::new(re.cast_signed(), im.cast_signed())
            }))
        }
        (SampleType::ComplexF32, _) if differenced => {
            Samples::ComplexF32(planes(raw, &shape, |v: u64| {
                Complex::new(f32::from_bits(v as u32), f32::from_bits((v >> 32) as u32))
            }))
        }
        (SampleType::ComplexF32, _) => {
            let pairs = pairs(words::<u32>(raw, order, row_len * 2, 1, false));
            Samples::ComplexF32(split(pairs, count, bands, |[re, im]| {
                Complex::new(f32::from_bits(re), f32::from_bits(im))
            }))
        }
        (SampleType::ComplexF64, _) => {
            // 128 bits are more than a word: the parts are differenced on their own.
            let words = words::<u64>(raw, order, row_len * 2, count * 2, differenced);
            Samples::ComplexF64(split(pairs(words), count, bands, |[re, im]| {
                Complex::new(f64::from_bits(re), f64::from_bits(im))
            }))
        }
        (sample_type, _) => {
            if predictor == 3 {
                let bytes = usize::from(layout.bits / 8);
                undo_floating_point(&mut raw, layout.row_bytes()?, count, bytes);
                order = ByteOrder::Big;
            }
            odd_depth(layout, &raw, order, sample_type, bands)?
        }
    })
}

/// Bytes to words, differences to sums.
fn words<T: Word>(
    raw: Vec<u8>,
    order: ByteOrder,
    row_len: usize,
    samples: usize,
    differenced: bool,
) -> Vec<T> {
    let mut words = T::read(raw, order);
    if differenced {
        undo_horizontal(&mut words, row_len, samples);
    }
    words
}

fn pairs<T: Copy>(words: Vec<T>) -> Vec<[T; 2]> {
    words.as_chunks::<2>().0.to_vec()
}

/// Depths that are no machine word: 1 to 7, 9 to 15, 17 to 31 bits, and 24-bit floats.
fn odd_depth(
    layout: &BlockLayout,
    raw: &[u8],
    order: ByteOrder,
    sample_type: SampleType,
    bands: Option<&[u16]>,
) -> Result<Samples, Error> {
    let (bits, count) = (layout.bits, usize::from(layout.samples));
    let (row_bytes, row_len) = (layout.row_bytes()?, layout.width as usize * count);
    if sample_type == SampleType::U8 && matches!(bits, 1 | 2 | 4) {
        let values = bits::unpack_small(raw, row_bytes, row_len, bits);
        return Ok(Samples::U8(split(values, count, bands, |v| v)));
    }
    // Floats of three bytes follow the file's byte order; integers of odd depths are a stream of
    // bits. GDAL has libtiff swap integers of three bytes in big-endian files first, writing and
    // reading: they are little-endian there.
    let values: Vec<u32> = match (sample_type, order) {
        (SampleType::F32, ByteOrder::Little)
        | (SampleType::U32 | SampleType::I32, ByteOrder::Big)
            if bits == 24 =>
        {
            let bytes = raw.as_chunks::<3>().0.iter();
            bytes
                .map(|&[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
                .collect()
        }
        _ => bits::unpack(raw, row_bytes, row_len, bits),
    };
    Ok(match sample_type {
        SampleType::U8 => Samples::U8(split(values, count, bands, |v| v as u8)),
        SampleType::U16 => Samples::U16(split(values, count, bands, |v| v as u16)),
        SampleType::U32 => Samples::U32(split(values, count, bands, |v| v)),
        SampleType::I8 => Samples::I8(split(values, count, bands, |v| {
            bits::sign_extend(v, bits) as i8
        })),
        SampleType::I16 => Samples::I16(split(values, count, bands, |v| {
            bits::sign_extend(v, bits) as i16
        })),
        SampleType::I32 => {
            Samples::I32(split(values, count, bands, |v| bits::sign_extend(v, bits)))
        }
        SampleType::F32 => Samples::F32(split(values, count, bands, bits::f24_to_f32)),
        other => return Err(Error::unsupported(format!("{other} of {bits} bits"))),
    })
}
