//! One image file directory.

use super::Entry;
use crate::error::Rule;
use cog_codec::tags;

/// An image file directory (TIFF 6.0 §2): what one image of the file declares.
#[derive(Clone, Debug)]
pub struct Directory {
    pub(super) offset: u64,
    pub(super) kind: DirectoryKind,
    /// Sorted by tag; of two entries of one tag the first in the file comes first and counts.
    pub(super) entries: Vec<Entry>,
}

/// How a directory is reached.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DirectoryKind {
    /// It is in the chain that starts in the header.
    Chain,
    /// Tag 330 (`SubIFDs`) of the directory with this index points to it.
    Sub {
        /// Index in [`Tiff::directories`](super::Tiff::directories).
        parent: usize,
    },
}

impl Directory {
    /// Where it lies in the file.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// How it is reached.
    #[must_use]
    pub const fn kind(&self) -> DirectoryKind {
        self.kind
    }

    /// Its entries, by tag.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of a tag; the first in the file, if there are several.
    #[must_use]
    pub fn entry(&self, tag: u16) -> Option<&Entry> {
        let at = self.entries.partition_point(|entry| entry.tag < tag);
        self.entries.get(at).filter(|entry| entry.tag == tag)
    }

    /// The first value of a tag as an integer.
    #[must_use]
    pub fn integer(&self, tag: u16) -> Option<u64> {
        self.entry(tag)?.integer()
    }

    /// The values of a tag as integers.
    #[must_use]
    pub fn integers(&self, tag: u16) -> Option<Vec<u64>> {
        self.entry(tag)?.integers()
    }

    /// The values of a tag as real numbers.
    #[must_use]
    pub fn reals(&self, tag: u16) -> Option<Vec<f64>> {
        self.entry(tag)?.reals()
    }

    /// The value of a tag as text.
    #[must_use]
    pub fn text(&self, tag: u16) -> Option<String> {
        self.entry(tag)?.text()
    }

    /// Tag 254 (`NewSubfileType`), or what the older tag 255 (`SubfileType`)
    /// says in its terms: bit 0 reduced resolution, bit 1 page, bit 2 mask.
    #[must_use]
    pub fn subfile_type(&self) -> u32 {
        if let Some(bits) = self.integer(tags::NEW_SUBFILE_TYPE) {
            return u32::try_from(bits).unwrap_or(0);
        }
        match self.integer(tags::SUBFILE_TYPE) {
            Some(2) => 1,
            Some(3) => 2,
            _ => 0,
        }
    }

    /// The first value of a tag that must be there.
    pub(crate) fn required(&self, tag: u16, name: &'static str) -> Result<u64, Rule> {
        let entry = self.entry(tag).ok_or(Rule::MissingTag { tag, name })?;
        entry.integer().ok_or_else(|| entry.complaint())
    }
}
