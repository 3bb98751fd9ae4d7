//! What a file says of itself against what GDAL reports.

use cog_raster::{ColorInterpretation, MaskKind, Placement, RasterInfo, RasterSource, SampleType};
use cog_reader::Cog;
use serde_json::Value;

/// Everything that GDAL reports of the file as a whole.
pub(crate) fn compare_info(cog: &Cog, gdal: &Value) -> Option<String> {
    let info = cog.info();
    let differs = |what: &str, found: String, expected: &Value| {
        Some(format!("{what} is {found}, expected {expected}"))
    };
    let size = (
        Some(info.width().into()),
        Some(info.height().into()),
        Some(info.bands.len() as u64),
    );
    if size
        != (
            gdal["width"].as_u64(),
            gdal["height"].as_u64(),
            gdal["count"].as_u64(),
        )
    {
        return Some(format!("size is {size:?}"));
    }
    let name = match info.sample_type {
        SampleType::F16 => "float32",
        SampleType::ComplexI32 => "complex64",
        other => other.name(),
    };
    if gdal["dtypes"][0] != name {
        return differs("type", name.into(), &gdal["dtypes"][0]);
    }
    let factors: Vec<u64> = info
        .levels
        .iter()
        .skip(1)
        .map(|level| (f64::from(info.width()) / f64::from(level.width)).round_ties_even() as u64)
        .collect();
    let expected: Vec<u64> = gdal["overviews"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f.as_u64().unwrap())
        .collect();
    if factors != expected {
        return differs("overviews", format!("{factors:?}"), &gdal["overviews"]);
    }
    let block = (info.levels[0].block_height, info.levels[0].block_width);
    let shape = &gdal["block_shapes"][0];
    // GDAL cuts an image of one uncompressed strip into rows.
    if shape.is_array()
        && gdal["tiled"] == true
        && (shape[0].as_u64(), shape[1].as_u64()) != (Some(block.0.into()), Some(block.1.into()))
    {
        return differs("block", format!("{block:?}"), shape);
    }
    compare_mask(info, gdal)
        .or_else(|| compare_place(cog, gdal))
        .or_else(|| compare_described(info, gdal))
}

fn compare_mask(info: &RasterInfo, gdal: &Value) -> Option<String> {
    for (band, expected) in info.bands.iter().zip(gdal["nodata"].as_array().unwrap()) {
        let same = match (&band.nodata, expected) {
            (None, Value::Null) => true,
            (Some(nodata), Value::Number(number)) => {
                let (ours, theirs) = (nodata.as_f64(), number.as_f64().unwrap());
                // rasterio cuts it to the samples' type.
                ours == theirs
                    || (info.sample_type == SampleType::F32 && ours as f32 == theirs as f32)
            }
            (Some(nodata), Value::String(text)) => text
                .parse::<f64>()
                .is_ok_and(|value| value == nodata.as_f64() || (value.is_nan() && nodata.is_nan())),
            _ => false,
        };
        if !same {
            return Some(format!("nodata is {:?}, expected {expected}", band.nodata));
        }
    }
    let flags = gdal["mask_flags"][0].as_array().unwrap();
    let has = |flag: &str| flags.iter().any(|f| f == flag);
    let kind = if has("per_dataset") && !has("alpha") {
        MaskKind::PerDataset
    } else if has("alpha") {
        MaskKind::Alpha
    } else {
        MaskKind::None
    };
    // GDAL lets alpha count as a mask in two or four bands of 8 or 16 bits only.
    let alpha_is_last = matches!(info.bands.len(), 2 | 4)
        && matches!(info.sample_type, SampleType::U8 | SampleType::U16);
    let alpha_alone = info.mask_kind == MaskKind::Alpha && (has("nodata") || !alpha_is_last);
    if kind != info.mask_kind && !alpha_alone {
        return Some(format!("mask is {:?}, expected {flags:?}", info.mask_kind));
    }
    None
}

fn compare_place(cog: &Cog, gdal: &Value) -> Option<String> {
    let info = cog.info();
    let transform: Vec<f64> = gdal["transform"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap_or(f64::NAN))
        .collect();
    match info.affine {
        None => {
            if gdal["transform_kind"] != "none" {
                return Some(format!("there is no affine, expected {transform:?}"));
            }
        }
        Some(a) => {
            let ours = [a.a, a.b, a.c, a.d, a.e, a.f];
            let scale = ours.iter().fold(1e-9_f64, |most, v| most.max(v.abs()));
            if ours
                .iter()
                .zip(&transform)
                .any(|(a, b)| (a - b).abs() > 1e-12 * scale)
            {
                return Some(format!("affine is {ours:?}, expected {transform:?}"));
            }
            let bounds = info.bounds().unwrap();
            let ours = [bounds.left, bounds.bottom, bounds.right, bounds.top];
            let theirs: Vec<f64> = gdal["bounds"]
                .as_array()
                .unwrap()
                .iter()
                .map(|v| v.as_f64().unwrap_or(f64::NAN))
                .collect();
            let same = ours
                .iter()
                .zip(&theirs)
                .all(|(a, b)| (a - b).abs() <= 1e-9 * scale.max(1.0));
            // rasterio's bounds of a rotated raster are not the box around it.
            if gdal["transform_kind"] == "north_up" && !same {
                return Some(format!("bounds are {ours:?}, expected {theirs:?}"));
            }
        }
    }
    let epsg = gdal["crs"]["epsg"].as_u64();
    let ours = info.crs.as_ref().and_then(|crs| crs.epsg()).map(u64::from);
    if epsg.is_some() && ours != epsg && gdal["crs"]["compound"] != true {
        let problems: Vec<&str> = cog.problems().collect();
        return Some(format!(
            "CRS is {:?}, expected {}; {problems:?}",
            info.crs, gdal["crs"]
        ));
    }
    // GDAL keeps the CRS of control points apart, and says none of rational polynomials.
    if matches!(info.placement(), Some(Placement::ControlPoints(_))) {
        let theirs = gdal["gcps_epsg"].as_u64();
        if theirs.is_some() && ours != theirs {
            return Some(format!("CRS of the points is {ours:?}, not {theirs:?}"));
        }
    } else if gdal["crs"].is_null() && info.crs.is_some() && info.rational.is_none() {
        return Some(format!("CRS is {:?}, GDAL has none", info.crs));
    }
    let points = gdal["n_gcps"].as_u64().unwrap_or(0);
    let ours = cog.georeference().control_points.len() as u64;
    if points > 0 && points != ours {
        return Some(format!("{ours} control points, expected {points}"));
    }
    if let Some(first) = gdal["gcps"][0].as_array() {
        // rasterio's order: row, column, x, y, z.
        let theirs: Vec<f64> = first
            .iter()
            .map(|v| v.as_f64().unwrap_or(f64::NAN))
            .collect();
        let ours = cog.georeference().control_points[0];
        let ours = [ours.row, ours.col, ours.x, ours.y, ours.z];
        if ours != theirs[..] {
            return Some(format!(
                "first control point is {ours:?}, expected {theirs:?}"
            ));
        }
    }
    None
}

fn compare_described(info: &RasterInfo, gdal: &Value) -> Option<String> {
    for (i, band) in info.bands.iter().enumerate() {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let color = gdal["colorinterp"][i].as_str().unwrap_or("undefined");
        if band.color_interpretation.name() != color {
            return Some(format!(
                "colour of band {} is {}, expected {color}",
                i + 1,
                band.color_interpretation.name()
            ));
        }
        if gdal["scales"].is_array() || band.scale != 1.0 || band.offset != 0.0 {
            let (scale, offset) = (gdal["scales"][i].as_f64(), gdal["offsets"][i].as_f64());
            if (scale, offset) != (Some(band.scale), Some(band.offset)) {
                return Some(format!(
                    "scale and offset are {} and {}",
                    band.scale, band.offset
                ));
            }
        }
        if text(&gdal["descriptions"][i]) != band.description {
            return Some(format!("description is {:?}", band.description));
        }
        if text(&gdal["units"][i]) != band.unit {
            return Some(format!(
                "unit is {:?}, expected {}",
                band.unit, gdal["units"]
            ));
        }
    }
    let entries = gdal["colormap_entries"].as_u64().map(|n| n as usize);
    if entries != info.colormap.as_ref().map(Vec::len) {
        let found = info.colormap.as_ref().map(Vec::len);
        return Some(format!(
            "the colour map has {found:?} entries, expected {entries:?}"
        ));
    }
    let expected = gdal["colormap"].as_array();
    for (i, color) in expected.into_iter().flatten().enumerate() {
        let theirs: Vec<u8> = color
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_u64().unwrap() as u8)
            .collect();
        let ours = info.colormap.as_ref().unwrap()[i];
        if ours != theirs[..] {
            return Some(format!("colour {i} is {ours:?}, expected {theirs:?}"));
        }
    }
    let palette = info.bands[0].color_interpretation == ColorInterpretation::Palette;
    (palette && info.colormap.is_none()).then(|| "a palette band without a colour map".into())
}
