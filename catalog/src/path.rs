//! Where a dataset's raster lies, and which of its bands it is.

use crate::Error;
use core::fmt;

/// What marks a band at the end of a path.
const MARK: &str = "#band=";

/// A path or address as a catalog holds it: `scene.tif`, or `scene.tif#band=2` for its second band.
///
/// Terracotta reads the first band of whatever a path names; the mark is ours.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct DatasetPath {
    /// The path or address, without the mark.
    pub path: String,
    /// The band, 0-based; the first where the path does not say.
    pub band: u32,
}

impl DatasetPath {
    /// A band (0-based) of a raster.
    pub fn new(path: impl Into<String>, band: u32) -> Self {
        Self {
            path: path.into(),
            band,
        }
    }

    /// Reads what a catalog holds.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is a mark, but no number from 1 on behind it, or nothing before it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let Some((path, number)) = text.rsplit_once(MARK) else {
            return Ok(Self::new(text, 0));
        };
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let band = number.parse::<u32>().ok().filter(|_| digits);
        match band.and_then(|band| band.checked_sub(1)) {
            Some(band) if !path.is_empty() => Ok(Self::new(path, band)),
            _ => Err(Error::invalid(format!(
                "the path {text:?} should end in {MARK} and the number of a band, 1 being the first"
            ))),
        }
    }
}

/// As a catalog holds it; the first band has no mark, so that Terracotta reads it too.
impl fmt::Display for DatasetPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.band {
            0 => f.write_str(&self.path),
            band => write!(f, "{}{MARK}{}", self.path, u64::from(band) + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_told_from_its_path() {
        for (text, path, band) in [
            ("a.tif", "a.tif", 0),
            ("s3://b/a.tif#band=2", "s3://b/a.tif", 1),
            ("a#band=1#band=3", "a#band=1", 2),
            ("a#b.tif", "a#b.tif", 0),
        ] {
            let found = DatasetPath::parse(text).unwrap();
            assert_eq!(found, DatasetPath::new(path, band));
            assert_eq!(found.to_string(), text);
        }
        assert_eq!(DatasetPath::parse("a#band=1").unwrap().to_string(), "a");
        for wrong in [
            "a#band=",
            "a#band=0",
            "a#band=x",
            "a#band=+1",
            "a#band=4294967296",
            "#band=1",
        ] {
            assert!(DatasetPath::parse(wrong).is_err(), "{wrong}");
        }
    }
}
