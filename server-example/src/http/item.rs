//! A STAC item for a file.

use super::{Answer, Failure, Incoming, Timing, begun::Begun};
use crate::{
    Error,
    dataset::{Area, Bands, Dataset},
    params::{Query, SourceParams, wrong},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use bytes::Bytes;
use chrono::{SecondsFormat, Utc};
use cog_render::{BandStatistics, OutputSize, StatisticsOptions};
use core::ops::ControlFlow;
use stac_item::{BandSummary, ItemOptions};
use std::sync::Arc;
use utoipa::IntoParams;

/// What goes into an item.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents parameters that are read by name")]
pub(crate) struct ItemParams {
    /// A date or time, or two with a slash between; by default what the file says, else now.
    datetime: Option<String>,
    /// Schemas of further extensions; may repeat.
    extensions: Option<Vec<String>>,
    /// The collection that the item belongs to.
    collection: Option<String>,
    /// Where the collection is.
    collection_url: Option<String>,
    /// The item's identifier; the file's name by default.
    id: Option<String>,
    /// The asset's name; `data` by default.
    asset_name: Option<String>,
    /// The asset's roles; may repeat.
    asset_roles: Option<Vec<String>>,
    /// The asset's media type; by default it is told by the file.
    asset_media_type: Option<String>,
    /// The asset's place; `url` by default.
    asset_href: Option<String>,
    /// Writes the projection extension; true by default.
    with_proj: Option<bool>,
    /// Writes the raster extension, with statistics; true by default.
    with_raster: Option<bool>,
    /// Writes the eo extension; true by default.
    with_eo: Option<bool>,
    /// Longest side in pixels of what statistics are computed of; 1024 by default.
    #[param(minimum = 1, maximum = 16384)]
    max_size: Option<u32>,
    /// Parts that each edge of the outline is cut into.
    #[param(minimum = 0, maximum = 10000)]
    geometry_densify: Option<u32>,
    /// Decimals of the outline; −1 is all.
    #[param(minimum = -1, maximum = 15)]
    geometry_precision: Option<i32>,
}

/// A STAC item for a source, as rio-stac makes it.
#[utoipa::path(
    get, path = "/cog/stac", tag = "COG", params(SourceParams, ItemParams),
    responses(
        (status = 200, description = "The item", body = Object, content_type = "application/json"),
        super::openapi::DrawingFails,
    )
)]
pub(crate) async fn item(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let mut timing = Timing::start();
    let query = &incoming.query;
    let url = SourceParams::parse(query)?.url;
    let options = options(query)?;
    let max_size = query.integer("max_size", 1, 16_384)?.unwrap_or(1024);
    let source = timing.stage("header", state.open(&url)).await?;
    let mut wanted = Bands::plain();
    let bands = u32::try_from(cog_raster::RasterSource::info(&source.cog).bands.len());
    wanted.options = wanted
        .options
        .with_bands((0..bands.unwrap_or(u32::MAX)).collect::<Vec<_>>());
    let dataset = Dataset::of_cog(source.cog.clone(), wanted);
    // An item of a file without a date is of now, which changes nothing of what it says.
    let answer = Answer::to(&incoming, state.max_age)
        .tag(incoming.tag(&dataset))
        .weak();
    let mut begun = match Begun::with(&state, dataset, answer, timing).await? {
        ControlFlow::Continue(begun) => begun,
        ControlFlow::Break(response) => return Ok(response),
    };
    let summaries = if options.with_raster {
        let area = Arc::new(Area::Whole {
            crs: None,
            size: OutputSize::at_most(max_size),
        });
        let bands = begun
            .statistics(&area, StatisticsOptions::default())
            .await?;
        bands.iter().map(summary).collect()
    } else {
        Vec::new()
    };
    let info = cog_raster::RasterSource::info(&source.cog);
    let text = stac_item::create(&url, info, &summaries, &options)?;
    Ok(begun
        .answer
        .timing(&begun.timing)
        .bytes("application/json", Bytes::from(text)))
}

fn options(query: &Query) -> Result<ItemOptions, Error> {
    let text = |name: &str| query.text(name).map(str::to_owned);
    let texts = |name: &str| query.texts(name).map(str::to_owned).collect::<Vec<_>>();
    let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut options = ItemOptions::new(now)
        .with_asset(
            query.text("asset_name").unwrap_or("data"),
            texts("asset_roles"),
            text("asset_media_type").filter(|media_type| media_type != "auto"),
            text("asset_href"),
        )
        .with_schemas(texts("extensions"))
        .with_extensions(
            query.boolean("with_proj")?.unwrap_or(true),
            query.boolean("with_raster")?.unwrap_or(true),
            query.boolean("with_eo")?.unwrap_or(true),
        );
    if let Some(id) = query.text("id") {
        options = options.with_id(id);
    }
    if let Some(datetime) = query.text("datetime") {
        options = options.with_datetime(datetime);
    }
    if let Some(collection) = query.text("collection") {
        options = options.with_collection(collection, text("collection_url"));
    }
    let densify = query.integer("geometry_densify", 0, 10_000)?.unwrap_or(0);
    let precision = match query.text("geometry_precision") {
        None | Some("-1") => None,
        Some(text) => Some(
            text.parse()
                .ok()
                .filter(|decimals| *decimals <= 15)
                .ok_or_else(|| wrong("geometry_precision", text, "a whole number from -1 to 15"))?,
        ),
    };
    Ok(options.with_geometry(densify, precision))
}

fn summary(band: &BandStatistics) -> BandSummary {
    let pixels = band.valid_pixels + band.masked_pixels;
    let valid = band.valid_pixels as f64 / pixels as f64 * 100.0;
    let summary = BandSummary::new(band.min, band.max, band.mean, band.std, valid);
    match band.histogram_edges.as_slice() {
        [least, .., greatest] => {
            summary.with_histogram(band.histogram_counts.clone(), *least, *greatest)
        }
        _ => summary,
    }
}
