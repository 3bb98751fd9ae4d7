//! `smalti info`

use super::{InfoArgs, open::open, run::print};
use crate::{Error, ground::crs_name, http::describe};
use cog_raster::{MaskKind, Placement, RasterInfo, RasterSource as _, RationalTransform};
use cog_reader::{Cog, Directory, DirectoryKind, FieldType};
use serde_json::{Map, Value, json};
use std::{fmt::Write as _, process::ExitCode};

pub(super) async fn info(arguments: InfoArgs) -> Result<ExitCode, Error> {
    let (cog, _) = open(&arguments.uri, arguments.source).await?;
    if arguments.json {
        print(&format!("{:#}", everything(&cog)))?;
    } else {
        print(text(&cog).trim_end())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// TiTiler's information, and beside it what only the file's structure tells.
fn everything(cog: &Cog) -> Value {
    let mut body = describe(cog);
    let Value::Object(object) = &mut body else {
        return body;
    };
    let info = cog.info();
    object.insert("path".into(), cog.location().into());
    object.insert("size".into(), json!(cog.size()));
    object.insert("bigtiff".into(), cog.tiff().is_big().into());
    object.insert("byte_order".into(), byte_order(cog).into());
    if let Some(affine) = info.affine {
        let transform = [affine.a, affine.b, affine.c, affine.d, affine.e, affine.f];
        object.insert("transform".into(), json!(transform));
    }
    if let Some(crs) = &info.crs {
        object.insert("crs_name".into(), crs.name().into());
        // Both are null for a projection that only PROJ names.
        object.insert("crs_wkt".into(), crs.to_wkt().into());
        object.insert("crs_projjson".into(), crs.to_projjson().into());
    }
    object.insert("area_or_point".into(), area_or_point(cog).into());
    if !cog.georeference().control_points.is_empty() {
        object.insert("control_points".into(), control_points(cog));
    }
    if let Some(rational) = &info.rational {
        object.insert("rational_polynomial".into(), rational_polynomial(rational));
    }
    object.insert("metadata".into(), json!(info.metadata));
    object.insert("levels".into(), levels(cog).into());
    object.insert(
        "directories".into(),
        cog.tiff().directories().iter().map(directory).collect(),
    );
    if let Some(ghost) = cog.tiff().ghost() {
        object.insert("ghost_area".into(), json!(ghost.items));
    }
    body
}

/// The points, and the order of the polynomials through them where there are any.
fn control_points(cog: &Cog) -> Value {
    let geo = cog.georeference();
    let points: Vec<Value> = geo
        .control_points
        .iter()
        .map(|p| json!({ "col": p.col, "row": p.row, "x": p.x, "y": p.y, "z": p.z }))
        .collect();
    let order = cog.info().control_points.as_ref().map(|fit| fit.order());
    json!({ "crs": geo.crs.as_ref().map(crs_name), "order": order, "points": points })
}

/// Rational polynomial coefficients under GDAL's names.
fn rational_polynomial(transform: &RationalTransform) -> Value {
    let model = transform.model();
    json!({
        "err_bias": model.error_bias,
        "err_rand": model.error_random,
        "line_off": model.line.offset,
        "samp_off": model.sample.offset,
        "lat_off": model.latitude.offset,
        "long_off": model.longitude.offset,
        "height_off": model.height.offset,
        "line_scale": model.line.scale,
        "samp_scale": model.sample.scale,
        "lat_scale": model.latitude.scale,
        "long_scale": model.longitude.scale,
        "height_scale": model.height.scale,
        "line_num_coeff": model.line_numerator,
        "line_den_coeff": model.line_denominator,
        "samp_num_coeff": model.sample_numerator,
        "samp_den_coeff": model.sample_denominator,
    })
}

fn levels(cog: &Cog) -> Vec<Value> {
    let info = cog.info();
    (0..info.levels.len())
        .map(|index| {
            let level = info.levels[index];
            let mut body = json!({
                "width": level.width,
                "height": level.height,
                "block": [level.block_width, level.block_height],
            });
            if let (Some(image), Value::Object(body)) = (cog.image(index), &mut body) {
                body.insert("tiled".into(), image.is_tiled().into());
                body.insert(
                    "compression".into(),
                    cog_codec::Compression(image.compression).name().into(),
                );
                body.insert("predictor".into(), image.predictor.into());
                body.insert("interleave".into(), interleave(image.planar).into());
                body.insert("bits".into(), image.bits.into());
                body.insert("photometric".into(), image.photometric.into());
                body.insert("blocks".into(), image.blocks().into());
                body.insert("mask".into(), cog.mask_image(index).is_some().into());
            }
            body
        })
        .collect()
}

/// Every tag of a directory; long values by their number only.
fn directory(directory: &Directory) -> Value {
    const LONGEST: u64 = 64;
    let tags: Vec<Value> = directory
        .entries()
        .iter()
        .map(|entry| {
            let mut body = Map::new();
            body.insert("tag".into(), entry.tag().into());
            body.insert(
                "type".into(),
                format!("{:?}", entry.field_type()).to_uppercase().into(),
            );
            body.insert("count".into(), entry.count().into());
            let value = if entry.field_type() == FieldType::Ascii {
                entry.text().map(Value::from)
            } else if entry.count() > LONGEST {
                None
            } else {
                let integers = entry.integers().map(|values| json!(values));
                integers.or_else(|| entry.reals().map(|values| json!(values)))
            };
            if let Some(value) = value {
                body.insert("value".into(), value);
            }
            body.into()
        })
        .collect();
    let mut body = Map::new();
    body.insert("offset".into(), directory.offset().into());
    if let DirectoryKind::Sub { parent } = directory.kind() {
        body.insert("parent".into(), parent.into());
    }
    body.insert("tags".into(), tags.into());
    body.into()
}

fn text(cog: &Cog) -> String {
    let info = cog.info();
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{name:<14} {value}");
    };
    line("File", cog.location().to_owned());
    let kind = if cog.tiff().is_big() {
        "BigTIFF"
    } else {
        "TIFF"
    };
    let bytes = cog
        .size()
        .map_or_else(String::new, |size| format!(", {size} bytes"));
    line("Format", format!("{kind}, {}{bytes}", byte_order(cog)));
    line(
        "Size",
        format!(
            "{} × {} pixels, {} bands of {}",
            info.width(),
            info.height(),
            info.bands.len(),
            info.sample_type
        ),
    );
    line(
        "CRS",
        info.crs.as_ref().map_or_else(
            || "none".into(),
            |crs| format!("{} ({})", crs.name(), crs_name(crs)),
        ),
    );
    if let Some(crs) = &info.crs {
        let (form, text) = match crs.to_wkt() {
            Some(wkt) => ("WKT", wkt),
            None => ("PROJ string", crs.to_proj_string()),
        };
        line(form, text);
    }
    match info.affine {
        Some(a) => {
            let (x, y) = a.resolution();
            line("Origin", format!("{}, {}", a.c, a.f));
            line(
                "Pixel size",
                format!(
                    "{x} × {y}{}",
                    if a.is_rectilinear() { "" } else { ", rotated" }
                ),
            );
            line("Pixel is", area_or_point(cog).to_lowercase());
        }
        None => line("Affine", "none".into()),
    }
    let points = cog.georeference().control_points.len();
    if points > 0 {
        let fit = info.control_points.as_ref().map_or_else(
            || "which place nothing".to_owned(),
            |fit| format!("placed by polynomials of order {}", fit.order()),
        );
        line("Points", format!("{points} ground control points, {fit}"));
    }
    if let Some(rational) = &info.rational {
        let used = if matches!(info.placement(), Some(Placement::Rational(_))) {
            format!(", placed at a height of {} m", rational.height())
        } else {
            String::new()
        };
        line("RPC", format!("rational polynomial coefficients{used}"));
    }
    if let Some(bounds) = info.bounds() {
        let [left, bottom, right, top] = bounds.to_array();
        line("Bounds", format!("{left}, {bottom}, {right}, {top}"));
    }
    line("Mask", mask(info).into());
    if let Some(palette) = &info.colormap {
        line("Palette", format!("{} colours", palette.len()));
    }
    for (index, band) in (1..).zip(&info.bands) {
        let mut text = band.color_interpretation.name().to_owned();
        if let Some(description) = &band.description {
            let _ = write!(text, ", {description:?}");
        }
        if let Some(nodata) = &band.nodata {
            let _ = write!(text, ", nodata {nodata}");
        }
        if (band.scale, band.offset) != (1.0, 0.0) {
            let _ = write!(text, ", scale {}, offset {}", band.scale, band.offset);
        }
        if let Some(unit) = &band.unit {
            let _ = write!(text, ", unit {unit}");
        }
        if let Some(s) = &band.statistics {
            let _ = write!(text, ", declared range {} to {}", s.minimum, s.maximum);
        }
        line(&format!("Band {index}"), text);
        for (name, value) in &band.metadata {
            line("", format!("{name}={value}"));
        }
    }
    for (index, level) in info.levels.iter().enumerate() {
        let mut text = format!(
            "{} × {}, blocks {} × {}",
            level.width, level.height, level.block_width, level.block_height
        );
        if let Some(image) = cog.image(index) {
            let _ = write!(
                text,
                " {}, {}, predictor {}, {}",
                if image.is_tiled() {
                    "(tiles)"
                } else {
                    "(strips)"
                },
                cog_codec::Compression(image.compression),
                image.predictor,
                interleave(image.planar),
            );
        }
        if cog.mask_image(index).is_some() {
            text.push_str(", with a mask");
        }
        line(&format!("Level {index}"), text);
    }
    if let Some(ghost) = cog.tiff().ghost() {
        for (name, value) in &ghost.items {
            line("Layout", format!("{name}={value}"));
        }
    }
    for (name, value) in &info.metadata {
        line("Metadata", format!("{name}={value}"));
    }
    for problem in cog.problems() {
        line("Problem", problem.to_owned());
    }
    out
}

fn mask(info: &RasterInfo) -> &'static str {
    match info.mask_kind {
        MaskKind::PerDataset => "one for all bands",
        MaskKind::PerBand => "one for each band",
        MaskKind::Alpha => "the alpha band",
        _ if info.bands.iter().any(|band| band.nodata.is_some()) => "none, but nodata",
        _ => "none",
    }
}

fn byte_order(cog: &Cog) -> &'static str {
    match cog.tiff().byte_order() {
        cog_codec::ByteOrder::Little => "little-endian",
        cog_codec::ByteOrder::Big => "big-endian",
    }
}

fn area_or_point(cog: &Cog) -> &'static str {
    if cog.georeference().pixel_is_point {
        "Point"
    } else {
        "Area"
    }
}

fn interleave(planar: bool) -> &'static str {
    if planar { "band" } else { "pixel" }
}
