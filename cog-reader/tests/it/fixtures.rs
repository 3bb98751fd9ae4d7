//! The shared files, by the rules of their README: what GDAL reads is what is read here.

use crate::support::described::compare_info;
use crate::support::pixels::{Outcome, compare_levels, compare_probes, compare_second, read};
use crate::support::{chain, shared};
use cog_raster::{RasterSource, ReadRequest, Window};
use cog_reader::validate::validate;
use cog_reader::{BlockCache, Coalesce, Cog, Color, DecodeExecutor, FileReader, OpenOptions};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Files of which something beside the pixels is knowingly read otherwise than
/// by GDAL: the file, what, and why.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    (
        "proj-data__us_noaa__us_noaa_g2018p0.tif",
        "CRS",
        "the horizontal part of a three-dimensional CRS is what places pixels",
    ),
    (
        "geotrellis__raster__data__propval_bg_01_01.tif",
        "CRS",
        "it is an ESRI PE string in a citation, which names no EPSG code",
    ),
];

/// Files that GDAL or the second decoder reads and this crate does not, and the codec that it
/// has not (README, "What it reads").
const REFUSALS: &[(&str, &str)] = &[
    ("gap__h_jpeg12_gray.tif", "JPEG (compression 7) of 12 bits"),
    ("gap__h_jpeg12_rgb.tif", "JPEG (compression 7) of 12 bits"),
    ("gap__h_jpegxr_rgb.tif", "JPEG XR (compression 34934)"),
    (
        "gdal__gcore__data__uint16_sgilog.tif",
        "SGI LogLuv (compression 34676)",
    ),
    (
        "image-tiff__logluv-3c-16b.tiff",
        "SGI LogLuv (compression 34676)",
    ),
    (
        "libtiff__test__images__ojpeg_single_strip_no_rowsperstrip.tiff",
        "old-style JPEG (compression 6)",
    ),
    (
        "twelvemonkeys__contrib__contrib__tiff__WangJPEG.tif",
        "old-style JPEG (compression 6)",
    ),
];

/// A file of which libtiff loses the last 22 bytes of its only strip, two units of 4 × 4 pixels:
/// it cuts the length of a row of units down to whole bytes.
const CUT_BY_LIBTIFF: &str = "tifflibrary__tests__Assets__Image__flower-ycbcr-contig-08_h4v4.tiff";

fn manifest(folder: &Path) -> Vec<Value> {
    let text = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&text).unwrap();
    manifest["files"].as_array().unwrap().clone()
}

#[test]
fn every_file_is_read_as_gdal_reads_it_or_refused() {
    let Some(folder) = shared::fixtures("tiff") else {
        return;
    };
    let files = manifest(&folder);
    let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let (mut refused, mut unread, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for file in &files {
        let name = file["file"].as_str().unwrap();
        let expect = file["expect"].as_str().unwrap();
        let started = Instant::now();
        let outcome = check(&folder.join(name), file, expect);
        let took = started.elapsed();
        assert!(took < Duration::from_secs(60), "{name} took {took:?}");
        let row = counts.entry(expect.to_owned()).or_default();
        match outcome {
            Outcome::Right => row[0] += 1,
            Outcome::Refused(why) => {
                row[1] += 1;
                if !matches!(expect, "damaged" | "error" | "too_large") {
                    let feature = REFUSALS.iter().find(|(file, _)| *file == name);
                    unread.push((name, feature.map_or("", |(_, feature)| feature)));
                    let says = feature.is_some_and(|(_, feature)| why.contains(feature));
                    assert!(says, "{expect} {name} is refused: {why}");
                }
                refused.push(format!("{expect:14} {name}: {why}"));
            }
            Outcome::Wrong(why) => {
                row[2] += 1;
                wrong.push(format!("{expect:14} {name}: {why}"));
            }
        }
    }
    println!(
        "{:14} {:>6} {:>8} {:>6}",
        "expect", "right", "refused", "wrong"
    );
    for (expect, [right, refused, wrong]) in &counts {
        println!("{expect:14} {right:>6} {refused:>8} {wrong:>6}");
    }
    println!("\nrefused:\n{}", refused.join("\n"));
    assert!(wrong.is_empty(), "wrong:\n{}", wrong.join("\n"));
    assert_eq!(files.len(), 249, "the manifest has changed");
    // Nothing else is refused that somebody can read.
    assert_eq!(
        unread, REFUSALS,
        "refused that should be read, or the other way round"
    );
}

#[test]
fn real_cogs_are_read_as_gdal_reads_them() {
    let Some(folder) = shared::fixtures("real") else {
        return;
    };
    for file in manifest(&folder) {
        let name = file["file"].as_str().unwrap();
        let cog = open(&folder.join(name)).unwrap();
        let report = pollster::block_on(validate(&cog)).unwrap();
        assert!(report.is_valid(true), "{name}: {report:#?}");
        if let Some(wrong) = compare_info(&cog, &file["gdal"]) {
            panic!("{name}: {wrong}");
        }
        match compare_levels(&cog, &file, file["lossy"] == true) {
            Outcome::Right => println!("{name}: right"),
            Outcome::Refused(why) | Outcome::Wrong(why) => panic!("{name}: {why}"),
        }
    }
}

/// By pages instead of a header, block by block, from the cache, in parallel,
/// by windows that cut blocks: the samples do not depend on how they come.
#[test]
fn how_bytes_come_makes_no_difference() {
    let Some(folder) = shared::fixtures("tiff") else {
        return;
    };
    let cache = Arc::new(BlockCache::new(64 << 20));
    let mut compared = 0;
    for file in manifest(&folder) {
        let path = folder.join(file["file"].as_str().unwrap());
        let expect = file["expect"].as_str().unwrap();
        let Ok(plain) = open(&path) else { continue };
        if !expect.starts_with("pixels") || plain.info().bands.len() > 16 {
            continue;
        }
        let options = OpenOptions::default()
            .with_header_bytes(1024)
            .with_coalesce(Coalesce::new(0, 0))
            .with_block_cache(cache.clone())
            .with_executor(Arc::new(Threads));
        let reader = Arc::new(FileReader::open(&path).unwrap());
        let other = pollster::block_on(Cog::open(reader, options)).unwrap();
        assert_eq!(plain.info(), other.info(), "{}", path.display());
        for (level, size) in plain.info().levels.iter().enumerate() {
            let whole = ReadRequest::new(level, Window::new(0, 0, size.width, size.height));
            let Ok(whole) = read(&plain, whole) else {
                continue;
            };
            for window in quarters(size.width, size.height) {
                // Twice: the second time from the cache.
                for _ in 0..2 {
                    let part = read(&other, ReadRequest::new(level, window)).unwrap();
                    let expected = whole.crop(&window).unwrap();
                    let same = part.samples().to_le_bytes() == expected.samples().to_le_bytes()
                        && part.mask() == expected.mask();
                    assert!(same, "{} level {level} window {window}", path.display());
                }
            }
            compared += 1;
        }
    }
    assert!(
        compared > 200 && cache.hits() > 1000,
        "{compared} levels, {cache:?}"
    );
}

/// Four windows whose common corner is a third of the way.
fn quarters(width: u32, height: u32) -> Vec<Window> {
    let (col, row) = (
        (width / 3).max(1).min(width),
        (height / 3).max(1).min(height),
    );
    [
        Window::new(0, 0, col, row),
        Window::new(col, 0, width - col, row),
        Window::new(0, row, col, height - row),
        Window::new(col, row, width - col, height - row),
    ]
    .into_iter()
    .filter(|window| !window.is_empty())
    .collect()
}

/// Runs each job on a thread of its own.
#[derive(Debug)]
struct Threads;

impl DecodeExecutor for Threads {
    fn run(&self, job: Box<dyn FnOnce() + Send>) {
        std::thread::spawn(job);
    }
}

fn check(path: &Path, file: &Value, expect: &str) -> Outcome {
    let cog = match open(path) {
        Ok(cog) => cog,
        Err(error) => return Outcome::Refused(error),
    };
    match expect {
        "pixels" | "pixels_lossy" => {
            if let Some(wrong) = compare_info(&cog, &file["gdal"]) {
                let known = DIFFERENCES
                    .iter()
                    .find(|(name, what, _)| file["file"] == *name && wrong.starts_with(what));
                match known {
                    Some((name, _, why)) => println!("known difference: {name}: {wrong}: {why}"),
                    None => return Outcome::Wrong(wrong),
                }
            }
            compare_levels(&cog, file, expect == "pixels_lossy")
        }
        "pixels_rgba" => {
            let stored = compare_second(&cog, file);
            let options = OpenOptions::default().with_color(Color::Rgb);
            let reader = Arc::new(FileReader::open(path).unwrap());
            let converted = pollster::block_on(Cog::open(reader, options)).unwrap();
            // Converted they are GDAL's own, where they can be converted.
            match (stored, compare_second(&converted, file)) {
                (Outcome::Refused(why), _) | (_, Outcome::Refused(why)) => Outcome::Refused(why),
                (Outcome::Wrong(_), Outcome::Wrong(_)) if file["file"] == CUT_BY_LIBTIFF => {
                    compare_probes(&converted, file, |row, col| row < 40 || col < 68)
                }
                (Outcome::Wrong(_), converted) if file["second"].is_null() => converted,
                (Outcome::Right, converted) => converted,
                (wrong, _) => wrong,
            }
        }
        "second_only" => compare_second(&cog, file),
        // No crash, and one block of what is too large stays cheap.
        _ => {
            let (width, height) = (cog.info().width(), cog.info().height());
            let whole = Window::new(0, 0, width, height);
            match read(&cog, ReadRequest::new(0, whole)) {
                Ok(_) => Outcome::Right,
                Err(error) => {
                    let one = ReadRequest::new(0, Window::new(0, 0, 1, 1));
                    match read(&cog, one.with_bands([0])) {
                        Ok(_) | Err(_) => Outcome::Refused(error),
                    }
                }
            }
        }
    }
}

fn open(path: &Path) -> Result<Cog, String> {
    let reader = FileReader::open(path).map_err(|e| chain(&e))?;
    pollster::block_on(Cog::open(Arc::new(reader), OpenOptions::default())).map_err(|e| chain(&e))
}
