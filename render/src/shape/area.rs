//! Areas in the plane of some CRS.

use super::outline::{Pixels, ToPixels};
use super::{burn, cover, geojson, transform};
use crate::{Error, Grid};
use cog_raster::Mask;
use tile_math::{BoundingBox, Crs};

/// One or several polygons with their holes.
///
/// The coordinates lie in the plane of a CRS that the shape does not know; GeoJSON's are longitudes
/// and latitudes ([`Crs::wgs84`]) unless a caller says otherwise. Edges are straight in that plane
/// (RFC 7946, 3.1.1).
///
/// # Invariants
///
/// - at least one polygon, each with at least one ring: the outline, then its holes;
/// - every ring has at least four positions, the last of which is the first;
/// - all coordinates are finite;
/// - no more than 200 000 positions as parsed; 2 000 000 once [transformed](Self::transformed).
///
/// # Example
///
/// ```
/// # use cog_render::{Grid, Shape};
/// # use tile_math::Crs;
/// let triangle = r#"{"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [0, 4], [0, 0]]]}"#;
/// let shape = Shape::from_geojson(triangle)?;
/// let grid = Grid::for_bounds(shape.bounds(), &Crs::wgs84(), 2, 2)?;
/// assert_eq!(shape.mask(&grid)?.values(), [255, 0, 255, 255]);
/// assert_eq!(shape.coverage(&grid, 100)?[2], 1.0);
/// # Ok::<(), cog_render::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    pub(super) polygons: Vec<Polygon>,
}

/// The rings of one polygon: its outline, then its holes.
pub(super) type Polygon = Vec<Ring>;

/// A closed line: the last position is the first.
pub(super) type Ring = Vec<(f64, f64)>;

impl Shape {
    /// Reads a GeoJSON `Polygon` or `MultiPolygon`, by itself or as the geometry of a `Feature`.
    ///
    /// Elevations are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] for what is not GeoJSON (RFC 7946) or another type of it, for a
    /// ring of fewer than four positions or without end, and for more than 8 MiB of text,
    /// 200 000 positions or 20 000 rings.
    pub fn from_geojson(text: &str) -> Result<Self, Error> {
        geojson::parse(text)
    }

    /// The rectangle as a shape.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] if the box holds no area or is not finite.
    pub fn rectangle(bounds: BoundingBox) -> Result<Self, Error> {
        if bounds.is_empty() || !bounds.is_finite() {
            return Err(Error::parameter("bounds", "the box holds no area"));
        }
        let BoundingBox {
            left,
            bottom,
            right,
            top,
        } = bounds;
        let ring = vec![
            (left, bottom),
            (right, bottom),
            (right, top),
            (left, top),
            (left, bottom),
        ];
        Ok(Self {
            polygons: vec![vec![ring]],
        })
    }

    /// The smallest box around the outlines, in the shape's CRS.
    #[must_use]
    pub fn bounds(&self) -> BoundingBox {
        let positions = self.polygons.iter().flatten().flatten().copied();
        BoundingBox::of_points(positions).expect("a shape has finite positions")
    }

    /// The shape in another CRS, its edges as straight on the ground of `from` as before.
    ///
    /// Positions are added where an edge bends, so that no edge is further off than
    /// 1/50 000 of the shape's size. Towards a geographic CRS, outlines that cross the antimeridian go
    /// on beyond ±180 degrees rather than jump to the other side.
    ///
    /// # Errors
    ///
    /// [`Error::Projection`] if there is no way between the CRSs, or a position has no
    /// coordinates in `to`.
    pub fn transformed(&self, from: &Crs, to: &Crs) -> Result<Self, Error> {
        if from == to {
            return Ok(self.clone());
        }
        transform::transformed(self, from, to)
    }

    /// The parts of a shape that was cut at the antimeridian (RFC 7946, 3.1.9), side by side again: those
    /// in the west come after 180 degrees. For longitudes and latitudes only; other shapes stay.
    #[must_use]
    pub fn joined(&self) -> Self {
        transform::joined(self)
    }

    /// Which pixels of a grid the shape touches: 255, and 0 elsewhere.
    ///
    /// The pixels are those of GDAL's `ALL_TOUCHED` rasterisation (3.10), which rio-tiler cuts images
    /// with: all whose centre is inside, and all that an edge passes through, but not those whose
    /// boundary it only runs along. Shape and grid are in the same CRS.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] if the grid's affine has no inverse, [`Error::OverLimit`] for a grid
    /// or an outline that would take too long to draw.
    pub fn mask(&self, grid: &Grid) -> Result<Mask, Error> {
        let pixels = Pixels {
            columns: grid.width,
            rows: grid.height,
        };
        let bits = burn::burn(self, &ToPixels::of_grid(grid, 1)?, pixels)?;
        let values = bits.to_bytes(255);
        Mask::new(grid.height, grid.width, values).map_err(|e| Error::Mismatch {
            message: e.to_string(),
        })
    }

    /// To which share, 0 to 1, the shape covers each pixel of a grid, `rows × columns`.
    ///
    /// As rio-tiler's `get_coverage_array`: each pixel is cut in `scale × scale`, and the touched
    /// parts are counted. Shape and grid are in the same CRS.
    ///
    /// # Errors
    ///
    /// As [`mask`](Self::mask); [`Error::InvalidParameter`] if `scale` is not between 1 and 1000.
    pub fn coverage(&self, grid: &Grid, scale: u32) -> Result<Vec<f64>, Error> {
        cover::coverage(self, grid, scale)
    }
}
