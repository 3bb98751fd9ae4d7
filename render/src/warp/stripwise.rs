//! One kernel where the picture shrinks, another where it does not.

use super::blend::Blend;
use super::footprint::Convolution;
use super::{Extent, Kernel};
use crate::position::Row;
use crate::widening::Widening;

/// Takes the convolution for rows whose kernels are widened, and the kernel of a few fixed
/// neighbours for the others, as GDAL does block by block.
#[derive(Debug)]
pub(super) struct Stripwise<'a, N> {
    widening: &'a Widening,
    narrow: N,
    wide: Convolution<'a>,
    always: bool,
    is_wide: bool,
}

impl<'a, N: Kernel> Stripwise<'a, N> {
    /// `always`: takes the convolution whether kernels are widened or not.
    pub(super) const fn new(
        widening: &'a Widening,
        narrow: N,
        wide: Convolution<'a>,
        always: bool,
    ) -> Self {
        Self {
            widening,
            narrow,
            wide,
            always,
            is_wide: false,
        }
    }
}

impl<N: Kernel> Kernel for Stripwise<'_, N> {
    fn prepare(&mut self, row: &Row, extent: &Extent) {
        let widening = self.widening.at(row.column, row.row);
        self.is_wide = self.always || widening.columns > 1.0 || widening.rows > 1.0;
        if self.is_wide {
            self.wide.prepare(row, extent);
        } else {
            self.wide.forget();
            self.narrow.prepare(row, extent);
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
        if self.is_wide {
            self.wide.apply(source, valid, extent, out, out_valid);
        } else {
            self.narrow.apply(source, valid, extent, out, out_valid);
        }
    }
}
