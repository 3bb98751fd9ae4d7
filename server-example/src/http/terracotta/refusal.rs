//! Errors as Terracotta answers them.

use crate::{Error, http::Failure, state::ServerState};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use catalog::Catalog;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What went wrong, as Terracotta answers it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Message {
    /// What, and what to try.
    #[schema(example = "No dataset found")]
    pub(crate) message: String,
}

/// An error on its way to a client of Terracotta: mistakes are 400, and there is no 422.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) Error);

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let message = match &self.0 {
            Error::Request(text) | Error::Parameter(text) => text.clone(),
            other => other.to_string(),
        };
        let is_mistake = matches!(self.0, Error::Parameter(_));
        // Retry-After, the mark of a replaced source, the log: as for every other path.
        let mut response = Failure(self.0).into_response();
        if is_mistake {
            *response.status_mut() = StatusCode::BAD_REQUEST;
        }
        let (parts, body) = Json(Message { message }).into_response().into_parts();
        let kind = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response.headers_mut().remove(header::CONTENT_LENGTH);
        drop(parts);
        *response.body_mut() = body;
        response
    }
}

/// The catalog, or why there is none.
pub(super) fn catalog_of(state: &ServerState) -> Result<&Arc<dyn Catalog>, Refusal> {
    state.catalog.as_ref().ok_or_else(|| {
        Refusal(Error::NotFound(
            "this server has no catalog of keyed datasets; start it with smalti serve -d DATABASE, or -r PATTERN"
                .into(),
        ))
    })
}
