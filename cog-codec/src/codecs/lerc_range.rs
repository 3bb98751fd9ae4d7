//! Infinities in LERC blobs.

use std::borrow::Cow;

use lerc_core::fletcher32;

/// The blobs, with ranges that are finite.
///
/// A blob states the least and the greatest of its samples. Where one of them is infinite, Esri's
/// own decoder reads the samples, which then are stored as they are; lerc-reader refuses the
/// range. Nothing but the clamping of quantised samples depends on it, so it is widened to all
/// finite numbers. A blob whose samples are all the same infinity has no others, and stays as it is.
///
/// # Specification
///
/// Esri's LERC 2, versions 2 to 6: the header of a blob, its mask, the ranges of each depth.
pub(super) fn with_finite_range(blobs: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Cow::Borrowed(blobs);
    let mut start = 0;
    while let Some(header) = out.get(start..).and_then(Header::parse) {
        let end = start.saturating_add(header.size);
        if end > blobs.len() {
            break;
        }
        if header.is_infinite() {
            widen(&mut out.to_mut()[start..end], &header);
        }
        start = end;
    }
    out
}

/// What of a blob's header says where its ranges are.
struct Header {
    version: u32,
    depth: usize,
    valid: u32,
    size: usize,
    image_type: u32,
    /// Where the least sample is stated; the greatest follows it.
    range_at: usize,
    /// Where the header ends and the length of the mask is stated.
    end: usize,
    least: f64,
    greatest: f64,
}

impl Header {
    fn parse(blob: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u32::from_le_bytes(*blob.get(at..)?.first_chunk()?));
        let real = |at: usize| Some(f64::from_le_bytes(*blob.get(at..)?.first_chunk()?));
        if !blob.starts_with(b"Lerc2 ") {
            return None;
        }
        let version = word(6)?;
        if !(2..=6).contains(&version) {
            return None;
        }
        // Magic, version, from version 3 on a checksum; height and width.
        let mut at = 10 + if version >= 3 { 4 } else { 0 } + 8;
        let depth = match version >= 4 {
            true => {
                at += 4;
                word(at - 4)?
            }
            false => 1,
        };
        let (valid, size, image_type) = (word(at)?, word(at + 8)?, word(at + 12)?);
        // Version 6: the number of blobs to come, four flags.
        let range_at = at + 16 + if version >= 6 { 8 } else { 0 } + 8;
        let this = Self {
            version,
            depth: usize::try_from(depth).ok()?,
            valid,
            size: usize::try_from(size).ok().filter(|&size| size > 0)?,
            image_type,
            range_at,
            end: range_at + 16 + if version >= 6 { 16 } else { 0 },
            least: real(range_at)?,
            greatest: real(range_at + 8)?,
        };
        Some(this).filter(|this| this.size >= this.end + 4)
    }

    fn is_infinite(&self) -> bool {
        let infinite = self.least.is_infinite() || self.greatest.is_infinite();
        infinite && self.least < self.greatest
    }
}

/// Replaces an infinity by the number that is next to it.
fn finite<const N: usize>(
    bytes: &mut [u8; N],
    value: fn([u8; N]) -> f64,
    most: [u8; N],
    least: [u8; N],
) {
    match value(*bytes) {
        f64::INFINITY => *bytes = most,
        f64::NEG_INFINITY => *bytes = least,
        _ => {}
    }
}

fn widen(blob: &mut [u8], header: &Header) {
    let has_checksum = header.version >= 3;
    let said = blob[10..]
        .first_chunk()
        .map(|&bytes| u32::from_le_bytes(bytes));
    if has_checksum && said != Some(fletcher32(&blob[14..])) {
        // Broken: the decoder is to find that out.
        return;
    }
    let double = |bytes: &mut [u8; 8]| {
        finite(
            bytes,
            f64::from_le_bytes,
            f64::MAX.to_le_bytes(),
            f64::MIN.to_le_bytes(),
        );
    };
    let single = |bytes: &mut [u8; 4]| {
        let real = |bytes| f64::from(f32::from_le_bytes(bytes));
        finite(bytes, real, f32::MAX.to_le_bytes(), f32::MIN.to_le_bytes());
    };
    let doubles = |part: &mut [u8]| part.as_chunks_mut::<8>().0.iter_mut().for_each(double);
    let singles = |part: &mut [u8]| part.as_chunks_mut::<4>().0.iter_mut().for_each(single);
    if let Some(range) = blob.get_mut(header.range_at..header.range_at + 16) {
        doubles(range);
    }
    let mask = blob
        .get(header.end..)
        .and_then(|rest| rest.first_chunk())
        .map(|&bytes| u32::from_le_bytes(bytes) as usize);
    if let Some(mask) = mask.filter(|_| header.version >= 4 && header.valid > 0) {
        // Of each depth the least, then of each the greatest, in the samples' own type.
        let start = (header.end + 4).saturating_add(mask);
        let size = match header.image_type {
            F32 => 4,
            F64 => 8,
            // Integers are never infinite; then the header is not either.
            _ => 1,
        };
        let ranges = header.depth.saturating_mul(2 * size);
        match blob.get_mut(start..start.saturating_add(ranges)) {
            Some(ranges) if size == 4 => singles(ranges),
            Some(ranges) if size == 8 => doubles(ranges),
            _ => {}
        }
    }
    if has_checksum {
        let checksum = fletcher32(&blob[14..]);
        blob[10..14].copy_from_slice(&checksum.to_le_bytes());
    }
}

/// Types of samples in a blob's header.
const F32: u32 = 6;
const F64: u32 = 7;
