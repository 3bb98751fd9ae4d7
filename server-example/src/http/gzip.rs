//! Compressing what is large on the CPU pool.

use crate::state::CpuPool;
use axum::{
    body::{Body, HttpBody as _},
    extract::Request,
    http::header,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures_util::FutureExt as _;
use http_body_util::BodyExt as _;

/// Bytes that are compressed in less time than a hop to another thread is worth.
const SMALL: u64 = 8 << 10;

/// What an answer's body was before it was compressed.
#[derive(Clone, Copy, Debug)]
struct Plain(u64);

/// Notes the length of the body, for [`off_thread`].
pub(super) async fn measured(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let length = response.body().size_hint().upper().unwrap_or(u64::MAX);
    response.extensions_mut().insert(Plain(length));
    response
}

/// Compresses where pixels are computed: an async thread that compressed a megabyte would keep all of
/// its clients waiting. Bodies are in memory, so a compressed one never waits for anything.
pub(super) async fn off_thread(cpu: CpuPool, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let plain = response.extensions().get::<Plain>();
    let is_large = plain.is_none_or(|plain| plain.0 > SMALL);
    if !is_large || !response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let compressed = cpu.run(move || body.collect().now_or_never());
    match compressed.await {
        Ok(Some(Ok(body))) => Response::from_parts(parts, Body::from(body.to_bytes())),
        Err(error) => super::Failure(error).into_response(),
        Ok(_) => super::Failure(crate::Error::Failed(
            "an answer could not be compressed; this is a bug, please report it".into(),
        ))
        .into_response(),
    }
}
