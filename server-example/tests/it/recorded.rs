//! What other servers answered, as it was written down in a folder beside the tests.

use serde_json::Value;
use std::{path::Path, process::Command};

/// What `folder`'s `requests.txt` was answered about `files`, from its `expectations.json`; asked anew first where the variable
/// `bless` names a Python with the other server.
///
/// # Panics
///
/// If the requests are others than those that were answered; `again` is the command that asks them.
pub(crate) fn expectations(folder: &str, bless: &str, again: &str, files: &Path) -> Vec<Value> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it")
        .join(folder);
    if let Some(python) = std::env::var_os(bless) {
        let status = Command::new(python)
            .arg(here.join("bless.py"))
            .arg(files)
            .status()
            .unwrap();
        assert!(status.success());
    }
    let expectations = std::fs::read_to_string(here.join("expectations.json")).unwrap();
    let expectations: Vec<Value> = serde_json::from_str(&expectations).unwrap();
    let answered: Vec<_> = expectations
        .iter()
        .map(|expected| expected["request"].as_str().unwrap())
        .collect();
    assert_eq!(
        answered,
        requests(&here),
        "the requests are others than those that were answered; run `{again}`"
    );
    expectations
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
