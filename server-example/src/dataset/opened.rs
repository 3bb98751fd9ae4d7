//! Opened sources that are read as one.

use super::{Area, Bands, Place, Wanted};
use crate::{
    Error, ground,
    http::Timing,
    params::MOST_ASSETS,
    picture,
    state::{Admission, CpuPool, ServerState, Source, StoredItem},
};
use cog_raster::{RasterInfo, RasterSource as _};
use cog_reader::Cog;
use cog_render::{Algorithm, Error as RenderError, Expression, Image, Limits, ReadOptions};
use futures_util::future::try_join_all;
use stac_item::{AssetRead, Item};
use std::sync::Arc;
use tile_math::{BoundingBox, Crs, TileMatrixSet};

/// Assets that one request reads at the same time.
const ASSETS_AT_ONCE: usize = 4;

/// The sources of a request, opened.
#[derive(Debug)]
pub(crate) struct Dataset {
    parts: Vec<Part>,
    /// What is made of the bands of all.
    expression: Option<Expression>,
    algorithm: Option<Arc<dyn Algorithm>>,
    /// The item that the sources are assets of.
    item: Option<StoredItem>,
}

/// One source and what is read of it.
#[derive(Clone, Debug)]
struct Part {
    source: Arc<Source>,
    options: ReadOptions,
    asset: Option<Asset>,
}

/// What an item says of one of its assets, and a request of that.
#[derive(Clone, Debug)]
struct Asset {
    name: String,
    href: String,
    expression: Option<Expression>,
    /// Least and greatest value of each of the file's bands.
    ranges: Option<Vec<(f64, f64)>>,
    /// The asset is one band.
    as_band: bool,
    /// Bands are described with the asset's name before their own.
    prefixes: bool,
}

impl Dataset {
    /// Opens what a request wants.
    pub(crate) async fn open(state: &ServerState, wanted: &Wanted) -> Result<Self, Error> {
        let (parts, item) = match &wanted.assets {
            None => {
                let source = state.open(&wanted.url).await?;
                let options = wanted.bands.options.clone();
                let asset = None;
                let part = Part {
                    source,
                    options,
                    asset,
                };
                (vec![part], None)
            }
            Some(assets) => {
                let stored = state.item(&wanted.url).await?;
                let reads = stored.item.choose(&assets.choices)?;
                if reads.len() > MOST_ASSETS {
                    return Err(Error::Request(format!(
                        "{} assets are asked for, the most at a time is {MOST_ASSETS}; name some",
                        reads.len()
                    )));
                }
                let parts = reads.into_iter().map(|read| {
                    Part::of_asset(state, read, &wanted.bands.options, assets.as_bands)
                });
                (try_join_all(parts).await?, Some(stored))
            }
        };
        if parts.is_empty() {
            return Err(Error::Unusable(format!(
                "{} has no asset of pixels",
                wanted.url
            )));
        }
        Ok(Self {
            parts,
            expression: wanted.bands.expression.clone(),
            algorithm: wanted.bands.algorithm.clone(),
            item,
        })
    }

    /// One file that is open.
    pub(crate) fn of_cog(cog: Cog, bands: Bands) -> Self {
        let source = Source {
            key: cog.location().to_owned(),
            validator: cog.validator(),
            cog,
        };
        let part = Part {
            source: Arc::new(source),
            options: bands.options,
            asset: None,
        };
        Self {
            parts: vec![part],
            expression: bands.expression,
            algorithm: bands.algorithm,
            item: None,
        }
    }

    /// The sources, each with the name of its asset if it is one.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (Option<&str>, &Arc<Source>)> {
        self.parts.iter().map(|part| {
            let name = part.asset.as_ref().map(|asset| asset.name.as_str());
            (name, &part.source)
        })
    }

    /// The first source, as [`sources`](Self::sources).
    pub(crate) fn first(&self) -> (Option<&str>, &Arc<Source>) {
        let part = &self.parts[0];
        (part.asset.as_ref().map(|asset| &*asset.name), &part.source)
    }

    /// Where the first source is, as a request may name it; `url` is where all is.
    pub(crate) fn place<'a>(&'a self, url: &'a str) -> &'a str {
        self.parts[0]
            .asset
            .as_ref()
            .map_or(url, |asset| &asset.href)
    }

    /// The dataset of each source by itself, as [`sources`](Self::sources).
    pub(crate) fn apart(&self) -> impl Iterator<Item = Self> {
        self.parts.iter().map(|part| {
            let mut part = part.clone();
            if let Some(asset) = &mut part.asset {
                asset.prefixes = false;
            }
            Self {
                parts: vec![part],
                expression: None,
                algorithm: None,
                item: None,
            }
        })
    }

    /// The item that the sources are assets of.
    pub(crate) fn item(&self) -> Option<&Item> {
        self.item.as_ref().map(|stored| &*stored.item)
    }

    /// What tells answers about this apart from answers about others, and about others of the same
    /// name; `None` where a store does not tell when it changes.
    pub(crate) fn identity(&self) -> Option<Vec<&str>> {
        let mut identity: Vec<&str> = self.item.iter().map(|item| item.tag.as_str()).collect();
        for part in &self.parts {
            identity.extend([part.source.key.as_str(), part.source.validator.as_deref()?]);
        }
        Some(identity)
    }

    /// The first source, which stands for all where one has to.
    pub(crate) fn source(&self) -> &Arc<Source> {
        &self.parts[0].source
    }

    /// What the first source is.
    pub(crate) fn info(&self) -> &RasterInfo {
        self.source().cog.info()
    }

    /// Where all of it lies: what the item says, else the file.
    pub(crate) fn bounds_in(&self, crs: &Crs) -> Result<BoundingBox, Error> {
        match self.item() {
            Some(item) => {
                let place = item.footprint()?;
                ground::transformed(place.bounds, &place.crs, crs)
            }
            None => ground::bounds_in(self.info(), crs),
        }
    }

    /// The least and greatest zoom that make sense; an item that does not say how fine it is makes sense at all.
    pub(crate) fn zooms(&self, tms: &TileMatrixSet) -> Result<(i8, i8), Error> {
        match self.item() {
            Some(item) => match item.footprint()?.raster_info() {
                Some(info) => ground::zooms(&info, tms),
                None => Ok((tms.min_zoom(), tms.max_zoom())),
            },
            None => ground::zooms(self.info(), tms),
        }
    }

    /// A name for people: that of the file or the item.
    pub(crate) fn name(&self) -> &str {
        if let Some(item) = self.item() {
            return item.id();
        }
        let key = &self.source().key;
        key.rsplit(['/', '\\']).next().unwrap_or(key)
    }

    /// Reads the pixels of an area: plans and warps on the CPU pool, the reading in between.
    pub(crate) async fn read(
        &self,
        admission: &mut Admission,
        area: &Arc<Area>,
        timing: &mut Timing,
    ) -> Result<Image, Error> {
        let (expression, algorithm) = (self.expression.clone(), self.algorithm.clone());
        let finish = move |image: Image| {
            let image = match expression {
                Some(expression) => expression.apply(&image)?,
                None => image,
            };
            match algorithm {
                Some(algorithm) => algorithm.apply(&image),
                None => Ok(image),
            }
        };
        let place = self.place_of(admission.cpu(), area);
        let grid = timing.stage("plan", place).await?;
        if let Some((_, bytes)) = &grid {
            timing.stage("memory", admission.hold(*bytes)).await?;
        }
        let grid = grid.map(|(place, _)| place);
        let cpu = admission.cpu();
        if let [part] = self.parts.as_slice() {
            return part.read(cpu, area, grid, finish, timing).await;
        }
        let is_point = area.is_point();
        let mut images = Vec::with_capacity(self.parts.len());
        // A few at a time: each holds pixels of its own until it is warped.
        for few in self.parts.chunks(ASSETS_AT_ONCE) {
            let reads = few.iter().map(|part| {
                let grid = grid.clone();
                async move {
                    let mut timing = Timing::start();
                    let image = part.read(cpu, area, grid, Ok, &mut timing).await?;
                    Ok::<_, Error>((image, timing))
                }
            });
            for (image, part) in timing.stage("assets", try_join_all(reads)).await? {
                timing.absorb(&part);
                images.push(image);
            }
        }
        let stacked = cpu.run(move || {
            let images = if is_point {
                images
                    .into_iter()
                    .map(placeless)
                    .collect::<Result<_, _>>()?
            } else {
                images
            };
            finish(Image::stack(images)?)
        });
        Ok(timing.stage("stack", stacked).await??)
    }

    /// The grid that all sources are read on, the one of most pixels that any of them would have by
    /// itself, and the bytes of the image; `None` for a point.
    async fn place_of(
        &self,
        cpu: &CpuPool,
        area: &Arc<Area>,
    ) -> Result<Option<(Place, u64)>, Error> {
        if area.is_point() {
            return Ok(None);
        }
        let (parts, area) = (self.parts.clone(), Arc::clone(area));
        let finest = cpu.run(move || {
            let mut finest: Option<Place> = None;
            for part in &parts {
                let place = area.place(part.source.cog.info(), &part.options)?;
                let pixels = |place: &Place| place.grid.pixels();
                if finest
                    .as_ref()
                    .is_none_or(|best| pixels(best) < pixels(&place))
                {
                    finest = Some(place);
                }
            }
            let Some(place) = finest else {
                return Ok(None);
            };
            let bytes = check_size(&parts, &place)?;
            Ok::<_, RenderError>(Some((place, bytes)))
        });
        Ok(finest.await??)
    }
}

/// The bytes of all bands together, in the widest of their types, and their masks: no more than one
/// read may make.
fn check_size(parts: &[Part], place: &Place) -> Result<u64, RenderError> {
    let infos = || parts.iter().map(|part| part.source.cog.info());
    let sample = infos().map(|info| info.sample_type.size() as u64).max();
    let bands: u64 = parts.iter().map(|part| part.bands() as u64).sum();
    let limit = Limits::default().output_bytes;
    let needed = (sample.unwrap_or(1) + 1)
        .saturating_mul(bands)
        .saturating_mul(place.grid.pixels());
    if needed <= limit {
        return Ok(needed);
    }
    Err(RenderError::OverLimit {
        what: "the output",
        needed,
        unit: "bytes",
        limit,
        hint: "ask for fewer pixels, bands or assets",
    })
}

impl Part {
    /// How many bands are read.
    fn bands(&self) -> usize {
        let chosen = self.options.bands.as_ref().map(Vec::len);
        chosen.unwrap_or_else(|| self.source.cog.info().bands.len())
    }

    /// Opens an asset.
    async fn of_asset(
        state: &ServerState,
        read: AssetRead,
        options: &ReadOptions,
        as_band: bool,
    ) -> Result<Self, Error> {
        let source = state.open(&read.href).await?;
        let expression = read
            .expression
            .as_deref()
            .map(Expression::parse)
            .transpose()?;
        let mut options = options.clone();
        options.bands = match (&expression, read.indexes) {
            (Some(expression), _) => Some(expression.bands().to_vec()),
            (None, Some(indexes)) => Some(indexes.iter().map(|index| index - 1).collect()),
            (None, None) => None,
        };
        Ok(Self {
            source,
            options,
            asset: Some(Asset {
                name: read.name,
                href: read.href,
                expression,
                ranges: read.ranges,
                as_band,
                prefixes: true,
            }),
        })
    }

    /// Reads an area of this source, or, if given, what another source made of the area.
    async fn read(
        &self,
        cpu: &CpuPool,
        area: &Arc<Area>,
        place: Option<Place>,
        finish: impl FnOnce(Image) -> Result<Image, RenderError> + Send + 'static,
        timing: &mut Timing,
    ) -> Result<Image, Error> {
        let (area, options) = (Arc::clone(area), self.options.clone());
        let asset = self.asset.clone();
        let finish = move |image: Image| match asset {
            Some(asset) => finish(asset.described(image)?),
            None => finish(image),
        };
        let plan = move |info: &RasterInfo| {
            let place = match place {
                Some(place) => place,
                None => area.place(info, &options)?,
            };
            let planned = area.plan(info, &place.grid, options)?;
            Ok((planned, place.mask))
        };
        picture::read(cpu, &self.source.cog, plan, finish, timing).await
    }
}

impl Asset {
    /// The image with what the item says of its bands, and the asset's name on each where assets come together.
    fn described(&self, image: Image) -> Result<Image, RenderError> {
        let image = match &self.expression {
            Some(expression) => expression.apply(&image)?,
            None => image,
        };
        if self.as_band && image.bands().len() != 1 {
            return Err(RenderError::InvalidParameter {
                parameter: "asset_as_band",
                message: format!(
                    "asset {:?} has {} bands, not one: choose one with |bidx=",
                    self.name,
                    image.bands().len()
                ),
            });
        }
        let mut bands = image.bands().to_vec();
        for band in &mut bands {
            let number = band
                .name
                .strip_prefix('b')
                .and_then(|n| n.parse::<usize>().ok());
            if let (Some(ranges), Some(number)) = (&self.ranges, number) {
                band.range = ranges.get(number.wrapping_sub(1)).copied();
            }
            if self.as_band {
                band.description.clone_from(&self.name);
            } else if self.prefixes {
                band.description = format!("{}_{}", self.name, band.description);
            }
        }
        image.with_bands(bands)
    }
}

/// The image as if it lay nowhere: pixels of different sources at one place.
fn placeless(image: Image) -> Result<Image, RenderError> {
    let nowhere = BoundingBox {
        left: 0.0,
        bottom: 0.0,
        right: 1.0,
        top: 1.0,
    };
    let bands = image.bands().to_vec();
    Image::new(image.into_raster(), bands, None, nowhere)
}
