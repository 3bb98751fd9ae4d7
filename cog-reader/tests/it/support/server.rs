//! An HTTP server with range requests and, on demand, faults; and as much of
//! Google Cloud Storage's XML API as reading needs.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use axum::routing::any;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

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

#[derive(Debug, Default)]
pub(crate) struct Shared {
    files: Mutex<HashMap<String, (Bytes, Fault)>>,
    pub(crate) requests: AtomicU64,
    /// Methods other than GET, and requests without a range.
    pub(crate) improper: AtomicU64,
    /// Query string of the last request.
    pub(crate) query: Mutex<Option<String>>,
    /// The next this many answers are 503.
    pub(crate) failing: AtomicU64,
}

/// A server on a port of its own; it ends with the runtime that it was started in.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) shared: Arc<Shared>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let shared = Arc::new(Shared::default());
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
        files.insert(path.to_owned(), (bytes.into(), fault));
        format!("http://{}/{path}", self.address)
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
    *shared.query.lock().unwrap() = uri.query().map(str::to_owned);
    let plain = |status: u16, text: &str| {
        Response::builder()
            .status(status)
            .body(Body::from(text.to_owned()))
            .unwrap()
    };
    let failing = shared.failing.load(Ordering::SeqCst);
    if failing > 0 {
        shared.failing.store(failing - 1, Ordering::SeqCst);
        return plain(503, "busy");
    }
    let Some((bytes, fault)) = shared.files.lock().unwrap().get(&path).cloned() else {
        return plain(404, "nothing here");
    };
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
            return Response::builder().body(Body::from(bytes)).unwrap();
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
    let tag = if fault == Fault::Unsteady { count } else { 1 };
    let shift = usize::from(fault == Fault::WrongRange);
    let builder = Response::builder()
        .status(StatusCode::PARTIAL_CONTENT)
        .header(header::ETAG, format!("\"{tag}\""))
        .header(header::LAST_MODIFIED, "Fri, 20 Nov 2026 20:00:00 GMT")
        .header(
            header::CONTENT_RANGE,
            format!(
                "bytes {}-{}/{}",
                first + shift,
                end - 1 + shift,
                bytes.len()
            ),
        );
    if fault == Fault::CutOff {
        // Promises all, sends half, and fails.
        let half = part.slice(..part.len() / 2);
        let stream = futures_util::stream::iter([
            Ok(half),
            Err(std::io::Error::other("the connection breaks")),
        ]);
        return builder
            .header(header::CONTENT_LENGTH, part.len())
            .body(Body::from_stream(stream))
            .unwrap();
    }
    builder.body(Body::from(part)).unwrap()
}
