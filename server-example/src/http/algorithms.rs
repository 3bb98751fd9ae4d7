//! The algorithms that requests may name.

use super::{Answer, Failure, Incoming, Path, ogc::respond};
use crate::{Error, state::ServerState};
use axum::{extract::State, response::Response};
use serde_json::{Value, json};
use std::sync::Arc;

/// The algorithms.
#[utoipa::path(
    get, path = "/algorithms", tag = "Names",
    responses((status = 200, description = "The name of each, with a link to what it is", body = Object, content_type = "application/json"))
)]
pub(crate) async fn algorithms(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let base = incoming.base_url();
    let algorithms: Vec<Value> = state
        .names
        .algorithms()
        .names()
        .map(|name| {
            json!({
                "id": name,
                "links": [{
                    "href": format!("{base}/algorithms/{name}"),
                    "rel": "item",
                    "type": "application/json",
                    "title": format!("Definition of {name} Algorithm"),
                }],
            })
        })
        .collect();
    let answer = Answer::to(&incoming, state.max_age);
    let body = json!({ "algorithms": algorithms });
    Ok(respond(answer, &incoming, "Algorithms", &body)?)
}

/// One algorithm: what it takes, what it gives, its parameters.
#[utoipa::path(
    get, path = "/algorithms/{algorithm}", tag = "Names",
    params(("algorithm" = String, Path, description = "Name of an algorithm", example = "hillshade")),
    responses(
        (status = 200, description = "Title, description, inputs, outputs, and a JSON schema of each parameter", body = Object, content_type = "application/json"),
        (status = 422, response = super::openapi::Unprocessable),
    )
)]
pub(crate) async fn algorithm(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let info = state.names.algorithm(&name)?;
    let document: Value = serde_json::from_str(&info.to_json())
        .map_err(|error| Error::failed("an algorithm cannot be described", &error))?;
    let answer = Answer::to(&incoming, state.max_age);
    Ok(respond(answer, &incoming, &name, &document)?)
}
