//! Writes what the targets start from: `cargo run -p fuzz --example seed -- FOLDER`.
//!
//! Each target gets a folder of its own in FOLDER. `cargo xtask fuzz` calls this before it fuzzes.

use std::path::{Path, PathBuf};
use std::{fs, io};

use fuzz::{
    BlockInput, Numbers, block_seeds, definition_seeds, expression_seeds, item_seeds, masked_seeds,
    pattern_seeds, seeds, shape_seeds,
};

fn main() -> io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: seed FOLDER");
        std::process::exit(2);
    };
    for target in ["open", "whole_read"] {
        write(
            &folder,
            target,
            seeds().iter().map(|seed| seed.bytes.to_vec()),
        )?;
    }
    let blocks = block_seeds().into_iter().map(|(layout, bytes)| {
        BlockInput {
            layout,
            rows: None,
            bytes,
        }
        .to_bytes()
    });
    write(&folder, "codec", blocks)?;
    write(&folder, "definitions", definition_seeds())?;
    write(&folder, "expression", expression_seeds())?;
    write(&folder, "shape", shape_seeds())?;
    write(&folder, "item", item_seeds())?;
    write(&folder, "masked", masked_seeds())?;
    write(&folder, "pattern", pattern_seeds())?;
    let metadata = seeds().iter().filter_map(|seed| {
        let start = seed.bytes.windows(13).position(|w| w == b"<GDALMetadata")?;
        let end = seed
            .bytes
            .windows(15)
            .position(|w| w == b"</GDALMetadata>")?;
        Some(seed.bytes[start..end + 15].to_vec())
    });
    write(&folder, "metadata", metadata)?;
    // These are programs rather than files: any bytes are one.
    for target in ["structure", "arrival", "round_trip", "metadata"] {
        let mut numbers = Numbers::new(target.len() as u64);
        let programs = (1..64).map(|length| numbers.bytes(length * 5));
        write(&folder, target, programs)?;
    }
    Ok(())
}

/// Each into a file named after what it holds.
fn write(folder: &Path, target: &str, inputs: impl IntoIterator<Item = Vec<u8>>) -> io::Result<()> {
    let folder = folder.join(target);
    fs::create_dir_all(&folder)?;
    for input in inputs {
        let hash = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        fs::write(folder.join(format!("seed-{hash:016x}")), input)?;
    }
    Ok(())
}
