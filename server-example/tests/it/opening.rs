//! `--color` and `--sidecars`: how a source is opened.

use crate::{
    npy::Npy,
    server::{Server, encode, smalti, stderr},
};
use serde_json::Value;
use std::path::Path;

/// An uncompressed strip of bytes; `reduced` marks it as an overview.
fn tiff(side: u16, samples: u16, photometric: u16, reduced: bool, pixels: &[u8]) -> Vec<u8> {
    let bits = [8_u8, 0].repeat(4);
    let entries: [(u16, u16, u32, u32); 10] = [
        (254, 4, 1, reduced.into()),
        (256, 3, 1, side.into()),
        (257, 3, 1, side.into()),
        (258, 3, samples.into(), 8),
        (259, 3, 1, 1),
        (262, 3, 1, photometric.into()),
        (273, 4, 1, 8 + 2 + 10 * 12 + 4 + 8),
        (277, 3, 1, samples.into()),
        (278, 3, 1, side.into()),
        (279, 4, 1, u32::try_from(pixels.len()).unwrap()),
    ];
    let mut out = b"II*\0\x08\0\0\0\x0a\0".to_vec();
    for (tag, kind, count, value) in entries {
        out.extend_from_slice(&tag.to_le_bytes());
        out.extend_from_slice(&kind.to_le_bytes());
        out.extend_from_slice(&count.to_le_bytes());
        // The depths of more than two samples lie behind the directory.
        let value = if tag == 258 && count > 2 {
            8 + 2 + 10 * 12 + 4
        } else {
            value
        };
        out.extend_from_slice(&value.to_le_bytes());
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&bits);
    out.extend_from_slice(pixels);
    out
}

fn run(arguments: &[&str]) -> String {
    let output = smalti(arguments);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn inks_are_bands_unless_colours_are_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let (path, out) = (dir.path().join("inks.tif"), dir.path().join("o.npy"));
    // No ink, all black, cyan, and some of each.
    let pixels = [0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 0, 128, 51];
    std::fs::write(&path, tiff(2, 4, 5, false, &pixels)).unwrap();
    run(&["read", text(&path), "-o", text(&out)]);
    let npy = Npy::parse(&std::fs::read(&out).unwrap());
    assert_eq!(npy.shape, [4, 2, 2]);
    assert_eq!(
        npy.data,
        [0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 128, 0, 255, 0, 51]
    );
    run(&["read", text(&path), "-o", text(&out), "--color", "rgb"]);
    let npy = Npy::parse(&std::fs::read(&out).unwrap());
    assert_eq!(npy.shape, [4, 2, 2]);
    let expected = [
        [255, 0, 0, 204],
        [255, 0, 255, 204],
        [255, 0, 255, 101],
        [255; 4],
    ];
    assert_eq!(npy.data, expected.concat());
    let words = run(&["info", text(&path), "--color", "rgb"]);
    assert!(words.contains("red") && words.contains("alpha"), "{words}");
    assert!(run(&["info", text(&path)]).contains("cyan"));
    assert_eq!(
        smalti(["info", text(&path), "--color", "hsv"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn overviews_beside_a_file_count_if_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("grey.tif");
    std::fs::write(&path, tiff(4, 1, 1, false, &[7; 16])).unwrap();
    std::fs::write(
        dir.path().join("grey.tif.ovr"),
        tiff(2, 1, 1, true, &[1, 2, 3, 4]),
    )
    .unwrap();
    let levels = |arguments: &[&str]| {
        let info: Value = serde_json::from_str(&run(arguments)).unwrap();
        info["levels"].as_array().unwrap().len()
    };
    assert_eq!(levels(&["info", text(&path), "--json"]), 1);
    assert_eq!(levels(&["info", text(&path), "--json", "--sidecars"]), 2);
    let out = dir.path().join("o.npy");
    run(&[
        "read",
        text(&path),
        "--sidecars",
        "--level",
        "1",
        "-o",
        text(&out),
    ]);
    let npy = Npy::parse(&std::fs::read(&out).unwrap());
    assert_eq!((npy.shape, npy.data), (vec![1, 2, 2], vec![1, 2, 3, 4]));
    // Without it the level is not there.
    let output = smalti(["read", text(&path), "--level", "1", "-o", text(&out)]);
    assert_eq!(output.status.code(), Some(2));
    // One that is there and broken is an error, which names it.
    std::fs::write(dir.path().join("grey.tif.msk"), b"II*\0").unwrap();
    let output = smalti(["info", text(&path), "--sidecars"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("grey.tif.msk"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_server_opens_them_as_it_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let grey = dir.path().join("grey.tif");
    std::fs::write(&grey, tiff(4, 1, 1, false, &[7; 16])).unwrap();
    let overview = tiff(2, 1, 1, true, &[1, 2, 3, 4]);
    std::fs::write(dir.path().join("grey.tif.ovr"), overview).unwrap();
    let inks = dir.path().join("inks.tif");
    std::fs::write(&inks, tiff(2, 4, 5, false, &[9; 16])).unwrap();
    let info = |server: &Server, path: &Path| {
        let answer = server.get(&format!("/cog/info?url={}", encode(text(path))));
        assert_eq!(answer.status, 200, "{:?}", answer.json());
        answer.json()
    };
    let plain = Server::start([text(dir.path())]);
    assert_eq!(info(&plain, &grey)["overviews"], serde_json::json!([]));
    assert_eq!(info(&plain, &inks)["colorinterp"][0], "cyan");
    let told = Server::start([
        text(dir.path()),
        "--port",
        "0",
        "--sidecars",
        "--color",
        "rgb",
    ]);
    assert_eq!(info(&told, &grey)["overviews"], serde_json::json!([2]));
    assert_eq!(info(&told, &inks)["colorinterp"][0], "red");
}
