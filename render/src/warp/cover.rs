//! Statistics of the source pixels that a target pixel touches.

use super::blend::Blend;
use super::footprint::prepare_boxes;
use super::taps::{Axis, Taps};
use super::{Extent, Kernel, Mixing};
use crate::position::{Outlines, Row};
use core::cmp::Ordering;

/// Up to so many source pixels under a target pixel, equal ones are looked for one by one.
const FEW: usize = 32;

/// The source pixels under a target pixel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cells<'a, T> {
    source: &'a [T],
    /// Validity; `None` where all is 255.
    valid: Option<&'a [u8]>,
    stride: usize,
    columns: Taps,
    rows: Taps,
    /// How much of each column and row is covered.
    across: &'a [f64],
    down: &'a [f64],
}

impl<T: Blend> Cells<'_, T> {
    /// Calls `visit` with each pixel that counts, its share and its validity, line by line.
    fn for_each(&self, mut visit: impl FnMut(T, f64, u8)) {
        let mut start = self.rows.first * self.stride + self.columns.first;
        for down in self.down {
            let line = start..start + self.columns.count;
            let pixels = self.source[line.clone()].iter().zip(self.across);
            match self.valid {
                None => {
                    for (&sample, across) in pixels {
                        visit(sample, across * down, 255);
                    }
                }
                Some(valid) => {
                    for ((&sample, across), &valid) in pixels.zip(&valid[line]) {
                        if valid != 0 {
                            visit(sample, across * down, valid);
                        }
                    }
                }
            }
            start += self.stride;
        }
    }

    /// The validity of the target pixel; `None` if it has none.
    fn validity(&self, mixing: Mixing) -> Option<u8> {
        if self.valid.is_none() {
            return Some(255);
        }
        let (mut weights, mut density, mut counted) = (0.0, 0.0, false);
        self.for_each(|_, weight, valid| {
            counted = true;
            weights += weight;
            density += weight * f64::from(valid);
        });
        // What is touched by an edge only is there all the same.
        let counting = if weights > 0.0 {
            density / weights
        } else {
            255.0
        };
        let all = density * self.columns.scale * self.rows.scale;
        if counted {
            mixing.validity(counting, all)
        } else {
            None
        }
    }
}

/// A number that says something about source pixels.
pub(super) trait Statistic {
    /// That of `cells`, of which one counts at least.
    fn of<T: Blend>(&self, cells: &Cells<'_, T>, scratch: &mut Scratch<T>) -> T;
}

/// Buffers kept from pixel to pixel.
#[derive(Debug)]
pub(super) struct Scratch<T> {
    samples: Vec<T>,
    places: Vec<u32>,
    table: Vec<u32>,
    seen: Vec<Seen<T>>,
}

/// A value met, and how often.
#[derive(Clone, Copy, Debug)]
struct Seen<T> {
    sample: T,
    key: u128,
    count: u32,
}

/// A statistic as a kernel.
#[derive(Debug)]
pub(super) struct Cover<S> {
    statistic: S,
    columns: Axis,
    rows: Axis,
}

impl<S> Cover<S> {
    pub(super) fn new(statistic: S) -> Self {
        Self {
            statistic,
            columns: Axis::default(),
            rows: Axis::default(),
        }
    }
}

impl<S: Statistic> Kernel for Cover<S> {
    fn needs_outlines(&self) -> Outlines {
        Outlines::Boxes
    }

    fn prepare(&mut self, row: &Row, extent: &Extent) {
        prepare_boxes(row, extent, &mut self.columns, &mut self.rows);
    }

    fn apply<T: Blend>(
        &self,
        source: &[T],
        valid: Option<&[u8]>,
        extent: &Extent,
        out: &mut [T],
        out_valid: &mut [u8],
    ) {
        let mut scratch = Scratch {
            samples: Vec::new(),
            places: Vec::new(),
            table: Vec::new(),
            seen: Vec::new(),
        };
        let taps = self.columns.taps.iter().zip(&self.rows.taps);
        for (((columns, rows), out), out_valid) in taps.zip(out).zip(out_valid) {
            if columns.count == 0 || rows.count == 0 {
                continue;
            }
            let cells = Cells {
                source,
                valid,
                stride: extent.columns,
                columns: *columns,
                rows: *rows,
                across: self.columns.weights(columns),
                down: self.rows.weights(rows),
            };
            if let Some(validity) = cells.validity(extent.mixing) {
                *out = self.statistic.of(&cells, &mut scratch);
                *out_valid = validity;
            }
        }
    }
}

/// The square root of the mean of the squares, of real and imaginary parts apart.
#[derive(Debug)]
pub(super) struct Rms;

impl Statistic for Rms {
    fn of<T: Blend>(&self, cells: &Cells<'_, T>, _: &mut Scratch<T>) -> T {
        let (mut squares, mut weights) = (T::Sum::default(), 0.0);
        cells.for_each(|sample, weight, _| {
            squares = squares + T::square(sample.widen()) * weight;
            weights += weight;
        });
        T::narrow(T::root(squares * (1.0 / weights)))
    }
}

/// The least or the greatest. What has no order, such as NaN, is neither, unless there is nothing else.
#[derive(Debug)]
pub(super) struct Extreme {
    wanted: Ordering,
}

impl Extreme {
    pub(super) const fn least() -> Self {
        Self {
            wanted: Ordering::Less,
        }
    }

    pub(super) const fn greatest() -> Self {
        Self {
            wanted: Ordering::Greater,
        }
    }
}

impl Statistic for Extreme {
    fn of<T: Blend>(&self, cells: &Cells<'_, T>, _: &mut Scratch<T>) -> T {
        let mut best: Option<T> = None;
        cells.for_each(|sample, _, _| {
            let better = best.is_none_or(|best| {
                best.order(best).is_none() || sample.order(best) == Some(self.wanted)
            });
            if better {
                best = Some(sample);
            }
        });
        best.unwrap_or_default()
    }
}

/// The value that a part of the pixels, counted whole, do not exceed: an existing one, as GDAL's.
#[derive(Debug)]
pub(super) struct Quantile {
    part: f64,
}

impl Quantile {
    pub(super) const fn new(part: f64) -> Self {
        Self { part }
    }
}

impl Statistic for Quantile {
    fn of<T: Blend>(&self, cells: &Cells<'_, T>, scratch: &mut Scratch<T>) -> T {
        let samples = &mut scratch.samples;
        samples.clear();
        let mut orderless = T::default();
        cells.for_each(|sample, _, _| {
            if sample.order(sample).is_some() {
                samples.push(sample);
            } else {
                orderless = sample;
            }
        });
        if samples.is_empty() {
            return orderless;
        }
        // The cast makes what is negative 0.
        let at = (self.part * samples.len() as f64 - 1.0).ceil() as usize;
        let by_order = |a: &T, b: &T| a.order(*b).unwrap_or(Ordering::Equal);
        *samples.select_nth_unstable_by(at, by_order).1
    }
}

/// The value that most pixels have, each counted whole; of several, the one that was first to be
/// so frequent, line by line.
#[derive(Debug)]
pub(super) struct Mode;

impl Statistic for Mode {
    fn of<T: Blend>(&self, cells: &Cells<'_, T>, scratch: &mut Scratch<T>) -> T {
        if cells.columns.count * cells.rows.count <= FEW {
            let seen = &mut scratch.seen;
            seen.clear();
            let mut best = 0;
            cells.for_each(|sample, _, _| {
                let key = sample.key();
                let at = match seen.iter().position(|seen| seen.key == key) {
                    Some(at) => {
                        seen[at].count += 1;
                        at
                    }
                    None => {
                        let count = 1;
                        seen.push(Seen { sample, key, count });
                        seen.len() - 1
                    }
                };
                if seen[at].count > seen[best].count {
                    best = at;
                }
            });
            return seen.get(best).map_or_else(T::default, |seen| seen.sample);
        }
        if T::TYPE.is_integer() && T::TYPE.size() <= 2 {
            self.of_short(cells, &mut scratch.table)
        } else {
            self.of_many(cells, &mut scratch.places)
        }
    }
}

impl Mode {
    /// The same by a table of all values, for integers of one or two bytes.
    fn of_short<T: Blend>(&self, cells: &Cells<'_, T>, table: &mut Vec<u32>) -> T {
        // Keys are the samples' bits.
        table.resize(1 << 16, 0);
        let at = |sample: T| sample.key() as usize & 0xffff;
        let (mut best, mut most) = (T::default(), 0);
        cells.for_each(|sample, _, _| {
            let total = &mut table[at(sample)];
            *total += 1;
            if *total > most {
                (best, most) = (sample, *total);
            }
        });
        cells.for_each(|sample, _, _| table[at(sample)] = 0);
        best
    }

    /// The same by sorting, so that time does not grow with the square of the pixels.
    fn of_many<T: Blend>(&self, cells: &Cells<'_, T>, places: &mut Vec<u32>) -> T {
        let width = cells.columns.count;
        let at = |place: u32| {
            let (row, column) = (place as usize / width, place as usize % width);
            (cells.rows.first + row) * cells.stride + cells.columns.first + column
        };
        places.clear();
        let count = u32::try_from(width * cells.rows.count).unwrap_or(u32::MAX);
        places.extend(
            (0..count).filter(|&place| cells.valid.is_none_or(|valid| valid[at(place)] != 0)),
        );
        places.sort_unstable_by_key(|&place| (cells.source[at(place)].key(), place));
        let (mut best, mut most, mut reached) = (None, 0, u32::MAX);
        let same = |&a: &u32, &b: &u32| cells.source[at(a)].key() == cells.source[at(b)].key();
        for equal in places.chunk_by(same) {
            // Places ascend within a chunk: a value is complete at its last one.
            let (first, last) = (equal[0], equal[equal.len() - 1]);
            if equal.len() > most || (equal.len() == most && last < reached) {
                (best, most, reached) = (Some(first), equal.len(), last);
            }
        }
        best.map_or_else(T::default, |place| cells.source[at(place)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The statistic of `width` columns of samples, of which those with `valid` 0 do not count.
    fn of<T: Blend>(
        statistic: &impl Statistic,
        source: &[T],
        width: usize,
        valid: Option<&[u8]>,
    ) -> T {
        let (mut across, mut down) = (Axis::default(), Axis::default());
        let height = source.len() / width;
        let columns = across.under(0.0, width as f64, width);
        let rows = down.under(0.0, height as f64, height);
        let cells = Cells {
            source,
            valid,
            stride: width,
            columns,
            rows,
            across: across.weights(&columns),
            down: down.weights(&rows),
        };
        let mut scratch = Scratch {
            samples: Vec::new(),
            places: Vec::new(),
            table: Vec::new(),
            seen: Vec::new(),
        };
        statistic.of(&cells, &mut scratch)
    }

    #[test]
    fn quantiles_are_existing_values() {
        let values: Vec<i16> = vec![9, 1, 8, 2, 7, 3, 6, 4];
        assert_eq!(of(&Quantile::new(0.5), &values, 4, None), 4);
        assert_eq!(of(&Quantile::new(0.25), &values, 4, None), 2);
        assert_eq!(of(&Quantile::new(0.75), &values, 4, None), 7);
        assert_eq!(of(&Quantile::new(0.25), &[5_u8], 1, None), 5);
        let great = [u64::MAX, u64::MAX - 1, 3];
        assert_eq!(of(&Quantile::new(0.5), &great, 3, None), u64::MAX - 1);
        assert_eq!(of(&Extreme::greatest(), &great, 3, None), u64::MAX);
    }

    #[test]
    fn nan_is_neither_least_nor_greatest() {
        let nan = f32::NAN;
        let values = [nan, 2.0, nan, -1.0, 5.0, nan];
        assert_eq!(of(&Extreme::least(), &values, 3, None), -1.0);
        assert_eq!(of(&Extreme::greatest(), &values, 3, None), 5.0);
        assert_eq!(of(&Quantile::new(0.5), &values, 3, None), 2.0);
        assert!(of(&Extreme::least(), &[nan, nan], 2, None).is_nan());
        assert!(of(&Quantile::new(0.5), &[nan, nan], 2, None).is_nan());
        assert!(of(&Mode, &[1.0, nan, nan], 3, None).is_nan());
        let valid = [255, 0, 255, 255, 0, 255];
        assert_eq!(of(&Extreme::greatest(), &values, 3, Some(&valid)), -1.0);
    }

    #[test]
    fn the_mode_of_several_is_the_first_to_be_complete() {
        let mode = Mode;
        assert_eq!(of(&mode, &[4_u8, 3, 3, 4], 2, None), 3);
        assert_eq!(of(&mode, &[4_u8, 3, 2, 1], 2, None), 4);
        assert_eq!(of(&mode, &[4_u8, 3, 4, 1], 2, Some(&[0, 255, 255, 255])), 3);
        // Looked for one by one or sorted: the same.
        let mut chance = 7_u32;
        for round in 0..50 {
            let values: Vec<i16> = (0..30)
                .map(|_| {
                    chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (chance >> 24) as i16 % (4 + round / 5) - 2
                })
                .collect();
            let valid: Vec<u8> = values
                .iter()
                .map(|v| if *v == 1 { 0 } else { 255 })
                .collect();
            for valid in [None, Some(&valid[..])] {
                let (mut across, mut down) = (Axis::default(), Axis::default());
                let columns = across.under(0.3, 5.8, 6);
                let rows = down.under(0.1, 4.6, 5);
                let cells = Cells {
                    source: &values,
                    valid,
                    stride: 6,
                    columns,
                    rows,
                    across: across.weights(&columns),
                    down: down.weights(&rows),
                };
                let one_by_one = of(&mode, &values, 6, valid);
                assert_eq!(mode.of_many(&cells, &mut Vec::new()), one_by_one);
                assert_eq!(mode.of_short(&cells, &mut Vec::new()), one_by_one);
            }
        }
    }
}
