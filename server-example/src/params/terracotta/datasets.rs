//! Which datasets are listed.

use super::super::{Query, query};
use crate::Error;
use catalog::{Filter, Keys};
use utoipa::IntoParams;

/// Most datasets on a page. More are asked for by the next page.
const MOST: u64 = 100_000;

/// Which datasets, in which order, how many.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "documents the parameters; what is read of them is a query of the catalog"
)]
pub(crate) struct DatasetsParams {
    /// Most datasets on a page, 100 by default, at most 100000.
    #[param(minimum = 0)]
    pub(crate) limit: Option<u64>,
    /// The page, counted from 0.
    #[param(minimum = 0)]
    pub(crate) page: Option<u64>,
    /// Keys by which to order, `path` among them, `[a,b]` or `a,b`; all keys, then the path, by default.
    #[param(example = "[date,band]")]
    pub(crate) order_by: Option<String>,
    /// The least first, which is the default.
    pub(crate) ascending: Option<bool>,
    /// West, south, east, north in degrees: datasets that touch it, as far as their bounds are known. Beyond Terracotta.
    pub(crate) bbox: Option<String>,
    /// Whether the number of all datasets that match is told, too, as `total`. Beyond Terracotta.
    pub(crate) count: Option<bool>,
}

impl DatasetsParams {
    /// The query that a request makes of a catalog with these keys. Of repeated parameters the first counts.
    pub(crate) fn parse(query: &Query, keys: &Keys) -> Result<catalog::Query, Error> {
        let mut wanted = catalog::Query::default();
        let mut seen: Vec<&str> = Vec::new();
        let mut unknown: Vec<&str> = Vec::new();
        for (name, text) in query.pairs() {
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            // A key of that name comes before what goes beyond Terracotta.
            let is_key = keys.names().any(|key| key == name);
            match name {
                "limit" => wanted.limit = whole(name, text)?.min(MOST),
                "page" => wanted.page = whole(name, text)?,
                "order_by" => wanted.order_by = list(text),
                "ascending" => wanted.ascending = truth(name, text)?,
                _ if is_key => {
                    let filter = Filter::OneOf(choices(text));
                    wanted.filters.push((name.to_owned(), filter));
                }
                "bbox" => wanted.bbox = Some(bbox(text)?),
                "count" => wanted.count = truth(name, text)?,
                "access_token" => {}
                _ => match beyond(name, text, keys) {
                    Some(filter) => wanted.filters.push(filter),
                    None => unknown.push(name),
                },
            }
        }
        if !unknown.is_empty() {
            let names: Vec<String> = unknown.iter().map(|name| format!("'{name}'")).collect();
            return Err(Error::Request(format!(
                "Encountered unrecognized keys {{{}}} (available keys: {keys})",
                names.join(", ")
            )));
        }
        wanted.check(keys)?;
        Ok(wanted)
    }
}

/// `KEY__prefix`, `KEY__gte`, `KEY__lte`.
fn beyond(name: &str, text: &str, keys: &Keys) -> Option<(String, Filter)> {
    let (key, operation) = name.rsplit_once("__")?;
    keys.names().find(|known| *known == key)?;
    let text = text.to_owned();
    let filter = match operation {
        "prefix" => Filter::Prefix(text),
        "gte" => Filter::Range(Some(text), None),
        "lte" => Filter::Range(None, Some(text)),
        _ => return None,
    };
    Some((key.to_owned(), filter))
}

/// `[a,b]` is one of several, anything else itself.
fn choices(text: &str) -> Vec<String> {
    match bracketed(text) {
        Some(inside) => inside.split(',').map(str::to_owned).collect(),
        None => vec![text.to_owned()],
    }
}

/// `[a,b]` or `a,b`.
fn list(text: &str) -> Vec<String> {
    let inside = bracketed(text).unwrap_or(text);
    let names = inside.split(',').map(str::trim);
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn bracketed(text: &str) -> Option<&str> {
    text.strip_prefix('[')?.strip_suffix(']')
}

fn whole(name: &str, text: &str) -> Result<u64, Error> {
    let number = text.trim();
    number.parse().map_err(|_| {
        let negative = number
            .strip_prefix('-')
            .is_some_and(|rest| rest.parse::<u64>().is_ok());
        let what = if negative {
            "Must be greater than or equal to 0."
        } else {
            "Not a valid integer."
        };
        Error::Parameter(format!("{{'{name}': ['{what}']}}"))
    })
}

fn truth(name: &str, text: &str) -> Result<bool, Error> {
    query::truth(text)
        .ok_or_else(|| Error::Parameter(format!("{{'{name}': ['Not a valid boolean.']}}")))
}

fn bbox(text: &str) -> Result<[f64; 4], Error> {
    let sides = bracketed(text).unwrap_or(text).split(',');
    let sides: Option<Vec<f64>> = sides.map(|side| side.trim().parse().ok()).collect();
    let sides = sides.and_then(|sides| <[f64; 4]>::try_from(sides).ok());
    sides.ok_or_else(|| {
        Error::Parameter("{'bbox': ['Must be west,south,east,north in degrees.']}".into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<catalog::Query, Error> {
        let keys = Keys::new(["date", "band", "count", "a__gte", "a"]).unwrap();
        DatasetsParams::parse(&Query::parse(text), &keys)
    }

    #[test]
    fn filters_come_in_terracottas_form() {
        let query = parse("date=2020&band=[B02,%20B04]&date=2021&limit=7&page=2").unwrap();
        let one = |values: &[&str]| Filter::OneOf(values.iter().map(|v| (*v).to_owned()).collect());
        assert_eq!(
            query.filters,
            [
                ("date".to_owned(), one(&["2020"])),
                ("band".to_owned(), one(&["B02", " B04"])),
            ]
        );
        assert_eq!((query.limit, query.page), (7, 2));
        assert_eq!(
            parse("order_by=[band,path]").unwrap().order_by,
            ["band", "path"]
        );
        assert_eq!(parse("order_by=band").unwrap().order_by, ["band"]);
        assert!(!parse("ascending=False").unwrap().ascending);
    }

    #[test]
    fn what_goes_beyond_gives_way_to_keys() {
        let query = parse("date__prefix=2020&band__lte=B05&a__gte=1&count=3&bbox=1,2,3,4").unwrap();
        assert_eq!(query.bbox, Some([1.0, 2.0, 3.0, 4.0]));
        assert!(!query.count);
        let names: Vec<&str> = query
            .filters
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, ["date", "band", "a__gte", "count"]);
        assert_eq!(query.filters[0].1, Filter::Prefix("2020".into()));
        let plain = Keys::new(["date"]).unwrap();
        let counted = DatasetsParams::parse(&Query::parse("count=true"), &plain).unwrap();
        assert!(counted.count);
    }

    #[test]
    fn mistakes_are_told() {
        for text in [
            "limit=-1",
            "limit=a",
            "page=1.5",
            "ascending=maybe",
            "nope=1",
            "date__like=1",
            "order_by=nope",
            "bbox=1,2,3",
            "bbox=1,2,nan,4",
            "bbox=1,5,3,4",
        ] {
            assert!(
                matches!(parse(text).unwrap_err().status(), 400 | 422),
                "{text}"
            );
        }
        let error = parse("foo=1").unwrap_err().to_string();
        assert!(
            error.starts_with("Encountered unrecognized keys {'foo'} (available keys: ('date', ")
        );
    }
}
