//! Whatever a file holds: a clear error or pixels, soon, and never a crash.

use crate::support::tiff::{Cut, File, Ifd, Pattern, V, mask_ifd, write};
use crate::support::{chain, try_open};
use cog_raster::{RasterSource, ReadRequest, SourceErrorKind, Window};
use cog_reader::validate::validate;
use cog_reader::{Cog, Error, Limits, MemoryReader, OpenOptions};
use std::sync::Arc;

fn pattern() -> Pattern {
    Pattern {
        width: 40,
        height: 24,
        bands: 2,
        size: 2,
        cut: Cut::Tiles(16, 16),
        planar: false,
        value: |band, col, row| u64::from(band + col * 3 + row * 5),
    }
}

/// Files with something of everything.
fn files() -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for file in [
        File::CLASSIC,
        File {
            big: true,
            big_endian: true,
            ..File::CLASSIC
        },
        File {
            interleaved_mask: true,
            ..File::COG
        },
    ] {
        let half = Pattern {
            width: 20,
            height: 12,
            ..pattern()
        };
        let main = pattern()
            .ifd(&file)
            .with(42112, V::Ascii("<GDALMetadata><Item name=\"SCALE\" sample=\"0\" role=\"scale\">2</Item></GDALMetadata>"))
            .with(42113, V::Ascii("-9999"))
            .with(33550, V::Double(vec![10.0, 10.0, 0.0]))
            .with(33922, V::Double(vec![0.0, 0.0, 0.0, 5e5, 4e6, 0.0]))
            .with(34735, V::Short(vec![1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633]));
        let ifds = [
            main,
            mask_ifd(40, 24, (16, 16), 4, |c, r| c > r),
            half.ifd(&file).with(254, V::Long(vec![1])),
            mask_ifd(20, 12, (16, 16), 5, |c, r| c > r),
        ];
        out.push(write(&file, &ifds));
    }
    out
}

/// Opens and reads everything; errors are fine, claims beyond reason are not made.
fn exercise(bytes: Vec<u8>) {
    let options = OpenOptions::default().with_limits(
        Limits::default()
            .with_read_bytes(1 << 22)
            .with_block_bytes(1 << 20)
            .with_read_blocks(1 << 12),
    );
    let reader = Arc::new(MemoryReader::new("hostile.tif", bytes));
    let Ok(cog) = pollster::block_on(Cog::open(reader, options)) else {
        return;
    };
    let _ = pollster::block_on(validate(&cog));
    let levels = cog.info().levels.clone();
    for (level, size) in levels.iter().enumerate() {
        let whole = Window::new(0, 0, size.width, size.height);
        let corner = Window::new(size.width - 1, size.height - 1, 1, 1);
        for window in [whole, corner] {
            if let Err(error) = pollster::block_on(cog.read(ReadRequest::new(level, window))) {
                assert_ne!(error.kind(), SourceErrorKind::InvalidRequest, "{error}");
            }
        }
    }
}

#[test]
fn files_cut_off_anywhere() {
    for bytes in files() {
        for length in 0..bytes.len() {
            // Every byte of the structure, then every seventh.
            if length < 1500 || length % 7 == 0 {
                exercise(bytes[..length].to_vec());
            }
        }
    }
}

#[test]
fn bytes_overwritten_anywhere() {
    for bytes in files() {
        for at in 0..bytes.len() {
            if at > 2500 && at % 11 != 0 {
                continue;
            }
            for value in [
                0,
                1,
                0x7f,
                0xff,
                bytes[at] ^ 0x80,
                bytes[at].wrapping_add(1),
            ] {
                let mut bytes = bytes.clone();
                bytes[at] = value;
                exercise(bytes);
            }
        }
    }
}

#[test]
fn numbers_overwritten_with_extremes() {
    for bytes in files() {
        for at in (0..bytes.len().min(3000) - 8).step_by(2) {
            for value in [u64::MAX, 1 << 63, u64::from(u32::MAX), 1 << 31, 0] {
                let mut bytes = bytes.clone();
                let width = if value > u64::from(u32::MAX) { 8 } else { 4 };
                bytes[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
                exercise(bytes);
            }
        }
    }
}

fn error_of(bytes: Vec<u8>) -> Error {
    try_open(bytes).expect_err("a broken file is refused")
}

#[test]
fn what_is_not_a_tiff_is_named() {
    for (bytes, words) in [
        (&b""[..], "the file is empty"),
        (b"II*\0", "ends after 4 bytes"),
        (b"<!DOCTYPE html><html>Sign in</html>", "this is a web page"),
        (b"{\"error\": 404}", "JSON"),
        (b"II*\0\0\0\0\0", "no directory"),
        (b"II*\0\xff\xff\xff\x7f", "past the end of the file"),
        (b"II*\0\x08\0\0\0\x05\0abc", "cut off"),
        (b"II*\0\x08\0\0\0\0\0\0\0\0\0", "no entries"),
    ] {
        let error = error_of(bytes.to_vec());
        assert_eq!(error.kind(), SourceErrorKind::Malformed);
        let text = chain(&error);
        assert!(text.contains(words) && text.contains("test.tif"), "{text}");
    }
}

#[test]
fn a_chain_that_bites_its_tail_ends() {
    let file = File::CLASSIC;
    let mut bytes = write(&file, &[pattern().ifd(&file), pattern().ifd(&file)]);
    let first = u32::from_le_bytes(bytes[4..8].try_into().unwrap());
    // Every link to a next directory now leads to the first.
    let cog = try_open(bytes.clone()).unwrap();
    let last = cog.tiff().directories()[1].offset() as usize;
    let entries = usize::from(u16::from_le_bytes(
        bytes[last..last + 2].try_into().unwrap(),
    ));
    let link = last + 2 + entries * 12;
    bytes[link..link + 4].copy_from_slice(&first.to_le_bytes());
    let cog = try_open(bytes).unwrap();
    assert_eq!(cog.tiff().directories().len(), 2);
    assert!(
        cog.problems()
            .any(|problem| problem.contains("returns to byte"))
    );
}

#[test]
fn a_hundred_bytes_may_not_claim_a_world() {
    let file = File::CLASSIC;
    let vast = |ifd: Ifd| {
        ifd.with(256, V::Long(vec![0x7fff_ffff]))
            .with(257, V::Long(vec![0x7fff_ffff]))
    };
    let error = error_of(write(&file, &[vast(pattern().ifd(&file))]));
    assert_eq!(error.kind(), SourceErrorKind::OverLimit, "{error}");
    let try_open = |bytes: Vec<u8>| {
        let options = OpenOptions::default().with_limits(Limits::default().with_pixels(1 << 62));
        let reader = Arc::new(MemoryReader::new("vast.tif", bytes));
        pollster::block_on(Cog::open(reader, options))
    };
    let cog = try_open(write(&file, &[vast(pattern().ifd(&file))])).unwrap();
    let whole = ReadRequest::new(0, Window::new(0, 0, 0x7fff_ffff, 0x7fff_ffff));
    let error = pollster::block_on(cog.read(whole)).unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::OverLimit, "{error}");
    // Blocks that the index does not have are left out, as in libtiff.
    let far = ReadRequest::new(0, Window::new(0x7fff_0000, 0x7fff_0000, 1, 1));
    let raster = pollster::block_on(cog.read(far)).unwrap();
    assert!(raster.samples().to_le_bytes().iter().all(|&byte| byte == 0));

    let tile = vast(pattern().ifd(&file))
        .with(322, V::Long(vec![1 << 30]))
        .with(323, V::Long(vec![1 << 30]));
    let cog = try_open(write(&file, &[tile])).unwrap();
    let one = ReadRequest::new(0, Window::new(0, 0, 1, 1));
    let error = pollster::block_on(cog.read(one)).unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::OverLimit, "{error}");
}

#[test]
fn limits_hold() {
    let file = File::CLASSIC;
    let bytes = write(&file, &vec![pattern().ifd(&file); 20]);
    let open = |limits: Limits| {
        let reader = Arc::new(MemoryReader::new("limits.tif", bytes.clone()));
        let options = OpenOptions::default().with_limits(limits);
        pollster::block_on(Cog::open(reader, options))
    };
    assert!(open(Limits::default()).is_ok());
    let exact = Limits::default()
        .with_directories(20)
        .with_entries(13)
        .with_bands(2)
        .with_pixels(40 * 24);
    assert!(open(exact).is_ok());
    for limits in [
        Limits::default().with_directories(19),
        Limits::default().with_entries(5),
        Limits::default().with_bands(1),
        Limits::default().with_pixels(40 * 24 - 1),
        Limits::default().with_total_value_bytes(1000),
    ] {
        let error = open(limits).unwrap_err();
        assert_eq!(
            error.kind(),
            SourceErrorKind::OverLimit,
            "{limits:?}: {error}"
        );
    }
    let read = |limits: Limits| {
        let cog = open(limits).unwrap();
        let whole = ReadRequest::new(0, Window::new(0, 0, 40, 24));
        pollster::block_on(cog.read(whole)).map_err(|error| error.kind())
    };
    assert!(read(Limits::default()).is_ok());
    for limits in [
        Limits::default().with_read_bytes(40 * 24 * 4 - 1),
        Limits::default().with_read_blocks(5),
        Limits::default().with_block_bytes(16 * 16 * 4 - 1),
    ] {
        assert_eq!(
            read(limits).unwrap_err(),
            SourceErrorKind::OverLimit,
            "{limits:?}"
        );
    }
}

#[test]
fn blocks_that_decode_to_too_much_are_refused_before_they_are_read() {
    let file = File::CLASSIC;
    // Deflate, as far as the tag says; one row of a window touches six blocks of 16 rows.
    let bytes = write(&file, &[pattern().ifd(&file).with(259, V::Short(vec![8]))]);
    let read = |limit: u64| {
        let limits = Limits::default().with_decoded_bytes(limit);
        let reader = Arc::new(MemoryReader::new("limits.tif", bytes.clone()));
        let open = Cog::open(reader, OpenOptions::default().with_limits(limits));
        let cog = pollster::block_on(open).unwrap();
        let row = ReadRequest::new(0, Window::new(0, 15, 40, 2));
        pollster::block_on(cog.read(row)).unwrap_err().kind()
    };
    let needed = 6 * 16 * 16 * 4;
    assert_eq!(read(needed - 1), SourceErrorKind::OverLimit);
    // The limit is passed; what is no Deflate is found out then.
    assert_eq!(read(needed), SourceErrorKind::Malformed);
}

#[test]
fn broken_directories_are_counted_too() {
    let file = File::CLASSIC;
    let mut ifd = pattern().ifd(&file);
    let links = (0..5000).map(|i| 0x4000_0000 + i * 2).collect();
    ifd.tags.insert(330, V::Long(links));
    let error = error_of(write(&file, &[ifd]));
    assert_eq!(error.kind(), SourceErrorKind::OverLimit, "{error}");
}

#[test]
fn more_blocks_than_can_be_counted_are_refused() {
    let file = File::CLASSIC;
    let ifd = pattern()
        .ifd(&file)
        .with(256, V::Long(vec![0x7fff_ffff]))
        .with(257, V::Long(vec![0x7fff_ffff]))
        .with(258, V::Short(vec![8]))
        .with(277, V::Short(vec![60_000]))
        .with(284, V::Short(vec![2]))
        .with(322, V::Long(vec![1]))
        .with(323, V::Long(vec![1]));
    let error = error_of(write(&file, &[ifd]));
    assert_eq!(error.kind(), SourceErrorKind::Malformed);
    assert!(chain(&error).contains("tiny blocks"), "{}", chain(&error));
}

#[test]
fn values_are_charged_as_the_numbers_they_become() {
    let file = File::CLASSIC;
    // 3000 words that would become as many offsets of 64 bits, all of them beyond the file.
    let ifd = pattern()
        .ifd(&file)
        .with(330, V::Short(vec![u16::MAX; 3000]));
    let bytes = write(&file, &[ifd]);
    let open = |limit: u64| {
        let limits = Limits::default().with_value_bytes(limit);
        let reader = Arc::new(MemoryReader::new("limits.tif", bytes.clone()));
        pollster::block_on(Cog::open(
            reader,
            OpenOptions::default().with_limits(limits),
        ))
        .unwrap()
    };
    let ignored = |cog: &Cog| {
        cog.problems()
            .any(|problem| problem.starts_with("tag 330 has"))
    };
    assert!(ignored(&open(23_999)));
    assert!(!ignored(&open(24_000)));
}

#[test]
fn overlapping_directories_cost_no_more_than_their_limit() {
    // Sub-directories that start at every twelfth byte of one long directory.
    let file = File::CLASSIC;
    let mut ifd = pattern().ifd(&file);
    for tag in 40_000..44_000 {
        ifd.tags.insert(tag, V::Long(vec![1]));
    }
    let bytes = write(&file, &[ifd.clone()]);
    let at = try_open(bytes).unwrap().tiff().directories()[0].offset() as u32;
    ifd.tags
        .insert(330, V::Long((1..2000).map(|i| at + i * 12).collect()));
    match try_open(write(&file, &[ifd])) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), SourceErrorKind::OverLimit),
    }
}
