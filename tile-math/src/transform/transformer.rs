//! The public transformer.

use core::fmt;
use std::sync::Arc;

use super::bounds;
use super::path::Path;
use crate::{BoundingBox, Crs, Error};

/// Transforms coordinates from one CRS to another. Cloning is cheap.
///
/// # Shape and units
///
/// Coordinates are always in traditional GIS order, whatever order the authority defines: `x` is the easting or
/// longitude, `y` the northing or latitude, in the CRS's own units (degrees for nearly all
/// geographic CRSs). Grids which the authority orients to the south or west keep their own axes, as
/// in PROJ's `always_xy` and GDAL's traditional order.
///
/// # Example
///
/// ```
/// use tile_math::{Crs, Transformer};
///
/// let to_mercator = Transformer::new(&Crs::wgs84(), &Crs::web_mercator())?;
/// let (x, y) = to_mercator.transform(180.0, 0.0)?;
/// assert!((x - 20_037_508.342_789_244).abs() < 1e-6 && y.abs() < 1e-6);
/// # Ok::<(), tile_math::Error>(())
/// ```
#[derive(Clone)]
pub struct Transformer(Arc<Inner>);

struct Inner {
    from: Crs,
    to: Crs,
    path: Path,
    back: Path,
}

impl Transformer {
    /// Prepares the transform.
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedCrs`] naming the CRS that cannot be computed, and why.
    pub fn new(from: &Crs, to: &Crs) -> Result<Self, Error> {
        let path = Path::new(from, to)?;
        let back = Path::new(to, from)?;
        Ok(Self(Arc::new(Inner {
            from: from.clone(),
            to: to.clone(),
            path,
            back,
        })))
    }

    /// The CRS that coordinates come from.
    #[must_use]
    pub fn from_crs(&self) -> &Crs {
        &self.0.from
    }

    /// The CRS that coordinates go to.
    #[must_use]
    pub fn to_crs(&self) -> &Crs {
        &self.0.to
    }

    /// The transform in the other direction.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self(Arc::new(Inner {
            from: self.0.to.clone(),
            to: self.0.from.clone(),
            path: self.0.back.clone(),
            back: self.0.path.clone(),
        }))
    }

    /// Transforms one point.
    ///
    /// # Errors
    ///
    /// [`Error::Transform`] if the point is not finite or has no image.
    pub fn transform(&self, x: f64, y: f64) -> Result<(f64, f64), Error> {
        self.point(x, y).ok_or_else(|| Error::Transform {
            x,
            y,
            from: self.0.from.to_string(),
            to: self.0.to.to_string(),
        })
    }

    /// Transforms one point; `None` if it has no image.
    #[must_use]
    pub fn point(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        self.0.path.point(x, y)
    }

    /// Transforms points in place: `xs[i]`, `ys[i]` is one point.
    ///
    /// Points without an image become NaN in both slices; their number is returned. If the slices
    /// differ in length, the longer one's rest is left alone.
    pub fn transform_slice(&self, xs: &mut [f64], ys: &mut [f64]) -> usize {
        self.0.path.slice(xs, ys)
    }

    /// The box around the image of `bounds`.
    ///
    /// Each edge is cut in `densify + 1` parts (21 is customary). When the target is
    /// geographic, a box around a pole gives all longitudes up to the pole, and one across the
    /// antimeridian gives `left > right`. When the source is geographic, `bounds` itself may
    /// have `left > right`. Parts of the edges without an image are left out.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] for sides that are not finite or in the wrong order,
    /// [`Error::Transform`] if no part of the edges has an image.
    pub fn transform_bounds(
        &self,
        bounds: BoundingBox,
        densify: u32,
    ) -> Result<BoundingBox, Error> {
        bounds::transform(
            &self.0.path,
            &self.0.back,
            (&self.0.from, &self.0.to),
            bounds,
            densify,
        )
    }

    /// Whether coordinates pass unchanged.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.0.path.is_identity()
    }

    /// Whether the target's `x` depends only on the source's `x`, and `y` only on `y`, as
    /// between EPSG:4326 and EPSG:3857. An axis-parallel grid can then be transformed by its first row
    /// and column alone.
    #[must_use]
    pub fn is_separable(&self) -> bool {
        self.0.path.is_separable()
    }
}

impl fmt::Debug for Transformer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transformer({} -> {})", self.0.from, self.0.to)
    }
}
