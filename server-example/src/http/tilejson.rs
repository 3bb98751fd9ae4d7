//! TileJSON: what a map library needs to know of tiles.

use super::{Answer, Failure, Incoming, Path, info::band_descriptions, info::minmax};
use crate::{
    Error,
    dataset::{Dataset, Wanted},
    params::{AlgorithmParams, ImageParams, ReadParams, SourceParams, TileParams, format},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use cog_raster::RasterInfo;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Pixels per side of the tiles that a document names, unless the request says otherwise: what map libraries
/// take 512 for granted with TileJSON.
const TILE_SIZE: u32 = 512;

/// TileJSON 3.0.0 for a map library.
#[utoipa::path(
    get, path = "/cog/{tms}/tilejson.json", tag = "COG",
    params(
        ("tms" = String, Path, description = "Identifier of a tile matrix set; see /tileMatrixSets", example = "WebMercatorQuad"),
        SourceParams, ReadParams, AlgorithmParams, ImageParams, TileParams,
        ("tile_format" = Option<String>, Query, description = "Format of the tiles"),
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
    let tms = state.names.tile_matrix_set(&tms)?;
    // The tiles' parameters are checked here, where a person sees the message.
    let wanted = Wanted::parse(incoming.kind, query, &state.names)?;
    ImageParams::parse(query, &state.names)?;
    let size = TileParams::parse(query)?;
    let extension = match query.text("tile_format") {
        Some(name) => {
            format(name)?;
            format!(".{name}")
        }
        None => String::new(),
    };
    query.zooms(&tms, None)?;
    let dataset = Dataset::open(&state, &wanted).await?;
    let info = dataset.info();
    check_bands(info, wanted.bands.options.bands.as_deref())?;
    let bounds = dataset.bounds_in(tms.geographic_crs())?;
    let (minzoom, maxzoom) = query.zooms(&tms, Some(dataset.zooms(&tms)?))?;
    let (x, y) = bounds.center();
    let mut rest = query.without(&["tile_format", "minzoom", "maxzoom"]);
    if size.tilesize.is_none() {
        rest.push_str(&format!("&tilesize={TILE_SIZE}"));
    }
    let tiles = format!(
        "{}{}/tiles/{}/{{z}}/{{x}}/{{y}}{extension}?{rest}",
        incoming.base_url(),
        incoming.kind.prefix(),
        tms.id()
    );
    let mut body = Map::new();
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
    set("tilejson", "3.0.0".into());
    set("name", dataset.name().into());
    set("version", "1.0.0".into());
    set("scheme", "xyz".into());
    set("tiles", json!([tiles]));
    set("minzoom", minzoom.into());
    set("maxzoom", maxzoom.into());
    set("bounds", json!(bounds.to_array()));
    set("center", json!([x, y, minzoom]));
    if let Some(attribution) = &state.http.attribution {
        set("attribution", attribution.as_str().into());
    }
    let renders = dataset.item().map(stac_item::Item::renders);
    let renders = renders.unwrap_or_default().iter().map(|render| {
        let document = serde_json::from_str(&render.json).unwrap_or(Value::Null);
        (render.name.clone(), document)
    });
    set("raster_layers", Value::Object(renders.collect()));
    // What TiTiler tells of one file it does not tell of an item's.
    if dataset.item().is_none() {
        set("band_descriptions", band_descriptions(info));
        set("data_type", info.sample_type.name().into());
        if let Some(minmax) = minmax(info) {
            set("minmax", minmax);
        }
    }
    Ok(Answer::to(&incoming, state.max_age).json(&body))
}

/// Bands that are there, for answers that do not read any.
fn check_bands(info: &RasterInfo, bands: Option<&[u32]>) -> Result<(), Error> {
    let count = info.bands.len();
    let missing = bands
        .unwrap_or_default()
        .iter()
        .find(|&&band| band as usize >= count);
    match missing {
        Some(band) => Err(Error::Request(format!(
            "bidx: band {} is not there: the source has bands 1 to {count}",
            band + 1
        ))),
        None => Ok(()),
    }
}
