//! WKT 1 (OGC 01-009, as GDAL and Esri write it) and WKT 2 (ISO 19162) to a CRS.

use super::definition::{Axes, DEGREE, EllipsoidDef, Id};
use super::described::{Described, DescribedBase, operation};
use super::handle::Crs;
use super::methods::{self, Quantity};
use super::wkt::{self, Argument, Node};
use super::{proj_string, units};
use crate::Error;
use crate::error::shorten;

/// Reads WKT.
pub(super) fn parse(text: &str) -> Result<Crs, Error> {
    let root = wkt::parse(text)?;
    crs(&root, 0)
}

fn crs(node: &Node, depth: u32) -> Result<Crs, Error> {
    if depth > 8 {
        return Err(node.error("CRSs are nested too deeply"));
    }
    let inner = |keywords: &[&str]| {
        let first = node
            .nodes()
            .find(|n| keywords.contains(&n.keyword.as_str()) || is_crs(&n.keyword));
        first.ok_or_else(|| node.error("it holds no CRS"))
    };
    match node.keyword.as_str() {
        "PROJCS" | "PROJCRS" | "PROJECTEDCRS" => projected(node),
        "GEOGCS" | "GEOGCRS" | "GEOGRAPHICCRS" | "GEODCRS" | "GEODETICCRS" => geographic(node),
        // The first part of a compound CRS is the horizontal one.
        "COMPD_CS" | "COMPOUNDCRS" => crs(inner(&[])?, depth + 1),
        "BOUNDCRS" => bound(node, depth),
        "SOURCECRS" => crs(inner(&[])?, depth + 1),
        keyword => Err(Error::UnsupportedCrs {
            crs: node.text().map_or_else(|| shorten(keyword), shorten),
            reason: format!("a {} has no place on a map", shorten(keyword)),
        }),
    }
}

fn is_crs(keyword: &str) -> bool {
    matches!(
        keyword,
        "PROJCS"
            | "PROJCRS"
            | "PROJECTEDCRS"
            | "GEOGCS"
            | "GEOGCRS"
            | "GEOGRAPHICCRS"
            | "GEODCRS"
            | "GEODETICCRS"
            | "COMPD_CS"
            | "COMPOUNDCRS"
            | "BOUNDCRS"
    )
}

/// A CRS with its transformation to WGS 84.
fn bound(node: &Node, depth: u32) -> Result<Crs, Error> {
    let source = node
        .child(&["SOURCECRS"])
        .ok_or_else(|| node.error("it has no SOURCECRS"))?;
    let found = crs(source, depth + 1)?;
    let target = node
        .child(&["TARGETCRS"])
        .map(|n| crs(n, depth + 1))
        .transpose()?;
    let to_wgs84 = target.is_some_and(|t| t.same_coordinates(&Crs::wgs84()));
    let Some(transformation) = node.child(&["ABRIDGEDTRANSFORMATION"]).filter(|_| to_wgs84) else {
        return Ok(found);
    };
    let mut shift = [0.0; 7];
    for parameter in transformation.nodes().filter(|n| n.keyword == "PARAMETER") {
        let slot = match methods::normalize(parameter.text().unwrap_or("")).as_str() {
            "xaxistranslation" => 0,
            "yaxistranslation" => 1,
            "zaxistranslation" => 2,
            "xaxisrotation" => 3,
            "yaxisrotation" => 4,
            "zaxisrotation" => 5,
            "scaledifference" => 6,
            _ => return Ok(found),
        };
        let value = parameter.number()?;
        // The standard gives the factor itself, near 1; older writers the difference in ppm.
        let value = if slot == 6 && (value - 1.0).abs() < 0.01 {
            (value - 1.0) * 1e6
        } else {
            value
        };
        shift[slot] = value;
    }
    let method = transformation
        .child(&["METHOD"])
        .and_then(Node::text)
        .unwrap_or("");
    if methods::normalize(method).contains("coordinateframe") {
        for rotation in &mut shift[3..6] {
            *rotation = -*rotation;
        }
    }
    let mut definition = found.definition().clone();
    definition.shift = super::definition::ShiftDef::Helmert(shift);
    definition.id = None;
    Ok(Crs::from_definition(definition))
}

/// `AUTHORITY["EPSG","4326"]` or `ID["EPSG",4326]`.
fn id(node: &Node) -> Option<Id> {
    let node = node.child(&["AUTHORITY", "ID"])?;
    let mut arguments = node.arguments.iter();
    let Some(Argument::Text(authority)) = arguments.next() else {
        return None;
    };
    match arguments.next()? {
        Argument::Text(code) => Some(Id::new(&authority.to_ascii_uppercase(), code)),
        Argument::Number(code) => Some(Id::new(&authority.to_ascii_uppercase(), code)),
        _ => None,
    }
}

fn epsg(node: &Node) -> Option<u32> {
    id(node).filter(|id| id.authority == "EPSG")?.number()
}

fn name(node: &Node) -> String {
    node.text().unwrap_or("unnamed").to_owned()
}

/// The factor of a unit that is a direct child.
fn unit(node: &Node, keywords: &[&str]) -> Result<Option<f64>, Error> {
    node.child(keywords).map(Node::number).transpose()
}

const ANGLE: [&str; 2] = ["ANGLEUNIT", "UNIT"];
const LENGTH: [&str; 2] = ["LENGTHUNIT", "UNIT"];

fn base(node: &Node) -> Result<DescribedBase, Error> {
    let datum = node
        .child(&["DATUM", "GEODETICDATUM", "TRF", "ENSEMBLE"])
        .ok_or_else(|| node.error("it has no datum"))?;
    let spheroid = datum
        .child(&["SPHEROID", "ELLIPSOID"])
        .ok_or_else(|| datum.error("it has no ellipsoid"))?;
    let mut numbers = spheroid.numbers();
    let (Some(a), Some(inverse_flattening)) = (numbers.next(), numbers.next()) else {
        return Err(spheroid.error("expected semi-major axis and inverse flattening"));
    };
    let a = a * unit(spheroid, &LENGTH)?.unwrap_or(1.0);
    let (mut prime_meridian, mut meridian_name) = (0.0, "Greenwich".to_owned());
    if let Some(pm) = node.child(&["PRIMEM", "PRIMEMERIDIAN"]) {
        // WKT 1 gives degrees in practice, whatever the CRS's unit.
        let factor = unit(pm, &["ANGLEUNIT", "UNIT"])?.map_or(DEGREE, units::exact_angle);
        prime_meridian = pm.number()? * factor / DEGREE;
        meridian_name = name(pm);
    }
    let towgs84 = match datum.child(&["TOWGS84"]) {
        None => None,
        Some(node) => {
            let mut shift = [0.0; 7];
            let count = node.numbers().count();
            if count != 3 && count != 7 {
                return Err(node.error("expected 3 or 7 numbers"));
            }
            for (slot, value) in shift.iter_mut().zip(node.numbers()) {
                *slot = value;
            }
            Some(shift)
        }
    };
    let own_unit = unit(node, &ANGLE)?.map(units::exact_angle);
    let axis_unit = || {
        node.child(&["AXIS"])
            .and_then(|axis| axis.child(&ANGLE))
            .and_then(|u| u.number().ok())
    };
    Ok(DescribedBase {
        name: name(node),
        id: id(node),
        datum_name: name(datum),
        datum_code: epsg(datum),
        ellipsoid: EllipsoidDef {
            name: name(spheroid),
            code: epsg(spheroid),
            a,
            inverse_flattening,
        },
        prime_meridian,
        prime_meridian_name: meridian_name,
        unit: own_unit
            .or_else(|| axis_unit().map(units::exact_angle))
            .unwrap_or(DEGREE),
        towgs84,
    })
}

/// Directions of the first two axes.
fn axes(node: &Node) -> Option<Axes> {
    let axes: Vec<&Node> = node
        .nodes()
        .filter(|n| n.keyword == "AXIS")
        .take(2)
        .collect();
    let [first, second] = axes.as_slice() else {
        return None;
    };
    let direction = |axis: &Node| match axis.word()?.to_ascii_lowercase().as_str() {
        "north" => Some(b'n'),
        "south" => Some(b's'),
        "east" => Some(b'e'),
        "west" => Some(b'w'),
        _ => None,
    };
    let directions = [direction(first)?, direction(second)?];
    let northing_first = || {
        let starts = |axis: &Node, word: &str| {
            axis.text()
                .is_some_and(|t| t.to_ascii_lowercase().starts_with(word))
        };
        starts(first, "northing") && starts(second, "easting")
    };
    let exchanged = match &directions {
        b"ne" => true,
        b"nn" | b"ss" => northing_first(),
        _ => false,
    };
    Some(Axes {
        directions,
        exchanged,
    })
}

fn geographic(node: &Node) -> Result<Crs, Error> {
    let system = node
        .child(&["CS"])
        .and_then(Node::word)
        .unwrap_or("ELLIPSOIDAL");
    if system.eq_ignore_ascii_case("CARTESIAN") {
        return Err(Error::UnsupportedCrs {
            crs: shorten(&name(node)),
            reason: "geocentric coordinates have no place on a map".to_owned(),
        });
    }
    let base = base(node)?;
    Described {
        name: base.name.clone(),
        id: base.id.clone(),
        unit: base.unit,
        base,
        operation: None,
        axes: axes(node),
    }
    .assemble()
}

fn projected(node: &Node) -> Result<Crs, Error> {
    let geographic = node
        .child(&["GEOGCS", "BASEGEOGCRS", "BASEGEODCRS", "GEOGCRS", "GEODCRS"])
        .ok_or_else(|| node.error("it has no base CRS"))?;
    let base = base(geographic)?;
    let crs_name = name(node);
    let axis_unit = || {
        node.child(&["AXIS"])
            .and_then(|axis| axis.child(&LENGTH))
            .and_then(|u| u.number().ok())
    };
    let unit_factor = unit(node, &LENGTH)?
        .or_else(axis_unit)
        .map_or(1.0, units::exact_length);
    // GDAL keeps PROJ's string where WKT 1 has no words for it.
    let extension = node
        .nodes()
        .find(|n| {
            n.keyword == "EXTENSION" && n.text().is_some_and(|t| t.eq_ignore_ascii_case("PROJ4"))
        })
        .and_then(|n| match n.arguments.get(1) {
            Some(Argument::Text(text)) => Some(text.as_str()),
            _ => None,
        });
    let conversion = node.child(&["CONVERSION"]).unwrap_or(node);
    let method_node = conversion
        .child(&["METHOD", "PROJECTION"])
        .ok_or_else(|| node.error("it has no projection method"))?;
    let method_name = method_node.text().unwrap_or("");
    let mut axes = axes(node);
    let operation = if let Some(text) = extension {
        let found = proj_string::parse(text)?;
        let operation = found.definition().operation.clone();
        let operation =
            operation.ok_or_else(|| node.error("its PROJ4 extension is no projection"))?;
        // The string's sphere is the method's, not the datum's.
        let sphere = &found.definition().datum.ellipsoid;
        if sphere.inverse_flattening == 0.0 && base.ellipsoid.inverse_flattening != 0.0 {
            operation.with("R", sphere.a)
        } else {
            operation
        }
    } else {
        let method = epsg(method_node)
            .and_then(methods::by_code)
            .or_else(|| methods::by_name(method_name));
        let mut parameters = Vec::new();
        for parameter in conversion.nodes().filter(|n| n.keyword == "PARAMETER") {
            let text = parameter.text().unwrap_or("");
            let Some(known) = methods::parameter(text, epsg(parameter)) else {
                return Err(Error::UnsupportedCrs {
                    crs: shorten(&crs_name),
                    reason: format!("parameter {:?} is not known", shorten(text)),
                });
            };
            let value = parameter.number()?;
            let own = unit(parameter, &["ANGLEUNIT", "LENGTHUNIT", "SCALEUNIT", "UNIT"])?;
            let value = match known.quantity {
                Quantity::Angle => value * own.map_or(base.unit, units::exact_angle) / DEGREE,
                Quantity::Length => value * own.map_or(unit_factor, units::exact_length),
                Quantity::Scale => value * own.unwrap_or(1.0),
            };
            parameters.push((known.proj, value));
        }
        if method.is_some_and(methods::Method::is_south_orientated) {
            axes = axes.or(Some(Axes {
                directions: *b"ws",
                exchanged: false,
            }));
        }
        operation(method, method_name, &crs_name, &parameters)?
    };
    Described {
        name: crs_name,
        id: id(node),
        base,
        operation: Some(operation),
        unit: unit_factor,
        axes,
    }
    .assemble()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UTM: &str = r#"PROJCS["WGS 84 / UTM zone 31N",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",3],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]AUTH]"#;

    #[test]
    fn an_identifier_counts_only_when_it_fits() {
        let right = UTM.replace("AUTH", r#",AUTHORITY["EPSG","32631"]"#);
        assert_eq!(parse(&right).map(|c| c.epsg()), Ok(Some(32631)));
        let wrong = UTM.replace("AUTH", r#",AUTHORITY["EPSG","32632"]"#);
        assert_eq!(parse(&wrong).map(|c| c.epsg()), Ok(None));
        let absent = parse(&UTM.replace("AUTH", "")).expect("reads");
        assert_eq!(absent.name(), "WGS 84 / UTM zone 31N");
        assert_eq!(absent.geographic(), Crs::wgs84());
    }

    #[test]
    fn hostile_definitions() {
        for text in [
            r#"PROJCS["x"]"#,
            r#"PROJCS["x",GEOGCS["y",DATUM["z",SPHEROID["s",0,0]]]]"#,
            r#"GEOGCS["y",DATUM["z",SPHEROID["s",6378137,1]]]"#,
            r#"GEOGCS["y",DATUM["z",SPHEROID["s",6378137]]]"#,
            r#"GEOGCS["y",DATUM["z",SPHEROID["s",6378137,298],TOWGS84[1]]]"#,
            r#"GEOGCS["y",DATUM["z",SPHEROID["s",6378137,298]],UNIT["d",0]]"#,
            r#"VERT_CS["h"]"#,
            r#"LOCAL_CS["h"]"#,
            r#"COMPD_CS["h",VERT_CS["x"]]"#,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
