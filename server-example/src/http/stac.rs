//! STAC items: their assets, and the ways to show them.

use super::{
    Answer, Failure, Incoming, Path, begun::Begun, info::describe, info::outline,
    statistics::of_area,
};
use crate::{
    Error,
    dataset::{Area, Dataset, Wanted},
    params::{
        AssetParams, CrsParams, ImageParams, Query, ReadParams, SizeParams, SourceParams,
        StatisticsParams,
    },
    state::ServerState,
};
use axum::{extract::State, response::Response};
use core::ops::ControlFlow;
use serde_json::{Map, Value, json};
use stac_item::Render;
use std::sync::Arc;
use tile_math::Crs;

/// The assets of an item that hold pixels.
#[utoipa::path(
    get, path = "/stac/assets", tag = "STAC", params(SourceParams),
    responses(
        (status = 200, description = "Their names", body = Vec<String>),
        super::openapi::OpeningFails,
    )
)]
pub(crate) async fn assets(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let stored = state
        .item(&SourceParams::parse(&incoming.query)?.url)
        .await?;
    Ok(Answer::to(&incoming, state.max_age).json(&stored.item.asset_names()))
}

/// Information on each asset, in TiTiler's words.
#[utoipa::path(
    get, path = "/stac/info", tag = "STAC", params(SourceParams, AssetParams),
    responses(
        (status = 200, description = "By the assets' names, what each file declares", body = Object, content_type = "application/json"),
        super::openapi::OpeningFails,
    )
)]
pub(crate) async fn info(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let wanted = Wanted::parse(incoming.kind, &incoming.query, &state.names)?;
    let dataset = Dataset::open(&state, &wanted).await?;
    Ok(Answer::to(&incoming, state.max_age).json(&by_asset(&dataset)))
}

/// Information on each asset, as a GeoJSON feature where the item lies.
#[utoipa::path(
    get, path = "/stac/info.geojson", tag = "STAC", params(SourceParams, AssetParams, CrsParams),
    responses(
        (status = 200, description = "The item's outline with the information on its assets", body = Object, content_type = "application/geo+json"),
        super::openapi::OpeningFails,
    )
)]
pub(crate) async fn info_geojson(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let crs = CrsParams::parse(&incoming.query)?.unwrap_or_else(Crs::wgs84);
    let wanted = Wanted::parse(incoming.kind, &incoming.query, &state.names)?;
    let dataset = Dataset::open(&state, &wanted).await?;
    let bounds = dataset.bounds_in(&crs)?;
    let feature = json!({
        "type": "Feature",
        "bbox": bounds.to_array(),
        "geometry": outline(&bounds),
        "properties": by_asset(&dataset),
    });
    Ok(Answer::to(&incoming, state.max_age).json_as("application/geo+json", &feature))
}

/// Statistics of each band of each asset.
#[utoipa::path(
    get, path = "/stac/asset_statistics", tag = "STAC",
    params(SourceParams, AssetParams, ReadParams, SizeParams, StatisticsParams),
    responses(
        (status = 200, description = "By the assets' names, an object per band", body = Object, content_type = "application/json"),
        super::openapi::DrawingFails,
    )
)]
pub(crate) async fn asset_statistics(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let query = &incoming.query;
    let wanted = Wanted::parse(incoming.kind, query, &state.names)?;
    let area = Arc::new(Area::Whole {
        crs: None,
        size: SizeParams::parse(query)?.of_preview(),
    });
    let options = StatisticsParams::parse(query)?;
    let mut begun = match Begun::of(&state, &incoming, &wanted).await? {
        ControlFlow::Continue(begun) => begun,
        ControlFlow::Break(response) => return Ok(response),
    };
    let sources = begun.dataset.sources();
    let names: Vec<_> = sources
        .map(|(name, _)| name.unwrap_or_default().to_owned())
        .collect();
    let apart: Vec<_> = begun.dataset.apart().collect();
    let mut body = Map::new();
    for (name, dataset) in names.into_iter().zip(apart) {
        begun.dataset = dataset;
        let bands = of_area(&mut begun, &area, options.clone()).await?;
        body.insert(name, bands.into());
    }
    Ok(begun.answer.timing(&begun.timing).json(&body))
}

/// The ways to show an item that it names (the render extension).
#[utoipa::path(
    get, path = "/stac/renders", tag = "STAC", params(SourceParams),
    responses(
        (status = 200, description = "By name: whether it can be drawn, its parameters, and links to maps of it", body = Object, content_type = "application/json"),
        super::openapi::OpeningFails,
    )
)]
pub(crate) async fn renders(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let url = SourceParams::parse(&incoming.query)?.url;
    let stored = state.item(&url).await?;
    let renders: Map<String, Value> = stored
        .item
        .renders()
        .iter()
        .map(|render| {
            let described = describe_render(&state, &incoming, &url, render);
            (render.name.clone(), described)
        })
        .collect();
    let own = format!("{}{}", incoming.base_url(), incoming.uri);
    let links = json!([link(&own, "self", "List STAC Renders metadata")]);
    let body = json!({ "renders": renders, "links": links });
    Ok(Answer::to(&incoming, state.max_age).json(&body))
}

/// One of the ways to show an item that it names.
#[utoipa::path(
    get, path = "/stac/renders/{render}", tag = "STAC",
    params(("render" = String, Path, description = "Its name"), SourceParams),
    responses(
        (status = 200, description = "Whether it can be drawn, its parameters, and links to maps of it", body = Object, content_type = "application/json"),
        super::openapi::OpeningFails,
    )
)]
pub(crate) async fn render(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let url = SourceParams::parse(&incoming.query)?.url;
    let stored = state.item(&url).await?;
    let renders = stored.item.renders();
    let found = renders.iter().find(|render| render.name == name);
    let render = found.ok_or_else(|| {
        let known: Vec<&str> = renders.iter().map(|render| render.name.as_str()).collect();
        Error::NotFound(format!(
            "the item has no render {name:?}; it has: {}",
            known.join(", ")
        ))
    })?;
    let body = describe_render(&state, &incoming, &url, render);
    Ok(Answer::to(&incoming, state.max_age).json(&body))
}

fn describe_render(state: &ServerState, incoming: &Incoming, url: &str, render: &Render) -> Value {
    let mut pairs = vec![("url".to_owned(), url.to_owned())];
    pairs.extend(render.query.iter().cloned());
    let query = Query::from_pairs(pairs);
    let valid = Wanted::parse(incoming.kind, &query, &state.names).is_ok()
        && ImageParams::parse(&query, &state.names).is_ok();
    let base = format!("{}{}", incoming.base_url(), incoming.kind.prefix());
    let only_url = Query::from_pairs(vec![("url".to_owned(), url.to_owned())]).without(&[]);
    let name: String = form_urlencoded::byte_serialize(render.name.as_bytes()).collect();
    let own = format!("{base}/renders/{name}?{only_url}");
    let title = format!("STAC Renders metadata for {}", render.name);
    let mut links = vec![link(&own, "self", &title)];
    if valid {
        let rest = query.without(&[]);
        let mut tiles = link(
            &format!("{base}/{{tileMatrixSetId}}/tilejson.json?{rest}"),
            "tilesets-map",
            &format!("tilejson file for {}", render.name),
        );
        tiles["templated"] = true.into();
        links.push(tiles);
        let mut wmts = link(
            &format!("{base}/WMTSCapabilities.xml?{rest}"),
            "tilesets-map",
            &format!("WMTS service for {}", render.name),
        );
        wmts["type"] = "application/xml".into();
        links.push(wmts);
    }
    let params: Value = serde_json::from_str(&render.json).unwrap_or(Value::Null);
    json!({ "valid": valid, "params": params, "links": links })
}

fn link(href: &str, rel: &str, title: &str) -> Value {
    json!({ "href": href, "rel": rel, "type": "application/json", "title": title })
}

/// By the assets' names, what each file declares.
fn by_asset(dataset: &Dataset) -> Map<String, Value> {
    dataset
        .sources()
        .map(|(name, source)| (name.unwrap_or_default().to_owned(), describe(&source.cog)))
        .collect()
}
