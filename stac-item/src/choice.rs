//! Which assets a request wants, and what of them.

use crate::{Asset, Error, Item};

/// Most characters of one choice.
const MOST_CHARACTERS: usize = 10_000;

/// One value of TiTiler's parameter `assets`: `name|bidx=1,2|expression=b1+b2|bands=red,nir`.
///
/// Options with other names are ignored, as TiTiler does.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct AssetChoice {
    /// The asset's name; `:all:` is every asset that holds pixels.
    pub name: String,
    /// Numbers of bands, from 1.
    pub indexes: Vec<u32>,
    /// An expression of the asset's bands.
    pub expression: Option<String>,
    /// Bands by their common name or name.
    pub bands: Vec<String>,
}

impl AssetChoice {
    /// Reads one value.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidParameter`] for an option without `=` and a band that is not a number from 1.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refused = |message: String| Error::parameter("assets", message);
        if text.len() > MOST_CHARACTERS {
            return Err(refused(format!(
                "{} characters are more than the {MOST_CHARACTERS} allowed",
                text.len()
            )));
        }
        let mut parts = text.split('|');
        let mut this = Self {
            name: parts.next().unwrap_or_default().to_owned(),
            ..Self::default()
        };
        if this.name.is_empty() {
            return Err(refused(format!("{text:?} names no asset")));
        }
        for option in parts {
            let Some((key, value)) = option.split_once('=') else {
                return Err(refused(format!(
                    "{option:?} is not an option: bidx=1,2 or expression=b1+b2 or bands=red,nir"
                )));
            };
            match key {
                "bidx" => {
                    let number = |text: &str| {
                        let number = text.trim().parse().ok().filter(|number| *number > 0);
                        number.ok_or_else(|| {
                            refused(format!(
                                "bidx={value}: {text:?} is not a band, they start at 1"
                            ))
                        })
                    };
                    this.indexes = value.split(',').map(number).collect::<Result<_, _>>()?;
                }
                "expression" => this.expression = Some(value.to_owned()),
                "bands" => this.bands = value.split(',').map(str::to_owned).collect(),
                _ => {}
            }
        }
        Ok(this)
    }
}

/// An asset to read, and what of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AssetRead {
    /// The asset's name.
    pub name: String,
    /// Where it is.
    pub href: String,
    /// Numbers of bands, from 1; `None` is all.
    pub indexes: Option<Vec<u32>>,
    /// An expression of the asset's bands; it counts rather than `indexes`.
    pub expression: Option<String>,
    /// Bytes to read first, if the item says how long the header is.
    pub header_size: Option<u64>,
    /// Least and greatest value of every band of the file, where the item says them and there is no expression.
    pub ranges: Option<Vec<(f64, f64)>>,
}

impl Item {
    /// The assets that a request wants, in its order.
    ///
    /// A single choice of the name `:all:` is every asset that [holds pixels](Asset::has_pixels).
    ///
    /// # Errors
    ///
    /// [`Error::UnknownAsset`] for an asset that is not there or holds no pixels,
    /// [`Error::InvalidParameter`] without any choice and for a band that the asset has not.
    pub fn choose(&self, choices: &[AssetChoice]) -> Result<Vec<AssetRead>, Error> {
        match choices {
            [] => Err(Error::parameter("assets", "no asset is asked for")),
            [all] if all.name == ":all:" => self
                .assets()
                .iter()
                .filter(|asset| asset.has_pixels())
                .map(|asset| read(asset, all))
                .collect(),
            choices => choices
                .iter()
                .map(|choice| {
                    let asset = self.asset(&choice.name).filter(|asset| asset.has_pixels());
                    let asset = asset.ok_or_else(|| Error::UnknownAsset {
                        name: choice.name.clone(),
                        available: self.asset_names().into_iter().map(str::to_owned).collect(),
                    })?;
                    read(asset, choice)
                })
                .collect(),
        }
    }
}

fn read(asset: &Asset, choice: &AssetChoice) -> Result<AssetRead, Error> {
    let mut indexes = choice.indexes.clone();
    if !choice.bands.is_empty() {
        if asset.band_keys.is_empty() {
            return Err(Error::parameter(
                "assets",
                format!(
                    "asset {:?} does not say what its bands are called",
                    asset.name
                ),
            ));
        }
        indexes = choice
            .bands
            .iter()
            .map(|band| {
                // Of several bands of one name the last counts, as in rio-tiler.
                let place = asset
                    .band_keys
                    .iter()
                    .rposition(|key| key.as_ref() == Some(band));
                place
                    .and_then(|place| u32::try_from(place + 1).ok())
                    .ok_or_else(|| {
                        let known: Vec<&str> = asset
                            .band_keys
                            .iter()
                            .flatten()
                            .map(String::as_str)
                            .collect();
                        Error::parameter(
                            "assets",
                            format!(
                                "band {band:?} is not in asset {:?}, which has {known:?}",
                                asset.name
                            ),
                        )
                    })
            })
            .collect::<Result<_, _>>()?;
    }
    Ok(AssetRead {
        name: asset.name.clone(),
        href: asset.href.clone(),
        indexes: Some(indexes).filter(|indexes| !indexes.is_empty()),
        ranges: asset.ranges().filter(|_| choice.expression.is_none()),
        expression: choice.expression.clone(),
        header_size: asset.header_size,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let choice =
            AssetChoice::parse("B04|bidx=1,2|expression=b1+b2|bands=red,nir|other=1").unwrap();
        assert_eq!(
            (&choice.name[..], &choice.indexes[..]),
            ("B04", &[1, 2][..])
        );
        assert_eq!(choice.expression.as_deref(), Some("b1+b2"));
        assert_eq!(choice.bands, ["red", "nir"]);
        let long = "a".repeat(10_001);
        for wrong in [
            "",
            "|bidx=1",
            "a|bidx",
            "a|bidx=",
            "a|bidx=0",
            "a|bidx=x",
            "a|bidx=1,,2",
            &long,
        ] {
            assert!(AssetChoice::parse(wrong).is_err(), "{wrong:.20}");
        }
    }
}
