//! OGC API: the served layers as collections, their maps and map tiles.

use super::{
    maps, negotiate, styles,
    tilesets::{JSON, Link, Rectangle, Tileset, Tilesets, scheme},
    wmts::{layer_limits, named_layer, of_layer},
};
use crate::{
    Error,
    http::{Answer, Failure, Incoming, Path, pictures},
    state::{Layer, ServerState},
};
use axum::{extract::State, response::Response};
use serde::Serialize;
use std::sync::Arc;
use tile_math::{Crs, TileMatrixSet};
use utoipa::ToSchema;

const MAP: &str = "http://www.opengis.net/def/rel/ogc/1.0/map";
const TILESETS: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-map";

/// The served layers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Collections {
    links: Vec<Link>,
    collections: Vec<Collection>,
}

/// A served layer.
///
/// # Specification
///
/// OGC 20-024 (Common, part 2), 8.3, with the links that Tiles and Maps want.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Collection {
    id: String,
    title: String,
    extent: Extent,
    crs: Vec<String>,
    #[serde(rename = "dataType")]
    data_type: &'static str,
    links: Vec<Link>,
}

/// Where and when.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Extent {
    spatial: Spatial,
    #[serde(skip_serializing_if = "Option::is_none")]
    temporal: Option<Temporal>,
}

/// Rectangles.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Spatial {
    bbox: [[f64; 4]; 1],
    crs: String,
}

/// Times.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Temporal {
    interval: [[String; 2]; 1],
}

/// The served layers as collections.
#[utoipa::path(
    get, path = "/collections", tag = "OGC", operation_id = "collections",
    params(("f" = Option<String>, Query, description = "json or html; what `Accept` says by default")),
    responses(
        (status = 200, description = "A collection for each layer", content((Collections = "application/json"), (String = "text/html"))),
        (status = 422, response = crate::http::openapi::Unprocessable),
    )
)]
pub(crate) async fn collections(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let base = incoming.base_url();
    let body = Collections {
        links: vec![Link::new("self", format!("{base}/collections"), "This list").of_type(JSON)],
        collections: state
            .layers
            .iter()
            .map(|layer| describe(layer, &base))
            .collect(),
    };
    // A restart may serve others: ask every time, and be told 304.
    Ok(negotiate::respond(
        Answer::to(&incoming, 0),
        &incoming,
        "Collections",
        &body,
    )?)
}

/// A served layer as a collection.
#[utoipa::path(
    get, path = "/collections/{id}", tag = "OGC", operation_id = "collection",
    params(
        ("id" = String, Path, description = "A layer's id; see /layers", example = "dem"),
        ("f" = Option<String>, Query, description = "json or html; what `Accept` says by default"),
    ),
    responses(
        (status = 200, description = "The collection", content((Collection = "application/json"), (String = "text/html"))),
        (status = 404, response = crate::http::openapi::NotFound),
        (status = 422, response = crate::http::openapi::Unprocessable),
    )
)]
pub(crate) async fn collection(
    State(state): State<Arc<ServerState>>,
    Path(id): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let layer = named_layer(&state, &id)?;
    let body = describe(layer, &incoming.base_url());
    Ok(negotiate::respond(
        Answer::to(&incoming, 0),
        &incoming,
        &layer.name,
        &body,
    )?)
}

fn describe(layer: &Layer, base: &str) -> Collection {
    let own = format!("{base}/collections/{}", layer.id);
    let mut crs = vec![Crs::crs84(), Crs::wgs84(), Crs::web_mercator()];
    crs.extend(layer.crs.as_deref().and_then(|text| Crs::parse(text).ok()));
    let mut names: Vec<String> = crs.iter().filter_map(Crs::to_uri).collect();
    names.dedup();
    Collection {
        id: layer.id.clone(),
        title: layer.name.clone(),
        extent: Extent {
            spatial: Spatial {
                bbox: [layer.bounds],
                crs: crate::ground::crs_name(&Crs::crs84()),
            },
            temporal: layer
                .time
                .as_deref()
                .and_then(instant)
                .map(|time| Temporal {
                    interval: [[time.clone(), time]],
                }),
        },
        crs: names,
        data_type: "map",
        links: vec![
            Link::new("self", own.clone(), "This collection").of_type(JSON),
            Link::new(TILESETS, format!("{own}/map/tiles"), "Map tilesets").of_type(JSON),
            Link::new(MAP, format!("{own}/map?f=png"), "Map").of_type("image/png"),
            Link::new(MAP, format!("{own}/map?f=jpeg"), "Map").of_type("image/jpeg"),
        ],
    }
}

/// A layer's date as the start of that day; `None` if it is written otherwise than RFC 3339's.
fn instant(time: &str) -> Option<String> {
    let shape = |text: &str, pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(c, p)| match p {
                b'0' => c.is_ascii_digit(),
                p => c == p,
            })
    };
    if shape(time, "0000-00-00") {
        return Some(format!("{time}T00:00:00Z"));
    }
    shape(time, "0000-00-00T00:00:00Z").then(|| time.to_owned())
}

/// The tilesets of a layer's map.
#[utoipa::path(
    get, path = "/collections/{id}/map/tiles", tag = "OGC", operation_id = "collection_tilesets",
    params(
        ("id" = String, Path, description = "A layer's id; see /layers", example = "dem"),
        ("f" = Option<String>, Query, description = "json or html; what `Accept` says by default"),
    ),
    responses(
        (status = 200, description = "A tileset for each tile matrix set that the layer reaches", content((Tilesets = "application/json"), (String = "text/html"))),
        (status = 404, response = crate::http::openapi::NotFound),
        (status = 422, response = crate::http::openapi::Unprocessable),
    )
)]
pub(crate) async fn map_tilesets(
    State(state): State<Arc<ServerState>>,
    Path(id): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let layer = named_layer(&state, &id)?;
    let base = incoming.base_url();
    let sets = state.names.tile_matrix_sets();
    let tilesets = sets.filter_map(|tms| tileset(layer, tms, &base));
    let body = Tilesets {
        links: Some(vec![
            Link::new(
                "self",
                format!("{base}/collections/{id}/map/tiles"),
                "This list",
            )
            .of_type(JSON),
        ]),
        tilesets: tilesets
            .map(|mut tileset| {
                tileset.tile_matrix_set_limits = None;
                tileset
            })
            .collect(),
    };
    let title = format!("{}: map tilesets", layer.name);
    Ok(negotiate::respond(
        Answer::to(&incoming, 0),
        &incoming,
        &title,
        &body,
    )?)
}

/// One tileset of a layer's map.
#[utoipa::path(
    get, path = "/collections/{id}/map/tiles/{tms}", tag = "OGC", operation_id = "collection_tileset",
    params(
        ("id" = String, Path, description = "A layer's id; see /layers", example = "dem"),
        ("tms" = String, Path, description = "Identifier of a tile matrix set; see /tileMatrixSets", example = "WebMercatorQuad"),
        ("f" = Option<String>, Query, description = "json or html; what `Accept` says by default"),
    ),
    responses(
        (status = 200, description = "The tileset, with the tiles that the layer covers", content((Tileset = "application/json"), (String = "text/html"))),
        (status = 404, response = crate::http::openapi::NotFound),
        (status = 422, response = crate::http::openapi::Unprocessable),
    )
)]
pub(crate) async fn map_tileset(
    State(state): State<Arc<ServerState>>,
    Path((id, tms)): Path<(String, String)>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let layer = named_layer(&state, &id)?;
    let tms = state.names.tile_matrix_set(&tms)?;
    let Some(body) = tileset(layer, &tms, &incoming.base_url()) else {
        let message = format!(
            "layer {id:?} has no tiles in {}, which does not reach there",
            tms.id()
        );
        return Err(Error::NotFound(message).into());
    };
    Ok(negotiate::respond(
        Answer::to(&incoming, 0),
        &incoming,
        tms.id(),
        &body,
    )?)
}

fn tileset(layer: &Layer, tms: &TileMatrixSet, base: &str) -> Option<Tileset> {
    let limits = layer_limits(layer, tms)?;
    let id = tms.id();
    let own = format!("{base}/collections/{}/map/tiles/{id}", layer.id);
    let tiles = |format: &str, media_type| {
        let href = format!("{own}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}?f={format}");
        Link::new("item", href, format!("Tiles as {format}"))
            .of_type(media_type)
            .templated()
    };
    let links = vec![
        Link::new(
            "self",
            own.clone(),
            format!("Tileset tiled using {id} TileMatrixSet"),
        )
        .of_type(JSON),
        tiles("png", "image/png"),
        tiles("jpeg", "image/jpeg"),
        scheme(base, id),
    ];
    let bounds = Rectangle::new(&super::wmts::bounds(layer), &Crs::crs84());
    let mut tileset = Tileset::new(tms, bounds, links);
    tileset.tile_matrix_set_uri = tms
        .document()
        .uri
        .clone()
        .or_else(|| Some(format!("{base}/tileMatrixSets/{id}")));
    tileset.tile_matrix_set_limits = Some(limits);
    Some(tileset)
}

/// A tile of a layer's map. The row comes before the column.
#[utoipa::path(
    get, path = "/collections/{id}/map/tiles/{tms}/{z}/{row}/{col}", tag = "OGC", operation_id = "collection_tile",
    params(
        ("id" = String, Path, description = "A layer's id; see /layers", example = "dem"),
        ("tms" = String, Path, description = "Identifier of a tile matrix set; see /tileMatrixSets", example = "WebMercatorQuad"),
        ("z" = i32, Path, description = "Zoom: identifier of a tile matrix"),
        ("row" = u32, Path, description = "Row, counted from the top"),
        ("col" = u32, Path, description = "Column"),
        ("style" = Option<String>, Query, description = "A style of the layer: default, or a colormap's name for layers of one band"),
        ("f" = Option<String>, Query, description = "png, jpeg or webp; what `Accept` says by default, else png"),
    ),
    responses(
        (status = 200, description = "The tile", content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"))),
        (status = 304, description = "The client's copy is still right"),
        crate::http::openapi::DrawingFails,
    )
)]
pub(crate) async fn map_tile(
    State(state): State<Arc<ServerState>>,
    Path((id, tms, z, row, col)): Path<(String, String, String, String, String)>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let format = maps::format(&incoming)?.name();
    let style = incoming
        .query
        .text("style")
        .unwrap_or(styles::DEFAULT)
        .to_owned();
    let incoming = of_layer(&state, incoming, &id, &style)?.of_format(format);
    pictures::tile(
        State(state),
        Path((tms, z, col, format!("{row}.{format}"))),
        incoming,
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_its_first_moment() {
        assert_eq!(
            instant("2024-05-01").as_deref(),
            Some("2024-05-01T00:00:00Z")
        );
        assert_eq!(
            instant("2024-05-01T10:00:00Z").as_deref(),
            Some("2024-05-01T10:00:00Z")
        );
        for text in ["May 2024", "20240501", "2024-5-1", "", "2024-05-01 10:00"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
