//! Pictures of keyed datasets.

use super::keyed::{Keyed, message, rising};
use crate::{files, png, server::Answer};
use catalog::Entry;
use cog_raster::{Affine, RasterInfo, SampleType, Samples};
use serde_json::json;
use smalti::TerracottaOptions;
use std::path::Path;
use tile_math::Crs;

/// A tile in the middle of the files, and one beside them.
fn tiles() -> (String, String) {
    let (z, x, y) = files::tile(350.0, 300.0, 12);
    (format!("{z}/{x}/{y}"), format!("{z}/{}/{y}", x + 40))
}

/// A picture that was answered.
fn pixels(answer: &Answer) -> (u32, u32, Vec<[u8; 4]>) {
    assert_eq!(
        answer.status,
        200,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    png::rgba(&answer.body)
}

/// A pixel as RGBA.
fn pixel(picture: &(u32, u32, Vec<[u8; 4]>), column: u32, row: u32) -> [u8; 4] {
    picture.2[(row * picture.0 + column) as usize]
}

/// No shade differs by more than one.
fn near(a: &(u32, u32, Vec<[u8; 4]>), b: &(u32, u32, Vec<[u8; 4]>)) -> bool {
    let shades = a.2.iter().flatten().zip(b.2.iter().flatten());
    (a.0, a.1) == (b.0, b.1) && shades.into_iter().all(|(a, b)| a.abs_diff(*b) <= 1)
}

#[test]
fn one_dataset_is_stretched_and_coloured() {
    let server = Keyed::start();
    let (inside, outside) = tiles();
    let get = |rest: &str| server.get(&format!("/singleband/20200101/B1/{rest}"));
    let plain = get(&format!("{inside}.png"));
    assert_eq!(plain.header("content-type"), Some("image/png"));
    // Grey of one byte.
    assert_eq!((plain.body[24], plain.body[25]), (8, 0));
    let grey = pixels(&plain);
    assert_eq!((grey.0, grey.1), (256, 256));
    // The height model rises from left to right over its range.
    let values: Vec<u8> = (0..256)
        .map(|column| pixel(&grey, column, 128)[0])
        .collect();
    assert!(values.is_sorted() && values[255] > values[0], "{values:?}");
    // The band is of the path.
    let second = pixels(&server.get(&format!(
        "/singleband/20200101/B2/{inside}.png?stretch_range=[1000,1699.599]"
    )));
    assert!(near(&grey, &second));
    // Percentiles of steadily rising values.
    let percentiles = pixels(&get(&format!(
        "{inside}.png?stretch_range=[%22p0%22,%22p100%22]"
    )));
    assert!(near(&grey, &percentiles));
    let falling = pixels(&get(&format!(
        "{inside}.png?stretch_range=[%22p100%22,null]&tile_size=[64,32]"
    )));
    assert_eq!((falling.0, falling.1), (32, 64));
    let colored = get(&format!("{inside}.png?colormap=viridis"));
    assert_eq!((colored.body[24], colored.body[25]), (8, 3));
    let bright = get(&format!("{inside}.png?color_transform=gamma%201%203"));
    assert!(pixel(&pixels(&bright), 0, 128)[0] > values[0]);
    let empty = get(&format!("{outside}.png"));
    assert!(empty.body.len() < 200);
    assert_eq!(pixel(&pixels(&empty), 9, 9)[3], 0);
    let preview = pixels(&get("preview.png?tile_size=[128,256]"));
    assert_eq!((preview.0, preview.1), (256, 128));
    // The corner that is nodata.
    assert_eq!(pixel(&preview, 3, 3)[3], 0);
    assert_eq!(pixel(&preview, 200, 64)[3], 255);
}

#[test]
fn values_have_colours_of_their_own() {
    let server = Keyed::serving(TerracottaOptions::default(), |folder| {
        let dem = files::rgb(folder).display().to_string();
        vec![Entry::new(["d", "b"], dem).with_metadata(rising((0.0, 255.0)))]
    });
    let (inside, _) = tiles();
    let map = "%7B%22200%22:%22ff8000%22,%227%22:[1,2,3]%7D";
    let path = format!("/singleband/d/b/{inside}.png?colormap=explicit&explicit_color_map={map}");
    let picture = pixels(&server.get(&path));
    assert_eq!(pixel(&picture, 128, 128), [255, 128, 0, 255]);
    let other = path.replace("200", "201");
    assert_eq!(pixel(&pixels(&server.get(&other)), 128, 128)[3], 0);
}

#[test]
fn three_datasets_are_red_green_and_blue() {
    let server = Keyed::start();
    let (inside, outside) = tiles();
    let get = |path: &str| server.get(path);
    let bands = "r=B1&g=B2&b=B1&b_range=[10000,20000]";
    let answer = get(&format!("/rgb/20200101/{inside}.png?{bands}"));
    assert_eq!((answer.body[24], answer.body[25]), (8, 2));
    let picture = pixels(&answer);
    let [r, g, b, a] = pixel(&picture, 128, 128);
    assert!(r == g && b == 1 && a == 255, "{r} {g} {b} {a}");
    // Over another key: three dates of one band.
    let dates = "key=date&r=20200101&g=20200202&b=20200101";
    let picture = pixels(&get(&format!("/rgb/B1/{inside}.png?{dates}")));
    let [r, g, b, _] = pixel(&picture, 100, 128);
    assert!(r == g && g == b);
    let grey = pixels(&get(&format!(
        "/rgb/20200101/{inside}.png?{bands}&color_transform=saturation%200"
    )));
    let [r, g, b, _] = pixel(&grey, 128, 128);
    assert!(r.abs_diff(g) <= 1 && g.abs_diff(b) <= 1, "{r} {g} {b}");
    assert!(
        get(&format!("/rgb/20200101/{outside}.png?{bands}"))
            .body
            .len()
            < 200
    );
    assert_eq!(
        get(&format!("/rgb/20200101/preview.png?{bands}")).status,
        200
    );
}

/// A raster of 64 × 64 pixels of 30 m, so many of them farther east.
fn small(folder: &Path, name: &str, east: u32, colors: bool, value: impl Fn(u32) -> u8) -> Entry {
    let mut info = RasterInfo::new(SampleType::U8, 1, 64, 64);
    let west = 500_000.0 + 30.0 * f64::from(east);
    info.crs = Some(Crs::from_epsg(32632).unwrap());
    info.affine = Some(Affine::new(30.0, 0.0, west, 0.0, -30.0, 5_110_000.0));
    info.colormap = colors.then(|| (0..=255).map(|at| [at, 255 - at, at, 255]).collect());
    let samples = Samples::U8((0..64 * 64).map(|at| value(at % 64)).collect());
    let path = files::write(folder, &format!("{name}.tif"), &info, samples, None);
    Entry::new(["d", name], path.display().to_string()).with_metadata(rising((0.0, 200.0)))
}

#[test]
fn previews_of_several_show_where_the_first_lies() {
    let server = Keyed::serving(TerracottaOptions::default(), |folder| {
        let a = small(folder, "a", 0, false, |_| 100);
        vec![a, small(folder, "b", 32, false, |_| 100)]
    });
    let preview = |bands: &str| {
        let range = "r_range=[0,200]&g_range=[0,200]&b_range=[0,200]";
        pixels(&server.get(&format!("/rgb/d/preview.png?{bands}&{range}")))
    };
    let (first, second) = (preview("r=a&g=b&b=a"), preview("r=b&g=a&b=b"));
    for (column, expected) in [(64, [128, 0, 128, 255]), (192, [128, 128, 128, 255])] {
        assert_eq!(pixel(&first, column, 128), expected, "{column}");
    }
    // Where the other lies that is the other way round, and on the other side.
    for (column, expected) in [(64, [128, 128, 128, 255]), (192, [128, 0, 128, 255])] {
        assert_eq!(pixel(&second, column, 128), expected, "{column}");
    }
}

#[test]
fn numbers_of_a_palette_are_picked_and_not_averaged() {
    let server = Keyed::serving(TerracottaOptions::default(), |folder| {
        let value = |column: u32| if column.is_multiple_of(2) { 10 } else { 20 };
        let numbers = small(folder, "numbers", 0, true, value);
        vec![numbers, small(folder, "values", 0, false, value)]
    });
    let shades = |name: &str| {
        let size = "tile_size=[16,16]&stretch_range=[10,20]";
        let picture = pixels(&server.get(&format!("/singleband/d/{name}/preview.png?{size}")));
        let inner = (4..12).flat_map(|row| (4..12).map(move |column| (column, row)));
        inner
            .map(|(column, row)| pixel(&picture, column, row)[0])
            .collect::<Vec<_>>()
    };
    assert!(
        shades("numbers")
            .iter()
            .all(|shade| [1, 255].contains(shade))
    );
    assert!(
        shades("values")
            .iter()
            .all(|shade| (60..200).contains(shade))
    );
}

#[test]
fn datasets_are_computed_with() {
    let server = Keyed::start();
    let (inside, _) = tiles();
    let get = |query: &str| server.get(&format!("/compute/20200101/{inside}.png?{query}"));
    let picture = pixels(&get("expression=v2-v1&v1=B1&v2=B2&stretch_range=[0,2000]"));
    // 1000 everywhere: half of 254, and 1.
    assert_eq!(pixel(&picture, 128, 128), [128, 128, 128, 255]);
    let picture = pixels(&get(
        "expression=(v1-v6)/v6&v1=B1&v6=B1&stretch_range=[-1,1]&colormap=viridis",
    ));
    assert_eq!(pixel(&picture, 128, 128)[3], 255);
    let masked = pixels(&get(
        "expression=masked_greater(v1,0)&v1=B1&stretch_range=[0,1]",
    ));
    assert_eq!(pixel(&masked, 128, 128)[3], 0);
    let numbers = server.get(&format!(
        "/compute/20200101/{inside}.npy?expression=v2-v1&v1=B1&v2=B2&stretch_range=[0,1]"
    ));
    assert!(String::from_utf8_lossy(&numbers.body[..128]).contains("'<f8'"));
}

#[test]
fn other_formats_grids_and_kernels() {
    let server = Keyed::start();
    let (inside, _) = tiles();
    let get = |rest: &str| server.get(&format!("/singleband/20200101/B1/{inside}{rest}"));
    for (name, kind, start) in [
        (".jpg", "image/jpeg", &b"\xff\xd8"[..]),
        (".webp", "image/webp", b"RIFF"),
        (".npy", "application/x-binary", b"\x93NUMPY"),
    ] {
        let answer = get(name);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some(kind))
        );
        assert!(answer.body.starts_with(start), "{name}");
    }
    let lon_lat = files::place(350.0, 300.0);
    let tms = tile_math::TileMatrixSet::builtin("WorldCRS84Quad").unwrap();
    let tile = tms.tile(lon_lat.0, lon_lat.1, 10).unwrap();
    let path = format!(
        "/singleband/20200101/B1/{}/{}/{}.png?tms=WorldCRS84Quad",
        tile.z, tile.x, tile.y
    );
    assert_eq!(pixel(&pixels(&server.get(&path)), 128, 128)[3], 255);
    let nearest = get(".png?reprojection_method=nearest&resampling_method=nearest");
    assert_eq!(nearest.status, 200);
}

#[test]
fn mistakes_are_400_and_what_is_not_there_404() {
    let server = Keyed::start();
    let (inside, _) = tiles();
    let one = |query: &str| server.get(&format!("/singleband/20200101/B1/{inside}.png?{query}"));
    let at = |path: String| server.get(&path);
    for (answer, status, words) in [
        (one("stretch_range=x"), 400, "JSON"),
        (one("stretch_range=[1]"), 400, "Length must be 2"),
        (
            one("stretch_range=[%22p101%22,1]"),
            400,
            "Invalid percentile, out of range: p101",
        ),
        (one("colormap=nope"), 400, "Must be one of: explicit"),
        (one("tile_size=[0,0]"), 400, "tile_size"),
        (one("tile_size=[99999,1]"), 400, "tile_size"),
        (one("color_transform=foo"), 400, "color_transform"),
        (one("tms=nope"), 400, "WebMercatorQuad"),
        (
            at(format!("/singleband/20200101/{inside}.png")),
            400,
            "Got wrong number of keys",
        ),
        (
            at(format!("/singleband/20200101/nope/{inside}.png")),
            404,
            "No dataset found",
        ),
        (
            at("/singleband/20200101/B1/1/2/-1.png".into()),
            404,
            "Z/X/Y.png",
        ),
        (
            at(format!("/rgb/20200101/{inside}.png?r=B1&g=B1")),
            400,
            "'b'",
        ),
        (
            at(format!("/rgb/{inside}.png?r=B1&g=B1&b=B1")),
            400,
            "must specify all keys except last one",
        ),
        (
            at(format!("/rgb/20200101/{inside}.png?r=B1&g=B1&b=B9")),
            404,
            "No dataset found",
        ),
        (
            at(format!(
                "/rgb/20200101/{inside}.png?r=B1&g=B1&b=B1&r_range=[2,1]"
            )),
            400,
            "Upper stretch bound",
        ),
        (
            at(format!(
                "/compute/20200101/{inside}.png?expression=v1//2&v1=B1&stretch_range=[0,1]"
            )),
            400,
            "FloorDiv",
        ),
        (
            at(format!(
                "/compute/20200101/{inside}.png?expression=v1%261&v1=B1&stretch_range=[0,1]"
            )),
            400,
            "whole numbers",
        ),
        (
            at(format!(
                "/compute/20200101/{inside}.png?expression=v1&v1=B1&stretch_range=[1,1]"
            )),
            400,
            "Upper stretch bounds",
        ),
    ] {
        assert_eq!(answer.status, status, "{words}: {answer:?}");
        let said = message(&answer);
        assert!(said.contains(words), "{said} lacks {words}");
    }
}

#[test]
fn a_raster_that_is_not_there_is_the_operators_matter() {
    let server = Keyed::serving(TerracottaOptions::default(), |_| {
        let known = rising((0.0, 1.0));
        vec![Entry::new(["d", "b"], "/nowhere/at/all.tif").with_metadata(known)]
    });
    let answer = server.get("/singleband/d/b/preview.png");
    assert_eq!(answer.status, 500);
    assert!(!message(&answer).contains("nowhere"), "{answer:?}");
    assert_eq!(server.get("/metadata/d/b").status, 200);
    // So is one that is no TIFF file, and one that would never end.
    let server = Keyed::serving(TerracottaOptions::default(), |folder| {
        let (view, pipe) = (folder.join("a.vrt"), folder.join("pipe.tif"));
        std::fs::write(&view, "<VRTDataset rasterXSize=\"9\" rasterYSize=\"9\"/>").unwrap();
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let entry = |name: &str, path: std::path::PathBuf| {
            Entry::new(["d", name], path.display().to_string()).with_metadata(rising((0.0, 1.0)))
        };
        vec![entry("view", view), entry("pipe", pipe)]
    });
    for name in ["view", "pipe"] {
        let answer = server.get(&format!("/singleband/d/{name}/preview.png"));
        assert_eq!(answer.status, 500, "{name}");
    }
}

#[test]
fn forms_of_python_are_refused() {
    let server = Keyed::start();
    let preview = "/singleband/20200101/B1/preview.png?";
    for (path, status) in [
        (
            format!(
                "{preview}colormap=explicit&explicit_color_map=%7B%221%22:[%221%22,%222%22,%223%22]%7D"
            ),
            400,
        ),
        (format!("{preview}tile_size=null"), 200),
        ("/datasets?limit=1_0".to_owned(), 400),
    ] {
        assert_eq!(server.get(&path).status, status, "{path}");
    }
}

#[test]
fn what_is_not_known_is_measured_once_and_noted() {
    let server = Keyed::serving(TerracottaOptions::default(), |folder| {
        let dem = files::dem(folder).display().to_string();
        vec![Entry::new(["d", "b"], format!("{dem}#band=2"))]
    });
    let values = ["d".to_owned(), "b".to_owned()];
    let known = || {
        let known = futures_util::FutureExt::now_or_never(server.catalog.metadata(&values));
        known.unwrap().unwrap()
    };
    assert!(known().is_none());
    let told = server.get("/metadata/d/b");
    assert_eq!(told.status, 200, "{told:?}");
    let range = told.json()["range"].clone();
    assert!(
        range[0].as_f64().unwrap() >= 1000.0 && range[1].as_f64().unwrap() < 1700.0,
        "{range}"
    );
    assert!(known().is_some());
    assert_eq!(server.get("/singleband/d/b/preview.png").status, 200);
}

#[test]
fn pictures_may_be_kept_and_pages_of_others_may_not_use_them() {
    let server = Keyed::start();
    let (inside, _) = tiles();
    let path = format!("/singleband/20200101/B1/{inside}.png");
    let first = server.get_with(&path, &[("origin", "https://a.org")]);
    assert_eq!(first.header("access-control-allow-origin"), None);
    assert_eq!(first.header("cache-control"), Some("public, max-age=3600"));
    let tag = first.header("etag").unwrap().to_owned();
    let near = [
        ("origin", "http://localhost:5100"),
        ("if-none-match", &*tag),
    ];
    let same = server.get_with(&path, &near);
    assert_eq!(same.status, 304);
    assert_eq!(
        same.header("access-control-allow-origin"),
        Some("http://localhost:5100")
    );
    // What is known of the dataset decides how it is stretched.
    let entry = Entry::new(["20200101", "B1"], "x").with_metadata(rising((0.0, 5.0)));
    let values = entry.dataset.values.clone();
    let known = entry.metadata.unwrap();
    let set = futures_util::FutureExt::now_or_never(server.catalog.set_metadata(&values, &known));
    set.unwrap().unwrap();
    assert_eq!(server.get_with(&path, &near).status, 200);
}

#[test]
fn points_legends_and_documents() {
    let server = Keyed::start();
    let (lon, lat) = files::place(350.0, 300.0);
    let point = server
        .get(&format!("/point/20200101/B2?lon={lon}&lat={lat}"))
        .json();
    let expected = f64::from(files::height(1, 350, 300));
    assert!(
        (point["value"].as_f64().unwrap() - expected).abs() < 0.01,
        "{point}"
    );
    assert_eq!(point["keys"]["band"], "B2");
    let (lon, lat) = files::place(5.0, 5.0);
    let nothing = server.get(&format!("/point/20200101/B2?lon={lon}&lat={lat}"));
    assert_eq!(
        (nothing.status, nothing.json()["value"].clone()),
        (200, json!(null))
    );
    assert_eq!(server.get("/point/20200101/B2?lon=0&lat=0").status, 404);
    assert_eq!(server.get("/point/20200101/B2?lon=x&lat=0").status, 400);

    let colors = server
        .get("/colormap?stretch_range=[0,1]&colormap=viridis&num_values=3")
        .json();
    assert_eq!(
        colors["colormap"][1],
        json!({ "value": 0.5, "rgba": [32.0, 144.0, 140.0, 255.0] })
    );
    for (query, status) in [
        ("", 400),
        ("?stretch_range=[0,1]&num_values=-1", 400),
        ("?stretch_range=[0,1]&num_values=999999", 400),
        ("?stretch_range=[0,1]&num_values=0", 200),
    ] {
        assert_eq!(
            server.get(&format!("/colormap{query}")).status,
            status,
            "{query}"
        );
    }
    let ramp = "?stretch_range=[0,10]&colormap=magma";
    assert_eq!(
        png::rgba(&server.get(&format!("/legend.png{ramp}&width=50")).body).0,
        50
    );
    let svg = server.get(&format!("/legend.svg{ramp}"));
    assert_eq!(svg.header("content-type"), Some("image/svg+xml"));
    assert_eq!(
        server.get(&format!("/legend.json{ramp}")).json()["colormap"]
            .as_array()
            .unwrap()
            .len(),
        255
    );

    let document = server
        .get("/singleband/20200101/B1/tilejson.json?colormap=viridis")
        .json();
    let tiles = document["tiles"][0].as_str().unwrap();
    assert!(
        tiles.ends_with("/singleband/20200101/B1/{z}/{x}/{y}.png?colormap=viridis"),
        "{tiles}"
    );
    let own = server.get("/swagger.json").json();
    assert_eq!(own["info"]["title"], "Terracotta");
    assert!(
        own["info"]["version"]
            .as_str()
            .unwrap()
            .starts_with("0.10.")
    );
    assert!(own["paths"]["/singleband/{keys}/preview.{format}"].is_object());
    assert!(own["paths"]["/cog/info"].is_null());
    let page = String::from_utf8(server.get("/apidoc").body).unwrap();
    assert!(page.contains("<base href=\"docs/\">"));
}

#[test]
fn every_documented_path_answers() {
    let server = Keyed::start();
    let document = server.get("/swagger.json").json();
    let (z, x, y) = files::tile(350.0, 300.0, 12);
    let (lon, lat) = files::place(350.0, 300.0);
    for (path, operations) in document["paths"].as_object().unwrap() {
        let keys = match path.starts_with("/rgb") || path.starts_with("/compute") {
            true => "20200101",
            false => "20200101/B1",
        };
        let real = path
            .replace("{keys}", keys)
            .replace("{z}", &z.to_string())
            .replace("{x}", &x.to_string())
            .replace("{y}", &y.to_string())
            .replace(
                "{format}",
                if path.starts_with("/legend") {
                    "svg"
                } else {
                    "png"
                },
            );
        let metadata = path.starts_with("/metadata") || path.starts_with("/datasets");
        let query = match metadata {
            true => String::new(),
            false => format!(
                "?r=B1&g=B1&b=B2&v1=B1&expression=v1&stretch_range=[0,1]&lon={lon}&lat={lat}"
            ),
        };
        for (method, operation) in operations.as_object().unwrap() {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["description"].is_string(), "{path}: {parameter}");
            }
            let answer = match method.as_str() {
                "get" => server.get(&format!("{real}{query}")),
                _ => server.post(&real, r#"{"keys": []}"#),
            };
            let body = String::from_utf8_lossy(&answer.body);
            assert_eq!(answer.status, 200, "{method} {real}{query}: {body}");
        }
    }
}
