//! Pictures: tiles and previews.

use super::{Answer, Failure, Incoming, Timing};
use crate::{
    Error,
    ground::{crs_name, parse_crs},
    params::{ImageParams, ReadParams, SizeParams, SourceParams, TileParams, format},
    picture::{self, Picture},
    state::{ServerState, Source},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use cog_render::{Error as RenderError, Format, Grid, ReadOptions};
use std::sync::Arc;
use tile_math::{Tile, TileMatrixSet};

/// A tile.
///
/// Without a format: PNG where something is masked, else JPEG.
#[utoipa::path(
    get, path = "/cog/tiles/{tms}/{z}/{x}/{y}", tag = "COG",
    params(
        ("tms" = String, Path, description = "Identifier of a tile matrix set; see /tileMatrixSets", example = "WebMercatorQuad"),
        ("z" = i32, Path, description = "Zoom: identifier of a tile matrix"),
        ("x" = u32, Path, description = "Column"),
        ("y" = u32, Path, description = "Row, counted from the top"),
        SourceParams, ReadParams, ImageParams, TileParams,
    ),
    responses(
        (status = 200, description = "The tile", content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (Vec<u8> = "application/x-binary")),
            headers(("ETag" = String), ("Content-Crs" = String), ("Content-Bbox" = String), ("Server-Timing" = String))),
        (status = 304, description = "The client's copy is still right"),
        super::openapi::DrawingFails,
    )
)]
pub(crate) async fn tile(
    State(state): State<Arc<ServerState>>,
    Path((tms, z, x, y)): Path<(String, String, String, String)>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let mut timing = Timing::start();
    let (y, wanted) = split_format(&y)?;
    let query = &incoming.query;
    let url = SourceParams::parse(query)?.url;
    let options = ReadParams::parse(query)?.options()?;
    let image = ImageParams::parse(query)?;
    let size = TileParams::parse(query)?;
    let (tms, tile) = find_tile(&tms, &z, &x, y)?;
    let source = timing.stage("header", state.open(&url)).await?;
    let answer = Answer::to(&incoming, state.max_age).tag(incoming.tag(&source));
    if let Some(response) = answer.not_modified() {
        return Ok(response);
    }
    let grid = tile_grid(tms, tile, size);
    let picture = draw(&state, &source, grid, options, &image, wanted, &mut timing).await?;
    Ok(respond(answer, &picture, &timing))
}

/// A tile in the format that its name ends with.
#[utoipa::path(
    get, path = "/cog/tiles/{tms}/{z}/{x}/{y}.{format}", tag = "COG",
    params(
        ("tms" = String, Path, description = "Identifier of a tile matrix set; see /tileMatrixSets", example = "WebMercatorQuad"),
        ("z" = i32, Path, description = "Zoom: identifier of a tile matrix"),
        ("x" = u32, Path, description = "Column"),
        ("y" = u32, Path, description = "Row, counted from the top"),
        ("format" = String, Path, description = "png, jpg, jpeg, webp, npy"),
        SourceParams, ReadParams, ImageParams, TileParams,
    ),
    responses(
        (status = 200, description = "The tile", content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (Vec<u8> = "application/x-binary"))),
        (status = 304, description = "The client's copy is still right"),
        super::openapi::DrawingFails,
    )
)]
#[expect(
    dead_code,
    reason = "documents `tile` for the paths that the router cannot tell apart"
)]
pub(crate) fn tile_with_format() {}

/// The whole source, small.
#[utoipa::path(
    get, path = "/cog/preview", tag = "COG",
    params(
        SourceParams, ReadParams, ImageParams, SizeParams,
        ("dst_crs" = Option<String>, Query, description = "CRS of the picture, e.g. EPSG:3857; the source's own pixels by default"),
    ),
    responses(
        (status = 200, description = "The picture", content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (Vec<u8> = "application/x-binary"))),
        (status = 304, description = "The client's copy is still right"),
        super::openapi::DrawingFails,
    )
)]
pub(crate) async fn preview(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    draw_preview(&state, &incoming, None).await
}

/// The whole source, small, in the format that the name ends with.
#[utoipa::path(
    get, path = "/cog/preview.{format}", tag = "COG",
    params(
        ("format" = String, Path, description = "png, jpg, jpeg, webp, npy"),
        SourceParams, ReadParams, ImageParams, SizeParams,
        ("dst_crs" = Option<String>, Query, description = "CRS of the picture, e.g. EPSG:3857; the source's own pixels by default"),
    ),
    responses(
        (status = 200, description = "The picture", content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (Vec<u8> = "application/x-binary"))),
        (status = 304, description = "The client's copy is still right"),
        super::openapi::DrawingFails,
    )
)]
pub(crate) async fn preview_with_format(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let Some(extension) = name.strip_prefix("preview.") else {
        return Err(super::missing(&incoming.uri).into());
    };
    draw_preview(&state, &incoming, Some(format(extension)?)).await
}

async fn draw_preview(
    state: &ServerState,
    incoming: &Incoming,
    wanted: Option<Format>,
) -> Result<Response, Failure> {
    let mut timing = Timing::start();
    let query = &incoming.query;
    let url = SourceParams::parse(query)?.url;
    let options = ReadParams::parse(query)?.options()?;
    let image = ImageParams::parse(query)?;
    let size = SizeParams::parse(query)?.output();
    let crs = query
        .text("dst_crs")
        .map(|text| parse_crs("dst_crs", text))
        .transpose()?;
    let source = timing.stage("header", state.open(&url)).await?;
    let answer = Answer::to(incoming, state.max_age).tag(incoming.tag(&source));
    if let Some(response) = answer.not_modified() {
        return Ok(response);
    }
    let grid = move |cog: &cog_reader::Cog| {
        let info = cog_raster::RasterSource::info(cog);
        match &crs {
            Some(crs) if info.crs.as_ref() != Some(crs) => Grid::in_crs(info, crs, None, size),
            _ => Grid::native(info, size),
        }
    };
    let picture = draw(state, &source, grid, options, &image, wanted, &mut timing).await?;
    Ok(respond(answer, &picture, &timing))
}

/// Draws one picture, as one of the requests that may hold pixels.
async fn draw(
    state: &ServerState,
    source: &Source,
    grid: impl FnOnce(&cog_reader::Cog) -> Result<Grid, RenderError> + Send + 'static,
    options: ReadOptions,
    params: &ImageParams,
    format: Option<Format>,
    timing: &mut Timing,
) -> Result<Picture, Error> {
    let _admission = timing.stage("queue", state.cpu.admit()).await?;
    let image = picture::read(&state.cpu, &source.cog, grid, options, timing).await?;
    picture::encode(&state.cpu, image, params, format, timing).await
}

fn respond(answer: Answer<'_>, picture: &Picture, timing: &Timing) -> Response {
    let [left, bottom, right, top] = picture.bounds.to_array();
    let mut answer = answer
        .header("content-bbox", format!("{left},{bottom},{right},{top}"))
        .timing(timing);
    if let Some(crs) = &picture.crs {
        answer = answer.header("content-crs", format!("<{}>", crs_name(crs)));
    }
    answer.bytes(picture.format.media_type(), picture.bytes.clone())
}

/// The grid of a tile, for [`picture::read`].
pub(crate) fn tile_grid(
    tms: Arc<TileMatrixSet>,
    tile: Tile,
    size: TileParams,
) -> impl FnOnce(&cog_reader::Cog) -> Result<Grid, RenderError> + Send + 'static {
    move |_| {
        let pixels = size.tilesize.map(|side| (side, side));
        Grid::for_tile(&tms, tile, pixels, size.buffer.unwrap_or(0.0))
    }
}

/// A tile matrix set by its identifier.
///
/// # Errors
///
/// [`Error::Parameter`] that lists the identifiers.
pub(crate) fn find_tms(id: &str) -> Result<Arc<TileMatrixSet>, Error> {
    TileMatrixSet::builtin(id).ok_or_else(|| {
        let expected = format!("one of {}", TileMatrixSet::builtin_ids().join(", "));
        crate::params::wrong("tms", id, &expected)
    })
}

/// A tile by the texts of its path.
///
/// # Errors
///
/// [`Error::Parameter`] for what is no number or set, [`Error::NotFound`] for a
/// tile that the set does not have.
pub(crate) fn find_tile(
    tms: &str,
    z: &str,
    x: &str,
    y: &str,
) -> Result<(Arc<TileMatrixSet>, Tile), Error> {
    let tms = find_tms(tms)?;
    let number = |name: &str, text: &str| {
        text.parse::<i64>()
            .map_err(|_| crate::params::wrong(name, text, "a whole number"))
    };
    let (z, x, y) = (number("z", z)?, number("x", x)?, number("y", y)?);
    let tile = || {
        let tile = Tile::new(
            i8::try_from(z).ok()?,
            u32::try_from(x).ok()?,
            u32::try_from(y).ok()?,
        );
        tms.is_valid(tile).then_some(tile)
    };
    match tile() {
        Some(tile) => Ok((Arc::clone(&tms), tile)),
        None => Err(Error::NotFound(format!(
            "tile {z}/{x}/{y} does not exist in {}, which has zooms {} to {}",
            tms.id(),
            tms.min_zoom(),
            tms.max_zoom()
        ))),
    }
}

/// `1431.png` is row 1431 as PNG.
fn split_format(y: &str) -> Result<(&str, Option<Format>), Error> {
    match y.split_once('.') {
        None => Ok((y, None)),
        Some((y, extension)) => Ok((y, Some(format(extension)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_that_do_not_exist_are_not_found_and_nonsense_is_refused() {
        let find = |z, x, y| find_tile("WebMercatorQuad", z, x, y);
        assert!(find("3", "7", "0").is_ok());
        for (z, x, y) in [
            ("99", "0", "0"),
            ("3", "8", "0"),
            ("-1", "0", "0"),
            ("3", "-1", "0"),
            ("999999", "0", "0"),
        ] {
            assert!(
                matches!(find(z, x, y), Err(Error::NotFound(_))),
                "{z}/{x}/{y}"
            );
        }
        for (z, x, y) in [
            ("a", "0", "0"),
            ("1.5", "0", "0"),
            ("", "0", "0"),
            ("99999999999999999999", "0", "0"),
        ] {
            assert!(
                matches!(find(z, x, y), Err(Error::Parameter(_))),
                "{z}/{x}/{y}"
            );
        }
        assert!(matches!(
            find_tile("Flat", "0", "0", "0"),
            Err(Error::Parameter(_))
        ));
    }
}
