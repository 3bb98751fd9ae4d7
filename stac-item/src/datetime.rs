//! Dates as people and TIFF files write them.

use crate::Error;
use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};

/// A date or a time as RFC 3339 in UTC: `2020-01-01`, `2020-01-01T01:01:01`, with a fraction, a zone or none.
pub(crate) fn rfc3339(text: &str) -> Result<String, Error> {
    let text = text.trim();
    let refused = || {
        Error::parameter(
            "datetime",
            format!("{text:.40?} is not a date: 2020-01-01 or 2020-01-01T01:01:01Z is needed"),
        )
    };
    parsed(text).map(written).ok_or_else(refused)
}

/// TIFF's `DateTime` (tag 306, `YYYY:MM:DD HH:MM:SS`), which has no zone and is taken for UTC.
pub(crate) fn of_tiff(text: &str) -> Option<String> {
    let text = text.trim_end_matches('\0').trim();
    let naive = NaiveDateTime::parse_from_str(text, "%Y:%m:%d %H:%M:%S").ok();
    naive
        .map(|naive| naive.and_utc())
        .or_else(|| parsed(text))
        .map(written)
}

fn parsed(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(zoned) = DateTime::parse_from_rfc3339(text) {
        return Some(zoned.with_timezone(&Utc));
    }
    for format in [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
    ] {
        if let Ok(naive) = NaiveDateTime::parse_from_str(text, format) {
            return Some(naive.and_utc());
        }
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(day.and_hms_opt(0, 0, 0)?.and_utc())
}

fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_understood() {
        for (text, expected) in [
            ("2020-01-01", "2020-01-01T00:00:00Z"),
            ("2020-01-01T01:02:03", "2020-01-01T01:02:03Z"),
            ("2020-01-01T01:02:03.25Z", "2020-01-01T01:02:03.250Z"),
            ("2020-01-01T01:02:03+02:00", "2019-12-31T23:02:03Z"),
        ] {
            assert_eq!(rfc3339(text).unwrap(), expected, "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2020-13-01",
            "2020-02-30",
            "1",
            &"9".repeat(1000),
        ] {
            assert!(rfc3339(text).is_err(), "{text:.20}");
        }
        assert_eq!(
            of_tiff("2020:03:04 05:06:07\0").as_deref(),
            Some("2020-03-04T05:06:07Z")
        );
        assert_eq!(of_tiff("nonsense"), None);
    }
}
