//! The OpenAPI document.

use super::{catalog, failure::Detail, info, metrics, operations, tiles};
use std::collections::BTreeMap;
use utoipa::openapi::{Ref, RefOr, Response};
use utoipa::{IntoResponses, OpenApi, ToResponse};

/// The request makes no sense, or not for this source.
#[derive(Debug, ToResponse)]
#[response(
    description = "The request makes no sense, or not for this source (no such band, too many pixels), or names a parameter that is not supported"
)]
#[expect(dead_code, reason = "documents a status")]
pub(crate) struct BadRequest(Detail);

/// The access policy or the store refuses.
#[derive(Debug, ToResponse)]
#[response(description = "The access policy, or the source's store, refuses")]
#[expect(dead_code, reason = "documents a status")]
pub(crate) struct Forbidden(Detail);

/// Nothing is there.
#[derive(Debug, ToResponse)]
#[response(
    description = "There is no such source, tile or point, or the source does not reach there"
)]
#[expect(dead_code, reason = "documents a status")]
pub(crate) struct NotFound(Detail);

/// A parameter or the source cannot be used.
#[derive(Debug, ToResponse)]
#[response(
    description = "A parameter is missing or cannot be read, or the source is damaged, no TIFF, or not georeferenced"
)]
#[expect(dead_code, reason = "documents a status")]
pub(crate) struct Unprocessable(Detail);

/// The source's store did not answer.
#[derive(Debug, ToResponse)]
#[response(description = "The source's server did not answer, or not as it should")]
#[expect(dead_code, reason = "documents a status")]
pub(crate) struct BadGateway(Detail);

/// Too many requests at the moment.
#[derive(Debug, ToResponse)]
#[response(
    description = "More requests than the server can work on, or the source keeps being replaced; Retry-After says when to come back"
)]
#[expect(dead_code, reason = "documents a status")]
pub(crate) struct Overloaded(Detail);

/// What a request that opens a source may get instead of an answer.
pub(crate) struct OpeningFails;

impl IntoResponses for OpeningFails {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        named(&[
            ("400", "BadRequest"),
            ("403", "Forbidden"),
            ("404", "NotFound"),
            ("422", "Unprocessable"),
            ("502", "BadGateway"),
        ])
    }
}

/// What a request that also reads pixels may get.
pub(crate) struct DrawingFails;

impl IntoResponses for DrawingFails {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut responses = OpeningFails::responses();
        responses.append(&mut named(&[("503", "Overloaded")]));
        responses
    }
}

/// Statuses, and the response components that describe them.
fn named(responses: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    responses
        .iter()
        .map(|(status, name)| {
            let response = Ref::from_response_name(*name);
            ((*status).to_owned(), RefOr::Ref(response))
        })
        .collect()
}

/// Everything that the server answers.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Smalti",
        description = "Tiles, statistics and pixels from Cloud Optimized GeoTIFFs. Paths and parameters are TiTiler's.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        info::info,
        info::info_geojson,
        info::bounds,
        tiles::tile,
        tiles::tile_with_format,
        info::tilejson,
        tiles::preview,
        tiles::preview_with_format,
        info::point,
        info::statistics,
        info::validate,
        catalog::tile_matrix_sets,
        catalog::tile_matrix_set,
        catalog::color_maps,
        catalog::color_map,
        catalog::layers,
        operations::landing,
        operations::healthz,
        operations::readyz,
        metrics::metrics,
    ),
    components(responses(BadRequest, Forbidden, NotFound, Unprocessable, BadGateway, Overloaded)),
    tags(
        (name = "COG", description = "One Cloud Optimized GeoTIFF"),
        (name = "Names", description = "What requests may name"),
        (name = "Operations", description = "For operators and browsers"),
    )
)]
pub(crate) struct Document;
