//! Numbers that GDAL's writers leave in text, read as GDAL reads them.

use cog_raster::{Nodata, SampleType};

/// The number at the start of a text, as C's `strtod` and GDAL's `CPLAtofM`
/// read it: what follows is ignored, a comma may be the decimal point, and what
/// starts with no number is 0.
pub(crate) fn real(text: &str) -> f64 {
    let text = text.trim_start();
    let lower = text.to_ascii_lowercase();
    for (name, value) in [
        ("nan", f64::NAN),
        ("-1.#ind", f64::NAN),
        ("-1.#qnan", f64::NAN),
        ("1.#qnan", f64::NAN),
        ("inf", f64::INFINITY),
        ("1.#inf", f64::INFINITY),
        ("-inf", f64::NEG_INFINITY),
        ("-1.#inf", f64::NEG_INFINITY),
    ] {
        if lower.starts_with(name) {
            return value;
        }
    }
    let number = lower.replace(',', ".");
    let bytes = number.as_bytes();
    let digits = |from: usize| {
        from + bytes[from..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let start = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let mut end = digits(start);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if bytes.get(end) == Some(&b'e') {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let past = digits(end + 1 + sign);
        if past > end + 1 + sign {
            end = past;
        }
    }
    number[..end].parse().unwrap_or(0.0)
}

/// The integer at the start of a text, as C's `strtoll` reads it; 0 where
/// there is none.
fn integer(text: &str) -> i128 {
    let text = text.trim_start();
    let sign = usize::from(text.starts_with(['+', '-']));
    let digits = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
    // More digits than this are beyond every type.
    text[..sign + digits.min(30)].parse().unwrap_or(0)
}

/// Tag 42113 (`GDAL_NODATA`) as GDAL reads it: 64-bit integers up to the first
/// character that is no digit, all others as a real number. `None` where no
/// sample of the type can be it, or the text is empty.
pub(crate) fn nodata(text: &str, sample_type: SampleType) -> Option<Nodata> {
    if text.trim().is_empty() {
        return None;
    }
    let (least, greatest) = match sample_type {
        SampleType::I64 => (i64::MIN.into(), i64::MAX.into()),
        SampleType::U64 => (0, u64::MAX.into()),
        _ => {
            let value = real(text);
            // Half floats are read as `f32` by GDAL, and so is what they are compared with.
            let (least, greatest) = match sample_type {
                SampleType::F16 => SampleType::F32.range(),
                other => other.range(),
            };
            if sample_type.is_integer() {
                return (least..=greatest)
                    .contains(&value)
                    .then(|| Nodata::new(value));
            }
            // What is a little beyond f32's range is f32's end, written with few digits.
            if value.is_finite() && value.abs() > greatest * 1.000_001 {
                return Some(Nodata::new(f64::INFINITY.copysign(value)));
            }
            return Some(Nodata::new(value));
        }
    };
    let value = integer(text);
    (least..=greatest)
        .contains(&value)
        .then(|| Nodata::from_integer(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodata_of_half_floats_may_be_beyond_them() {
        let nodata = nodata("1e20", SampleType::F16).unwrap();
        assert_eq!(nodata.as_f64(), 1e20);
    }

    #[test]
    fn reals_are_read_as_far_as_they_go() {
        for (text, value) in [
            ("7", 7.0),
            (" +7.5e1x", 75.0),
            ("7,5", 7.5),
            (".5", 0.5),
            ("7.", 7.0),
            ("7e", 7.0),
            ("0x7", 0.0),
            ("none", 0.0),
            ("-", 0.0),
            ("-inf", f64::NEG_INFINITY),
            ("é", 0.0),
        ] {
            assert_eq!(real(text), value, "{text}");
        }
        assert!(real("NaN").is_nan() && real("-1.#IND").is_nan());
    }

    #[test]
    fn large_integers_end_at_the_point() {
        let of = |text, kind| nodata(text, kind).and_then(|n| n.as_integer());
        let text = "-4.6116860184273879e+18";
        assert_eq!(of(text, SampleType::I64), Some(-4));
        assert_eq!(
            of("-9223372036854775808", SampleType::I64),
            Some(i64::MIN.into())
        );
        assert_eq!(of("9223372036854775808", SampleType::I64), None);
        assert_eq!(
            of("18446744073709551615", SampleType::U64),
            Some(u64::MAX.into())
        );
        assert_eq!(of("-1", SampleType::U64), None);
        assert_eq!(of(&"9".repeat(99), SampleType::U64), None);
    }

    #[test]
    fn nodata_that_no_sample_can_be() {
        assert_eq!(nodata("-1", SampleType::U8), None);
        assert_eq!(nodata("nan", SampleType::U8), None);
        assert_eq!(nodata("", SampleType::F32), None);
        assert_eq!(nodata("7.5", SampleType::U8), Some(Nodata::new(7.5)));
        let beyond = nodata("-1.7976931348623157e+308", SampleType::F32);
        assert_eq!(beyond, Some(Nodata::new(f64::NEG_INFINITY)));
    }
}
