//! What lies inside a shape that the client sends.

use super::{
    Failure, Incoming, Path,
    pictures::{crs, draw, split_size},
};
use crate::{
    Error,
    dataset::Area,
    params::{AlgorithmParams, ImageParams, ReadParams, SizeParams, SourceParams, format},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use bytes::Bytes;
use cog_render::{Format, OutputSize, Shape};
use std::sync::Arc;
use tile_math::Crs;

/// What lies in a polygon: PNG where something is masked, else JPEG.
#[utoipa::path(
    post, path = "/cog/feature", tag = "COG",
    params(
        SourceParams, ReadParams, AlgorithmParams, ImageParams, SizeParams,
        ("coord_crs" = Option<String>, Query, description = "CRS of the polygon; EPSG:4326 by default"),
        ("dst_crs" = Option<String>, Query, description = "CRS of the picture; the polygon's by default"),
    ),
    request_body(content = Object, description = "A GeoJSON feature of a polygon or multipolygon", content_type = "application/json"),
    responses(super::openapi::Drawn, super::openapi::DrawingFails)
)]
pub(crate) async fn feature(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
    body: Bytes,
) -> Result<Response, Failure> {
    let size = SizeParams::parse(&incoming.query)?;
    draw_feature(&state, &incoming, &body, size, None).await
}

/// What lies in a polygon, in the format that the name ends with.
#[utoipa::path(
    post, path = "/cog/feature.{format}", tag = "COG",
    params(
        ("format" = String, Path, description = "Name of a format"),
        SourceParams, ReadParams, AlgorithmParams, ImageParams, SizeParams,
        ("coord_crs" = Option<String>, Query, description = "CRS of the polygon; EPSG:4326 by default"),
        ("dst_crs" = Option<String>, Query, description = "CRS of the picture; the polygon's by default"),
    ),
    request_body(content = Object, description = "A GeoJSON feature of a polygon or multipolygon", content_type = "application/json"),
    responses(super::openapi::Drawn, super::openapi::DrawingFails)
)]
pub(crate) async fn feature_with_format(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    incoming: Incoming,
    body: Bytes,
) -> Result<Response, Failure> {
    let Some(extension) = name.strip_prefix("feature.") else {
        return match name.starts_with("preview.") {
            true => Ok(super::not_allowed("POST", &incoming.uri, "GET,HEAD")),
            false => Err(super::missing(&incoming.uri).into()),
        };
    };
    let size = SizeParams::parse(&incoming.query)?;
    draw_feature(&state, &incoming, &body, size, Some(format(extension)?)).await
}

/// What lies in a polygon, at a size.
#[utoipa::path(
    post, path = "/cog/feature/{width}x{height}.{format}", tag = "COG",
    params(
        ("width" = u32, Path, description = "Columns"),
        ("height" = u32, Path, description = "Rows"),
        ("format" = String, Path, description = "Name of a format"),
        SourceParams, ReadParams, AlgorithmParams, ImageParams,
        ("coord_crs" = Option<String>, Query, description = "CRS of the polygon; EPSG:4326 by default"),
        ("dst_crs" = Option<String>, Query, description = "CRS of the picture; the polygon's by default"),
    ),
    request_body(content = Object, description = "A GeoJSON feature of a polygon or multipolygon", content_type = "application/json"),
    responses(super::openapi::Drawn, super::openapi::DrawingFails)
)]
pub(crate) async fn feature_with_size(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    incoming: Incoming,
    body: Bytes,
) -> Result<Response, Failure> {
    let (size, format) = split_size(&name)?;
    draw_feature(&state, &incoming, &body, size, Some(format)).await
}

async fn draw_feature(
    state: &ServerState,
    incoming: &Incoming,
    body: &Bytes,
    size: SizeParams,
    format: Option<Format>,
) -> Result<Response, Failure> {
    let body = body.clone();
    let shape = state.cpu.run(move || shape(text(&body)?)).await??;
    let area = area(incoming, shape, size.of_part())?;
    draw(state, incoming, area, format).await
}

/// The area of a shape, as the query says.
pub(super) fn area(incoming: &Incoming, shape: Shape, size: OutputSize) -> Result<Area, Error> {
    let shape_crs = crs(incoming, "coord_crs")?.unwrap_or_else(Crs::wgs84);
    Ok(Area::Feature {
        shape,
        crs: crs(incoming, "dst_crs")?.unwrap_or_else(|| shape_crs.clone()),
        shape_crs,
        size,
    })
}

/// A body's text.
pub(super) fn text(body: &Bytes) -> Result<&str, Error> {
    core::str::from_utf8(body)
        .map_err(|_| Error::Parameter("the request's body is not UTF-8; send GeoJSON".into()))
}

/// The polygons of a GeoJSON text.
pub(super) fn shape(text: &str) -> Result<Shape, Error> {
    Shape::from_geojson(text)
        .map_err(|error| Error::Parameter(format!("the request's body: {error}")))
}
