//! What several tests need.

use std::path::PathBuf;
use std::process::Command;

/// A path in the shared folder: `SMALTI_SHARED`, or beside the workspace. `None`, with a line saying so, where
/// there is none and none was asked for.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let given = std::env::var_os("SMALTI_SHARED").map(PathBuf::from);
    let asked = given.is_some();
    let folder =
        given.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
    let path = folder.join(path);
    if path.exists() {
        return Some(path);
    }
    assert!(
        !asked,
        "SMALTI_SHARED is set, but {} does not exist",
        path.display()
    );
    println!("skipped: {} does not exist", path.display());
    None
}

/// What a script of `tests/oracle` prints; `None`, with a line saying so, without `SMALTI_PYTHON`.
pub(crate) fn oracle(script: &str, arguments: &[&str]) -> Option<String> {
    let Some(python) = std::env::var_os("SMALTI_PYTHON") else {
        println!("skipped: SMALTI_PYTHON is not set");
        return None;
    };
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let output = Command::new(python)
        .arg(folder.join(script))
        .args(arguments)
        .output()
        .expect("SMALTI_PYTHON runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script} failed:\n{errors}");
    Some(String::from_utf8(output.stdout).expect("the script prints UTF-8"))
}

/// Golden vectors made by `tests/oracle/make_golden.py`.
pub(crate) const GOLDEN_TRANSFORMS: &str = include_str!("../golden/transforms.txt");
/// One JSON object a line, as `tests/oracle/forms.py` prints them.
pub(crate) const GOLDEN_FORMS: &str = include_str!("../golden/forms.jsonl");
/// As `tests/oracle/tms.py` prints them.
pub(crate) const GOLDEN_TMS: &str = include_str!("../golden/tms.jsonl");
/// As `tests/oracle/geokeys.py write` prints them.
pub(crate) const GOLDEN_GEOKEYS: &str = include_str!("../golden/geokeys.jsonl");

/// A CRS by the ID of `data/crs.txt`: the EPSG code, or `E` and Esri's.
pub(crate) fn by_id(id: &str) -> tile_math::Crs {
    match id.strip_prefix('E') {
        Some(code) => tile_math::Crs::from_authority("ESRI", code),
        None => tile_math::Crs::from_epsg(id.parse().unwrap()),
    }
    .unwrap()
}
