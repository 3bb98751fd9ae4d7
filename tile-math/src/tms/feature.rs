//! Tiles as GeoJSON.

use serde_json::{Map, Value, json};

use super::set::{DENSIFY, TileMatrixSet};
use crate::{Crs, Error, Tile, Transformer};

/// How [`TileMatrixSet::feature`] makes its feature.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FeatureOptions {
    /// Identifier instead of the tile's.
    pub id: Option<String>,
    /// More properties.
    pub properties: Map<String, Value>,
    /// By how much the box grows, in units of the coordinates.
    pub buffer: f64,
    /// Decimals to which coordinates are rounded.
    pub precision: Option<u8>,
    /// Coordinates in the set's CRS.
    pub projected: bool,
    /// Another geographic CRS than WGS 84.
    pub geographic_crs: Option<Crs>,
}

impl FeatureOptions {
    /// The defaults: WGS 84, not rounded.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the identifier.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets more properties.
    #[must_use]
    pub fn with_properties(mut self, properties: Map<String, Value>) -> Self {
        self.properties = properties;
        self
    }

    /// Sets the buffer.
    #[must_use]
    pub fn with_buffer(mut self, buffer: f64) -> Self {
        self.buffer = buffer;
        self
    }

    /// Sets the decimals.
    #[must_use]
    pub fn with_precision(mut self, decimals: u8) -> Self {
        self.precision = Some(decimals);
        self
    }

    /// Asks for coordinates in the set's CRS.
    #[must_use]
    pub fn with_projected(mut self, projected: bool) -> Self {
        self.projected = projected;
        self
    }

    /// Sets the geographic CRS.
    #[must_use]
    pub fn with_geographic_crs(mut self, crs: &Crs) -> Self {
        self.geographic_crs = Some(crs.clone());
        self
    }
}

impl TileMatrixSet {
    /// The tile's rectangle as a GeoJSON feature, with `bbox`, `title`, `tms` and `tms_crs`.
    ///
    /// A rectangle across the antimeridian has longitudes beyond 180, as one ring. Coordinates other than
    /// WGS 84 come with the old member `crs`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidTile`], [`Error::InvalidZoom`], [`Error::Transform`], CRS errors.
    pub fn feature(&self, tile: Tile, options: &FeatureOptions) -> Result<Value, Error> {
        let mut b = self.xy_bounds(tile)?;
        let crs = if options.projected {
            self.crs().clone()
        } else {
            let crs = options.geographic_crs.clone().unwrap_or_else(Crs::wgs84);
            b = Transformer::new(self.crs(), &crs)?.transform_bounds(b, DENSIFY)?;
            if b.left > b.right {
                b.right += 360.0;
            }
            crs
        };
        let rounded = |v: f64| match options.precision {
            None => v,
            Some(decimals) => {
                let scale = 10_f64.powi(i32::from(decimals.min(15)));
                (v * scale).round() / scale
            }
        };
        let [west, south, east, north] = b.buffered(options.buffer).to_array().map(rounded);
        let own_id = format!("Tile(x={}, y={}, z={})", tile.x, tile.y, tile.z);
        let mut properties = json!({
            "title": format!("XYZ tile {own_id}"),
            "tms": self.document().id,
            "tms_crs": self.crs().to_uri(),
        });
        if let Value::Object(members) = &mut properties {
            members.extend(options.properties.clone());
        }
        let mut feature = json!({
            "type": "Feature",
            "bbox": [west.min(east), south.min(north), west.max(east), south.max(north)],
            "id": options.id.clone().unwrap_or(own_id),
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[west, south], [west, north], [east, north], [east, south], [west, south]]],
            },
            "properties": properties,
        });
        if !crs.same_coordinates(&Crs::wgs84())
            && let (Value::Object(members), Some(uri)) = (&mut feature, crs.to_uri())
        {
            members.insert(
                "crs".to_owned(),
                json!({"type": "name", "properties": {"name": uri}}),
            );
        }
        Ok(feature)
    }
}
