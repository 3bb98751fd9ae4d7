//! Where a source lies, in the words of TiTiler's answers.

use crate::Error;
use cog_raster::{Nodata, RasterInfo};
use serde_json::{Number, Value};
use tile_math::{BoundingBox, Crs, TileMatrixSet, Transformer};

/// The source's bounds in another CRS.
///
/// # Errors
///
/// [`Error::Unusable`] if the source is not georeferenced or has no coordinates there.
pub(crate) fn bounds_in(info: &RasterInfo, crs: &Crs) -> Result<BoundingBox, Error> {
    let (Some(from), Some(bounds)) = (&info.crs, info.bounds()) else {
        return Err(Error::Unusable(
            "the source is not georeferenced: it has no coordinate reference system, or neither an affine transform \
             nor control points nor rational polynomial coefficients that place it; its own pixels can be shown (preview)"
                .into(),
        ));
    };
    transformed(bounds, from, crs)
}

/// Bounds in another CRS.
///
/// # Errors
///
/// [`Error::Unusable`] if they have no coordinates there.
pub(crate) fn transformed(
    bounds: BoundingBox,
    from: &Crs,
    crs: &Crs,
) -> Result<BoundingBox, Error> {
    if from == crs {
        return Ok(bounds);
    }
    Transformer::new(from, crs)
        .and_then(|transformer| transformer.transform_bounds(bounds, 21))
        .map_err(|e| Error::Unusable(format!("the source has no bounds in {crs}: {e}")))
}

/// The source's bounds in degrees, longitude first.
pub(crate) fn geographic_bounds(info: &RasterInfo) -> Result<BoundingBox, Error> {
    bounds_in(info, &Crs::wgs84())
}

/// The least and greatest zoom that make sense for a source.
pub(crate) fn zooms(info: &RasterInfo, tms: &TileMatrixSet) -> Result<(i8, i8), Error> {
    Ok(cog_render::zoom_range(info, tms)?)
}

/// A nodata value as JSON: a number, or "nan", "inf", "-inf".
pub(crate) fn nodata_value(nodata: &Nodata) -> Value {
    match nodata.as_integer() {
        Some(integer) => i64::try_from(integer)
            .map(Value::from)
            .or_else(|_| u64::try_from(integer).map(Value::from))
            .unwrap_or_else(|_| number(nodata.as_f64())),
        None if nodata.as_f64().is_finite() => number(nodata.as_f64()),
        None => Value::from(nodata.to_string()),
    }
}

/// A number as JSON; null where it is not finite, as JSON has no such numbers.
pub(crate) fn number(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// How a CRS is named in answers: its OGC URI, else `authority:code`, else its name.
pub(crate) fn crs_name(crs: &Crs) -> String {
    crs.to_uri().unwrap_or_else(|| crs.to_string())
}

/// A CRS that a request names.
///
/// # Errors
///
/// [`Error::Parameter`] naming the parameter.
pub(crate) fn parse_crs(name: &'static str, text: &str) -> Result<Crs, Error> {
    Crs::parse(text).map_err(|e| {
        Error::Parameter(format!(
            "the parameter {name}: {e}; write one as in EPSG:4326"
        ))
    })
}

/// A box over the antimeridian (RFC 7946, 5.2), whose west is greater than its east, goes on beyond 180
/// degrees.
pub(crate) fn going_east(mut bounds: BoundingBox, crs: &Crs) -> BoundingBox {
    if bounds.left > bounds.right && crs.is_geographic() {
        bounds.right += 360.0;
    }
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;
    use cog_raster::SampleType;

    #[test]
    fn what_is_not_georeferenced_has_no_bounds() {
        let info = RasterInfo::new(SampleType::U8, 1, 4, 4);
        assert!(matches!(geographic_bounds(&info), Err(Error::Unusable(_))));
    }

    #[test]
    fn nodata_keeps_what_json_cannot_say() {
        assert_eq!(nodata_value(&Nodata::new(-9999.0)), Value::from(-9999));
        assert_eq!(nodata_value(&Nodata::new(f64::NAN)), Value::from("nan"));
        assert_eq!(nodata_value(&Nodata::new(0.5)), Value::from(0.5));
    }
}
