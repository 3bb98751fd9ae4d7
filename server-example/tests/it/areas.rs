//! Boxes, shapes and what is counted inside them.

use crate::{files, npy::Npy, server::Server};
use serde_json::json;

struct Setup {
    server: Server,
    _dir: tempfile::TempDir,
}

fn setup() -> Setup {
    let dir = tempfile::tempdir().unwrap();
    files::dem(dir.path());
    files::rgb(dir.path());
    let server = Server::start([dir.path()]);
    Setup { server, _dir: dir }
}

/// A box of `side` pixels around a pixel, as a path writes it, in UTM.
fn utm_box(col: f64, row: f64, side: f64) -> String {
    let (x, y) = (500_000.0 + 30.0 * col, 5_110_000.0 - 30.0 * row);
    let half = 15.0 * side;
    format!("{},{},{},{}", x - half, y - half, x + half, y + half)
}

#[test]
fn a_box_of_whole_pixels_is_those_pixels() {
    let Setup { server, _dir } = setup();
    let place = utm_box(310.0, 210.0, 20.0);
    let path = format!("/cog/bbox/{place}.npy?url=dem&coord_crs=EPSG:32632&return_mask=false");
    let answer = server.get(&path);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.header("content-crs").unwrap().contains("32632"));
    let array = Npy::parse(&answer.body);
    assert_eq!(array.shape, [2, 20, 20]);
    let values = array.f32();
    assert_eq!(values[0], files::height(0, 300, 200));
    assert_eq!(values[399], files::height(0, 319, 219));
    assert_eq!(values[400], files::height(1, 300, 200));
    // At a size in the path, and at one in the query.
    let sized = format!("/cog/bbox/{place}/10x5.npy?url=dem&coord_crs=EPSG:32632");
    assert_eq!(Npy::parse(&server.get(&sized).body).shape, [3, 5, 10]);
    let sized = format!("/cog/bbox/{place}.npy?url=dem&coord_crs=EPSG:32632&max_size=10");
    assert_eq!(Npy::parse(&server.get(&sized).body).shape, [3, 10, 10]);
    assert_eq!(
        Npy::parse(&server.get("/cog/preview/30x20.npy?url=dem").body).shape,
        [3, 20, 30]
    );
}

#[test]
fn a_box_is_in_degrees_and_its_picture_too_unless_something_else_is_said() {
    let Setup { server, _dir } = setup();
    let (west, south) = files::place(300.0, 320.0);
    let (east, north) = files::place(340.0, 290.0);
    let place = format!("{west},{south},{east},{north}");
    let answer = server.get(&format!("/cog/bbox/{place}.png?url=rgb"));
    assert!(
        answer.header("content-crs").unwrap().contains("4326"),
        "{answer:?}"
    );
    let answer = server.get(&format!("/cog/bbox/{place}.png?url=rgb&dst_crs=EPSG:3857"));
    assert!(answer.header("content-crs").unwrap().contains("3857"));
}

#[test]
fn a_box_outside_is_a_picture_of_nothing() {
    let Setup { server, _dir } = setup();
    let answer = server.get("/cog/bbox/-60,-10,-59.9,-9.9/8x8.npy?url=dem");
    assert_eq!(answer.status, 200, "{answer:?}");
    let array = Npy::parse(&answer.body);
    assert_eq!(array.shape, [3, 8, 8]);
    assert!(array.f32()[128..].iter().all(|&mask| mask == f32::MIN));
}

#[test]
fn a_shape_leaves_out_what_is_outside() {
    let Setup { server, _dir } = setup();
    let mut half: serde_json::Value =
        serde_json::from_str(&files::square(350.0, 300.0, 100.0)).unwrap();
    // Without its lower left corner the square is a triangle.
    let ring = half["geometry"]["coordinates"][0].as_array_mut().unwrap();
    ring.remove(3);
    let whole = server.post("/cog/feature.npy?url=dem&max_size=64", &half.to_string());
    assert_eq!(whole.status, 200, "{whole:?}");
    assert_eq!(whole.header("cache-control"), None);
    assert_eq!(whole.header("etag"), None);
    let array = Npy::parse(&whole.body);
    assert_eq!(array.shape[0], 3);
    let pixels = array.shape[1] * array.shape[2];
    let counted = array.f32()[2 * pixels..]
        .iter()
        .filter(|&&mask| mask == f32::MAX)
        .count();
    assert!(
        counted > pixels * 9 / 20 && counted < pixels * 11 / 20,
        "{counted} of {pixels}"
    );
    // Something masked: PNG.
    let drawn = server.post("/cog/feature?url=rgb&max_size=64", &half.to_string());
    assert_eq!(drawn.header("content-type"), Some("image/png"));
    let sized = server.post(
        "/cog/feature/12x9.npy?url=dem",
        &files::square(350.0, 300.0, 100.0),
    );
    assert_eq!(Npy::parse(&sized.body).shape, [3, 9, 12]);
}

#[test]
fn statistics_of_shapes_count_by_the_share_inside() {
    let Setup { server, _dir } = setup();
    let utm = json!({
        "type": "Feature", "properties": { "name": "kept" },
        "geometry": { "type": "Polygon", "coordinates": [[
            // 10 pixels wide and 4.5 high, from pixel 300, 200.
            [509_000.0, 5_104_000.0], [509_300.0, 5_104_000.0],
            [509_300.0, 5_103_865.0], [509_000.0, 5_103_865.0], [509_000.0, 5_104_000.0],
        ]] },
    });
    let path = "/cog/statistics?url=dem&bidx=1&coord_crs=EPSG:32632&cover_scale=100";
    let answer = server.post(path, &utm.to_string());
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/geo+json"));
    let feature = answer.json();
    assert_eq!(feature["properties"]["name"], "kept");
    let band = &feature["properties"]["statistics"]["b1"];
    let count = band["count"].as_f64().unwrap();
    assert!((count - 45.0).abs() < 1.0, "{count}");
    assert_eq!(band["min"], f64::from(files::height(0, 300, 200)));
    // A collection has as many answers as features.
    let both = json!({ "type": "FeatureCollection", "features": [utm, utm] });
    let answer = server.post(path, &both.to_string()).json();
    assert_eq!(answer["features"].as_array().unwrap().len(), 2);
    assert_eq!(
        answer["features"][1]["properties"]["statistics"]["b1"],
        *band
    );
}

#[test]
fn a_body_that_is_no_shape_is_refused_with_what_is_wrong() {
    let Setup { server, _dir } = setup();
    let point =
        r#"{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1,2]}}"#;
    for (path, body, word) in [
        ("/cog/feature.png?url=dem", "", "JSON"),
        ("/cog/feature.png?url=dem", "[1]", "GeoJSON"),
        ("/cog/feature.png?url=dem", point, "Polygon"),
        ("/cog/statistics?url=dem", "{", "JSON"),
        ("/cog/statistics?url=dem", "{}", "FeatureCollection"),
        ("/cog/statistics?url=dem", point, "Polygon"),
    ] {
        let answer = server.post(path, body);
        assert_eq!(answer.status, 422, "{path} {body}: {answer:?}");
        assert!(
            answer.detail().contains(word),
            "{body}: {}",
            answer.detail()
        );
    }
    assert_eq!(server.post("/cog/nothing", "{}").status, 404);
    assert_eq!(server.post("/cog/info?url=dem", "{}").status, 405);
}

#[test]
fn expressions_are_bands_of_their_own() {
    let Setup { server, _dir } = setup();
    let (lon, lat) = files::place(350.5, 300.5);
    let path = format!("/cog/point/{lon},{lat}?url=dem&expression=b2-b1%3B(b1%3E100)*2");
    let point = server.get(&path).json();
    assert_eq!(point["values"], json!([1000.0, 2.0]));
    assert_eq!(point["band_names"], json!(["b1", "b2"]));
    assert_eq!(point["band_descriptions"][0], "b2-ground");
    let answer =
        server.get("/cog/preview.npy?url=dem&expression=b2-b1&max_size=32&return_mask=false");
    let array = Npy::parse(&answer.body);
    assert_eq!(array.shape[0], 1);
    assert!(array.f32()[200..].iter().all(|v| (v - 1000.0).abs() < 1.0));
    let statistics = server
        .get("/cog/statistics?url=dem&expression=b2-b1")
        .json();
    assert!((statistics["b1"]["mean"].as_f64().unwrap() - 1000.0).abs() < 1.0);
}
