//! What goes wrong, by who must act.

use crate::{RangeReader, ReadError, ReadErrorKind};
use cog_raster::{SourceError, SourceErrorKind};
use std::sync::Arc;

/// Why a TIFF could not be opened or read.
///
/// Variants say what the caller can do next, not which module or dependency
/// noticed. A server maps them to a status without looking inside. The source
/// of an error says more and is not repeated in the message.
///
/// Clones share their source: those who waited for one request get one error each.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes break the TIFF, BigTIFF or GeoTIFF rules. Retrying will not help.
    #[error("{location} is malformed at byte {offset}")]
    Malformed {
        /// URL or path of the file.
        location: String,
        /// Position of what breaks the rule, from the start of the file.
        offset: u64,
        /// The rule that was broken.
        source: FormatError,
    },
    /// One block could not be decoded. Other blocks may be fine.
    #[error(
        "block {block} of level {level} of {location} cannot be decoded (bytes {offset} to {end})"
    )]
    Block {
        /// URL or path of the file.
        location: String,
        /// Level: 0 is the full resolution.
        level: usize,
        /// Index of the tile or strip in the level's tile or strip arrays.
        block: u64,
        /// First byte of the block in the file.
        offset: u64,
        /// First byte after the block.
        end: u64,
        /// What the codec says.
        source: Arc<dyn core::error::Error + Send + Sync>,
    },
    /// The file is well formed but uses something that this build cannot read.
    #[error("{location} uses {feature}, which is not supported")]
    Unsupported {
        /// URL or path of the file.
        location: String,
        /// What was met, e.g. `"compression 50001"`.
        feature: String,
    },
    /// The file or the request needs more than the limits allow.
    #[error(
        "{location}: {what} needs {needed}, the limit is {limit}; raise it in `Limits` if the file is trusted"
    )]
    OverLimit {
        /// URL or path of the file.
        location: String,
        /// What is counted, with its unit.
        what: &'static str,
        /// How much is needed.
        needed: u64,
        /// How much is allowed.
        limit: u64,
    },
    /// The request does not fit the file: no such level, window or band.
    #[error("{message}")]
    InvalidRequest {
        /// What does not fit and what the file has.
        message: String,
    },
    /// The byte source failed.
    #[error("cannot read {location}")]
    Source {
        /// URL or path of the file.
        location: String,
        /// The source's own error.
        source: ReadError,
    },
}

impl Error {
    pub(crate) fn source(reader: &dyn RangeReader, source: ReadError) -> Self {
        Self::Source {
            location: reader.describe(),
            source,
        }
    }

    /// Who can do something about it, in the words of the seam.
    #[must_use]
    pub const fn kind(&self) -> SourceErrorKind {
        match self {
            Self::Malformed { .. } | Self::Block { .. } => SourceErrorKind::Malformed,
            Self::Unsupported { .. } => SourceErrorKind::Unsupported,
            Self::OverLimit { .. } => SourceErrorKind::OverLimit,
            Self::InvalidRequest { .. } => SourceErrorKind::InvalidRequest,
            Self::Source { source, .. } => match source.kind() {
                ReadErrorKind::NotFound => SourceErrorKind::NotFound,
                ReadErrorKind::Denied => SourceErrorKind::Denied,
                ReadErrorKind::Unavailable | ReadErrorKind::TimedOut => {
                    SourceErrorKind::Unavailable
                }
                ReadErrorKind::Unsupported => SourceErrorKind::Unsupported,
                ReadErrorKind::Changed => SourceErrorKind::Changed,
            },
        }
    }
}

impl From<Error> for SourceError {
    fn from(error: Error) -> Self {
        let outer = Self::new(error.kind(), error.to_string());
        match error {
            Error::Malformed { source, .. } => outer.with_source(source),
            Error::Block { source, .. } => outer.with_source(source),
            Error::Source { source, .. } => outer.with_source(source),
            Error::Unsupported { .. } | Error::OverLimit { .. } | Error::InvalidRequest { .. } => {
                outer
            }
        }
    }
}

/// The rule that a malformed file breaks. Opaque: the list grows with every fuzz find.
#[derive(Clone, Debug, thiserror::Error)]
#[error(transparent)]
pub struct FormatError(#[from] Rule);

/// One rule each. Private, so that it can grow.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Rule {
    #[error("the file is empty")]
    Empty,
    #[error("the file ends after {len} bytes, a TIFF header has 8; it may be cut off")]
    ShortHeader { len: u64 },
    #[error("it starts with {start}, not with the TIFF signature \"II*\\0\" or \"MM\\0*\"{hint}")]
    Signature { start: String, hint: &'static str },
    #[error("a BigTIFF header says {found} bytes per offset, it must be 8")]
    BigTiffOffsetSize { found: u16 },
    #[error("there is no directory, so no image")]
    NoDirectory,
    #[error("a directory has no entries")]
    EmptyDirectory,
    #[error(
        "a directory at byte {at} lies past the end of the file ({size} bytes); it may be cut off"
    )]
    DirectoryPastEnd { at: u64, size: u64 },
    #[error("the file ends within a directory of {entries} entries; it may be cut off")]
    DirectoryCutOff { entries: u64 },
    #[error(
        "the value of tag {tag} lies at bytes {at} to {end}, past the end of the file; it may be cut off"
    )]
    ValuePastEnd { tag: u16, at: u64, end: u64 },
    #[error("tag {tag} has field type {found}, which is not one of those that TIFF allows here")]
    FieldType { tag: u16, found: u16 },
    #[error("tag {tag} ({name}) is missing")]
    MissingTag { tag: u16, name: &'static str },
    #[error("tag {tag} ({name}) is {found}, which makes no sense here")]
    TagValue {
        tag: u16,
        name: &'static str,
        found: String,
    },
    #[error("the bands have different bit depths or formats, TIFF readers need them equal")]
    MixedBands,
    #[error(
        "the block's bytes {at} to {end} lie past the end of the file ({size} bytes); it may be cut off"
    )]
    BlockPastEnd { at: u64, end: u64, size: u64 },
}
