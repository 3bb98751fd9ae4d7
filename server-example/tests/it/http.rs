//! What the HTTP surface answers.

use crate::{files, npy::Npy, server::Server};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Setup {
    dir: TempDir,
    server: Server,
}

fn setup() -> Setup {
    let dir = tempfile::tempdir().unwrap();
    files::dem(dir.path());
    files::rgb(dir.path());
    files::no_crs(dir.path());
    files::rotated(dir.path());
    let server = Server::start([dir.path()]);
    Setup { dir, server }
}

fn tile_path(format: &str, rest: &str) -> String {
    let (z, x, y) = files::tile(350.0, 300.0, 12);
    format!("/cog/tiles/WebMercatorQuad/{z}/{x}/{y}{format}?{rest}")
}

#[test]
fn tiles_come_in_every_format_with_their_place() {
    let Setup { server, dir: _dir } = setup();
    for (format, media_type, start) in [
        (".png", "image/png", &b"\x89PNG"[..]),
        (".jpg", "image/jpeg", b"\xff\xd8"),
        (".jpeg", "image/jpeg", b"\xff\xd8"),
        (".webp", "image/webp", b"RIFF"),
        (".npy", "application/x-binary", b"\x93NUMPY"),
    ] {
        let answer = server.get(&tile_path(format, "url=rgb"));
        assert_eq!(answer.status, 200, "{format}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some(media_type));
        assert!(answer.body.starts_with(start), "{format}");
        assert!(answer.header("content-crs").unwrap().contains("3857"));
        assert_eq!(answer.header("content-bbox").unwrap().split(',').count(), 4);
        let timing = answer.header("server-timing").unwrap();
        for name in [
            "header;dur",
            "fetch;dur",
            "decode;dur",
            "warp;dur",
            "encode;dur",
            "requests;",
            "bytes;",
            "total;dur",
        ] {
            assert!(timing.contains(name), "{name} in {timing}");
        }
        assert_eq!(answer.header("cache-control"), Some("public, max-age=3600"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("content-encoding"), None);
    }
    // Without a format: JPEG where everything is valid, PNG where something is masked.
    let (z, x, y) = files::tile(600.0, 300.0, 14);
    let inside = server.get(&format!("/cog/tiles/WebMercatorQuad/{z}/{x}/{y}?url=rgb"));
    assert_eq!(inside.header("content-type"), Some("image/jpeg"));
    let (z, x, y) = files::tile(233.0, 300.0, 12);
    let across = server.get(&format!("/cog/tiles/WebMercatorQuad/{z}/{x}/{y}?url=rgb"));
    assert_eq!(across.header("content-type"), Some("image/png"));
}

#[test]
fn tile_values_are_the_files_values() {
    let Setup { server, dir: _dir } = setup();
    let answer = server.get(&tile_path(
        ".npy",
        "url=dem&bidx=2&bidx=1&tilesize=128&buffer=1",
    ));
    assert_eq!(answer.status, 200, "{answer:?}");
    let npy = Npy::parse(&answer.body);
    // Two bands and the mask.
    assert_eq!(npy.shape, [3, 130, 130]);
    let values = npy.f32();
    let plane = 130 * 130;
    let (mut columns, mut compared) = (Vec::new(), 0);
    for i in 0..plane {
        if values[2 * plane + i] > 0.0 {
            let (second, first) = (values[i], values[plane + i]);
            assert_eq!(
                second.floor() - 1000.0,
                first.floor(),
                "both bands are of one pixel"
            );
            columns.push(first.floor());
            compared += 1;
        }
    }
    assert!(compared > plane / 2, "{compared}");
    let least = columns.iter().copied().fold(f32::MAX, f32::min);
    let most = columns.iter().copied().fold(f32::MIN, f32::max);
    assert!(
        least < 350.0 && most > 350.0,
        "the pixel asked for is within {least} to {most}"
    );
}

#[test]
fn rescaling_colormaps_and_kernels_are_understood() {
    let Setup { server, dir: _dir } = setup();
    for rest in [
        "url=dem&bidx=1&rescale=0,700&colormap_name=viridis",
        "url=dem&bidx=1&rescale=0,700&resampling=bilinear&reproject=cubic",
        "url=dem&bidx=1&rescale=0,700&colormap=%5B%5B%5B0%2C100%5D%2C%22%23ff0000%22%5D%5D&resampling=average",
        "url=dem&bidx=1,2,1&rescale=0,700&rescale=1000,1700&rescale=0,700",
        "url=dem&bidx=1&nodata=nan&unscale=true&rescale=0,700&return_mask=false",
    ] {
        let answer = server.get(&tile_path(".png", rest));
        assert_eq!(
            answer.status,
            200,
            "{rest}: {}",
            String::from_utf8_lossy(&answer.body)
        );
    }
}

#[test]
fn what_the_client_has_is_not_sent_again_and_tags_survive_a_restart() {
    let Setup { server, dir } = setup();
    for path in [
        tile_path(".png", "url=rgb"),
        "/cog/info?url=dem".into(),
        "/cog/statistics?url=dem".into(),
        "/layers".into(),
    ] {
        let first = server.get(&path);
        let tag = first.header("etag").unwrap().to_owned();
        assert!(tag.starts_with('"'), "strong: {tag}");
        let again = server.get_with(&path, &[("if-none-match", &tag)]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), Some(tag.as_str()));
        assert!(again.header("cache-control").is_some());
        assert_eq!(
            server
                .get_with(&path, &[("if-none-match", "\"other\"")])
                .status,
            200
        );
    }
    let path = tile_path(".png", "url=rgb");
    let tag = server.get(&path).header("etag").unwrap().to_owned();
    assert_ne!(
        Some(tag.as_str()),
        server
            .get(&tile_path(".png", "url=rgb&tilesize=64"))
            .header("etag")
    );
    drop(server);
    let second = Server::start([dir.path()]);
    assert_eq!(
        second.get_with(&path, &[("if-none-match", &tag)]).status,
        304
    );
}

#[test]
fn what_was_drawn_once_is_not_drawn_again() {
    let Setup { server, dir: _dir } = setup();
    let path = tile_path(".png", "url=rgb");
    let first = server.get(&path);
    let second = server.get(&path);
    assert_eq!(second.header("server-timing"), Some("cache;desc=hit"));
    assert_eq!(first.body, second.body);
    for name in [
        "content-type",
        "content-bbox",
        "content-crs",
        "etag",
        "cache-control",
        "vary",
    ] {
        assert_eq!(first.header(name), second.header(name), "{name}");
    }
    let other = server.get(&tile_path(".png", "url=rgb&rescale=0,9"));
    assert!(other.header("server-timing").unwrap().contains("warp;dur"));
    assert_ne!(other.body, first.body);
}

#[test]
fn a_replaced_file_is_noticed_at_once() {
    let Setup { server, dir } = setup();
    let value = |server: &Server| {
        let (lon, lat) = files::place(100.0, 100.0);
        server
            .get(&format!("/cog/point/{lon},{lat}?url=rotated"))
            .json()["values"][0]
            .clone()
    };
    let before = server.get("/cog/info?url=rotated").json();
    assert_eq!(before["dtype"], "uint8");
    assert!(value(&server).is_number());
    let mut info = files::utm(cog_raster::SampleType::U16, 1);
    info.affine = before["bounds"].as_array().map(|_| info.affine.unwrap());
    let samples = cog_raster::Samples::U16(vec![777; (files::WIDTH * files::HEIGHT) as usize]);
    files::write(dir.path(), "new.tif", &info, samples, None);
    std::fs::rename(dir.path().join("new.tif"), dir.path().join("rotated.tif")).unwrap();
    assert_eq!(
        server.get("/cog/info?url=rotated").json()["dtype"],
        "uint16"
    );
    assert_eq!(value(&server), json!(777.0));
    std::fs::remove_file(dir.path().join("rotated.tif")).unwrap();
    assert_eq!(server.get("/cog/info?url=rotated").status, 404);
}

#[test]
fn information_is_titilers() {
    let Setup { server, dir: _dir } = setup();
    let info = server.get("/cog/info?url=dem").json();
    assert_eq!(info["dtype"], "float32");
    assert_eq!(info["count"], 2);
    assert_eq!(info["width"], files::WIDTH);
    assert_eq!(info["nodata_type"], "Nodata");
    assert_eq!(info["nodata_value"], -9999);
    assert_eq!(info["band_descriptions"][0], json!(["b1", "ground"]));
    assert_eq!(
        info["bounds"],
        json!([500_000.0, 5_092_000.0, 521_000.0, 5_110_000.0])
    );
    assert_eq!(info["crs"], "http://www.opengis.net/def/crs/EPSG/0/32632");
    assert_eq!(info["overviews"], json!([2, 4, 8]));
    assert_eq!(
        server.get("/cog/info?url=rgb").json()["nodata_type"],
        "Mask"
    );
    assert_eq!(
        server.get("/cog/info?url=no_crs").json()["crs"],
        Value::Null
    );

    let bounds = server.get("/cog/bounds?url=dem").json();
    let (lon, _) = files::place(0.0, 0.0);
    assert!(
        (bounds["bounds"][0].as_f64().unwrap() - lon).abs() < 0.01,
        "{bounds}"
    );
    let same = server.get("/cog/bounds?url=dem&crs=EPSG:32632").json();
    assert_eq!(same["bounds"], info["bounds"]);

    let feature = server.get("/cog/info.geojson?url=dem");
    assert_eq!(feature.header("content-type"), Some("application/geo+json"));
    let feature = feature.json();
    assert_eq!(feature["geometry"]["type"], "Polygon");
    assert_eq!(feature["properties"]["count"], 2);

    let tilejson = server
        .get("/cog/WebMercatorQuad/tilejson.json?url=dem&rescale=0,1&tile_format=webp&minzoom=3")
        .json();
    assert_eq!(tilejson["tilejson"], "3.0.0");
    assert_eq!(
        (&tilejson["minzoom"], &tilejson["maxzoom"]),
        (&json!(3), &json!(12))
    );
    let tiles = tilejson["tiles"][0].as_str().unwrap();
    assert_eq!(
        tiles,
        format!(
            "{}/cog/tiles/WebMercatorQuad/{{z}}/{{x}}/{{y}}.webp?url=dem&rescale=0%2C1&tilesize=512",
            server.url
        )
    );
}

#[test]
fn points_and_statistics_tell_the_files_values() {
    let Setup { server, dir: _dir } = setup();
    let (lon, lat) = files::place(123.0, 45.0);
    let point = server
        .get(&format!("/cog/point/{lon},{lat}?url=dem"))
        .json();
    let value = |body: &Value, band: usize| body["values"][band].as_f64().unwrap() as f32;
    assert_eq!(value(&point, 0), files::height(0, 123, 45));
    assert_eq!(value(&point, 1), files::height(1, 123, 45));
    assert_eq!(point["band_names"], json!(["b1", "b2"]));
    let (lon, lat) = files::place(5.0, 5.0);
    let missing = server
        .get(&format!("/cog/point/{lon},{lat}?url=dem&bidx=1"))
        .json();
    assert_eq!(missing["values"], json!([null]));
    let utm = server
        .get("/cog/point/503705,5108635?url=dem&coord_crs=EPSG:32632&bidx=1")
        .json();
    assert_eq!(value(&utm, 0), files::height(0, 123, 45));

    let statistics = server
        .get("/cog/statistics?url=dem&bidx=1&max_size=1024&p=50&histogram_bins=5")
        .json();
    let band = &statistics["b1"];
    assert_eq!(band["masked_pixels"], 400);
    assert_eq!(band["valid_pixels"], files::WIDTH * files::HEIGHT - 400);
    assert!((band["max"].as_f64().unwrap() - f64::from(files::height(0, 699, 599))).abs() < 1e-9);
    assert!(band["percentile_50"].is_number() && band["percentile_98"].is_null());
    assert_eq!(band["histogram"][0].as_array().unwrap().len(), 5);
    assert_eq!(band["histogram"][1].as_array().unwrap().len(), 6);
}

#[test]
fn previews_have_the_size_asked_for_also_without_georeference() {
    let Setup { server, dir: _dir } = setup();
    let shape = |path: &str| {
        let answer = server.get(path);
        assert_eq!(
            answer.status,
            200,
            "{path}: {}",
            String::from_utf8_lossy(&answer.body)
        );
        Npy::parse(&answer.body).shape
    };
    assert_eq!(
        shape("/cog/preview.npy?url=rgb&max_size=350"),
        [4, 300, 350]
    );
    assert_eq!(shape("/cog/preview.npy?url=rgb&width=70"), [4, 60, 70]);
    assert_eq!(
        shape("/cog/preview.npy?url=rgb&width=70&height=20"),
        [4, 20, 70]
    );
    assert_eq!(shape("/cog/preview.npy?url=no_crs"), [2, 48, 64]);
    assert_eq!(shape("/cog/preview.npy?url=rotated&max_size=64")[0], 2);
    let answer = server.get("/cog/preview?url=rgb&dst_crs=EPSG:3857&max_size=100");
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-crs").unwrap().contains("3857"));
    assert_eq!(server.get("/cog/preview.gif?url=rgb").status, 422);
}

#[test]
fn layers_list_what_is_on_the_map() {
    let Setup { server, dir: _dir } = setup();
    let layers = server.get("/layers").json();
    let ids: Vec<&str> = layers["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l["id"].as_str().unwrap())
        .collect();
    // A file without a place on the ground has none on the map, but can still be asked for.
    assert_eq!(ids, ["dem", "rgb", "rotated"]);
    let dem = &layers["layers"][0];
    assert_eq!(dem["dtype"], "float32");
    assert_eq!(dem["nodata"], -9999);
    assert_eq!(dem["colormap"], false);
    assert_eq!(dem["group"], Value::Null);
    let band = &dem["bands"][1];
    assert_eq!((&band["index"], &band["name"]), (&json!(2), &json!("b2")));
    let (min, max) = (band["min"].as_f64().unwrap(), band["max"].as_f64().unwrap());
    assert!(
        (1000.0..1100.0).contains(&min) && (1600.0..1701.0).contains(&max),
        "{min} {max}"
    );
    assert_eq!(
        layers["layers"][1]["bands"][0]["color_interpretation"],
        "red"
    );
    let url = dem["url"].as_str().unwrap();
    assert_eq!(server.get(&format!("/cog/info?url={url}")).status, 200);
}

#[test]
fn names_are_listed_and_defined() {
    let Setup { server, dir: _dir } = setup();
    let sets = server.get("/tileMatrixSets").json();
    assert_eq!(sets["tileMatrixSets"].as_array().unwrap().len(), 13);
    let one = server.get("/tileMatrixSets/WebMercatorQuad").json();
    assert_eq!(one["tileMatrices"][0]["id"], "0");
    assert_eq!(server.get("/tileMatrixSets/Flat").status, 422);
    let maps = server.get("/colorMaps").json();
    assert!(
        maps["colormaps"]
            .as_array()
            .unwrap()
            .iter()
            .any(|map| map["id"] == "viridis")
    );
    let map = server.get("/colorMaps/viridis").json();
    assert_eq!(map["0"], json!([68, 1, 84, 255]));
    assert_eq!(map.as_object().unwrap().len(), 256);
    let strip = server.get("/colorMaps/magma?format=png&width=64&height=4");
    assert_eq!(strip.header("content-type"), Some("image/png"));
    assert_eq!(server.get("/colorMaps/none").status, 422);
}

#[test]
fn pages_are_html_for_browsers_and_json_for_programs() {
    let Setup { server, dir: _dir } = setup();
    let page = server.get_with("/", &[("accept", "text/html")]);
    assert!(
        page.header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    let links = server
        .get_with("/", &[("accept", "application/json")])
        .json();
    for link in links["links"].as_array().unwrap() {
        let href = link["href"]
            .as_str()
            .unwrap()
            .strip_prefix(&server.url)
            .unwrap();
        let status = server.get(href).status;
        assert!(status < 400, "{href}: {status}");
    }
    let docs = server.get("/docs/");
    assert_eq!(docs.status, 200);
    assert_eq!(server.get("/healthz").json()["status"], "ok");
    assert_eq!(server.get("/readyz").json()["status"], "ready");
    let nothing = server.get("/no/such/thing");
    assert_eq!(nothing.status, 404);
    assert!(nothing.detail().contains("/docs"));
}

#[test]
fn text_is_compressed_and_a_compressed_answer_has_its_own_tag() {
    let Setup { server, dir: _dir } = setup();
    let plain = server.get_with(
        "/tileMatrixSets/WebMercatorQuad",
        &[("accept-encoding", "identity")],
    );
    let zipped = server.get_with(
        "/tileMatrixSets/WebMercatorQuad",
        &[("accept-encoding", "gzip")],
    );
    assert_eq!(zipped.header("content-encoding"), Some("gzip"));
    assert!(zipped.body.len() < plain.body.len() / 2);
    let (a, b) = (
        plain.header("etag").unwrap(),
        zipped.header("etag").unwrap(),
    );
    assert_ne!(a, b);
    let again = server.get_with(
        "/tileMatrixSets/WebMercatorQuad",
        &[("accept-encoding", "gzip"), ("if-none-match", b)],
    );
    assert_eq!((again.status, again.header("etag")), (304, Some(b)));
}
