//! Every way to lay out a TIFF gives the same pixels.

use crate::support::tiff::{Cut, File, Ifd, Pattern, V, mask_ifd, write};
use crate::support::{open, read};
use cog_raster::{MaskKind, RasterMask, RasterSource, SampleType, Samples, testkit};

/// A value that no other pixel or band nearby has, and that needs all its bytes.
fn value(band: u32, col: u32, row: u32) -> u64 {
    let [band, col, row] = [band, col, row].map(u64::from);
    band * 0x12_3456_0100_1001 + col * 0x101_0703 + row * 0x301_0b09 + 5
}

fn pattern(width: u32, height: u32, cut: Cut) -> Pattern {
    Pattern {
        width,
        height,
        bands: 1,
        size: 1,
        cut,
        planar: false,
        value,
    }
}

#[test]
fn every_layout_gives_the_same_pixels() {
    for (big_endian, big) in [(false, false), (true, false), (false, true), (true, true)] {
        let file = File {
            big_endian,
            big,
            ..File::CLASSIC
        };
        for cut in [Cut::Tiles(16, 32), Cut::Strips(7), Cut::Strips(41)] {
            for (bands, planar) in [(1, false), (2, false), (3, false), (5, false), (3, true)] {
                for size in [1, 2, 4, 8] {
                    let pattern = Pattern {
                        bands,
                        size,
                        planar,
                        ..pattern(37, 41, cut)
                    };
                    let cog = open(write(&file, &[pattern.ifd(&file)]));
                    assert_eq!(
                        read(&cog, 0).samples().to_le_bytes(),
                        pattern.expected(),
                        "{file:?} {pattern:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn keeps_the_contract_of_sources() {
    let files = [File::CLASSIC, File::COG];
    for file in files {
        for (cut, planar) in [
            (Cut::Tiles(16, 16), false),
            (Cut::Tiles(16, 16), true),
            (Cut::Strips(5), false),
        ] {
            let full = Pattern {
                bands: 3,
                size: 2,
                planar,
                ..pattern(50, 33, cut)
            };
            let half = Pattern {
                width: 25,
                height: 17,
                ..full
            };
            let ifds = [
                full.ifd(&file),
                mask_ifd(50, 33, (16, 16), 4, |col, row| (col + row) % 3 > 0),
                half.ifd(&file).with(254, V::Long(vec![1])),
                mask_ifd(25, 17, (16, 16), 5, |col, row| col > row),
            ];
            let cog = open(write(&file, &ifds));
            assert_eq!(cog.info().levels.len(), 2);
            assert_eq!(cog.info().mask_kind, MaskKind::PerDataset);
            pollster::block_on(testkit::check_source(&cog));
            let RasterMask::PerDataset(mask) = read(&cog, 1).mask().clone() else {
                panic!("there is a mask");
            };
            for row in 0..17 {
                for col in 0..25 {
                    let expected = if col > row { 255 } else { 0 };
                    assert_eq!(mask.values()[row * 25 + col], expected);
                }
            }
        }
    }
}

#[test]
fn overviews_may_be_sub_directories() {
    let file = File::CLASSIC;
    let full = pattern(64, 64, Cut::Tiles(16, 16));
    let half = Pattern {
        width: 32,
        height: 32,
        ..full
    };
    let mut ifd = full.ifd(&file);
    ifd.subs = vec![half.ifd(&file).with(254, V::Long(vec![1]))];
    let cog = open(write(&file, &[ifd]));
    assert_eq!(cog.info().levels.len(), 2);
    assert_eq!(read(&cog, 1).samples().to_le_bytes(), half.expected());
}

#[test]
fn pages_and_strangers_are_no_overviews() {
    let file = File::CLASSIC;
    let full = pattern(40, 40, Cut::Tiles(16, 16));
    let half = Pattern {
        width: 20,
        height: 20,
        ..full
    };
    let quarter = Pattern {
        width: 10,
        height: 10,
        ..full
    };
    let other_bands = Pattern { bands: 2, ..half };
    let other_type = Pattern { size: 2, ..half };
    let larger = Pattern { width: 80, ..full };
    let reduced = |pattern: &Pattern| pattern.ifd(&file).with(254, V::Long(vec![1]));
    let ifds = [
        full.ifd(&file),
        // A page of its own.
        half.ifd(&file).with(254, V::Long(vec![2])),
        half.ifd(&file),
        reduced(&other_bands),
        reduced(&other_type),
        reduced(&larger),
        // The order in the file is not that of the sizes.
        reduced(&quarter),
        // The old tag says the same.
        half.ifd(&file).with(255, V::Short(vec![2])),
    ];
    let cog = open(write(&file, &ifds));
    let widths: Vec<u32> = cog.info().levels.iter().map(|level| level.width).collect();
    assert_eq!(widths, [40, 20, 10]);
    assert_eq!(cog.tiff().directories().len(), 8);
    assert_eq!(read(&cog, 1).samples().to_le_bytes(), half.expected());
}

#[test]
fn missing_blocks_are_nodata_or_zero() {
    let file = File::CLASSIC;
    let pattern = Pattern {
        size: 2,
        value: |_, _, _| 7,
        ..pattern(32, 16, Cut::Tiles(16, 16))
    };
    let sparse = |nodata: Option<&'static str>| {
        let mut ifd = pattern.ifd(&file);
        ifd.blocks[1].clear();
        if let Some(nodata) = nodata {
            ifd = ifd.with(42113, V::Ascii(nodata));
        }
        let cog = open(write(&file, &[ifd.with(339, V::Short(vec![2]))]));
        pollster::block_on(testkit::check_source(&cog));
        let raster = read(&cog, 0);
        raster.band::<i16>(0).unwrap()[..32].to_vec()
    };
    let expected = |fill: i16| [[7_i16; 16], [fill; 16]].concat();
    assert_eq!(sparse(None), expected(0));
    assert_eq!(sparse(Some("-9999")), expected(-9999));
    // No sample can be that: as if it were not said.
    assert_eq!(sparse(Some("-99999")), expected(0));
}

#[test]
fn missing_sparse_values_are_exact_in_64_bits() {
    let file = File::CLASSIC;
    let pattern = Pattern {
        size: 8,
        ..pattern(16, 16, Cut::Tiles(16, 16))
    };
    let mut ifd = pattern.ifd(&file);
    ifd.blocks[0].clear();
    let ifd = ifd.with(42113, V::Ascii("18446744073709551615"));
    let cog = open(write(&file, &[ifd]));
    assert_eq!(read(&cog, 0).samples(), &Samples::U64(vec![u64::MAX; 256]));
}

#[test]
fn strips_without_their_tags_are_read() {
    let file = File::CLASSIC;
    let one = pattern(20, 9, Cut::Strips(9));
    for rows in [None, Some(0), Some(u32::MAX)] {
        let ifd = match rows {
            None => one.ifd(&file).without(278),
            Some(rows) => one.ifd(&file).with(278, V::Long(vec![rows])),
        };
        let mut without = ifd.clone();
        without.without_byte_counts = true;
        for ifd in [ifd, without] {
            let cog = open(write(&file, &[ifd]));
            assert_eq!(
                read(&cog, 0).samples().to_le_bytes(),
                one.expected(),
                "{rows:?}"
            );
        }
    }
}

#[test]
fn rows_of_a_large_uncompressed_strip_are_read_alone() {
    let file = File::CLASSIC;
    let large = Pattern {
        size: 4,
        ..pattern(500, 300, Cut::Strips(300))
    };
    let cog = open(write(&file, &[large.ifd(&file)]));
    pollster::block_on(testkit::check_source(&cog));
    let request = cog_raster::ReadRequest::new(0, cog_raster::Window::new(100, 200, 10, 3));
    let fetched = pollster::block_on(cog.fetch(&request)).unwrap();
    assert_eq!(fetched.stored_bytes(), 3 * 500 * 4);
    let part = fetched.decode().unwrap();
    let first = part.samples().as_slice::<u32>().unwrap()[0];
    assert_eq!(u64::from(first), value(0, 100, 200) & 0xffff_ffff);
}

#[test]
fn an_alpha_band_is_the_mask() {
    let file = File::CLASSIC;
    let rgba = Pattern {
        bands: 4,
        ..pattern(20, 20, Cut::Tiles(16, 16))
    };
    let associated = rgba
        .ifd(&file)
        .with(262, V::Short(vec![2]))
        .with(338, V::Short(vec![1]));
    let cog = open(write(&file, &[associated]));
    assert_eq!(cog.info().mask_kind, MaskKind::Alpha);
    assert_eq!(cog.info().alpha_band(), Some(3));
    pollster::block_on(testkit::check_source(&cog));
    let raster = read(&cog, 0);
    let RasterMask::PerDataset(mask) = raster.mask() else {
        panic!("alpha is the mask");
    };
    assert_eq!(mask.values(), raster.band::<u8>(3).unwrap());
}

#[test]
fn alpha_of_16_bits_is_cut_to_8_as_gdal_does() {
    let file = File::CLASSIC;
    let pattern = Pattern {
        bands: 2,
        size: 2,
        value: |band, col, _| {
            if band == 0 {
                1
            } else {
                [0, 1, 256, 257, 65535][col as usize]
            }
        },
        ..pattern(5, 1, Cut::Strips(1))
    };
    let cog = open(write(
        &file,
        &[pattern.ifd(&file).with(338, V::Short(vec![2]))],
    ));
    let RasterMask::PerDataset(mask) = read(&cog, 0).mask().clone() else {
        panic!("alpha is the mask");
    };
    assert_eq!(mask.values(), [0, 1, 1, 1, 255]);
}

#[test]
fn samples_of_every_format_have_their_type() {
    let file = File::CLASSIC;
    for (size, format, expected) in [
        (1, 1, SampleType::U8),
        (1, 2, SampleType::I8),
        (2, 2, SampleType::I16),
        (2, 3, SampleType::F16),
        (4, 1, SampleType::U32),
        (4, 3, SampleType::F32),
        (4, 4, SampleType::U32),
        (4, 5, SampleType::ComplexI16),
        (8, 3, SampleType::F64),
        (8, 5, SampleType::ComplexI32),
        (8, 6, SampleType::ComplexF32),
    ] {
        let pattern = Pattern {
            size,
            ..pattern(9, 5, Cut::Strips(2))
        };
        for big_endian in [false, true] {
            let file = File { big_endian, ..file };
            let ifd = pattern.ifd(&file).with(339, V::Short(vec![format]));
            let cog = open(write(&file, &[ifd]));
            assert_eq!(cog.info().sample_type, expected);
            pollster::block_on(testkit::check_source(&cog));
            if !expected.is_complex() {
                assert_eq!(read(&cog, 0).samples().to_le_bytes(), pattern.expected());
            }
        }
    }
}

#[test]
fn a_mask_without_its_overview_is_noticed() {
    let file = File::CLASSIC;
    let full = pattern(32, 32, Cut::Tiles(16, 16));
    let half = Pattern {
        width: 16,
        height: 16,
        ..full
    };
    let ifds: [Ifd; 3] = [
        full.ifd(&file),
        mask_ifd(32, 32, (16, 16), 4, |_, _| true),
        half.ifd(&file).with(254, V::Long(vec![1])),
    ];
    let cog = open(write(&file, &ifds));
    assert_eq!(
        cog.info().levels.len(),
        1,
        "an overview without the mask would show what is masked"
    );
    assert!(
        cog.problems()
            .any(|problem| problem.contains("has no mask"))
    );
}
