//! Values of at most 16 bits, counted one by one.

use super::{moments::Moments, ordered::Ordered};
use cog_raster::Nodata;

/// Values that a key of 16 bits can be.
const VALUES: usize = 1 << 16;

/// How often each value occurs.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    // Two tables, in turns: neighbours are often equal, and adding to what was just written waits.
    tables: Box<[[u64; VALUES]; 2]>,
}

impl Counts {
    pub(super) fn new() -> Self {
        let tables = vec![[0; VALUES]; 2].into_boxed_slice().try_into();
        Self {
            tables: tables.unwrap_or_else(|_| unreachable!("two tables were made")),
        }
    }

    /// Counts samples, valid or not by their value.
    pub(super) fn push<T: Ordered>(&mut self, samples: &[T]) {
        let [even, odd] = &mut *self.tables;
        let (pairs, rest) = samples.as_chunks::<2>();
        for [a, b] in pairs {
            even[usize::from(a.key() as u16)] += 1;
            odd[usize::from(b.key() as u16)] += 1;
        }
        for sample in rest {
            even[usize::from(sample.key() as u16)] += 1;
        }
    }

    /// Counts the samples whose mask is not 0.
    pub(super) fn push_masked<T: Ordered>(&mut self, samples: &[T], mask: &[u8]) {
        let [even, _] = &mut *self.tables;
        for (sample, valid) in samples.iter().zip(mask) {
            even[usize::from(sample.key() as u16)] += u64::from(*valid != 0);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (own, other) in self.tables.iter_mut().zip(other.tables.iter()) {
            for (own, other) in own.iter_mut().zip(other) {
                *own += other;
            }
        }
    }

    /// Values and how often they occur, ascending, without nodata and what is not finite.
    pub(super) fn finish<T: Ordered>(&self, nodata: Option<&Nodata>) -> Sorted {
        let [even, odd] = &*self.tables;
        let all = even.iter().zip(odd).enumerate();
        Sorted(
            all.map(|(key, (a, b))| (T::value(key as u64), a + b))
                .filter(|(value, times)| {
                    *times > 0
                        && value.is_finite()
                        && !nodata.is_some_and(|nodata| T::from_f64(*value).is_nodata(nodata))
                })
                .collect(),
        )
    }
}

/// Values and how often they occur, ascending.
#[derive(Clone, Debug)]
pub(super) struct Sorted(Vec<(f64, u64)>);

impl Sorted {
    pub(super) fn moments(&self) -> Moments {
        Moments::of_counts(self.0.iter().copied())
    }

    pub(super) fn range(&self) -> Option<(f64, f64)> {
        Some((self.0.first()?.0, self.0.last()?.0))
    }

    /// The values at ascending `ranks`, of which 0 is the least value's.
    pub(super) fn at(&self, ranks: &[u64]) -> Vec<f64> {
        let (mut passed, mut entries) = (0, self.0.iter());
        let mut current = entries.next();
        ranks
            .iter()
            .filter_map(|rank| {
                while let Some((value, times)) = current {
                    if *rank < passed + times {
                        return Some(*value);
                    }
                    passed += times;
                    current = entries.next();
                }
                None
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cog_raster::f16;

    #[test]
    fn nodata_and_what_is_not_finite_do_not_count() {
        let mut counts = Counts::new();
        counts.push(&[-3i16, 7, 7, -9999, 1]);
        counts.push_masked(&[100i16, -3], &[0, 1]);
        let sorted = counts.finish::<i16>(Some(&Nodata::new(-9999.0)));
        assert_eq!(sorted.range(), Some((-3.0, 7.0)));
        assert_eq!(sorted.at(&[0, 1, 2, 3, 4]), [-3.0, -3.0, 1.0, 7.0, 7.0]);
        let mut counts = Counts::new();
        counts.push(&[f16::NAN, f16::INFINITY, f16::from_f64(0.5)]);
        assert_eq!(counts.finish::<f16>(None).range(), Some((0.5, 0.5)));
        assert_eq!(Counts::new().finish::<u8>(None).range(), None);
    }
}
