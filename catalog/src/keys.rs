//! The columns by which datasets are found.

use crate::Error;

/// Names that requests use for something else (Terracotta's), and the other columns of the tables.
const RESERVED: [&str; 18] = [
    "limit",
    "page",
    "order_by",
    "ascending",
    "path",
    "bounds_north",
    "bounds_east",
    "bounds_south",
    "bounds_west",
    "convex_hull",
    "valid_percentage",
    "min",
    "max",
    "mean",
    "stdev",
    "percentiles",
    "metadata",
    "bbox",
];

/// Most keys of a catalog.
const MOST_KEYS: usize = 32;

/// Most bytes of a key's name; PostgreSQL's names end at 63.
pub(crate) const MOST_NAME_BYTES: usize = 63;

/// Most bytes of a value: `VARCHAR(256)` in SQLite; other databases may take fewer.
pub(crate) const MOST_VALUE_BYTES: usize = 256;

/// A key: the name of a column of strings, and what it means.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Key {
    /// Letters, digits and `_`.
    pub name: String,
    /// For people; may be empty.
    pub description: String,
}

/// The keys of a catalog, in their order, fixed for its lifetime.
///
/// A dataset has one value for each, and the last is the one whose values make an RGB picture.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Keys(Vec<Key>);

impl Keys {
    /// Keys of these names, without descriptions.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for none or more than 32 names, one that is not made of letters, digits
    /// and `_`, is reserved, or comes twice in whatever case.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Result<Self, Error> {
        Self::described(names.into_iter().map(|name| (name, "")))
    }

    /// Keys of these names and descriptions.
    ///
    /// # Errors
    ///
    /// [`new`](Self::new)'s.
    pub fn described<N: Into<String>, D: Into<String>>(
        keys: impl IntoIterator<Item = (N, D)>,
    ) -> Result<Self, Error> {
        let keys: Vec<Key> = keys
            .into_iter()
            .map(|(name, description)| Key {
                name: name.into(),
                description: description.into(),
            })
            .collect();
        if keys.is_empty() || keys.len() > MOST_KEYS {
            return Err(Error::invalid(format!(
                "a catalog has 1 to {MOST_KEYS} keys, not {}",
                keys.len()
            )));
        }
        for (at, key) in keys.iter().enumerate() {
            check_name(&key.name)?;
            let twice = |other: &Key| other.name.eq_ignore_ascii_case(&key.name);
            if keys[..at].iter().any(twice) {
                return Err(Error::invalid(format!("the key {} comes twice", key.name)));
            }
        }
        Ok(Self(keys))
    }

    /// The keys, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Key> {
        self.0.iter()
    }

    /// The names, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|key| key.name.as_str())
    }

    /// How many.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there is one at least")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Where a key stands.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is none of this name.
    pub fn position(&self, name: &str) -> Result<usize, Error> {
        self.names().position(|known| known == name).ok_or_else(|| {
            Error::invalid(format!(
                "Encountered unrecognized keys {{'{name}'}} (available keys: {self})"
            ))
        })
    }

    /// There is one value for each key, none is longer than the database's column.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if not.
    pub fn check(&self, values: &[String]) -> Result<(), Error> {
        if values.len() != self.len() {
            return Err(Error::invalid(format!(
                "Got wrong number of keys (available keys: {self})"
            )));
        }
        match values
            .iter()
            .find(|value| value.len() > MOST_VALUE_BYTES || value.contains('\0'))
        {
            Some(value) => Err(Error::invalid(format!(
                "the value {:?} is longer than {MOST_VALUE_BYTES} bytes or holds a zero byte",
                value.chars().take(40).collect::<String>()
            ))),
            None => Ok(()),
        }
    }
}

/// As Terracotta's messages have it: a Python tuple.
impl core::fmt::Display for Keys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let names: Vec<String> = self.names().map(|name| format!("'{name}'")).collect();
        let comma = if names.len() == 1 { "," } else { "" };
        write!(f, "({}{comma})", names.join(", "))
    }
}

fn check_name(name: &str) -> Result<(), Error> {
    let plain = !name.is_empty()
        && name.len() <= MOST_NAME_BYTES
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !plain {
        return Err(Error::invalid(format!(
            "the key name {name:?} has to be 1 to {MOST_NAME_BYTES} bytes of letters, digits and _"
        )));
    }
    if RESERVED
        .iter()
        .any(|reserved| reserved.eq_ignore_ascii_case(name))
    {
        return Err(Error::invalid(format!(
            "the key name {name:?} is reserved; choose another"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_break_a_table_are_refused() {
        for names in [
            vec![],
            vec![""],
            vec!["a b"],
            vec!["a\"; DROP TABLE datasets; --"],
            vec!["path"],
            vec!["Limit"],
            vec!["date", "Date"],
        ] {
            assert!(Keys::new(names.clone()).is_err(), "{names:?}");
        }
        assert!(Keys::new((0..33).map(|k| format!("k{k}"))).is_err());
        assert_eq!(Keys::new(["größe"]).unwrap().len(), 1);
    }

    #[test]
    fn messages_are_terracottas() {
        let keys = Keys::new(["date", "band"]).unwrap();
        let wrong = keys.check(&["a".into()]).unwrap_err().to_string();
        assert_eq!(
            wrong,
            "Got wrong number of keys (available keys: ('date', 'band'))"
        );
        let unknown = keys.position("foo").unwrap_err().to_string();
        assert_eq!(
            unknown,
            "Encountered unrecognized keys {'foo'} (available keys: ('date', 'band'))"
        );
        assert_eq!(Keys::new(["one"]).unwrap().to_string(), "('one',)");
    }
}
