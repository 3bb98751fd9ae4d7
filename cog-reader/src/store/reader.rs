//! A range reader over any object store.

use super::connect::Refused;
use crate::{ObjectState, RangeReader, ReadError, ReadErrorKind};
use backon::{BackoffBuilder, ExponentialBuilder};
use bytes::{Bytes, BytesMut};
use cog_raster::BoxFuture;
use core::ops::Range;
use core::time::Duration;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult, GetResultPayload, ObjectMeta, ObjectStore};
use std::sync::{Arc, OnceLock};

/// A file in an object store: range requests only, no `HEAD`, no suffix ranges.
///
/// The size and the `ETag` come with the first answer. Every later request
/// asks for that version only (`If-Match`; `If-Unmodified-Since` where there is
/// no strong `ETag`), and since not every server heeds that, every later answer
/// must carry the same, else the read fails with [`ReadErrorKind::Changed`].
///
/// A request that fails is tried again by the store ([`StoreOptions::retries`](super::StoreOptions::retries));
/// an answer that breaks off is continued where it did.
///
/// The futures need a Tokio runtime, as `object_store`'s do.
#[derive(Clone, Debug)]
pub struct ObjectStoreReader {
    store: Arc<dyn ObjectStore>,
    path: Path,
    name: String,
    known: Arc<OnceLock<Known>>,
    parallel: usize,
    backoff: ExponentialBuilder,
}

/// What the first answer told.
#[derive(Debug)]
struct Known {
    state: ObjectState,
    meta: ObjectMeta,
}

/// Requests of one read that run at the same time.
pub(super) const PARALLEL: usize = 16;

/// Further tries of an answer that broke off.
const RESUMES: usize = 3;

impl ObjectStoreReader {
    /// A reader of the object at `path`. The name is for messages, and with the
    /// `ETag` the key of caches: give it the whole URL.
    #[must_use]
    pub fn new(store: Arc<dyn ObjectStore>, path: Path, name: impl Into<String>) -> Self {
        Self {
            store,
            path,
            name: name.into(),
            known: Arc::default(),
            parallel: PARALLEL,
            backoff: ExponentialBuilder::new()
                .with_min_delay(Duration::from_millis(50))
                .with_max_delay(Duration::from_secs(2))
                .with_max_times(RESUMES)
                .with_jitter(),
        }
    }

    /// Sets how many requests of one read run at the same time, at least one.
    #[must_use]
    pub fn with_parallel(mut self, requests: usize) -> Self {
        self.parallel = requests.max(1);
        self
    }

    /// Sets how often an answer that broke off is continued.
    #[must_use]
    pub fn with_resumes(mut self, times: usize) -> Self {
        self.backoff = self.backoff.with_max_times(times);
        self
    }

    /// All bytes, by one plain request, if they are at most `limit`.
    ///
    /// # Errors
    ///
    /// As [`read_ranges`](RangeReader::read_ranges); [`ReadErrorKind::Unsupported`] for more than
    /// `limit` bytes.
    pub async fn read_all(&self, limit: u64) -> Result<Bytes, ReadError> {
        let get = self.store.get_opts(&self.path, GetOptions::default());
        let result = get.await.map_err(|error| self.explain(error))?;
        let too_large = || super::stores::too_large(&self.name, limit);
        if result.meta.size > limit {
            return Err(too_large());
        }
        let mut bytes = BytesMut::new();
        let mut stream = result.into_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| self.explain(error))?;
            // What a server says of the size is one thing, what it sends another.
            if (bytes.len() + chunk.len()) as u64 > limit {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }

    /// One range; continued where it breaks off.
    async fn read_range(&self, range: Range<u64>) -> Result<Bytes, ReadError> {
        let mut body = Body::default();
        let mut waits = self.backoff.build();
        loop {
            let broken = match self.attempt(&range, &mut body).await {
                Ok(()) => return Ok(body.finish()),
                Err(Attempt::Failed(error)) => return Err(error),
                Err(Attempt::Broken(error)) => error,
            };
            let Some(wait) = waits.next() else {
                return Err(broken);
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Asks for what `body` lacks of `range`.
    async fn attempt(&self, range: &Range<u64>, body: &mut Body) -> Result<(), Attempt> {
        let known = self.known.get();
        let size = known.and_then(|known| known.state.size);
        let start = range.start + body.len();
        let end = range.end.min(size.unwrap_or(u64::MAX));
        if start >= end {
            return Ok(());
        }
        let mut options = GetOptions {
            range: Some(GetRange::Bounded(start..end)),
            ..GetOptions::default()
        };
        if let Some(known) = known {
            // Weak tags never match (RFC 9110, 13.1.1).
            let tag = known.meta.e_tag.clone();
            options.if_match = tag.filter(|tag| !tag.starts_with("W/"));
            if options.if_match.is_none() && tells_time(&known.meta) {
                options.if_unmodified_since = Some(known.meta.last_modified);
            }
        }
        let result = match self.store.get_opts(&self.path, options).await {
            Ok(result) => result,
            Err(error) if starts_past_the_end(&error) => return Ok(()),
            Err(error) => return Err(Attempt::Failed(self.explain(error))),
        };
        self.check_identity(&result.meta).map_err(Attempt::Failed)?;
        let expected = result.range.end.saturating_sub(result.range.start);
        if expected > end - start || result.range.start != start {
            let error = self.unavailable("answered with another range than asked for");
            return Err(Attempt::Failed(error));
        }
        let whole = body.len() + expected;
        self.collect(result, whole, body).await?;
        if body.len() == whole {
            return Ok(());
        }
        let error = format!(
            "closed the connection after {} of {whole} bytes",
            body.len()
        );
        Err(Attempt::Broken(self.unavailable(&error)))
    }

    /// The rest of a body of `whole` bytes, but not more of it than was promised.
    async fn collect(&self, result: GetResult, whole: u64, body: &mut Body) -> Result<(), Attempt> {
        if matches!(result.payload, GetResultPayload::File(..)) {
            let bytes = result
                .bytes()
                .await
                .map_err(|e| Attempt::Failed(self.explain(e)))?;
            body.push(bytes, whole);
            return Ok(());
        }
        let mut stream = result.into_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| {
                let error = self.explain(error);
                match error.kind() {
                    ReadErrorKind::Unavailable => Attempt::Broken(error),
                    _ => Attempt::Failed(error),
                }
            })?;
            if body.len() + chunk.len() as u64 > whole {
                let error = self.unavailable("sent more bytes than it announced");
                return Err(Attempt::Failed(error));
            }
            body.push(chunk, whole);
        }
        Ok(())
    }

    fn check_identity(&self, meta: &ObjectMeta) -> Result<(), ReadError> {
        let state = ObjectState::new(Some(meta.size), validator(meta));
        let first = self.known.get_or_init(|| Known {
            state: state.clone(),
            meta: meta.clone(),
        });
        if first.state == state {
            return Ok(());
        }
        Err(self.changed())
    }

    fn changed(&self) -> ReadError {
        ReadError::new(
            ReadErrorKind::Changed,
            format!("{} was replaced while it was read; open it anew", self.name),
        )
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
        if chain(&error).any(is_precondition) {
            return self.changed().with_source(error);
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
        self.known
            .get()
            .map(|known| known.state.clone())
            .unwrap_or_default()
    }

    fn describe(&self) -> String {
        self.name.clone()
    }
}

/// Why an attempt did not get all bytes.
enum Attempt {
    /// Trying again would not help, or the store has done so.
    Failed(ReadError),
    /// The answer broke off.
    Broken(ReadError),
}

/// A body in parts; the first one is not copied if it is the only one.
#[derive(Default)]
struct Body {
    first: Bytes,
    rest: BytesMut,
}

impl Body {
    fn len(&self) -> u64 {
        match self.rest.len() {
            0 => self.first.len() as u64,
            len => len as u64,
        }
    }

    /// Adds a part of a body of `whole` bytes.
    fn push(&mut self, chunk: Bytes, whole: u64) {
        if self.len() == 0 {
            self.first = chunk;
            return;
        }
        if self.rest.is_empty() {
            // What is announced is at most what was asked for, and that is limited.
            self.rest.reserve(usize::try_from(whole).unwrap_or(0));
            self.rest.extend_from_slice(&self.first);
        }
        self.rest.extend_from_slice(&chunk);
    }

    fn finish(self) -> Bytes {
        if self.rest.is_empty() {
            self.first
        } else {
            self.rest.freeze()
        }
    }
}

/// The `ETag`, else the time of the last change, if the store tells one.
fn validator(meta: &ObjectMeta) -> Option<String> {
    let modified =
        || tells_time(meta).then(|| format!("modified {}", meta.last_modified.timestamp()));
    meta.e_tag.clone().or_else(modified)
}

/// Where a server tells no time, `object_store` puts the epoch.
fn tells_time(meta: &ObjectMeta) -> bool {
    meta.last_modified.timestamp() != 0
}

/// The store has another version than the one asked for; also where that came out when a broken answer was continued.
fn is_precondition(error: &(dyn core::error::Error + 'static)) -> bool {
    use object_store::Error as E;
    matches!(
        error.downcast_ref::<E>(),
        Some(E::Precondition { .. } | E::NotModified { .. })
    )
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
