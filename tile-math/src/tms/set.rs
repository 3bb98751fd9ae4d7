//! A tile matrix set, checked and ready to compute.

use std::sync::Arc;

use super::document::{CornerOfOrigin, CrsDocument, TileMatrix, TileMatrixSetDocument};
use super::{CustomTileMatrixSet, builtin};
use crate::error::shorten;
use crate::{BoundingBox, Crs, Error, Transformer};

/// Longest document that is read, in bytes.
const LONGEST: usize = 8 << 20;
/// Most variable-width entries of one matrix.
const MOST_WIDTHS: usize = 4096;
/// Parts in which edges are cut for boxes: as the original's.
pub(super) const DENSIFY: u32 = 21;

/// A tile matrix set of OGC 17-083r4: levels of tiles over one CRS. Immutable.
///
/// # Conventions
///
/// All coordinates are in traditional GIS order (`x` east, `y` north); the axis order of the
/// document's `pointOfOrigin` is undone when reading. Zooms are the integer identifiers of the
/// matrices. *Geographic* means the set's geographic CRS: the geodetic base of its CRS, unless
/// [`with_geographic_crs`](Self::with_geographic_crs) said otherwise.
///
/// # Example
///
/// ```
/// use tile_math::{Tile, TileMatrixSet};
///
/// let tms = TileMatrixSet::builtin("WebMercatorQuad").expect("built in");
/// assert_eq!(tms.tile(-73.0, 45.0, 9)?, Tile::new(9, 152, 184));
/// assert_eq!(tms.quadkey(Tile::new(10, 486, 332))?, "0313102310");
/// # Ok::<(), tile_math::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TileMatrixSet {
    document: TileMatrixSetDocument,
    crs: Crs,
    geographic: Crs,
    pub(super) to_geographic: Transformer,
    pub(super) from_geographic: Transformer,
    inverted: bool,
    quadtree: bool,
    variable: bool,
    xy_bbox: BoundingBox,
    bbox: BoundingBox,
}

impl TileMatrixSet {
    /// A built-in set: see [`builtin_ids`](Self::builtin_ids).
    #[must_use]
    pub fn builtin(id: &str) -> Option<Arc<Self>> {
        builtin::find(id)
    }

    /// The identifiers of the 13 built-in sets, sorted.
    #[must_use]
    pub fn builtin_ids() -> &'static [&'static str] {
        builtin::IDS
    }

    /// Begins a set over an extent of a CRS.
    pub fn custom(crs: &Crs, extent: BoundingBox) -> CustomTileMatrixSet {
        CustomTileMatrixSet::new(crs, extent)
    }

    /// Reads the standard's JSON, version 2.0.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidTileMatrixSet`] with the place and the rule, CRS errors, or
    /// [`Error::LimitExceeded`] for documents beyond 8 MiB.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        if text.len() > LONGEST {
            return Err(Error::LimitExceeded {
                what: "bytes of a tile matrix set document",
                needed: text.len() as u64,
                limit: LONGEST as u64,
            });
        }
        let value: serde_json::Value = serde_json::from_str(text).map_err(|e| json_error(&e))?;
        Self::from_value(value)
    }

    /// Reads the standard's JSON from a parsed value.
    ///
    /// # Errors
    ///
    /// As [`from_json`](Self::from_json).
    pub fn from_value(value: serde_json::Value) -> Result<Self, Error> {
        if value.get("supportedCRS").is_some() || value.get("topLeftCorner").is_some() {
            return Err(Error::InvalidTileMatrixSet {
                at: "supportedCRS".to_owned(),
                reason: "this is a version 1.0 document; convert it with from_v1_json".to_owned(),
            });
        }
        let document = serde_json::from_value(value).map_err(|e| json_error(&e))?;
        Self::from_document(document)
    }

    /// Checks a document and prepares it.
    ///
    /// # Errors
    ///
    /// As [`from_json`](Self::from_json).
    pub fn from_document(mut document: TileMatrixSetDocument) -> Result<Self, Error> {
        let crs = crs_of(&document.crs)?;
        document.tile_matrices.sort_by_key(|m| m.id);
        check(&document)?;
        let inverted = document
            .ordered_axes
            .as_ref()
            .map_or_else(|| crs.axis_inverted(), |axes| first_is_northing(&axes[0]));
        let geographic = crs.geographic();
        let matrices = &document.tile_matrices;
        let quadtree = is_quadtree(matrices);
        let variable = matrices.iter().any(|m| m.variable_matrix_widths.is_some());
        let xy_bbox = matrix_bounds(&matrices[0], inverted);
        let to_geographic = Transformer::new(&crs, &geographic)?;
        let from_geographic = to_geographic.inverse();
        let bbox = geographic_box(&to_geographic, xy_bbox);
        Ok(Self {
            document,
            crs,
            geographic,
            to_geographic,
            from_geographic,
            inverted,
            quadtree,
            variable,
            xy_bbox,
            bbox,
        })
    }

    /// The same set with another geographic CRS.
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedCrs`], or [`Error::InvalidArgument`] if the CRS is not geographic.
    pub fn with_geographic_crs(&self, crs: &Crs) -> Result<Self, Error> {
        if !crs.is_geographic() {
            return Err(Error::InvalidArgument {
                name: "crs",
                value: crs.to_string(),
                expected: "expected a geographic CRS".to_owned(),
            });
        }
        let to_geographic = Transformer::new(&self.crs, crs)?;
        let bbox = geographic_box(&to_geographic, self.xy_bbox);
        Ok(Self {
            from_geographic: to_geographic.inverse(),
            to_geographic,
            geographic: crs.clone(),
            bbox,
            ..self.clone()
        })
    }

    /// The standard's JSON, compact.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    /// The standard's JSON as a value.
    #[must_use]
    pub fn to_value(&self) -> serde_json::Value {
        // Structures of strings and checked finite numbers always serialize.
        serde_json::to_value(&self.document).unwrap_or_default()
    }

    /// The document, its matrices sorted by zoom.
    #[must_use]
    pub fn document(&self) -> &TileMatrixSetDocument {
        &self.document
    }

    /// The CRS.
    #[must_use]
    pub fn crs(&self) -> &Crs {
        &self.crs
    }

    /// The geographic CRS that longitudes and latitudes belong to.
    #[must_use]
    pub fn geographic_crs(&self) -> &Crs {
        &self.geographic
    }

    /// The identifier; empty when the document has none.
    #[must_use]
    pub fn id(&self) -> &str {
        self.document.id.as_deref().unwrap_or("")
    }

    /// The title, if any.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.document.title.as_deref()
    }

    /// The smallest zoom.
    #[must_use]
    pub fn min_zoom(&self) -> i8 {
        self.document.tile_matrices[0].id
    }

    /// The largest zoom that the document lists.
    #[must_use]
    pub fn max_zoom(&self) -> i8 {
        let matrices = &self.document.tile_matrices;
        matrices[matrices.len() - 1].id
    }

    /// The matrices that the document lists, by ascending zoom.
    #[must_use]
    pub fn matrices(&self) -> &[TileMatrix] {
        &self.document.tile_matrices
    }

    /// Whether every level is a square power of two and doubles the one before: quadkeys exist.
    #[must_use]
    pub fn is_quadtree(&self) -> bool {
        self.quadtree
    }

    /// Whether some level has variable matrix widths.
    #[must_use]
    pub fn is_variable(&self) -> bool {
        self.variable
    }

    /// Whether the document's coordinates are in the order north, east.
    #[must_use]
    pub fn axis_inverted(&self) -> bool {
        self.inverted
    }

    /// The whole set's box at its smallest zoom, in its CRS.
    #[must_use]
    pub fn xy_bbox(&self) -> BoundingBox {
        self.xy_bbox
    }

    /// The whole set's geographic box. Where the projection has no image of the edges at all, the
    /// whole Earth.
    #[must_use]
    pub fn bbox(&self) -> BoundingBox {
        self.bbox
    }

    /// Whether a box in the set's CRS meets the set's.
    #[must_use]
    pub fn intersects(&self, xy_bounds: &BoundingBox) -> bool {
        self.xy_bbox.intersects(xy_bounds)
    }

    /// The matrix of a zoom.
    ///
    /// Beyond the largest zoom it is computed from the last one, where the ratio between
    /// levels is constant.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidZoom`] below the smallest zoom or in a gap, beyond the largest for variable widths or
    /// ratios, and where columns would no longer fit 32 bits.
    pub fn matrix(&self, zoom: i8) -> Result<TileMatrix, Error> {
        if let Some(matrix) = self.listed(zoom) {
            return Ok(matrix.clone());
        }
        self.extrapolated(zoom)
    }

    /// The listed matrix of a zoom, without copying.
    pub(super) fn listed(&self, zoom: i8) -> Option<&TileMatrix> {
        let matrices = &self.document.tile_matrices;
        matrices
            .binary_search_by_key(&zoom, |m| m.id)
            .ok()
            .map(|at| &matrices[at])
    }

    fn extrapolated(&self, zoom: i8) -> Result<TileMatrix, Error> {
        let (least, most) = (self.min_zoom(), self.max_zoom());
        let refuse = |reason: &str| Error::InvalidZoom {
            zoom: i32::from(zoom),
            tms: self.id().to_owned(),
            reason: format!("it has {least} to {most}; {reason}"),
        };
        if zoom < least {
            return Err(refuse("levels above the first are not defined"));
        }
        if zoom < most {
            return Err(refuse("this level is left out"));
        }
        if self.variable {
            return Err(refuse("variable widths cannot be extended"));
        }
        let matrices = &self.document.tile_matrices;
        let ratio = |w: &[TileMatrix]| w[0].cell_size / w[1].cell_size;
        let mut ratios = matrices.windows(2).map(ratio);
        let Some(first) = ratios.next() else {
            return Err(refuse("one level gives no ratio to extend"));
        };
        // The precision to which published scales agree.
        if ratios.any(|r| (1.0 / r - 1.0 / first).abs() > 0.005) || first < 1.0 + 1e-6 {
            return Err(refuse("levels with varying ratios cannot be extended"));
        }
        let rounded = first.round();
        let ratio = if (first - rounded).abs() < 1e-3 {
            rounded
        } else {
            first
        };
        let mut matrix = matrices[matrices.len() - 1].clone();
        let factor = ratio.powi(i32::from(zoom) - i32::from(most));
        let tiles = |n: u32| {
            let n = (f64::from(n) * factor).round();
            // Tiles are numbered in 32 bits.
            (n <= f64::from(u32::MAX)).then_some(n as u32)
        };
        let (Some(width), Some(height)) = (tiles(matrix.matrix_width), tiles(matrix.matrix_height))
        else {
            return Err(refuse("its columns or rows would not fit 32 bits"));
        };
        matrix.id = zoom;
        matrix.scale_denominator /= factor;
        matrix.cell_size /= factor;
        (matrix.matrix_width, matrix.matrix_height) = (width, height);
        Ok(matrix)
    }

    /// Runs `work` with the matrix of a zoom, copying it only when it is computed.
    pub(super) fn with_matrix<T>(
        &self,
        zoom: i8,
        work: impl FnOnce(&TileMatrix) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match self.listed(zoom) {
            Some(matrix) => work(matrix),
            None => work(&self.extrapolated(zoom)?),
        }
    }

    /// Corner of origin as `(x, y)`.
    pub(super) fn origin(&self, matrix: &TileMatrix) -> (f64, f64) {
        origin(matrix, self.inverted)
    }
}

impl PartialEq for TileMatrixSet {
    /// Same document and same geographic CRS.
    fn eq(&self, other: &Self) -> bool {
        self.document == other.document && self.geographic == other.geographic
    }
}

fn json_error(error: &serde_json::Error) -> Error {
    let at = if error.line() > 0 {
        format!("line {} column {}", error.line(), error.column())
    } else {
        "the document".to_owned()
    };
    // The dependency adds the position again; it has been said.
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or(&text);
    Error::InvalidTileMatrixSet {
        at,
        reason: shorten(reason),
    }
}

pub(super) fn crs_of(document: &CrsDocument) -> Result<Crs, Error> {
    match document {
        CrsDocument::Text(text) | CrsDocument::Uri { uri: text } => Crs::parse(text),
        CrsDocument::Wkt {
            wkt: serde_json::Value::String(text),
        } => Crs::parse(text),
        CrsDocument::Wkt { wkt } => Crs::parse(&wkt.to_string()),
        CrsDocument::ReferenceSystem { .. } => Err(Error::InvalidTileMatrixSet {
            at: "crs.referenceSystem".to_owned(),
            reason: "ISO 19115 reference systems are not supported; give a URI or PROJJSON"
                .to_owned(),
        }),
    }
}

/// The names by which the original recognises latitude or northing.
fn first_is_northing(axis: &str) -> bool {
    ["Y", "LAT", "N"]
        .iter()
        .any(|name| axis.eq_ignore_ascii_case(name))
}

fn origin(matrix: &TileMatrix, inverted: bool) -> (f64, f64) {
    let [first, second] = matrix.point_of_origin;
    if inverted {
        (second, first)
    } else {
        (first, second)
    }
}

fn matrix_bounds(matrix: &TileMatrix, inverted: bool) -> BoundingBox {
    let (x, y) = origin(matrix, inverted);
    let right =
        x + f64::from(matrix.matrix_width) * matrix.cell_size * f64::from(matrix.tile_width);
    let height = f64::from(matrix.matrix_height) * matrix.cell_size * f64::from(matrix.tile_height);
    match matrix.corner_of_origin {
        CornerOfOrigin::TopLeft => BoundingBox::new(x, y - height, right, y),
        CornerOfOrigin::BottomLeft => BoundingBox::new(x, y, right, y + height),
    }
}

fn geographic_box(to_geographic: &Transformer, xy_bbox: BoundingBox) -> BoundingBox {
    to_geographic
        .transform_bounds(xy_bbox, DENSIFY)
        .unwrap_or(BoundingBox::new(-180.0, -90.0, 180.0, 90.0))
}

fn is_quadtree(matrices: &[TileMatrix]) -> bool {
    let square = |m: &TileMatrix| {
        m.matrix_width == m.matrix_height
            && m.matrix_width.is_power_of_two()
            && m.variable_matrix_widths.is_none()
    };
    matrices.iter().all(square)
        && matrices.windows(2).all(|w| {
            w[1].id == w[0].id + 1
                && u64::from(w[0].matrix_width) * 2 == u64::from(w[1].matrix_width)
        })
}

/// The rules of OGC 17-083r4 clause 7 that JSON's types do not carry.
fn check(document: &TileMatrixSetDocument) -> Result<(), Error> {
    let fail = |at: String, reason: &str| {
        Err(Error::InvalidTileMatrixSet {
            at,
            reason: reason.to_owned(),
        })
    };
    if let Some(id) = &document.id {
        let fits = !id.is_empty()
            && id.len() <= 256
            && id
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if !fits {
            return fail("id".to_owned(), "expected letters, digits, '_' and '-'");
        }
    }
    if document.tile_matrices.is_empty() {
        return fail("tileMatrices".to_owned(), "there is no tile matrix");
    }
    for (i, m) in document.tile_matrices.iter().enumerate() {
        let at = |member: &str| format!("tileMatrices[{i}].{member}");
        if i > 0 && document.tile_matrices[i - 1].id == m.id {
            return fail(at("id"), "two tile matrices have the same id");
        }
        for (member, value) in [
            ("cellSize", m.cell_size),
            ("scaleDenominator", m.scale_denominator),
        ] {
            if !(value.is_finite() && value > 0.0) {
                return fail(at(member), "expected a positive number");
            }
        }
        if !m.point_of_origin.iter().all(|v| v.is_finite()) {
            return fail(at("pointOfOrigin"), "expected finite numbers");
        }
        for (member, value) in [
            ("tileWidth", m.tile_width),
            ("tileHeight", m.tile_height),
            ("matrixWidth", m.matrix_width),
            ("matrixHeight", m.matrix_height),
        ] {
            if value == 0 {
                return fail(at(member), "expected at least 1");
            }
        }
        let widths = m.variable_matrix_widths.as_deref().unwrap_or_default();
        if widths.len() > MOST_WIDTHS {
            return fail(
                at("variableMatrixWidths"),
                "there are more than 4096 entries",
            );
        }
        for (k, v) in widths.iter().enumerate() {
            let at = at(&format!("variableMatrixWidths[{k}]"));
            if v.coalesce < 2 || v.coalesce > m.matrix_width {
                return fail(at, "coalesce is not between 2 and matrixWidth");
            }
            if v.min_tile_row > v.max_tile_row || v.max_tile_row >= m.matrix_height {
                return fail(at, "its rows are reversed or outside the matrix");
            }
            if widths[..k]
                .iter()
                .any(|w| w.min_tile_row <= v.max_tile_row && v.min_tile_row <= w.max_tile_row)
            {
                return fail(at, "its rows overlap another entry's");
            }
        }
        if !matrix_bounds(m, false).is_finite() {
            return fail(at("cellSize"), "the matrix reaches beyond the numbers");
        }
    }
    Ok(())
}
