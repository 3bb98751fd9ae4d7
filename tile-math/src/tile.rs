//! A tile's address.

use core::fmt;
use core::str::FromStr;

use crate::Error;
use crate::error::shorten;

/// A tile's address in some [`TileMatrixSet`](crate::TileMatrixSet): matrix, column, row.
///
/// Columns and rows count from the matrix's corner of origin. Whether the address lies inside
/// its matrix is [`TileMatrixSet::is_valid`](crate::TileMatrixSet::is_valid)'s to say. Order is by
/// zoom, then column, then row.
#[derive(Copy, Clone, Eq, PartialEq, Ord, PartialOrd, Hash, Debug)]
pub struct Tile {
    /// Zoom: the integer identifier of the tile matrix. Signed: `CDB1GlobalGrid` begins at -10.
    pub z: i8,
    /// Column.
    pub x: u32,
    /// Row.
    pub y: u32,
}

impl Tile {
    /// A tile from zoom, column and row (the order of URLs).
    #[must_use]
    pub const fn new(z: i8, x: u32, y: u32) -> Self {
        Self { z, x, y }
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.z, self.x, self.y)
    }
}

impl FromStr for Tile {
    type Err = Error;

    /// Reads `z/x/y`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::InvalidArgument {
            name: "tile",
            value: shorten(text),
            expected: "expected zoom/column/row, such as 9/152/184".to_owned(),
        };
        let mut parts = text.trim().split('/');
        let mut next = || parts.next().ok_or_else(wrong);
        let (z, x, y) = (next()?, next()?, next()?);
        let tile = Self {
            z: z.parse().map_err(|_| wrong())?,
            x: x.parse().map_err(|_| wrong())?,
            y: y.parse().map_err(|_| wrong())?,
        };
        if parts.next().is_some() {
            Err(wrong())
        } else {
            Ok(tile)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips() {
        for tile in [Tile::new(-10, 0, 0), Tile::new(24, u32::MAX, 7)] {
            assert_eq!(tile.to_string().parse(), Ok(tile));
        }
        for wrong in ["", "1/2", "1/2/3/4", "1/-2/3", "200/0/0", "a/b/c"] {
            assert!(wrong.parse::<Tile>().is_err(), "{wrong}");
        }
    }
}
