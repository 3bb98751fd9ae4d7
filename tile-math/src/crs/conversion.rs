//! From an operation in PROJ's terms back to a method with its parameters, for writing.

use super::definition::Definition;
use super::methods::{self, Method, Parameter};
use crate::projection::Operation;

/// A method and its parameters: degrees, metres, factors.
pub(super) struct Conversion {
    pub(super) method: &'static Method,
    pub(super) parameters: Vec<(&'static Parameter, f64)>,
}

/// EPSG parameter codes of false easting and northing, by the kind of origin.
struct Origin {
    x: u32,
    y: u32,
}

const NATURAL: Origin = Origin { x: 8806, y: 8807 };
const FALSE: Origin = Origin { x: 8826, y: 8827 };
const CENTRE: Origin = Origin { x: 8816, y: 8817 };

/// Describes an operation; `None` for methods that have no name outside PROJ.
pub(super) fn describe(op: &Operation, d: &Definition) -> Option<Conversion> {
    let mut out: Vec<(u32, f64)> = Vec::new();
    let (lat_0, lon_0) = (op.number("lat_0"), op.number("lon_0"));
    let (x_0, y_0) = (op.number("x_0"), op.number("y_0"));
    let k = op.k0();
    let false_origin = |o: &Origin| [(o.x, x_0), (o.y, y_0)];
    let authalic = op.flag("R_A");
    // Spherical methods on another sphere than the ellipsoid's have no common name.
    if op
        .get("R")
        .is_some_and(|r| (r - d.datum.ellipsoid.a).abs() > 1e-6)
        || ["R_V", "R_a", "over", "no_rot"]
            .iter()
            .any(|flag| op.flag(flag))
    {
        return None;
    }
    let code = match op.method.as_str() {
        "utm" => {
            let zone = op.number("zone");
            let south = if op.flag("south") { 1e7 } else { 0.0 };
            out.extend([
                (8801, 0.0),
                (8802, zone * 6.0 - 183.0),
                (8805, 0.9996),
                (8806, 500_000.0),
                (8807, south),
            ]);
            9807
        }
        "tmerc" | "etmerc" => {
            out.extend([(8801, lat_0), (8802, lon_0), (8805, k)]);
            out.extend(false_origin(&NATURAL));
            if &d.axes.directions == b"ws" {
                9808
            } else {
                9807
            }
        }
        "merc" if d.datum.ellipsoid.inverse_flattening != 0.0 && op.get("R").is_some() => {
            out.extend([(8801, 0.0), (8802, lon_0)]);
            out.extend(false_origin(&NATURAL));
            1024
        }
        "webmerc" => {
            out.extend([(8801, 0.0), (8802, lon_0)]);
            out.extend(false_origin(&NATURAL));
            1024
        }
        "merc" => match op.get("lat_ts") {
            Some(lat) => {
                out.extend([(8823, lat), (8802, lon_0)]);
                out.extend(false_origin(&NATURAL));
                9805
            }
            None => {
                out.extend([(8801, 0.0), (8802, lon_0), (8805, k)]);
                out.extend(false_origin(&NATURAL));
                9804
            }
        },
        "lcc" => {
            let lat_1 = op.get("lat_1").unwrap_or(lat_0);
            match op.get("lat_2") {
                None if op
                    .get("lat_0")
                    .is_none_or(|lat| (lat - lat_1).abs() < 1e-11) =>
                {
                    out.extend([(8801, lat_1), (8802, lon_0), (8805, k)]);
                    out.extend(false_origin(&NATURAL));
                    9801
                }
                lat_2 => {
                    if k != 1.0 {
                        // The Michigan variant scales the ellipsoid, which is what k_0 does.
                        out.push((1038, k));
                    }
                    out.extend([
                        (8821, lat_0),
                        (8822, lon_0),
                        (8823, lat_1),
                        (8824, lat_2.unwrap_or(lat_1)),
                    ]);
                    out.extend(false_origin(&FALSE));
                    if k == 1.0 { 9802 } else { 1051 }
                }
            }
        }
        "aea" | "leac" => {
            out.extend([
                (8821, lat_0),
                (8822, lon_0),
                (8823, op.number("lat_1")),
                (8824, op.number("lat_2")),
            ]);
            out.extend(false_origin(&FALSE));
            9822
        }
        "eqdc" => {
            out.extend([
                (8821, lat_0),
                (8822, lon_0),
                (8823, op.number("lat_1")),
                (8824, op.number("lat_2")),
            ]);
            out.extend(false_origin(&FALSE));
            1119
        }
        "laea" => {
            out.extend([(8801, lat_0), (8802, lon_0)]);
            out.extend(false_origin(&NATURAL));
            if authalic { 1027 } else { 9820 }
        }
        "stere" | "ups" if op.method == "ups" || (lat_0.abs() - 90.0).abs() < 1e-9 => {
            match op.get("lat_ts") {
                Some(ts) if (ts.abs() - 90.0).abs() > 1e-9 => {
                    out.extend([(8832, ts), (8833, lon_0)]);
                    out.extend(false_origin(&NATURAL));
                    9829
                }
                _ => {
                    let ups = op.method == "ups";
                    let pole = if ups {
                        if op.flag("south") { -90.0 } else { 90.0 }
                    } else {
                        lat_0
                    };
                    out.extend([
                        (8801, pole),
                        (8802, lon_0),
                        (8805, if ups { 0.994 } else { k }),
                    ]);
                    out.extend(if ups {
                        [(8806, 2e6), (8807, 2e6)]
                    } else {
                        false_origin(&NATURAL)
                    });
                    9810
                }
            }
        }
        "sterea" => {
            out.extend([(8801, lat_0), (8802, lon_0), (8805, k)]);
            out.extend(false_origin(&NATURAL));
            9809
        }
        "cass" => {
            out.extend([(8801, lat_0), (8802, lon_0)]);
            out.extend(false_origin(&NATURAL));
            if op.flag("hyperbolic") { 9833 } else { 9806 }
        }
        "aeqd" => {
            out.extend([(8801, lat_0), (8802, lon_0)]);
            out.extend(false_origin(&NATURAL));
            if op.flag("guam") { 9831 } else { 1125 }
        }
        "ortho" if op.get("f").is_none() && op.get("R").is_none() && op.get("alpha").is_none() => {
            out.extend([(8801, lat_0), (8802, lon_0)]);
            out.extend(false_origin(&NATURAL));
            9840
        }
        "poly" | "nzmg" => {
            out.extend([(8801, lat_0), (8802, lon_0)]);
            out.extend(false_origin(&NATURAL));
            if op.method == "poly" { 9818 } else { 9811 }
        }
        "cea" => {
            out.extend([(8823, op.number("lat_ts")), (8802, lon_0)]);
            out.extend(false_origin(&NATURAL));
            if authalic { 9834 } else { 9835 }
        }
        "eqc" => {
            out.extend([(8823, op.number("lat_ts")), (8801, lat_0), (8802, lon_0)]);
            out.extend(false_origin(&NATURAL));
            1028
        }
        "eqearth" => {
            out.push((8802, lon_0));
            out.extend(false_origin(&NATURAL));
            1078
        }
        "col_urban" => {
            out.extend([(8801, lat_0), (8802, lon_0), (1039, op.number("h_0"))]);
            out.extend(false_origin(&NATURAL));
            1052
        }
        "bonne" => {
            out.extend([(8801, op.number("lat_1")), (8802, lon_0)]);
            out.extend(false_origin(&NATURAL));
            9827
        }
        "omerc" if op.get("alpha").is_some() => {
            let alpha = op.number("alpha");
            out.extend([
                (8811, lat_0),
                (8812, op.get("lonc").unwrap_or(lon_0)),
                (8813, alpha),
                (8814, op.get("gamma").unwrap_or(alpha)),
                (8815, k),
            ]);
            if op.flag("no_uoff") || op.flag("no_off") {
                out.extend(false_origin(&NATURAL));
                9812
            } else {
                out.extend(false_origin(&CENTRE));
                9815
            }
        }
        "somerc" => {
            out.extend([
                (8811, lat_0),
                (8812, lon_0),
                (8813, 90.0),
                (8814, 90.0),
                (8815, k),
            ]);
            out.extend(false_origin(&CENTRE));
            9815
        }
        "sinu" | "moll" | "eck4" | "eck6" | "robin" | "gall" | "natearth" | "igh" | "mill" => {
            let name = match op.method.as_str() {
                "sinu" => "Sinusoidal",
                "moll" => "Mollweide",
                "eck4" => "Eckert IV",
                "eck6" => "Eckert VI",
                "robin" => "Robinson",
                "gall" => "Gall Stereographic",
                "natearth" => "Natural Earth",
                "mill" => "Miller Cylindrical",
                _ => "Interrupted Goode Homolosine",
            };
            if op.method == "mill" && !authalic {
                return None;
            }
            out.push((8802, lon_0));
            out.extend(false_origin(&NATURAL));
            return finish(methods::by_name(name)?, out);
        }
        "stere" => {
            out.extend([(8801, lat_0), (8802, lon_0), (8805, k)]);
            out.extend(false_origin(&NATURAL));
            return finish(methods::by_name("Stereographic")?, out);
        }
        _ => return None,
    };
    finish(methods::by_code(code)?, out)
}

fn finish(method: &'static Method, parameters: Vec<(u32, f64)>) -> Option<Conversion> {
    let parameters: Option<Vec<_>> = parameters
        .into_iter()
        .map(|(code, value)| Some((methods::parameter("", Some(code))?, value)))
        .collect();
    Some(Conversion {
        method,
        parameters: parameters?,
    })
}
