//! GeoTIFF's key directory as data.

use std::collections::BTreeMap;

use crate::Error;

/// Tag that holds double parameters.
const DOUBLE_PARAMS: u16 = 34736;
/// Tag that holds ASCII parameters.
const ASCII_PARAMS: u16 = 34737;
/// Tag of the directory itself: short values of more than one element.
const DIRECTORY: u16 = 34735;

/// The code that means "given by other keys".
pub(super) const USER_DEFINED: u16 = 32767;

/// Numbers of the keys: OGC 19-008r4 annex, GeoTIFF 1.0 §6.2.
pub(super) mod key {
    pub(in crate::crs) const MODEL_TYPE: u16 = 1024;
    pub(in crate::crs) const RASTER_TYPE: u16 = 1025;
    pub(in crate::crs) const CITATION: u16 = 1026;
    pub(in crate::crs) const GEODETIC_CRS: u16 = 2048;
    pub(in crate::crs) const GEODETIC_CITATION: u16 = 2049;
    pub(in crate::crs) const DATUM: u16 = 2050;
    pub(in crate::crs) const PRIME_MERIDIAN: u16 = 2051;
    pub(in crate::crs) const ANGULAR_UNITS: u16 = 2054;
    pub(in crate::crs) const ANGULAR_UNIT_SIZE: u16 = 2055;
    pub(in crate::crs) const ELLIPSOID: u16 = 2056;
    pub(in crate::crs) const SEMI_MAJOR_AXIS: u16 = 2057;
    pub(in crate::crs) const SEMI_MINOR_AXIS: u16 = 2058;
    pub(in crate::crs) const INVERSE_FLATTENING: u16 = 2059;
    pub(in crate::crs) const PRIME_MERIDIAN_LONGITUDE: u16 = 2061;
    pub(in crate::crs) const TO_WGS84: u16 = 2062;
    pub(in crate::crs) const PROJECTED_CRS: u16 = 3072;
    pub(in crate::crs) const PROJECTED_CITATION: u16 = 3073;
    pub(in crate::crs) const PROJECTION: u16 = 3074;
    pub(in crate::crs) const METHOD: u16 = 3075;
    pub(in crate::crs) const LINEAR_UNITS: u16 = 3076;
    pub(in crate::crs) const LINEAR_UNIT_SIZE: u16 = 3077;
}

/// Value of a GeoKey.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum GeoKeyValue {
    /// A code or number of the directory itself.
    Short(u16),
    /// Values of tag 34736 `GeoDoubleParams`.
    Doubles(Vec<f64>),
    /// Text of tag 34737 `GeoAsciiParams`, without the closing `|`.
    Ascii(String),
}

/// A `GeoKeyDirectory`: keys in ascending order with their values.
///
/// # Specification
///
/// OGC 19-008r4 §7.1: tags 34735, 34736 and 34737.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GeoKeys {
    keys: BTreeMap<u16, GeoKeyValue>,
}

impl GeoKeys {
    /// An empty directory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the three tags' values; `doubles` and `ascii` are empty where the tag is absent.
    ///
    /// Keys whose value lies outside its tag are an error; a directory that announces more keys than
    /// it holds is read as far as it goes, as other readers do.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidCrs`] naming the key.
    pub fn parse(directory: &[u16], doubles: &[f64], ascii: &[u8]) -> Result<Self, Error> {
        let mut keys = BTreeMap::new();
        let Some((header, entries)) = directory.split_at_checked(4) else {
            return Err(Error::InvalidCrs {
                at: "GeoKeyDirectory (tag 34735)".to_owned(),
                reason: format!(
                    "its header needs 4 values, the tag holds {}",
                    directory.len()
                ),
            });
        };
        for entry in entries.chunks_exact(4).take(usize::from(header[3])) {
            let [key, location, count, offset] = [entry[0], entry[1], entry[2], entry[3]];
            let range = usize::from(offset)..usize::from(offset) + usize::from(count);
            let outside = |length: usize| Error::InvalidCrs {
                at: format!("GeoKey {key}"),
                reason: format!(
                    "values {offset}..{} lie outside tag {location}, which holds {length}",
                    range.end
                ),
            };
            let value = match location {
                0 => GeoKeyValue::Short(offset),
                DIRECTORY => GeoKeyValue::Short(
                    *directory
                        .get(usize::from(offset))
                        .ok_or_else(|| outside(directory.len()))?,
                ),
                DOUBLE_PARAMS => GeoKeyValue::Doubles(
                    doubles
                        .get(range.clone())
                        .ok_or_else(|| outside(doubles.len()))?
                        .to_vec(),
                ),
                ASCII_PARAMS => {
                    // A missing closing NUL or "|" is common; take what is there.
                    let end = range.end.min(ascii.len());
                    let bytes = ascii
                        .get(range.start..end)
                        .ok_or_else(|| outside(ascii.len()))?;
                    let text = String::from_utf8_lossy(bytes);
                    GeoKeyValue::Ascii(text.trim_end_matches(['\0', '|']).to_owned())
                }
                _ => {
                    return Err(Error::InvalidCrs {
                        at: format!("GeoKey {key}"),
                        reason: format!(
                            "its value is said to be in tag {location}, expected 0, 34735, 34736 or 34737"
                        ),
                    });
                }
            };
            keys.insert(key, value);
        }
        Ok(Self { keys })
    }

    /// The contents of tags 34735, 34736 and 34737 (without the closing NUL of the last).
    ///
    /// # Errors
    ///
    /// [`Error::LimitExceeded`] if the values do not fit the directory's 16-bit offsets.
    #[expect(clippy::type_complexity, reason = "three tags, three lists")]
    pub fn to_tags(&self) -> Result<(Vec<u16>, Vec<f64>, Vec<u8>), Error> {
        let too_large = |needed: usize| Error::LimitExceeded {
            what: "GeoKey directory values",
            needed: needed as u64,
            limit: u64::from(u16::MAX),
        };
        let short = |n: usize| u16::try_from(n).map_err(|_| too_large(n));
        let mut directory = vec![1, 1, 0, short(self.keys.len())?];
        let (mut doubles, mut ascii) = (Vec::new(), Vec::new());
        for (&key, value) in &self.keys {
            let (location, count, offset) = match value {
                GeoKeyValue::Short(value) => (0, 1, *value),
                GeoKeyValue::Doubles(values) => {
                    let offset = short(doubles.len())?;
                    doubles.extend_from_slice(values);
                    (DOUBLE_PARAMS, short(values.len())?, offset)
                }
                GeoKeyValue::Ascii(text) => {
                    let offset = short(ascii.len())?;
                    // "|" inside a text is kept: readers go by the count, and citations use it.
                    ascii.extend_from_slice(text.as_bytes());
                    ascii.push(b'|');
                    (ASCII_PARAMS, short(text.len() + 1)?, offset)
                }
            };
            directory.extend([key, location, count, offset]);
        }
        Ok((directory, doubles, ascii))
    }

    /// Sets a key, replacing its value.
    pub fn insert(&mut self, key: u16, value: GeoKeyValue) {
        self.keys.insert(key, value);
    }

    /// Removes a key.
    pub fn remove(&mut self, key: u16) -> Option<GeoKeyValue> {
        self.keys.remove(&key)
    }

    /// The value of a key.
    #[must_use]
    pub fn value(&self, key: u16) -> Option<&GeoKeyValue> {
        self.keys.get(&key)
    }

    /// The short value of a key.
    #[must_use]
    pub fn short(&self, key: u16) -> Option<u16> {
        match self.keys.get(&key)? {
            GeoKeyValue::Short(value) => Some(*value),
            _ => None,
        }
    }

    /// The first number of a key; shorts count as numbers.
    #[must_use]
    pub fn double(&self, key: u16) -> Option<f64> {
        match self.keys.get(&key)? {
            GeoKeyValue::Doubles(values) => values.first().copied(),
            GeoKeyValue::Short(value) => Some(f64::from(*value)),
            GeoKeyValue::Ascii(_) => None,
        }
    }

    /// The text of a key.
    #[must_use]
    pub fn ascii(&self, key: u16) -> Option<&str> {
        match self.keys.get(&key)? {
            GeoKeyValue::Ascii(text) => Some(text),
            _ => None,
        }
    }

    /// Whether no key is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Keys and values, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &GeoKeyValue)> {
        self.keys.iter().map(|(key, value)| (*key, value))
    }

    /// Whether pixels are points (`GTRasterTypeGeoKey`, 1025, is 2): the tie point is a
    /// pixel's centre.
    #[must_use]
    pub fn pixel_is_point(&self) -> bool {
        self.short(1025) == Some(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directory_round_trips() {
        let mut keys = GeoKeys::new();
        keys.insert(1024, GeoKeyValue::Short(1));
        keys.insert(1026, GeoKeyValue::Ascii("a name".to_owned()));
        keys.insert(2049, GeoKeyValue::Ascii("WGS 84".to_owned()));
        keys.insert(2057, GeoKeyValue::Doubles(vec![6_378_137.0]));
        let (directory, doubles, ascii) = keys.to_tags().expect("small");
        assert_eq!(ascii, b"a name|WGS 84|");
        assert_eq!(GeoKeys::parse(&directory, &doubles, &ascii), Ok(keys));
    }

    #[test]
    fn hostile_directories() {
        assert!(GeoKeys::parse(&[], &[], &[]).is_err());
        assert!(GeoKeys::parse(&[1, 1, 0, 1, 2057, 34736, 9, 0], &[1.0], &[]).is_err());
        assert!(GeoKeys::parse(&[1, 1, 0, 1, 2057, 34737, 9, 60000], &[], b"x").is_err());
        assert!(GeoKeys::parse(&[1, 1, 0, 1, 2057, 7, 9, 0], &[], &[]).is_err());
        // More keys announced than present.
        let keys =
            GeoKeys::parse(&[1, 1, 0, 9, 1024, 0, 1, 2], &[], &[]).expect("as far as it goes");
        assert_eq!(keys.short(1024), Some(2));
    }
}
