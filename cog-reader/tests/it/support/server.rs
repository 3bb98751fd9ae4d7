//! An HTTP server with range requests and, on demand, faults; and as much of
//! Google Cloud Storage's XML API as reading needs.

use super::vast::Vast;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use axum::routing::any;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How a path misbehaves.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Fault {
    #[default]
    None,
    /// Answers with this status.
    Status(u16),
    /// Answers any request with a web page and status 200.
    Page,
    /// Sends the whole file and status 200, whatever the range.
    NoRanges,
    /// Closes the connection in the middle of the body.
    CutOff,
    /// Another `ETag` with every answer.
    Unsteady,
    /// Sends nobody anything, ever.
    Silent,
    /// Redirects to this URL.
    Redirect(String),
    /// Announces a range that was not asked for.
    WrongRange,
}

/// What a server tells about a version.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Validators {
    #[default]
    Strong,
    Weak,
    /// Only the time of the last change.
    Modified,
    Nothing,
}

/// Bytes at hand, or made as they are asked for.
#[derive(Clone, Debug)]
enum File {
    Bytes(Bytes),
    Made(Arc<Vast>),
}

impl File {
    fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Made(vast) => vast.size() as usize,
        }
    }

    fn slice(&self, range: Range<usize>) -> Bytes {
        match self {
            Self::Bytes(bytes) => bytes.slice(range),
            Self::Made(vast) => vast.bytes(&(range.start as u64..range.end as u64)),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Shared {
    files: Mutex<HashMap<String, (File, Fault)>>,
    /// How long every answer takes.
    pub(crate) latency: Mutex<Duration>,
    pub(crate) requests: AtomicU64,
    /// Requests that came while no other was being answered: with a latency, round trips.
    pub(crate) round_trips: AtomicU64,
    answering: AtomicU64,
    /// Bytes of all bodies, as far as they were to be sent.
    pub(crate) bytes: AtomicU64,
    /// The next this many bodies break off half-way.
    pub(crate) breaking: AtomicU64,
    /// From this request on, counted from 0, the file is another: its bytes here, and its version.
    pub(crate) swap: Mutex<Option<(u64, Bytes)>>,
    /// What identifies a version.
    pub(crate) validators: Mutex<Validators>,
    /// `If-Match` and `If-Unmodified-Since` are heeded.
    pub(crate) conditional: AtomicBool,
    /// Conditions of all requests.
    pub(crate) conditions: Mutex<Vec<String>>,
    /// Methods other than GET, and requests without a range.
    pub(crate) improper: AtomicU64,
    /// Query string of the last request.
    pub(crate) query: Mutex<Option<String>>,
    /// The next this many answers are 503.
    pub(crate) failing: AtomicU64,
    /// The next this many bodies stop half-way, and the connection stays.
    pub(crate) stalling: AtomicU64,
    /// The next this many requests are never answered.
    pub(crate) silent: AtomicU64,
}

/// A server on a port of its own; it ends with the runtime that it was started in.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) shared: Arc<Shared>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let shared = Arc::new(Shared::default());
        shared.conditional.store(true, Ordering::SeqCst);
        let app = Router::new()
            .route("/{*path}", any(answer))
            .with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, shared }
    }

    /// Puts a file at a path and returns its URL.
    pub(crate) fn put(&self, path: &str, bytes: impl Into<Bytes>, fault: Fault) -> String {
        let mut files = self.shared.files.lock().unwrap();
        files.insert(path.to_owned(), (File::Bytes(bytes.into()), fault));
        format!("http://{}/{path}", self.address)
    }

    /// The same for a file that is made as it is read.
    pub(crate) fn put_vast(&self, path: &str, vast: Vast) -> String {
        let mut files = self.shared.files.lock().unwrap();
        files.insert(path.to_owned(), (File::Made(Arc::new(vast)), Fault::None));
        format!("http://{}/{path}", self.address)
    }

    pub(crate) fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::SeqCst)
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    Path(path): Path<String>,
    method: Method,
    uri: axum::http::Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let count = shared.requests.fetch_add(1, Ordering::SeqCst);
    let latency = *shared.latency.lock().unwrap();
    let _answering = Answering::new(&shared);
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    *shared.query.lock().unwrap() = uri.query().map(str::to_owned);
    let plain = |status: u16, text: &str| {
        Response::builder()
            .status(status)
            .body(Body::from(text.to_owned()))
            .unwrap()
    };
    if one_of(&shared.failing) {
        return plain(503, "busy");
    }
    if one_of(&shared.silent) {
        std::future::pending::<()>().await;
    }
    let Some((mut bytes, fault)) = shared.files.lock().unwrap().get(&path).cloned() else {
        return plain(404, "nothing here");
    };
    let mut version = 1;
    if let Some((from, other)) = &*shared.swap.lock().unwrap()
        && count >= *from
    {
        (bytes, version) = (File::Bytes(other.clone()), 2);
    }
    if fault == Fault::Unsteady {
        version = count;
    }
    let tag = format!("\"{version}\"");
    // Seconds of a minute; versions are few.
    let modified = format!("Fri, 20 Nov 2026 20:00:{:02} GMT", version % 60);
    let condition =
        |name: header::HeaderName| Some(headers.get(name)?.to_str().unwrap().to_owned());
    let conditions = [
        (condition(header::IF_MATCH), &tag),
        (condition(header::IF_UNMODIFIED_SINCE), &modified),
    ];
    for (condition, current) in conditions {
        let Some(condition) = condition else { continue };
        let fails = condition != *current && shared.conditional.load(Ordering::SeqCst);
        shared.conditions.lock().unwrap().push(condition);
        if fails {
            return plain(412, "another version");
        }
    }
    let range = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok()?.strip_prefix("bytes=")?.split_once('-'))
        .and_then(|(first, last)| Some((first.parse().ok()?, last.parse::<usize>().ok()?)));
    if method != Method::GET || range.is_none() {
        shared.improper.fetch_add(1, Ordering::SeqCst);
    }
    let (first, last): (usize, usize) = range.unwrap_or((0, usize::MAX - 1));
    match fault {
        Fault::Status(status) => return plain(status, "refused"),
        Fault::Page => {
            return plain(
                200,
                "<!DOCTYPE html><html><body>Please sign in</body></html>",
            );
        }
        Fault::NoRanges => {
            let all = bytes.slice(0..bytes.len());
            return Response::builder().body(Body::from(all)).unwrap();
        }
        Fault::Silent => std::future::pending().await,
        Fault::Redirect(to) => {
            let builder = Response::builder().status(302);
            return builder
                .header(header::LOCATION, to)
                .body(Body::empty())
                .unwrap();
        }
        Fault::None | Fault::CutOff | Fault::Unsteady | Fault::WrongRange => {}
    }
    if first >= bytes.len() {
        return Response::builder()
            .status(StatusCode::RANGE_NOT_SATISFIABLE)
            .header(header::CONTENT_RANGE, format!("bytes */{}", bytes.len()))
            .body(Body::empty())
            .unwrap();
    }
    let end = (last + 1).min(bytes.len());
    let part = bytes.slice(first..end);
    shared.bytes.fetch_add(part.len() as u64, Ordering::SeqCst);
    let shift = usize::from(fault == Fault::WrongRange);
    let validators = *shared.validators.lock().unwrap();
    let builder = match validators {
        Validators::Strong => Response::builder().header(header::ETAG, tag),
        Validators::Weak => Response::builder().header(header::ETAG, format!("W/{tag}")),
        Validators::Modified | Validators::Nothing => Response::builder(),
    };
    let builder = match validators {
        Validators::Strong | Validators::Modified => {
            builder.header(header::LAST_MODIFIED, modified)
        }
        Validators::Weak | Validators::Nothing => builder,
    };
    let builder = builder.status(StatusCode::PARTIAL_CONTENT).header(
        header::CONTENT_RANGE,
        format!(
            "bytes {}-{}/{}",
            first + shift,
            end - 1 + shift,
            bytes.len()
        ),
    );
    let (breaking, stalling) = (one_of(&shared.breaking), one_of(&shared.stalling));
    if fault == Fault::CutOff || breaking || stalling {
        // Promises all, sends half, and fails or waits for ever.
        let half = futures_util::stream::iter([Ok(part.slice(..part.len() / 2))]);
        let rest = futures_util::stream::once(async move {
            if stalling {
                std::future::pending::<()>().await;
            }
            Err(std::io::Error::other("the connection breaks"))
        });
        let stream = futures_util::StreamExt::chain(half, rest);
        return builder
            .header(header::CONTENT_LENGTH, part.len())
            .body(Body::from_stream(stream))
            .unwrap();
    }
    builder.body(Body::from(part)).unwrap()
}

/// Takes one of what is left, if there is something.
fn one_of(left: &AtomicU64) -> bool {
    let take = |left: u64| left.checked_sub(1);
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take)
        .is_ok()
}

/// A request that is being answered.
struct Answering<'a>(&'a Shared);

impl<'a> Answering<'a> {
    fn new(shared: &'a Shared) -> Self {
        if shared.answering.fetch_add(1, Ordering::SeqCst) == 0 {
            shared.round_trips.fetch_add(1, Ordering::SeqCst);
        }
        Self(shared)
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.answering.fetch_sub(1, Ordering::SeqCst);
    }
}
