//! Relatives of a tile: parents, children, neighbours.

use super::MOST_TILES;
use super::set::TileMatrixSet;
use crate::{Error, Tile};

impl TileMatrixSet {
    /// The tile one zoom above that holds this one, where there is exactly one.
    ///
    /// # Errors
    ///
    /// As [`parents`](Self::parents).
    pub fn parent(&self, tile: Tile) -> Result<Option<Tile>, Error> {
        let parents = self.parents(tile)?;
        Ok(if let [parent] = parents.as_slice() {
            Some(*parent)
        } else {
            None
        })
    }

    /// The tiles one zoom above that share area with this one, row by row; none at the smallest zoom.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidTile`], [`Error::InvalidZoom`].
    pub fn parents(&self, tile: Tile) -> Result<Vec<Tile>, Error> {
        if tile.z == self.min_zoom() {
            self.xy_bounds(tile)?;
            return Ok(Vec::new());
        }
        self.relatives(tile, tile.z - 1)
    }

    /// The tiles of a smaller zoom that share area with this one.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] unless `zoom` is smaller than the tile's; otherwise as
    /// [`parents`](Self::parents).
    pub fn parents_at(&self, tile: Tile, zoom: i8) -> Result<Vec<Tile>, Error> {
        if zoom >= tile.z {
            return Err(Error::InvalidArgument {
                name: "zoom",
                value: zoom.to_string(),
                expected: format!("expected less than the tile's own, {}", tile.z),
            });
        }
        self.relatives(tile, zoom)
    }

    /// The tiles one zoom below that share area with this one, row by row (downwards from the
    /// top in sets with their origin there).
    ///
    /// # Errors
    ///
    /// [`Error::InvalidTile`], [`Error::InvalidZoom`].
    pub fn children(&self, tile: Tile) -> Result<Vec<Tile>, Error> {
        match tile.z.checked_add(1) {
            Some(zoom) => self.relatives(tile, zoom),
            None => self.matrix(tile.z).map(|_| Vec::new()),
        }
    }

    /// The tiles of a zoom, not smaller than the tile's, that share area with it.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] for a smaller zoom, [`Error::LimitExceeded`] for more than
    /// [`MOST_TILES`]; otherwise as [`children`](Self::children).
    pub fn children_at(&self, tile: Tile, zoom: i8) -> Result<Vec<Tile>, Error> {
        if zoom < tile.z {
            return Err(Error::InvalidArgument {
                name: "zoom",
                value: zoom.to_string(),
                expected: format!("expected at least the tile's own, {}", tile.z),
            });
        }
        self.relatives(tile, zoom)
    }

    fn relatives(&self, tile: Tile, zoom: i8) -> Result<Vec<Tile>, Error> {
        let bounds = self.xy_bounds(tile)?;
        let own = self.with_matrix(tile.z, |m| Ok(m.cell_size))?;
        self.with_matrix(zoom, |matrix| {
            // A tenth of the tile's own pixel, so that tiles which only touch, by rounded pixel sizes too, stay out.
            let inner = bounds.buffered(-own / 10.0);
            let (x0, y0) = self.clamped(matrix, inner.left, inner.top);
            let (x1, y1) = self.clamped(matrix, inner.right, inner.bottom);
            // With the origin at the bottom, the top edge has the larger row.
            let (y0, y1) = (y0.min(y1), y0.max(y1));
            let most = (u64::from(x1 - x0) + 1) * (u64::from(y1 - y0) + 1);
            if most > MOST_TILES {
                return Err(Error::LimitExceeded {
                    what: "tiles",
                    needed: most,
                    limit: MOST_TILES,
                });
            }
            let mut tiles = Vec::new();
            for y in y0..=y1 {
                let coalesce = matrix.coalesce(y);
                // The first column may lie inside a coalesced tile that starts before it.
                let first = x0 - x0 % coalesce;
                tiles.extend(
                    (first..=x1)
                        .step_by(coalesce as usize)
                        .map(|x| Tile::new(zoom, x, y)),
                );
            }
            Ok(tiles)
        })
    }

    /// The up to eight tiles around this one, sorted by zoom, column and row. Sets do not wrap at the antimeridian.
    ///
    /// Beside rows of other coalescence there can be more or fewer.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidTile`], [`Error::InvalidZoom`], or [`Error::LimitExceeded`] where a coalesced tile
    /// has more than [`MOST_TILES`] neighbours.
    pub fn neighbors(&self, tile: Tile) -> Result<Vec<Tile>, Error> {
        self.with_matrix(tile.z, |matrix| {
            self.check_tile(matrix, tile)?;
            let coalesce = matrix.coalesce(tile.y);
            let own = tile.x - tile.x % coalesce;
            let first = own.saturating_sub(1);
            let last = own.saturating_add(coalesce).min(matrix.matrix_width - 1);
            let rows =
                tile.y.saturating_sub(1)..=tile.y.saturating_add(1).min(matrix.matrix_height - 1);
            let mut tiles = Vec::new();
            for y in rows {
                let coalesce = matrix.coalesce(y);
                let start = first - first % coalesce;
                let count = u64::from((last - start) / coalesce) + 1;
                if tiles.len() as u64 + count > MOST_TILES {
                    return Err(Error::LimitExceeded {
                        what: "tiles",
                        needed: count,
                        limit: MOST_TILES,
                    });
                }
                let columns = (start..=last).step_by(coalesce as usize);
                tiles.extend(
                    columns
                        .filter(|&x| !(y == tile.y && x == own))
                        .map(|x| Tile::new(tile.z, x, y)),
                );
            }
            tiles.sort_unstable();
            tiles.dedup();
            Ok(tiles)
        })
    }
}
