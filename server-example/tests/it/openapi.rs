//! The OpenAPI document says all that there is, and all that it says is there.

use crate::{files, server::Server};

/// Every path that the server answers, the documentation's own and the viewer's files aside.
const PATHS: [&str; 93] = [
    "/",
    "/algorithms",
    "/algorithms/{algorithm}",
    "/apidoc",
    "/cog/WMTSCapabilities.xml",
    "/cog/bbox/{minx},{miny},{maxx},{maxy}.{format}",
    "/cog/bbox/{minx},{miny},{maxx},{maxy}/{width}x{height}.{format}",
    "/cog/bounds",
    "/cog/feature",
    "/cog/feature.{format}",
    "/cog/feature/{width}x{height}.{format}",
    "/cog/info",
    "/cog/info.geojson",
    "/cog/layers",
    "/cog/map",
    "/cog/point/{lon},{lat}",
    "/cog/preview",
    "/cog/preview.{format}",
    "/cog/preview/{width}x{height}.{format}",
    "/cog/stac",
    "/cog/statistics",
    "/cog/tiles",
    "/cog/tiles/{tms}",
    "/cog/tiles/{tms}/{z}/{x}/{y}",
    "/cog/tiles/{tms}/{z}/{x}/{y}.{format}",
    "/cog/validate",
    "/cog/viewer",
    "/cog/wms",
    "/cog/{tms}/map.html",
    "/cog/{tms}/tilejson.json",
    "/collections",
    "/collections/{id}",
    "/collections/{id}/map",
    "/collections/{id}/map/tiles",
    "/collections/{id}/map/tiles/{tms}",
    "/collections/{id}/map/tiles/{tms}/{z}/{row}/{col}",
    "/colorMaps",
    "/colorMaps/{name}",
    "/colormap",
    "/compute/{keys}/preview.{format}",
    "/compute/{keys}/tilejson.json",
    "/compute/{keys}/{z}/{x}/{y}.{format}",
    "/conformance",
    "/datasets",
    "/healthz",
    "/keys",
    "/layers",
    "/legend.{format}",
    "/metadata",
    "/metadata/{keys}",
    "/metrics",
    "/point/{keys}",
    "/readyz",
    "/rgb/{keys}/preview.{format}",
    "/rgb/{keys}/tilejson.json",
    "/rgb/{keys}/{z}/{x}/{y}.{format}",
    "/singleband/{keys}/preview.{format}",
    "/singleband/{keys}/tilejson.json",
    "/singleband/{keys}/{z}/{x}/{y}.{format}",
    "/stac/WMTSCapabilities.xml",
    "/stac/asset_statistics",
    "/stac/assets",
    "/stac/bbox/{minx},{miny},{maxx},{maxy}.{format}",
    "/stac/bbox/{minx},{miny},{maxx},{maxy}/{width}x{height}.{format}",
    "/stac/feature",
    "/stac/feature.{format}",
    "/stac/feature/{width}x{height}.{format}",
    "/stac/info",
    "/stac/info.geojson",
    "/stac/layers",
    "/stac/map",
    "/stac/point/{lon},{lat}",
    "/stac/preview",
    "/stac/preview.{format}",
    "/stac/preview/{width}x{height}.{format}",
    "/stac/renders",
    "/stac/renders/{render}",
    "/stac/statistics",
    "/stac/tiles",
    "/stac/tiles/{tms}",
    "/stac/tiles/{tms}/{z}/{x}/{y}",
    "/stac/tiles/{tms}/{z}/{x}/{y}.{format}",
    "/stac/viewer",
    "/stac/wms",
    "/stac/{tms}/map.html",
    "/stac/{tms}/tilejson.json",
    "/swagger.json",
    "/tileMatrixSets",
    "/tileMatrixSets/{tms}",
    "/wms",
    "/wmts",
    "/wmts/1.0.0/WMTSCapabilities.xml",
    "/wmts/1.0.0/{layer}/{style}/{tms}/{z}/{row}/{col}",
];

#[test]
fn every_path_is_documented_and_answers() {
    let dir = tempfile::tempdir().unwrap();
    files::dem(dir.path());
    let item = crate::stac::item().to_string();
    std::fs::write(dir.path().join("item.json"), item).unwrap();
    let server = Server::start([dir.path()]);
    let document = server.get("/openapi.json").json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    let mut paths: Vec<&str> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    paths.sort_unstable();
    assert_eq!(paths, PATHS);
    let (z, x, y) = files::tile(350.0, 300.0, 12);
    let (lon, lat) = files::place(350.0, 300.0);
    let values = [
        ("tms", "WebMercatorQuad".to_owned()),
        ("z", z.to_string()),
        ("x", x.to_string()),
        ("y", y.to_string()),
        ("minx", (lon - 0.01).to_string()),
        ("miny", (lat - 0.01).to_string()),
        ("maxx", (lon + 0.01).to_string()),
        ("maxy", (lat + 0.01).to_string()),
        ("width", "30".to_owned()),
        ("height", "20".to_owned()),
        ("lon", lon.to_string()),
        ("lat", lat.to_string()),
        ("format", "png".to_owned()),
        ("name", "viridis".to_owned()),
        ("algorithm", "hillshade".to_owned()),
        ("render", "ground".to_owned()),
        ("id", "dem".to_owned()),
        ("layer", "dem".to_owned()),
        ("style", "default".to_owned()),
        ("row", y.to_string()),
        ("col", x.to_string()),
    ];
    let feature = files::square(350.0, 300.0, 40.0);
    for path in paths {
        let operations = document["paths"][path].as_object().unwrap();
        for (method, operation) in operations {
            documented(&document, path, operation);
            let mut real = path.to_owned();
            for (name, value) in &values {
                real = real.replace(&format!("{{{name}}}"), value);
            }
            let source = match path.starts_with("/stac/") {
                true => "item.json&assets=dem|bidx=1&layers=item.json",
                false => "dem&bidx=1&layers=dem",
            };
            // Keyed datasets need a catalog: `terracotta.rs` asks for all of these.
            if operation["tags"][0] == "Terracotta" {
                continue;
            }
            let real = format!("{real}?url={source}&rescale=0,700&request=GetCapabilities");
            let answer = match method.as_str() {
                "get" => server.get(&real),
                _ => server.post(&real, &feature),
            };
            // The viewer is elsewhere.
            let expected = if path.ends_with("/viewer") { 303 } else { 200 };
            assert_eq!(
                answer.status,
                expected,
                "{method} {real}: {}",
                String::from_utf8_lossy(&answer.body)
            );
        }
    }
}

/// The document tells all that there is to tell of an operation.
fn documented(document: &serde_json::Value, path: &str, get: &serde_json::Value) {
    assert!(get["responses"]["200"].is_object(), "{path}");
    assert!(get["summary"].is_string(), "{path}");
    let is_page = path.ends_with("/viewer");
    if !is_page && (path.starts_with("/cog/") || path.starts_with("/stac/")) {
        for status in ["400", "403", "404", "422", "502"] {
            let response = &get["responses"][status];
            let named = response["$ref"].as_str();
            let named = named.map(|name| document.pointer(name.trim_start_matches('#')).unwrap());
            let response = named.unwrap_or(response);
            assert!(response["description"].is_string(), "{path}: {status}");
        }
    }
    for parameter in get["parameters"].as_array().into_iter().flatten() {
        assert!(parameter["description"].is_string(), "{path}: {parameter}");
    }
}

#[test]
fn the_explorer_needs_nothing_from_elsewhere() {
    let server = Server::start(["--max-age", "60"]);
    let page = server.get("/docs/");
    let page = String::from_utf8(page.body).unwrap();
    let mut parts = page.split(['"', '\'']);
    assert_eq!(parts.find(|part| part.contains("://")), None);
    for file in page
        .split('"')
        .filter(|part| part.ends_with(".js") || part.ends_with(".css"))
    {
        let path = format!("/docs/{}", file.trim_start_matches("./"));
        assert_eq!(server.get(&path).status, 200, "{path}");
    }
}
