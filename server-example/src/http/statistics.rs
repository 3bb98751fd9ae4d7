//! Statistics of bands.

use super::{
    Answer, Failure, Incoming, Timing,
    begun::Begun,
    features::{area, shape, text},
};
use crate::{
    Error,
    dataset::{Area, Dataset, Wanted},
    ground::number,
    params::{AlgorithmParams, ReadParams, SizeParams, SourceParams, StatisticsParams},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use bytes::Bytes;
use cog_render::StatisticsOptions;
use core::ops::ControlFlow;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Features of one request: each is a read of its own.
const MOST_FEATURES: usize = 1000;

/// Statistics of each band.
#[utoipa::path(
    get, path = "/cog/statistics", tag = "COG",
    params(SourceParams, ReadParams, AlgorithmParams, SizeParams, StatisticsParams),
    responses(
        (status = 200, description = "An object per band: min, max, mean, count, sum, std, median, majority, minority, unique, percentiles, histogram, valid_percent, masked_pixels, valid_pixels", body = Object, content_type = "application/json"),
        super::openapi::DrawingFails,
    )
)]
pub(crate) async fn statistics(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let query = &incoming.query;
    let wanted = Wanted::parse(incoming.kind, query, &state.names)?;
    let area = Area::Whole {
        crs: None,
        size: SizeParams::parse(query)?.of_preview(),
    };
    let options = StatisticsParams::parse(query)?;
    let mut begun = match Begun::of(&state, &incoming, &wanted).await? {
        ControlFlow::Continue(begun) => begun,
        ControlFlow::Break(response) => return Ok(response),
    };
    let bands = of_area(&mut begun, &Arc::new(area), options).await?;
    Ok(begun.answer.timing(&begun.timing).json(&bands))
}

/// Statistics of the bands in an area, by their names.
pub(super) async fn of_area(
    begun: &mut Begun<'_>,
    area: &Arc<Area>,
    options: StatisticsOptions,
) -> Result<Map<String, Value>, Error> {
    Ok(by_band(&begun.statistics(area, options).await?))
}

/// Statistics of each band inside polygons.
///
/// Pixels count by the share of them that lies inside.
#[utoipa::path(
    post, path = "/cog/statistics", tag = "COG",
    params(
        SourceParams, ReadParams, AlgorithmParams, SizeParams, StatisticsParams,
        ("coord_crs" = Option<String>, Query, description = "CRS of the polygons; EPSG:4326 by default"),
        ("dst_crs" = Option<String>, Query, description = "CRS of the pixels that are counted; the polygons' by default"),
        ("cover_scale" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "Into how many parts a pixel's side is cut to tell the share; 10 by default"),
    ),
    request_body(content = Object, description = "A GeoJSON feature or a collection of features, of polygons or multipolygons", content_type = "application/json"),
    responses(
        (status = 200, description = "The features, with `statistics` among their properties: an object per band", body = Object, content_type = "application/geo+json"),
        super::openapi::DrawingFails,
    )
)]
pub(crate) async fn of_features(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
    body: Bytes,
) -> Result<Response, Failure> {
    let mut timing = Timing::start();
    let query = &incoming.query;
    let wanted = Wanted::parse(incoming.kind, query, &state.names)?;
    // Whole pixels of the source, where nothing else is said: they are counted, not drawn.
    let size = SizeParams::parse(query)?.of_part().aligned();
    let options = StatisticsParams::parse(query)?;
    let scale = query.integer("cover_scale", 1, 1000)?.unwrap_or(10);
    let parsed = state.cpu.run(move || {
        serde_json::from_str(text(&body)?)
            .map_err(|error| Error::Parameter(format!("the request's body is not JSON: {error}")))
    });
    let mut document: Value = parsed.await??;
    let features = features(&mut document)?;
    if features.len() > MOST_FEATURES {
        return Err(Error::Request(format!(
            "{} features are sent, the most at a time is {MOST_FEATURES}",
            features.len()
        ))
        .into());
    }
    let dataset = timing
        .stage("header", Dataset::open(&state, &wanted))
        .await?;
    let mut admission = timing.stage("queue", state.cpu.admit()).await?;
    for feature in features {
        let text = feature.to_string();
        let shape = state.cpu.run(move || shape(&text)).await??;
        let area = Arc::new(area(&incoming, shape.clone(), size)?);
        let image = dataset.read(&mut admission, &area, &mut timing).await?;
        let options = options.clone();
        let computed = state.cpu.run(move || {
            let coverage = area.coverage(&image, scale)?;
            cog_render::statistics(&image, &options, Some(&coverage))
        });
        let bands = timing.stage("statistics", computed).await??;
        let properties = feature["properties"].take();
        let mut properties = match properties {
            Value::Object(properties) => properties,
            _ => Map::new(),
        };
        properties.insert("statistics".into(), by_band(&bands).into());
        feature["properties"] = properties.into();
    }
    let answer = Answer::to(&incoming, state.max_age).timing(&timing);
    Ok(answer.json_as("application/geo+json", &document))
}

/// The features of a GeoJSON document.
fn features(document: &mut Value) -> Result<Vec<&mut Value>, Error> {
    match document["type"].as_str() {
        Some("Feature") => Ok(vec![document]),
        Some("FeatureCollection") => match document.get_mut("features") {
            Some(Value::Array(features)) => Ok(features.iter_mut().collect()),
            _ => Err(Error::Parameter(
                "the request's body: the FeatureCollection has no list of features".into(),
            )),
        },
        _ => Err(Error::Parameter(
            "the request's body has to be a GeoJSON Feature or FeatureCollection".into(),
        )),
    }
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
