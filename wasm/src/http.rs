//! What of HTTP a browser leaves to whoever fetches: nothing here touches the network.

use cog_reader::{ReadError, ReadErrorKind};

/// What a `Content-Range` header says (RFC 9110, 14.4).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ContentRange {
    /// First byte sent; none in an answer that sends nothing (`bytes */100`).
    pub start: Option<u64>,
    /// Length of the whole file, unless the host does not know (`bytes 0-9/*`).
    pub size: Option<u64>,
}

impl ContentRange {
    /// Reads a header's value; none if it is not of bytes, or against the rules.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let (range, size) = value
            .trim()
            .strip_prefix("bytes")?
            .trim_start()
            .split_once('/')?;
        let size = match size.trim() {
            "*" => None,
            digits => Some(digits.parse().ok()?),
        };
        if range.trim() == "*" {
            return Some(Self { start: None, size });
        }
        let (start, end) = range.trim().split_once('-')?;
        let (start, end): (u64, u64) = (start.parse().ok()?, end.parse().ok()?);
        let fits = start <= end && size.is_none_or(|size| end < size);
        fits.then_some(Self {
            start: Some(start),
            size,
        })
    }
}

/// Whether an entity tag can be sent back as a condition: a weak one says that two files mean the
/// same, not that their bytes are the same (RFC 9110, 8.8.3.2 and 13.1.1).
#[must_use]
pub fn is_strong(tag: &str) -> bool {
    tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"')
}

/// The error that a status stands for, other than 200, 206 and 416.
#[must_use]
pub fn failure(status: u16, url: &str) -> ReadError {
    let (kind, message) = match status {
        404 | 410 => (
            ReadErrorKind::NotFound,
            format!("there is nothing at {url}"),
        ),
        401 | 403 | 407 | 451 => (
            ReadErrorKind::Denied,
            format!(
                "the host refuses {url} (status {status}); check the address, or who may read it"
            ),
        ),
        412 => (
            ReadErrorKind::Changed,
            format!("{url} was replaced while it was read; open it anew"),
        ),
        _ => (
            ReadErrorKind::Unavailable,
            format!("the host of {url} answers with status {status}"),
        ),
    };
    ReadError::new(kind, message)
}

/// A URL as messages may show it: without user, password and signature, and not too long.
#[must_use]
pub fn shown_url(url: &str) -> String {
    const LONGEST: usize = 200;
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let mut shown = url[..end].to_owned();
    if let Some(scheme) = shown.find("://") {
        let host = scheme + 3;
        let path = shown[host..].find('/').map_or(shown.len(), |at| host + at);
        if let Some(at) = shown[host..path].rfind('@') {
            shown.replace_range(host..=host + at, "");
        }
    }
    if shown.chars().count() > LONGEST {
        shown = shown.chars().take(LONGEST).chain(['…']).collect();
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_is_read_or_refused() {
        let parsed = |value: &str| ContentRange::parse(value).map(|r| (r.start, r.size));
        assert_eq!(parsed("bytes 0-99/1000"), Some((Some(0), Some(1000))));
        assert_eq!(parsed("bytes 5-5/*"), Some((Some(5), None)));
        assert_eq!(parsed("bytes */1000"), Some((None, Some(1000))));
        for wrong in [
            "",
            "bytes",
            "items 0-9/10",
            "bytes 9-0/10",
            "bytes 0-10/10",
            "bytes -5/10",
            "bytes 0-9",
            "bytes 0-99999999999999999999/*",
        ] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_strong_tags_are_conditions() {
        assert!(is_strong("\"abc\""));
        for tag in ["W/\"abc\"", "abc", "\"", ""] {
            assert!(!is_strong(tag), "{tag}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        assert_eq!(
            shown_url("https://me:secret@host.org/a@b/dem.tif?X-Amz-Signature=1#x"),
            "https://host.org/a@b/dem.tif"
        );
        assert_eq!(shown_url("dem.tif"), "dem.tif");
        assert!(
            shown_url(&format!("https://host/{}", "ä".repeat(500)))
                .chars()
                .count()
                <= 201
        );
    }

    #[test]
    fn a_status_says_who_must_act() {
        for (status, kind) in [
            (404, ReadErrorKind::NotFound),
            (403, ReadErrorKind::Denied),
            (412, ReadErrorKind::Changed),
            (503, ReadErrorKind::Unavailable),
        ] {
            assert_eq!(failure(status, "u").kind(), kind);
        }
    }
}
