//! The seam between a block and a compression.

use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use crate::{BlockLayout, Compression, Error, codecs};

/// Turns the compressed bytes of one block into uncompressed ones.
///
/// # Contract
///
/// An implementation must
///
/// - write every byte of `output` or return an error, whatever `input` holds.
///   `output` is a whole number of rows from the top, possibly fewer than the
///   block has: the caller needs no more, and the codec may stop there;
/// - write rows as an uncompressed TIFF would hold them: samples interleaved,
///   each row padded to a byte, in the layout's byte order, before any
///   predictor is undone;
/// - never allocate in proportion to a length read from `input`;
/// - keep no state between calls, so that blocks can be decoded in any order.
pub trait Codec: Debug + Send + Sync {
    /// Decodes `input` into the whole of `output`.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] if `input` is truncated, corrupt, or of the wrong
    /// size once decoded; [`Error::Unsupported`] for a variant not covered.
    fn decode(
        &self,
        layout: &BlockLayout,
        input: &[u8],
        output: &mut [u8],
    ) -> Result<Decoded, Error>;
}

/// What a codec delivers beside the samples.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Decoded {
    /// Validity of each pixel of the rows decoded, 0 or 255, if the compression stores one (LERC).
    pub valid: Option<Vec<u8>>,
}

/// The codecs by compression.
#[derive(Clone, Debug)]
pub struct CodecRegistry {
    codecs: BTreeMap<Compression, Arc<dyn Codec>>,
}

impl Default for CodecRegistry {
    /// All codecs of this build.
    fn default() -> Self {
        let mut registry = Self {
            codecs: BTreeMap::new(),
        };
        for (compression, codec) in codecs::builtin() {
            registry.codecs.insert(compression, codec);
        }
        registry
    }
}

impl CodecRegistry {
    /// Adds a codec, or replaces the one that was there.
    #[must_use]
    pub fn with(mut self, compression: Compression, codec: Arc<dyn Codec>) -> Self {
        self.codecs.insert(compression, codec);
        self
    }

    /// The codec for a compression.
    #[must_use]
    pub fn codec(&self, compression: Compression) -> Option<&dyn Codec> {
        self.codecs.get(&compression).map(AsRef::as_ref)
    }

    /// Whether there is a codec for a compression. What the compression is
    /// called, and which feature brings its codec, says [`Compression::known`].
    #[must_use]
    pub fn supports(&self, compression: Compression) -> bool {
        self.codecs.contains_key(&compression)
    }

    /// The compressions that can be decoded, in the order of their tag values.
    pub fn compressions(&self) -> impl Iterator<Item = Compression> + '_ {
        self.codecs.keys().copied()
    }
}
