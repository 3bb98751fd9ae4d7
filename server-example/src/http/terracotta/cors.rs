//! Whose pages may ask for what.

use super::routes::{Group, group};
use crate::{
    http::without_root,
    state::{HttpOptions, TerracottaOptions},
};
use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, Method},
    middleware::Next,
    response::Response,
};
use regex::{Regex, RegexBuilder};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tower::{Layer as _, ServiceExt as _};
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

/// The rule of each kind of path.
#[derive(Clone, Debug)]
pub(in crate::http) struct Cors {
    usual: CorsLayer,
    metadata: CorsLayer,
    tiles: CorsLayer,
    root_path: String,
}

impl Cors {
    pub(in crate::http) fn new(http: &HttpOptions, terracotta: &TerracottaOptions) -> Self {
        Self {
            usual: layer(&http.cors_origins, false),
            metadata: layer(&terracotta.allowed_origins_metadata, true),
            tiles: layer(&terracotta.allowed_origins_tiles, true),
            root_path: http.root_path.clone(),
        }
    }

    /// Answers as the rule of the request's path says.
    pub(in crate::http) async fn apply(self, request: Request, next: Next) -> Response {
        let uri = without_root(request.uri(), &self.root_path);
        let layer = match group(uri.path()) {
            None => self.usual,
            Some(Group::Metadata) => self.metadata,
            Some(Group::Tiles) => self.tiles,
        };
        match layer.layer(next).oneshot(request).await {
            Ok(response) => response,
            Err(never) => {
                let never: Infallible = never;
                match never {}
            }
        }
    }
}

/// Answers hold nothing private, and cookies are not used.
fn layer(origins: &[String], patterns: bool) -> CorsLayer {
    let exposed = ["content-bbox", "content-crs", "etag", "server-timing"];
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else if patterns {
        let origins: Arc<[Origin]> = origins.iter().map(|text| Origin::new(text)).collect();
        AllowOrigin::predicate(move |origin: &HeaderValue, _| {
            let text = origin.to_str().unwrap_or_default();
            origins.iter().any(|allowed| allowed.is(text))
        })
    } else {
        let origins = origins.iter();
        AllowOrigin::list(origins.filter_map(|origin| HeaderValue::from_str(origin).ok()))
    };
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::OPTIONS])
        .allow_headers(Any)
        .expose_headers(exposed.map(HeaderName::from_static))
        .max_age(Duration::from_secs(86_400))
}

/// An origin, or a pattern of origins.
#[derive(Debug)]
enum Origin {
    Name(String),
    Pattern(Regex),
}

impl Origin {
    /// What holds a character that has a meaning in regular expressions is one, as in Terracotta; it has to
    /// match from the start. One that is none is told in the log, and a name that no origin has.
    fn new(text: &str) -> Self {
        let is_pattern = text.contains(['*', '\\', ']', '?', '$', '^', '[', '(', ')', '+', '|']);
        let pattern = || {
            RegexBuilder::new(&format!("^(?:{text})"))
                .case_insensitive(true)
                .size_limit(1 << 20)
                .build()
        };
        match is_pattern.then(pattern) {
            Some(Ok(pattern)) => Self::Pattern(pattern),
            Some(Err(error)) => {
                tracing::warn!("the origin {text} is no regular expression: {error}");
                Self::Name(text.to_owned())
            }
            None => Self::Name(text.to_owned()),
        }
    }

    fn is(&self, origin: &str) -> bool {
        match self {
            Self::Name(name) => name.eq_ignore_ascii_case(origin),
            Self::Pattern(pattern) => pattern.is_match(origin),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_names_or_patterns() {
        let usual = TerracottaOptions::default().allowed_origins_tiles;
        let usual = Origin::new(&usual[0]);
        assert!(usual.is("http://localhost:5100") && usual.is("https://127.0.0.1"));
        assert!(!usual.is("http://localhost.evil.org") && !usual.is("http://a.org"));
        assert!(Origin::new("https://a.org").is("https://A.org"));
        assert!(!Origin::new("https://a.org").is("https://aXorg"));
        // Terracotta's own default, which settings files repeat.
        assert!(Origin::new(r"http[s]?://(localhost|127\.0\.0\.1):*").is("http://localhost:5000"));
        assert!(Origin::new(r"https://\w+\.a\.org$").is("https://maps.a.org"));
        assert!(!Origin::new("(").is("http://a.org"));
    }
}
