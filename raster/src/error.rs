//! What goes wrong, by who must act.

/// A buffer does not have the shape it is said to have.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "{what} holds {found} values, {bands} bands × {rows} rows × {columns} columns need {expected}"
)]
pub struct ShapeError {
    /// The buffer: `"samples"` or `"mask"`.
    pub(crate) what: &'static str,
    pub(crate) found: u64,
    pub(crate) expected: u64,
    pub(crate) bands: u32,
    pub(crate) rows: u32,
    pub(crate) columns: u32,
}

/// Who can do something about a failed read. A server maps it to a status, a
/// command line to an exit code, neither looks further inside.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SourceErrorKind {
    /// The request does not fit the source: no such level, window, band. The caller's mistake.
    InvalidRequest,
    /// Nothing is there.
    NotFound,
    /// The store, or the access policy, refuses. Credentials or configuration.
    Denied,
    /// The store did not answer in time or as it should. A retry may help.
    Unavailable,
    /// The bytes break the format's rules. A retry will not help.
    Malformed,
    /// Well formed, but this build cannot read it.
    Unsupported,
    /// More memory or time than the limits allow.
    OverLimit,
    /// The file was replaced while it was read. Open it anew.
    Changed,
}

/// Why a [`RasterSource`](crate::RasterSource) could not deliver.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    kind: SourceErrorKind,
    message: String,
    source: Option<Box<dyn core::error::Error + Send + Sync>>,
}

impl SourceError {
    /// An error of `kind` whose message says what, where, and what to try.
    #[must_use]
    pub fn new(kind: SourceErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn core::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Who can do something about it.
    #[must_use]
    pub const fn kind(&self) -> SourceErrorKind {
        self.kind
    }
}
