//! Sets made from a CRS and an extent.

use core::ops::RangeInclusive;

use super::document::{CornerOfOrigin, CrsDocument, TileMatrix, TileMatrixSetDocument};
use super::set::{DENSIFY, TileMatrixSet};
use crate::{BoundingBox, Crs, Error, Transformer};

/// Builds a [`TileMatrixSet`]. Made by [`TileMatrixSet::custom`].
///
/// # Example
///
/// ```
/// use tile_math::{BoundingBox, Crs, TileMatrixSet};
///
/// let crs = Crs::from_epsg(32631)?;
/// let tms = TileMatrixSet::custom(&crs, BoundingBox::new(166_021.0, 0.0, 833_979.0, 9_329_005.0))
///     .id("Utm31")
///     .tile_size(512, 512)
///     .zooms(0..=12)
///     .build()?;
/// assert_eq!(tms.max_zoom(), 12);
/// # Ok::<(), tile_math::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct CustomTileMatrixSet {
    crs: Crs,
    extent: BoundingBox,
    extent_crs: Option<Crs>,
    id: Option<String>,
    title: Option<String>,
    tile_size: (u32, u32),
    matrix_scale: (u32, u32),
    zooms: RangeInclusive<i8>,
    ordered_axes: Option<[String; 2]>,
    screen_pixel_size: f64,
    decimation_base: u32,
    corner: CornerOfOrigin,
    point_of_origin: Option<[f64; 2]>,
}

impl CustomTileMatrixSet {
    pub(super) fn new(crs: &Crs, extent: BoundingBox) -> Self {
        Self {
            crs: crs.clone(),
            extent,
            extent_crs: None,
            id: None,
            title: None,
            tile_size: (256, 256),
            matrix_scale: (1, 1),
            zooms: 0..=24,
            ordered_axes: None,
            screen_pixel_size: 0.28e-3,
            decimation_base: 2,
            corner: CornerOfOrigin::TopLeft,
            point_of_origin: None,
        }
    }

    /// The extent's CRS where it is not the set's.
    pub fn extent_crs(mut self, crs: &Crs) -> Self {
        self.extent_crs = Some(crs.clone());
        self
    }

    /// The identifier: letters, digits, `_` and `-`.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The title.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Pixels of a tile; 256 × 256 by default.
    pub fn tile_size(mut self, width: u32, height: u32) -> Self {
        self.tile_size = (width, height);
        self
    }

    /// Tiles at zoom 0; 1 × 1 by default, 2 × 1 suits the whole Earth in degrees.
    pub fn matrix_scale(mut self, columns: u32, rows: u32) -> Self {
        self.matrix_scale = (columns, rows);
        self
    }

    /// The zooms; 0 to 24 by default.
    pub fn zooms(mut self, zooms: RangeInclusive<i8>) -> Self {
        self.zooms = zooms;
        self
    }

    /// Names of the axes where they are not in the CRS's order.
    pub fn ordered_axes(mut self, first: impl Into<String>, second: impl Into<String>) -> Self {
        self.ordered_axes = Some([first.into(), second.into()]);
        self
    }

    /// Size of a screen's pixel in metres, for the scale denominators; 0.28 mm by default.
    pub fn screen_pixel_size(mut self, metres: f64) -> Self {
        self.screen_pixel_size = metres;
        self
    }

    /// How many tiles in width one tile becomes at the next zoom; 2 by default.
    pub fn decimation_base(mut self, base: u32) -> Self {
        self.decimation_base = base;
        self
    }

    /// From which corner tiles count; the top left by default.
    pub fn corner_of_origin(mut self, corner: CornerOfOrigin) -> Self {
        self.corner = corner;
        self
    }

    /// The origin's coordinates in the order of the axes, where it is not the extent's corner.
    pub fn point_of_origin(mut self, point: [f64; 2]) -> Self {
        self.point_of_origin = Some(point);
        self
    }

    /// Makes the set.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`], [`Error::InvalidTileMatrixSet`], CRS errors, or
    /// [`Error::LimitExceeded`] when a level has more columns or rows than 32 bits hold.
    pub fn build(self) -> Result<TileMatrixSet, Error> {
        let wrong = |name: &'static str, value: String, expected: &str| Error::InvalidArgument {
            name,
            value,
            expected: expected.to_owned(),
        };
        if self.decimation_base < 2 {
            return Err(wrong(
                "decimation_base",
                self.decimation_base.to_string(),
                "expected 2 or more",
            ));
        }
        if self.tile_size.0 == 0 || self.tile_size.1 == 0 {
            return Err(wrong(
                "tile_size",
                format!("{:?}", self.tile_size),
                "expected at least one pixel",
            ));
        }
        if self.matrix_scale.0 == 0 || self.matrix_scale.1 == 0 {
            return Err(wrong(
                "matrix_scale",
                format!("{:?}", self.matrix_scale),
                "expected at least one tile",
            ));
        }
        if !(self.screen_pixel_size.is_finite() && self.screen_pixel_size > 0.0) {
            return Err(wrong(
                "screen_pixel_size",
                self.screen_pixel_size.to_string(),
                "expected metres",
            ));
        }
        if self.zooms.is_empty() {
            return Err(wrong(
                "zooms",
                format!("{:?}", self.zooms),
                "expected the smaller first",
            ));
        }
        let extent = match &self.extent_crs {
            None => self.extent,
            Some(crs) => {
                Transformer::new(crs, &self.crs)?.transform_bounds(self.extent, DENSIFY)?
            }
        };
        let (width, height) = (extent.width().abs(), extent.height().abs());
        if !extent.is_finite() || !(width > 0.0 || height > 0.0) {
            return Err(wrong(
                "extent",
                format!("{:?}", extent.to_array()),
                "expected a finite area",
            ));
        }
        let inverted = match &self.ordered_axes {
            None => self.crs.axis_inverted(),
            Some([first, _]) => ["Y", "LAT", "N"]
                .iter()
                .any(|n| first.eq_ignore_ascii_case(n)),
        };
        let origin = self.point_of_origin.unwrap_or_else(|| {
            let y = match self.corner {
                CornerOfOrigin::TopLeft => extent.top,
                CornerOfOrigin::BottomLeft => extent.bottom,
            };
            if inverted {
                [y, extent.left]
            } else {
                [extent.left, y]
            }
        });
        let cells_at_0 = (
            width / (f64::from(self.tile_size.0) * f64::from(self.matrix_scale.0)),
            height / (f64::from(self.tile_size.1) * f64::from(self.matrix_scale.1)),
        );
        let base = f64::from(self.decimation_base);
        let metres = self.crs.meters_per_unit();
        let mut tile_matrices = Vec::new();
        for zoom in self.zooms.clone() {
            let factor = base.powi(i32::from(zoom));
            let cell_size = (cells_at_0.0 / factor).max(cells_at_0.1 / factor);
            let tiles = |scale: u32| {
                // Levels above zoom 0 have at least one tile.
                let n = (f64::from(scale) * factor).max(1.0).floor();
                if n > f64::from(u32::MAX) {
                    return Err(Error::LimitExceeded {
                        what: "columns or rows of a tile matrix (use fewer zooms)",
                        needed: n as u64,
                        limit: u64::from(u32::MAX),
                    });
                }
                Ok(n as u32)
            };
            tile_matrices.push(TileMatrix {
                id: zoom,
                title: None,
                description: None,
                keywords: None,
                scale_denominator: cell_size * metres / self.screen_pixel_size,
                cell_size,
                corner_of_origin: self.corner,
                point_of_origin: origin,
                tile_width: self.tile_size.0,
                tile_height: self.tile_size.1,
                matrix_width: tiles(self.matrix_scale.0)?,
                matrix_height: tiles(self.matrix_scale.1)?,
                variable_matrix_widths: None,
            });
        }
        TileMatrixSet::from_document(TileMatrixSetDocument {
            id: self.id,
            title: self.title,
            description: None,
            keywords: None,
            uri: None,
            crs: crs_document(&self.crs)?,
            ordered_axes: self.ordered_axes,
            well_known_scale_set: None,
            bounding_box: None,
            tile_matrices,
        })
    }
}

/// A URI where the CRS has an authority, else PROJJSON.
fn crs_document(crs: &Crs) -> Result<CrsDocument, Error> {
    let uri = crs.to_uri().map(CrsDocument::Text);
    uri.or_else(|| crs.to_projjson().map(|wkt| CrsDocument::Wkt { wkt }))
        .ok_or_else(|| Error::UnsupportedCrs {
            crs: crs.to_string(),
            reason: "it has neither a code nor a form in PROJJSON to name it in a document"
                .to_owned(),
        })
}
