//! What goes wrong, by who must act.

use cog_raster::SourceError;
use core::error::Error as StdError;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The pixels asked for and the source share no ground. Nothing is wrong:
    /// a server answers 404 or 204, a mosaic takes the next asset.
    #[error("{what} lies outside the source, {bounds}")]
    OutsideBounds {
        /// What was asked for, e.g. `"tile 3/1/2"`.
        what: String,
        /// Where the source lies, for the message.
        bounds: String,
    },
    /// A parameter is not one of those possible. The caller's mistake.
    #[error("{parameter}: {message}")]
    InvalidParameter {
        /// The parameter's name as TiTiler spells it, e.g. `"resampling"`.
        parameter: &'static str,
        /// What is wrong with it, and what would be right.
        message: String,
    },
    /// The source does not say where on the ground it lies.
    #[error("the source is not georeferenced: {message}")]
    NotGeoreferenced {
        /// What is missing, and what to try.
        message: String,
    },
    /// There is no way from one coordinate reference system to the other.
    #[error("{message}")]
    Projection {
        /// Which systems, and what to try.
        message: String,
        /// What the transform said.
        source: Option<Box<dyn StdError + Send + Sync>>,
    },
    /// More pixels, or more work, than the limits allow.
    #[error("{what} needs {needed} {unit}, the limit is {limit}: {hint}")]
    OverLimit {
        /// What would be so large.
        what: &'static str,
        /// How much is needed.
        needed: u64,
        /// Of what: `bytes` or `steps`.
        unit: &'static str,
        /// How much is allowed.
        limit: u64,
        /// What to try.
        hint: &'static str,
    },
    /// The source could not deliver.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The picture does not fit into the format.
    #[error("{format} cannot hold this picture: {message}")]
    Encoding {
        /// The format's name.
        format: &'static str,
        /// Why, and what to try.
        message: String,
    },
    /// Whoever wanted the result wants it no more: [`Interrupt`](crate::Interrupt) was raised.
    #[error("interrupted: nobody waits for the result")]
    Interrupted,
    /// The raster handed in is not the one that the plan asked for. A mistake in the calling code.
    #[error("the raster is not what the plan asked for: {message}")]
    Mismatch {
        /// The difference.
        message: String,
    },
}

impl Error {
    pub(crate) fn parameter(parameter: &'static str, message: impl Into<String>) -> Self {
        Self::InvalidParameter {
            parameter,
            message: message.into(),
        }
    }

    /// [`Error::OverLimit`] if more than `limit` bytes are needed.
    pub(crate) const fn check_limit(
        what: &'static str,
        needed: u64,
        limit: u64,
        hint: &'static str,
    ) -> Result<(), Self> {
        Self::check(what, (needed, limit, "bytes"), hint)
    }

    /// [`Error::OverLimit`] if more than `limit` steps are needed.
    pub(crate) const fn check_steps(
        what: &'static str,
        needed: u64,
        limit: u64,
        hint: &'static str,
    ) -> Result<(), Self> {
        Self::check(what, (needed, limit, "steps"), hint)
    }

    const fn check(
        what: &'static str,
        (needed, limit, unit): (u64, u64, &'static str),
        hint: &'static str,
    ) -> Result<(), Self> {
        if needed <= limit {
            return Ok(());
        }
        Err(Self::OverLimit {
            what,
            needed,
            unit,
            limit,
            hint,
        })
    }

    pub(crate) fn projection(
        message: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::Projection {
            message: message.into(),
            source: Some(source.into()),
        }
    }
}
