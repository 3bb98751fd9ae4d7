//! Runs the scripts beside this file.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// A folder of this process' own. `None` where `SMALTI_PYTHON` names no Python.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    if std::env::var_os("SMALTI_PYTHON").is_none() {
        println!("SMALTI_PYTHON is not set: nothing to compare with");
        return None;
    }
    let folder = std::env::temp_dir().join(format!("stac-item-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    Some(folder)
}

/// What a script prints for a folder.
pub(crate) fn run(script: &str, folder: &Path, more: &[&str]) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it")
        .join(script);
    let output = std::process::Command::new(std::env::var_os("SMALTI_PYTHON").unwrap())
        .arg(script)
        .arg(folder)
        .args(more)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}
