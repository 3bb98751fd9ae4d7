//! Pixels that are those of a map's tiles.

use crate::grid::georeference;
use crate::{Error, Grid, OutputSize};
use cog_raster::RasterInfo;
use tile_math::{TileMatrixSet, ZoomStrategy};

/// Greatest zoom that a resolution is matched with.
const DEEPEST: i8 = 30;

/// How a source is laid out so that its blocks are tiles of a map (rio-cogeo's `--web-optimized`).
///
/// Pixels are those of a zoom, and the first and the last one are a tile's: of that zoom, or of one so many
/// levels above it.
///
/// # Example
///
/// ```
/// use cog_raster::{Affine, RasterInfo, SampleType};
/// use cog_render::WebOptimized;
/// use tile_math::{Crs, TileMatrixSet};
///
/// let mut info = RasterInfo::new(SampleType::U8, 1, 1000, 1000);
/// info.crs = Some(Crs::from_epsg(32633)?);
/// info.affine = Some(Affine::new(10.0, 0.0, 500_000.0, 0.0, -10.0, 5_000_000.0));
/// let tms = TileMatrixSet::builtin("WebMercatorQuad").ok_or("no such set")?;
///
/// let (grid, zoom) = WebOptimized::default().grid(&info, &tms)?;
/// assert_eq!(zoom, 13);
/// assert_eq!((grid.width % 256, grid.height % 256), (0, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct WebOptimized {
    /// The zoom; `None` is the one whose pixels are most like the source's.
    pub zoom: Option<i8>,
    /// Which of two zooms a resolution between them takes.
    pub strategy: ZoomStrategy,
    /// Levels above the zoom whose tiles the pixels fill, so that as many overviews consist of tiles, too.
    pub aligned_levels: u8,
}

impl WebOptimized {
    /// Chooses the zoom.
    #[must_use]
    pub const fn with_zoom(mut self, zoom: i8) -> Self {
        self.zoom = Some(zoom);
        self
    }

    /// Chooses what becomes of a resolution between two zooms.
    #[must_use]
    pub const fn with_strategy(mut self, strategy: ZoomStrategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// Chooses the levels above the zoom that consist of whole tiles.
    #[must_use]
    pub const fn with_aligned_levels(mut self, levels: u8) -> Self {
        self.aligned_levels = levels;
        self
    }

    /// The pixels, and their zoom.
    ///
    /// Resolution and bounds are GDAL's suggestion for the set's CRS, the source's own if it has that.
    ///
    /// # Errors
    ///
    /// - [`Error::NotGeoreferenced`], [`Error::Projection`] if there is no way to the set's CRS;
    /// - [`Error::InvalidParameter`] for a zoom that the set has not, more levels than lie above it, or more
    ///   pixels than a raster has.
    pub fn grid(&self, info: &RasterInfo, tms: &TileMatrixSet) -> Result<(Grid, i8), Error> {
        let (source_crs, _, around) = georeference(info)?;
        let (bounds, resolution) = if source_crs == tms.crs() {
            let (across, down) = around.affine.resolution();
            (around.bounds(), across.max(down))
        } else {
            let suggested = Grid::in_crs(info, tms.crs(), None, OutputSize::native())?;
            (suggested.bounds(), suggested.affine.a)
        };
        let refused = |error: tile_math::Error| Error::parameter("zoom", error.to_string());
        let zoom = match self.zoom {
            Some(zoom) => zoom,
            None => tms
                .zoom_for_resolution_within(resolution, self.strategy, tms.min_zoom(), DEEPEST)
                .map_err(refused)?,
        };
        let above = i16::from(zoom) - i16::from(self.aligned_levels);
        let base = i8::try_from(above)
            .ok()
            .filter(|&base| base >= tms.min_zoom())
            .ok_or_else(|| {
                let levels = self.aligned_levels;
                Error::parameter(
                    "aligned_levels",
                    format!("{levels} levels do not lie above zoom {zoom}"),
                )
            })?;
        let tile = |x: f64, y: f64| {
            let tile = tms.tile_at(x, y, base)?;
            tms.xy_bounds(tile)
        };
        let first = tile(bounds.left, bounds.top).map_err(refused)?;
        let last = tile(bounds.right, bounds.bottom).map_err(refused)?;
        let cell = tms.matrix(zoom).map_err(refused)?.cell_size;
        let pixels = |extent: f64| {
            let pixels = (extent / cell).round_ties_even().max(1.0);
            // Whole numbers in this range are exact; GDAL has no larger rasters either.
            (pixels <= f64::from(i32::MAX))
                .then_some(pixels as u32)
                .ok_or_else(|| {
                    Error::parameter("zoom", format!("{zoom} makes {pixels} pixels a side"))
                })
        };
        let (width, height) = (
            pixels(last.right - first.left)?,
            pixels(first.top - last.bottom)?,
        );
        let grid = Grid {
            crs: Some(tms.crs().clone()),
            affine: cog_raster::Affine::new(cell, 0.0, first.left, 0.0, -cell, first.top),
            width,
            height,
        };
        Ok((grid, zoom))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cog_raster::{Affine, SampleType};
    use std::sync::Arc;
    use tile_math::Crs;

    fn utm() -> (RasterInfo, Arc<TileMatrixSet>) {
        let mut info = RasterInfo::new(SampleType::U8, 1, 1000, 700);
        info.crs = Crs::from_epsg(32633).ok();
        info.affine = Some(Affine::new(10.0, 0.0, 500_000.0, 0.0, -10.0, 5_400_000.0));
        (info, TileMatrixSet::builtin("WebMercatorQuad").unwrap())
    }

    #[test]
    fn pixels_fill_whole_tiles_of_the_zoom_or_of_one_above() {
        let (info, tms) = utm();
        for levels in 0..4 {
            let aligned = WebOptimized::default().with_aligned_levels(levels);
            let (grid, zoom) = aligned.grid(&info, &tms).unwrap();
            let base = zoom - i8::try_from(levels).unwrap();
            let bounds = grid.bounds();
            let inside = |x: f64, y: f64| tms.xy_bounds(tms.tile_at(x, y, base).unwrap()).unwrap();
            let half = grid.affine.a / 2.0;
            let first = inside(bounds.left + half, bounds.top - half);
            let last = inside(bounds.right - half, bounds.bottom + half);
            assert!((first.left - bounds.left).abs() < 1e-6, "{levels}");
            assert!((first.top - bounds.top).abs() < 1e-6, "{levels}");
            assert!((last.right - bounds.right).abs() < 1e-6, "{levels}");
            assert!((last.bottom - bounds.bottom).abs() < 1e-6, "{levels}");
        }
    }

    #[test]
    fn what_no_set_has_is_refused() {
        let (info, tms) = utm();
        let refused = |how: WebOptimized| how.grid(&info, &tms).unwrap_err().to_string();
        let deep = refused(WebOptimized::default().with_aligned_levels(99));
        assert!(deep.contains("99 levels"), "{deep}");
        let none = refused(WebOptimized::default().with_zoom(-1));
        assert!(
            none.starts_with("aligned_levels") || none.starts_with("zoom"),
            "{none}"
        );
        let many = refused(
            WebOptimized::default()
                .with_zoom(30)
                .with_aligned_levels(25),
        );
        assert!(many.contains("pixels a side"), "{many}");
        let nowhere = RasterInfo::new(SampleType::U8, 1, 4, 4);
        assert!(matches!(
            WebOptimized::default().grid(&nowhere, &tms),
            Err(Error::NotGeoreferenced { .. })
        ));
    }
}
