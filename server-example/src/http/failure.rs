//! Errors as answers.

use crate::Error;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, as TiTiler answers it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Detail {
    /// What, where, and what to try.
    #[schema(example = "\"dem9\" does not exist; GET /layers lists what is served")]
    pub(crate) detail: String,
}

/// Marks an answer: a source was replaced while it was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replaced;

/// An error on its way to the client.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) Error);

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!("{}", self.0);
        } else if matches!(self.0, Error::Database { .. }) {
            tracing::warn!("{}", self.0);
        }
        let detail = self.0.told();
        let mut response = (status, Json(Detail { detail })).into_response();
        let headers = response.headers_mut();
        // What is wrong now may be right in a minute: a file can be put there.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if matches!(self.0, Error::Changed(_)) {
            response.extensions_mut().insert(Replaced);
        }
        response
    }
}
