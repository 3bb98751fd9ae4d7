//! From samples to a block's bytes.

use cog_raster::Samples;

use crate::{
    BlockLayout, ByteOrder, Error, SampleFormat, bits,
    bytes::Word,
    codecs,
    decode::takes_predictor,
    interleave::join,
    predictor::{floating_point, horizontal},
};

/// How hard to compress.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct EncodeOptions {
    /// Deflate: 1 fastest to 9 smallest; Zstandard: 1 to 22. Others have no level.
    pub level: u8,
    /// JPEG: 1 worst to 100 best.
    pub quality: u8,
}

impl Default for EncodeOptions {
    /// Deflate level 6, JPEG quality 75: libtiff's defaults.
    fn default() -> Self {
        Self {
            level: 6,
            quality: 75,
        }
    }
}

impl EncodeOptions {
    /// Sets the level of Deflate or Zstandard.
    #[must_use]
    pub const fn with_level(mut self, level: u8) -> Self {
        self.level = level;
        self
    }

    /// Sets JPEG's quality.
    #[must_use]
    pub const fn with_quality(mut self, quality: u8) -> Self {
        self.quality = quality;
        self
    }
}

/// Encodes a block.
///
/// # Shape and units
///
/// `samples` is `layout.samples × layout.height × layout.width`,
/// band-sequential, of the layout's [`sample_type`](BlockLayout::sample_type);
/// of depths below 8 bits the low bits are taken.
///
/// # Errors
///
/// [`Error::InvalidSamples`] if the samples are not those of the layout;
/// [`Error::Unsupported`] for a compression, predictor or depth that is not written.
pub fn encode_block(
    layout: &BlockLayout,
    samples: &Samples,
    options: &EncodeOptions,
) -> Result<Vec<u8>, Error> {
    let expected = layout.decoded_len()?;
    let sample_type = layout.sample_type()?;
    if samples.sample_type() != sample_type || samples.byte_len() != expected || expected == 0 {
        return Err(Error::InvalidSamples {
            reason: format!(
                "{} samples of {sample_type} expected, {} of {} came",
                expected / sample_type.size(),
                samples.len(),
                samples.sample_type()
            ),
        });
    }
    if layout.fill_order_lsb {
        return Err(Error::unsupported("writing with FillOrder 2 (tag 266)"));
    }
    let mut rows = rows(layout, samples)?;
    if layout.predictor == 3 && takes_predictor(layout.compression) {
        let bytes = usize::from(layout.bits / 8);
        floating_point(
            &mut rows,
            layout.row_bytes()?,
            usize::from(layout.samples),
            bytes,
        );
    }
    codecs::encode(layout, rows, options)
}

/// Rows as an uncompressed TIFF would hold them, horizontally differenced if
/// the layout asks; big-endian where the floating-point predictor follows.
fn rows(layout: &BlockLayout, samples: &Samples) -> Result<Vec<u8>, Error> {
    let count = usize::from(layout.samples);
    let row_len = layout.width as usize * count;
    let predictor = if takes_predictor(layout.compression) {
        layout.predictor
    } else {
        1
    };
    let float = layout.format == SampleFormat::Float;
    let order = match predictor {
        1 | 2 => layout.byte_order,
        3 if float => ByteOrder::Big,
        _ => {
            let (bits, format) = (layout.bits, layout.format);
            return Err(Error::unsupported(format!(
                "writing predictor {predictor} on samples of {bits} bits, format {format:?},"
            )));
        }
    };
    let differenced = predictor == 2;
    let complex = samples.sample_type().is_complex();
    if differenced && (complex || layout.bits < 8) {
        return Err(Error::unsupported(format!(
            "writing predictor 2 on {} of {} bits",
            samples.sample_type(),
            layout.bits
        )));
    }
    fn finish<T: Word>(
        mut words: Vec<T>,
        order: ByteOrder,
        difference: Option<(usize, usize)>,
    ) -> Vec<u8> {
        if let Some((row_len, samples)) = difference {
            horizontal(&mut words, row_len, samples);
        }
        T::write(words, order)
    }
    let difference = differenced.then_some((row_len, count));
    Ok(match (samples, layout.bits) {
        (Samples::U8(v), 8) => finish(join(v, count, |v| v), order, difference),
        (Samples::I8(v), 8) => finish(join(v, count, i8::cast_unsigned), order, difference),
        (Samples::U16(v), 16) => finish(join(v, count, |v| v), order, difference),
        (Samples::I16(v), 16) => finish(join(v, count, i16::cast_unsigned), order, difference),
        (Samples::F16(v), 16) => finish(join(v, count, half::f16::to_bits), order, difference),
        (Samples::U32(v), 32) => finish(join(v, count, |v| v), order, difference),
        (Samples::I32(v), 32) => finish(join(v, count, i32::cast_unsigned), order, difference),
        (Samples::F32(v), 32) => finish(join(v, count, f32::to_bits), order, difference),
        (Samples::U64(v), 64) => finish(join(v, count, |v| v), order, difference),
        (Samples::I64(v), 64) => finish(join(v, count, i64::cast_unsigned), order, difference),
        (Samples::F64(v), 64) => finish(join(v, count, f64::to_bits), order, difference),
        (Samples::ComplexI16(v), _) => {
            let parts = join(v, count, |v| [v.re.cast_unsigned(), v.im.cast_unsigned()]);
            finish(parts.concat(), order, None)
        }
        (Samples::ComplexI32(v), _) => {
            let parts = join(v, count, |v| [v.re.cast_unsigned(), v.im.cast_unsigned()]);
            finish(parts.concat(), order, None)
        }
        (Samples::ComplexF32(v), _) => finish(
            join(v, count, |v| [v.re.to_bits(), v.im.to_bits()]).concat(),
            order,
            None,
        ),
        (Samples::ComplexF64(v), _) => finish(
            join(v, count, |v| [v.re.to_bits(), v.im.to_bits()]).concat(),
            order,
            None,
        ),
        (Samples::U8(v), bits @ 1..8) => {
            let most = (1_u32 << bits) - 1;
            bits::pack(&join(v, count, |v| u32::from(v) & most), row_len, bits)
        }
        (samples, bits) => {
            let sample_type = samples.sample_type();
            return Err(Error::unsupported(format!(
                "writing {sample_type} in {bits} bits"
            )));
        }
    })
}
