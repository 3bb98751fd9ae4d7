//! The capabilities document of a WMS, in its two versions.

use super::{exception::Dialect, wms_map, xml::Element};
use tile_math::{BoundingBox, Crs, Transformer};

/// Beyond this latitude web mercator has no coordinates.
const MERCATOR_LATITUDE: f64 = 85.051_128_779_806_6;

/// A layer of the document, or, without a name, a heading over others.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    /// What requests call it.
    pub(super) name: Option<String>,
    pub(super) title: String,
    /// Degrees, longitude first.
    pub(super) bounds: Option<BoundingBox>,
    /// The source's own CRS, and where it lies there.
    pub(super) own: Option<(Crs, BoundingBox)>,
    /// Name, title and the address of a legend of 256 × 20 pixels.
    pub(super) styles: Vec<(String, String, Option<String>)>,
    pub(super) children: Vec<Self>,
}

/// What the document is about.
#[derive(Clone, Debug)]
pub(super) struct Service {
    pub(super) title: &'static str,
    /// Where requests go, ready for pairs to be added.
    pub(super) address: String,
    pub(super) root: Layer,
}

/// The document.
///
/// # Specification
///
/// OGC 06-042, 7.2.4 and annex E.1 (1.3.0); OGC 01-068r3, annex A.1 (1.1.1). The order of elements is the
/// schema's, which the two share.
pub(super) fn capabilities(service: &Service, dialect: Dialect) -> Element {
    let old = dialect == Dialect::Wms111;
    let root = if old {
        Element::new("WMT_MS_Capabilities").attribute("version", "1.1.1")
    } else {
        Element::new("WMS_Capabilities")
            .attribute("version", "1.3.0")
            .attribute("xmlns", "http://www.opengis.net/wms")
            .attribute("xmlns:xlink", "http://www.w3.org/1999/xlink")
            .attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
            .attribute(
                "xsi:schemaLocation",
                "http://www.opengis.net/wms http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd",
            )
    };
    let mut about = Element::new("Service")
        .text("Name", if old { "OGC:WMS" } else { "WMS" })
        .text("Title", service.title)
        .child(resource(&service.address));
    if !old {
        about = about
            .text("LayerLimit", wms_map::MOST_LAYERS)
            .text("MaxWidth", wms_map::MOST_PIXELS)
            .text("MaxHeight", wms_map::MOST_PIXELS);
    }
    let operation = |name: &'static str, formats: Vec<&'static str>| {
        Element::new(name)
            .children(
                formats
                    .into_iter()
                    .map(|format| Element::of_text("Format", format)),
            )
            .child(Element::new("DCPType").child(
                Element::new("HTTP").child(Element::new("Get").child(resource(&service.address))),
            ))
    };
    let document = if old {
        "application/vnd.ogc.wms_xml"
    } else {
        "text/xml"
    };
    let exceptions = if old {
        vec!["application/vnd.ogc.se_xml", "application/json"]
    } else {
        vec!["XML", "JSON"]
    };
    root.child(about).child(
        Element::new("Capability")
            .child(
                Element::new("Request")
                    .child(operation("GetCapabilities", vec![document]))
                    .child(operation("GetMap", wms_map::media_types()))
                    .child(operation(
                        "GetFeatureInfo",
                        super::wms_info::MEDIA_TYPES.to_vec(),
                    )),
            )
            .child(
                Element::new("Exception").children(
                    exceptions
                        .into_iter()
                        .map(|format| Element::of_text("Format", format)),
                ),
            )
            .child(layer(&service.root, dialect)),
    )
}

fn resource(address: &str) -> Element {
    Element::new("OnlineResource")
        .attribute("xmlns:xlink", "http://www.w3.org/1999/xlink")
        .attribute("xlink:type", "simple")
        .attribute("xlink:href", address)
}

fn layer(described: &Layer, dialect: Dialect) -> Element {
    let old = dialect == Dialect::Wms111;
    let mut element = Element::new("Layer");
    if let Some(name) = &described.name {
        element = element.attribute("queryable", 1).text("Name", name);
    }
    element = element.text("Title", &described.title);
    let places = places(described);
    // Children inherit what is said of their parents; the root has what all have.
    let names = places
        .iter()
        .filter(|(name, ..)| !(old && name.starts_with("CRS:")));
    let tag = if old { "SRS" } else { "CRS" };
    element = element.children(names.clone().map(|(name, ..)| Element::of_text(tag, name)));
    if let Some(bounds) = &described.bounds {
        element = element.child(geographic(bounds, old));
    }
    element = element.children(names.filter_map(|(name, crs, bounds)| {
        let b = bounds.as_ref()?;
        let exchanged = !old && crs.axis_inverted();
        let [minx, miny, maxx, maxy] = if exchanged {
            [b.bottom, b.left, b.top, b.right]
        } else {
            b.to_array()
        };
        let bounding_box = Element::new("BoundingBox")
            .attribute(tag, name)
            .attribute("minx", minx)
            .attribute("miny", miny)
            .attribute("maxx", maxx)
            .attribute("maxy", maxy);
        Some(bounding_box)
    }));
    let styles = described.styles.iter().map(|(name, title, legend)| {
        let style = Element::new("Style")
            .text("Name", name)
            .text("Title", title);
        match legend {
            None => style,
            Some(href) => style.child(
                Element::new("LegendURL")
                    .attribute("width", 256)
                    .attribute("height", 20)
                    .text("Format", "image/png")
                    .child(resource(href)),
            ),
        }
    });
    element
        .children(styles)
        .children(described.children.iter().map(|child| layer(child, dialect)))
}

fn geographic(bounds: &BoundingBox, old: bool) -> Element {
    let BoundingBox {
        left,
        bottom,
        right,
        top,
    } = bounds;
    if old {
        return Element::new("LatLonBoundingBox")
            .attribute("minx", left)
            .attribute("miny", bottom)
            .attribute("maxx", right)
            .attribute("maxy", top);
    }
    Element::new("EX_GeographicBoundingBox")
        .text("westBoundLongitude", left)
        .text("eastBoundLongitude", right)
        .text("southBoundLatitude", bottom)
        .text("northBoundLatitude", top)
}

/// The CRSs of a layer, and where it lies in each, x first.
fn places(layer: &Layer) -> Vec<(String, Crs, Option<BoundingBox>)> {
    let mercator = layer.bounds.and_then(|bounds| {
        let world = BoundingBox::new(-180.0, -MERCATOR_LATITUDE, 180.0, MERCATOR_LATITUDE);
        let transformer = Transformer::new(&Crs::wgs84(), &Crs::web_mercator()).ok()?;
        transformer
            .transform_bounds(bounds.intersection(&world)?, 21)
            .ok()
    });
    let mut places = vec![
        ("EPSG:3857".to_owned(), Crs::web_mercator(), mercator),
        ("EPSG:4326".to_owned(), Crs::wgs84(), layer.bounds),
        ("CRS:84".to_owned(), Crs::crs84(), layer.bounds),
    ];
    if let Some((crs, bounds)) = &layer.own
        && let Some(code) = crs.epsg().filter(|code| ![3857, 4326].contains(code))
    {
        places.push((format!("EPSG:{code}"), crs.clone(), Some(*bounds)));
    }
    places
}
