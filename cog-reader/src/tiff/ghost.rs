//! What GDAL hides between the header and the first directory of a COG.

use std::collections::BTreeMap;

/// The "ghost area" of a COG made by GDAL: `KEY=VALUE` lines right behind the
/// header, which promise how the blocks are laid out.
///
/// Source: GDAL, COG driver documentation, "Header ghost area".
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct GhostArea {
    /// All lines, known or not.
    pub items: BTreeMap<String, String>,
}

const START: &[u8] = b"GDAL_STRUCTURAL_METADATA_SIZE=";

impl GhostArea {
    /// Parses what follows the header; `None` when that is something else.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(START)?;
        // Six digits, " bytes\n", then that many bytes.
        let (digits, rest) = rest.split_at_checked(6)?;
        let size: usize = core::str::from_utf8(digits).ok()?.parse().ok()?;
        let rest = rest.strip_prefix(b" bytes\n")?;
        let text = core::str::from_utf8(rest.get(..size)?).ok()?;
        let items = text
            .lines()
            // The room that GDAL leaves behind "NO", to write "YES" there, starts the next line.
            .filter_map(|line| line.trim().split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        Some(Self { items })
    }

    fn says(&self, key: &str, value: &str) -> bool {
        self.items.get(key).is_some_and(|found| found == value)
    }

    /// A later program changed the file, so nothing here holds any more.
    #[must_use]
    pub fn is_void(&self) -> bool {
        self.says("KNOWN_INCOMPATIBLE_EDITION", "YES")
    }

    /// Directories lie before the pixels (`LAYOUT=IFDS_BEFORE_DATA`).
    #[must_use]
    pub fn directories_first(&self) -> bool {
        self.says("LAYOUT", "IFDS_BEFORE_DATA")
    }

    /// Four bytes before each block hold its length, little-endian, and the
    /// last four bytes of the block are repeated behind it.
    #[must_use]
    pub fn has_leaders(&self) -> bool {
        !self.is_void()
            && self.says("BLOCK_LEADER", "SIZE_AS_UINT4")
            && self.says("BLOCK_TRAILER", "LAST_4_BYTES_REPEATED")
            && self.says("BLOCK_ORDER", "ROW_MAJOR")
    }

    /// Each block of imagery is followed by its block of the mask.
    #[must_use]
    pub fn mask_is_interleaved(&self) -> bool {
        !self.is_void() && self.says("MASK_INTERLEAVED_WITH_IMAGERY", "YES")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\nBLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n ";

    #[test]
    fn reads_what_gdal_writes() {
        let area = format!(
            "GDAL_STRUCTURAL_METADATA_SIZE={:06} bytes\n{LINES}",
            LINES.len()
        );
        let ghost = GhostArea::parse(area.as_bytes()).unwrap();
        assert!(ghost.directories_first() && ghost.has_leaders() && !ghost.is_void());
        assert!(!ghost.mask_is_interleaved());
        let edited = area.replace("EDITION=NO\n ", "EDITION=YES\n");
        let ghost = GhostArea::parse(edited.as_bytes()).unwrap();
        assert!(ghost.is_void() && !ghost.has_leaders());
    }

    #[test]
    fn anything_else_is_no_ghost_area() {
        for bytes in [
            &b""[..],
            b"GDAL_STRUCTURAL_METADATA_SIZE=",
            b"GDAL_STRUCTURAL_METADATA_SIZE=999999 bytes\nA=B\n",
            b"GDAL_STRUCTURAL_METADATA_SIZE=-00001 bytes\nA=B\n",
            b"\x10\0\0\x01",
        ] {
            assert_eq!(GhostArea::parse(bytes), None);
        }
    }
}
