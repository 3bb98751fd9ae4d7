//! Why a block could not be decoded or encoded.

use crate::Compression;

/// Why a block could not be decoded or encoded.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are truncated or corrupt. Reading them again may help, decoding them again will not.
    #[error("malformed {compression} block: {reason}")]
    Malformed {
        /// The block's compression.
        compression: Compression,
        /// What is wrong with the bytes.
        reason: String,
    },
    /// The layout asks for something that this build has no code for.
    #[error("{feature} is not supported")]
    Unsupported {
        /// What was met, e.g. `"compression 7 (JPEG) of 12 bits"`.
        feature: String,
    },
    /// The layout contradicts itself or is too large to address.
    #[error("impossible block layout: {reason}")]
    InvalidLayout {
        /// What is impossible about it.
        reason: String,
    },
    /// The codec broke down: a bug in it, which these bytes make show. Only where panics unwind; a
    /// program that aborts on them, as on WebAssembly, ends.
    #[error("the decoder of {compression} panicked: {message}; please report it with the file")]
    Panicked {
        /// The block's compression.
        compression: Compression,
        /// What the panic said.
        message: String,
    },
    /// The samples to encode are not those of the layout. The caller's mistake.
    #[error("samples do not fit the block: {reason}")]
    InvalidSamples {
        /// What was expected, and what came.
        reason: String,
    },
}

impl Error {
    pub(crate) fn malformed(compression: Compression, reason: impl core::fmt::Display) -> Self {
        Self::Malformed {
            compression,
            reason: reason.to_string(),
        }
    }

    pub(crate) fn unsupported(feature: impl Into<String>) -> Self {
        Self::Unsupported {
            feature: feature.into(),
        }
    }

    /// The stream ended, or stopped making sense, before the block was full.
    pub(crate) fn short(compression: Compression, found: usize, expected: usize) -> Self {
        Self::malformed(
            compression,
            format!("decodes to {found} bytes, the block needs {expected}"),
        )
    }
}
