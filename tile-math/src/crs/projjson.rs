//! PROJJSON: WKT 2 as JSON (PROJ's schema 0.7).

use serde_json::{Map, Value, json};

use super::definition::{Axes, DEGREE, Definition, EllipsoidDef, Id};
use super::described::{Described, DescribedBase, operation};
use super::handle::Crs;
use super::methods::{self, Quantity};
use super::units;
use crate::Error;
use crate::error::shorten;

fn invalid(at: &str, reason: &str) -> Error {
    Error::InvalidCrs {
        at: format!("{at} of the PROJJSON"),
        reason: reason.to_owned(),
    }
}

/// Reads PROJJSON. The parser bounds the nesting at 128 levels.
pub(super) fn parse(text: &str) -> Result<Crs, Error> {
    let value: Value = serde_json::from_str(text).map_err(|e| {
        invalid(
            &format!("line {} column {}", e.line(), e.column()),
            "it is not JSON",
        )
    })?;
    crs(&value, 0)
}

fn crs(value: &Value, depth: u32) -> Result<Crs, Error> {
    if depth > 8 {
        return Err(invalid("the CRS", "CRSs are nested too deeply"));
    }
    let kind = value.get("type").and_then(Value::as_str).unwrap_or("");
    match kind {
        "GeographicCRS" | "GeodeticCRS" => geographic(value),
        "ProjectedCRS" => projected(value),
        "CompoundCRS" => {
            let first = value.get("components").and_then(|c| c.get(0));
            crs(
                first.ok_or_else(|| invalid("components", "there are none"))?,
                depth + 1,
            )
        }
        "BoundCRS" => {
            let source = value
                .get("source_crs")
                .ok_or_else(|| invalid("source_crs", "it is missing"))?;
            crs(source, depth + 1)
        }
        // A bare identifier.
        "" if value.get("id").is_some() => {
            let id = id(value).ok_or_else(|| invalid("id", "expected authority and code"))?;
            Crs::from_authority(&id.authority, &id.code)
        }
        _ => Err(Error::UnsupportedCrs {
            crs: shorten(
                value
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or("unnamed"),
            ),
            reason: format!("a {:?} has no place on a map", shorten(kind)),
        }),
    }
}

fn id(value: &Value) -> Option<Id> {
    let id = value.get("id").or_else(|| value.get("ids")?.get(0))?;
    let authority = id.get("authority")?.as_str()?.to_ascii_uppercase();
    match id.get("code")? {
        Value::String(code) => Some(Id::new(&authority, code)),
        Value::Number(code) => Some(Id::new(&authority, code)),
        _ => None,
    }
}

fn epsg(value: &Value) -> Option<u32> {
    id(value).filter(|id| id.authority == "EPSG")?.number()
}

fn name(value: &Value) -> String {
    value
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or("unnamed")
        .to_owned()
}

/// A number, or an object with value and unit; lengths in metres.
fn length(value: &Value, at: &str) -> Result<f64, Error> {
    if let Some(number) = value.as_f64() {
        return Ok(number);
    }
    let number = value.get("value").and_then(Value::as_f64);
    let factor = value
        .get("unit")
        .map_or(Some(1.0), |u| factor(u, Quantity::Length));
    match (number, factor) {
        (Some(number), Some(factor)) => Ok(number * factor),
        _ => Err(invalid(at, "expected a length")),
    }
}

/// Metres, radians or one per unit.
fn factor(unit: &Value, quantity: Quantity) -> Option<f64> {
    match unit {
        Value::String(name) => match quantity {
            Quantity::Length => units::length_by_name(name),
            Quantity::Angle => units::angle_by_name(name),
            // Registries call the unit of a factor "metre" at times.
            Quantity::Scale => Some(1.0),
        },
        _ => {
            let factor = unit.get("conversion_factor")?.as_f64()?;
            Some(match quantity {
                Quantity::Length => units::exact_length(factor),
                Quantity::Angle => units::exact_angle(factor),
                Quantity::Scale => factor,
            })
        }
    }
}

fn base(value: &Value) -> Result<DescribedBase, Error> {
    let datum = value
        .get("datum")
        .or_else(|| value.get("datum_ensemble"))
        .ok_or_else(|| invalid("datum", "it is missing"))?;
    let e = datum
        .get("ellipsoid")
        .ok_or_else(|| invalid("datum.ellipsoid", "it is missing"))?;
    let at = |member: &str| format!("datum.ellipsoid.{member}");
    let get = |member: &str| e.get(member).map(|v| length(v, &at(member))).transpose();
    let (a, inverse_flattening) = if let Some(radius) = get("radius")? {
        (radius, 0.0)
    } else {
        let a = get("semi_major_axis")?
            .ok_or_else(|| invalid(&at("semi_major_axis"), "it is missing"))?;
        let inverse = match (
            e.get("inverse_flattening").and_then(Value::as_f64),
            get("semi_minor_axis")?,
        ) {
            (Some(inverse), _) => inverse,
            (None, Some(b)) if b == a => 0.0,
            (None, Some(b)) => a / (a - b),
            (None, None) => return Err(invalid(&at("inverse_flattening"), "it is missing")),
        };
        (a, inverse)
    };
    let (mut prime_meridian, mut meridian_name) = (0.0, "Greenwich".to_owned());
    if let Some(pm) = datum
        .get("prime_meridian")
        .or_else(|| value.get("prime_meridian"))
    {
        let longitude = pm.get("longitude").unwrap_or(&Value::Null);
        prime_meridian = match longitude.as_f64() {
            Some(degrees) => degrees,
            None => {
                let number = longitude.get("value").and_then(Value::as_f64);
                let factor = longitude
                    .get("unit")
                    .map_or(Some(DEGREE), |u| factor(u, Quantity::Angle));
                match (number, factor) {
                    (Some(n), Some(f)) => n * f / DEGREE,
                    _ => return Err(invalid("prime_meridian.longitude", "expected an angle")),
                }
            }
        };
        meridian_name = name(pm);
    }
    let unit = axis_unit(value, Quantity::Angle).unwrap_or(DEGREE);
    Ok(DescribedBase {
        name: name(value),
        id: id(value),
        datum_name: name(datum),
        datum_code: epsg(datum),
        ellipsoid: EllipsoidDef {
            name: name(e),
            code: epsg(e),
            a,
            inverse_flattening,
        },
        prime_meridian,
        prime_meridian_name: meridian_name,
        unit,
        towgs84: None,
    })
}

fn axis_list(value: &Value) -> Option<&Vec<Value>> {
    value.get("coordinate_system")?.get("axis")?.as_array()
}

fn axis_unit(value: &Value, quantity: Quantity) -> Option<f64> {
    factor(axis_list(value)?.first()?.get("unit")?, quantity)
}

fn axes(value: &Value) -> Option<Axes> {
    let list = axis_list(value)?;
    let direction = |i: usize| match list.get(i)?.get("direction")?.as_str()? {
        "north" => Some(b'n'),
        "south" => Some(b's'),
        "east" => Some(b'e'),
        "west" => Some(b'w'),
        _ => None,
    };
    let directions = [direction(0)?, direction(1)?];
    let starts = |i: usize, word: &str| name(&list[i]).to_ascii_lowercase().starts_with(word);
    let exchanged = match &directions {
        b"ne" => true,
        b"nn" | b"ss" => starts(0, "northing") && starts(1, "easting"),
        _ => false,
    };
    Some(Axes {
        directions,
        exchanged,
    })
}

fn geographic(value: &Value) -> Result<Crs, Error> {
    let system = value
        .get("coordinate_system")
        .and_then(|c| c.get("subtype"))
        .and_then(Value::as_str);
    if system.is_some_and(|s| s.eq_ignore_ascii_case("cartesian")) {
        return Err(Error::UnsupportedCrs {
            crs: shorten(&name(value)),
            reason: "geocentric coordinates have no place on a map".to_owned(),
        });
    }
    let base = base(value)?;
    Described {
        name: base.name.clone(),
        id: base.id.clone(),
        unit: base.unit,
        base,
        operation: None,
        axes: axes(value),
    }
    .assemble()
}

fn projected(value: &Value) -> Result<Crs, Error> {
    let base = base(
        value
            .get("base_crs")
            .ok_or_else(|| invalid("base_crs", "it is missing"))?,
    )?;
    let conversion = value
        .get("conversion")
        .ok_or_else(|| invalid("conversion", "it is missing"))?;
    let method = conversion
        .get("method")
        .ok_or_else(|| invalid("conversion.method", "it is missing"))?;
    let (crs_name, method_name) = (name(value), name(method));
    let empty = Vec::new();
    let list = conversion
        .get("parameters")
        .and_then(Value::as_array)
        .unwrap_or(&empty);
    let mut parameters = Vec::new();
    for (i, parameter) in list.iter().enumerate() {
        let text = name(parameter);
        let Some(known) = methods::parameter(&text, epsg(parameter)) else {
            return Err(Error::UnsupportedCrs {
                crs: shorten(&crs_name),
                reason: format!("parameter {:?} is not known", shorten(&text)),
            });
        };
        let at = format!("conversion.parameters[{i}]");
        let number = parameter
            .get("value")
            .and_then(Value::as_f64)
            .ok_or_else(|| invalid(&at, "expected a number"))?;
        let default = match known.quantity {
            Quantity::Angle => DEGREE,
            Quantity::Length | Quantity::Scale => 1.0,
        };
        let factor = match parameter.get("unit") {
            None => default,
            Some(unit) => {
                factor(unit, known.quantity).ok_or_else(|| invalid(&at, "its unit is not known"))?
            }
        };
        let degrees = if known.quantity == Quantity::Angle {
            DEGREE
        } else {
            1.0
        };
        parameters.push((known.proj, number * factor / degrees));
    }
    let found = epsg(method)
        .and_then(methods::by_code)
        .or_else(|| methods::by_name(&method_name));
    let operation = operation(found, &method_name, &crs_name, &parameters)?;
    let axes = axes(value).or_else(|| {
        found
            .is_some_and(methods::Method::is_south_orientated)
            .then_some(Axes {
                directions: *b"ws",
                exchanged: false,
            })
    });
    Described {
        id: id(value),
        name: crs_name,
        base,
        operation: Some(operation),
        unit: axis_unit(value, Quantity::Length).unwrap_or(1.0),
        axes,
    }
    .assemble()
}

/// Writes PROJJSON; `None` for methods that have no name there.
pub(super) fn write(definition: &Definition) -> Option<Value> {
    let mut value = if let Some(operation) = &definition.operation {
        let conversion = super::conversion::describe(operation, definition)?;
        let parameters: Vec<Value> = conversion
            .parameters
            .iter()
            .map(|(parameter, value)| {
                let mut object = json!({
                    "name": parameter.name,
                    "value": value,
                    "unit": match parameter.quantity {
                        Quantity::Angle => "degree",
                        Quantity::Length => "metre",
                        Quantity::Scale => "unity",
                    },
                });
                insert_epsg(&mut object, parameter.epsg);
                object
            })
            .collect();
        let mut method = json!({"name": conversion.method.name});
        insert_epsg(&mut method, conversion.method.epsg);
        json!({
            "type": "ProjectedCRS",
            "name": definition.name,
            "base_crs": geographic_value(&definition.geographic()),
            "conversion": {"name": "unnamed", "method": method, "parameters": parameters},
            "coordinate_system": {"subtype": "Cartesian", "axis": grid_axes(definition)},
        })
    } else {
        let mut value = geographic_value(definition);
        if let Value::Object(members) = &mut value {
            members.insert("type".to_owned(), "GeographicCRS".into());
        }
        value
    };
    if let Value::Object(members) = &mut value {
        members.insert(
            "$schema".to_owned(),
            "https://proj.org/schemas/v0.7/projjson.schema.json".into(),
        );
        if let Some(id) = &definition.id {
            members.insert("id".to_owned(), id_value(id));
        }
    }
    Some(value)
}

fn insert_epsg(object: &mut Value, code: u32) {
    if let (Value::Object(members), true) = (object, code != 0) {
        members.insert("id".to_owned(), json!({"authority": "EPSG", "code": code}));
    }
}

fn id_value(id: &Id) -> Value {
    match id.number() {
        Some(code) => json!({"authority": id.authority, "code": code}),
        None => json!({"authority": id.authority, "code": id.code}),
    }
}

fn geographic_value(d: &Definition) -> Value {
    let e = &d.datum.ellipsoid;
    let mut ellipsoid = Map::new();
    ellipsoid.insert("name".to_owned(), e.name.clone().into());
    if e.inverse_flattening == 0.0 {
        ellipsoid.insert("radius".to_owned(), e.a.into());
    } else {
        ellipsoid.insert("semi_major_axis".to_owned(), e.a.into());
        ellipsoid.insert("inverse_flattening".to_owned(), e.inverse_flattening.into());
    }
    let mut datum = json!({
        "type": "GeodeticReferenceFrame",
        "name": d.datum.name,
        "ellipsoid": ellipsoid,
    });
    if let (Value::Object(members), true) = (&mut datum, d.datum.prime_meridian != 0.0) {
        members.insert(
            "prime_meridian".to_owned(),
            json!({"name": d.datum.prime_meridian_name, "longitude": d.datum.prime_meridian}),
        );
    }
    let unit = match units::name_of_angle(d.unit) {
        Some((_, "degree")) => Value::from("degree"),
        known => json!({
            "type": "AngularUnit",
            "name": known.map_or("unknown", |(_, name)| name),
            "conversion_factor": d.unit,
        }),
    };
    let latitude = json!({"name": "Geodetic latitude", "abbreviation": "Lat", "direction": "north", "unit": unit});
    let longitude = json!({"name": "Geodetic longitude", "abbreviation": "Lon", "direction": "east", "unit": unit});
    let axis = if d.axes.exchanged {
        [latitude, longitude]
    } else {
        [longitude, latitude]
    };
    let mut value = json!({
        "type": "GeographicCRS",
        "name": d.name,
        "datum": datum,
        "coordinate_system": {"subtype": "ellipsoidal", "axis": axis},
    });
    if let (Value::Object(members), Some(id)) = (&mut value, &d.id) {
        members.insert("id".to_owned(), id_value(id));
    }
    value
}

fn grid_axes(d: &Definition) -> Vec<Value> {
    let unit = match units::name_of_length(d.unit) {
        Some((_, "metre")) => Value::from("metre"),
        known => json!({
            "type": "LinearUnit",
            "name": known.map_or("unknown", |(_, name)| name),
            "conversion_factor": d.unit,
        }),
    };
    let polar = matches!(&d.axes.directions, b"nn" | b"ss");
    d.axes
        .directions
        .iter()
        .enumerate()
        .map(|(i, direction)| {
            let (name, abbreviation) = match direction {
                _ if polar && (i == 0) == d.axes.exchanged => ("Northing", "N"),
                _ if polar => ("Easting", "E"),
                b'e' => ("Easting", "E"),
                b'w' => ("Westing", "W"),
                b's' => ("Southing", "S"),
                _ => ("Northing", "N"),
            };
            let towards = match direction {
                b'e' => "east",
                b'w' => "west",
                b's' => "south",
                _ => "north",
            };
            json!({"name": name, "abbreviation": abbreviation, "direction": towards, "unit": unit})
        })
        .collect()
}
