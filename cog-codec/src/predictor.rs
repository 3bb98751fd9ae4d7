//! The reversible differencing before compression (tag 317).

use crate::bytes::Word;

/// Undoes horizontal differencing in place (TIFF 6.0 §14).
///
/// `row_len` is samples per row, `samples` those of a pixel; sums wrap.
pub(crate) fn undo_horizontal<T: Word>(values: &mut [T], row_len: usize, samples: usize) {
    for row in values.chunks_exact_mut(row_len) {
        match samples {
            1 => undo_row::<1, T>(row),
            2 => undo_row::<2, T>(row),
            3 => undo_row::<3, T>(row),
            4 => undo_row::<4, T>(row),
            _ => {
                for index in samples..row.len() {
                    row[index] = row[index].wrapping_add(row[index - samples]);
                }
            }
        }
    }
}

/// With the number of samples known the running pixel stays in registers.
fn undo_row<const N: usize, T: Word>(row: &mut [T]) {
    let mut last = [T::default(); N];
    for pixel in row.as_chunks_mut::<N>().0 {
        for (value, last) in pixel.iter_mut().zip(&mut last) {
            *last = last.wrapping_add(*value);
            *value = *last;
        }
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

/// Undoes the floating-point predictor (Adobe's TIFF Technote 3): bytes are
/// summed along the row, then gathered from their planes, the most significant
/// first. The result is big-endian whatever the file's byte order.
pub(crate) fn undo_floating_point(raw: &mut [u8], row_bytes: usize, samples: usize, bytes: usize) {
    let mut planes = vec![0; row_bytes];
    for row in raw.chunks_exact_mut(row_bytes) {
        undo_horizontal(row, row_bytes, samples);
        planes.copy_from_slice(row);
        let count = row_bytes / bytes;
        match bytes {
            2 => gather::<2>(row, &planes, count),
            3 => gather::<3>(row, &planes, count),
            4 => gather::<4>(row, &planes, count),
            _ => gather::<8>(row, &planes, count),
        }
    }
}

fn gather<const BYTES: usize>(row: &mut [u8], planes: &[u8], count: usize) {
    let planes: [&[u8]; BYTES] = core::array::from_fn(|plane| &planes[plane * count..][..count]);
    for (index, value) in row.as_chunks_mut::<BYTES>().0.iter_mut().enumerate() {
        for (byte, plane) in value.iter_mut().zip(&planes) {
            *byte = plane[index];
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
