//! Values at a place.

use super::{Failure, Incoming, Path, begun::Begun, pictures::crs};
use crate::{
    dataset::{Area, Wanted},
    ground::number,
    params::{ReadParams, SourceParams, wrong},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use core::ops::ControlFlow;
use serde_json::{Value, json};
use std::sync::Arc;
use tile_math::Crs;

/// Values at a point.
#[utoipa::path(
    get, path = "/cog/point/{lon},{lat}", tag = "COG",
    params(
        ("lon" = f64, Path, description = "x, east"),
        ("lat" = f64, Path, description = "y, north"),
        SourceParams, ReadParams,
        ("coord_crs" = Option<String>, Query, description = "CRS of the point; EPSG:4326 by default"),
        ("interpolate" = Option<bool>, Query, description = "Whether values between pixels are made by `resampling`"),
    ),
    responses(
        (status = 200, description = "A value per band, null where there is none", body = Object, content_type = "application/json"),
        super::openapi::DrawingFails,
    )
)]
pub(crate) async fn point(
    State(state): State<Arc<ServerState>>,
    Path(place): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let query = &incoming.query;
    let (x, y) = place
        .split_once(',')
        .and_then(|(x, y)| Some((x.trim().parse().ok()?, y.trim().parse().ok()?)))
        .filter(|(x, y): &(f64, f64)| x.is_finite() && y.is_finite())
        .ok_or_else(|| wrong("lon,lat", &place, "two numbers with a comma between"))?;
    let mut wanted = Wanted::parse(incoming.kind, query, &state.names)?;
    // Algorithms look at neighbours, or colour: a point has neither.
    wanted.bands.algorithm = None;
    let area = Area::Point {
        x,
        y,
        crs: crs(&incoming, "coord_crs")?.unwrap_or_else(Crs::wgs84),
        interpolate: query.boolean("interpolate")?.unwrap_or(false),
    };
    let mut begun = match Begun::of(&state, &incoming, &wanted).await? {
        ControlFlow::Continue(begun) => begun,
        ControlFlow::Break(response) => return Ok(response),
    };
    let image = begun.read(&Arc::new(area)).await?;
    let bands = image.bands();
    let values = (0..bands.len()).map(|band| image.value(band, 0, 0).map_or(Value::Null, number));
    let body = json!({
        "coordinates": [x, y],
        "values": values.collect::<Vec<_>>(),
        "band_names": bands.iter().map(|band| &band.name).collect::<Vec<_>>(),
        "band_descriptions": bands.iter().map(|band| &band.description).collect::<Vec<_>>(),
    });
    Ok(begun.answer.timing(&begun.timing).json(&body))
}
