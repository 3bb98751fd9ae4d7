//! Overviews and masks beside a file are levels and masks like its own.

use crate::support::chain;
use crate::support::tiff::{Cut, File, Ifd, Pattern, V, write};
use cog_raster::{BoxFuture, MaskKind, RasterMask, RasterSource, ReadRequest, Window, testkit};
use cog_reader::{
    Cog, Error, FileReader, MemoryReader, Neighbours, OpenOptions, Opener, RangeReader, ReadError,
    ReadErrorKind,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Files by name; what was asked for is noted.
#[derive(Debug, Default)]
struct Folder {
    files: BTreeMap<&'static str, Vec<u8>>,
    asked: Mutex<Vec<String>>,
    refuse: Option<ReadErrorKind>,
}

impl Neighbours for Folder {
    fn open_neighbour<'a>(
        &'a self,
        location: &'a str,
    ) -> BoxFuture<'a, Result<Arc<dyn RangeReader>, ReadError>> {
        self.asked.lock().unwrap().push(location.to_owned());
        Box::pin(async move {
            match self.files.get(location) {
                Some(bytes) => {
                    Ok(Arc::new(MemoryReader::new(location, bytes.clone()))
                        as Arc<dyn RangeReader>)
                }
                None => {
                    let kind = self.refuse.unwrap_or(ReadErrorKind::NotFound);
                    Err(ReadError::new(kind, format!("{location} is not there")))
                }
            }
        })
    }
}

fn open(main: Vec<u8>, folder: &Folder) -> Result<Cog, Error> {
    let reader = Arc::new(MemoryReader::new("a.tif", main));
    pollster::block_on(Cog::open_with_sidecars(
        reader,
        folder,
        OpenOptions::default(),
    ))
}

fn image(width: u32, height: u32, bands: u16, value: fn(u32, u32, u32) -> u64) -> Pattern {
    Pattern {
        width,
        height,
        bands,
        size: 1,
        cut: Cut::Tiles(16, 16),
        planar: false,
        value,
    }
}

fn colors(band: u32, col: u32, row: u32) -> u64 {
    u64::from(band * 90 + col * 3 + row * 7) % 251
}

fn valid(band: u32, col: u32, row: u32) -> u64 {
    if (col + row + band).is_multiple_of(3) {
        0
    } else {
        255
    }
}

fn file(ifds: &[Ifd]) -> Vec<u8> {
    write(&File::CLASSIC, ifds)
}

fn main_file(bands: u16) -> Vec<u8> {
    file(&[image(64, 48, bands, colors).ifd(&File::CLASSIC)])
}

fn overviews(bands: u16, value: fn(u32, u32, u32) -> u64) -> Vec<u8> {
    let reduced = |width, height| {
        image(width, height, bands, value)
            .ifd(&File::CLASSIC)
            .with(254, V::Long(vec![1]))
    };
    file(&[reduced(32, 24), reduced(16, 12)])
}

fn mask_file(bands: u16, metadata: &'static str) -> Vec<u8> {
    file(&[image(64, 48, bands, valid)
        .ifd(&File::CLASSIC)
        .with(42112, V::Ascii(metadata))])
}

const ONE_FOR_ALL: &str = "<GDALMetadata><Item name=\"INTERNAL_MASK_FLAGS_1\">2</Item><Item name=\"INTERNAL_MASK_FLAGS_2\">2</Item></GDALMetadata>";
const ONE_EACH: &str = "<GDALMetadata><Item name=\"INTERNAL_MASK_FLAGS_1\">0</Item><Item name=\"INTERNAL_MASK_FLAGS_2\">0</Item></GDALMetadata>";

fn read(cog: &Cog, level: usize) -> cog_raster::Raster {
    let size = cog.info().levels[level];
    let window = Window::new(0, 0, size.width, size.height);
    pollster::block_on(cog.read(ReadRequest::new(level, window))).unwrap()
}

fn expected(pattern: &Pattern) -> Vec<u8> {
    pattern.expected()
}

#[test]
fn overviews_beside_a_file_are_levels() {
    let folder = Folder {
        files: [("a.tif.ovr", overviews(2, colors))].into(),
        ..Folder::default()
    };
    let cog = open(main_file(2), &folder).unwrap();
    let widths: Vec<u32> = cog.info().levels.iter().map(|l| l.width).collect();
    assert_eq!(widths, [64, 32, 16]);
    for (level, (width, height)) in [(64, 48), (32, 24), (16, 12)].into_iter().enumerate() {
        let pixels = read(&cog, level);
        assert_eq!(
            pixels.samples().to_le_bytes(),
            expected(&image(width, height, 2, colors))
        );
    }
    pollster::block_on(testkit::check_source(&cog));
    assert_eq!(*folder.asked.lock().unwrap(), ["a.tif.ovr", "a.tif.msk"]);
}

#[test]
fn masks_beside_a_file_are_masks() {
    let folder = Folder {
        files: [
            ("a.tif.ovr", overviews(2, colors)),
            ("a.tif.msk", mask_file(1, ONE_FOR_ALL)),
            ("a.tif.msk.ovr", overviews(1, valid)),
        ]
        .into(),
        ..Folder::default()
    };
    let cog = open(main_file(2), &folder).unwrap();
    assert_eq!(cog.info().mask_kind, MaskKind::PerDataset);
    assert_eq!(cog.info().levels.len(), 3);
    for (level, (width, height)) in [(64, 48), (32, 24), (16, 12)].into_iter().enumerate() {
        let RasterMask::PerDataset(mask) = read(&cog, level).mask().clone() else {
            panic!("level {level} has no mask");
        };
        assert_eq!(mask.values(), expected(&image(width, height, 1, valid)));
    }
    pollster::block_on(testkit::check_source(&cog));
}

#[test]
fn each_band_may_have_its_mask() {
    let folder = Folder {
        files: [("a.tif.msk", mask_file(2, ONE_EACH))].into(),
        ..Folder::default()
    };
    let cog = open(main_file(2), &folder).unwrap();
    assert_eq!(cog.info().mask_kind, MaskKind::PerBand);
    let request = ReadRequest::new(0, Window::new(0, 0, 64, 48)).with_bands([1, 0, 1]);
    let raster = pollster::block_on(cog.read(request)).unwrap();
    let RasterMask::PerBand(masks) = raster.mask() else {
        panic!("{:?}", raster.mask());
    };
    let both = expected(&image(64, 48, 2, valid));
    let (first, second) = both.split_at(64 * 48);
    let values: Vec<&[u8]> = masks.iter().map(cog_raster::Mask::values).collect();
    assert_eq!(values, [second, first, second]);
}

#[test]
fn overviews_without_their_mask_are_left_out() {
    let folder = Folder {
        files: [
            ("a.tif.ovr", overviews(1, colors)),
            ("a.tif.msk", mask_file(1, ONE_FOR_ALL)),
        ]
        .into(),
        ..Folder::default()
    };
    let cog = open(main_file(1), &folder).unwrap();
    assert_eq!(cog.info().levels.len(), 1);
    assert!(
        cog.problems()
            .any(|problem| problem.contains("without a mask"))
    );
}

#[test]
fn a_mask_that_does_not_say_what_it_masks_is_told_and_ignored() {
    for metadata in ["<GDALMetadata/>", ONE_EACH] {
        let folder = Folder {
            files: [("a.tif.msk", mask_file(1, metadata))].into(),
            ..Folder::default()
        };
        let cog = open(main_file(2), &folder).unwrap();
        assert_eq!(cog.info().mask_kind, MaskKind::None);
        assert!(
            cog.problems()
                .any(|problem| problem.starts_with("a.tif.msk is ignored"))
        );
    }
}

#[test]
fn own_overviews_come_first() {
    let half = image(32, 24, 1, colors).ifd(&File::CLASSIC);
    let main = file(&[
        image(64, 48, 1, colors).ifd(&File::CLASSIC),
        half.with(254, V::Long(vec![1])),
    ]);
    let folder = Folder {
        files: [("a.tif.ovr", overviews(1, valid))].into(),
        ..Folder::default()
    };
    let cog = open(main, &folder).unwrap();
    assert_eq!(cog.info().levels.len(), 2);
    assert_eq!(*folder.asked.lock().unwrap(), ["a.tif.msk"]);
}

#[test]
fn what_is_not_there_is_no_error_and_what_is_broken_is() {
    for refuse in [ReadErrorKind::NotFound, ReadErrorKind::Denied] {
        let folder = Folder {
            refuse: Some(refuse),
            ..Folder::default()
        };
        let cog = open(main_file(1), &folder).unwrap();
        assert_eq!(cog.info().levels.len(), 1);
    }
    let away = Folder {
        refuse: Some(ReadErrorKind::Unavailable),
        ..Folder::default()
    };
    let error = open(main_file(1), &away).unwrap_err();
    assert!(chain(&error).contains("a.tif.ovr"), "{}", chain(&error));
    let broken = Folder {
        files: [("a.tif.ovr", b"II*\0 rubbish".to_vec())].into(),
        ..Folder::default()
    };
    let error = open(main_file(1), &broken).unwrap_err();
    assert!(matches!(error, Error::Malformed { .. }), "{error}");
    assert!(chain(&error).contains("a.tif.ovr"), "{}", chain(&error));
}

/// With files that GDAL writes, against what GDAL reads.
#[test]
#[cfg(all(feature = "file", not(target_arch = "wasm32")))]
fn gdals_own_sidecars_are_read_as_gdal_reads_them() {
    use crate::support::described::compare_info;
    use crate::support::pixels::{Outcome, compare_levels};
    use cog_reader::FileReader;

    let Some(python) = std::env::var_os("SMALTI_PYTHON") else {
        println!("skipped: SMALTI_PYTHON is not set");
        return;
    };
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("sidecars-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/sidecars.py");
    let output = std::process::Command::new(python)
        .args([script.as_os_str(), folder.as_os_str()])
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let files: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    let mut beside = 0;
    for file in &files {
        let name = file["file"].as_str().unwrap();
        beside += file["beside"].as_array().unwrap().len();
        let reader = FileReader::open(folder.join(name)).unwrap();
        let neighbours = reader.clone();
        let cog = pollster::block_on(Cog::open_with_sidecars(
            Arc::new(reader),
            &neighbours,
            OpenOptions::default(),
        ))
        .unwrap();
        if let Some(wrong) = compare_info(&cog, &file["gdal"]) {
            panic!("{name}: {wrong}");
        }
        match compare_levels(&cog, file, false) {
            Outcome::Right => {}
            Outcome::Refused(why) | Outcome::Wrong(why) => panic!("{name}: {why}"),
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(files.len() > 9 && beside > 9, "{beside} files beside");
}

/// Files on a disk: the image and its overviews.
fn on_disk(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("cog-reader-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("a.tif"), main_file(2)).unwrap();
    std::fs::write(folder.join("a.tif.ovr"), overviews(2, colors)).unwrap();
    folder
}

#[test]
fn an_opener_looks_at_what_lies_beside_a_file_too() {
    fn other(band: u32, col: u32, row: u32) -> u64 {
        colors(band, col, row) + 1
    }
    let folder = on_disk("sidecar-opener");
    let path = folder.join("a.tif");
    let location = path.to_str().unwrap();
    let neighbours = Arc::new(FileReader::open(&path).unwrap());
    let opener = Opener::new(OpenOptions::default(), 1 << 20).with_sidecars(neighbours);
    let connect = || {
        let reader = FileReader::open(&path);
        async move { Ok(Arc::new(reader?) as Arc<dyn RangeReader>) }
    };
    let open = || pollster::block_on(opener.open(location, connect)).unwrap();
    let first = open();
    let small = |value| image(32, 24, 2, value);
    let samples = |cog: &Cog| read(cog, 1).samples().to_le_bytes();
    assert_eq!(samples(&first), expected(&small(colors)));
    // The same opening goes on.
    assert!(Arc::ptr_eq(first.reader(), open().reader()));
    // Replaced by another file of the same name.
    std::fs::write(folder.join("new"), overviews(2, other)).unwrap();
    std::fs::rename(folder.join("new"), folder.join("a.tif.ovr")).unwrap();
    let second = open();
    assert!(!Arc::ptr_eq(first.reader(), second.reader()));
    assert_eq!(samples(&second), expected(&small(other)));
    assert_eq!(samples(&first), expected(&small(colors)), "all of the old");
    // Taken away.
    std::fs::remove_file(folder.join("a.tif.ovr")).unwrap();
    let third = open();
    assert_eq!(third.info().levels.len(), 1);
    assert!(Arc::ptr_eq(third.reader(), open().reader()));
    std::fs::remove_dir_all(&folder).unwrap();
}
