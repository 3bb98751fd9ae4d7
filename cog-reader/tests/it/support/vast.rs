//! A COG of a million blocks, made up as it is read.

use super::tiff::{Cut, File, Pattern, write};
use bytes::Bytes;
use cog_raster::BoxFuture;
use cog_reader::{ObjectState, RangeReader, ReadError};
use std::ops::Range;

/// How a block's 256 samples are stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stored {
    Plain,
    Deflate,
    Zstd,
}

/// 16 384 × 16 384 pixels in tiles of 16 × 16, each of one value; behind the
/// last block is something else.
#[derive(Debug)]
pub(crate) struct Vast {
    big: bool,
    leaders: bool,
    /// Of each seven blocks only one is there.
    sparse: bool,
    front: Vec<u8>,
    /// Stored bytes of a block, by its value; all of one length.
    payloads: Vec<Vec<u8>>,
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
        let file = File {
            big,
            cog: leaders,
            ..File::CLASSIC
        };
        // The real directory of a small image, made to claim a large one.
        let small = Pattern {
            width: 32,
            height: 32,
            bands: 1,
            size: 1,
            cut: Cut::Tiles(BLOCK, BLOCK),
            planar: false,
            value: |_, _, _| 0,
        };
        let mut vast = Self {
            big,
            leaders,
            sparse,
            front: write(&file, &[small.ifd(&file)]),
            payloads: (0..=255).map(|value| payload(stored, value)).collect(),
        };
        let compression = match stored {
            Stored::Plain => 1,
            Stored::Deflate => 8,
            Stored::Zstd => 50_000,
        };
        vast.claim(compression);
        vast.front.resize(OFFSETS as usize, 0);
        vast
    }

    fn claim(&mut self, compression: u64) {
        let number = |bytes: &[u8]| {
            bytes
                .iter()
                .rev()
                .fold(0_u64, |n, &b| n << 8 | u64::from(b))
        };
        let (link, count_size, entry_size, word) = match self.big {
            true => (8..16, 8, 20, 8),
            false => (4..8, 2, 12, 4),
        };
        let directory = number(&self.front[link]) as usize;
        let entries = number(&self.front[directory..directory + count_size]) as usize;
        for i in 0..entries {
            let at = directory + count_size + i * entry_size;
            let tag = number(&self.front[at..at + 2]);
            let (count, value) = match tag {
                256 | 257 => (1, u64::from(SIDE * BLOCK)),
                259 => (1, compression),
                324 => (BLOCKS, OFFSETS),
                325 => (BLOCKS, self.lengths()),
                _ => continue,
            };
            let put = |to: &mut [u8], value: u64| to.copy_from_slice(&value.to_le_bytes()[..word]);
            put(&mut self.front[at + 4..at + 4 + word], count);
            put(&mut self.front[at + 4 + word..at + 4 + 2 * word], value);
        }
    }

    fn word(&self) -> u64 {
        if self.big { 8 } else { 4 }
    }

    fn lengths(&self) -> u64 {
        OFFSETS + BLOCKS * self.word()
    }

    fn data(&self) -> u64 {
        self.lengths() + BLOCKS * 4
    }

    fn leader(&self) -> u64 {
        if self.leaders { 4 } else { 0 }
    }

    fn stride(&self) -> u64 {
        self.payloads[0].len() as u64 + 2 * self.leader()
    }

    /// Which block is the how many-th in the file.
    fn is_there(&self, block: u64) -> bool {
        !self.sparse || block % 7 == 6 || block == BLOCKS - 1
    }

    /// Position of a block, were all blocks before it there.
    fn place(&self, block: u64) -> u64 {
        let rank = if self.sparse { block / 7 } else { block };
        self.data() + rank * self.stride() + self.leader()
    }

    pub(crate) fn size(&self) -> u64 {
        self.place(BLOCKS - 1) + self.stride() + TAIL
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

    fn byte(&self, at: u64) -> u8 {
        let part = |value: u64, at: u64, size: u64| value.to_le_bytes()[(at % size) as usize];
        if at < OFFSETS {
            return self.front[at as usize];
        }
        if at < self.lengths() {
            let block = (at - OFFSETS) / self.word();
            let offset = if self.is_there(block) {
                self.place(block)
            } else {
                0
            };
            return part(offset, at - OFFSETS, self.word());
        }
        let length = self.payloads[0].len() as u64;
        if at < self.data() {
            let block = (at - self.lengths()) / 4;
            return part(
                if self.is_there(block) { length } else { 0 },
                at - self.lengths(),
                4,
            );
        }
        let (rank, inside) = (
            (at - self.data()) / self.stride(),
            (at - self.data()) % self.stride(),
        );
        let block = match self.sparse {
            true if rank * 7 + 6 >= BLOCKS => BLOCKS - 1,
            true => rank * 7 + 6,
            false => rank,
        };
        if block >= BLOCKS || at >= self.place(BLOCKS - 1) + length + self.leader() {
            return 0xEE;
        }
        let payload = &self.payloads[usize::from(value(block))];
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
        // One stored block, the last (RFC 1950, 1951).
        Stored::Deflate => {
            let mut out = vec![0x78, 0x01, 1, 0, 1, 0xFF, 0xFE];
            out.extend([value; 256]);
            let (mut a, mut b) = (1_u32, 0_u32);
            for _ in 0..256 {
                a = (a + u32::from(value)) % 65_521;
                b = (b + a) % 65_521;
            }
            out.extend((b << 16 | a).to_be_bytes());
            out
        }
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
