//! A request, as far as every handler needs it.

use super::{Failure, accept::preferred, conditional::entity_tag};
use crate::{
    dataset::{Dataset, Kind},
    params::Query,
    state::ServerState,
};
use axum::{
    extract::{FromRequestParts, OriginalUri},
    http::{HeaderMap, Method, Uri, header, request::Parts},
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Path, query and headers of a request.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) uri: Uri,
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
    pub(crate) method: Method,
    /// What the route's `url=` is.
    pub(crate) kind: Kind,
    /// The path under which a proxy shows the server.
    root_path: String,
    /// The answer says how the client reached this server.
    names_itself: Arc<AtomicBool>,
    /// The answer is of a kind that the client prefers.
    is_negotiated: Arc<AtomicBool>,
    /// What of the server's own settings answers depend on.
    settings: Arc<str>,
}

impl FromRequestParts<Arc<ServerState>> for Incoming {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<ServerState>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            query: Query::parse(parts.uri.query().unwrap_or_default()),
            ..Self::unread(parts, state)
        })
    }
}

/// The address below the root path, whether the proxy took that away or not.
pub(super) fn without_root(uri: &Uri, root_path: &str) -> Uri {
    let whole = uri.path_and_query().map_or("/", |whole| whole.as_str());
    let rest = whole
        .strip_prefix(root_path)
        .filter(|rest| !root_path.is_empty() && rest.starts_with('/'));
    let rest = rest.and_then(|rest| rest.parse().ok());
    rest.unwrap_or_else(|| uri.clone())
}

impl Incoming {
    /// The request without its query, for those who read that otherwise.
    pub(crate) fn unread(parts: &Parts, state: &ServerState) -> Self {
        Self {
            query: Query::default(),
            // Nested routers see a part of the path only; what is asked for is all of it.
            uri: match parts.extensions.get::<OriginalUri>() {
                Some(OriginalUri(uri)) => without_root(uri, &state.http.root_path),
                None => parts.uri.clone(),
            },
            root_path: state.http.root_path.clone(),
            names_itself: Arc::default(),
            is_negotiated: Arc::default(),
            settings: Arc::clone(&state.fingerprint),
            headers: parts.headers.clone(),
            method: parts.method.clone(),
            kind: parts.extensions.get().copied().unwrap_or_default(),
        }
    }

    /// The entity tag of the answer to this request about `dataset`; `None` where a source's store
    /// does not tell when it changes.
    pub(crate) fn tag(&self, dataset: &Dataset) -> Option<String> {
        self.tag_of(dataset.identity()?)
    }

    /// The entity tag of the answer to this request about what `parts` tell apart.
    pub(crate) fn tag_of<'a>(&'a self, mut parts: Vec<&'a str>) -> Option<String> {
        if !self.is_kept() {
            return None;
        }
        parts.extend([
            env!("CARGO_PKG_VERSION"),
            &self.settings,
            self.uri.path(),
            self.uri.query().unwrap_or_default(),
        ]);
        Some(entity_tag(parts))
    }

    /// The answer may be kept: it depends on nothing but the address and the sources.
    pub(crate) fn is_kept(&self) -> bool {
        self.method != Method::POST
    }

    /// How the client reached this server: scheme, authority and root path, from the proxy's headers if
    /// there is one in front.
    pub(crate) fn base_url(&self) -> String {
        self.names_itself.store(true, Ordering::Relaxed);
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
        let scheme = scheme.as_deref().unwrap_or("http");
        let usual = if scheme == "https" { "443" } else { "80" };
        let port = text("x-forwarded-port")
            .filter(|port| port.parse::<u16>().is_ok() && port != usual)
            // Of a host that names its port the proxy's word is no news.
            .filter(|_| !host.ends_with(|c: char| c.is_ascii_digit()) || !host.contains(':'))
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        let prefix = text("x-forwarded-prefix")
            .map(|prefix| prefix.trim_matches('/').to_owned())
            .filter(|prefix| {
                prefix
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "/._~-".contains(c))
            })
            .map(|prefix| {
                if prefix.is_empty() {
                    prefix
                } else {
                    format!("/{prefix}")
                }
            })
            .unwrap_or_else(|| self.root_path.clone());
        format!("{scheme}://{host}{port}{prefix}")
    }

    /// The headers, beside the address, on which the answer depends by way of [`base_url`](Self::base_url)
    /// and [`preferred`](Self::preferred).
    pub(crate) fn vary(&self) -> Option<String> {
        let mut names = Vec::new();
        if self.is_negotiated.load(Ordering::Relaxed) {
            names.push("accept");
        }
        if self.names_itself.load(Ordering::Relaxed) {
            names.push("x-forwarded-proto, x-forwarded-host, x-forwarded-port, x-forwarded-prefix");
        }
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// Which of the media types on offer the client likes best; `None` if it does not say.
    pub(crate) fn preferred<'a>(&self, offers: &[&'a str]) -> Option<&'a str> {
        self.is_negotiated.store(true, Ordering::Relaxed);
        preferred(&self.headers, offers)
    }

    /// The request for one of the formats of its address, which the client's `Accept` chose: its tag is
    /// another than those of the others.
    pub(crate) fn of_format(mut self, format: &str) -> Self {
        let query = self.uri.query().unwrap_or_default();
        let named = format!("{}?{query}&f={format}", self.uri.path());
        self.uri = named.parse::<Uri>().unwrap_or(self.uri);
        self
    }
}

#[cfg(test)]
impl Incoming {
    /// A request for tests.
    pub(crate) fn example(uri: &'static str, headers: &[(&'static str, &'static str)]) -> Self {
        use axum::http::{HeaderName, HeaderValue};
        let uri = Uri::from_static(uri);
        let headers = headers.iter();
        Self {
            query: Query::parse(uri.query().unwrap_or_default()),
            uri,
            headers: headers
                .map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v)))
                .collect(),
            method: Method::GET,
            kind: Kind::Cog,
            root_path: String::new(),
            names_itself: Arc::default(),
            is_negotiated: Arc::default(),
            settings: Arc::from(""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incoming(headers: &[(&'static str, &'static str)]) -> Incoming {
        Incoming::example("/", headers)
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
        let deep = [
            ("host", "a"),
            ("x-forwarded-port", "8443"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-prefix", "/maps/"),
        ];
        assert_eq!(incoming(&deep).base_url(), "https://a:8443/maps");
        let usual = [
            ("host", "a"),
            ("x-forwarded-port", "80"),
            ("x-forwarded-prefix", "/\">"),
        ];
        assert_eq!(incoming(&usual).base_url(), "http://a");
        let named = [("host", "a:1"), ("x-forwarded-port", "2")];
        assert_eq!(incoming(&named).base_url(), "http://a:1");
    }

    #[test]
    fn addresses_are_those_below_the_root_path() {
        let below = |uri: &'static str| without_root(&Uri::from_static(uri), "/maps").to_string();
        assert_eq!(below("/maps/cog/info?url=a"), "/cog/info?url=a");
        assert_eq!(below("/cog/info?url=/maps/a"), "/cog/info?url=/maps/a");
        assert_eq!(below("/mapsa/cog"), "/mapsa/cog");
    }
}
