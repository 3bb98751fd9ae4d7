//! The files of an item.

use crate::error::within;
use crate::{Error, href};
use serde_json::{Map, Value};

/// Most bands of an asset.
const MOST_BANDS: usize = 10_000;

/// The media types that rio-tiler opens (its `DEFAULT_VALID_TYPE`).
const PIXELS: [&str; 10] = [
    "image/tiff; application=geotiff",
    "image/tiff; application=geotiff; profile=cloud-optimized",
    "image/tiff; profile=cloud-optimized; application=geotiff",
    "image/vnd.stac.geotiff; cloud-optimized=true",
    "image/tiff",
    "image/x.geotiff",
    "image/jp2",
    "application/x-hdf5",
    "application/x-hdf",
    "",
];

/// A file of an item and what the item says of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Asset {
    /// Its name in the item.
    pub name: String,
    /// Where it is, resolved against the item's place.
    pub href: String,
    /// Media type.
    pub media_type: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Roles: `data`, `thumbnail`, `visual` …
    pub roles: Vec<String>,
    /// Bands, from `bands` (STAC 1.1) or else `raster:bands` and `eo:bands` joined by their position.
    pub bands: Vec<Band>,
    /// Bytes of the header (`file:header_size`): what to read first.
    pub header_size: Option<u64>,
    /// Other places of the same file by name (`alternate`), resolved.
    pub alternates: Vec<(String, String)>,
    /// Names for the bands as TiTiler's `bands` option takes them, in order.
    pub(crate) band_keys: Vec<Option<String>>,
    /// Every other member, as it is: for documents that repeat it.
    pub(crate) members: Map<String, Value>,
}

/// A band of an asset, as the item describes it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Band {
    /// Name.
    pub name: Option<String>,
    /// Common name: `red`, `nir` …
    pub common_name: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Type of the samples: `uint16` …
    pub data_type: Option<String>,
    /// Nodata: a number, or `nan`, `inf`, `-inf`.
    pub nodata: Option<String>,
    /// Physical value = sample × scale + offset.
    pub scale: Option<f64>,
    /// Physical value = sample × scale + offset.
    pub offset: Option<f64>,
    /// Unit.
    pub unit: Option<String>,
    /// Least and greatest value.
    pub range: Option<(f64, f64)>,
}

impl Asset {
    pub(crate) fn read(
        name: &str,
        members: Map<String, Value>,
        base: Option<&str>,
    ) -> Result<Self, Error> {
        let text = |key: &str| members.get(key).and_then(Value::as_str).map(str::to_owned);
        let place =
            text("href").ok_or_else(|| Error::malformed(format!("asset {name:?} has no href")))?;
        let list = |key: &str| {
            members
                .get(key)
                .and_then(Value::as_array)
                .filter(|v| !v.is_empty())
        };
        let core = list("bands");
        let (raster, eo) = (list("raster:bands"), list("eo:bands"));
        for bands in [core, raster, eo].into_iter().flatten() {
            within("bands of an asset", bands.len(), MOST_BANDS)?;
        }
        let at = |bands: Option<&Vec<Value>>, k: usize| bands.and_then(|b| b.get(k)).cloned();
        let bands = match core {
            Some(core) => core
                .iter()
                .map(|band| Band::read(&[Some(band.clone())]))
                .collect(),
            None => {
                let count = raster.map_or(0, Vec::len).max(eo.map_or(0, Vec::len));
                (0..count)
                    .map(|k| Band::read(&[at(raster, k), at(eo, k)]))
                    .collect()
            }
        };
        // `bands` or else `eo:bands` are what names are looked up in.
        let band_keys = core.or(eo).map_or_else(Vec::new, |bands| {
            let key = |band: &Value| {
                ["eo:common_name", "common_name", "name"]
                    .iter()
                    .filter_map(|key| band.get(key).and_then(Value::as_str))
                    .find(|key| !key.is_empty())
                    .map(str::to_owned)
            };
            bands.iter().map(key).collect()
        });
        let alternates = members.get("alternate").and_then(Value::as_object);
        let alternates = alternates
            .into_iter()
            .flatten()
            .filter_map(|(name, other)| {
                let place = other.get("href")?.as_str()?;
                Some((name.clone(), href::resolved(base, place)))
            });
        Ok(Self {
            name: name.to_owned(),
            href: href::resolved(base, &place),
            media_type: text("type"),
            title: text("title"),
            description: text("description"),
            roles: strings(members.get("roles")),
            bands,
            header_size: members.get("file:header_size").and_then(Value::as_u64),
            alternates: alternates.collect(),
            band_keys,
            members,
        })
    }

    /// Whether the file holds pixels, by its media type. A file that does not say its type may.
    #[must_use]
    pub fn has_pixels(&self) -> bool {
        let media_type = self.media_type.as_deref().unwrap_or_default();
        PIXELS.contains(&media_type)
    }

    /// Least and greatest value of every band, where all bands say them.
    #[must_use]
    pub fn ranges(&self) -> Option<Vec<(f64, f64)>> {
        let ranges: Option<Vec<_>> = self.bands.iter().map(|band| band.range).collect();
        ranges.filter(|ranges| !ranges.is_empty())
    }

    /// The asset as JSON text, as it is in the item but for its place, which is resolved.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut members = self.members.clone();
        members.insert("href".to_owned(), Value::from(self.href.as_str()));
        Value::Object(members).to_string()
    }
}

impl Band {
    /// From the objects that describe it; the first that has a member counts.
    fn read(parts: &[Option<Value>]) -> Self {
        let find = |keys: &[&str]| {
            parts
                .iter()
                .flatten()
                .find_map(|part| keys.iter().find_map(|key| part.get(*key)))
        };
        let text = |keys: &[&str]| find(keys).and_then(Value::as_str).map(str::to_owned);
        let number = |keys: &[&str]| find(keys).and_then(Value::as_f64);
        let statistics = find(&["statistics"]);
        let bound = |key: &str| statistics.and_then(|s| s.get(key)).and_then(Value::as_f64);
        Self {
            name: text(&["name"]),
            common_name: text(&["eo:common_name", "common_name"]),
            description: text(&["description"]),
            data_type: text(&["data_type"]),
            nodata: find(&["nodata"]).and_then(|value| match value {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            }),
            scale: number(&["raster:scale", "scale"]),
            offset: number(&["raster:offset", "offset"]),
            unit: text(&["unit"]),
            range: bound("minimum").zip(bound("maximum")),
        }
    }
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}
