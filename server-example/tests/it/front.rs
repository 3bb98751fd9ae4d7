//! What stands before every route: origins, tokens, proxies, limits.

use crate::{files, server::Server};
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

fn start(arguments: &[&str]) -> (Server, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    files::dem(dir.path());
    let folder = dir.path().to_str().unwrap();
    let server = Server::start(arguments.iter().copied().chain([folder]));
    (server, dir)
}

#[test]
fn only_pages_of_named_origins_may_ask() {
    let (server, _dir) = start(&["--cors-origin", "https://map.example.org"]);
    let allowed = |origin: &str| {
        let answer = server.get_with("/cog/info?url=dem", &[("origin", origin)]);
        assert_eq!(answer.status, 200);
        answer
            .header("access-control-allow-origin")
            .map(str::to_owned)
    };
    assert_eq!(
        allowed("https://map.example.org").as_deref(),
        Some("https://map.example.org")
    );
    assert_eq!(allowed("https://other.example.org"), None);
}

#[test]
fn without_the_token_there_is_no_answer() {
    let (server, _dir) = start(&["--access-token", "s3cret"]);
    let missing = server.get("/cog/info?url=dem");
    assert_eq!(missing.status, 401);
    assert!(missing.detail().contains("access_token"));
    assert_eq!(
        server.get("/cog/info?url=dem&access_token=other").status,
        401
    );
    assert_eq!(
        server.get("/cog/info?url=dem&access_token=s3cret").status,
        200
    );
    assert_eq!(server.get("/healthz").status, 200);
    // Links lead on.
    let path = "/cog/WebMercatorQuad/tilejson.json?url=dem&access_token=s3cret";
    let tiles = server.get(path).json()["tiles"][0]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(tiles.contains("access_token=s3cret"), "{tiles}");
}

#[test]
fn a_proxy_may_show_the_server_under_a_path() {
    let (server, _dir) = start(&["--root-path", "/maps/"]);
    for prefix in ["", "/maps"] {
        let path = format!("{prefix}/cog/WebMercatorQuad/tilejson.json?url=dem");
        let proxied = [
            ("x-forwarded-host", "example.org"),
            ("x-forwarded-proto", "https"),
        ];
        let answer = server.get_with(&path, &proxied);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let tiles = answer.json()["tiles"][0].as_str().unwrap().to_owned();
        let start = "https://example.org/maps/cog/tiles/WebMercatorQuad/";
        assert!(tiles.starts_with(start), "{tiles}");
    }
    assert_eq!(server.get("/other/cog/info?url=dem").status, 404);
}

#[test]
fn a_body_has_a_limit() {
    let (server, _dir) = start(&["--body-bytes", "1000"]);
    let feature = files::square(350.0, 300.0, 40.0);
    assert_eq!(
        server
            .post("/cog/feature.png?url=dem&bidx=1", &feature)
            .status,
        200
    );
    let large = format!("{feature}{}", " ".repeat(1000));
    let answer = server.post("/cog/feature.png?url=dem&bidx=1", &large);
    assert_eq!(answer.status, 413, "{answer:?}");
    assert!(answer.detail().contains("--body-bytes"));
}

#[test]
fn http_2_is_spoken_without_encryption() {
    let (server, _dir) = start(&[]);
    let address = server.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    // Client preface and an empty SETTINGS frame (RFC 9113, 3.4): the server answers with its own.
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .unwrap();
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).unwrap();
    assert_eq!(frame[3], 4, "{frame:?}");
}

#[test]
fn folders_add_tile_matrix_sets_and_colormaps() {
    let names = tempfile::tempdir().unwrap();
    let set = tile_math::TileMatrixSet::builtin("WebMercatorQuad").unwrap();
    let text = set.to_json().replace("WebMercatorQuad", "Mine");
    std::fs::write(names.path().join("mine.json"), text).unwrap();
    let colors = tempfile::tempdir().unwrap();
    std::fs::write(
        colors.path().join("traffic.json"),
        r##"{"1": "#f00", "2": "#0f0"}"##,
    )
    .unwrap();
    let (server, _dir) = start(&[
        "--tms-dir",
        names.path().to_str().unwrap(),
        "--colormap-dir",
        colors.path().to_str().unwrap(),
    ]);
    assert_eq!(server.get("/tileMatrixSets/Mine").json()["id"], "Mine");
    assert_eq!(server.get("/cog/Mine/tilejson.json?url=dem").status, 200);
    let path = "/cog/preview.png?url=dem&bidx=1&colormap_name=traffic&max_size=64";
    assert_eq!(server.get(path).status, 200);
    let wrong = crate::server::smalti(["serve", "--tms-dir", colors.path().to_str().unwrap()]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(crate::server::stderr(&wrong).contains("traffic.json"));
}

#[test]
fn answers_with_links_say_what_they_depend_on() {
    let (server, _dir) = start(&[]);
    let vary = |path: &str| {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.header("vary").unwrap_or_default().to_owned()
    };
    for path in [
        "/cog/WebMercatorQuad/tilejson.json?url=dem",
        "/tileMatrixSets",
        "/cog/tiles?url=dem",
    ] {
        assert!(
            vary(path).contains("x-forwarded-host"),
            "{path}: {}",
            vary(path)
        );
    }
    assert!(!vary("/cog/info?url=dem").contains("x-forwarded-host"));
}

#[test]
fn names_are_pages_for_people_too() {
    let (server, _dir) = start(&[]);
    for path in [
        "/tileMatrixSets",
        "/tileMatrixSets/WebMercatorQuad",
        "/algorithms",
        "/algorithms/hillshade",
        "/colorMaps",
        "/colorMaps/viridis",
    ] {
        let page = server.get(&format!("{path}?f=html"));
        let kind = page.header("content-type").unwrap_or_default();
        assert!(
            page.status == 200 && kind.starts_with("text/html"),
            "{path}: {kind}"
        );
        let plain = server.get(path);
        assert_eq!(
            plain.header("content-type"),
            Some("application/json"),
            "{path}"
        );
        assert_eq!(
            server.get(&format!("{path}?f=nonsense")).status,
            422,
            "{path}"
        );
    }
}

#[test]
fn an_item_of_a_file_without_a_date_is_not_sent_again() {
    let (server, _dir) = start(&[]);
    let first = server.get("/cog/stac?url=dem");
    assert_eq!(first.status, 200, "{first:?}");
    let tag = first.header("etag").unwrap().to_owned();
    assert!(tag.starts_with("W/"), "{tag}");
    let again = server.get_with("/cog/stac?url=dem", &[("if-none-match", &tag)]);
    assert_eq!(again.status, 304);
}
