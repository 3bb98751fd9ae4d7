//! Kernels over more than a few source pixels.

use super::blend::Blend;
use super::cubic::keys;
use super::{Extent, Kernel};
use crate::position::Row;
use crate::widening::Widening;

/// Sums of weights below this are none: GDAL's threshold for wide kernels.
const NO_WEIGHT: f64 = 1e-6;

/// What a kernel looks like across an axis.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shape {
    /// The share of each source pixel under the target pixel.
    Box,
    /// Falls from the centre to nothing at one widened pixel.
    Triangle,
    /// Cubic convolution over two widened pixels to each side.
    Cubic,
}

/// A rectangle of source pixels for each target pixel, with a weight per column and per row.
#[derive(Debug)]
pub(super) struct Convolution<'a> {
    shape: Shape,
    /// How wide a triangle or cubic is.
    widening: &'a Widening,
    columns: Axis,
    rows: Axis,
    /// What the columns were worked out for.
    columns_widened: f64,
    /// The source pixel that holds each target pixel's centre.
    centers: Vec<usize>,
}

/// Pixels along one axis for each target pixel of a row.
#[derive(Debug, Default)]
struct Axis {
    taps: Vec<Taps>,
    weights: Vec<f64>,
}

/// Source pixels `first..first + count`, none if `count` is 0.
#[derive(Clone, Copy, Debug)]
struct Taps {
    first: usize,
    count: usize,
    /// Where their weights begin.
    weights: usize,
    /// One over the sum of their weights.
    scale: f64,
}

impl Taps {
    const NONE: Self = Self {
        first: 0,
        count: 0,
        weights: 0,
        scale: 0.0,
    };
}

impl Axis {
    fn clear(&mut self) {
        self.taps.clear();
        self.weights.clear();
    }

    fn weights(&self, taps: &Taps) -> &[f64] {
        &self.weights[taps.weights..taps.weights + taps.count]
    }

    /// The taps around `center` among `length` source pixels, for a box of `size`
    /// source pixels or a kernel widened to that.
    fn taps(&mut self, shape: Shape, center: f64, size: f64, length: usize) -> Taps {
        let radius = match shape {
            // A box needs some width even when the target pixel has hardly any.
            Shape::Box => (size / 2.0).max(1e-3),
            Shape::Triangle => size,
            Shape::Cubic => 2.0 * size,
        };
        let (from, to) = (center - radius, center + radius);
        // A cast cuts off, which is the floor of what is not negative. By way of a signed
        // integer it takes one instruction.
        let (first, whole) = (from as i64, to as i64);
        let end = whole + i64::from((whole as f64) < to);
        let first = usize::try_from(first).unwrap_or(0);
        let end = usize::try_from(end).unwrap_or(0).min(length);
        if first >= end {
            return Taps::NONE;
        }
        let start = self.weights.len();
        let edges = (first..end).map(|pixel| pixel as f64);
        match shape {
            Shape::Box => self
                .weights
                .extend(edges.map(|edge| (to.min(edge + 1.0) - from.max(edge)).max(0.0))),
            Shape::Triangle => {
                let (middle, slope) = (center - 0.5, 1.0 / size);
                self.weights
                    .extend(edges.map(|edge| (1.0 - (edge - middle).abs() * slope).max(0.0)));
            }
            Shape::Cubic => {
                let (middle, slope) = (center - 0.5, 1.0 / size);
                self.weights
                    .extend(edges.map(|edge| keys((edge - middle) * slope)));
            }
        }
        let sum: f64 = self.weights[start..].iter().sum();
        if sum < NO_WEIGHT {
            self.weights.truncate(start);
            return Taps::NONE;
        }
        Taps {
            first,
            count: end - first,
            weights: start,
            scale: 1.0 / sum,
        }
    }
}

impl<'a> Convolution<'a> {
    pub(super) fn new(shape: Shape, widening: &'a Widening) -> Self {
        Self {
            shape,
            widening,
            columns: Axis::default(),
            rows: Axis::default(),
            columns_widened: 0.0,
            centers: Vec::new(),
        }
    }

    /// The next row's columns are not those worked out last.
    pub(super) const fn forget(&mut self) {
        self.columns_widened = 0.0;
    }

    /// The value where all source pixels count.
    fn full<T: Blend>(&self, columns: &Taps, rows: &Taps, source: &[T], stride: usize) -> T {
        let across = self.columns.weights(columns);
        let mut sum = T::Sum::default();
        let mut start = rows.first * stride + columns.first;
        for weight in self.rows.weights(rows) {
            let mut line = T::Sum::default();
            for (sample, weight) in source[start..start + columns.count].iter().zip(across) {
                line = line + sample.widen() * *weight;
            }
            sum = sum + line * *weight;
            start += stride;
        }
        T::narrow(sum * (columns.scale * rows.scale))
    }

    /// The value and validity of the source pixels that count.
    fn partial<T: Blend>(
        &self,
        columns: &Taps,
        rows: &Taps,
        source: &[T],
        valid: &[u8],
        stride: usize,
    ) -> Option<(T, u8)> {
        let across = self.columns.weights(columns);
        let mut sum = T::Sum::default();
        let (mut weights, mut density) = (0.0, 0.0);
        let mut start = rows.first * stride + columns.first;
        for down in self.rows.weights(rows) {
            let line = start..start + columns.count;
            let pixels = source[line.clone()].iter().zip(&valid[line]).zip(across);
            for ((sample, valid), across) in pixels {
                if *valid != 0 {
                    let weight = across * down;
                    sum = sum + sample.widen() * weight;
                    weights += weight;
                    density += weight * f64::from(*valid);
                }
            }
            start += stride;
        }
        if weights * (columns.scale * rows.scale) < NO_WEIGHT {
            return None;
        }
        let scale = 1.0 / weights;
        Some((T::narrow(sum * scale), u8::narrow(density * scale)))
    }
}

impl Kernel for Convolution<'_> {
    fn needs_extents(&self) -> bool {
        self.shape == Shape::Box
    }

    fn prepare(&mut self, row: &Row, extent: &Extent) {
        let (shape, widening) = (self.shape, self.widening.at(row.row));
        // A box may cover something of the source with its centre outside.
        let covers = shape == Shape::Box;
        let size = |extents: &[f64], k: usize, widened: f64| match shape {
            Shape::Box => extents[k],
            Shape::Triangle | Shape::Cubic => widened,
        };
        if !row.columns_repeat || self.columns_widened != widening.columns {
            self.columns_widened = widening.columns;
            self.columns.clear();
            for (k, &column) in row.columns.iter().enumerate() {
                let taps = match extent.locate_column(column, covers) {
                    Some(x) => {
                        let size = size(&row.column_extents, k, widening.columns);
                        self.columns.taps(shape, x, size, extent.columns)
                    }
                    None => Taps::NONE,
                };
                self.columns.taps.push(taps);
            }
        }
        self.rows.clear();
        self.centers.clear();
        let mut last: Option<(f64, f64, Taps)> = None;
        for (k, (&column, &position)) in row.columns.iter().zip(&row.rows).enumerate() {
            let size = size(&row.row_extents, k, widening.rows);
            let taps = match (&last, extent.locate_row(position, covers)) {
                (_, None) => Taps::NONE,
                // Along a row of a separable map the taps down are all the same.
                (Some((same, same_size, taps)), _) if *same == position && *same_size == size => {
                    *taps
                }
                (_, Some(y)) => self.rows.taps(shape, y, size, extent.rows),
            };
            last = Some((position, size, taps));
            self.rows.taps.push(taps);
            self.centers.push(match extent.locate(column, position) {
                Some((x, y)) => extent.center(x, y),
                None => 0,
            });
        }
    }

    fn apply<T: Blend>(
        &self,
        source: &[T],
        valid: Option<&[u8]>,
        extent: &Extent,
        out: &mut [T],
        out_valid: &mut [u8],
    ) {
        let taps = self.columns.taps.iter().zip(&self.rows.taps);
        let targets = taps.zip(&self.centers).zip(out).zip(out_valid);
        for ((((columns, rows), &center), out), out_valid) in targets {
            if columns.count == 0 || rows.count == 0 {
                continue;
            }
            match valid {
                None => {
                    *out = self.full(columns, rows, source, extent.columns);
                    *out_valid = 255;
                }
                // A box counts whatever it covers; the others need their middle.
                Some(valid) if self.shape != Shape::Box && valid[center] == 0 => {}
                Some(valid) => {
                    let value = self.partial(columns, rows, source, valid, extent.columns);
                    if let Some((value, valid)) = value {
                        (*out, *out_valid) = (value, valid);
                    }
                }
            }
        }
    }
}
