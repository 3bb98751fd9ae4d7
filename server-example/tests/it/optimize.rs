//! `smalti optimize-rasters`: what it makes, what it refuses, and what it leaves behind.

use crate::{
    files,
    npy::Npy,
    server::{smalti, stderr},
};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn pixels(folder: &Path, file: &Path) -> Vec<u8> {
    let npy = folder.join("pixels.npy");
    let output = smalti(["read", text(file), "-o", text(&npy)]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let bytes = fs::read(&npy).unwrap();
    let _ = Npy::parse(&bytes);
    bytes
}

/// Names in a folder, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_becomes_a_valid_cog_with_the_same_pixels() {
    let dir = tempfile::tempdir().unwrap();
    let dem = files::dem(dir.path());
    let out = dir.path().join("out");
    for profile in ["deflate", "lzw", "zstd", "packbits", "raw"] {
        let output = smalti([
            "optimize-rasters",
            text(&dem),
            "-o",
            text(&out),
            "--profile",
            profile,
            "--blocksize",
            "128",
            "--overwrite",
        ]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let made = out.join(dem.file_name().unwrap());
        let valid = smalti(["validate", text(&made), "--strict"]);
        assert_eq!(valid.status.code(), Some(0), "{}", stderr(&valid));
        assert_eq!(
            pixels(dir.path(), &made),
            pixels(dir.path(), &dem),
            "{profile}"
        );
        assert_eq!(names(&out), [dem.file_name().unwrap().to_str().unwrap()]);
    }
}

#[test]
fn what_exists_is_kept_skipped_or_replaced_as_told() {
    let dir = tempfile::tempdir().unwrap();
    let dem = files::dem(dir.path());
    let out = dir.path().join("out");
    let (input, folder) = (text(&dem), text(&out));
    let base = ["optimize-rasters", input, "-o", folder, "-q"];
    assert_eq!(smalti(base).status.code(), Some(0));
    let made = out.join(dem.file_name().unwrap());
    fs::write(&made, "kept").unwrap();
    let refused = smalti(base);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("--skip-existing"));
    let with = |option: &'static str| smalti([&base[..], &[option]].concat());
    assert_eq!(with("--skip-existing").status.code(), Some(0));
    assert_eq!(fs::read(&made).unwrap(), b"kept");
    assert_eq!(with("--overwrite").status.code(), Some(0));
    assert!(fs::metadata(&made).unwrap().len() > 1000);
    let both = smalti([&base[..], &["--overwrite", "--skip-existing"]].concat());
    assert_eq!(both.status.code(), Some(2));
    // Over itself.
    let own = dir.path().to_str().unwrap();
    let itself = smalti(["optimize-rasters", input, "-o", own, "--overwrite"]);
    assert_eq!(itself.status.code(), Some(2), "{}", stderr(&itself));
    for profile in ["lerc", "lzma", "lerc_zstd"] {
        let refused = smalti([&base[..], &["--profile", profile]].concat());
        assert_eq!(refused.status.code(), Some(2));
        assert!(
            stderr(&refused).contains("not written"),
            "{}",
            stderr(&refused)
        );
    }
}

#[test]
fn one_bad_file_is_reported_and_the_others_are_made() {
    let dir = tempfile::tempdir().unwrap();
    let dem = files::dem(dir.path());
    let raw = dir.path().join("raw");
    fs::create_dir(&raw).unwrap();
    fs::copy(&dem, raw.join("a.tif")).unwrap();
    fs::copy(&dem, raw.join("c.tif")).unwrap();
    let whole = fs::read(&dem).unwrap();
    fs::write(raw.join("b.tif"), &whole[..whole.len() / 2]).unwrap();
    let out = dir.path().join("out");
    // What a killed run left, of this file and of another's name.
    fs::create_dir(&out).unwrap();
    fs::write(out.join(".a.tif.1.smalti-part"), "half").unwrap();
    let pattern = raw.join("?.tif");
    let output = smalti([
        "optimize-rasters",
        text(&pattern),
        "-o",
        text(&out),
        "--nproc",
        "-1",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("b.tif"), "{}", stderr(&output));
    assert_eq!(names(&out), ["a.tif", "c.tif"]);
    // Each of two shards has its own.
    let shards = dir.path().join("shards");
    for shard in ["0/3", "2/3"] {
        let output = smalti([
            "optimize-rasters",
            text(&pattern),
            "-o",
            text(&shards),
            "--shard",
            shard,
        ]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    assert_eq!(names(&shards), ["a.tif", "c.tif"]);
}

/// Makes `source` into `out` with more options; the file made.
fn made(source: &Path, out: &Path, options: &[&str]) -> std::path::PathBuf {
    let base = ["optimize-rasters", text(source), "-o", text(out), "-q"];
    let output = smalti([&base[..], options].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let valid = smalti([
        "validate",
        text(&out.join(source.file_name().unwrap())),
        "--strict",
    ]);
    assert_eq!(valid.status.code(), Some(0), "{}", stderr(&valid));
    out.join(source.file_name().unwrap())
}

fn info(file: &Path) -> serde_json::Value {
    let output = smalti(["info", text(file), "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn web_mercator_is_as_terracotta_and_rio_cogeo_make_it() {
    let dir = tempfile::tempdir().unwrap();
    let dem = files::dem(dir.path());
    let folder = |name: &str| dir.path().join(name);
    let nearest = ["--resampling-method", "nearest"];
    let plain = made(&dem, &folder("plain"), &[]);
    let reprojected = made(
        &dem,
        &folder("reprojected"),
        &[&nearest[..], &["--reproject"]].concat(),
    );
    let web = [
        &nearest[..],
        &[
            "--web-optimized",
            "--aligned-levels",
            "2",
            "--blocksize",
            "256",
        ],
    ];
    let web = made(&dem, &folder("web"), &web.concat());
    for file in [&reprojected, &web] {
        let info = info(file).to_string();
        assert!(info.contains("3857") && info.contains("-9999"), "{info}");
    }
    let Some(python) = std::env::var_os("SMALTI_PYTHON") else {
        println!("not compared: SMALTI_PYTHON is not set; `cargo xtask test` sets it");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/optimize.py");
    let output = Command::new(python)
        .args([&script, &dem, &plain, &reprojected, &web])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn what_the_source_does_not_cover_is_masked() {
    let dir = tempfile::tempdir().unwrap();
    for (source, options) in [
        (files::rgb(dir.path()), &["--reproject"][..]),
        (
            files::rgba(dir.path()),
            &["--web-optimized", "--zoom-level", "11"][..],
        ),
        (
            files::rotated(dir.path()),
            &["--web-optimized", "--zoom-level-strategy", "lower"][..],
        ),
        (
            files::rgb(dir.path()),
            &["--reproject", "--profile", "jpeg", "--overwrite"][..],
        ),
    ] {
        let made = made(&source, &dir.path().join("out"), options);
        let (samples, mask) = (dir.path().join("s.npy"), dir.path().join("m.npy"));
        let output = smalti([
            "read",
            text(&made),
            "-o",
            text(&samples),
            "--mask-output",
            text(&mask),
        ]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let valid = Npy::parse(&fs::read(&mask).unwrap()).data;
        // The corner of a box around turned pixels, and what lies in it.
        assert_eq!(valid[0], 0, "{options:?}");
        assert!(valid.contains(&255), "{options:?}");
    }
}

#[test]
fn defaults_are_not_terracottas() {
    let dir = tempfile::tempdir().unwrap();
    let dem = files::dem(dir.path());
    let rgb = files::rgb(dir.path());
    // Bands, compression, predictor, and whether there is a mask.
    let made_of = |source: &Path, out: &str, options: &[&str]| {
        let info = info(&made(source, &dir.path().join(out), options));
        let level = &info["levels"][0];
        let compression = level["compression"].as_str().unwrap().to_lowercase();
        let predictor = level["predictor"].as_u64();
        (
            info["count"].as_u64(),
            compression,
            predictor,
            level["mask"].as_bool(),
        )
    };
    let deflate =
        |bands, predictor, mask| (Some(bands), "deflate".into(), Some(predictor), Some(mask));
    assert_eq!(made_of(&dem, "out", &[]), deflate(2, 3, false));
    assert_eq!(
        made_of(&dem, "masked", &["--add-mask"]),
        deflate(2, 3, true)
    );
    // What a source has stays.
    assert_eq!(made_of(&rgb, "out", &[]), deflate(3, 2, true));
    let one = ["--bands", "2", "--predictor", "none"];
    assert_eq!(made_of(&dem, "one", &one), deflate(1, 1, false));
}

#[test]
fn sources_of_one_name_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let dem = files::dem(dir.path());
    let other = dir.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::copy(&dem, other.join("dem.tiff")).unwrap();
    let out = dir.path().join("out");
    let twin = other.join("dem.tiff");
    let output = smalti([
        "optimize-rasters",
        text(&dem),
        text(&twin),
        "-o",
        text(&out),
        "--overwrite",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("would both become"),
        "{}",
        stderr(&output)
    );
    assert_eq!(names(&out), [""; 0]);
}

#[test]
fn options_of_the_warp_are_checked() {
    let dir = tempfile::tempdir().unwrap();
    let dem = files::dem(dir.path());
    let out = dir.path().join("out");
    let run = |source: &Path, options: &[&str]| {
        let base = ["optimize-rasters", text(source), "-o", text(&out), "-q"];
        let output = smalti([&base[..], options].concat());
        (output.status.code(), stderr(&output))
    };
    for options in [
        &["--reproject", "--web-optimized"][..],
        &["--zoom-level", "3"],
        &["--aligned-levels", "3", "--reproject"],
        &["--web-optimized", "--zoom-level", "31"],
        &[
            "--web-optimized",
            "--zoom-level",
            "3",
            "--zoom-level-strategy",
            "upper",
        ],
    ] {
        assert_eq!(run(&dem, options).0, Some(2), "{options:?}");
    }
    // What only the file shows is told of that file, and nothing is left behind.
    for (source, options, said) in [
        (
            &dem,
            &["--reproject", "--warp-resampling", "gauss"][..],
            "between two CRSs",
        ),
        (
            &dem,
            &["--web-optimized", "--aligned-levels", "30"],
            "30 levels",
        ),
        (
            &dem,
            &["--web-optimized", "--zoom-level", "30"],
            "smaller blocks",
        ),
        (
            &files::no_crs(dir.path()),
            &["--reproject"],
            "not georeferenced",
        ),
    ] {
        let (code, message) = run(source, options);
        assert_eq!(code, Some(1), "{options:?}: {message}");
        assert!(message.contains(said), "{options:?}: {message}");
    }
    assert_eq!(names(&out), [""; 0]);
}

/// A process that does not outlive its test.
struct Ended(std::process::Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_was_killed_left_nothing_by_halves_and_goes_on() {
    const FILES: usize = 16;
    let dir = tempfile::tempdir().unwrap();
    let dem = files::dem(dir.path());
    let raw = dir.path().join("raw");
    fs::create_dir(&raw).unwrap();
    for number in 0..FILES {
        fs::hard_link(&dem, raw.join(format!("{number:02}.tif"))).unwrap();
    }
    let whole = fs::read(made(&dem, &dir.path().join("whole"), &[])).unwrap();
    let (pattern, out) = (raw.join("*.tif"), dir.path().join("out"));
    fs::create_dir(&out).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_smalti"))
        .args(["optimize-rasters", text(&pattern), "-o", text(&out), "-q"])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mut child = Ended(child);
    let part = |name: &String| name.starts_with('.') && name.ends_with(".smalti-part");
    // In the middle: some are made, and one is in the making.
    loop {
        let names = names(&out);
        if names.iter().filter(|name| !part(name)).count() >= 2 && names.iter().any(part) {
            break;
        }
        assert!(
            child.0.try_wait().unwrap().is_none(),
            "it ended before it was killed"
        );
        std::thread::yield_now();
    }
    child.0.kill().unwrap();
    child.0.wait().unwrap();
    let left = names(&out);
    let complete: Vec<_> = left.iter().filter(|name| !part(name)).collect();
    assert!(complete.len() < FILES, "{left:?}");
    for name in &complete {
        assert!(name.ends_with(".tif"), "{name}");
        assert!(
            fs::read(out.join(name)).unwrap() == whole,
            "{name} is not whole"
        );
    }
    let before = fs::metadata(out.join(complete[0]))
        .unwrap()
        .modified()
        .unwrap();
    let again = smalti([
        "optimize-rasters",
        text(&pattern),
        "-o",
        text(&out),
        "-q",
        "--skip-existing",
    ]);
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    let all: Vec<_> = (0..FILES)
        .map(|number| format!("{number:02}.tif"))
        .collect();
    assert_eq!(names(&out), all);
    for name in &all {
        assert!(
            fs::read(out.join(name)).unwrap() == whole,
            "{name} is not whole"
        );
    }
    let after = fs::metadata(out.join(complete[0]))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(before, after, "what was made was made again");
}
