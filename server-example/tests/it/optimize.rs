//! `smalti optimize-rasters`: what it makes, what it refuses, and what it leaves behind.

use crate::{
    files,
    npy::Npy,
    server::{smalti, stderr},
};
use std::{fs, path::Path};

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
