//! A range reader over the browser's `fetch`.

use super::script::text;
use crate::{ContentRange, failure, is_strong, shown_url};
use bytes::{Bytes, BytesMut};
use cog_raster::BoxFuture;
use cog_reader::{ObjectState, RangeReader, ReadError, ReadErrorKind};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use js_sys::{Reflect, Uint8Array};
use std::cell::RefCell;
use std::ops::Range;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, RequestCache, RequestInit, RequestMode,
    Response, Url, WorkerGlobalScope,
};

/// Requests of one read that run at the same time: what browsers allow over HTTP/1.1.
const PARALLEL: usize = 6;

/// Longest file that is read whole from a host without ranges.
const WHOLE: u64 = 16 << 20;

/// A file behind a URL.
///
/// - A request is a plain `GET` with `Range`, which needs no preflight. To the page's own origin it
///   also carries `If-Match`, once a strong `ETag` is known; to another, the validator of each answer
///   is compared with the first one.
/// - A host without ranges sends the whole file: it is kept if it is small, and refused if not.
/// - A request whose future is dropped is aborted.
/// - The browser's own cache is left out: it lets requests of one URL wait for each other.
#[derive(Debug)]
pub(super) struct FetchReader {
    url: String,
    shown: String,
    scope: WorkerGlobalScope,
    /// Whether the page and the file have one origin.
    own: bool,
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    object: ObjectState,
    /// Whether there was an answer, and the object's state is from it.
    answered: bool,
    /// The file, if its host sends it whole only.
    whole: Option<Bytes>,
}

impl FetchReader {
    /// A reader of the file at `url`, absolute or relative to the worker's script.
    ///
    /// # Errors
    ///
    /// [`ReadError`] if that is no `http` or `https` URL, or this is no worker.
    pub(super) fn new(url: &str) -> Result<Self, ReadError> {
        let wrong = |why: &str| {
            let url = shown_url(url);
            ReadError::new(ReadErrorKind::Unsupported, format!("{url}: {why}"))
        };
        let scope: WorkerGlobalScope = js_sys::global()
            .dyn_into()
            .map_err(|_| wrong("files are read in a worker only"))?;
        let origin = scope.location().origin();
        let parsed = Url::new_with_base(url, &scope.location().href())
            .map_err(|_| wrong("this is no URL"))?;
        if !matches!(parsed.protocol().as_str(), "http:" | "https:") {
            return Err(wrong("a browser reads http and https URLs"));
        }
        // `fetch` refuses URLs with a password, and would say so in its own words.
        if !(parsed.username().is_empty() && parsed.password().is_empty()) {
            return Err(wrong("browsers take no user and password in a URL"));
        }
        Ok(Self {
            own: parsed.origin() == origin,
            shown: shown_url(&parsed.href()),
            url: parsed.href(),
            scope,
            state: RefCell::default(),
        })
    }

    async fn read_range(&self, range: Range<u64>) -> Result<Bytes, ReadError> {
        let (size, condition, whole) = {
            let state = self.state.borrow();
            let strong = |tag: &String| self.own && is_strong(tag);
            let condition = state.object.validator.clone().filter(strong);
            (state.object.size, condition, state.whole.clone())
        };
        if let Some(whole) = whole {
            return Ok(part(&whole, &range));
        }
        let end = range.end.min(size.unwrap_or(u64::MAX));
        if range.start >= end {
            return Ok(Bytes::new());
        }
        let request = Abort::new()?;
        let response = self
            .ask(&request, range.start..end, condition.as_deref())
            .await?;
        match response.status() {
            206 => {
                let told = self.header(&response, "Content-Range");
                let told = told.and_then(|value| ContentRange::parse(&value));
                if told.is_some_and(|told| told.start != Some(range.start)) {
                    return Err(self.unavailable("answered with another range than asked for"));
                }
                self.check_identity(&response, told.and_then(|told| told.size))?;
                let wanted = end - range.start;
                let wanted = match told.and_then(|told| told.size) {
                    Some(size) => wanted.min(size.saturating_sub(range.start)),
                    None => wanted,
                };
                let bytes = self
                    .body(&response, wanted)
                    .await?
                    .ok_or_else(|| self.unavailable("sent more bytes than it was asked for"))?;
                if told.is_some_and(|told| told.size.is_some()) && bytes.len() as u64 != wanted {
                    return Err(self.unavailable("closed the connection too early"));
                }
                Ok(bytes)
            }
            // The range starts at or after the end of the file.
            416 => {
                let told = self.header(&response, "Content-Range");
                let told = told.and_then(|value| ContentRange::parse(&value));
                if let Some(size) = told.and_then(|told| told.size) {
                    let mut state = self.state.borrow_mut();
                    state.object.size.get_or_insert(size);
                }
                Ok(Bytes::new())
            }
            200 => {
                let whole = self.whole(&response).await?;
                Ok(part(&whole, &range))
            }
            status => Err(failure(status, &self.shown)),
        }
    }

    /// The answer's head.
    async fn ask(
        &self,
        request: &Abort,
        range: Range<u64>,
        condition: Option<&str>,
    ) -> Result<Response, ReadError> {
        let unexpected =
            |thrown: JsValue| self.unavailable(&format!("cannot be asked: {}", text(&thrown)));
        let headers = Headers::new().map_err(unexpected)?;
        let value = format!("bytes={}-{}", range.start, range.end - 1);
        headers.set("Range", &value).map_err(unexpected)?;
        if let Some(tag) = condition {
            headers.set("If-Match", tag).map_err(unexpected)?;
        }
        let options = RequestInit::new();
        options.set_headers(&headers);
        options.set_cache(RequestCache::NoStore);
        options.set_signal(Some(&request.0.signal()));
        let answer = self.scope.fetch_with_str_and_init(&self.url, &options);
        match JsFuture::from(answer).await {
            Ok(response) => response.dyn_into().map_err(unexpected),
            Err(_) => Err(self.why_not().await),
        }
    }

    /// Why `fetch` failed, which browsers keep to themselves: a request that may not look at the
    /// answer succeeds where only CORS is in the way.
    async fn why_not(&self) -> ReadError {
        let shown = &self.shown;
        if self.own {
            return self.unavailable("cannot be reached");
        }
        let options = RequestInit::new();
        options.set_method("HEAD");
        options.set_mode(RequestMode::NoCors);
        options.set_cache(RequestCache::NoStore);
        let probe = self.scope.fetch_with_str_and_init(&self.url, &options);
        if JsFuture::from(probe).await.is_ok() {
            return ReadError::new(
                ReadErrorKind::Denied,
                format!(
                    "the host of {shown} is there, but does not let other sites read the file (CORS); it has \
                     to send Access-Control-Allow-Origin, and should expose Content-Range and ETag"
                ),
            );
        }
        self.unavailable("cannot be reached; check the address and the network")
    }

    /// Holds an answer to the first one.
    fn check_identity(&self, response: &Response, size: Option<u64>) -> Result<(), ReadError> {
        let validator = self
            .header(response, "ETag")
            .or_else(|| self.header(response, "Last-Modified"));
        let now = ObjectState::new(size, validator);
        let mut state = self.state.borrow_mut();
        if !state.answered {
            state.answered = true;
            state.object = now;
            return Ok(());
        }
        if state.object == now {
            return Ok(());
        }
        Err(ReadError::new(
            ReadErrorKind::Changed,
            format!(
                "{} was replaced while it was read; open it anew",
                self.shown
            ),
        ))
    }

    /// A small file, all of it, from a host that serves no ranges.
    async fn whole(&self, response: &Response) -> Result<Bytes, ReadError> {
        let announced = self
            .header(response, "Content-Length")
            .and_then(|length| length.parse().ok())
            .unwrap_or(0_u64);
        let too_long = || {
            ReadError::new(
                ReadErrorKind::Unsupported,
                format!(
                    "the host of {} serves no byte ranges, and the file is too long to be read whole ({} MiB at \
                     most); put it on a host that does",
                    self.shown,
                    WHOLE >> 20
                ),
            )
        };
        if announced > WHOLE {
            return Err(too_long());
        }
        let bytes = self.body(response, WHOLE).await?.ok_or_else(too_long)?;
        self.check_identity(response, Some(bytes.len() as u64))?;
        self.state.borrow_mut().whole = Some(bytes.clone());
        Ok(bytes)
    }

    /// The body; none if it is longer than `most` bytes.
    async fn body(&self, response: &Response, most: u64) -> Result<Option<Bytes>, ReadError> {
        let broken = |thrown: JsValue| self.unavailable(&format!("broke off: {}", text(&thrown)));
        let Some(stream) = response.body() else {
            return Ok(Some(Bytes::new()));
        };
        let reader: ReadableStreamDefaultReader = stream
            .get_reader()
            .dyn_into()
            .map_err(|thrown| broken(thrown.into()))?;
        let mut bytes = BytesMut::new();
        loop {
            let chunk = JsFuture::from(reader.read()).await.map_err(broken)?;
            let done = Reflect::get(&chunk, &"done".into()).map_err(broken)?;
            if done.is_truthy() {
                return Ok(Some(bytes.freeze()));
            }
            let value = Reflect::get(&chunk, &"value".into()).map_err(broken)?;
            let value: Uint8Array = value.dyn_into().map_err(broken)?;
            let length = value.length() as usize;
            if (bytes.len() + length) as u64 > most {
                return Ok(None);
            }
            let start = bytes.len();
            bytes.resize(start + length, 0);
            value.copy_to(&mut bytes[start..]);
        }
    }

    /// A header that the page may see.
    fn header(&self, response: &Response, name: &str) -> Option<String> {
        response.headers().get(name).ok().flatten()
    }

    fn unavailable(&self, what: &str) -> ReadError {
        ReadError::new(
            ReadErrorKind::Unavailable,
            format!("the host of {} {what}", self.shown),
        )
    }
}

impl RangeReader for FetchReader {
    fn read_ranges<'a>(
        &'a self,
        ranges: &'a [Range<u64>],
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReadError>> {
        Box::pin(
            stream::iter(ranges.iter().cloned())
                .map(|range| self.read_range(range))
                .buffered(PARALLEL)
                .try_collect(),
        )
    }

    fn state(&self) -> ObjectState {
        self.state.borrow().object.clone()
    }

    fn describe(&self) -> String {
        self.shown.clone()
    }
}

/// Aborts a request, head or body, when it is dropped; one that is over is not touched by it.
struct Abort(AbortController);

impl Abort {
    fn new() -> Result<Self, ReadError> {
        AbortController::new()
            .map(Self)
            .map_err(|thrown| ReadError::new(ReadErrorKind::Unsupported, text(&thrown)))
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The part of `bytes` inside `range`, without a copy.
fn part(bytes: &Bytes, range: &Range<u64>) -> Bytes {
    let clamp = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
    let (start, end) = (clamp(range.start), clamp(range.end));
    bytes.slice(start..end.max(start))
}
