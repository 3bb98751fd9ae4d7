//! From the rows of one level to those of the next.

use std::collections::VecDeque;

use cog_raster::Nodata;

use crate::{
    OverviewResampling,
    pixel::Pixel,
    taps::{Taps, taps},
};

/// One row of all bands, and which of its pixels count.
#[derive(Clone, Debug)]
pub(crate) struct Row<T> {
    /// Band by band, `bands × width`.
    pub(crate) samples: Vec<T>,
    /// 0 or 255 per pixel, if the raster has a mask.
    pub(crate) mask: Option<Vec<u8>>,
}

/// A row where it lies: a slice of each band.
#[derive(Clone, Debug)]
pub(crate) struct RowRef<'a, T> {
    pub(crate) bands: Vec<&'a [T]>,
    pub(crate) mask: Option<&'a [u8]>,
}

/// What a reducer must know of a band.
#[derive(Clone, Debug)]
pub(crate) struct BandRule {
    pub(crate) nodata: Option<Nodata>,
    /// An alpha band is averaged over all pixels, missing or not.
    pub(crate) is_alpha: bool,
}

/// Turns the rows of one level, pushed from the top, into those of the next.
#[derive(Debug)]
pub(crate) struct Reducer<T: Pixel> {
    target_width: usize,
    columns: Vec<Taps>,
    rows: Vec<Taps>,
    rules: Vec<BandRule>,
    alpha: Option<usize>,
    resampling: OverviewResampling,
    halves: bool,
    next_source: u32,
    next_target: usize,
    open: VecDeque<Open<T>>,
    /// The rows that a mode may still need, with the first one's number.
    kept: VecDeque<(u32, Row<T>)>,
}

/// A target row that still waits for source rows.
#[derive(Debug)]
struct Open<T: Pixel> {
    sums: Vec<T::Sum>,
    weights: Vec<f64>,
    mask: Option<Vec<f64>>,
}

impl<T: Pixel> Reducer<T> {
    pub(crate) fn new(
        source: (u32, u32),
        target: (u32, u32),
        rules: Vec<BandRule>,
        resampling: OverviewResampling,
    ) -> Self {
        Self {
            target_width: target.0 as usize,
            columns: taps(source.0, target.0, resampling),
            rows: taps(source.1, target.1, resampling),
            alpha: rules.iter().position(|rule| rule.is_alpha),
            rules,
            resampling,
            halves: source == (2 * target.0, 2 * target.1)
                && resampling == OverviewResampling::Average,
            next_source: 0,
            next_target: 0,
            open: VecDeque::new(),
            kept: VecDeque::new(),
        }
    }

    /// Takes the next rows; returns the target rows that they complete.
    pub(crate) fn push_all(&mut self, rows: &[RowRef<'_, T>]) -> Vec<Row<T>> {
        // Rows come in pairs where both sizes are even and strips are, which all but the last must be.
        if self.halves && rows.len().is_multiple_of(2) && self.next_source.is_multiple_of(2) {
            self.next_source += u32::try_from(rows.len()).unwrap_or(u32::MAX);
            self.next_target += rows.len() / 2;
            return self.halve(rows);
        }
        self.halves = false;
        rows.iter().flat_map(|row| self.push(row)).collect()
    }

    fn push(&mut self, row: &RowRef<'_, T>) -> Vec<Row<T>> {
        let source = self.next_source;
        self.next_source += 1;
        match self.resampling {
            OverviewResampling::Nearest => self.pick(row, source),
            OverviewResampling::Mode => self.vote(row, source),
            _ => self.weigh(row, source),
        }
    }

    fn halve(&self, rows: &[RowRef<'_, T>]) -> Vec<Row<T>> {
        let one = |pair: &[RowRef<'_, T>]| self.halve_pair(&pair[0], &pair[1]);
        #[cfg(feature = "parallel")]
        {
            use rayon::{iter::ParallelIterator as _, slice::ParallelSlice as _};
            rows.par_chunks_exact(2).map(one).collect()
        }
        #[cfg(not(feature = "parallel"))]
        rows.chunks_exact(2).map(one).collect()
    }

    /// The mean of four, where the general way's weights are all 1.
    fn halve_pair(&self, upper: &RowRef<'_, T>, lower: &RowRef<'_, T>) -> Row<T> {
        let mut samples = Vec::with_capacity(self.rules.len() * self.target_width);
        for (band, rule) in self.rules.iter().enumerate() {
            let (pairs, below) = (
                upper.bands[band].as_chunks::<2>().0,
                lower.bands[band].as_chunks::<2>().0,
            );
            let fours = pairs.iter().zip(below);
            let plain = upper.mask.is_none() && (self.alpha.is_none() || rule.is_alpha);
            let nodata = rule.nodata.as_ref().filter(|_| !rule.is_alpha);
            if plain && nodata.is_none() && !T::TYPE.is_float() && !T::TYPE.is_complex() {
                samples.extend(fours.map(|(&[a, b], &[c, d])| {
                    let mut sum = a.widen();
                    sum += b.widen();
                    sum += c.widen();
                    sum += d.widen();
                    T::narrow(sum * 0.25)
                }));
                continue;
            }
            if let (true, Some(key), Some(nodata)) = (plain, integer_key::<T>(nodata), nodata) {
                samples.extend(fours.map(|(&[a, b], &[c, d])| {
                    let (mut sum, mut count) = (T::Sum::default(), 0.0);
                    for value in [a, b, c, d] {
                        let weight = if value == key { 0.0 } else { 1.0 };
                        sum += value.widen() * weight;
                        count += weight;
                    }
                    if count == 0.0 {
                        return key;
                    }
                    not_nodata(T::narrow(sum * (1.0 / count)), Some(nodata))
                }));
                continue;
            }
            let counts = |row: &RowRef<'_, T>, column: usize, value: T| {
                rule.is_alpha || self.counts(row, rule, column, value)
            };
            let missing = missing_value::<T>(rule.nodata.as_ref());
            samples.extend(fours.enumerate().map(|(at, (&[a, b], &[c, d]))| {
                let (mut sum, mut count) = (T::Sum::default(), 0_u32);
                for (row, column, value) in [
                    (upper, 2 * at, a),
                    (upper, 2 * at + 1, b),
                    (lower, 2 * at, c),
                    (lower, 2 * at + 1, d),
                ] {
                    if counts(row, column, value) {
                        sum += value.widen();
                        count += 1;
                    }
                }
                match count {
                    0 => missing,
                    _ => not_nodata(T::narrow(sum * (1.0 / f64::from(count))), nodata),
                }
            }));
        }
        let mask = upper.mask.zip(lower.mask).map(|(upper, lower)| {
            let fours = upper
                .as_chunks::<2>()
                .0
                .iter()
                .zip(lower.as_chunks::<2>().0);
            fours
                .map(|(a, b)| if a == &[0; 2] && b == &[0; 2] { 0 } else { 255 })
                .collect()
        });
        Row { samples, mask }
    }

    /// Whether a sample of a band other than alpha takes part.
    #[inline(always)]
    fn counts(&self, row: &RowRef<'_, T>, rule: &BandRule, column: usize, value: T) -> bool {
        !value.is_nan()
            && rule
                .nodata
                .as_ref()
                .is_none_or(|nodata| !value.is_nodata(nodata))
            && row.mask.is_none_or(|mask| mask[column] != 0)
            && self
                .alpha
                .is_none_or(|alpha| row.bands[alpha][column] != T::default())
    }

    fn pick(&mut self, row: &RowRef<'_, T>, source: u32) -> Vec<Row<T>> {
        let mut done = Vec::new();
        while self.starts_at(source) {
            let columns = || self.columns.iter().map(|tap| tap.start as usize);
            done.push(Row {
                samples: row
                    .bands
                    .iter()
                    .flat_map(|band| columns().map(|at| band[at]))
                    .collect(),
                mask: row.mask.map(|mask| columns().map(|at| mask[at]).collect()),
            });
            self.next_target += 1;
        }
        done
    }

    fn starts_at(&self, source: u32) -> bool {
        self.rows
            .get(self.next_target)
            .is_some_and(|taps| taps.start == source)
    }

    fn ends_at(&self, source: u32) -> bool {
        self.rows
            .get(self.next_target)
            .is_some_and(|taps| taps.last() <= source)
    }

    /// The value that most of the pixels have; of equally frequent ones the first.
    fn vote(&mut self, row: &RowRef<'_, T>, source: u32) -> Vec<Row<T>> {
        let samples = row.bands.concat();
        let mask = row.mask.map(<[u8]>::to_vec);
        self.kept.push_back((source, Row { samples, mask }));
        let mut done = Vec::new();
        while self.ends_at(source) {
            let taps = &self.rows[self.next_target];
            while self.kept.front().is_some_and(|(at, _)| *at < taps.start) {
                self.kept.pop_front();
            }
            let rows: Vec<_> = self
                .kept
                .iter()
                .map(|(_, row)| row.borrow(self.rules.len()))
                .collect();
            done.push(self.elect(&rows));
            self.next_target += 1;
        }
        done
    }

    fn elect(&self, rows: &[RowRef<'_, T>]) -> Row<T> {
        let mut samples = Vec::with_capacity(self.rules.len() * self.target_width);
        let mut votes: Vec<(T, u32)> = Vec::new();
        for (band, rule) in self.rules.iter().enumerate() {
            for tap in &self.columns {
                votes.clear();
                let columns = tap.start as usize..=tap.last() as usize;
                for row in rows {
                    for column in columns.clone() {
                        let value = row.bands[band][column];
                        if !rule.is_alpha && !self.counts(row, rule, column, value) {
                            continue;
                        }
                        match votes.iter_mut().find(|(voted, _)| *voted == value) {
                            Some((_, count)) => *count += 1,
                            None => votes.push((value, 1)),
                        }
                    }
                }
                // The last of the greatest would win; the first is to.
                let winner = votes.iter().rev().max_by_key(|(_, count)| count);
                samples.push(
                    winner.map_or_else(|| missing_value(rule.nodata.as_ref()), |&(value, _)| value),
                );
            }
        }
        let mask = rows.first().and_then(|row| row.mask).map(|_| {
            let set = |tap: &Taps| {
                let columns = tap.start as usize..=tap.last() as usize;
                let mut masks = rows.iter().filter_map(|row| row.mask);
                masks.any(|mask| mask[columns.clone()].iter().any(|&m| m != 0))
            };
            self.columns
                .iter()
                .map(|tap| if set(tap) { 255 } else { 0 })
                .collect()
        });
        Row { samples, mask }
    }

    fn weigh(&mut self, row: &RowRef<'_, T>, source: u32) -> Vec<Row<T>> {
        let (sums, weights, mask) = self.along_columns(row);
        let mut done = Vec::new();
        let mut target = self.next_target;
        while let Some(taps) = self.rows.get(target).filter(|taps| taps.start <= source) {
            let slot = target - self.next_target;
            if slot == self.open.len() {
                self.open.push_back(Open {
                    sums: vec![T::Sum::default(); sums.len()],
                    weights: vec![0.0; weights.len()],
                    mask: mask.as_ref().map(|mask| vec![0.0; mask.len()]),
                });
            }
            let open = &mut self.open[slot];
            if let Some(&weight) = taps.weights.get((source - taps.start) as usize) {
                for (sum, &value) in open.sums.iter_mut().zip(&sums) {
                    *sum += value * weight;
                }
                for (sum, value) in open.weights.iter_mut().zip(&weights) {
                    *sum += value * weight;
                }
                for (sum, value) in open.mask.iter_mut().flatten().zip(mask.iter().flatten()) {
                    *sum += value * weight;
                }
            }
            target += 1;
        }
        while self.ends_at(source) {
            let Some(open) = self.open.pop_front() else {
                break;
            };
            done.push(self.close(open));
            self.next_target += 1;
        }
        done
    }

    /// Weighted sums along the row: sums and weights `bands × target width`, mask weights `target width`.
    fn along_columns(&self, row: &RowRef<'_, T>) -> (Vec<T::Sum>, Vec<f64>, Option<Vec<f64>>) {
        let len = self.rules.len() * self.target_width;
        let (mut sums, mut weights) = (Vec::with_capacity(len), Vec::with_capacity(len));
        let squared = self.resampling == OverviewResampling::Rms;
        for (plane, rule) in row.bands.iter().zip(&self.rules) {
            for tap in &self.columns {
                let (mut sum, mut weight) = (T::Sum::default(), 0.0);
                let start = tap.start as usize;
                let values = &plane[start..start + tap.weights.len()];
                for (offset, (&value, &w)) in values.iter().zip(&tap.weights).enumerate() {
                    if rule.is_alpha || self.counts(row, rule, start + offset, value) {
                        let value = value.widen();
                        sum += if squared { T::square(value) } else { value } * w;
                        weight += w;
                    }
                }
                sums.push(sum);
                weights.push(weight);
            }
        }
        let mask = row.mask.map(|mask| {
            let covered = |tap: &Taps| {
                let values = &mask[tap.start as usize..];
                tap.weights
                    .iter()
                    .zip(values)
                    .map(|(w, &m)| if m == 0 { 0.0 } else { *w })
                    .sum()
            };
            self.columns.iter().map(covered).collect()
        });
        (sums, weights, mask)
    }

    fn close(&self, open: Open<T>) -> Row<T> {
        let mut samples = Vec::with_capacity(open.sums.len());
        let squared = self.resampling == OverviewResampling::Rms;
        let planes = open.sums.chunks_exact(self.target_width);
        for ((sums, weights), rule) in planes
            .zip(open.weights.chunks_exact(self.target_width))
            .zip(&self.rules)
        {
            let missing = missing_value::<T>(rule.nodata.as_ref());
            samples.extend(sums.iter().zip(weights).map(|(&sum, &weight)| {
                // Kernels with negative lobes may leave next to nothing beside a hole.
                if weight <= LEAST_WEIGHT {
                    return missing;
                }
                let mean = sum * (1.0 / weight);
                let value = T::narrow(if squared { T::root(mean) } else { mean });
                not_nodata(value, rule.nodata.as_ref())
            }));
        }
        let mask = open.mask.map(|mask| {
            mask.iter()
                .map(|&weight| if weight > LEAST_WEIGHT { 255 } else { 0 })
                .collect()
        });
        Row { samples, mask }
    }
}

/// Weights sum to about 1 or, of an average, to the pixels covered: less than this is nothing.
const LEAST_WEIGHT: f64 = 1e-6;

impl<T> Row<T> {
    /// The row where it lies.
    pub(crate) fn borrow(&self, bands: usize) -> RowRef<'_, T> {
        RowRef {
            bands: self
                .samples
                .chunks_exact(self.samples.len() / bands)
                .collect(),
            mask: self.mask.as_deref(),
        }
    }
}

/// Nodata as a sample of an integer type that `f64` holds all values of, if one can be nodata.
fn integer_key<T: Pixel>(nodata: Option<&Nodata>) -> Option<T> {
    let nodata = nodata?;
    let small = !T::TYPE.is_float() && !T::TYPE.is_complex() && T::TYPE.size() <= 4;
    let key = T::from_f64(nodata.as_f64());
    (small && key.is_nodata(nodata)).then_some(key)
}

/// A mean of valid samples must not read as missing.
fn not_nodata<T: Pixel>(value: T, nodata: Option<&Nodata>) -> T {
    match nodata {
        Some(nodata) if value.is_nodata(nodata) => value.beside(),
        _ => value,
    }
}

/// What stands where nothing counts: nodata, else NaN in a float type, else 0.
fn missing_value<T: Pixel>(nodata: Option<&Nodata>) -> T {
    let nan = T::from_f64(f64::NAN);
    match nodata {
        Some(nodata) => T::from_f64(nodata.as_f64()),
        None if nan.is_nan() => nan,
        None => T::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reduce<T: Pixel>(
        rows: &[&[T]],
        nodata: Option<Nodata>,
        resampling: OverviewResampling,
    ) -> Vec<Vec<T>> {
        let size = (rows[0].len() as u32, rows.len() as u32);
        let target = (size.0.div_ceil(2), size.1.div_ceil(2));
        let rules = vec![BandRule {
            nodata,
            is_alpha: false,
        }];
        let mut reducer = Reducer::new(size, target, rules, resampling);
        let rows: Vec<_> = rows
            .iter()
            .flat_map(|row| {
                reducer.push_all(&[RowRef {
                    bands: vec![*row],
                    mask: None,
                }])
            })
            .collect();
        assert_eq!(rows.len(), target.1 as usize);
        rows.into_iter().map(|row| row.samples).collect()
    }

    #[test]
    fn average_skips_nodata_and_never_makes_it() {
        let rows: [&[u8]; 2] = [&[9, 10, 7, 8], &[10, 11, 255, 255]];
        let nodata = Some(Nodata::new(255.0));
        assert_eq!(
            reduce(&rows, nodata, OverviewResampling::Average),
            [[10, 8]]
        );
        let rows: [&[u8]; 1] = [&[9, 11]];
        let made = reduce(&rows, Some(Nodata::new(10.0)), OverviewResampling::Average);
        assert_eq!(made, [[11]]);
    }

    #[test]
    fn a_hole_stays_a_hole() {
        let rows: [&[f32]; 2] = [
            &[f32::NAN, f32::NAN, 1.0, 3.0],
            &[f32::NAN, f32::NAN, 5.0, 7.0],
        ];
        let made = reduce(&rows, None, OverviewResampling::Average);
        assert!(made[0][0].is_nan());
        assert_eq!(made[0][1], 4.0);
    }

    #[test]
    fn nearest_keeps_64_bits() {
        let rows: [&[u64]; 1] = [&[u64::MAX, 1, u64::MAX - 1]];
        assert_eq!(
            reduce(&rows, None, OverviewResampling::Nearest),
            [[u64::MAX, u64::MAX - 1]]
        );
    }

    #[test]
    fn a_constant_stays_constant_under_every_filter() {
        for resampling in OverviewResampling::ALL {
            let row: &[i16] = &[-7; 13];
            let made = reduce(&[row; 9], None, resampling);
            // The root of squares knows no sign.
            let expected = if resampling == OverviewResampling::Rms {
                7
            } else {
                -7
            };
            assert!(
                made.iter().flatten().all(|&v| v == expected),
                "{resampling:?}"
            );
        }
    }

    #[test]
    fn colours_under_a_transparent_alpha_do_not_count() {
        let rules = vec![
            BandRule {
                nodata: None,
                is_alpha: false,
            },
            BandRule {
                nodata: None,
                is_alpha: true,
            },
        ];
        let mut reducer = Reducer::new((2, 1), (1, 1), rules, OverviewResampling::Average);
        let made = reducer.push_all(&[RowRef {
            bands: vec![&[200_u8, 10], &[0, 255]],
            mask: None,
        }]);
        assert_eq!(made[0].samples, [10, 128]);
    }

    #[test]
    fn the_mask_is_set_where_anything_counts() {
        let rules = vec![BandRule {
            nodata: None,
            is_alpha: false,
        }];
        let mut reducer = Reducer::new((4, 1), (2, 1), rules, OverviewResampling::Average);
        let row = RowRef {
            bands: vec![&[1_u8, 9, 3, 3]],
            mask: Some(&[0, 255, 0, 0]),
        };
        let made = reducer.push_all(&[row]);
        assert_eq!(made[0].samples[0], 9);
        assert_eq!(made[0].mask.as_deref(), Some(&[255, 0][..]));
    }

    #[test]
    fn pairs_at_once_are_what_rows_one_by_one_are() {
        let values: Vec<i16> = (0..64 * 8).map(|i| (i * 7919 % 640) as i16 - 300).collect();
        let rows: Vec<&[i16]> = values.chunks_exact(64).collect();
        let nodata = Some(Nodata::new(-20.0));
        let one_by_one = reduce(&rows, nodata, OverviewResampling::Average);
        let rules = vec![BandRule {
            nodata,
            is_alpha: false,
        }];
        let mut reducer = Reducer::new((64, 8), (32, 4), rules, OverviewResampling::Average);
        let rows: Vec<_> = rows
            .iter()
            .map(|row| RowRef {
                bands: vec![*row],
                mask: None,
            })
            .collect();
        let at_once = reducer.push_all(&rows).into_iter().map(|row| row.samples);
        assert_eq!(at_once.collect::<Vec<_>>(), one_by_one);
    }

    #[test]
    fn the_mode_is_the_most_frequent_value_that_counts() {
        let rows: [&[u8]; 2] = [&[3, 5, 0, 0, 7], &[5, 3, 0, 9, 0]];
        let made = reduce(&rows, Some(Nodata::new(0.0)), OverviewResampling::Mode);
        assert_eq!(made[0][0], 3);
        assert_eq!(made[0][2], 7);
        let made = reduce(
            &[&[0_u8; 4], &[0; 4]],
            Some(Nodata::new(0.0)),
            OverviewResampling::Mode,
        );
        assert_eq!(made, [[0, 0]]);
    }
}
