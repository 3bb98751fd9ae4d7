//! Answers that clients may keep.

use super::{
    Incoming,
    conditional::{body_tag, is_current},
    timing::Timing,
};
use crate::state::{KeptPicture, Pictures};
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use serde::Serialize;

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// Builds an answer with its validator and how long it may be kept.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    incoming: &'a Incoming,
    max_age: u32,
    tag: Option<String>,
    /// The tag is of what is said, not of the bytes.
    is_weak: bool,
    headers: Vec<(HeaderName, String)>,
    /// Where it is kept, with its tag.
    pictures: Option<&'a Pictures>,
}

impl<'a> Answer<'a> {
    /// An answer to `incoming` that may be kept for `max_age` seconds.
    pub(crate) fn to(incoming: &'a Incoming, max_age: u32) -> Self {
        Self {
            incoming,
            max_age,
            tag: None,
            is_weak: false,
            headers: Vec::new(),
            pictures: None,
        }
    }

    /// Keeps what is sent in `pictures`, if it has a tag.
    pub(crate) fn kept_in(mut self, pictures: &'a Pictures) -> Self {
        self.pictures = Some(pictures);
        self
    }

    /// Sets the tag; without one it is made from the body.
    pub(crate) fn tag(mut self, tag: Option<String>) -> Self {
        self.tag = tag;
        self
    }

    /// The tag is the same for answers that mean the same (RFC 9110, 8.8.1).
    pub(crate) fn weak(mut self) -> Self {
        self.is_weak = true;
        self
    }

    /// Adds a header; a value that is no header's value is left out.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers
            .push((HeaderName::from_static(name), value.into()));
        self
    }

    /// Adds how long things took.
    pub(crate) fn timing(self, timing: &Timing) -> Self {
        self.header("server-timing", timing.header())
    }

    /// 304 if the client has the answer with this tag already.
    pub(crate) fn not_modified(&self) -> Option<Response> {
        let tag = self.tag.as_deref()?;
        is_current(&self.incoming.headers, tag)
            .then(|| self.finish(StatusCode::NOT_MODIFIED, None, Bytes::new()))
    }

    /// The answer, if the client has it already, or it was made before and is kept.
    pub(crate) fn known(&mut self) -> Option<Response> {
        if let Some(response) = self.not_modified() {
            return Some(response);
        }
        let kept = self.pictures?.get(self.tag.as_deref()?)?;
        self.headers.extend(kept.headers.iter().cloned());
        self.headers
            .push((SERVER_TIMING, "cache;desc=hit".to_owned()));
        Some(self.finish(StatusCode::OK, Some(&kept.media_type), kept.body.clone()))
    }

    /// Bytes of a media type.
    pub(crate) fn bytes(mut self, media_type: &str, body: Bytes) -> Response {
        if self.tag.is_none() && self.incoming.is_kept() {
            self.tag = Some(body_tag(&body));
            if let Some(response) = self.not_modified() {
                return response;
            }
        }
        if let (Some(pictures), Some(tag)) = (self.pictures, &self.tag) {
            let headers = self
                .headers
                .iter()
                .filter(|(name, _)| name != SERVER_TIMING);
            let picture = KeptPicture {
                media_type: media_type.to_owned(),
                headers: headers.cloned().collect(),
                body: body.clone(),
            };
            pictures.put(tag, picture);
        }
        self.finish(StatusCode::OK, Some(media_type), body)
    }

    /// A value as JSON.
    pub(crate) fn json(self, value: &impl Serialize) -> Response {
        self.json_as("application/json", value)
    }

    /// A value as a kind of JSON.
    pub(crate) fn json_as(self, media_type: &str, value: &impl Serialize) -> Response {
        match serde_json::to_vec(value) {
            Ok(body) => self.bytes(media_type, body.into()),
            Err(error) => super::Failure(crate::Error::failed(
                "an answer cannot be written as JSON",
                &error,
            ))
            .into_response(),
        }
    }

    fn finish(&self, status: StatusCode, media_type: Option<&str>, body: Bytes) -> Response {
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        if let Some(media_type) = media_type {
            set(header::CONTENT_TYPE, media_type);
        }
        if let Some(tag) = &self.tag {
            let weak = if self.is_weak { "W/" } else { "" };
            set(header::ETAG, &format!("{weak}{tag}"));
        }
        if self.incoming.is_kept() {
            set(
                header::CACHE_CONTROL,
                &format!("public, max-age={}", self.max_age),
            );
        }
        for (name, value) in &self.headers {
            set(name.clone(), value);
        }
        if let Some(vary) = self.incoming.vary() {
            set(header::VARY, &vary);
        }
        response
    }
}
