//! Parameters that are JSON.

use super::super::Query;
use crate::Error;
use catalog::Metadata;
use cog_render::{Stretch, ValueColors};
use serde_json::Value;

/// A parameter whose value is not what it has to be, in the form of Terracotta's messages.
pub(crate) fn invalid(name: &str, what: impl core::fmt::Display) -> Error {
    Error::Parameter(format!("{{'{name}': ['{what}']}}"))
}

/// The JSON of a parameter; null is as if it were not there.
fn json(query: &Query, name: &str) -> Result<Option<Value>, Error> {
    let Some(text) = query.first(name) else {
        return Ok(None);
    };
    let value: Value = serde_json::from_str(text).map_err(|_| {
        invalid(
            name,
            format_args!("Could not decode value for {name} as JSON"),
        )
    })?;
    Ok(Some(value).filter(|value| !value.is_null()))
}

/// The two values of a list.
fn pair(query: &Query, name: &str) -> Result<Option<[Value; 2]>, Error> {
    let Some(value) = json(query, name)? else {
        return Ok(None);
    };
    let Value::Array(list) = value else {
        return Err(invalid(name, "Not a valid list."));
    };
    let pair = <[Value; 2]>::try_from(list).map_err(|_| invalid(name, "Length must be 2."))?;
    Ok(Some(pair))
}

/// One end of a stretch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    /// The range's own.
    Usual,
    Number(f64),
    /// The value below which so many of a hundred lie.
    Percentile(usize),
}

/// Both ends of a stretch, as a request has them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ends([End; 2]);

impl Ends {
    /// `[min, max]`, of numbers, `"p2"` and null.
    pub(crate) fn parse(query: &Query, name: &str) -> Result<Self, Error> {
        let Some(pair) = pair(query, name)? else {
            return Ok(Self([End::Usual; 2]));
        };
        let [low, high] = pair.map(|value| end(name, &value));
        Ok(Self([low?, high?]))
    }

    /// The stretch of a dataset.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] for a percentile that there is not, or an end that is not finite in the database.
    ///
    /// - `as_terracotta`: `p2` is the third percentile, and there are 99.
    pub(crate) fn of(self, metadata: &Metadata, as_terracotta: bool) -> Result<Stretch, Error> {
        let range = [metadata.range.0, metadata.range.1];
        let mut ends = [0.0; 2];
        for ((to, end), usual) in ends.iter_mut().zip(self.0).zip(range) {
            *to = match end {
                End::Usual if usual.is_finite() => usual,
                End::Usual => {
                    return Err(Error::Request(
                        "the range of this dataset's values is not finite: say between which two to stretch"
                            .into(),
                    ));
                }
                End::Number(number) => number,
                End::Percentile(number) => {
                    let listed = |at: usize| metadata.percentiles.get(at).map(|p| f64::from(*p));
                    let found = match number {
                        _ if as_terracotta => listed(number),
                        0 => Some(range[0]),
                        100 => Some(range[1]),
                        _ => listed(number - 1),
                    };
                    let found = found.ok_or_else(|| {
                        Error::Request(format!("Invalid percentile, out of range: p{number}"))
                    })?;
                    if !found.is_finite() {
                        return Err(Error::Request(format!(
                            "the percentile p{number} of this dataset is not finite: say a number"
                        )));
                    }
                    found
                }
            };
        }
        Ok(Stretch::new(ends[0], ends[1]))
    }
}

fn end(name: &str, value: &Value) -> Result<End, Error> {
    match value {
        Value::Null => Ok(End::Usual),
        Value::Number(number) => number
            .as_f64()
            .map(End::Number)
            .ok_or_else(|| invalid(name, "Not a valid number.")),
        Value::String(text) => {
            let digits = text.strip_prefix('p').filter(|digits| {
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
            });
            let wrong = || invalid(name, "Percentile format is `p<digits>`");
            // More digits are out of range, whatever they are.
            let digits = digits.ok_or_else(wrong)?;
            Ok(End::Percentile(digits.parse().unwrap_or(usize::MAX)))
        }
        _ => Err(invalid(name, "Must be a string or a number")),
    }
}

/// `[min, max]` of numbers, which has to be there.
pub(crate) fn numbers(query: &Query, name: &str) -> Result<[f64; 2], Error> {
    let pair =
        pair(query, name)?.ok_or_else(|| invalid(name, "Missing data for required field."))?;
    let numbers = pair.map(|value| {
        let text = value
            .as_str()
            .and_then(|text| text.trim().parse::<f64>().ok());
        let number = value.as_f64().or(text).filter(|number| number.is_finite());
        number.ok_or_else(|| invalid(name, "Not a valid number."))
    });
    let [low, high] = numbers;
    Ok([low?, high?])
}

/// Most pixels along a side.
const MOST_PIXELS: u64 = 4_096;

/// `[rows, columns]`.
pub(crate) fn tile_size(query: &Query) -> Result<Option<(u32, u32)>, Error> {
    const NAME: &str = "tile_size";
    let Some(pair) = pair(query, NAME)? else {
        return Ok(None);
    };
    let sides = pair.map(|value| {
        let text = value
            .as_str()
            .and_then(|text| text.trim().parse::<f64>().ok());
        let side = value.as_f64().or(text).map(f64::trunc);
        let side = side.ok_or_else(|| invalid(NAME, "Not a valid integer."))?;
        if (1.0..=MOST_PIXELS as f64).contains(&side) {
            Ok(side as u32)
        } else {
            let what = format_args!("Sides are 1 to {MOST_PIXELS} pixels long.").to_string();
            Err(invalid(NAME, what))
        }
    });
    let [rows, columns] = sides;
    Ok(Some((rows?, columns?)))
}

/// `{"1": [255, 0, 0], "2": "#00ff00"}`.
pub(crate) fn value_colors(query: &Query) -> Result<Option<ValueColors>, Error> {
    const NAME: &str = "explicit_color_map";
    let Some(value) = json(query, NAME)? else {
        return Ok(None);
    };
    let Value::Object(object) = value else {
        return Err(invalid(NAME, "Not a valid mapping type."));
    };
    if object.is_empty() {
        return Ok(None);
    }
    let entries = object.iter().map(|(key, value)| {
        let number = key.trim().parse::<f64>().ok();
        let number = number.ok_or_else(|| invalid(NAME, "Not a valid number."))?;
        Ok((number, color(NAME, value)?))
    });
    let entries = entries.collect::<Result<Vec<_>, Error>>()?;
    let colors = ValueColors::new(entries).map_err(|error| invalid(NAME, error))?;
    Ok(Some(colors))
}

fn color(name: &str, value: &Value) -> Result<[u8; 4], Error> {
    if let Some(text) = value.as_str() {
        let digits = text.trim_start_matches('#');
        let byte = |at: usize| {
            let pair = digits.get(at..at + 2)?;
            let plain = pair.bytes().all(|byte| byte.is_ascii_hexdigit());
            plain.then(|| u8::from_str_radix(pair, 16).ok())?
        };
        return match (byte(0), byte(2), byte(4)) {
            (Some(r), Some(g), Some(b)) => Ok([r, g, b, 255]),
            _ => Err(invalid(
                name,
                format_args!("Could not decode value {text} in explicit_color_map as hex string"),
            )),
        };
    }
    let wrong = || {
        invalid(
            name,
            "Colours are [r, g, b], [r, g, b, a] from 0 to 255, or \"#rrggbb\".",
        )
    };
    let list = value.as_array().ok_or_else(wrong)?;
    let mut color = [255; 4];
    if !(3..=4).contains(&list.len()) {
        return Err(wrong());
    }
    for (to, value) in color.iter_mut().zip(list) {
        let number = value
            .as_f64()
            .filter(|number| (0.0..=255.0).contains(number));
        *to = number.ok_or_else(wrong)? as u8;
    }
    Ok(color)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(name: &str, value: &str) -> Query {
        Query::from_pairs(vec![(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn ends_are_numbers_percentiles_and_null() {
        let mut metadata = Metadata::constant([0.0, 0.0, 1.0, 1.0], 0.0);
        metadata.range = (-5.0, 500.0);
        metadata.percentiles = (1..=99).map(|p| p as f32).collect();
        let of = |text: &str, as_terracotta| {
            let ends = Ends::parse(&query("stretch_range", text), "stretch_range")?;
            let stretch = ends.of(&metadata, as_terracotta)?;
            Ok::<_, Error>((stretch.low, stretch.high))
        };
        for (text, ends) in [
            ("null", (-5.0, 500.0)),
            ("[null, 3]", (-5.0, 3.0)),
            ("[7.5, -1]", (7.5, -1.0)),
            ("[\"p2\", \"p98\"]", (2.0, 98.0)),
            ("[\"p0\", \"p100\"]", (-5.0, 500.0)),
        ] {
            assert_eq!(of(text, false).unwrap(), ends, "{text}");
        }
        assert_eq!(of("[\"p2\", \"p98\"]", true).unwrap(), (3.0, 99.0));
        assert!(of("[\"p0\", \"p99\"]", true).is_err());
        for text in [
            "",
            "x",
            "[1]",
            "[1,2,3]",
            "{}",
            "[true, 1]",
            "[\"x\", 1]",
            "[\"p\", 1]",
            "[\"p101\", 1]",
            "[\"p-1\", 1]",
            "[[1], 1]",
            "[\"p99999999999999999999999\", 1]",
        ] {
            assert!(of(text, false).is_err(), "{text}");
        }
    }

    #[test]
    fn an_end_that_is_not_finite_has_to_be_said() {
        let mut metadata = Metadata::constant([0.0, 0.0, 1.0, 1.0], 5.0);
        metadata.range = (f64::NEG_INFINITY, 9.0);
        metadata.percentiles[1] = f32::NAN;
        let of = |text: &str| {
            let query = query("stretch_range", text);
            let stretch = Ends::parse(&query, "stretch_range")
                .unwrap()
                .of(&metadata, false);
            stretch.map(|stretch| (stretch.low, stretch.high))
        };
        assert_eq!(of("[0, null]").unwrap(), (0.0, 9.0));
        assert_eq!(of("[\"p1\", \"p98\"]").unwrap(), (5.0, 5.0));
        for text in ["null", "[null, 1]", "[\"p0\", 1]", "[\"p2\", 1]"] {
            let error = of(text).unwrap_err();
            assert!(
                matches!(&error, Error::Request(told) if told.contains("not finite")),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn sizes_are_rows_and_columns() {
        let of = |text: &str| tile_size(&query("tile_size", text));
        assert_eq!(of("[100, 300.7]").unwrap(), Some((100, 300)));
        assert_eq!(of("[4096,1]").unwrap(), Some((4096, 1)));
        for text in [
            "", "256", "[256]", "[0,1]", "[-1,1]", "[4097,1]", "[null,1]", "[1e99,1]",
        ] {
            assert!(of(text).is_err(), "{text}");
        }
        assert_eq!(numbers(&query("r", "[0,1]"), "r").unwrap(), [0.0, 1.0]);
        for text in ["null", "[null,1]", "[\"p2\",1]", "[0]"] {
            assert!(numbers(&query("r", text), "r").is_err(), "{text}");
        }
    }

    #[test]
    fn colours_come_in_two_forms() {
        let of = |text: &str| value_colors(&query("explicit_color_map", text));
        let colors =
            of(r##"{"1": "#ff0080", "-2.5": "00ff00", "3": [1, 2, 3], "4": [1, 2, 3, 4]}"##);
        let colors = colors.unwrap().unwrap();
        assert_eq!(
            colors.entries(),
            [
                (1.0, [255, 0, 128, 255]),
                (-2.5, [0, 255, 0, 255]),
                (3.0, [1, 2, 3, 255]),
                (4.0, [1, 2, 3, 4]),
            ]
        );
        assert!(of("{}").unwrap().is_none());
        for text in [
            "",
            "[]",
            r#"{"a": "ff0000"}"#,
            r#"{"1": "f00"}"#,
            r#"{"1": "ä€€"}"#,
            r#"{"1": 5}"#,
            r#"{"1": [1, 2]}"#,
            r#"{"1": [1, 2, 256]}"#,
        ] {
            assert!(of(text).is_err(), "{text}");
        }
        let many: Vec<String> = (0..256).map(|k| format!("\"{k}\": \"000000\"")).collect();
        assert!(of(&format!("{{{}}}", many.join(","))).is_err());
    }
}
