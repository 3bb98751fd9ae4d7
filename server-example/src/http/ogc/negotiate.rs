//! JSON for programs, a page for people.

use super::page;
use crate::{
    Error,
    http::{Answer, Incoming},
    params::wrong,
};
use axum::response::Response;
use serde::Serialize;

/// Whether the client wants a page: `f=html`, or `Accept` likes HTML better than JSON.
///
/// # Errors
///
/// [`Error::Parameter`] if `f` is neither `html` nor `json`.
pub(in crate::http) fn wants_page(incoming: &Incoming) -> Result<bool, Error> {
    match incoming.query.text("f") {
        Some("html") => Ok(true),
        Some("json") => Ok(false),
        Some(other) => Err(wrong("f", other, "html or json")),
        None => Ok(incoming.preferred(&["application/json", "text/html"]) == Some("text/html")),
    }
}

/// The value as JSON or as a page, as the client wants it.
///
/// # Errors
///
/// [`wants_page`]'s; [`Error::Failed`] if the value is none that JSON can hold.
pub(in crate::http) fn respond(
    answer: Answer<'_>,
    incoming: &Incoming,
    title: &str,
    value: &impl Serialize,
) -> Result<Response, Error> {
    if !wants_page(incoming)? {
        return Ok(answer.json(value));
    }
    let value = serde_json::to_value(value)
        .map_err(|e| Error::failed("an answer cannot be written as JSON", &e))?;
    Ok(page::respond(
        answer,
        page::of_json(incoming, title, &value),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(uri: &'static str, accept: &'static str) -> Result<bool, Error> {
        wants_page(&Incoming::example(uri, &[("accept", accept)]))
    }

    #[test]
    fn the_parameter_goes_before_the_header() {
        assert!(page("/?f=html", "application/json").unwrap());
        assert!(!page("/?f=json", "text/html").unwrap());
        assert!(page("/?", "text/html,application/xhtml+xml,*/*;q=0.8").unwrap());
        assert!(!page("/?", "*/*").unwrap());
        assert!(!page("/?", "application/json, text/html").unwrap());
        assert!(page("/?", "application/json;q=0.5, text/html").unwrap());
        assert_eq!(page("/?f=xml", "").unwrap_err().status(), 422);
    }
}
