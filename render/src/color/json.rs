//! Colormaps from TiTiler's JSON.

use super::Colormap;
use super::colormap::Kind;
use crate::text::excerpt;
use serde_json::{Value, json};

/// Most entries of a colormap: as many as 16 bits tell apart.
const MOST_ENTRIES: usize = 65_536;

pub(super) fn parse(text: &str) -> Result<Colormap, String> {
    let value: Value = serde_json::from_str(text).map_err(|e| format!("not JSON: {e}"))?;
    let entries = match &value {
        Value::Object(map) => map.len(),
        Value::Array(list) => list.len(),
        _ => return Err("an object or a list is needed".into()),
    };
    if entries == 0 || entries > MOST_ENTRIES {
        return Err(format!(
            "{entries} entries: 1 to {MOST_ENTRIES} are possible"
        ));
    }
    let kind = match value {
        Value::Object(map) => by_value(&map)?,
        Value::Array(list) => Kind::Intervals(
            list.iter()
                .enumerate()
                .map(|(number, entry)| {
                    interval(entry).map_err(|message| format!("entry {number}: {message}"))
                })
                .collect::<Result<_, _>>()?,
        ),
        _ => return Err("an object or a list is needed".into()),
    };
    Ok(Colormap(kind))
}

/// The colormap as [`parse`] reads it.
pub(super) fn write(kind: &Kind) -> Value {
    let by_index = |colors: &[[u8; 4]]| {
        let entries = colors.iter().enumerate();
        Value::Object(
            entries
                .map(|(index, color)| (index.to_string(), json!(color)))
                .collect(),
        )
    };
    match kind {
        Kind::Ramp(steps) => by_index(&steps[..]),
        Kind::Table(colors) => by_index(colors),
        Kind::Discrete(values) => {
            let entries = values
                .iter()
                .map(|(value, color)| (value.to_string(), json!(color)));
            Value::Object(entries.collect())
        }
        Kind::Intervals(ranges) => {
            let entries = ranges.iter();
            entries
                .map(|(least, greatest, color)| json!([[least, greatest], color]))
                .collect()
        }
    }
}

fn by_value(map: &serde_json::Map<String, Value>) -> Result<Kind, String> {
    let mut values = map
        .iter()
        .map(|(key, value)| {
            let named = |message: String| format!("key {}: {message}", excerpt(key));
            let number: f64 = key
                .trim()
                .parse()
                .map_err(|_| named("not a number".into()))?;
            if !number.is_finite() {
                return Err(named("not a finite number".into()));
            }
            // Adding 0 makes −0 the same as 0.
            Ok((number + 0.0, color(value).map_err(named)?))
        })
        .collect::<Result<Vec<_>, String>>()?;
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let counts_up = values.iter().zip(0_u32..).all(|(v, k)| v.0 == f64::from(k));
    if values.len() == 256 && counts_up {
        return Ok(Kind::Table(values.into_iter().map(|v| v.1).collect()));
    }
    Ok(Kind::Discrete(values))
}

fn interval(entry: &Value) -> Result<(f64, f64, [u8; 4]), String> {
    let form = || "[[least, greatest], colour] is needed".to_owned();
    let [range, color_value] = entry.as_array().map(Vec::as_slice).ok_or_else(form)? else {
        return Err(form());
    };
    let [least, greatest] = range.as_array().map(Vec::as_slice).ok_or_else(form)? else {
        return Err(form());
    };
    let (least, greatest) = (
        least.as_f64().ok_or_else(form)?,
        greatest.as_f64().ok_or_else(form)?,
    );
    Ok((least, greatest, color(color_value)?))
}

fn color(value: &Value) -> Result<[u8; 4], String> {
    match value {
        Value::String(text) => hexadecimal(text)
            .ok_or_else(|| format!("{} is not #RGB, #RGBA, #RRGGBB or #RRGGBBAA", excerpt(text))),
        Value::Array(parts) if parts.len() == 3 || parts.len() == 4 => {
            let mut color = [255; 4];
            for (part, value) in color.iter_mut().zip(parts) {
                let number = value.as_u64().and_then(|v| u8::try_from(v).ok());
                *part = number.ok_or("the parts of a colour are whole numbers from 0 to 255")?;
            }
            Ok(color)
        }
        _ => Err("a colour is [r, g, b], [r, g, b, a] or \"#RRGGBB\"".into()),
    }
}

fn hexadecimal(text: &str) -> Option<[u8; 4]> {
    let digits = text.strip_prefix('#')?;
    let values: Vec<u8> = digits
        .chars()
        .map(|c| c.to_digit(16).and_then(|v| u8::try_from(v).ok()))
        .collect::<Option<_>>()?;
    let parts: Vec<u8> = match values.len() {
        3 | 4 => values.iter().map(|v| v * 17).collect(),
        6 | 8 => values
            .chunks_exact(2)
            .map(|pair| pair[0] * 16 + pair[1])
            .collect(),
        _ => return None,
    };
    let mut color = [255; 4];
    color[..parts.len()].copy_from_slice(&parts);
    Some(color)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_in_all_their_forms() {
        let color = |text: &str| color(&serde_json::from_str(text).unwrap());
        assert_eq!(color(r##""#FFF""##), Ok([255; 4]));
        assert_eq!(color(r##""#1238""##), Ok([17, 34, 51, 136]));
        assert_eq!(color(r##""#0a0B0c""##), Ok([10, 11, 12, 255]));
        assert_eq!(color(r##""#0a0b0c0d""##), Ok([10, 11, 12, 13]));
        assert_eq!(color("[1, 2, 3]"), Ok([1, 2, 3, 255]));
        for wrong in [
            r##""#FF""##,
            r##""FFF""##,
            r##""#GGG""##,
            "[1, 2]",
            "[1, 2, 256]",
            "[1, 2, 3.5]",
            "7",
            r##""#é00""##,
        ] {
            assert!(color(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            r##"{"-1": "#010203", "2.5": [1, 2, 3, 4]}"##,
            r##"[[[0, 1.5], "#fff"], [[1, 9], [1, 2, 3]]]"##,
        ] {
            let map = parse(text).unwrap();
            assert_eq!(parse(&write(&map.0).to_string()).unwrap(), map);
        }
    }

    #[test]
    fn kinds_are_told_by_their_form() {
        let all: Vec<String> = (0..256).map(|k| format!("\"{k}\": [{k}, 0, 0]")).collect();
        let table = parse(&format!("{{{}}}", all.join(","))).unwrap();
        assert!(matches!(table.0, Kind::Table(_)));
        assert!(matches!(
            parse(r##"{"0.5": "#fff"}"##).unwrap().0,
            Kind::Discrete(_)
        ));
        assert!(matches!(
            parse(r##"[[[0, 1], "#fff"]]"##).unwrap().0,
            Kind::Intervals(_)
        ));
    }

    #[test]
    fn nonsense_is_refused_with_its_place() {
        for (text, word) in [
            ("", "JSON"),
            ("[", "JSON"),
            ("3", "object"),
            ("{}", "entries"),
            (r##"{"a": "#fff"}"##, "\"a\""),
            (r##"{"nan": "#fff"}"##, "finite"),
            (r##"[[[0, 1], "#fff"], [1, "#fff"]]"##, "entry 1"),
            (r##"[[[0], "#fff"]]"##, "entry 0"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
        // serde_json bounds the nesting.
        assert!(parse(&"[".repeat(100_000)).is_err());
    }
}
