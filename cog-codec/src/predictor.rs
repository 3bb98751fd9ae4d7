//! The reversible differencing before compression (tag 317).

use crate::bytes::Word;

/// Undoes horizontal differencing in place (TIFF 6.0 §14).
///
/// `row_len` is samples per row, `samples` those of a pixel; sums wrap.
pub(crate) fn undo_horizontal<T: Word>(values: &mut [T], row_len: usize, samples: usize) {
    for row in values.chunks_exact_mut(row_len) {
        undo_row(row, samples);
    }
}

/// [`undo_horizontal`] for one row.
pub(crate) fn undo_row<T: Word>(row: &mut [T], samples: usize) {
    match samples {
        1 => undo_pixels::<1, T>(row),
        2 => undo_pixels::<2, T>(row),
        3 => undo_pixels::<3, T>(row),
        4 => undo_pixels::<4, T>(row),
        _ => {
            for index in samples..row.len() {
                row[index] = row[index].wrapping_add(row[index - samples]);
            }
        }
    }
}

/// With the number of samples known the running pixel stays in registers.
fn undo_pixels<const N: usize, T: Word>(row: &mut [T]) {
    let mut last = [T::default(); N];
    for pixel in row.as_chunks_mut::<N>().0 {
        for (value, last) in pixel.iter_mut().zip(&mut last) {
            *last = last.wrapping_add(*value);
            *value = *last;
        }
    }
}

/// [`undo_row`] for single bytes, eight at a time.
///
/// One after the other they wait for each other's sum; in a word the sums take
/// three steps and only the last byte is waited for.
fn undo_bytes(row: &mut [u8]) {
    /// Adds bytes without carries between them.
    const fn add(a: u64, b: u64) -> u64 {
        const TOP: u64 = 0x8080_8080_8080_8080;
        ((a & !TOP) + (b & !TOP)) ^ ((a ^ b) & TOP)
    }
    let mut last = 0_u8;
    let (words, rest) = row.as_chunks_mut::<8>();
    for bytes in words {
        let mut word = u64::from_le_bytes(*bytes);
        word = add(word, word << 8);
        word = add(word, word << 16);
        word = add(word, word << 32);
        word = add(word, u64::from(last) * 0x0101_0101_0101_0101);
        *bytes = word.to_le_bytes();
        last = bytes[7];
    }
    for byte in rest {
        last = last.wrapping_add(*byte);
        *byte = last;
    }
}

/// Differences each sample from the one of its band to the left, in place.
pub(crate) fn horizontal<T: Word>(values: &mut [T], row_len: usize, samples: usize) {
    for row in values.chunks_exact_mut(row_len) {
        for index in (samples..row.len()).rev() {
            row[index] = row[index].wrapping_sub(row[index - samples]);
        }
    }
}

/// Undoes the first half of the floating-point predictor (Adobe's TIFF
/// Technote 3): bytes are summed along the row. They then lie in planes, the
/// most significant first, whatever the file's byte order.
pub(crate) fn undo_byte_differences(row: &mut [u8], samples: usize) {
    match samples {
        1 => undo_bytes(row),
        _ => undo_row(row, samples),
    }
}

/// Undoes the floating-point predictor; the result is big-endian.
///
/// For samples that are no machine word (24 bits); words are gathered from
/// their planes without this detour.
pub(crate) fn undo_floating_point(raw: &mut [u8], row_bytes: usize, samples: usize, bytes: usize) {
    let mut planes = vec![0; row_bytes];
    for row in raw.chunks_exact_mut(row_bytes) {
        undo_byte_differences(row, samples);
        planes.copy_from_slice(row);
        let count = row_bytes / bytes;
        for (index, value) in row.chunks_exact_mut(bytes).enumerate() {
            for (plane, byte) in value.iter_mut().enumerate() {
                *byte = planes[plane * count + index];
            }
        }
    }
}

/// The inverse of [`undo_floating_point`]: takes big-endian values.
pub(crate) fn floating_point(raw: &mut [u8], row_bytes: usize, samples: usize, bytes: usize) {
    let mut planes = vec![0; row_bytes];
    for row in raw.chunks_exact_mut(row_bytes) {
        let count = row_bytes / bytes;
        for (index, value) in row.chunks_exact(bytes).enumerate() {
            for (plane, &byte) in value.iter().enumerate() {
                planes[plane * count + index] = byte;
            }
        }
        horizontal(&mut planes, row_bytes, samples);
        row.copy_from_slice(&planes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_per_band() {
        // Two RGB pixels: (10, 20, 30), then +1, +2, +3.
        let mut row = [10_u16, 20, 30, 1, 2, 3];
        undo_horizontal(&mut row, 6, 3);
        assert_eq!(row, [10, 20, 30, 11, 22, 33]);
    }

    #[test]
    fn both_predictors_invert_for_every_number_of_samples() {
        for samples in 1..6_usize {
            let row_len = samples * 7;
            let values: Vec<u32> = (0..row_len as u32 * 3)
                .map(|i| i.wrapping_mul(0x9e37_79b9))
                .collect();
            let mut work = values.clone();
            horizontal(&mut work, row_len, samples);
            undo_horizontal(&mut work, row_len, samples);
            assert_eq!(work, values);
            for bytes in [2, 3, 4, 8] {
                let row_bytes = row_len * bytes;
                let raw: Vec<u8> = (0..row_bytes * 2).map(|i| (i * 37 % 251) as u8).collect();
                let mut work = raw.clone();
                floating_point(&mut work, row_bytes, samples, bytes);
                assert_ne!(work, raw);
                undo_floating_point(&mut work, row_bytes, samples, bytes);
                assert_eq!(work, raw, "{samples} samples of {bytes} bytes");
            }
        }
    }
}
