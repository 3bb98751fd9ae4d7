//! Prefixes of URLs, compared part by part.

use url::Url;

/// A URL prefix such as `https://`, `https://data.example.org/` or `s3://bucket/scenes/`.
///
/// Compared by scheme, host and port exactly and by whole path segments, not
/// as text: `https://example.org` does not cover `https://example.org.evil.net`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Prefix {
    scheme: String,
    host: Option<String>,
    port: Option<u16>,
    path: Vec<String>,
}

impl Prefix {
    /// Reads a prefix.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if let Some(scheme) = text.strip_suffix("://") {
            let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
            return if valid {
                Ok(Self {
                    scheme: scheme.to_ascii_lowercase(),
                    host: None,
                    port: None,
                    path: Vec::new(),
                })
            } else {
                Err(format!(
                    "{text:?} has no valid scheme; write one as in https://"
                ))
            };
        }
        let url = Url::parse(text).map_err(|e| {
            format!("{text:?} is not a URL prefix ({e}); write one as in https://example.org/data/")
        })?;
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            return Err(format!(
                "{text:?} has a user, a query or a fragment; a prefix is scheme, host and path"
            ));
        }
        Ok(Self::of(&url))
    }

    /// The prefix that covers one URL and everything below it.
    pub(crate) fn of(url: &Url) -> Self {
        Self {
            scheme: url.scheme().to_owned(),
            host: url.host_str().map(str::to_owned),
            port: url.port_or_known_default(),
            path: segments(url),
        }
    }

    /// Whether the prefix names a host, so that reaching it was somebody's decision.
    pub(crate) const fn names_host(&self) -> bool {
        self.host.is_some()
    }

    /// Whether the prefix covers a URL.
    pub(crate) fn covers(&self, url: &Url) -> bool {
        if self.scheme != url.scheme() {
            return false;
        }
        let Some(host) = &self.host else {
            return true;
        };
        url.host_str() == Some(host)
            && url.port_or_known_default() == self.port
            && segments(url).starts_with(&self.path)
    }
}

/// Path segments; `Url` has already resolved `.` and `..`, plain or percent-encoded.
///
/// A slash that hides as `%2f` stays part of its segment, as servers see it.
fn segments(url: &Url) -> Vec<String> {
    let mut segments: Vec<String> = url
        .path()
        .trim_start_matches('/')
        .split('/')
        .map(str::to_owned)
        .collect();
    if segments.last().is_some_and(String::is_empty) {
        segments.pop();
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(prefix: &str, url: &str) -> bool {
        Prefix::parse(prefix)
            .unwrap()
            .covers(&Url::parse(url).unwrap())
    }

    #[test]
    fn parts_are_compared_whole() {
        assert!(covers("https://", "https://any.example/a.tif"));
        assert!(!covers("https://", "http://any.example/a.tif"));
        assert!(covers("https://example.org", "https://example.org/a.tif"));
        assert!(covers(
            "https://example.org",
            "https://EXAMPLE.org:443/a.tif"
        ));
        assert!(!covers(
            "https://example.org",
            "https://example.org.evil.net/a.tif"
        ));
        assert!(!covers(
            "https://example.org",
            "https://example.org:8443/a.tif"
        ));
        assert!(covers("s3://bucket/scenes", "s3://bucket/scenes/1.tif"));
        assert!(covers("s3://bucket/scenes/", "s3://bucket/scenes/1.tif"));
        assert!(!covers(
            "s3://bucket/scenes",
            "s3://bucket/scenes-secret/1.tif"
        ));
        assert!(!covers(
            "s3://bucket/scenes",
            "s3://bucket/scenes/../secret/1.tif"
        ));
        assert!(!covers("https://h/a", "https://h/a/%2e%2e/b"));
        assert!(!covers("s3://bucket", "s3://bucket2/1.tif"));
    }

    #[test]
    fn what_is_no_prefix_is_refused() {
        for text in [
            "",
            "://",
            "example.org",
            "https://u@example.org/",
            "https://h/?q",
        ] {
            assert!(Prefix::parse(text).is_err(), "{text}");
        }
    }
}
