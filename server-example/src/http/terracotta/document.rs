//! The OpenAPI document of Terracotta's paths.

use super::{
    colormap, compute, datasets, documents, keys, metadata, point, refusal::Message, rgb,
    singleband,
};
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, OpenApi, ToSchema as _,
    openapi::{Content, Ref, RefOr, Response, ResponseBuilder, Schema},
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
            (
                "503",
                "The catalog's database does not answer; Retry-After says when to come back",
            ),
        ])
    }
}

/// A picture, or the word that the client's copy of it is still right.
pub(super) struct Pictured;

impl IntoResponses for Pictured {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut drawn = ResponseBuilder::new().description("The picture");
        for kind in [
            "image/png",
            "image/jpeg",
            "image/webp",
            "application/x-binary",
        ] {
            // Bytes: OpenAPI 3.1 leaves out a schema where the media type says all.
            drawn = drawn.content(kind, Content::new(None::<RefOr<Schema>>));
        }
        let plain = |description: &str| ResponseBuilder::new().description(description).build();
        BTreeMap::from([
            ("200".to_owned(), drawn.build().into()),
            (
                "204".to_owned(),
                plain("Nothing is there, where the server says so by this").into(),
            ),
            (
                "304".to_owned(),
                plain("The client's copy is still right").into(),
            ),
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
            ("502", "The raster's server did not answer"),
            (
                "503",
                "The catalog's database does not answer, or there are more requests than the server can work on; Retry-After says when to come back",
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
        colormap::colormap,
        colormap::legend,
        point::point,
        singleband::singleband,
        singleband::preview,
        singleband::document,
        rgb::rgb,
        rgb::preview,
        rgb::document,
        compute::compute,
        compute::preview,
        compute::document,
        documents::swagger,
        documents::apidoc,
    ),
    components(schemas(Message)),
    tags((name = "Terracotta", description = "Keyed datasets; paths and parameters are Terracotta's"))
)]
pub(in crate::http) struct TerracottaDocument;
