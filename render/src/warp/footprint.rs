//! Kernels over more than a few source pixels.

use super::blend::Blend;
use super::cubic::keys;
use super::{Extent, Kernel};
use crate::position::Row;
use crate::widening::Widening;
use core::ops::Range;

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
    footprints: Vec<Footprint>,
    weights: Vec<f64>,
}

/// Source pixels of one target pixel; none where columns or rows are empty.
#[derive(Clone, Debug)]
struct Footprint {
    columns: Taps,
    rows: Taps,
    /// The pixel that holds the position.
    center: usize,
}

/// Pixels along one axis and where their weights, which sum to 1, are kept.
#[derive(Clone, Debug)]
struct Taps {
    pixels: Range<usize>,
    weights: Range<usize>,
}

impl Taps {
    const NONE: Self = Self {
        pixels: 0..0,
        weights: 0..0,
    };
}

impl<'a> Convolution<'a> {
    pub(super) const fn new(shape: Shape, widening: &'a Widening) -> Self {
        Self {
            shape,
            widening,
            footprints: Vec::new(),
            weights: Vec::new(),
        }
    }

    /// The taps around `center` among `length` source pixels, for a box of `size`
    /// source pixels or a kernel widened to that.
    fn taps(&mut self, center: f64, size: f64, length: usize) -> Taps {
        let radius = match self.shape {
            // A box needs some width even when the target pixel has hardly any.
            Shape::Box => (size / 2.0).max(1e-3),
            Shape::Triangle => size,
            Shape::Cubic => 2.0 * size,
        };
        let (from, to) = (center - radius, center + radius);
        // Casts clamp to 0; the far end is cut to the window.
        let first = from.floor().max(0.0) as usize;
        let end = (to.ceil().max(0.0) as usize).min(length);
        if first >= end {
            return Taps::NONE;
        }
        let start = self.weights.len();
        let mut sum = 0.0;
        for pixel in first..end {
            let edge = pixel as f64;
            let weight = match self.shape {
                Shape::Box => (to.min(edge + 1.0) - from.max(edge)).max(0.0),
                Shape::Triangle => (1.0 - ((edge + 0.5 - center) / size).abs()).max(0.0),
                Shape::Cubic => keys((edge + 0.5 - center) / size),
            };
            sum += weight;
            self.weights.push(weight);
        }
        if sum < NO_WEIGHT {
            self.weights.truncate(start);
            return Taps::NONE;
        }
        for weight in &mut self.weights[start..] {
            *weight /= sum;
        }
        Taps {
            pixels: first..end,
            weights: start..self.weights.len(),
        }
    }

    /// The value where all source pixels count.
    fn full<T: Blend>(&self, footprint: &Footprint, source: &[T], stride: usize) -> Option<T> {
        let across = &self.weights[footprint.columns.weights.clone()];
        let down = &self.weights[footprint.rows.weights.clone()];
        if across.is_empty() || down.is_empty() {
            return None;
        }
        let mut sum = T::Sum::default();
        for (row, weight) in footprint.rows.pixels.clone().zip(down) {
            let line = &source[row * stride..][footprint.columns.pixels.clone()];
            let mut across_sum = T::Sum::default();
            for (sample, weight) in line.iter().zip(across) {
                across_sum = across_sum + sample.widen() * *weight;
            }
            sum = sum + across_sum * *weight;
        }
        Some(T::narrow(sum))
    }

    /// The value and validity of the source pixels that count.
    fn partial<T: Blend>(
        &self,
        footprint: &Footprint,
        source: &[T],
        valid: &[u8],
        stride: usize,
    ) -> Option<(T, u8)> {
        // A box counts whatever it covers; the others need their middle.
        if self.shape != Shape::Box && valid[footprint.center] == 0 {
            return None;
        }
        let across = &self.weights[footprint.columns.weights.clone()];
        let down = &self.weights[footprint.rows.weights.clone()];
        let mut sum = T::Sum::default();
        let (mut weights, mut density) = (0.0, 0.0);
        for (row, down) in footprint.rows.pixels.clone().zip(down) {
            let line = &source[row * stride..][footprint.columns.pixels.clone()];
            let valid = &valid[row * stride..][footprint.columns.pixels.clone()];
            for ((sample, valid), across) in line.iter().zip(valid).zip(across) {
                if *valid != 0 {
                    let weight = across * down;
                    sum = sum + sample.widen() * weight;
                    weights += weight;
                    density += weight * f64::from(*valid);
                }
            }
        }
        if weights < NO_WEIGHT {
            return None;
        }
        Some((
            T::narrow(sum * (1.0 / weights)),
            u8::narrow(density / weights),
        ))
    }
}

impl Kernel for Convolution<'_> {
    fn needs_extents(&self) -> bool {
        self.shape == Shape::Box
    }

    fn prepare(&mut self, row: &Row, extent: &Extent) {
        self.footprints.clear();
        self.weights.clear();
        let mut last: Option<(f64, f64, Taps)> = None;
        let widening = self.widening.at(row.row);
        for k in 0..row.columns.len() {
            let Some((x, y)) = extent.locate(row.columns[k], row.rows[k]) else {
                self.footprints.push(Footprint {
                    columns: Taps::NONE,
                    rows: Taps::NONE,
                    center: 0,
                });
                continue;
            };
            let (width, height) = match self.shape {
                Shape::Box => (row.column_extents[k], row.row_extents[k]),
                Shape::Triangle | Shape::Cubic => (widening.columns, widening.rows),
            };
            let columns = self.taps(x, width, extent.columns);
            // Along a row of a separable map the taps down are all the same.
            let rows = match &last {
                Some((same_y, same_height, taps)) if *same_y == y && *same_height == height => {
                    taps.clone()
                }
                _ => self.taps(y, height, extent.rows),
            };
            last = Some((y, height, rows.clone()));
            self.footprints.push(Footprint {
                columns,
                rows,
                center: extent.center(x, y),
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
        for ((footprint, out), out_valid) in self.footprints.iter().zip(out).zip(out_valid) {
            let value = match valid {
                None => self
                    .full(footprint, source, extent.columns)
                    .map(|value| (value, 255)),
                Some(valid) => self.partial(footprint, source, valid, extent.columns),
            };
            if let Some((value, valid)) = value {
                (*out, *out_valid) = (value, valid);
            }
        }
    }
}
