//! The JSON of an item, before anything is judged.

use core::fmt;
use core::marker::PhantomData;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

/// An item's members. Those that hold several shapes are judged later.
#[derive(Debug, Deserialize)]
pub(crate) struct Document {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) stac_version: Option<String>,
    #[serde(default)]
    pub(crate) stac_extensions: Option<Vec<String>>,
    pub(crate) id: Option<String>,
    #[serde(default)]
    pub(crate) geometry: Value,
    #[serde(default)]
    pub(crate) bbox: Option<Vec<f64>>,
    #[serde(default)]
    pub(crate) properties: Option<Map<String, Value>>,
    #[serde(default)]
    pub(crate) links: Option<Vec<Link>>,
    #[serde(default)]
    pub(crate) assets: Option<Ordered<Map<String, Value>>>,
    #[serde(default)]
    pub(crate) collection: Option<String>,
    /// Render extension 1: also beside the properties.
    #[serde(default)]
    pub(crate) renders: Option<Ordered<Value>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Link {
    pub(crate) rel: String,
    pub(crate) href: String,
}

/// An object whose members keep their order. A name that comes twice keeps its first place and its last
/// value, as in Python.
#[derive(Clone, Debug)]
pub(crate) struct Ordered<T>(pub(crate) Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Ordered<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut places = std::collections::HashMap::new();
                let mut members: Vec<(String, T)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, T>()? {
                    match places.get(&name) {
                        Some(&place) => members[place] = (name, value),
                        None => {
                            places.insert(name.clone(), members.len());
                            members.push((name, value));
                        }
                    }
                }
                Ok(Ordered(members))
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}
