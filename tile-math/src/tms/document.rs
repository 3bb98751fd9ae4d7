//! The JSON document: OGC 17-083r4 clause 7 and its schemas `tms/2.0/json`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A tile matrix set as its JSON document says it. Unknown members are ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TileMatrixSetDocument {
    /// Identifier: letters, digits, `_` and `-`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Title for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Keywords.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keywords: Option<Vec<String>>,
    /// Where the official definition is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The CRS.
    pub crs: CrsDocument,
    /// Names of the two axes in the order of `pointOfOrigin` and `boundingBox`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered_axes: Option<[String; 2]>,
    /// The well-known scale set that the scales follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub well_known_scale_set: Option<String>,
    /// Bounding rectangle in the CRS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounding_box: Option<TileMatrixSetBounds>,
    /// The matrices.
    pub tile_matrices: Vec<TileMatrix>,
}

/// How a document names its CRS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum CrsDocument {
    /// A URI, URN or CURIE.
    Text(String),
    /// An object with the member `uri`.
    Uri {
        /// The URI.
        uri: String,
    },
    /// An object with the member `wkt`: PROJJSON, or WKT as text.
    Wkt {
        /// The definition.
        wkt: Value,
    },
    /// ISO 19115's `MD_ReferenceSystem`, which is not understood.
    ReferenceSystem {
        /// The object.
        #[serde(rename = "referenceSystem")]
        reference_system: Value,
    },
}

/// The rectangle that a document declares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TileMatrixSetBounds {
    /// Lower left corner in the order of the axes.
    pub lower_left: [f64; 2],
    /// Upper right corner in the order of the axes.
    pub upper_right: [f64; 2],
    /// Another CRS than the set's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crs: Option<CrsDocument>,
    /// Names of the two axes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered_axes: Option<[String; 2]>,
}

/// Which corner of the matrix tile (0, 0) lies at.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "the standard has these two")]
pub enum CornerOfOrigin {
    /// Rows count downwards.
    #[default]
    TopLeft,
    /// Rows count upwards.
    BottomLeft,
}

/// One level of a tile matrix set. Unknown members are an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct TileMatrix {
    /// Identifier: the zoom. In JSON a string.
    #[serde(serialize_with = "id_to_text", deserialize_with = "id_from_text")]
    pub id: i8,
    /// Title for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Keywords.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keywords: Option<Vec<String>>,
    /// Scale denominator for pixels of 0.28 mm.
    pub scale_denominator: f64,
    /// Width and height of a pixel in units of the CRS.
    pub cell_size: f64,
    /// Corner from which columns and rows count.
    #[serde(default)]
    pub corner_of_origin: CornerOfOrigin,
    /// Position of that corner, in the order of the set's axes.
    pub point_of_origin: [f64; 2],
    /// Pixels of a tile in width.
    pub tile_width: u32,
    /// Pixels of a tile in height.
    pub tile_height: u32,
    /// Tiles in width.
    pub matrix_width: u32,
    /// Tiles in height.
    pub matrix_height: u32,
    /// Rows in which neighbouring tiles coalesce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable_matrix_widths: Option<Vec<VariableMatrixWidth>>,
}

/// Rows in which `coalesce` tiles in width are one.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct VariableMatrixWidth {
    /// How many tiles are one: 2 or more.
    pub coalesce: u32,
    /// First row, inclusive.
    pub min_tile_row: u32,
    /// Last row, inclusive.
    pub max_tile_row: u32,
}

impl TileMatrix {
    /// How many columns one tile of this row takes: 1 outside variable widths.
    #[must_use]
    pub fn coalesce(&self, row: u32) -> u32 {
        self.variable_matrix_widths
            .iter()
            .flatten()
            .find(|v| v.min_tile_row <= row && row <= v.max_tile_row)
            .map_or(1, |v| v.coalesce)
    }

    /// Width of a tile in units of the CRS, coalescence aside.
    #[must_use]
    pub fn tile_span_x(&self) -> f64 {
        self.cell_size * f64::from(self.tile_width)
    }

    /// Height of a tile in units of the CRS.
    #[must_use]
    pub fn tile_span_y(&self) -> f64 {
        self.cell_size * f64::from(self.tile_height)
    }
}

fn id_to_text<S: Serializer>(id: &i8, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

fn id_from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i8, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| {
        serde::de::Error::custom(format!(
            "tile matrix id {:?} is not an integer of -128 to 127",
            crate::error::shorten(&text)
        ))
    })
}
