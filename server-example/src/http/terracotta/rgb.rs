//! Three datasets as red, green and blue.

use super::{
    Refusal,
    address::{What, picture},
    catalog_of,
    draw::{Drawing, Drawn, Read, around, rendered},
    tilejson::tilejson,
};
use crate::{
    Error,
    http::Incoming,
    params::{PixelParams, Rgb, RgbParams},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use cog_render::{Image, Shaded, Stretch, shade_three};
use std::sync::Arc;

/// A tile of three datasets.
///
/// A pixel is transparent where all three have nothing; where only some have, they are 0.
#[utoipa::path(
    get, path = "/rgb/{keys}/{z}/{x}/{y}.{format}", tag = "Terracotta",
    params(
        ("keys" = String, Path, description = "Values of all keys but the last, or but `key`, in order, with slashes between; without a slash before `z` where there is one key only"),
        ("z" = u32, Path, description = "Zoom"),
        ("x" = u32, Path, description = "Column"),
        ("y" = u32, Path, description = "Row, counted from the top"),
        ("format" = String, Path, description = "png; beyond Terracotta jpg, webp, npy"),
        RgbParams, PixelParams,
    ),
    responses(super::document::Pictured, super::document::ReadingFails)
)]
pub(in crate::http) async fn rgb(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Refusal> {
    let catalog = catalog_of(&state)?;
    let (path, what) = picture(incoming.uri.path(), "/rgb/")?;
    let params = RgbParams::parse(&incoming.query)?;
    let pixels = PixelParams::parse(&incoming.query, &state.terracotta)?;
    let datasets = around(catalog.keys(), &path, params.key.as_deref(), &params.values)?;
    if what == What::TileJson {
        return tilejson(&state, &incoming, "/rgb/", catalog, &datasets, &pixels).await;
    }
    let drawing = Drawing {
        state: &state,
        incoming: &incoming,
        pixels,
        what,
        datasets,
    };
    let as_terracotta = state.terracotta.percentiles_as_terracotta;
    drawing
        .answer(catalog, move |read, numbers| {
            drawn(read, numbers, &params, as_terracotta)
        })
        .await
}

fn drawn(read: Read, numbers: bool, params: &Rgb, as_terracotta: bool) -> Result<Drawn, Error> {
    if numbers {
        return Ok(Drawn::Numbers(Image::stack(read.images)?));
    }
    let [r, g, b] = read.images.as_slice() else {
        return Err(Error::Failed("three datasets are needed".into()));
    };
    let mut stretches = [Stretch::new(0.0, 1.0); 3];
    for ((stretch, ends), found) in stretches.iter_mut().zip(params.ends).zip(&*read.found) {
        *stretch = ends.of(&found.metadata, as_terracotta)?;
        if stretch.high < stretch.low {
            return Err(Error::Request(
                "Upper stretch bound must be higher than lower bound".into(),
            ));
        }
    }
    let shades = rendered(shade_three([r, g, b], stretches, params.formula.as_ref()))?;
    let shaded = Shaded::of_three(r.width(), r.height(), shades)?;
    Ok(Drawn::Shades(shaded))
}

/// Three datasets, all of the first, stretched to the size of a tile.
#[utoipa::path(
    get, path = "/rgb/{keys}/preview.{format}", tag = "Terracotta",
    params(
        ("keys" = String, Path, description = "Values of all keys but the last, or but `key`, in order, with slashes between"),
        ("format" = String, Path, description = "png; beyond Terracotta jpg, webp, npy"),
        RgbParams, PixelParams,
    ),
    responses(super::document::Pictured, super::document::ReadingFails)
)]
#[expect(
    dead_code,
    reason = "documents `rgb` for paths that the router cannot tell apart"
)]
pub(super) fn preview() {}

/// TileJSON of three datasets' tiles. Beyond Terracotta.
#[utoipa::path(
    get, path = "/rgb/{keys}/tilejson.json", tag = "Terracotta",
    params(
        ("keys" = String, Path, description = "Values of all keys but the last, or but `key`, in order, with slashes between"),
        ("tile_format" = Option<String>, Query, description = "Format of the tiles, png by default"),
        RgbParams, PixelParams,
    ),
    responses(
        (status = 200, description = "The TileJSON document", body = Object, content_type = "application/json"),
        super::document::ReadingFails,
    )
)]
#[expect(
    dead_code,
    reason = "documents `rgb` for paths that the router cannot tell apart"
)]
pub(super) fn document() {}
