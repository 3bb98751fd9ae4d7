//! Which requirements of OGC API are met.

use super::negotiate;
use crate::{
    http::{Answer, Failure, Incoming},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The classes whose requirements are all met. The OpenAPI document is of version 3.1, of which no class says anything.
const CLASSES: [&str; 23] = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/png",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/jpeg",
    "https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/core",
    "https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/collection-map",
    "https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/crs",
    "https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/scaling",
    "https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/scaling/width-definition",
    "https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/scaling/height-definition",
    "https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/spatial-subsetting",
    "https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/spatial-subsetting/bbox-definition",
    "https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/spatial-subsetting/bbox-crs",
    "https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/spatial-subsetting/crs-curie",
    "https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/png",
    "https://www.opengis.net/spec/ogcapi-maps-1/1.0/conf/jpeg",
];

/// Conformance classes by their URIs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Conformance {
    conforms_to: &'static [&'static str],
}

/// Which requirements of OGC API are met.
#[utoipa::path(
    get, path = "/conformance", tag = "OGC", operation_id = "conformance",
    params(("f" = Option<String>, Query, description = "json or html; what `Accept` says by default")),
    responses(
        (status = 200, description = "URIs of conformance classes", content((Conformance = "application/json"), (String = "text/html"))),
        (status = 422, response = crate::http::openapi::Unprocessable),
    )
)]
pub(crate) async fn conformance(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let body = Conformance {
        conforms_to: &CLASSES,
    };
    let answer = Answer::to(&incoming, state.max_age);
    Ok(negotiate::respond(answer, &incoming, "Conformance", &body)?)
}
