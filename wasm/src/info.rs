//! What a file says of itself, for a page.

use serde::Serialize;

/// What a page needs to put a file on a map.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Info {
    /// URL of the file, without a password.
    pub url: String,
    /// Columns at full resolution.
    pub width: u32,
    /// Rows at full resolution.
    pub height: u32,
    /// Type of the samples, e.g. `uint16`.
    pub dtype: &'static str,
    /// The bands, in order.
    pub bands: Vec<BandSummary>,
    /// The CRS, e.g. `EPSG:32632`, if the file declares one.
    pub crs: Option<String>,
    /// West, south, east, north in degrees; none if the file is not georeferenced.
    pub bounds: Option<[f64; 4]>,
    /// The zoom at which the file fills half a 256-pixel tile.
    pub minzoom: Option<i8>,
    /// The zoom that shows the full resolution.
    pub maxzoom: Option<i8>,
    /// Columns and rows of each overview.
    pub overviews: Vec<(u32, u32)>,
    /// How many bytes the file has, where its host tells.
    pub bytes: Option<u64>,
    /// Whether the file brings the colours of its values.
    pub has_palette: bool,
    /// What is wrong with the file but does not keep it from being read.
    pub problems: Vec<String>,
}

/// What a page shows of a band.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BandSummary {
    /// `b1` …
    pub name: String,
    /// What the file calls it.
    pub description: Option<String>,
    /// What it shows: `red`, `gray`, `alpha` …
    pub colorinterp: &'static str,
    /// The value that stands for "nothing here", as text.
    pub nodata: Option<String>,
    /// Unit of the values.
    pub unit: Option<String>,
}

/// The values of the pixel at a point.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PointValues {
    /// Longitude and latitude, as asked for.
    pub coordinates: (f64, f64),
    /// Names of the bands.
    pub band_names: Vec<String>,
    /// A value per band; none where nothing is known.
    pub values: Vec<Option<f64>>,
}
