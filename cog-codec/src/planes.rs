//! From a block's rows to one plane for each band: predictor, byte order and
//! interleaving undone row by row, while the row is in the first-level cache.
//!
//! What was measured is in `doc/decisions/0010-decoding-speed.md`.

use crate::{
    BlockLayout, ByteOrder, Error,
    bytes::Word,
    predictor::{undo_byte_differences, undo_row},
};

/// How a block's rows are stored, and what is wanted of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape<'a> {
    pub(crate) row_bytes: usize,
    /// Samples of a pixel.
    pub(crate) samples: usize,
    pub(crate) order: ByteOrder,
    /// 1, 2 or 3.
    pub(crate) predictor: u16,
    /// The bands to deliver, in this order; `None`: all as stored.
    pub(crate) bands: Option<&'a [u16]>,
}

impl<'a> Shape<'a> {
    pub(crate) fn new(
        layout: &BlockLayout,
        predictor: u16,
        bands: Option<&'a [u16]>,
    ) -> Result<Self, Error> {
        Ok(Self {
            row_bytes: layout.row_bytes()?,
            samples: usize::from(layout.samples),
            order: layout.byte_order,
            predictor,
            bands,
        })
    }
}

/// The planes of `raw`, whose samples are machine words.
///
/// `raw` is a whole number of rows, each a whole number of pixels.
pub(crate) fn planes<W: Word, U: Copy + Default>(
    mut raw: Vec<u8>,
    shape: &Shape<'_>,
    convert: impl Fn(W) -> U + Copy,
) -> Vec<U> {
    let row_words = shape.row_bytes / size_of::<W>();
    let width = row_words / shape.samples;
    let rows = raw.len() / shape.row_bytes;
    let mut buffer = vec![W::default(); row_words];
    let row_of = |row: &mut [u8], buffer: &mut [W], differenced: bool| match shape.predictor {
        3 => {
            undo_byte_differences(row, shape.samples);
            W::gather(row, buffer);
        }
        _ => {
            W::load(row, shape.order, buffer);
            if differenced {
                undo_row(buffer, shape.samples);
            }
        }
    };
    let differenced = shape.predictor == 2;
    let chunks = raw.chunks_exact_mut(shape.row_bytes);
    match (shape.samples, shape.bands) {
        (1, None) => {
            let mut out = Vec::with_capacity(rows * width);
            for row in chunks {
                row_of(row, &mut buffer, differenced);
                out.extend(buffer.iter().map(|&word| convert(word)));
            }
            out
        }
        (2..=4, None) => {
            let mut out = vec![U::default(); rows * row_words];
            for (at, row) in chunks.enumerate() {
                // The sums are part of the pass that splits.
                row_of(row, &mut buffer, false);
                let place = Place {
                    out: &mut out,
                    plane: rows * width,
                    start: at * width,
                    width,
                };
                match (shape.samples, differenced) {
                    (2, false) => place.split::<2, false, _>(&buffer, convert),
                    (2, true) => place.split::<2, true, _>(&buffer, convert),
                    (3, false) => place.split::<3, false, _>(&buffer, convert),
                    (3, true) => place.split::<3, true, _>(&buffer, convert),
                    (_, false) => place.split::<4, false, _>(&buffer, convert),
                    (_, true) => place.split::<4, true, _>(&buffer, convert),
                }
            }
            out
        }
        (samples, bands) => {
            let count = bands.map_or(samples, <[u16]>::len);
            let mut out = vec![U::default(); count * rows * width];
            for (at, row) in chunks.enumerate() {
                row_of(row, &mut buffer, differenced);
                for (index, plane) in out.chunks_exact_mut(rows * width).enumerate() {
                    let band = bands.map_or(index, |bands| usize::from(bands[index]));
                    let line = &mut plane[at * width..][..width];
                    for (out, pixel) in line.iter_mut().zip(buffer.chunks_exact(samples)) {
                        *out = convert(pixel[band]);
                    }
                }
            }
            out
        }
    }
}

/// A row's place in stacked planes.
struct Place<'a, U> {
    out: &'a mut [U],
    /// Samples of a plane.
    plane: usize,
    /// The row's first sample in each.
    start: usize,
    width: usize,
}

impl<U: Copy> Place<'_, U> {
    /// Splits a row of pixels of `N` samples; `SUM`: they are differences.
    fn split<const N: usize, const SUM: bool, W: Word>(
        self,
        row: &[W],
        convert: impl Fn(W) -> U + Copy,
    ) {
        let mut planes = self.out.chunks_exact_mut(self.plane);
        let lines: [&mut [U]; N] = core::array::from_fn(|_| {
            let plane = planes.next().unwrap_or_default();
            &mut plane[self.start..][..self.width]
        });
        let mut last = [W::default(); N];
        for (column, pixel) in row.as_chunks::<N>().0.iter().enumerate().take(self.width) {
            for band in 0..N {
                let value = if SUM {
                    last[band] = last[band].wrapping_add(pixel[band]);
                    last[band]
                } else {
                    pixel[band]
                };
                lines[band][column] = convert(value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predictor::{floating_point, horizontal};

    fn shape(samples: usize, row_bytes: usize, predictor: u16) -> Shape<'static> {
        Shape {
            row_bytes,
            samples,
            order: ByteOrder::Little,
            predictor,
            bands: None,
        }
    }

    #[test]
    fn every_predictor_and_number_of_samples_splits_into_planes() {
        let (width, rows) = (37, 3);
        for samples in 1..7_usize {
            let row_len = samples * width;
            let stored: Vec<u32> = (0..(row_len * rows) as u32)
                .map(|i| i.wrapping_mul(0x9e37_79b9))
                .collect();
            let plane = |band: usize| stored.iter().copied().skip(band).step_by(samples);
            let wanted: Vec<u32> = (0..samples).flat_map(plane).collect();
            for predictor in [1, 2, 3] {
                let mut words = stored.clone();
                if predictor == 2 {
                    horizontal(&mut words, row_len, samples);
                }
                let mut raw: Vec<u8> = match predictor {
                    3 => words.iter().flat_map(|word| word.to_be_bytes()).collect(),
                    _ => words.iter().flat_map(|word| word.to_le_bytes()).collect(),
                };
                if predictor == 3 {
                    floating_point(&mut raw, row_len * 4, samples, 4);
                }
                let mut shape = shape(samples, row_len * 4, predictor);
                let found = planes::<u32, u32>(raw.clone(), &shape, |v| v);
                assert_eq!(found, wanted, "{samples} samples, predictor {predictor}");

                let last = samples - 1;
                let some = [last as u16, 0];
                shape.bands = Some(&some[..samples.min(2)]);
                let found = planes::<u32, u32>(raw, &shape, |v| v);
                let wanted: Vec<u32> = plane(last)
                    .chain(plane(0).take(if samples > 1 { usize::MAX } else { 0 }))
                    .collect();
                assert_eq!(found, wanted, "{samples} samples, two of them");
            }
        }
    }

    #[test]
    fn bytes_split_too() {
        let raw = vec![1, 2, 3, 1, 1, 1, 7, 8, 9, 0, 0, 1];
        let found = planes::<u8, u8>(raw, &shape(3, 6, 2), |v| v);
        assert_eq!(found, [1, 2, 7, 7, 2, 3, 8, 8, 3, 4, 9, 10]);
    }
}
