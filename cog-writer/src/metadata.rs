//! Tags that describe the raster.

use cog_codec::tags;
use cog_raster::{ColorInterpretation, Nodata, RasterInfo};
use tile_math::GeoKeys;

use crate::{
    Error,
    directory::{Directory, Value},
};

/// Sets georeferencing: GeoKeys (tags 34735–34737), and 33550 with 33922 or, where the raster is
/// rotated or upside down, 34264; 33922 alone for control points (OGC 19-008r4 §7).
pub(crate) fn georeference(directory: &mut Directory, info: &RasterInfo) -> Result<(), Error> {
    if let Some(affine) = info.affine {
        if affine.is_rectilinear() && affine.a > 0.0 && affine.e < 0.0 {
            let scale = vec![affine.a, -affine.e, 0.0];
            let tie_point = vec![0.0, 0.0, 0.0, affine.c, affine.f, 0.0];
            directory.set(tags::MODEL_PIXEL_SCALE, Value::Double(scale));
            directory.set(tags::MODEL_TIEPOINT, Value::Double(tie_point));
        } else {
            let mut matrix = vec![0.0; 16];
            (matrix[0], matrix[1], matrix[3]) = (affine.a, affine.b, affine.c);
            (matrix[4], matrix[5], matrix[7]) = (affine.d, affine.e, affine.f);
            matrix[15] = 1.0;
            directory.set(tags::MODEL_TRANSFORMATION, Value::Double(matrix));
        }
    } else if let Some(fit) = &info.control_points {
        let ties = fit
            .points()
            .iter()
            .flat_map(|p| [p.col, p.row, 0.0, p.x, p.y, p.z]);
        directory.set(tags::MODEL_TIEPOINT, Value::Double(ties.collect()));
    }
    // Without a way to it a CRS says nothing; a rational polynomial is not written.
    let placed_otherwise =
        info.rational.is_some() && info.affine.is_none() && info.control_points.is_none();
    let Some(crs) = info.crs.as_ref().filter(|_| !placed_otherwise) else {
        return Ok(());
    };
    let unsupported = |error: tile_math::Error| Error::Unsupported {
        reason: format!("the CRS {} has no GeoKeys: {error}", crs.name()),
    };
    let keys: GeoKeys = crs.to_geokeys().map_err(unsupported)?;
    let (shorts, doubles, ascii) = keys.to_tags().map_err(unsupported)?;
    directory.set(tags::GEO_KEY_DIRECTORY, Value::Short(shorts));
    if !doubles.is_empty() {
        directory.set(tags::GEO_DOUBLE_PARAMS, Value::Double(doubles));
    }
    if !ascii.is_empty() {
        let text = String::from_utf8_lossy(&ascii)
            .trim_end_matches('\0')
            .to_owned();
        directory.set(tags::GEO_ASCII_PARAMS, Value::Ascii(text));
    }
    Ok(())
}

/// Sets nodata (tag 42113), which TIFF has once for all bands.
pub(crate) fn nodata(directory: &mut Directory, info: &RasterInfo) -> Result<(), Error> {
    let mut values = info
        .bands
        .iter()
        .enumerate()
        .filter_map(|(i, b)| Some((i, b.nodata?)));
    let alpha = info.alpha_band();
    let Some((at, first)) = values.next() else {
        return Ok(());
    };
    let other = info
        .bands
        .iter()
        .enumerate()
        .find(|&(index, band)| Some(index) != alpha && band.nodata != Some(first));
    if let Some((index, band)) = other {
        let say = |nodata: Option<Nodata>| nodata.map_or("none".to_owned(), |v| v.to_string());
        return Err(Error::Unsupported {
            reason: format!(
                "a TIFF has one nodata value for all bands, and band {} has {}, band {} {}; \
                 write a mask instead (add_mask), or bands that have the same",
                at + 1,
                say(Some(first)),
                index + 1,
                say(band.nodata),
            ),
        });
    }
    directory.set(tags::GDAL_NODATA, Value::Ascii(first.to_string()));
    Ok(())
}

/// Sets GDAL_METADATA (tag 42112), if there is anything to say.
pub(crate) fn gdal_metadata(directory: &mut Directory, info: &RasterInfo, photometric_rgb: bool) {
    let mut xml = String::from("<GDALMetadata>\n");
    let empty = xml.len();
    for (name, value) in &info.metadata {
        item(&mut xml, name, None, None, value);
    }
    for (index, band) in info.bands.iter().enumerate() {
        let sample = Some(index);
        if let Some(description) = &band.description {
            item(
                &mut xml,
                "DESCRIPTION",
                sample,
                Some("description"),
                description,
            );
        }
        if band.scale != 1.0 || band.offset != 0.0 {
            item(
                &mut xml,
                "OFFSET",
                sample,
                Some("offset"),
                &band.offset.to_string(),
            );
            item(
                &mut xml,
                "SCALE",
                sample,
                Some("scale"),
                &band.scale.to_string(),
            );
        }
        if let Some(unit) = &band.unit {
            item(&mut xml, "UNITTYPE", sample, Some("unittype"), unit);
        }
        if !photometric_rgb
            && !matches!(
                band.color_interpretation,
                ColorInterpretation::Undefined
                    | ColorInterpretation::Gray
                    | ColorInterpretation::Alpha
                    | ColorInterpretation::Palette
            )
        {
            let name = capitalised(band.color_interpretation.name());
            item(&mut xml, "COLORINTERP", sample, Some("colorinterp"), &name);
        }
        for (name, value) in &band.metadata {
            if !name.starts_with("STATISTICS_") || band.statistics.is_none() {
                item(&mut xml, name, sample, None, value);
            }
        }
        if let Some(statistics) = &band.statistics {
            let values = [
                ("STATISTICS_MAXIMUM", Some(statistics.maximum)),
                ("STATISTICS_MEAN", statistics.mean),
                ("STATISTICS_MINIMUM", Some(statistics.minimum)),
                ("STATISTICS_STDDEV", statistics.standard_deviation),
            ];
            for (name, value) in values {
                if let Some(value) = value {
                    item(&mut xml, name, sample, None, &value.to_string());
                }
            }
        }
    }
    if xml.len() > empty {
        xml.push_str("</GDALMetadata>\n");
        directory.set(tags::GDAL_METADATA, Value::Ascii(xml));
    }
}

fn item(xml: &mut String, name: &str, sample: Option<usize>, role: Option<&str>, value: &str) {
    xml.push_str("  <Item name=\"");
    escape(xml, name);
    xml.push('"');
    if let Some(sample) = sample {
        xml.push_str(&format!(" sample=\"{sample}\""));
    }
    if let Some(role) = role {
        xml.push_str(&format!(" role=\"{role}\""));
    }
    xml.push('>');
    // GDAL escapes an item's text before its XML writer does, and undoes both.
    let mut once = String::with_capacity(value.len());
    escape(&mut once, value);
    escape(xml, &once);
    xml.push_str("</Item>\n");
}

/// The five characters that XML reserves; control characters, which XML 1.0 cannot hold, become spaces.
fn escape(xml: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\'' => xml.push_str("&apos;"),
            '\n' | '\t' => xml.push(c),
            c if c.is_control() => xml.push(' '),
            c => xml.push(c),
        }
    }
}

fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        let mut xml = String::new();
        item(&mut xml, "a\"b", Some(1), None, "<x>&\0\u{1b}'");
        assert_eq!(
            xml,
            "  <Item name=\"a&quot;b\" sample=\"1\">&amp;lt;x&amp;gt;&amp;amp;  &amp;apos;</Item>\n"
        );
    }
}
