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

/// Why control points or a rational polynomial do not say where the pixels lie. A file's fault.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlacementError {
    /// A polynomial has more coefficients than there are points.
    #[error("{found} control points, at least {needed} are needed")]
    TooFewPoints {
        /// Points given.
        found: usize,
        /// Points needed.
        needed: usize,
    },
    /// More points than are taken.
    #[error("{found} control points, at most {limit} are taken")]
    TooManyPoints {
        /// Points given.
        found: usize,
        /// Points taken.
        limit: usize,
    },
    /// A number is infinite or none.
    #[error("{what} is not finite")]
    NotFinite {
        /// Which.
        what: String,
    },
    /// There are polynomials of orders 1 to 3.
    #[error("there is no polynomial of order {order}, only of 1 to 3")]
    Order {
        /// The order asked for.
        order: u8,
    },
    /// The points lie such that many polynomials fit equally well.
    #[error(
        "the control points determine no polynomial of order {order}: too many lie together or on a line"
    )]
    Degenerate {
        /// Order of the polynomial.
        order: u8,
    },
    /// A rational polynomial breaks its rules.
    #[error("the rational polynomial coefficients {rule}")]
    Rational {
        /// What is wrong with them.
        rule: &'static str,
    },
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
