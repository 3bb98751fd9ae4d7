//! Reads the directories of a file.

use super::entry::Value;
use super::{ByteOrder, Directory, DirectoryKind, Entry, FieldType, GhostArea, Header, Numbers};
use crate::Limits;
use crate::error::{Error, Rule};
use crate::io::{PAGE, Pages};
use bytes::Bytes;
use cog_codec::tags;
use core::ops::Range;
use std::collections::HashSet;

/// All directories of a TIFF file, as it declares them.
#[derive(Clone, Debug)]
pub struct Tiff {
    order: ByteOrder,
    big: bool,
    ghost: Option<GhostArea>,
    directories: Vec<Directory>,
    problems: Vec<String>,
    size: Option<u64>,
    charged: u64,
}

impl Tiff {
    /// The file's byte order.
    #[must_use]
    pub const fn byte_order(&self) -> ByteOrder {
        self.order
    }

    /// It is a BigTIFF: 8-byte offsets.
    #[must_use]
    pub const fn is_big(&self) -> bool {
        self.big
    }

    /// GDAL's notes on the layout, if it is a COG made by GDAL.
    #[must_use]
    pub const fn ghost(&self) -> Option<&GhostArea> {
        self.ghost.as_ref()
    }

    /// The directories: the chain in its order, then the sub-directories.
    #[must_use]
    pub fn directories(&self) -> &[Directory] {
        &self.directories
    }

    /// What is wrong with the file but did not keep it from being opened:
    /// a broken chain of directories, values past the end, unknown field types.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// Bytes of entries and their values, as charged to the limits.
    pub(crate) const fn memory(&self) -> u64 {
        self.charged
    }

    /// Length of the file in bytes, if the store has told.
    #[must_use]
    pub const fn size(&self) -> Option<u64> {
        self.size
    }

    /// Reads the header and all directories; the first request that this costs reads at most
    /// `follow` bytes, or what is needed.
    pub(crate) async fn read(pages: &Pages, limits: &Limits, follow: u64) -> Result<Self, Error> {
        let location = pages.reader().describe();
        let malformed = |offset: u64, rule: Rule| Error::Malformed {
            location: location.clone(),
            offset,
            source: rule.into(),
        };
        // The ghost area is some 200 bytes.
        let front = read_at(pages, 0, 1024).await?;
        let header = Header::parse(&front).map_err(|(at, rule)| malformed(at, rule))?;
        let mut walk = Walk {
            pages,
            limits,
            order: header.order,
            big: header.big,
            location: &location,
            seen: HashSet::new(),
            charged: 0,
            problems: Vec::new(),
            follow: Some(follow),
            extents: Vec::new(),
        };
        let mut directories = Vec::new();
        let mut next = header.first_directory;
        if next == 0 {
            return Err(malformed(0, Rule::NoDirectory));
        }
        while next != 0 {
            if !walk.seen.insert(next) {
                walk.note(format!(
                    "the chain of directories returns to byte {next}; what follows is ignored"
                ));
                break;
            }
            walk.charge_directory()?;
            match walk.directory(next, DirectoryKind::Chain).await {
                Ok((directory, after)) => {
                    directories.push(directory);
                    next = after;
                }
                Err(Error::Malformed { source, offset, .. }) if !directories.is_empty() => {
                    walk.note(format!(
                        "the chain of directories breaks at byte {offset}: {source}; what follows is ignored"
                    ));
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        walk.sub_directories(&mut directories).await?;
        Ok(Self {
            order: header.order,
            big: header.big,
            ghost: header.ghost,
            directories,
            charged: walk.charged,
            problems: walk.problems,
            size: pages.object().size,
        })
    }
}

/// Tags whose values are read with the directory. The rest is looked up when
/// somebody asks (block offsets), or not at all.
const WANTED: &[u16] = &[
    tags::NEW_SUBFILE_TYPE,
    tags::SUBFILE_TYPE,
    tags::IMAGE_WIDTH,
    tags::IMAGE_LENGTH,
    tags::BITS_PER_SAMPLE,
    tags::COMPRESSION,
    tags::PHOTOMETRIC_INTERPRETATION,
    tags::FILL_ORDER,
    tags::DOCUMENT_NAME,
    tags::IMAGE_DESCRIPTION,
    tags::ORIENTATION,
    tags::SAMPLES_PER_PIXEL,
    tags::ROWS_PER_STRIP,
    tags::MIN_SAMPLE_VALUE,
    tags::MAX_SAMPLE_VALUE,
    tags::X_RESOLUTION,
    tags::Y_RESOLUTION,
    tags::PLANAR_CONFIGURATION,
    tags::T4_OPTIONS,
    tags::T6_OPTIONS,
    tags::RESOLUTION_UNIT,
    tags::SOFTWARE,
    tags::DATE_TIME,
    tags::ARTIST,
    tags::HOST_COMPUTER,
    tags::PREDICTOR,
    tags::WHITE_POINT,
    tags::COLOR_MAP,
    tags::TILE_WIDTH,
    tags::TILE_LENGTH,
    tags::SUB_IFDS,
    tags::EXTRA_SAMPLES,
    tags::SAMPLE_FORMAT,
    tags::JPEG_TABLES,
    tags::YCBCR_COEFFICIENTS,
    tags::YCBCR_SUB_SAMPLING,
    tags::YCBCR_POSITIONING,
    tags::REFERENCE_BLACK_WHITE,
    tags::COPYRIGHT,
    tags::MODEL_PIXEL_SCALE,
    tags::MODEL_TIEPOINT,
    tags::MODEL_TRANSFORMATION,
    tags::GEO_KEY_DIRECTORY,
    tags::GEO_DOUBLE_PARAMS,
    tags::GEO_ASCII_PARAMS,
    tags::GDAL_METADATA,
    tags::GDAL_NODATA,
    tags::LERC_PARAMETERS,
    tags::RPC_COEFFICIENTS,
];

/// Tags of numbers, whatever field type their values have.
const NUMBERS: &[u16] = &[
    tags::BITS_PER_SAMPLE,
    tags::COLOR_MAP,
    tags::SUB_IFDS,
    tags::EXTRA_SAMPLES,
    tags::SAMPLE_FORMAT,
    tags::YCBCR_SUB_SAMPLING,
    tags::GEO_KEY_DIRECTORY,
    tags::LERC_PARAMETERS,
];

struct Walk<'a> {
    pages: &'a Pages,
    limits: &'a Limits,
    order: ByteOrder,
    big: bool,
    location: &'a str,
    /// Offsets of the directories met so far.
    seen: HashSet<u64>,
    /// Bytes of values loaded so far.
    charged: u64,
    problems: Vec<String>,
    /// Most bytes of the request that follows the first one; `None` once that was made.
    follow: Option<u64>,
    /// Where values, index arrays and further directories are, as far as known.
    extents: Vec<Range<u64>>,
}

impl Walk<'_> {
    /// Makes the request that follows the first one, when something is needed
    /// that the first did not bring: with it comes what is known to lie
    /// behind it, as long as that ends within the bytes allowed.
    async fn follow(&mut self, needed: &[Range<u64>]) -> Result<(), Error> {
        let missing = |range: &&Range<u64>| self.pages.cached(range).is_none();
        let Some(start) = needed.iter().filter(missing).map(|range| range.start).min() else {
            return Ok(());
        };
        let Some(follow) = self.follow.take() else {
            return Ok(());
        };
        let front = self.pages.header_len();
        let start = start.max(front) / PAGE * PAGE;
        let limit = start.saturating_add(follow);
        // Elsewhere than behind the front: two pages, where directories are seldom alone.
        let mut end = match start > front {
            true => limit.min(start.saturating_add(2 * PAGE)),
            false => start,
        };
        for extent in needed.iter().chain(&self.extents) {
            if extent.end <= limit {
                end = end.max(extent.end);
            } else if extent.start < limit {
                // Too long to come along whole: a block index, often; up to there.
                end = end.max(extent.start);
            }
        }
        if end > start {
            self.pages.read_one(start..end).await?;
        }
        Ok(())
    }

    /// Reads the directory at `offset`; also returns the offset of the next one.
    async fn directory(
        &mut self,
        offset: u64,
        kind: DirectoryKind,
    ) -> Result<(Directory, u64), Error> {
        let (count_size, entry_size, offset_size) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let size = self.pages.object().size;
        if let Some(size) = size.filter(|&size| offset >= size) {
            return Err(self.malformed(offset, Rule::DirectoryPastEnd { at: offset, size }));
        }
        // One read for the count and, nearly always, all of the entries.
        let guess = count_size + 40 * entry_size + offset_size;
        self.follow(core::slice::from_ref(
            &(offset..offset.saturating_add(guess)),
        ))
        .await?;
        let mut bytes = read_at(self.pages, offset, guess).await?;
        let count = self.count(&bytes);
        let Some(count) = count else {
            return Err(match bytes.len() {
                0 => self.malformed(
                    offset,
                    Rule::DirectoryPastEnd {
                        at: offset,
                        size: size.unwrap_or(offset),
                    },
                ),
                _ => self.malformed(offset, Rule::DirectoryCutOff { entries: 0 }),
            });
        };
        if count == 0 {
            return Err(self.malformed(offset, Rule::EmptyDirectory));
        }
        self.charge("entries of a directory", count, self.limits.entries)?;
        // Directories may overlap in the file, so their entries cost more memory than bytes.
        self.charged += count * size_of::<Entry>() as u64;
        self.charge_values()?;
        let length = count_size + count * entry_size;
        if length + offset_size > guess {
            bytes = read_at(self.pages, offset, length + offset_size).await?;
        }
        if (bytes.len() as u64) < length {
            return Err(self.malformed(offset, Rule::DirectoryCutOff { entries: count }));
        }
        let (head, tail) = bytes.split_at(length as usize);
        // A last directory without room for the link ends the chain.
        let next = self.offset(tail).unwrap_or(0);
        let mut entries = Vec::with_capacity(count as usize);
        for (i, raw) in head[count_size as usize..]
            .chunks_exact(entry_size as usize)
            .enumerate()
        {
            let at = offset + count_size + i as u64 * entry_size;
            if let Some(entry) = self.entry(&bytes, raw, at - offset)? {
                entries.push(entry);
            }
        }
        entries.sort_by_key(|entry| entry.tag);
        if self.follow.is_some() {
            self.extents.extend(entries.iter().filter_map(extent));
            self.extents
                .extend((next != 0).then(|| next..next.saturating_add(guess)));
        }
        self.load(&mut entries).await?;
        Ok((
            Directory {
                offset,
                kind,
                entries,
            },
            next,
        ))
    }

    /// Parses one entry; its value is inside, or known by its offset only.
    fn entry(&mut self, all: &Bytes, raw: &[u8], at: u64) -> Result<Option<Entry>, Error> {
        let order = self.order;
        let tag = order.u16([raw[0], raw[1]]);
        let code = order.u16([raw[2], raw[3]]);
        let Some(field_type) = FieldType::from_code(code) else {
            self.note(format!(
                "tag {tag} has the unknown field type {code}; it is ignored"
            ));
            return Ok(None);
        };
        let (count, room) = if self.big {
            let count = raw[4..].first_chunk().map_or(0, |b| order.u64(*b));
            (count, 12..20)
        } else {
            let count = raw[4..]
                .first_chunk()
                .map_or(0, |b| u64::from(order.u32(*b)));
            (count, 8..12)
        };
        let length = count.checked_mul(field_type.size());
        let inside = &raw[room.clone()];
        let value = match length {
            Some(length) if length <= inside.len() as u64 => {
                let start = at as usize + room.start;
                Value::Loaded(all.slice(start..start + length as usize))
            }
            _ => Value::At(self.offset(inside).unwrap_or(0)),
        };
        Ok(Some(Entry {
            tag,
            field_type,
            count,
            order,
            value,
        }))
    }

    /// Reads the values that are wanted, all of them in one go.
    async fn load(&mut self, entries: &mut [Entry]) -> Result<(), Error> {
        let size = self.pages.object().size.unwrap_or(u64::MAX);
        let mut ranges = Vec::new();
        let mut wanting = Vec::new();
        for (i, entry) in entries.iter_mut().enumerate() {
            let Value::At(at) = entry.value else { continue };
            let end = entry
                .count
                .checked_mul(entry.field_type.size())
                .and_then(|length| length.checked_add(at));
            let Some(end) = end.filter(|&end| end <= size) else {
                let end = end.unwrap_or(u64::MAX);
                entry.value = Value::Lost { at, end };
                self.note(format!(
                    "the values of tag {} lie at bytes {at} to {end}, past the end of the file",
                    entry.tag
                ));
                continue;
            };
            if WANTED.binary_search(&entry.tag).is_ok() {
                // Numbers are handed out as 64 bits each.
                let cost = match entry.field_type {
                    FieldType::Ascii | FieldType::Undefined => end - at,
                    FieldType::Byte if !NUMBERS.contains(&entry.tag) => end - at,
                    _ => entry.count.saturating_mul(8),
                };
                if cost > self.limits.value_bytes {
                    self.note(format!(
                        "tag {} has {cost} bytes of values, more than the limit of {}; it is ignored",
                        entry.tag, self.limits.value_bytes
                    ));
                    continue;
                }
                self.charged += cost;
                self.charge_values()?;
                ranges.push(at..end);
                wanting.push(i);
            }
        }
        if ranges.is_empty() {
            return Ok(());
        }
        self.follow(&ranges).await?;
        let values = self.pages.read(&ranges).await?;
        for ((i, range), bytes) in wanting.into_iter().zip(ranges).zip(values) {
            let entry = &mut entries[i];
            entry.value = if bytes.len() as u64 == range.end - range.start {
                Value::Loaded(bytes)
            } else {
                self.note(format!(
                    "the values of tag {} are cut off by the end of the file",
                    entry.tag
                ));
                Value::Lost {
                    at: range.start,
                    end: range.end,
                }
            };
        }
        Ok(())
    }

    /// Follows tag 330 of the directories of the chain; one level, as no
    /// producer nests deeper.
    async fn sub_directories(&mut self, directories: &mut Vec<Directory>) -> Result<(), Error> {
        let mut found = Vec::new();
        for (parent, directory) in directories.iter().enumerate() {
            for offset in directory.integers(tags::SUB_IFDS).unwrap_or_default() {
                found.push((parent, offset));
            }
        }
        for (parent, offset) in found {
            if offset == 0 || !self.seen.insert(offset) {
                continue;
            }
            self.charge_directory()?;
            match self.directory(offset, DirectoryKind::Sub { parent }).await {
                Ok((directory, _)) => directories.push(directory),
                Err(Error::Malformed { source, offset, .. }) => self.note(format!(
                    "the sub-directory at byte {offset} is broken: {source}; it is ignored"
                )),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn count(&self, bytes: &[u8]) -> Option<u64> {
        if self.big {
            bytes.first_chunk().map(|b| self.order.u64(*b))
        } else {
            bytes.first_chunk().map(|b| self.order.u16(*b).into())
        }
    }

    fn offset(&self, bytes: &[u8]) -> Option<u64> {
        if self.big {
            bytes.first_chunk().map(|b| self.order.u64(*b))
        } else {
            bytes.first_chunk().map(|b| self.order.u32(*b).into())
        }
    }

    fn malformed(&self, offset: u64, rule: Rule) -> Error {
        Error::Malformed {
            location: self.location.to_owned(),
            offset,
            source: rule.into(),
        }
    }

    /// Keeps what is worth knowing, not a list as long as a hostile file.
    fn note(&mut self, problem: String) {
        if self.problems.len() < 64 {
            self.problems.push(problem);
        }
    }

    fn charge_values(&self) -> Result<(), Error> {
        let limit = self.limits.total_value_bytes;
        self.charge("bytes of all tags' values", self.charged, limit)
    }

    /// Broken directories count too: each costs a read.
    fn charge_directory(&self) -> Result<(), Error> {
        let limit = self.limits.directories as u64;
        self.charge("directories", self.seen.len() as u64, limit)
    }

    fn charge(&self, what: &'static str, needed: u64, limit: u64) -> Result<(), Error> {
        if needed > limit {
            return Err(Error::OverLimit {
                location: self.location.to_owned(),
                what,
                needed,
                limit,
            });
        }
        Ok(())
    }
}

/// Where the values of an entry lie, if they are wanted or a block index.
fn extent(entry: &Entry) -> Option<Range<u64>> {
    let Value::At(at) = entry.value else {
        return None;
    };
    let index = [
        tags::STRIP_OFFSETS,
        tags::STRIP_BYTE_COUNTS,
        tags::TILE_OFFSETS,
        tags::TILE_BYTE_COUNTS,
    ];
    let known = index.contains(&entry.tag) || WANTED.binary_search(&entry.tag).is_ok();
    let length = entry.count.checked_mul(entry.field_type.size())?;
    known.then_some(at..at.checked_add(length)?)
}

/// Up to `length` bytes from `offset` on.
async fn read_at(pages: &Pages, offset: u64, length: u64) -> Result<Bytes, Error> {
    pages.read_one(offset..offset.saturating_add(length)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_tags_are_sorted() {
        assert!(WANTED.is_sorted());
    }
}
