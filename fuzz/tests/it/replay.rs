//! What fuzzers have found, and what brings them far.

use std::fs;
use std::path::{Path, PathBuf};

use crate::measure::alone;

type Target = (&'static str, fn(&[u8]));

/// The targets by the names of their folders.
const TARGETS: [Target; 13] = [
    ("arrival", fuzz::arrival),
    ("codec", fuzz::codec),
    ("definitions", fuzz::definitions),
    ("expression", fuzz::expression),
    ("item", fuzz::item),
    ("masked", fuzz::masked),
    ("metadata", fuzz::metadata),
    ("open", fuzz::open),
    ("pattern", fuzz::pattern),
    ("round_trip", fuzz::round_trip),
    ("shape", fuzz::shape),
    ("structure", fuzz::structure),
    ("whole_read", fuzz::whole_read),
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn the_corpus_and_every_find_replay() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let alone = alone();
    for kind in ["corpus", "regressions"] {
        for (name, target) in TARGETS {
            let files = files(&root.join(kind).join(name));
            assert!(
                kind != "corpus" || !files.is_empty(),
                "{name} has no corpus"
            );
            for file in files {
                let bytes = fs::read(&file).unwrap();
                alone.bounded(|| file.display().to_string(), || target(&bytes));
            }
        }
        // A folder that no target reads would be forgotten.
        for folder in files(&root.join(kind)).iter().filter(|path| path.is_dir()) {
            let name = folder.file_name().unwrap().to_string_lossy();
            assert!(TARGETS.iter().any(|(target, _)| *target == name), "{name}");
        }
    }
}

#[test]
fn every_target_takes_its_seeds_and_noise() {
    let alone = alone();
    let mut numbers = fuzz::Numbers::new(5);
    for (name, target) in TARGETS {
        for length in 0..60 {
            let bytes = numbers.bytes(length * 7);
            alone.bounded(|| format!("{name} on {bytes:?}"), || target(&bytes));
        }
    }
    for text in fuzz::definition_seeds() {
        alone.bounded(
            || String::from_utf8_lossy(&text).into(),
            || fuzz::definitions(&text),
        );
    }
    for text in fuzz::expression_seeds() {
        alone.bounded(
            || String::from_utf8_lossy(&text).into(),
            || fuzz::expression(&text),
        );
    }
    for text in fuzz::masked_seeds() {
        alone.bounded(
            || String::from_utf8_lossy(&text).into(),
            || fuzz::masked(&text),
        );
    }
    for text in fuzz::pattern_seeds() {
        alone.bounded(
            || String::from_utf8_lossy(&text).into(),
            || fuzz::pattern(&text),
        );
    }
    for text in fuzz::shape_seeds() {
        alone.bounded(
            || String::from_utf8_lossy(&text).into(),
            || fuzz::shape(&text),
        );
    }
    for text in fuzz::item_seeds() {
        alone.bounded(
            || String::from_utf8_lossy(&text).into(),
            || fuzz::item(&text),
        );
    }
    for (layout, bytes) in fuzz::block_seeds() {
        let input = fuzz::BlockInput {
            layout,
            rows: Some(5),
            bytes,
        };
        let bytes = input.to_bytes();
        assert_eq!(fuzz::BlockInput::from_bytes(&bytes), Some(input));
        alone.bounded(|| "a block".into(), || fuzz::codec(&bytes));
    }
}
