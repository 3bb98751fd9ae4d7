//! A CRS as WKT 2 (ISO 19162:2019).

use std::fmt::Write as _;

use super::conversion;
use super::definition::{Definition, Id};
use super::methods::Quantity;
use super::units;

/// Writes WKT 2; `None` for methods that have no name there.
pub(super) fn write(definition: &Definition) -> Option<String> {
    let mut text = String::new();
    if let Some(operation) = &definition.operation {
        let conversion = conversion::describe(operation, definition)?;
        let _ = write!(text, "PROJCRS[{},BASEGEOGCRS[", quoted(&definition.name));
        let base = definition.geographic();
        geodetic(&mut text, &base);
        identify(&mut text, base.id.as_ref());
        let _ = write!(
            text,
            "],CONVERSION[\"unnamed\",METHOD[{}",
            quoted(conversion.method.name)
        );
        identify_epsg(&mut text, conversion.method.epsg);
        text.push(']');
        for (parameter, value) in &conversion.parameters {
            let unit = match parameter.quantity {
                Quantity::Angle => "ANGLEUNIT[\"degree\",0.0174532925199433]",
                Quantity::Length => "LENGTHUNIT[\"metre\",1]",
                Quantity::Scale => "SCALEUNIT[\"unity\",1]",
            };
            let _ = write!(text, ",PARAMETER[{},{value},{unit}", quoted(parameter.name));
            identify_epsg(&mut text, parameter.epsg);
            text.push(']');
        }
        let name = units::name_of_length(definition.unit).map_or("unknown", |(_, name)| name);
        let unit = format!("LENGTHUNIT[{},{}]", quoted(name), definition.unit);
        text.push_str("],CS[Cartesian,2]");
        let polar = matches!(&definition.axes.directions, b"nn" | b"ss");
        for (i, direction) in definition.axes.directions.iter().enumerate() {
            let (name, towards) = match direction {
                b'e' => ("easting (E)", "east"),
                b'w' => ("westing (W)", "west"),
                b's' => ("southing (S)", "south"),
                _ => ("northing (N)", "north"),
            };
            let name = match (polar, (i == 0) == definition.axes.exchanged) {
                (false, _) => name,
                (true, true) => "northing (N)",
                (true, false) => "easting (E)",
            };
            let _ = write!(text, ",AXIS[\"{name}\",{towards},ORDER[{}],{unit}]", i + 1);
        }
    } else {
        text.push_str("GEOGCRS[");
        geodetic(&mut text, definition);
        let name = units::name_of_angle(definition.unit).map_or("unknown", |(_, name)| name);
        let unit = format!("ANGLEUNIT[{},{}]", quoted(name), definition.unit);
        let mut axes = [
            "geodetic longitude (Lon)\",east",
            "geodetic latitude (Lat)\",north",
        ];
        if definition.axes.exchanged {
            axes.reverse();
        }
        text.push_str(",CS[ellipsoidal,2]");
        for (i, axis) in axes.iter().enumerate() {
            let _ = write!(text, ",AXIS[\"{axis},ORDER[{}],{unit}]", i + 1);
        }
    }
    identify(&mut text, definition.id.as_ref());
    text.push(']');
    Some(text)
}

/// Name, datum and prime meridian.
fn geodetic(text: &mut String, d: &Definition) {
    let e = &d.datum.ellipsoid;
    let _ = write!(
        text,
        "{},DATUM[{},ELLIPSOID[{},{},{},LENGTHUNIT[\"metre\",1]]],PRIMEM[{},{},ANGLEUNIT[\"degree\",0.0174532925199433]]",
        quoted(&d.name),
        quoted(&d.datum.name),
        quoted(&e.name),
        e.a,
        e.inverse_flattening,
        quoted(&d.datum.prime_meridian_name),
        d.datum.prime_meridian,
    );
}

fn identify(text: &mut String, id: Option<&Id>) {
    if let Some(id) = id {
        let code = id
            .number()
            .map_or_else(|| quoted(&id.code), |n| n.to_string());
        let _ = write!(text, ",ID[{},{code}]", quoted(&id.authority));
    }
}

fn identify_epsg(text: &mut String, code: u32) {
    if code != 0 {
        let _ = write!(text, ",ID[\"EPSG\",{code}]");
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
