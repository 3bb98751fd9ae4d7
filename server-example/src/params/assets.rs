//! Which assets of an item.

use super::Query;
use crate::Error;
use stac_item::AssetChoice;
use utoipa::IntoParams;

/// The assets of a request.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AssetParams {
    /// Names of assets, each with options if need be: `name|bidx=1,2|expression=b1+b2|bands=red,nir`; may repeat. `:all:` is every asset of pixels.
    #[param(example = json!([":all:"]))]
    pub(crate) assets: Vec<String>,
    /// Takes each asset for one band, described by the asset's name.
    pub(crate) asset_as_band: Option<bool>,
}

/// More assets than any picture shows.
pub(crate) const MOST_ASSETS: usize = 64;

impl AssetParams {
    pub(crate) fn parse(query: &Query) -> Result<(Vec<AssetChoice>, bool), Error> {
        let this = Self {
            assets: query.texts("assets").map(str::to_owned).collect(),
            asset_as_band: query.boolean("asset_as_band")?,
        };
        if this.assets.is_empty() {
            query.required("assets")?;
        }
        if this.assets.len() > MOST_ASSETS {
            return Err(Error::Request(format!(
                "{} assets are asked for, the most at a time is {MOST_ASSETS}",
                this.assets.len()
            )));
        }
        let choices = this.assets.iter().map(|text| AssetChoice::parse(text));
        let choices = choices.collect::<Result<_, _>>()?;
        Ok((choices, this.asset_as_band.unwrap_or(false)))
    }
}
