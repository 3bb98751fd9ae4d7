//! Requests of OGC's older services: keys in any case, errors as XML.

use super::exception::{Dialect, Exception};
use crate::{
    Error,
    http::{Failure, Incoming},
    params::Query,
    state::ServerState,
};
use axum::{extract::FromRequestParts, http::request::Parts};
use std::sync::Arc;

/// A request of key-value pairs, before it is known which dialect its errors have to speak.
#[derive(Clone, Debug)]
pub(crate) struct Kvp {
    request: Incoming,
    /// The pairs with names in lower case, in the order in which they came.
    pairs: Vec<(String, String)>,
}

impl FromRequestParts<Arc<ServerState>> for Kvp {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<ServerState>,
    ) -> Result<Self, Failure> {
        let text = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(text.as_bytes())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.into_owned()))
            .collect();
        Ok(Self {
            request: Incoming::unread(parts, state),
            pairs,
        })
    }
}

impl Kvp {
    /// The last value of a key, given in lower case.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let mut pairs = self.pairs.iter().rev();
        pairs.find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// A key that has to be there and hold something.
    pub(super) fn required(&self, dialect: Dialect, name: &str) -> Result<&str, Exception> {
        self.text(name).filter(|v| !v.is_empty()).ok_or_else(|| {
            let upper = name.to_ascii_uppercase();
            dialect
                .exception(
                    Error::Request(format!("the parameter {upper} is missing")),
                    dialect.missing(),
                )
                .at(name)
        })
    }

    /// A key read by `parse`; `expected` says what it has to be.
    pub(super) fn read<T>(
        &self,
        dialect: Dialect,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Exception> {
        let text = self.required(dialect, name)?;
        parse(text).ok_or_else(|| {
            let upper = name.to_ascii_uppercase();
            let error = crate::params::wrong(&upper, text, expected);
            dialect
                .exception(as_request(error), dialect.invalid())
                .at(name)
        })
    }

    /// The pairs that are not among `own`: those of TiTiler, and whatever the client's user added.
    pub(super) fn others(&self, own: &[&str]) -> Vec<(String, String)> {
        let others = self.pairs.iter();
        others
            .filter(|(name, _)| !own.contains(&name.as_str()))
            .cloned()
            .collect()
    }

    /// The request as the other handlers know one, with `pairs` for its query.
    pub(super) fn incoming(&self, pairs: &[(String, String)]) -> Incoming {
        let mut incoming = self.request.clone();
        incoming.query = query(pairs);
        incoming
    }
}

/// The query of `pairs`.
pub(super) fn query(pairs: &[(String, String)]) -> Query {
    Query::from_pairs(pairs.to_vec())
}

/// `pairs` as a query string.
pub(super) fn encoded(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// OGC's services answer every unreadable parameter with 400.
fn as_request(error: Error) -> Error {
    match error {
        Error::Parameter(message) => Error::Request(message),
        error => error,
    }
}
