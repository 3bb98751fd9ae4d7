//! From blocks to their bytes, with as few requests as the file allows.

use super::blocks::Data;
use super::open::Inner;
use super::picture::Picture;
use super::plan::Part;
use crate::error::{Error, Rule};
use crate::io::merge;
use crate::tiff::{GhostArea, LEADER, Located, Room};
use bytes::Bytes;
use cog_raster::Window;
use core::ops::Range;
use futures_util::future::try_join;

/// How the ends of blocks are found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ends {
    /// Where the next block starts, unless the lengths are at hand: one array of the index is read, not two.
    Guessed,
    /// By the array of lengths.
    Looked,
}

/// What to read of a block.
enum Find {
    /// Nothing.
    Sparse,
    /// A stretch of the file.
    Stretch(Stretch),
    /// A leader, the block, its trailer, perhaps its mask with the same.
    Led(Range<u64>),
    /// The offsets do not tell; the lengths have to be looked up.
    Unclear,
}

/// A stretch of the file, and the rows of a block that it holds.
struct Stretch {
    range: Range<u64>,
    rows: Range<u32>,
    guessed: bool,
}

/// From this size on, an uncompressed block is read by rows rather than whole.
const LARGE_BLOCK: u64 = 256 * 1024;

impl Inner {
    /// Only the rows of the window are read of this block.
    pub(super) fn is_read_by_rows(&self, part: &Part) -> bool {
        let picture = &part.picture;
        let rows = picture.image.rows_stored(part.down);
        picture
            .stored_row_bytes()
            .is_some_and(|row| row.saturating_mul(rows.into()) > LARGE_BLOCK)
    }

    /// Finds and reads the blocks at `todo` of `parts`, which ascend: imagery, and from
    /// `split` on its mask. Keeps what is worth it.
    ///
    /// One look into the index, one go for the data; a second one of both where the
    /// file is not as it promised.
    pub(super) async fn load(
        &self,
        parts: &[Part],
        split: usize,
        todo: &[usize],
        window: &Window,
        ends: Ends,
    ) -> Result<Vec<Data>, Error> {
        let mut data: Vec<Option<Data>> = vec![None; parts.len()];
        let images: Vec<usize> = todo.iter().copied().filter(|&i| i < split).collect();
        let masks_follow = ends == Ends::Guessed
            && parts.len() == 2 * split
            && self
                .tiff
                .ghost()
                .is_some_and(GhostArea::mask_is_interleaved)
            && same_grid(&parts[0].picture, &parts[split].picture)
            // Else leaders are not looked at.
            && !parts[0].picture.image.index.are_lengths_at_hand(
                &self.pages,
                &images.iter().map(|&i| parts[i].block).collect::<Vec<_>>(),
            );
        let follows = |mask: usize| {
            masks_follow
                && images.binary_search(&(mask - split)).is_ok()
                && !self.is_read_by_rows(&parts[mask - split])
        };
        let masks: Vec<usize> = todo
            .iter()
            .copied()
            .filter(|&i| i >= split && !follows(i))
            .collect();
        let (found_images, found_masks) = try_join(
            self.find(parts, &images, window, ends),
            self.find(parts, &masks, window, ends),
        )
        .await?;
        let found = images
            .iter()
            .chain(&masks)
            .copied()
            .zip(found_images.into_iter().chain(found_masks));
        self.take(parts, split, found.collect(), masks_follow, &mut data)
            .await?;

        let (images, masks): (Vec<usize>, Vec<usize>) = todo
            .iter()
            .copied()
            .filter(|&i| data[i].is_none())
            .partition(|&i| i < split);
        if !images.is_empty() || !masks.is_empty() {
            let (found_images, found_masks) = try_join(
                self.look(parts, &images, window),
                self.look(parts, &masks, window),
            )
            .await?;
            let found = images
                .iter()
                .chain(&masks)
                .copied()
                .zip(found_images.into_iter().chain(found_masks));
            self.take(parts, split, found.collect(), false, &mut data)
                .await?;
        }
        let loaded = todo.iter().map(|&i| {
            let data = data[i].take().unwrap_or(Data::Sparse);
            self.keep(&parts[i], &data);
            data
        });
        Ok(loaded.collect())
    }

    /// Reads what was found, and puts it to where it belongs. What is not as promised stays `None`.
    async fn take(
        &self,
        parts: &[Part],
        split: usize,
        found: Vec<(usize, Find)>,
        masks_follow: bool,
        data: &mut [Option<Data>],
    ) -> Result<(), Error> {
        let spans: Vec<Range<u64>> = found
            .iter()
            .map(|(_, find)| match find {
                Find::Stretch(stretch) => stretch.range.clone(),
                Find::Led(span) => span.clone(),
                Find::Sparse | Find::Unclear => 0..0,
            })
            .collect();
        let bytes = self.read(&spans).await?;
        for ((i, find), bytes) in found.into_iter().zip(bytes) {
            match find {
                Find::Unclear => {}
                Find::Sparse => data[i] = Some(Data::Sparse),
                Find::Stretch(stretch) => {
                    let wanted = stretch.range.end - stretch.range.start;
                    // The end of a guess may be the file's.
                    if (bytes.len() as u64) < wanted && (!stretch.guessed || bytes.is_empty()) {
                        let at = stretch.range.start;
                        let rule = Rule::BlockPastEnd {
                            at,
                            end: stretch.range.end,
                            size: self.pages.size().unwrap_or(at + bytes.len() as u64),
                        };
                        return Err(self.malformed(at, rule));
                    }
                    data[i] = Some(Data::Stored {
                        bytes,
                        offset: stretch.range.start,
                        rows: stretch.rows,
                        guessed: stretch.guessed,
                    });
                }
                Find::Led(span) => {
                    let Some((block, rest)) = split_leader(&bytes) else {
                        continue;
                    };
                    let offset = span.start + LEADER;
                    let behind = offset + block.len() as u64 + LEADER;
                    data[i] = Some(self.led(&parts[i], block, offset));
                    let mask = split + i;
                    if masks_follow
                        && i < split
                        && data[mask].is_none()
                        && let Some((block, _)) = split_leader(&rest)
                    {
                        data[mask] = Some(self.led(&parts[mask], block, behind + LEADER));
                    }
                }
            }
        }
        Ok(())
    }

    fn led(&self, part: &Part, bytes: Bytes, offset: u64) -> Data {
        Data::Stored {
            bytes,
            offset,
            rows: 0..part.picture.image.rows_stored(part.down),
            guessed: false,
        }
    }

    /// Finds blocks of one picture by their offsets alone, where that spares
    /// reading the array of lengths: by the lengths in front of the blocks, by the layout if
    /// nothing is compressed, else up to the next block, if the compression
    /// itself says where it ends.
    async fn find(
        &self,
        parts: &[Part],
        todo: &[usize],
        window: &Window,
        ends: Ends,
    ) -> Result<Vec<Find>, Error> {
        let Some(&first) = todo.first() else {
            return Ok(Vec::new());
        };
        let picture = &parts[first].picture;
        let by_rows = self.is_read_by_rows(&parts[first]);
        let leaders = !by_rows && self.tiff.ghost().is_some_and(GhostArea::has_leaders);
        let row = picture.stored_row_bytes().filter(|_| !leaders);
        if ends == Ends::Looked || !(leaders || row.is_some() || picture.ends_itself()) {
            return self.look(parts, todo, window).await;
        }
        let most = match row {
            // Only that blocks do not overlap counts, not what is between them.
            Some(_) => u64::MAX,
            // A block that does not compress grows a little; its mask is an eighth at most.
            None => picture
                .block_bytes()
                .saturating_mul(2)
                .saturating_add(64 * 1024)
                .min(self.options.limits.block_bytes),
        };
        let blocks: Vec<u64> = todo.iter().map(|&i| parts[i].block).collect();
        let index = &picture.image.index;
        let Some(rooms) = index.locate_by_offsets(&self.pages, &blocks, most).await? else {
            return self.look(parts, todo, window).await;
        };
        let found = todo.iter().zip(rooms).map(|(&i, room)| {
            let part = &parts[i];
            let rows = 0..picture.image.rows_stored(part.down);
            let (offset, end) = match room {
                Room::Sparse => return Ok(Find::Sparse),
                Room::Unclear => return Ok(Find::Unclear),
                Room::Until { offset, next } => (offset, next),
                Room::Guess { offset, end } => (offset, end),
            };
            if leaders {
                // The next block's leader is not this one's.
                let end = match room {
                    Room::Until { .. } => end.saturating_sub(LEADER),
                    _ => end,
                };
                let fits = offset >= LEADER && end.saturating_sub(offset) > LEADER;
                return Ok(match fits {
                    true => Find::Led(offset - LEADER..end),
                    false => Find::Unclear,
                });
            }
            if let Some(row) = row {
                let length = row.saturating_mul(rows.end.into());
                let fits = match room {
                    Room::Until { .. } => end - offset >= length,
                    _ => self
                        .pages
                        .size()
                        .is_none_or(|size| size.saturating_sub(offset) >= length),
                };
                return match fits {
                    true => Ok(self
                        .stretch(part, Located::At { offset, length }, window)?
                        .map_or(Find::Sparse, Find::Stretch)),
                    false => Ok(Find::Unclear),
                };
            }
            if end <= offset {
                return Ok(Find::Unclear);
            }
            let mut stretch = self.bounded(offset, 0..end - offset, rows)?;
            stretch.guessed = true;
            Ok(Find::Stretch(stretch))
        });
        found.collect()
    }

    /// Finds blocks of one picture by both arrays of the index.
    async fn look(
        &self,
        parts: &[Part],
        todo: &[usize],
        window: &Window,
    ) -> Result<Vec<Find>, Error> {
        let Some(&first) = todo.first() else {
            return Ok(Vec::new());
        };
        let blocks: Vec<u64> = todo.iter().map(|&i| parts[i].block).collect();
        let index = &parts[first].picture.image.index;
        let located = index.locate(&self.pages, &self.location, &blocks).await?;
        let found = todo.iter().zip(located).map(|(&i, located)| {
            Ok(self
                .stretch(&parts[i], located, window)?
                .map_or(Find::Sparse, Find::Stretch))
        });
        found.collect()
    }

    /// What to read of a block; `None` where there is nothing.
    fn stretch(
        &self,
        part: &Part,
        located: Located,
        window: &Window,
    ) -> Result<Option<Stretch>, Error> {
        let picture = &part.picture;
        let rows = 0..picture.image.rows_stored(part.down);
        let mut guessed = false;
        let (offset, length) = match located {
            Located::Sparse => return Ok(None),
            Located::At { offset, length } => match picture.stored_row_bytes() {
                // Its length follows from its shape; libtiff, too, does not look what the tag says.
                Some(row) => (offset, row.saturating_mul(rows.end.into())),
                None => (offset, self.cut(offset, length)),
            },
            Located::Unknown { offset } => {
                let rest = self.pages.size().map(|size| size.saturating_sub(offset));
                guessed = picture.stored_row_bytes().is_none();
                let guess = match picture.stored_row_bytes() {
                    Some(row) => row.saturating_mul(rows.end.into()),
                    // What compresses badly grows a little.
                    None => picture
                        .block_bytes()
                        .saturating_mul(2)
                        .saturating_add(64 * 1024),
                };
                (offset, guess.min(rest.unwrap_or(u64::MAX)))
            }
        };
        if let Some(row) = picture.stored_row_bytes()
            && length > LARGE_BLOCK
            && length >= row.saturating_mul(rows.end.into())
        {
            let first = window
                .row
                .saturating_sub(part.down * picture.image.block_height());
            let end =
                window.row_end() - u64::from(part.down) * u64::from(picture.image.block_height());
            let rows = first..u32::try_from(end).unwrap_or(u32::MAX).min(rows.end);
            let range = row * u64::from(rows.start)..row * u64::from(rows.end);
            return self.bounded(offset, range, rows).map(Some);
        }
        let mut stretch = self.bounded(offset, 0..length, rows)?;
        stretch.guessed = guessed;
        Ok(Some(stretch))
    }

    /// The length of a block as far as the file goes: of some writers' last
    /// block the length is too large, and what is there may do.
    fn cut(&self, offset: u64, length: u64) -> u64 {
        match self.pages.size() {
            Some(size) if offset < size => length.min(size - offset),
            _ => length,
        }
    }

    /// The bytes `range` from `offset` on, if they are few enough and in the file.
    fn bounded(&self, offset: u64, range: Range<u64>, rows: Range<u32>) -> Result<Stretch, Error> {
        let length = range.end - range.start;
        let limit = self.options.limits.block_bytes;
        if length > limit {
            return Err(self.over("bytes of a stored block", length, limit));
        }
        let start = offset.checked_add(range.start);
        let end = offset.checked_add(range.end);
        let size = self.pages.size();
        match (start, end) {
            (Some(start), Some(end)) if end <= size.unwrap_or(u64::MAX) => Ok(Stretch {
                range: start..end,
                rows,
                guessed: false,
            }),
            _ => Err(self.malformed(
                offset,
                Rule::BlockPastEnd {
                    at: start.unwrap_or(u64::MAX),
                    end: end.unwrap_or(u64::MAX),
                    size: size.unwrap_or(u64::MAX),
                },
            )),
        }
    }

    /// Reads stretches of the file: what is not at hand by merged requests, all at a time.
    async fn read(&self, spans: &[Range<u64>]) -> Result<Vec<Bytes>, Error> {
        let total = spans
            .iter()
            .fold(0_u64, |sum, span| sum.saturating_add(span.end - span.start));
        let limit = self.options.limits.read_bytes;
        if total > limit {
            return Err(self.over("stored bytes of a read", total, limit));
        }
        let mut out: Vec<Option<Bytes>> =
            spans.iter().map(|span| self.pages.cached(span)).collect();
        let todo: Vec<usize> = (0..spans.len()).filter(|&i| out[i].is_none()).collect();
        if !todo.is_empty() {
            let wanted: Vec<Range<u64>> = todo.iter().map(|&i| spans[i].clone()).collect();
            let merged = merge(&wanted, self.options.coalesce);
            let parts = self.pages.ask(&merged.requests).await?;
            for ((i, span), home) in todo.into_iter().zip(wanted).zip(merged.homes) {
                let whole = parts.get(home).cloned().unwrap_or_default();
                let base = merged.requests[home].start;
                let clamp = |at: u64| {
                    usize::try_from(at - base)
                        .unwrap_or(usize::MAX)
                        .min(whole.len())
                };
                out[i] = Some(whole.slice(clamp(span.start)..clamp(span.end)));
            }
        }
        Ok(out.into_iter().map(Option::unwrap_or_default).collect())
    }

    fn over(&self, what: &'static str, needed: u64, limit: u64) -> Error {
        Error::OverLimit {
            location: self.location.clone(),
            what,
            needed,
            limit,
        }
    }

    fn malformed(&self, offset: u64, rule: Rule) -> Error {
        Error::Malformed {
            location: self.location.clone(),
            offset,
            source: rule.into(),
        }
    }
}

/// Blocks of the mask lie where those of the imagery do.
fn same_grid(imagery: &Picture, mask: &Picture) -> bool {
    let (a, b) = (&imagery.image, &mask.image);
    !a.planar
        && b.samples == 1
        && (a.block_width(), a.block_height()) == (b.block_width(), b.block_height())
}

/// Splits `leader, block, trailer, rest` into the block and the rest; `None`
/// unless the leader's length fits and the trailer repeats the block's end.
fn split_leader(span: &Bytes) -> Option<(Bytes, Bytes)> {
    const SIZE: usize = LEADER as usize;
    let length = u32::from_le_bytes(*span.first_chunk()?);
    let end = usize::try_from(length).ok()?.checked_add(SIZE)?;
    let trailer = span.get(end..end.checked_add(SIZE)?)?;
    let last = span.get(end.checked_sub(SIZE)?..end)?;
    (length >= 4 && last == trailer).then(|| (span.slice(SIZE..end), span.slice(end + SIZE..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leader_is_believed_only_with_its_trailer() {
        let good = Bytes::from_static(b"\x05\0\0\0abcdebcde\x04\0\0\0wxyzwxyz");
        let (block, rest) = split_leader(&good).unwrap();
        assert_eq!(block, &b"abcde"[..]);
        let (mask, rest) = split_leader(&rest).unwrap();
        assert_eq!((&mask[..], &rest[..]), (&b"wxyz"[..], &b""[..]));
        for bad in [
            &b"\x05\0\0\0abcdebcdX"[..],
            b"\x05\0\0\0abcdebcd",
            b"\xff\xff\xff\xffabcdebcde",
            b"\x02\0\0\0ab\0\0ab",
            b"\x05\0",
        ] {
            assert_eq!(split_leader(&Bytes::from_static(bad)), None);
        }
    }
}
