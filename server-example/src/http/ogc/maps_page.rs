//! Maps for people: the map of one tileset, and the page that leads there.

use super::{limits::reach, page};
use crate::{
    dataset::{Dataset, Kind, Wanted},
    ground::crs_name,
    http::{Answer, Failure, Incoming, Path},
    params::{ImageParams, ReadParams, SourceParams, TileParams, format},
    state::ServerState,
};
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::html;
use serde_json::json;
use std::sync::Arc;
use tile_math::Crs;

/// A map of a source, for a browser.
///
/// The query of this request goes along to the tiles; a click shows the values there.
#[utoipa::path(
    get, path = "/cog/{tms}/map.html", tag = "OGC", operation_id = "map_page",
    params(
        ("tms" = String, Path, description = "Identifier of a tile matrix set; see /tileMatrixSets", example = "WebMercatorQuad"),
        SourceParams, ReadParams, ImageParams, TileParams,
        ("tile_format" = Option<String>, Query, description = "Format of the tiles: png, jpg, webp"),
        ("minzoom" = Option<i32>, Query, description = "The least zoom shown; all by default"),
        ("maxzoom" = Option<i32>, Query, description = "The greatest zoom shown; all by default"),
    ),
    responses(
        (status = 200, description = "The page", body = String, content_type = "text/html"),
        crate::http::openapi::OpeningFails,
    )
)]
pub(crate) async fn map(
    State(state): State<Arc<ServerState>>,
    Path(tms): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let asked = &incoming.query;
    let tms = state.names.tile_matrix_set(&tms)?;
    // The tiles' parameters are checked here, where a person sees the message.
    let wanted = Wanted::parse(incoming.kind, asked, &state.names)?;
    ImageParams::parse(asked, &state.names)?;
    let size = TileParams::parse(asked)?.tilesize;
    let extension = match asked.text("tile_format") {
        Some(name) => format!(".{}", format(name)?.name()),
        None => String::new(),
    };
    let (low, high) = asked.zooms(&tms, None)?;
    let dataset = Dataset::open(&state, &wanted).await?;
    let degrees = dataset.bounds_in(&Crs::wgs84())?;
    let bounds = reach(&tms, degrees).unwrap_or_else(|| tms.xy_bbox());
    let matrices: Vec<_> = tms
        .matrices()
        .iter()
        .filter(|matrix| (low..=high).contains(&matrix.id))
        .map(|matrix| {
            let [first, second] = matrix.point_of_origin;
            let origin = if tms.axis_inverted() {
                [second, first]
            } else {
                [first, second]
            };
            let (width, height) = match size {
                Some(size) => (size, size),
                None => (matrix.tile_width, matrix.tile_height),
            };
            // A tile of more pixels covers the same ground.
            let finer = f64::from(width) / f64::from(matrix.tile_width);
            json!({
                "id": matrix.id,
                "cellSize": matrix.cell_size / finer,
                "origin": origin,
                "tile": [width, height],
                "count": [matrix.matrix_width, matrix.matrix_height],
            })
        })
        .collect();
    let own = format!("{}{}", incoming.base_url(), incoming.kind.prefix());
    let kept = asked.without(&["tile_format", "minzoom", "maxzoom"]);
    let of_points = asked.without(&[
        "tile_format",
        "minzoom",
        "maxzoom",
        "tilesize",
        "buffer",
        "padding",
        "colormap",
        "colormap_name",
        "rescale",
        "color_formula",
        "coord_crs",
    ]);
    let crs = form_urlencoded::Serializer::new(String::new())
        .append_pair("coord_crs", &crs_name(tms.crs()))
        .finish();
    let config = json!({
        "tiles": format!("{own}/tiles/{}/{{z}}/{{x}}/{{y}}{extension}?{kept}", tms.id()),
        "point": format!("{own}/point/{{x}},{{y}}?{of_points}&{crs}"),
        "bounds": bounds.to_array(),
        "matrices": matrices,
    });
    let content = html! {
        div id="map" tabindex="0" role="region" aria-label="Map" data-config=(config.to_string()) {}
        div id="zooms" {
            button id="nearer" type="button" aria-label="Zoom in" { "+" }
            button id="farther" type="button" aria-label="Zoom out" { "−" }
        }
        div id="readout" role="status" { (dataset.name()) }
    };
    let answer = Answer::to(&incoming, state.max_age);
    let page = page::frame(&incoming, dataset.name(), Some("map-page.js"), &content);
    Ok(page::respond(answer, page))
}

/// A page that asks for a source and leads to the viewer.
#[utoipa::path(
    get, path = "/cog/viewer", tag = "OGC", operation_id = "viewer_page",
    params(("url" = Option<String>, Query, description = "The source; with it the viewer shows it at once")),
    responses(
        (status = 200, description = "The page that asks for a source", body = String, content_type = "text/html"),
        (status = 303, description = "To the viewer, which shows the source"),
    )
)]
pub(crate) async fn viewer(State(state): State<Arc<ServerState>>, incoming: Incoming) -> Response {
    let base = incoming.base_url();
    let parameter = match incoming.kind {
        Kind::Cog => "url",
        Kind::Stac => "item",
    };
    if incoming.query.text("url").is_some() {
        let asked = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(incoming.query.texts("url").map(|url| (parameter, url)))
            .finish();
        return Redirect::to(&format!("{base}/?{asked}")).into_response();
    }
    let (title, hint) = match incoming.kind {
        Kind::Cog => ("A map of any GeoTIFF", "https://example.org/image.tif"),
        Kind::Stac => ("A map of any STAC item", "https://example.org/item.json"),
    };
    let content = html! {
        header {
            h1 { (title) }
            p { "It may be a layer of this server, a path below a served folder, or an address that this server may open." }
        }
        form.source action={ (base) "/" } method="get" {
            label { "Source" input name=(parameter) required list="layers" placeholder=(hint); }
            @if incoming.kind == Kind::Cog {
                datalist id="layers" { @for layer in &state.layers { option value=(layer.url) { (layer.name) } } }
            }
            p { button type="submit" { "Show" } }
        }
    };
    let page = page::frame(&incoming, "Viewer", None, &content);
    page::respond(Answer::to(&incoming, state.max_age), page)
}
