//! Quadkeys: one base-4 digit per level of a quadtree.

use super::set::TileMatrixSet;
use crate::error::shorten;
use crate::{Error, Tile};

impl TileMatrixSet {
    /// The tile's quadkey: empty where the level is one tile.
    ///
    /// The key has as many digits as the level has doublings, so keys are unique and
    /// [`tile_from_quadkey`](Self::tile_from_quadkey) is the inverse also in quadtrees that do not begin at
    /// zoom 0. (The original's keys are ambiguous there.)
    ///
    /// # Errors
    ///
    /// [`Error::InvalidQuadkey`] unless the set is a quadtree; [`Error::InvalidTile`],
    /// [`Error::InvalidZoom`].
    pub fn quadkey(&self, tile: Tile) -> Result<String, Error> {
        self.need_quadtree(&tile.to_string())?;
        self.with_matrix(tile.z, |matrix| {
            self.check_tile(matrix, tile)?;
            let digits = matrix.matrix_width.ilog2();
            Ok((0..digits)
                .rev()
                .map(|bit| {
                    let digit = (tile.x >> bit & 1) as u8 | ((tile.y >> bit & 1) as u8) << 1;
                    char::from(b'0' + digit)
                })
                .collect())
        })
    }

    /// The tile of a quadkey.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidQuadkey`] unless the set is a quadtree with a level of that many digits.
    pub fn tile_from_quadkey(&self, quadkey: &str) -> Result<Tile, Error> {
        self.need_quadtree(quadkey)?;
        let wrong = |reason: String| Error::InvalidQuadkey {
            quadkey: shorten(quadkey),
            reason,
        };
        // 32-bit columns allow 31 doublings after the first tile.
        if quadkey.len() > 31 {
            return Err(wrong(format!(
                "it has {} digits, at most 31 are possible",
                quadkey.len()
            )));
        }
        let first = self.matrices()[0].matrix_width.ilog2() as usize;
        if quadkey.len() < first {
            return Err(wrong(format!("the set's first level has {first} digits")));
        }
        let (mut x, mut y) = (0, 0);
        for digit in quadkey.bytes() {
            if !(b'0'..=b'3').contains(&digit) {
                return Err(wrong("expected digits 0 to 3".to_owned()));
            }
            let digit = u32::from(digit - b'0');
            x = x << 1 | digit & 1;
            y = y << 1 | digit >> 1;
        }
        let zoom =
            i32::from(self.min_zoom()) + i32::try_from(quadkey.len() - first).unwrap_or(i32::MAX);
        let zoom = i8::try_from(zoom).map_err(|_| wrong("its level does not exist".to_owned()))?;
        self.with_matrix(zoom, |_| Ok(Tile::new(zoom, x, y)))
    }

    fn need_quadtree(&self, quadkey: &str) -> Result<(), Error> {
        if self.is_quadtree() {
            return Ok(());
        }
        Err(Error::InvalidQuadkey {
            quadkey: shorten(quadkey),
            reason: format!("tile matrix set {} is not a quadtree", self.id()),
        })
    }
}
