//! The file front to back: where every block goes, and its bytes.

use std::io::{Read, SeekFrom, Write};

use cog_codec::tags;

use crate::{
    Error,
    directory::{Directory, Flavour, Value, front, front_len},
    level::SpillDebug,
};

/// A compressed block in the spill: imagery, then its mask if there is one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockRecord {
    pub(crate) at: u64,
    pub(crate) bytes: u32,
    pub(crate) mask_bytes: Option<u32>,
}

/// One level's directories and blocks.
#[derive(Debug)]
pub(crate) struct LevelFile {
    pub(crate) image: Directory,
    pub(crate) mask: Option<Directory>,
    pub(crate) blocks: Vec<BlockRecord>,
}

/// A block's length before it, its last four bytes again after it.
const LEADER: u64 = 4;
const TRAILER: u64 = 4;

/// The text between header and first directory that promises the layout, as
/// GDAL's COG driver writes and reads it (GDAL COG driver, "Header ghost area").
fn ghost_area(has_mask: bool) -> Vec<u8> {
    let mut text = String::from(
        "LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n\
         BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n ",
    );
    if has_mask {
        text.push_str("MASK_INTERLEAVED_WITH_IMAGERY=YES\n");
    }
    format!(
        "GDAL_STRUCTURAL_METADATA_SIZE={:06} bytes\n{text}",
        text.len()
    )
    .into_bytes()
}

/// Writes the file, a BigTIFF if `big` says so or it has to be; returns its length and whether it is a BigTIFF.
pub(crate) fn write(
    levels: Vec<LevelFile>,
    big: Option<bool>,
    spill: &mut dyn SpillDebug,
    out: &mut dyn Write,
) -> Result<(u64, bool), Error> {
    let ghost = ghost_area(levels.iter().any(|level| level.mask.is_some()));
    let data: u64 = levels
        .iter()
        .flat_map(|level| &level.blocks)
        .map(BlockRecord::file_len)
        .sum();
    let fits = place(&levels, Flavour::Classic, &ghost).1 + data <= 0xffff_ffff;
    let flavour = match big {
        Some(false) if !fits => {
            return Err(Error::Unsupported {
                reason: "a file of more than 4 GiB that is no BigTIFF; let it be one".into(),
            });
        }
        Some(true) => Flavour::Big,
        _ if fits => Flavour::Classic,
        _ => Flavour::Big,
    };
    let (directories, start) = place(&levels, flavour, &ghost);
    let bytes = front(flavour, &ghost, &directories);
    out.write_all(&bytes)
        .map_err(Error::io("write the header"))?;
    let mut block = Vec::new();
    for record in levels.iter().rev().flat_map(|level| &level.blocks) {
        spill
            .seek(SeekFrom::Start(record.at))
            .map_err(Error::io("read the spill"))?;
        copy(spill, record.bytes, &mut block, out)?;
        if let Some(bytes) = record.mask_bytes {
            copy(spill, bytes, &mut block, out)?;
        }
    }
    out.flush().map_err(Error::io("write the file"))?;
    Ok((start + data, flavour == Flavour::Big))
}

/// Directories in GDAL's order (image, its mask, overviews, their masks) with
/// every block's offset, smallest overview first; and where the blocks start.
fn place(levels: &[LevelFile], flavour: Flavour, ghost: &[u8]) -> (Vec<Directory>, u64) {
    let mut directories = with_offsets(levels, 0);
    let start = front_len(flavour, ghost, &directories);
    directories = with_offsets(levels, start);
    (directories, start)
}

fn with_offsets(levels: &[LevelFile], start: u64) -> Vec<Directory> {
    let mut at = start;
    let mut placed: Vec<(Directory, Option<Directory>)> = Vec::new();
    for level in levels.iter().rev() {
        let (mut images, mut masks) = (Vec::new(), Vec::new());
        for block in &level.blocks {
            images.push(at + LEADER);
            masks.push(at + LEADER + u64::from(block.bytes) + TRAILER + LEADER);
            at += block.file_len();
        }
        let tables = |directory: &Directory, offsets: Vec<u64>, counts: Vec<u32>| {
            let mut directory = directory.clone();
            directory.set(tags::TILE_OFFSETS, Value::Offsets(offsets));
            directory.set(tags::TILE_BYTE_COUNTS, Value::ByteCounts(counts));
            directory
        };
        let counts = level.blocks.iter().map(|block| block.bytes).collect();
        let mask_counts = || {
            level
                .blocks
                .iter()
                .filter_map(|block| block.mask_bytes)
                .collect()
        };
        placed.push((
            tables(&level.image, images, counts),
            level
                .mask
                .as_ref()
                .map(|mask| tables(mask, masks, mask_counts())),
        ));
    }
    let mut placed = placed.into_iter().rev();
    let mut directories = Vec::new();
    if let Some((image, mask)) = placed.next() {
        directories.push(image);
        directories.extend(mask);
    }
    let (images, masks): (Vec<_>, Vec<_>) = placed.unzip();
    directories.extend(images);
    directories.extend(masks.into_iter().flatten());
    directories
}

fn copy(
    spill: &mut dyn SpillDebug,
    bytes: u32,
    block: &mut Vec<u8>,
    out: &mut dyn Write,
) -> Result<(), Error> {
    block.clear();
    block.extend_from_slice(&bytes.to_le_bytes());
    let read = spill
        .take(u64::from(bytes))
        .read_to_end(block)
        .map_err(Error::io("read the spill"))?;
    if read != bytes as usize {
        let source = std::io::ErrorKind::UnexpectedEof.into();
        return Err(Error::Io {
            action: "read the spill back",
            source,
        });
    }
    // Of a block shorter than four bytes the leader's bytes make up the rest.
    block.extend_from_within(block.len() - TRAILER as usize..);
    out.write_all(block).map_err(Error::io("write the file"))
}

impl BlockRecord {
    fn file_len(&self) -> u64 {
        let framed = |bytes: u32| LEADER + u64::from(bytes) + TRAILER;
        framed(self.bytes) + self.mask_bytes.map_or(0, framed)
    }
}
