//! The part of the OpenAPI document that describes this module.

use super::{collections, conformance, maps, maps_page, tilesets, wms, wmts};
use crate::http::openapi::Items;
use utoipa::OpenApi;

/// The routes of this module.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(
        conformance::conformance,
        collections::collections,
        collections::collection,
        collections::map_tilesets,
        collections::map_tileset,
        collections::map_tile,
        maps::of_source,
        maps::of_collection,
        maps_page::map,
        maps_page::viewer,
        tilesets::of_source,
        tilesets::of_source_and_set,
        wmts::of_source,
        wmts::by_keys,
        wmts::by_path,
        wmts::tile_by_path,
        wms::of_layers,
        wms::of_sources,
    ),
    modifiers(&Items),
    tags((name = "OGC", description = "OGC's services and APIs: WMTS, WMS, Tiles, Maps"))
)]
pub(crate) struct OgcDocument;
