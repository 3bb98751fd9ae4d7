//! Names that requests may use: tile matrix sets, colormaps, layers.

use super::{Answer, Failure, Incoming};
use crate::{
    Error,
    state::{Layer, ServerState},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use bytes::Bytes;
use cog_raster::{Raster, Samples};
use cog_render::{Colormap, Format, Image, ImageBand, Style};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tile_math::BoundingBox;
use utoipa::ToSchema;

/// The tile matrix sets that tiles can be asked in.
#[utoipa::path(
    get, path = "/tileMatrixSets", tag = "Names",
    responses((status = 200, description = "Identifier, title and CRS of each", body = Object, content_type = "application/json"))
)]
pub(crate) async fn tile_matrix_sets(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Response {
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
                    "rel": "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes",
                    "type": "application/json",
                    "title": format!("Definition of {}", tms.id()),
                }],
            })
        })
        .collect();
    Answer::to(&incoming, state.max_age).json(&json!({ "tileMatrixSets": sets }))
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
    Ok(Answer::to(&incoming, state.max_age).json(&tms.to_value()))
}

/// The named colormaps.
#[utoipa::path(
    get, path = "/colorMaps", tag = "Names",
    responses((status = 200, description = "The names", body = Object, content_type = "application/json"))
)]
pub(crate) async fn color_maps(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Response {
    let base = incoming.base_url();
    let colormaps: Vec<Value> = state
        .names
        .colormaps()
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
    Answer::to(&incoming, state.max_age).json(&json!({ "colormaps": colormaps }))
}

/// One colormap: 256 colours as JSON, or a strip of them as PNG.
#[utoipa::path(
    get, path = "/colorMaps/{name}", tag = "Names",
    params(
        ("name" = String, Path, description = "Name of a colormap", example = "viridis"),
        ("format" = Option<String>, Query, description = "json (default) or png"),
        ("width" = Option<u32>, Query, description = "Columns of the picture, 256 by default"),
        ("height" = Option<u32>, Query, description = "Rows of the picture, 20 by default"),
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
    let colormap = state.names.colormap(&name)?.clone();
    let answer = Answer::to(&incoming, state.max_age);
    let one_of = |name: &str, choices: [&'static str; 2]| {
        query.read(
            name,
            || choices.join(" or "),
            |text| choices.into_iter().find(|c| *c == text),
        )
    };
    let vertical = one_of("orientation", ["horizontal", "vertical"])? == Some("vertical");
    if one_of("format", ["json", "png"])? == Some("png") {
        let (length, breadth) = (256, 20);
        let (width, height) = if vertical {
            (breadth, length)
        } else {
            (length, breadth)
        };
        let width = query.integer("width", 1, 4096)?.unwrap_or(width);
        let height = query.integer("height", 1, 4096)?.unwrap_or(height);
        let drawn = state
            .cpu
            .run(move || legend(colormap, width, height, vertical));
        return Ok(answer.bytes("image/png", drawn.await??));
    }
    let steps = colormap
        .steps()
        .ok_or_else(|| Error::Failed(format!("the colormap {name} has no steps")))?;
    let body: Map<String, Value> = steps
        .iter()
        .enumerate()
        .map(|(index, color)| (index.to_string(), json!(color)))
        .collect();
    Ok(answer.json(&body))
}

/// A strip that runs through all colours, from the left or from the bottom.
fn legend(colormap: Colormap, width: u32, height: u32, vertical: bool) -> Result<Bytes, Error> {
    let length = if vertical { height } else { width };
    let step = |position: u32| {
        // Below 256: `position` is less than `length`.
        (u64::from(position) * 256 / u64::from(length)) as u8
    };
    let samples: Vec<u8> = (0..height)
        .flat_map(|row| {
            (0..width).map(move |col| {
                if vertical {
                    step(height - 1 - row)
                } else {
                    step(col)
                }
            })
        })
        .collect();
    let failed =
        |e: &(dyn std::error::Error + 'static)| Error::failed("the legend cannot be drawn", e);
    let raster = Raster::new(1, height, width, Samples::U8(samples)).map_err(|e| failed(&e))?;
    let bounds = BoundingBox {
        left: 0.0,
        bottom: 0.0,
        right: 1.0,
        top: 1.0,
    };
    let image = Image::new(raster, vec![ImageBand::new("b1")], None, bounds)?;
    let style = Style::default().with_colormap(colormap);
    Ok(cog_render::render(&image, &style, Format::Png)?.into())
}

/// What the map shows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Layers<'a> {
    /// The served sources that have a place on the map.
    layers: &'a [Layer],
}

/// The served sources.
#[utoipa::path(
    get, path = "/layers", tag = "Names",
    responses((status = 200, description = "What is served, for the map's list of layers", body = Layers<'static>))
)]
pub(crate) async fn layers(State(state): State<Arc<ServerState>>, incoming: Incoming) -> Response {
    // A restart may serve others: ask every time, and be told 304.
    Answer::to(&incoming, 0).json(&Layers {
        layers: &state.layers,
    })
}
