//! Items: where, when, and which files.

use crate::document::{Document, Ordered};
use crate::error::within;
use crate::{Asset, Error};
use serde_json::{Map, Value};

/// Most bytes of an item.
const MOST_BYTES: usize = 8 << 20;

/// Most assets of an item.
const MOST_ASSETS: usize = 5_000;

/// A STAC item, 1.0 or 1.1.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    id: String,
    version: String,
    extensions: Vec<String>,
    location: Option<String>,
    bbox: Option<Vec<f64>>,
    geometry: Value,
    pub(crate) properties: Map<String, Value>,
    assets: Vec<Asset>,
    renders: Vec<Render>,
    collection: Option<String>,
}

/// A way to show an item that its `renders` name (render extension 1 and 2), in TiTiler's words.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Render {
    /// Its name in the item.
    pub name: String,
    /// Title.
    pub title: Option<String>,
    /// Least and greatest zoom it is meant for.
    pub zooms: Option<(u8, u8)>,
    /// TiTiler's parameters, in the order of the item. `asset_bidx` and `asset_expression` of older
    /// items are options of `assets` here.
    pub query: Vec<(String, String)>,
    /// The parameters as a JSON object.
    pub json: String,
}

impl Item {
    /// Reads an item.
    ///
    /// - `location`: where it was read from; relative places start there. `None` is where its link `self` says.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] for what is not an item, [`Error::Unsupported`] for a catalogue, a collection or another
    /// version, [`Error::OverLimit`] for more than 8 MiB or 5000 assets.
    pub fn parse(bytes: &[u8], location: Option<&str>) -> Result<Self, Error> {
        within("bytes of an item", bytes.len(), MOST_BYTES)?;
        let document: Document =
            serde_json::from_slice(bytes).map_err(|e| Error::malformed(e.to_string()))?;
        match document.kind.as_deref() {
            Some("Feature") => {}
            Some(other) => {
                return Err(Error::Unsupported {
                    what: format!("a document of type {other:?}"),
                    hint: "a STAC item, of type \"Feature\", is needed",
                });
            }
            None => return Err(Error::malformed("it has no type")),
        }
        let version = document
            .stac_version
            .ok_or_else(|| Error::malformed("it has no stac_version"))?;
        if !(version.starts_with("1.0") || version.starts_with("1.1")) {
            return Err(Error::Unsupported {
                what: format!("STAC version {version:?}"),
                hint: "versions 1.0 and 1.1 are read",
            });
        }
        let id = document
            .id
            .ok_or_else(|| Error::malformed("it has no id"))?;
        let own = document
            .links
            .iter()
            .flatten()
            .find(|link| link.rel == "self")
            .map(|link| link.href.clone());
        let location = location.map(str::to_owned).or(own);
        let members = document
            .assets
            .ok_or_else(|| Error::malformed("it has no assets"))?
            .0;
        within("assets of an item", members.len(), MOST_ASSETS)?;
        let assets = members
            .into_iter()
            .map(|(name, members)| Asset::read(&name, members, location.as_deref()))
            .collect::<Result<_, _>>()?;
        let bbox = document.bbox;
        if bbox
            .as_ref()
            .is_some_and(|bbox| ![4, 6].contains(&bbox.len()))
        {
            return Err(Error::malformed(
                "its bbox has neither four nor six numbers",
            ));
        }
        let properties = document.properties.unwrap_or_default();
        let renders = renders(&properties, document.renders);
        Ok(Self {
            id,
            version,
            extensions: document.stac_extensions.unwrap_or_default(),
            location,
            bbox,
            geometry: document.geometry,
            properties,
            assets,
            renders,
            collection: document.collection,
        })
    }

    /// Its identifier.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The identifier of the collection it belongs to.
    #[must_use]
    pub fn collection(&self) -> Option<&str> {
        self.collection.as_deref()
    }

    /// The version of STAC it is written in.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where it is: where it was read from, or else its link `self`.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// When, as the item says it (RFC 3339); `None` for items of a span of time.
    #[must_use]
    pub fn datetime(&self) -> Option<&str> {
        self.properties.get("datetime").and_then(Value::as_str)
    }

    /// Its box in WGS 84: west, south, east, north. West is greater than east over the antimeridian.
    #[must_use]
    pub fn bbox(&self) -> Option<[f64; 4]> {
        match self.bbox.as_deref()? {
            &[west, south, east, north] | &[west, south, _, east, north, _] => {
                Some([west, south, east, north])
            }
            _ => None,
        }
    }

    /// Its geometry as GeoJSON text; `None` where it has none.
    #[must_use]
    pub fn geometry(&self) -> Option<String> {
        (!self.geometry.is_null()).then(|| self.geometry.to_string())
    }

    pub(crate) const fn geometry_value(&self) -> &Value {
        &self.geometry
    }

    /// Its properties as JSON text.
    #[must_use]
    pub fn properties(&self) -> String {
        Value::Object(self.properties.clone()).to_string()
    }

    /// All its files, in the item's order.
    #[must_use]
    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// A file by its name.
    #[must_use]
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.name == name)
    }

    /// Names of the files that [hold pixels](Asset::has_pixels), in the item's order: TiTiler's list of assets.
    #[must_use]
    pub fn asset_names(&self) -> Vec<&str> {
        let pixels = self.assets.iter().filter(|asset| asset.has_pixels());
        pixels.map(|asset| asset.name.as_str()).collect()
    }

    /// The ways to show it that it names, in its order.
    #[must_use]
    pub fn renders(&self) -> &[Render] {
        &self.renders
    }

    /// Whether it declares an extension, by the word in its schema's URL.
    pub(crate) fn declares(&self, extension: &str) -> bool {
        let path = format!("/{extension}/");
        self.extensions
            .iter()
            .any(|schema| schema.contains(&path) || schema == extension)
    }
}

fn renders(properties: &Map<String, Value>, beside: Option<Ordered<Value>>) -> Vec<Render> {
    let within = properties.get("renders").and_then(Value::as_object);
    let members: Vec<(String, Value)> = match (within, beside) {
        (Some(renders), _) => renders
            .iter()
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect(),
        (None, Some(Ordered(renders))) => renders,
        (None, None) => Vec::new(),
    };
    members
        .into_iter()
        .filter_map(|(name, value)| match value {
            Value::Object(members) => Some(render(name, members)),
            _ => None,
        })
        .collect()
}

fn render(name: String, mut members: Map<String, Value>) -> Render {
    options_of_assets(&mut members);
    let zooms = members.get("minmax_zoom").and_then(Value::as_array);
    let zooms = zooms.and_then(|zooms| {
        let zoom = |k: usize| u8::try_from(zooms.get(k)?.as_u64()?).ok();
        zoom(0).zip(zoom(1))
    });
    let mut query = Vec::new();
    for (key, value) in &members {
        match value {
            Value::Null => {}
            Value::Array(values) => {
                query.extend(values.iter().map(|value| (key.clone(), plain(value))));
            }
            value => query.push((key.clone(), plain(value))),
        }
    }
    Render {
        name,
        title: members
            .get("title")
            .and_then(Value::as_str)
            .map(str::to_owned),
        zooms,
        query,
        json: Value::Object(members).to_string(),
    }
}

/// `asset_bidx=["B1|1,2"]` becomes `assets=["B1|bidx=1,2"]`, and so `asset_expression`.
fn options_of_assets(members: &mut Map<String, Value>) {
    let texts = |value: &Value| -> Vec<String> {
        match value {
            Value::String(text) => vec![text.clone()],
            Value::Array(values) => values
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            _ => Vec::new(),
        }
    };
    let Some(mut assets) = members.get("assets").map(texts) else {
        return;
    };
    let names = assets.clone();
    for (member, option) in [("asset_bidx", "bidx"), ("asset_expression", "expression")] {
        for choice in members.remove(member).iter().flat_map(texts) {
            let Some((name, value)) = choice.split_once('|') else {
                continue;
            };
            for (asset, _) in assets
                .iter_mut()
                .zip(&names)
                .filter(|(_, known)| *known == name)
            {
                *asset = format!("{asset}|{option}={value}");
            }
        }
    }
    members.insert("assets".to_owned(), Value::from(assets));
}

/// A value as a parameter has it: lists of numbers by commas, objects as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
