//! A TIFF as its parts: taken apart, changed, and put together again.

use std::collections::BTreeMap;

/// A file: what a mutation changes before it is serialised.
#[derive(Clone, Debug)]
pub struct File {
    /// BigTIFF: 8-byte offsets.
    pub big: bool,
    /// `MM`.
    pub big_endian: bool,
    /// What lies between the header and the first directory: GDAL's ghost area.
    pub front: Vec<u8>,
    /// All directories, sub-directories too; the header leads to the first.
    pub directories: Vec<Directory>,
}

/// A directory and its blocks.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// In the order in which they are written.
    pub entries: Vec<Entry>,
    /// As stored.
    pub blocks: Vec<Block>,
    /// Index of the next directory of the chain.
    pub next: Option<usize>,
    /// Where the link to the next one leads instead.
    pub next_at: Option<u64>,
}

/// A tag.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number.
    pub tag: u16,
    /// Code of its field type.
    pub kind: u16,
    /// What it says instead of how many values it has.
    pub count: Option<u64>,
    /// What it says instead of where they are.
    pub at: Option<u64>,
    /// The values.
    pub values: Values,
    /// Values written over these: index and number.
    pub patches: Vec<(usize, u64)>,
}

/// Values of a tag.
#[derive(Clone, Debug)]
pub enum Values {
    /// In the file's byte order.
    Bytes(Vec<u8>),
    /// Where the directory's blocks are.
    BlockOffsets,
    /// How long they are.
    BlockLengths,
    /// Where these directories are.
    Directories(Vec<usize>),
}

/// A tile or strip.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Its bytes, with GDAL's leader and trailer if it has them; none: left out.
    pub bytes: Vec<u8>,
    /// Bytes of a leader.
    pub lead: usize,
    /// Bytes of a trailer.
    pub trail: usize,
    /// Blocks of all directories are written in this order.
    pub order: u64,
}

/// Bytes of one value of a field type; 1 for a type that does not exist.
#[must_use]
pub(crate) const fn size_of_kind(kind: u16) -> usize {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => 1,
    }
}

impl Entry {
    /// A tag with these bytes.
    #[must_use]
    pub const fn new(tag: u16, kind: u16, values: Values) -> Self {
        Self {
            tag,
            kind,
            count: None,
            at: None,
            values,
            patches: Vec::new(),
        }
    }
}

impl File {
    /// A number in the file's byte order.
    fn number(&self, value: u64, size: usize) -> Vec<u8> {
        if self.big_endian {
            value.to_be_bytes()[8 - size..].to_vec()
        } else {
            value.to_le_bytes()[..size].to_vec()
        }
    }

    /// A tag of whole numbers.
    #[must_use]
    pub fn entry(&self, tag: u16, kind: u16, values: &[u64]) -> Entry {
        let size = size_of_kind(kind);
        let bytes = values
            .iter()
            .flat_map(|&value| self.number(value, size))
            .collect();
        Entry::new(tag, kind, Values::Bytes(bytes))
    }

    const fn offset_size(&self) -> usize {
        if self.big { 8 } else { 4 }
    }

    /// Takes a well-formed file apart; `None` if it is not one.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let big_endian = bytes.starts_with(b"MM");
        let raw = Raw { bytes, big_endian };
        let big = raw.number(2, 2)? == 43;
        let mut file = Self {
            big,
            big_endian,
            front: Vec::new(),
            directories: Vec::new(),
        };
        let first = if big {
            raw.number(8, 8)?
        } else {
            raw.number(4, 4)?
        };
        let header = if big { 16 } else { 8 };
        let leaders = bytes
            .windows(20)
            .take(400)
            .any(|w| w == b"BLOCK_LEADER=SIZE_AS");
        file.front = bytes.get(header..usize::try_from(first).ok()?)?.to_vec();
        // Offsets of the chain and, behind it, of the sub-directories.
        let mut known = BTreeMap::new();
        let mut todo = vec![first];
        while let Some(offset) = todo.pop() {
            if offset == 0 || known.contains_key(&offset) {
                continue;
            }
            known.insert(offset, known.len());
            let (directory, next, subs) =
                file.directory(&raw, usize::try_from(offset).ok()?, leaders)?;
            file.directories.push(directory);
            todo.extend(subs.iter().rev());
            todo.push(next);
            let directory = file.directories.last_mut()?;
            directory.next_at = Some(next);
            if let Some(entry) = directory.entries.iter_mut().find(|entry| entry.tag == 330) {
                entry.values = Values::Directories(subs.iter().map(|&sub| sub as usize).collect());
            }
        }
        for directory in &mut file.directories {
            directory.next = known.get(&directory.next_at.take()?).copied();
            for entry in &mut directory.entries {
                if let Values::Directories(subs) = &mut entry.values {
                    for sub in subs {
                        *sub = known.get(&(*sub as u64)).copied()?;
                    }
                }
            }
        }
        Some(file)
    }

    fn directory(
        &self,
        raw: &Raw<'_>,
        at: usize,
        leaders: bool,
    ) -> Option<(Directory, u64, Vec<u64>)> {
        let (count_size, entry_size) = if self.big { (8, 20) } else { (2, 12) };
        let count = usize::try_from(raw.number(at, count_size)?).ok()?;
        let mut directory = Directory::default();
        let (mut offsets, mut lengths, mut subs) = (Vec::new(), Vec::new(), Vec::new());
        for index in 0..count {
            let at = at + count_size + index * entry_size;
            let (tag, kind) = (raw.number(at, 2)? as u16, raw.number(at + 2, 2)? as u16);
            let size = size_of_kind(kind);
            let values = usize::try_from(raw.number(at + 4, self.offset_size())?).ok()?;
            let place = at + 4 + self.offset_size();
            let start = if values * size <= self.offset_size() {
                place
            } else {
                usize::try_from(raw.number(place, self.offset_size())?).ok()?
            };
            let numbers = || {
                (0..values)
                    .map(|i| raw.number(start + i * size, size))
                    .collect::<Option<Vec<_>>>()
            };
            let values = match tag {
                273 | 324 => {
                    offsets = numbers()?;
                    Values::BlockOffsets
                }
                279 | 325 => {
                    lengths = numbers()?;
                    Values::BlockLengths
                }
                _ => {
                    if tag == 330 {
                        subs = numbers()?;
                    }
                    Values::Bytes(raw.bytes.get(start..start + values * size)?.to_vec())
                }
            };
            directory.entries.push(Entry::new(tag, kind, values));
        }
        for (&offset, &length) in offsets.iter().zip(&lengths) {
            let margin = if leaders && length > 0 { 4 } else { 0 };
            let start = usize::try_from(offset).ok()?.checked_sub(margin)?;
            let end = usize::try_from(offset + length).ok()? + margin;
            directory.blocks.push(Block {
                bytes: raw.bytes.get(start..end)?.to_vec(),
                lead: margin,
                trail: margin,
                order: offset,
            });
        }
        let next = raw.number(at + count_size + count * entry_size, self.offset_size())?;
        Some((directory, next, subs))
    }

    /// Puts the file together. Nothing is checked: mutations are meant to break it.
    #[must_use]
    pub fn serialise(&self) -> Vec<u8> {
        let (count_size, entry_size) = if self.big { (8, 20) } else { (2, 12) };
        let word = self.offset_size();
        let header = if self.big { 16 } else { 8 };
        let (homes, mut at) = self.homes();
        let mut order: Vec<(u64, usize, usize)> = Vec::new();
        for (d, directory) in self.directories.iter().enumerate() {
            let blocks = directory.blocks.iter().enumerate();
            order.extend(blocks.map(|(b, block)| (block.order, d, b)));
        }
        order.sort_unstable();
        let mut block_homes: Vec<Vec<u64>> = self
            .directories
            .iter()
            .map(|directory| vec![0; directory.blocks.len()])
            .collect();
        for &(_, d, b) in &order {
            let block = &self.directories[d].blocks[b];
            if block.bytes.len() > block.lead + block.trail {
                block_homes[d][b] = (at + block.lead) as u64;
            }
            at += block.bytes.len();
        }
        let mut out = vec![0; at];
        let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, if self.big_endian { b"MM" } else { b"II" });
        put(2, &self.number(if self.big { 43 } else { 42 }, 2));
        let first = homes.first().map_or(0, |(start, _)| *start as u64);
        if self.big {
            put(4, &self.number(8, 2));
            put(8, &self.number(first, 8));
        } else {
            put(4, &self.number(first, 4));
        }
        put(header, &self.front);
        for (d, (directory, (start, values))) in self.directories.iter().zip(&homes).enumerate() {
            put(
                *start,
                &self.number(directory.entries.len() as u64, count_size),
            );
            for (index, (entry, home)) in directory.entries.iter().zip(values).enumerate() {
                let size = size_of_kind(entry.kind);
                let mut bytes = match &entry.values {
                    Values::Bytes(bytes) => bytes.clone(),
                    Values::BlockOffsets => block_homes[d]
                        .iter()
                        .flat_map(|&at| self.number(at, size))
                        .collect(),
                    Values::BlockLengths => {
                        let lengths = directory.blocks.iter().map(|block| {
                            block.bytes.len().saturating_sub(block.lead + block.trail) as u64
                        });
                        lengths
                            .flat_map(|length| self.number(length, size))
                            .collect()
                    }
                    Values::Directories(subs) => {
                        let of =
                            |sub: &usize| homes.get(*sub).map_or(0, |(start, _)| *start as u64);
                        subs.iter()
                            .flat_map(|sub| self.number(of(sub), size))
                            .collect::<Vec<u8>>()
                    }
                };
                let count = entry.count.unwrap_or((bytes.len() / size) as u64);
                for &(index, value) in &entry.patches {
                    if let Some(place) = bytes.chunks_exact_mut(size).nth(index) {
                        place.copy_from_slice(&self.number(value, size));
                    }
                }
                let at = start + count_size + index * entry_size;
                put(at, &self.number(entry.tag.into(), 2));
                put(at + 2, &self.number(entry.kind.into(), 2));
                put(at + 4, &self.number(count, word));
                let place = at + 4 + word;
                match entry.at {
                    Some(value) => put(place, &self.number(value, word)),
                    None if bytes.len() <= word => put(place, &bytes),
                    None => put(place, &self.number(*home as u64, word)),
                }
                if bytes.len() > word {
                    put(*home, &bytes);
                }
            }
            let next = directory.next_at.unwrap_or_else(|| {
                let home = directory.next.and_then(|next| homes.get(next));
                home.map_or(0, |(start, _)| *start as u64)
            });
            put(
                start + count_size + directory.entries.len() * entry_size,
                &self.number(next, word),
            );
            for (block, home) in directory.blocks.iter().zip(&block_homes[d]) {
                if *home != 0 {
                    put(*home as usize - block.lead, &block.bytes);
                }
            }
        }
        out
    }

    /// Bytes of a tag's values.
    const fn length(&self, directory: &Directory, entry: &Entry) -> usize {
        let size = size_of_kind(entry.kind);
        match &entry.values {
            Values::Bytes(bytes) => bytes.len(),
            Values::BlockOffsets | Values::BlockLengths => directory.blocks.len() * size,
            Values::Directories(subs) => subs.len() * size,
        }
    }

    /// Where each directory starts and where its tags' values go, and where all of them end.
    #[must_use]
    pub fn homes(&self) -> (Vec<(usize, Vec<usize>)>, usize) {
        let (count_size, entry_size) = if self.big { (8, 20) } else { (2, 12) };
        let word = self.offset_size();
        let mut at = if self.big { 16 } else { 8 } + self.front.len();
        let mut homes = Vec::new();
        for directory in &self.directories {
            at = at.next_multiple_of(2);
            let start = at;
            at += count_size + directory.entries.len() * entry_size + word;
            let mut values = Vec::new();
            for entry in &directory.entries {
                let length = self.length(directory, entry);
                at = at.next_multiple_of(2);
                values.push(at);
                at += if length > word { length } else { 0 };
            }
            homes.push((start, values));
        }
        (homes, at)
    }
}

/// Numbers at places of a file.
struct Raw<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Raw<'_> {
    fn number(&self, at: usize, size: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at.checked_add(size)?)?;
        let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        Some(if self.big_endian {
            bytes.iter().fold(0, fold)
        } else {
            bytes.iter().rev().fold(0, fold)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{read_everything, seeds, tight};
    use cog_reader::{MemoryReader, OpenOptions};
    use std::sync::Arc;

    #[test]
    fn what_is_put_together_again_reads_the_same() {
        for seed in seeds() {
            let file = File::parse(&seed.bytes).expect(&seed.name);
            let again = file.serialise();
            let read = |bytes: Vec<u8>| {
                let options = OpenOptions::default().with_limits(tight());
                read_everything(Arc::new(MemoryReader::new("x", bytes)), options).unwrap()
            };
            assert_eq!(
                read(again).levels,
                read(seed.bytes.to_vec()).levels,
                "{}",
                seed.name
            );
        }
    }
}
