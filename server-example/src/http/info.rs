//! What a source is: information, bounds, validity.

use super::{Answer, Failure, Incoming};
use crate::{
    ground::{self, crs_name, nodata_value, number},
    params::{CrsParams, SourceParams},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use cog_raster::{MaskKind, RasterInfo, RasterSource as _};
use cog_reader::Cog;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tile_math::{BoundingBox, Crs};

/// Information on a source, in TiTiler's words.
#[utoipa::path(
    get, path = "/cog/info", tag = "COG", params(SourceParams),
    responses(
        (status = 200, description = "What the file declares", body = Object, content_type = "application/json"),
        super::openapi::OpeningFails,
    )
)]
pub(crate) async fn info(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let source = state
        .open(&SourceParams::parse(&incoming.query)?.url)
        .await?;
    let answer = Answer::to(&incoming, state.max_age);
    Ok(answer.json(&describe(&source.cog)))
}

/// Information on a source as a GeoJSON feature.
#[utoipa::path(
    get, path = "/cog/info.geojson", tag = "COG", params(SourceParams, CrsParams),
    responses(
        (status = 200, description = "The source's outline with its information", body = Object, content_type = "application/geo+json"),
        super::openapi::OpeningFails,
    )
)]
pub(crate) async fn info_geojson(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let crs = CrsParams::parse(&incoming.query)?.unwrap_or_else(Crs::wgs84);
    let source = state
        .open(&SourceParams::parse(&incoming.query)?.url)
        .await?;
    let bounds = ground::bounds_in(source.cog.info(), &crs)?;
    let feature = json!({
        "type": "Feature",
        "bbox": bounds.to_array(),
        "geometry": outline(&bounds),
        "properties": describe(&source.cog),
    });
    Ok(Answer::to(&incoming, state.max_age).json_as("application/geo+json", &feature))
}

/// Bounds of a source.
#[utoipa::path(
    get, path = "/cog/bounds", tag = "COG", params(SourceParams, CrsParams),
    responses(
        (status = 200, description = "Left, bottom, right, top, and their CRS", body = Object, content_type = "application/json"),
        super::openapi::OpeningFails,
    )
)]
pub(crate) async fn bounds(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let crs = CrsParams::parse(&incoming.query)?.unwrap_or_else(Crs::wgs84);
    let source = state
        .open(&SourceParams::parse(&incoming.query)?.url)
        .await?;
    let bounds = ground::bounds_in(source.cog.info(), &crs)?;
    let body = json!({ "bounds": bounds.to_array(), "crs": crs_name(&crs) });
    Ok(Answer::to(&incoming, state.max_age).json(&body))
}

/// A source in the words of TiTiler's `/info`.
pub(crate) fn describe(cog: &Cog) -> Value {
    let info = cog.info();
    let nodata = info.bands.first().and_then(|band| band.nodata.as_ref());
    let nodata_type = match (nodata, info.mask_kind) {
        (_, MaskKind::PerDataset | MaskKind::PerBand) => "Mask",
        (Some(_), _) => "Nodata",
        (None, MaskKind::Alpha) => "Alpha",
        (None, _) => "None",
    };
    let mut body = Map::new();
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
    set(
        "bounds",
        info.bounds().map_or(Value::Null, |b| json!(b.to_array())),
    );
    set(
        "crs",
        info.crs
            .as_ref()
            .map_or(Value::Null, |crs| Value::from(crs_name(crs))),
    );
    let metadata: Vec<Value> = info
        .bands
        .iter()
        .zip(1..)
        .map(|(band, index)| json!([format!("b{index}"), band.metadata]))
        .collect();
    set("band_metadata", metadata.into());
    set("band_descriptions", band_descriptions(info));
    set("dtype", info.sample_type.name().into());
    set("nodata_type", nodata_type.into());
    if let Some(nodata) = nodata {
        set("nodata_value", nodata_value(nodata));
    }
    let interpretations: Vec<&str> = info
        .bands
        .iter()
        .map(|b| b.color_interpretation.name())
        .collect();
    set("colorinterp", interpretations.into());
    set(
        "scales",
        info.bands.iter().map(|b| number(b.scale)).collect(),
    );
    set(
        "offsets",
        info.bands.iter().map(|b| number(b.offset)).collect(),
    );
    if let Some(palette) = &info.colormap {
        let entries: Map<String, Value> = palette
            .iter()
            .enumerate()
            .map(|(index, color)| (index.to_string(), json!(color)))
            .collect();
        set("colormap", entries.into());
    }
    set("driver", "GTiff".into());
    set("count", info.bands.len().into());
    set("width", info.width().into());
    set("height", info.height().into());
    let overviews: Vec<u32> = info
        .levels
        .iter()
        .skip(1)
        // Halves to even, as Python rounds them for rasterio.
        .map(|level| (f64::from(info.width()) / f64::from(level.width)).round_ties_even() as u32)
        .collect();
    set("overviews", overviews.into());
    if let Some(minmax) = minmax(info) {
        set("minmax", minmax);
    }
    let problems: Vec<&str> = cog.problems().collect();
    if !problems.is_empty() {
        set("problems", problems.into());
    }
    Value::Object(body)
}

/// Least and greatest value of each band, if the source declares them for all.
pub(super) fn minmax(info: &RasterInfo) -> Option<Value> {
    let ranges: Option<Vec<Value>> = info
        .bands
        .iter()
        .map(|band| {
            band.statistics
                .map(|s| json!([number(s.minimum), number(s.maximum)]))
        })
        .collect();
    ranges.map(Value::from)
}

/// TiTiler's pairs of a band's name and description.
pub(super) fn band_descriptions(info: &RasterInfo) -> Value {
    info.bands
        .iter()
        .zip(1..)
        .map(|(band, index)| {
            json!([
                format!("b{index}"),
                band.description
                    .clone()
                    .filter(|text| !text.is_empty())
                    .unwrap_or_else(|| format!("b{index}"))
            ])
        })
        .collect()
}

/// A box as a GeoJSON polygon; two where it crosses the antimeridian.
pub(super) fn outline(bounds: &BoundingBox) -> Value {
    let ring = |left: f64, right: f64| {
        let (bottom, top) = (bounds.bottom, bounds.top);
        json!([[
            [left, bottom],
            [right, bottom],
            [right, top],
            [left, top],
            [left, bottom]
        ]])
    };
    if bounds.left <= bounds.right {
        json!({ "type": "Polygon", "coordinates": ring(bounds.left, bounds.right) })
    } else {
        json!({
            "type": "MultiPolygon",
            "coordinates": [ring(bounds.left, 180.0), ring(-180.0, bounds.right)],
        })
    }
}
