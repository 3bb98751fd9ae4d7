//! What rows say.

use super::{
    schema::text,
    statement::{Row, Value},
};
use crate::{Dataset, Metadata};
use serde_json::Value as Json;

/// From a row of the keys and the path.
pub(super) fn dataset(row: Row) -> Dataset {
    let mut values: Vec<String> = row
        .into_iter()
        .map(|cell| text(cell).unwrap_or_default())
        .collect();
    let path = values.pop().unwrap_or_default();
    Dataset { values, path }
}

/// From a row of the columns of `metadata` beside the keys.
///
/// What Terracotta could not compute or store is not there: SQLite keeps NaN as NULL.
pub(super) fn metadata(row: Row) -> Result<Metadata, String> {
    let [
        west,
        south,
        east,
        north,
        convex_hull,
        valid_percentage,
        min,
        max,
        mean,
        stdev,
        percentiles,
        extra,
    ] = <[_; 12]>::try_from(row).map_err(|row| format!("{} columns are not 12", row.len()))?;
    let percentiles = match percentiles {
        Some(Value::Bytes(bytes)) => {
            Metadata::percentiles_of(&bytes).ok_or("the percentiles are not 99 numbers")?
        }
        _ => Vec::new(),
    };
    let metadata = Metadata {
        bounds: [west, south, east, north].map(number),
        convex_hull: json(convex_hull)?,
        valid_percentage: number(valid_percentage),
        range: (number(min), number(max)),
        mean: number(mean),
        stdev: number(stdev),
        percentiles,
        extra: json(extra)?,
    };
    metadata.check_read().map_err(|error| error.to_string())?;
    Ok(metadata)
}

fn number(cell: Option<Value>) -> f64 {
    match cell {
        Some(Value::Number(number)) => number,
        _ => f64::NAN,
    }
}

fn json(cell: Option<Value>) -> Result<Json, String> {
    let Some(text) = text(cell) else {
        return Ok(Json::Null);
    };
    serde_json::from_str(&text)
        .or_else(|error| serde_json::from_str(&without_nan(&text)).map_err(|_| error))
        .map_err(|error| error.to_string())
}

/// The JSON of Python, which has words for what is not finite, with null in their places.
fn without_nan(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', 'N', 'I', '-']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let word = ["NaN", "Infinity", "-Infinity"]
            .into_iter()
            .find(|word| rest.starts_with(word));
        let taken = match word {
            Some(word) => {
                plain.push_str("null");
                word.len()
            }
            None => {
                let taken = string(rest).unwrap_or(1);
                plain.push_str(&rest[..taken]);
                taken
            }
        };
        rest = &rest[taken..];
    }
    plain.push_str(rest);
    plain
}

/// The length of the string that a text begins with.
fn string(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    let inside = text.strip_prefix('"')?;
    let end = inside.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    })?;
    Some(end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_of_python_are_null_and_strings_stay() {
        for (text, told) in [
            (
                r#"{"a": NaN, "b": [-Infinity, Infinity, -1]}"#,
                json!({"a": null, "b": [null, null, -1]}),
            ),
            (
                r#"["NaN", "\"NaN", "\\", NaN]"#,
                json!(["NaN", "\"NaN", "\\", null]),
            ),
            (r#"{"Infinity": "N I ä -"}"#, json!({"Infinity": "N I ä -"})),
        ] {
            assert_eq!(
                json(Some(Value::Text(text.into()))).unwrap(),
                told,
                "{text}"
            );
        }
        for text in ["", "{", "NaN\"", "nan", "[NaN", "\"NaN", "-"] {
            assert!(json(Some(Value::Text(text.into()))).is_err(), "{text}");
        }
        assert_eq!(json(None).unwrap(), Json::Null);
    }

    fn row() -> Row {
        let mut row: Row = vec![Some(Value::Number(1.0)); 12];
        row[4] = Some(Value::Text(r#"{"type": "Point"}"#.into()));
        row[10] = Some(Value::Bytes(vec![0; 4 * crate::PERCENTILES]));
        row[11] = Some(Value::Text("{}".into()));
        row
    }

    #[test]
    fn what_a_column_does_not_say_shifts_no_other() {
        for empty in [4, 5, 6, 7, 8, 9, 10, 11] {
            let mut row = row();
            row[empty] = None;
            let found = metadata(row).unwrap();
            assert_eq!(found.bounds, [1.0; 4]);
            assert_eq!(found.convex_hull.is_null(), empty == 4);
            assert_eq!(found.valid_percentage.is_nan(), empty == 5);
            assert_eq!(found.range.0.is_nan(), empty == 6);
            assert_eq!(found.range.1.is_nan(), empty == 7);
            assert_eq!(found.mean.is_nan(), empty == 8);
            assert_eq!(found.stdev.is_nan(), empty == 9);
            assert_eq!(found.percentiles.is_empty(), empty == 10);
            assert_eq!(found.extra.is_null(), empty == 11);
        }
    }

    #[test]
    fn what_no_tile_could_be_drawn_of_is_refused() {
        let spoil: [fn(&mut Row); 5] = [
            |row| row[0] = None,
            |row| row[3] = Some(Value::Number(f64::INFINITY)),
            |row| row[6] = Some(Value::Number(2.0)),
            |row| row[10] = Some(Value::Bytes(vec![0; 4])),
            |row| row[11] = Some(Value::Text("{".into())),
        ];
        for spoil in spoil {
            let mut row = row();
            spoil(&mut row);
            assert!(metadata(row).is_err());
        }
        assert!(metadata(Vec::new()).is_err());
    }
}
