//! From a block and its shared tables to the one stream that the decoder is given.

use super::JPEG;
use crate::{BlockLayout, Error};

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const DQT: u8 = 0xdb;
const DHT: u8 = 0xc4;
const DRI: u8 = 0xdd;

/// A stream whose header is held against the layout, before anything is
/// allocated for it.
///
/// Only tables, frame and scans are left of it. What applications add is
/// dropped: whether samples are YCbCr is tag 262's to say, never a marker's.
#[derive(Debug)]
pub(super) struct Stream {
    /// SOI, tables, frame, scans.
    pub(super) bytes: Vec<u8>,
    /// Rows that the frame header now claims; at least those asked for.
    pub(super) rows: usize,
}

/// What of a frame header is needed here.
struct Frame {
    /// Where its height is in the new stream.
    height_at: usize,
    height: u16,
    components: u8,
    /// Rows of a minimum coded unit.
    unit_rows: usize,
    progressive: bool,
}

impl Stream {
    pub(super) fn new(layout: &BlockLayout, input: &[u8], rows: usize) -> Result<Self, Error> {
        let tables_len = layout.jpeg_tables.as_ref().map_or(0, |tables| tables.len());
        let mut bytes = Vec::with_capacity(2 + tables_len + input.len());
        bytes.extend_from_slice(&[0xff, SOI]);
        if let Some(tables) = &layout.jpeg_tables {
            let mut segments = Segments::new(tables, "JPEGTables (tag 347)")?;
            while let Some((marker, segment)) = segments.next()? {
                if matches!(marker, DQT | DHT | DRI) {
                    bytes.extend_from_slice(segment);
                }
            }
        }
        let mut segments = Segments::new(input, "the block")?;
        let mut frame = None;
        while let Some((marker, segment)) = segments.next()? {
            match marker {
                DQT | DHT | DRI => bytes.extend_from_slice(segment),
                0xc0..=0xc2 if frame.is_none() => {
                    let header = Frame::new(layout, marker, segment, bytes.len())?;
                    bytes.extend_from_slice(segment);
                    header.amend(&mut bytes);
                    frame = Some(header);
                }
                0xc0..=0xc2 => return Err(Error::malformed(JPEG, "a second frame header")),
                0xc3..=0xcf => {
                    let what = format!(
                        "{JPEG} with frame marker {marker:#x} (lossless, hierarchical or arithmetic)"
                    );
                    return Err(Error::unsupported(what));
                }
                SOS => {
                    let frame = frame.ok_or_else(|| Error::malformed(JPEG, "no frame header"))?;
                    // The decoder would not miss what is missing of the last units.
                    if !segments.rest.windows(2).rev().any(|two| two == [0xff, EOI]) {
                        return Err(Error::malformed(JPEG, "ends before the marker EOI"));
                    }
                    let scanned = segment.get(4).copied().unwrap_or_default();
                    let rows = frame.rows(layout, rows, scanned)?;
                    bytes[frame.height_at..frame.height_at + 2]
                        .copy_from_slice(&(rows as u16).to_be_bytes());
                    bytes.extend_from_slice(segment);
                    bytes.extend_from_slice(segments.rest);
                    return Ok(Self { bytes, rows });
                }
                _ => {}
            }
        }
        Err(Error::malformed(JPEG, "no scan"))
    }
}

impl Frame {
    fn new(layout: &BlockLayout, marker: u8, segment: &[u8], at: usize) -> Result<Self, Error> {
        // FF, marker, length (2), precision, height (2), width (2), components, then three bytes each.
        let &[_, _, _, _, bits, h1, h0, w1, w0, components, ref each @ ..] = segment else {
            return Err(Error::malformed(JPEG, "the frame header is too short"));
        };
        let (height, width) = (u16::from_be_bytes([h1, h0]), u16::from_be_bytes([w1, w0]));
        if bits != 8 {
            return Err(Error::unsupported(format!("{JPEG} of {bits} bits")));
        }
        if u32::from(width) != layout.width || u16::from(components) != layout.samples {
            return Err(Error::malformed(
                JPEG,
                format!(
                    "a picture of {width} × {height} × {components} in a block of {} × {} × {}",
                    layout.width, layout.height, layout.samples
                ),
            ));
        }
        let (each, []) = each.as_chunks::<3>() else {
            return Err(Error::malformed(JPEG, "the frame header's length is wrong"));
        };
        if each.len() != usize::from(components) {
            return Err(Error::malformed(JPEG, "the frame header's length is wrong"));
        }
        let factors = |component: &[u8; 3]| (component[1] >> 4, component[1] & 15);
        let first = if components == 1 {
            (1, 1)
        } else {
            factors(&each[0])
        };
        // What tag 530 can say: luma whole, chroma subsampled by 1, 2 or 4; ink as luma.
        let fits = |factors| factors == (1, 1) || factors == first;
        let whole = matches!(first.0, 1 | 2 | 4) && matches!(first.1, 1 | 2 | 4);
        if !whole
            || !each
                .iter()
                .skip(1)
                .all(|component| fits(factors(component)))
        {
            let all: Vec<_> = each.iter().map(factors).collect();
            let what = format!("{JPEG} with sampling factors {all:?}");
            return Err(Error::unsupported(what));
        }
        Ok(Self {
            height_at: at + 5,
            height,
            components,
            unit_rows: 8 * usize::from(first.1),
            progressive: marker == 0xc2,
        })
    }

    /// Makes the header, the last segment of `bytes`, one that the decoder knows.
    fn amend(&self, bytes: &mut Vec<u8>) {
        let components_at = self.height_at + 4;
        match self.components {
            // The sampling factors of a single component mean nothing (T.81 A.2.2).
            1 => bytes[components_at + 2] = 0x11,
            // Two components are no colour space: a third, which no scan has.
            2 => {
                let ids = [bytes[components_at + 1], bytes[components_at + 4]];
                let unused = (0..=2).find(|id| !ids.contains(id)).unwrap_or_default();
                bytes.extend([unused, 0x11, bytes[components_at + 3]]);
                bytes[components_at] = 3;
                bytes[self.height_at - 2] += 3;
            }
            _ => {}
        }
    }

    /// How many rows to decode: no more than asked for, where the scans allow.
    fn rows(&self, layout: &BlockLayout, rows: usize, scanned: u8) -> Result<usize, Error> {
        let stored = usize::from(self.height);
        if stored < rows {
            let (width, height) = (layout.width, layout.height);
            return Err(Error::malformed(
                JPEG,
                format!("a picture of {stored} rows in a block of {width} × {height}"),
            ));
        }
        if !self.progressive && scanned == self.components {
            // One unit more: chroma is interpolated across the units' border. A last strip may be
            // coded at the full height of the others, which libtiff corrects in the same way.
            let needed = rows.next_multiple_of(self.unit_rows) + self.unit_rows;
            return Ok(needed.min(stored));
        }
        // Later scans count on the whole of the earlier ones, so it is held whole.
        let most = u64::from(layout.height) + u64::from(layout.rows_beyond);
        if stored as u64 > most {
            return Err(Error::malformed(
                JPEG,
                format!("a picture of {stored} rows in a block of {}", layout.height),
            ));
        }
        Ok(stored)
    }
}

/// Marker segments up to the first scan.
struct Segments<'a> {
    rest: &'a [u8],
    place: &'static str,
}

impl<'a> Segments<'a> {
    fn new(bytes: &'a [u8], place: &'static str) -> Result<Self, Error> {
        match bytes {
            [0xff, SOI, rest @ ..] => Ok(Self { rest, place }),
            _ => Err(Error::malformed(
                JPEG,
                format!("{place} does not start with the marker SOI"),
            )),
        }
    }

    /// The next marker and its segment from the marker on; none at the end.
    fn next(&mut self) -> Result<Option<(u8, &'a [u8])>, Error> {
        // Any number of fill bytes may precede a marker (T.81 B.1.1.2).
        while let [0xff, 0xff, ..] = self.rest {
            self.rest = &self.rest[1..];
        }
        match *self.rest {
            [] | [0xff, EOI, ..] => Ok(None),
            [0xff, marker, l1, l0, ..] if marker >= 0xc0 => {
                let length = usize::from(u16::from_be_bytes([l1, l0])) + 2;
                let place = self.place;
                let (segment, rest) = self
                    .rest
                    .split_at_checked(length)
                    .filter(|_| length >= 4)
                    .ok_or_else(|| {
                        let reason =
                            format!("a segment of {length} bytes passes the end of {place}");
                        Error::malformed(JPEG, reason)
                    })?;
                self.rest = rest;
                Ok(Some((marker, segment)))
            }
            _ => Err(Error::malformed(
                JPEG,
                format!("no marker where {} must have one", self.place),
            )),
        }
    }
}
