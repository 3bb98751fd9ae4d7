//! A file in memory.

use crate::{ObjectState, RangeReader, ReadError};
use bytes::Bytes;
use cog_raster::BoxFuture;
use core::ops::Range;

/// A file that lies in memory.
#[derive(Clone)]
pub struct MemoryReader {
    name: String,
    bytes: Bytes,
}

impl MemoryReader {
    /// A reader of `bytes`. The name is for messages.
    #[must_use]
    pub fn new(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self {
            name: name.into(),
            bytes: bytes.into(),
        }
    }
}

impl core::fmt::Debug for MemoryReader {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("MemoryReader")
            .field("name", &self.name)
            .field("len", &self.bytes.len())
            .finish()
    }
}

impl RangeReader for MemoryReader {
    fn read_ranges<'a>(
        &'a self,
        ranges: &'a [Range<u64>],
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReadError>> {
        Box::pin(async move { Ok(ranges.iter().map(|r| slice(&self.bytes, r)).collect()) })
    }

    fn state(&self) -> ObjectState {
        // No validator: two memories of one name need not be the same file.
        ObjectState::new(Some(self.bytes.len() as u64), None)
    }

    fn describe(&self) -> String {
        self.name.clone()
    }
}

/// The part of `bytes` inside `range`, without a copy.
fn slice(bytes: &Bytes, range: &Range<u64>) -> Bytes {
    let clamp = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
    let (start, end) = (clamp(range.start), clamp(range.end));
    bytes.slice(start..end.max(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_past_the_end_yields_what_is_there() {
        let bytes = Bytes::from_static(b"abcdef");
        assert_eq!(slice(&bytes, &(2..4))[..], *b"cd");
        assert_eq!(slice(&bytes, &(4..u64::MAX))[..], *b"ef");
        assert!(slice(&bytes, &(9..12)).is_empty());
        #[expect(clippy::reversed_empty_ranges, reason = "hostile input")]
        let reversed = 5..2;
        assert!(slice(&bytes, &reversed).is_empty());
    }
}
