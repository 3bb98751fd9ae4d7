//! Pictures: tiles, previews, parts.

use super::{Answer, Failure, Incoming, Path, Timing, begun::Begun};
use crate::{
    Error,
    dataset::{Area, Wanted},
    ground::{going_east, parse_crs},
    params::{
        AlgorithmParams, ImageParams, ReadParams, SizeParams, SourceParams, TileParams, format,
        wrong,
    },
    picture::{self, Picture},
    state::{Names, ServerState},
};
use axum::{extract::State, response::Response};
use cog_render::Format;
use core::ops::ControlFlow;
use std::sync::Arc;
use tile_math::{BoundingBox, Crs, Tile, TileMatrixSet};

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
        SourceParams, ReadParams, AlgorithmParams, ImageParams, TileParams,
    ),
    responses(super::openapi::Drawn, super::openapi::DrawingFails)
)]
pub(crate) async fn tile(
    State(state): State<Arc<ServerState>>,
    Path((tms, z, x, y)): Path<(String, String, String, String)>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let (y, format) = split_format(&y)?;
    let size = TileParams::parse(&incoming.query)?;
    let (tms, tile) = find_tile(&state.names, &tms, &z, &x, y)?;
    draw(&state, &incoming, size.area(tms, tile), format).await
}

/// A tile in the format that its name ends with.
#[utoipa::path(
    get, path = "/cog/tiles/{tms}/{z}/{x}/{y}.{format}", tag = "COG",
    params(
        ("tms" = String, Path, description = "Identifier of a tile matrix set; see /tileMatrixSets", example = "WebMercatorQuad"),
        ("z" = i32, Path, description = "Zoom: identifier of a tile matrix"),
        ("x" = u32, Path, description = "Column"),
        ("y" = u32, Path, description = "Row, counted from the top"),
        ("format" = String, Path, description = "Name of a format"),
        SourceParams, ReadParams, AlgorithmParams, ImageParams, TileParams,
    ),
    responses(super::openapi::Drawn, super::openapi::DrawingFails)
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
        SourceParams, ReadParams, AlgorithmParams, ImageParams, SizeParams,
        ("dst_crs" = Option<String>, Query, description = "CRS of the picture, e.g. EPSG:3857; the source's own pixels by default"),
    ),
    responses(super::openapi::Drawn, super::openapi::DrawingFails)
)]
pub(crate) async fn preview(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let size = SizeParams::parse(&incoming.query)?;
    draw_preview(&state, &incoming, size, None).await
}

/// The whole source, small, in the format that the name ends with.
#[utoipa::path(
    get, path = "/cog/preview.{format}", tag = "COG",
    params(
        ("format" = String, Path, description = "Name of a format"),
        SourceParams, ReadParams, AlgorithmParams, ImageParams, SizeParams,
        ("dst_crs" = Option<String>, Query, description = "CRS of the picture, e.g. EPSG:3857; the source's own pixels by default"),
    ),
    responses(super::openapi::Drawn, super::openapi::DrawingFails)
)]
pub(crate) async fn preview_with_format(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let Some(extension) = name.strip_prefix("preview.") else {
        return match name.starts_with("feature.") {
            true => Ok(super::not_allowed("GET", &incoming.uri, "POST")),
            false => Err(super::missing(&incoming.uri).into()),
        };
    };
    let size = SizeParams::parse(&incoming.query)?;
    draw_preview(&state, &incoming, size, Some(format(extension)?)).await
}

/// The whole source at a size.
#[utoipa::path(
    get, path = "/cog/preview/{width}x{height}.{format}", tag = "COG",
    params(
        ("width" = u32, Path, description = "Columns"),
        ("height" = u32, Path, description = "Rows"),
        ("format" = String, Path, description = "Name of a format"),
        SourceParams, ReadParams, AlgorithmParams, ImageParams,
        ("dst_crs" = Option<String>, Query, description = "CRS of the picture, e.g. EPSG:3857; the source's own pixels by default"),
    ),
    responses(super::openapi::Drawn, super::openapi::DrawingFails)
)]
pub(crate) async fn preview_with_size(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let (size, format) = split_size(&name)?;
    draw_preview(&state, &incoming, size, Some(format)).await
}

async fn draw_preview(
    state: &ServerState,
    incoming: &Incoming,
    size: SizeParams,
    format: Option<Format>,
) -> Result<Response, Failure> {
    let area = Area::Whole {
        crs: crs(incoming, "dst_crs")?,
        size: size.of_preview(),
    };
    draw(state, incoming, area, format).await
}

/// What lies in a box, at the source's resolution unless a size is given.
#[utoipa::path(
    get, path = "/cog/bbox/{minx},{miny},{maxx},{maxy}.{format}", tag = "COG",
    params(
        ("minx" = f64, Path, description = "Left"),
        ("miny" = f64, Path, description = "Bottom"),
        ("maxx" = f64, Path, description = "Right"),
        ("maxy" = f64, Path, description = "Top"),
        ("format" = String, Path, description = "Name of a format"),
        SourceParams, ReadParams, AlgorithmParams, ImageParams, SizeParams,
        ("coord_crs" = Option<String>, Query, description = "CRS of the box; EPSG:4326 by default"),
        ("dst_crs" = Option<String>, Query, description = "CRS of the picture; the box's by default"),
    ),
    responses(super::openapi::Drawn, super::openapi::DrawingFails)
)]
pub(crate) async fn bbox(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    // The last number may have a point of its own.
    let (bounds, extension) = name.rsplit_once('.').ok_or_else(|| {
        wrong(
            "format",
            "",
            "the name of a format after the box, as in .png",
        )
    })?;
    let format = format(extension)?;
    let size = SizeParams::parse(&incoming.query)?;
    draw_part(&state, &incoming, bounds, size, format).await
}

/// What lies in a box, at a size.
#[utoipa::path(
    get, path = "/cog/bbox/{minx},{miny},{maxx},{maxy}/{width}x{height}.{format}", tag = "COG",
    params(
        ("minx" = f64, Path, description = "Left"),
        ("miny" = f64, Path, description = "Bottom"),
        ("maxx" = f64, Path, description = "Right"),
        ("maxy" = f64, Path, description = "Top"),
        ("width" = u32, Path, description = "Columns"),
        ("height" = u32, Path, description = "Rows"),
        ("format" = String, Path, description = "Name of a format"),
        SourceParams, ReadParams, AlgorithmParams, ImageParams,
        ("coord_crs" = Option<String>, Query, description = "CRS of the box; EPSG:4326 by default"),
        ("dst_crs" = Option<String>, Query, description = "CRS of the picture; the box's by default"),
    ),
    responses(super::openapi::Drawn, super::openapi::DrawingFails)
)]
pub(crate) async fn bbox_with_size(
    State(state): State<Arc<ServerState>>,
    Path((bounds, name)): Path<(String, String)>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let (size, format) = split_size(&name)?;
    draw_part(&state, &incoming, &bounds, size, format).await
}

async fn draw_part(
    state: &ServerState,
    incoming: &Incoming,
    bounds: &str,
    size: SizeParams,
    format: Format,
) -> Result<Response, Failure> {
    let bounds = parse_bounds("bbox", bounds)?;
    let bounds_crs = crs(incoming, "coord_crs")?.unwrap_or_else(Crs::wgs84);
    let bounds = going_east(bounds, &bounds_crs);
    let area = Area::Part {
        bounds,
        crs: crs(incoming, "dst_crs")?.unwrap_or_else(|| bounds_crs.clone()),
        bounds_crs,
        size: size.of_part(),
    };
    draw(state, incoming, area, Some(format)).await
}

/// Draws an area as the query says.
pub(super) async fn draw(
    state: &ServerState,
    incoming: &Incoming,
    area: Area,
    format: Option<Format>,
) -> Result<Response, Failure> {
    let wanted = Wanted::parse(incoming.kind, &incoming.query, &state.names)?;
    let params = ImageParams::parse(&incoming.query, &state.names)?;
    let mut begun = match Begun::of(state, incoming, &wanted).await? {
        ControlFlow::Continue(begun) => begun,
        ControlFlow::Break(response) => return Ok(response),
    };
    let image = begun.read(&Arc::new(area)).await?;
    let picture = picture::encode(&state.cpu, image, params, format, &mut begun.timing).await?;
    Ok(respond(begun.answer, &picture, &begun.timing))
}

fn respond(answer: Answer<'_>, picture: &Picture, timing: &Timing) -> Response {
    let [left, bottom, right, top] = picture.bounds.to_array();
    let mut answer = answer
        .header("content-bbox", format!("{left},{bottom},{right},{top}"))
        .timing(timing);
    // A CRS that no authority names cannot be told in a header.
    if let Some(uri) = picture.crs.as_ref().and_then(Crs::to_uri) {
        answer = answer.header("content-crs", format!("<{uri}>"));
    }
    answer.bytes(picture.format.media_type(), picture.bytes.clone())
}

/// A tile by the texts of its path.
///
/// # Errors
///
/// [`Error::Parameter`] for what is no number or set, [`Error::NotFound`] for a
/// tile that the set does not have.
pub(crate) fn find_tile(
    names: &Names,
    tms: &str,
    z: &str,
    x: &str,
    y: &str,
) -> Result<(Arc<TileMatrixSet>, Tile), Error> {
    let tms = names.tile_matrix_set(tms)?;
    let number = |name: &str, text: &str| {
        text.parse::<i64>()
            .map_err(|_| wrong(name, text, "a whole number"))
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

/// A CRS that the query may name.
pub(super) fn crs(incoming: &Incoming, name: &'static str) -> Result<Option<Crs>, Error> {
    let text = incoming.query.text(name);
    text.map(|text| parse_crs(name, text)).transpose()
}

/// `1431.png` is row 1431 as PNG.
fn split_format(y: &str) -> Result<(&str, Option<Format>), Error> {
    match y.split_once('.') {
        None => Ok((y, None)),
        Some((y, extension)) => Ok((y, Some(format(extension)?))),
    }
}

/// `300x200.png` is 300 columns and 200 rows as PNG.
pub(super) fn split_size(name: &str) -> Result<(SizeParams, Format), Error> {
    let form = || wrong("size", name, "WIDTHxHEIGHT.FORMAT, as in 300x200.png");
    let (size, extension) = name.split_once('.').ok_or_else(form)?;
    let (width, height) = size.split_once('x').ok_or_else(form)?;
    Ok((SizeParams::exactly(width, height)?, format(extension)?))
}

/// `left,bottom,right,top`.
pub(super) fn parse_bounds(name: &str, text: &str) -> Result<BoundingBox, Error> {
    let numbers: Option<Vec<f64>> = text.split(',').map(|n| n.trim().parse().ok()).collect();
    let numbers = numbers.and_then(|n| <[f64; 4]>::try_from(n).ok());
    match numbers {
        Some([left, bottom, right, top])
            if [left, bottom, right, top].iter().all(|v| v.is_finite()) =>
        {
            Ok(BoundingBox {
                left,
                bottom,
                right,
                top,
            })
        }
        _ => Err(wrong(name, text, "four numbers, left,bottom,right,top")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_that_do_not_exist_are_not_found_and_nonsense_is_refused() {
        let names = Names::default();
        let find = |z, x, y| find_tile(&names, "WebMercatorQuad", z, x, y);
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
            find_tile(&names, "Flat", "0", "0", "0"),
            Err(Error::Parameter(_))
        ));
    }

    #[test]
    fn boxes_and_sizes_are_numbers() {
        let bounds = parse_bounds("bbox", "-1.5,2, 3,4.25").unwrap();
        assert_eq!(bounds.to_array(), [-1.5, 2.0, 3.0, 4.25]);
        for text in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "a,2,3,4",
            "nan,2,3,4",
            "1,2,inf,4",
        ] {
            assert!(parse_bounds("bbox", text).is_err(), "{text}");
        }
        assert!(split_size("300x200.png").is_ok());
        for name in [
            "300x200",
            "300.png",
            "0x1.png",
            "1x99999999.png",
            "axb.png",
            "1x1.gif",
        ] {
            assert!(split_size(name).is_err(), "{name}");
        }
    }
}
