//! An expression on an image.

use super::compile::compile;
use super::kind::Kind;
use super::parse::parse;
use super::program::Program;
use super::run::{BLOCK, Element, Inputs, Machine, with_kind};
use super::syntax::{Block, Syntax};
use crate::{Error, Image, ImageBand, Limits, interrupt};
use cog_raster::{Mask, Raster, RasterMask, Sample, SampleType, with_sample_type, with_samples};
use num_complex::Complex;

/// Band mathematics in the language of rio-tiler and TiTiler: `(b4-b3)/(b4+b3)`, `where(b1>0,b1,0);b2*0.5`.
///
/// # Language
///
/// Blocks separated by `;` make a band each. Names `b1`, `b2` … are bands, in either case. Operators are
/// Python's and bind as there: `**`; `+` `-` `~` before a value; `*` `/` `//` `%`; `+` `-`; `&`; `^`; `|`; `<` `<=` `>`
/// `>=` `==` `!=`. So comparisons next to `&` need brackets, and do not chain. Numbers are Python's. Functions are
/// NumExpr's: `abs arccos arccosh arcsin arcsinh arctan arctan2 arctanh ceil complex conj copy copysign
/// cos cosh exp expm1 floor fmod hypot imag isfinite isinf isnan log log10 log1p log2 maximum minimum nextafter
/// ones_like real round sign signbit sin sinh sqrt tan tanh trunc where`.
///
/// # Types
///
/// As NumExpr's: whole numbers are computed in `i32` or, from 32 unsigned bits on, in `i64`; `/`, functions and
/// decimal constants make `f64`; `f32` stays `f32` among whole constants. Where the types of the bands do not rule out
/// that a result has more bits, it has the next wider type instead of wrapping around; results of 64-bit bands
/// stop at the ends of `i64`. Comparisons are 0 or 1, of
/// type `u8`. The bands of the result share the type that holds them all.
///
/// # Validity
///
/// A pixel counts where it does in all bands that are used, and only where the result is finite. What does
/// not count is 0.
///
/// # Example
///
/// ```
/// use cog_raster::{Raster, Samples};
/// use cog_render::{Expression, Image, ImageBand};
/// use tile_math::BoundingBox;
///
/// let ndvi = Expression::parse("(b2-b1)/(b2+b1)")?;
/// assert_eq!(ndvi.bands(), [0, 1]);
///
/// let raster = Raster::new(2, 1, 3, Samples::U16(vec![1, 2, 0, 3, 2, 0]))?;
/// let bands = vec![ImageBand::new("b1"), ImageBand::new("b2")];
/// let image = Image::new(raster, bands, None, BoundingBox::new(0.0, 0.0, 3.0, 1.0))?;
/// let result = ndvi.apply(&image)?;
/// assert_eq!(result.value(0, 0, 0), Some(0.5));
/// assert_eq!(result.value(0, 0, 1), Some(0.0));
/// assert_eq!(result.value(0, 0, 2), None); // 0 / 0
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    syntax: Syntax,
    bands: Vec<u32>,
}

/// Most bands whose least and greatest values are tried in every combination.
const MOST_CORNERED: usize = 12;

impl Expression {
    /// Reads an expression. A text of any kind takes bounded time and memory: 16 KiB, 256 blocks, 2048 terms and
    /// operators, brackets 64 deep.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] for `expression`, which says what is wrong at which character.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let syntax = parse(text).map_err(|message| Error::parameter("expression", message))?;
        let mut bands: Vec<u32> = syntax
            .blocks
            .iter()
            .flat_map(|block| block.bands.iter().copied())
            .collect();
        bands.sort_unstable();
        bands.dedup();
        Ok(Self { syntax, bands })
    }

    /// 0-based numbers of the bands used, ascending, each once: what must be read.
    #[must_use]
    pub fn bands(&self) -> &[u32] {
        &self.bands
    }

    /// How many bands the result has.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.syntax.blocks.len()
    }

    /// The expression of an image, whose bands are found by their names. Bands of the result are `b1`, `b2` …,
    /// described by the text of their block with descriptions instead of names; their range is what comes of the ends
    /// of the ranges of the bands, if there are at most 12 and all have one.
    ///
    /// # Errors
    ///
    /// - [`Error::InvalidParameter`] for `expression` if the image lacks a band, or an operator does not take
    ///   what it is given (`~` of a decimal number);
    /// - [`Error::OverLimit`] if the result would take more than [`Limits::output_bytes`] by default, or more steps
    ///   than [`Limits::steps`].
    pub fn apply(&self, image: &Image) -> Result<Image, Error> {
        self.apply_within(image, Limits::default())
    }

    /// As [`apply`](Self::apply), the result no larger, and the steps no more, than `limits` say.
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply).
    pub fn apply_within(&self, image: &Image, limits: Limits) -> Result<Image, Error> {
        let refused = |message: String| Error::parameter("expression", message);
        let positions = self.positions(image)?;
        let blocks = self.blocks();
        let program =
            compile(&self.syntax, 0..blocks, &self.bands, image.sample_type()).map_err(refused)?;
        let pixels = image.pixels();
        let bytes = (program.kind.samples().size() as u64 + 1)
            .saturating_mul(blocks as u64)
            .saturating_mul(pixels as u64);
        Error::check_limit(
            "the expression's result",
            bytes,
            limits.output_bytes,
            "ask for fewer blocks or a smaller picture",
        )?;
        Error::check_steps(
            "the expression",
            (program.instructions.len() as u64).saturating_mul(pixels as u64),
            limits.steps,
            "ask for fewer terms or a smaller picture",
        )?;
        let starts: Vec<usize> = positions.iter().map(|at| at * pixels).collect();
        let inputs = Inputs {
            samples: image.samples(),
            starts: &starts,
        };
        let mask = image.common_mask(positions.iter().copied());
        let (samples, masks) = with_kind!(program.kind, T => {
            let (samples, masks) = evaluate::<T>(&program, inputs, &mask)?;
            (T::into_samples(samples), masks)
        });
        let count = u32::try_from(blocks).map_err(|_| refused("too many blocks".to_owned()))?;
        let mask = match masks {
            Some(masks) => RasterMask::PerBand(masks),
            None => RasterMask::PerDataset(mask),
        };
        let raster = Raster::new(count, image.height(), image.width(), samples)
            .and_then(|raster| raster.with_mask(mask))
            .expect("as many samples as pixels");
        let bands = self.described(image, &positions);
        Image::new(raster, bands, image.crs().cloned(), image.bounds())
    }

    /// Where the bands are in an image, in the order of [`bands`](Self::bands).
    fn positions(&self, image: &Image) -> Result<Vec<usize>, Error> {
        let position = |number: &u32| {
            let name = format!("b{}", u64::from(*number) + 1);
            let at = image.bands().iter().position(|band| band.name == name);
            at.ok_or_else(|| {
                let mut names: Vec<&str> = image
                    .bands()
                    .iter()
                    .map(|band| &*band.name)
                    .take(9)
                    .collect();
                if image.bands().len() > names.len() {
                    names.push("…");
                }
                Error::parameter(
                    "expression",
                    format!("there is no {name} among {}", names.join(", ")),
                )
            })
        };
        self.bands.iter().map(position).collect()
    }

    /// The bands of the result.
    fn described(&self, image: &Image, positions: &[usize]) -> Vec<ImageBand> {
        let band = |number: u32| {
            let at = self.bands.binary_search(&number).ok()?;
            image.bands().get(positions[at])
        };
        (0..self.blocks())
            .map(|at| {
                let block = &self.syntax.blocks[at];
                let mut result = ImageBand::new(format!("b{}", at + 1));
                result.description = describe(block, |number| {
                    band(number).map(|band| band.description.as_str())
                });
                let ranges: Option<Vec<(f64, f64)>> = block
                    .bands
                    .iter()
                    .map(|number| band(*number)?.range)
                    .collect();
                result.range =
                    ranges.and_then(|ranges| self.range(at, &ranges, image.sample_type()));
                result
            })
            .collect()
    }

    /// Least and greatest result among all combinations of the ends of the bands' ranges.
    fn range(
        &self,
        block: usize,
        ranges: &[(f64, f64)],
        samples: SampleType,
    ) -> Option<(f64, f64)> {
        if ranges.is_empty() || ranges.len() > MOST_CORNERED {
            return None;
        }
        let bands = &self.syntax.blocks[block].bands;
        let program = compile(&self.syntax, block..block + 1, bands, samples).ok()?;
        let corners = 1usize << ranges.len();
        let starts: Vec<usize> = (0..ranges.len()).map(|band| band * corners).collect();
        let ends = ranges.iter().enumerate().flat_map(|(band, (least, most))| {
            (0..corners).map(move |at| if at >> band & 1 == 0 { *least } else { *most })
        });
        let samples = with_sample_type!(samples, T => {
            T::into_samples(ends.map(<T as Sample>::from_f64).collect())
        });
        let inputs = Inputs {
            samples: &samples,
            starts: &starts,
        };
        let mask = Mask::filled(1, u32::try_from(corners).ok()?, 255);
        let (results, masks) = with_kind!(program.kind, T => {
            let (results, masks) = evaluate::<T>(&program, inputs, &mask).ok()?;
            (T::into_samples(results), masks)
        });
        let valid = masks.as_ref().and_then(|masks| masks.first());
        let valid = valid.unwrap_or(&mask).values();
        with_samples!(&results, T, results => {
            let results: &[T] = results;
            results
                .iter()
                .zip(valid)
                .filter(|(_, valid)| **valid != 0)
                .map(|(value, _)| value.to_f64())
                .fold(None, |range: Option<(f64, f64)>, value| {
                    let (least, most) = range.unwrap_or((value, value));
                    Some((least.min(value), most.max(value)))
                })
        })
    }
}

/// A block's text with the descriptions of the bands instead of their names.
fn describe<'a>(block: &Block, description: impl Fn(u32) -> Option<&'a str>) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut described = String::with_capacity(block.text.len());
    let mut rest = block.text.as_str();
    while !rest.is_empty() {
        let word = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let word = if word == 0 {
            rest.find(is_name).unwrap_or(rest.len())
        } else {
            word
        };
        let (word, after) = rest.split_at(word);
        let number = word
            .strip_prefix('b')
            .and_then(|digits| digits.parse().ok());
        let named = number
            .and_then(|number: u32| number.checked_sub(1))
            .and_then(&description);
        described.push_str(named.unwrap_or(word));
        rest = after;
    }
    described
}

/// What the values of a result are, and which of them count.
trait Outcome: Element + Sample {
    fn is_finite(self) -> bool;
}

macro_rules! outcome {
    ($($type:ty: $value:ident => $finite:expr;)*) => {
        $(impl Outcome for $type {
            fn is_finite(self) -> bool {
                let $value = self;
                $finite
            }
        })*
    };
}

outcome! {
    u8: _value => true;
    i32: _value => true;
    i64: _value => true;
    f32: value => value.is_finite();
    f64: value => value.is_finite();
    Complex<f64>: value => value.re.is_finite() && value.im.is_finite();
}

/// The samples of all outputs one after the other, and a mask for each where they differ from `mask`.
fn evaluate<T: Outcome>(
    program: &Program,
    inputs: Inputs<'_>,
    mask: &Mask,
) -> Result<(Vec<T>, Option<Vec<Mask>>), Error> {
    let pixels = mask.values().len();
    let mut machine = Machine::new(program);
    let mut samples = vec![T::default(); pixels * program.outputs.len()];
    let mut masks: Option<Vec<Mask>> = None;
    for start in (0..pixels).step_by(BLOCK) {
        interrupt::check()?;
        let at = start..pixels.min(start + BLOCK);
        let valid = &mask.values()[at.clone()];
        if valid.iter().all(|&valid| valid == 0) {
            continue;
        }
        machine.run(program, inputs, at.clone());
        for (band, &output) in program.outputs.iter().enumerate() {
            let results = &machine.register::<T>(output)[..at.len()];
            let to = &mut samples[band * pixels + at.start..band * pixels + at.end];
            let mut finite = true;
            for ((to, &result), &valid) in to.iter_mut().zip(results).zip(valid) {
                let counts = valid != 0;
                finite &= result.is_finite() | !counts;
                *to = if counts { result } else { T::default() };
            }
            if finite {
                continue;
            }
            let masks = masks.get_or_insert_with(|| vec![mask.clone(); program.outputs.len()]);
            let mask = &mut masks[band].values_mut()[at.clone()];
            for (to, mask) in to.iter_mut().zip(mask) {
                if !to.is_finite() {
                    (*to, *mask) = (T::default(), 0);
                }
            }
        }
    }
    Ok((samples, masks))
}
