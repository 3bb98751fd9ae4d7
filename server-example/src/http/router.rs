//! Which path leads where.

use super::{
    Failure, Replaced, catalog, conditional, info, metrics, openapi::Document, operations, tiles,
};
use crate::{Error, state::ServerState};
use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
    routing::get,
};
use std::{sync::Arc, time::Duration};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{Predicate as _, SizeAbove},
    },
    cors::{Any, CorsLayer},
};
use utoipa::OpenApi as _;
use utoipa_swagger_ui::SwaggerUi;

/// The whole HTTP surface.
pub fn router(state: Arc<ServerState>) -> Router {
    let document = Document::openapi();
    Router::new()
        .route("/", get(operations::landing))
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz))
        .route("/metrics", get(metrics::metrics))
        .route("/layers", get(catalog::layers))
        .route("/tileMatrixSets", get(catalog::tile_matrix_sets))
        .route("/tileMatrixSets/{tms}", get(catalog::tile_matrix_set))
        .route("/colorMaps", get(catalog::color_maps))
        .route("/colorMaps/{name}", get(catalog::color_map))
        .route("/cog/info", get(info::info))
        .route("/cog/info.geojson", get(info::info_geojson))
        .route("/cog/bounds", get(info::bounds))
        .route("/cog/statistics", get(info::statistics))
        .route("/cog/validate", get(info::validate))
        .route("/cog/point/{place}", get(info::point))
        .route("/cog/preview", get(tiles::preview))
        // The router matches whole segments: `preview.png`, and nothing else, is left for this one.
        .route("/cog/{tms}", get(tiles::preview_with_format))
        .route("/cog/{tms}/tilejson.json", get(info::tilejson))
        .route("/cog/tiles/{tms}/{z}/{x}/{y}", get(tiles::tile))
        .merge(SwaggerUi::new("/docs").url("/openapi.json", document))
        .route("/{*path}", get(operations::asset))
        .method_not_allowed_fallback(|method: Method, uri: Uri| async move {
            let detail = format!("{method} is not possible on {}; use GET", uri.path());
            let mut response = Failure(Error::Request(detail)).into_response();
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            response
        })
        .with_state(state)
        .layer(from_fn(once_more))
        .layer(
            CompressionLayer::new()
                .gzip(true)
                .compress_when(SizeAbove::new(512).and(is_text)),
        )
        .layer(from_fn(tag_by_coding))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(finish))
        .layer(cors())
}

/// Nothing is at this path.
pub(super) fn missing(uri: &Uri) -> Error {
    Error::NotFound(format!(
        "nothing is at {}; GET /docs lists what there is",
        uri.path()
    ))
}

/// Any page may ask: answers hold nothing private, and cookies are not used.
fn cors() -> CorsLayer {
    let exposed = ["content-bbox", "content-crs", "etag", "server-timing"];
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::OPTIONS])
        .allow_headers(Any)
        .expose_headers(exposed.map(HeaderName::from_static))
        .max_age(Duration::from_secs(86_400))
}

/// Pictures and arrays are compressed already, or better sent fast.
fn is_text(
    _: StatusCode,
    _: axum::http::Version,
    headers: &axum::http::HeaderMap,
    _: &axum::http::Extensions,
) -> bool {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    media_type.is_some_and(|media_type| {
        [
            "text/",
            "application/json",
            "application/geo+json",
            "application/javascript",
            "application/wasm",
            "image/svg",
        ]
        .iter()
        .any(|start| media_type.starts_with(start))
    })
}

/// Answers anew where a source was replaced while it was read: what is known of
/// it is then forgotten, and all of the answer is of the new one.
async fn once_more(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let first = Request::from_parts(parts.clone(), body);
    let response = next.clone().run(first).await;
    if response.extensions().get::<Replaced>().is_none() {
        return response;
    }
    // No request that reads a source has a body.
    next.run(Request::from_parts(parts, Body::empty())).await
}

/// Gives a compressed answer a tag of its own, and a 304 the one that the client has.
async fn tag_by_coding(request: Request, next: Next) -> Response {
    let asked = request.headers().get(header::IF_NONE_MATCH).cloned();
    let mut response = next.run(request).await;
    let Some(tag) = response.headers().get(header::ETAG).cloned() else {
        return response;
    };
    let coded = conditional::with_coding(&tag, "gzip");
    let compressed = response.headers().contains_key(header::CONTENT_ENCODING);
    let has_compressed = || {
        let coded = coded.as_ref().and_then(|tag| tag.to_str().ok());
        let asked = asked.as_ref().and_then(|asked| asked.to_str().ok());
        matches!((asked, coded), (Some(asked), Some(coded)) if asked.contains(coded))
    };
    let has_it = response.status() == StatusCode::NOT_MODIFIED && has_compressed();
    if let Some(coded) = coded.clone().filter(|_| compressed || has_it) {
        response.headers_mut().insert(header::ETAG, coded);
    }
    response
}

/// Headers of every answer, and a line in the log.
async fn finish(request: Request, next: Next) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let start = std::time::Instant::now();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        HeaderName::from_static("timing-allow-origin"),
        HeaderValue::from_static("*"),
    );
    let milliseconds = start.elapsed().as_secs_f64() * 1e3;
    tracing::debug!(
        status = response.status().as_u16(),
        milliseconds,
        "{method} {}",
        uri.path()
    );
    response
}

/// A panic is a bug; the client gets an answer and the server goes on.
fn panicked(_: Box<dyn core::any::Any + Send>) -> Response {
    Failure(Error::Failed(
        "the server met a bug while answering; please report it".into(),
    ))
    .into_response()
}
