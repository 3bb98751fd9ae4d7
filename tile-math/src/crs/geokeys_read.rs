//! From GeoKeys to a CRS: OGC 19-008r4 §7, with the customs of GDAL and Esri.

use super::definition::{Axes, DEGREE, EllipsoidDef, Id};
use super::described::{Described, DescribedBase, operation};
use super::geokeys::{GeoKeys, USER_DEFINED, key};
use super::handle::Crs;
use super::registry::{self, Found};
use super::{methods, units};
use crate::Error;

/// Text that Esri puts before its WKT.
const ESRI: &str = "ESRI PE String = ";

pub(super) fn read(keys: &GeoKeys) -> Result<Option<Crs>, Error> {
    let declared = |k: u16| keys.short(k).filter(|&code| code != 0);
    let coded = |k: u16| declared(k).filter(|&code| code != USER_DEFINED);
    if keys.short(key::MODEL_TYPE) == Some(3) {
        return Err(Error::UnsupportedCrs {
            crs: "GTModelTypeGeoKey (1024) 3".to_owned(),
            reason: "geocentric coordinates have no place on a map".to_owned(),
        });
    }
    if let Some(code) = coded(key::PROJECTED_CRS) {
        return with_units(Crs::from_epsg(u32::from(code))?, keys).map(Some);
    }
    for citation in [
        key::PROJECTED_CITATION,
        key::CITATION,
        key::GEODETIC_CITATION,
    ] {
        if let Some(wkt) = keys
            .ascii(citation)
            .and_then(|text| text.trim().strip_prefix(ESRI))
        {
            return Crs::parse(wkt).map(|crs| Some(known(crs)));
        }
    }
    let projected = declared(key::PROJECTED_CRS).is_some()
        || declared(key::PROJECTION).is_some()
        || declared(key::METHOD).is_some()
        || keys.short(key::MODEL_TYPE) == Some(1);
    if !projected {
        return match coded(key::GEODETIC_CRS) {
            Some(code) => Crs::from_epsg(u32::from(code)).map(Some),
            None if declares_datum(keys) => geographic(keys).map(Some),
            None => Ok(None),
        };
    }
    if declared(key::METHOD).is_none()
        && declared(key::PROJECTION).is_none()
        && !declares_datum(keys)
    {
        // "Projected", and not a word more: a local grid.
        return Ok(None);
    }
    self::projected(keys).map(Some)
}

/// Esri's string names no code. Of the one CRS that is on every second map all know which it is.
fn known(crs: Crs) -> Crs {
    match Crs::from_epsg(3857) {
        Ok(web) if crs.name() == ESRI_WEB_MERCATOR && crs.same_coordinates(&web) => web,
        _ => crs,
    }
}

const ESRI_WEB_MERCATOR: &str = "WGS_1984_Web_Mercator_Auxiliary_Sphere";

fn declares_datum(keys: &GeoKeys) -> bool {
    [
        key::GEODETIC_CRS,
        key::DATUM,
        key::ELLIPSOID,
        key::SEMI_MAJOR_AXIS,
    ]
    .iter()
    .any(|&k| {
        keys.value(k)
            .is_some_and(|v| *v != super::GeoKeyValue::Short(0))
    })
}

/// A registered CRS whose file counts in another unit, as GDAL reads it.
fn with_units(crs: Crs, keys: &GeoKeys) -> Result<Crs, Error> {
    if crs.is_geographic() || keys.value(key::LINEAR_UNITS).is_none() {
        return Ok(crs);
    }
    let unit = linear_unit(keys)?;
    if (unit - crs.definition().unit).abs() <= 1e-9 * unit {
        return Ok(crs);
    }
    let mut definition = crs.definition().clone();
    definition.unit = unit;
    definition.id = None;
    Ok(Crs::from_definition(definition))
}

fn unsupported(k: u16, what: &str, code: u16) -> Error {
    Error::UnsupportedCrs {
        crs: format!("GeoKey {k} {code}"),
        reason: format!("this {what} is not known"),
    }
}

fn linear_unit(keys: &GeoKeys) -> Result<f64, Error> {
    match keys.short(key::LINEAR_UNITS) {
        None | Some(0) => Ok(1.0),
        Some(USER_DEFINED) => keys
            .double(key::LINEAR_UNIT_SIZE)
            .map(units::exact_length)
            .ok_or_else(|| Error::InvalidCrs {
                at: "GeoKey 3077".to_owned(),
                reason: "the user-defined linear unit has no size".to_owned(),
            }),
        Some(code) => {
            units::length(code).ok_or_else(|| unsupported(key::LINEAR_UNITS, "linear unit", code))
        }
    }
}

fn angular_unit(keys: &GeoKeys) -> Result<f64, Error> {
    match keys.short(key::ANGULAR_UNITS) {
        None | Some(0) => Ok(DEGREE),
        Some(USER_DEFINED) => keys
            .double(key::ANGULAR_UNIT_SIZE)
            .map(units::exact_angle)
            .ok_or_else(|| Error::InvalidCrs {
                at: "GeoKey 2055".to_owned(),
                reason: "the user-defined angular unit has no size".to_owned(),
            }),
        Some(code) => {
            units::angle(code).ok_or_else(|| unsupported(key::ANGULAR_UNITS, "angular unit", code))
        }
    }
}

fn geographic(keys: &GeoKeys) -> Result<Crs, Error> {
    let base = base(keys)?;
    Described {
        name: base.name.clone(),
        id: base.id.clone(),
        unit: base.unit,
        base,
        operation: None,
        axes: Some(Axes::NORTH_EAST),
    }
    .assemble()
}

/// Datum, ellipsoid, meridian and unit, each by code or by its numbers.
fn base(keys: &GeoKeys) -> Result<DescribedBase, Error> {
    let coded = |k: u16| {
        keys.short(k)
            .filter(|&code| code != 0 && code != USER_DEFINED)
    };
    let shift = keys.value(key::TO_WGS84).and_then(|value| match value {
        super::GeoKeyValue::Doubles(v) if v.len() == 3 || v.len() == 7 => {
            let mut shift = [0.0; 7];
            shift[..v.len()].copy_from_slice(v);
            Some(shift)
        }
        _ => None,
    });
    if let Some(code) = coded(key::GEODETIC_CRS) {
        let crs = Crs::from_epsg(u32::from(code))?;
        let d = crs.definition();
        if d.operation.is_some() {
            return Err(Error::InvalidCrs {
                at: "GeoKey 2048".to_owned(),
                reason: format!("EPSG:{code} is not a geographic CRS"),
            });
        }
        return Ok(DescribedBase {
            name: d.name.clone(),
            id: d.id.clone(),
            datum_name: d.datum.name.clone(),
            datum_code: d.datum.code,
            ellipsoid: d.datum.ellipsoid.clone(),
            prime_meridian: d.datum.prime_meridian,
            prime_meridian_name: d.datum.prime_meridian_name.clone(),
            unit: d.unit,
            towgs84: shift,
        });
    }
    let citation = keys.ascii(key::GEODETIC_CITATION).unwrap_or("");
    // GDAL writes "GCS Name = x|Datum = y|Ellipsoid = z|Primem = w".
    let part = |label: &str| {
        citation
            .split('|')
            .find_map(|p| p.trim().strip_prefix(label)?.trim().strip_prefix('='))
            .map(str::trim)
    };
    let name = part("GCS Name")
        .unwrap_or(citation.split('|').next().unwrap_or(""))
        .trim();
    let datum = coded(key::DATUM).and_then(|code| registry::datum_by_code(u32::from(code)));
    let ellipsoid = ellipsoid(
        keys,
        datum.as_ref().map(|(d, _)| d.ellipsoid.clone()),
        part("Ellipsoid"),
    )?;
    let unit = angular_unit(keys)?;
    let meridian = meridian(keys, unit)?;
    let (datum_name, datum_code, datum_meridian) = match &datum {
        Some((d, _)) => (
            d.name.clone(),
            d.code,
            (d.prime_meridian, d.prime_meridian_name.clone()),
        ),
        None => {
            let text = part("Datum").unwrap_or("unknown").to_owned();
            (text, None, (0.0, "Greenwich".to_owned()))
        }
    };
    let (prime_meridian, prime_meridian_name) = meridian.unwrap_or(datum_meridian);
    Ok(DescribedBase {
        name: if name.is_empty() {
            "unnamed".to_owned()
        } else {
            name.to_owned()
        },
        id: datum.and_then(|(_, id)| id),
        datum_name,
        datum_code,
        ellipsoid,
        prime_meridian,
        prime_meridian_name,
        unit,
        towgs84: shift,
    })
}

fn ellipsoid(
    keys: &GeoKeys,
    of_datum: Option<EllipsoidDef>,
    name: Option<&str>,
) -> Result<EllipsoidDef, Error> {
    if let Some(code) = keys
        .short(key::ELLIPSOID)
        .filter(|&c| c != 0 && c != USER_DEFINED)
    {
        return registry::ellipsoid_by_code(u32::from(code))
            .ok_or_else(|| unsupported(key::ELLIPSOID, "ellipsoid", code));
    }
    let Some(a) = keys.double(key::SEMI_MAJOR_AXIS) else {
        return of_datum.ok_or_else(|| Error::InvalidCrs {
            at: "GeoKey 2057".to_owned(),
            reason: "a user-defined geographic CRS gives no ellipsoid".to_owned(),
        });
    };
    let inverse_flattening = match (
        keys.double(key::INVERSE_FLATTENING),
        keys.double(key::SEMI_MINOR_AXIS),
    ) {
        (Some(inverse), _) => inverse,
        (None, Some(b)) if b == a => 0.0,
        (None, Some(b)) => a / (a - b),
        (None, None) => 0.0,
    };
    // Some write an infinite inverse flattening for a sphere.
    let inverse_flattening = if inverse_flattening.is_infinite() {
        0.0
    } else {
        inverse_flattening
    };
    Ok(EllipsoidDef {
        name: name.unwrap_or("unnamed").to_owned(),
        code: None,
        a,
        inverse_flattening,
    })
}

fn meridian(keys: &GeoKeys, unit: f64) -> Result<Option<(f64, String)>, Error> {
    /// EPSG's prime meridians: degrees from Greenwich.
    const MERIDIANS: [(u16, &str, f64); 13] = [
        (8901, "Greenwich", 0.0),
        (8902, "Lisbon", -9.131_906_111_111_11),
        (8903, "Paris", 2.337_229_166_666_667),
        (8904, "Bogota", -74.080_916_666_666_67),
        (8905, "Madrid", -3.687_938_888_888_889),
        (8906, "Rome", 12.452_333_333_333_333),
        (8907, "Bern", 7.439_583_333_333_333),
        (8908, "Jakarta", 106.807_719_444_444_44),
        (8909, "Ferro", -17.666_666_666_666_668),
        (8910, "Brussels", 4.367_975),
        (8911, "Stockholm", 18.058_277_777_777_78),
        (8912, "Athens", 23.716_337_5),
        (8913, "Oslo", 10.722_916_666_666_667),
    ];
    match keys.short(key::PRIME_MERIDIAN) {
        None | Some(0) => Ok(None),
        Some(USER_DEFINED) => {
            let longitude = keys.double(key::PRIME_MERIDIAN_LONGITUDE).unwrap_or(0.0);
            Ok(Some((longitude * unit / DEGREE, "unnamed".to_owned())))
        }
        Some(code) => MERIDIANS
            .iter()
            .find(|(c, ..)| *c == code)
            .map(|(_, name, degrees)| Some((*degrees, (*name).to_owned())))
            .ok_or_else(|| unsupported(key::PRIME_MERIDIAN, "prime meridian", code)),
    }
}

/// A user-defined projected CRS.
fn projected(keys: &GeoKeys) -> Result<Crs, Error> {
    let base = base(keys)?;
    let unit = linear_unit(keys)?;
    let citation = keys
        .ascii(key::PROJECTED_CITATION)
        .or(keys.ascii(key::CITATION))
        .unwrap_or("");
    let name = citation.split('|').next().unwrap_or("");
    let name = name.strip_prefix("PCS Name = ").unwrap_or(name).trim();
    let name = if name.is_empty() {
        "unnamed".to_owned()
    } else {
        name.to_owned()
    };
    let (found, text) = match keys.short(key::METHOD) {
        Some(code) if code != 0 && code != USER_DEFINED => {
            (methods::by_geotiff(code), format!("GeoKey 3075 {code}"))
        }
        _ => return coded_projection(keys, base, name, unit),
    };
    // Lengths are in the linear unit, angles in the angular unit, straight degrees for the azimuth.
    let angular = base.unit / DEGREE;
    let mut parameters: Vec<(&'static str, f64)> = Vec::new();
    let mut first = |proj: &'static str, candidates: &[u16], factor: f64| {
        if let Some(value) = candidates.iter().find_map(|&k| keys.double(k)) {
            parameters.push((proj, value * factor));
        }
    };
    let polar = keys.short(key::METHOD) == Some(15);
    first("lat_0", &[3081, 3089, 3085], angular);
    let longitudes: &[u16] = if polar {
        &[3095, 3080, 3088, 3084]
    } else {
        &[3080, 3088, 3084, 3095]
    };
    first("lon_0", longitudes, angular);
    first("k_0", &[3092, 3093], 1.0);
    first("x_0", &[3082, 3090, 3086], unit);
    first("y_0", &[3083, 3091, 3087], unit);
    let standard_parallel = match keys.short(key::METHOD) {
        // Equirectangular, cylindrical equal area, Mercator: the parallel of true scale.
        Some(17 | 28 | 7) => "lat_ts",
        _ => "lat_1",
    };
    first(standard_parallel, &[3078], angular);
    first("lat_2", &[3079], angular);
    first("alpha", &[3094], angular);
    first("gamma", &[3096], angular);
    if keys.short(key::METHOD) == Some(7) && parameters.iter().any(|(p, _)| *p == "lat_ts") {
        parameters.retain(|(p, _)| *p != "k_0" && *p != "lat_0");
    }
    let south = found.is_some_and(methods::Method::is_south_orientated);
    let operation = operation(found, &text, &name, &parameters)?;
    Described {
        name,
        id: None,
        base,
        operation: Some(operation),
        unit,
        axes: Some(if south {
            Axes {
                directions: *b"ws",
                exchanged: false,
            }
        } else {
            Axes::EAST_NORTH
        }),
    }
    .assemble()
}

/// `ProjectionGeoKey` (3074) without a method: UTM zones by EPSG's codes of conversions.
fn coded_projection(
    keys: &GeoKeys,
    base: DescribedBase,
    name: String,
    unit: f64,
) -> Result<Crs, Error> {
    let code = keys.short(key::PROJECTION).unwrap_or(0);
    let (zone, south) = match code {
        16001..=16060 => (code - 16000, false),
        16101..=16160 => (code - 16100, true),
        _ => {
            return Err(Error::UnsupportedCrs {
                crs: name,
                reason: format!(
                    "GeoKey 3075 names no method, and projection {code} of GeoKey 3074 is not a UTM zone"
                ),
            });
        }
    };
    let mut operation = crate::projection::Operation::new("utm").with("zone", f64::from(zone));
    if south {
        operation = operation.with_flag("south");
    }
    // The zones of WGS 84 and of NAD83 have codes of their own.
    let registered = match (base.id.as_ref().and_then(Id::number), south) {
        (Some(4326), false) => Some(32600 + u32::from(zone)),
        (Some(4326), true) => Some(32700 + u32::from(zone)),
        (Some(4269), false) if zone < 24 => Some(26900 + u32::from(zone)),
        _ => None,
    };
    let registered = registered
        .map(Id::epsg)
        .filter(|id| matches!(registry::find(id), Some(Found::Crs(_))));
    Described {
        name,
        id: registered,
        base,
        operation: Some(operation),
        unit,
        axes: Some(Axes::EAST_NORTH),
    }
    .assemble()
}
