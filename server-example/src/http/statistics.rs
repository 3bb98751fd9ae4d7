//! Statistics of bands.

use super::{Answer, Failure, Incoming, Timing};
use crate::{
    dataset::{Area, Dataset, Wanted},
    ground::number,
    params::{ReadParams, SizeParams, SourceParams, StatisticsParams},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Statistics of each band.
#[utoipa::path(
    get, path = "/cog/statistics", tag = "COG",
    params(SourceParams, ReadParams, SizeParams, StatisticsParams),
    responses(
        (status = 200, description = "An object per band: min, max, mean, count, sum, std, median, majority, minority, unique, percentiles, histogram, valid_percent, masked_pixels, valid_pixels", body = Object, content_type = "application/json"),
        super::openapi::DrawingFails,
    )
)]
pub(crate) async fn statistics(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let mut timing = Timing::start();
    let query = &incoming.query;
    let wanted = Wanted::parse(query)?;
    let area = Area::Whole {
        crs: None,
        size: SizeParams::parse(query)?.of_preview(),
    };
    let options = StatisticsParams::parse(query)?;
    let dataset = timing
        .stage("header", Dataset::open(&state, &wanted))
        .await?;
    let answer = Answer::to(&incoming, state.max_age).tag(incoming.tag(&dataset));
    if let Some(response) = answer.not_modified() {
        return Ok(response);
    }
    let _admission = timing.stage("queue", state.cpu.admit()).await?;
    let image = dataset
        .read(&state.cpu, &Arc::new(area), &mut timing)
        .await?;
    let computed = state
        .cpu
        .run(move || cog_render::statistics(&image, &options, None));
    let bands = timing.stage("statistics", computed).await??;
    Ok(answer.timing(&timing).json(&by_band(&bands)))
}

/// Statistics by the names of the bands.
fn by_band(bands: &[cog_render::BandStatistics]) -> Map<String, Value> {
    bands
        .iter()
        .map(|band| (band.name.clone(), band_statistics(band)))
        .collect()
}

fn band_statistics(band: &cog_render::BandStatistics) -> Value {
    let mut body = Map::new();
    for (name, value) in [
        ("min", band.min),
        ("max", band.max),
        ("mean", band.mean),
        ("count", band.count),
        ("sum", band.sum),
        ("std", band.std),
        ("median", band.median),
        ("majority", band.majority),
        ("minority", band.minority),
    ] {
        body.insert(name.into(), number(value));
    }
    body.insert("unique".into(), band.unique.into());
    let numbers = |values: &[f64]| values.iter().copied().map(number).collect::<Vec<_>>();
    let histogram = json!([band.histogram_counts, numbers(&band.histogram_edges)]);
    body.insert("histogram".into(), histogram);
    body.insert("valid_percent".into(), number(band.valid_percent));
    body.insert("masked_pixels".into(), band.masked_pixels.into());
    body.insert("valid_pixels".into(), band.valid_pixels.into());
    body.insert("description".into(), band.description.clone().into());
    for (percentile, value) in &band.percentiles {
        body.insert(format!("percentile_{percentile}"), number(*value));
    }
    body.into()
}
