//! Where the blocks of an image lie, read only as far as somebody asks.

use super::entry::{Value, unsigned};
use super::{ByteOrder, Directory, Entry, FieldType};
use crate::error::{Error, Rule};
use crate::io::Pages;
use bytes::Bytes;
use cog_codec::tags;
use core::ops::Range;

/// The arrays `TileOffsets` / `TileByteCounts` (or their strip twins), not read
/// at once: a COG of a million blocks has 16 MB of them.
#[derive(Clone, Debug)]
pub(crate) struct BlockIndex {
    offsets: Array,
    /// Old files leave it out.
    lengths: Option<Array>,
}

/// Where a block is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Located {
    /// Left out by the writer: its pixels are nodata, or 0.
    Sparse,
    /// At `offset`, `length` bytes.
    At { offset: u64, length: u64 },
    /// At `offset`; nothing says how long.
    Unknown { offset: u64 },
}

/// One array of the index.
#[derive(Clone, Debug)]
struct Array {
    tag: u16,
    field_type: FieldType,
    order: ByteOrder,
    count: u64,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Here(Bytes),
    At(u64),
}

impl BlockIndex {
    pub(crate) fn new(directory: &Directory, tiled: bool) -> Result<Self, Rule> {
        // Some writers put tiles into the strip tags or the other way round, which libtiff reads too.
        let pick = |tile: u16, strip: u16| {
            let (first, second) = if tiled { (tile, strip) } else { (strip, tile) };
            directory.entry(first).or_else(|| directory.entry(second))
        };
        let offsets = pick(tags::TILE_OFFSETS, tags::STRIP_OFFSETS);
        let lengths = pick(tags::TILE_BYTE_COUNTS, tags::STRIP_BYTE_COUNTS);
        let missing = if tiled {
            Rule::MissingTag {
                tag: tags::TILE_OFFSETS,
                name: "TileOffsets",
            }
        } else {
            Rule::MissingTag {
                tag: tags::STRIP_OFFSETS,
                name: "StripOffsets",
            }
        };
        Ok(Self {
            offsets: Array::new(offsets.ok_or(missing)?)?,
            lengths: lengths.map(Array::new).transpose()?,
        })
    }

    /// The lengths of these blocks can be told without reading.
    pub(crate) fn are_lengths_at_hand(&self, pages: &Pages, blocks: &[u64]) -> bool {
        let lengths = self.lengths.as_ref();
        lengths.is_some_and(|lengths| lengths.is_cached(pages, blocks))
    }

    /// Finds blocks by both arrays; `blocks` ascend.
    pub(crate) async fn locate(
        &self,
        pages: &Pages,
        location: &str,
        blocks: &[u64],
    ) -> Result<Vec<Located>, Error> {
        let malformed = |array: &Array, rule: Rule| Error::Malformed {
            location: location.to_owned(),
            offset: array.position(),
            source: rule.into(),
        };
        // What an array is too short for is left out, as in libtiff.
        let lengths = self.lengths.as_ref();
        let listed = lengths.map_or(self.offsets.count, |l| l.count.min(self.offsets.count));
        let all = blocks.len();
        let blocks = &blocks[..blocks.partition_point(|&block| block < listed)];
        if blocks.is_empty() {
            return Ok(vec![Located::Sparse; all]);
        }
        let Some(lengths) = &self.lengths else {
            let offsets = read(pages, &[(&self.offsets, blocks)]).await?;
            let offsets =
                offsets.ok_or_else(|| malformed(&self.offsets, self.offsets.cut_off()))?;
            let place = |&offset: &u64| match offset {
                0 => Located::Sparse,
                offset => Located::Unknown { offset },
            };
            let mut located: Vec<Located> = offsets[0].iter().map(place).collect();
            located.resize(all, Located::Sparse);
            return Ok(located);
        };
        // Both arrays in one go: their pages may be neighbours.
        let values = read(pages, &[(&self.offsets, blocks), (lengths, blocks)]).await?;
        let values = values.ok_or_else(|| malformed(lengths, lengths.cut_off()))?;
        let mut located: Vec<Located> = values[0]
            .iter()
            .zip(&values[1])
            .map(|(&offset, &length)| match (offset, length) {
                // Old writers say 0 of their only strip, and mean that they do not know.
                (1.., 0) if self.offsets.count == 1 => Located::Unknown { offset },
                (0, _) | (_, 0) => Located::Sparse,
                (offset, length) => Located::At { offset, length },
            })
            .collect();
        located.resize(all, Located::Sparse);
        Ok(located)
    }

    /// Finds blocks by offsets alone: each ends where the next one starts. That
    /// saves reading the other array; `None` where it does not.
    ///
    /// `most` bounds what one block (and what may follow it before the next
    /// block: its mask) can take. A block that is not sparse and for which
    /// nothing is known to start behind it is looked for in what is left of the
    /// file, with room for a little more than its neighbours take.
    pub(crate) async fn locate_by_offsets(
        &self,
        pages: &Pages,
        blocks: &[u64],
        most: u64,
    ) -> Result<Option<Vec<Room>>, Error> {
        let Some(lengths) = &self.lengths else {
            return Ok(None);
        };
        let listed = lengths.count.min(self.offsets.count);
        let beyond = blocks.last().is_none_or(|&last| last >= listed);
        if beyond || lengths.is_cached(pages, blocks) {
            return Ok(None);
        }
        let mut wanted: Vec<u64> = blocks
            .iter()
            .flat_map(|&block| [block, block + 1])
            .filter(|&block| block < self.offsets.count)
            .collect();
        wanted.dedup();
        let Some(offsets) = read(pages, &[(&self.offsets, &wanted)]).await? else {
            return Ok(None);
        };
        let of = |block: u64| wanted.binary_search(&block).map_or(0, |at| offsets[0][at]);
        let room = |&block: &u64| {
            let offset = of(block);
            if offset == 0 {
                return Room::Sparse;
            }
            let next = match of(block + 1) {
                // Left out, or there is none.
                0 => self.next_at_hand(pages, block, offset),
                next => Some(next),
            };
            match next {
                Some(next) if next > offset && next - offset <= most => {
                    Room::Until { offset, next }
                }
                // Out of order, the same bytes twice, or much else in between.
                Some(_) => Room::Unclear,
                None => {
                    let guess = self.widest_at_hand(pages, block).map_or(most, |widest| {
                        widest.saturating_add(widest / 4).saturating_add(SLACK)
                    });
                    let end = offset.saturating_add(guess.min(most));
                    Room::Guess {
                        offset,
                        end: end.min(pages.size().unwrap_or(u64::MAX)),
                    }
                }
            }
        };
        Ok(Some(blocks.iter().map(room).collect()))
    }

    /// The offset of the first block behind that is not left out, as far as it
    /// can be seen without reading.
    fn next_at_hand(&self, pages: &Pages, block: u64, offset: u64) -> Option<u64> {
        let last = self.offsets.count.min(block.saturating_add(2 + NEAR));
        (block + 2..last)
            .map_while(|next| self.offsets.at_hand(pages, next))
            .find(|&next| next > offset)
    }

    /// The longest of some blocks in front, as far as it can be seen without reading.
    fn widest_at_hand(&self, pages: &Pages, block: u64) -> Option<u64> {
        let mut behind = self.offsets.at_hand(pages, block)?;
        let mut widest = None;
        for before in (block.saturating_sub(NEAR)..block)
            .rev()
            .map_while(|before| self.offsets.at_hand(pages, before))
            .filter(|&before| before != 0)
        {
            widest = widest.max(behind.checked_sub(before).filter(|&span| span > 0));
            behind = before;
        }
        widest
    }
}

/// Where a block is of which only the offset was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Room {
    /// Left out by the writer.
    Sparse,
    /// At `offset`; the next block starts at `next`, behind it.
    Until { offset: u64, next: u64 },
    /// At `offset`, probably not longer than to `end`.
    Guess { offset: u64, end: u64 },
    /// The offsets do not tell.
    Unclear,
}

/// Neighbours that are looked at.
const NEAR: u64 = 32;

/// Bytes added to a guess, for blocks of some hundred bytes.
const SLACK: u64 = 1024;

/// Bytes of a leader, and of a trailer.
pub(crate) const LEADER: u64 = 4;

/// Reads values of one or two arrays in one go; `None` when the file ends within them.
async fn read(pages: &Pages, wanted: &[(&Array, &[u64])]) -> Result<Option<Vec<Vec<u64>>>, Error> {
    let mut ranges = Vec::new();
    let mut of_array = Vec::new();
    for (array, blocks) in wanted {
        let runs = runs(blocks);
        of_array.push(runs.len());
        ranges.extend(runs.iter().map(|run| array.range(run)));
    }
    let mut parts = pages.read(&ranges).await?.into_iter();
    let mut ranges = ranges.into_iter();
    let mut all = Vec::with_capacity(wanted.len());
    for ((array, blocks), runs) in wanted.iter().zip(of_array) {
        let values = match &array.place {
            Place::Here(bytes) => {
                parts.by_ref().take(runs).for_each(drop);
                ranges.by_ref().take(runs).for_each(drop);
                array.pick(bytes, blocks)
            }
            Place::At(_) => {
                let mut values = Vec::with_capacity(blocks.len());
                for (part, range) in parts.by_ref().zip(ranges.by_ref()).take(runs) {
                    if part.len() as u64 != range.end - range.start {
                        return Ok(None);
                    }
                    values
                        .extend(unsigned(array.field_type, array.order, &part).unwrap_or_default());
                }
                Some(values)
            }
        };
        match values {
            Some(values) if values.len() == blocks.len() => all.push(values),
            _ => return Ok(None),
        }
    }
    Ok(Some(all))
}

/// Ascending numbers as half-open runs.
fn runs(blocks: &[u64]) -> Vec<Range<u64>> {
    let mut runs: Vec<Range<u64>> = Vec::new();
    for &block in blocks {
        match runs.last_mut() {
            Some(run) if run.end == block => run.end += 1,
            _ => runs.push(block..block + 1),
        }
    }
    runs
}

impl Array {
    fn new(entry: &Entry) -> Result<Self, Rule> {
        let place = match entry.value() {
            Value::Loaded(bytes) => Place::Here(bytes.clone()),
            Value::At(at) => Place::At(*at),
            Value::Lost { .. } => return Err(entry.complaint()),
        };
        // A type that is no unsigned integer cannot be an offset.
        if unsigned(entry.field_type(), entry.order(), &[]).is_none() {
            return Err(Rule::FieldType {
                tag: entry.tag(),
                found: entry.field_type() as u16,
            });
        }
        Ok(Self {
            tag: entry.tag(),
            field_type: entry.field_type(),
            order: entry.order(),
            count: entry.count(),
            place,
        })
    }

    /// Where the array lies in the file, for messages.
    const fn position(&self) -> u64 {
        match self.place {
            Place::Here(_) => 0,
            Place::At(at) => at,
        }
    }

    /// The file range of some values; empty where the array is at hand.
    const fn range(&self, run: &Range<u64>) -> Range<u64> {
        let size = self.field_type.size();
        match self.place {
            Place::Here(_) => 0..0,
            // `run.end <= count`, and `at + count · size` was checked when the entry was read.
            Place::At(at) => at + run.start * size..at + run.end * size,
        }
    }

    fn is_cached(&self, pages: &Pages, blocks: &[u64]) -> bool {
        matches!(self.place, Place::Here(_))
            || runs(blocks)
                .iter()
                .all(|run| pages.cached(&self.range(run)).is_some())
    }

    /// Values of an array that is at hand.
    fn pick(&self, bytes: &Bytes, blocks: &[u64]) -> Option<Vec<u64>> {
        let size = self.field_type.size() as usize;
        blocks
            .iter()
            .map(|&block| {
                let start = usize::try_from(block).ok()?.checked_mul(size)?;
                let value = bytes.get(start..start.checked_add(size)?)?;
                unsigned(self.field_type, self.order, value)?
                    .first()
                    .copied()
            })
            .collect()
    }

    /// One value, if that needs no reading.
    fn at_hand(&self, pages: &Pages, block: u64) -> Option<u64> {
        match &self.place {
            Place::Here(bytes) => self.pick(bytes, &[block])?.first().copied(),
            Place::At(_) => {
                let bytes = pages.cached(&self.range(&(block..block + 1)))?;
                unsigned(self.field_type, self.order, &bytes)?
                    .first()
                    .copied()
            }
        }
    }

    const fn cut_off(&self) -> Rule {
        Rule::ValuePastEnd {
            tag: self.tag,
            at: self.position(),
            end: self.position() + self.count * self.field_type.size(),
        }
    }
}
