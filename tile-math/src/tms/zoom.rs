//! The zoom for a resolution.

use core::str::FromStr;

use super::set::TileMatrixSet;
use crate::Error;
use crate::error::shorten;

/// What to do with a resolution between two zooms.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "GDAL's ZOOM_LEVEL_STRATEGY has these three"
)]
pub enum ZoomStrategy {
    /// The nearer of the two, by ratio.
    #[default]
    Auto,
    /// The coarser.
    Lower,
    /// The finer.
    Upper,
}

impl FromStr for ZoomStrategy {
    type Err = Error;

    /// Reads `auto`, `lower` or `upper` in any case.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text.to_ascii_lowercase().as_str() {
            "auto" => Ok(Self::Auto),
            "lower" => Ok(Self::Lower),
            "upper" => Ok(Self::Upper),
            _ => Err(Error::InvalidArgument {
                name: "zoom level strategy",
                value: shorten(text),
                expected: "expected auto, lower or upper".to_owned(),
            }),
        }
    }
}

/// Relative difference below which a resolution is a level's own.
const SAME: f64 = 1e-8;

impl TileMatrixSet {
    /// The zoom for a resolution in units of the set's CRS per pixel, between the set's own smallest and largest.
    ///
    /// # Errors
    ///
    /// As [`zoom_for_resolution_within`](Self::zoom_for_resolution_within).
    pub fn zoom_for_resolution(
        &self,
        resolution: f64,
        strategy: ZoomStrategy,
    ) -> Result<i8, Error> {
        self.zoom_for_resolution_within(resolution, strategy, self.min_zoom(), self.max_zoom())
    }

    /// The zoom for a resolution, between two zooms, inclusive.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] for a resolution that is not positive or zooms in the wrong order,
    /// [`Error::InvalidZoom`].
    ///
    /// # Specification
    ///
    /// `ZOOM_LEVEL_STRATEGY` of GDAL's COG driver.
    pub fn zoom_for_resolution_within(
        &self,
        resolution: f64,
        strategy: ZoomStrategy,
        min_zoom: i8,
        max_zoom: i8,
    ) -> Result<i8, Error> {
        if !(resolution.is_finite() && resolution > 0.0) {
            return Err(Error::InvalidArgument {
                name: "resolution",
                value: resolution.to_string(),
                expected: "expected a positive number".to_owned(),
            });
        }
        if min_zoom > max_zoom {
            return Err(Error::InvalidArgument {
                name: "max_zoom",
                value: max_zoom.to_string(),
                expected: format!("expected at least min_zoom, {min_zoom}"),
            });
        }
        let cell = |zoom: i8| self.with_matrix(zoom, |m| Ok(m.cell_size));
        let mut zoom = min_zoom;
        let mut size = cell(zoom)?;
        let same = |size: f64| (resolution - size).abs() / size <= SAME;
        while zoom < max_zoom && resolution <= size && !same(size) {
            zoom += 1;
            size = cell(zoom)?;
        }
        if zoom == min_zoom || same(size) {
            return Ok(zoom);
        }
        let coarser = match strategy {
            ZoomStrategy::Lower => true,
            ZoomStrategy::Upper => false,
            ZoomStrategy::Auto => cell(zoom - 1)? / resolution < resolution / size,
        };
        Ok(if coarser { zoom - 1 } else { zoom })
    }
}
