//! Kernels over more than a few source pixels.

use super::blend::Blend;
use super::few::Fews;
use super::taps::{Axis, NO_WEIGHT, Shape, Taps};
use super::{Extent, Kernel, Mixing};
use crate::position::{Outlines, Row};
use crate::widening::Widening;

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
    /// Stands in where source pixels are few.
    fews: Fews,
    are_few: bool,
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
            fews: Fews::default(),
            are_few: false,
        }
    }

    /// The next row's columns are not those worked out last.
    pub(super) const fn forget(&mut self) {
        self.columns_widened = 0.0;
        self.fews.forget();
    }

    /// Works out a row for a few source pixels, if they are few.
    fn prepare_few(&mut self, row: &Row, extent: &Extent) -> bool {
        match self.shape {
            Shape::Box => self.fews.under(row, extent),
            // How many pixels of a lobe count matters there.
            Shape::Lanczos => false,
            _ if extent.mixing == Mixing::Warp => {
                let widening = self.widening.at(row.column, row.row);
                let widened = (widening.columns, widening.rows);
                self.fews.around(row, extent, self.shape, widened)
            }
            // Lines are mixed one by one there.
            _ => false,
        }
    }

    /// Works out a row for any number of source pixels.
    fn prepare_many(&mut self, row: &Row, extent: &Extent) {
        if self.shape == Shape::Box {
            prepare_boxes(row, extent, &mut self.columns, &mut self.rows);
            self.centers.clear();
            self.centers.resize(row.columns.len(), 0);
            return;
        }
        let (shape, widening) = (self.shape, self.widening.at(row.column, row.row));
        if !row.columns_repeat || self.columns_widened != widening.columns {
            self.columns_widened = widening.columns;
            self.columns.clear();
            for &column in &row.columns {
                let taps = match extent.locate_column(column) {
                    Some(x) => self
                        .columns
                        .around(shape, x, widening.columns, extent.columns),
                    None => Taps::NONE,
                };
                self.columns.taps.push(taps);
            }
        }
        self.rows.clear();
        self.centers.clear();
        let mut last: Option<(f64, Taps)> = None;
        for (&column, &position) in row.columns.iter().zip(&row.rows) {
            let taps = match (&last, extent.locate_row(position)) {
                (_, None) => Taps::NONE,
                // Along a row of a separable map the taps down are all the same.
                (Some((same, taps)), _) if *same == position => *taps,
                (_, Some(y)) => self.rows.around(shape, y, widening.rows, extent.rows),
            };
            last = Some((position, taps));
            self.rows.taps.push(taps);
            self.centers.push(match extent.locate(column, position) {
                Some((x, y)) => extent.center(x, y),
                None => 0,
            });
        }
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
    ///
    /// Lanczos needs half of its pixels, as GDAL's warper has it.
    fn partial<T: Blend>(
        &self,
        columns: &Taps,
        rows: &Taps,
        source: &[T],
        valid: &[u8],
        extent: &Extent,
    ) -> Option<(T, u8)> {
        let stride = extent.columns;
        let across = self.columns.weights(columns);
        let mut sum = T::Sum::default();
        let (mut weights, mut density, mut counted) = (0.0, 0.0, 0);
        let mut start = rows.first * stride + columns.first;
        for down in self.rows.weights(rows) {
            let line = start..start + columns.count;
            let pixels = source[line.clone()].iter().zip(&valid[line]).zip(across);
            for ((sample, valid), across) in pixels {
                if *valid != 0 {
                    counted += 1;
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
        if self.shape == Shape::Lanczos && counted < columns.count * rows.count / 2 {
            return None;
        }
        let scale = 1.0 / weights;
        let all = density * columns.scale * rows.scale;
        let validity = extent.mixing.validity(density * scale, all)?;
        Some((T::narrow(sum * scale), validity))
    }
}

/// The taps under the target pixels of a row: between the ends of their diagonal, as GDAL takes them.
/// Columns are kept where the row says that they repeat.
pub(super) fn prepare_boxes(row: &Row, extent: &Extent, columns: &mut Axis, rows: &mut Axis) {
    let (left, top) = extent.origin;
    let count = row.columns.len();
    if !row.columns_repeat || columns.taps.len() != count {
        columns.clear();
        for [x0, x1] in row.across() {
            let taps = columns.under(x0 - left, x1 - left, extent.columns);
            columns.taps.push(taps);
        }
    }
    rows.clear();
    for [y0, y1] in row.down() {
        let taps = rows.under(y0 - top, y1 - top, extent.rows);
        rows.taps.push(taps);
    }
    if let Some(&taps) = rows.taps.first().filter(|_| row.is_rectilinear) {
        rows.taps.resize(count, taps);
    }
}

impl Convolution<'_> {
    /// As [`partial`](Self::partial), by the rules of GDAL's reader.
    fn by_lines<T: Blend>(
        &self,
        columns: &Taps,
        rows: &Taps,
        source: &[T],
        valid: &[u8],
        extent: &Extent,
    ) -> Option<(T, u8)> {
        let dips = matches!(self.shape, Shape::Cubic | Shape::Lanczos);
        let (across, down) = (self.columns.weights(columns), self.rows.weights(rows));
        let (mut total, mut weights, mut all) = (T::Sum::default(), 0.0, 0.0);
        let (mut lines, mut longest) = (0, 0);
        let mut start = rows.first * extent.columns + columns.first;
        for down in down {
            let line = start..start + columns.count;
            start += extent.columns;
            let (mut sum, mut counting) = (T::Sum::default(), 0.0);
            let (mut run, mut longest_run) = (0, 0);
            for ((sample, &valid), across) in
                source[line.clone()].iter().zip(&valid[line]).zip(across)
            {
                if valid == 0 {
                    run = 0;
                    continue;
                }
                run += 1;
                longest_run = longest_run.max(run);
                let weight = across * f64::from(valid) / 255.0;
                sum = sum + sample.widen() * weight;
                counting += weight;
            }
            all += counting * down;
            if counting > 0.0 && !(dips && longest_run < columns.count / 2) {
                total = total + sum * (down / counting);
                weights += down;
                lines += 1;
                longest = longest.max(lines);
            } else {
                lines = 0;
            }
        }
        if weights <= 0.0 || (dips && longest < rows.count / 2) {
            return None;
        }
        let all = all * 255.0 * columns.scale * rows.scale;
        let validity = extent.mixing.validity(255.0, all)?;
        Some((T::narrow(total * (1.0 / weights)), validity))
    }
}

impl Kernel for Convolution<'_> {
    fn needs_outlines(&self) -> Outlines {
        match self.shape {
            Shape::Box => Outlines::Boxes,
            _ => Outlines::Nothing,
        }
    }

    fn prepare(&mut self, row: &Row, extent: &Extent) {
        if !row.columns_repeat {
            self.forget();
        }
        self.are_few = self.prepare_few(row, extent);
        if !self.are_few {
            self.prepare_many(row, extent);
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
        if self.are_few {
            let has_middle = self.shape != Shape::Box;
            self.fews
                .apply(source, valid, extent, has_middle, out, out_valid);
            return;
        }
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
                // A box counts whatever it covers; the warper's others need their middle.
                Some(valid)
                    if self.shape != Shape::Box
                        && extent.mixing == Mixing::Warp
                        && valid[center] == 0 => {}
                Some(valid) => {
                    let value = if self.shape == Shape::Box || extent.mixing == Mixing::Warp {
                        self.partial(columns, rows, source, valid, extent)
                    } else {
                        self.by_lines(columns, rows, source, valid, extent)
                    };
                    if let Some((value, valid)) = value {
                        (*out, *out_valid) = (value, valid);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::Scale;

    const SIDE: usize = 24;

    /// A row that goes through the whole source and beyond it, a little turned.
    fn row(step: f64) -> Row {
        let mut row = Row::default();
        for at in -3..20 {
            let at = f64::from(at);
            let (x, y) = (at * step + 0.3, 0.9 * at * step + 1.6);
            row.columns.push(x);
            row.rows.push(y);
            let half = step / 2.0;
            let outline = [(-half, -half), (half, -half), (half, half), (-half, half)];
            row.outlines
                .push(outline.map(|(dx, dy)| (x + dx, y + dy * 1.1)));
        }
        row
    }

    /// All of the source, read to be warped.
    fn whole() -> Extent {
        Extent {
            level: (SIDE as f64, SIDE as f64),
            origin: (0.0, 0.0),
            columns: SIDE,
            rows: SIDE,
            mixing: Mixing::Warp,
        }
    }

    #[test]
    fn few_pixels_are_mixed_as_many_are() {
        let extent = whole();
        let noise = |at: usize| (at * 7919 % 1013) as f64;
        let source: Vec<f64> = (0..SIDE * SIDE).map(noise).collect();
        let holes = |at: usize| if noise(at) < 300.0 { 0 } else { 255 };
        let holes: Vec<u8> = (0..SIDE * SIDE).map(holes).collect();
        let shapes = [Shape::Box, Shape::Triangle, Shape::Cubic, Shape::Spline];
        for (shape, step) in shapes
            .iter()
            .flat_map(|s| [0.7, 1.0, 1.4, 1.9].map(|v| (*s, v)))
        {
            let scale = Scale {
                columns: step,
                rows: step * 0.9,
            };
            let widening = Widening::uniform(scale);
            let mut kernel = Convolution::new(shape, &widening);
            for valid in [None, Some(&holes[..])] {
                let row = row(step);
                let mut made = Vec::new();
                for are_few in [true, false] {
                    kernel.prepare(&row, &extent);
                    assert!(kernel.are_few, "{shape:?} {step}");
                    if !are_few {
                        kernel.are_few = false;
                        kernel.prepare_many(&row, &extent);
                    }
                    let mut out = vec![-1.0; row.columns.len()];
                    let mut out_valid = vec![0; row.columns.len()];
                    kernel.apply(&source, valid, &extent, &mut out, &mut out_valid);
                    made.push((out, out_valid));
                }
                assert_eq!(made[0].1, made[1].1, "{shape:?} {step}");
                assert!(made[0].1.contains(&255));
                for (few, many) in made[0].0.iter().zip(&made[1].0) {
                    assert!((few - many).abs() < 1e-3, "{shape:?} {step}: {few} {many}");
                }
            }
        }
    }

    #[test]
    fn what_has_no_weight_spreads_no_nan() {
        let extent = whole();
        let mut source = vec![1.0_f32; SIDE * SIDE];
        source[10 * SIDE + 10] = f32::NAN;
        let widening = Widening::uniform(Scale {
            columns: 1.2,
            rows: 1.2,
        });
        let mut kernel = Convolution::new(Shape::Triangle, &widening);
        let mut row = Row::default();
        for at in 0..SIDE {
            row.columns.push(at as f64 + 0.5);
            row.rows.push(10.5);
        }
        kernel.prepare(&row, &extent);
        assert!(kernel.are_few);
        let (mut out, mut out_valid) = ([0.0; SIDE], [0; SIDE]);
        kernel.apply(&source, None, &extent, &mut out, &mut out_valid);
        for (at, value) in out.iter().enumerate() {
            assert_eq!(value.is_nan(), (9..=11).contains(&at), "{at}: {value}");
        }
    }
}
