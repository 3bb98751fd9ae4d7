//! What a map's list of layers shows.

use super::{Answer, Failure, Incoming};
use crate::{
    Error,
    dataset::{Assets, Bands, Dataset, Kind, Wanted},
    params::{AssetParams, MOST_ASSETS, SourceParams},
    state::{Layer, LayerSource, ServerState, describe_layer},
};
use axum::{extract::State, response::Response};
use serde::Serialize;
use stac_item::AssetChoice;
use std::sync::Arc;
use utoipa::ToSchema;

/// What the map shows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Layers<'a> {
    /// Those that have a place on the map.
    layers: &'a [Layer],
}

/// What the map can show of a source.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LayersOf {
    /// The file, or the item's assets.
    layers: Vec<Layer>,
    /// Assets that cannot be shown.
    failed: Vec<Missing>,
}

/// An asset that cannot be shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Missing {
    /// Its name.
    name: String,
    /// Why.
    detail: String,
}

/// The served sources.
#[utoipa::path(
    get, path = "/layers", tag = "Names",
    responses((status = 200, description = "What is served, for the map's list of layers", body = Layers<'static>))
)]
pub(crate) async fn layers(State(state): State<Arc<ServerState>>, incoming: Incoming) -> Response {
    // A restart may serve others: ask every time, and be told 304.
    Answer::to(&incoming, 0).json(&Layers {
        layers: &state.layers,
    })
}

/// Any file, as a layer of the map.
#[utoipa::path(
    get, path = "/cog/layers", tag = "COG", params(SourceParams),
    responses(
        (status = 200, description = "What the map's list of layers needs to show it", body = LayersOf),
        super::openapi::DrawingFails,
    )
)]
#[expect(dead_code, reason = "documents `layers_of` for files")]
pub(crate) fn layers_of_cog() {}

/// The assets of any item, as layers of the map.
#[utoipa::path(
    get, path = "/stac/layers", tag = "STAC", operation_id = "stac_layers",
    params(
        SourceParams,
        ("assets" = Option<Vec<String>>, Query, description = "Names of assets; all that hold pixels by default"),
    ),
    responses(
        (status = 200, description = "What the map's list of layers needs to show them, and which it cannot", body = LayersOf),
        super::openapi::DrawingFails,
    )
)]
pub(crate) async fn layers_of(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let query = &incoming.query;
    let url = SourceParams::parse(query)?.url;
    let mut body = LayersOf {
        layers: Vec::new(),
        failed: Vec::new(),
    };
    match incoming.kind {
        Kind::Cog => body.layers.push(layer(&state, &url, None).await?),
        Kind::Stac => {
            let choices = if query.text("assets").is_some() {
                AssetParams::parse(query)?.0
            } else {
                let item = state.item(&url).await?.item;
                let names = item.asset_names().into_iter().take(MOST_ASSETS);
                names.map(AssetChoice::parse).collect::<Result<_, _>>()?
            };
            for choice in choices {
                let name = choice.name.clone();
                match layer(&state, &url, Some(choice)).await {
                    Ok(layer) => body.layers.push(layer),
                    // What no other asset will have, either.
                    Err(error @ Error::Overloaded(_)) => return Err(error.into()),
                    Err(error) => body.failed.push(Missing {
                        name,
                        detail: error.to_string(),
                    }),
                }
            }
        }
    }
    Ok(Answer::to(&incoming, state.max_age).json(&body))
}

/// A file, or an asset of an item, as a layer.
async fn layer(
    state: &ServerState,
    url: &str,
    choice: Option<AssetChoice>,
) -> Result<Layer, Error> {
    // What is served has a name of its own.
    let served = state.layers.iter().find(|layer| layer.url == url);
    if let (Some(layer), None) = (served, &choice) {
        return Ok(layer.clone());
    }
    let wanted = Wanted {
        url: url.to_owned(),
        bands: Bands::plain(),
        assets: choice.map(|choice| Assets {
            choices: vec![choice],
            as_bands: false,
        }),
    };
    let dataset = Dataset::open(state, &wanted).await?;
    let _admission = state.cpu.admit().await?;
    let (asset, source) = dataset.first();
    let url = dataset.place(url);
    let named = LayerSource {
        target: state.resolve(url)?,
        name: asset.unwrap_or_else(|| dataset.name()).to_owned(),
        group: dataset.item().map(|item| item.id().to_owned()),
        time: None,
    };
    let mut layer = describe_layer(&state.cpu, source, &named, url.to_owned()).await?;
    url.clone_into(&mut layer.url);
    Ok(layer)
}
