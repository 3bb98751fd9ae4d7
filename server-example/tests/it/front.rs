//! What stands before every route: origins, tokens, proxies, limits.

use crate::{files, server::Server};

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
    let header = [("authorization", "Bearer s3cret")];
    assert_eq!(server.get_with("/cog/info?url=dem", &header).status, 200);
    // The pages show nothing by themselves.
    for path in [
        "/healthz",
        "/?f=html",
        "/assets/page.css",
        "/docs/",
        "/openapi.json",
    ] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    assert_eq!(server.get("/layers").status, 401);
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
    // Pages refer to what lies beside them: their folder is told from its name without the slash.
    let folder = server.get("/maps?url=dem");
    assert_eq!(
        (folder.status, folder.header("location")),
        (308, Some("/maps/?url=dem"))
    );
    for path in [
        "/maps/?f=html",
        "/maps/assets/page.css",
        "/maps/docs/",
        "/maps/openapi.json",
        "/maps/api",
    ] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    let explorer = format!("{}/maps/docs/", server.url);
    for path in ["/maps/docs", "/maps/api.html"] {
        assert_eq!(
            server.get(path).header("location"),
            Some(&*explorer),
            "{path}"
        );
    }
    let start = server.get("/maps/docs/swagger-initializer.js");
    assert!(String::from_utf8_lossy(&start.body).contains("\"../openapi.json\""));
    let proxied = server.get_with("/openapi.json", &[("x-forwarded-host", "example.org")]);
    assert_eq!(
        proxied.json()["servers"][0]["url"],
        "http://example.org/maps"
    );
    let page = server.get("/maps/tileMatrixSets?f=html");
    let json = format!("{}/maps/tileMatrixSets?f=json", server.url);
    assert!(String::from_utf8_lossy(&page.body).contains(&json));
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

#[test]
fn a_body_of_megabytes_is_read() {
    let (server, _dir) = start(&[]);
    let feature = files::square(350.0, 300.0, 40.0);
    let padding = " ".repeat(5 << 20);
    let answer = server.post("/cog/statistics?url=dem", &format!("{feature}{padding}"));
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[test]
fn every_mistake_is_answered_in_the_same_way() {
    let (server, _dir) = start(&[]);
    for path in [
        "/cog/%ff/tilejson.json?url=dem",
        "/collections/%ff",
        "/colorMaps/%ff",
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 400, "{path}");
        assert!(
            answer.detail().contains("UTF-8"),
            "{path}: {}",
            answer.detail()
        );
    }
    for path in [
        "/cog/WebMercatorQuad/tilejson.json?url=dem&minzoom=10&maxzoom=2",
        "/cog/WebMercatorQuad/map.html?url=dem&minzoom=10&maxzoom=2",
        "/cog/tiles/WebMercatorQuad?url=dem&minzoom=10&maxzoom=2",
    ] {
        assert_eq!(server.get(path).status, 422, "{path}");
    }
}

#[test]
fn a_map_may_lie_over_the_antimeridian() {
    let (server, _dir) = start(&[]);
    for path in ["/cog/map?url=dem&", "/collections/dem/map?"] {
        let answer = server.get(&format!(
            "{path}bbox=170,40,-170,50&crs=EPSG:4326&width=20&f=png"
        ));
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        assert!(
            answer.header("content-bbox").unwrap().contains("170"),
            "{answer:?}"
        );
    }
}

#[test]
fn what_accept_chooses_is_told_apart() {
    let (server, _dir) = start(&[]);
    let (z, x, y) = files::tile(350.0, 300.0, 12);
    let path = format!("/collections/dem/map/tiles/WebMercatorQuad/{z}/{y}/{x}");
    let mut tags = Vec::new();
    for (accept, media_type) in [
        ("image/png", "image/png"),
        ("image/jpeg;q=0.5, image/webp", "image/webp"),
        ("image/jpeg, image/webp;q=0.5", "image/jpeg"),
    ] {
        let answer = server.get_with(&path, &[("accept", accept)]);
        assert_eq!(
            answer.header("content-type"),
            Some(media_type),
            "{answer:?}"
        );
        assert!(
            answer
                .header("vary")
                .is_some_and(|vary| vary.contains("accept"))
        );
        tags.push(answer.header("etag").unwrap().to_owned());
    }
    tags.dedup();
    assert_eq!(tags.len(), 3);
    // The page at the top, for whoever reads it.
    let kind = |path: &str, accept: &str| {
        let answer = server.get_with(path, &[("accept", accept)]);
        answer
            .header("content-type")
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(kind("/", "text/html,*/*;q=0.8"), "text/html");
    assert_eq!(kind("/", "*/*"), "application/json");
    assert_eq!(kind("/?f=json", "text/html"), "application/json");
    assert_eq!(kind("/?f=html", "*/*"), "text/html");
}

#[test]
fn another_colormap_of_a_name_is_another_answer() {
    let dir = tempfile::tempdir().unwrap();
    files::dem(dir.path());
    let colormaps = dir.path().join("colormaps");
    std::fs::create_dir(&colormaps).unwrap();
    let mut tags = Vec::new();
    for color in ["[255, 0, 0, 255]", "[0, 255, 0, 255]"] {
        let text = format!("{{\"0\": {color}, \"255\": [0, 0, 255, 255]}}");
        std::fs::write(colormaps.join("mine.json"), text).unwrap();
        let folders = [
            dir.path().to_str().unwrap(),
            "--colormap-dir",
            colormaps.to_str().unwrap(),
        ];
        let server = Server::start(folders);
        let answer = server
            .get("/cog/preview.png?url=dem&bidx=1&rescale=0,700&colormap_name=mine&max_size=16");
        assert_eq!(answer.status, 200, "{answer:?}");
        tags.push(answer.header("etag").unwrap().to_owned());
    }
    assert_ne!(tags[0], tags[1]);
}

#[test]
fn http_2_carries_several_answers() {
    use axum::http::Request;
    let (server, _dir) = start(&[]);
    let address = server.url.trim_start_matches("http://").to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        let (client, connection) = h2::client::handshake(stream).await.unwrap();
        let connection = tokio::spawn(connection);
        let mut client = client.ready().await.unwrap();
        let paths = [
            "/healthz",
            "/cog/preview.png?url=dem&bidx=1&rescale=0,700",
            "/cog/info?url=dem",
        ];
        let asked: Vec<_> = paths
            .into_iter()
            .map(|path| {
                let request = Request::get(format!("{}{path}", server.url))
                    .body(())
                    .unwrap();
                client.send_request(request, true).unwrap().0
            })
            .collect();
        for (path, response) in paths.into_iter().zip(asked) {
            let response = response.await.unwrap();
            assert_eq!(response.status(), 200, "{path}");
            let mut body = response.into_body();
            let mut bytes = 0;
            while let Some(chunk) = body.data().await {
                bytes += chunk.as_ref().unwrap().len();
                body.flow_control()
                    .release_capacity(chunk.unwrap().len())
                    .unwrap();
            }
            assert!(bytes > 10, "{path}: {bytes}");
        }
        drop(client);
        connection.abort();
    });
}

#[test]
fn metrics_tell_what_was_answered() {
    let (server, _dir) = start(&[]);
    server.get("/cog/info?url=dem");
    server.get("/cog/info?url=nothing");
    let text = String::from_utf8(server.get("/metrics").body).unwrap();
    for line in [
        "smalti_answers_total{status=\"200\"} 1",
        "smalti_answers_total{status=\"404\"} 1",
        "smalti_answer_seconds_count 2",
        "smalti_requests_active 0",
        "smalti_image_bytes 0",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}
