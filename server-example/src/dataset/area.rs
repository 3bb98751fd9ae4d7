//! Which pixels a request asks for.

use cog_raster::{Mask, RasterInfo};
use cog_render::{
    Error, Grid, Image, OutputSize, Plan, ReadOptions, Resampling, Shape, feature_grid, part_grid,
    plan, point_grid,
};
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
    /// Pixels that are known already.
    Grid(Grid),
    /// All of the source; in `None` CRS its own pixels.
    Whole { crs: Option<Crs>, size: OutputSize },
    /// A box.
    Part {
        bounds: BoundingBox,
        bounds_crs: Crs,
        crs: Crs,
        size: OutputSize,
    },
    /// What lies in a shape.
    Feature {
        shape: Shape,
        shape_crs: Crs,
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

/// What there is to do for an area of a source.
#[derive(Debug)]
pub(crate) enum Planned {
    /// Read, then warp.
    Plan(Box<Plan>),
    /// The source has nothing there.
    Empty(Box<Image>),
}

/// A grid, and what of it lies inside a shape.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) grid: Grid,
    pub(crate) mask: Option<Mask>,
}

impl Area {
    /// The grid in a source.
    pub(crate) fn place(&self, info: &RasterInfo, options: &ReadOptions) -> Result<Place, Error> {
        let plain = |grid| Ok(Place { grid, mask: None });
        match self {
            Self::Tile {
                tms,
                tile,
                size,
                buffer,
            } => {
                let size = size.map(|side| (side, side));
                plain(Grid::for_tile(tms, *tile, size, *buffer)?)
            }
            Self::Grid(grid) => plain(grid.clone()),
            Self::Whole {
                crs: Some(crs),
                size,
            } if info.crs.as_ref() != Some(crs) => plain(Grid::in_crs(info, crs, None, *size)?),
            Self::Whole { size, .. } => plain(Grid::native(info, *size)?),
            Self::Part {
                bounds,
                bounds_crs,
                crs,
                size,
            } => plain(part_grid(info, *bounds, bounds_crs, Some(crs), *size)?),
            Self::Feature {
                shape,
                shape_crs,
                crs,
                size,
            } => {
                let (grid, mask) = feature_grid(info, shape, shape_crs, Some(crs), *size)?;
                let mask = Some(mask);
                Ok(Place { grid, mask })
            }
            Self::Point {
                x,
                y,
                crs,
                interpolate,
            } => plain(pixel(info, (*x, *y), crs, *interpolate, options)?.0),
        }
    }

    /// How a source is read for this.
    fn options(&self, info: &RasterInfo, options: ReadOptions) -> Result<ReadOptions, Error> {
        match self {
            Self::Point {
                x,
                y,
                crs,
                interpolate,
            } => {
                let (_, kernel) = pixel(info, (*x, *y), crs, *interpolate, &options)?;
                Ok(options.with_resampling(kernel).with_level(0))
            }
            _ => Ok(options),
        }
    }

    /// What there is to do for a grid of this in a source.
    pub(crate) fn plan(
        &self,
        info: &RasterInfo,
        grid: &Grid,
        options: ReadOptions,
    ) -> Result<Planned, Error> {
        let options = self.options(info, options)?;
        match plan(info, grid, &options) {
            // A box outside is a picture of nothing; a tile or a point outside is not there.
            Err(Error::OutsideBounds { .. })
                if matches!(
                    self,
                    Self::Part { .. } | Self::Feature { .. } | Self::Grid(_)
                ) =>
            {
                let image = Image::empty(info, grid, &options)?;
                Ok(Planned::Empty(Box::new(image)))
            }
            planned => Ok(Planned::Plan(Box::new(planned?))),
        }
    }

    /// The share of each pixel of an image of this that lies inside.
    pub(crate) fn coverage(&self, image: &Image, scale: u32) -> Result<Vec<f64>, Error> {
        let Self::Feature {
            shape,
            shape_crs,
            crs,
            ..
        } = self
        else {
            return Ok(vec![1.0; image.pixels()]);
        };
        let shape = if shape_crs.is_geographic() {
            shape.joined()
        } else {
            shape.clone()
        };
        let grid = Grid::for_bounds(image.bounds(), crs, image.width(), image.height())?;
        shape.transformed(shape_crs, crs)?.coverage(&grid, scale)
    }

    /// Each source has its own grid, which tells nothing of where the others' lie.
    pub(crate) const fn is_point(&self) -> bool {
        matches!(self, Self::Point { .. })
    }
}

/// The pixel at a place, and the kernel that reads it.
fn pixel(
    info: &RasterInfo,
    place: (f64, f64),
    crs: &Crs,
    interpolate: bool,
    options: &ReadOptions,
) -> Result<(Grid, Resampling), Error> {
    let kernel = interpolate.then_some(options.resampling);
    let (grid, kernel, _) = point_grid(info, place, crs, kernel)?;
    Ok((grid, kernel))
}
