//! The CRS that GDAL sees in real files' GeoKeys.

use serde_json::Value;
use tile_math::{Crs, GeoKeyValue, GeoKeys, Transformer};

use crate::support::{GOLDEN_GEOKEYS, by_id, oracle, shared};

fn keys_of(value: &Value) -> GeoKeys {
    let mut keys = GeoKeys::new();
    for (key, value) in value.as_object().unwrap() {
        let key: u16 = key.parse().unwrap();
        let value = match value {
            Value::String(text) => GeoKeyValue::Ascii(text.trim_end_matches('|').to_owned()),
            Value::Array(list) => {
                GeoKeyValue::Doubles(list.iter().map(|v| v.as_f64().unwrap()).collect())
            }
            Value::Number(n) => match n.as_u64() {
                Some(short) if n.is_u64() => GeoKeyValue::Short(u16::try_from(short).unwrap()),
                _ => GeoKeyValue::Doubles(vec![n.as_f64().unwrap()]),
            },
            other => panic!("{other}"),
        };
        keys.insert(key, value);
    }
    keys
}

/// Metres between two CRSs' idea of a point given in one of them.
fn distance(a: &Crs, b: &Crs, x: f64, y: f64) -> Result<f64, tile_math::Error> {
    let (lon, lat) = Transformer::new(a, &a.geographic())?.transform(x, y)?;
    let (x2, y2) = Transformer::new(&b.geographic(), b)?.transform(lon, lat)?;
    Ok((x2 - x).hypot(y2 - y) * a.meters_per_unit())
}

#[test]
fn shared_fixtures_as_gdal() {
    let Some(folder) = shared("fixtures/tiff") else {
        return;
    };
    let text = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let (mut same, mut refused, mut wrong) = (0, Vec::new(), Vec::new());
    for file in manifest["files"].as_array().unwrap() {
        let name = file["file"].as_str().unwrap();
        let keys = &file["tiff"]["ifds"][0]["geokeys"];
        if !keys.is_object() || !file["gdal"]["ok"].as_bool().unwrap_or(false) {
            continue;
        }
        let gdal = &file["gdal"]["crs"];
        if gdal.is_null() && file["gdal"]["transform_kind"] == "none" {
            // GDAL reports the CRS of ground control points elsewhere.
            continue;
        }
        let read = Crs::from_geokeys(&keys_of(keys));
        let b = &file["gdal"]["bounds"];
        let x = f64::midpoint(b[0].as_f64().unwrap_or(0.0), b[2].as_f64().unwrap_or(0.0));
        let y = f64::midpoint(b[1].as_f64().unwrap_or(0.0), b[3].as_f64().unwrap_or(0.0));
        match (read, gdal["epsg"].as_u64(), gdal["wkt"].as_str()) {
            (Ok(None), None, None) => same += 1,
            (Ok(Some(crs)), Some(epsg), _) => {
                let expected = Crs::from_epsg(u32::try_from(epsg).unwrap()).unwrap();
                let near = distance(&crs, &expected, x, y).is_ok_and(|d| d < 1e-3);
                if crs.epsg() == expected.epsg() || near {
                    same += 1;
                } else {
                    wrong.push(format!("{name}: {crs:?}, GDAL {epsg}"));
                }
            }
            (Ok(Some(crs)), None, Some(wkt)) => match Crs::parse(wkt) {
                Ok(expected) if distance(&crs, &expected, x, y).is_ok_and(|d| d < 1e-3) => {
                    same += 1
                }
                expected => wrong.push(format!("{name}: {crs:?}, GDAL {expected:?} {wkt}")),
            },
            (Ok(found), epsg, wkt) => {
                wrong.push(format!("{name}: {found:?}, GDAL {epsg:?} {wkt:?}"))
            }
            (Err(error), epsg, wkt) => {
                refused.push(format!("{name}: {error}; GDAL {epsg:?} {wkt:?}"))
            }
        }
    }
    println!(
        "{same} as GDAL, {} refused, {} otherwise",
        refused.len(),
        wrong.len()
    );
    refused
        .iter()
        .chain(&wrong)
        .for_each(|line| println!("  {line}"));
    assert!(wrong.is_empty() && same > 100);
}

fn check_written_by_gdal(text: &str) {
    let mut failures = Vec::new();
    let mut count = 0;
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let list = |k: &str| case[k].as_array().unwrap().clone();
        let directory: Vec<u16> = list("directory")
            .iter()
            .map(|v| u16::try_from(v.as_u64().unwrap()).unwrap())
            .collect();
        let doubles: Vec<f64> = list("doubles")
            .iter()
            .map(|v| v.as_f64().unwrap())
            .collect();
        let ascii: Vec<u8> = list("ascii")
            .iter()
            .map(|v| u8::try_from(v.as_u64().unwrap()).unwrap())
            .collect();
        let id = case["id"].as_str().unwrap();
        count += 1;
        let keys = GeoKeys::parse(&directory, &doubles, &ascii).unwrap();
        let crs = match Crs::from_geokeys(&keys) {
            Ok(Some(crs)) => crs,
            other => {
                failures.push(format!("{id}: {other:?}"));
                continue;
            }
        };
        let t = Transformer::new(&crs.geographic(), &crs).unwrap();
        for point in case["points"].as_array().unwrap() {
            let n: Vec<f64> = point
                .as_array()
                .unwrap()
                .iter()
                .map(|v| v.as_f64().unwrap())
                .collect();
            match t.point(n[0], n[1]) {
                Some((x, y)) if (x - n[2]).hypot(y - n[3]) < 1e-3 => {}
                other => failures.push(format!(
                    "{id}: {other:?}, expected {} {}: {crs:?}",
                    n[2], n[3]
                )),
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {count}: {failures:#?}",
        failures.len()
    );
    println!("{count} CRSs as GDAL spells them out");
}

#[test]
fn user_defined_keys_of_gdal() {
    check_written_by_gdal(GOLDEN_GEOKEYS);
}

/// One CRS of each method that GeoTIFF has a code for, and some that it has not.
const METHODS: &[&str] = &[
    "32631", "2154", "27561", "27572", "2263", "27700", "3035", "3031", "3413", "32661", "2056",
    "23700", "29873", "3078", "5070", "3395", "3994", "28992", "6933", "4087", "31370", "2193",
    "8857", "3338", "5880", "3086", "3347", "E54009", "E54030", "E54008", "E102012", "E54012",
    "2066", "3408",
];

#[test]
fn gdal_writes_live() {
    let mut arguments = vec!["write"];
    arguments.extend(METHODS);
    let Some(text) = oracle("geokeys.py", &arguments) else {
        return;
    };
    check_written_by_gdal(&text);
}

#[test]
fn gdal_reads_ours_live() {
    let mut lines = String::new();
    let mut expected = Vec::new();
    for id in METHODS {
        let registered = by_id(id);
        // Without identifiers, everything has to be spelt out.
        let mut json = registered.to_projjson().unwrap();
        json.as_object_mut().unwrap().remove("id");
        let crs = Crs::parse(&json.to_string()).unwrap();
        for crs in [registered, crs] {
            let Ok(keys) = crs.to_geokeys() else {
                println!("not written: {id} {crs}");
                continue;
            };
            let again = Crs::from_geokeys(&keys).unwrap().unwrap();
            let t = Transformer::new(&crs.geographic(), &crs).unwrap();
            let a = by_id(id).area_of_use().unwrap().to_array();
            let (lon, lat) = (a[0] + (a[2] - a[0]) * 0.4, a[1] + (a[3] - a[1]) * 0.4);
            let (x, y) = t.transform(lon, lat).unwrap();
            let d = distance(&crs, &again, x, y).unwrap();
            assert!(d < 1e-3, "{id}: read back {d} m off: {crs:?} {again:?}");
            let (directory, doubles, ascii) = keys.to_tags().unwrap();
            let case = serde_json::json!({
                "id": id, "directory": directory, "doubles": doubles, "ascii": ascii, "points": [[lon, lat]],
            });
            lines.push_str(&format!("{case}\n"));
            expected.push((*id, x, y));
        }
    }
    assert!(expected.len() > 50);
    let path = std::env::temp_dir().join(format!("tile-math-geokeys-{}.jsonl", std::process::id()));
    std::fs::write(&path, lines).unwrap();
    let answer = oracle("geokeys.py", &["read", path.to_str().unwrap()]);
    std::fs::remove_file(&path).unwrap();
    let Some(answer) = answer else { return };
    let mut failures = Vec::new();
    for (line, (id, x, y)) in answer.lines().zip(&expected) {
        let v: Value = serde_json::from_str(line).unwrap();
        let p = &v["points"][0];
        let near = p[2]
            .as_f64()
            .zip(p[3].as_f64())
            .is_some_and(|(a, b)| (a - x).hypot(b - y) < 1e-3);
        if !near {
            failures.push(format!("{id}: {p}, expected {x} {y}: {}", v["wkt"]));
        }
    }
    assert_eq!(answer.lines().count(), expected.len());
    assert!(
        failures.is_empty(),
        "{} of {}: {failures:#?}",
        failures.len(),
        expected.len()
    );
}
