//! How a tile is to look.

use crate::Error;
use cog_raster::Nodata;
use cog_render::{Colormap, ReadOptions, Resampling, Style};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// How a tile is to look: the parameters of the server's tiles, with the same names and meanings.
///
/// From JavaScript it is a plain object, e.g. `{bidx: [1], rescale: [[0, 3000]], colormap_name: "viridis"}`;
/// a name that is not known is refused.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct View {
    /// Bands, counted from 1, in the order wanted; all that are not alpha by default.
    pub bidx: Option<Vec<u32>>,
    /// The value that stands for "nothing here" instead of the file's own: a number, `nan`, `inf` or
    /// `-inf`; numbers may come as such.
    #[serde(deserialize_with = "number_or_text")]
    pub nodata: Option<String>,
    /// Applies the file's scale and offset.
    pub unscale: bool,
    /// The kernel where file and map have the same CRS: nearest, bilinear, cubic, average.
    pub resampling: Option<String>,
    /// The kernel where they differ; nearest by default, whatever `resampling` is.
    pub reproject: Option<String>,
    /// Values that become 0 and 255: one pair for all bands, or one for each.
    pub rescale: Vec<(f64, f64)>,
    /// Name of a colormap, for one band.
    pub colormap_name: Option<String>,
    /// Whether what does not count is transparent; true by default.
    pub return_mask: Option<bool>,
    /// Pixels per side of a tile, 1 to 4096; 256 by default.
    pub tilesize: Option<u32>,
}

/// More than any picture shows.
const MOST_BANDS: usize = 256;

/// Longest side of a tile.
const MOST_PIXELS: u32 = 4096;

impl View {
    /// Reads the parameters from a JSON object; an empty text is all defaults.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if it is no such object or has a parameter that is not known. What a
    /// parameter may say is checked when a tile is made.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        // An array would fill the fields in their order.
        serde_json::from_str(text)
            .and_then(|object| Self::deserialize(Value::Object(object)))
            .map_err(|error| Error::parameter(format!("the options of a tile: {error}")))
    }

    /// How pixels are read.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] naming the parameter.
    pub(crate) fn read_options(&self) -> Result<ReadOptions, Error> {
        let mut options = ReadOptions::default().with_unscale(self.unscale);
        if let Some(bidx) = &self.bidx {
            if bidx.len() > MOST_BANDS || bidx.contains(&0) {
                return Err(Error::parameter(format!(
                    "bidx: bands are counted from 1, {MOST_BANDS} at most"
                )));
            }
            let bands: Vec<u32> = bidx.iter().map(|band| band - 1).collect();
            options = options.with_bands(bands);
        }
        if let Some(nodata) = &self.nodata {
            let wrong = || Error::parameter("nodata: a number, nan, inf or -inf is wanted");
            options = options.with_nodata(Nodata::parse(nodata).ok_or_else(wrong)?);
        }
        if let Some(name) = &self.resampling {
            options = options.with_resampling(Resampling::parse(name)?);
        }
        let reproject = match &self.reproject {
            Some(name) => Resampling::parse(name)?,
            None => Resampling::Nearest,
        };
        options = options.with_reproject(reproject);
        Ok(options)
    }

    /// How samples become colours.
    ///
    /// # Errors
    ///
    /// [`Error::Render`] if there is no such colormap.
    pub(crate) fn style(&self) -> Result<Style, Error> {
        let mut style = Style::default()
            .with_return_mask(self.return_mask.unwrap_or(true))
            .with_rescale(self.rescale.clone());
        if let Some(name) = &self.colormap_name {
            style = style.with_colormap(Colormap::named(name)?);
        }
        Ok(style)
    }

    /// Columns and rows of a tile.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if there is no such tile.
    pub(crate) fn tile_size(&self) -> Result<Option<(u32, u32)>, Error> {
        match self.tilesize {
            Some(size) if !(1..=MOST_PIXELS).contains(&size) => Err(Error::parameter(format!(
                "tilesize: 1 to {MOST_PIXELS} pixels, not {size}"
            ))),
            size => Ok(size.map(|size| (size, size))),
        }
    }
}

/// A number as the text that it is written as, or a text.
fn number_or_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(serde_json::Number),
        Text(String),
    }
    let either = Option::<Either>::deserialize(from)?;
    Ok(either.map(|either| match either {
        Either::Number(number) => number.to_string(),
        Either::Text(text) => text,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_counted_from_one_outside_and_from_zero_inside() {
        let view = View::from_json(
            r#"{"bidx": [3, 1], "nodata": "nan", "resampling": "cubic", "rescale": [[0, 1.5]]}"#,
        )
        .unwrap();
        let options = view.read_options().unwrap();
        assert_eq!(options.bands.as_deref(), Some(&[2, 0][..]));
        assert!(options.nodata.unwrap().is_nan());
        assert_eq!(options.resampling, Resampling::Cubic);
        assert_eq!(view.style().unwrap().rescale, [(0.0, 1.5)]);
        assert_eq!(View::from_json("").unwrap(), View::default());
        let view = View::from_json(r#"{"nodata": -9999}"#).unwrap();
        let nodata = view.read_options().unwrap().nodata;
        assert_eq!(nodata, Some(Nodata::from_integer(-9999)));
    }

    #[test]
    fn mistakes_name_the_parameter() {
        for (text, named) in [
            (r#"{"bidx": [0]}"#, "bidx"),
            (r#"{"nodata": "much"}"#, "nodata"),
            (r#"{"resampling": "lanczos9"}"#, "resampling"),
            (r#"{"colormap_name": "vomit"}"#, "colormap"),
            (r#"{"tilesize": 100000}"#, "tilesize"),
            (r#"{"colour": 1}"#, "colour"),
            ("[]", "options"),
        ] {
            let error = View::from_json(text)
                .and_then(|view| {
                    view.read_options()?;
                    view.style()?;
                    view.tile_size()
                })
                .unwrap_err();
            assert!(error.in_words().contains(named), "{text}: {error}");
            assert_eq!(error.kind(), crate::ErrorKind::Parameter, "{text}");
        }
    }
}
