//! The OpenAPI document of Terracotta's paths.

use super::{datasets, keys, metadata, refusal::Message};
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, OpenApi, ToSchema as _,
    openapi::{Content, Ref, RefOr, Response, ResponseBuilder},
};

/// What a request that only looks into the catalog may get instead of an answer.
pub(super) struct ListingFails;

impl IntoResponses for ListingFails {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals(&[
            (
                "400",
                "The request makes no sense, or names keys that are not there",
            ),
            (
                "401",
                "The server asks for a token, and it is missing or another",
            ),
            ("404", "There is no such dataset, or no catalog"),
            ("500", "The catalog or the raster cannot be used"),
            ("502", "The database or the raster's server did not answer"),
        ])
    }
}

/// What a request that reads pixels may get.
pub(super) struct ReadingFails;

impl IntoResponses for ReadingFails {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut responses = ListingFails::responses();
        responses.append(&mut refusals(&[
            (
                "403",
                "Nothing is known of the dataset yet, and the database cannot be written",
            ),
            (
                "503",
                "More requests than the server can work on; Retry-After says when to come back",
            ),
        ]));
        responses
    }
}

fn refusals(statuses: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let response = |description: &str| {
        let schema = RefOr::Ref(Ref::from_schema_name(Message::name()));
        ResponseBuilder::new()
            .description(description)
            .content("application/json", Content::new(Some(schema)))
            .build()
    };
    let statuses = statuses.iter();
    statuses
        .map(|(status, description)| ((*status).to_owned(), response(description).into()))
        .collect()
}

/// What is answered of keyed datasets.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(
        keys::keys,
        datasets::datasets,
        metadata::metadata,
        metadata::metadata_of_several,
    ),
    components(schemas(Message)),
    tags((name = "Terracotta", description = "Keyed datasets; paths and parameters are Terracotta's"))
)]
pub(in crate::http) struct TerracottaDocument;
