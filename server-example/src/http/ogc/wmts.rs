//! WMTS 1.0.0: one source's document as TiTiler writes it, and a service of all served layers.

use super::{
    exception::{Dialect, Exception, ServiceFails},
    kvp::{Kvp, encoded, query},
    limits::{TileLimits, limits},
    styles,
    wmts_document::{self, CrsNames, Service, capabilities, describable},
};
use crate::{
    Error,
    dataset::{Dataset, Kind, Wanted},
    http::{Answer, Failure, Incoming, Path, pictures, tag_of},
    params::{ImageParams, Query, ReadParams, SourceParams, wrong},
    state::{Layer, Names, ServerState},
};
use axum::{extract::State, response::Response};
use cog_render::Format;
use std::{collections::HashMap, sync::Arc};
use tile_math::{BoundingBox, Crs, TileMatrixSet};

/// What the tiles of a layer can be, the preferred one first.
const FORMATS: [Format; 3] = [Format::Png, Format::Jpeg, Format::Webp];

/// A WMTS document for one source.
///
/// One layer for each tile matrix set that the source reaches. The query of this request goes along to the
/// tiles. A STAC item also has layers for each of its renders, and only those where no assets are asked for.
#[utoipa::path(
    get, path = "/cog/WMTSCapabilities.xml", tag = "OGC", operation_id = "wmts",
    params(
        SourceParams, ReadParams, ImageParams,
        ("tile_format" = Option<String>, Query, description = "Format of the tiles; png by default"),
        ("use_epsg" = Option<bool>, Query, description = "Names CRSs as in EPSG:3857 instead of by URI, which ArcMap needs"),
        ("zooms" = Option<Vec<String>>, Query, description = "Least and greatest zoom for a set, `WebMercatorQuad::0,5`, or for all, `*::0,5`"),
    ),
    responses(
        (status = 200, description = "The capabilities", body = String, content_type = "application/xml"),
        crate::http::openapi::OpeningFails,
    )
)]
pub(crate) async fn of_source(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let asked = &incoming.query;
    let shown = shown(&state, &incoming).await?;
    let format = match asked.text("tile_format") {
        None => Format::Png,
        Some(name) => crate::params::format(name)?,
    };
    let extension = asked.text("tile_format").unwrap_or("png");
    let crs_names = match asked.boolean("use_epsg")? {
        Some(true) => CrsNames::Code,
        _ => CrsNames::Uri,
    };
    let chosen = chosen_zooms(&state.names, asked.texts("zooms"))?;
    let url = SourceParams::parse(asked)?.url;
    let base = incoming.base_url();
    let mut layers = Vec::new();
    for Shown {
        name,
        wanted,
        passed_on,
        own,
    } in shown
    {
        let dataset = Dataset::open(&state, &wanted).await?;
        let bounds = dataset.bounds_in(&Crs::wgs84())?;
        layers.extend(sets(&state.names).filter_map(|tms| {
            let range = chosen.get(tms.id()).or_else(|| chosen.get("*")).copied();
            let range = range.filter(|_| !own).or_else(|| dataset.zooms(tms).ok())?;
            let limits = limits(tms, bounds, range)?;
            let identifier = format!("{url}_{}_{name}", tms.id());
            let template = format!(
                "{base}{}/tiles/{}/{{TileMatrix}}/{{TileCol}}/{{TileRow}}.{extension}?{passed_on}",
                incoming.kind.prefix(),
                tms.id()
            );
            Some(wmts_document::Layer {
                title: identifier.clone(),
                identifier: identifier.clone(),
                bounds,
                styles: vec![(identifier.clone(), identifier, None)],
                formats: vec![format.media_type()],
                sets: vec![(tms.id().into(), limits)],
                templates: vec![(format.media_type(), template)],
            })
        }));
    }
    if layers.is_empty() {
        return Err(Error::Request(format!(
            "{url:?} has no tiles in any tile matrix set at the zooms asked for; choose others by zooms=*::0,24"
        ))
        .into());
    }
    let document = capabilities(
        &state.names,
        &Service {
            title: "Web Map Tile Service by Smalti",
            kvp: None,
            document: here(&incoming),
            crs_names,
            layers,
        },
    );
    let answer = Answer::to(&incoming, state.max_age);
    Ok(answer.bytes("application/xml", document.document()?.into()))
}

/// One way to show a source: a layer for each tile matrix set.
struct Shown {
    name: String,
    wanted: Wanted,
    /// The query of the tiles.
    passed_on: String,
    /// The source says it of itself, so that the request's zooms are not meant.
    own: bool,
}

/// Most renders of an item that get layers.
const MOST_RENDERS: usize = 16;

/// The ways to show a source: those that an item names, and what the query asks for.
///
/// The tiles' parameters are checked here, where a person sees the message.
async fn shown(state: &ServerState, incoming: &Incoming) -> Result<Vec<Shown>, Error> {
    let asked = &incoming.query;
    let mut shown = Vec::new();
    if incoming.kind == Kind::Stac {
        let url = SourceParams::parse(asked)?.url;
        let stored = state.item(&url).await?;
        for render in stored.item.renders().iter().take(MOST_RENDERS) {
            let mut pairs = vec![("url".to_owned(), url.clone())];
            pairs.extend(render.query.iter().cloned());
            let query = Query::from_pairs(pairs);
            // One that cannot be drawn is no layer.
            let wanted = Wanted::parse(incoming.kind, &query, &state.names);
            let (Ok(wanted), Ok(_)) = (wanted, ImageParams::parse(&query, &state.names)) else {
                continue;
            };
            shown.push(Shown {
                name: render.name.clone(),
                wanted,
                passed_on: query.without(&["tilesize"]),
                own: true,
            });
        }
        if !shown.is_empty() && asked.text("assets").is_none() {
            return Ok(shown);
        }
    }
    let wanted = Wanted::parse(incoming.kind, asked, &state.names)?;
    ImageParams::parse(asked, &state.names)?;
    shown.push(Shown {
        name: "default".into(),
        wanted,
        passed_on: passed_on(incoming.uri.query().unwrap_or_default()),
        own: false,
    });
    Ok(shown)
}

/// The sets that WMTS can describe.
fn sets(names: &Names) -> impl Iterator<Item = &Arc<TileMatrixSet>> {
    names.tile_matrix_sets().filter(|tms| describable(tms))
}

/// `WebMercatorQuad::0,5` and `*::0,5`.
fn chosen_zooms<'a>(
    names: &Names,
    texts: impl Iterator<Item = &'a str>,
) -> Result<HashMap<String, (i8, i8)>, Error> {
    let read = |text: &str| {
        let (id, range) = text.split_once("::")?;
        let (low, high) = range.split_once(',')?;
        let whole = |text: &str| {
            let digits = text.bytes().all(|b| b.is_ascii_digit());
            text.parse::<i8>().ok().filter(|_| digits)
        };
        let (low, high) = (whole(low)?, whole(high)?);
        (low <= high && (id == "*" || names.tile_matrix_set(id).is_ok()))
            .then(|| (id.to_owned(), (low, high)))
    };
    texts
        .map(|text| {
            read(text).ok_or_else(|| {
                wrong(
                    "zooms",
                    text,
                    "TILE_MATRIX_SET::MIN,MAX, or *::MIN,MAX for all sets",
                )
            })
        })
        .collect()
}

/// The parameters that go along to the tiles: all but this document's own. The size of tiles is the sets'.
fn passed_on(text: &str) -> String {
    const OWN: [&str; 10] = [
        "tile_format",
        "use_epsg",
        "tilesize",
        "zooms",
        "service",
        "request",
        "acceptversions",
        "sections",
        "updatesequence",
        "acceptformats",
    ];
    let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .filter(|(name, _)| !OWN.contains(&name.to_ascii_lowercase().as_str()))
        .collect();
    encoded(&pairs)
}

/// The address that was asked for.
fn here(incoming: &Incoming) -> String {
    let path = incoming
        .uri
        .path_and_query()
        .map_or("/", |text| text.as_str());
    format!("{}{path}", incoming.base_url())
}

/// WMTS of all served layers, by key-value pairs.
///
/// Keys may have any case. `REQUEST=GetCapabilities` answers the document, `REQUEST=GetTile` a tile.
#[utoipa::path(
    get, path = "/wmts", tag = "OGC", operation_id = "wmts_of_layers",
    params(
        ("SERVICE" = Option<String>, Query, description = "WMTS", example = "WMTS"),
        ("REQUEST" = String, Query, description = "GetCapabilities or GetTile", example = "GetCapabilities"),
        ("VERSION" = Option<String>, Query, description = "1.0.0"),
        ("ACCEPTVERSIONS" = Option<String>, Query, description = "Versions that the client knows, with commas between"),
        ("LAYER" = Option<String>, Query, description = "GetTile: a layer's id"),
        ("STYLE" = Option<String>, Query, description = "GetTile: a style of the layer; empty is the default"),
        ("FORMAT" = Option<String>, Query, description = "GetTile: image/png, image/jpeg or image/webp"),
        ("TILEMATRIXSET" = Option<String>, Query, description = "GetTile: a tile matrix set"),
        ("TILEMATRIX" = Option<String>, Query, description = "GetTile: zoom"),
        ("TILEROW" = Option<String>, Query, description = "GetTile: row, from the top"),
        ("TILECOL" = Option<String>, Query, description = "GetTile: column"),
    ),
    responses(
        (status = 200, description = "The capabilities, or the tile", content((String = "application/xml"), (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"))),
        (status = 304, description = "The client's copy is still right"),
        ServiceFails,
    )
)]
pub(crate) async fn by_keys(
    State(state): State<Arc<ServerState>>,
    kvp: Kvp,
) -> Result<Response, Exception> {
    const OWS: Dialect = Dialect::Ows;
    if let Some(service) = kvp
        .text("service")
        .filter(|s| !s.eq_ignore_ascii_case("wmts"))
    {
        let error = wrong_request("SERVICE", service, "WMTS");
        return Err(OWS.exception(error, OWS.invalid()).at("service"));
    }
    let request = kvp.required(OWS, "request")?;
    if request.eq_ignore_ascii_case("getcapabilities") {
        let versions = kvp.text("acceptversions").filter(|v| !v.is_empty());
        if let Some(versions) = versions.filter(|v| !v.split(',').any(|v| v.trim() == "1.0.0")) {
            let error = wrong_request("ACCEPTVERSIONS", versions, "a list with 1.0.0 in it");
            return Err(OWS
                .exception(error, Some("VersionNegotiationFailed"))
                .at("acceptversions"));
        }
        let incoming = kvp.incoming(&[]);
        return document(&state, &incoming).await.map_err(|e| OWS.failed(e));
    }
    if !request.eq_ignore_ascii_case("gettile") {
        let error = wrong_request("REQUEST", request, "GetCapabilities or GetTile");
        return Err(OWS
            .exception(error, Some("OperationNotSupported"))
            .at("request"));
    }
    let layer = named_layer(&state, kvp.required(OWS, "layer")?)
        .map_err(|e| OWS.exception(e, OWS.invalid()).at("layer"))?;
    let style = kvp.text("style").unwrap_or_default();
    let style = styles::parameters(&state.names, layer, style)
        .map_err(|e| OWS.exception(e, OWS.invalid()).at("style"))?;
    let expected = "image/png, image/jpeg or image/webp";
    let extension = kvp.read(OWS, "format", expected, |text| {
        FORMATS
            .into_iter()
            .find(|f| f.media_type() == text)
            .map(Format::name)
    })?;
    let set = kvp.read(OWS, "tilematrixset", "a tile matrix set", |id| {
        state.names.tile_matrix_set(id).ok().map(|_| id.to_owned())
    })?;
    let number = |name: &str| {
        kvp.read(OWS, name, "a whole number", |text| {
            text.parse::<i64>().ok().map(|n| n.to_string())
        })
    };
    let (z, row, col) = (
        number("tilematrix")?,
        number("tilerow")?,
        number("tilecol")?,
    );
    let place = (set, z, col, format!("{row}.{extension}"));
    let mut pairs = vec![("url".to_owned(), layer.id.clone())];
    pairs.extend(style);
    let incoming = kvp.incoming(&pairs);
    pictures::tile(State(state), Path(place), incoming)
        .await
        .map_err(|failure| OWS.failed(failure.0))
}

/// WMTS of all served layers: the document.
#[utoipa::path(
    get, path = "/wmts/1.0.0/WMTSCapabilities.xml", tag = "OGC", operation_id = "wmts_document",
    responses((status = 200, description = "The capabilities", body = String, content_type = "application/xml"))
)]
pub(crate) async fn by_path(
    State(state): State<Arc<ServerState>>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    Ok(document(&state, &incoming).await?)
}

/// WMTS of all served layers: a tile.
#[utoipa::path(
    get, path = "/wmts/1.0.0/{layer}/{style}/{tms}/{z}/{row}/{col}", tag = "OGC", operation_id = "wmts_tile",
    params(
        ("layer" = String, Path, description = "A layer's id; see /layers", example = "dem"),
        ("style" = String, Path, description = "A style of the layer", example = "default"),
        ("tms" = String, Path, description = "Identifier of a tile matrix set", example = "WebMercatorQuad"),
        ("z" = i32, Path, description = "Zoom"),
        ("row" = u32, Path, description = "Row, counted from the top"),
        ("col" = String, Path, description = "Column, with the format: 33.png"),
    ),
    responses(
        (status = 200, description = "The tile", content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"))),
        (status = 304, description = "The client's copy is still right"),
        crate::http::openapi::DrawingFails,
    )
)]
pub(crate) async fn tile_by_path(
    State(state): State<Arc<ServerState>>,
    Path((layer, style, tms, z, row, col)): Path<(String, String, String, String, String, String)>,
    incoming: Incoming,
) -> Result<Response, Failure> {
    let (col, extension) = col.split_once('.').unwrap_or((&col, "png"));
    let incoming = of_layer(&state, incoming, &layer, &style)?;
    let place = (tms, z, col.to_owned(), format!("{row}.{extension}"));
    pictures::tile(State(state), Path(place), incoming).await
}

/// The request with the query that draws a layer in a style.
///
/// # Errors
///
/// [`Error::NotFound`] without such a layer, [`Error::Request`] without such a style.
pub(super) fn of_layer(
    state: &ServerState,
    mut incoming: Incoming,
    layer: &str,
    style: &str,
) -> Result<Incoming, Error> {
    let layer = named_layer(state, layer)?;
    let mut pairs = vec![("url".to_owned(), layer.id.clone())];
    pairs.extend(styles::parameters(&state.names, layer, style)?);
    incoming.query = query(&pairs);
    Ok(incoming)
}

/// A served layer by its id.
///
/// # Errors
///
/// [`Error::NotFound`].
pub(super) fn named_layer<'a>(state: &'a ServerState, id: &str) -> Result<&'a Layer, Error> {
    state
        .layers
        .iter()
        .find(|layer| layer.id == id)
        .ok_or_else(|| {
            let shown: String = id.chars().take(80).collect();
            Error::NotFound(format!(
                "layer {shown:?} does not exist; GET /layers lists what is served"
            ))
        })
}

/// The document of all served layers.
async fn document(state: &Arc<ServerState>, incoming: &Incoming) -> Result<Response, Error> {
    let base = incoming.base_url();
    let shared = Arc::clone(state);
    // Where each layer lies in each set takes a while, and the text is long.
    let written = state.cpu.run(move || {
        let body = written(&shared, &base)?;
        Ok::<_, Error>((tag_of(&body), body))
    });
    let (tag, body) = written.await??;
    // A restart may serve others: ask every time, and be told 304.
    let answer = Answer::to(incoming, 0).tag(Some(tag));
    if let Some(response) = answer.not_modified() {
        return Ok(response);
    }
    Ok(answer.bytes("application/xml", body.into()))
}

/// The document of all served layers.
fn written(state: &ServerState, base: &str) -> Result<Vec<u8>, Error> {
    let layers = state.layers.iter().map(|layer| {
        let styles = styles::styles(&state.names, layer)
            .into_iter()
            .map(|style| {
                let legend = style
                    .colormap
                    .map(|name| format!("{base}/colorMaps/{name}?f=png"));
                (style.id, style.title, legend)
            });
        let templates = FORMATS.map(|format| {
            let place = "{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}";
            let (id, extension) = (&layer.id, format.name());
            let template = format!("{base}/wmts/1.0.0/{id}/{{Style}}/{place}.{extension}");
            (format.media_type(), template)
        });
        wmts_document::Layer {
            title: layer.name.clone(),
            identifier: layer.id.clone(),
            bounds: bounds(layer),
            styles: styles.collect(),
            formats: FORMATS.map(Format::media_type).to_vec(),
            sets: layer_sets(&state.names, layer),
            templates: templates.into(),
        }
    });
    let document = capabilities(
        &state.names,
        &Service {
            title: "Smalti",
            kvp: Some(format!("{base}/wmts?")),
            document: format!("{base}/wmts/1.0.0/WMTSCapabilities.xml"),
            crs_names: CrsNames::Urn,
            layers: layers.collect(),
        },
    );
    document.document()
}

/// Where a served layer lies, in degrees.
pub(super) fn bounds(layer: &Layer) -> BoundingBox {
    let [left, bottom, right, top] = layer.bounds;
    BoundingBox::new(left, bottom, right, top)
}

/// The set in which layers are described.
const MERCATOR: &str = "WebMercatorQuad";

/// The sets that a layer reaches, and its tiles there. Web mercator comes first: clients that cannot choose
/// take that.
fn layer_sets(names: &Names, layer: &Layer) -> Vec<(String, Vec<TileLimits>)> {
    let mut sets: Vec<_> = sets(names).collect();
    sets.sort_by_key(|tms| tms.id() != MERCATOR);
    sets.iter()
        .filter_map(|tms| Some((tms.id().to_owned(), layer_limits(layer, tms)?)))
        .collect()
}

/// A layer's tiles in a set, from the first zoom down to where the set's pixels are as fine as the layer's in
/// web mercator; `None` where the set does not reach the layer.
pub(super) fn layer_limits(layer: &Layer, tms: &TileMatrixSet) -> Option<Vec<TileLimits>> {
    /// Sets round their cell sizes each in its own way.
    const ROUNDING: f64 = 1.01;
    let mercator = TileMatrixSet::builtin(MERCATOR)?;
    let finest = mercator.matrix(layer.maxzoom).ok()?.cell_size * ROUNDING;
    let metres = tms.crs().meters_per_unit();
    let mut matrices = tms.matrices().iter();
    let fine = matrices.find(|matrix| matrix.cell_size * metres <= finest);
    let last = fine.map_or(tms.max_zoom(), |matrix| matrix.id);
    limits(tms, bounds(layer), (tms.min_zoom(), last))
}

fn wrong_request(name: &str, found: &str, expected: &str) -> Error {
    Error::Request(wrong(name, found, expected).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooms_are_read_as_titilers() {
        let read = |texts: &[&str]| chosen_zooms(&Names::default(), texts.iter().copied());
        let zooms = read(&["WebMercatorQuad::0,5", "*::1,3"]).unwrap();
        assert_eq!(zooms["WebMercatorQuad"], (0, 5));
        assert_eq!(zooms["*"], (1, 3));
        for text in [
            "", "Web::0,1", "*::5,1", "*::-1,3", "*:0,1", "*::0", "*::0,999", "*::0,1,2",
        ] {
            let error = read(&[text]).unwrap_err();
            assert_eq!(error.status(), 422, "{text}");
        }
    }

    #[test]
    fn tiles_get_all_but_the_documents_own_parameters() {
        let query = "url=a%26b.tif&TileSize=512&tile_format=png&SERVICE=WMTS&rescale=0,1&rescale=2,3&zooms=*::0,1";
        assert_eq!(
            passed_on(query),
            "url=a%26b.tif&rescale=0%2C1&rescale=2%2C3"
        );
    }
}
