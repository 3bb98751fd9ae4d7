//! An item for a COG.

use crate::outline::{outline, ring};
use crate::{Error, datetime};
use cog_raster::{BandInfo, ColorInterpretation, Nodata, RasterInfo};
use serde_json::{Map, Value, json};

/// The extensions' versions that `rio-stac` 0.12 writes.
const EXTENSIONS: [(&str, &str); 3] = [
    ("projection", "v1.1.0"),
    ("raster", "v1.1.0"),
    ("eo", "v1.1.0"),
];

/// Most parts that an edge of the outline may be cut into.
const MOST_PARTS: u32 = 10_000;

/// What goes into an item; the defaults are TiTiler's.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ItemOptions {
    /// The item's identifier; `None` is the last part of the file's place.
    pub id: Option<String>,
    /// When: a date, a time, or two of them with `/` between; `None` is what the file says, else `now`.
    pub datetime: Option<String>,
    /// The time to write where nothing else says one (RFC 3339).
    pub now: String,
    /// Schemas of further extensions.
    pub extensions: Vec<String>,
    /// The collection that the item belongs to.
    pub collection: Option<String>,
    /// Where the collection is; `None` is its identifier.
    pub collection_url: Option<String>,
    /// The asset's name.
    pub asset_name: String,
    /// The asset's roles.
    pub asset_roles: Vec<String>,
    /// The asset's media type; `None` is GeoTIFF's, or TIFF's without a CRS.
    pub asset_media_type: Option<String>,
    /// The asset's place; `None` is the file's.
    pub asset_href: Option<String>,
    /// Writes the projection extension.
    pub with_proj: bool,
    /// Writes the raster extension.
    pub with_raster: bool,
    /// Writes the eo extension.
    pub with_eo: bool,
    /// Parts that each edge of the outline is cut into.
    pub geometry_densify: u32,
    /// Decimals of the outline; `None` is all.
    pub geometry_precision: Option<u32>,
}

impl ItemOptions {
    /// TiTiler's defaults. `now`: the time to write where nothing says one (RFC 3339).
    #[must_use]
    pub fn new(now: impl Into<String>) -> Self {
        Self {
            id: None,
            datetime: None,
            now: now.into(),
            extensions: Vec::new(),
            collection: None,
            collection_url: None,
            asset_name: "data".to_owned(),
            asset_roles: Vec::new(),
            asset_media_type: None,
            asset_href: None,
            with_proj: true,
            with_raster: true,
            with_eo: true,
            geometry_densify: 0,
            geometry_precision: None,
        }
    }

    /// Sets the item's identifier.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets when: a date, a time, or two of them with `/` between.
    #[must_use]
    pub fn with_datetime(mut self, datetime: impl Into<String>) -> Self {
        self.datetime = Some(datetime.into());
        self
    }

    /// Adds a collection and, if known, where it is.
    #[must_use]
    pub fn with_collection(mut self, id: impl Into<String>, url: Option<String>) -> Self {
        self.collection = Some(id.into());
        self.collection_url = url;
        self
    }

    /// Sets the asset's name, roles, media type and place.
    #[must_use]
    pub fn with_asset(
        mut self,
        name: impl Into<String>,
        roles: Vec<String>,
        media_type: Option<String>,
        href: Option<String>,
    ) -> Self {
        self.asset_name = name.into();
        self.asset_roles = roles;
        self.asset_media_type = media_type;
        self.asset_href = href;
        self
    }

    /// Chooses the extensions to write.
    #[must_use]
    pub const fn with_extensions(mut self, proj: bool, raster: bool, eo: bool) -> Self {
        self.with_proj = proj;
        self.with_raster = raster;
        self.with_eo = eo;
        self
    }

    /// Adds schemas of further extensions.
    #[must_use]
    pub fn with_schemas(mut self, schemas: Vec<String>) -> Self {
        self.extensions = schemas;
        self
    }

    /// Chooses how finely the outline is cut and how many decimals it has.
    #[must_use]
    pub const fn with_geometry(mut self, densify: u32, precision: Option<u32>) -> Self {
        self.geometry_densify = densify;
        self.geometry_precision = precision;
        self
    }
}

/// The numbers of a band, as an overview of it shows them. NaN where no pixel counts.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct BandSummary {
    /// Least value.
    pub minimum: f64,
    /// Greatest value.
    pub maximum: f64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation of the population.
    pub standard_deviation: f64,
    /// Share of the pixels that count, in per cent.
    pub valid_percent: f64,
    /// Numbers of pixels in bins of equal width between `histogram_range`.
    pub histogram: Vec<u64>,
    /// Where the histogram starts and ends.
    pub histogram_range: (f64, f64),
}

impl BandSummary {
    /// A summary without a histogram.
    #[must_use]
    pub const fn new(
        minimum: f64,
        maximum: f64,
        mean: f64,
        standard_deviation: f64,
        valid_percent: f64,
    ) -> Self {
        Self {
            minimum,
            maximum,
            mean,
            standard_deviation,
            valid_percent,
            histogram: Vec::new(),
            histogram_range: (minimum, maximum),
        }
    }

    /// Adds a histogram of bins of equal width.
    #[must_use]
    pub fn with_histogram(mut self, counts: Vec<u64>, least: f64, greatest: f64) -> Self {
        self.histogram = counts;
        self.histogram_range = (least, greatest);
        self
    }
}

/// The text of a STAC item (1.1) for a raster: what `rio-stac` writes for TiTiler's `/cog/stac`.
///
/// - `href`: where the file is;
/// - `bands`: the numbers of every band of `info`, alpha included; without them (an empty slice) the raster
///   extension is written without statistics.
///
/// Other than `rio-stac`: an outline over the antimeridian has the bbox of RFC 7946 (west greater than east),
/// TIFF's own form of a date is understood, the identifier does not repeat a URL's query, and a red, green,
/// blue … band has its `common_name` too, by which viewers such as kepler.gl find bands.
///
/// # Errors
///
/// [`Error::InvalidParameter`] for a date that is none, for summaries that are not as many as the bands, and for an
/// outline of more than 10 000 parts an edge.
pub fn create(
    href: &str,
    info: &RasterInfo,
    bands: &[BandSummary],
    options: &ItemOptions,
) -> Result<String, Error> {
    if !bands.is_empty() && bands.len() != info.bands.len() {
        return Err(Error::parameter(
            "bands",
            format!("{} summaries for {} bands", bands.len(), info.bands.len()),
        ));
    }
    if options.geometry_densify > MOST_PARTS {
        return Err(Error::parameter(
            "geometry_densify",
            format!("{} is more than {MOST_PARTS}", options.geometry_densify),
        ));
    }
    let outline = outline(info, options.geometry_densify, options.geometry_precision);
    let mut properties = times(info, options)?;
    let mut extensions = options.extensions.clone();
    let wanted = [options.with_proj, options.with_raster, options.with_eo];
    for ((name, version), _) in EXTENSIONS.iter().zip(wanted).filter(|(_, wanted)| *wanted) {
        extensions.push(format!(
            "https://stac-extensions.github.io/{name}/{version}/schema.json"
        ));
    }
    if options.with_proj {
        projection(info, &mut properties);
    }
    let mut asset = Map::new();
    asset.insert(
        "href".into(),
        options.asset_href.as_deref().unwrap_or(href).into(),
    );
    let geotiff = if info.crs.is_some() {
        "image/tiff; application=geotiff"
    } else {
        "image/tiff"
    };
    asset.insert(
        "type".into(),
        options
            .asset_media_type
            .as_deref()
            .unwrap_or(geotiff)
            .into(),
    );
    asset.insert("roles".into(), json!(options.asset_roles));
    if options.with_raster {
        let of_band = |(k, band): (usize, &BandInfo)| raster_band(info, band, bands.get(k));
        let list: Vec<Value> = info.bands.iter().enumerate().map(of_band).collect();
        asset.insert("raster:bands".into(), list.into());
    }
    if options.with_eo {
        let list: Vec<Value> = info.bands.iter().enumerate().map(eo_band).collect();
        asset.insert("eo:bands".into(), list.into());
        if let Some(cover) = info
            .metadata
            .get("CLOUDCOVER")
            .and_then(|v| v.parse::<f64>().ok())
        {
            properties.insert("eo:cloud_cover".into(), json!(cover));
        }
    }
    let mut item = json!({
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": extensions,
        "id": options.id.as_deref().unwrap_or_else(|| last_part(href)),
        "geometry": outline.geometry,
        "bbox": outline.bbox,
        "properties": properties,
        "links": [],
        "assets": {&options.asset_name: asset},
    });
    if let Some(collection) = &options.collection {
        let place = options.collection_url.as_ref().unwrap_or(collection);
        item["collection"] = json!(collection);
        item["links"] = json!([{"rel": "collection", "href": place, "type": "application/json"}]);
    }
    Ok(item.to_string())
}

fn times(info: &RasterInfo, options: &ItemOptions) -> Result<Map<String, Value>, Error> {
    let mut properties = Map::new();
    let datetime = match options.datetime.as_deref() {
        Some(text) => match text.split_once('/') {
            Some((start, end)) => {
                properties.insert("start_datetime".into(), datetime::rfc3339(start)?.into());
                properties.insert("end_datetime".into(), datetime::rfc3339(end)?.into());
                None
            }
            None => Some(datetime::rfc3339(text)?),
        },
        None => ["ACQUISITIONDATETIME", "TIFFTAG_DATETIME"]
            .iter()
            .filter_map(|key| info.metadata.get(*key))
            .find_map(|text| datetime::of_tiff(text))
            .or_else(|| Some(options.now.clone())),
    };
    properties.insert("datetime".into(), json!(datetime));
    Ok(properties)
}

fn projection(info: &RasterInfo, properties: &mut Map<String, Value>) {
    let mut put = |name: &str, value: Value| properties.insert(format!("proj:{name}"), value);
    let epsg = info.crs.as_ref().and_then(tile_math::Crs::epsg);
    put("epsg", json!(epsg));
    put("shape", json!([info.height(), info.width()]));
    let straightened = info.straightened();
    if let Some(bounds) = info.bounds() {
        let positions: Vec<_> = ring(bounds).iter().map(|&(x, y)| json!([x, y])).collect();
        put(
            "geometry",
            json!({"type": "Polygon", "coordinates": [positions]}),
        );
        put("bbox", json!(bounds.to_array()));
    }
    if let Some(around) = straightened {
        let a = around.affine;
        put(
            "transform",
            json!([a.a, a.b, a.c, a.d, a.e, a.f, 0.0, 0.0, 1.0]),
        );
        put("shape", json!([around.height, around.width]));
    }
    if let (None, Some(crs)) = (epsg, &info.crs) {
        if let Some(wkt) = crs.to_wkt() {
            put("wkt2", wkt.into());
        } else if let Some(projjson) = crs.to_projjson() {
            put("projjson", projjson);
        }
    }
}

fn raster_band(info: &RasterInfo, band: &BandInfo, summary: Option<&BandSummary>) -> Value {
    let mut value = json!({
        "data_type": data_type(info),
        "scale": band.scale,
        "offset": band.offset,
    });
    if let Some(sampling) = info.metadata.get("AREA_OR_POINT") {
        value["sampling"] = sampling.to_lowercase().into();
    }
    if let Some(nodata) = &band.nodata {
        value["nodata"] = nodata_value(nodata);
    }
    if let Some(unit) = band.unit.as_ref().filter(|unit| !unit.is_empty()) {
        value["unit"] = unit.as_str().into();
    }
    if let Some(summary) = summary {
        value["statistics"] = json!({
            "mean": summary.mean,
            "minimum": summary.minimum,
            "maximum": summary.maximum,
            "stddev": summary.standard_deviation,
            "valid_percent": summary.valid_percent,
        });
        if !summary.histogram.is_empty() {
            value["histogram"] = json!({
                // The number of edges.
                "count": summary.histogram.len() + 1,
                "min": summary.histogram_range.0,
                "max": summary.histogram_range.1,
                "buckets": summary.histogram,
            });
        }
    }
    value
}

/// The raster extension's names, which are NumPy's but for complex integers.
fn data_type(info: &RasterInfo) -> &'static str {
    use cog_raster::SampleType as S;
    match info.sample_type {
        S::ComplexI16 => "cint16",
        S::ComplexI32 => "cint32",
        S::ComplexF32 => "cfloat32",
        S::ComplexF64 => "cfloat64",
        other => other.name(),
    }
}

/// A number where JSON has it.
fn nodata_value(nodata: &Nodata) -> Value {
    let value = nodata.as_f64();
    if value.is_nan() {
        "nan".into()
    } else if value.is_infinite() {
        if value > 0.0 {
            "inf".into()
        } else {
            "-inf".into()
        }
    } else {
        json!(value)
    }
}

fn eo_band((number, band): (usize, &BandInfo)) -> Value {
    let color = band.color_interpretation;
    let description = band.description.as_deref().filter(|d| !d.is_empty());
    let mut value = json!({
        "name": format!("b{}", number + 1),
        "description": description.unwrap_or_else(|| color.name()),
    });
    let common = match color {
        ColorInterpretation::Red => Some("red"),
        ColorInterpretation::Green => Some("green"),
        ColorInterpretation::Blue => Some("blue"),
        _ => description.filter(|description| COMMON_NAMES.contains(description)),
    };
    if let Some(common) = common {
        value["common_name"] = common.into();
    }
    value
}

/// The eo extension's common names that a description may be.
const COMMON_NAMES: [&str; 18] = [
    "coastal",
    "blue",
    "green",
    "red",
    "yellow",
    "pan",
    "rededge",
    "rededge071",
    "rededge075",
    "rededge078",
    "nir",
    "nir08",
    "nir09",
    "cirrus",
    "swir16",
    "swir22",
    "lwir",
    "lwir11",
];

/// The file's name, without a URL's query.
fn last_part(href: &str) -> &str {
    let path = if href.contains("://") {
        href.split(['?', '#']).next().unwrap_or(href)
    } else {
        href
    };
    path.rsplit('/')
        .next()
        .filter(|name| !name.is_empty())
        .unwrap_or(path)
}
