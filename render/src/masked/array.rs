//! Numbers with a mask, as NumPy's masked arrays: a block of a raster's, or one number for all.

use super::node::Kind;

/// One number, or one per pixel of a block.
#[derive(Clone, Debug)]
pub(super) struct Array {
    /// One for all, or one per pixel.
    pub(super) values: Vec<f64>,
    /// True is masked; empty where nothing is.
    pub(super) mask: Vec<bool>,
    pub(super) kind: Kind,
    /// One number for all pixels.
    pub(super) is_scalar: bool,
}

impl Array {
    pub(super) fn scalar(value: f64, kind: Kind) -> Self {
        Self {
            values: vec![value],
            mask: Vec::new(),
            kind,
            is_scalar: true,
        }
    }

    /// As many numbers as the block has pixels.
    pub(super) fn spread(mut self, pixels: usize) -> Self {
        if self.is_scalar {
            self.values = vec![self.values[0]; pixels];
            self.is_scalar = false;
        }
        self
    }

    pub(super) fn at(&self, pixel: usize) -> f64 {
        self.values[if self.is_scalar { 0 } else { pixel }]
    }

    pub(super) fn is_masked(&self, pixel: usize) -> bool {
        !self.mask.is_empty() && self.mask[pixel]
    }

    /// Changes every number.
    pub(super) fn map(mut self, kind: Kind, of: impl Fn(f64) -> f64) -> Self {
        for value in &mut self.values {
            *value = of(*value);
        }
        self.kind = kind;
        self
    }

    /// Masks more pixels.
    pub(super) fn masked(self, pixels: usize, also: impl Fn(usize) -> bool) -> Self {
        let mut this = self.spread(pixels);
        this.mask.resize(pixels, false);
        for (pixel, masked) in this.mask.iter_mut().enumerate() {
            *masked |= also(pixel);
        }
        this
    }

    /// A number of each pair, masked where one of them is.
    pub(super) fn zip(self, other: Self, kind: Kind, of: impl Fn(f64, f64) -> f64) -> Self {
        let (mut to, values): (Self, Vec<f64>) = match (self.is_scalar, other.is_scalar) {
            (true, false) => {
                let left = self.values[0];
                let values = other.values.iter().map(|right| of(left, *right));
                let values = values.collect();
                (other, values)
            }
            (_, true) => {
                let right = other.values[0];
                let values = self.values.iter().map(|left| of(*left, right));
                let values = values.collect();
                (self, values)
            }
            (false, false) => {
                let pairs = self.values.iter().zip(&other.values);
                let values = pairs.map(|(left, right)| of(*left, *right)).collect();
                let mut to = self;
                if to.mask.is_empty() {
                    to.mask = other.mask;
                } else {
                    for (masked, also) in to.mask.iter_mut().zip(other.mask) {
                        *masked |= also;
                    }
                }
                (to, values)
            }
        };
        to.values = values;
        to.kind = kind;
        to
    }
}
