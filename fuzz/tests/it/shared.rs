//! The shared fixtures, other programs' files, broken.

use std::path::{Path, PathBuf};

use cog_reader::Limits;
use fuzz::{Numbers, read_all_ways};

use crate::measure::{MEMORY, alone};

/// Largest file that is mutated in an ordinary run.
const SMALL: u64 = 256 << 10;

fn tiffs(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tiffs(&path, into);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "tif" || extension == "tiff")
        {
            into.push(path);
        }
    }
}

/// The twin of `every_kind_of_file_survives_mutations_of_its_structure`, which needs no other program.
#[test]
fn other_programs_files_survive_mutations() {
    let Some(shared) = std::env::var_os("SMALTI_SHARED") else {
        println!("SMALTI_SHARED is not set: nothing to do");
        return;
    };
    let exhaustive = std::env::var_os("SMALTI_EXHAUSTIVE").is_some();
    let mut files = Vec::new();
    tiffs(&PathBuf::from(shared).join("fixtures/tiff"), &mut files);
    files.sort();
    assert!(files.len() > 100, "{} files", files.len());
    let alone = alone();
    for (index, path) in files.iter().enumerate() {
        let length = path.metadata().unwrap().len();
        if !exhaustive && length > SMALL {
            continue;
        }
        let whole = std::fs::read(path).unwrap();
        if whole.is_empty() {
            continue;
        }
        let mut numbers = Numbers::new(index as u64);
        for time in 0..if exhaustive { 200 } else { 20 } {
            let mut bytes = whole.clone();
            // Mostly the front and the end, where the structure is.
            let near = bytes.len().min(2048);
            for _ in 0..=time % 5 {
                let at = match numbers.below(4) {
                    0 => numbers.below(bytes.len()),
                    1 => bytes.len() - 1 - numbers.below(near),
                    _ => numbers.below(near),
                };
                match numbers.below(4) {
                    0 => bytes[at] ^= 1 << numbers.below(8),
                    1 => bytes[at] = 0xff,
                    2 => bytes[at] = 0,
                    _ => bytes[at] = numbers.next() as u8,
                }
            }
            if time % 10 == 9 {
                bytes.truncate(numbers.below(whole.len()));
            }
            let limits = Limits::within(MEMORY as u64 / 2);
            let name = || format!("{}, mutation {time}", path.display());
            let _ = alone.bounded(name, || read_all_ways(bytes, None, limits));
        }
    }
}
