//! Curves of one channel: gamma and sigmoidal contrast.

use cog_raster::{Sample, SampleType};

/// From 0…1 to 0…1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Curve {
    /// Nothing changes; other bands of the same operation.
    Straight,
    /// To the power of 1/g.
    Gamma(f64),
    /// ImageMagick's `-sigmoidal-contrast`, and its inverse where the contrast is negative.
    Sigmoidal { contrast: f64, bias: f64 },
}

impl Curve {
    /// What 0…1 becomes.
    pub(super) fn at(self, value: f64) -> f64 {
        match self {
            Self::Straight | Self::Sigmoidal { contrast: 0.0, .. } => value,
            Self::Gamma(g) => value.powf(1.0 / g),
            Self::Sigmoidal { contrast, bias } => {
                // color-operations takes its least step for a bias of 0.
                let bias = if bias == 0.0 { f64::EPSILON } else { bias };
                let sigmoid = |v: f64| 1.0 / (1.0 + (contrast * (bias - v)).exp());
                let low = 1.0 / (1.0 + (contrast * bias).exp());
                if contrast > 0.0 {
                    (sigmoid(value) - low) / (sigmoid(1.0) - low)
                } else {
                    let high = 1.0 / (1.0 + (contrast * bias - contrast).exp());
                    let height = value * high - value * low + low;
                    (contrast * bias - (1.0 / height - 1.0).ln()) / contrast
                }
            }
        }
    }

    /// The byte for a number of a type whose greatest is `most`, cut off; NaN gives 0.
    fn byte(self, value: f64, most: f64) -> u8 {
        (self.at(value / most) * 255.0) as u8
    }

    /// Fills `out` with the bytes for `samples` of an integer type; what is below 0 counts as 0.
    pub(super) fn fill<T: Sample>(self, samples: &[T], out: &mut [u8]) {
        let (_, most) = T::TYPE.range();
        let small = match T::TYPE {
            SampleType::U8 | SampleType::I8 => true,
            // A table of 65 536 takes some thousand evaluations.
            SampleType::U16 | SampleType::I16 => samples.len() > 4096,
            _ => false,
        };
        if small {
            let table = self.table(most);
            for (out, sample) in out.iter_mut().zip(samples) {
                *out = table[sample.to_f64().max(0.0) as usize];
            }
        } else {
            for (out, sample) in out.iter_mut().zip(samples) {
                *out = self.byte(sample.to_f64().max(0.0), most);
            }
        }
    }

    /// The bytes for 0 to `most`.
    pub(super) fn table(self, most: f64) -> Vec<u8> {
        const STEP: usize = 256;
        let mut table = vec![0; most as usize + 1];
        for (number, part) in table.chunks_mut(STEP).enumerate() {
            let start = number * STEP;
            let ends = [start, start + part.len() - 1].map(|v| self.byte(v as f64, most));
            self.between(part, start, ends, most);
        }
        table
    }

    /// Curves rise steadily: between equal ends all is equal, and needs no evaluation.
    fn between(self, part: &mut [u8], start: usize, [first, last]: [u8; 2], most: f64) {
        if first == last || part.len() <= 2 {
            let count = part.len();
            part.fill(first);
            part[count - 1] = last;
            return;
        }
        let (left, right) = part.split_at_mut(part.len() / 2);
        let middle = start + left.len();
        let ends = [middle - 1, middle].map(|v| self.byte(v as f64, most));
        self.between(left, start, [first, ends[0]], most);
        self.between(right, middle, [ends[1], last], most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_hold_what_the_curve_gives() {
        let sigmoidal = |contrast, bias| Curve::Sigmoidal { contrast, bias };
        for curve in [
            Curve::Straight,
            Curve::Gamma(0.4),
            Curve::Gamma(2.2),
            sigmoidal(6.0, 0.3),
            sigmoidal(20.0, 0.0),
            sigmoidal(-5.0, 0.5),
            sigmoidal(0.0, 0.5),
            sigmoidal(2000.0, 0.5),
        ] {
            for most in [127.0, 255.0, 32_767.0, 65_535.0] {
                let table = curve.table(most);
                for (value, byte) in table.iter().enumerate() {
                    assert_eq!(
                        *byte,
                        curve.byte(value as f64, most),
                        "{curve:?} at {value}"
                    );
                }
            }
        }
    }

    #[test]
    fn ends_stay_and_inverses_meet() {
        for contrast in [3.0, -3.0] {
            let curve = Curve::Sigmoidal {
                contrast,
                bias: 0.4,
            };
            assert!(curve.at(0.0).abs() < 1e-12 && (curve.at(1.0) - 1.0).abs() < 1e-12);
            let back = Curve::Sigmoidal {
                contrast: -contrast,
                bias: 0.4,
            };
            assert!((back.at(curve.at(0.3)) - 0.3).abs() < 1e-12);
        }
        assert_eq!(
            Curve::Gamma(1.0).table(255.0),
            (0..=255).collect::<Vec<u8>>()
        );
    }

    #[test]
    fn below_zero_is_zero() {
        let mut out = [9; 3];
        Curve::Straight.fill(&[-32_768_i16, 0, 32_767], &mut out);
        assert_eq!(out, [0, 0, 255]);
    }
}
