//! From blocks to their bytes, with as few requests as the file allows.

use super::open::Inner;
use super::picture::Picture;
use super::plan::Part;
use crate::cache::BlockKey;
use crate::error::{Error, Rule};
use crate::io::merge;
use crate::tiff::{GhostArea, LEADER, Led, Located};
use bytes::Bytes;
use cog_codec::DecodedBlock;
use cog_raster::Window;
use core::ops::Range;
use std::sync::Arc;

/// A block and what there is of it.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) part: Part,
    pub(super) data: Data,
}

/// What there is of a block.
#[derive(Clone, Debug)]
pub(super) enum Data {
    /// Left out by the writer.
    Sparse,
    /// Decoded before.
    Decoded(Arc<DecodedBlock>),
    /// As stored in the file from `offset` on: these rows of the block.
    Stored {
        bytes: Bytes,
        offset: u64,
        rows: Range<u32>,
    },
}

/// A stretch of the file, and the rows of a block that it holds.
struct Stretch {
    range: Range<u64>,
    rows: Range<u32>,
}

/// From this size on, an uncompressed block is read by rows rather than whole.
const LARGE_BLOCK: u64 = 256 * 1024;

impl Inner {
    /// Finds and reads blocks of the imagery, and of its mask.
    pub(super) async fn blocks(
        &self,
        window: &Window,
        imagery: Vec<Part>,
        masks: Vec<Part>,
    ) -> Result<(Vec<Input>, Vec<Input>), Error> {
        let split = imagery.len();
        let parts: Vec<Part> = imagery.into_iter().chain(masks).collect();
        let mut data: Vec<Option<Data>> = parts.iter().map(|part| self.cached(part)).collect();
        self.by_offsets(&parts, split, &mut data).await?;
        self.by_index(window, &parts, &mut data).await?;
        let mut inputs = parts.into_iter().zip(data).map(|(part, data)| Input {
            part,
            data: data.unwrap_or(Data::Sparse),
        });
        let imagery = inputs.by_ref().take(split).collect();
        Ok((imagery, inputs.collect()))
    }

    /// The block as it was decoded before.
    fn cached(&self, part: &Part) -> Option<Data> {
        let cache = self.options.block_cache.as_ref()?;
        Some(Data::Decoded(cache.block(&self.key(part))?))
    }

    pub(super) fn key(&self, part: &Part) -> BlockKey {
        BlockKey {
            file: Arc::clone(&self.identity),
            directory: part.picture.directory,
            block: part.block,
        }
    }

    /// Reads blocks by their offsets alone, where that spares reading the array
    /// of lengths: by the lengths in front of them if the file has those (masks
    /// that follow their imagery then come along), else up to the next block,
    /// if the compression itself says where it ends.
    /// Whatever is not as promised stays `None`.
    async fn by_offsets(
        &self,
        parts: &[Part],
        split: usize,
        data: &mut [Option<Data>],
    ) -> Result<(), Error> {
        let todo: Vec<usize> = (0..split).filter(|&i| data[i].is_none()).collect();
        let Some(&first) = todo.first() else {
            return Ok(());
        };
        let picture = &parts[first].picture;
        let ghost = self.tiff.ghost().filter(|ghost| ghost.has_leaders());
        let leaders = ghost.is_some();
        if !leaders && !picture.ends_itself() {
            return Ok(());
        }
        // A block that does not compress grows a little; its mask is an eighth at most.
        let most = picture
            .block_bytes()
            .saturating_mul(2)
            .saturating_add(64 * 1024);
        let blocks: Vec<u64> = todo.iter().map(|&i| parts[i].block).collect();
        let index = &picture.image.index;
        let most = most.min(self.options.limits.block_bytes);
        let Some(found) = index.locate_by_offsets(&self.pages, &blocks, most).await? else {
            return Ok(());
        };
        let spans: Vec<Range<u64>> = found
            .iter()
            .map(|led| match *led {
                Led::Sparse => 0..0,
                Led::At { offset, room } if leaders => offset - LEADER..offset + room - LEADER,
                Led::At { offset, room } => offset..offset + room,
            })
            .collect();
        let bytes = self.read(&spans).await?;
        let masks_follow =
            ghost.is_some_and(GhostArea::mask_is_interleaved) && parts.len() == 2 * split;
        for ((i, led), span) in todo.into_iter().zip(found).zip(bytes) {
            let Led::At { offset, .. } = led else {
                data[i] = Some(Data::Sparse);
                continue;
            };
            let split_span = if leaders {
                split_leader(&span)
            } else {
                Some((span, Bytes::new()))
            };
            let Some((block, rest)) = split_span else {
                continue;
            };
            let rows = 0..parts[i].picture.image.rows_stored(parts[i].down);
            let behind = offset + block.len() as u64 + LEADER;
            data[i] = Some(Data::Stored {
                bytes: block,
                offset,
                rows,
            });
            let mask = split + i;
            if masks_follow
                && data[mask].is_none()
                && same_grid(&parts[i].picture, &parts[mask].picture)
                && let Some((block, _)) = split_leader(&rest)
            {
                let rows = 0..parts[mask].picture.image.rows_stored(parts[mask].down);
                data[mask] = Some(Data::Stored {
                    bytes: block,
                    offset: behind + LEADER,
                    rows,
                });
            }
        }
        Ok(())
    }

    /// Reads what is left by the block index.
    async fn by_index(
        &self,
        window: &Window,
        parts: &[Part],
        data: &mut [Option<Data>],
    ) -> Result<(), Error> {
        let mut todo: Vec<(usize, Stretch)> = Vec::new();
        let mut start = 0;
        // Imagery first, then masks: one index each.
        while start < parts.len() {
            let picture = &parts[start].picture;
            let same = |part: &Part| Arc::ptr_eq(&part.picture, picture);
            let end = start + parts[start..].iter().take_while(|part| same(part)).count();
            let open: Vec<usize> = (start..end).filter(|&i| data[i].is_none()).collect();
            let blocks: Vec<u64> = open.iter().map(|&i| parts[i].block).collect();
            let index = &picture.image.index;
            let located = index.locate(&self.pages, &self.location, &blocks).await?;
            for (i, located) in open.into_iter().zip(located) {
                match self.stretch(&parts[i], located, window)? {
                    Some(stretch) => todo.push((i, stretch)),
                    None => data[i] = Some(Data::Sparse),
                }
            }
            start = end;
        }
        let spans: Vec<Range<u64>> = todo
            .iter()
            .map(|(_, stretch)| stretch.range.clone())
            .collect();
        let bytes = self.read(&spans).await?;
        for ((i, stretch), bytes) in todo.into_iter().zip(bytes) {
            let wanted = stretch.range.end - stretch.range.start;
            if (bytes.len() as u64) < wanted {
                let at = stretch.range.start;
                return Err(self.malformed(
                    at,
                    Rule::BlockPastEnd {
                        at,
                        end: stretch.range.end,
                        size: self.pages.size().unwrap_or(at + bytes.len() as u64),
                    },
                ));
            }
            data[i] = Some(Data::Stored {
                bytes,
                offset: stretch.range.start,
                rows: stretch.rows,
            });
        }
        Ok(())
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
        let (offset, length) = match located {
            Located::Sparse => return Ok(None),
            Located::At { offset, length } => match picture.stored_row_bytes() {
                // Its length follows from its shape; libtiff, too, does not look what the tag says.
                Some(row) => (offset, row.saturating_mul(rows.end.into())),
                None => (offset, self.cut(offset, length)),
            },
            Located::Unknown { offset } => {
                let rest = self.pages.size().map(|size| size.saturating_sub(offset));
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
        self.bounded(offset, 0..length, rows).map(Some)
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
            let reader = self.pages.reader();
            let parts = reader
                .read_ranges(&merged.requests)
                .await
                .map_err(|e| Error::source(&**reader, e))?;
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
    !a.planar && (a.block_width(), a.block_height()) == (b.block_width(), b.block_height())
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
