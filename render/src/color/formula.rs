//! The parameter `color_formula`: what it says.

use super::curve::Curve;
use crate::Error;
use crate::text::excerpt;

/// Operations on colours, one after another, as in color-operations (and before that rio-color).
///
/// | operation | effect |
/// | --- | --- |
/// | `gamma BANDS g` | *v* becomes *v*^(1/*g*); above 1 brightens |
/// | `sigmoidal BANDS contrast bias` | contrast around `bias` (0 to 1); negative takes it away |
/// | `saturation p` | colourfulness × *p*, in CIE LCh; 0 is grey |
///
/// `BANDS` are any of `r`, `g`, `b` or `1`, `2`, `3` in one word. Every operation takes whole
/// numbers, as parts of the greatest of their type, and gives 8 bits, cut off.
///
/// ```
/// use cog_render::ColorFormula;
///
/// let formula = ColorFormula::parse("gamma rgb 1.3, sigmoidal rgb 6 0.3, saturation 1.2")?;
/// # assert_eq!(formula, ColorFormula::parse("Gamma 321 1.3 SIGMOIDAL bgr 6 0.3 saturation 1.2")?);
/// # Ok::<(), cog_render::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ColorFormula {
    pub(super) operations: Vec<Operation>,
}

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operation {
    /// A curve for some of red, green and blue.
    Curve([bool; 3], Curve),
    /// Colourfulness.
    Saturation(f64),
}

impl ColorFormula {
    /// Reads a formula: words between blanks, commas left out, in upper or lower case.
    ///
    /// Numbers after those that an operation needs are read and do nothing, as in TiTiler.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] that names the operation and what is wrong with it: not one of
    /// the three, without its numbers, or with numbers that are none or out of range.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > LONGEST {
            return Err(wrong(format!(
                "{} bytes, {LONGEST} are possible",
                text.len()
            )));
        }
        let text = text.replace(',', "").to_ascii_lowercase();
        let mut words = text.split_whitespace().peekable();
        let mut operations = Vec::new();
        while let Some(name) = words.next() {
            let mut arguments = Vec::new();
            while let Some(word) = words.next_if(|word| !NAMES.contains(word)) {
                arguments.push(word);
            }
            operations.push(operation(name, &arguments)?);
        }
        if operations.is_empty() || operations.len() > MOST {
            return Err(wrong(format!(
                "{} operations, 1 to {MOST} are possible",
                operations.len()
            )));
        }
        Ok(Self { operations })
    }
}

const NAMES: [&str; 3] = ["gamma", "sigmoidal", "saturation"];

/// Bytes of a formula. Real ones have some hundred.
const LONGEST: usize = 4096;

/// Operations of a formula: each costs time on every pixel.
const MOST: usize = 32;

pub(super) fn wrong(message: impl Into<String>) -> Error {
    Error::parameter("color_formula", message)
}

fn operation(name: &str, arguments: &[&str]) -> Result<Operation, Error> {
    let needed = match name {
        "gamma" => "gamma BANDS g",
        "sigmoidal" => "sigmoidal BANDS contrast bias",
        "saturation" => "saturation proportion",
        _ => {
            return Err(wrong(format!(
                "{} is not one of {}",
                excerpt(name),
                NAMES.join(", ")
            )));
        }
    };
    let missing = || wrong(format!("{name} lacks an argument: {needed} is its form"));
    if name == "saturation" {
        let numbers = numbers(name, arguments)?;
        return Ok(Operation::Saturation(*numbers.first().ok_or_else(missing)?));
    }
    let (bands, rest) = arguments.split_first().ok_or_else(missing)?;
    let bands = bands_of(name, bands)?;
    let curve = match (name, &numbers(name, rest)?[..]) {
        ("gamma", [g, ..]) if *g > 0.0 => Curve::Gamma(*g),
        ("gamma", [g, ..]) => return Err(wrong(format!("gamma is {g}, not greater than 0"))),
        ("sigmoidal", [contrast, bias, ..]) if (0.0..=1.0).contains(bias) => Curve::Sigmoidal {
            contrast: *contrast,
            bias: *bias,
        },
        ("sigmoidal", [_, bias, ..]) => {
            return Err(wrong(format!("the bias is {bias}, not from 0 to 1")));
        }
        _ => return Err(missing()),
    };
    Ok(Operation::Curve(bands, curve))
}

fn bands_of(name: &str, word: &str) -> Result<[bool; 3], Error> {
    let mut bands = [false; 3];
    for letter in word.chars() {
        let band = match letter {
            'r' | '1' => 0,
            'g' | '2' => 1,
            'b' | '3' => 2,
            _ => {
                return Err(wrong(format!(
                    "{} in {name} are not bands: r, g, b or 1, 2, 3",
                    excerpt(word)
                )));
            }
        };
        bands[band] = true;
    }
    Ok(bands)
}

fn numbers(name: &str, words: &[&str]) -> Result<Vec<f64>, Error> {
    let number = |word: &&str| {
        let number = word.parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| wrong(format!("{} in {name} is not a number", excerpt(word))))
    };
    words.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_all_their_forms() {
        let formula = ColorFormula::parse("GAMMA R 0.9, sigmoidal b2 -3 .5,saturation 1e0 7");
        // A comma leaves no blank behind, so that `.5,saturation` is one word.
        assert!(formula.is_err());
        let formula = ColorFormula::parse(" gamma RR 1,5  saturation  1e0, 7 ").unwrap();
        assert_eq!(
            formula.operations,
            [
                Operation::Curve([true, false, false], Curve::Gamma(15.0)),
                Operation::Saturation(1.0)
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, word) in [
            ("", "0 operations"),
            ("gamme r 1", "\"gamme\" is not one of"),
            ("1 gamma r 1", "\"1\" is not one of"),
            ("gamma", "lacks"),
            ("gamma r", "lacks"),
            ("gamma r sigmoidal rgb 3 0.5", "lacks"),
            ("gamma x 1", "not bands"),
            ("gamma 4 1", "not bands"),
            ("gamma 1.2", "not bands"),
            ("gamma r 0", "greater than 0"),
            ("gamma r nan", "not a number"),
            ("gamma r inf", "not a number"),
            ("gamma r 1 x", "not a number"),
            ("sigmoidal rgb 3", "lacks"),
            ("sigmoidal rgb 3 1.5", "bias"),
            ("saturation rgb 1", "not a number"),
            ("saturation", "lacks"),
        ] {
            let error = ColorFormula::parse(text).unwrap_err().to_string();
            assert!(
                error.starts_with("color_formula: ") && error.contains(word),
                "{text}: {error}"
            );
        }
        assert!(ColorFormula::parse(&"saturation 1 ".repeat(33)).is_err());
        assert!(ColorFormula::parse(&"gamma ".repeat(100_000)).is_err());
    }
}
