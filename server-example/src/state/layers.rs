//! What is served, as a map's list of layers shows it.

use super::{CpuPool, Source};
use crate::{Error, access::Target, dataset::Planned, ground, http::Timing, picture};
use cog_raster::{RasterInfo, RasterSource as _, Sample as _, SampleType, with_samples};
use cog_render::{Grid, Image, OutputSize, ReadOptions};
use serde::Serialize;
use serde_json::Value;
use tile_math::{BoundingBox, TileMatrixSet};
use utoipa::ToSchema;

/// A source named on the command line, before it is opened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LayerSource {
    /// What to open.
    pub target: Target,
    /// The name from which the id is made.
    pub name: String,
    /// Layers that belong together, such as the dates of one scene.
    pub group: Option<String>,
    /// The date or time that tells the layers of a group apart.
    pub time: Option<String>,
}

/// A served source that can be shown on a map.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[non_exhaustive]
pub struct Layer {
    /// The layer's id; may be given as `url=`.
    pub id: String,
    /// A name for people.
    pub name: String,
    /// What to give as `url=` in requests.
    pub url: String,
    /// West, south, east, north in degrees.
    pub bounds: [f64; 4],
    /// The file's own CRS as `authority:code`, if it has one.
    pub crs: Option<String>,
    /// Left, bottom, right, top in the file's own CRS, x first.
    pub crs_bounds: Option<[f64; 4]>,
    /// Least zoom of WebMercatorQuad at which the layer is more than a dot.
    pub minzoom: i8,
    /// Zoom of WebMercatorQuad that shows the full resolution.
    pub maxzoom: i8,
    /// The bands that are not alpha.
    pub bands: Vec<LayerBand>,
    /// Type of the samples, in NumPy's words.
    pub dtype: &'static str,
    /// The value that stands for "nothing here": a number, "nan", or null.
    pub nodata: Value,
    /// Whether the file brings its own palette.
    pub colormap: bool,
    /// Layers that belong together, such as the dates of one scene.
    pub group: Option<String>,
    /// The date or time that tells the layers of a group apart.
    pub time: Option<String>,
}

/// A band of a [`Layer`].
#[derive(Clone, Debug, Serialize, ToSchema)]
#[non_exhaustive]
pub struct LayerBand {
    /// Number from 1, as `bidx` takes it.
    pub index: u32,
    /// TiTiler's name, `b1` and on.
    pub name: String,
    /// The file's description, or the name.
    pub description: String,
    /// A good lower end for a stretch: 2 % of the samples are below.
    pub min: f64,
    /// A good upper end for a stretch: 2 % of the samples are above.
    pub max: f64,
    /// What the band shows: `red`, `gray`, …
    pub color_interpretation: &'static str,
}

/// Describes an opened source for a map.
///
/// # Errors
///
/// [`Error::Unusable`] if it has no place on the map; the source's errors when
/// it has no statistics and cannot be read for some.
pub async fn describe_layer(
    cpu: &CpuPool,
    source: &Source,
    wanted: &LayerSource,
    id: String,
) -> Result<Layer, Error> {
    let info = source.cog.info();
    let tms = TileMatrixSet::builtin("WebMercatorQuad")
        .ok_or_else(|| Error::Failed("WebMercatorQuad is not built in".into()))?;
    let bounds = ground::geographic_bounds(info)?;
    let (minzoom, maxzoom) = ground::zooms(info, &tms)?;
    let ranges = ranges(cpu, source).await?;
    let bands = info
        .bands
        .iter()
        .zip(1_u32..)
        .zip(ranges)
        .filter(|((band, _), _)| band.color_interpretation.name() != "alpha")
        .map(|((band, index), (min, max))| LayerBand {
            index,
            name: format!("b{index}"),
            description: band
                .description
                .clone()
                .filter(|d| !d.is_empty())
                .unwrap_or_else(|| format!("b{index}")),
            min,
            max,
            color_interpretation: band.color_interpretation.name(),
        })
        .collect();
    Ok(Layer {
        url: match &wanted.target {
            Target::File(_) => id.clone(),
            Target::Remote { url, .. } => url.to_string(),
        },
        id,
        name: wanted.name.clone(),
        bounds: bounds.to_array(),
        crs: info.crs.as_ref().and_then(|crs| {
            let (authority, code) = crs.authority()?;
            Some(format!("{authority}:{code}"))
        }),
        crs_bounds: info.bounds().map(BoundingBox::to_array),
        minzoom,
        maxzoom,
        bands,
        dtype: info.sample_type.name(),
        nodata: info
            .bands
            .first()
            .and_then(|band| band.nodata.as_ref())
            .map_or(Value::Null, ground::nodata_value),
        colormap: info.colormap.is_some(),
        group: wanted.group.clone(),
        time: wanted.time.clone(),
    })
}

/// A stretch for each band: what the file declares, else from a small picture of it.
async fn ranges(cpu: &CpuPool, source: &Source) -> Result<Vec<(f64, f64)>, Error> {
    let info = source.cog.info();
    let declared: Option<Vec<(f64, f64)>> = info
        .bands
        .iter()
        .map(|band| band.statistics.map(|s| (s.minimum, s.maximum)))
        .collect();
    if let Some(declared) = declared {
        return Ok(declared);
    }
    if info.sample_type == SampleType::U8 {
        return Ok(vec![(0.0, 255.0); info.bands.len()]);
    }
    sampled(cpu, source).await
}

/// The 2nd and 98th percentile of about a hundred thousand pixels.
async fn sampled(cpu: &CpuPool, source: &Source) -> Result<Vec<(f64, f64)>, Error> {
    const SIDE: u32 = 320;
    let plan = |info: &RasterInfo| {
        let all: Vec<u32> = (0..u32::try_from(info.bands.len()).unwrap_or(u32::MAX)).collect();
        let options = ReadOptions::default().with_bands(all);
        let grid = Grid::native(info, OutputSize::at_most(SIDE))?;
        let plan = cog_render::plan(info, &grid, &options)?;
        Ok((Planned::Plan(Box::new(plan)), None))
    };
    let image = picture::read(cpu, &source.cog, plan, Ok, &mut Timing::start()).await?;
    cpu.run(move || {
        (0..image.bands().len())
            .map(|band| middle(&image, band))
            .collect()
    })
    .await
}

/// The 2nd and 98th percentile of a band.
fn middle(image: &Image, band: usize) -> (f64, f64) {
    let pixels = image.pixels();
    let mask = image.band_mask(band).values();
    let mut values: Vec<f64> = with_samples!(image.samples(), T, samples => {
        samples[band * pixels..(band + 1) * pixels]
            .iter()
            .zip(mask)
            .filter(|(_, valid)| **valid != 0)
            .map(|(value, _): (&T, _)| value.to_f64())
            .filter(|value| value.is_finite())
            .collect()
    });
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => image.sample_type().range(),
        n => {
            let (low, high) = (values[n * 2 / 100], values[(n * 98 / 100).min(n - 1)]);
            if low < high {
                (low, high)
            } else {
                (low, low + 1.0)
            }
        }
    }
}
