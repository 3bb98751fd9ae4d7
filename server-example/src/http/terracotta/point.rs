//! The value of a dataset at a place.

use super::{Refusal, address::values, catalog_of, datasets::named, found::find};
use crate::{
    Error,
    dataset::{Area, Bands, Dataset},
    ground::number,
    http::{Answer, Incoming, Timing},
    params::invalid,
    state::ServerState,
};
use axum::{extract::State, response::Response};
use serde_json::{Value, json};
use std::sync::Arc;
use tile_math::Crs;

/// The value of a dataset at a place. Beyond Terracotta.
#[utoipa::path(
    get, path = "/point/{keys}", tag = "Terracotta",
    params(
        ("keys" = String, Path, description = "Values of all keys, in order, with slashes between"),
        ("lon" = f64, Query, description = "Longitude in degrees"),
        ("lat" = f64, Query, description = "Latitude in degrees"),
    ),
    responses(
        (status = 200, description = "The value of the pixel there; null where there is none", body = Object, content_type = "application/json"),
        super::document::ReadingFails,
    )
)]
pub(in crate::http) async fn point(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Refusal> {
    let catalog = catalog_of(&state)?;
    let values = values(incoming.uri.path(), "/point/");
    catalog.keys().check(&values)?;
    let degrees = |name: &str, most: f64| {
        let text = incoming.query.first(name);
        let text = text.ok_or_else(|| invalid(name, "Missing data for required field."))?;
        let number = text.trim().parse().ok().filter(|d: &f64| d.abs() <= most);
        number.ok_or_else(|| {
            invalid(
                name,
                format_args!("Must be degrees from -{most} to {most}."),
            )
        })
    };
    let (x, y) = (degrees("lon", 360.0)?, degrees("lat", 90.0)?);
    let found = find(&state, catalog, &values).await?;
    let mut timing = Timing::start();
    let mut admission = timing.stage("queue", state.cpu.admit()).await?;
    let mut bands = Bands::plain();
    bands.options = bands.options.with_bands([found.band]);
    let dataset = Dataset::of_cog(found.source.cog.clone(), bands);
    let area = Area::Point {
        x,
        y,
        crs: Crs::wgs84(),
        interpolate: false,
    };
    let value = match dataset
        .read(&mut admission, &Arc::new(area), &mut timing)
        .await
    {
        Ok(image) => image.value(0, 0, 0).map_or(Value::Null, number),
        Err(Error::NotFound(_)) => {
            let message = format!("the dataset does not reach to {x},{y}");
            return Err(Refusal(Error::NotFound(message)));
        }
        Err(error) => return Err(error.into()),
    };
    let body = json!({
        "keys": named(catalog.keys(), &values),
        "lon": x,
        "lat": y,
        "value": value,
    });
    Ok(Answer::to(&incoming, 0).timing(&timing).json(&body))
}
