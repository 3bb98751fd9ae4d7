//! Which path leads where.

use super::{
    Failure, Replaced, algorithms, catalog, conditional, docs, features, gzip,
    incoming::without_root, info, item, layers, metrics, ogc, operations, pictures, point, stac,
    statistics, terracotta, tilejson, validate,
};
use crate::{Error, dataset::Kind, state::ServerState};
use axum::{
    Extension, Router,
    body::Body,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use std::{borrow::Cow, sync::Arc};
use tokio::sync::Semaphore;
use tower::{Layer as _, util::MapRequestLayer};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{Predicate as _, SizeAbove},
    },
    timeout::RequestBodyTimeoutLayer,
};

/// Bodies that are in memory at a time; who sends more waits.
const BODIES_AT_ONCE: usize = 32;

/// The whole HTTP surface.
pub fn router(state: Arc<ServerState>) -> Router {
    let root_path = state.http.root_path.clone();
    let router = at_root(state);
    if root_path.is_empty() {
        return router;
    }
    // Proxies may leave the path under which they show the server or take it away.
    let folder = format!("{root_path}/");
    let to_folder = move |uri: Uri| async move {
        let query = uri.query().map(|query| format!("?{query}"));
        Redirect::permanent(&format!("{folder}{}", query.unwrap_or_default()))
    };
    let prefix = root_path.clone();
    let below = MapRequestLayer::new(move |mut request: Request| {
        *request.uri_mut() = without_root(request.uri(), &prefix);
        request
    });
    Router::new()
        .route(&root_path, get(to_folder))
        .fallback_service(below.layer(router))
}

fn at_root(state: Arc<ServerState>) -> Router {
    let cors = terracotta::Cors::new(&state.http, &state.terracotta);
    let body_bytes = state.http.body_bytes;
    let patience = state.http.client_timeout;
    let cpu = state.cpu.clone();
    let bodies = Arc::new(Semaphore::new(BODIES_AT_ONCE));
    let root_path = state.http.root_path.clone();
    let token = state.http.access_token.clone().map(Arc::<str>::from);
    Router::new()
        .route("/", get(operations::landing))
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz))
        .route("/metrics", get(metrics::metrics))
        .route("/layers", get(layers::layers))
        .route("/tileMatrixSets", get(catalog::tile_matrix_sets))
        .route("/tileMatrixSets/{tms}", get(catalog::tile_matrix_set))
        .route("/algorithms", get(algorithms::algorithms))
        .route("/algorithms/{algorithm}", get(algorithms::algorithm))
        .route("/colorMaps", get(catalog::color_maps))
        .route("/colorMaps/{name}", get(catalog::color_map))
        .nest("/cog", of_cogs().merge(of_kind(Kind::Cog)))
        .nest("/stac", of_items().merge(of_kind(Kind::Stac)))
        .merge(ogc::routes())
        .merge(terracotta::routes())
        .route("/openapi.json", get(docs::document))
        .route("/docs", get(docs::folder))
        .route("/docs/", get(docs::index))
        .route("/docs/{*name}", get(docs::file))
        // TiTiler's names for both.
        .route("/api", get(docs::document))
        .route("/api.html", get(docs::folder))
        .route("/{*path}", get(operations::asset))
        // The router itself adds which methods are allowed.
        .method_not_allowed_fallback(|method: Method, uri: Uri| async move {
            refused_method(method.as_str(), &uri)
        })
        .with_state(Arc::clone(&state))
        // `once_more` has the limit.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(move |request, next| {
            once_more(body_bytes, Arc::clone(&bodies), request, next)
        }))
        .layer(RequestBodyTimeoutLayer::new(patience))
        .layer(from_fn(move |request, next| {
            authorized(token.clone(), root_path.clone(), request, next)
        }))
        .layer(from_fn(gzip::measured))
        .layer(
            CompressionLayer::new()
                .gzip(true)
                .compress_when(SizeAbove::new(512).and(is_text)),
        )
        .layer(from_fn(move |request, next| {
            gzip::off_thread(cpu.clone(), request, next)
        }))
        .layer(from_fn(tag_by_coding))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(move |request, next| {
            finish(Arc::clone(&state), request, next)
        }))
        .layer(from_fn(move |request, next| {
            cors.clone().apply(request, next)
        }))
}

/// The routes that only files have.
fn of_cogs() -> Router<Arc<ServerState>> {
    Router::new()
        .route("/info", get(info::info))
        .route("/info.geojson", get(info::info_geojson))
        .route("/bounds", get(info::bounds))
        .route("/validate", get(validate::validate))
        .route("/stac", get(item::item))
}

/// The routes that only STAC items have, or have otherwise.
fn of_items() -> Router<Arc<ServerState>> {
    Router::new()
        .route("/assets", get(stac::assets))
        .route("/info", get(stac::info))
        .route("/info.geojson", get(stac::info_geojson))
        .route("/asset_statistics", get(stac::asset_statistics))
        .route("/renders", get(stac::renders))
        .route("/renders/{render}", get(stac::render))
        .layer(Extension(Kind::Stac))
}

/// The routes of every kind of source.
fn of_kind(kind: Kind) -> Router<Arc<ServerState>> {
    Router::new()
        .route(
            "/statistics",
            get(statistics::statistics).post(statistics::of_features),
        )
        .route("/layers", get(layers::layers_of))
        .route("/point/{place}", get(point::point))
        .route("/preview", get(pictures::preview))
        .route("/preview/{size}", get(pictures::preview_with_size))
        .route("/bbox/{bounds}", get(pictures::bbox))
        .route("/bbox/{bounds}/{size}", get(pictures::bbox_with_size))
        .route("/feature", post(features::feature))
        .route("/feature/{size}", post(features::feature_with_size))
        // The router matches whole segments: `preview.png` and `feature.png`, and nothing else, are left
        // for this one.
        .route(
            "/{tms}",
            get(pictures::preview_with_format).post(features::feature_with_format),
        )
        .route("/{tms}/tilejson.json", get(tilejson::tilejson))
        .route("/tiles/{tms}/{z}/{x}/{y}", get(pictures::tile))
        .merge(ogc::routes_of_kind())
        .layer(Extension(kind))
}

/// Nothing is at this path.
pub(super) fn missing(uri: &Uri) -> Error {
    Error::NotFound(format!(
        "nothing is at {}; GET /docs lists what there is",
        uri.path()
    ))
}

/// A path that two routes share by its ending takes other methods.
pub(super) fn not_allowed(method: &str, uri: &Uri, allowed: &'static str) -> Response {
    let mut response = refused_method(method, uri);
    let allowed = HeaderValue::from_static(allowed);
    response.headers_mut().insert(header::ALLOW, allowed);
    response
}

fn refused_method(method: &str, uri: &Uri) -> Response {
    let path = uri.path();
    let detail = format!("{method} is not possible on {path}; GET /docs lists what is");
    let mut response = Failure(Error::Request(detail)).into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}

/// Lets in who gives the token, where there is one; anybody may ask whether the server lives.
async fn authorized(
    token: Option<Arc<str>>,
    root_path: String,
    request: Request,
    next: Next,
) -> Response {
    let uri = without_root(request.uri(), &root_path);
    let path = uri.path();
    // Pages and their parts hold nothing of the sources.
    let open = [
        "/",
        "/healthz",
        "/readyz",
        "/openapi.json",
        "/docs",
        "/api",
        "/api.html",
        "/swagger.json",
        "/apidoc",
    ]
    .contains(&path)
        || ["/assets/", "/docs/"]
            .iter()
            .any(|folder| path.starts_with(folder));
    let Some(token) = token.filter(|_| !open && request.method() != Method::OPTIONS) else {
        return next.run(request).await;
    };
    let query = request.uri().query().unwrap_or_default();
    let bearer = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| {
            let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
            scheme
                .eq_ignore_ascii_case("bearer")
                .then(|| Cow::from(token.trim()))
        });
    let given = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "access_token");
    let given = given.map(|(_, given)| given).or(bearer);
    match given {
        // All of both is compared, so that the time it takes tells nothing of the token.
        Some(given) if same(given.as_bytes(), token.as_bytes()) => next.run(request).await,
        Some(_) => Failure(Error::Unauthorized(
            "the access_token is not the right one".into(),
        ))
        .into_response(),
        None => Failure(Error::Unauthorized(
            "the parameter \"access_token\" is missing; add ?access_token=…, or the header Authorization: Bearer …".into(),
        ))
        .into_response(),
    }
}

fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
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
async fn once_more(
    body_bytes: usize,
    bodies: Arc<Semaphore>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut body = body;
    // Nobody reads the body of any other request.
    let _body = if parts.method == Method::POST {
        bodies.acquire_owned().await.ok()
    } else {
        body = Body::empty();
        None
    };
    let body = match axum::body::to_bytes(body, body_bytes).await {
        Ok(body) => body,
        Err(error) => return Failure(unread(&error, body_bytes)).into_response(),
    };
    let first = Request::from_parts(parts.clone(), Body::from(body.clone()));
    let response = next.clone().run(first).await;
    if response.extensions().get::<Replaced>().is_none() {
        return response;
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// Why a request's body did not arrive.
fn unread(error: &axum::Error, body_bytes: usize) -> Error {
    let mut cause: Option<&(dyn core::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return Error::TooLarge(format!(
                "the request's body is larger than {body_bytes} bytes; send less, or start the server with --body-bytes"
            ));
        }
        cause = error.source();
    }
    Error::Request(format!("the request's body did not arrive: {error}"))
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
async fn finish(state: Arc<ServerState>, request: Request, next: Next) -> Response {
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
    let time = start.elapsed();
    let milliseconds = time.as_secs_f64() * 1e3;
    state.requests.note(response.status(), time);
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
