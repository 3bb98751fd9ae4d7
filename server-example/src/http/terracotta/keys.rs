//! The keys by which datasets are found.

use super::{Refusal, catalog_of};
use crate::{
    http::{Answer, Incoming},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use serde_json::{Value, json};
use std::sync::Arc;

/// The names of the keys, in their order, and what they mean.
#[utoipa::path(
    get, path = "/keys", tag = "Terracotta",
    responses(
        (status = 200, description = "Names and descriptions", body = Object, content_type = "application/json"),
        super::document::ListingFails,
    )
)]
pub(in crate::http) async fn keys(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Refusal> {
    let keys = catalog_of(&state)?.keys();
    let keys: Vec<Value> = keys
        .iter()
        .map(|key| match key.description.as_str() {
            "" => json!({ "key": key.name }),
            description => json!({ "key": key.name, "description": description }),
        })
        .collect();
    Ok(Answer::to(&incoming, 0).json(&json!({ "keys": keys })))
}
