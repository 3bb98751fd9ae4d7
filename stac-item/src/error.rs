//! What goes wrong, by who must act.

/// Why an item cannot be used or made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The document is not a STAC item, or breaks the rules of one.
    #[error("not a STAC item: {message}")]
    Malformed {
        /// Which rule, and where.
        message: String,
    },
    /// The document is of a kind or version that is not read.
    #[error("{what} is not supported: {hint}")]
    Unsupported {
        /// What was met, e.g. `"STAC version 0.9.0"`.
        what: String,
        /// What is.
        hint: &'static str,
    },
    /// More than is read from a stranger.
    #[error("{what}: {found} are more than the {limit} allowed")]
    OverLimit {
        /// What there is so much of.
        what: &'static str,
        /// How many.
        found: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// No asset of the item holds pixels.
    #[error("no valid asset found: the media types of the item's assets are not supported")]
    NoAsset,
    /// An asset that the item has not. The caller's mistake.
    #[error("{name:?} is not valid, should be one of {available:?}")]
    UnknownAsset {
        /// What was asked for.
        name: String,
        /// The assets that hold pixels.
        available: Vec<String>,
    },
    /// A parameter is not one of those possible. The caller's mistake.
    #[error("{parameter}: {message}")]
    InvalidParameter {
        /// The parameter's name as TiTiler spells it, e.g. `"assets"`.
        parameter: &'static str,
        /// What is wrong with it, and what would be right.
        message: String,
    },
}

impl Error {
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::Malformed {
            message: message.into(),
        }
    }

    pub(crate) fn parameter(parameter: &'static str, message: impl Into<String>) -> Self {
        Self::InvalidParameter {
            parameter,
            message: message.into(),
        }
    }
}

/// Refuses what is more than the limit.
pub(crate) fn within(what: &'static str, found: usize, limit: usize) -> Result<(), Error> {
    if found <= limit {
        return Ok(());
    }
    Err(Error::OverLimit { what, found, limit })
}
