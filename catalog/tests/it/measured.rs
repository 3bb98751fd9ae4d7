//! Terracotta and NumPy know the same of the same rasters.
//!
//! Runs where `SMALTI_PYTHON` names a Python with Terracotta 0.10; `measure.rs` is the twin that needs none.

use catalog::{Error, MeasureOptions, Metadata, measure};
use cog_reader::{Cog, FileReader, OpenOptions};
use serde_json::Value;
use std::{path::Path, process::Command, sync::Arc};

#[test]
fn metadata_are_those_of_terracotta_and_numpy() {
    let Some(python) = std::env::var_os("SMALTI_PYTHON") else {
        println!("skipped: SMALTI_PYTHON is not set");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/measured.py");
    let output = Command::new(python)
        .args([script.as_os_str(), folder.path().as_os_str()])
        .output()
        .expect("SMALTI_PYTHON runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "measured.py failed:\n{errors}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let mut checked = 0;
    for line in lines.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        check(folder.path(), &case);
        checked += 1;
    }
    assert!(checked >= 30, "{checked}");
}

fn check(folder: &Path, case: &Value) {
    let name = format!("{} {}", case["file"], case["max_shape"]);
    let path = folder.join(case["file"].as_str().unwrap());
    let reader = Arc::new(FileReader::open(&path).unwrap());
    let cog = pollster::block_on(Cog::open(reader, OpenOptions::default())).unwrap();
    let theirs = &case["terracotta"];
    if let Some(shape) = case["max_shape"].as_array() {
        let most = |at: usize| u32::try_from(shape[at].as_u64().unwrap()).unwrap();
        let options = MeasureOptions::quick().with_max_shape(most(0), most(1));
        let ours = pollster::block_on(measure(&cog, &options)).unwrap();
        numbers(&name, &ours, theirs, 1e-6);
        place(&name, &ours, theirs, 1e-6);
        return;
    }
    // Little memory makes what is kept be read again.
    for memory in [256 << 20, 1] {
        let options = MeasureOptions::exact().with_memory(memory);
        let ours = pollster::block_on(measure(&cog, &options));
        if let Some(error) = theirs["error"].as_str() {
            assert!(error.contains("does not contain any valid data"), "{error}");
            assert!(matches!(ours, Err(Error::NoValidData)), "{name}: {ours:?}");
            continue;
        }
        let ours = ours.unwrap();
        ours.check().unwrap();
        numbers(&name, &ours, &case["numpy"], 1e-9);
        // NumPy adds float32 in float32.
        numbers(&name, &ours, theirs, 2e-5);
        if case["place"] == "same" {
            place(&name, &ours, theirs, 1e-7);
        }
    }
}

/// `within`: of the range of values; percentiles are kept as `f32`.
fn numbers(name: &str, ours: &Metadata, theirs: &Value, within: f64) {
    let number = |value: &Value| value.as_f64().unwrap();
    let (low, high) = (number(&theirs["range"][0]), number(&theirs["range"][1]));
    assert_eq!(ours.range, (low, high), "{name}");
    let size = low.abs().max(high.abs());
    let near = |what: &str, ours: f64, theirs: f64, within: f64| {
        assert!(
            (ours - theirs).abs() <= within,
            "{name} {what}: {ours}, not {theirs}"
        );
    };
    near("mean", ours.mean, number(&theirs["mean"]), size * within);
    near("stdev", ours.stdev, number(&theirs["stdev"]), size * within);
    near(
        "valid",
        ours.valid_percentage,
        number(&theirs["valid_percentage"]),
        1e-9,
    );
    let percentiles = theirs["percentiles"].as_array().unwrap();
    assert_eq!(percentiles.len(), ours.percentiles.len());
    for (at, theirs) in percentiles.iter().enumerate() {
        let within = size * f64::from(f32::EPSILON);
        near(
            "percentile",
            ours.percentiles[at].into(),
            number(theirs),
            within,
        );
    }
}

/// `within`: degrees.
fn place(name: &str, ours: &Metadata, theirs: &Value, within: f64) {
    for (at, bound) in ours.bounds.iter().enumerate() {
        let theirs = theirs["bounds"][at].as_f64().unwrap();
        assert!(
            (bound - theirs).abs() <= within,
            "{name}: {:?}, not {theirs}",
            ours.bounds
        );
    }
    let (ours, theirs) = (corners(&ours.convex_hull), corners(&theirs["convex_hull"]));
    let near = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) <= within;
    for corner in &ours {
        assert!(
            theirs.iter().any(|other| near(corner, other)),
            "{name}: {corner:?} in {theirs:?}"
        );
    }
    // Rounding leaves corners in Terracotta's hulls that lie on an edge.
    for corner in &theirs {
        let on_edge = |edge: &[[f64; 2]]| distance(corner, &edge[0], &edge[1]) <= within;
        assert!(
            ours.windows(2).any(on_edge),
            "{name}: {corner:?} of {ours:?}"
        );
    }
}

/// Of a point from the line between two.
fn distance(point: &[f64; 2], a: &[f64; 2], b: &[f64; 2]) -> f64 {
    let (edge, to) = (
        [b[0] - a[0], b[1] - a[1]],
        [point[0] - a[0], point[1] - a[1]],
    );
    let length = edge[0] * edge[0] + edge[1] * edge[1];
    let along = ((edge[0] * to[0] + edge[1] * to[1]) / length).clamp(0.0, 1.0);
    (to[0] - along * edge[0]).hypot(to[1] - along * edge[1])
}

fn corners(hull: &Value) -> Vec<[f64; 2]> {
    assert_eq!(hull["type"], "Polygon");
    hull["coordinates"][0]
        .as_array()
        .unwrap()
        .iter()
        .map(|corner| [corner[0].as_f64().unwrap(), corner[1].as_f64().unwrap()])
        .collect()
}
