//! WMS 1.3.0 and 1.1.1: of the served layers, and of any source, as TiTiler's extension has it.

use super::{
    exception::{Dialect, Exception, ServiceFails},
    kvp::Kvp,
    styles,
    wms_document::{self, Service, capabilities},
    wms_info, wms_map,
    wmts::{bounds, named_layer},
};
use crate::{
    Error,
    dataset::{Dataset, Kind, Wanted},
    http::Answer,
    params::{Query, wrong},
    state::{Names, ServerState},
};
use axum::{extract::State, response::Response};
use std::sync::Arc;
use tile_math::{BoundingBox, Crs};

/// The keys that are WMS's, and not TiTiler's.
const OWN: [&str; 25] = [
    "service",
    "request",
    "version",
    "wmtver",
    "layers",
    "styles",
    "crs",
    "srs",
    "bbox",
    "width",
    "height",
    "format",
    "transparent",
    "bgcolor",
    "exceptions",
    "time",
    "elevation",
    "query_layers",
    "info_format",
    "feature_count",
    "i",
    "j",
    "x",
    "y",
    "updatesequence",
];

/// A layer that a request names.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// What the request calls it.
    pub(super) name: String,
    /// What to open, and what it is.
    pub(super) url: String,
    kind: Kind,
    /// TiTiler's parameters that draw it.
    pub(super) parameters: Vec<(String, String)>,
}

impl Found {
    /// The query that draws it.
    pub(super) fn query(&self) -> Query {
        let mut pairs = vec![("url".to_owned(), self.url.clone())];
        pairs.extend(
            self.parameters
                .iter()
                .filter(|(name, _)| name != "url")
                .cloned(),
        );
        super::kvp::query(&pairs)
    }

    pub(super) async fn open(&self, state: &ServerState) -> Result<Dataset, Error> {
        Dataset::open(
            state,
            &Wanted::parse(self.kind, &self.query(), &state.names)?,
        )
        .await
    }
}

/// What layers a service has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Layers<'a> {
    /// The served ones, by their ids.
    Served(&'a ServerState),
    /// Any source that may be opened, by its address.
    Any(&'a ServerState, Kind),
}

impl Layers<'_> {
    /// The layers that the key lists, each in its style.
    pub(super) fn named(
        self,
        kvp: &Kvp,
        dialect: Dialect,
        key: &str,
    ) -> Result<Vec<Found>, Exception> {
        let names: Vec<&str> = kvp.required(dialect, key)?.split(',').collect();
        if names.len() > wms_map::MOST_LAYERS {
            let message = format!(
                "{} layers are asked for, the most at a time is {}",
                names.len(),
                wms_map::MOST_LAYERS
            );
            return Err(dialect.exception(Error::Request(message), None).at(key));
        }
        // Styles belong to LAYERS, name by name; values do not depend on them.
        let styles: Vec<&str> = match kvp.text("styles") {
            Some(text) if key == "layers" && !text.is_empty() => text.split(',').collect(),
            _ => vec![""; names.len()],
        };
        if styles.len() != names.len() {
            let message = format!(
                "there are {} layers and {} styles; give one for each, or none",
                names.len(),
                styles.len()
            );
            return Err(dialect
                .exception(Error::Request(message), Some("StyleNotDefined"))
                .at("styles"));
        }
        let others = kvp.others(&OWN);
        let named = names.into_iter().zip(styles);
        named
            .map(|(name, style)| {
                self.find(dialect, name, style, &others)
                    .map_err(|e| e.at(key))
            })
            .collect()
    }

    fn find(
        self,
        dialect: Dialect,
        name: &str,
        style: &str,
        others: &[(String, String)],
    ) -> Result<Found, Exception> {
        let undefined = |error: Error| dialect.exception(error, Some("StyleNotDefined"));
        let (kind, url, own) = match self {
            Self::Served(state) => {
                let layer = named_layer(state, name)
                    .map_err(|e| dialect.exception(e, Some("LayerNotDefined")))?;
                (
                    Kind::Cog,
                    layer.id.clone(),
                    styles::parameters(&state.names, layer, style).map_err(undefined)?,
                )
            }
            Self::Any(state, kind) => (
                kind,
                name.to_owned(),
                style_of_any(&state.names, style).map_err(undefined)?,
            ),
        };
        Ok(Found {
            name: name.to_owned(),
            url,
            kind,
            parameters: merged(own, others),
        })
    }
}

/// The parameters of a style of a source that is not described: a colormap's name, or nothing.
fn style_of_any(names: &Names, style: &str) -> Result<Vec<(String, String)>, Error> {
    match style {
        "" | styles::DEFAULT => Ok(Vec::new()),
        name if names.colormap(name).is_ok() => Ok(vec![("colormap_name".into(), name.into())]),
        other => Err(Error::Request(
            wrong("STYLES", other, "default, or the name of a colormap").to_string(),
        )),
    }
}

/// A style's parameters with those that the request has of its own: these go first, and take with them what
/// of the style belongs to other bands or colours.
fn merged(style: Vec<(String, String)>, others: &[(String, String)]) -> Vec<(String, String)> {
    let given = |names: &[&str]| {
        others
            .iter()
            .any(|(name, _)| names.contains(&name.as_str()))
    };
    let other_bands = given(&["bidx", "expression", "algorithm"]);
    let kept = style.into_iter().filter(|(name, _)| match name.as_str() {
        "bidx" => !other_bands,
        "rescale" => !other_bands && !given(&["rescale"]),
        "colormap_name" => !given(&["colormap_name", "colormap"]),
        _ => true,
    });
    kept.chain(others.iter().cloned()).collect()
}

/// WMS of all served layers.
///
/// Keys may have any case; versions 1.3.0 and 1.1.1. TiTiler's parameters (rescale, colormap_name, …) may be
/// added. Errors are exception reports, or JSON for `EXCEPTIONS=JSON`.
#[utoipa::path(
    get, path = "/wms", tag = "OGC", operation_id = "wms_of_layers",
    params(WmsParams),
    responses(
        (status = 200, description = "The capabilities, the map or the values", content((String = "text/xml"), (String = "application/vnd.ogc.wms_xml"), (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (String = "text/plain"), (String = "text/html"), (Object = "application/json"), (Object = "application/geo+json"))),
        (status = 304, description = "The client's copy is still right"),
        ServiceFails,
    )
)]
pub(crate) async fn of_layers(
    State(state): State<Arc<ServerState>>,
    kvp: Kvp,
) -> Result<Response, Exception> {
    answer(&state, &kvp, Layers::Served(&state)).await
}

/// WMS of any source: `LAYERS` names sources as `url` does elsewhere.
///
/// Keys may have any case; versions 1.3.0 and 1.1.1. TiTiler's parameters (rescale, colormap_name, …) hold for
/// all layers. Errors are exception reports, or JSON for `EXCEPTIONS=JSON`.
#[utoipa::path(
    get, path = "/cog/wms", tag = "OGC", operation_id = "wms",
    params(WmsParams),
    responses(
        (status = 200, description = "The capabilities, the map or the values", content((String = "text/xml"), (String = "application/vnd.ogc.wms_xml"), (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"), (String = "text/plain"), (String = "text/html"), (Object = "application/json"), (Object = "application/geo+json"))),
        (status = 304, description = "The client's copy is still right"),
        ServiceFails,
    )
)]
pub(crate) async fn of_sources(
    State(state): State<Arc<ServerState>>,
    kvp: Kvp,
) -> Result<Response, Exception> {
    let kind = kvp.incoming(&[]).kind;
    answer(&state, &kvp, Layers::Any(&state, kind)).await
}

/// The keys of WMS, for the OpenAPI document.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query, rename_all = "UPPERCASE")]
#[expect(dead_code, reason = "documents parameters")]
pub(crate) struct WmsParams {
    /// WMS.
    #[param(example = "WMS")]
    service: Option<String>,
    /// GetCapabilities, GetMap or GetFeatureInfo.
    #[param(example = "GetCapabilities")]
    request: String,
    /// 1.3.0 or 1.1.1.
    version: Option<String>,
    /// Layers with commas between, the first at the bottom.
    #[param(example = "dem")]
    layers: Option<String>,
    /// A style for each layer with commas between; empty is the default.
    styles: Option<String>,
    /// 1.3.0: CRS of BBOX and of the map.
    crs: Option<String>,
    /// 1.1.1: CRS of BBOX and of the map.
    srs: Option<String>,
    /// Four numbers: in 1.3.0 in the order of the CRS's axes, in 1.1.1 x first.
    bbox: Option<String>,
    /// Columns, at most 4096.
    width: Option<String>,
    /// Rows, at most 4096.
    height: Option<String>,
    /// image/png, image/jpeg or image/webp.
    format: Option<String>,
    /// TRUE for an alpha band instead of BGCOLOR; FALSE by default.
    transparent: Option<String>,
    /// A colour as 0xRRGGBB; white by default.
    bgcolor: Option<String>,
    /// XML (or its name in 1.1.1) or JSON.
    exceptions: Option<String>,
    /// GetFeatureInfo: layers with commas between.
    query_layers: Option<String>,
    /// GetFeatureInfo: text/plain, text/html, application/json or application/geo+json.
    info_format: Option<String>,
    /// GetFeatureInfo, 1.3.0: column of the map.
    i: Option<String>,
    /// GetFeatureInfo, 1.3.0: row of the map.
    j: Option<String>,
    /// GetFeatureInfo, 1.1.1: column of the map.
    x: Option<String>,
    /// GetFeatureInfo, 1.1.1: row of the map.
    y: Option<String>,
}

async fn answer(state: &ServerState, kvp: &Kvp, layers: Layers<'_>) -> Result<Response, Exception> {
    let dialect = match kvp.text("version") {
        Some(version) if older(version) => Dialect::Wms111,
        _ => Dialect::Wms130,
    };
    let json = match kvp
        .text("exceptions")
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        None | Some("" | "xml" | "text/xml" | "application/vnd.ogc.se_xml") => false,
        Some("json" | "application/json") => true,
        Some(other) => {
            let error = wrong("EXCEPTIONS", other, "XML or JSON").to_string();
            return Err(dialect
                .exception(Error::Request(error), None)
                .at("exceptions"));
        }
    };
    let answered = dispatch(state, kvp, dialect, layers).await;
    answered.map_err(|exception| exception.with_json(json))
}

/// Whether a version is before 1.3.0; the answer is then of 1.1.1 (OGC 06-042, 6.2.4).
fn older(version: &str) -> bool {
    let mut numbers = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let version = [(); 2].map(|()| numbers.next().unwrap_or(0));
    version < [1, 3]
}

async fn dispatch(
    state: &ServerState,
    kvp: &Kvp,
    dialect: Dialect,
    layers: Layers<'_>,
) -> Result<Response, Exception> {
    if let Some(service) = kvp
        .text("service")
        .filter(|s| !s.eq_ignore_ascii_case("wms"))
    {
        let error = wrong("SERVICE", service, "WMS").to_string();
        return Err(dialect.exception(Error::Request(error), None).at("service"));
    }
    let request = kvp.required(dialect, "request")?;
    match request.to_ascii_lowercase().as_str() {
        "getcapabilities" => document(state, kvp, dialect, layers).await,
        "getmap" | "getfeatureinfo" => {
            // Which order the numbers of BBOX have depends on it: it cannot be guessed.
            let version = kvp.required(dialect, "version")?;
            if !["1.3.0", "1.1.1", "1.1.0"].contains(&version) {
                let error = wrong("VERSION", version, "1.3.0 or 1.1.1").to_string();
                return Err(dialect.exception(Error::Request(error), None).at("version"));
            }
            if request.eq_ignore_ascii_case("getmap") {
                wms_map::map(state, kvp, dialect, layers).await
            } else {
                wms_info::info(state, kvp, dialect, layers).await
            }
        }
        _ => {
            let error = wrong(
                "REQUEST",
                request,
                "GetCapabilities, GetMap or GetFeatureInfo",
            )
            .to_string();
            let error = Error::Request(error);
            Err(dialect
                .exception(error, Some("OperationNotSupported"))
                .at("request"))
        }
    }
}

/// The capabilities.
async fn document(
    state: &ServerState,
    kvp: &Kvp,
    dialect: Dialect,
    layers: Layers<'_>,
) -> Result<Response, Exception> {
    let failed = |e: Error| dialect.failed(e);
    let incoming = kvp.incoming(&[]);
    let base = incoming.base_url();
    let (address, children) = match layers {
        Layers::Served(state) => (format!("{base}/wms?"), served(state, &base)),
        Layers::Any(..) => {
            let mut children = Vec::new();
            for layer in layers.named(kvp, dialect, "layers")? {
                children.push(described(state, layer).await.map_err(failed)?);
            }
            let others = super::kvp::encoded(&kvp.others(&OWN));
            let prefix = incoming.kind.prefix();
            let separator = if others.is_empty() { "" } else { "&" };
            (format!("{base}{prefix}/wms?{others}{separator}"), children)
        }
    };
    let service = Service {
        title: "Smalti",
        address,
        root: wms_document::Layer {
            title: "Smalti".into(),
            bounds: around(&children),
            children,
            ..wms_document::Layer::default()
        },
    };
    let document = capabilities(&service, dialect).document().map_err(failed)?;
    let media_type = match dialect {
        Dialect::Wms111 => "application/vnd.ogc.wms_xml",
        _ => "text/xml",
    };
    // A restart may serve others: ask every time, and be told 304.
    Ok(Answer::to(&incoming, 0).bytes(media_type, document.into()))
}

/// The served layers; those of a group below a heading.
fn served(state: &ServerState, base: &str) -> Vec<wms_document::Layer> {
    let mut tree: Vec<wms_document::Layer> = Vec::new();
    for layer in &state.layers {
        let own = || {
            let crs = Crs::parse(layer.crs.as_deref()?).ok()?;
            let [left, bottom, right, top] = layer.crs_bounds?;
            Some((crs, BoundingBox::new(left, bottom, right, top)))
        };
        let styles = styles::styles(&state.names, layer)
            .into_iter()
            .map(|style| {
                let legend = style
                    .colormap
                    .map(|name| format!("{base}/colorMaps/{name}?f=png"));
                (style.id, style.title, legend)
            });
        let title = match &layer.time {
            Some(time) if !layer.name.contains(time.as_str()) => format!("{} {time}", layer.name),
            _ => layer.name.clone(),
        };
        let leaf = wms_document::Layer {
            name: Some(layer.id.clone()),
            title,
            bounds: Some(bounds(layer)),
            own: own(),
            styles: styles.collect(),
            children: Vec::new(),
        };
        let Some(group) = &layer.group else {
            tree.push(leaf);
            continue;
        };
        let mut headings = tree.iter_mut();
        match headings.find(|heading| heading.name.is_none() && heading.title == *group) {
            Some(heading) => heading.children.push(leaf),
            None => tree.push(wms_document::Layer {
                title: group.clone(),
                children: vec![leaf],
                ..wms_document::Layer::default()
            }),
        }
    }
    for heading in tree.iter_mut().filter(|layer| layer.name.is_none()) {
        heading.bounds = around(&heading.children);
    }
    tree
}

/// A source, described from its file.
async fn described(state: &ServerState, layer: Found) -> Result<wms_document::Layer, Error> {
    let dataset = layer.open(state).await?;
    let info = dataset.info();
    let own = info.crs.clone().zip(info.bounds());
    Ok(wms_document::Layer {
        title: layer.name.clone(),
        name: Some(layer.name),
        bounds: Some(dataset.bounds_in(&Crs::wgs84())?),
        own,
        styles: vec![(styles::DEFAULT.into(), "As the request says".into(), None)],
        children: Vec::new(),
    })
}

/// The box around all.
fn around(layers: &[wms_document::Layer]) -> Option<BoundingBox> {
    let boxes = layers.iter().filter_map(|layer| layer.bounds);
    boxes.reduce(|a, b| a.union(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_negotiated_downwards() {
        for version in ["1.1.1", "1.0.0", "1.2", "0", ""] {
            assert!(older(version), "{version}");
        }
        for version in ["1.3.0", "1.3", "1.4.0", "2.0.0"] {
            assert!(!older(version), "{version}");
        }
    }

    #[test]
    fn a_requests_own_parameters_go_before_its_styles() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let style = vec![
            pair("bidx", "1"),
            pair("rescale", "0,9"),
            pair("colormap_name", "magma"),
        ];
        let names = |others: &[(String, String)]| -> Vec<String> {
            let merged = merged(style.clone(), others);
            merged
                .into_iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect()
        };
        assert_eq!(names(&[]).len(), 3);
        assert_eq!(
            names(&[pair("rescale", "1,2")]),
            ["bidx=1", "colormap_name=magma", "rescale=1,2"]
        );
        assert_eq!(
            names(&[pair("expression", "b1*2")]),
            ["colormap_name=magma", "expression=b1*2"]
        );
        assert_eq!(
            names(&[pair("colormap", "{}")]),
            ["bidx=1", "rescale=0,9", "colormap={}"]
        );
    }
}
