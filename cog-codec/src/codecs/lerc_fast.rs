//! LERC without a mask: the usual blob. Bytes are decoded by ourselves, all else by `lerc-rs`.

use lerc::{DataType, Sample};

use super::lerc_huffman::{self, Bytes};
use crate::{BlockLayout, Decoded, Error};

/// Decodes a blob whose shape and type have been checked against the layout.
///
/// `inside`: samples per pixel in the blob. `None`: not one for this path; what
/// `output` then holds is of no meaning.
pub(super) fn decode(
    layout: &BlockLayout,
    blob: &[u8],
    inside: usize,
    output: &mut [u8],
) -> Result<Option<Decoded>, Error> {
    let Ok(info) = lerc::decode_info(blob) else {
        return Ok(None);
    };
    // What follows the first blob is not looked at.
    let blob = &blob[..(info.blob_size as usize).min(blob.len())];
    let pixels = u64::from(info.width) * u64::from(info.height);
    let samples = usize::from(layout.samples);
    let plain = info.version >= 2
        && u64::from(info.valid_pixels) == pixels
        && info.no_data_value.is_none()
        && inside == samples
        && lerc::decode_info(blob).is_ok_and(|info| info.bands == 1);
    let count = layout.encoded_len()? / usize::from(layout.bits / 8).max(1);
    if !plain {
        return Ok(None);
    }
    // In the file's byte order already: see `Lerc`.
    let done = match info.data_type {
        DataType::Short => write(blob, count, output, |v: i16| v.to_le_bytes()),
        DataType::UShort => write(blob, count, output, |v: u16| v.to_le_bytes()),
        DataType::Int => write(blob, count, output, |v: i32| v.to_le_bytes()),
        DataType::UInt => write(blob, count, output, |v: u32| v.to_le_bytes()),
        DataType::Float => write(blob, count, output, |v: f32| v.to_le_bytes()),
        DataType::Double => write(blob, count, output, |v: f64| v.to_le_bytes()),
        DataType::Char | DataType::Byte => bytes(&info, blob, count, output),
    };
    Ok(done.then(Decoded::default))
}

/// Whether the bytes were decoded: all of them, into a block of their own if fewer are wanted.
fn bytes(info: &lerc::LercInfo, blob: &[u8], count: usize, output: &mut [u8]) -> bool {
    let shape = Bytes {
        version: info.version,
        width: info.width as usize,
        height: info.height as usize,
        depth: info.depth as usize,
        signed: info.data_type == DataType::Char,
    };
    if output.len() == count {
        return lerc_huffman::decode(blob, shape, output).is_some();
    }
    let mut block = vec![0; count];
    let done = lerc_huffman::decode(blob, shape, &mut block).is_some();
    output.copy_from_slice(&block[..output.len()]);
    done
}

/// Whether the blob was decoded.
fn write<T: Sample, const SIZE: usize>(
    blob: &[u8],
    count: usize,
    output: &mut [u8],
    bytes: impl Fn(T) -> [u8; SIZE],
) -> bool {
    let mut values = vec![T::default(); count];
    let Ok(result) = lerc::decode_into(blob, &mut values) else {
        return false;
    };
    if !result
        .valid_masks
        .iter()
        .all(lerc::bitmask::BitMask::is_all_valid)
    {
        return false;
    }
    for (out, &value) in output.as_chunks_mut::<SIZE>().0.iter_mut().zip(&values) {
        *out = bytes(value);
    }
    true
}
