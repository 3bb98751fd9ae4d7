//! What a source says of itself.

use crate::{
    Affine, ControlPointTransform, Nodata, Placement, RationalTransform, SampleType, Straightened,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use tile_math::{BoundingBox, Crs};

/// What a [`RasterSource`](crate::RasterSource) holds.
///
/// # Invariants
///
/// - `levels` is not empty; `levels[0]` is the full resolution, each further
///   one is an overview no larger than the one before;
/// - `bands` has one entry per band, alpha bands included.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RasterInfo {
    /// Type of every sample.
    pub sample_type: SampleType,
    /// The bands, in order.
    pub bands: Vec<BandInfo>,
    /// The full resolution, then the overviews, each no larger than the one before.
    pub levels: Vec<LevelInfo>,
    /// The CRS, if the source is georeferenced and declares one.
    pub crs: Option<Crs>,
    /// Full-resolution pixels to CRS coordinates, if the source declares it.
    pub affine: Option<Affine>,
    /// Full-resolution pixels to CRS coordinates by ground control points; counts where there is no affine.
    pub control_points: Option<Arc<ControlPointTransform>>,
    /// Full-resolution pixels to WGS 84 by a rational polynomial; counts where there is neither an
    /// affine nor control points, and `crs` then is WGS 84.
    pub rational: Option<Arc<RationalTransform>>,
    /// Where masks come from.
    pub mask_kind: MaskKind,
    /// The palette of a one-band source: RGBA per index.
    pub colormap: Option<Vec<[u8; 4]>>,
    /// Free metadata of the dataset (GDAL_METADATA items without a sample).
    pub metadata: BTreeMap<String, String>,
}

impl RasterInfo {
    /// Information on a source of `bands` bands and one level of `width × height` pixels.
    #[must_use]
    pub fn new(sample_type: SampleType, bands: u32, width: u32, height: u32) -> Self {
        Self {
            sample_type,
            bands: (0..bands).map(|_| BandInfo::default()).collect(),
            levels: vec![LevelInfo::new(width, height)],
            crs: None,
            affine: None,
            control_points: None,
            rational: None,
            mask_kind: MaskKind::None,
            colormap: None,
            metadata: BTreeMap::new(),
        }
    }

    /// Columns at full resolution.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.levels.first().map_or(0, |level| level.width)
    }

    /// Rows at full resolution.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.levels.first().map_or(0, |level| level.height)
    }

    /// The affine of level `level`: the full resolution's, scaled by the ratio of the sizes.
    #[must_use]
    pub fn level_affine(&self, level: usize) -> Option<Affine> {
        let (affine, level) = (self.affine?, self.levels.get(level)?);
        Some(affine.scale(
            f64::from(self.width()) / f64::from(level.width),
            f64::from(self.height()) / f64::from(level.height),
        ))
    }

    /// The way from full-resolution pixels to CRS coordinates: the affine, else the control points,
    /// else the rational polynomial; `None` where the source has none of them.
    #[must_use]
    pub fn placement(&self) -> Option<Placement> {
        if let Some(affine) = self.affine {
            return Some(Placement::Affine(affine));
        }
        if let Some(points) = &self.control_points {
            return Some(Placement::ControlPoints(Arc::clone(points)));
        }
        self.rational
            .as_ref()
            .map(|rational| Placement::Rational(Arc::clone(rational)))
    }

    /// Pixels on straight lines that stand for the source's: its own where it has an affine; see
    /// [`Placement::straightened`].
    #[must_use]
    pub fn straightened(&self) -> Option<Straightened> {
        self.placement()?.straightened(self.width(), self.height())
    }

    /// Smallest box around all pixels, in the source's CRS; where there is no affine, the box around
    /// the [`straightened`](Self::straightened) ones.
    #[must_use]
    pub fn bounds(&self) -> Option<BoundingBox> {
        Some(self.straightened()?.bounds())
    }

    /// The band that holds alpha (0-based), if one does.
    #[must_use]
    pub fn alpha_band(&self) -> Option<usize> {
        self.bands
            .iter()
            .position(|band| band.color_interpretation == ColorInterpretation::Alpha)
    }
}

/// One band.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BandInfo {
    /// A name for people.
    pub description: Option<String>,
    /// What the band shows.
    pub color_interpretation: ColorInterpretation,
    /// The value that stands for "nothing here".
    pub nodata: Option<Nodata>,
    /// Physical value = sample × scale + offset.
    pub scale: f64,
    /// Physical value = sample × scale + offset.
    pub offset: f64,
    /// Unit of the physical value.
    pub unit: Option<String>,
    /// Statistics that the file declares (`STATISTICS_*` items).
    pub statistics: Option<BandStatistics>,
    /// Free metadata of the band.
    pub metadata: BTreeMap<String, String>,
}

impl Default for BandInfo {
    fn default() -> Self {
        Self {
            description: None,
            color_interpretation: ColorInterpretation::Undefined,
            nodata: None,
            scale: 1.0,
            offset: 0.0,
            unit: None,
            statistics: None,
            metadata: BTreeMap::new(),
        }
    }
}

/// Statistics as a file declares them; whoever wrote them computed them, perhaps roughly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandStatistics {
    /// Least valid sample.
    pub minimum: f64,
    /// Greatest valid sample.
    pub maximum: f64,
    /// Mean of the valid samples.
    pub mean: Option<f64>,
    /// Standard deviation of the valid samples.
    pub standard_deviation: Option<f64>,
}

/// What a band shows; GDAL's list, without the video and spectral additions.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ColorInterpretation {
    /// Not said.
    #[default]
    Undefined,
    /// Shades of grey.
    Gray,
    /// An index into the palette.
    Palette,
    /// Red of RGB.
    Red,
    /// Green of RGB.
    Green,
    /// Blue of RGB.
    Blue,
    /// Opacity.
    Alpha,
    /// Cyan of CMYK.
    Cyan,
    /// Magenta of CMYK.
    Magenta,
    /// Yellow of CMYK.
    Yellow,
    /// Black of CMYK.
    Black,
}

impl ColorInterpretation {
    /// rasterio's name: `"gray"`, `"red"`, `"undefined"` …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Gray => "gray",
            Self::Palette => "palette",
            Self::Red => "red",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Alpha => "alpha",
            Self::Cyan => "cyan",
            Self::Magenta => "magenta",
            Self::Yellow => "yellow",
            Self::Black => "black",
        }
    }
}

/// One resolution of a source.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct LevelInfo {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Columns of a block, the unit in which the source reads.
    pub block_width: u32,
    /// Rows of a block.
    pub block_height: u32,
}

impl LevelInfo {
    /// A level that is one block.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            block_width: width,
            block_height: height,
        }
    }

    /// Sets the block's size.
    #[must_use]
    pub const fn with_blocks(mut self, width: u32, height: u32) -> Self {
        self.block_width = width;
        self.block_height = height;
        self
    }
}

/// Where the masks of a source come from. Nodata is not a mask: it is per band, in [`BandInfo`].
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum MaskKind {
    /// Every pixel is valid, unless it equals nodata.
    #[default]
    None,
    /// One mask for all bands, beside the samples.
    PerDataset,
    /// The alpha band.
    Alpha,
    /// One mask per band.
    PerBand,
}
