//! `cargo xtask test`: everything the tests measure against, then the tests.

use std::process::Command;

use anyhow::Result;

use crate::process::{cargo, run};
use crate::services::{BUCKET, Service};
use crate::tools::Tools;
use crate::viewer;
use crate::wasm;
use crate::workspace::root;

/// Runs `cargo test` with `args`, over the whole workspace unless they name packages; without `args`
/// also the viewer's own tests and those of the browser's build.
///
/// The environment that tests find is described in `CONTRIBUTING.md`.
///
/// # Errors
///
/// If a tool is missing, a server does not start, or a test fails.
pub(crate) fn run_tests(args: &[String]) -> Result<()> {
    let tools = Tools::open()?;
    let oracles = tools.oracles()?;
    let s3 = Service::s3(&oracles.python)?;
    let azure = Service::azure(&oracles.azurite)?;
    let mysql = Service::database("mysql")?;
    let postgres = Service::database("postgresql")?;

    let mut command = cargo();
    command
        .args(cargo_arguments(args))
        .current_dir(root())
        .env("SMALTI_PYTHON", &oracles.python)
        .env("SMALTI_CHROMIUM", &oracles.chromium)
        .env("SMALTI_GDAL_VALIDATE", &oracles.gdal_validate)
        .env("SMALTI_S3_ENDPOINT", &s3.endpoint)
        .env("SMALTI_S3_BUCKET", BUCKET)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", "us-east-1")
        .env("SMALTI_AZURE_ENDPOINT", &azure.endpoint)
        .env("SMALTI_AZURE_CONTAINER", BUCKET)
        .env("SMALTI_MYSQL_URL", &mysql.endpoint)
        .env("SMALTI_POSTGRES_URL", &postgres.endpoint)
        // Where object_store's emulator mode looks, without the account's name.
        .env("AZURITE_BLOB_STORAGE_URL", origin(&azure.endpoint));
    point_at_shared(&mut command);
    if std::env::var_os("SMALTI_VIEWER").is_none() {
        command.env("SMALTI_VIEWER", "require");
    }
    let tested = run(&mut command);
    if args.is_empty() {
        // All verdicts are wanted, whichever comes first.
        viewer::test(&oracles.chromium)?;
        wasm::test(&oracles.chromium)?;
    }
    tested
}

/// The arguments of cargo for the user's `args`.
fn cargo_arguments(args: &[String]) -> Vec<&str> {
    let mut all = vec!["test"];
    // The root's default member is the server alone.
    let chosen = args
        .iter()
        .take_while(|arg| *arg != "--")
        .any(|arg| arg.starts_with("-p") || arg.starts_with("--package") || arg == "--workspace");
    if !chosen {
        all.push("--workspace");
    }
    if !args.iter().any(|arg| arg == "--no-fail-fast") {
        all.push("--no-fail-fast");
    }
    all.extend(args.iter().map(String::as_str));
    all
}

/// `http://host:port` of a URL with a path.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..]
        .find('/')
        .map_or(url, |slash| &url[..host + slash])
}

/// Tells the tests where the shared fixtures are, if they are where they usually lie.
fn point_at_shared(command: &mut Command) {
    let shared = root().with_file_name("shared");
    if std::env::var_os("SMALTI_SHARED").is_none() && shared.is_dir() {
        command.env("SMALTI_SHARED", shared);
    }
}

#[cfg(test)]
mod tests {
    use super::{cargo_arguments, origin};

    #[test]
    fn the_whole_workspace_is_tested_unless_a_package_is_named() {
        let arguments = |line: &str| {
            let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            cargo_arguments(&args).join(" ")
        };
        assert_eq!(arguments(""), "test --workspace --no-fail-fast");
        assert_eq!(
            arguments("header"),
            "test --workspace --no-fail-fast header"
        );
        assert_eq!(
            arguments("-p tile-math"),
            "test --no-fail-fast -p tile-math"
        );
        assert_eq!(
            arguments("--lib -- -p"),
            "test --workspace --no-fail-fast --lib -- -p"
        );
    }

    #[test]
    fn an_origin_ends_before_the_path() {
        assert_eq!(
            origin("http://127.0.0.1:10/devstoreaccount1"),
            "http://127.0.0.1:10"
        );
        assert_eq!(origin("http://127.0.0.1:10"), "http://127.0.0.1:10");
    }
}
