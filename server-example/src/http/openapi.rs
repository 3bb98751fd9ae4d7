//! The OpenAPI document.

use super::{
    algorithms, catalog, failure::Detail, features, info, item, layers, metrics, operations,
    pictures, point, stac, statistics, tilejson, validate,
};
use crate::params::AssetParams;
use cog_render::Format;
use std::collections::BTreeMap;
use utoipa::openapi::{
    Content, Header, Object, Ref, RefOr, Response, ResponseBuilder, Schema, path::ParameterIn,
    path::PathItem, schema::Type,
};
use utoipa::{IntoParams as _, IntoResponses, Modify, OpenApi, ToResponse};

/// The request makes no sense, or not for this source.
#[derive(Debug, ToResponse)]
#[response(
    description = "The request makes no sense, or not for this source (no such band, too many pixels)"
)]
#[expect(dead_code, reason = "documents a status")]
pub(crate) struct BadRequest(Detail);

/// The token is missing.
#[derive(Debug, ToResponse)]
#[response(description = "The server asks for a token, and it is missing or another")]
#[expect(dead_code, reason = "documents a status")]
pub(crate) struct Unauthorized(Detail);

/// The request's body is too large.
#[derive(Debug, ToResponse)]
#[response(description = "The request's body is larger than the server takes")]
#[expect(dead_code, reason = "documents a status")]
pub(crate) struct TooLarge(Detail);

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

/// A picture, or the word that the client's copy of it is still right.
pub(crate) struct Drawn;

impl IntoResponses for Drawn {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let text = || Object::builder().schema_type(Type::String).build();
        let mut drawn = ResponseBuilder::new().description("The picture");
        for format in Format::ALL {
            // Bytes: OpenAPI 3.1 leaves out a schema where the media type says all.
            drawn = drawn.content(format.media_type(), Content::new(None::<RefOr<Schema>>));
        }
        for name in ["ETag", "Content-Crs", "Content-Bbox", "Server-Timing"] {
            drawn = drawn.header(name, Header::new(text()));
        }
        let current = ResponseBuilder::new().description("The client's copy is still right");
        BTreeMap::from([
            ("200".to_owned(), drawn.build().into()),
            ("304".to_owned(), current.build().into()),
        ])
    }
}

/// What a request that opens a source may get instead of an answer.
pub(crate) struct OpeningFails;

impl IntoResponses for OpeningFails {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        named(&[
            ("400", "BadRequest"),
            ("401", "Unauthorized"),
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
        responses.append(&mut named(&[("413", "TooLarge"), ("503", "Overloaded")]));
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
        pictures::tile,
        pictures::tile_with_format,
        tilejson::tilejson,
        pictures::preview,
        pictures::preview_with_format,
        pictures::preview_with_size,
        pictures::bbox,
        pictures::bbox_with_size,
        point::point,
        statistics::statistics,
        statistics::of_features,
        features::feature,
        features::feature_with_format,
        features::feature_with_size,
        validate::validate,
        item::item,
        algorithms::algorithms,
        algorithms::algorithm,
        catalog::tile_matrix_sets,
        catalog::tile_matrix_set,
        catalog::color_maps,
        catalog::color_map,
        layers::layers,
        layers::layers_of_cog,
        layers::layers_of,
        operations::landing,
        operations::healthz,
        operations::readyz,
        metrics::metrics,
        stac::assets,
        stac::info,
        stac::info_geojson,
        stac::asset_statistics,
        stac::renders,
        stac::render,
    ),
    modifiers(&Items),
    components(
        schemas(Detail),
        responses(BadRequest, Unauthorized, TooLarge, Forbidden, NotFound, Unprocessable, BadGateway, Overloaded),
    ),
    tags(
        (name = "COG", description = "One Cloud Optimized GeoTIFF"),
        (name = "STAC", description = "Assets of a STAC item"),
        (name = "Names", description = "What requests may name"),
        (name = "Operations", description = "For operators and browsers"),
    )
)]
pub(crate) struct Document;

/// Adds what items share with files: the same operations under another prefix, with assets instead
/// of bands.
pub(super) struct Items;

impl Modify for Items {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        /// What is not there for items, or documented by itself.
        const OTHERWISE: [&str; 5] = ["/info", "/info.geojson", "/bounds", "/validate", "/stac"];
        let shared: Vec<(String, PathItem)> = document
            .paths
            .paths
            .iter()
            .filter_map(|(path, item)| {
                let rest = path.strip_prefix("/cog")?;
                (!OTHERWISE.contains(&rest)).then(|| (format!("/stac{rest}"), item.clone()))
            })
            .collect();
        for (path, mut item) in shared {
            for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
                operation.tags = Some(vec!["STAC".to_owned()]);
                operation.operation_id =
                    operation.operation_id.take().map(|id| format!("stac_{id}"));
                let parameters = operation.parameters.get_or_insert_default();
                parameters.retain(|parameter| !matches!(parameter, RefOr::T(parameter) if parameter.name == "bidx"));
                let assets = AssetParams::into_params(|| Some(ParameterIn::Query));
                parameters.extend(assets.into_iter().map(RefOr::T));
            }
            document.paths.paths.entry(path).or_insert(item);
        }
    }
}
