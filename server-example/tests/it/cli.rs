//! What the commands write.

use crate::{
    files,
    npy::Npy,
    server::{smalti, stderr},
};
use cog_raster::SampleType;
use serde_json::{Value, json};
use std::path::Path;

fn run(arguments: &[&str]) -> String {
    let output = smalti(arguments);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{arguments:?}: {}",
        stderr(&output)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn help_has_examples_and_version_is_told() {
    assert!(run(&["--help"]).contains("Exit codes"));
    for command in [
        "demo",
        "serve",
        "info",
        "validate",
        "read",
        "tile",
        "optimize-rasters",
    ] {
        assert!(run(&[command, "--help"]).contains("Example"), "{command}");
    }
    assert!(run(&["--version"]).contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn info_tells_everything_in_words_and_in_json() {
    let dir = tempfile::tempdir().unwrap();
    let dem = files::dem(dir.path());
    let words = run(&["info", text(&dem)]);
    for expected in [
        "700 × 600",
        "float32",
        "32632",
        "nodata -9999",
        "\"ground\"",
        "Deflate",
        "Level 3",
    ] {
        assert!(words.contains(expected), "{expected} in {words}");
    }
    let info: Value = serde_json::from_str(&run(&["info", text(&dem), "--json"])).unwrap();
    assert_eq!(info["levels"].as_array().unwrap().len(), 4);
    assert_eq!(info["levels"][0]["block"], json!([128, 128]));
    assert_eq!(
        info["transform"],
        json!([30.0, 0.0, 500_000.0, 0.0, -30.0, 5_110_000.0])
    );
    assert_eq!(info["directories"][0]["tags"][0]["tag"], 256);
    assert_eq!(info["ghost_area"]["LAYOUT"], "IFDS_BEFORE_DATA");
}

#[test]
fn validate_tells_a_cog_from_a_tiff() {
    let dir = tempfile::tempdir().unwrap();
    let dem = files::dem(dir.path());
    assert!(run(&["validate", text(&dem), "--strict"]).contains("is a valid"));
    // A strip of 600 × 600 pixels without tiles.
    let mut plain = Vec::new();
    plain.extend_from_slice(b"II*\0\x08\0\0\0");
    let pixels = 600_u32 * 600;
    let entries: [(u16, u16, u32, u32); 9] = [
        (256, 3, 1, 600),
        (257, 3, 1, 600),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8 + 2 + 9 * 12 + 4),
        (277, 3, 1, 1),
        (278, 4, 1, 600),
        (279, 4, 1, pixels),
    ];
    plain.extend_from_slice(&9_u16.to_le_bytes());
    for (tag, kind, count, value) in entries {
        plain.extend_from_slice(&tag.to_le_bytes());
        plain.extend_from_slice(&kind.to_le_bytes());
        plain.extend_from_slice(&count.to_le_bytes());
        plain.extend_from_slice(&value.to_le_bytes());
    }
    plain.extend_from_slice(&[0; 4]);
    plain.resize(plain.len() + pixels as usize, 9);
    let path = dir.path().join("plain.tif");
    std::fs::write(&path, plain).unwrap();
    let output = smalti(["validate", text(&path)]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("not tiled") && said.contains("NOT a valid"),
        "{said}"
    );
    let output = smalti(["validate", text(&path), "--json"]);
    let verdict: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(verdict["COG"], false);
}

#[test]
fn read_writes_the_samples_as_stored() {
    let dir = tempfile::tempdir().unwrap();
    let dem = files::dem(dir.path());
    let out = dir.path().join("o.npy");
    run(&["read", text(&dem), "-o", text(&out)]);
    let npy = Npy::parse(&std::fs::read(&out).unwrap());
    assert_eq!(npy.shape, [2, 600, 700]);
    let all = files::heights(&files::utm(SampleType::F32, 2));
    assert!(npy.data == all.to_le_bytes(), "every sample is the file's");

    let mask = dir.path().join("m.npy");
    run(&[
        "read",
        text(&dem),
        "-o",
        text(&out),
        "--window",
        "10,5,300,200",
        "--bands",
        "2,1,2",
        "--mask-output",
        text(&mask),
    ]);
    let npy = Npy::parse(&std::fs::read(&out).unwrap());
    assert_eq!(npy.shape, [3, 200, 300]);
    let values = npy.f32();
    for (band, source) in [(0, 1), (1, 0), (2, 1)] {
        for (row, col) in [(0, 0), (0, 299), (199, 0), (120, 128), (17, 9)] {
            let expected = files::height(source, col + 10, row + 5);
            assert_eq!(
                values[(band * 200 + row as usize) * 300 + col as usize],
                expected
            );
        }
    }
    let mask = Npy::parse(&std::fs::read(&mask).unwrap());
    assert_eq!(
        (mask.descr.as_str(), &mask.shape[..]),
        ("|u1", &[200, 300][..])
    );
    assert_eq!(mask.data.iter().filter(|&&v| v == 0).count(), 10 * 15);
    assert!(mask.data.iter().all(|&v| v == 0 || v == 255));

    run(&["read", text(&dem), "-o", text(&out), "--level", "2"]);
    assert_eq!(
        Npy::parse(&std::fs::read(&out).unwrap()).shape,
        [2, 150, 175]
    );
}

#[test]
fn masks_follow_rasterios_rules() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("o.npy");
    let path = dir.path().join("m.npy");
    let mask = |source: &Path| {
        run(&[
            "read",
            text(source),
            "-o",
            text(&out),
            "--mask-output",
            text(&path),
            "--bands",
            "1",
        ]);
        Npy::parse(&std::fs::read(&path).unwrap()).data
    };
    // The file's own mask.
    let rgb = mask(&files::rgb(dir.path()));
    assert_eq!((rgb[0], rgb[699]), (0, 255));
    // The alpha band's values.
    let rgba = mask(&files::rgba(dir.path()));
    assert_eq!(
        rgba[..300],
        (0..300).map(|i| (i % 256) as u8).collect::<Vec<_>>()[..]
    );
    // Nothing is masked.
    assert!(mask(&files::no_crs(dir.path())).iter().all(|&v| v == 255));
}

#[test]
fn read_writes_cogs_that_keep_what_the_file_declares() {
    let dir = tempfile::tempdir().unwrap();
    let (dem, rgb) = (files::dem(dir.path()), files::rgb(dir.path()));
    let part = dir.path().join("part.tif");
    run(&[
        "read",
        text(&dem),
        "-o",
        text(&part),
        "--window",
        "100,50,320,200",
        "--bands",
        "1",
    ]);
    let info: Value = serde_json::from_str(&run(&["info", text(&part), "--json"])).unwrap();
    assert_eq!(
        (&info["width"], &info["height"], &info["count"]),
        (&json!(320), &json!(200), &json!(1))
    );
    assert_eq!(
        info["transform"],
        json!([30.0, 0.0, 503_000.0, 0.0, -30.0, 5_108_500.0])
    );
    assert_eq!(info["nodata_value"], -9999);
    assert_eq!(info["band_descriptions"][0][1], "ground");
    assert!(run(&["validate", text(&part), "--strict"]).contains("is a valid"));
    let out = dir.path().join("o.npy");
    run(&["read", text(&part), "-o", text(&out)]);
    assert_eq!(
        Npy::parse(&std::fs::read(&out).unwrap()).f32()[320 + 7],
        files::height(0, 107, 51)
    );

    let masked = dir.path().join("masked.tif");
    run(&["read", text(&rgb), "-o", text(&masked), "--level", "1"]);
    let info: Value = serde_json::from_str(&run(&["info", text(&masked), "--json"])).unwrap();
    assert_eq!(info["nodata_type"], "Mask");
    assert_eq!(info["width"], 350);
}

#[test]
fn tile_writes_the_picture_that_the_server_answers() {
    let dir = tempfile::tempdir().unwrap();
    let rgb = files::rgb(dir.path());
    let (z, x, y) = files::tile(350.0, 300.0, 12);
    let (z, x, y) = (z.to_string(), x.to_string(), y.to_string());
    let out = dir.path().join("t.png");
    run(&[
        "tile",
        text(&rgb),
        &z,
        &x,
        &y,
        "-o",
        text(&out),
        "--bidx",
        "1",
        "--rescale",
        "0,255",
        "--colormap-name",
        "magma",
        "--tilesize",
        "128",
    ]);
    let server = crate::server::Server::start([&rgb]);
    let query = "url=rgb&bidx=1&rescale=0,255&colormap_name=magma&tilesize=128";
    let answer = server.get(&format!(
        "/cog/tiles/WebMercatorQuad/{z}/{x}/{y}.png?{query}"
    ));
    assert!(std::fs::read(&out).unwrap() == answer.body);
    for name in ["t.jpg", "t.webp", "t.npy"] {
        let out = dir.path().join(name);
        run(&["tile", text(&rgb), &z, &x, &y, "-o", text(&out)]);
        assert!(out.metadata().unwrap().len() > 100);
    }
}
