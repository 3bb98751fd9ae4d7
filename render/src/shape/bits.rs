//! A picture of one bit per pixel.

use super::outline::Pixels;
use core::ops::Range;

/// Rows of bits, each row in words of its own; bit 0 of word 0 is column 0.
///
/// # Invariants
///
/// Bits beyond the last column are 0.
#[derive(Clone, Debug)]
pub(super) struct Bits {
    columns: usize,
    words: Vec<u64>,
    /// Words of a row.
    stride: usize,
}

impl Bits {
    pub(super) fn new(Pixels { columns, rows }: Pixels) -> Self {
        let columns = columns as usize;
        let stride = columns.div_ceil(64);
        Self {
            columns,
            words: vec![0; stride * rows as usize],
            stride,
        }
    }

    fn row(&self, row: usize) -> &[u64] {
        &self.words[row * self.stride..(row + 1) * self.stride]
    }

    /// Sets a column of a row; outside, nothing happens.
    pub(super) fn set(&mut self, column: i64, row: i64) {
        if let Some((column, row)) = self.inside(column, row) {
            self.words[row * self.stride + column / 64] |= 1 << (column % 64);
        }
    }

    fn inside(&self, column: i64, row: i64) -> Option<(usize, usize)> {
        let (column, row) = (usize::try_from(column).ok()?, usize::try_from(row).ok()?);
        (column < self.columns && row * self.stride < self.words.len()).then_some((column, row))
    }

    /// Sets the columns of a row that are inside.
    pub(super) fn set_span(&mut self, row: i64, columns: Range<i64>) {
        let first = columns.start.max(0);
        let end = columns.end.min(self.columns as i64);
        if first >= end {
            return;
        }
        let Some((first, row)) = self.inside(first, row) else {
            return;
        };
        // `end` lies between 1 and the number of columns.
        let last = end as usize - 1;
        let words = &mut self.words[row * self.stride..(row + 1) * self.stride];
        let (from, to) = (u64::MAX << (first % 64), u64::MAX >> (63 - last % 64));
        let (first, last) = (first / 64, last / 64);
        if first == last {
            words[first] |= from & to;
            return;
        }
        words[first] |= from;
        words[first + 1..last].fill(u64::MAX);
        words[last] |= to;
    }

    /// Flips the columns of `row` from `column` on, in the shorthand that
    /// [`filled`](Self::filled) reads: only the first bit is flipped.
    pub(super) fn flip_from(&mut self, row: usize, column: usize) {
        if column < self.columns {
            self.words[row * self.stride + column / 64] ^= 1 << (column % 64);
        }
    }

    /// Every bit becomes the parity of those up to and with itself.
    pub(super) fn fill(&mut self) {
        let (stride, columns) = (self.stride, self.columns);
        for row in self.words.chunks_mut(stride.max(1)) {
            let mut carry = 0;
            for word in row.iter_mut() {
                for shift in [1, 2, 4, 8, 16, 32] {
                    *word ^= *word << shift;
                }
                *word ^= carry;
                carry = if *word >> 63 == 1 { u64::MAX } else { 0 };
            }
            if columns % 64 != 0 {
                row[stride - 1] &= u64::MAX >> (64 - columns % 64);
            }
        }
    }

    /// Joins the bits of `other`, whose first row and word are this one's `row` and `word`.
    pub(super) fn join(&mut self, other: &Self, row: usize, word: usize) {
        for (k, theirs) in other.words.chunks(other.stride.max(1)).enumerate() {
            let start = (row + k) * self.stride + word;
            for (ours, theirs) in self.words[start..].iter_mut().zip(theirs) {
                *ours |= theirs;
            }
        }
    }

    /// One byte per pixel: `value` or 0.
    pub(super) fn to_bytes(&self, value: u8) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.columns * (self.words.len() / self.stride.max(1)));
        for row in self.words.chunks(self.stride.max(1)) {
            let bit = |k: usize| (row[k / 64] >> (k % 64)) & 1 == 1;
            bytes.extend((0..self.columns).map(|k| if bit(k) { value } else { 0 }));
        }
        bytes
    }

    /// Number of bits set in `columns` of `row`.
    pub(super) fn count(&self, row: usize, columns: Range<usize>) -> u32 {
        let words = self.row(row);
        let last = columns.end - 1;
        let (from, to) = (
            u64::MAX << (columns.start % 64),
            u64::MAX >> (63 - last % 64),
        );
        let (first, last) = (columns.start / 64, last / 64);
        if first == last {
            return (words[first] & from & to).count_ones();
        }
        let middle: u32 = words[first + 1..last].iter().map(|w| w.count_ones()).sum();
        (words[first] & from).count_ones() + middle + (words[last] & to).count_ones()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_reach_over_words_and_stop_at_the_edge() {
        let mut bits = Bits::new(Pixels {
            columns: 200,
            rows: 2,
        });
        bits.set_span(0, -5..3);
        bits.set_span(0, 60..140);
        bits.set_span(1, 199..900);
        bits.set_span(1, 5..5);
        bits.set_span(9, 0..200);
        bits.set(200, 0);
        assert_eq!(bits.count(0, 0..200), 83);
        assert_eq!((bits.count(0, 59..61), bits.count(0, 139..141)), (1, 1));
        assert_eq!(bits.count(1, 0..200), 1);
        assert_eq!(bits.to_bytes(7).iter().filter(|b| **b == 7).count(), 84);
    }

    #[test]
    fn filling_takes_the_parity() {
        let mut bits = Bits::new(Pixels {
            columns: 130,
            rows: 1,
        });
        for column in [3, 100, 110, 110, 120, 200] {
            bits.flip_from(0, column);
        }
        bits.fill();
        assert_eq!(bits.count(0, 0..130), 97 + 10);
        assert_eq!(bits.count(0, 119..130), 10);
    }
}
