//! From the rows of one level to those of the next.

use std::collections::VecDeque;

use cog_raster::{Nodata, Sample};
use num_complex::Complex;

use crate::{
    OverviewResampling,
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

/// What averaging needs of a sample.
pub(crate) trait Pixel: Sample {
    /// Sum of weighted samples; complex for all, which costs real types nothing that matters here.
    fn widen(self) -> Complex<f64>;
    fn narrow(value: Complex<f64>) -> Self;
    /// Not a number: nothing to average.
    fn is_nan(self) -> bool;
    /// The neighbouring value, for an average that happens to equal nodata.
    fn beside(self) -> Self;
}

macro_rules! integer {
    ($($type:ty),*) => {$(
        impl Pixel for $type {
            fn widen(self) -> Complex<f64> {
                Complex::new(self.to_f64(), 0.0)
            }

            fn narrow(value: Complex<f64>) -> Self {
                Self::from_f64(value.re)
            }

            fn is_nan(self) -> bool {
                false
            }

            fn beside(self) -> Self {
                self.checked_add(1).unwrap_or(self - 1)
            }
        }
    )*};
}

macro_rules! float {
    ($($type:ty),*) => {$(
        impl Pixel for $type {
            fn widen(self) -> Complex<f64> {
                Complex::new(Sample::to_f64(self), 0.0)
            }

            fn narrow(value: Complex<f64>) -> Self {
                <Self as Sample>::from_f64(value.re)
            }

            fn is_nan(self) -> bool {
                self.is_nan()
            }

            fn beside(self) -> Self {
                // The next representable value towards zero, or off zero.
                let bits = self.to_bits();
                Self::from_bits(if self == <Self as Sample>::from_f64(0.0) { 1 } else { bits - 1 })
            }
        }
    )*};
}

macro_rules! complex {
    ($($part:ty),*) => {$(
        impl Pixel for Complex<$part> {
            fn widen(self) -> Complex<f64> {
                Complex::new(self.re.to_f64(), self.im.to_f64())
            }

            fn narrow(value: Complex<f64>) -> Self {
                Self::new(<$part>::from_f64(value.re), <$part>::from_f64(value.im))
            }

            fn is_nan(self) -> bool {
                self.re.is_nan() || self.im.is_nan()
            }

            fn beside(self) -> Self {
                Self::new(self.re.beside(), self.im)
            }
        }
    )*};
}

integer!(u8, i8, u16, i16, u32, i32, u64, i64);
float!(half::f16, f32, f64);
complex!(i16, i32, f32, f64);

/// What a reducer must know of a band.
#[derive(Clone, Debug)]
pub(crate) struct BandRule {
    pub(crate) nodata: Option<Nodata>,
    /// An alpha band is averaged over all pixels, missing or not.
    pub(crate) is_alpha: bool,
}

/// Turns the rows of one level, pushed from the top, into those of the next.
#[derive(Debug)]
pub(crate) struct Reducer<T> {
    width: usize,
    target_width: usize,
    columns: Vec<Taps>,
    rows: Vec<Taps>,
    rules: Vec<BandRule>,
    alpha: Option<usize>,
    nearest: bool,
    next_source: u32,
    next_target: usize,
    open: VecDeque<Open>,
    kind: core::marker::PhantomData<T>,
}

/// A target row that still waits for source rows.
#[derive(Debug)]
struct Open {
    sums: Vec<Complex<f64>>,
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
            width: source.0 as usize,
            target_width: target.0 as usize,
            columns: taps(source.0, target.0, resampling),
            rows: taps(source.1, target.1, resampling),
            alpha: rules.iter().position(|rule| rule.is_alpha),
            rules,
            nearest: resampling == OverviewResampling::Nearest,
            next_source: 0,
            next_target: 0,
            open: VecDeque::new(),
            kind: core::marker::PhantomData,
        }
    }

    /// Takes the next row; returns the target rows that it completes.
    pub(crate) fn push(&mut self, row: &Row<T>) -> Vec<Row<T>> {
        let source = self.next_source;
        self.next_source += 1;
        if self.nearest {
            return self.pick(row, source);
        }
        let (sums, weights, mask) = self.along_columns(row);
        let mut done = Vec::new();
        let mut target = self.next_target;
        while let Some(taps) = self.rows.get(target).filter(|taps| taps.start <= source) {
            let slot = target - self.next_target;
            if slot == self.open.len() {
                self.open.push_back(Open {
                    sums: vec![Complex::default(); sums.len()],
                    weights: vec![0.0; weights.len()],
                    mask: mask.as_ref().map(|mask| vec![0.0; mask.len()]),
                });
            }
            let open = &mut self.open[slot];
            if let Some(&weight) = taps.weights.get((source - taps.start) as usize) {
                for (sum, value) in open.sums.iter_mut().zip(&sums) {
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
        while self
            .rows
            .get(self.next_target)
            .is_some_and(|taps| taps.last() <= source)
        {
            let Some(open) = self.open.pop_front() else {
                break;
            };
            done.push(self.close(open));
            self.next_target += 1;
        }
        done
    }

    fn pick(&mut self, row: &Row<T>, source: u32) -> Vec<Row<T>> {
        let mut done = Vec::new();
        while self
            .rows
            .get(self.next_target)
            .is_some_and(|taps| taps.start == source)
        {
            let pick = |plane: &[T]| -> Vec<T> {
                self.columns
                    .iter()
                    .map(|tap| plane[tap.start as usize])
                    .collect()
            };
            done.push(Row {
                samples: row
                    .samples
                    .chunks_exact(self.width)
                    .flat_map(pick)
                    .collect(),
                mask: row.mask.as_ref().map(|mask| {
                    self.columns
                        .iter()
                        .map(|tap| mask[tap.start as usize])
                        .collect()
                }),
            });
            self.next_target += 1;
        }
        done
    }

    /// Weighted sums along the row: sums and weights `bands × target width`, mask weights `target width`.
    fn along_columns(&self, row: &Row<T>) -> (Vec<Complex<f64>>, Vec<f64>, Option<Vec<f64>>) {
        let len = self.rules.len() * self.target_width;
        let (mut sums, mut weights) = (Vec::with_capacity(len), Vec::with_capacity(len));
        let alpha = self
            .alpha
            .map(|band| &row.samples[band * self.width..][..self.width]);
        for (plane, rule) in row.samples.chunks_exact(self.width).zip(&self.rules) {
            let counts = |column: usize, value: T| {
                if rule.is_alpha {
                    return true;
                }
                !value.is_nan()
                    && rule
                        .nodata
                        .as_ref()
                        .is_none_or(|nodata| !value.is_nodata(nodata))
                    && row.mask.as_ref().is_none_or(|mask| mask[column] != 0)
                    && alpha.is_none_or(|alpha| alpha[column] != T::default())
            };
            for tap in &self.columns {
                let (mut sum, mut weight) = (Complex::default(), 0.0);
                let start = tap.start as usize;
                let values = &plane[start..start + tap.weights.len()];
                for (offset, (&value, &w)) in values.iter().zip(&tap.weights).enumerate() {
                    if counts(start + offset, value) {
                        sum += value.widen() * w;
                        weight += w;
                    }
                }
                sums.push(sum);
                weights.push(weight);
            }
        }
        let mask = row.mask.as_ref().map(|mask| {
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

    fn close(&self, open: Open) -> Row<T> {
        let mut samples = Vec::with_capacity(open.sums.len());
        let planes = open.sums.chunks_exact(self.target_width);
        for ((sums, weights), rule) in planes
            .zip(open.weights.chunks_exact(self.target_width))
            .zip(&self.rules)
        {
            let missing = missing_value::<T>(rule.nodata.as_ref());
            samples.extend(sums.iter().zip(weights).map(|(sum, &weight)| {
                if weight <= 0.0 {
                    return missing;
                }
                let value = T::narrow(sum / weight);
                // An average of valid samples must not read as missing.
                match &rule.nodata {
                    Some(nodata) if value.is_nodata(nodata) => value.beside(),
                    _ => value,
                }
            }));
        }
        let mask = open.mask.map(|mask| {
            mask.iter()
                .map(|&weight| if weight > 0.0 { 255 } else { 0 })
                .collect()
        });
        Row { samples, mask }
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
                reducer.push(&Row {
                    samples: row.to_vec(),
                    mask: None,
                })
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
        for resampling in [OverviewResampling::Average, OverviewResampling::Bilinear] {
            let row: &[i16] = &[-7; 13];
            let made = reduce(&[row; 9], None, resampling);
            assert!(made.iter().flatten().all(|&v| v == -7), "{resampling:?}");
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
        let made = reducer.push(&Row {
            samples: vec![200_u8, 10, 0, 255],
            mask: None,
        });
        assert_eq!(made[0].samples, [10, 128]);
    }

    #[test]
    fn the_mask_is_set_where_anything_counts() {
        let rules = vec![BandRule {
            nodata: None,
            is_alpha: false,
        }];
        let mut reducer = Reducer::new((4, 1), (2, 1), rules, OverviewResampling::Average);
        let row = Row {
            samples: vec![1_u8, 9, 3, 3],
            mask: Some(vec![0, 255, 0, 0]),
        };
        let made = reducer.push(&row);
        assert_eq!(made[0].samples[0], 9);
        assert_eq!(made[0].mask.as_deref(), Some(&[255, 0][..]));
    }
}
