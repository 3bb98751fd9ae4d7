//! OGC's services and APIs, read by a plain client, and, where it is at hand, by OWSLib.

use crate::{
    files,
    server::{Answer, Server, encode},
};
use std::process::Command;

fn serve() -> (tempfile::TempDir, Server) {
    let dir = tempfile::tempdir().unwrap();
    files::dem(dir.path());
    files::rgb(dir.path());
    let server = Server::start([dir.path()]);
    (dir, server)
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.clone()).unwrap()
}

/// Width, height and RGBA of a PNG.
fn pixels(answer: &Answer) -> (u32, u32, Vec<[u8; 4]>) {
    assert_eq!(
        answer.header("content-type"),
        Some("image/png"),
        "{}",
        text_of(answer)
    );
    crate::png::rgba(&answer.body)
}

fn text_of(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// A box of `side` degrees around a pixel of the sample files.
fn around(col: f64, row: f64, side: f64) -> [f64; 4] {
    let (lon, lat) = files::place(col, row);
    [lon - side, lat - side, lon + side, lat + side]
}

#[test]
fn a_sources_wmts_leads_to_its_tiles() {
    let (_dir, server) = serve();
    let path = "/cog/WMTSCapabilities.xml?url=dem&bidx=1&rescale=0,700&tilesize=512&use_epsg=true&zooms=WebMercatorQuad::9,11";
    let answer = server.get(path);
    assert_eq!(answer.status, 200, "{}", text(&answer));
    assert_eq!(answer.header("content-type"), Some("application/xml"));
    let document = text(&answer);
    assert!(
        document.contains("<ows:Identifier>dem_WebMercatorQuad_default</ows:Identifier>"),
        "{document}"
    );
    assert!(document.contains("<ows:SupportedCRS>EPSG:3857</ows:SupportedCRS>"));
    // Rows of several widths cannot be said, and New Zealand is far away.
    assert!(!document.contains("GNOSIS") && !document.contains("NZTM"));
    let template = document
        .split("template=\"")
        .skip(1)
        .map(|part| part.split('"').next().unwrap())
        .find(|template| template.contains("/WebMercatorQuad/"))
        .unwrap();
    assert_eq!(
        template.replace("&amp;", "&"),
        format!(
            "{}/cog/tiles/WebMercatorQuad/{{TileMatrix}}/{{TileCol}}/{{TileRow}}.png?url=dem&bidx=1&rescale=0%2C700",
            server.url
        )
    );
    for (query, status) in [
        ("", 422),
        ("url=nothing", 404),
        ("url=dem&zooms=5", 422),
        ("url=dem&tile_format=bmp", 422),
        ("url=dem&use_epsg=maybe", 422),
        ("url=dem&rescale=x", 422),
        ("url=dem&zooms=*::99,120", 400),
    ] {
        assert_eq!(
            server
                .get(&format!("/cog/WMTSCapabilities.xml?{query}"))
                .status,
            status,
            "{query}"
        );
    }
}

#[test]
fn the_service_has_each_layer_by_keys_and_by_paths() {
    let (_dir, server) = serve();
    let by_keys = server.get("/wmts?Service=WMTS&REQUEST=GetCapabilities&AcceptVersions=1.0.0");
    let by_path = server.get("/wmts/1.0.0/WMTSCapabilities.xml");
    assert_eq!(by_keys.status, 200);
    assert_eq!(text(&by_keys), text(&by_path));
    assert!(
        text(&by_path).contains("<ows:SupportedCRS>urn:ogc:def:crs:EPSG::3857</ows:SupportedCRS>")
    );
    let (z, x, y) = files::tile(350.0, 300.0, 12);
    let tile = format!(
        "layer=dem&style=viridis&tilematrixset=WebMercatorQuad&TileMatrix={z}&TileRow={y}&TileCol={x}"
    );
    let by_keys = server.get(&format!(
        "/wmts?service=wmts&request=GetTile&version=1.0.0&Format=image/png&{tile}"
    ));
    let by_path = server.get(&format!(
        "/wmts/1.0.0/dem/viridis/WebMercatorQuad/{z}/{y}/{x}.png"
    ));
    assert_eq!(pixels(&by_keys), pixels(&by_path));
    // A style is nothing but TiTiler's parameters.
    let layers = server.get("/layers").json();
    let band = &layers["layers"][0]["bands"][0];
    let plain = server.get(&format!(
        "/cog/tiles/WebMercatorQuad/{z}/{x}/{y}.png?url=dem&bidx=1&rescale={},{}&colormap_name=viridis",
        band["min"], band["max"]
    ));
    assert_eq!(pixels(&plain), pixels(&by_path));
    let tag = by_path.header("etag").unwrap();
    let again = server.get_with(
        &format!("/wmts/1.0.0/dem/viridis/WebMercatorQuad/{z}/{y}/{x}.png"),
        &[("if-none-match", tag)],
    );
    assert_eq!(again.status, 304);
}

#[test]
fn wmts_reports_mistakes_as_its_clients_expect() {
    let (_dir, server) = serve();
    let tile = "service=WMTS&request=GetTile&layer=dem&style=default&format=image/png&tilematrixset=WebMercatorQuad&tilematrix=3&tilerow=2&tilecol=4";
    for (query, status, code, locator) in [
        ("", 400, "MissingParameterValue", "REQUEST"),
        ("request=GetMap", 400, "OperationNotSupported", "REQUEST"),
        (
            "service=WMS&request=GetCapabilities",
            400,
            "InvalidParameterValue",
            "SERVICE",
        ),
        (
            "request=GetCapabilities&acceptversions=2.0.0",
            400,
            "VersionNegotiationFailed",
            "ACCEPTVERSIONS",
        ),
        ("request=GetTile", 400, "MissingParameterValue", "LAYER"),
        (
            &tile.replace("layer=dem", "layer=%3Cb%3E"),
            404,
            "InvalidParameterValue",
            "LAYER",
        ),
        (
            &tile.replace("style=default", "style=ugly"),
            400,
            "InvalidParameterValue",
            "STYLE",
        ),
        (
            &tile.replace("image/png", "image/gif"),
            400,
            "InvalidParameterValue",
            "FORMAT",
        ),
        (
            &tile.replace("WebMercatorQuad", "Flat"),
            400,
            "InvalidParameterValue",
            "TILEMATRIXSET",
        ),
        (
            &tile.replace("tilerow=2", "tilerow=two"),
            400,
            "InvalidParameterValue",
            "TILEROW",
        ),
        (
            &tile.replace("tilerow=2", "tilerow=8"),
            404,
            "TileOutOfRange",
            "",
        ),
    ] {
        let answer = server.get(&format!("/wmts?{query}"));
        let report = text(&answer);
        assert_eq!(answer.status, status, "{query}: {report}");
        assert_eq!(answer.header("content-type"), Some("text/xml"));
        assert!(
            report.contains(&format!("exceptionCode=\"{code}\"")),
            "{query}: {report}"
        );
        assert!(
            locator.is_empty() || report.contains(&format!("locator=\"{locator}\"")),
            "{query}: {report}"
        );
        assert!(!report.contains("<b>"), "{report}");
    }
}

#[test]
fn a_map_is_what_the_tile_of_its_place_is() {
    let (_dir, server) = serve();
    let (z, x, y) = files::tile(350.0, 300.0, 12);
    let tile = server.get(&format!(
        "/cog/tiles/WebMercatorQuad/{z}/{x}/{y}.png?url=dem&bidx=1&rescale=0,700"
    ));
    let [left, bottom, right, top]: [f64; 4] = tile
        .header("content-bbox")
        .unwrap()
        .split(',')
        .map(|n| n.parse().unwrap())
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    let map = format!(
        "request=GetMap&layers=dem&styles=&width=256&height=256&format=image/png&transparent=TRUE&bidx=1&rescale=0,700&bbox={left},{bottom},{right},{top}"
    );
    for (service, version) in [
        ("/wms", "1.3.0&crs"),
        ("/wms", "1.1.1&srs"),
        ("/cog/wms", "1.3.0&crs"),
    ] {
        let answer = server.get(&format!(
            "{service}?SERVICE=WMS&VERSION={version}=EPSG:3857&{map}"
        ));
        assert_eq!(pixels(&answer), pixels(&tile), "{service} {version}");
    }
}

#[test]
fn the_order_of_axes_is_the_versions() {
    let (_dir, server) = serve();
    let [w, s, e, n] = around(350.0, 300.0, 0.01);
    let map = |rest: &str| {
        let answer = server.get(&format!(
            "/wms?request=GetMap&layers=dem&styles=&width=40&height=50&format=image/png&transparent=true&{rest}"
        ));
        pixels(&answer)
    };
    let latitude_first = map(&format!("version=1.3.0&crs=EPSG:4326&bbox={s},{w},{n},{e}"));
    assert!(latitude_first.2.iter().all(|pixel| pixel[3] == 255));
    assert_eq!(
        map(&format!("version=1.3.0&crs=CRS:84&bbox={w},{s},{e},{n}")),
        latitude_first
    );
    assert_eq!(
        map(&format!("version=1.1.1&srs=EPSG:4326&bbox={w},{s},{e},{n}")),
        latitude_first
    );
    // The other order is another place, far from the data.
    let elsewhere = map(&format!("version=1.3.0&crs=EPSG:4326&bbox={w},{s},{e},{n}"));
    assert!(elsewhere.2.iter().all(|pixel| pixel[3] == 0));
}

#[test]
fn the_first_layer_is_at_the_bottom_and_the_background_below_it() {
    let (_dir, server) = serve();
    // The colours' mask leaves out the left third.
    let [w, s, e, n] = around(233.0, 300.0, 0.02);
    let map = |rest: &str| {
        let answer = server.get(&format!(
            "/wms?version=1.1.1&request=GetMap&srs=EPSG:4326&bbox={w},{s},{e},{n}&width=64&height=64&format=image/png&{rest}"
        ));
        pixels(&answer).2
    };
    let (left, right) = (32 * 64 + 4, 32 * 64 + 60);
    let colors = map("layers=rgb&styles=&transparent=TRUE");
    assert_eq!(colors[left][3], 0);
    assert_eq!(colors[right], [200, 120, 40, 255]);
    assert_eq!(map("layers=rgb&styles=")[left], [255; 4]);
    assert_eq!(
        map("layers=rgb&styles=&bgcolor=0x102030")[left],
        [16, 32, 48, 255]
    );
    let heights = map("layers=dem&styles=default");
    let over = map("layers=dem,rgb&styles=,");
    assert_eq!(over[left], heights[left]);
    assert_eq!(over[right], [200, 120, 40, 255]);
    let under = map("layers=rgb,dem&styles=");
    assert_eq!(under, heights);
    let jpeg = server.get(&format!(
        "/wms?version=1.1.1&request=GetMap&srs=EPSG:4326&bbox={w},{s},{e},{n}&width=64&height=64&format=image/jpeg&layers=rgb&styles=&transparent=TRUE"
    ));
    assert_eq!(jpeg.header("content-type"), Some("image/jpeg"));
    assert_eq!(jpeg.body[..3], [0xff, 0xd8, 0xff]);
}

#[test]
fn the_values_under_a_pixel_are_the_files() {
    let (_dir, server) = serve();
    let [w, s, e, n] = around(350.0, 300.0, 0.0001);
    let info = |rest: &str| {
        server.get(&format!(
            "/wms?version=1.3.0&request=GetFeatureInfo&crs=CRS:84&bbox={w},{s},{e},{n}&width=3&height=3&i=1&j=1&layers=dem&styles=&format=image/png&{rest}"
        ))
    };
    let expected = f64::from(files::height(0, 350, 300));
    let bare = info("query_layers=dem");
    assert_eq!(text(&bare).parse::<f64>().unwrap(), expected);
    let json = info("query_layers=dem&info_format=application/json&bidx=2&bidx=1").json();
    let feature = &json["features"][0];
    assert_eq!(
        feature["properties"]["b2"].as_f64().unwrap(),
        f64::from(files::height(1, 350, 300))
    );
    assert_eq!(feature["properties"]["b1"].as_f64().unwrap(), expected);
    let (lon, lat) = files::place(350.0, 300.0);
    let place = &feature["geometry"]["coordinates"];
    assert!(
        (place[0].as_f64().unwrap() - lon).abs() < 1e-6
            && (place[1].as_f64().unwrap() - lat).abs() < 1e-6
    );
    assert!(text(&info("query_layers=dem&info_format=text/html")).contains("<td>b1</td>"));
    assert_eq!(
        text(&info("query_layers=dem&info_format=text/plain")),
        format!("dem b1 = {expected}\n")
    );
    for (rest, code) in [
        ("query_layers=no", "LayerNotDefined"),
        ("query_layers=dem&i=3", "InvalidPoint"),
        ("query_layers=dem&info_format=text/xml", "InvalidFormat"),
    ] {
        let report = text(&info(rest));
        assert!(report.contains(&format!("code=\"{code}\"")), "{report}");
    }
}

#[test]
fn wms_describes_its_layers_in_both_versions() {
    let (_dir, server) = serve();
    let answer = server.get("/wms?SERVICE=WMS&REQUEST=GetCapabilities");
    assert_eq!(answer.header("content-type"), Some("text/xml"));
    let new = text(&answer);
    assert!(new.contains("<WMS_Capabilities version=\"1.3.0\""), "{new}");
    assert!(
        new.contains("<Name>dem</Name>") && new.contains("<CRS>EPSG:32632</CRS>"),
        "{new}"
    );
    let answer = server.get("/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.0.0");
    assert_eq!(
        answer.header("content-type"),
        Some("application/vnd.ogc.wms_xml")
    );
    let old = text(&answer);
    assert!(
        old.contains("<WMT_MS_Capabilities version=\"1.1.1\">"),
        "{old}"
    );
    assert!(
        old.contains("<SRS>EPSG:32632</SRS>") && !old.contains("CRS:84"),
        "{old}"
    );
    let of_source = text(
        &server.get("/cog/wms?service=WMS&request=GetCapabilities&layers=dem,rgb&rescale=0,9"),
    );
    assert!(
        of_source.contains(&format!("{}/cog/wms?rescale=0%2C9&amp;", server.url)),
        "{of_source}"
    );
    assert!(of_source.contains("<Name>rgb</Name>"));
    let legend = new
        .split("xlink:href=\"")
        .map(|p| p.split('"').next().unwrap())
        .find(|p| p.contains("colorMaps"));
    let legend = legend
        .unwrap()
        .trim_start_matches(&server.url)
        .replace("&amp;", "&");
    assert_eq!(
        server.get(&legend).header("content-type"),
        Some("image/png"),
        "{legend}"
    );
}

#[test]
fn wms_reports_mistakes_as_its_clients_expect() {
    let (_dir, server) = serve();
    let map = "version=1.3.0&request=GetMap&layers=dem&styles=&crs=CRS:84&bbox=9,45,10,46&width=10&height=10&format=image/png";
    for (query, status, code) in [
        ("", 400, ""),
        ("request=GetSchema", 400, "OperationNotSupported"),
        ("service=WFS&request=GetCapabilities", 400, ""),
        (&map.replace("version=1.3.0&", ""), 400, ""),
        (
            &map.replace("layers=dem", "layers=nothing"),
            404,
            "LayerNotDefined",
        ),
        (
            &map.replace("layers=dem", &format!("layers={}", "dem,".repeat(20))),
            400,
            "",
        ),
        (
            &map.replace("styles=", "styles=ugly"),
            400,
            "StyleNotDefined",
        ),
        (
            &map.replace("styles=", "styles=a,b"),
            400,
            "StyleNotDefined",
        ),
        (&map.replace("CRS:84", "EPSG:1"), 400, "InvalidCRS"),
        (&map.replace("crs=CRS:84&", ""), 400, ""),
        (&map.replace("bbox=9,45,10,46", "bbox=10,45,9,46"), 400, ""),
        (&map.replace("bbox=9,45,10,46", "bbox=9,45,nan,46"), 400, ""),
        (&map.replace("width=10", "width=0"), 400, ""),
        (&map.replace("width=10", "width=5000"), 400, ""),
        (&map.replace("image/png", "image/gif"), 400, "InvalidFormat"),
        (&format!("{map}&transparent=perhaps"), 400, ""),
        (&format!("{map}&bgcolor=red"), 400, ""),
        (&format!("{map}&rescale=much"), 422, ""),
        (&format!("{map}&exceptions=INIMAGE"), 400, ""),
    ] {
        let answer = server.get(&format!("/wms?{query}"));
        let report = text(&answer);
        assert_eq!(answer.status, status, "{query}: {report}");
        assert_eq!(answer.header("content-type"), Some("text/xml"), "{query}");
        assert!(
            report.contains("<ServiceExceptionReport version=\"1.3.0\""),
            "{query}: {report}"
        );
        assert_eq!(
            report.contains("code="),
            !code.is_empty(),
            "{query}: {report}"
        );
        assert!(report.contains(code), "{query}: {report}");
    }
    let old = server.get("/wms?version=1.1.1&request=GetMap&layers=dem&srs=EPSG:1");
    assert_eq!(
        old.header("content-type"),
        Some("application/vnd.ogc.se_xml")
    );
    assert!(text(&old).contains("code=\"InvalidSRS\""), "{}", text(&old));
    let ancient = server.get(&format!("/wms?{}", map.replace("1.3.0", "1.0.0")));
    assert_eq!(ancient.status, 400);
    assert!(text(&ancient).contains("VERSION"), "{}", text(&ancient));
    let json = server.get("/wms?version=1.3.0&request=GetMap&exceptions=JSON");
    assert!(json.detail().contains("CRS"), "{}", json.detail());
}

#[test]
fn a_client_of_ogc_api_finds_its_way_from_the_landing_page_to_a_tile() {
    let (_dir, server) = serve();
    let path = |href: &str| href.trim_start_matches(&server.url).to_owned();
    let follow = |links: &serde_json::Value, rel: &str| {
        let link = links
            .as_array()
            .unwrap()
            .iter()
            .find(|link| link["rel"] == rel);
        path(
            link.unwrap_or_else(|| panic!("{rel} in {links}"))["href"]
                .as_str()
                .unwrap(),
        )
    };
    let landing = server
        .get_with("/", &[("accept", "application/json")])
        .json();
    let links = &landing["links"];
    let classes = server
        .get(&follow(
            links,
            "http://www.opengis.net/def/rel/ogc/1.0/conformance",
        ))
        .json();
    assert!(classes["conformsTo"].as_array().unwrap().len() > 10);
    for rel in [
        "service-desc",
        "service-doc",
        "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes",
    ] {
        let status = server.get(&follow(links, rel)).status;
        assert!([200, 303, 308].contains(&status), "{rel}: {status}");
    }
    let collections = server.get(&follow(links, "data")).json();
    let collection = collections["collections"]
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["id"] == "dem")
        .unwrap();
    assert_eq!(
        collection,
        &server.get(&follow(&collection["links"], "self")).json()
    );
    let tilesets = server
        .get(&follow(
            &collection["links"],
            "http://www.opengis.net/def/rel/ogc/1.0/tilesets-map",
        ))
        .json();
    let tilesets = tilesets["tilesets"].as_array().unwrap();
    let mercator = "http://www.opengis.net/def/crs/EPSG/0/3857";
    let tileset = tilesets.iter().find(|t| t["crs"] == mercator).unwrap();
    let tileset = server.get(&follow(&tileset["links"], "self")).json();
    let last = tileset["tileMatrixSetLimits"]
        .as_array()
        .unwrap()
        .last()
        .unwrap();
    let tile = follow(&tileset["links"], "item")
        .replace("{tileMatrix}", last["tileMatrix"].as_str().unwrap())
        .replace("{tileRow}", &last["minTileRow"].to_string())
        .replace("{tileCol}", &last["minTileCol"].to_string());
    assert!(
        pixels(&server.get(&tile))
            .2
            .iter()
            .any(|pixel| pixel[3] == 255),
        "{tile}"
    );
    // One row further up there is nothing.
    let above = last["minTileRow"].as_u64().unwrap() - 1;
    let outside = tile.replace(&format!("/{}/", last["minTileRow"]), &format!("/{above}/"));
    assert_eq!(server.get(&outside).status, 404);
    let map = server.get(&follow(
        &collection["links"],
        "http://www.opengis.net/def/rel/ogc/1.0/map",
    ));
    assert!(pixels(&map).0 > 100);
    assert_eq!(server.get("/collections/no").status, 404);
    assert_eq!(
        server.get("/collections/dem/map/tiles/NZTM2000Quad").status,
        404
    );
    assert_eq!(server.get("/collections/dem/map/tiles/Flat").status, 422);
}

#[test]
fn a_map_of_ogc_api_has_the_place_and_the_size_asked_for() {
    let (_dir, server) = serve();
    let [w, s, e, n] = around(350.0, 300.0, 0.01);
    let xy = server.get(&format!("/cog/map?url=dem&bidx=1&rescale=0,700&bbox={w},{s},{e},{n}&width=64&height=64&crs=EPSG:3857"));
    assert_eq!(pixels(&xy).0, 64);
    assert_eq!(
        xy.header("content-crs"),
        Some("<http://www.opengis.net/def/crs/EPSG/0/3857>")
    );
    // TiTiler reads x first whatever the CRS; collections read as the CRS says.
    let titiler = server.get(&format!("/cog/map?url=dem&bidx=1&rescale=0,700&bbox={w},{s},{e},{n}&bbox-crs=EPSG:4326&width=64&height=64&crs=[EPSG:3857]"));
    assert_eq!(pixels(&titiler), pixels(&xy));
    let ours = server.get(&format!("/collections/dem/map?bbox={s},{w},{n},{e}&bbox-crs=EPSG:4326&width=64&height=64&crs=EPSG:3857"));
    assert!(pixels(&ours).2.iter().all(|pixel| pixel[3] == 255));
    let one_side = server.get(&format!("/cog/map?url=rgb&bbox={w},{s},{e},{n}&width=50"));
    assert_eq!(pixels(&one_side).0, 50);
    let jpeg = server.get_with("/cog/map?url=rgb&width=20", &[("accept", "image/jpeg")]);
    assert_eq!(jpeg.header("content-type"), Some("image/jpeg"));
    assert_ne!(
        jpeg.header("etag"),
        server.get("/cog/map?url=rgb&width=20").header("etag")
    );
    for (query, status) in [
        ("bbox=1,2,3", 422),
        ("f=gif", 422),
        ("crs=EPSG:1", 422),
        ("width=0", 422),
    ] {
        assert_eq!(
            server.get(&format!("/cog/map?url=rgb&{query}")).status,
            status,
            "{query}"
        );
    }
}

#[test]
fn tilesets_of_a_source_are_titilers() {
    let (_dir, server) = serve();
    let list = server.get("/cog/tiles?url=dem&bidx=1").json();
    let sets = list["tilesets"].as_array().unwrap();
    assert_eq!(sets.len(), 13);
    let tileset = server
        .get("/cog/tiles/WebMercatorQuad?url=dem&bidx=1")
        .json();
    assert_eq!(tileset["dataType"], "map");
    assert_eq!(tileset["crs"], "http://www.opengis.net/def/crs/EPSG/0/3857");
    let last = tileset["tileMatrixSetLimits"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    let template = tileset["links"][1]["href"]
        .as_str()
        .unwrap()
        .trim_start_matches(&server.url)
        .to_owned();
    assert_eq!(
        template,
        "/cog/tiles/WebMercatorQuad/{z}/{x}/{y}?url=dem&bidx=1"
    );
    let tile = template
        .replace("{z}", last["tileMatrix"].as_str().unwrap())
        .replace("{x}", &last["maxTileCol"].to_string())
        .replace("{y}", &last["maxTileRow"].to_string());
    assert_eq!(server.get(&tile).status, 200);
    for (query, status) in [
        ("minzoom=9&maxzoom=3", 422),
        ("minzoom=99", 422),
        ("f=pdf", 422),
    ] {
        assert_eq!(
            server
                .get(&format!("/cog/tiles/WebMercatorQuad?url=dem&{query}"))
                .status,
            status,
            "{query}"
        );
    }
}

#[test]
fn lists_are_pages_for_people() {
    let (_dir, server) = serve();
    for path in [
        "/conformance",
        "/collections",
        "/collections/dem",
        "/collections/dem/map/tiles",
        "/cog/tiles?url=dem",
        "/cog/tiles/WebMercatorQuad?url=dem",
    ] {
        let json = server.get(path);
        assert_eq!(
            json.header("content-type"),
            Some("application/json"),
            "{path}"
        );
        let page = server.get_with(
            path,
            &[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")],
        );
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=utf-8"),
            "{path}"
        );
        assert!(
            page.header("content-security-policy")
                .unwrap()
                .contains("default-src 'none'")
        );
        let separator = if path.contains('?') { '&' } else { '?' };
        let asked = server.get(&format!("{path}{separator}f=html"));
        assert_eq!(
            asked.header("content-type"),
            Some("text/html; charset=utf-8"),
            "{path}"
        );
    }
    let hostile = encode("<script>alert(1)</script>");
    let page = text(&server.get(&format!("/cog/tiles?url=dem&f=html&title={hostile}")));
    assert!(!page.contains("<script>alert"), "{page}");
}

#[test]
fn the_map_of_a_source_is_a_page_of_its_own() {
    let (_dir, server) = serve();
    let page = server.get(
        "/cog/WebMercatorQuad/map.html?url=dem&bidx=1&rescale=0,700&tilesize=512&tile_format=png",
    );
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let page = text(&page);
    let tiles = format!(
        "{}/cog/tiles/WebMercatorQuad/{{z}}/{{x}}/{{y}}.png?url=dem",
        server.url
    );
    assert!(page.contains(&tiles), "{page}");
    for file in ["/assets/map-page.js", "/assets/page.css"] {
        assert!(page.contains(&format!("{}{file}", server.url)), "{page}");
        assert_eq!(server.get(file).status, 200, "{file}");
    }
    // Nothing comes from elsewhere.
    for part in page
        .split(['"', '\''])
        .filter(|part| part.starts_with("http"))
    {
        assert!(part.starts_with(&server.url), "{part}");
    }
    let viewer = text(&server.get("/cog/viewer"));
    assert!(viewer.contains("value=\"dem\""), "{viewer}");
    for (path, parameter) in [("/cog/viewer", "url"), ("/stac/viewer", "item")] {
        let led = server.get(&format!("{path}?url=%22%3E%3Cscript%3E"));
        let place = format!("{}/?{parameter}=%22%3E%3Cscript%3E", server.url);
        assert_eq!((led.status, led.header("location")), (303, Some(&*place)));
    }
    for (query, status) in [
        ("", 422),
        ("url=nothing", 404),
        ("url=dem&rescale=x", 422),
        ("url=dem&minzoom=99", 422),
    ] {
        assert_eq!(
            server
                .get(&format!("/cog/WebMercatorQuad/map.html?{query}"))
                .status,
            status,
            "{query}"
        );
    }
}

/// Reads both services with OWSLib, and fetches a map and a tile by what it understood.
const OWSLIB: &str = r#"
import io, sys
from owslib.wms import WebMapService
from owslib.wmts import WebMapTileService
from PIL import Image
base = sys.argv[1]

for version in ('1.3.0', '1.1.1'):
    wms = WebMapService(base + '/wms', version=version)
    assert set(wms.contents) == {'dem', 'rgb'}, set(wms.contents)
    layer = wms['dem']
    assert layer.title == 'dem' and layer.queryable, (layer.title, layer.queryable)
    assert 'viridis' in layer.styles and 'legend' in layer.styles['viridis'], layer.styles
    assert any('32632' in str(crs) for crs in layer.crsOptions), layer.crsOptions
    west, south, east, north = layer.boundingBoxWGS84
    assert 8.9 < west < east < 9.4 and 45.9 < south < north < 46.2, layer.boundingBoxWGS84
    assert {op.name for op in wms.operations} == {'GetCapabilities', 'GetMap', 'GetFeatureInfo'}
    assert 'image/png' in wms.getOperationByName('GetMap').formatOptions
    picture = wms.getmap(layers=['rgb'], styles=[''], srs='EPSG:4326', bbox=layer.boundingBoxWGS84,
                         size=(120, 80), format='image/png', transparent=True)
    picture = Image.open(io.BytesIO(picture.read())).convert('RGBA')
    assert picture.size == (120, 80)
    assert picture.getpixel((90, 40)) == (200, 120, 40, 255), picture.getpixel((90, 40))
    assert picture.getpixel((15, 40))[3] == 0

wmts = WebMapTileService(base + '/wmts')
assert set(wmts.contents) == {'dem', 'rgb'}
layer = wmts['rgb']
assert 'WebMercatorQuad' in layer.tilematrixsetlinks and layer.formats[0] == 'image/png'
limits = layer.tilematrixsetlinks['WebMercatorQuad'].tilematrixlimits
zoom = sorted(limits, key=int)[-1]
limit = limits[zoom]
matrix = wmts.tilematrixsets['WebMercatorQuad'].tilematrix[zoom]
assert matrix.tilewidth == 256 and matrix.matrixwidth == 2 ** int(zoom)
assert wmts.tilematrixsets['WebMercatorQuad'].crs == 'urn:ogc:def:crs:EPSG::3857'
tile = wmts.gettile(layer='rgb', tilematrixset='WebMercatorQuad', tilematrix=zoom,
                    row=(limit.mintilerow + limit.maxtilerow) // 2, column=limit.maxtilecol - 1, format='image/png')
tile = Image.open(io.BytesIO(tile.read())).convert('RGBA')
assert tile.getpixel((128, 128)) == (200, 120, 40, 255), tile.getpixel((128, 128))

one = WebMapTileService(base + '/cog/WMTSCapabilities.xml?url=rgb')
assert 'rgb_WebMercatorQuad_default' in one.contents, list(one.contents)
assert one.contents['rgb_WebMercatorQuad_default'].resourceURLs[0]['template'].startswith(base + '/cog/tiles/')
print('understood')
"#;

#[test]
fn owslib_understands_both_services() {
    let Some(python) = std::env::var_os("SMALTI_PYTHON") else {
        println!("not run: SMALTI_PYTHON is not set; `cargo xtask test` sets it");
        return;
    };
    let (_dir, server) = serve();
    let output = Command::new(python)
        .args(["-c", OWSLIB, &server.url])
        .output()
        .unwrap();
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("understood"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
