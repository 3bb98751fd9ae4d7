//! The query string, read parameter by parameter.

use crate::Error;
use tile_math::TileMatrixSet;

/// The parameters of a request, in the order in which they came.
///
/// Read by hand and not into a struct by serde, because messages have to name
/// the parameter, repeats matter, and TiTiler's booleans have many spellings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Splits a query string.
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = form_urlencoded::parse(text.as_bytes());
        Self {
            pairs: pairs.into_owned().collect(),
        }
    }

    /// Parameters from elsewhere than a query string.
    pub(crate) fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        Self { pairs }
    }

    /// The last value of a parameter, as FastAPI takes it.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .rev()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// The first value of a parameter, as Flask takes it.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Names and values, as they came.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }

    /// All values of a parameter that may repeat.
    pub(crate) fn texts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// A parameter that has to be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Error> {
        self.text(name).ok_or_else(|| {
            Error::Parameter(format!("the parameter {name:?} is missing; add ?{name}=…"))
        })
    }

    /// A whole number within bounds.
    pub(crate) fn integer(&self, name: &str, low: u32, high: u32) -> Result<Option<u32>, Error> {
        let expected = || format!("a whole number from {low} to {high}");
        self.read(name, expected, |text| {
            text.parse().ok().filter(|n| (low..=high).contains(n))
        })
    }

    /// A finite number within bounds.
    pub(crate) fn number(&self, name: &str, low: f64, high: f64) -> Result<Option<f64>, Error> {
        let expected = || format!("a number from {low} to {high}");
        self.read(name, expected, |text| {
            text.parse().ok().filter(|n| (low..=high).contains(n))
        })
    }

    /// A truth value, in any spelling that FastAPI takes.
    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, Error> {
        self.read(name, || "true or false".into(), truth)
    }

    /// A zoom of a tile matrix set.
    fn zoom(&self, name: &str, tms: &TileMatrixSet) -> Result<Option<i8>, Error> {
        let zooms = tms.min_zoom()..=tms.max_zoom();
        let expected = || {
            format!(
                "a zoom of {}, {} to {}",
                tms.id(),
                zooms.start(),
                zooms.end()
            )
        };
        self.read(name, expected, |text| {
            text.parse().ok().filter(|z| zooms.contains(z))
        })
    }

    /// `minzoom` and `maxzoom`, each of a tile matrix set, by default those of `own`, else of the set.
    pub(crate) fn zooms(
        &self,
        tms: &TileMatrixSet,
        own: Option<(i8, i8)>,
    ) -> Result<(i8, i8), Error> {
        let own = own.unwrap_or((tms.min_zoom(), tms.max_zoom()));
        let (low, high) = (self.zoom("minzoom", tms)?, self.zoom("maxzoom", tms)?);
        let (low, high) = (low.unwrap_or(own.0), high.unwrap_or(own.1));
        if low > high {
            let expected = format!("at most maxzoom, {high}");
            return Err(wrong("minzoom", &low.to_string(), &expected));
        }
        Ok((low, high))
    }

    /// A parameter read by `parse`; `expected` says what it has to be.
    pub(crate) fn read<T>(
        &self,
        name: &str,
        expected: impl FnOnce() -> String,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        match self.text(name) {
            None => Ok(None),
            Some(text) => parse(text)
                .map(Some)
                .ok_or_else(|| wrong(name, text, &expected())),
        }
    }

    /// The parameters as they came, without those that `leave_out` names; for links.
    pub(crate) fn without(&self, leave_out: &[&str]) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.pairs {
            if !leave_out.contains(&name.as_str()) {
                out.append_pair(name, value);
            }
        }
        out.finish()
    }
}

/// A truth value, in any spelling that FastAPI and marshmallow take.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "y" | "on" | "t" => Some(true),
        "false" | "0" | "no" | "n" | "off" | "f" => Some(false),
        _ => None,
    }
}

/// A parameter whose value is not what it has to be.
pub(crate) fn wrong(name: &str, found: &str, expected: &str) -> Error {
    let mut shown: String = found.chars().take(80).collect();
    if shown.len() < found.len() {
        shown.push('…');
    }
    Error::Parameter(format!(
        "the parameter {name} is {shown:?}; it has to be {expected}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_parameter_and_what_it_has_to_be() {
        let query = Query::parse("tilesize=big&unscale=maybe&p=1&p=2");
        let error = query.integer("tilesize", 1, 4096).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the parameter tilesize is \"big\"; it has to be a whole number from 1 to 4096"
        );
        assert!(query.boolean("unscale").is_err());
        assert_eq!(query.texts("p").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(query.text("p"), Some("2"));
        assert!(
            query
                .required("url")
                .unwrap_err()
                .to_string()
                .contains("?url=")
        );
    }

    #[test]
    fn links_keep_what_is_not_theirs() {
        let query = Query::parse("url=a%20b.tif&minzoom=3&rescale=0,1&rescale=2,3");
        assert_eq!(
            query.without(&["minzoom"]),
            "url=a+b.tif&rescale=0%2C1&rescale=2%2C3"
        );
    }

    #[test]
    fn numbers_are_finite_and_bounded() {
        for text in ["nan", "inf", "-1", "1e9", ""] {
            let query = Query::parse(&format!("buffer={text}"));
            assert!(query.number("buffer", 0.0, 256.0).is_err(), "{text}");
        }
    }
}
