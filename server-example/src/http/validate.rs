//! Whether a source is a valid COG, in rio-cogeo's words.

use super::{Answer, Failure, Incoming};
use crate::{ground, ground::nodata_value, params::SourceParams, state::ServerState};
use axum::{extract::State, response::Response};
use cog_codec::Compression;
use cog_raster::{ColorInterpretation, MaskKind, RasterSource as _};
use cog_reader::{Cog, validate::Report};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tile_math::TileMatrixSet;

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

/// A validation's verdict, and what the file is, as rio-cogeo's model has it.
pub(crate) fn verdict(cog: &Cog, report: &Report, strict: bool) -> Value {
    let some = |list: &[String]| match list {
        [] => Value::Null,
        list => json!(list),
    };
    let image = cog.image(0);
    json!({
        "Path": cog.location(),
        "Driver": "GTiff",
        "COG": report.is_valid(strict),
        "Compression": image.map(|image| Compression(image.compression).name()),
        "ColorSpace": image.and_then(|image| image.photometric).map(photometric),
        "COG_errors": some(&report.errors),
        "COG_warnings": some(&report.warnings),
        "Profile": profile(cog),
        "GEO": geo(cog),
        "Tags": { "Image Metadata": cog.info().metadata },
        "Band Metadata": band_metadata(cog),
        "IFD": directories(cog),
    })
}

fn profile(cog: &Cog) -> Value {
    let info = cog.info();
    let image = cog.image(0);
    let interpretations: Vec<&str> = info
        .bands
        .iter()
        .map(|band| band.color_interpretation.name())
        .collect();
    let has_alpha = info
        .bands
        .iter()
        .any(|band| band.color_interpretation == ColorInterpretation::Alpha);
    json!({
        "Bands": info.bands.len(),
        "Width": info.width(),
        "Height": info.height(),
        "Tiled": image.is_some_and(cog_reader::Image::is_tiled),
        "Dtype": info.sample_type.name(),
        "Interleave": image.map_or("UNKNOWN", |image| match image.planar {
            true => "BAND",
            false => "PIXEL",
        }),
        "AlphaBand": has_alpha,
        "InternalMask": matches!(info.mask_kind, MaskKind::PerDataset | MaskKind::PerBand),
        "Nodata": info.bands.first().and_then(|b| b.nodata.as_ref()).map(nodata_value),
        "ColorInterp": interpretations,
        "ColorMap": info.colormap.is_some(),
        "Scales": info.bands.iter().map(|band| band.scale).collect::<Vec<_>>(),
        "Offsets": info.bands.iter().map(|band| band.offset).collect::<Vec<_>>(),
    })
}

fn geo(cog: &Cog) -> Value {
    let info = cog.info();
    let crs = info.crs.as_ref().map(|crs| match crs.epsg() {
        Some(code) => format!("EPSG:{code}"),
        None => crs.to_wkt().unwrap_or_else(|| crs.to_string()),
    });
    let affine = info.affine.unwrap_or(cog_raster::Affine::identity());
    let zooms =
        TileMatrixSet::builtin("WebMercatorQuad").and_then(|tms| ground::zooms(info, &tms).ok());
    json!({
        "CRS": crs,
        "BoundingBox": info.bounds().map(|bounds| bounds.to_array()),
        "Origin": [affine.c, affine.f],
        "Resolution": [affine.a, affine.e],
        "MinZoom": zooms.map(|zooms| zooms.0),
        "MaxZoom": zooms.map(|zooms| zooms.1),
    })
}

fn band_metadata(cog: &Cog) -> Map<String, Value> {
    let bands = cog.info().bands.iter().zip(1..);
    bands
        .map(|(band, index)| {
            let body = json!({
                "Description": band.description,
                "ColorInterp": band.color_interpretation.name(),
                "Offset": band.offset,
                "Scale": band.scale,
                "Metadata": band.metadata,
            });
            (format!("Band {index}"), body)
        })
        .collect()
}

fn directories(cog: &Cog) -> Vec<Value> {
    let info = cog.info();
    let levels = info.levels.iter().enumerate();
    levels
        .map(|(level, size)| {
            // Halves to even, as Python rounds them for rasterio.
            let decimation = (f64::from(info.width()) / f64::from(size.width)).round_ties_even();
            json!({
                "Level": level,
                "Width": size.width,
                "Height": size.height,
                "Blocksize": [size.block_height, size.block_width],
                "Decimation": if level == 0 { 0 } else { decimation as u32 },
            })
        })
        .collect()
}

/// GDAL's name of a photometric interpretation (tag 262), as rasterio tells it.
fn photometric(code: u16) -> &'static str {
    match code {
        0 => "MINISWHITE",
        1 => "MINISBLACK",
        2 => "RGB",
        3 => "PALETTE",
        4 => "MASK",
        5 => "CMYK",
        6 => "YCbCr",
        8 => "CIELAB",
        9 => "ICCLAB",
        10 => "ITULAB",
        _ => "UNKNOWN",
    }
}
