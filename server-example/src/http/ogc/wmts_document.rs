//! The capabilities document of a WMTS.

use super::{limits::TileLimits, xml::Element};
use crate::state::Names;
use tile_math::{BoundingBox, CornerOfOrigin, Crs, TileMatrixSet};

/// How `ows:SupportedCRS` names a CRS.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum CrsNames {
    /// `http://www.opengis.net/def/crs/EPSG/0/3857`, as TiTiler does.
    Uri,
    /// `urn:ogc:def:crs:EPSG::3857`, which every client of WMTS knows.
    Urn,
    /// `EPSG:3857`, which some desktop clients want.
    Code,
}

/// A layer of the document.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub(super) title: String,
    pub(super) identifier: String,
    /// Degrees, longitude first.
    pub(super) bounds: BoundingBox,
    /// Identifier, title and the address of a legend.
    pub(super) styles: Vec<(String, String, Option<String>)>,
    /// Media types of the tiles, the preferred one first.
    pub(super) formats: Vec<&'static str>,
    /// Identifiers of the sets, and the tiles that the layer has of each.
    pub(super) sets: Vec<(String, Vec<TileLimits>)>,
    /// Media type and address of the tiles, with `{TileMatrix}`, `{TileRow}` and `{TileCol}`.
    pub(super) templates: Vec<(&'static str, String)>,
}

/// What the document is about.
#[derive(Clone, Debug)]
pub(super) struct Service {
    pub(super) title: &'static str,
    /// Where key-value requests go, ready for pairs to be added; `None` is a service of templates alone.
    pub(super) kvp: Option<String>,
    /// Where this document is.
    pub(super) document: String,
    pub(super) crs_names: CrsNames,
    pub(super) layers: Vec<Layer>,
}

/// The document.
///
/// # Specification
///
/// OGC 07-057r7, 7.1.1 and annex B; the order of elements is the schema's.
pub(super) fn capabilities(names: &Names, service: &Service) -> Element {
    let sets = names.tile_matrix_sets().filter(|tms| {
        let mut used = service.layers.iter().flat_map(|layer| &layer.sets);
        used.any(|(id, _)| id == tms.id())
    });
    Element::new("Capabilities")
        .attribute("xmlns", "http://www.opengis.net/wmts/1.0")
        .attribute("xmlns:ows", "http://www.opengis.net/ows/1.1")
        .attribute("xmlns:xlink", "http://www.w3.org/1999/xlink")
        .attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
        .attribute(
            "xsi:schemaLocation",
            "http://www.opengis.net/wmts/1.0 http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd",
        )
        .attribute("version", "1.0.0")
        .child(
            Element::new("ows:ServiceIdentification")
                .text("ows:Title", service.title)
                .text("ows:ServiceType", "OGC WMTS")
                .text("ows:ServiceTypeVersion", "1.0.0"),
        )
        .child(
            Element::new("ows:ServiceProvider")
                .text("ows:ProviderName", "Smalti")
                .child(Element::new("ows:ServiceContact")),
        )
        .child(operations(service))
        .child(
            Element::new("Contents")
                .children(service.layers.iter().map(layer))
                .children(sets.map(|tms| matrix_set(tms, service.crs_names))),
        )
        .child(Element::new("ServiceMetadataURL").attribute("xlink:href", &service.document))
}

/// Whether the standard can describe a set: its rows have one width, and count from the top.
pub(super) fn describable(tms: &TileMatrixSet) -> bool {
    let mut matrices = tms.matrices().iter();
    !tms.is_variable() && matrices.all(|m| m.corner_of_origin == CornerOfOrigin::TopLeft)
}

fn operations(service: &Service) -> Element {
    let get = |href: &str, encoding: &str| {
        Element::new("ows:Get").attribute("xlink:href", href).child(
            Element::new("ows:Constraint")
                .attribute("name", "GetEncoding")
                .child(Element::new("ows:AllowedValues").text("ows:Value", encoding)),
        )
    };
    let operation = |name: &str| {
        let ways = service
            .kvp
            .iter()
            .map(|href| get(href, "KVP"))
            .chain([get(&service.document, "RESTful")]);
        Element::new("ows:Operation")
            .attribute("name", name)
            .child(Element::new("ows:DCP").child(Element::new("ows:HTTP").children(ways)))
    };
    Element::new("ows:OperationsMetadata")
        .child(operation("GetCapabilities"))
        .child(operation("GetTile"))
}

fn layer(layer: &Layer) -> Element {
    let BoundingBox {
        left,
        bottom,
        right,
        top,
    } = layer.bounds;
    let styles = layer
        .styles
        .iter()
        .enumerate()
        .map(|(i, (id, title, legend))| {
            let style = Element::new("Style")
                .attribute("isDefault", i == 0)
                .text("ows:Title", title)
                .text("ows:Identifier", id);
            match legend {
                None => style,
                Some(href) => style.child(
                    Element::new("LegendURL")
                        .attribute("format", "image/png")
                        .attribute("xlink:href", href),
                ),
            }
        });
    let links = layer.sets.iter().map(|(id, limits)| {
        let limits = limits.iter().map(|limits| {
            Element::new("TileMatrixLimits")
                .text("TileMatrix", &limits.tile_matrix)
                .text("MinTileRow", limits.min_tile_row)
                .text("MaxTileRow", limits.max_tile_row)
                .text("MinTileCol", limits.min_tile_col)
                .text("MaxTileCol", limits.max_tile_col)
        });
        Element::new("TileMatrixSetLink")
            .text("TileMatrixSet", id)
            .child(Element::new("TileMatrixSetLimits").children(limits))
    });
    let templates = layer.templates.iter().map(|(format, template)| {
        Element::new("ResourceURL")
            .attribute("format", format)
            .attribute("resourceType", "tile")
            .attribute("template", template)
    });
    Element::new("Layer")
        .text("ows:Title", &layer.title)
        .child(
            Element::new("ows:WGS84BoundingBox")
                .attribute("crs", "urn:ogc:def:crs:OGC:2:84")
                .text("ows:LowerCorner", format!("{left} {bottom}"))
                .text("ows:UpperCorner", format!("{right} {top}")),
        )
        .text("ows:Identifier", &layer.identifier)
        .children(styles)
        .children(
            layer
                .formats
                .iter()
                .map(|format| Element::of_text("Format", format)),
        )
        .children(links)
        .children(templates)
}

fn matrix_set(tms: &TileMatrixSet, names: CrsNames) -> Element {
    let matrices = tms.matrices().iter().map(|matrix| {
        // In the order of the CRS's axes, as OGC 17-083r4 has it too.
        let [first, second] = matrix.point_of_origin;
        Element::new("TileMatrix")
            .text("ows:Identifier", matrix.id)
            .text("ScaleDenominator", matrix.scale_denominator)
            .text("TopLeftCorner", format!("{first} {second}"))
            .text("TileWidth", matrix.tile_width)
            .text("TileHeight", matrix.tile_height)
            .text("MatrixWidth", matrix.matrix_width)
            .text("MatrixHeight", matrix.matrix_height)
    });
    Element::new("TileMatrixSet")
        .text("ows:Identifier", tms.id())
        .text("ows:SupportedCRS", crs_name(tms.crs(), names))
        .children(matrices)
}

fn crs_name(crs: &Crs, names: CrsNames) -> String {
    let Some((authority, code)) = crs.authority() else {
        return crs.to_string();
    };
    match (names, authority) {
        (CrsNames::Uri, _) => crate::ground::crs_name(crs),
        (CrsNames::Urn, "OGC") => format!("urn:ogc:def:crs:OGC:1.3:{code}"),
        (CrsNames::Urn, _) => format!("urn:ogc:def:crs:{authority}::{code}"),
        (CrsNames::Code, _) => format!("{authority}:{code}"),
    }
}
