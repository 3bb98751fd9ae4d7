//! What a request reads, as far as its query says.

use crate::{
    Error,
    params::{Query, ReadParams, SourceParams},
};
use cog_render::ReadOptions;

/// What a `url=` is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Kind {
    /// A GeoTIFF.
    #[default]
    Cog,
}

impl Kind {
    /// Where its routes are.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Cog => "/cog",
        }
    }
}

/// The source, the bands and how they are read.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) url: String,
    pub(crate) options: ReadOptions,
}

impl Wanted {
    pub(crate) fn parse(query: &Query) -> Result<Self, Error> {
        Ok(Self {
            url: SourceParams::parse(query)?.url,
            options: ReadParams::parse(query)?.options()?,
        })
    }
}
