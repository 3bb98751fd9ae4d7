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
