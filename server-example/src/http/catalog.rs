//! Names that requests may use: tile matrix sets, colormaps.

use super::{Answer, Failure, Incoming, Path, ogc::respond};
use crate::{Error, params::format, state::ServerState};
use axum::{extract::State, response::Response};
use serde_json::{Value, json};
use std::sync::Arc;

/// The tile matrix sets that tiles can be asked in.
#[utoipa::path(
    get, path = "/tileMatrixSets", tag = "Names",
    responses((status = 200, description = "Identifier, title and CRS of each", body = Object, content_type = "application/json"))
)]
pub(crate) async fn tile_matrix_sets(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let base = incoming.base_url();
    let sets: Vec<Value> = state
        .names
        .tile_matrix_sets()
        .map(|tms| {
            json!({
                "id": tms.id(),
                "title": tms.title(),
                "crs": tms.crs().to_uri(),
                "links": [{
                    "href": format!("{base}/tileMatrixSets/{}", tms.id()),
                    "rel": "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme",
                    "type": "application/json",
                    "title": format!("Definition of {} tileMatrixSet", tms.id()),
                }],
            })
        })
        .collect();
    let answer = Answer::to(&incoming, state.max_age);
    let body = json!({ "tileMatrixSets": sets });
    Ok(respond(answer, &incoming, "Tile matrix sets", &body)?)
}

/// One tile matrix set as OGC's JSON document.
#[utoipa::path(
    get, path = "/tileMatrixSets/{tms}", tag = "Names",
    params(("tms" = String, Path, description = "Identifier of a tile matrix set", example = "WebMercatorQuad")),
    responses(
        (status = 200, description = "The definition, OGC 17-083r4", body = Object, content_type = "application/json"),
        (status = 422, response = super::openapi::Unprocessable),
    )
)]
pub(crate) async fn tile_matrix_set(
    State(state): State<Arc<ServerState>>,
    Path(id): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let tms = state.names.tile_matrix_set(&id)?;
    let answer = Answer::to(&incoming, state.max_age);
    Ok(respond(answer, &incoming, tms.id(), &tms.to_value())?)
}

/// The named colormaps.
#[utoipa::path(
    get, path = "/colorMaps", tag = "Names",
    responses((status = 200, description = "The names", body = Object, content_type = "application/json"))
)]
pub(crate) async fn color_maps(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let base = incoming.base_url();
    let colormaps: Vec<Value> = state
        .names
        .colormaps()
        .iter()
        .map(|name| {
            json!({
                "id": name,
                "links": [{
                    "href": format!("{base}/colorMaps/{name}"),
                    "rel": "item",
                    "type": "application/json",
                    "title": format!("Definition of {name} ColorMap"),
                }],
            })
        })
        .collect();
    let answer = Answer::to(&incoming, state.max_age);
    let body = json!({ "colormaps": colormaps });
    Ok(respond(answer, &incoming, "Colormaps", &body)?)
}

/// One colormap: its colours as JSON, or a strip of them as a picture.
#[utoipa::path(
    get, path = "/colorMaps/{name}", tag = "Names",
    params(
        ("name" = String, Path, description = "Name of a colormap", example = "viridis"),
        ("f" = Option<String>, Query, description = "json (default), html, or the name of a format of pictures"),
        ("width" = Option<u32>, Query, minimum = 1, maximum = 4096, description = "Columns of the picture, 256 by default, 20 if vertical"),
        ("height" = Option<u32>, Query, minimum = 1, maximum = 4096, description = "Rows of the picture, 20 by default, 256 if vertical"),
        ("orientation" = Option<String>, Query, description = "horizontal (default) or vertical"),
    ),
    responses(
        (status = 200, description = "Index to RGBA, or a picture", content((Object = "application/json"), (Vec<u8> = "image/png"))),
        (status = 422, response = super::openapi::Unprocessable),
    )
)]
pub(crate) async fn color_map(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let query = &incoming.query;
    let colormap = state.names.colormap(&name)?;
    let answer = Answer::to(&incoming, state.max_age);
    let orientations = ["horizontal", "vertical"];
    let orientation = query.read(
        "orientation",
        || orientations.join(" or "),
        |text| orientations.into_iter().find(|known| *known == text),
    )?;
    let vertical = orientation == Some("vertical");
    // `format` is what the parameter was called before TiTiler had it.
    let wanted = query.text("f").or_else(|| query.text("format"));
    if let Some(name) = wanted.filter(|name| !["json", "html"].contains(name)) {
        let format = format(name)?;
        let width = query.integer("width", 1, 4096)?;
        let height = query.integer("height", 1, 4096)?;
        let drawn = state.cpu.run(move || {
            let picture = colormap.legend(width, height, vertical)?;
            cog_render::encode(&picture, format)
        });
        return Ok(answer.bytes(format.media_type(), drawn.await??.into()));
    }
    let document: Value = serde_json::from_str(&colormap.to_json())
        .map_err(|error| Error::failed("a colormap cannot be described", &error))?;
    Ok(respond(answer, &incoming, &name, &document)?)
}
