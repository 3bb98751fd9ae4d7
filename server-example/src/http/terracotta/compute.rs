//! Arithmetic between datasets as a picture.

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
    params::{Compute, ComputeParams, PixelParams},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use cog_raster::{Mask, Raster, RasterMask, Samples};
use cog_render::{Image, ImageBand, Shaded};
use std::sync::Arc;

/// A tile of arithmetic between datasets.
///
/// Whole numbers do not wrap around. What is masked in one dataset, or not finite, is transparent.
#[utoipa::path(
    get, path = "/compute/{keys}/{z}/{x}/{y}.{format}", tag = "Terracotta",
    params(
        ("keys" = String, Path, description = "Values of all keys but the last, or but `key`, in order, with slashes between; without a slash before `z` where there is one key only"),
        ("z" = u32, Path, description = "Zoom"),
        ("x" = u32, Path, description = "Column"),
        ("y" = u32, Path, description = "Row, counted from the top"),
        ("format" = String, Path, description = "png; beyond Terracotta jpg, webp, npy"),
        ComputeParams, PixelParams,
    ),
    responses(super::document::Pictured, super::document::ReadingFails)
)]
pub(in crate::http) async fn compute(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Refusal> {
    let catalog = catalog_of(&state)?;
    let (path, what) = picture(incoming.uri.path(), "/compute/")?;
    let params = ComputeParams::parse(&incoming.query, &state.names)?;
    let pixels = PixelParams::parse(&incoming.query, &state.terracotta)?;
    let values: Vec<String> = params
        .values
        .iter()
        .map(|(_, value)| value.clone())
        .collect();
    let datasets = around(catalog.keys(), &path, params.key.as_deref(), &values)?;
    if what == What::TileJson {
        return tilejson(&state, &incoming, "/compute/", catalog, &datasets, &pixels).await;
    }
    let drawing = Drawing {
        state: &state,
        incoming: &incoming,
        pixels,
        what,
        datasets,
    };
    drawing
        .answer(catalog, move |read, numbers| drawn(&read, numbers, &params))
        .await
}

fn drawn(read: &Read, numbers: bool, params: &Compute) -> Result<Drawn, Error> {
    let given = params.values.iter().zip(&read.images);
    let operands: Vec<(u8, &Image)> = given.map(|((number, _), image)| (*number, image)).collect();
    let band = rendered(params.expression.evaluate(&operands))?;
    if !numbers {
        let shaded = Shaded::of_numbers(&band, params.stretch, params.map.as_ref())?;
        return Ok(Drawn::Shades(shaded));
    }
    let wrong = |error| Error::failed("numbers of another size", &error);
    let valid = band.valid.iter().map(|valid| if *valid { 255 } else { 0 });
    let mask = Mask::new(band.height, band.width, valid.collect()).map_err(wrong)?;
    let samples = Samples::F64(band.values);
    let raster = Raster::new(1, band.height, band.width, samples).map_err(wrong)?;
    let raster = raster
        .with_mask(RasterMask::PerDataset(mask))
        .map_err(wrong)?;
    let place = operands
        .first()
        .map(|(_, image)| (image.crs().cloned(), image.bounds()));
    let (crs, bounds) = place.ok_or_else(|| Error::Failed("there is no dataset".into()))?;
    let image = Image::new(raster, vec![ImageBand::new("b1")], crs, bounds)?;
    Ok(Drawn::Numbers(image))
}

/// Arithmetic between datasets, all of the first, stretched to the size of a tile.
#[utoipa::path(
    get, path = "/compute/{keys}/preview.{format}", tag = "Terracotta",
    params(
        ("keys" = String, Path, description = "Values of all keys but the last, or but `key`, in order, with slashes between"),
        ("format" = String, Path, description = "png; beyond Terracotta jpg, webp, npy"),
        ComputeParams, PixelParams,
    ),
    responses(super::document::Pictured, super::document::ReadingFails)
)]
#[expect(
    dead_code,
    reason = "documents `compute` for paths that the router cannot tell apart"
)]
pub(super) fn preview() {}

/// TileJSON of tiles of arithmetic. Beyond Terracotta.
#[utoipa::path(
    get, path = "/compute/{keys}/tilejson.json", tag = "Terracotta",
    params(
        ("keys" = String, Path, description = "Values of all keys but the last, or but `key`, in order, with slashes between"),
        ("tile_format" = Option<String>, Query, description = "Format of the tiles, png by default"),
        ComputeParams, PixelParams,
    ),
    responses(
        (status = 200, description = "The TileJSON document", body = Object, content_type = "application/json"),
        super::document::ReadingFails,
    )
)]
#[expect(
    dead_code,
    reason = "documents `compute` for paths that the router cannot tell apart"
)]
pub(super) fn document() {}
