//! Opened sources that are read as one.

use super::{Area, Wanted};
use crate::{
    Error,
    http::Timing,
    picture,
    state::{CpuPool, ServerState, Source},
};
use cog_raster::{RasterInfo, RasterSource as _};
use cog_reader::Cog;
use cog_render::{Image, ReadOptions};
use std::sync::Arc;

/// The sources of a request, opened.
#[derive(Debug)]
pub(crate) struct Dataset {
    parts: Vec<Part>,
}

/// One source and what is read of it.
#[derive(Debug)]
struct Part {
    source: Arc<Source>,
    options: ReadOptions,
}

impl Dataset {
    /// Opens what a request wants.
    pub(crate) async fn open(state: &ServerState, wanted: &Wanted) -> Result<Self, Error> {
        let part = Part {
            source: state.open(&wanted.url).await?,
            options: wanted.options.clone(),
        };
        Ok(Self { parts: vec![part] })
    }

    /// One file that is open.
    pub(crate) fn of_cog(cog: Cog, options: ReadOptions) -> Self {
        let source = Source {
            key: cog.location().to_owned(),
            validator: cog.validator(),
            cog,
        };
        let part = Part {
            source: Arc::new(source),
            options,
        };
        Self { parts: vec![part] }
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

    /// Reads the pixels of an area: plan and warp on the CPU pool, the reading in between.
    pub(crate) async fn read(
        &self,
        cpu: &CpuPool,
        area: &Arc<Area>,
        timing: &mut Timing,
    ) -> Result<Image, Error> {
        let part = &self.parts[0];
        let (place, options) = (Arc::clone(area), part.options.clone());
        let grid = move |info: &RasterInfo| place.grid(info, options);
        picture::read(cpu, &part.source.cog, grid, timing).await
    }
}
