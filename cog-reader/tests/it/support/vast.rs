//! A COG of a million blocks, made up as it is read.

use super::tiff::{Cut, File, Pattern, mask_ifd, write};
use bytes::Bytes;
use cog_codec::{BlockLayout, Compression, EncodeOptions, SampleFormat, encode_block};
use cog_raster::{BoxFuture, Samples};
use cog_reader::{ObjectState, RangeReader, ReadError};
use std::ops::Range;

/// How a block's 256 samples are stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stored {
    Plain,
    Deflate,
    Zstd,
    Jpeg,
}

/// Where the blocks of the mask lie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Masked {
    No,
    /// Each behind its block, as in GDAL's COGs.
    Interleaved,
    /// Behind all blocks, as in GDAL's other files.
    Apart,
}

/// 16 384 × 16 384 pixels in tiles of 16 × 16, each of one value; behind the
/// last block is something else.
#[derive(Debug)]
pub(crate) struct Vast {
    big: bool,
    leaders: bool,
    /// Of each seven blocks only one is there.
    sparse: bool,
    masked: Masked,
    front: Vec<u8>,
    /// Stored bytes of a block, by its value; all of one length.
    payloads: Vec<Vec<u8>>,
    /// Those of the mask: nothing is valid, all is.
    masks: [Vec<u8>; 2],
}

pub(crate) const BLOCKS: u64 = 1 << 20;
/// Blocks side by side, and one above the other.
pub(crate) const SIDE: u32 = 1024;
/// Pixels of a block's side.
pub(crate) const BLOCK: u32 = 16;
/// Where the offsets start.
const OFFSETS: u64 = 4096;
/// Bytes behind the last block.
const TAIL: u64 = 300_000;

impl Vast {
    pub(crate) fn new(big: bool, leaders: bool, stored: Stored, sparse: bool) -> Self {
        Self::masked(big, leaders, stored, sparse, Masked::No)
    }

    pub(crate) fn masked(
        big: bool,
        leaders: bool,
        stored: Stored,
        sparse: bool,
        masked: Masked,
    ) -> Self {
        let file = File {
            big,
            cog: leaders,
            interleaved_mask: leaders && masked == Masked::Interleaved,
            ..File::CLASSIC
        };
        // The real directories of a small image, made to claim a large one.
        let small = Pattern {
            width: 32,
            height: 32,
            bands: 1,
            size: 1,
            cut: Cut::Tiles(BLOCK, BLOCK),
            planar: false,
            value: |_, _, _| 0,
        };
        let mut ifds = vec![small.ifd(&file)];
        if masked != Masked::No {
            ifds.push(mask_ifd(32, 32, (BLOCK, BLOCK), 4, |_, _| true));
        }
        let mut payloads: Vec<Vec<u8>> = (0..=255).map(|value| payload(stored, value)).collect();
        if stored == Stored::Jpeg {
            pad(&mut payloads);
        }
        let mut vast = Self {
            big,
            leaders,
            sparse,
            masked,
            front: write(&file, &ifds),
            payloads,
            masks: [zlib(&[0; 32]), zlib(&[0xFF; 32])],
        };
        let compression = match stored {
            Stored::Plain => 1,
            Stored::Jpeg => 7,
            Stored::Deflate => 8,
            Stored::Zstd => 50_000,
        };
        let mut link = if big { 8 } else { 4 };
        link = vast.claim(link, compression, 0);
        if masked != Masked::No {
            vast.claim(link, 8, 2);
        }
        assert!(vast.front.len() as u64 <= OFFSETS);
        vast.front.resize(OFFSETS as usize, 0);
        vast
    }

    /// Changes the directory that the link at `link` leads to, whose index are the tables `table`
    /// and the next one. Says where its own link is.
    fn claim(&mut self, link: usize, compression: u64, table: u64) -> usize {
        let number = |bytes: &[u8]| {
            bytes
                .iter()
                .rev()
                .fold(0_u64, |n, &b| n << 8 | u64::from(b))
        };
        let (count_size, entry_size, word) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let directory = number(&self.front[link..link + word]) as usize;
        let entries = number(&self.front[directory..directory + count_size]) as usize;
        for i in 0..entries {
            let at = directory + count_size + i * entry_size;
            let tag = number(&self.front[at..at + 2]);
            let (count, value) = match tag {
                256 | 257 => (1, u64::from(SIDE * BLOCK)),
                259 => (1, compression),
                324 => (BLOCKS, self.table(table)),
                325 => (BLOCKS, self.table(table + 1)),
                _ => continue,
            };
            let put = |to: &mut [u8], value: u64| to.copy_from_slice(&value.to_le_bytes()[..word]);
            put(&mut self.front[at + 4..at + 4 + word], count);
            put(&mut self.front[at + 4 + word..at + 4 + 2 * word], value);
        }
        directory + count_size + entries * entry_size
    }

    fn word(&self) -> u64 {
        if self.big { 8 } else { 4 }
    }

    /// Where a table starts: offsets and lengths of the image's blocks, offsets and lengths of the mask's.
    fn table(&self, table: u64) -> u64 {
        OFFSETS + BLOCKS * (table.div_ceil(2) * self.word() + table / 2 * 4)
    }

    fn data(&self) -> u64 {
        self.table(if self.masked == Masked::No { 2 } else { 4 })
    }

    fn leader(&self) -> u64 {
        if self.leaders { 4 } else { 0 }
    }

    fn image_length(&self) -> u64 {
        self.payloads[0].len() as u64 + 2 * self.leader()
    }

    fn mask_length(&self) -> u64 {
        self.masks[0].len() as u64 + 2 * self.leader()
    }

    /// From one block of the image to the next.
    fn stride(&self) -> u64 {
        let interleaved = self.masked == Masked::Interleaved;
        self.image_length() + if interleaved { self.mask_length() } else { 0 }
    }

    /// Which block is the how many-th in the file.
    fn is_there(&self, block: u64) -> bool {
        !self.sparse || block % 7 == 6 || block == BLOCKS - 1
    }

    fn rank(&self, block: u64) -> u64 {
        if self.sparse { block / 7 } else { block }
    }

    /// Position of a block, were all blocks before it there.
    fn place(&self, block: u64) -> u64 {
        self.data() + self.rank(block) * self.stride() + self.leader()
    }

    fn mask_place(&self, block: u64) -> u64 {
        match self.masked {
            Masked::Apart => {
                self.image_end() + self.rank(block) * self.mask_length() + self.leader()
            }
            _ => self.place(block) - self.leader() + self.image_length() + self.leader(),
        }
    }

    /// Behind the last block of the image.
    fn image_end(&self) -> u64 {
        self.data() + (self.rank(BLOCKS - 1) + 1) * self.stride()
    }

    fn end(&self) -> u64 {
        match self.masked {
            Masked::Apart => self.image_end() + (self.rank(BLOCKS - 1) + 1) * self.mask_length(),
            _ => self.image_end(),
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.end() + TAIL
    }

    /// What all pixels of a block are.
    pub(crate) fn value(&self, across: u32, down: u32) -> u8 {
        let block = u64::from(down * SIDE + across);
        if self.is_there(block) {
            value(block)
        } else {
            0
        }
    }

    /// Whether the mask shows a block.
    pub(crate) fn is_shown(&self, across: u32, down: u32) -> bool {
        self.masked == Masked::No || (across + down) % 2 == 1
    }

    fn byte(&self, at: u64) -> u8 {
        let part = |value: u64, at: u64, size: u64| value.to_le_bytes()[(at % size) as usize];
        if at < OFFSETS {
            return self.front[at as usize];
        }
        if at < self.data() {
            let table = (0..4).rfind(|&table| self.table(table) <= at).unwrap_or(0);
            let size = if table % 2 == 0 { self.word() } else { 4 };
            let block = (at - self.table(table)) / size;
            let (place, length) = match table / 2 {
                0 => (self.place(block), self.payloads[0].len()),
                _ => (self.mask_place(block), self.masks[0].len()),
            };
            let entry = match self.is_there(block) {
                true if table % 2 == 0 => place,
                true => length as u64,
                false => 0,
            };
            return part(entry, at - self.table(table), size);
        }
        if at >= self.end() {
            return 0xEE;
        }
        let (rank, inside, of_mask) = if at < self.image_end() {
            let (rank, inside) = (
                (at - self.data()) / self.stride(),
                (at - self.data()) % self.stride(),
            );
            match inside.checked_sub(self.image_length()) {
                Some(inside) => (rank, inside, true),
                None => (rank, inside, false),
            }
        } else {
            let at = at - self.image_end();
            (at / self.mask_length(), at % self.mask_length(), true)
        };
        let block = match self.sparse {
            true => (rank * 7 + 6).min(BLOCKS - 1),
            false => rank,
        };
        let payload = match of_mask {
            true => {
                let (across, down) = (block as u32 % SIDE, block as u32 / SIDE);
                &self.masks[usize::from(self.is_shown(across, down))]
            }
            false => &self.payloads[usize::from(value(block))],
        };
        let length = payload.len() as u64;
        match inside.checked_sub(self.leader()) {
            None => part(length, inside, 4),
            Some(inside) if inside < length => payload[inside as usize],
            // The trailer.
            Some(inside) => payload[(inside - 4) as usize],
        }
    }

    pub(crate) fn bytes(&self, range: &Range<u64>) -> Bytes {
        let end = range.end.min(self.size());
        (range.start.min(end)..end)
            .map(|at| self.byte(at))
            .collect()
    }
}

fn value(block: u64) -> u8 {
    (block * 31 + 1) as u8
}

/// 256 bytes of one value.
fn payload(stored: Stored, value: u8) -> Vec<u8> {
    match stored {
        Stored::Plain => vec![value; 256],
        // A frame of one segment of 256 bytes: one block, the last, of a repeated byte (RFC 8878).
        Stored::Zstd => vec![0x28, 0xB5, 0x2F, 0xFD, 0x60, 0, 0, 0x03, 0x08, 0, value],
        Stored::Deflate => zlib(&[value; 256]),
        Stored::Jpeg => {
            let layout = BlockLayout::new(BLOCK, BLOCK, 1, 8, SampleFormat::Unsigned)
                .with_compression(Compression::JPEG)
                .with_photometric(1);
            // Of one value, and so without a loss at this quality.
            let options = EncodeOptions::default().with_quality(100);
            encode_block(&layout, &Samples::U8(vec![value; 256]), &options).unwrap()
        }
    }
}

/// One stored block, the last (RFC 1950, 1951).
fn zlib(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len() as u16;
    let mut out = vec![0x78, 0x01, 1];
    out.extend(length.to_le_bytes());
    out.extend((!length).to_le_bytes());
    out.extend(bytes);
    let (mut a, mut b) = (1_u32, 0_u32);
    for &byte in bytes {
        a = (a + u32::from(byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend((b << 16 | a).to_be_bytes());
    out
}

/// Makes JPEGs of one length by comments behind their first marker.
fn pad(payloads: &mut [Vec<u8>]) {
    let longest = payloads.iter().map(Vec::len).max().unwrap_or(0) + 4;
    for payload in payloads {
        let missing = longest - payload.len();
        let mut comment = vec![0xFF, 0xFE];
        comment.extend((missing as u16 - 2).to_be_bytes());
        comment.resize(missing, 0);
        payload.splice(2..2, comment);
    }
}

impl RangeReader for Vast {
    fn read_ranges<'a>(
        &'a self,
        ranges: &'a [Range<u64>],
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReadError>> {
        Box::pin(async move { Ok(ranges.iter().map(|range| self.bytes(range)).collect()) })
    }

    fn state(&self) -> ObjectState {
        ObjectState::new(Some(self.size()), Some("1".into()))
    }

    fn describe(&self) -> String {
        "vast".into()
    }
}
