//! Settings come from flags, files and the environment, and tell from where.

use crate::server::{Server, stderr};
use std::process::{Command, Output, Stdio};

fn smalti(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_smalti"))
        .args(arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn shown(arguments: &[&str], environment: &[(&str, &str)]) -> Vec<String> {
    let output = smalti(arguments, environment);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn has(lines: &[String], line: &str) {
    assert!(lines.iter().any(|one| one == line), "{line} in {lines:#?}");
}

#[test]
fn flags_count_more_than_the_file_than_the_environment_than_terracottas() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("settings.toml");
    std::fs::write(
        &file,
        "cache_mb = 11\nmax_requests = 12\nDRIVER_PROVIDER = 'sqlite'\n",
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let environment = [
        ("SMALTI_CACHE_MB", "21"),
        ("SMALTI_MAX_REQUESTS", "22"),
        ("SMALTI_MAX_WAITING", "23"),
        ("TC_RASTER_CACHE_SIZE", "32505856"),
        ("TC_DB_CONNECTION_TIMEOUT", "34"),
        ("TC_SQL_PASSWORD", "secret"),
        ("TC_USE_MULTIPROCESSING", "false"),
    ];
    let arguments = ["-c", file, "serve", "--cache-mb", "1", "--show-config"];
    let lines = shown(&arguments, &environment);
    has(&lines, "cache_mb = 1  # flag");
    has(&lines, &format!("max_requests = 12  # file {file}"));
    has(&lines, "max_waiting = 23  # environment SMALTI_MAX_WAITING");
    has(
        &lines,
        "database_timeout = 34  # environment TC_DB_CONNECTION_TIMEOUT",
    );
    has(
        &lines,
        "sql_password = \"***\"  # environment TC_SQL_PASSWORD",
    );
    has(
        &lines,
        &format!("database_provider = \"sqlite\"  # file {file}"),
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("# USE_MULTIPROCESSING has no effect"))
    );
    assert!(
        !lines.iter().any(|line| line.contains("secret\"")),
        "{lines:#?}"
    );
    let lines = shown(&["serve", "--show-config"], &environment[3..4]);
    has(&lines, "cache_mb = 31  # environment TC_RASTER_CACHE_SIZE");
}

#[test]
fn what_no_setting_is_ends_the_program() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("settings.toml");
    let path = file.to_str().unwrap();
    for (text, said) in [
        ("prot = 80", "is it port?"),
        ("TC_DEBUG = true", "there is no such setting"),
        (
            "DEFAULT_TILE_SIZE = 256",
            "DEFAULT_TILE_SIZE: a list is expected",
        ),
        ("port = 'eighty'", "invalid value 'eighty'"),
        ("port = ", "settings.toml"),
    ] {
        std::fs::write(&file, text).unwrap();
        let output = smalti(&["--config", path, "serve", "--show-config"], &[]);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(
            stderr(&output).contains(said),
            "{text}: {}",
            stderr(&output)
        );
    }
    let output = smalti(
        &["serve", "--show-config"],
        &[("TC_PNG_COMPRESS_LEVEL", "12")],
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("TC_PNG_COMPRESS_LEVEL"),
        "{}",
        stderr(&output)
    );
    let output = smalti(&["-c", "/no/such.toml", "serve", "--show-config"], &[]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn terracottas_environment_starts_a_server() {
    let dir = tempfile::tempdir().unwrap();
    let file = crate::files::dem(dir.path());
    let database = dir.path().join("tc.sqlite");
    let pattern = file.with_file_name("{name}.tif");
    let output = smalti(
        &[
            "ingest",
            pattern.to_str().unwrap(),
            "-o",
            database.to_str().unwrap(),
            "--lazy",
        ],
        &[],
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let environment = [
        ("TC_DRIVER_PATH", database.to_str().unwrap()),
        ("TC_LOGLEVEL", "warning"),
    ];
    let server = Server::start_with("serve", [] as [&str; 0], &environment);
    assert_eq!(server.get("/keys").json()["keys"][0]["key"], "name");
}
