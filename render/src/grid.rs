//! Which pixels are wanted.

use crate::suggested::Suggested;
use crate::{Error, OutputSize};
use cog_raster::{Affine, Placement, RasterInfo, Straightened};
use tile_math::{BoundingBox, Crs, Tile, TileMatrixSet, Transformer};

/// The pixels of a picture: where they lie and how many there are.
///
/// Columns run along the affine's first axis, rows along its second; a north-up
/// grid has a negative `e`.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// The CRS that the affine leads to; `None` for the pixels of a source that
    /// is not georeferenced (then the affine leads to its full-resolution pixels).
    pub crs: Option<Crs>,
    /// From pixels of the grid to CRS coordinates.
    pub affine: Affine,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Grid {
    /// The pixels of a tile.
    ///
    /// - `tile_size`: columns and rows; `None` is what the tile matrix says.
    /// - `buffer`: pixels added on each side, a multiple of ½; the grid grows by
    ///   twice as many (TiTiler's `buffer`).
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] if the set has no such tile, or `buffer` or
    /// `tile_size` is not possible.
    pub fn for_tile(
        tms: &TileMatrixSet,
        tile: Tile,
        tile_size: Option<(u32, u32)>,
        buffer: f64,
    ) -> Result<Self, Error> {
        if !tms.is_valid_overzoom(tile) {
            return Err(Error::parameter(
                "tile",
                format!("{tile} is not in {}", tms.id()),
            ));
        }
        let refused = |error: tile_math::Error| Error::parameter("tile", error.to_string());
        let matrix = tms.matrix(tile.z).map_err(refused)?;
        let bounds = tms.xy_bounds(tile).map_err(refused)?;
        let (width, height) = tile_size.unwrap_or((matrix.tile_width, matrix.tile_height));
        Self::for_bounds(bounds, tms.crs(), width, height)?.with_buffer(buffer)
    }

    /// `width × height` north-up pixels over `bounds`, which are in `crs`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] if the bounds hold no area, are not finite,
    /// or there are no pixels.
    pub fn for_bounds(
        bounds: BoundingBox,
        crs: &Crs,
        width: u32,
        height: u32,
    ) -> Result<Self, Error> {
        if width == 0 || height == 0 {
            return Err(Error::parameter("size", "width and height start at 1"));
        }
        let grid = Self {
            crs: Some(crs.clone()),
            affine: Affine::from_bounds(bounds, width, height),
            width,
            height,
        };
        if bounds.is_empty() || grid.affine.inverse().is_none() {
            let [left, bottom, right, top] = [bounds.left, bounds.bottom, bounds.right, bounds.top];
            return Err(Error::parameter(
                "bounds",
                format!(
                    "{left},{bottom},{right},{top} holds no area: left < right and bottom < top are needed"
                ),
            ));
        }
        Ok(grid)
    }

    /// The source's own pixels, all of them, shrunk to `size`. Rotated and
    /// south-up sources keep their orientation; of a source that lies by control points or a rational
    /// polynomial the [straightened](RasterInfo::straightened) pixels are meant.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] if `size` is 0.
    pub fn native(info: &RasterInfo, size: OutputSize) -> Result<Self, Error> {
        let around = info.straightened().filter(|_| info.crs.is_some());
        let (affine, columns, rows) = around.map_or_else(
            || (Affine::identity(), info.width(), info.height()),
            |around| (around.affine, around.width, around.height),
        );
        let (width, height) = size.resolve(f64::from(columns), f64::from(rows))?;
        Ok(Self {
            crs: info.crs.clone().filter(|_| around.is_some()),
            affine: affine.scale(
                f64::from(columns) / f64::from(width),
                f64::from(rows) / f64::from(height),
            ),
            width,
            height,
        })
    }

    /// North-up pixels over `bounds` (in `crs`; `None` is the whole source) at
    /// the source's resolution, as far as it goes through to `crs`, shrunk to `size`.
    ///
    /// The resolution is GDAL's suggestion (`GDALSuggestedWarpOutput`): square
    /// pixels, as many along the diagonal of the source as it has; in the
    /// source's own CRS it is the source's.
    ///
    /// # Errors
    ///
    /// - [`Error::NotGeoreferenced`] if the source has no CRS or affine;
    /// - [`Error::Projection`] if there is no way to `crs`, or no part of the source has coordinates there;
    /// - [`Error::InvalidParameter`] if `bounds` hold no area or `size` is 0.
    pub fn in_crs(
        info: &RasterInfo,
        crs: &Crs,
        bounds: Option<BoundingBox>,
        size: OutputSize,
    ) -> Result<Self, Error> {
        let (source_crs, _, around) = georeference(info)?;
        if source_crs == crs {
            let source_bounds = around.bounds();
            let bounds = bounds.unwrap_or(source_bounds);
            let resolution = around.affine.resolution();
            let bounds = if size.align && !bounds.is_empty() {
                snapped(bounds, (source_bounds.left, source_bounds.top), resolution)
            } else {
                bounds
            };
            let (width, height) = size.resolve(
                bounds.width() / resolution.0,
                bounds.height() / resolution.1,
            )?;
            return Self::for_bounds(bounds, crs, width, height);
        }
        let Some(bounds) = bounds else {
            let (affine, pixels) = shown(info, crs)?;
            let suggested = Suggested::new(source_crs, crs, affine, pixels)?;
            let (width, height) = size.resolve(suggested.columns, suggested.rows)?;
            return Self::for_bounds(suggested.bounds(), crs, width, height);
        };
        let suggested = suggested_for(info, crs);
        let resolution = match &suggested {
            Ok(suggested) => suggested.resolution,
            Err(_) => local_resolution(&transformer(source_crs, crs)?, around.affine, bounds)
                .ok_or_else(|| Error::Projection {
                    message: format!(
                        "the source's resolution in {crs} cannot be told: give a width and a height"
                    ),
                    source: None,
                })?,
        };
        let bounds = if size.align && !bounds.is_empty() {
            let Suggested { left, top, .. } = suggested?;
            snapped(bounds, (left, top), (resolution, resolution))
        } else {
            bounds
        };
        // Between CRSs rio-tiler makes a source of whole pixels first.
        let native = |extent: f64| (extent / resolution).round_ties_even().max(1.0);
        let (width, height) = size.resolve(native(bounds.width()), native(bounds.height()))?;
        Self::for_bounds(bounds, crs, width, height)
    }

    /// The grid with `buffer` more pixels on each side.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] if `buffer` is not a multiple of ½ from 0 on.
    pub fn with_buffer(self, buffer: f64) -> Result<Self, Error> {
        if buffer == 0.0 {
            return Ok(self);
        }
        let both = buffer * 2.0;
        if !(both.fract() == 0.0 && (0.0..=65_536.0).contains(&both)) {
            return Err(Error::parameter(
                "buffer",
                format!("{buffer} is not a multiple of 0.5 (0.5, 1, 1.5, …)"),
            ));
        }
        // `both` is a whole number below 2^17.
        let more = both as u32;
        let too_large = || Error::parameter("size", "the picture would be too large");
        Ok(Self {
            affine: self.affine.translate(-buffer, -buffer),
            width: self.width.checked_add(more).ok_or_else(too_large)?,
            height: self.height.checked_add(more).ok_or_else(too_large)?,
            ..self
        })
    }

    /// Smallest box around the pixels, in the grid's CRS.
    #[must_use]
    pub fn bounds(&self) -> BoundingBox {
        self.affine.bounds(self.width, self.height)
    }

    /// Number of pixels.
    #[must_use]
    pub const fn pixels(&self) -> u64 {
        self.width as u64 * self.height as u64
    }
}

/// The source's CRS, the way to it, and pixels on straight lines that stand for the source's.
pub(crate) fn georeference(info: &RasterInfo) -> Result<(&Crs, Placement, Straightened), Error> {
    let missing = |what: &str| Error::NotGeoreferenced {
        message: format!("it has no {what}; only its own pixels can be shown (preview)"),
    };
    let crs = info
        .crs
        .as_ref()
        .ok_or_else(|| missing("coordinate reference system"))?;
    let placement = info.placement().ok_or_else(|| {
        missing("affine transform, control points or rational polynomial that say where it lies")
    })?;
    let straightened = placement
        .straightened(info.width(), info.height())
        .ok_or_else(|| missing("outline that its control points or coefficients could place"))?;
    if straightened.affine.inverse().is_none() {
        return Err(missing("invertible affine transform"));
    }
    Ok((crs, placement, straightened))
}

/// The way from one CRS to another, or why there is none.
pub(crate) fn transformer(from: &Crs, to: &Crs) -> Result<Transformer, Error> {
    Transformer::new(from, to)
        .map_err(|e| Error::projection(format!("no way from {from} to {to}: {e}"), e))
}

/// The pixels of a geographic source that web mercator can show: it has no poles.
fn shown(info: &RasterInfo, to: &Crs) -> Result<(Affine, (u32, u32)), Error> {
    const MERCATOR_LATITUDE: f64 = 85.06;
    let (from, _, around) = georeference(info)?;
    let bounds = around.bounds();
    let top = bounds.top.min(MERCATOR_LATITUDE);
    let bottom = bounds.bottom.max(-MERCATOR_LATITUDE);
    let all = top == bounds.top && bottom == bounds.bottom;
    if all || top <= bottom || !from.is_geographic() || to.epsg() != Some(3857) {
        return Ok((around.affine, (around.width, around.height)));
    }
    let shown = BoundingBox {
        bottom,
        top,
        ..bounds
    };
    let height = (f64::from(around.height) * shown.height() / bounds.height())
        .round_ties_even()
        .max(1.0) as u32;
    let affine = Affine::from_bounds(shown, around.width, height);
    Ok((affine, (around.width, height)))
}

/// GDAL's suggestion for a source as rio-tiler asks for it: by its bounds alone, as if it were not rotated.
pub(crate) fn suggested_for(info: &RasterInfo, crs: &Crs) -> Result<Suggested, Error> {
    let (source_crs, ..) = georeference(info)?;
    let (affine, (width, height)) = shown(info, crs)?;
    let upright = Affine::from_bounds(affine.bounds(width, height), width, height);
    Suggested::new(source_crs, crs, upright, (width, height))
}

/// The bounds widened to whole pixels of a grid that starts at `origin`.
fn snapped(bounds: BoundingBox, origin: (f64, f64), (across, down): (f64, f64)) -> BoundingBox {
    // What lies on a pixel's edge but for rounding is on it.
    const NEAR: f64 = 1e-6;
    let first = |v: f64| (v + NEAR).floor();
    let end = |v: f64| (v - NEAR).ceil();
    let (left, right) = (
        (bounds.left - origin.0) / across,
        (bounds.right - origin.0) / across,
    );
    let (top, bottom) = (
        (origin.1 - bounds.top) / down,
        (origin.1 - bounds.bottom) / down,
    );
    let (left, top) = (first(left), first(top));
    let (right, bottom) = (end(right).max(left + 1.0), end(bottom).max(top + 1.0));
    BoundingBox::new(
        origin.0 + left * across,
        origin.1 - bottom * down,
        origin.0 + right * across,
        origin.1 - top * down,
    )
}

/// The size of a source pixel in the middle of `bounds`, as the root of its area.
fn local_resolution(to_target: &Transformer, affine: Affine, bounds: BoundingBox) -> Option<f64> {
    let inverse = affine.inverse()?;
    let (x, y) = bounds.center();
    let step = bounds.width().min(bounds.height()) / 1024.0;
    let to_source = to_target.inverse();
    let at = |x: f64, y: f64| to_source.point(x, y).map(|(x, y)| inverse.apply(x, y));
    let (c, r) = at(x, y)?;
    let (cx, rx) = at(x + step, y)?;
    let (cy, ry) = at(x, y + step)?;
    let pixels = ((cx - c) * (ry - r) - (cy - c) * (rx - r)).abs().sqrt();
    let resolution = step / pixels;
    (resolution.is_finite() && resolution > 0.0).then_some(resolution)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_has_the_matrix_size_and_grows_with_its_buffer() {
        let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
        let plain = Grid::for_tile(&tms, Tile::new(1, 1, 0), None, 0.0).unwrap();
        assert_eq!((plain.width, plain.height), (256, 256));
        assert!((plain.affine.c).abs() < 1e-6 && plain.affine.e < 0.0);
        let wider = Grid::for_tile(&tms, Tile::new(1, 1, 0), Some((512, 512)), 1.5).unwrap();
        assert_eq!((wider.width, wider.height), (515, 515));
        assert!((wider.affine.c + 1.5 * wider.affine.a).abs() < 1e-6);
    }

    #[test]
    fn tiles_that_do_not_exist_are_refused() {
        let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
        for tile in [Tile::new(1, 2, 0), Tile::new(-1, 0, 0), Tile::new(99, 0, 0)] {
            let error = Grid::for_tile(&tms, tile, None, 0.0).unwrap_err();
            assert!(
                matches!(
                    error,
                    Error::InvalidParameter {
                        parameter: "tile",
                        ..
                    }
                ),
                "{error}"
            );
        }
        let tile = Tile::new(0, 0, 0);
        for buffer in [0.3, -1.0, f64::NAN, f64::INFINITY] {
            assert!(
                Grid::for_tile(&tms, tile, None, buffer).is_err(),
                "{buffer}"
            );
        }
        assert!(Grid::for_tile(&tms, tile, Some((0, 256)), 0.0).is_err());
    }

    #[test]
    fn bounds_without_area_are_refused() {
        for (left, right) in [
            (1.0, 1.0),
            (2.0, 1.0),
            (f64::NAN, 1.0),
            (0.0, f64::INFINITY),
        ] {
            let bounds = BoundingBox {
                left,
                bottom: 0.0,
                right,
                top: 1.0,
            };
            assert!(
                Grid::for_bounds(bounds, &Crs::wgs84(), 4, 4).is_err(),
                "{left} {right}"
            );
        }
    }

    #[test]
    fn the_suggested_resolution_is_gdals() {
        // rasterio.warp.calculate_default_transform(EPSG:32631, EPSG:3857, 2048, 2048, ...) gives 12.3868 m.
        let mut info = RasterInfo::new(cog_raster::SampleType::U8, 1, 2048, 2048);
        info.crs = Crs::from_epsg(32631).ok();
        info.affine = Some(Affine::new(10.0, 0.0, 500_000.0, 0.0, -10.0, 4_000_000.0));
        let grid = Grid::in_crs(&info, &Crs::web_mercator(), None, OutputSize::native()).unwrap();
        assert!(
            (grid.affine.a - 12.386_790_829).abs() < 1e-6,
            "{}",
            grid.affine.a
        );
        assert!((grid.affine.a + grid.affine.e).abs() < 1e-9);
    }
}
