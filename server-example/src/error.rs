//! What goes wrong, by who must act, as a status and as an exit code.

use cog_raster::{SourceError, SourceErrorKind};
use core::fmt::Write as _;
use std::error::Error as StdError;

/// Why a command or a request could not be carried out.
///
/// Each message says what, where, and what to try. [`Error::status`] and
/// [`Error::exit_code`] are the only two places where a kind of failure becomes
/// a number; `doc/decisions/0005-server.md` says why each has the one it has.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request or the command line asks for something that makes no sense, or not for this source.
    #[error("{0}")]
    Request(String),
    /// A parameter is missing or cannot be read; TiTiler answers these apart from [`Error::Request`].
    #[error("{0}")]
    Parameter(String),
    /// Nothing is there: no such file, layer, tile or name.
    #[error("{0}")]
    NotFound(String),
    /// The server wants to know who asks.
    #[error("{0}")]
    Unauthorized(String),
    /// The request's body is larger than the server takes.
    #[error("{0}")]
    TooLarge(String),
    /// The access policy or the store refuses.
    #[error("{0}")]
    Denied(String),
    /// The file is there but cannot be used: damaged, not a TIFF, not georeferenced, not supported.
    #[error("{0}")]
    Unusable(String),
    /// Somebody else's server did not answer, or not as it should.
    #[error("{0}")]
    Upstream(String),
    /// A source was replaced while it was read. A request that meets this is answered anew; only
    /// one that meets it twice fails.
    #[error("{0}")]
    Changed(String),
    /// More is asked of this server at the moment than it can do.
    #[error("{0}")]
    Overloaded(String),
    /// The catalog's database is of no use now. The message names it, which is for the operator: clients get
    /// [`Error::told`].
    #[error("{message}")]
    Database {
        /// What is wrong with it.
        trouble: Trouble,
        /// Which one, why, and what to try.
        message: String,
    },
    /// The machine or this program failed.
    #[error("{0}")]
    Failed(String),
}

/// What is wrong with a catalog's database.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Trouble {
    /// It can be read only.
    ReadOnly,
    /// It does not answer, or not in time.
    Away,
    /// It is damaged, no catalog, or of another version.
    Unusable,
}

impl Error {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Request(_) => 400,
            Self::Unauthorized(_) => 401,
            Self::Denied(_)
            | Self::Database {
                trouble: Trouble::ReadOnly,
                ..
            } => 403,
            Self::NotFound(_) => 404,
            Self::TooLarge(_) => 413,
            Self::Parameter(_) | Self::Unusable(_) => 422,
            Self::Failed(_)
            | Self::Database {
                trouble: Trouble::Unusable,
                ..
            } => 500,
            Self::Upstream(_) => 502,
            Self::Changed(_)
            | Self::Overloaded(_)
            | Self::Database {
                trouble: Trouble::Away,
                ..
            } => 503,
        }
    }

    /// What a client may read: the message, but for where a catalog's database is.
    #[must_use]
    pub fn told(&self) -> String {
        let Self::Database { trouble, .. } = self else {
            return self.to_string();
        };
        match trouble {
            Trouble::ReadOnly => "the catalog's database cannot be written",
            Trouble::Away => "the catalog's database does not answer; try again in a moment",
            Trouble::Unusable => "the catalog's database cannot be used; the server's log says why",
        }
        .to_owned()
    }

    /// The exit code: 2 where the command line is wrong, 1 where the work failed.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Request(_) | Self::Parameter(_) => 2,
            _ => 1,
        }
    }

    /// A failure of the machine: what was being done, and the cause.
    pub(crate) fn failed(what: impl core::fmt::Display, error: &(dyn StdError + 'static)) -> Self {
        Self::Failed(format!("{what}: {}", chain(error)))
    }
}

/// An error's message and those of its causes, joined by colons; what repeats is left out.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.contains(&message) {
            let _ = write!(text, ": {message}");
        }
        cause = error.source();
    }
    text
}

impl From<cog_reader::ReadError> for Error {
    fn from(error: cog_reader::ReadError) -> Self {
        use cog_reader::ReadErrorKind as Kind;
        let message = chain(&error);
        match error.kind() {
            Kind::NotFound => Self::NotFound(message),
            Kind::Denied => Self::Denied(message),
            Kind::Unsupported => Self::Unusable(message),
            Kind::Changed => Self::Changed(message),
            // `Unavailable`, `TimedOut`, and whatever else a store may say one day.
            _ => Self::Upstream(message),
        }
    }
}

impl From<cog_reader::Error> for Error {
    fn from(error: cog_reader::Error) -> Self {
        of_source(error.kind(), chain(&error))
    }
}

impl From<SourceError> for Error {
    fn from(error: SourceError) -> Self {
        of_source(error.kind(), chain(&error))
    }
}

impl From<cog_render::Error> for Error {
    fn from(error: cog_render::Error) -> Self {
        use cog_render::Error as E;
        match error {
            E::Source(error) => error.into(),
            E::OutsideBounds { .. } => Self::NotFound(chain(&error)),
            // TiTiler answers a colormap that is no JSON, a wrong expression, and samples that a format
            // cannot hold, with 400, other parameters with 422.
            E::InvalidParameter {
                parameter:
                    "colormap" | "bidx" | "level" | "expression" | "algorithm" | "algorithm_params"
                    | "color_formula" | "rescale",
                ..
            }
            | E::OverLimit { .. }
            | E::Encoding { .. } => Self::Request(chain(&error)),
            E::InvalidParameter {
                parameter: "tile", ..
            } => Self::NotFound(chain(&error)),
            E::InvalidParameter { .. } => Self::Parameter(chain(&error)),
            E::NotGeoreferenced { .. } | E::Projection { .. } => Self::Unusable(chain(&error)),
            _ => Self::Failed(chain(&error)),
        }
    }
}

impl From<catalog::Error> for Error {
    fn from(error: catalog::Error) -> Self {
        use catalog::Error as E;
        let message = chain(&error);
        let trouble = match error {
            E::Invalid(_) => return Self::Request(message),
            E::NotFound => return Self::NotFound(message),
            E::Source(error) => return error.into(),
            E::NoValidData | E::Unmeasurable(_) => return Self::Unusable(message),
            E::ReadOnly(_) => Trouble::ReadOnly,
            E::Unavailable { .. } => Trouble::Away,
            // `Unusable`, and whatever else a catalog may say one day.
            _ => Trouble::Unusable,
        };
        Self::Database { trouble, message }
    }
}

impl From<stac_item::Error> for Error {
    fn from(error: stac_item::Error) -> Self {
        use stac_item::Error as E;
        let message = chain(&error);
        match error {
            E::UnknownAsset { .. } => Self::NotFound(message),
            E::InvalidParameter { .. } => Self::Parameter(message),
            _ => Self::Unusable(message),
        }
    }
}

fn of_source(kind: SourceErrorKind, message: String) -> Error {
    match kind {
        SourceErrorKind::InvalidRequest => Error::Request(message),
        SourceErrorKind::NotFound => Error::NotFound(message),
        SourceErrorKind::Denied => Error::Denied(message),
        SourceErrorKind::Malformed | SourceErrorKind::Unsupported | SourceErrorKind::OverLimit => {
            Error::Unusable(message)
        }
        SourceErrorKind::Changed => Error::Changed(message),
        // `Unavailable`, and whatever else a source may say one day.
        _ => Error::Upstream(message),
    }
}
