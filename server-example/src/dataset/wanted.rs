//! What a request reads, as far as its query says.

use crate::{
    Error,
    params::{Query, ReadParams, SourceParams},
};
use cog_render::{Expression, ReadOptions};

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

/// The source and what is read of it.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) url: String,
    pub(crate) bands: Bands,
}

/// Bands, how they are read, and what is made of them.
#[derive(Clone, Debug)]
pub(crate) struct Bands {
    pub(crate) options: ReadOptions,
    pub(crate) expression: Option<Expression>,
}

impl Wanted {
    pub(crate) fn parse(query: &Query) -> Result<Self, Error> {
        Ok(Self {
            url: SourceParams::parse(query)?.url,
            bands: Bands::parse(query)?,
        })
    }
}

impl Bands {
    pub(crate) fn parse(query: &Query) -> Result<Self, Error> {
        let read = ReadParams::parse(query)?;
        let expression = read.expression()?;
        let mut options = read.options()?;
        if let Some(expression) = &expression {
            options = options.with_bands(expression.bands());
        }
        Ok(Self {
            options,
            expression,
        })
    }
}
