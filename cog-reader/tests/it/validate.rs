//! What is said of a file that is, or is not, a COG.

use crate::support::open;
use crate::support::tiff::{Cut, File, Pattern, V, write};
use cog_reader::validate::validate;

fn pattern(side: u32, cut: Cut) -> Pattern {
    Pattern {
        width: side,
        height: side,
        bands: 1,
        size: 1,
        cut,
        planar: false,
        value: |_, col, row| u64::from(col ^ row),
    }
}

#[test]
fn a_cog_is_valid_and_a_plain_tiff_is_not() {
    let tiles = Cut::Tiles(128, 128);
    for (file, valid) in [(File::COG, true), (File::CLASSIC, false)] {
        let ifds = [
            pattern(1024, tiles).ifd(&file),
            pattern(512, tiles).ifd(&file).with(254, V::Long(vec![1])),
        ];
        let report = pollster::block_on(validate(&open(write(&file, &ifds)))).unwrap();
        assert_eq!(report.is_valid(true), valid, "{report:#?}");
        assert_eq!(report.has_ghost_area, valid);
        assert_eq!(report.levels.len(), 2);
    }
}

#[test]
fn each_fault_is_named() {
    let file = File::COG;
    let strips = pattern(600, Cut::Strips(64)).ifd(&file);
    let report = pollster::block_on(validate(&open(write(&file, &[strips])))).unwrap();
    assert!(report.errors[0].contains("is not tiled"), "{report:?}");
    assert!(report.warnings[0].contains("no overviews"), "{report:?}");
    let edited = {
        let bytes = write(&file, &[pattern(100, Cut::Tiles(64, 64)).ifd(&file)]);
        let text = b"KNOWN_INCOMPATIBLE_EDITION=NO\n ";
        let at = bytes
            .windows(text.len())
            .position(|part| part == text)
            .unwrap();
        let mut bytes = bytes;
        bytes[at..at + text.len()].copy_from_slice(b"KNOWN_INCOMPATIBLE_EDITION=YES\n");
        bytes
    };
    let report = pollster::block_on(validate(&open(edited))).unwrap();
    assert!(
        report.is_valid(false) && !report.is_valid(true),
        "{report:?}"
    );
}

/// rasterio takes tiles that are as wide as the image for strips.
#[cfg(not(target_arch = "wasm32"))]
const WIDE_TILES: [&str; 2] = [
    "martin__cog__usda_naip_512_jpeg_z5.tif",
    "martin__cog__usda_naip_512_webp_z5.tif",
];

/// `rio cogeo validate`, where Python is at hand, says the same of the shared files.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn rio_cogeo_agrees() {
    use std::process::Command;
    use std::sync::Arc;

    let Some(python) = std::env::var_os("SMALTI_PYTHON") else {
        println!("skipped: SMALTI_PYTHON is not set");
        return;
    };
    let Some(folder) = crate::support::shared::fixtures("tiff") else {
        return;
    };
    let script = r"
import glob, os, sys, warnings
from rio_cogeo.cogeo import cog_validate
warnings.simplefilter('ignore')
for path in sorted(glob.glob(os.path.join(sys.argv[1], '*.tif*'))):
    try:
        valid, errors, warned = cog_validate(path, quiet=True)
    except Exception:
        continue
    print(os.path.basename(path), valid, len(errors), sep='\t')
";
    let output = Command::new(python)
        .args(["-c", script])
        .arg(&folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut differences = Vec::new();
    let mut compared = 0;
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let [name, valid, _] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let reader = cog_reader::FileReader::open(folder.join(name)).unwrap();
        let options = cog_reader::OpenOptions::default();
        let Ok(cog) = pollster::block_on(cog_reader::Cog::open(Arc::new(reader), options)) else {
            continue;
        };
        let Ok(report) = pollster::block_on(validate(&cog)) else {
            continue;
        };
        compared += 1;
        if report.is_valid(false) != (valid == "True") && !WIDE_TILES.contains(&name) {
            differences.push(format!("{name}: rio-cogeo says {valid}, {report:?}"));
        }
    }
    assert!(compared > 200, "only {compared} files were compared");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
