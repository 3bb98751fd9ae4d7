//! What of a dataset's metadata is told.

use super::datasets::named;
use crate::{
    Error,
    params::{Query, invalid},
};
use catalog::{Keys, Metadata};
use serde_json::{Map, Value, json};

/// What can be asked for, beside the keys.
const NAMES: [&str; 8] = [
    "bounds",
    "convex_hull",
    "valid_percentage",
    "range",
    "mean",
    "stdev",
    "percentiles",
    "metadata",
];

/// What a request wants to know.
#[derive(Debug)]
pub(super) struct Columns(Vec<&'static str>);

impl Columns {
    /// `columns=["mean", …]`, and no other parameter.
    pub(super) fn parse(query: &Query) -> Result<Self, Error> {
        let strange = query
            .pairs()
            .find(|(name, _)| !["columns", "access_token"].contains(name));
        if let Some((name, _)) = strange {
            return Err(invalid(name, "Unknown field."));
        }
        let Some(text) = query.first("columns").filter(|text| !text.is_empty()) else {
            return Ok(Self(NAMES.to_vec()));
        };
        let wrong = |what: &str| invalid("columns", what);
        let list: Value = serde_json::from_str(text)
            .map_err(|_| wrong("Could not decode value for columns as JSON"))?;
        let list = list.as_array().ok_or_else(|| wrong("Not a valid list."))?;
        let mut names = Vec::new();
        for name in list {
            let name = name.as_str().ok_or_else(|| wrong("Not a valid string."))?;
            match NAMES.iter().find(|known| **known == name) {
                Some(known) => names.push(*known),
                // Always there.
                None if name == "keys" => {}
                None => {
                    let names = NAMES.join(", ");
                    return Err(wrong(&format!("Must be some of: {names}.")));
                }
            }
        }
        Ok(Self(names))
    }

    /// The columns of a dataset. What is not finite or not known is null: JSON has no other word for it.
    pub(super) fn of(&self, keys: &Keys, values: &[String], metadata: &Metadata) -> Value {
        let mut object = Map::new();
        object.insert("keys".into(), named(keys, values));
        for name in &self.0 {
            let value = match *name {
                "bounds" => json!(metadata.bounds),
                "convex_hull" => metadata.convex_hull.clone(),
                "valid_percentage" => json!(metadata.valid_percentage),
                "range" => json!([metadata.range.0, metadata.range.1]),
                "mean" => json!(metadata.mean),
                "stdev" => json!(metadata.stdev),
                "percentiles" if metadata.percentiles.is_empty() => Value::Null,
                "percentiles" => {
                    // As binary64, which is what clients read them as.
                    json!(
                        metadata
                            .percentiles
                            .iter()
                            .map(|p| f64::from(*p))
                            .collect::<Vec<_>>()
                    )
                }
                _ => metadata.extra.clone(),
            };
            object.insert((*name).to_owned(), value);
        }
        Value::Object(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Columns, Error> {
        Columns::parse(&Query::parse(text))
    }

    #[test]
    fn columns_are_a_list_of_names() {
        assert_eq!(parse("").unwrap().0, NAMES);
        assert_eq!(
            parse("columns=[%22mean%22,%22keys%22]").unwrap().0,
            ["mean"]
        );
        assert!(parse("columns=[]").unwrap().0.is_empty());
        for text in [
            "columns=mean",
            "columns={}",
            "columns=[1]",
            "columns=[%22nope%22]",
            "other=1",
        ] {
            let error = parse(text).unwrap_err();
            assert!(matches!(error, Error::Parameter(_)), "{text}");
        }
    }

    #[test]
    fn the_keys_are_always_told() {
        let keys = Keys::new(["date", "band"]).unwrap();
        let metadata = Metadata::constant([1.0, 2.0, 3.0, 4.0], 5.0);
        let values = ["a".to_owned(), "b".to_owned()];
        let told = parse("columns=[%22range%22]")
            .unwrap()
            .of(&keys, &values, &metadata);
        assert_eq!(
            told,
            json!({ "keys": { "date": "a", "band": "b" }, "range": [5.0, 5.0] })
        );
        let all = parse("").unwrap().of(&keys, &values, &metadata);
        assert_eq!(all["percentiles"].as_array().unwrap().len(), 99);
    }

    #[test]
    fn what_is_not_finite_is_null() {
        let keys = Keys::new(["band"]).unwrap();
        let mut metadata = Metadata::constant([1.0, 2.0, 3.0, 4.0], 5.0);
        metadata.mean = f64::INFINITY;
        metadata.stdev = f64::NAN;
        metadata.valid_percentage = f64::NAN;
        metadata.range = (f64::NEG_INFINITY, 7.0);
        metadata.percentiles[98] = f32::INFINITY;
        metadata.convex_hull = Value::Null;
        let tell = |metadata: &Metadata| {
            let told = parse("").unwrap().of(&keys, &["a".to_owned()], metadata);
            // As it is sent.
            serde_json::from_str::<Value>(&told.to_string()).unwrap()
        };
        let told = tell(&metadata);
        for name in ["mean", "stdev", "valid_percentage", "convex_hull"] {
            assert!(told[name].is_null(), "{name}: {told}");
        }
        assert_eq!(told["range"], json!([null, 7.0]));
        assert_eq!(told["percentiles"][97], 5.0);
        assert!(told["percentiles"][98].is_null(), "{told}");
        assert_eq!(told["bounds"], json!([1.0, 2.0, 3.0, 4.0]));
        metadata.percentiles.clear();
        assert!(tell(&metadata)["percentiles"].is_null());
    }
}
