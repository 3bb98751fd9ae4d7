//! The tiles of a geographic box.

use super::document::TileMatrix;
use super::set::{DENSIFY, TileMatrixSet};
use crate::{BoundingBox, Error, Tile};

/// By how many degrees a box is made smaller, so that a tile's own box gives that tile alone.
const INWARD: f64 = 1e-11;

/// Tiles in row-major order, zoom by zoom. Made by [`TileMatrixSet::tiles`].
#[derive(Clone, Debug)]
pub struct Tiles {
    blocks: Vec<Block>,
    block: usize,
    next: Option<(u32, u32)>,
    count: u64,
}

/// Columns and rows of one matrix, inclusive.
#[derive(Clone, Debug)]
struct Block {
    matrix: TileMatrix,
    columns: (u32, u32),
    rows: (u32, u32),
}

impl Tiles {
    /// How many tiles there are in all, counted without making them.
    #[must_use]
    pub fn count_total(&self) -> u64 {
        self.count
    }

    /// The tiles, if they are no more than `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::LimitExceeded`].
    pub fn collect_within(self, limit: u64) -> Result<Vec<Tile>, Error> {
        if self.count > limit {
            return Err(Error::LimitExceeded {
                what: "tiles",
                needed: self.count,
                limit,
            });
        }
        Ok(self.collect())
    }
}

impl Block {
    /// First own column of a row at or after the block's first: coalesced tiles that begin before
    /// it are named by that first column.
    fn first(&self, row: u32) -> u32 {
        let coalesce = self.matrix.coalesce(row);
        self.columns.0 - self.columns.0 % coalesce
    }

    fn count(&self) -> u64 {
        // Rows of equal coalescence are counted together: rows can be 2^28.
        let mut total = 0;
        let mut row = u64::from(self.rows.0);
        let last = u64::from(self.rows.1);
        let widths = self
            .matrix
            .variable_matrix_widths
            .as_deref()
            .unwrap_or_default();
        while row <= last {
            let here = row as u32;
            let coalesce = self.matrix.coalesce(here);
            let end = widths
                .iter()
                .flat_map(|w| [u64::from(w.min_tile_row), u64::from(w.max_tile_row) + 1])
                .filter(|&edge| edge > row)
                .min()
                .unwrap_or(last + 1)
                .min(last + 1);
            total += (end - row) * (u64::from((self.columns.1 - self.first(here)) / coalesce) + 1);
            row = end;
        }
        total
    }
}

impl Iterator for Tiles {
    type Item = Tile;

    fn next(&mut self) -> Option<Tile> {
        let block = self.blocks.get(self.block)?;
        let (x, y) = *self
            .next
            .get_or_insert((block.first(block.rows.0), block.rows.0));
        let tile = Tile::new(block.matrix.id, x, y);
        let step = block.matrix.coalesce(y);
        if block.columns.1 - x >= step {
            self.next = Some((x + step, y));
        } else if y < block.rows.1 {
            self.next = Some((block.first(y + 1), y + 1));
        } else {
            self.next = None;
            self.block += 1;
        }
        Some(tile)
    }
}

impl TileMatrixSet {
    /// The tiles that share area with a geographic box, zoom by zoom, row by row.
    ///
    /// `left > right` means a box across the antimeridian: its western part comes first. The box is
    /// first shrunk by 10⁻¹¹ degrees, so that the box of a tile gives that tile alone; a point gives
    /// the tile that holds it. Boxes outside the set give no tile.
    ///
    /// In sets where edges do not stay straight (polar, conic), all tiles of the box around the
    /// transformed, densified edges are given, which is more than the tiles touched but never less.
    /// (The original looks at two corners only.)
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] for sides that are not finite or `bottom > top`,
    /// [`Error::InvalidZoom`], [`Error::Transform`].
    pub fn tiles(&self, bounds: BoundingBox, zooms: &[i8]) -> Result<Tiles, Error> {
        if !bounds.is_finite() || bounds.bottom > bounds.top {
            return Err(Error::InvalidArgument {
                name: "bounds",
                value: format!("{:?}", bounds.to_array()),
                expected: "expected finite sides with bottom <= top".to_owned(),
            });
        }
        let half = 180.0;
        let boxes = if bounds.left > bounds.right {
            vec![
                BoundingBox {
                    left: -half,
                    ..bounds
                },
                BoundingBox {
                    right: half,
                    ..bounds
                },
            ]
        } else {
            vec![bounds]
        };
        let mut blocks = Vec::new();
        for part in boxes {
            let Some(xy) = self.projected_box(part)? else {
                continue;
            };
            for &zoom in zooms {
                let matrix = self.matrix(zoom)?;
                let (x0, y0) = self.clamped(&matrix, xy.left, xy.top);
                let (x1, y1) = self.clamped(&matrix, xy.right, xy.bottom);
                blocks.push(Block {
                    matrix,
                    columns: (x0.min(x1), x0.max(x1)),
                    rows: (y0.min(y1), y0.max(y1)),
                });
            }
        }
        let count = blocks.iter().map(Block::count).sum();
        Ok(Tiles {
            blocks,
            block: 0,
            next: None,
            count,
        })
    }

    /// A geographic box, shrunk and cut to the set, in the set's CRS; `None` outside.
    fn projected_box(&self, b: BoundingBox) -> Result<Option<BoundingBox>, Error> {
        if self.from_geographic.is_separable() {
            let all = self.bbox();
            let cut = BoundingBox::new(
                b.left.max(all.left),
                b.bottom.max(all.bottom),
                b.right.min(all.right),
                b.top.min(all.top),
            );
            if cut.left > cut.right || cut.bottom > cut.top {
                return Ok(None);
            }
            let (left, top) = self.xy(cut.left + INWARD, cut.top - INWARD)?;
            let (right, bottom) = self.xy(cut.right - INWARD, cut.bottom + INWARD)?;
            return Ok(Some(BoundingBox::new(left, bottom, right, top)));
        }
        let all = self.xy_bbox();
        let xy = if b.left == b.right && b.bottom == b.top {
            let (x, y) = self.xy(b.left, b.bottom)?;
            BoundingBox::new(x, y, x, y)
        } else {
            self.from_geographic.transform_bounds(b, DENSIFY)?
        };
        let inward =
            INWARD.to_radians() * self.crs().semi_major_axis() / self.crs().meters_per_unit();
        let cut = BoundingBox::new(
            xy.left.max(all.left) + inward,
            xy.bottom.max(all.bottom) + inward,
            xy.right.min(all.right) - inward,
            xy.top.min(all.top) - inward,
        );
        // A point shrinks past itself by twice the margin; more means that nothing is left.
        let slack = 2.0 * inward * (1.0 + 1e-6);
        Ok((cut.left <= cut.right + slack && cut.bottom <= cut.top + slack).then_some(cut))
    }
}
