//! What is known of datasets.

use super::{Refusal, catalog_of, columns::Columns, found::metadata_of};
use crate::{
    Error,
    http::{Answer, Incoming},
    params::invalid,
    state::ServerState,
};
use axum::{
    body::Bytes,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use futures_util::future::try_join_all;
use serde_json::Value;
use std::sync::Arc;

/// Datasets whose metadata is looked up at the same time.
const AT_ONCE: usize = 8;

/// What is known of one dataset's pixels.
///
/// What is not known yet is read now, quickly and roughly, and noted in the catalog.
#[utoipa::path(
    get, path = "/metadata/{keys}", tag = "Terracotta",
    params(
        ("keys" = String, Path, description = "Values of all keys, in order, with slashes between"),
        ("columns" = Option<String>, Query, description = "JSON list of what is wanted: bounds, convex_hull, valid_percentage, range, mean, stdev, percentiles, metadata; all by default"),
    ),
    responses(
        (status = 200, description = "Keys and metadata", body = Object, content_type = "application/json"),
        super::document::ReadingFails,
    )
)]
pub(in crate::http) async fn metadata(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Refusal> {
    let catalog = catalog_of(&state)?;
    let columns = Columns::parse(&incoming.query)?;
    let values = super::address::values(incoming.uri.path(), "/metadata/");
    let known = metadata_of(&state, catalog, &values).await?;
    let body = columns.of(catalog.keys(), &values, &known);
    Ok(Answer::to(&incoming, 0).json(&body))
}

/// What is known of several datasets' pixels.
#[utoipa::path(
    post, path = "/metadata", tag = "Terracotta",
    params(
        ("columns" = Option<String>, Query, description = "JSON list of what is wanted; all by default"),
    ),
    request_body(content = Object, description = r#"`{"keys": [["20200101", "B04"], …]}`: values of all keys, in order, for each dataset"#, content_type = "application/json"),
    responses(
        (status = 200, description = "A list, in the order asked", body = [Object], content_type = "application/json"),
        (status = 413, description = "The request's body is larger than the server takes", body = super::refusal::Message),
        (status = 415, description = "The request's body is not called JSON", body = super::refusal::Message),
        super::document::ReadingFails,
    )
)]
pub(in crate::http) async fn metadata_of_several(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
    body: Bytes,
) -> Result<Response, Refusal> {
    let catalog = catalog_of(&state)?;
    if !is_json(&incoming) {
        return Ok(unsupported());
    }
    let columns = Columns::parse(&incoming.query)?;
    let asked = wanted(&body)?;
    let most = state.terracotta.max_post_metadata_keys;
    if asked.len() > most {
        return Err(Refusal(Error::Request(format!(
            "Maximum number of keys exceeded ({most}). This limit can be configured in the server settings."
        ))));
    }
    // All that is wrong with the request before anything is read.
    for values in &asked {
        catalog.keys().check(values)?;
    }
    let mut told: Vec<Value> = Vec::with_capacity(asked.len());
    for few in asked.chunks(AT_ONCE) {
        let known = few
            .iter()
            .map(|values| metadata_of(&state, catalog, values));
        let known = try_join_all(known).await?;
        let documents = few.iter().zip(&known);
        told.extend(documents.map(|(values, known)| columns.of(catalog.keys(), values, known)));
    }
    Ok(Answer::to(&incoming, 0).json(&told))
}

/// `application/json`, or a kind of it.
fn is_json(incoming: &Incoming) -> bool {
    let kind = incoming.headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn unsupported() -> Response {
    let message = "Did not attempt to load JSON data because the request Content-Type was not 'application/json'.";
    let mut response = Refusal(Error::Request(message.into())).into_response();
    *response.status_mut() = axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE;
    response
}

/// The datasets that a body names.
fn wanted(body: &[u8]) -> Result<Vec<Vec<String>>, Error> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| Error::Request(format!("the request's body is no JSON: {error}")))?;
    let Value::Object(mut body) = body else {
        return Err(Error::Request("Request body must be a JSON object".into()));
    };
    let keys = body.remove("keys");
    if let Some(name) = body.keys().next() {
        return Err(invalid(name, "Unknown field."));
    }
    let keys = keys.ok_or_else(|| invalid("keys", "Missing data for required field."))?;
    let lists = keys
        .as_array()
        .ok_or_else(|| invalid("keys", "Not a valid list."))?;
    lists
        .iter()
        .map(|list| {
            let list = list
                .as_array()
                .ok_or_else(|| invalid("keys", "Not a valid list."))?;
            let values = list.iter().map(|value| match value {
                Value::String(text) => Ok(text.clone()),
                _ => Err(invalid("keys", "Not a valid string.")),
            });
            values.collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_name_lists_of_values() {
        assert_eq!(
            wanted(br#"{"keys": [["a", "b"], []]}"#).unwrap(),
            [vec!["a".to_owned(), "b".to_owned()], vec![]]
        );
        for body in [
            "",
            "[]",
            "{}",
            r#"{"keys": 1}"#,
            r#"{"keys": ["a"]}"#,
            r#"{"keys": [[1]]}"#,
            r#"{"keys": [], "more": 1}"#,
        ] {
            assert!(wanted(body.as_bytes()).is_err(), "{body}");
        }
    }
}
