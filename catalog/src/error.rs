//! What goes wrong, by who must act.

/// Why a catalog cannot answer or take something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A key, value or filter that makes no sense. The caller's mistake.
    #[error("{0}")]
    Invalid(String),
    /// Nothing lies under the keys.
    #[error("No dataset found")]
    NotFound,
    /// The catalog can be read only.
    #[error("{0} is not writable")]
    ReadOnly(String),
    /// It is no catalog, of another version, or damaged. Whoever made it must act.
    #[error("{place}: {message}")]
    Unusable {
        /// The database, without its password.
        place: String,
        /// What is wrong, and what to try.
        message: String,
    },
    /// The database did not answer, or not in time. The operator must act, or it passes.
    #[error("{place} does not answer: {message}")]
    Unavailable {
        /// The database, without its password.
        place: String,
        /// What it said.
        message: String,
    },
    /// A raster has no pixel that counts: all are nodata, masked, or not finite. Its owner must act.
    #[error("the raster does not contain any valid data")]
    NoValidData,
    /// Nothing can be known of a raster's pixels or its place. Its owner must act.
    #[error("{0}")]
    Unmeasurable(String),
    /// A raster could not be read.
    #[error(transparent)]
    Source(#[from] cog_raster::SourceError),
}

impl Error {
    pub(crate) fn unmeasurable(message: impl Into<String>) -> Self {
        Self::Unmeasurable(message.into())
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid(message.into())
    }
}
