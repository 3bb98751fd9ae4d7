//! Kernels over a few source pixels, as many for every target pixel.
//!
//! What [`Convolution`](super::footprint::Convolution) works out with lists of any length, with arrays: loops over
//! them have no bounds to check and are compiled to instructions on several numbers at a time. Taps that a
//! target pixel does not need have no weight.

use super::blend::Blend;
use super::taps::{EDGE, NO_WEIGHT, Shape, touched};
use super::{Extent, Mixing};
use crate::position::Row;

/// Source pixels along one axis.
#[derive(Clone, Copy, Debug)]
struct Span<const N: usize> {
    first: usize,
    /// One over the sum of the weights; 0 for no pixels at all.
    scale: f64,
    weights: [f64; N],
}

impl<const N: usize> Span<N> {
    const NONE: Self = Self {
        first: 0,
        scale: 0.0,
        weights: [0.0; N],
    };

    fn new(first: usize, weights: [f64; N]) -> Self {
        let sum: f64 = weights.iter().sum();
        if sum < NO_WEIGHT {
            return Self::NONE;
        }
        Self {
            first,
            scale: 1.0 / sum,
            weights,
        }
    }

    /// Those around `center` among `length` source pixels, not fewer than `N`.
    fn around(
        weight: impl Fn(f64) -> f64,
        center: f64,
        (radius, slope): (f64, f64),
        length: usize,
    ) -> Self {
        // The cast cuts off, and negative positions belong to the first pixel.
        let first = usize::try_from((center - radius + 0.5) as i64).unwrap_or(0);
        let first = first.min(length - N);
        let middle = center - 0.5 - first as f64;
        let mut weights = [0.0; N];
        for (at, value) in weights.iter_mut().enumerate() {
            *value = weight((at as f64 - middle) * slope);
        }
        Self::new(first, weights)
    }

    /// Those that the target pixel from `a` to `b` touches; `None` if they are more than `N`.
    fn under(a: f64, b: f64, length: usize) -> Option<Self> {
        let (from, to) = (a.min(b), a.max(b));
        let Some((first, end)) = touched(from, to, length) else {
            return Some(Self::NONE);
        };
        let base = first.min(length - N);
        if end - base > N {
            return None;
        }
        // One pixel is taken whole, and those at the source's edge stand for what lies beyond it too.
        let is_one = end - first == 1;
        let is_inside = from >= 0.0 && to <= length as f64;
        let (from, to) = if is_one {
            (first as f64, end as f64)
        } else {
            (from, to)
        };
        let mut weights = [0.0; N];
        let (start, stop) = (from - base as f64, to - base as f64);
        for (at, value) in weights.iter_mut().enumerate() {
            let (left, right) = (at as f64, at as f64 + 1.0);
            let shared = least(stop, right) - greatest(start, left);
            *value = if shared > EDGE { shared } else { 0.0 };
        }
        if !(is_one || is_inside) {
            weights[first - base] = (first as f64 + 1.0 - from).max(0.0);
            weights[end - 1 - base] = (to - (end as f64 - 1.0)).max(0.0);
        }
        Some(Self::new(base, weights))
    }

    /// The place of the heaviest pixel, the later one of two: the one that holds the centre.
    fn heaviest(&self) -> usize {
        let mut best = 0;
        for (at, weight) in self.weights.iter().enumerate() {
            if *weight >= self.weights[best] {
                best = at;
            }
        }
        best
    }
}

/// `N` by `N` source pixels for each target pixel of a row.
#[derive(Debug, Default)]
struct Few<const N: usize> {
    across: Vec<Span<N>>,
    /// Only one where all are the same.
    down: Vec<Span<N>>,
    /// How wide the kernel was that `across` was worked out for.
    widened: f64,
    /// All rows are the same.
    is_level: bool,
}

impl<const N: usize> Few<N> {
    /// The next row's columns are not those worked out last.
    const fn forget(&mut self) {
        self.widened = 0.0;
    }

    /// Works out a row of a kernel widened to so many columns and rows.
    fn around(&mut self, row: &Row, extent: &Extent, shape: Shape, widened: (f64, f64)) {
        match shape {
            Shape::Cubic => self.around_with(row, extent, shape, widened, super::cubic::keys),
            Shape::Spline => self.around_with(row, extent, shape, widened, super::taps::spline),
            _ => self.around_with(row, extent, shape, widened, |d| {
                greatest(1.0 - d.abs(), 0.0)
            }),
        }
    }

    fn around_with(
        &mut self,
        row: &Row,
        extent: &Extent,
        shape: Shape,
        (columns, rows): (f64, f64),
        weight: impl Fn(f64) -> f64 + Copy,
    ) {
        if !row.columns_repeat || self.widened != columns {
            self.widened = columns;
            let size = (shape.radius() * columns, 1.0 / columns);
            self.across.clear();
            self.across.extend(row.columns.iter().map(|&column| {
                extent.locate_column(column).map_or(Span::NONE, |x| {
                    Span::around(weight, x, size, extent.columns)
                })
            }));
        }
        let size = (shape.radius() * rows, 1.0 / rows);
        let one = |position: f64| {
            extent
                .locate_row(position)
                .map_or(Span::NONE, |y| Span::around(weight, y, size, extent.rows))
        };
        self.down.clear();
        self.is_level = row.is_rectilinear;
        // Along a row of a separable map the rows are all the same.
        let count = if row.is_rectilinear {
            1
        } else {
            row.rows.len()
        };
        let rows = row.rows.iter().take(count);
        self.down.extend(rows.map(|&row| one(row)));
    }

    /// Works out a row of what target pixels cover; whether `N` pixels are enough for that.
    fn under(&mut self, row: &Row, extent: &Extent) -> bool {
        let (left, top) = extent.origin;
        if !row.columns_repeat || self.across.len() != row.columns.len() {
            self.across.resize(row.columns.len(), Span::NONE);
            for (span, [x0, x1]) in self.across.iter_mut().zip(row.across()) {
                let Some(found) = Span::under(x0 - left, x1 - left, extent.columns) else {
                    self.across.clear();
                    return false;
                };
                *span = found;
            }
        }
        self.is_level = row.is_rectilinear;
        self.down.clear();
        for [y0, y1] in row.down() {
            let Some(span) = Span::under(y0 - top, y1 - top, extent.rows) else {
                return false;
            };
            self.down.push(span);
        }
        true
    }

    /// As [`Kernel::apply`](super::Kernel::apply).
    ///
    /// `has_middle`: a target pixel is valid only where the source pixel that holds its centre is.
    fn apply<T: Blend>(
        &self,
        source: &[T],
        valid: Option<&[u8]>,
        extent: &Extent,
        has_middle: bool,
        out: &mut [T],
        out_valid: &mut [u8],
    ) {
        let stride = extent.columns;
        if self.is_level && self.apply_level(source, valid, stride, out, out_valid) {
            return;
        }
        let down = |at: usize| &self.down[if self.is_level { 0 } else { at }];
        let across = self.across.iter().enumerate();
        let spans = across.map(|(at, across)| (across, down(at)));
        let targets = spans.zip(out).zip(out_valid);
        match valid {
            None => {
                for (((across, down), out), out_valid) in targets {
                    let scale = across.scale * down.scale;
                    if scale != 0.0 {
                        *out = full(across, down, scale, source, stride);
                        *out_valid = 255;
                    }
                }
            }
            Some(valid) => {
                for (((across, down), out), out_valid) in targets {
                    let scale = across.scale * down.scale;
                    if scale == 0.0 {
                        continue;
                    }
                    let start = down.first * stride + across.first;
                    let lines = valid[start..].chunks(stride).take(N);
                    if lines.clone().all(|line| line[..N] == [255; N]) {
                        *out = full(across, down, scale, source, stride);
                        *out_valid = 255;
                        continue;
                    }
                    let center = start + down.heaviest() * stride + across.heaviest();
                    if has_middle && valid[center] == 0 {
                        continue;
                    }
                    if let Some((value, validity)) =
                        partial(across, down, source, valid, stride, extent.mixing)
                    {
                        (*out, *out_valid) = (value, validity);
                    }
                }
            }
        }
    }
}

impl<const N: usize> Few<N> {
    /// The row at once, each source column summed once and not for each target pixel that touches it; whether
    /// that was possible: all source pixels on the way have to count.
    ///
    /// The order of the sums is that of [`full`], so the values are the same to the last bit; lines without weight are
    /// left out.
    fn apply_level<T: Blend>(
        &self,
        source: &[T],
        valid: Option<&[u8]>,
        stride: usize,
        out: &mut [T],
        out_valid: &mut [u8],
    ) -> bool {
        let Some(down) = self.down.first().filter(|down| down.scale != 0.0) else {
            return false;
        };
        let there = || self.across.iter().filter(|span| span.scale != 0.0);
        let (Some(left), Some(right)) = (
            there().map(|span| span.first).min(),
            there().map(|span| span.first + N).max(),
        ) else {
            return false;
        };
        let lines = || (down.first..down.first + N).map(|line| line * stride);
        let counts = |valid: &[u8]| {
            let all = |line: &[u8]| line.iter().fold(255, |all, valid| all & valid) == 255;
            lines().all(|start| all(&valid[start + left..start + right]))
        };
        if !valid.is_none_or(counts) {
            return false;
        }
        let mut sums = vec![T::Sum::default(); right - left];
        for (start, weight) in lines().zip(&down.weights) {
            if *weight == 0.0 {
                continue;
            }
            let line = &source[start + left..start + right];
            for (sum, sample) in sums.iter_mut().zip(line) {
                *sum = *sum + sample.widen() * *weight;
            }
        }
        for ((across, out), out_valid) in self.across.iter().zip(out).zip(out_valid) {
            let scale = across.scale * down.scale;
            if scale == 0.0 {
                continue;
            }
            let mut sum = T::Sum::default();
            if let Some(lanes) = sums[across.first - left..].first_chunk::<N>() {
                for (lane, weight) in lanes.iter().zip(&across.weights) {
                    sum = sum + *lane * *weight;
                }
            }
            *out = if T::is_finite(sum) {
                T::narrow(sum * scale)
            } else {
                full(across, down, scale, source, stride)
            };
            *out_valid = 255;
        }
        true
    }
}

/// The lesser, of what is not NaN: one instruction, which `f64::min` is not.
const fn least(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// The greater, of what is not NaN.
const fn greatest(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The value where all source pixels count.
fn full<T: Blend, const N: usize>(
    across: &Span<N>,
    down: &Span<N>,
    scale: f64,
    source: &[T],
    stride: usize,
) -> T {
    let mut lanes = [T::Sum::default(); N];
    let mut rest = &source[down.first * stride + across.first..];
    for (at, weight) in down.weights.iter().enumerate() {
        if at > 0 {
            rest = &rest[stride..];
        }
        if let Some(line) = rest.first_chunk::<N>() {
            for (lane, sample) in lanes.iter_mut().zip(line) {
                *lane = *lane + sample.widen() * *weight;
            }
        }
    }
    let mut sum = T::Sum::default();
    for (lane, weight) in lanes.iter().zip(&across.weights) {
        sum = sum + *lane * *weight;
    }
    if !T::is_finite(sum) {
        // Nothing times what is not a number is not nothing.
        sum = T::Sum::default();
        each(across, down, stride, |offset, weight| {
            sum = sum + source[offset].widen() * weight;
        });
    }
    T::narrow(sum * scale)
}

/// The value and validity of the source pixels that count; `None` if those have no weight.
fn partial<T: Blend, const N: usize>(
    across: &Span<N>,
    down: &Span<N>,
    source: &[T],
    valid: &[u8],
    stride: usize,
    mixing: Mixing,
) -> Option<(T, u8)> {
    let mut sum = T::Sum::default();
    let (mut weights, mut density) = (0.0, 0.0);
    each(across, down, stride, |offset, weight| {
        let valid = valid[offset];
        if valid != 0 {
            sum = sum + source[offset].widen() * weight;
            weights += weight;
            density += weight * f64::from(valid);
        }
    });
    let whole = across.scale * down.scale;
    if weights * whole < NO_WEIGHT {
        return None;
    }
    let scale = 1.0 / weights;
    let validity = mixing.validity(density * scale, density * whole)?;
    Some((T::narrow(sum * scale), validity))
}

/// Calls `visit` with the offset and the weight of each source pixel that has one.
fn each<const N: usize>(
    across: &Span<N>,
    down: &Span<N>,
    stride: usize,
    mut visit: impl FnMut(usize, f64),
) {
    let mut start = down.first * stride + across.first;
    for down in &down.weights {
        for (at, across) in across.weights.iter().enumerate() {
            let weight = across * down;
            if weight != 0.0 {
                visit(start + at, weight);
            }
        }
        start += stride;
    }
}

/// The smallest of several [`Few`] that does.
#[derive(Debug, Default)]
pub(super) struct Fews {
    two: Few<2>,
    four: Few<4>,
    six: Few<6>,
    eight: Few<8>,
    /// Taps of the one at work; 0 for none.
    taps: usize,
}

impl Fews {
    /// The next row's columns are not those worked out last.
    pub(super) const fn forget(&mut self) {
        self.two.forget();
        self.four.forget();
        self.six.forget();
        self.eight.forget();
    }

    /// Chooses the one for `least` taps, if the source has so many pixels; whether there is one.
    fn choose(&mut self, least: f64, extent: &Extent) -> bool {
        let fit = extent.columns.min(extent.rows);
        let enough = [2_usize, 4, 6, 8]
            .into_iter()
            .find(|&taps| taps as f64 >= least);
        self.taps = enough.filter(|&taps| taps <= fit).unwrap_or(0);
        self.taps > 0
    }

    /// Works out a row of a kernel widened to so many columns and rows; whether a few pixels are enough for it.
    pub(super) fn around(
        &mut self,
        row: &Row,
        extent: &Extent,
        shape: Shape,
        widened: (f64, f64),
    ) -> bool {
        // So many centres lie within the radius; one on it has no weight.
        let least = (2.0 * shape.radius() * widened.0.max(widened.1)).ceil();
        if !self.choose(least, extent) {
            return false;
        }
        match self.taps {
            2 => self.two.around(row, extent, shape, widened),
            4 => self.four.around(row, extent, shape, widened),
            6 => self.six.around(row, extent, shape, widened),
            _ => self.eight.around(row, extent, shape, widened),
        }
        true
    }

    /// Works out a row of what target pixels cover; whether a few pixels are enough for it.
    ///
    /// Target pixels of one picture are much alike: the search begins with what was enough before.
    pub(super) fn under(&mut self, row: &Row, extent: &Extent) -> bool {
        let mut least = self.taps;
        while self.choose(least as f64, extent) {
            let enough = match self.taps {
                2 => self.two.under(row, extent),
                4 => self.four.under(row, extent),
                6 => self.six.under(row, extent),
                _ => self.eight.under(row, extent),
            };
            if enough {
                return true;
            }
            least = self.taps + 1;
        }
        // Not asked again.
        self.taps = usize::MAX;
        false
    }

    /// As [`Few::apply`], by the one at work.
    pub(super) fn apply<T: Blend>(
        &self,
        source: &[T],
        valid: Option<&[u8]>,
        extent: &Extent,
        has_middle: bool,
        out: &mut [T],
        out_valid: &mut [u8],
    ) {
        match self.taps {
            2 => self
                .two
                .apply(source, valid, extent, has_middle, out, out_valid),
            4 => self
                .four
                .apply(source, valid, extent, has_middle, out, out_valid),
            6 => self
                .six
                .apply(source, valid, extent, has_middle, out, out_valid),
            _ => self
                .eight
                .apply(source, valid, extent, has_middle, out, out_valid),
        }
    }
}
