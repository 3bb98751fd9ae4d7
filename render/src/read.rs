//! Plan, read and warp in one call.
//!
//! For callers that do not schedule the stages themselves. The CPU work happens
//! wherever the future is polled.

use crate::grid::{georeference, transformer};
use crate::position::ExactMap;
use crate::suggested::beyond_180;
use crate::{Error, Grid, Image, OutputSize, ReadOptions, Resampling, Shape, plan};
use cog_raster::{Affine, Mask, Nodata, RasterInfo, RasterSource};
use tile_math::{BoundingBox, Crs, Tile, TileMatrixSet};

/// The image of a tile, at the size the tile matrix says.
///
/// # Errors
///
/// [`Error::OutsideBounds`] if the source has nothing there; see [`plan`] for the others.
///
/// # Example
///
/// ```
/// # use cog_raster::{Affine, MemorySource, Raster, Samples};
/// # use cog_render::{Format, ReadOptions, Style};
/// # use tile_math::{Crs, Tile, TileMatrixSet};
/// # pollster::block_on(async {
/// let raster = Raster::new(1, 90, 180, Samples::U8(vec![7; 90 * 180])).unwrap();
/// let world = MemorySource::new(raster)
///     .with_affine(Affine::new(2.0, 0.0, -180.0, 0.0, -2.0, 90.0))
///     .with_crs(Crs::wgs84());
/// let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
/// let image =
///     cog_render::tile(&world, &tms, Tile::new(2, 1, 1), &ReadOptions::default()).await?;
/// assert_eq!((image.width(), image.value(0, 128, 128)), (256, Some(7.0)));
/// let png = cog_render::render(&image, &Style::default(), Format::Png)?;
/// assert_eq!(&png[1..4], b"PNG");
/// # Ok::<(), cog_render::Error>(())
/// # }).unwrap();
/// ```
pub async fn tile(
    source: &dyn RasterSource,
    tms: &TileMatrixSet,
    tile: Tile,
    options: &ReadOptions,
) -> Result<Image, Error> {
    let grid = Grid::for_tile(tms, tile, None, 0.0)?;
    match read(source, &grid, options).await {
        Err(Error::OutsideBounds { bounds, .. }) => Err(Error::OutsideBounds {
            what: format!("tile {tile} of {}", tms.id()),
            bounds,
        }),
        other => other,
    }
}

/// The image on any grid.
///
/// # Errors
///
/// See [`plan`], and the source's.
pub async fn read(
    source: &dyn RasterSource,
    grid: &Grid,
    options: &ReadOptions,
) -> Result<Image, Error> {
    let plan = plan(source.info(), grid, options)?;
    let raster = plan.read(source).await?;
    plan.warp(&raster)
}

/// The whole source.
///
/// - `crs`: the picture's; `None` is the source's own pixels, which also a source
///   that is not georeferenced has.
///
/// # Errors
///
/// See [`Grid::native`], [`Grid::in_crs`] and [`plan`].
pub async fn preview(
    source: &dyn RasterSource,
    crs: Option<&Crs>,
    size: OutputSize,
    options: &ReadOptions,
) -> Result<Image, Error> {
    let info = source.info();
    let grid = match crs {
        Some(crs) if info.crs.as_ref() != Some(crs) => Grid::in_crs(info, crs, None, size)?,
        _ => Grid::native(info, size)?,
    };
    read(source, &grid, options).await
}

/// The part of the source inside a box.
///
/// - `bounds` in `bounds_crs`;
/// - `crs`: the picture's; `None` is the source's.
///
/// # Errors
///
/// See [`Grid::in_crs`] and [`plan`]; but where the source has nothing the image is
/// [empty](Image::empty).
pub async fn part(
    source: &dyn RasterSource,
    bounds: BoundingBox,
    bounds_crs: &Crs,
    crs: Option<&Crs>,
    size: OutputSize,
    options: &ReadOptions,
) -> Result<Image, Error> {
    let grid = part_grid(source.info(), bounds, bounds_crs, crs, size)?;
    read_or_empty(source, &grid, options).await
}

/// The part of the source inside a shape, and nothing outside it.
///
/// The box around the shape as [`part`] reads it, cut with the shape's [mask](Shape::mask).
///
/// - `shape` in `shape_crs`. Longitudes and latitudes that were cut at the antimeridian (RFC 7946,
///   3.1.9) are [joined](Shape::joined) first.
/// - `crs`: the picture's; `None` is the shape's.
///
/// # Errors
///
/// As [`part`]; those of [`Shape::transformed`] and [`Shape::mask`].
pub async fn feature(
    source: &dyn RasterSource,
    shape: &Shape,
    shape_crs: &Crs,
    crs: Option<&Crs>,
    size: OutputSize,
    options: &ReadOptions,
) -> Result<Image, Error> {
    let (grid, mask) = feature_grid(source.info(), shape, shape_crs, crs, size)?;
    read_or_empty(source, &grid, options).await?.cut(&mask)
}

/// The image on any grid; an [empty](Image::empty) one where the source has nothing.
async fn read_or_empty(
    source: &dyn RasterSource,
    grid: &Grid,
    options: &ReadOptions,
) -> Result<Image, Error> {
    match read(source, grid, options).await {
        Err(Error::OutsideBounds { .. }) => Image::empty(source.info(), grid, options),
        other => other,
    }
}

/// The grid that [`feature`] reads, and the mask it cuts with.
///
/// # Errors
///
/// See [`feature`].
pub fn feature_grid(
    info: &RasterInfo,
    shape: &Shape,
    shape_crs: &Crs,
    crs: Option<&Crs>,
    size: OutputSize,
) -> Result<(Grid, Mask), Error> {
    let crs = crs.unwrap_or(shape_crs);
    let shape = if shape_crs.is_geographic() {
        shape.joined()
    } else {
        shape.clone()
    };
    let grid = part_grid(info, shape.bounds(), shape_crs, Some(crs), size)?;
    let mask = shape.transformed(shape_crs, crs)?.mask(&grid)?;
    Ok((grid, mask))
}

/// The grid that [`part`] reads.
///
/// # Errors
///
/// See [`part`].
pub fn part_grid(
    info: &RasterInfo,
    bounds: BoundingBox,
    bounds_crs: &Crs,
    crs: Option<&Crs>,
    size: OutputSize,
) -> Result<Grid, Error> {
    // As many points along an edge as rio-tiler takes.
    const DENSIFY: u32 = 21;
    let crs = match crs {
        Some(crs) => crs,
        None => georeference(info)?.0,
    };
    let bounds = if bounds_crs == crs {
        bounds
    } else {
        transformer(bounds_crs, crs)?
            .transform_bounds(bounds, DENSIFY)
            .map_err(|e| Error::parameter("bounds", format!("no such place in {crs}: {e}")))?
    };
    // Over the antimeridian the picture goes on beyond 180 degrees.
    let bounds = if crs.is_geographic() && bounds_crs != crs {
        beyond_180(bounds)
    } else {
        bounds
    };
    Grid::in_crs(info, crs, Some(bounds), size)
}

/// The values at a point.
///
/// - `x`, `y` in `crs`, x east and y north.
/// - `interpolate`: `None` is the pixel that holds the point; else values are made by this kernel at
///   the point itself.
///
/// # Errors
///
/// [`Error::OutsideBounds`] unless the point lies inside the source's outline (its
/// edge is outside); see [`plan`] for the others.
pub async fn point(
    source: &dyn RasterSource,
    (x, y): (f64, f64),
    crs: &Crs,
    interpolate: Option<Resampling>,
    options: &ReadOptions,
) -> Result<PointData, Error> {
    let (grid, kernel, pixel) = point_grid(source.info(), (x, y), crs, interpolate)?;
    let options = options.clone().with_resampling(kernel).with_level(0);
    let image = read(source, &grid, &options).await?;
    Ok(PointData {
        coordinates: (x, y),
        crs: crs.clone(),
        pixel,
        values: (0..image.bands().len())
            .map(|band| image.value(band, 0, 0))
            .collect(),
        band_names: image.bands().iter().map(|band| band.name.clone()).collect(),
        band_descriptions: image
            .bands()
            .iter()
            .map(|band| band.description.clone())
            .collect(),
        nodata: image.bands().iter().map(|band| band.nodata).collect(),
    })
}

/// The grid of one pixel that [`point`] reads, with its kernel and the real column and row of the point.
///
/// The grid is one of the source's own pixels at full resolution: read it at level 0 and with that kernel.
///
/// # Errors
///
/// See [`point`].
pub fn point_grid(
    info: &RasterInfo,
    (x, y): (f64, f64),
    crs: &Crs,
    interpolate: Option<Resampling>,
) -> Result<(Grid, Resampling, (f64, f64)), Error> {
    let (source_crs, _, around) = georeference(info)?;
    let (source_x, source_y) = transformer(crs, source_crs)?
        .transform(x, y)
        .map_err(|e| Error::parameter("point", e.to_string()))?;
    let outside = || {
        let bounds = around.bounds().to_array().map(|v| v.to_string()).join(",");
        Error::OutsideBounds {
            what: format!("point {x},{y} ({crs})"),
            bounds: format!("{bounds} ({source_crs})"),
        }
    };
    let in_source = Grid {
        crs: Some(source_crs.clone()),
        affine: Affine::identity(),
        width: 1,
        height: 1,
    };
    // NaN, where there is no way to the pixels, is not inside.
    let (column, row) = ExactMap::new(info, &in_source)?.point(source_x, source_y);
    let (width, height) = (f64::from(info.width()), f64::from(info.height()));
    let inside = column > 0.0 && column < width && row > 0.0 && row < height;
    if !inside {
        return Err(outside());
    }
    let kernel = interpolate.unwrap_or(Resampling::Nearest);
    // A grid of one source pixel, around the point or around the pixel that holds it.
    let (left, top) = match kernel {
        Resampling::Nearest => (column.floor(), row.floor()),
        _ => (column - 0.5, row - 0.5),
    };
    let grid = Grid {
        crs: None,
        affine: Affine::identity().translate(left, top),
        width: 1,
        height: 1,
    };
    Ok((grid, kernel, (column, row)))
}

/// The values at a point.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PointData {
    /// The point, as asked for.
    pub coordinates: (f64, f64),
    /// CRS of the point.
    pub crs: Crs,
    /// Real column and row at full resolution.
    pub pixel: (f64, f64),
    /// A value per band, `None` where it does not count.
    pub values: Vec<Option<f64>>,
    /// Names of the bands.
    pub band_names: Vec<String>,
    /// Descriptions of the bands.
    pub band_descriptions: Vec<String>,
    /// Nodata of the bands.
    pub nodata: Vec<Option<Nodata>>,
}
