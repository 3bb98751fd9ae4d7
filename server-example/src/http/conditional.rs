//! Validators: what a client has is still right, so it is not sent again.

use axum::http::{HeaderMap, HeaderValue, header};
use twox_hash::XxHash3_128;

/// A strong entity tag of what an answer is made from.
///
/// The parts are what determines the answer's bytes: the source's validator,
/// the request, the program's version. They survive a restart, so clients'
/// and proxies' copies do too.
pub(crate) fn entity_tag<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    byte_tag(parts.into_iter().map(str::as_bytes))
}

/// A strong entity tag of bytes.
pub(crate) fn body_tag(body: &[u8]) -> String {
    byte_tag([body])
}

fn byte_tag<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    // Quick, so that a large body may be tagged where it is sent, and the same in every release.
    let mut sum = XxHash3_128::new();
    for part in parts {
        // Lengths keep ("ab", "c") apart from ("a", "bc").
        sum.write(&(part.len() as u64).to_le_bytes());
        sum.write(part);
    }
    format!("\"{:032x}\"", sum.finish_128())
}

/// Whether `If-None-Match` names this tag.
///
/// # Specification
///
/// RFC 9110, 13.1.2: a list of tags or `*`, compared weakly.
pub(crate) fn is_current(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|candidate| {
            let candidate = candidate.trim();
            candidate.strip_prefix("W/").unwrap_or(candidate)
        })
        .any(|candidate| candidate == "*" || without_coding(candidate) == tag)
}

/// Marks the tag of a compressed answer, which is another representation and so needs another
/// strong tag (RFC 9110, 8.8.3.3).
pub(crate) fn with_coding(tag: &HeaderValue, coding: &str) -> Option<HeaderValue> {
    let tag = tag.to_str().ok()?.strip_suffix('"')?;
    HeaderValue::from_str(&format!("{tag}-{coding}\"")).ok()
}

/// The tag of the answer before compression.
fn without_coding(tag: &str) -> String {
    match tag.strip_suffix("-gzip\"") {
        Some(start) => format!("{start}\""),
        None => tag.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_tell_parts_apart_and_stay_the_same() {
        let tag = entity_tag(["ab", "c"]);
        assert_eq!(tag, entity_tag(["ab", "c"]));
        assert_ne!(tag, entity_tag(["a", "bc"]));
        assert_ne!(tag, entity_tag(["ab", "c", ""]));
        assert_eq!(tag.len(), 34);
    }

    #[test]
    fn a_list_a_star_and_a_weak_tag_match() {
        let tag = "\"abc\"";
        let matches = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(value));
            is_current(&headers, tag)
        };
        assert!(matches("\"x\", \"abc\""));
        assert!(matches("*"));
        assert!(matches("W/\"abc\""));
        assert!(matches("\"abc-gzip\""));
        assert!(!matches("\"abcd\""));
        assert!(!matches("abc"));
        assert!(!is_current(&HeaderMap::new(), tag));
    }
}
