//! A request, as far as every handler needs it.

use super::{Failure, conditional::entity_tag};
use crate::{params::Query, state::Source};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Uri, header, request::Parts},
};

/// Path, query and headers of a request.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) uri: Uri,
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
}

impl<S: Sync> FromRequestParts<S> for Incoming {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Ok(Self {
            query: Query::parse(parts.uri.query().unwrap_or_default())?,
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
        })
    }
}

impl Incoming {
    /// The entity tag of the answer to this request about `source`; `None` where the source's store
    /// does not tell when it changes.
    pub(crate) fn tag(&self, source: &Source) -> Option<String> {
        let validator = source.validator.as_deref()?;
        Some(entity_tag([
            env!("CARGO_PKG_VERSION"),
            &source.key,
            validator,
            self.uri.path(),
            self.uri.query().unwrap_or_default(),
        ]))
    }

    /// How the client reached this server: scheme and authority, from the proxy's headers if there
    /// is one in front.
    pub(crate) fn base_url(&self) -> String {
        let text = |name: &str| {
            let value = self.headers.get(name)?.to_str().ok()?;
            // A chain of proxies lists several; the first is the client's view.
            Some(value.split(',').next()?.trim().to_owned())
        };
        let scheme = text("x-forwarded-proto").filter(|s| s == "http" || s == "https");
        let plain = |host: &String| {
            !host.is_empty()
                && host
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || ".-:[]_".contains(c))
        };
        let host = text("x-forwarded-host")
            .filter(plain)
            .or_else(|| text(header::HOST.as_str()).filter(plain))
            .unwrap_or_else(|| "localhost".into());
        format!("{}://{host}", scheme.as_deref().unwrap_or("http"))
    }

    /// Whether the client prefers JSON to a page.
    pub(crate) fn wants_json(&self) -> bool {
        let accept = self
            .headers
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let position = |kind: &str| accept.find(kind).unwrap_or(usize::MAX);
        position("application/json") < position("text/html")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn incoming(headers: &[(&'static str, &'static str)]) -> Incoming {
        Incoming {
            uri: Uri::from_static("/"),
            query: Query::default(),
            headers: headers
                .iter()
                .map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v)))
                .collect(),
        }
    }

    #[test]
    fn links_follow_the_proxy_and_ignore_nonsense() {
        assert_eq!(incoming(&[("host", "a:8000")]).base_url(), "http://a:8000");
        let proxied = [
            ("host", "a"),
            ("x-forwarded-host", "b.org, c"),
            ("x-forwarded-proto", "https"),
        ];
        assert_eq!(incoming(&proxied).base_url(), "https://b.org");
        let hostile = [("host", "a"), ("x-forwarded-host", "b\"><script>")];
        assert_eq!(incoming(&hostile).base_url(), "http://a");
    }

    #[test]
    fn a_browser_gets_the_page_and_a_program_json() {
        assert!(!incoming(&[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")]).wants_json());
        assert!(incoming(&[("accept", "application/json")]).wants_json());
        assert!(!incoming(&[("accept", "*/*")]).wants_json());
        assert!(!incoming(&[]).wants_json());
    }
}
