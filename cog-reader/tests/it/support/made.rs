//! Folders of files that the oracles' scripts make.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A new folder, filled by `tests/oracle/NAME.py`; `None` where no Python is named.
pub(crate) fn made(name: &str) -> Option<PathBuf> {
    let Some(python) = std::env::var_os("SMALTI_PYTHON") else {
        println!("SMALTI_PYTHON is not set: run `cargo xtask test` to ask GDAL");
        return None;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // What an earlier run left, if it failed.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let output = Command::new(python)
        .arg(scripts.join(name).with_extension("py"))
        .arg(&folder)
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    Some(folder)
}
