//! What schemathesis makes of the OpenAPI document, sent to the server.

use crate::{files, server::Server, stac};
use std::{path::Path, process::Command};

/// Requests that exist, so that not all are refused for want of a source.
const CONFIGURATION: &str = r#"
[parameters]
"query.url" = "dem"
"path.tms" = "WebMercatorQuad"

[[operations]]
include-path-regex = "^/stac/"
parameters = { "query.url" = "item.json", "query.assets" = ["dem"], "path.tms" = "WebMercatorQuad" }

[warnings]
fail-on = ["unresolvable_reference"]
"#;

#[test]
fn requests_made_from_the_document_meet_no_server_error_and_answers_fit_it() {
    let Some(python) = std::env::var_os("SMALTI_PYTHON") else {
        println!("not run: SMALTI_PYTHON is not set; `cargo xtask test` sets it");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    files::dem(dir.path());
    std::fs::write(dir.path().join("item.json"), stac::item().to_string()).unwrap();
    let server = Server::start([dir.path()]);
    let configuration = dir.path().join("schemathesis.toml");
    std::fs::write(&configuration, CONFIGURATION).unwrap();
    let output = Command::new(Path::new(&python).with_file_name("schemathesis"))
        .arg("--config-file")
        .arg(&configuration)
        .arg("run")
        .arg(format!("{}/openapi.json", server.url))
        .args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"])
        // The same requests every time, and not too many for a test.
        .args(["--generation-deterministic", "--max-examples", "15"])
        .arg("--no-color")
        .env(
            "HYPOTHESIS_STORAGE_DIRECTORY",
            dir.path().join("hypothesis"),
        )
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance";
