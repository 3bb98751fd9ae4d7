//! STAC items: what is read of their assets.

use crate::{files, npy::Npy, server::Server};
use serde_json::{Value, json};

struct Setup {
    server: Server,
    _dir: tempfile::TempDir,
}

/// An item beside its assets, as a STAC 1.0 catalog has it.
pub(crate) fn item() -> Value {
    json!({
        "type": "Feature", "stac_version": "1.0.0", "id": "scene",
        "stac_extensions": ["https://stac-extensions.github.io/raster/v1.1.0/schema.json"],
        "bbox": [9.0, 45.9, 9.3, 46.2],
        "geometry": { "type": "Polygon", "coordinates": [[[9.0, 45.9], [9.3, 45.9], [9.3, 46.2], [9.0, 46.2], [9.0, 45.9]]] },
        "properties": {
            "datetime": "2026-01-02T03:04:05Z",
            "renders": {
                "ground": { "title": "Heights", "assets": ["dem"], "asset_bidx": ["dem|1"], "rescale": [[0, 700]], "colormap_name": "viridis" },
                "broken": { "assets": ["dem"], "colormap_name": "none such" },
            },
        },
        "links": [],
        "assets": {
            "dem": { "href": "./dem.tif", "type": "image/tiff; application=geotiff" },
            "visual": { "href": "./rgb.tif", "type": "image/tiff; application=geotiff; profile=cloud-optimized" },
            "thumbnail": { "href": "./small.png", "type": "image/png" },
            "gone": { "href": "./gone.tif", "type": "image/tiff; application=geotiff" },
            "outside": { "href": "../../etc/passwd.tif", "type": "image/tiff; application=geotiff" },
        },
    })
}

fn setup() -> Setup {
    let dir = tempfile::tempdir().unwrap();
    files::dem(dir.path());
    files::rgb(dir.path());
    std::fs::write(dir.path().join("item.json"), item().to_string()).unwrap();
    let server = Server::start([dir.path()]);
    Setup { server, _dir: dir }
}

fn tile(rest: &str) -> String {
    let (z, x, y) = files::tile(350.0, 300.0, 12);
    format!("/stac/tiles/WebMercatorQuad/{z}/{x}/{y}{rest}")
}

#[test]
fn assets_are_listed_and_described() {
    let Setup { server, _dir } = setup();
    let assets = server.get("/stac/assets?url=item.json");
    assert_eq!(assets.status, 200, "{assets:?}");
    assert_eq!(assets.json(), json!(["dem", "visual", "gone", "outside"]));
    let info = server
        .get("/stac/info?url=item.json&assets=dem&assets=visual")
        .json();
    assert_eq!(info["dem"]["dtype"], "float32");
    assert_eq!(info["visual"]["count"], 3);
    let feature = server
        .get("/stac/info.geojson?url=item.json&assets=dem")
        .json();
    assert_eq!(feature["bbox"], json!([9.0, 45.9, 9.3, 46.2]));
    assert_eq!(feature["properties"]["dem"]["width"], files::WIDTH);
}

#[test]
fn bands_of_several_assets_are_one_picture() {
    let Setup { server, _dir } = setup();
    let (lon, lat) = files::place(350.5, 300.5);
    let point = |rest: &str| server.get(&format!("/stac/point/{lon},{lat}?url=item.json&{rest}"));
    let both = point("assets=dem&assets=visual|bidx=3,1").json();
    assert_eq!(both["band_names"], json!(["b1", "b2", "b3", "b4"]));
    assert_eq!(
        both["band_descriptions"],
        json!(["dem_ground", "dem_b2", "visual_b3", "visual_b1"])
    );
    let heights = &both["values"];
    let step = heights[1].as_f64().unwrap() - heights[0].as_f64().unwrap();
    assert!((step - 1000.0).abs() < 1e-3, "{step}");
    // An expression counts bands through all assets; one of an asset only its own.
    let sum = point("assets=dem|bidx=2&assets=dem|expression=b1*2&expression=b1%2Bb2").json();
    let (first, second) = (heights[0].as_f64().unwrap(), heights[1].as_f64().unwrap());
    assert!((sum["values"][0].as_f64().unwrap() - (second + first * 2.0)).abs() < 1e-3);
    let named = point("assets=dem|bidx=1&asset_as_band=true").json();
    assert_eq!(named["band_descriptions"], json!(["dem"]));

    let answer = server.get(&tile(".npy?url=item.json&assets=dem&assets=visual"));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(Npy::parse(&answer.body).shape, [6, 256, 256]);
    assert!(answer.header("etag").is_some());
    let again = server.get_with(
        &tile(".npy?url=item.json&assets=dem&assets=visual"),
        &[("if-none-match", answer.header("etag").unwrap())],
    );
    assert_eq!(again.status, 304);
    let picture = server.get(&tile(".png?url=item.json&assets=visual"));
    assert_eq!(picture.header("content-type"), Some("image/png"));
    let preview =
        server.get("/stac/preview.npy?url=item.json&assets=dem&assets=visual&max_size=64");
    assert_eq!(Npy::parse(&preview.body).shape[0], 6);
}

#[test]
fn statistics_are_of_each_asset_or_of_all() {
    let Setup { server, _dir } = setup();
    let each = server
        .get("/stac/asset_statistics?url=item.json&assets=dem&assets=visual")
        .json();
    assert!(each["dem"]["b2"]["mean"].as_f64().unwrap() > 1000.0);
    assert_eq!(each["visual"].as_object().unwrap().len(), 3);
    let all = server
        .get("/stac/statistics?url=item.json&assets=dem|bidx=2&assets=visual")
        .json();
    assert_eq!(all.as_object().unwrap().len(), 4);
    assert!(all["b1"]["mean"].as_f64().unwrap() > 1000.0);
    let shape = files::square(350.0, 300.0, 60.0);
    let of_shape = server
        .post("/stac/statistics?url=item.json&assets=dem", &shape)
        .json();
    assert!(
        of_shape["properties"]["statistics"]["b1"]["count"]
            .as_f64()
            .unwrap()
            > 3000.0
    );
}

#[test]
fn maps_of_an_item_know_where_it_lies_and_how_it_wants_to_be_shown() {
    let Setup { server, _dir } = setup();
    let tilejson = server
        .get("/stac/WebMercatorQuad/tilejson.json?url=item.json&assets=dem")
        .json();
    assert_eq!(tilejson["bounds"], json!([9.0, 45.9, 9.3, 46.2]));
    assert_eq!(tilejson["name"], "scene");
    let tiles = tilejson["tiles"][0].as_str().unwrap();
    assert!(
        tiles.contains("/stac/tiles/WebMercatorQuad/") && tiles.contains("assets=dem"),
        "{tiles}"
    );
    assert!(tilejson["raster_layers"]["ground"].is_object());
    let renders = server.get("/stac/renders?url=item.json").json();
    assert_eq!(renders["renders"]["ground"]["valid"], true);
    assert_eq!(renders["renders"]["broken"]["valid"], false);
    let one = server.get("/stac/renders/ground?url=item.json").json();
    let link = one["links"][1]["href"].as_str().unwrap();
    let path = link.strip_prefix(server.url.as_str()).unwrap();
    let tilejson = server.get(&path.replace("{tileMatrixSetId}", "WebMercatorQuad"));
    assert_eq!(tilejson.status, 200, "{tilejson:?}");
    assert_eq!(server.get("/stac/renders/none?url=item.json").status, 404);
    // Without assets the item's renders are the layers, but not one that cannot be drawn.
    let wmts = server.get("/stac/WMTSCapabilities.xml?url=item.json");
    let wmts = String::from_utf8(wmts.body).unwrap();
    assert!(wmts.contains("item.json_WebMercatorQuad_ground"), "{wmts}");
    assert!(
        !wmts.contains("_broken") && !wmts.contains("_default"),
        "{wmts}"
    );
    assert!(wmts.contains("?url=item.json&amp;"), "{wmts}");
}

#[test]
fn mistakes_are_told_by_name() {
    let Setup { server, _dir } = setup();
    for (path, status, word) in [
        ("/stac/info?url=item.json".to_owned(), 422, "assets"),
        (
            "/stac/info?url=item.json&assets=none".to_owned(),
            404,
            "dem",
        ),
        (
            "/stac/info?url=item.json&assets=thumbnail".to_owned(),
            404,
            "thumbnail",
        ),
        (
            "/stac/info?url=item.json&assets=gone".to_owned(),
            404,
            "gone.tif",
        ),
        // Assets are opened by the same rules as anything that a request names.
        (
            "/stac/info?url=item.json&assets=outside".to_owned(),
            403,
            "served",
        ),
        (
            "/stac/info?url=item.json&assets=dem|bidx".to_owned(),
            422,
            "bidx",
        ),
        (
            tile("?url=item.json&assets=visual&asset_as_band=true"),
            422,
            "asset_as_band",
        ),
        (tile("?url=item.json&assets=dem&expression=b9"), 400, "b9"),
        ("/stac/assets?url=dem.tif".to_owned(), 422, "dem.tif"),
        ("/stac/assets?url=none.json".to_owned(), 404, "none.json"),
    ] {
        let answer = server.get(&path);
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        assert!(
            answer.detail().contains(word),
            "{path}: {}",
            answer.detail()
        );
    }
}

#[test]
fn the_map_shows_what_of_an_item_it_can() {
    let Setup { server, _dir } = setup();
    let shown = server.get("/stac/layers?url=item.json");
    assert_eq!(shown.status, 200, "{shown:?}");
    let shown = shown.json();
    let names = |list: &str| {
        let list = shown[list].as_array().unwrap().iter();
        list.map(|entry| entry["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names("layers"), ["dem", "visual"]);
    assert_eq!(names("failed"), ["gone", "outside"]);
    assert_eq!(shown["layers"][0]["group"], "scene");
    // What a layer says of itself can be asked for.
    let url = shown["layers"][0]["url"].as_str().unwrap();
    let info = server.get(&format!("/cog/info?url={}", url.replace('/', "%2F")));
    assert_eq!(info.status, 200, "{info:?}");
    let chosen = server
        .get("/stac/layers?url=item.json&assets=visual")
        .json();
    assert_eq!(chosen["layers"].as_array().unwrap().len(), 1);
    let file = server.get("/cog/layers?url=rgb").json();
    assert_eq!(file["layers"][0]["bands"].as_array().unwrap().len(), 3);
    assert_eq!(server.get("/cog/layers?url=nothing").status, 404);
}
