//! Cubic convolution over sixteen source pixels.

use super::blend::Blend;
use super::quad::{Place, Quad};
use super::{Extent, Kernel};
use crate::position::Row;

/// R. Keys' kernel with a = −0.5 (Catmull-Rom), at `x` pixels from the centre.
pub(super) fn keys(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

/// The four weights around a position `t` after the second of four centres.
fn weights(t: f64) -> [f64; 4] {
    [keys(1.0 + t), keys(t), keys(1.0 - t), keys(2.0 - t)]
}

#[derive(Debug, Default)]
pub(super) struct Cubic {
    taps: Vec<(Quad, [f64; 4], [f64; 4])>,
}

impl Cubic {
    /// The value when all sixteen pixels are there and count.
    fn full<T: Blend>(
        (quad, across, down): &(Quad, [f64; 4], [f64; 4]),
        source: &[T],
        valid: Option<&[u8]>,
        extent: &Extent,
    ) -> Option<T> {
        if quad.place != Place::Inside {
            return None;
        }
        let column = usize::try_from(quad.column - 1).ok()?;
        let row = usize::try_from(quad.row - 1).ok()?;
        if column + 4 > extent.columns || row + 4 > extent.rows {
            return None;
        }
        let offset = |line: usize| (row + line) * extent.columns + column;
        if let Some(valid) = valid
            && (0..4).any(|line| valid[offset(line)..offset(line) + 4] != [255; 4])
        {
            return None;
        }
        let mut sum = T::Sum::default();
        for (line, weight) in down.iter().enumerate() {
            let mut across_sum = T::Sum::default();
            for (sample, weight) in source[offset(line)..offset(line) + 4].iter().zip(across) {
                across_sum = across_sum + sample.widen() * *weight;
            }
            sum = sum + across_sum * *weight;
        }
        Some(T::narrow(sum))
    }
}

impl Kernel for Cubic {
    fn prepare(&mut self, row: &Row, extent: &Extent) {
        self.taps.clear();
        let positions = row.columns.iter().zip(&row.rows);
        self.taps.extend(positions.map(|(&column, &row)| {
            let quad = Quad::at(column, row, extent);
            (quad, weights(quad.right), weights(quad.down))
        }));
    }

    /// Where one of the sixteen is missing, the four around the position are
    /// interpolated linearly, as GDAL does: negative weights that have lost
    /// their counterpart make rings.
    fn apply<T: Blend>(
        &self,
        source: &[T],
        valid: Option<&[u8]>,
        extent: &Extent,
        out: &mut [T],
        out_valid: &mut [u8],
    ) {
        for ((taps, out), out_valid) in self.taps.iter().zip(out).zip(out_valid) {
            let value = match Self::full(taps, source, valid, extent) {
                Some(value) => Some((value, 255)),
                None => taps.0.value(source, valid, extent),
            };
            if let Some((value, valid)) = value {
                (*out, *out_valid) = (value, valid);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one() {
        for t in [0.0, 0.25, 0.5, 0.9] {
            assert!((weights(t).iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
        assert_eq!(weights(0.0), [0.0, 1.0, 0.0, 0.0]);
    }
}
