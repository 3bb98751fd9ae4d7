//! What goes wrong, in words for a person in front of a page.

use cog_raster::SourceErrorKind;

/// Why there is no tile.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be opened.
    #[error(transparent)]
    Open(#[from] cog_reader::Error),
    /// The file was opened, but gives no picture of what was asked for.
    #[error(transparent)]
    Render(#[from] cog_render::Error),
    /// The page asked for something that there is not.
    #[error("{message}")]
    Parameter {
        /// Which parameter, and what it may be.
        message: String,
    },
    /// Whoever asked no longer wants it.
    #[error("no longer wanted")]
    Aborted,
}

/// Who can do something about an [`Error`]: what JavaScript finds as the error's `kind`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Nothing is there.
    NotFound,
    /// The host refuses, or does not let this page read.
    Denied,
    /// The host does not answer, or not as it should.
    Unavailable,
    /// The file breaks its format's rules.
    Malformed,
    /// The file, or its host, cannot be used by this build.
    Unsupported,
    /// More than the limits allow.
    OverLimit,
    /// The file was replaced while it was read.
    Changed,
    /// The tile or point shares no ground with the file. Nothing is wrong.
    Outside,
    /// A parameter is wrong.
    Parameter,
    /// Whoever asked no longer wants it.
    Aborted,
}

impl ErrorKind {
    /// The word that JavaScript sees.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Denied => "denied",
            Self::Unavailable => "unavailable",
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::OverLimit => "over-limit",
            Self::Changed => "changed",
            Self::Outside => "outside",
            Self::Parameter => "parameter",
            Self::Aborted => "aborted",
        }
    }
}

impl Error {
    pub(crate) fn parameter(message: impl Into<String>) -> Self {
        Self::Parameter {
            message: message.into(),
        }
    }

    /// Who can do something about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Open(error) => of_source(error.kind()),
            Self::Render(cog_render::Error::Source(error)) => of_source(error.kind()),
            Self::Render(cog_render::Error::OutsideBounds { .. }) => ErrorKind::Outside,
            Self::Render(cog_render::Error::OverLimit { .. }) => ErrorKind::OverLimit,
            Self::Render(
                cog_render::Error::NotGeoreferenced { .. } | cog_render::Error::Projection { .. },
            ) => ErrorKind::Unsupported,
            Self::Render(_) | Self::Parameter { .. } => ErrorKind::Parameter,
            Self::Aborted => ErrorKind::Aborted,
        }
    }

    /// The message and those of all causes, in one line.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(error) = source {
            let text = error.to_string();
            if !words.ends_with(&text) {
                words = format!("{words}: {text}");
            }
            source = error.source();
        }
        words
    }
}

fn of_source(kind: SourceErrorKind) -> ErrorKind {
    match kind {
        SourceErrorKind::NotFound => ErrorKind::NotFound,
        SourceErrorKind::Denied => ErrorKind::Denied,
        SourceErrorKind::Malformed => ErrorKind::Malformed,
        SourceErrorKind::Unsupported => ErrorKind::Unsupported,
        SourceErrorKind::OverLimit => ErrorKind::OverLimit,
        SourceErrorKind::Changed => ErrorKind::Changed,
        SourceErrorKind::InvalidRequest => ErrorKind::Parameter,
        _ => ErrorKind::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_once() {
        let source = cog_reader::ReadError::new(
            cog_reader::ReadErrorKind::NotFound,
            "there is nothing at http://host/a.tif",
        );
        let error = Error::Open(cog_reader::Error::Source {
            location: "http://host/a.tif".into(),
            source,
        });
        assert_eq!(error.kind().name(), "not-found");
        assert_eq!(
            error.in_words(),
            "cannot read http://host/a.tif: there is nothing at http://host/a.tif"
        );
    }
}
