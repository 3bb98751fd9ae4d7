//! What an algorithm may be told, and reading it from JSON.

use crate::Error;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Longest text of parameters, in bytes.
const LONGEST: usize = 16_384;

/// A number that an algorithm may be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    name: String,
    description: Option<String>,
    is_integer: bool,
    default: Option<f64>,
    range: Option<(f64, f64)>,
}

impl Parameter {
    /// A whole number.
    #[must_use]
    pub fn integer(name: impl Into<String>, default: i32) -> Self {
        Self {
            name: name.into(),
            description: None,
            is_integer: true,
            default: Some(f64::from(default)),
            range: None,
        }
    }

    /// A real number.
    #[must_use]
    pub fn number(name: impl Into<String>, default: f64) -> Self {
        Self {
            is_integer: false,
            default: Some(default),
            ..Self::integer(name, 0)
        }
    }

    /// A real number that may be left out or `null`.
    #[must_use]
    pub fn optional(name: impl Into<String>) -> Self {
        Self {
            is_integer: false,
            default: None,
            ..Self::integer(name, 0)
        }
    }

    /// Bounds it; both ends are allowed.
    #[must_use]
    pub const fn within(mut self, least: f64, most: f64) -> Self {
        self.range = Some((least, most));
        self
    }

    /// Says what it is for.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// As in the object of parameters.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A number as JSON has one of its type.
    fn json(&self, value: f64) -> Value {
        if self.is_integer {
            // Within ±2^53: the range or the default of an integer.
            json!(value as i64)
        } else {
            json!(value)
        }
    }

    /// The JSON schema of the parameter, as pydantic writes it.
    pub(super) fn schema(&self) -> Value {
        let mut number = Map::new();
        number.insert(
            "type".into(),
            if self.is_integer { "integer" } else { "number" }.into(),
        );
        if let Some((least, most)) = self.range {
            number.insert("minimum".into(), self.json(least));
            number.insert("maximum".into(), self.json(most));
        }
        let mut schema = match self.default {
            Some(_) => number,
            None => {
                let mut schema = Map::new();
                schema.insert("anyOf".into(), json!([number, {"type": "null"}]));
                schema
            }
        };
        let default = self.default.map_or(Value::Null, |value| self.json(value));
        schema.insert("default".into(), default);
        schema.insert("title".into(), title(&self.name).into());
        if let Some(description) = &self.description {
            schema.insert("description".into(), description.as_str().into());
        }
        Value::Object(schema)
    }

    /// The value that JSON gives, if it is one.
    fn read(&self, value: &Value) -> Result<Option<f64>, Error> {
        let kind = if self.is_integer {
            "a whole number"
        } else {
            "a number"
        };
        let refused = |what: &str| {
            let name = &self.name;
            Error::parameter("algorithm_params", format!("{name}: {value} is not {what}"))
        };
        let number = match value {
            Value::Null if self.default.is_none() => return Ok(None),
            // Query strings are often built from texts; "45" means 45.
            Value::String(text) => text.trim().parse().ok(),
            value => value.as_f64(),
        };
        let number: f64 = number
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| refused(kind))?;
        if self.is_integer && number.fract() != 0.0 {
            return Err(refused(kind));
        }
        match self.range {
            Some((least, most)) if !(least..=most).contains(&number) => {
                Err(refused(&format!("between {least} and {most}")))
            }
            _ => Ok(Some(number)),
        }
    }
}

/// `nodata_height` as "Nodata Height".
fn title(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect()
        })
    });
    words.collect::<Vec<String>>().join(" ")
}

/// The values of an algorithm's parameters, each within its range, defaults filled in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    values: BTreeMap<String, Option<f64>>,
}

impl Parameters {
    /// Reads a JSON object against what is declared.
    pub(super) fn read(declared: &[Parameter], text: Option<&str>) -> Result<Self, Error> {
        let refused = |message: String| Error::parameter("algorithm_params", message);
        let mut values: BTreeMap<String, Option<f64>> = declared
            .iter()
            .map(|parameter| (parameter.name.clone(), parameter.default))
            .collect();
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
            return Ok(Self { values });
        };
        if text.len() > LONGEST {
            let given = text.len();
            return Err(refused(format!(
                "{given} bytes, where {LONGEST} are allowed"
            )));
        }
        let given: Value = serde_json::from_str(text)
            .map_err(|error| refused(format!("it is no JSON: {error}")))?;
        let Value::Object(given) = given else {
            return Err(refused(
                "a JSON object is needed: {\"name\": number}".to_owned(),
            ));
        };
        for (name, value) in &given {
            let parameter = declared.iter().find(|parameter| parameter.name == *name);
            let parameter = parameter.ok_or_else(|| {
                let names: Vec<&str> = declared.iter().map(Parameter::name).collect();
                let names = match names.is_empty() {
                    true => "none".to_owned(),
                    false => names.join(", "),
                };
                refused(format!(
                    "{name:?} is no parameter of this algorithm, which has {names}"
                ))
            })?;
            values.insert(name.clone(), parameter.read(value)?);
        }
        Ok(Self { values })
    }

    /// The value of a parameter; NaN where it is optional and was left out, or was not declared.
    #[must_use]
    pub fn number(&self, name: &str) -> f64 {
        self.optional(name).unwrap_or(f64::NAN)
    }

    /// The value of an integer parameter; 0 where it was not declared.
    #[must_use]
    pub fn integer(&self, name: &str) -> i32 {
        // Rounds towards zero and stops at the type's ends.
        self.number(name) as i32
    }

    /// The value of a parameter that may be left out.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<f64> {
        self.values.get(name).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared() -> Vec<Parameter> {
        vec![
            Parameter::integer("azimuth", 45).within(0.0, 360.0),
            Parameter::number("z_exaggeration", 1.0).within(1e-6, 1e6),
            Parameter::optional("nodata_height").within(-9.0, 9.0),
        ]
    }

    #[test]
    fn values_are_read_and_defaults_stand() {
        let read = |text| Parameters::read(&declared(), text).unwrap();
        let none = read(None);
        assert_eq!(none, read(Some(" ")));
        assert_eq!(none, read(Some("{\"nodata_height\": null}")));
        assert_eq!(
            (none.integer("azimuth"), none.number("z_exaggeration")),
            (45, 1.0)
        );
        assert_eq!(none.optional("nodata_height"), None);
        let some = read(Some(
            r#"{"azimuth": 90.0, "z_exaggeration": "2.5", "nodata_height": 0}"#,
        ));
        assert_eq!(
            (some.integer("azimuth"), some.number("z_exaggeration")),
            (90, 2.5)
        );
        assert_eq!(some.optional("nodata_height"), Some(0.0));
    }

    #[test]
    fn what_is_not_declared_is_refused() {
        for (text, words) in [
            (r#"{"azimut": 1}"#, "no parameter"),
            (r#"{"azimuth": 1.5}"#, "not a whole number"),
            (r#"{"azimuth": null}"#, "not a whole number"),
            (r#"{"azimuth": true}"#, "not a whole number"),
            (r#"{"azimuth": "north"}"#, "not a whole number"),
            (r#"{"azimuth": 361}"#, "between 0 and 360"),
            (r#"{"z_exaggeration": 0}"#, "between 0.000001 and 1000000"),
            (r#"{"z_exaggeration": "inf"}"#, "not a number"),
            (r#"{"z_exaggeration": [1]}"#, "not a number"),
            ("[1]", "object"),
            ("{", "JSON"),
            (&"[".repeat(10_000), "JSON"),
            (&"[".repeat(100_000), "bytes"),
        ] {
            let error = Parameters::read(&declared(), Some(text)).unwrap_err();
            assert!(
                error.to_string().starts_with("algorithm_params: "),
                "{error}"
            );
            assert!(error.to_string().contains(words), "{text:.30}: {error}");
        }
    }
}
