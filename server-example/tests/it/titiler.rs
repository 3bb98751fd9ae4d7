//! TiTiler's answers to the same requests about the same files, as they were written down.
//!
//! `titiler/requests.txt` has the requests, `titiler/expectations.json` what TiTiler answered; `cargo xtask compare titiler --bless`
//! asks it again. The whole comparison, against a running TiTiler, is `cargo xtask compare titiler`.

use crate::{
    files,
    npy::Npy,
    server::{Answer, Server},
};
use cog_raster::{Nodata, SampleType, Samples};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Numbers of statistics and bounds may differ by what another order of operations makes of them.
const JSON_TOLERANCE: f64 = 1e-6;

/// Kernels and mathematics: of the range of the values, and for the share of pixels that need not hold it.
const PIXEL_TOLERANCE: f64 = 0.005;

#[test]
fn answers_are_titilers() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().canonicalize().unwrap();
    make_files(&folder);
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/titiler");
    if let Some(python) = std::env::var_os("SMALTI_BLESS_TITILER") {
        let status = Command::new(python)
            .arg(here.join("bless.py"))
            .arg(&folder)
            .status()
            .unwrap();
        assert!(status.success());
    }
    let expectations = std::fs::read_to_string(here.join("expectations.json")).unwrap();
    let expectations: Vec<Value> = serde_json::from_str(&expectations).unwrap();
    assert_eq!(
        expectations
            .iter()
            .map(|e| e["request"].as_str().unwrap())
            .collect::<Vec<_>>(),
        requests(&here),
        "the requests are others than those that TiTiler answered; run `cargo xtask compare titiler --bless`"
    );
    let server = Server::start([&folder]);
    let mut wrong = Vec::new();
    for expected in &expectations {
        let line = expected["request"].as_str().unwrap();
        let mut parts = line.splitn(3, ' ');
        let (method, target) = (parts.next().unwrap(), parts.next().unwrap());
        let target = target.replace("{folder}", folder.to_str().unwrap());
        let answer = match method {
            "GET" => server.get(&target),
            _ => server.post(&target, parts.next().unwrap()),
        };
        let found = differences(expected, &answer, &server.url, folder.to_str().unwrap());
        if !found.is_empty() {
            wrong.push(format!("{line}\n    {}", found.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The lines of `requests.txt`.
fn requests(here: &Path) -> Vec<String> {
    std::fs::read_to_string(here.join("requests.txt"))
        .unwrap()
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

fn make_files(folder: &Path) {
    files::dem(folder);
    files::rgb(folder);
    files::rgba(folder);
    bands(folder);
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
    }
    if expected["values"] != Value::Null {
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
    let exact = !["resampling", "expression", "algorithm", "formula"]
        .iter()
        .any(|kernel| expected["request"].as_str().unwrap().contains(kernel));
    let tolerance = if exact {
        0.0
    } else {
        (PIXEL_TOLERANCE * (high - low)).max(1e-6 * high.abs())
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
