//! Files that are legal but odd, and some that are broken: what GDAL reads of
//! them is what is read here, and what it refuses at least does no harm.
//!
//! `tests/golden/odd.json` is what `tests/oracle/odd.py` prints.

use crate::support::described::compare_info;
use crate::support::pixels::{Outcome, compare_levels, read};
use crate::support::{chain, try_open_with};
use cog_raster::{RasterSource, ReadRequest, Window};
use cog_reader::{Color, OpenOptions};
use serde_json::Value;
use std::path::Path;

/// Files that are knowingly read otherwise than by GDAL, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    (
        "offsets_ifd",
        "GDAL takes offsets of type IFD for 0 and reads the header as pixels",
    ),
    (
        "sparse_offset_only",
        "GDAL reads the header as pixels where an offset is 0",
    ),
    ("nodata_u64_max", "rasterio has no number for it"),
    ("overviews_unsorted", "overviews are ordered by size"),
    ("sub_ifd_chained", "overviews are ordered by size"),
    ("overview_old_type", "tag 255 says that it is an overview"),
    (
        "overview_larger",
        "an overview is not larger than the image",
    ),
    ("overview_other_type", "all levels have one sample type"),
    (
        "overview_broken",
        "GDAL stops at a broken directory, what follows is of use",
    ),
    (
        "mask_type_5",
        "it has the size of the image, so it is the image's mask",
    ),
    (
        "mask_without_overview_mask",
        "GDAL shows all of the overview, masked pixels too",
    ),
    (
        "mask_of_overview_only",
        "the image has no mask, so the overview has none",
    ),
    (
        "mask_per_band",
        "rasterio shows neither a mask nor its absence",
    ),
    (
        "geo_scale_nan",
        "a transformation that is not finite is none",
    ),
    (
        "geo_no_tie",
        "rasterio shows half a transformation that GDAL does not call valid",
    ),
    (
        "geo_tie_5",
        "rasterio shows half a transformation that GDAL does not call valid",
    ),
    ("geo_keys_short", "the keys that are there are good"),
    ("geo_keys_version", "the keys are as in version 1"),
    (
        "geo_wrong_model",
        "the projected CRS is what the coordinates are in",
    ),
    ("geo_3d", "the horizontal part is what places pixels"),
    (
        "meta_scale_bad",
        "GDAL takes what is no number for a scale of 0",
    ),
    ("meta_color_new", "the seam has no word for spectral bands"),
    ("depth_16_format_3_be", "the payload of a NaN is not kept"),
    (
        "nodata_u8_float",
        "no integer is 7.5; GDAL masks those that are 7",
    ),
    (
        "nodata_u8_comma",
        "no integer is 7.5; GDAL masks those that are 7",
    ),
    (
        "nodata_u8_pointless",
        "no integer is 7.5; GDAL masks those that are 7",
    ),
    (
        "nodata_i1_fraction",
        "no integer is 7.5; GDAL masks those that are 7",
    ),
    (
        "nodata_u2_fraction",
        "no integer is 7.5; GDAL masks those that are 7",
    ),
    (
        "nodata_i2_fraction",
        "no integer is 7.5; GDAL masks those that are 7",
    ),
    (
        "nodata_u4_fraction",
        "no integer is 7.5; GDAL masks those that are 7",
    ),
    (
        "nodata_i4_fraction",
        "no integer is 7.5; GDAL masks those that are 7",
    ),
    (
        "bits_2_signed",
        "they are signed; GDAL knows no signed depths between the types",
    ),
    ("bits_4_signed", "as above"),
    (
        "depth_5_format_2_le",
        "they are signed; GDAL knows no signed depths between the types",
    ),
    (
        "depth_5_format_2_be",
        "they are signed; GDAL knows no signed depths between the types",
    ),
    (
        "depth_12_format_2_le",
        "they are signed; GDAL knows no signed depths between the types",
    ),
    (
        "depth_12_format_2_be",
        "they are signed; GDAL knows no signed depths between the types",
    ),
    (
        "depth_24_format_2_le",
        "they are signed; GDAL knows no signed depths between the types",
    ),
    (
        "depth_24_format_2_be",
        "they are signed; GDAL knows no signed depths between the types",
    ),
    (
        "depth_16_format_5_le",
        "refused by name; GDAL takes them for unsigned integers",
    ),
    (
        "depth_16_format_5_be",
        "refused by name; GDAL takes them for unsigned integers",
    ),
    (
        "depth_8_format_5_le",
        "refused by name; GDAL takes them for unsigned integers",
    ),
    (
        "depth_8_format_5_be",
        "refused by name; GDAL takes them for unsigned integers",
    ),
    (
        "depth_16_format_6_le",
        "refused by name; GDAL takes them for unsigned integers",
    ),
    (
        "depth_16_format_6_be",
        "refused by name; GDAL takes them for unsigned integers",
    ),
    (
        "depth_32_format_6_le",
        "refused by name; GDAL takes them for unsigned integers",
    ),
    (
        "depth_32_format_6_be",
        "refused by name; GDAL takes them for unsigned integers",
    ),
    ("lab_16", "GDAL delivers CIE L*a*b* of 16 bits as stored"),
];

fn golden() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/odd.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn odd_files_are_read_as_gdal_reads_them() {
    let mut wrong = Vec::new();
    let mut differences = Vec::new();
    let files = golden();
    for file in &files {
        let name = file["file"].as_str().unwrap();
        if let Some(why) = check(file) {
            match DIFFERENCES.iter().find(|(known, _)| *known == name) {
                Some(known) => differences.push(known),
                None => wrong.push(format!("{name} ({}): {why}", file["why"])),
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        files.len(),
        wrong.join("\n")
    );
    assert_eq!(differences.len(), DIFFERENCES.len(), "{differences:?}");
}

fn check(file: &Value) -> Option<String> {
    let bytes = unhex(file["hex"].as_str().unwrap());
    // Colours as GDAL shows them.
    let options = OpenOptions::default().with_color(Color::Rgb);
    let cog = try_open_with(bytes, options);
    if file["expect"] == "error" {
        // No crash; what GDAL does not read may be read.
        if let Ok(cog) = cog {
            for (level, size) in cog.info().levels.iter().enumerate() {
                let window = Window::new(0, 0, size.width, size.height);
                let _ = read(&cog, ReadRequest::new(level, window));
            }
        }
        return None;
    }
    match cog {
        Err(error) => Some(chain(&error)),
        Ok(cog) => {
            compare_info(&cog, &file["gdal"]).or_else(|| match compare_levels(&cog, file, false) {
                Outcome::Right => None,
                Outcome::Refused(why) | Outcome::Wrong(why) => Some(why),
            })
        }
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digit).collect()
}

#[test]
fn the_golden_file_is_what_gdal_says_today() {
    let Some(python) = std::env::var_os("SMALTI_PYTHON") else {
        println!("skipped: SMALTI_PYTHON is not set");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/odd.py");
    let output = std::process::Command::new(python)
        .arg(script)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let today: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    for (today, golden) in today.iter().zip(golden()) {
        let name = &golden["file"];
        assert!(*today == golden, "{name} has changed; run odd.py anew");
    }
    assert_eq!(today.len(), golden().len());
}
