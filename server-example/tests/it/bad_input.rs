//! Whatever is wrong with the input: a clear message and the right status or exit code.

use crate::{
    files,
    server::{Server, encode, smalti, stderr},
};
use std::path::Path;

/// A request or a run that goes wrong: how, and what the message has to tell.
struct Case {
    url: &'static str,
    status: u16,
    exit: i32,
    says: &'static str,
}

const fn case(url: &'static str, status: u16, exit: i32, says: &'static str) -> Case {
    Case {
        url,
        status,
        exit,
        says,
    }
}

/// Sources that cannot be opened.
const SOURCES: [Case; 8] = [
    case("cut_header.tif", 422, 1, "cut off"),
    case("cut_magic.tif", 422, 1, "cut off"),
    case("garbage.tif", 422, 1, "not"),
    case("empty.tif", 422, 1, "empty"),
    case("page.tif", 422, 1, "web page"),
    case("folder.tif", 404, 1, "directory"),
    case("missing.tif", 404, 1, "missing.tif"),
    case("nowhere/missing.tif", 404, 1, "missing.tif"),
];

#[test]
fn sources_that_cannot_be_opened_are_explained() {
    let dir = tempfile::tempdir().unwrap();
    files::broken(dir.path());
    let server = Server::start([dir.path()]);
    for case in &SOURCES {
        let answer = server.get(&format!("/cog/info?url={}", encode(case.url)));
        let detail = answer.detail();
        assert_eq!(answer.status, case.status, "{}: {detail}", case.url);
        assert!(detail.contains(case.says), "{}: {detail}", case.url);
        assert_eq!(answer.header("cache-control"), Some("no-store"));

        let path = dir.path().join(case.url);
        let output = smalti(["info", path.to_str().unwrap()]);
        let message = stderr(&output);
        assert_eq!(
            output.status.code(),
            Some(case.exit),
            "{}: {message}",
            case.url
        );
        assert!(message.contains(case.says), "{}: {message}", case.url);
        assert!(
            message.starts_with("error: ") && !message.contains("backtrace"),
            "{message}"
        );
    }
}

#[test]
fn truncated_pixels_are_noticed_when_they_are_read() {
    let dir = tempfile::tempdir().unwrap();
    files::broken(dir.path());
    let path = dir.path().join("cut_pixels.tif");
    let out = dir.path().join("out.npy");
    let output = smalti([Path::new("read"), &path, Path::new("-o"), &out]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("cut_pixels.tif"),
        "{}",
        stderr(&output)
    );
    assert!(!out.exists(), "half a file is not left behind");
    let server = Server::start([dir.path()]);
    let answer = server.get("/cog/preview?url=cut_pixels.tif&width=700");
    assert_eq!(answer.status, 422, "{}", answer.detail());
}

#[test]
fn requests_that_make_no_sense_are_refused_with_the_parameters_name() {
    let dir = tempfile::tempdir().unwrap();
    files::dem(dir.path());
    files::no_crs(dir.path());
    let unknown = tempfile::tempdir().unwrap();
    files::broken(unknown.path());
    std::fs::copy(
        unknown.path().join("unknown_crs.tif"),
        dir.path().join("unknown_crs.tif"),
    )
    .unwrap();
    let server = Server::start([dir.path()]);
    let (z, x, y) = files::tile(350.0, 300.0, 12);
    let tile = |rest: &str| format!("/cog/tiles/WebMercatorQuad/{z}/{x}/{y}.png?{rest}");
    for (path, status, says) in [
        ("/cog/info".to_owned(), 422, "url"),
        ("/cog/info?url=".to_owned(), 422, "url"),
        (tile("url=dem&bidx=9"), 400, "band 9"),
        (tile("url=dem&bidx=0"), 422, "bidx"),
        (tile("url=dem&rescale=1"), 422, "rescale"),
        (
            tile("url=dem&rescale=1,2&rescale=1,2&rescale=1,2"),
            400,
            "rescale",
        ),
        (tile("url=dem&colormap_name=mud"), 422, "viridis"),
        (tile("url=dem&colormap=%7B"), 400, "colormap"),
        (tile("url=dem&resampling=best"), 422, "bilinear"),
        (tile("url=dem&nodata=none"), 422, "nodata"),
        (tile("url=dem&tilesize=100000"), 422, "tilesize"),
        (tile("url=dem&buffer=0.3"), 422, "buffer"),
        (tile("url=dem&buffer=0"), 422, "buffer"),
        (
            tile("url=dem&algorithm=hillshade&algorithm_params=x"),
            422,
            "algorithm_params",
        ),
        ("/cog/feature.png?url=dem".to_owned(), 405, "GET"),
        (tile("url=dem&expression=b1%2B"), 400, "expression"),
        (tile("url=dem&expression=b9"), 400, "band 9"),
        (tile("url=dem&algorithm=shade"), 422, "hillshade"),
        (
            tile("url=dem&bidx=1&algorithm=normalizedIndex"),
            400,
            "algorithm",
        ),
        (
            tile("url=dem&bidx=1&color_formula=gamma%20r%202"),
            400,
            "color_formula",
        ),
        (
            format!("/cog/tiles/Flat/{z}/{x}/{y}?url=dem"),
            422,
            "WebMercatorQuad",
        ),
        (
            format!("/cog/tiles/WebMercatorQuad/{z}/{x}/{y}.gif?url=dem"),
            422,
            "png",
        ),
        (
            format!("/cog/tiles/WebMercatorQuad/z/{x}/{y}?url=dem"),
            422,
            "whole number",
        ),
        (
            "/cog/tiles/WebMercatorQuad/99/0/0?url=dem".to_owned(),
            404,
            "zooms 0 to 24",
        ),
        (
            "/cog/tiles/WebMercatorQuad/3/8/0?url=dem".to_owned(),
            404,
            "does not exist",
        ),
        (
            "/cog/tiles/WebMercatorQuad/3/-1/0?url=dem".to_owned(),
            404,
            "does not exist",
        ),
        (
            "/cog/tiles/WebMercatorQuad/12/0/0?url=dem".to_owned(),
            404,
            "outside",
        ),
        ("/cog/point/0,0?url=dem".to_owned(), 404, "outside"),
        ("/cog/point/a,b?url=dem".to_owned(), 422, "two numbers"),
        ("/cog/point/nan,0?url=dem".to_owned(), 422, "two numbers"),
        (
            "/cog/point/9,46?url=dem&coord_crs=EPSG:1".to_owned(),
            422,
            "coord_crs",
        ),
        ("/cog/bounds?url=dem&crs=nonsense".to_owned(), 422, "crs"),
        ("/cog/statistics?url=dem&p=101".to_owned(), 422, "p"),
        (
            "/cog/statistics?url=dem&histogram_bins=x".to_owned(),
            422,
            "histogram_bins",
        ),
        (
            "/cog/preview?url=dem&max_size=0".to_owned(),
            422,
            "max_size",
        ),
        (
            "/cog/bounds?url=no_crs".to_owned(),
            422,
            "not georeferenced",
        ),
        (tile("url=no_crs"), 422, "not georeferenced"),
        (
            "/cog/WebMercatorQuad/tilejson.json?url=no_crs".to_owned(),
            422,
            "not georeferenced",
        ),
        (tile("url=unknown_crs.tif"), 422, ""),
        (
            "/cog/WebMercatorQuad/tilejson.json?url=dem&minzoom=99".to_owned(),
            422,
            "minzoom",
        ),
        (
            "/cog/WebMercatorQuad/tilejson.json?url=dem&bidx=7".to_owned(),
            400,
            "band 7",
        ),
    ] {
        let answer = server.get(&path);
        assert!(
            answer
                .header("content-type")
                .unwrap()
                .starts_with("application/json"),
            "{path}"
        );
        let detail = answer.detail();
        assert_eq!(answer.status, status, "{path}: {detail}");
        assert!(detail.contains(says), "{path}: {detail}");
    }
    // Two routes share the path; each says what the other takes.
    let get = server.get("/cog/feature.png?url=dem");
    assert_eq!(get.header("allow"), Some("POST"));
    let post = server.post("/cog/preview.png?url=dem", "{}");
    assert_eq!((post.status, post.header("allow")), (405, Some("GET,HEAD")));
    // What can be said of a file whose CRS nobody knows is still said.
    assert_eq!(server.get("/cog/info?url=unknown_crs.tif").status, 200);
}

#[test]
fn wrong_command_lines_exit_with_2_and_failures_with_1() {
    let dir = tempfile::tempdir().unwrap();
    let dem = files::dem(dir.path());
    let dem = dem.to_str().unwrap();
    let no_crs = files::no_crs(dir.path());
    let no_crs = no_crs.to_str().unwrap();
    let out = dir.path().join("o.npy");
    let out = out.to_str().unwrap();
    let png = dir.path().join("o.png");
    let png = png.to_str().unwrap();
    for (arguments, code, says) in [
        (vec![], 2, "Usage"),
        (vec!["fly"], 2, "fly"),
        (vec!["info"], 2, "URI"),
        (vec!["read", dem], 2, "--output"),
        (vec!["read", dem, "-o", "o.xyz"], 2, ".npy"),
        (
            vec!["read", dem, "-o", out, "--window", "1,2,3"],
            2,
            "COL,ROW,WIDTH,HEIGHT",
        ),
        (
            vec!["read", dem, "-o", out, "--window", "0,0,9999,1"],
            2,
            "does not fit",
        ),
        (
            vec!["read", dem, "-o", out, "--window", "0,0,0,1"],
            2,
            "empty",
        ),
        (vec!["read", dem, "-o", out, "--bands", "3"], 2, "band 3"),
        (vec!["read", dem, "-o", out, "--bands", "0"], 2, "bands"),
        (vec!["read", dem, "-o", out, "--level", "9"], 2, "levels 0"),
        (
            vec!["read", dem, "-o", "/no/such/folder/o.npy"],
            1,
            "cannot be written",
        ),
        (
            vec!["tile", dem, "99", "0", "0", "-o", png],
            2,
            "zooms 0 to 24",
        ),
        (
            vec!["tile", dem, "-1", "0", "0", "-o", png],
            2,
            "does not exist",
        ),
        (vec!["tile", dem, "12", "0", "0", "-o", png], 1, "outside"),
        (vec!["tile", dem, "0", "0", "0", "-o", "o.gif"], 2, "png"),
        (
            vec!["tile", dem, "0", "0", "0", "-o", png, "--tms", "Flat"],
            2,
            "WebMercatorQuad",
        ),
        (
            vec!["tile", dem, "0", "0", "0", "-o", png, "--bidx", "7"],
            2,
            "band 7",
        ),
        (
            vec!["tile", dem, "0", "0", "0", "-o", png, "--rescale", "x"],
            2,
            "rescale",
        ),
        (
            vec!["tile", no_crs, "0", "0", "0", "-o", png],
            1,
            "not georeferenced",
        ),
        (vec!["info", "ftp://example.org/a.tif"], 2, "scheme"),
        (vec!["info", "http://"], 2, "URL"),
        (
            vec!["serve", "/no/such/file.tif", "--port", "0"],
            1,
            "does not exist",
        ),
        (vec!["serve", "{a", "--port", "0"], 2, "pattern"),
        (
            vec!["serve", "--allow-url", "nonsense", "--port", "0"],
            2,
            "--allow-url",
        ),
        (vec!["serve", "--host", "nonsense"], 2, "--host"),
        (vec!["demo", "--scale", "99"], 2, "--scale"),
        (
            vec!["demo", "--dir", "/proc/no/such", "--no-serve"],
            1,
            "cannot be made",
        ),
    ] {
        let output = smalti(&arguments);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
        assert!(message.contains(says), "{arguments:?}: {message}");
        assert!(!message.contains("panicked"), "{message}");
    }
    assert!(!Path::new(out).exists() && !Path::new(png).exists());
}

#[test]
fn errors_are_json_lines_where_asked_for() {
    let output = smalti(["--log-format", "json", "info", "/no/such.tif"]);
    assert_eq!(output.status.code(), Some(1));
    let line: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(line["level"], "ERROR");
    assert!(line["message"].as_str().unwrap().contains("/no/such.tif"));
}
