//! The viewer in a real browser, in front of the real server.
//!
//! `viewer/test` says what is looked at; here is the server that it looks at. Needs `SMALTI_CHROMIUM`,
//! Node.js and npm; `cargo xtask test` sees to them.

mod tiff;

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;

use tiff::Tiff;

/// How long the server may take to say where it listens.
const START: Duration = Duration::from_secs(60);

/// What the browser tests need of `viewer/`.
const PROJECT: [&str; 8] = [
    "src",
    "test",
    "index.html",
    "build.mjs",
    "jsconfig.json",
    "package.json",
    "package-lock.json",
    ".npmrc",
];

#[test]
fn the_map_in_a_browser_shows_what_the_files_hold() {
    in_a_browser("layers", "SMALTI_URL", sample_files);
}

#[test]
fn other_peoples_maps_in_a_browser_show_what_the_files_hold() {
    in_a_browser("clients", "SMALTI_URL", sample_files);
}

#[test]
fn datasets_in_a_browser_are_shown_as_their_tiles_draw_them() {
    in_a_browser("catalog", "SMALTI_CATALOG", keyed_files);
}

/// Runs a script of `viewer/package.json` against a server of what `made` says; `variable` tells the script where.
fn in_a_browser(script: &str, variable: &str, made: fn(&Path) -> Vec<OsString>) {
    let Some(chromium) = std::env::var_os("SMALTI_CHROMIUM") else {
        println!("not run: SMALTI_CHROMIUM is not set; `cargo xtask test` sets it");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&made(folder.path()));
    // Installed once: the tests want it at the same time.
    static INSTALLED: OnceLock<PathBuf> = OnceLock::new();
    let project = INSTALLED.get_or_init(browser_project);
    let output = Command::new(npm())
        .args(["run", script])
        .current_dir(project)
        .env(variable, &server.url)
        .env("SMALTI_CHROMIUM", chromium)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "the browser tests of {} fail against {}:\n{}{}",
        project.display(),
        server.url,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Where pictures lie.
const UTM: Tiff = Tiff {
    width: 640,
    height: 640,
    epsg: 32632,
    origin: (340_000.0, 5_140_000.0),
    pixel: 30.0,
    nodata: None,
};

/// Four bands at two dates, a file each, and what `serve` takes to find them by their keys.
fn keyed_files(folder: &Path) -> Vec<OsString> {
    for (season, date) in ["20200101", "20200701"].iter().enumerate() {
        for (band, scale) in [
            ("blue", 25.0),
            ("green", 33.0),
            ("red", 37.0),
            ("nir", 64.0),
        ] {
            let shift = 40 * u32::try_from(season).unwrap();
            let values = |column: u32, row: u32| {
                let (x, y) = (f64::from(column + shift), f64::from(row));
                [(4000.0 + 2500.0 * (x / scale).sin() * (y / scale).cos()) as u16]
            };
            let path = folder.join(format!("{date}_{band}.tif"));
            std::fs::write(path, UTM.encode(values)).unwrap();
        }
    }
    vec!["-r".into(), folder.join("{date}_{band}.tif").into()]
}

/// A height model in web mercator, a picture in UTM and a scene of four bands: what the tests ask for,
/// made of formulas, in files as simple as a TIFF can be.
fn sample_files(folder: &Path) -> Vec<OsString> {
    let wave = |column: u32, row: u32, scale: f64| {
        (f64::from(column) / scale).sin() * (f64::from(row) / (scale * 0.7)).cos()
    };
    let dem = Tiff {
        width: 700,
        height: 600,
        epsg: 3857,
        origin: (780_000.0, 5_860_000.0),
        pixel: 60.0,
        nodata: Some("-9999"),
    };
    let heights = |column: u32, row: u32| {
        let missing = column < 60 && row < 40;
        let height = 1500.0 + 700.0 * wave(column, row, 40.0) + 90.0 * wave(column, row, 7.0);
        [if missing { -9999.0 } else { height as f32 }]
    };
    let colors = |column: u32, row: u32| {
        [25.0, 33.0, 51.0].map(|scale| (128.0 + 110.0 * wave(column, row, scale)) as u8)
    };
    let reflectances = |column: u32, row: u32| {
        [30.0, 42.0, 37.0, 64.0].map(|scale| (4000.0 + 2500.0 * wave(column, row, scale)) as u16)
    };
    [
        ("elevation.tif", dem.encode(heights)),
        ("imagery.tif", UTM.encode(colors)),
        ("scene.tif", UTM.encode(reflectances)),
    ]
    .map(|(name, bytes)| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.into()
    })
    .into()
}

/// A copy of `viewer/` with its npm packages, outside of the source tree.
fn browser_project() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("viewer");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("viewer");
    for name in PROJECT {
        copy(&source.join(name), &target.join(name));
    }
    let lock = std::fs::read(target.join("package-lock.json")).unwrap();
    let stamp = target.join("installed.lock");
    if std::fs::read(&stamp).ok().as_ref() != Some(&lock) {
        let output = Command::new(npm())
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&target)
            .output()
            .expect("npm installs the browser tests' packages");
        assert!(
            output.status.success(),
            "npm ci: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        std::fs::write(&stamp, lock).unwrap();
    }
    target
}

fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let name = entry.unwrap().file_name();
            copy(&from.join(&name), &to.join(&name));
        }
    } else {
        std::fs::copy(from, to).unwrap();
    }
}

/// `smalti serve` on a port of its own, ended with the value.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// Serves what the arguments name.
    fn start(arguments: &[OsString]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_smalti"))
            .arg("serve")
            .args(arguments)
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (said, lines) = mpsc::channel();
        forward(child.stdout.take().unwrap(), said.clone());
        forward(child.stderr.take().unwrap(), said);
        let mut server = Self {
            child,
            url: String::new(),
        };
        let mut heard = Vec::new();
        while let Ok(line) = lines.recv_timeout(START) {
            if let Some(url) = url_in(&line) {
                server.url = url;
                return server;
            }
            heard.push(line);
        }
        panic!("the server does not say where it listens: {heard:#?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads to the end, so that the server never blocks on a full pipe.
fn forward(stream: impl Read + Send + 'static, said: mpsc::Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            // Nobody listens once the address is known.
            let _ = said.send(line);
        }
    });
}

/// The address on this machine that a line names.
fn url_in(line: &str) -> Option<String> {
    let start = line.find("http://127.0.0.1:")?;
    let port: String = line[start + "http://127.0.0.1:".len()..]
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    (!port.is_empty()).then(|| format!("http://127.0.0.1:{port}/"))
}
