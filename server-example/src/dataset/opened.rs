//! Opened sources that are read as one.

use super::{Area, Bands, Place, Wanted};
use crate::{
    Error,
    http::Timing,
    picture,
    state::{CpuPool, ServerState, Source},
};
use cog_raster::{RasterInfo, RasterSource as _};
use cog_reader::Cog;
use cog_render::{Error as RenderError, Expression, Image, ReadOptions};
use futures_util::future::try_join_all;
use std::sync::Arc;
use tile_math::BoundingBox;

/// The sources of a request, opened.
#[derive(Debug)]
pub(crate) struct Dataset {
    parts: Vec<Part>,
    /// What is made of the bands of all.
    expression: Option<Expression>,
}

/// One source and what is read of it.
#[derive(Clone, Debug)]
struct Part {
    source: Arc<Source>,
    options: ReadOptions,
}

impl Dataset {
    /// Opens what a request wants.
    pub(crate) async fn open(state: &ServerState, wanted: &Wanted) -> Result<Self, Error> {
        let part = Part {
            source: state.open(&wanted.url).await?,
            options: wanted.bands.options.clone(),
        };
        Ok(Self {
            parts: vec![part],
            expression: wanted.bands.expression.clone(),
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
        };
        Self {
            parts: vec![part],
            expression: bands.expression,
        }
    }

    /// What tells answers about this apart from answers about others, and about others of the same
    /// name; `None` where a store does not tell when it changes.
    pub(crate) fn identity(&self) -> Option<Vec<&str>> {
        let mut identity = Vec::new();
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

    /// A name for people: that of the file.
    pub(crate) fn name(&self) -> &str {
        let key = &self.source().key;
        key.rsplit(['/', '\\']).next().unwrap_or(key)
    }

    /// Reads the pixels of an area: plans and warps on the CPU pool, the reading in between.
    pub(crate) async fn read(
        &self,
        cpu: &CpuPool,
        area: &Arc<Area>,
        timing: &mut Timing,
    ) -> Result<Image, Error> {
        let expression = self.expression.clone();
        let finish = move |image: Image| match expression {
            Some(expression) => expression.apply(&image),
            None => Ok(image),
        };
        if let [part] = self.parts.as_slice() {
            return part.read(cpu, area, None, finish, timing).await;
        }
        let grid = self.shared_grid(cpu, area).await?;
        let reads = self.parts.iter().map(|part| {
            let grid = grid.clone();
            async move {
                let mut timing = Timing::start();
                let image = part.read(cpu, area, grid, Ok, &mut timing).await?;
                Ok::<_, Error>((image, timing))
            }
        });
        let read = timing.stage("assets", try_join_all(reads)).await?;
        let is_point = area.is_point();
        let images = read.into_iter().map(|(image, part)| {
            timing.absorb(&part);
            image
        });
        let images: Vec<Image> = images.collect();
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

    /// The grid that all sources are read on: the one of most pixels that any of them would have by itself.
    async fn shared_grid(&self, cpu: &CpuPool, area: &Arc<Area>) -> Result<Option<Place>, Error> {
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
            Ok::<_, RenderError>(finest)
        });
        Ok(finest.await??)
    }
}

impl Part {
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
