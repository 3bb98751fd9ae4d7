//! One dataset as a picture.

use super::{
    Refusal,
    address::{What, picture},
    catalog_of,
    draw::{Drawing, Drawn, Read, rendered},
    tilejson::tilejson,
};
use crate::{
    Error,
    http::Incoming,
    params::{PixelParams, Singleband, SinglebandParams},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use cog_render::{Resampling, Shaded, TwoStep, shade};
use std::sync::Arc;

/// A tile of one dataset.
///
/// Where the dataset has nothing, or less than a hundredth of the tile, the picture is transparent.
#[utoipa::path(
    get, path = "/singleband/{keys}/{z}/{x}/{y}.{format}", tag = "Terracotta",
    params(
        ("keys" = String, Path, description = "Values of all keys, in order, with slashes between"),
        ("z" = u32, Path, description = "Zoom"),
        ("x" = u32, Path, description = "Column"),
        ("y" = u32, Path, description = "Row, counted from the top"),
        ("format" = String, Path, description = "png; beyond Terracotta jpg, webp, npy"),
        SinglebandParams, PixelParams,
    ),
    responses(super::document::Pictured, super::document::ReadingFails)
)]
pub(in crate::http) async fn singleband(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Refusal> {
    let catalog = catalog_of(&state)?;
    let (values, what) = picture(incoming.uri.path(), "/singleband/")?;
    let params = SinglebandParams::parse(&incoming.query, &state.names)?;
    let mut pixels = PixelParams::parse(&incoming.query, &state.terracotta)?;
    catalog.keys().check(&values)?;
    if what == What::TileJson {
        return tilejson(
            &state,
            &incoming,
            "/singleband/",
            catalog,
            &[values],
            &pixels,
        )
        .await;
    }
    if matches!(params, Singleband::Explicit(_)) {
        // Means of values are none of them.
        pixels.kernels = TwoStep::new(Resampling::Nearest, Resampling::Nearest);
    }
    let drawing = Drawing {
        state: &state,
        incoming: &incoming,
        pixels,
        what,
        datasets: vec![values],
    };
    let as_terracotta = state.terracotta.percentiles_as_terracotta;
    drawing
        .answer(catalog, move |read, numbers| {
            drawn(read, numbers, &params, as_terracotta)
        })
        .await
}

fn drawn(
    read: Read,
    numbers: bool,
    params: &Singleband,
    as_terracotta: bool,
) -> Result<Drawn, Error> {
    let mut images = read.images.into_iter();
    let (Some(image), Some(found)) = (images.next(), read.found.first()) else {
        return Err(Error::Failed("there is no dataset to draw".into()));
    };
    if numbers {
        return Ok(Drawn::Numbers(image));
    }
    Ok(Drawn::Shades(match params {
        Singleband::Explicit(colors) => Shaded::of_values(&image, 0, colors),
        Singleband::Stretched { ends, map, formula } => {
            let stretch = ends.of(&found.metadata, as_terracotta)?;
            let shades = rendered(shade(&image, 0, stretch, formula.as_ref()))?;
            Shaded::of_band(image.width(), image.height(), shades, map.as_ref())?
        }
    }))
}

/// One dataset, all of it, stretched to the size of a tile.
#[utoipa::path(
    get, path = "/singleband/{keys}/preview.{format}", tag = "Terracotta",
    params(
        ("keys" = String, Path, description = "Values of all keys, in order, with slashes between"),
        ("format" = String, Path, description = "png; beyond Terracotta jpg, webp, npy"),
        SinglebandParams, PixelParams,
    ),
    responses(super::document::Pictured, super::document::ReadingFails)
)]
#[expect(
    dead_code,
    reason = "documents `singleband` for paths that the router cannot tell apart"
)]
pub(super) fn preview() {}

/// TileJSON of one dataset's tiles. Beyond Terracotta.
#[utoipa::path(
    get, path = "/singleband/{keys}/tilejson.json", tag = "Terracotta",
    params(
        ("keys" = String, Path, description = "Values of all keys, in order, with slashes between"),
        ("tile_format" = Option<String>, Query, description = "Format of the tiles, png by default"),
        SinglebandParams, PixelParams,
    ),
    responses(
        (status = 200, description = "The TileJSON document", body = Object, content_type = "application/json"),
        super::document::ReadingFails,
    )
)]
#[expect(
    dead_code,
    reason = "documents `singleband` for paths that the router cannot tell apart"
)]
pub(super) fn document() {}
