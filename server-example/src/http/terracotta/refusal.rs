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
        let message = self.0.told();
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    #[tokio::test]
    async fn nobody_is_told_where_the_database_is() {
        let (place, message) = ("mysql://me@db.internal:3306/tc", "no route to host");
        let unusable = catalog::Error::Unusable {
            place: place.into(),
            message: message.into(),
        };
        let away = catalog::Error::Unavailable {
            place: place.into(),
            message: message.into(),
        };
        for (error, status) in [
            (unusable, 500),
            (away, 503),
            (catalog::Error::ReadOnly(place.into()), 403),
        ] {
            let error = Error::from(error);
            assert!(error.to_string().contains("db.internal"), "{error}");
            let response = Refusal(error).into_response();
            assert_eq!(response.status(), status);
            let after = response.headers().get(header::RETRY_AFTER);
            assert_eq!(after.is_some(), status == 503, "{after:?}");
            let body = to_bytes(response.into_body(), 10_000).await.unwrap();
            let body = String::from_utf8_lossy(&body);
            assert!(body.contains("the catalog's database"), "{body}");
            assert!(
                !body.contains("internal") && !body.contains(message),
                "{body}"
            );
        }
    }
}
