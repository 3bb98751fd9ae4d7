//! What operators, browsers and programs look at first.

use super::{Answer, Failure, Incoming, Path, ogc::wants_page};
use crate::state::ServerState;
use axum::{extract::State, response::Response};
use bytes::Bytes;
use serde_json::json;
use std::sync::Arc;

mod viewer {
    //! The pages that `build.rs` found or built.
    #![allow(missing_docs, unreachable_pub, reason = "generated")]
    include!(concat!(env!("OUT_DIR"), "/viewer.rs"));
}

/// Whether the process runs.
#[utoipa::path(
    get, path = "/healthz", tag = "Operations",
    responses((status = 200, description = "It does", body = Object, content_type = "application/json"))
)]
pub(crate) async fn healthz() -> axum::Json<serde_json::Value> {
    axum::Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// Whether requests can be answered: everything is opened, and there is room in the queue.
#[utoipa::path(
    get, path = "/readyz", tag = "Operations",
    responses(
        (status = 200, description = "Send requests", body = Object, content_type = "application/json"),
        (status = 503, response = super::openapi::Overloaded),
    )
)]
pub(crate) async fn readyz(
    State(state): State<Arc<ServerState>>,
) -> Result<axum::Json<serde_json::Value>, Failure> {
    state.cpu.check_room()?;
    Ok(axum::Json(
        json!({ "status": "ready", "layers": state.layers.len() }),
    ))
}

/// The viewer, or, for a program, links to everything.
#[utoipa::path(
    get, path = "/", tag = "Operations",
    params(("f" = Option<String>, Query, description = "json or html; what `Accept` says by default")),
    responses(
        (status = 200, description = "A page for browsers, a list of links for `Accept: application/json`", content((String = "text/html"), (Object = "application/json"))),
        (status = 422, response = super::openapi::Unprocessable),
    )
)]
pub(crate) async fn landing(incoming: Incoming) -> Result<Response, Failure> {
    let answer = Answer::to(&incoming, 0);
    if wants_page(&incoming)? {
        return match file("index.html") {
            Some((media_type, body)) => Ok(answer.bytes(media_type, Bytes::from_static(body))),
            None => Err(super::missing(&incoming.uri).into()),
        };
    }
    let base = incoming.base_url();
    let link = |rel: &str, path: &str, media_type: &str, title: &str| json!({ "rel": rel, "href": format!("{base}{path}"), "type": media_type, "title": title });
    let json = "application/json";
    Ok(answer.json(&json!({
        "title": "Smalti",
        "description": "Tiles, statistics and pixels from Cloud Optimized GeoTIFFs",
        "version": env!("CARGO_PKG_VERSION"),
        "viewer": viewer::FULL,
        "links": [
            link("self", "/?f=json", json, "This document"),
            link("alternate", "/?f=html", "text/html", "The viewer"),
            link("service-desc", "/openapi.json", "application/vnd.oai.openapi+json;version=3.1", "OpenAPI document"),
            link("service-doc", "/docs", "text/html", "OpenAPI explorer"),
            link("http://www.opengis.net/def/rel/ogc/1.0/conformance", "/conformance", json, "Conformance declaration"),
            link("conformance", "/conformance", json, "Conformance declaration"),
            link("data", "/collections", json, "Served layers as collections"),
            link("http://www.opengis.net/def/rel/ogc/1.0/data", "/collections", json, "Served layers as collections"),
            link("item", "/layers", json, "Served layers"),
            link("http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", "/tileMatrixSets", json, "Tile matrix sets"),
            link("item", "/colorMaps", json, "Colormaps"),
            link("item", "/wmts/1.0.0/WMTSCapabilities.xml", "application/xml", "WMTS 1.0.0 of the served layers"),
            link("item", "/wms?SERVICE=WMS&REQUEST=GetCapabilities", "text/xml", "WMS 1.3.0 and 1.1.1 of the served layers"),
        ],
    })))
}

/// A file of the viewer; anything else is not there.
pub(crate) async fn asset(
    State(state): State<Arc<ServerState>>,
    Path(path): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let Some((media_type, body)) = file(&path) else {
        return match super::terracotta::missing(&incoming.uri) {
            Some(response) => Ok(response),
            None => Err(super::missing(&incoming.uri).into()),
        };
    };
    // Asked for again after an update of the server; the tag then says whether it changed.
    let max_age = state.max_age.min(60);
    Ok(Answer::to(&incoming, max_age).bytes(media_type, Bytes::from_static(body)))
}

fn file(path: &str) -> Option<(&'static str, &'static [u8])> {
    viewer::FILES
        .iter()
        .find(|(name, ..)| name.trim_start_matches('/') == path)
        .map(|(_, media_type, body)| (*media_type, *body))
}
