//! JPEG 2000: a whole picture per block.

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};

use crate::{BlockLayout, ByteOrder, Codec, Decoded, Error, SampleFormat, bits};

/// Compression 34712, and Aperio's 33003 and 33005: integers of up to 16 bits.
///
/// Components are delivered as stored; only subsampled chroma becomes RGB, since
/// it has no samples of its own for each pixel.
#[derive(Debug)]
pub(crate) struct Jpeg2000;

/// Signature of the JP2 container (ISO/IEC 15444-1 I.5.1).
const JP2: &[u8] = b"\x00\x00\x00\x0cjP  ";

impl Codec for Jpeg2000 {
    fn decode(
        &self,
        layout: &BlockLayout,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<Decoded, Error> {
        let signed = match layout.format {
            SampleFormat::Unsigned | SampleFormat::Undefined => false,
            SampleFormat::Signed => true,
            _ => return Err(unsupported(layout)),
        };
        // Its arithmetic is of 32-bit floats, which hold integers of 24 bits and transforms of fewer.
        if layout.bits > 16 {
            return Err(unsupported(layout));
        }
        let malformed = |reason: &dyn core::fmt::Display| {
            Error::malformed(layout.compression, format!("{reason}"))
        };
        Size::parse(codestream(input).unwrap_or_default())
            .ok_or_else(|| malformed(&"no codestream that starts with the marker SIZ"))?
            .check(layout, signed)?;
        let settings = DecodeSettings {
            resolve_palette_indices: false,
            strict: true,
            target_resolution: None,
        };
        let image = Image::new(input, &settings).map_err(|error| malformed(&error))?;
        let mut context = DecoderContext::default();
        let decoded = image
            .decode(&mut context)
            .map_err(|error| malformed(&error))?;
        let components = decoded.components();
        let pixels = layout.width as usize * layout.height as usize;
        if components.len() != usize::from(layout.samples)
            || components.iter().any(|c| c.samples().len() != pixels)
        {
            return Err(malformed(&"components of another size than the block's"));
        }
        let planes: Vec<&[f32]> = components.iter().map(|c| c.samples()).collect();
        write(layout, &planes, signed, output);
        Ok(Decoded::default())
    }
}

fn unsupported(layout: &BlockLayout) -> Error {
    let (compression, bits, format) = (layout.compression, layout.bits, layout.format);
    Error::unsupported(format!("{compression} of {bits} bits, format {format:?},"))
}

/// Interleaves the components and rounds them, as rows of the layout.
fn write(layout: &BlockLayout, planes: &[&[f32]], signed: bool, output: &mut [u8]) {
    // The decoder shifts every component to start at 0 (ISO/IEC 15444-1 G.1.2), signed ones too.
    let most = (1_u32 << layout.bits) - 1;
    let offset = if signed {
        1_i64 << (layout.bits - 1)
    } else {
        0
    };
    let value = |sample: f32| {
        // Lossy samples may pass the range by a little.
        let value = sample.round().clamp(0.0, most as f32) as i64 - offset;
        value as u32 & most
    };
    let samples = planes.len();
    match layout.bits {
        8 => {
            for (index, out) in output.iter_mut().enumerate() {
                *out = value(planes[index % samples][index / samples]) as u8;
            }
        }
        16 => {
            for (index, out) in output.as_chunks_mut::<2>().0.iter_mut().enumerate() {
                let value = value(planes[index % samples][index / samples]) as u16;
                *out = match layout.byte_order {
                    ByteOrder::Little => value.to_le_bytes(),
                    ByteOrder::Big => value.to_be_bytes(),
                };
            }
        }
        depth => {
            let row_len = layout.width as usize * samples;
            let row_bytes = (row_len * usize::from(depth)).div_ceil(8).max(1);
            for (row, out) in output.chunks_exact_mut(row_bytes).enumerate() {
                let values: Vec<u32> = (row * row_len..(row + 1) * row_len)
                    .map(|index| value(planes[index % samples][index / samples]))
                    .collect();
                out.copy_from_slice(&bits::pack(&values, row_len, depth));
            }
        }
    }
}

/// The codestream, which may be in a JP2 container.
fn codestream(input: &[u8]) -> Option<&[u8]> {
    if !input.starts_with(JP2) {
        return Some(input);
    }
    let mut rest = input;
    loop {
        let (&[l3, l2, l1, l0, kind @ ..], _) = rest.split_first_chunk::<8>()?;
        let (header, length) = match u32::from_be_bytes([l3, l2, l1, l0]) {
            0 => (8, rest.len()),
            1 => {
                let long = u64::from_be_bytes(*rest.get(8..)?.first_chunk()?);
                (16, usize::try_from(long).ok()?)
            }
            length => (8, length as usize),
        };
        if &kind == b"jp2c" {
            return rest.get(header..);
        }
        // A box is at least its header, or this would not end.
        rest = rest.get(length.max(header)..)?;
    }
}

/// The marker segment SIZ (ISO/IEC 15444-1 A.5.1).
struct Size<'a> {
    width: u32,
    height: u32,
    /// Precision and sign, subsampling across and down.
    components: &'a [[u8; 3]],
    count: u16,
}

impl<'a> Size<'a> {
    fn parse(codestream: &'a [u8]) -> Option<Self> {
        let rest = codestream.strip_prefix(b"\xff\x4f\xff\x51")?;
        // Lsiz and Rsiz, eight words, Csiz.
        let (head, rest) = rest.split_at_checked(38)?;
        let word = |index: usize| {
            let at = 4 + 4 * index;
            head.get(at..at + 4)
                .and_then(|bytes| bytes.try_into().ok())
                .map(u32::from_be_bytes)
        };
        let count = u16::from_be_bytes([head[36], head[37]]);
        Some(Self {
            width: word(0)?.checked_sub(word(2)?)?,
            height: word(1)?.checked_sub(word(3)?)?,
            components: rest.get(..3 * usize::from(count))?.as_chunks::<3>().0,
            count,
        })
    }

    /// Holds the picture against its block, before anything is allocated for it.
    fn check(&self, layout: &BlockLayout, signed: bool) -> Result<(), Error> {
        if (self.width, self.height, self.count) != (layout.width, layout.height, layout.samples) {
            let reason = format!(
                "a picture of {} × {} × {} in a block of {} × {} × {}",
                self.width, self.height, self.count, layout.width, layout.height, layout.samples
            );
            return Err(Error::malformed(layout.compression, reason));
        }
        for &[depth, across, down] in self.components {
            let bits = u16::from(depth & 0x7f) + 1;
            if bits > layout.bits || (depth & 0x80 != 0) != signed {
                let sign = if depth & 0x80 != 0 {
                    "signed"
                } else {
                    "unsigned"
                };
                let reason = format!(
                    "{sign} samples of {bits} bits in a block of {} bits, {:?}",
                    layout.bits, layout.format
                );
                return Err(Error::malformed(layout.compression, reason));
            }
            // Shifted by its own depth, a signed sample would need it here.
            if signed && bits != layout.bits {
                return Err(unsupported(layout));
            }
            if !matches!((across, down), (1 | 2, 1 | 2)) {
                let compression = layout.compression;
                return Err(Error::unsupported(format!(
                    "{compression} subsampled by {across} × {down}"
                )));
            }
        }
        Ok(())
    }
}
