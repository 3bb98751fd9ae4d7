//! OGC API Tiles: the tilesets of a source, in TiTiler's words.

use super::{
    limits::{TileLimits, limits},
    negotiate,
};
use crate::{
    dataset::{Dataset, Wanted},
    ground::{crs_name, parse_crs},
    http::{Answer, Failure, Incoming, Path},
    params::{ReadParams, SourceParams},
    state::ServerState,
};
use axum::{extract::State, response::Response};
use serde::Serialize;
use std::sync::Arc;
use tile_math::{BoundingBox, Crs, TileMatrixSet};
use utoipa::ToSchema;

/// A link of OGC API.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct Link {
    pub(super) href: String,
    pub(super) rel: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) media_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) templated: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
}

impl Link {
    pub(super) fn new(rel: &str, href: String, title: impl Into<String>) -> Self {
        Self {
            href,
            rel: rel.into(),
            title: Some(title.into()),
            ..Self::default()
        }
    }

    pub(super) const fn of_type(mut self, media_type: &'static str) -> Self {
        self.media_type = Some(media_type);
        self
    }

    pub(super) const fn templated(mut self) -> Self {
        self.templated = Some(true);
        self
    }
}

/// A rectangle in a CRS, x first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rectangle {
    lower_left: [f64; 2],
    upper_right: [f64; 2],
    crs: String,
}

impl Rectangle {
    pub(super) fn new(bounds: &BoundingBox, crs: &Crs) -> Self {
        Self {
            lower_left: [bounds.left, bounds.bottom],
            upper_right: [bounds.right, bounds.top],
            crs: crs_name(crs),
        }
    }
}

/// A tileset: a source, or a layer, cut by one tile matrix set.
///
/// # Specification
///
/// OGC 17-083r4, 7.2 (`TileSet`).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tileset {
    pub(super) title: String,
    pub(super) data_type: &'static str,
    pub(super) crs: String,
    #[serde(rename = "tileMatrixSetURI", skip_serializing_if = "Option::is_none")]
    pub(super) tile_matrix_set_uri: Option<String>,
    pub(super) links: Vec<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tile_matrix_set_limits: Option<Vec<TileLimits>>,
    pub(super) bounding_box: Rectangle,
    pub(super) access_constraints: &'static str,
}

/// All tilesets of a source or a layer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Tilesets {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) links: Option<Vec<Link>>,
    pub(super) tilesets: Vec<Tileset>,
}

pub(super) const JSON: &str = "application/json";
const SCHEME: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";

/// The link to a set's definition.
pub(super) fn scheme(base: &str, id: &str) -> Link {
    let href = format!("{base}/tileMatrixSets/{id}");
    Link::new(SCHEME, href, format!("Definition of '{id}' tileMatrixSet")).of_type(JSON)
}

impl Tileset {
    pub(super) fn new(tms: &TileMatrixSet, bounding_box: Rectangle, links: Vec<Link>) -> Self {
        Self {
            title: format!("tileset tiled using {} TileMatrixSet", tms.id()),
            data_type: "map",
            crs: crs_name(tms.crs()),
            tile_matrix_set_uri: None,
            links,
            tile_matrix_set_limits: None,
            bounding_box,
            access_constraints: "unclassified",
        }
    }
}

/// The tilesets of a source.
#[utoipa::path(
    get, path = "/cog/tiles", tag = "OGC", operation_id = "tilesets",
    params(
        SourceParams, ReadParams,
        ("crs" = Option<String>, Query, description = "CRS of the bounding boxes; degrees, longitude first, by default"),
        ("f" = Option<String>, Query, description = "json or html; what `Accept` says by default"),
    ),
    responses(
        (status = 200, description = "A tileset for each tile matrix set", content((Tilesets = "application/json"), (String = "text/html"))),
        crate::http::openapi::OpeningFails,
    )
)]
pub(crate) async fn of_source(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let asked = &incoming.query;
    let wanted = Wanted::parse(incoming.kind, asked, &state.names)?;
    negotiate::wants_page(&incoming)?;
    let crs = match asked.text("crs") {
        None => Crs::crs84(),
        Some(text) => parse_crs("crs", text)?,
    };
    let dataset = Dataset::open(&state, &wanted).await?;
    let bounds = Rectangle::new(&dataset.bounds_in(&crs)?, &crs);
    let kept = asked.without(&["crs", "f"]);
    let (base, prefix) = (incoming.base_url(), incoming.kind.prefix());
    let sets = state.names.tile_matrix_sets();
    let tilesets = sets
        .map(|tms| {
            let id = tms.id();
            let own = format!("{base}{prefix}/tiles/{id}");
            let links = vec![
                Link::new(
                    "self",
                    format!("{own}?{kept}"),
                    format!("Tileset tiled using {id} TileMatrixSet"),
                )
                .of_type(JSON),
                tile_link(format!("{own}/{{z}}/{{x}}/{{y}}?{kept}")),
                scheme(&base, id),
            ];
            Tileset::new(tms, bounds.clone(), links)
        })
        .collect();
    let body = Tilesets {
        links: None,
        tilesets,
    };
    let answer = Answer::to(&incoming, state.max_age);
    Ok(negotiate::respond(answer, &incoming, "Tilesets", &body)?)
}

fn tile_link(href: String) -> Link {
    Link::new("tile", href, "Templated link for retrieving Raster tiles").templated()
}

/// One tileset of a source.
#[utoipa::path(
    get, path = "/cog/tiles/{tms}", tag = "OGC", operation_id = "tileset",
    params(
        ("tms" = String, Path, description = "Identifier of a tile matrix set; see /tileMatrixSets", example = "WebMercatorQuad"),
        SourceParams, ReadParams,
        ("minzoom" = Option<i32>, Query, description = "Instead of the source's least zoom"),
        ("maxzoom" = Option<i32>, Query, description = "Instead of the source's greatest zoom"),
        ("f" = Option<String>, Query, description = "json or html; what `Accept` says by default"),
    ),
    responses(
        (status = 200, description = "The tileset, with the tiles that the source covers", content((Tileset = "application/json"), (String = "text/html"))),
        crate::http::openapi::OpeningFails,
    )
)]
pub(crate) async fn of_source_and_set(
    State(state): State<Arc<ServerState>>,
    Path(tms): Path<String>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let asked = &incoming.query;
    let tms = state.names.tile_matrix_set(&tms)?;
    let wanted = Wanted::parse(incoming.kind, asked, &state.names)?;
    negotiate::wants_page(&incoming)?;
    asked.zooms(&tms, None)?;
    let dataset = Dataset::open(&state, &wanted).await?;
    let range = asked.zooms(&tms, Some(dataset.zooms(&tms)?))?;
    let bounds = dataset.bounds_in(&Crs::wgs84())?;
    let kept = asked.without(&["f"]);
    let (base, prefix) = (incoming.base_url(), incoming.kind.prefix());
    let id = tms.id();
    let links = vec![
        Link::new(
            "self",
            format!("{base}{prefix}/tiles/{id}?{kept}"),
            format!("Tileset tiled using {id} TileMatrixSet"),
        )
        .of_type(JSON),
        tile_link(format!(
            "{base}{prefix}/tiles/{id}/{{z}}/{{x}}/{{y}}?{kept}"
        )),
        scheme(&base, id),
        Link::new(
            "data",
            format!("{base}{prefix}/{id}/map.html?{kept}"),
            format!("Map viewer for '{id}' tileMatrixSet"),
        )
        .of_type("text/html"),
    ];
    let mut tileset = Tileset::new(&tms, Rectangle::new(&bounds, &Crs::crs84()), links);
    tileset.tile_matrix_set_limits = Some(limits(&tms, bounds, range).unwrap_or_default());
    let answer = Answer::to(&incoming, state.max_age);
    Ok(negotiate::respond(answer, &incoming, id, &tileset)?)
}
