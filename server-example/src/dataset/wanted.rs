//! What a request reads, as far as its query says.

use crate::{
    Error,
    params::{AlgorithmParams, AssetParams, Query, ReadParams, SourceParams},
    state::Names,
};
use cog_render::{Algorithm, Expression, ReadOptions};
use stac_item::AssetChoice;
use std::sync::Arc;

/// What a `url=` is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Kind {
    /// A GeoTIFF.
    #[default]
    Cog,
    /// A STAC item, whose assets are GeoTIFFs.
    Stac,
}

impl Kind {
    /// Where its routes are.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Cog => "/cog",
            Self::Stac => "/stac",
        }
    }
}

/// The source and what is read of it.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) url: String,
    pub(crate) bands: Bands,
    /// Of an item: what of it.
    pub(crate) assets: Option<Assets>,
}

/// Assets of an item.
#[derive(Clone, Debug)]
pub(crate) struct Assets {
    pub(crate) choices: Vec<AssetChoice>,
    /// Each is one band, described by the asset's name.
    pub(crate) as_bands: bool,
}

/// Bands, how they are read, and what is made of them.
#[derive(Clone, Debug)]
pub(crate) struct Bands {
    pub(crate) options: ReadOptions,
    pub(crate) expression: Option<Expression>,
    pub(crate) algorithm: Option<Arc<dyn Algorithm>>,
}

impl Wanted {
    pub(crate) fn parse(kind: Kind, query: &Query, names: &Names) -> Result<Self, Error> {
        let url = SourceParams::parse(query)?.url;
        let mut bands = Bands::parse(query, names)?;
        let assets = match kind {
            Kind::Cog => None,
            Kind::Stac => {
                // Bands of assets are chosen with the assets, and an expression is of all of them.
                bands.options.bands = None;
                let (choices, as_bands) = AssetParams::parse(query)?;
                Some(Assets { choices, as_bands })
            }
        };
        Ok(Self { url, bands, assets })
    }
}

impl Bands {
    /// Every band that is not alpha, as it is.
    pub(crate) fn plain() -> Self {
        Self {
            options: ReadOptions::default(),
            expression: None,
            algorithm: None,
        }
    }

    pub(crate) fn parse(query: &Query, names: &Names) -> Result<Self, Error> {
        let read = ReadParams::parse(query)?;
        let expression = read.expression()?;
        let mut options = read.options()?;
        if let Some(expression) = &expression {
            options = options.with_bands(expression.bands());
        }
        Ok(Self {
            options,
            expression,
            algorithm: AlgorithmParams::parse(query, names)?,
        })
    }
}
