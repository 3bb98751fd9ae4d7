//! The description of Terracotta's paths, for its clients and for people.

use super::document::TerracottaDocument;
use crate::{
    Error,
    http::{Answer, Failure, Incoming, docs_page},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use std::sync::{Arc, LazyLock};
use utoipa::{
    OpenApi as _,
    openapi::{Info, OpenApi, Server},
};

/// The release of Terracotta whose clients are answered: `terracotta connect` compares it with its own.
const RELEASE: &str = "0.10.1";

static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(|| {
    let mut document = TerracottaDocument::openapi();
    let mut info = Info::new("Terracotta", RELEASE);
    info.description = Some("Keyed datasets, served by Smalti. The version is the release of Terracotta whose clients are answered.".into());
    document.info = info;
    // Relative to wherever the document is.
    document.servers = Some(vec![Server::new("")]);
    document
});

/// Terracotta's paths as an OpenAPI document.
#[utoipa::path(
    get, path = "/swagger.json", tag = "Terracotta",
    responses((status = 200, description = "An OpenAPI document of these paths alone", body = Object, content_type = "application/json"))
)]
pub(in crate::http) async fn swagger(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Response {
    Answer::to(&incoming, state.max_age).json(&*DOCUMENT)
}

/// All paths, to be tried out.
#[utoipa::path(
    get, path = "/apidoc", tag = "Terracotta",
    responses((status = 200, description = "A page", body = String, content_type = "text/html"))
)]
pub(in crate::http) async fn apidoc(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let page = docs_page()?;
    let page = String::from_utf8_lossy(&page);
    // The page's parts lie in the explorer's folder.
    let page = page.replacen("<head>", "<head><base href=\"docs/\">", 1);
    if !page.contains("<base ") {
        return Err(Error::Failed("the explorer's page has no head".into()).into());
    }
    let answer = Answer::to(&incoming, state.max_age);
    Ok(answer.bytes("text/html; charset=utf-8", page.into_bytes().into()))
}
