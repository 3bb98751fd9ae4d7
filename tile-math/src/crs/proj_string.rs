//! PROJ strings: `+proj=utm +zone=31 +datum=WGS84`.

use super::Crs;
use super::definition::{Axes, DEGREE, DatumDef, Definition, EllipsoidDef, Id, ShiftDef};
use super::registry::{self, Found};
use crate::Error;
use crate::projection::Operation;

/// Most parameters a string may have.
const MOST: usize = 200;

/// Ellipsoids by PROJ's names: name, semi-major axis, inverse flattening (0: sphere), EPSG code.
const ELLIPSOIDS: [(&str, f64, f64, u32); 43] = [
    ("WGS84", 6_378_137.0, 298.257_223_563, 7030),
    ("GRS80", 6_378_137.0, 298.257_222_101, 7019),
    ("WGS72", 6_378_135.0, 298.26, 7043),
    ("WGS66", 6_378_145.0, 298.25, 7025),
    ("WGS60", 6_378_165.0, 298.3, 0),
    ("GRS67", 6_378_160.0, 298.247_167_427, 7036),
    ("GSK2011", 6_378_136.5, 298.256_415_1, 1025),
    ("PZ90", 6_378_136.0, 298.257_84, 7054),
    ("aust_SA", 6_378_160.0, 298.25, 7003),
    ("airy", 6_377_563.396, 299.324_964_599_999_9, 7001),
    ("mod_airy", 6_377_340.189, 299.324_937_365_481_7, 7002),
    ("bessel", 6_377_397.155, 299.152_812_8, 7004),
    ("bess_nam", 6_377_483.865, 299.152_812_8, 7006),
    ("clrk58", 6_378_293.645_208_759, 294.260_676_369_260_3, 7007),
    ("clrk66", 6_378_206.4, 294.978_698_213_898_2, 7008),
    ("clrk80", 6_378_249.145, 293.466_3, 7034),
    ("clrk80ign", 6_378_249.2, 293.466_021_293_626_9, 7011),
    ("evrst30", 6_377_276.345, 300.801_7, 7015),
    ("evrst48", 6_377_304.063, 300.801_7, 7018),
    ("evrst56", 6_377_301.243, 300.801_7, 7044),
    ("evrst69", 6_377_295.664, 300.801_7, 7056),
    ("evrstSS", 6_377_298.556, 300.801_7, 7016),
    ("intl", 6_378_388.0, 297.0, 7022),
    ("hough", 6_378_270.0, 297.0, 7053),
    ("krass", 6_378_245.0, 298.3, 7024),
    ("helmert", 6_378_200.0, 298.3, 7020),
    ("IAU76", 6_378_140.0, 298.257, 7049),
    ("NWL9D", 6_378_145.0, 298.25, 7025),
    ("SEasia", 6_378_155.0, 298.300_000_240_086_64, 0),
    ("fschr60", 6_378_166.0, 298.3, 7002),
    ("fschr60m", 6_378_155.0, 298.3, 0),
    ("fschr68", 6_378_150.0, 298.3, 0),
    ("new_intl", 6_378_157.5, 298.249_615_392_052_2, 0),
    ("plessis", 6_376_523.0, 308.640_997_191_206_2, 7027),
    ("walbeck", 6_376_896.0, 302.780_000_181_481_3, 0),
    ("danish", 6_377_019.256_3, 300.0, 7051),
    ("APL4.9", 6_378_137.0, 298.25, 7041),
    ("MERIT", 6_378_137.0, 298.257, 0),
    ("SGS85", 6_378_136.0, 298.257, 7054),
    ("andrae", 6_377_104.43, 300.0, 0),
    ("CPM", 6_375_738.7, 334.29, 0),
    ("lerch", 6_378_139.0, 298.257, 0),
    ("sphere", 6_370_997.0, 0.0, 7048),
];

/// Datums by PROJ's names: name, geographic CRS in EPSG, or 0 with ellipsoid and shift.
const DATUMS: [(&str, u32); 9] = [
    ("WGS84", 4326),
    ("NAD83", 4269),
    ("NAD27", 4267),
    ("GGRS87", 4121),
    ("potsdam", 4314),
    ("carthage", 4223),
    ("hermannskogel", 4312),
    ("ire65", 4299),
    ("nzgd49", 4272),
];

/// More datum names: OSGB36 is spelt without a number.
const OSGB36: u32 = 4277;

/// Prime meridians by PROJ's names, degrees from Greenwich.
const MERIDIANS: [(&str, f64); 14] = [
    ("greenwich", 0.0),
    ("lisbon", -9.131_906_111_111),
    ("paris", 2.337_229_166_667),
    ("bogota", -74.080_916_666_667),
    ("madrid", -3.687_938_888_889),
    ("rome", 12.452_333_333_333),
    ("bern", 7.439_583_333_333),
    ("jakarta", 106.807_719_444_444),
    ("ferro", -17.666_666_666_667),
    ("brussels", 4.367_975),
    ("stockholm", 18.058_277_777_778),
    ("athens", 23.716_337_5),
    ("oslo", 10.722_916_666_667),
    ("copenhagen", 12.577_88),
];

/// Units of length by PROJ's names, metres.
const UNITS: [(&str, f64); 21] = [
    ("m", 1.0),
    ("km", 1000.0),
    ("dm", 0.1),
    ("cm", 0.01),
    ("mm", 0.001),
    ("ft", 0.3048),
    ("us-ft", 1200.0 / 3937.0),
    ("us-in", 100.0 / 3937.0),
    ("us-yd", 3600.0 / 3937.0),
    ("us-ch", 79_200.0 / 3937.0),
    ("us-mi", 6_336_000.0 / 3937.0),
    ("in", 0.0254),
    ("yd", 0.9144),
    ("mi", 1609.344),
    ("kmi", 1852.0),
    ("fath", 1.8288),
    ("ch", 20.1168),
    ("link", 0.201_168),
    ("ind-yd", 0.914_398_53),
    ("ind-ft", 0.304_799_51),
    ("ind-ch", 20.116_766_21),
];

fn invalid(at: usize, reason: impl Into<String>) -> Error {
    Error::InvalidCrs {
        at: format!("parameter {at} of the PROJ string"),
        reason: reason.into(),
    }
}

/// A number, or degrees, minutes and seconds as `12d30'15"E`.
pub(super) fn angle(text: &str) -> Option<f64> {
    if let Ok(value) = text.parse::<f64>() {
        return value.is_finite().then_some(value);
    }
    let text = text.trim();
    let (text, sign) = match text.as_bytes().last()? {
        b'W' | b'w' | b'S' | b's' => (&text[..text.len() - 1], -1.0),
        b'E' | b'e' | b'N' | b'n' => (&text[..text.len() - 1], 1.0),
        b'r' | b'R' => return Some(text[..text.len() - 1].parse::<f64>().ok()?.to_degrees()),
        _ => (text, 1.0),
    };
    let (text, sign) = text.strip_prefix('-').map_or((text, sign), |t| (t, -sign));
    let mut total = 0.0;
    let mut rest = text;
    for (mark, unit) in [
        (&['d', 'D', '°'][..], 1.0),
        (&['\''][..], 60.0),
        (&['"'][..], 3600.0),
    ] {
        if rest.is_empty() {
            break;
        }
        let (part, after) = rest.split_once(mark).unwrap_or((rest, ""));
        let value: f64 = part.parse().ok()?;
        total += value / unit;
        rest = after;
    }
    (rest.is_empty() && total.is_finite()).then_some(sign * total)
}

/// Reads a PROJ string.
pub(super) fn parse(text: &str) -> Result<Crs, Error> {
    let mut operation = Operation::default();
    let mut named: Vec<(&str, &str)> = Vec::new();
    for (at, token) in text.split_whitespace().enumerate() {
        if at >= MOST {
            return Err(Error::LimitExceeded {
                what: "parameters of a PROJ string",
                needed: text.split_whitespace().count() as u64,
                limit: MOST as u64,
            });
        }
        let token = token.strip_prefix('+').unwrap_or(token);
        let (name, value) = token.split_once('=').unwrap_or((token, ""));
        // The first of equal parameters counts, as in PROJ.
        if named.iter().any(|(n, _)| *n == name) {
            continue;
        }
        named.push((name, value));
        match name {
            "proj" => value.clone_into(&mut operation.method),
            "init" => return init(value),
            "pipeline" | "step" | "geoidgrids" | "vunits" | "vto_meter" => {
                if name == "step" || name == "pipeline" {
                    return Err(invalid(at, "a pipeline is not a CRS"));
                }
            }
            "ellps" | "datum" | "pm" | "units" | "to_meter" | "axis" | "towgs84" | "nadgrids"
            | "a" | "b" | "rf" | "es" | "no_defs" | "type" | "wktext" | "title" => {}
            // A flattening of zero beside a named ellipsoid: the method's own sphere.
            "f" if value.parse() == Ok(0.0) => operation = operation.with("f", 0.0),
            "k" | "k_0" => {
                let value = value
                    .parse()
                    .map_err(|_| invalid(at, "the scale is not a number"))?;
                operation = operation.with("k_0", value);
            }
            "sweep" | "shape" | "orient" => operation = operation.with_flag(token),
            _ if value.is_empty() => operation = operation.with_flag(name),
            _ => match angle(value) {
                Some(value) => operation = operation.with(name, value),
                None => return Err(invalid(at, format!("{name} is not a number"))),
            },
        }
    }
    let get = |name: &str| named.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);
    let number = |name: &str| -> Result<Option<f64>, Error> {
        let Some(text) = get(name) else {
            return Ok(None);
        };
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Some(value)),
            _ => Err(invalid(0, format!("{name} is not a number"))),
        }
    };
    if operation.method.is_empty() {
        return Err(invalid(0, "it names no projection (+proj=...)"));
    }

    let (mut datum, mut shift, mut base_id, mut base_name) = base(&get, &number, &operation)?;
    if let Some(pm) = get("pm") {
        let known = MERIDIANS.iter().find(|(n, _)| *n == pm);
        datum.prime_meridian = match known {
            Some((_, degrees)) => *degrees,
            None => angle(pm)
                .ok_or_else(|| invalid(0, "pm is neither a known meridian nor an angle"))?,
        };
        if datum.prime_meridian != 0.0 {
            pm.clone_into(&mut datum.prime_meridian_name);
            if matches!(shift, ShiftDef::Registered(_)) {
                shift = ShiftDef::Null;
            }
            base_id = None;
            "unknown".clone_into(&mut base_name);
        }
    }
    if get("nadgrids") == Some("@null")
        && datum.ellipsoid.inverse_flattening == 0.0
        && !operation.method.is_empty()
    {
        // The customary way to say Pseudo-Mercator: WGS 84's longitudes and latitudes on a sphere.
        if let Some(Found::Crs(wgs84)) = registry::find(&Id::epsg(4326)) {
            operation = operation.with("R", datum.ellipsoid.a);
            (datum, shift, base_id, base_name) =
                (wgs84.datum, wgs84.shift, wgs84.base_id, wgs84.base_name);
        }
    }
    if let Some(list) = get("towgs84") {
        let mut parameters = [0.0; 7];
        let values: Vec<_> = list.split(',').collect();
        if values.len() != 3 && values.len() != 7 {
            return Err(invalid(0, "towgs84 has neither 3 nor 7 numbers"));
        }
        for (slot, value) in parameters.iter_mut().zip(values) {
            *slot = value
                .parse()
                .map_err(|_| invalid(0, "towgs84 has something that is no number"))?;
        }
        shift = ShiftDef::Helmert(parameters);
    }
    let unit = match number("to_meter")? {
        Some(value) if value > 0.0 => value,
        Some(_) => return Err(invalid(0, "to_meter is not positive")),
        None => match get("units") {
            None => 1.0,
            Some(name) => UNITS
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| *v)
                .ok_or_else(|| invalid(0, format!("unit {name:?} is not known")))?,
        },
    };
    let axes = match get("axis") {
        None => Axes::EAST_NORTH,
        Some(axis) => axes(axis).ok_or_else(|| invalid(0, "axis is not two directions and up"))?,
    };
    if matches!(operation.method.as_str(), "geocent" | "cart") {
        return Err(Error::UnsupportedCrs {
            crs: crate::error::shorten(text),
            reason: "geocentric coordinates have no place on a map".to_owned(),
        });
    }
    let geographic = matches!(
        operation.method.as_str(),
        "longlat" | "latlong" | "latlon" | "lonlat"
    );
    Ok(Crs::from_definition(Definition {
        name: get("title").map_or_else(|| "unknown".to_owned(), str::to_owned),
        id: None,
        datum,
        shift,
        base_name,
        base_id,
        axes,
        unit: if geographic { DEGREE } else { unit },
        base_unit: DEGREE,
        operation: (!geographic).then_some(operation),
        area: None,
    }))
}

/// `+init=epsg:3857`.
fn init(value: &str) -> Result<Crs, Error> {
    let (authority, code) = value
        .split_once(':')
        .ok_or_else(|| invalid(0, "init is not AUTHORITY:CODE"))?;
    Crs::from_authority(authority, code)
}

fn axes(text: &str) -> Option<Axes> {
    let directions: [u8; 2] = text.as_bytes().get(..2)?.try_into().ok()?;
    let horizontal = |d: u8| matches!(d, b'e' | b'w');
    let vertical = |d: u8| matches!(d, b'n' | b's');
    let fits = horizontal(directions[0]) && vertical(directions[1])
        || vertical(directions[0]) && horizontal(directions[1]);
    fits.then_some(Axes {
        directions,
        exchanged: &directions == b"ne",
    })
}

type Base = (DatumDef, ShiftDef, Option<Id>, String);

/// Datum and ellipsoid of a PROJ string.
fn base<'a>(
    get: &impl Fn(&str) -> Option<&'a str>,
    number: &impl Fn(&str) -> Result<Option<f64>, Error>,
    operation: &Operation,
) -> Result<Base, Error> {
    if let Some(name) = get("datum") {
        let code = if name == "OSGB36" {
            Some(OSGB36)
        } else {
            DATUMS
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, code)| *code)
        };
        let Some(code) = code else {
            return Err(invalid(0, format!("datum {name:?} is not known")));
        };
        let Some(Found::Crs(d)) = registry::find(&Id::epsg(code)) else {
            return Err(invalid(0, format!("datum {name:?} is not in the registry")));
        };
        return Ok((d.datum, d.shift, d.base_id, d.base_name));
    }
    let a = match (operation.get("R"), number("a")?) {
        (Some(radius), _) => Some((radius, Some(0.0))),
        (None, Some(a)) => Some((a, None)),
        (None, None) => None,
    };
    let named = match get("ellps") {
        None => None,
        Some(name) => Some(
            ELLIPSOIDS
                .iter()
                .find(|(n, ..)| *n == name)
                .ok_or_else(|| invalid(0, format!("ellipsoid {name:?} is not known")))?,
        ),
    };
    let ellipsoid = match (a, named) {
        (None, Some((name, a, rf, code))) => EllipsoidDef {
            name: (*name).to_owned(),
            code: (*code != 0).then_some(*code),
            a: *a,
            inverse_flattening: *rf,
        },
        (None, None) => EllipsoidDef {
            name: "GRS80".to_owned(),
            code: Some(7019),
            a: 6_378_137.0,
            inverse_flattening: 298.257_222_101,
        },
        (Some((a, fixed)), named) => {
            let inverse_flattening = if let Some(rf) = fixed {
                rf
            } else if let Some(b) = number("b")? {
                if b == a { 0.0 } else { a / (a - b) }
            } else if let Some(rf) = number("rf")? {
                rf
            } else if let Some(f) = number("f")? {
                if f == 0.0 { 0.0 } else { 1.0 / f }
            } else if let Some(es) = number("es")? {
                let f = 1.0 - (1.0 - es).max(0.0).sqrt();
                if f == 0.0 { 0.0 } else { 1.0 / f }
            } else {
                named.map_or(0.0, |(_, _, rf, _)| *rf)
            };
            EllipsoidDef {
                name: "unknown".to_owned(),
                code: None,
                a,
                inverse_flattening,
            }
        }
    };
    check_ellipsoid(&ellipsoid)?;
    let datum = DatumDef {
        name: format!("Unknown based on {} ellipsoid", ellipsoid.name),
        code: None,
        ellipsoid,
        prime_meridian: 0.0,
        prime_meridian_name: "Greenwich".to_owned(),
    };
    Ok((datum, ShiftDef::Null, None, "unknown".to_owned()))
}

/// Refuses figures that are no ellipsoid of revolution flattened at the poles.
pub(super) fn check_ellipsoid(e: &EllipsoidDef) -> Result<(), Error> {
    let flat = e.inverse_flattening == 0.0 || e.inverse_flattening > 2.0;
    if e.a.is_finite() && e.a > 0.0 && flat && e.inverse_flattening.is_finite() {
        Ok(())
    } else {
        Err(Error::InvalidCrs {
            at: "ellipsoid".to_owned(),
            reason: format!(
                "semi-major axis {} with inverse flattening {} is no ellipsoid",
                e.a, e.inverse_flattening
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles() {
        assert_eq!(angle("12.5"), Some(12.5));
        assert_eq!(angle("12d30'"), Some(12.5));
        assert_eq!(angle("12d30'0\"W"), Some(-12.5));
        assert_eq!(angle("-7d30"), Some(-7.5));
        assert_eq!(angle("inf"), None);
        assert_eq!(angle("x"), None);
        assert_eq!(angle(""), None);
    }

    #[test]
    fn utm_string_equals_the_code() {
        let crs =
            parse("+proj=utm +zone=31 +datum=WGS84 +units=m +no_defs +type=crs").expect("reads");
        assert_eq!(crs.epsg(), None);
        assert!(crs.same_coordinates(&Crs::from_epsg(32631).expect("known")));
    }

    #[test]
    fn hostile_strings() {
        for text in [
            "+proj=",
            "+proj=longlat +a=-1",
            "+proj=longlat +a=6378137 +rf=1",
            "+proj=longlat +a=nan",
            "+proj=tmerc +lat_0=abc",
            "+proj=utm +datum=Mars",
            "+proj=tmerc +units=parsec",
            "+proj=tmerc +to_meter=0",
            "+proj=tmerc +axis=uuu",
            "+proj=tmerc +towgs84=1,2",
            "+proj=pipeline +step +proj=merc",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        let long =
            "+proj=merc ".to_owned() + &(0..300).map(|i| format!("+x{i}=1 ")).collect::<String>();
        assert!(matches!(parse(&long), Err(Error::LimitExceeded { .. })));
    }
}
