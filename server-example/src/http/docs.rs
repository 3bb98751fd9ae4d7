//! The OpenAPI document and its explorer.

use super::{
    Answer, Failure, Incoming, Path, missing, ogc::OgcDocument, openapi::Document,
    terracotta::TerracottaDocument,
};
use crate::{Error, state::ServerState};
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use std::sync::{Arc, LazyLock};
use utoipa::{
    OpenApi as _,
    openapi::{OpenApi, Server},
};
use utoipa_swagger_ui::Config;

static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(|| {
    let mut document = Document::openapi();
    document.merge(OgcDocument::openapi());
    document.merge(TerracottaDocument::openapi());
    document
});

/// The explorer finds the document beside its folder, whatever the path that a proxy shows it under.
static CONFIG: LazyLock<Arc<Config<'static>>> =
    LazyLock::new(|| Arc::new(Config::from("../openapi.json")));

/// The document, with the address under which the client reached this server.
pub(super) async fn document(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Response {
    let mut document = DOCUMENT.clone();
    document.servers = Some(vec![Server::new(incoming.base_url())]);
    Answer::to(&incoming, state.max_age).json(&document)
}

/// The explorer's folder: its page refers to what lies beside it.
pub(super) async fn folder(incoming: Incoming) -> Response {
    Redirect::to(&format!("{}/docs/", incoming.base_url())).into_response()
}

/// The explorer's page.
pub(super) async fn index(
    state: State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    file(state, Path("index.html".to_owned()), incoming).await
}

/// The explorer's page, for those who show it elsewhere.
pub(crate) fn docs_page() -> Result<Vec<u8>, Error> {
    let found = utoipa_swagger_ui::serve("index.html", Arc::clone(&CONFIG))
        .map_err(|error| Error::Failed(format!("the explorer's page: {error}")))?;
    let found = found.ok_or_else(|| Error::Failed("the explorer has no page".into()))?;
    Ok(found.bytes.into_owned())
}

/// A file of the explorer.
pub(super) async fn file(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let found = utoipa_swagger_ui::serve(&name, Arc::clone(&CONFIG))
        .map_err(|error| Error::Failed(format!("{name} of the explorer: {error}")))?;
    let found = found.ok_or_else(|| missing(&incoming.uri))?;
    let answer = Answer::to(&incoming, state.max_age);
    Ok(answer.bytes(&found.content_type, found.bytes.into_owned().into()))
}
