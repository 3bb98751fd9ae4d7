//! Which path leads where.

use super::{collections, conformance, maps, maps_page, tilesets, wms, wmts};
use crate::state::ServerState;
use axum::{Router, routing::get};
use std::sync::Arc;

/// The routes that serve all layers.
pub(crate) fn routes() -> Router<Arc<ServerState>> {
    Router::new()
        .route("/conformance", get(conformance::conformance))
        .route("/collections", get(collections::collections))
        .route("/collections/{id}", get(collections::collection))
        .route("/collections/{id}/map", get(maps::of_collection))
        .route(
            "/collections/{id}/map/tiles",
            get(collections::map_tilesets),
        )
        .route(
            "/collections/{id}/map/tiles/{tms}",
            get(collections::map_tileset),
        )
        .route(
            "/collections/{id}/map/tiles/{tms}/{z}/{row}/{col}",
            get(collections::map_tile),
        )
        .route("/wms", get(wms::of_layers))
        .route("/wmts", get(wmts::by_keys))
        .route("/wmts/1.0.0/WMTSCapabilities.xml", get(wmts::by_path))
        .route(
            "/wmts/1.0.0/{layer}/{style}/{tms}/{z}/{row}/{col}",
            get(wmts::tile_by_path),
        )
}

/// The routes of one kind of source, below its prefix.
pub(crate) fn routes_of_kind() -> Router<Arc<ServerState>> {
    Router::new()
        .route("/tiles", get(tilesets::of_source))
        .route("/tiles/{tms}", get(tilesets::of_source_and_set))
        .route("/map", get(maps::of_source))
        .route("/{tms}/map.html", get(maps_page::map))
        .route("/viewer", get(maps_page::viewer))
        .route("/WMTSCapabilities.xml", get(wmts::of_source))
        .route("/wms", get(wms::of_sources))
}
