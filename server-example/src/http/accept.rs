//! What a client would like best.

use axum::http::{HeaderMap, header};

/// Which of the media types on offer the client likes best, the first of equals; `None` if it names none of
/// them, even by a wildcard, or says nothing.
///
/// # Specification
///
/// RFC 9110, 12.5.1.
pub(crate) fn preferred<'a>(headers: &HeaderMap, offers: &[&'a str]) -> Option<&'a str> {
    let accept: Vec<&str> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let mut best: Option<(&str, f32)> = None;
    for offer in offers {
        let quality = quality(accept.iter().flat_map(|value| value.split(',')), offer);
        if quality > 0.0 && best.is_none_or(|(_, other)| quality > other) {
            best = Some((offer, quality));
        }
    }
    best.map(|(offer, _)| offer)
}

/// How much a media type is liked: what the most specific of the ranges that hold it says.
fn quality<'a>(ranges: impl Iterator<Item = &'a str>, offer: &str) -> f32 {
    let kind = offer.split('/').next().unwrap_or_default();
    let mut found = (0, 0.0);
    for range in ranges {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let specific = if name.eq_ignore_ascii_case(offer) {
            3
        } else if name
            .strip_suffix("/*")
            .is_some_and(|start| start.eq_ignore_ascii_case(kind))
        {
            2
        } else if name == "*/*" {
            1
        } else {
            continue;
        };
        let weight = parts
            .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
            .map_or(1.0, |text| text.trim().parse().unwrap_or(0.0));
        if specific > found.0 {
            found = (specific, weight);
        }
    }
    found.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_and_specific_ranges_decide() {
        let choose = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            preferred(&headers, &["application/json", "text/html"])
        };
        assert_eq!(
            choose("text/html,application/xhtml+xml,*/*;q=0.8"),
            Some("text/html")
        );
        assert_eq!(choose("*/*"), Some("application/json"));
        assert_eq!(
            choose("text/html;q=0.1, application/json"),
            Some("application/json")
        );
        assert_eq!(choose("application/json;q=0, */*"), Some("text/html"));
        assert_eq!(choose("text/*"), Some("text/html"));
        assert_eq!(choose("image/png"), None);
        assert_eq!(choose("text/html;q=nonsense"), None);
        assert_eq!(preferred(&HeaderMap::new(), &["text/html"]), None);
    }
}
