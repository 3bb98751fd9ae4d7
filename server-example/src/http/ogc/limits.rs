//! Which tiles of a set a source covers.

use serde::Serialize;
use tile_math::{BoundingBox, Crs, TileMatrixSet, Transformer};
use utoipa::ToSchema;

/// The rows and columns of one tile matrix that hold something.
///
/// # Specification
///
/// OGC 17-083r4, 7.2.3 (`TileMatrixLimits`); both ends are inclusive.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TileLimits {
    /// Identifier of the tile matrix.
    pub(crate) tile_matrix: String,
    /// First row.
    pub(crate) min_tile_row: u32,
    /// Last row.
    pub(crate) max_tile_row: u32,
    /// First column.
    pub(crate) min_tile_col: u32,
    /// Last column.
    pub(crate) max_tile_col: u32,
}

/// The limits of `bounds` (degrees, longitude first) at each zoom from `zooms.0` to `zooms.1` that the
/// set has; `None` where the set does not reach there.
///
/// The whole outline is brought to the set's CRS and not just two corners: in a polar set the corners of
/// a box say little about it.
pub(super) fn limits(
    tms: &TileMatrixSet,
    bounds: BoundingBox,
    zooms: (i8, i8),
) -> Option<Vec<TileLimits>> {
    let whole = tms.xy_bbox();
    let within = reach(tms, bounds)?.intersection(&whole)?;
    let (low, high) = (zooms.0.max(tms.min_zoom()), zooms.1.min(tms.max_zoom()));
    (low..=high)
        .map(|zoom| {
            let matrix = tms.matrix(zoom).ok()?;
            let first = tms.tile_at(within.left, within.top, zoom).ok()?;
            let last = tms.tile_at(within.right, within.bottom, zoom).ok()?;
            // An edge that lies on a border belongs to the tile inside; the set's own far edge to its last.
            Some(TileLimits {
                tile_matrix: matrix.id.to_string(),
                min_tile_row: first.y.min(last.y),
                max_tile_row: first
                    .y
                    .max(last.y)
                    .min(matrix.matrix_height.saturating_sub(1)),
                min_tile_col: first.x.min(last.x),
                max_tile_col: first
                    .x
                    .max(last.x)
                    .min(matrix.matrix_width.saturating_sub(1)),
            })
        })
        .collect::<Option<Vec<_>>>()
        .filter(|limits| !limits.is_empty())
}

/// Where `bounds` lie in the set's own CRS.
pub(super) fn reach(tms: &TileMatrixSet, bounds: BoundingBox) -> Option<BoundingBox> {
    let mut bounds = bounds;
    if bounds.left > bounds.right {
        // Across the antimeridian: two ends of the set, and so every column.
        (bounds.left, bounds.right) = (-180.0, 180.0);
    }
    // A set says where it ends in degrees, which keeps poles and antimeridians out of the projection.
    let set = tms.bbox();
    if set.left < set.right {
        bounds = bounds.intersection(&set)?;
    }
    let transformer = Transformer::new(&Crs::wgs84(), tms.crs()).ok()?;
    let reach = transformer.transform_bounds(bounds, 21).ok()?;
    (reach.is_finite() && !reach.is_empty()).then_some(reach)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(id: &str, bounds: [f64; 4], zooms: (i8, i8)) -> Option<Vec<TileLimits>> {
        let [left, bottom, right, top] = bounds;
        let tms = TileMatrixSet::builtin(id).unwrap();
        limits(&tms, BoundingBox::new(left, bottom, right, top), zooms)
    }

    #[test]
    fn the_world_is_every_tile_and_not_one_more() {
        let limits = of("WebMercatorQuad", [-180.0, -90.0, 180.0, 90.0], (0, 2)).unwrap();
        let last = &limits[2];
        assert_eq!((last.min_tile_col, last.max_tile_col), (0, 3));
        assert_eq!((last.min_tile_row, last.max_tile_row), (0, 3));
        assert_eq!(last.tile_matrix, "2");
    }

    #[test]
    fn a_place_has_the_tiles_that_morecantile_names() {
        // mercantile's and morecantile's anchor: -73, 45 lies in 9/152/184.
        let limits = of("WebMercatorQuad", [-73.0, 44.99, -72.99, 45.0], (9, 9)).unwrap();
        assert_eq!(
            limits,
            [TileLimits {
                tile_matrix: "9".into(),
                min_tile_row: 184,
                max_tile_row: 184,
                min_tile_col: 152,
                max_tile_col: 152
            }]
        );
    }

    #[test]
    fn a_set_that_does_not_reach_there_has_none() {
        assert_eq!(of("NZTM2000Quad", [6.0, 45.0, 10.0, 47.0], (0, 3)), None);
        assert_eq!(
            of("UPSAntarcticWGS84Quad", [6.0, 45.0, 10.0, 47.0], (0, 3)),
            None
        );
        assert_eq!(
            of("WebMercatorQuad", [6.0, 45.0, 10.0, 47.0], (30, 40)),
            None
        );
    }

    #[test]
    fn across_the_antimeridian_every_column_counts() {
        let limits = of("WebMercatorQuad", [178.0, -20.0, -178.0, -10.0], (3, 3)).unwrap();
        assert_eq!((limits[0].min_tile_col, limits[0].max_tile_col), (0, 7));
        assert_eq!((limits[0].min_tile_row, limits[0].max_tile_row), (4, 4));
    }

    #[test]
    fn around_a_pole_more_than_the_corners_count() {
        // A ring around the pole: its corners all lie on one ray.
        let limits = of("UPSArcticWGS84Quad", [-180.0, 70.0, 180.0, 80.0], (2, 2)).unwrap();
        assert!(
            limits[0].max_tile_col > limits[0].min_tile_col,
            "{limits:?}"
        );
        assert!(
            limits[0].max_tile_row > limits[0].min_tile_row,
            "{limits:?}"
        );
    }
}
