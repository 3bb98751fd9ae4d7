//! The value that stands for "nothing measured here".

/// A nodata value, exact for every sample type.
///
/// Kept as the integer it was written as where it was one: an `i64` or `u64`
/// beyond 2^53 does not survive a trip through `f64`.
#[derive(Clone, Copy, Debug)]
pub struct Nodata {
    value: f64,
    integer: Option<i128>,
}

impl Nodata {
    /// From a real number, NaN and infinities included.
    #[must_use]
    pub fn new(value: f64) -> Self {
        // 2^63 bounds what the integer sample types below 64 bits and `i64` can hold exactly.
        let whole = value.fract() == 0.0 && value.abs() <= 9_223_372_036_854_775_808.0;
        let integer = whole.then_some(value as i128);
        Self { value, integer }
    }

    /// From an integer, exactly.
    #[must_use]
    pub const fn from_integer(value: i128) -> Self {
        let float = value as f64;
        Self {
            value: float,
            integer: Some(value),
        }
    }

    /// Reads what GDAL writes into tag 42113 (`GDAL_NODATA`): a decimal number,
    /// `nan`, `inf`, `-inf`, in any case, with blanks or NULs around it.
    ///
    /// `None` when the text is not a number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        if let Ok(integer) = text.parse::<i128>() {
            return Some(Self::from_integer(integer));
        }
        let lower = text.to_ascii_lowercase();
        match lower.trim_start_matches(['+', '-']) {
            "nan" | "1.#qnan" | "1.#ind" => Some(Self::new(f64::NAN)),
            _ => lower.parse::<f64>().ok().map(Self::new),
        }
    }

    /// The value as a real number, possibly rounded.
    #[must_use]
    pub const fn as_f64(&self) -> f64 {
        self.value
    }

    /// The value as an integer, if it is one.
    #[must_use]
    pub const fn as_integer(&self) -> Option<i128> {
        self.integer
    }

    /// The value is NaN.
    #[must_use]
    pub const fn is_nan(&self) -> bool {
        self.value.is_nan()
    }
}

/// NaN equals NaN: both say the same pixels are missing.
impl PartialEq for Nodata {
    fn eq(&self, other: &Self) -> bool {
        self.integer == other.integer
            && (self.value == other.value || (self.is_nan() && other.is_nan()))
    }
}

impl core::fmt::Display for Nodata {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.integer {
            Some(integer) => write!(f, "{integer}"),
            None if self.is_nan() => f.write_str("nan"),
            None => write!(f, "{}", self.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_gdal_writes() {
        assert_eq!(Nodata::parse("-9999 \0"), Some(Nodata::from_integer(-9999)));
        assert!(Nodata::parse("nan").unwrap().is_nan());
        assert_eq!(Nodata::parse("-inf").unwrap().as_f64(), f64::NEG_INFINITY);
        assert_eq!(
            Nodata::parse("-3.4028234663852886e+38").unwrap().as_f64(),
            f64::from(f32::MIN)
        );
        assert_eq!(
            Nodata::parse("18446744073709551615").unwrap().as_integer(),
            Some(u64::MAX.into())
        );
        assert_eq!(Nodata::parse("n/a"), None);
        assert_eq!(Nodata::parse(""), None);
    }
}
