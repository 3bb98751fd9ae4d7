//! TiTiler's answers to the same requests about the same files, as they were written down.
//!
//! `titiler/requests.txt` has the requests, `titiler/expectations.json` what TiTiler answered; `cargo xtask compare titiler --bless`
//! asks it again. The whole comparison, against a running TiTiler, is `cargo xtask compare titiler`.

mod picture;

use crate::{
    files,
    npy::Npy,
    recorded,
    server::{Answer, Server},
};
use cog_raster::{Nodata, SampleType, Samples};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Numbers of statistics and bounds may differ by what another order of operations makes of them.
const JSON_TOLERANCE: f64 = 1e-6;

/// Kernels and mathematics: of the range of the values, and for the share of pixels that need not hold it.
const PIXEL_TOLERANCE: f64 = 0.005;

/// What is meant to differ, by a part of the request, the path in the document, and the row of
/// `doc/titiler-differences.md`.
const LISTED: [(&str, &str, &str); 8] = [
    ("/cog/tiles", "boundingBox.crs", "tilesets-bbox"),
    (
        "/cog/tiles/WebMercatorQuad?",
        "$.links[0].href",
        "tilesets-self",
    ),
    ("/cog/tiles?", "$.tilesets[4].crs", "crs-uris"),
    ("/cog/tiles?", "$.tilesets[5].crs", "crs-uris"),
    ("/cog/point", "$.band_descriptions", "band-descriptions"),
    ("/cog/statistics", ".description", "band-descriptions"),
    ("/stac/", ".description", "band-descriptions"),
    ("/stac/point", "$.band_descriptions", "band-descriptions"),
];

#[test]
fn answers_are_titilers() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().canonicalize().unwrap();
    make_files(&folder);
    let expectations = recorded::expectations(
        "titiler",
        "SMALTI_BLESS_TITILER",
        "cargo xtask compare titiler --bless",
        &folder,
    );
    let server = Server::start([&folder]);
    let mut wrong = Vec::new();
    for (number, expected) in expectations.iter().enumerate() {
        let line = expected["request"].as_str().unwrap();
        let mut parts = line.splitn(3, ' ');
        let (method, target) = (parts.next().unwrap(), parts.next().unwrap());
        let target = target.replace("{folder}", folder.to_str().unwrap());
        let answer = match method {
            "GET" => server.get(&target),
            _ => server.post(&target, parts.next().unwrap()),
        };
        let mut found = differences(expected, &answer, &server.url, folder.to_str().unwrap());
        if expected["media"]
            .as_str()
            .is_some_and(|media| media.starts_with("image/tiff"))
        {
            // The server itself reads what it wrote; by another name each time, as it keeps what it has opened.
            let name = format!("answer-{number}.tif");
            std::fs::write(folder.join(&name), &answer.body).unwrap();
            let read = server.get(&format!(
                "/cog/preview.npy?url={}/{name}&max_size=4096",
                folder.display()
            ));
            pixels(expected, &read.body, &mut found);
            std::fs::remove_file(folder.join(&name)).unwrap();
        }
        if !found.is_empty() {
            wrong.push(format!("{line}\n    {}", found.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn make_files(folder: &Path) {
    files::dem(folder);
    files::rgb(folder);
    files::rgba(folder);
    files::no_crs(folder);
    bands(folder);
    item(folder);
}

/// Four bands of u16 that bend in their own ways, with a hole of nodata.
fn bands(folder: &Path) -> PathBuf {
    let mut info = files::utm(SampleType::U16, 4);
    for (band, name) in info.bands.iter_mut().zip(["blue", "green", "red", "nir"]) {
        band.nodata = Some(Nodata::new(0.0));
        band.description = Some(name.into());
    }
    let mut samples = Vec::new();
    for band in 0..4_u32 {
        for row in 0..files::HEIGHT {
            for col in 0..files::WIDTH {
                let hole = (100..180).contains(&col) && (200..330).contains(&row);
                let bent =
                    (col * col / 700 + row * (band + 1) / 2 + col * row * band / 1500) % 1200;
                samples.push(if hole { 0 } else { 1 + bent as u16 });
            }
        }
    }
    files::write(folder, "bands.tif", &info, Samples::U16(samples), None)
}

/// A STAC item whose assets are these files.
fn item(folder: &Path) {
    let asset = |name: &str| {
        json!({
            "href": format!("./{name}.tif"),
            "type": "image/tiff; application=geotiff; profile=cloud-optimized",
            "roles": ["data"],
        })
    };
    let (left, bottom) = files::place(0.0, f64::from(files::HEIGHT));
    let (right, top) = files::place(f64::from(files::WIDTH), 0.0);
    let ring = [
        [left, bottom],
        [right, bottom],
        [right, top],
        [left, top],
        [left, bottom],
    ];
    let item = json!({
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": ["https://stac-extensions.github.io/projection/v1.1.0/schema.json"],
        "id": "scene",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [left, bottom, right, top],
        "properties": {
            "datetime": "2024-05-06T07:08:09Z",
            "proj:epsg": 32632,
            "proj:shape": [files::HEIGHT, files::WIDTH],
            "proj:transform": [30, 0, 500_000, 0, -30, 5_110_000],
            "renders": {"bent": {"title": "Bent", "assets": ["bands|bidx=1"], "rescale": [[0, 700]], "colormap_name": "viridis"}},
        },
        "links": [],
        "assets": {
            "bands": asset("bands"),
            "dem": asset("dem"),
            "readme": {"href": "./readme.txt", "type": "text/plain"},
        },
    });
    std::fs::write(folder.join("item.json"), item.to_string()).unwrap();
}

/// In what an answer differs from the one that was written down.
fn differences(expected: &Value, answer: &Answer, server: &str, folder: &str) -> Vec<String> {
    let body = || {
        String::from_utf8_lossy(&answer.body)
            .chars()
            .take(300)
            .collect::<String>()
    };
    let status = expected["status"].as_u64().unwrap();
    if status >= 400 {
        // TiTiler takes some mistakes of a client for its own (row `client-errors`).
        let right = if status == 500 {
            (400..500).contains(&answer.status)
        } else {
            u64::from(answer.status) == status
        };
        let says = serde_json::from_slice::<Value>(&answer.body).is_ok_and(|body| {
            body["detail"]
                .as_str()
                .is_some_and(|detail| !detail.is_empty())
        });
        return if right && says {
            Vec::new()
        } else {
            vec![format!(
                "status {status}, ours {}: {}",
                answer.status,
                body()
            )]
        };
    }
    if u64::from(answer.status) != status {
        return vec![format!(
            "status {status}, ours {}: {}",
            answer.status,
            body()
        )];
    }
    let mut found = Vec::new();
    let media = answer.header("content-type").unwrap_or_default();
    if expected["media"] != media.replace(' ', "") {
        found.push(format!("{}, ours {media}", expected["media"]));
    }
    if expected["json"] != Value::Null {
        let text = String::from_utf8_lossy(&answer.body)
            .replace(server, "{server}")
            .replace(folder, "{folder}")
            .replace(&folder.replace('/', "%2F"), "{folder}");
        let ours: Value = serde_json::from_str(&text).unwrap();
        fields("$", &expected["json"], &ours, &mut found);
        let request = expected["request"].as_str().unwrap();
        found.retain(|difference| {
            let meant = |(part, path, _): &(&str, &str, &str)| {
                request.contains(part) && difference.split(": ").next().unwrap().contains(path)
            };
            !LISTED.iter().any(meant)
        });
    }
    for part in expected["contains"].as_array().into_iter().flatten() {
        let text = String::from_utf8_lossy(&answer.body)
            .replace(server, "{server}")
            .replace(folder, "{folder}")
            .replace(&folder.replace('/', "%2F"), "{folder}");
        let blank = |c: char| c.is_whitespace();
        if !text.replace(blank, "").contains(part.as_str().unwrap()) {
            found.push(format!("it lacks {part}"));
        }
    }
    for name in ["content-bbox", "content-crs"] {
        let (theirs, ours) = (expected[name].as_str(), answer.header(name));
        let numbers =
            |text: &str| -> Option<Vec<f64>> { text.split(',').map(|n| n.parse().ok()).collect() };
        let same = match (theirs.and_then(numbers), ours.and_then(numbers)) {
            (Some(a), Some(b)) if a.len() == b.len() => a
                .iter()
                .zip(&b)
                .all(|(a, b)| (a - b).abs() <= 1e-9 * a.abs().max(1.0)),
            _ => theirs == ours,
        };
        if !same {
            found.push(format!("{name}: {theirs:?}, ours {ours:?}"));
        }
    }
    if expected["rgba"] != Value::Null {
        found.extend(picture::differences(expected, media, &answer.body));
    }
    if expected["values"] != Value::Null && !media.starts_with("image/") {
        pixels(expected, &answer.body, &mut found);
    }
    found
}

/// Differences of two documents.
fn fields(path: &str, theirs: &Value, ours: &Value, found: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            if (a - b).abs() > JSON_TOLERANCE * a.abs().max(1e-3) {
                found.push(format!("{path}: {a}, ours {b}"));
            }
        }
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                match b.get(key) {
                    Some(other) => fields(&format!("{path}.{key}"), value, other, found),
                    None => found.push(format!("{path}.{key}: {value}, ours has none")),
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                fields(&format!("{path}[{index}]"), a, b, found);
            }
        }
        (Value::String(a), Value::String(b)) if a.contains("{server}") => {
            // A link says the same however its characters are escaped.
            let plain = |link: &str| {
                link.replace("%2F", "/")
                    .replace("%7B", "{")
                    .replace("%7D", "}")
            };
            if plain(a) != plain(b) {
                found.push(format!("{path}: {a}, ours {b}"));
            }
        }
        (a, b) if a == b => {}
        (a, b) => found.push(format!("{path}: {a}, ours {b}")),
    }
}

/// Differences of two arrays, the last band of which is the mask.
fn pixels(expected: &Value, body: &[u8], found: &mut Vec<String>) {
    let ours = Npy::parse(body);
    let shape: Vec<usize> = serde_json::from_value(expected["shape"].clone()).unwrap();
    if expected["descr"] != ours.descr.as_str() || shape != ours.shape {
        found.push(format!(
            "{} {shape:?}, ours {} {:?}",
            expected["descr"], ours.descr, ours.shape
        ));
        return;
    }
    let theirs: Vec<Option<f64>> = serde_json::from_value(expected["values"].clone()).unwrap();
    let ours_are_whole = !ours.descr.contains('f');
    let ours = ours.numbers();
    let area = shape[1] * shape[2];
    let bands = shape[0] - 1;
    let (their_mask, our_mask) = (&theirs[bands * area..], &ours[bands * area..]);
    let wrong = their_mask
        .iter()
        .zip(our_mask)
        .filter(|&(&a, &b)| (a == Some(1.0)) != (b > 0.0))
        .count();
    // One row or column at the edge is the most that rounding may move (row `edge-pixels`).
    if wrong > shape[1].max(shape[2]) {
        found.push(format!("mask: {wrong} of {area} pixels differ"));
    }
    let both =
        |index: &usize| their_mask[index % area] == Some(1.0) && our_mask[index % area] > 0.0;
    let shown: Vec<usize> = (0..bands * area).filter(both).collect();
    let finite: Vec<f64> = shown.iter().filter_map(|&index| theirs[index]).collect();
    let low = finite.iter().copied().fold(f64::INFINITY, f64::min);
    let high = finite.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let request = expected["request"].as_str().unwrap();
    let exact = ![
        "resampling",
        "expression",
        "algorithm",
        "formula",
        "reproject",
    ]
    .iter()
    .any(|kernel| request.contains(kernel));
    let tolerance = if exact {
        0.0
    } else {
        // Whole numbers are rounded once more.
        let step = if ours_are_whole { 1.0 } else { 0.0 };
        (PIXEL_TOLERANCE * (high - low))
            .max(1e-6 * high.abs())
            .max(step)
    };
    // Numbers are written with nine digits.
    let differs = |&&index: &&usize| match theirs[index] {
        None => !ours[index].is_nan(),
        Some(a) => (a - ours[index]).abs() > tolerance.max(1e-8 * a.abs()),
    };
    let off: Vec<&usize> = shown.iter().filter(differs).collect();
    let allowed = if exact {
        0.0
    } else {
        PIXEL_TOLERANCE * shown.len() as f64
    };
    if off.len() as f64 > allowed {
        let at = *off[0];
        found.push(format!(
            "values: {} of {} differ, at {at} by {:?}, ours {}; they go from {low} to {high}",
            off.len(),
            shown.len(),
            theirs[at],
            ours[at]
        ));
    }
}
