//! Which form a CRS text has, and the short forms.

use super::{Crs, proj_string, projjson, wkt_read};
use crate::Error;
use crate::error::shorten;

/// Longest text that is looked at, in bytes.
const LONGEST: usize = 1 << 20;

pub(super) fn parse(text: &str) -> Result<Crs, Error> {
    if text.len() > LONGEST {
        return Err(Error::LimitExceeded {
            what: "bytes of a CRS definition",
            needed: text.len() as u64,
            limit: LONGEST as u64,
        });
    }
    let text = text.trim();
    if text.starts_with('{') {
        return projjson::parse(text);
    }
    if let Some(bracket) = text.find(['[', '('])
        && bracket > 0
        && is_word(text[..bracket].trim_end())
    {
        return wkt_read::parse(text);
    }
    // Safe CURIE: [EPSG:4326].
    let text = text
        .strip_prefix('[')
        .and_then(|t| t.strip_suffix(']'))
        .unwrap_or(text);
    let lower = text
        .get(..40.min(text.len()))
        .unwrap_or("")
        .to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        return uri(text);
    }
    if lower.starts_with("urn:") {
        return urn(text);
    }
    if lower.contains("+proj=") || lower.starts_with("proj=") || lower.contains("+init=") {
        return proj_string::parse(text);
    }
    if let Some((authority, code)) = text.split_once(':')
        && is_word(authority)
        && is_word(code)
    {
        return Crs::from_authority(authority, code);
    }
    Err(unknown(text))
}

fn unknown(text: &str) -> Error {
    Error::UnknownCrs {
        crs: shorten(text),
        reason: "expected AUTHORITY:CODE, an OGC URN or URI, WKT, PROJJSON or a PROJ string"
            .to_owned(),
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// `http://www.opengis.net/def/crs/EPSG/0/4326`, and the older `…/gml/srs/epsg.xml#4326`.
fn uri(text: &str) -> Result<Crs, Error> {
    let (_, rest) = text.split_once("://").unwrap_or_default();
    let mut parts = rest.split('/');
    let _host = parts.next();
    if let Some((_, code)) = rest.split_once("/gml/srs/epsg.xml#") {
        return Crs::from_authority("EPSG", code);
    }
    match (
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
    ) {
        (Some("def"), Some("crs"), Some(authority), Some(_version), Some(code), None)
            if is_word(authority) && is_word(code) =>
        {
            Crs::from_authority(authority, code)
        }
        _ => Err(unknown(text)),
    }
}

/// `urn:ogc:def:crs:EPSG::4326`, with or without a version.
fn urn(text: &str) -> Result<Crs, Error> {
    let parts: Vec<&str> = text.splitn(9, ':').collect();
    match parts.as_slice() {
        [_, _, _, kind, authority, .., code]
            if parts.len() <= 7
                && parts.len() >= 6
                && kind.eq_ignore_ascii_case("crs")
                && is_word(authority)
                && is_word(code) =>
        {
            Crs::from_authority(authority, code)
        }
        _ => Err(unknown(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms() {
        for text in [
            "EPSG:3857",
            "epsg:3857",
            " [EPSG:3857] ",
            "urn:ogc:def:crs:EPSG::3857",
            "urn:ogc:def:crs:EPSG:9.5:3857",
            "urn:x-ogc:def:crs:EPSG:3857",
            "http://www.opengis.net/def/crs/EPSG/0/3857",
            "https://www.opengis.net/def/crs/EPSG/0/3857",
            "http://www.opengis.net/gml/srs/epsg.xml#3857",
        ] {
            assert_eq!(parse(text).map(|c| c.epsg()), Ok(Some(3857)), "{text}");
        }
        for text in [
            "OGC:CRS84",
            "urn:ogc:def:crs:OGC:1.3:CRS84",
            "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        ] {
            assert_eq!(parse(text), Ok(Crs::crs84()), "{text}");
        }
    }

    #[test]
    fn nonsense_is_named() {
        for text in [
            "",
            "x",
            "EPSG:",
            "EPSG:99999999999",
            "urn:ogc:def:crs",
            "http://example.com/",
            "[",
            "NOPE:1",
            "🦀:1",
        ] {
            let error = parse(text).unwrap_err();
            assert!(matches!(error, Error::UnknownCrs { .. }), "{text}: {error}");
        }
    }
}
