//! The trait, and what goes wrong behind it.

use bytes::Bytes;
use cog_raster::{BoxFuture, MaybeSend, MaybeSync};
use core::fmt::Debug;
use core::ops::Range;
use std::sync::Arc;

/// Something that delivers byte ranges of one file, wherever that lies.
///
/// # Contract
///
/// This trait is for *implementers*; it has no default methods, so a wrapper
/// cannot forget one. An implementation must
///
/// - answer every range, in the order asked; ranges are half-open, may be
///   empty, may overlap and come in any order;
/// - answer a range that passes the end of the file with the bytes that are
///   there, perhaps none: only the file's format can say whether that is an error;
/// - allocate no more than what is there, whatever the length asked for;
/// - notice when the file was replaced since the first answer, if its store
///   can tell (an `ETag`, a modification time), and then fail with
///   [`ReadErrorKind::Changed`] rather than mix two files;
/// - leave nothing broken when the future is dropped half-way.
///
/// It need not merge ranges: what comes here is already merged by
/// [`Coalesce`](crate::Coalesce), so one range is one request. It should run
/// several ranges at the same time where the store allows.
///
/// No runtime is assumed: a future may be polled by any executor, unless the
/// implementation says otherwise.
pub trait RangeReader: Debug + MaybeSend + MaybeSync {
    /// The bytes of each range.
    ///
    /// # Errors
    ///
    /// [`ReadError`]: nothing there, no permission, no answer, another file than before.
    fn read_ranges<'a>(
        &'a self,
        ranges: &'a [Range<u64>],
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReadError>>;

    /// What is known of the file by now: after the first answer most stores
    /// have told its size and a validator. Never costs a request.
    fn state(&self) -> ObjectState;

    /// The URL or path, for messages and as a part of cache keys.
    fn describe(&self) -> String;
}

/// What a store has told of a file so far.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct ObjectState {
    /// Length of the file in bytes.
    pub size: Option<u64>,
    /// Something that changes when the file does, such as an `ETag`. Two
    /// readers with the same description and the same validator read the same bytes.
    pub validator: Option<String>,
}

impl ObjectState {
    /// A state with a known size and perhaps a validator.
    #[must_use]
    pub const fn new(size: Option<u64>, validator: Option<String>) -> Self {
        Self { size, validator }
    }
}

/// Why bytes could not be had.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ReadError {
    kind: ReadErrorKind,
    message: String,
    source: Option<Arc<dyn core::error::Error + Send + Sync>>,
}

/// Who can do something about a [`ReadError`].
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// Nothing is there.
    NotFound,
    /// The store, or an access policy, refuses. Credentials or configuration.
    Denied,
    /// The store did not answer in time or as it should. A retry may help.
    Unavailable,
    /// The store cannot do what is needed, for example serve ranges.
    Unsupported,
    /// The file was replaced since it was opened. Open it anew.
    Changed,
    /// The time that was given for the read is over. What failed on the way was tried again until then.
    TimedOut,
}

impl ReadError {
    /// An error of `kind` whose message says what, where, and what to try.
    #[must_use]
    pub fn new(kind: ReadErrorKind, message: impl Into<String>) -> Self {
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
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// Who can do something about it.
    #[must_use]
    pub const fn kind(&self) -> ReadErrorKind {
        self.kind
    }
}
