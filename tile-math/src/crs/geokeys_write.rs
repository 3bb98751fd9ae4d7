//! From a CRS to GeoKeys: OGC 19-008r4 §7.

use super::conversion;
use super::definition::{DEGREE, Definition, ShiftDef};
use super::geokeys::{GeoKeyValue, GeoKeys, USER_DEFINED, key};
use super::handle::Crs;
use super::methods::Quantity;
use super::units;
use crate::Error;

pub(super) fn write(crs: &Crs) -> Result<GeoKeys, Error> {
    let d = crs.definition();
    let mut keys = GeoKeys::new();
    let mut short = |k: u16, value: u16| keys.insert(k, GeoKeyValue::Short(value));
    short(key::MODEL_TYPE, if crs.is_geographic() { 2 } else { 1 });
    short(key::RASTER_TYPE, 1);
    // OGC:CRS84 is written as what it shares its coordinates with.
    let epsg = crs.epsg().or_else(|| {
        let twin = d
            .base_id
            .as_ref()
            .filter(|_| crs.is_geographic() && d.id.is_some())?;
        if twin.authority == "OGC" {
            match twin.code.as_str() {
                "CRS84" => Some(4326),
                "CRS83" => Some(4269),
                "CRS27" => Some(4267),
                _ => None,
            }
        } else {
            None
        }
    });
    let code = epsg
        .and_then(|code| u16::try_from(code).ok())
        .filter(|&c| c != 0 && c != USER_DEFINED);
    if let Some(code) = code {
        short(
            if crs.is_geographic() {
                key::GEODETIC_CRS
            } else {
                key::PROJECTED_CRS
            },
            code,
        );
        keys.insert(key::CITATION, GeoKeyValue::Ascii(d.name.clone()));
        if crs.is_geographic() {
            keys.insert(key::ANGULAR_UNITS, GeoKeyValue::Short(angular_code(d.unit)));
        } else if let Some((unit, _)) = units::name_of_length(d.unit) {
            keys.insert(key::LINEAR_UNITS, GeoKeyValue::Short(unit));
        }
        return Ok(keys);
    }
    geodetic(&mut keys, d);
    keys.insert(key::CITATION, GeoKeyValue::Ascii(d.name.clone()));
    if !crs.is_geographic() {
        projected(&mut keys, d)?;
    }
    Ok(keys)
}

fn angular_code(radians: f64) -> u16 {
    units::name_of_angle(radians).map_or(9102, |(code, _)| code)
}

/// The geographic CRS, by code where it has one.
fn geodetic(keys: &mut GeoKeys, d: &Definition) {
    let code = d
        .base_id
        .as_ref()
        .filter(|id| id.authority == "EPSG" && !matches!(d.shift, ShiftDef::Helmert(_)))
        .and_then(super::definition::Id::number)
        .and_then(|code| u16::try_from(code).ok());
    if let Some(code) = code {
        keys.insert(key::GEODETIC_CRS, GeoKeyValue::Short(code));
        return;
    }
    let e = &d.datum.ellipsoid;
    let citation = format!(
        "GCS Name = {}|Datum = {}|Ellipsoid = {}|Primem = {}",
        d.base_name, d.datum.name, e.name, d.datum.prime_meridian_name
    );
    keys.insert(key::GEODETIC_CRS, GeoKeyValue::Short(USER_DEFINED));
    keys.insert(key::GEODETIC_CITATION, GeoKeyValue::Ascii(citation));
    let datum = d
        .datum
        .code
        .and_then(|code| u16::try_from(code).ok())
        .unwrap_or(USER_DEFINED);
    keys.insert(key::DATUM, GeoKeyValue::Short(datum));
    keys.insert(key::ELLIPSOID, GeoKeyValue::Short(USER_DEFINED));
    keys.insert(key::SEMI_MAJOR_AXIS, GeoKeyValue::Doubles(vec![e.a]));
    if e.inverse_flattening == 0.0 {
        keys.insert(key::SEMI_MINOR_AXIS, GeoKeyValue::Doubles(vec![e.a]));
    } else {
        keys.insert(
            key::INVERSE_FLATTENING,
            GeoKeyValue::Doubles(vec![e.inverse_flattening]),
        );
    }
    let unit = if d.operation.is_none() {
        d.unit
    } else {
        d.base_unit
    };
    match units::name_of_angle(unit) {
        Some((code, _)) => keys.insert(key::ANGULAR_UNITS, GeoKeyValue::Short(code)),
        None => {
            keys.insert(key::ANGULAR_UNITS, GeoKeyValue::Short(USER_DEFINED));
            keys.insert(key::ANGULAR_UNIT_SIZE, GeoKeyValue::Doubles(vec![unit]));
        }
    }
    if d.datum.prime_meridian != 0.0 {
        keys.insert(key::PRIME_MERIDIAN, GeoKeyValue::Short(USER_DEFINED));
        let longitude = d.datum.prime_meridian * DEGREE / unit;
        keys.insert(
            key::PRIME_MERIDIAN_LONGITUDE,
            GeoKeyValue::Doubles(vec![longitude]),
        );
    }
    if let ShiftDef::Helmert(shift) = &d.shift {
        keys.insert(key::TO_WGS84, GeoKeyValue::Doubles(shift.to_vec()));
    }
}

fn projected(keys: &mut GeoKeys, d: &Definition) -> Result<(), Error> {
    let unsupported = |reason: &str| Error::UnsupportedCrs {
        crs: d.name.clone(),
        reason: reason.to_owned(),
    };
    let operation = d
        .operation
        .as_ref()
        .ok_or_else(|| unsupported("it is not projected"))?;
    let conversion = conversion::describe(operation, d)
        .ok_or_else(|| unsupported("its projection has no parameters outside PROJ"))?;
    // Variants share one GeoTIFF method with other parameters.
    let method = match conversion.method.epsg {
        9805 => 7,
        9829 => 15,
        _ => conversion.method.geotiff,
    };
    if method == 0 {
        return Err(unsupported(
            "its projection method has no GeoTIFF code (GeoKey 3075)",
        ));
    }
    keys.insert(key::PROJECTED_CRS, GeoKeyValue::Short(USER_DEFINED));
    keys.insert(key::PROJECTION, GeoKeyValue::Short(USER_DEFINED));
    keys.insert(key::METHOD, GeoKeyValue::Short(method));
    match units::name_of_length(d.unit) {
        Some((code, _)) => keys.insert(key::LINEAR_UNITS, GeoKeyValue::Short(code)),
        None => {
            keys.insert(key::LINEAR_UNITS, GeoKeyValue::Short(USER_DEFINED));
            keys.insert(key::LINEAR_UNIT_SIZE, GeoKeyValue::Doubles(vec![d.unit]));
        }
    }
    let angle = DEGREE / d.base_unit;
    for (parameter, value) in &conversion.parameters {
        let target = match (parameter.proj, method) {
            // Polar stereographic: the parallel of true scale, or the pole, is the latitude.
            ("lat_ts" | "lat_0", 15) => 3081,
            ("lon_0", 15) => 3095,
            // Conics with two parallels count from the false origin, others from the natural one or the centre.
            ("lat_0", 8) => 3085,
            ("lon_0", 8) => 3084,
            ("x_0", 8) => 3086,
            ("y_0", 8) => 3087,
            ("lat_0", 3 | 10 | 12 | 19 | 21) => 3089,
            ("lon_0", 3 | 10 | 12 | 19 | 21 | 20 | 23 | 24) => 3088,
            ("k_0", 3) => 3093,
            ("lat_0", _) => 3081,
            ("lon_0", _) => 3080,
            ("k_0", _) => 3092,
            ("x_0", _) => 3082,
            ("y_0", _) => 3083,
            ("lat_1" | "lat_ts", _) => 3078,
            ("lat_2", _) => 3079,
            ("alpha", _) => 3094,
            ("gamma", _) => 3096,
            _ => return Err(unsupported("one of its parameters has no GeoKey")),
        };
        let value = match parameter.quantity {
            Quantity::Angle => value * angle,
            Quantity::Length => value / d.unit,
            Quantity::Scale => *value,
        };
        keys.insert(target, GeoKeyValue::Doubles(vec![value]));
    }
    Ok(())
}
