//! Computing an expression, block by block.

use super::array::Array;
use super::node::{Kind, Node};
use super::operation::{binary, call, inverted, negated};
use super::{MaskedExpression, unrecognized, wrong};
use crate::{Error, Image, MaskedBand, interrupt};
use cog_raster::{Sample, with_samples};

/// Pixels of a block: what is computed of them stays in the processor's cache.
const BLOCK: usize = 2_048;

/// Steps of all pixels together.
const MOST_STEPS: u64 = 1 << 31;

impl MaskedExpression {
    /// Computes the expression of rasters, each by its number; of an image the first band counts.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] where the expression speaks of a raster that is not there, makes no
    /// raster, or asks for bits of decimal numbers; [`Error::Mismatch`] if sizes differ;
    /// [`Error::OverLimit`] for more than 2³¹ steps; [`Error::Interrupted`].
    pub fn evaluate(&self, operands: &[(u8, &Image)]) -> Result<MaskedBand, Error> {
        for number in self.variables() {
            if !operands.iter().any(|(known, _)| *known == number) {
                return Err(unrecognized(&format!("v{number}")));
            }
        }
        let Some((_, first)) = operands.first() else {
            return Err(not_an_array());
        };
        let (width, height, pixels) = (first.width(), first.height(), first.pixels());
        for (number, image) in operands {
            if (image.width(), image.height()) != (width, height) {
                return Err(Error::Mismatch {
                    message: format!("v{number} is not of the size of the others"),
                });
            }
            if image.sample_type().is_complex() {
                return Err(wrong(format_args!("v{number} has complex numbers")));
            }
        }
        Error::check_steps(
            "the expression",
            (self.nodes.len() as u64).saturating_mul(pixels as u64),
            MOST_STEPS,
            "ask for fewer pixels, or a shorter expression",
        )?;
        let mut band = MaskedBand {
            width,
            height,
            values: Vec::with_capacity(pixels),
            valid: Vec::with_capacity(pixels),
        };
        let mut start = 0;
        while start < pixels {
            interrupt::check()?;
            let end = (start + BLOCK).min(pixels);
            let result = self.block(operands, start, end)?;
            if result.is_scalar {
                return Err(not_an_array());
            }
            let valid = result.values.iter().enumerate();
            let valid = valid.map(|(pixel, value)| value.is_finite() && !result.is_masked(pixel));
            band.valid.extend(valid);
            band.values.extend_from_slice(&result.values);
            start = end;
        }
        Ok(band)
    }

    fn block(&self, operands: &[(u8, &Image)], start: usize, end: usize) -> Result<Array, Error> {
        let pixels = end - start;
        let mut results: Vec<Option<Array>> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            // Each is used once, by a node after it.
            let mut take = |id: usize| {
                let taken = results.get_mut(id).and_then(Option::take);
                taken.unwrap_or_else(|| Array::scalar(f64::NAN, Kind::Real))
            };
            let result = match node {
                Node::Number(number, kind) => Array::scalar(*number, *kind),
                Node::Variable(number) => {
                    let found = operands.iter().find(|(known, _)| known == number);
                    let (_, image) = found.ok_or_else(|| unrecognized(&format!("v{number}")))?;
                    loaded(image, start, end)
                }
                Node::Negate(of) => negated(take(*of))?,
                Node::Invert(of) => inverted(take(*of))?,
                Node::Binary(operation, a, b) => {
                    let (a, b) = (take(*a), take(*b));
                    binary(*operation, a, b, pixels)?
                }
                Node::Call(function, arguments) => {
                    let arguments = arguments.iter().map(|id| take(*id)).collect();
                    call(*function, arguments, pixels)?
                }
            };
            results.push(Some(result));
        }
        results.pop().flatten().ok_or_else(not_an_array)
    }
}

fn not_an_array() -> Error {
    wrong("expression does not return an array")
}

/// A block of an image's first band.
fn loaded(image: &Image, start: usize, end: usize) -> Array {
    let values = with_samples!(image.samples(), T, buffer => {
        let buffer: &[T] = &buffer[start..end];
        buffer.iter().map(|sample| sample.to_f64()).collect()
    });
    let valid = &image.band_mask(0).values()[start..end];
    let mask = match valid.contains(&0) {
        true => valid.iter().map(|valid| *valid == 0).collect(),
        false => Vec::new(),
    };
    let kind = match image.sample_type().is_integer() {
        true => Kind::Whole,
        false => Kind::Real,
    };
    Array {
        values,
        mask,
        kind,
        is_scalar: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ImageBand;
    use cog_raster::{Mask, Raster, RasterMask, Samples};
    use tile_math::BoundingBox;

    fn image(samples: Samples, mask: &[u8]) -> Image {
        let columns = u32::try_from(mask.len()).unwrap();
        let mask = Mask::new(1, columns, mask.to_vec()).unwrap();
        let raster = Raster::new(1, 1, columns, samples).unwrap();
        let raster = raster.with_mask(RasterMask::PerDataset(mask)).unwrap();
        let bounds = BoundingBox::new(0.0, 0.0, f64::from(columns), 1.0);
        Image::new(raster, vec![ImageBand::new("b1")], None, bounds).unwrap()
    }

    /// Of `v1` = 1, 2, 3 (masked), 0 and `v2` = 5, 2, 7, 0; `v3` = 0.5, -0.5, NaN, 2.
    fn of(text: &str) -> Result<Vec<Option<f64>>, String> {
        let v1 = image(Samples::U16(vec![1, 2, 3, 0]), &[255, 255, 0, 255]);
        let v2 = image(Samples::U16(vec![5, 2, 7, 0]), &[255; 4]);
        let v3 = image(Samples::F32(vec![0.5, -0.5, f32::NAN, 2.0]), &[255; 4]);
        let expression = MaskedExpression::parse(text).map_err(|e| e.to_string())?;
        let band = expression.evaluate(&[(1, &v1), (2, &v2), (3, &v3)]);
        let band = band.map_err(|e| e.to_string())?;
        let pixels = band.values.iter().zip(&band.valid);
        Ok(pixels
            .map(|(value, valid)| valid.then_some(*value))
            .collect())
    }

    #[test]
    fn arithmetic_follows_python_and_does_not_wrap() {
        let n = None;
        let s = Some;
        for (text, expected) in [
            ("v1 - v2", [s(-4.0), s(0.0), n, s(0.0)]),
            ("-v1", [s(-1.0), s(-2.0), n, s(-0.0)]),
            (
                "v2 * v2 * 10000",
                [s(250_000.0), s(40_000.0), s(490_000.0), s(0.0)],
            ),
            ("v1 / v2", [s(0.2), s(1.0), n, n]),
            ("2 + 3 * v2 ** 2", [s(77.0), s(14.0), s(149.0), s(2.0)]),
            ("-v2 ** 2", [s(-25.0), s(-4.0), s(-49.0), s(-0.0)]),
            ("2 ** -v1", [s(0.5), s(0.25), n, s(1.0)]),
            ("v2 % 3", [s(2.0), s(2.0), s(1.0), s(0.0)]),
            ("-v2 % 3", [s(1.0), s(1.0), s(2.0), s(0.0)]),
            ("mod(v2, 2)", [s(1.0), s(0.0), s(1.0), s(0.0)]),
            ("v2 & 4 | 1", [s(5.0), s(1.0), s(5.0), s(1.0)]),
            ("~v2", [s(-6.0), s(-3.0), s(-8.0), s(-1.0)]),
            ("v2 > 2", [s(1.0), s(0.0), s(1.0), s(0.0)]),
            ("(v2 > 2) & ~(v2 == 7)", [s(1.0), s(0.0), s(0.0), s(0.0)]),
            ("(v2 > 2) + (v2 > 4)", [s(1.0), s(0.0), s(1.0), s(0.0)]),
            ("v3", [s(0.5), s(-0.5), n, s(2.0)]),
            ("2.5 * (v2 == 2)", [s(0.0), s(2.5), s(0.0), s(0.0)]),
        ] {
            assert_eq!(of(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn masks_join_and_are_set() {
        let n = None;
        let s = Some;
        for (text, expected) in [
            ("masked_equal(v2, 2)", [s(5.0), n, s(7.0), s(0.0)]),
            ("masked_not_equal(v2, 2)", [n, s(2.0), n, n]),
            ("masked_greater(v2, 2)", [n, s(2.0), n, s(0.0)]),
            ("masked_greater_equal(v2, 2)", [n, n, n, s(0.0)]),
            ("masked_less(v2, 2)", [s(5.0), s(2.0), s(7.0), n]),
            ("masked_less_equal(v2, 2)", [s(5.0), n, s(7.0), n]),
            ("masked_inside(v2, 5, 2)", [n, n, s(7.0), s(0.0)]),
            ("masked_outside(v2, 2, 5)", [s(5.0), s(2.0), n, n]),
            ("masked_where(v1 == 2, v2)", [s(5.0), n, n, s(0.0)]),
            ("masked_invalid(v3) + 1", [s(1.5), s(0.5), n, s(3.0)]),
            ("setmask(v2, getmask(v1))", [s(5.0), s(2.0), n, s(0.0)]),
            ("setmask(v1, nomask)", [s(1.0), s(2.0), n, s(0.0)]),
            ("getmask(v1)", [s(0.0), s(0.0), s(1.0), s(0.0)]),
            ("where(v2 > 2, v1, 9)", [s(1.0), s(9.0), n, s(9.0)]),
            ("where(v1 > 1, v2, v3)", [s(0.5), s(2.0), n, s(2.0)]),
            ("minimum(v1, 1)", [s(1.0), s(1.0), n, s(0.0)]),
            ("maximum(v3, 0)", [s(0.5), s(0.0), n, s(2.0)]),
            ("sqrt(v3) * 0 + 1", [s(1.0), n, n, s(1.0)]),
            ("where(log(v1) < 5, 1, 2)", [s(1.0), s(1.0), n, n]),
            ("where(v1 / v2 > 9, 1, 2)", [s(2.0), s(2.0), n, n]),
            ("arcsin(v3) * 0", [s(0.0), s(-0.0), n, n]),
            ("abs(v3)", [s(0.5), s(0.5), n, s(2.0)]),
            ("exp(v2 * 1000)", [n, n, n, s(1.0)]),
        ] {
            assert_eq!(of(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (text, words) in [
            ("1 + 2", "expression does not return an array"),
            ("v4", "unrecognized name 'v4'"),
            ("v3 & 1", "whole numbers"),
            ("~v3", "whole numbers"),
            ("-(v1 > 2)", "boolean negative"),
            ("(v1 > 2) - (v2 > 2)", "boolean subtract"),
        ] {
            let error = of(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn blocks_fit_together() {
        let values: Vec<f32> = (0..5_000_u16).map(f32::from).collect();
        let long = image(Samples::F32(values.clone()), &vec![255; values.len()]);
        let expression = MaskedExpression::parse("v1 * 2 + 1").unwrap();
        let band = expression.evaluate(&[(1, &long)]).unwrap();
        let expected: Vec<f64> = values.iter().map(|v| f64::from(*v) * 2.0 + 1.0).collect();
        assert_eq!(band.values, expected);
        let other = image(Samples::U8(vec![1]), &[255]);
        assert!(expression.evaluate(&[(1, &long), (2, &other)]).is_err());
    }
}
