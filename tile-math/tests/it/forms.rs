//! A CRS is the same in whatever form it is written.

use serde_json::Value;
use tile_math::{Crs, Transformer};

use crate::support::{GOLDEN_FORMS, by_id, oracle};

/// Metres between two CRSs, the datum aside, at two points in the area of use.
fn apart(a: &Crs, b: &Crs) -> f64 {
    let area = a
        .area_of_use()
        .map_or([0.0, 40.0, 10.0, 50.0], |a| a.to_array());
    let east = if area[2] < area[0] {
        area[2] + 360.0
    } else {
        area[2]
    };
    let (base_a, base_b) = (a.geographic(), b.geographic());
    // Another celestial body has its positions from its own base.
    let start = if base_a.semi_major_axis() > 6.3e6 {
        Crs::wgs84()
    } else {
        base_a.clone()
    };
    let prepared = (
        Transformer::new(&start, &base_a),
        Transformer::new(&base_a, a),
        Transformer::new(&base_b, b),
    );
    let (Ok(to_base), Ok(ta), Ok(tb)) = prepared else {
        return f64::INFINITY;
    };
    // PROJ strings give degrees where the registry has grads.
    let unit = base_a.meters_per_unit() / base_b.meters_per_unit();
    [0.25, 0.75]
        .iter()
        .map(|f| {
            let at = (
                area[0] + (east - area[0]) * f,
                area[1] + (area[3] - area[1]) * f,
            );
            let Some((lon, lat)) = to_base.point(at.0, at.1) else {
                return 0.0;
            };
            match (ta.point(lon, lat), tb.point(lon * unit, lat * unit)) {
                (Some(p), Some(q)) => {
                    let unit = if a.is_geographic() { unit } else { 1.0 };
                    (p.0 - q.0 / unit).hypot(p.1 - q.1 / unit)
                }
                (None, None) => 0.0,
                _ => f64::INFINITY,
            }
        })
        .fold(0.0, f64::max)
}

fn check(text: &str) -> usize {
    let mut failures = Vec::new();
    let mut count = 0;
    for line in text.lines() {
        let v: Value = serde_json::from_str(line).unwrap();
        let [id, form, text] = ["id", "form", "text"].map(|k| v[k].as_str().unwrap());
        let crs = by_id(id);
        if Transformer::new(&crs.geographic(), &crs).is_err() {
            continue;
        }
        count += 1;
        match Crs::parse(text) {
            Err(error) => failures.push(format!("{id} {form}: {error}")),
            // WKT 2 and PROJJSON carry identifiers at all levels.
            Ok(read) if matches!(form, "wkt2" | "projjson") => {
                if read != crs {
                    failures.push(format!("{id} {form}: {read:?}"));
                }
            }
            Ok(read) => {
                let d = apart(&crs, &read);
                if d > 1e-3 {
                    failures.push(format!("{id} {form}: {d} apart, {read:?}"));
                }
            }
        }
        // And what we write, we read.
        if form == "wkt2" {
            let written = crs.to_wkt().zip(crs.to_projjson());
            if let Some((wkt, json)) = written {
                for text in [wkt, json.to_string()] {
                    match Crs::parse(&text) {
                        Ok(read) if read == crs => {}
                        other => failures.push(format!("{id} as written: {other:?}\n{text}")),
                    }
                }
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {count}: {:#?}",
        failures.len(),
        &failures[..failures.len().min(10)]
    );
    count
}

#[test]
fn golden_forms() {
    assert!(check(GOLDEN_FORMS) > 50);
}

#[test]
fn proj_live() {
    let Some(text) = oracle("forms.py", &["every:23"]) else {
        return;
    };
    // What WKT 1 and PROJ strings cannot say: spheres of EASE grids and of Esri's orthographics, south-west axes, and a
    // vertical part that Esri writes beside the definition.
    let lossy = [
        "3973", "3974", "3975", "9311", "E102035", "E102037", "8045", "9895",
    ];
    let complete = |line: &&str| {
        let v: Value = serde_json::from_str(line).unwrap();
        let whole = matches!(v["form"].as_str().unwrap(), "wkt2" | "projjson");
        whole || !lossy.contains(&v["id"].as_str().unwrap())
    };
    let lines: Vec<&str> = text.lines().filter(complete).collect();
    println!("{} forms", check(&lines.join("\n")));
}

#[test]
fn equality_knows_identifier_and_coordinates() {
    use std::collections::HashSet;
    let set: HashSet<Crs> = [
        Crs::wgs84(),
        Crs::from_epsg(4326).unwrap(),
        Crs::parse("urn:ogc:def:crs:EPSG::4326").unwrap(),
        Crs::crs84(),
        Crs::parse("+proj=longlat +datum=WGS84").unwrap(),
    ]
    .into();
    assert_eq!(set.len(), 3);
    assert!(set.iter().all(|crs| crs.same_coordinates(&Crs::wgs84())));
}

#[test]
fn esri_polar_and_web_mercator() {
    let mercator = r#"PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]"#;
    assert!(apart(&Crs::web_mercator(), &Crs::parse(mercator).unwrap()) < 1e-6);
    let gdal = r#"PROJCS["x",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Mercator_1SP"],PARAMETER["central_meridian",0],PARAMETER["scale_factor",1],PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1],EXTENSION["PROJ4","+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +wktext +no_defs"]]"#;
    assert!(apart(&Crs::web_mercator(), &Crs::parse(gdal).unwrap()) < 1e-6);
}
