//! What a file may cost.

/// What an untrusted file, or a request for its pixels, may cost.
///
/// Every length that a file states is charged here before anything is
/// allocated for it, and what is beyond is [`Error::OverLimit`](crate::Error::OverLimit).
/// The defaults let through every honest file that a tile server meets and keep
/// one read below some gigabytes; [`Limits::within`] bounds the memory of a process
/// that opens what strangers send.
///
/// Some bounds need no number. Directories are read once each, whatever chain or
/// sub-directory leads to them, so loops end; sub-directories of sub-directories
/// are not followed. Directories and values that overlap in the file are charged
/// as often as they are read. How many blocks an image has does not matter, as the
/// index is read in parts: 2^31 × 2^31 pixels cost what one block costs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Columns × rows of the image.
    pub pixels: u64,
    /// Directories that are looked at, sub-directories and broken ones included.
    pub directories: usize,
    /// Entries of one directory.
    pub entries: u64,
    /// Bytes of one tag's values, 8 for each number; arrays of block offsets are excluded:
    /// those are read in parts. A tag beyond is left out and noted in
    /// [`Cog::problems`](crate::Cog::problems), an error only where the image needs it.
    pub value_bytes: u64,
    /// Bytes of all tags' values and entries together.
    pub total_value_bytes: u64,
    /// Bands.
    pub bands: u32,
    /// Bytes of one block, both as stored and decoded.
    pub block_bytes: u64,
    /// Bytes of the samples and masks that one read returns.
    pub read_bytes: u64,
    /// Blocks that one read touches.
    pub read_blocks: u64,
    /// Bytes that the blocks of one read decode to, what lies outside its window or
    /// belongs to other bands included: the work of a read.
    pub decoded_bytes: u64,
    /// Bytes of the block index kept in memory per file.
    pub index_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Limits {
    const DEFAULT: Self = Self {
        // No smaller index than 64 GB of 4096² blocks has more.
        pixels: 1 << 56,
        directories: 4096,
        entries: 4096,
        value_bytes: 16 << 20,
        total_value_bytes: 64 << 20,
        bands: 65_535,
        block_bytes: 512 << 20,
        read_bytes: 4 << 30,
        read_blocks: 4 << 20,
        decoded_bytes: 64 << 30,
        index_bytes: 4 << 20,
    };

    /// Limits under which opening a file and reading from it takes less than `bytes` bytes of
    /// memory, whatever the file holds: 256 MiB are enough for most tiles, of any file.
    ///
    /// One read at a time, and one thread that decodes; the file itself, a block cache, and 64 MiB
    /// that LZMA's dictionary takes where that compression is compiled in, come on top.
    #[must_use]
    pub const fn within(bytes: u64) -> Self {
        const fn least(one: u64, other: u64) -> u64 {
            if one < other { one } else { other }
        }
        let most = Self::DEFAULT;
        Self {
            entries: least(most.entries, bytes / 16_384),
            value_bytes: least(most.value_bytes, bytes / 64),
            total_value_bytes: least(most.total_value_bytes, bytes / 16),
            bands: least(most.bands as u64, bytes / 4096) as u32,
            // A codec holds a block up to five times.
            block_bytes: least(most.block_bytes, bytes / 16),
            // As stored, as decoded, and an alpha band.
            read_bytes: least(most.read_bytes, bytes / 6),
            read_blocks: least(most.read_blocks, bytes / 8192),
            decoded_bytes: least(most.decoded_bytes, bytes),
            index_bytes: least(most.index_bytes as u64, bytes / 64) as usize,
            ..most
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
    /// Sets the columns × rows of the image.
    with_pixels pixels: u64;
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
    /// Sets the bytes that the blocks of one read decode to.
    with_decoded_bytes decoded_bytes: u64;
    /// Sets the bytes of block index kept in memory.
    with_index_bytes index_bytes: usize;
}
