//! Which of Terracotta's paths leads where.

use super::{
    Refusal, colormap, compute, datasets, documents, keys, metadata, point, rgb, singleband,
};
use crate::state::ServerState;
use axum::{
    Router,
    http::Uri,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use std::sync::Arc;

/// Terracotta's paths.
pub(in crate::http) fn routes() -> Router<Arc<ServerState>> {
    Router::new()
        .route("/keys", get(keys::keys))
        .route("/datasets", get(datasets::datasets))
        .route("/metadata", post(metadata::metadata_of_several))
        .route("/metadata/{*keys}", get(metadata::metadata))
        .route("/colormap", get(colormap::colormap))
        .route("/legend.json", get(colormap::legend))
        .route("/legend.png", get(colormap::legend))
        .route("/legend.svg", get(colormap::legend))
        .route("/point/{*keys}", get(point::point))
        .route("/singleband/{*path}", get(singleband::singleband))
        .route("/rgb/{*path}", get(rgb::rgb))
        .route("/compute/{*path}", get(compute::compute))
        .route("/swagger.json", get(documents::swagger))
        .route("/apidoc", get(documents::apidoc))
}

/// Nothing is at this path of a group whose paths the router knows whole; `None` if it is of no such group.
pub(in crate::http) fn missing(uri: &Uri) -> Option<Response> {
    let is_theirs = uri.path().starts_with("/legend.");
    is_theirs.then(|| Refusal(crate::http::missing(uri)).into_response())
}

/// The two kinds of paths whose rules differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Group {
    Metadata,
    Tiles,
}

/// Of which kind a path is, if it is one of these.
pub(super) fn group(path: &str) -> Option<Group> {
    let first = path.split('/').nth(1)?;
    match first {
        "keys" | "datasets" | "metadata" | "colormap" | "point" => Some(Group::Metadata),
        "legend.json" | "legend.png" | "legend.svg" => Some(Group::Metadata),
        "singleband" | "rgb" | "compute" => Some(Group::Tiles),
        _ => None,
    }
}
