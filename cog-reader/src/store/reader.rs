//! A range reader over any object store.

use super::connect::Refused;
use crate::{ObjectState, RangeReader, ReadError, ReadErrorKind};
use bytes::{Bytes, BytesMut};
use cog_raster::BoxFuture;
use core::ops::Range;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult, GetResultPayload, ObjectMeta, ObjectStore};
use std::sync::{Arc, OnceLock};

/// A file in an object store: range requests only, no `HEAD`, no suffix ranges.
///
/// The size and the `ETag` come with the first answer; every later answer must
/// carry the same, else the read fails with [`ReadErrorKind::Changed`].
///
/// The futures need a Tokio runtime, as `object_store`'s do.
#[derive(Clone, Debug)]
pub struct ObjectStoreReader {
    store: Arc<dyn ObjectStore>,
    path: Path,
    name: String,
    state: Arc<OnceLock<ObjectState>>,
    parallel: usize,
}

/// Requests of one read that run at the same time.
const PARALLEL: usize = 16;

impl ObjectStoreReader {
    /// A reader of the object at `path`. The name is for messages, and with the
    /// `ETag` the key of caches: give it the whole URL.
    #[must_use]
    pub fn new(store: Arc<dyn ObjectStore>, path: Path, name: impl Into<String>) -> Self {
        Self {
            store,
            path,
            name: name.into(),
            state: Arc::default(),
            parallel: PARALLEL,
        }
    }

    /// Sets how many requests of one read run at the same time, at least one.
    #[must_use]
    pub fn with_parallel(mut self, requests: usize) -> Self {
        self.parallel = requests.max(1);
        self
    }

    async fn read_range(&self, range: Range<u64>) -> Result<Bytes, ReadError> {
        let known = self.state.get().and_then(|state| state.size);
        let end = range.end.min(known.unwrap_or(u64::MAX));
        if range.start >= end {
            return Ok(Bytes::new());
        }
        let options = GetOptions {
            range: Some(GetRange::Bounded(range.start..end)),
            ..GetOptions::default()
        };
        let result = match self.store.get_opts(&self.path, options).await {
            Ok(result) => result,
            Err(error) if starts_past_the_end(&error) => return Ok(Bytes::new()),
            Err(error) => return Err(self.explain(error)),
        };
        self.check_identity(&result.meta)?;
        let expected = result.range.end.saturating_sub(result.range.start);
        if expected > end - range.start || result.range.start != range.start {
            return Err(self.unavailable("answered with another range than asked for"));
        }
        let bytes = self.collect(result, expected).await?;
        if bytes.len() as u64 != expected {
            return Err(self.unavailable(&format!(
                "closed the connection after {} of {expected} bytes",
                bytes.len()
            )));
        }
        Ok(bytes)
    }

    /// The body, but not more of it than was promised.
    async fn collect(&self, result: GetResult, expected: u64) -> Result<Bytes, ReadError> {
        if matches!(result.payload, GetResultPayload::File(..)) {
            return result.bytes().await.map_err(|e| self.explain(e));
        }
        let mut stream = result.into_stream();
        let mut first = Bytes::new();
        let mut rest = BytesMut::new();
        while let Some(chunk) = stream.try_next().await.map_err(|e| self.explain(e))? {
            let have = (first.len() + rest.len()) as u64;
            if have + chunk.len() as u64 > expected {
                return Err(self.unavailable("sent more bytes than it announced"));
            }
            if have == 0 {
                first = chunk;
                continue;
            }
            if rest.is_empty() {
                // What is announced is at most what was asked for, and that is limited.
                rest.reserve(usize::try_from(expected).unwrap_or(0));
                rest.extend_from_slice(&first);
                first = Bytes::new();
            }
            rest.extend_from_slice(&chunk);
        }
        Ok(if rest.is_empty() {
            first
        } else {
            rest.freeze()
        })
    }

    fn check_identity(&self, meta: &ObjectMeta) -> Result<(), ReadError> {
        let state = ObjectState::new(Some(meta.size), validator(meta));
        let first = self.state.get_or_init(|| state.clone());
        if *first == state {
            return Ok(());
        }
        Err(ReadError::new(
            ReadErrorKind::Changed,
            format!("{} was replaced while it was read; open it anew", self.name),
        ))
    }

    fn unavailable(&self, what: &str) -> ReadError {
        ReadError::new(
            ReadErrorKind::Unavailable,
            format!("the store of {} {what}", self.name),
        )
    }

    fn explain(&self, error: object_store::Error) -> ReadError {
        use object_store::Error as E;
        let name = &self.name;
        if let Some(refused) = refusal(&error) {
            return ReadError::new(
                ReadErrorKind::Denied,
                format!("{name} is refused: {refused}"),
            );
        }
        let (kind, message) = match &error {
            E::NotFound { .. } => (
                ReadErrorKind::NotFound,
                format!("there is nothing at {name}"),
            ),
            E::PermissionDenied { .. } | E::Unauthenticated { .. } => (
                ReadErrorKind::Denied,
                format!("the store refuses {name}; check the credentials, or the address"),
            ),
            E::Precondition { .. } | E::NotModified { .. } => (
                ReadErrorKind::Changed,
                format!("{name} was replaced while it was read; open it anew"),
            ),
            E::NotSupported { .. } | E::NotImplemented { .. } => (
                ReadErrorKind::Unsupported,
                format!(
                    "the server of {name} does not serve byte ranges; copy the file to one that does"
                ),
            ),
            _ => match status(&error) {
                Some(404 | 410) => (
                    ReadErrorKind::NotFound,
                    format!("there is nothing at {name}"),
                ),
                Some(401 | 403 | 451) => (
                    ReadErrorKind::Denied,
                    format!("the store refuses {name}; check the credentials, or the address"),
                ),
                Some(status) => (
                    ReadErrorKind::Unavailable,
                    format!("the store of {name} answers with status {status}"),
                ),
                None => (
                    ReadErrorKind::Unavailable,
                    format!(
                        "the store of {name} cannot be reached or does not answer as it should"
                    ),
                ),
            },
        };
        ReadError::new(kind, message).with_source(error)
    }
}

impl RangeReader for ObjectStoreReader {
    fn read_ranges<'a>(
        &'a self,
        ranges: &'a [Range<u64>],
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReadError>> {
        Box::pin(async move {
            match ranges {
                [range] => Ok(vec![self.read_range(range.clone()).await?]),
                ranges => {
                    stream::iter(ranges.iter().cloned())
                        .map(|range| self.read_range(range))
                        .buffered(self.parallel)
                        .try_collect()
                        .await
                }
            }
        })
    }

    fn state(&self) -> ObjectState {
        self.state.get().cloned().unwrap_or_default()
    }

    fn describe(&self) -> String {
        self.name.clone()
    }
}

/// The `ETag`, else the time of the last change, if the store tells one.
fn validator(meta: &ObjectMeta) -> Option<String> {
    let modified = || {
        let seconds = meta.last_modified.timestamp();
        (seconds != 0).then(|| format!("modified {seconds}"))
    };
    meta.e_tag.clone().or_else(modified)
}

/// The sources of an error, itself first.
fn chain(error: &object_store::Error) -> impl Iterator<Item = &(dyn core::error::Error + 'static)> {
    let first: &(dyn core::error::Error + 'static) = error;
    core::iter::successors(Some(first), |error| error.source())
}

/// What a guard said, if that is the cause.
fn refusal(error: &object_store::Error) -> Option<String> {
    chain(error)
        .find_map(|error| error.downcast_ref::<Refused>())
        .map(|refused| refused.0.clone())
}

/// The HTTP status behind an error. `object_store` keeps it in a private type
/// whose message is all there is.
fn status(error: &object_store::Error) -> Option<u16> {
    chain(error).find_map(|error| {
        let text = error.to_string();
        let (_, rest) = text.split_once("status code: ")?;
        rest.get(..3)?.parse().ok()
    })
}

/// The range starts at or after the end of the file: status 416, or what the
/// local and in-memory stores say of it.
fn starts_past_the_end(error: &object_store::Error) -> bool {
    status(error) == Some(416)
        || chain(error).any(|error| {
            matches!(
                error.downcast_ref::<object_store::Error>(),
                None | Some(object_store::Error::Generic { .. })
            ) && error.to_string().contains("Wanted range starting at")
        })
}
