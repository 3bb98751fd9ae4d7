//! Where the shared fixtures are, if they are.

use std::path::PathBuf;

/// A folder of shared fixtures: below `SMALTI_SHARED`, else beside the
/// workspace. `None`, with a line that says so, when they are not there and
/// nobody said that they are.
pub(crate) fn fixtures(folder: &str) -> Option<PathBuf> {
    let stated = std::env::var_os("SMALTI_SHARED").map(PathBuf::from);
    let shared = stated
        .clone()
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
    let path = shared.join("fixtures").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    assert!(
        stated.is_none(),
        "SMALTI_SHARED is set, but {} is not there",
        path.display()
    );
    println!("skipped: no shared fixtures at {}", path.display());
    None
}
