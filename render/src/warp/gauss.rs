//! A binomial blur, as GDAL makes overviews by it.

use super::blend::Blend;
use super::{Extent, Kernel};
use crate::Plan;
use crate::position::{Outlines, Row};

/// By so much positions may miss the edge that they are meant to lie on.
const EDGE: f64 = 1e-6;

/// Binomial weights over a few whole source pixels.
///
/// GDAL knows three sizes, by the size of a target pixel, and counts whole source pixels from a
/// whole one near the target's upper left corner.
#[derive(Debug)]
pub(super) struct Gauss {
    weights: &'static [f64],
    /// From the target's upper left corner to the source pixel that is counted from, per axis.
    shift: (f64, f64),
    /// First source column of each target pixel.
    columns: Vec<i64>,
    /// First source row.
    rows: Vec<i64>,
}

impl Gauss {
    pub(super) fn new(plan: &Plan) -> Self {
        let weights: &[f64] = match (plan.positions.typical().rows + 0.5).floor() {
            ..=2.0 => &[1.0, 2.0, 1.0],
            ..=4.0 => &[1.0, 4.0, 6.0, 4.0, 1.0],
            _ => &[1.0, 6.0, 15.0, 20.0, 15.0, 6.0, 1.0],
        };
        // The whole pixel of the full resolution, and the one of the level nearest to that.
        let shift = |at: f64, factor: f64| {
            let whole = (at * factor + EDGE).floor();
            (whole / factor + 0.5 + EDGE).floor() - at
        };
        let shift = match plan.positions.corner() {
            Some((x, y)) => (shift(x, plan.factor.0), shift(y, plan.factor.1)),
            None => (0.0, 0.0),
        };
        Self {
            weights,
            shift,
            columns: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// The first of the source pixels around a target pixel from `a` to `b`; `None` if it lies nowhere.
    fn first(&self, a: f64, b: f64, shift: f64) -> Option<i64> {
        if !(a.is_finite() && b.is_finite()) {
            return None;
        }
        let whole = |v: f64| (v + shift + 0.5 + EDGE).floor() as i64;
        let (first, end) = (whole(a.min(b)), whole(a.max(b)).saturating_add(1));
        let reach = self.weights.len() as i64;
        Some(first.saturating_add((end - first) / 2) - reach / 2)
    }
}

impl Kernel for Gauss {
    fn needs_outlines(&self) -> Outlines {
        Outlines::All
    }

    fn prepare(&mut self, row: &Row, extent: &Extent) {
        let mut columns = core::mem::take(&mut self.columns);
        let mut rows = core::mem::take(&mut self.rows);
        columns.clear();
        rows.clear();
        for (k, &[(x0, y0), _, (x1, y1), _]) in row.outlines.iter().enumerate() {
            // A target pixel must have its middle in the source.
            let inside = extent.locate(row.columns[k], row.rows[k]).is_some();
            let place = |first: Option<i64>, origin: f64| match first {
                Some(first) if inside => first - origin as i64,
                _ => i64::MAX,
            };
            columns.push(place(self.first(x0, x1, self.shift.0), extent.origin.0));
            rows.push(place(self.first(y0, y1, self.shift.1), extent.origin.1));
        }
        (self.columns, self.rows) = (columns, rows);
    }

    fn apply<T: Blend>(
        &self,
        source: &[T],
        valid: Option<&[u8]>,
        extent: &Extent,
        out: &mut [T],
        out_valid: &mut [u8],
    ) {
        // Source pixels and weights of those from `first` on that are there.
        let there = |first: i64, length: usize| {
            self.weights
                .iter()
                .enumerate()
                .filter_map(move |(k, &weight)| {
                    let place = usize::try_from(first.checked_add(k as i64)?).ok()?;
                    (place < length).then_some((place, weight))
                })
        };
        let places = self.columns.iter().zip(&self.rows);
        for (((&column, &row), out), out_valid) in places.zip(out).zip(out_valid) {
            let mut sum = T::Sum::default();
            let (mut weights, mut density, mut all) = (0.0, 0.0, 0.0);
            for (row, down) in there(row, extent.rows) {
                for (column, across) in there(column, extent.columns) {
                    let offset = row * extent.columns + column;
                    let valid = valid.map_or(255, |valid| valid[offset]);
                    let weight = across * down;
                    all += weight;
                    if valid != 0 {
                        sum = sum + source[offset].widen() * weight;
                        weights += weight;
                        density += weight * f64::from(valid);
                    }
                }
            }
            if weights > 0.0
                && let Some(validity) = extent.mixing.validity(density / weights, density / all)
            {
                *out = T::narrow(sum * (1.0 / weights));
                *out_valid = validity;
            }
        }
    }
}
