//! An open file, as a page sees it.

use crate::{BandSummary, Error, Info, PointValues, View};
use cog_raster::{ColorInterpretation, RasterInfo, RasterSource as _};
use cog_reader::{BlockCache, Cog, OpenOptions, RangeReader};
use cog_render::{
    Format, Grid, Image, OutputSize, Picture, Pixels, StatisticsOptions, statistics, style,
    zoom_range,
};
use std::sync::Arc;
use tile_math::{BoundingBox, Crs, Tile, TileMatrixSet, Transformer};

/// Decoded blocks kept, in bytes: some thirty 1024² tiles of one byte.
const CACHED: u64 = 64 << 20;

/// Longest side of the picture that statistics are made of.
const SAMPLED: u32 = 512;

/// A file on a map of the whole world (`WebMercatorQuad`).
#[derive(Clone, Debug)]
pub struct Dataset {
    cog: Cog,
    reader: Arc<dyn RangeReader>,
    tms: Arc<TileMatrixSet>,
}

/// Pixels as a canvas takes them: rows from the top, red, green, blue and alpha interleaved,
/// alpha not multiplied in.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rgba {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Four bytes per pixel.
    pub rgba: Vec<u8>,
}

impl Dataset {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// [`Error::Open`]: nothing there, not a TIFF, broken, or of a kind that cannot be read.
    pub async fn open(reader: Arc<dyn RangeReader>) -> Result<Self, Error> {
        let options = OpenOptions::default().with_block_cache(Arc::new(BlockCache::new(CACHED)));
        let cog = Cog::open(reader.clone(), options).await?;
        let tms = TileMatrixSet::builtin("WebMercatorQuad")
            .ok_or_else(|| Error::parameter("there is no tile matrix set WebMercatorQuad"))?;
        Ok(Self { cog, reader, tms })
    }

    /// What the file says of itself.
    #[must_use]
    pub fn info(&self) -> Info {
        let info = self.cog.info();
        let bounds = degrees(info);
        let zooms = zoom_range(info, &self.tms).ok();
        let bands = info
            .bands
            .iter()
            .zip(1..)
            .map(|(band, number)| BandSummary {
                name: format!("b{number}"),
                description: band.description.clone().filter(|text| !text.is_empty()),
                colorinterp: band.color_interpretation.name(),
                nodata: band.nodata.map(|nodata| nodata.to_string()),
                unit: band.unit.clone(),
            });
        Info {
            url: self.cog.location().to_owned(),
            width: info.width(),
            height: info.height(),
            dtype: info.sample_type.name(),
            bands: bands.collect(),
            crs: info.crs.as_ref().map(ToString::to_string),
            bounds: bounds.map(BoundingBox::to_array),
            minzoom: zooms.map(|(least, _)| least),
            maxzoom: zooms.map(|(_, greatest)| greatest),
            overviews: info
                .levels
                .iter()
                .skip(1)
                .map(|level| (level.width, level.height))
                .collect(),
            bytes: self.reader.state().size,
            has_palette: info.colormap.is_some(),
            problems: self.cog.problems().map(str::to_owned).collect(),
        }
    }

    /// A tile as a canvas takes it: the same pixels as the server's tile with the same parameters.
    ///
    /// # Errors
    ///
    /// [`Error::Render`], of kind [`Outside`](crate::ErrorKind::Outside) if the file has nothing
    /// there; [`Error::Parameter`] for what a view cannot be.
    pub async fn tile(&self, tile: Tile, view: &View) -> Result<Rgba, Error> {
        let shown = view.style()?;
        let image = self.image(tile, view).await?;
        // The format whose pictures have the depth of a canvas: 8 bits, and alpha.
        let picture = style(&image, &shown, Format::Webp)?;
        Ok(rgba(&picture))
    }

    /// A tile as the bytes of a PNG, the same as the server's.
    ///
    /// # Errors
    ///
    /// See [`Self::tile`].
    pub async fn png(&self, tile: Tile, view: &View) -> Result<Vec<u8>, Error> {
        let shown = view.style()?;
        let image = self.image(tile, view).await?;
        Ok(cog_render::render(&image, &shown, Format::Png)?)
    }

    async fn image(&self, tile: Tile, view: &View) -> Result<Image, Error> {
        let grid = Grid::for_tile(&self.tms, tile, view.tile_size()?, 0.0)?;
        Ok(cog_render::read(&self.cog, &grid, &view.read_options()?).await?)
    }

    /// The values of the pixel at a point.
    ///
    /// - `lon`, `lat`: degrees, east and north positive.
    ///
    /// # Errors
    ///
    /// [`Error::Render`], of kind [`Outside`](crate::ErrorKind::Outside) if the file has nothing there.
    pub async fn point(&self, lon: f64, lat: f64, view: &View) -> Result<PointValues, Error> {
        let options = view.read_options()?;
        let point = cog_render::point(&self.cog, (lon, lat), &Crs::wgs84(), None, &options).await?;
        Ok(PointValues {
            coordinates: point.coordinates,
            band_names: point.band_names,
            values: point.values,
        })
    }

    /// The values between which 96 % of each band's valid pixels lie, of an overview: what a page
    /// shows a file with that says nothing itself. `(0, 1)` for a band without any.
    ///
    /// # Errors
    ///
    /// [`Error::Render`]: the pixels cannot be had; [`Error::Parameter`] for what a view cannot be.
    pub async fn stretch(&self, view: &View) -> Result<Vec<(f64, f64)>, Error> {
        let mut options = view.read_options()?;
        let info = self.cog.info();
        if options.bands.is_none() {
            let shown = info
                .bands
                .iter()
                .zip(0..)
                .filter(|(band, _)| band.color_interpretation != ColorInterpretation::Alpha);
            options = options.with_bands(shown.map(|(_, band)| band).collect::<Vec<u32>>());
        }
        let size = OutputSize::at_most(SAMPLED);
        let image = cog_render::preview(&self.cog, None, size, &options).await?;
        let bands = statistics(&image, &StatisticsOptions::default(), None)?;
        Ok(bands
            .iter()
            .map(|band| match band.percentiles[..] {
                [(_, low), (_, high)] if low < high => (low, high),
                _ if band.min < band.max => (band.min, band.max),
                _ if band.min.is_finite() => (band.min, band.min + 1.0),
                _ => (0.0, 1.0),
            })
            .collect())
    }
}

/// Pixels of any kind as a canvas takes them.
fn rgba(picture: &Picture) -> Rgba {
    let picture = picture.to_rgb8(true);
    let rgba = match picture.pixels() {
        Pixels::Rgb8(pixels) => {
            let opaque = pixels.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]);
            opaque.collect()
        }
        Pixels::Rgba8(pixels) => pixels.clone(),
        _ => unreachable!("`to_rgb8` makes no other"),
    };
    Rgba {
        width: picture.width(),
        height: picture.height(),
        rgba,
    }
}

/// West, south, east, north; `None` where the file has no place in degrees.
fn degrees(info: &RasterInfo) -> Option<BoundingBox> {
    let (crs, bounds) = (info.crs.as_ref()?, info.bounds()?);
    let transformer = Transformer::new(crs, &Crs::wgs84()).ok()?;
    transformer.transform_bounds(bounds, 21).ok()
}
