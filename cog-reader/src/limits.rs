//! What a file may cost.

/// What an untrusted file, or a request for its pixels, may cost.
///
/// Every length that a file states is charged here before anything is
/// allocated for it. The defaults let through every honest file that a tile
/// server meets and keep one read below some gigabytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Directories, sub-directories included.
    pub directories: usize,
    /// Entries of one directory.
    pub entries: u64,
    /// Bytes of one tag's values, arrays of block offsets excluded: those are read in parts.
    pub value_bytes: u64,
    /// Bytes of all tags' values together.
    pub total_value_bytes: u64,
    /// Bands.
    pub bands: u32,
    /// Bytes of one block, both as stored and decoded.
    pub block_bytes: u64,
    /// Bytes of the samples and masks that one read returns.
    pub read_bytes: u64,
    /// Blocks that one read touches.
    pub read_blocks: u64,
    /// Bytes of the block index kept in memory per file.
    pub index_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            directories: 4096,
            entries: 4096,
            value_bytes: 16 << 20,
            total_value_bytes: 64 << 20,
            bands: 65_535,
            block_bytes: 512 << 20,
            read_bytes: 4 << 30,
            read_blocks: 4 << 20,
            index_bytes: 4 << 20,
        }
    }
}

macro_rules! setters {
    ($($(#[$doc:meta])* $setter:ident $field:ident: $type:ty;)*) => {
        impl Limits {
            $($(#[$doc])*
            #[must_use]
            pub const fn $setter(mut self, $field: $type) -> Self {
                self.$field = $field;
                self
            })*
        }
    };
}

setters! {
    /// Sets the number of directories.
    with_directories directories: usize;
    /// Sets the number of entries of one directory.
    with_entries entries: u64;
    /// Sets the bytes of one tag's values.
    with_value_bytes value_bytes: u64;
    /// Sets the bytes of all tags' values together.
    with_total_value_bytes total_value_bytes: u64;
    /// Sets the number of bands.
    with_bands bands: u32;
    /// Sets the bytes of one block.
    with_block_bytes block_bytes: u64;
    /// Sets the bytes that one read returns.
    with_read_bytes read_bytes: u64;
    /// Sets the number of blocks that one read touches.
    with_read_blocks read_blocks: u64;
    /// Sets the bytes of block index kept in memory.
    with_index_bytes index_bytes: usize;
}
