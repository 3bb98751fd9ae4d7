//! Which pixels a request asks for.

use cog_raster::RasterInfo;
use cog_render::{Error, Grid, OutputSize, ReadOptions, part_grid, point_grid};
use std::sync::Arc;
use tile_math::{BoundingBox, Crs, Tile, TileMatrixSet};

/// Pixels, by the words of a request; a source makes a grid of it.
#[derive(Clone, Debug)]
pub(crate) enum Area {
    /// A tile.
    Tile {
        tms: Arc<TileMatrixSet>,
        tile: Tile,
        /// Pixels per side; `None` is what the tile matrix says.
        size: Option<u32>,
        /// Pixels more on each side.
        buffer: f64,
    },
    /// All of the source; in `None` CRS its own pixels.
    Whole { crs: Option<Crs>, size: OutputSize },
    /// A box.
    Part {
        bounds: BoundingBox,
        bounds_crs: Crs,
        crs: Crs,
        size: OutputSize,
    },
    /// The pixel at a place, or values between pixels.
    Point {
        x: f64,
        y: f64,
        crs: Crs,
        interpolate: bool,
    },
}

impl Area {
    /// The grid in a source, and how it is read.
    pub(crate) fn grid(
        &self,
        info: &RasterInfo,
        options: ReadOptions,
    ) -> Result<(Grid, ReadOptions), Error> {
        match self {
            Self::Tile {
                tms,
                tile,
                size,
                buffer,
            } => {
                let size = size.map(|side| (side, side));
                Ok((Grid::for_tile(tms, *tile, size, *buffer)?, options))
            }
            Self::Whole {
                crs: Some(crs),
                size,
            } if info.crs.as_ref() != Some(crs) => {
                Ok((Grid::in_crs(info, crs, None, *size)?, options))
            }
            Self::Whole { size, .. } => Ok((Grid::native(info, *size)?, options)),
            Self::Part {
                bounds,
                bounds_crs,
                crs,
                size,
            } => {
                let grid = part_grid(info, *bounds, bounds_crs, Some(crs), *size)?;
                Ok((grid, options))
            }
            Self::Point {
                x,
                y,
                crs,
                interpolate,
            } => {
                let interpolate = interpolate.then_some(options.resampling);
                let (grid, kernel, _) = point_grid(info, (*x, *y), crs, interpolate)?;
                Ok((grid, options.with_resampling(kernel).with_level(0)))
            }
        }
    }
}
