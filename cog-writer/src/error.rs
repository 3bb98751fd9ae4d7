//! Why a COG could not be written.

use cog_raster::SourceError;

/// Why a COG could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The options do not fit the raster. The caller's to mend.
    #[error("{option}: {reason}")]
    InvalidOption {
        /// The option, e.g. `"compression jpeg"`.
        option: String,
        /// Why it does not fit, and what would.
        reason: String,
    },
    /// The rows pushed are not those announced.
    #[error("rows do not fit: {reason}")]
    InvalidRows {
        /// What was expected, and what came.
        reason: String,
    },
    /// The raster holds something that a COG cannot.
    #[error("cannot be written as a COG: {reason}")]
    Unsupported {
        /// What, and what to try.
        reason: String,
    },
    /// A block could not be compressed.
    #[error("block {block} of level {level} could not be compressed: {reason}")]
    Compress {
        /// Level: 0 is the full resolution.
        level: usize,
        /// Block, counted in row-major order.
        block: usize,
        /// The codec's message.
        reason: String,
    },
    /// The source of the pixels failed.
    #[error("could not read the source")]
    Source(#[source] SourceError),
    /// The output or the spill could not be written or read back.
    #[error("could not {action}")]
    Io {
        /// What was being done.
        action: &'static str,
        /// The system's error.
        source: std::io::Error,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { action, source }
    }

    pub(crate) fn option(option: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::InvalidOption {
            option: option.into(),
            reason: reason.into(),
        }
    }
}
