//! Files become keyed datasets, whatever happens meanwhile.

use crate::{
    files, s3,
    server::{Server, smalti, stderr},
};
use cog_raster::{Affine, Nodata, RasterInfo, SampleType, Samples};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, SystemTime},
};
use tile_math::Crs;

/// A raster of 16-bit values, nodata in its first row.
fn raster(dir: &Path, name: &str, offset: u16) -> PathBuf {
    let mut info = RasterInfo::new(SampleType::U16, 1, 50, 40);
    info.crs = Some(Crs::from_epsg(32632).unwrap());
    info.affine = Some(Affine::new(30.0, 0.0, 500_000.0, 0.0, -30.0, 5_110_000.0));
    info.bands[0].nodata = Some(Nodata::new(0.0));
    let value = |at: u16| if at < 50 { 0 } else { offset + at };
    files::write(
        dir,
        name,
        &info,
        Samples::U16((0..2000).map(value).collect()),
        None,
    )
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn ingest(dir: &Path, pattern: &str, more: &[&str]) -> Output {
    let pattern = dir.join(pattern);
    let database = dir.join("tc.sqlite");
    smalti([&["ingest", text(&pattern), "-o", text(&database)], more].concat())
}

fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", stderr(output));
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a server on the folder's database answers.
fn asked(dir: &Path, path: &str) -> Value {
    let database = dir.join("tc.sqlite");
    let server = Server::start(["-d", text(&database)]);
    let answer = server.get(path);
    assert_eq!(answer.status, 200, "{path}");
    answer.json()
}

fn count(dir: &Path) -> usize {
    let answer = asked(dir, "/datasets?limit=100000");
    answer["datasets"].as_array().unwrap().len()
}

#[test]
fn a_folder_becomes_a_database_that_is_served() {
    let dir = tempfile::tempdir().unwrap();
    for (name, offset) in [
        ("2020_B4.tif", 100),
        ("2020_B8.tif", 200),
        ("2021_B4.tif", 300),
    ] {
        raster(dir.path(), name, offset);
    }
    fs::write(dir.path().join("notes.txt"), "no raster").unwrap();
    let output = ingest(dir.path(), "{date}_{band}.tif", &[]);
    assert_code(&output, 0);
    assert!(
        said(&output).contains("3 datasets ingested"),
        "{}",
        said(&output)
    );
    let database = dir.path().join("tc.sqlite");
    let server = Server::start(["--database", text(&database)]);
    let keys = server.get("/keys").json();
    assert_eq!(keys["keys"][1]["key"], "band");
    let found = server.get("/metadata/2021/B4").json();
    assert_eq!(found["range"], json!([350.0, 2299.0]));
    assert_eq!(found["mean"], json!(1324.5));
    assert_eq!(found["valid_percentage"], json!(97.5));
    assert_eq!(found["percentiles"].as_array().unwrap().len(), 99);
    assert_eq!(found["convex_hull"]["type"], "Polygon");
    let west = found["bounds"][0].as_f64().unwrap();
    assert!((west - 9.0).abs() < 1e-6, "{west}");
}

#[test]
fn what_another_process_ingests_is_served_at_once() {
    let dir = tempfile::tempdir().unwrap();
    for (folder, offset) in [("a", 100), ("b", 3000)] {
        fs::create_dir(dir.path().join(folder)).unwrap();
        raster(&dir.path().join(folder), "x.tif", offset);
    }
    let database = dir.path().join("tc.sqlite");
    // What the server keeps of a database it keeps while that looks as if nobody had written for a while.
    let written = |ago: u64| {
        let file = fs::File::options().write(true).open(&database).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(ago))
            .unwrap();
    };
    assert_code(&ingest(dir.path(), "a/{band}.tif", &[]), 0);
    written(60);
    let server = Server::start(["-d", text(&database)]);
    let picture = || {
        let answer = server.get("/singleband/x/preview.png?stretch_range=[0,6000]");
        assert_eq!(answer.status, 200);
        answer.body
    };
    let first = picture();
    assert_eq!(picture(), first);
    assert_code(&ingest(dir.path(), "b/{band}.tif", &[]), 0);
    let second = picture();
    assert_ne!(second, first);
    written(30);
    assert_eq!(picture(), second);
    assert_eq!(picture(), second);
}

#[test]
fn a_raster_that_was_damaged_since_is_an_error_and_no_endless_search() {
    let dir = tempfile::tempdir().unwrap();
    let path = raster(dir.path(), "x.tif", 100);
    assert_code(&ingest(dir.path(), "{band}.tif", &[]), 0);
    let mut file = fs::read(&path).unwrap();
    let number = |file: &[u8], at: usize, bytes: usize| {
        let digits = file[at..at + bytes].iter().rev();
        digits.fold(0, |sum, digit| sum * 256 + usize::from(*digit))
    };
    let directory = number(&file, 4, 4);
    let mut damaged = 0;
    for entry in 0..number(&file, directory, 2) {
        let at = directory + 2 + entry * 12;
        match number(&file, at, 2) {
            // Of the only block no length is told any more: it may end where the file does.
            325 => file[at] += 1,
            324 => {
                let block = number(&file, at + 8, 4);
                file[block + 2..block + 40].fill(0xff);
                damaged += 1;
            }
            _ => {}
        }
    }
    assert_eq!(damaged, 1);
    fs::write(&path, file).unwrap();
    let database = dir.path().join("tc.sqlite");
    let server = Server::start(["-d", text(&database)]);
    let answer = server.get("/singleband/x/preview.png?stretch_range=[0,6000]");
    assert_eq!(answer.status, 500);
}

#[test]
fn the_rgb_key_goes_last_and_pixels_may_stay_unread() {
    let dir = tempfile::tempdir().unwrap();
    raster(dir.path(), "B4_2020.tif", 0);
    let output = ingest(
        dir.path(),
        "{band}_{date}.tif",
        &["--rgb-key", "band", "--lazy"],
    );
    assert_code(&output, 0);
    let keys = asked(dir.path(), "/keys");
    assert_eq!(
        (&keys["keys"][0]["key"], &keys["keys"][1]["key"]),
        (&json!("date"), &json!("band"))
    );
    let wrong = ingest(dir.path(), "{band}_{date}.tif", &["--rgb-key", "colour"]);
    assert_code(&wrong, 2);
    assert!(stderr(&wrong).contains("RGB key not found in raster pattern"));
}

#[test]
fn a_bad_file_is_named_and_the_others_are_in() {
    let dir = tempfile::tempdir().unwrap();
    raster(dir.path(), "good.tif", 0);
    let mut nothing = RasterInfo::new(SampleType::U16, 1, 50, 40);
    nothing.crs = Some(Crs::from_epsg(32632).unwrap());
    nothing.affine = Some(Affine::new(30.0, 0.0, 5e5, 0.0, -30.0, 5e6));
    nothing.bands[0].nodata = Some(Nodata::new(0.0));
    files::write(
        dir.path(),
        "nodata.tif",
        &nothing,
        Samples::U16(vec![0; 2000]),
        None,
    );
    fs::write(dir.path().join("garbage.tif"), b"II*\0garbage").unwrap();
    let output = ingest(dir.path(), "{name}.tif", &["-q"]);
    assert_code(&output, 1);
    let messages = stderr(&output);
    for expected in [
        "garbage.tif is left out",
        "nodata.tif is left out: the raster does not contain any valid data",
        "2 of 3 datasets could not be ingested",
    ] {
        assert!(messages.contains(expected), "{expected} in {messages}");
    }
    assert_eq!(said(&output), "");
    assert_eq!(
        asked(dir.path(), "/datasets")["datasets"],
        json!([{ "name": "good" }])
    );
}

#[test]
fn wrong_patterns_and_databases_are_refused_before_anything_is_written() {
    let dir = tempfile::tempdir().unwrap();
    raster(dir.path(), "a_1.tif", 0);
    raster(dir.path(), "a_2.tif", 0);
    for (pattern, message) in [
        ("a.tif", "Pattern must contain at least one placeholder"),
        ("{a", "Invalid pattern: expected '}' before end of string"),
        ("{a b}.tif", "Key names must be alphanumeric"),
        ("{name}.png", "Given pattern matches no files"),
        ("{name}_{}.tif", "Pattern leads to duplicate keys"),
        ("{limit}_{n}.tif", "reserved"),
    ] {
        let output = ingest(dir.path(), pattern, &[]);
        assert_code(&output, 2);
        assert!(
            stderr(&output).contains(message),
            "{pattern}: {}",
            stderr(&output)
        );
    }
    assert!(!dir.path().join("tc.sqlite").exists());
    for wrong in [
        &["--shard", "2/2"][..],
        &["--bands", "0"],
        &["--no-such-flag"],
    ] {
        assert_code(&ingest(dir.path(), "{a}_{b}.tif", wrong), 2);
    }
    assert_code(&ingest(dir.path(), "{a}_{b}.tif", &["--lazy"]), 0);
    let other = ingest(dir.path(), "{b}_{a}.tif", &["--lazy"]);
    assert_code(&other, 1);
    let message = stderr(&other);
    assert!(
        message.contains("has incompatible key names ('a', 'b')"),
        "{message}"
    );
    // A file that is something else stays what it is.
    let plain = dir.path().join("plain.sqlite");
    fs::write(&plain, b"not a database").unwrap();
    let pattern = dir.path().join("{a}_{b}.tif");
    let output = smalti(["ingest", text(&pattern), "-o", text(&plain)]);
    assert_code(&output, 1);
    assert_eq!(fs::read(&plain).unwrap(), b"not a database");
    let missing = dir.path().join("missing.sqlite");
    assert_code(&smalti(["serve", "--port", "0", "-d", text(&missing)]), 1);
    assert!(!missing.exists());
}

#[test]
fn doing_it_again_changes_nothing_or_skips() {
    let dir = tempfile::tempdir().unwrap();
    raster(dir.path(), "a.tif", 0);
    assert_code(&ingest(dir.path(), "{name}.tif", &[]), 0);
    let before = asked(dir.path(), "/metadata/a");
    assert_code(&ingest(dir.path(), "{name}.tif", &[]), 0);
    assert_eq!(asked(dir.path(), "/metadata/a"), before);
    raster(dir.path(), "b.tif", 500);
    let output = ingest(dir.path(), "{name}.tif", &["--skip-existing"]);
    assert_code(&output, 0);
    assert!(
        said(&output).contains("1 datasets ingested, 1 were there"),
        "{}",
        said(&output)
    );
    // Another raster under the same keys is measured anew.
    raster(dir.path(), "a.tif", 700);
    assert_code(&ingest(dir.path(), "{name}.tif", &[]), 0);
    assert_eq!(
        asked(dir.path(), "/metadata/a")["range"],
        json!([750.0, 2699.0])
    );
}

#[test]
fn bands_become_datasets_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    files::dem(dir.path());
    files::rgba(dir.path());
    assert_code(&ingest(dir.path(), "{scene}.tif", &["--bands", "all"]), 0);
    let datasets = asked(dir.path(), "/datasets?scene=rgba");
    assert_eq!(datasets["datasets"].as_array().unwrap().len(), 3);
    let second = asked(dir.path(), "/metadata/dem/2");
    assert_eq!(
        second["range"][0].as_f64().unwrap() as f32,
        files::height(1, 0, 20)
    );
    let other = dir.path().join("some.sqlite");
    let pattern = dir.path().join("{scene}.tif");
    let database = ["ingest", text(&pattern), "-o", text(&other)];
    let bands = ["--bands", "1,4", "--band-key", "n", "--rgb-key", "scene"];
    // A height model has no fourth band, whether pixels are read or not.
    for lazy in [&["--lazy"][..], &[]] {
        let output = smalti([&database[..], &bands, lazy].concat());
        assert_code(&output, 1);
        assert!(
            stderr(&output).contains("band 4 of") && stderr(&output).contains("bands 1 to 2"),
            "{}",
            stderr(&output)
        );
    }
    let server = Server::start(["-d", text(&other)]);
    assert_eq!(server.get("/keys").json()["keys"][1]["key"], "scene");
    assert_eq!(server.get("/metadata/4/rgba").status, 200);
}

/// As many names for one file as are wanted.
fn many(dir: &Path, names: u32) {
    let file = raster(dir, "original", 0);
    for name in 0..names {
        fs::hard_link(&file, dir.join(format!("n{name}.tif"))).unwrap();
    }
}

#[test]
fn what_was_killed_goes_on_where_it_was() {
    const FILES: u32 = 600;
    let dir = tempfile::tempdir().unwrap();
    many(dir.path(), FILES);
    let (pattern, database) = (dir.path().join("{name}.tif"), dir.path().join("tc.sqlite"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_smalti"))
        .args([
            "--log-format",
            "json",
            "ingest",
            text(&pattern),
            "-o",
            text(&database),
            "--jobs",
            "1",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It says when a quarter is done.
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let quarter = lines.find(|line| line.as_ref().unwrap().contains("ingesting raster files"));
    assert!(quarter.is_some());
    child.kill().unwrap();
    child.wait().unwrap();
    let output = ingest(dir.path(), "{name}.tif", &["--skip-existing"]);
    assert_code(&output, 0);
    assert_eq!(count(dir.path()), FILES as usize);
    let again = ingest(dir.path(), "{name}.tif", &["--skip-existing"]);
    assert!(
        said(&again).contains("0 datasets ingested, 600 were there"),
        "{}",
        said(&again)
    );
    assert_eq!(
        asked(dir.path(), "/metadata/n599")["range"],
        json!([50.0, 1999.0])
    );
}

#[test]
fn several_processes_fill_one_new_database_and_lose_nothing() {
    const FILES: u32 = 240;
    let dir = tempfile::tempdir().unwrap();
    many(dir.path(), FILES);
    let (pattern, database) = (dir.path().join("{name}.tif"), dir.path().join("tc.sqlite"));
    let start = |shard: &str| {
        Command::new(env!("CARGO_BIN_EXE_smalti"))
            .args([
                "ingest",
                text(&pattern),
                "-o",
                text(&database),
                "--shard",
                shard,
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let parts: Vec<_> = ["0/3", "1/3", "2/3"].map(start).into_iter().collect();
    for part in parts {
        let output = part.wait_with_output().unwrap();
        assert_code(&output, 0);
    }
    assert_eq!(count(dir.path()), FILES as usize);
}

#[test]
fn a_pattern_is_served_without_a_database() {
    let dir = tempfile::tempdir().unwrap();
    raster(dir.path(), "2020_B4.tif", 0);
    raster(dir.path(), "2020_B8.tif", 0);
    let pattern = dir.path().join("{date}_{band}.tif");
    let server = Server::start(["-r", text(&pattern), "--rgb-key", "date"]);
    let keys = server.get("/keys").json();
    assert_eq!(keys["keys"][1]["key"], "date");
    assert_eq!(
        server.get("/datasets").json()["datasets"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let files: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
    assert_eq!(files.len(), 2);
    let wrong = smalti([
        "serve",
        "--port",
        "0",
        "-r",
        text(&dir.path().join("{x}.png")),
    ]);
    assert_code(&wrong, 2);
    let both = smalti([
        "serve",
        "--port",
        "0",
        "-r",
        text(&pattern),
        "-d",
        "x.sqlite",
    ]);
    assert_code(&both, 2);
    // What a flag says counts more than the environment.
    let elsewhere = [("SMALTI_DATABASE", "/nowhere/at/all.sqlite")];
    let arguments = ["-r", text(&pattern), "--debug"];
    let server = Server::start_with("serve", arguments, &elsewhere);
    assert_eq!(server.get("/keys").status, 200);
}

#[test]
fn empty_tiles_and_percentiles_are_as_the_flags_say() {
    let dir = tempfile::tempdir().unwrap();
    raster(dir.path(), "2020_B4.tif", 0);
    let pattern = dir.path().join("{date}_{band}.tif");
    let start = |more: &[&str]| Server::start([&["-r", text(&pattern)], more].concat());
    let dataset = "/singleband/2020/B4";
    for (flags, status) in [
        (&[][..], 200),
        (&["--empty-tile", "204"], 204),
        (&["--empty-tile", "404"], 404),
    ] {
        let server = start(flags);
        let answer = server.get(&format!("{dataset}/12/0/0.png"));
        assert_eq!(answer.status, status, "{flags:?}");
    }
    let last = format!("{dataset}/preview.png?stretch_range=[%22p1%22,%22p99%22]");
    assert_eq!(start(&[]).get(&last).status, 200);
    let as_terracotta = start(&["--percentiles-as-terracotta"]);
    assert_eq!(as_terracotta.get(&last).status, 400);
}

#[test]
fn keyed_datasets_are_on_terracottas_ports() {
    let dir = tempfile::tempdir().unwrap();
    raster(dir.path(), "2020_B4.tif", 0);
    let pattern = dir.path().join("{date}_{band}.tif");
    let start = || {
        let mut child = Command::new(env!("CARGO_BIN_EXE_smalti"))
            .args(["serve", "-r", text(&pattern), "--threads", "1"])
            .env_remove("SMALTI_PORT")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let port = line.trim().trim_end_matches('/').rsplit(':').next();
        (child, port.and_then(|port| port.parse::<u16>().ok()))
    };
    let mut both = [start(), start()];
    for (child, _) in &mut both {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let ports = both.map(|(_, port)| port.unwrap());
    assert!(
        ports.iter().all(|port| (5000..=5099).contains(port)),
        "{ports:?}"
    );
    assert_ne!(ports[0], ports[1]);
}

#[test]
fn a_bucket_is_ingested() {
    let Some((endpoint, bucket)) = s3::bucket() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let bytes = fs::read(raster(dir.path(), "a.tif", 0)).unwrap();
    for key in [
        "keyed/2020/B4.tif",
        "keyed/2020/B8.tif",
        "keyed/2020/deep/B1.tif",
    ] {
        ureq::put(format!("{endpoint}/{bucket}/{key}"))
            .send(&bytes[..])
            .unwrap();
    }
    let database = dir.path().join("tc.sqlite");
    let output = Command::new(env!("CARGO_BIN_EXE_smalti"))
        .args([
            "ingest",
            &format!("s3://{bucket}/keyed/{{date}}/{{band}}.tif"),
            "-o",
            text(&database),
        ])
        .args([
            "--s3-endpoint",
            &endpoint,
            "--s3-access-key",
            "test",
            "--s3-secret-key",
            "test",
        ])
        .env("AWS_REGION", "us-east-1")
        .output()
        .unwrap();
    assert_code(&output, 0);
    assert_eq!(count(dir.path()), 2);
    assert_eq!(
        asked(dir.path(), "/metadata/2020/B8")["range"],
        json!([50.0, 1999.0])
    );
}

#[test]
fn a_database_is_migrated_when_somebody_agrees() {
    let dir = tempfile::tempdir().unwrap();
    raster(dir.path(), "a.tif", 0);
    assert_code(&ingest(dir.path(), "{name}.tif", &[]), 0);
    let database = dir.path().join("tc.sqlite");
    let before = asked(dir.path(), "/metadata/a");
    // Nobody sits at the terminal.
    let asks = smalti(["migrate", text(&database), "--to", "0.9"]);
    assert_code(&asks, 2);
    assert!(said(&asks).contains("UPDATE terracotta SET version = '0.9.0'"));
    let done = smalti(["migrate", text(&database), "--to", "0.9", "--yes"]);
    assert_code(&done, 0);
    assert!(
        said(&done).contains("is of version 0.9.0"),
        "{}",
        said(&done)
    );
    assert_eq!(asked(dir.path(), "/metadata/a"), before);
    assert_code(&smalti(["migrate", text(&database), "-y"]), 0);
    let nothing = smalti(["migrate", text(&database)]);
    assert_code(&nothing, 0);
    assert!(said(&nothing).contains("already"), "{}", said(&nothing));
    assert_code(
        &smalti(["migrate", text(&database), "--to", "0.5", "-y"]),
        2,
    );
    let missing = dir.path().join("missing.sqlite");
    assert_code(&smalti(["migrate", text(&missing), "-y"]), 1);
    assert!(!missing.exists());
}

/// A process that does not outlive its test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn connect_shows_another_server_that_has_keys() {
    let dir = tempfile::tempdir().unwrap();
    raster(dir.path(), "a.tif", 0);
    let pattern = dir.path().join("{name}.tif");
    let server = Server::start(["-r", text(&pattern)]);
    let child = Command::new(env!("CARGO_BIN_EXE_smalti"))
        .args(["connect", &server.url, "--no-browser", "--port", "0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut viewer = Ended(child);
    let mut lines = BufReader::new(viewer.0.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let page = line.strip_prefix("listening on ").unwrap();
    let asks = page.contains("/?server=http%3A%2F%2F127.0.0.1%3A");
    assert!(asks, "{page}");
    let answer = ureq::get(page)
        .header("accept", "text/html")
        .call()
        .unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/html"), "{kind}");
    // Without keys there is nothing to be shown.
    let empty = Server::start([] as [&str; 0]);
    let output = smalti(["connect", &empty.url, "--no-browser"]);
    assert_code(&output, 1);
    assert!(
        stderr(&output).contains("Could not connect to"),
        "{}",
        stderr(&output)
    );
    assert_code(&smalti(["connect", "ftp://x", "--no-browser"]), 2);
}
