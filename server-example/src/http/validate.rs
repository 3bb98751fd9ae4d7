//! Whether a source is a valid COG, in rio-cogeo's words.

use super::{Answer, Failure, Incoming};
use crate::{ground, ground::nodata_value, params::SourceParams, state::ServerState};
use axum::{extract::State, response::Response};
use cog_codec::{Compression, tags};
use cog_raster::{ColorInterpretation, MaskKind, RasterInfo, RasterSource as _};
use cog_reader::{Cog, validate::Report};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::Arc};
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
    let structure = structure(cog);
    json!({
        "Path": cog.location(),
        "Driver": "GTiff",
        "COG": report.is_valid(strict),
        "Compression": structure.get("COMPRESSION").map(|name| name.rsplit(' ').next()),
        "ColorSpace": structure.get("SOURCE_COLOR_SPACE"),
        "COG_errors": some(&report.errors),
        "COG_warnings": some(&report.warnings),
        "Profile": profile(cog, &structure),
        "GEO": geo(cog),
        "Tags": { "Image Metadata": metadata(cog.info()), "Image Structure": structure },
        "Band Metadata": band_metadata(cog),
        "IFD": directories(cog),
    })
}

/// The dataset's metadata; what is nowhere has no say on whether pixels are areas or points.
fn metadata(info: &RasterInfo) -> BTreeMap<&str, &str> {
    let items = info.metadata.iter();
    items
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| {
            *name != "AREA_OR_POINT" || info.placement().is_some() || info.crs.is_some()
        })
        .collect()
}

fn profile(cog: &Cog, structure: &BTreeMap<&'static str, String>) -> Value {
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
        "Interleave": structure.get("INTERLEAVE"),
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

/// How the file is laid out, as GDAL's metadata domain `IMAGE_STRUCTURE` says it.
fn structure(cog: &Cog) -> BTreeMap<&'static str, String> {
    let mut found = BTreeMap::new();
    let Some(image) = cog.image(0) else {
        return found;
    };
    let ghost = cog.tiff().ghost();
    if ghost.is_some_and(|ghost| !ghost.is_void() && ghost.directories_first()) {
        found.insert("LAYOUT", "COG".to_owned());
    }
    let color_space = image.photometric.and_then(color_space);
    if let Some(name) = color_space {
        found.insert("SOURCE_COLOR_SPACE", name.to_owned());
    }
    // The second number of the tag says what LERC's bytes are compressed with once more.
    let lerc = || {
        let main = cog.tiff().directories().first()?;
        main.integers(tags::LERC_PARAMETERS)?.get(1).copied()
    };
    match Compression(image.compression) {
        Compression::JPEG if color_space == Some("YCbCr") => {
            found.insert("COMPRESSION", "YCbCr JPEG".to_owned());
        }
        Compression::LERC => {
            let name = match lerc() {
                Some(1) => "LERC_DEFLATE",
                Some(2) => "LERC_ZSTD",
                _ => "LERC",
            };
            found.insert("COMPRESSION", name.to_owned());
        }
        compression => {
            if let Some(name) = compression_name(compression) {
                found.insert("COMPRESSION", name.to_owned());
            }
        }
    }
    let interleave = if image.planar || image.samples == 1 {
        "BAND"
    } else {
        "PIXEL"
    };
    found.insert("INTERLEAVE", interleave.to_owned());
    if image.predictor > 1 && has_predictor(Compression(image.compression)) {
        found.insert("PREDICTOR", image.predictor.to_string());
    }
    if image.photometric == Some(0) {
        found.insert("MINISWHITE", "YES".to_owned());
    }
    found
}

/// The compressions that libtiff takes a predictor with.
fn has_predictor(compression: Compression) -> bool {
    matches!(
        compression,
        Compression::LZW | Compression::DEFLATE | Compression::DEFLATE_OLD | Compression::ZSTD
    )
}

/// What GDAL calls a compression; the scheme's own name where it has none.
fn compression_name(compression: Compression) -> Option<&'static str> {
    Some(match compression {
        Compression::NONE => return None,
        Compression::CCITT_RLE => "CCITTRLE",
        Compression::CCITT_G3 => "CCITTFAX3",
        Compression::CCITT_G4 => "CCITTFAX4",
        Compression::CCITT_RLE_WORD => "CCITTRLEW",
        Compression::JPEG_OLD => "OJPEG",
        Compression::DEFLATE | Compression::DEFLATE_OLD => "DEFLATE",
        Compression::NEXT => "NEXT",
        Compression::PACKBITS => "PACKBITS",
        Compression::THUNDERSCAN => "THUNDERSCAN",
        Compression::PIXARLOG => "PIXARLOG",
        Compression::SGILOG => "SGILOG",
        Compression::SGILOG24 => "SGILOG24",
        Compression::JPEG2000 => "JP2000",
        Compression::ZSTD => "ZSTD",
        Compression::WEBP => "WEBP",
        Compression::JPEG_XL => "JXL",
        Compression::JPEG_XL_DNG => "JXL_DNG_1_7",
        other => other.name(),
    })
}

/// The colour space of a photometric interpretation (tag 262), where GDAL names it.
const fn color_space(code: u16) -> Option<&'static str> {
    Some(match code {
        5 => "CMYK",
        6 => "YCbCr",
        8 => "CIELAB",
        9 => "ICCLAB",
        10 => "ITULAB",
        _ => return None,
    })
}
