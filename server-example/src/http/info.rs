//! What a source is: information, bounds, points, statistics, validity.

use super::{Answer, Failure, Incoming, Timing};
use crate::{
    Error,
    ground::{self, crs_name, nodata_value, number, parse_crs},
    params::{
        CrsParams, ImageParams, ReadParams, SizeParams, SourceParams, StatisticsParams, TileParams,
        format,
    },
    picture,
    state::{Counters, ServerState},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use cog_raster::{MaskKind, RasterInfo, RasterSource as _};
use cog_reader::Cog;
use cog_render::Grid;
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

/// TileJSON 3.0.0 for a map library.
#[utoipa::path(
    get, path = "/cog/{tms}/tilejson.json", tag = "COG",
    params(
        ("tms" = String, Path, description = "Identifier of a tile matrix set; see /tileMatrixSets", example = "WebMercatorQuad"),
        SourceParams, ReadParams, ImageParams, TileParams,
        ("tile_format" = Option<String>, Query, description = "Format of the tiles: png, jpg, webp, npy"),
        ("minzoom" = Option<i32>, Query, description = "Instead of the source's least zoom"),
        ("maxzoom" = Option<i32>, Query, description = "Instead of the source's greatest zoom"),
    ),
    responses(
        (status = 200, description = "The TileJSON document", body = Object, content_type = "application/json"),
        super::openapi::OpeningFails,
    )
)]
pub(crate) async fn tilejson(
    State(state): State<Arc<ServerState>>,
    Path(tms): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let query = &incoming.query;
    let tms = super::find_tms(&tms)?;
    let url = SourceParams::parse(query)?.url;
    // The tiles' parameters are checked here, where a person sees the message.
    let options = ReadParams::parse(query)?.options()?;
    ImageParams::parse(query)?;
    TileParams::parse(query)?;
    let extension = match query.text("tile_format") {
        Some(name) => {
            format(name)?;
            format!(".{name}")
        }
        None => String::new(),
    };
    let zoom = |name: &str| {
        query.read(
            name,
            || {
                format!(
                    "a zoom of {}, {} to {}",
                    tms.id(),
                    tms.min_zoom(),
                    tms.max_zoom()
                )
            },
            |text| {
                text.parse()
                    .ok()
                    .filter(|z| (tms.min_zoom()..=tms.max_zoom()).contains(z))
            },
        )
    };
    let (least, greatest) = (zoom("minzoom")?, zoom("maxzoom")?);
    let source = state.open(&url).await?;
    let info = source.cog.info();
    check_bands(info, options.bands.as_deref())?;
    let bounds = ground::geographic_bounds(info)?;
    let (minzoom, maxzoom) = ground::zooms(info, &tms)?;
    let (minzoom, maxzoom) = (least.unwrap_or(minzoom), greatest.unwrap_or(maxzoom));
    let (x, y) = bounds.center();
    let rest = query.without(&["tile_format", "minzoom", "maxzoom"]);
    let tiles = format!(
        "{}/cog/tiles/{}/{{z}}/{{x}}/{{y}}{extension}?{rest}",
        incoming.base_url(),
        tms.id()
    );
    let body = json!({
        "tilejson": "3.0.0",
        "name": source.key.rsplit(['/', '\\']).next().unwrap_or(&source.key),
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [tiles],
        "minzoom": minzoom,
        "maxzoom": maxzoom,
        "bounds": bounds.to_array(),
        "center": [x, y, minzoom],
        "band_descriptions": band_descriptions(info),
        "dtype": info.sample_type.name(),
    });
    Ok(Answer::to(&incoming, state.max_age).json(&body))
}

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
    let mut timing = Timing::start();
    let query = &incoming.query;
    let (x, y) = place
        .split_once(',')
        .and_then(|(x, y)| Some((x.trim().parse().ok()?, y.trim().parse().ok()?)))
        .filter(|(x, y): &(f64, f64)| x.is_finite() && y.is_finite())
        .ok_or_else(|| {
            crate::params::wrong("lon,lat", &place, "two numbers with a comma between")
        })?;
    let url = SourceParams::parse(query)?.url;
    let options = ReadParams::parse(query)?.options()?;
    let crs = match query.text("coord_crs") {
        Some(text) => parse_crs("coord_crs", text)?,
        None => Crs::wgs84(),
    };
    let interpolate = query
        .boolean("interpolate")?
        .unwrap_or(false)
        .then_some(options.resampling);
    let source = timing.stage("header", state.open(&url)).await?;
    let answer = Answer::to(&incoming, state.max_age).tag(incoming.tag(&source));
    if let Some(response) = answer.not_modified() {
        return Ok(response);
    }
    let _admission = state.cpu.admit().await?;
    let counters = Arc::new(Counters::default());
    // One pixel: its block is decoded on the pool, what is left is a look-up.
    let read = cog_render::point(&source.cog, (x, y), &crs, interpolate, &options);
    let found = timing.stage("read", counters.track(read)).await?;
    timing.count("requests", counters.requests());
    timing.count("bytes", counters.bytes());
    let values: Vec<Value> = found
        .values
        .iter()
        .map(|v| v.map_or(Value::Null, number))
        .collect();
    let body = json!({
        "coordinates": [x, y],
        "values": values,
        "band_names": found.band_names,
        "band_descriptions": found.band_descriptions,
    });
    Ok(answer.timing(&timing).json(&body))
}

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
    let url = SourceParams::parse(query)?.url;
    let options = ReadParams::parse(query)?.options()?;
    let size = SizeParams::parse(query)?.output();
    let wanted = StatisticsParams::parse(query)?;
    let source = timing.stage("header", state.open(&url)).await?;
    let answer = Answer::to(&incoming, state.max_age).tag(incoming.tag(&source));
    if let Some(response) = answer.not_modified() {
        return Ok(response);
    }
    let _admission = timing.stage("queue", state.cpu.admit()).await?;
    let grid = move |cog: &Cog| Grid::native(cog.info(), size);
    let image = picture::read(&state.cpu, &source.cog, grid, options, &mut timing).await?;
    let computed = state
        .cpu
        .run(move || cog_render::statistics(&image, &wanted, None));
    let bands = timing.stage("statistics", computed).await??;
    let body: Map<String, Value> = bands
        .iter()
        .map(|band| (band.name.clone(), band_statistics(band)))
        .collect();
    Ok(answer.timing(&timing).json(&body))
}

/// Whether a source is a valid COG, and why not.
#[utoipa::path(
    get, path = "/cog/validate", tag = "COG",
    params(SourceParams, ("strict" = Option<bool>, Query, description = "Takes warnings for errors")),
    responses(
        (status = 200, description = "The verdict with errors and warnings", body = Object, content_type = "application/json"),
        super::openapi::OpeningFails,
    )
)]
pub(crate) async fn validate(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let strict = incoming.query.boolean("strict")?.unwrap_or(false);
    let source = state
        .open(&SourceParams::parse(&incoming.query)?.url)
        .await?;
    let report = cog_reader::validate::validate(&source.cog).await?;
    Ok(Answer::to(&incoming, state.max_age).json(&verdict(&source.cog, &report, strict)))
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
    set("nodata_value", nodata.map_or(Value::Null, nodata_value));
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
    let minmax: Option<Vec<Value>> = info
        .bands
        .iter()
        .map(|band| {
            band.statistics
                .map(|s| json!([number(s.minimum), number(s.maximum)]))
        })
        .collect();
    if let Some(minmax) = minmax {
        set("minmax", minmax.into());
    }
    let problems: Vec<&str> = cog.problems().collect();
    if !problems.is_empty() {
        set("problems", problems.into());
    }
    Value::Object(body)
}

/// A validation's verdict as JSON.
pub(crate) fn verdict(cog: &Cog, report: &cog_reader::validate::Report, strict: bool) -> Value {
    json!({
        "Path": cog.location(),
        "Driver": "GTiff",
        "COG": report.is_valid(strict),
        "COG_errors": report.errors,
        "COG_warnings": report.warnings,
    })
}

fn band_descriptions(info: &RasterInfo) -> Value {
    info.bands
        .iter()
        .zip(1..)
        .map(|(band, index)| {
            json!([
                format!("b{index}"),
                band.description.clone().unwrap_or_default()
            ])
        })
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

/// A box as a GeoJSON polygon; two where it crosses the antimeridian.
fn outline(bounds: &BoundingBox) -> Value {
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

/// Bands that are there, for answers that do not read any.
fn check_bands(info: &RasterInfo, bands: Option<&[u32]>) -> Result<(), Error> {
    let count = info.bands.len();
    match bands
        .unwrap_or_default()
        .iter()
        .find(|&&band| band as usize >= count)
    {
        Some(band) => Err(Error::Request(format!(
            "bidx: band {} is not there: the source has bands 1 to {count}",
            band + 1
        ))),
        None => Ok(()),
    }
}
