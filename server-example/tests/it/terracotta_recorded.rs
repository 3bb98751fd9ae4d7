//! Terracotta's answers to the same requests about the same files, as they were written down.
//!
//! `terracotta_recorded/requests.txt` has the requests, `terracotta_recorded/expectations.json` what Terracotta 0.10.1 answered over a
//! database that its own `ingest` made; `cargo xtask compare terracotta --bless` asks it again. Ours is made by `smalti ingest`. The
//! whole comparison, against a running Terracotta, is `cargo xtask compare terracotta`.

use crate::{
    files, png, recorded,
    server::{Answer, Server, smalti, stderr},
};
use cog_raster::{Nodata, RasterInfo, SampleType, Samples};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Numbers of statistics and bounds may differ by what another order of operations makes of them.
const JSON_TOLERANCE: f64 = 1e-6;

/// NumPy adds up reals of 32 bits in 32 bits.
const REALS_TOLERANCE: f64 = 1e-4;

/// Of the area of a convex hull.
const HULL_TOLERANCE: f64 = 1e-3;

/// Pixels of a small picture, of 256, that may be more than 1 of 255 apart: those where rounding decides.
const PIXELS: usize = 2;

/// Pictures of which more pixels are meant to differ, by a part of the request, and the row of `doc/terracotta-differences.md`.
const LISTED: [(&str, usize, &str); 1] = [("/dem/preview.png", 4, "nodata-bleeding")];

#[test]
fn answers_are_terracottas() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().canonicalize().unwrap();
    make_files(&folder);
    let expectations = recorded::expectations(
        "terracotta_recorded",
        "SMALTI_BLESS_TERRACOTTA",
        "cargo xtask compare terracotta --bless",
        &folder,
    );
    let database = folder.join("ours.sqlite");
    let pattern = format!("{}/{{date}}_{{band}}.tif", folder.display());
    let ingested = smalti([
        "ingest".as_ref(),
        pattern.as_ref(),
        "-o".as_ref(),
        database.as_os_str(),
        "--quiet".as_ref(),
    ]);
    assert!(ingested.status.success(), "{}", stderr(&ingested));
    let server = Server::start(["-d".as_ref(), database.as_os_str()]);
    let mut wrong = Vec::new();
    for expected in &expectations {
        let line = expected["request"].as_str().unwrap();
        let mut parts = line.splitn(3, ' ');
        let (method, target) = (parts.next().unwrap(), escaped(parts.next().unwrap()));
        let answer = match method {
            "GET" => server.get(&target),
            _ => server.post(&target, parts.next().unwrap()),
        };
        let found = differences(expected, &answer);
        if !found.is_empty() {
            wrong.push(format!("{line}\n    {}", found.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A target with what may not stand in an address escaped.
fn escaped(target: &str) -> String {
    let kept = |b: u8| b.is_ascii_alphanumeric() || b"/?&=%,:()*+._-~".contains(&b);
    let character = |b: u8| match kept(b) {
        true => char::from(b).to_string(),
        false => format!("%{b:02X}"),
    };
    target.bytes().map(character).collect()
}

/// Three bands of a picture, a height model of reals and a raster of classes, by date and band.
fn make_files(folder: &Path) {
    for band in 0..3_u32 {
        let name = format!("20200101_B{}.tif", band + 1);
        let bent = |col: u32, row: u32| {
            let hole = (100..180).contains(&col) && (200..330).contains(&row);
            let value = (col * col / 700 + row * (band + 1) / 2 + col * row * band / 1500) % 1200;
            if hole { 0 } else { 1 + value as u16 }
        };
        single(
            folder,
            &name,
            SampleType::U16,
            0.0,
            Samples::U16(pixels(bent)),
        );
    }
    let height = |col: u32, row: u32| {
        let corner = col < 120 && row < 90;
        let value = 300.0 + (col as f32 / 40.0).sin() * 120.0 + row as f32 / 4.0;
        if corner { -9999.0 } else { value }
    };
    single(
        folder,
        "20200202_dem.tif",
        SampleType::F32,
        -9999.0,
        Samples::F32(pixels(height)),
    );
    let class = |col: u32, row: u32| [1_u8, 3, 7, 9][((col / 50 + row / 70) % 4) as usize];
    single(
        folder,
        "20200202_classes.tif",
        SampleType::U8,
        255.0,
        Samples::U8(pixels(class)),
    );
}

/// The samples of one band, from column and row.
fn pixels<T>(value: impl Fn(u32, u32) -> T) -> Vec<T> {
    (0..files::HEIGHT * files::WIDTH)
        .map(|at| value(at % files::WIDTH, at / files::WIDTH))
        .collect()
}

/// Writes a band in UTM.
fn single(folder: &Path, name: &str, kind: SampleType, nodata: f64, samples: Samples) -> PathBuf {
    let mut info: RasterInfo = files::utm(kind, 1);
    info.bands[0].nodata = Some(Nodata::new(nodata));
    files::write(folder, name, &info, samples, None)
}

/// In what an answer differs from the one that was written down.
fn differences(expected: &Value, answer: &Answer) -> Vec<String> {
    let request = expected["request"].as_str().unwrap();
    let status = expected["status"].as_u64().unwrap();
    if u64::from(answer.status) != status {
        let body = String::from_utf8_lossy(&answer.body);
        let body: String = body.chars().take(300).collect();
        return vec![format!("status {status}, ours {}: {body}", answer.status)];
    }
    let mut found = Vec::new();
    let media = answer.header("content-type").unwrap_or_default();
    if expected["media"] != media.replace(' ', "") {
        found.push(format!("{}, ours {media}", expected["media"]));
    }
    if status >= 400 {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if body["message"].as_str().is_none_or(str::is_empty) {
            found.push(format!(
                "no message: {}",
                String::from_utf8_lossy(&answer.body)
            ));
        }
    } else if expected["json"] != Value::Null {
        fields(
            "$",
            &expected["json"],
            &answer.json(),
            request.contains("dem"),
            &mut found,
        );
    } else {
        picture(expected, &answer.body, &mut found);
    }
    found
}

/// Differences of two documents; `reals`: of a raster of 32-bit reals.
fn fields(path: &str, theirs: &Value, ours: &Value, reals: bool, found: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Object(a), Value::Object(b)) if path.ends_with("convex_hull") => {
            let (a, b) = (hull(&a["coordinates"]), hull(&b["coordinates"]));
            let scale = [a[0], a[0].sqrt(), a[0].sqrt()];
            if (0..3).any(|k| (a[k] - b[k]).abs() > HULL_TOLERANCE * scale[k]) {
                found.push(format!("{path}: area and middle {a:?}, ours {b:?}"));
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            let sum = path.ends_with("mean") || path.ends_with("stdev");
            let tolerance = if reals && sum {
                REALS_TOLERANCE
            } else {
                JSON_TOLERANCE
            };
            if (a - b).abs() > tolerance * a.abs().max(1e-3) {
                found.push(format!("{path}: {a}, ours {b}"));
            }
        }
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                match b.get(key) {
                    Some(other) => fields(&format!("{path}.{key}"), value, other, reals, found),
                    None => found.push(format!("{path}.{key}: {value}, ours has none")),
                }
            }
            for (key, value) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
                found.push(format!("{path}.{key}: none, ours {value}"));
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                fields(&format!("{path}[{index}]"), a, b, reals, found);
            }
        }
        (a, b) if a == b => {}
        (a, b) => found.push(format!("{path}: {a}, ours {b}")),
    }
}

/// Area and middle of a polygon without holes.
fn hull(coordinates: &Value) -> [f64; 3] {
    let ring: Vec<[f64; 2]> = serde_json::from_value(coordinates[0].clone()).unwrap();
    // From its first corner on: sums of products of degrees lose digits.
    let origin = ring[0];
    let mut sums = [0.0; 3];
    for (a, b) in ring.iter().zip(&ring[1..]) {
        let (ax, ay) = (a[0] - origin[0], a[1] - origin[1]);
        let (bx, by) = (b[0] - origin[0], b[1] - origin[1]);
        let cross = ax * by - bx * ay;
        sums[0] += cross / 2.0;
        sums[1] += (ax + bx) * cross / 6.0;
        sums[2] += (ay + by) * cross / 6.0;
    }
    [
        sums[0].abs(),
        origin[0] + sums[1] / sums[0],
        origin[1] + sums[2] / sums[0],
    ]
}

/// Differences of two pictures.
fn picture(expected: &Value, body: &[u8], found: &mut Vec<String>) {
    let form = [body[24], body[25]];
    if expected["form"] != serde_json::json!(form) {
        found.push(format!(
            "bits and kind of colour {}, ours {form:?}",
            expected["form"]
        ));
    }
    let (width, height, ours) = png::rgba(body);
    if expected["width"] != width || expected["height"] != height {
        let (w, h) = (&expected["width"], &expected["height"]);
        found.push(format!("{w} × {h} pixels, ours {width} × {height}"));
        return;
    }
    // Without pixels: all is transparent.
    let theirs = expected["rgba"].as_str().map_or_else(
        || vec![[0; 4]; ours.len()],
        |digits| {
            let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
            (0..digits.len() / 8)
                .map(|at| [0, 2, 4, 6].map(|k| byte(8 * at + k)))
                .collect()
        },
    );
    let differs = |(a, b): &(&[u8; 4], &[u8; 4])| {
        // What is transparent has no colour.
        (a[3] > 0 || b[3] > 0) && (0..4).any(|k| a[k].abs_diff(b[k]) > 1)
    };
    let wrong: Vec<_> = theirs.iter().zip(&ours).filter(differs).collect();
    let request = expected["request"].as_str().unwrap();
    let meant = LISTED.iter().find(|(part, ..)| request.contains(part));
    if wrong.len() > meant.map_or(PIXELS, |(_, most, _)| *most) {
        let (a, b) = wrong[0];
        found.push(format!(
            "{} of {} pixels differ: {a:?}, ours {b:?}",
            wrong.len(),
            ours.len()
        ));
    }
}
