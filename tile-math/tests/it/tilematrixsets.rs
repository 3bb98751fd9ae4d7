//! Tile matrix sets agree with morecantile 7.1: documents, tiles, relatives, zooms.

use serde_json::Value;
use tile_math::{BoundingBox, CornerOfOrigin, Crs, Tile, TileMatrixSet, ZoomStrategy};

use crate::support::{GOLDEN_TMS, oracle};

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_f64().unwrap())
        .collect()
}

fn tile(v: &Value) -> Tile {
    let n = |i: usize| v[i].as_i64().unwrap();
    Tile::new(
        i8::try_from(n(0)).unwrap(),
        u32::try_from(n(1)).unwrap(),
        u32::try_from(n(2)).unwrap(),
    )
}

fn tiles(v: &Value) -> Vec<Tile> {
    v.as_array().unwrap().iter().map(tile).collect()
}

fn near(a: &[f64], b: &[f64], tolerance: f64, what: &str) {
    assert_eq!(a.len(), b.len());
    for (x, y) in a.iter().zip(b) {
        assert!(
            (x - y).abs() <= tolerance * y.abs().max(1.0),
            "{what}: {a:?} {b:?}"
        );
    }
}

/// JSON equality with numbers compared as numbers.
fn same(a: &Value, b: &Value, at: &str) {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => {
            let (x, y) = (x.as_f64().unwrap(), y.as_f64().unwrap());
            assert!((x - y).abs() <= 1e-15 * y.abs(), "{at}: {x} {y}");
        }
        (Value::Array(x), Value::Array(y)) => {
            assert_eq!(x.len(), y.len(), "{at}");
            x.iter()
                .zip(y)
                .enumerate()
                .for_each(|(i, (x, y))| same(x, y, &format!("{at}[{i}]")));
        }
        (Value::Object(x), Value::Object(y)) => {
            let keys: std::collections::BTreeSet<&String> = x.keys().chain(y.keys()).collect();
            for key in keys {
                // A default need not be written.
                if key == "cornerOfOrigin" && !y.contains_key(key) {
                    continue;
                }
                let null = Value::Null;
                same(
                    x.get(key).unwrap_or(&null),
                    y.get(key).unwrap_or(&null),
                    &format!("{at}.{key}"),
                );
            }
        }
        _ => assert_eq!(a, b, "{at}"),
    }
}

fn check(text: &str) {
    let mut counts = std::collections::BTreeMap::<String, u32>::new();
    for line in text.lines() {
        let v: Value = serde_json::from_str(line).unwrap();
        let kind = v["kind"].as_str().unwrap();
        *counts.entry(kind.to_owned()).or_default() += 1;
        let get = || TileMatrixSet::builtin(v["tms"].as_str().unwrap()).unwrap();
        match kind {
            "set" => {
                let tms = get();
                same(&tms.to_value(), &v["document"], tms.id());
                assert_eq!(i64::from(tms.min_zoom()), v["minzoom"]);
                assert_eq!(i64::from(tms.max_zoom()), v["maxzoom"]);
                assert_eq!(tms.is_quadtree(), v["quadtree"]);
                assert_eq!(tms.is_variable(), v["variable"]);
                assert_eq!(tms.axis_inverted(), v["inverted"]);
                near(
                    &tms.xy_bbox().to_array(),
                    &numbers(&v["xy_bbox"]),
                    1e-12,
                    tms.id(),
                );
                if tms.id() == "UTM31WGS84Quad" {
                    // It reaches around both poles, of which the original finds one.
                    assert_eq!(tms.bbox(), BoundingBox::new(-180.0, -90.0, 180.0, 90.0));
                } else {
                    near(&tms.bbox().to_array(), &numbers(&v["bbox"]), 1e-9, tms.id());
                }
            }
            "tile" => check_tile(&get(), &v),
            "point" => {
                let tms = get();
                let z = i8::try_from(v["z"].as_i64().unwrap()).unwrap();
                let got = tms
                    .tile(v["lon"].as_f64().unwrap(), v["lat"].as_f64().unwrap(), z)
                    .unwrap();
                assert_eq!(got, tile(&v["tile"]), "{line}");
            }
            "zoom" => {
                let tms = get();
                let res = v["res"].as_f64().unwrap();
                for (name, strategy) in [
                    ("auto", ZoomStrategy::Auto),
                    ("lower", ZoomStrategy::Lower),
                    ("upper", ZoomStrategy::Upper),
                ] {
                    // The original forgets the strategy at and below zoom 0.
                    if v["zooms"]["upper"].as_i64().unwrap() <= 0 {
                        continue;
                    }
                    let got = tms.zoom_for_resolution(res, strategy).unwrap();
                    assert_eq!(
                        i64::from(got),
                        v["zooms"][name],
                        "{} {res} {name}",
                        tms.id()
                    );
                }
            }
            "tiles" => {
                let tms = get();
                let b: [f64; 4] = numbers(&v["box"]).try_into().unwrap();
                let z = i8::try_from(v["z"].as_i64().unwrap()).unwrap();
                let found = tms.tiles(b.into(), &[z]).unwrap();
                assert_eq!(found.count_total(), found.clone().count() as u64, "{line}");
                let mut got: Vec<Tile> = found.collect();
                let mut expected = tiles(&v["tiles"]);
                if tms.is_variable() {
                    // The original leaves out coalesced tiles that begin before the box.
                    assert!(expected.iter().all(|t| got.contains(t)), "{line}");
                } else {
                    // Order is the original's; in boxes across the antimeridian too.
                    assert_eq!(got, expected, "{line}");
                }
                got.sort_unstable();
                expected.sort_unstable();
            }
            "custom" => {
                let tms = custom(&v);
                let mut document = tms.to_value();
                if v["parameters"]["ordered_axes"].is_array() {
                    // The original forgets the axes that its origin is given in; ours says them.
                    assert_eq!(document["orderedAxes"], v["parameters"]["ordered_axes"]);
                    document.as_object_mut().unwrap().remove("orderedAxes");
                }
                same(&document, &v["document"], tms.id());
            }
            other => panic!("{other}"),
        }
    }
    println!("{counts:?}");
}

fn check_tile(tms: &TileMatrixSet, v: &Value) {
    let t = tile(&v["tile"]);
    let what = format!("{} {t}", tms.id());
    let b = tms.xy_bounds(t).unwrap();
    near(&b.to_array(), &numbers(&v["xy_bounds"]), 1e-14, &what);
    for (corner, found) in [("ul", tms.upper_left(t)), ("lr", tms.lower_right(t))] {
        let expected = numbers(&v[corner]);
        if expected.iter().any(|n| n.is_infinite() || n.is_nan()) {
            continue;
        }
        let (lon, lat) = found.unwrap();
        // At poles and far beyond the projection's area the longitude is anything.
        if expected[1].abs() < 89.999 {
            let turn = (lon - expected[0]).abs();
            assert!(
                turn.min((turn - 360.0).abs()) < 1e-8 && (lat - expected[1]).abs() < 2e-8,
                "{what} {corner}: {lon} {lat} {expected:?}"
            );
        }
    }
    if tms.is_variable() {
        // Beside rows of other coalescence the original counts differently; both hold each other's own row.
        let own: Vec<Tile> = tiles(&v["neighbors"])
            .into_iter()
            .filter(|n| n.y == t.y)
            .collect();
        let got: Vec<Tile> = tms
            .neighbors(t)
            .unwrap()
            .into_iter()
            .filter(|n| n.y == t.y)
            .collect();
        assert_eq!(got, own, "{what}");
    } else {
        let mut expected = tiles(&v["neighbors"]);
        expected.sort_unstable();
        assert_eq!(tms.neighbors(t).unwrap(), expected, "{what}");
        assert_eq!(tms.parents(t).unwrap(), tiles(&v["parents"]), "{what}");
        if v["children"].is_array() {
            assert_eq!(tms.children(t).unwrap(), tiles(&v["children"]), "{what}");
        }
    }
    match v["quadkey"].as_str() {
        Some(key) => {
            assert_eq!(tms.quadkey(t).unwrap(), key, "{what}");
            assert_eq!(tms.tile_from_quadkey(key).unwrap(), t, "{what}");
        }
        None => assert!(tms.quadkey(t).is_err(), "{what}"),
    }
}

fn custom(v: &Value) -> TileMatrixSet {
    let p = &v["parameters"];
    let epsg =
        |key: &str| Crs::from_epsg(u32::try_from(p[key].as_u64().unwrap()).unwrap()).unwrap();
    let extent: [f64; 4] = numbers(&p["extent"]).try_into().unwrap();
    let integer = |key: &str, default: u32| {
        p[key]
            .as_u64()
            .map_or(default, |n| u32::try_from(n).unwrap())
    };
    let zoom = |key: &str, default: u32| i8::try_from(integer(key, default)).unwrap();
    let mut builder = TileMatrixSet::custom(&epsg("epsg"), extent.into())
        .id(v["id"].as_str().unwrap())
        .tile_size(integer("tile_width", 256), integer("tile_height", 256))
        .decimation_base(integer("decimation_base", 2))
        .zooms(zoom("minzoom", 0)..=zoom("maxzoom", 24));
    if let Some(scale) = p["matrix_scale"].as_array() {
        let n = |i: usize| u32::try_from(scale[i].as_u64().unwrap()).unwrap();
        builder = builder.matrix_scale(n(0), n(1));
    }
    if p["extent_epsg"].is_number() {
        builder = builder.extent_crs(&epsg("extent_epsg"));
    }
    if p["corner_of_origin"] == "bottomLeft" {
        builder = builder.corner_of_origin(CornerOfOrigin::BottomLeft);
    }
    if let Some(axes) = p["ordered_axes"].as_array() {
        let axis = |i: usize| axes[i].as_str().unwrap().to_owned();
        builder = builder.ordered_axes(axis(0), axis(1));
    }
    builder.build().unwrap()
}

#[test]
fn golden_vectors() {
    check(GOLDEN_TMS);
}

#[test]
fn morecantile_live() {
    let Some(text) = oracle("tms.py", &["250"]) else {
        return;
    };
    check(&text);
}

#[test]
fn morecantile_reads_ours() {
    let utm = Crs::from_epsg(32631).unwrap();
    let local = Crs::parse("+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80")
        .unwrap();
    let mut documents: Vec<TileMatrixSet> = TileMatrixSet::builtin_ids()
        .iter()
        .map(|id| (*TileMatrixSet::builtin(id).unwrap()).clone())
        .collect();
    for (id, crs) in [("OfUtm", &utm), ("OfLocal", &local)] {
        let extent = BoundingBox::new(100_000.0, 200_000.0, 900_000.0, 1_000_000.0);
        documents.push(
            TileMatrixSet::custom(crs, extent)
                .id(id)
                .zooms(0..=5)
                .build()
                .unwrap(),
        );
    }
    // Ours reads ours.
    for tms in &documents {
        let again = TileMatrixSet::from_json(&tms.to_json()).unwrap();
        assert_eq!(again.document(), tms.document());
        assert!(again.crs().same_coordinates(tms.crs()), "{}", tms.id());
    }
    let folder = std::env::temp_dir().join(format!("tile-math-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("documents.jsonl");
    std::fs::write(
        &path,
        documents
            .iter()
            .flat_map(|t| [t.to_json(), "\n".to_owned()])
            .collect::<String>(),
    )
    .unwrap();
    let answer = oracle("tms.py", &["0", path.to_str().unwrap()]);
    std::fs::remove_dir_all(&folder).unwrap();
    let Some(answer) = answer else { return };
    assert_eq!(answer.lines().count(), documents.len());
    for (line, tms) in answer.lines().zip(&documents) {
        let v: Value = serde_json::from_str(line).unwrap();
        assert_eq!(v["tms"], tms.id());
        assert_eq!(v["quadtree"], tms.is_quadtree());
        assert_eq!(
            v["epsg"].as_u64(),
            tms.crs().epsg().map(u64::from),
            "{}",
            tms.id()
        );
        let first = tms.xy_bounds(Tile::new(tms.min_zoom(), 0, 0)).unwrap();
        near(&first.to_array(), &numbers(&v["tile"]), 1e-14, tms.id());
    }
}

#[test]
fn invalid_documents_say_where() {
    let good: Value = TileMatrixSet::builtin("WebMercatorQuad")
        .unwrap()
        .to_value();
    assert!(TileMatrixSet::from_value(good.clone()).is_ok());
    let cases: [(&str, Value, &str); 9] = [
        (
            "/tileMatrices/3/cellSize",
            0.into(),
            "tileMatrices[3].cellSize",
        ),
        ("/tileMatrices/3/cellSize", "x".into(), "document"),
        ("/tileMatrices/3/id", "2".into(), "tileMatrices[3].id"),
        ("/tileMatrices/3/id", "abc".into(), "document"),
        (
            "/tileMatrices/3/matrixWidth",
            0.into(),
            "tileMatrices[3].matrixWidth",
        ),
        ("/tileMatrices/0/tileWidth", (-1).into(), "document"),
        ("/tileMatrices", serde_json::json!([]), "tileMatrices"),
        ("/id", "no/slash".into(), "id"),
        (
            "/crs",
            serde_json::json!({"referenceSystem": {}}),
            "crs.referenceSystem",
        ),
    ];
    for (pointer, value, at) in cases {
        let mut document = good.clone();
        *document.pointer_mut(pointer).unwrap() = value;
        let error = TileMatrixSet::from_value(document).unwrap_err().to_string();
        assert!(error.contains(at), "{pointer}: {error}");
    }
    let mut unknown = good.clone();
    unknown["tileMatrices"][0]["resolution"] = 1.into();
    assert!(TileMatrixSet::from_value(unknown).is_err());
    let mut ignored = good;
    ignored["links"] = serde_json::json!([]);
    assert!(TileMatrixSet::from_value(ignored).is_ok());
}
