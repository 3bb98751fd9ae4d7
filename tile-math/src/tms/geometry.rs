//! Between tiles and the ground.

use super::document::{CornerOfOrigin, TileMatrix};
use super::set::{DENSIFY, TileMatrixSet};
use crate::{BoundingBox, Error, Tile};

impl TileMatrixSet {
    /// Longitude and latitude of a point of the set's CRS.
    ///
    /// # Errors
    ///
    /// [`Error::Transform`].
    pub fn lon_lat(&self, x: f64, y: f64) -> Result<(f64, f64), Error> {
        self.to_geographic.transform(x, y)
    }

    /// The point in the set's CRS of a longitude and latitude.
    ///
    /// # Errors
    ///
    /// [`Error::Transform`].
    pub fn xy(&self, lon: f64, lat: f64) -> Result<(f64, f64), Error> {
        self.from_geographic.transform(lon, lat)
    }

    /// The tile that holds a longitude and latitude.
    ///
    /// Points outside the set give the nearest tile of its edge; in rows of variable width, the
    /// first column of the coalesced tile.
    ///
    /// # Errors
    ///
    /// [`Error::Transform`] for a point without an image, [`Error::InvalidZoom`].
    pub fn tile(&self, lon: f64, lat: f64, zoom: i8) -> Result<Tile, Error> {
        let (x, y) = self.xy(lon, lat)?;
        self.tile_at(x, y, zoom)
    }

    /// The tile that holds a point of the set's CRS; otherwise as [`tile`](Self::tile).
    ///
    /// Tiles hold their left edge and the edge on the side of the origin.
    ///
    /// # Errors
    ///
    /// [`Error::Transform`] for NaN, [`Error::InvalidZoom`]. An infinite coordinate gives column or row 0.
    pub fn tile_at(&self, x: f64, y: f64, zoom: i8) -> Result<Tile, Error> {
        if x.is_nan() || y.is_nan() {
            return Err(Error::Transform {
                x,
                y,
                from: self.crs().to_string(),
                to: self.id().to_owned(),
            });
        }
        self.with_matrix(zoom, |matrix| {
            let (column, row) = self.clamped(matrix, x, y);
            let coalesce = matrix.coalesce(row);
            Ok(Tile::new(zoom, column - column % coalesce, row))
        })
    }

    /// Column and row of a point, moved to the matrix's edge when outside; coalescence ignored.
    pub(super) fn clamped(&self, matrix: &TileMatrix, x: f64, y: f64) -> (u32, u32) {
        let (column, row) = self.fractional(matrix, x, y);
        (
            index(column, matrix.matrix_width),
            index(row, matrix.matrix_height),
        )
    }

    /// Column and row as real numbers.
    pub(super) fn fractional(&self, matrix: &TileMatrix, x: f64, y: f64) -> (f64, f64) {
        let (origin_x, origin_y) = self.origin(matrix);
        let down = match matrix.corner_of_origin {
            CornerOfOrigin::TopLeft => origin_y - y,
            CornerOfOrigin::BottomLeft => y - origin_y,
        };
        (
            (x - origin_x) / matrix.tile_span_x(),
            down / matrix.tile_span_y(),
        )
    }

    /// The tile's box in the set's CRS. A coalesced tile's is as wide as all its columns, whichever of
    /// them is named.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidTile`], [`Error::InvalidZoom`].
    pub fn xy_bounds(&self, tile: Tile) -> Result<BoundingBox, Error> {
        self.with_matrix(tile.z, |matrix| {
            self.check_tile(matrix, tile)?;
            Ok(self.bounds_in(matrix, tile))
        })
    }

    pub(super) fn bounds_in(&self, matrix: &TileMatrix, tile: Tile) -> BoundingBox {
        let (origin_x, origin_y) = self.origin(matrix);
        let coalesce = matrix.coalesce(tile.y);
        let first = f64::from(tile.x / coalesce);
        // In the order of the original's multiplications, so that edges agree to the last bit.
        let width =
            |i: f64| i * matrix.cell_size * f64::from(coalesce) * f64::from(matrix.tile_width);
        let height = |i: f64| i * matrix.cell_size * f64::from(matrix.tile_height);
        let row = f64::from(tile.y);
        let (near, far) = (height(row), height(row + 1.0));
        let (bottom, top) = match matrix.corner_of_origin {
            CornerOfOrigin::TopLeft => (origin_y - far, origin_y - near),
            CornerOfOrigin::BottomLeft => (origin_y + near, origin_y + far),
        };
        BoundingBox::new(
            origin_x + width(first),
            bottom,
            origin_x + width(first + 1.0),
            top,
        )
    }

    /// The tile's geographic box: `left > right` where it crosses the antimeridian.
    ///
    /// Where straight edges stay straight (cylindrical sets), these are the images of the corners;
    /// elsewhere the box around the densified edges, poles included. (The original always takes
    /// the corners, which in polar and conic sets is not a box around the tile.)
    ///
    /// # Errors
    ///
    /// [`Error::InvalidTile`], [`Error::InvalidZoom`], [`Error::Transform`].
    pub fn bounds(&self, tile: Tile) -> Result<BoundingBox, Error> {
        let b = self.xy_bounds(tile)?;
        if self.to_geographic.is_identity() {
            return Ok(b);
        }
        if self.to_geographic.is_separable() {
            let (left, top) = self.lon_lat(b.left, b.top)?;
            let (right, bottom) = self.lon_lat(b.right, b.bottom)?;
            return Ok(BoundingBox::new(left, bottom, right, top));
        }
        self.to_geographic.transform_bounds(b, DENSIFY)
    }

    /// Longitude and latitude of the tile's upper left corner.
    ///
    /// # Errors
    ///
    /// As [`bounds`](Self::bounds).
    pub fn upper_left(&self, tile: Tile) -> Result<(f64, f64), Error> {
        let b = self.xy_bounds(tile)?;
        self.lon_lat(b.left, b.top)
    }

    /// Longitude and latitude of the tile's lower right corner.
    ///
    /// # Errors
    ///
    /// As [`bounds`](Self::bounds).
    pub fn lower_right(&self, tile: Tile) -> Result<(f64, f64), Error> {
        let b = self.xy_bounds(tile)?;
        self.lon_lat(b.right, b.bottom)
    }

    /// Whether the tile is one of a listed level's.
    #[must_use]
    pub fn is_valid(&self, tile: Tile) -> bool {
        self.listed(tile.z)
            .is_some_and(|m| tile.x < m.matrix_width && tile.y < m.matrix_height)
    }

    /// Whether the tile is one of a level's, computed levels beyond the last included.
    #[must_use]
    pub fn is_valid_overzoom(&self, tile: Tile) -> bool {
        self.with_matrix(tile.z, |matrix| self.check_tile(matrix, tile))
            .is_ok()
    }

    /// Columns and rows of a zoom: `(columns, rows)`, tiles count from 0.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidZoom`].
    pub fn extrema(&self, zoom: i8) -> Result<(u32, u32), Error> {
        self.with_matrix(zoom, |m| Ok((m.matrix_width, m.matrix_height)))
    }

    pub(super) fn check_tile(&self, matrix: &TileMatrix, tile: Tile) -> Result<(), Error> {
        if tile.x < matrix.matrix_width && tile.y < matrix.matrix_height {
            return Ok(());
        }
        Err(Error::InvalidTile {
            tile: tile.to_string(),
            tms: self.id().to_owned(),
            width: u64::from(matrix.matrix_width),
            height: u64::from(matrix.matrix_height),
        })
    }
}

/// Whole part of a position, in `0..count`.
fn index(position: f64, count: u32) -> u32 {
    if !position.is_finite() {
        return 0;
    }
    // The cast saturates, below at 0.
    (position.floor() as u32).min(count - 1)
}
