//! Where a source lies in the CRS of pictures.

use crate::Error;
use crate::grid::{georeference, suggested_for, transformer};
use cog_raster::RasterInfo;
use tile_math::{BoundingBox, Crs};

/// What [`TwoStep`](crate::TwoStep) asks of a source and a CRS, whatever part of it a picture shows.
///
/// It takes hundreds of transformed points to find: whoever makes many pictures of one source keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ground {
    crs: Crs,
    bounds: BoundingBox,
    resolution: f64,
}

impl Ground {
    /// Where a source lies in a CRS.
    ///
    /// # Errors
    ///
    /// [`Error::NotGeoreferenced`], [`Error::Projection`] if there is no way to `crs`.
    pub fn new(info: &RasterInfo, crs: &Crs) -> Result<Self, Error> {
        const DENSIFY: u32 = 21;
        let suggested = suggested_for(info, crs)?;
        let (source_crs, _, around) = georeference(info)?;
        let finite = |bounds: &BoundingBox| bounds.to_array().iter().all(|side| side.is_finite());
        let bounds = if source_crs == crs {
            around.bounds()
        } else {
            match transformer(source_crs, crs)?.transform_bounds(around.bounds(), DENSIFY) {
                Ok(bounds) if finite(&bounds) => bounds,
                // Poles in web mercator: as far as there are coordinates.
                _ => suggested.bounds(),
            }
        };
        Ok(Self {
            crs: crs.clone(),
            bounds,
            resolution: suggested.resolution,
        })
    }

    /// The CRS of pictures.
    #[must_use]
    pub const fn crs(&self) -> &Crs {
        &self.crs
    }

    /// Smallest box around the source: 21 points along each edge, as rasterio takes.
    #[must_use]
    pub const fn bounds(&self) -> BoundingBox {
        self.bounds
    }

    /// The side of a pixel, in units of the CRS, if all of the source is warped (`GDALSuggestedWarpOutput2`).
    #[must_use]
    pub const fn resolution(&self) -> f64 {
        self.resolution
    }

    /// The share of a box's area that the source's bounds have, at most 1; 1 where the source reaches as far as the CRS.
    #[must_use]
    pub fn covered_share(&self, bounds: BoundingBox) -> f64 {
        let share = self.bounds.width() / bounds.width() * (self.bounds.height() / bounds.height());
        if share.is_finite() {
            share.min(1.0)
        } else {
            1.0
        }
    }
}
