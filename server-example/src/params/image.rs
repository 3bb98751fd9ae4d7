//! How pixels become a picture.

use super::{Query, statistics::list, wrong};
use crate::{Error, dataset::Area, state::Names};
use cog_render::{ColorFormula, Colormap, Format, OutputSize, Style};
use std::sync::Arc;
use tile_math::{Tile, TileMatrixSet};
use utoipa::IntoParams;

/// Colours and mask.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImageParams {
    /// Values that become 0 and 255, as `min,max`; once for all bands, or once for each.
    #[param(example = json!(["0,3000"]))]
    pub(crate) rescale: Option<Vec<String>>,
    /// Name of a colormap; see `/colorMaps`. For one band.
    pub(crate) colormap_name: Option<String>,
    /// A colormap as JSON: `{"0": "#000000", …}`, `{"0": [r, g, b, a], …}` or `[[[min, max], colour], …]`.
    pub(crate) colormap: Option<String>,
    /// Operations on the colours: `gamma BANDS g`, `sigmoidal BANDS contrast bias`, `saturation p`; bands by r, g, b or 1, 2, 3.
    #[param(example = "sigmoidal rgb 6 0.4, saturation 1.2")]
    pub(crate) color_formula: Option<String>,
    /// Whether the mask becomes an alpha band; true by default.
    pub(crate) return_mask: Option<bool>,
}

impl ImageParams {
    /// The style that the parameters ask for. Mistakes show before anything is opened.
    pub(crate) fn parse(query: &Query, names: &Names) -> Result<Style, Error> {
        let rescale: Vec<String> = query.texts("rescale").map(str::to_owned).collect();
        let this = Self {
            rescale: (!rescale.is_empty()).then_some(rescale),
            colormap_name: query.text("colormap_name").map(str::to_owned),
            colormap: query.text("colormap").map(str::to_owned),
            color_formula: query.text("color_formula").map(str::to_owned),
            return_mask: query.boolean("return_mask")?,
        };
        let mut style = Style::default().with_return_mask(this.return_mask.unwrap_or(true));
        if let Some(texts) = &this.rescale {
            style = style.with_rescale(ranges(texts)?);
        }
        if let Some(text) = &this.color_formula {
            // What cannot be read is another mistake than what does not fit the picture.
            let formula =
                ColorFormula::parse(text).map_err(|error| Error::Parameter(error.to_string()))?;
            style = style.with_color_formula(formula);
        }
        // Of both the name counts, as in TiTiler; a mistake in the other still shows.
        if let Some(text) = &this.colormap {
            style = style.with_colormap(Colormap::from_json(text)?);
        }
        if let Some(name) = &this.colormap_name {
            style = style.with_colormap(names.colormap(name)?);
        }
        Ok(style)
    }
}

/// `min,max` with brackets tolerated, as TiTiler does; several pairs may stand in one value.
fn ranges(texts: &[String]) -> Result<Vec<(f64, f64)>, Error> {
    let mut ranges = Vec::new();
    for text in texts {
        let plain: String = text.chars().filter(|c| !"[]() ".contains(*c)).collect();
        let pairs = list(&plain).filter(|numbers| numbers.len().is_multiple_of(2));
        let Some(numbers) = pairs else {
            return Err(wrong(
                "rescale",
                text,
                "two numbers with a comma between, min,max",
            ));
        };
        ranges.extend(numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])));
    }
    Ok(ranges)
}

/// The size of a tile.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TileParams {
    /// Pixels per side; what the tile matrix says by default (256).
    #[param(minimum = 1, maximum = 4096)]
    pub(crate) tilesize: Option<u32>,
    /// Pixels added on each side, a multiple of 0.5.
    #[param(minimum = 0.5, maximum = 1024)]
    pub(crate) buffer: Option<f64>,
    /// Pixels read beyond each side, for kernels. As many as a kernel needs are always read, so this changes nothing.
    #[param(minimum = 1, maximum = 1024)]
    #[expect(dead_code, reason = "checked, documented, and without effect")]
    pub(crate) padding: Option<u32>,
}

impl TileParams {
    pub(crate) fn parse(query: &Query) -> Result<Self, Error> {
        let buffer = query.number("buffer", 0.0, 1024.0)?;
        if let Some(found) = buffer.filter(|buffer| *buffer == 0.0 || (buffer * 2.0).fract() != 0.0)
        {
            return Err(wrong(
                "buffer",
                &found.to_string(),
                "a multiple of 0.5, more than 0",
            ));
        }
        Ok(Self {
            tilesize: query.integer("tilesize", 1, 4096)?,
            buffer,
            padding: query.integer("padding", 1, 1024)?,
        })
    }

    /// The pixels of a tile of that size.
    pub(crate) fn area(&self, tms: Arc<TileMatrixSet>, tile: Tile) -> Area {
        Area::Tile {
            tms,
            tile,
            size: self.tilesize,
            buffer: self.buffer.unwrap_or(0.0),
        }
    }
}

/// The size of a picture.
#[derive(Clone, Copy, Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SizeParams {
    /// Longest side in pixels; ignored beside `width` or `height`. 1024 by default.
    #[param(minimum = 1, maximum = 16384)]
    pub(crate) max_size: Option<u32>,
    /// Columns; the rows follow if only this is given.
    #[param(minimum = 1, maximum = 16384)]
    pub(crate) width: Option<u32>,
    /// Rows; the columns follow if only this is given.
    #[param(minimum = 1, maximum = 16384)]
    pub(crate) height: Option<u32>,
}

impl SizeParams {
    /// The longest side that can be asked for.
    const MOST: u32 = 16_384;

    pub(crate) fn parse(query: &Query) -> Result<Self, Error> {
        Ok(Self {
            max_size: query.integer("max_size", 1, Self::MOST)?,
            width: query.integer("width", 1, Self::MOST)?,
            height: query.integer("height", 1, Self::MOST)?,
        })
    }

    /// The size that stands in a path.
    pub(crate) fn exactly(width: &str, height: &str) -> Result<Self, Error> {
        let side = |name: &str, text: &str| {
            let side = text.parse().ok().filter(|n| (1..=Self::MOST).contains(n));
            let expected = || format!("a whole number from 1 to {}", Self::MOST);
            side.map(Some).ok_or_else(|| wrong(name, text, &expected()))
        };
        Ok(Self {
            max_size: None,
            width: side("width", width)?,
            height: side("height", height)?,
        })
    }

    /// The size of a preview: at most 1024 pixels long unless something else is asked for.
    pub(crate) fn of_preview(self) -> OutputSize {
        self.output(Some(1024))
    }

    /// The size of a part: the source's resolution unless something else is asked for.
    pub(crate) fn of_part(self) -> OutputSize {
        self.output(None)
    }

    fn output(self, max_size: Option<u32>) -> OutputSize {
        let mut size = OutputSize::native();
        size.max_size = self.max_size.or(max_size);
        (size.width, size.height) = (self.width, self.height);
        size
    }
}

/// A format by the name that stands in a path or after a file's last dot.
pub(crate) fn format(name: &str) -> Result<Format, Error> {
    name.parse().map_err(|_| {
        let names = Format::ALL.map(Format::name).join(", ");
        wrong("format", name, &format!("one of {names}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Style, Error> {
        ImageParams::parse(&Query::parse(text), &Names::default())
    }

    #[test]
    fn ranges_come_in_several_spellings() {
        let of =
            |texts: &[&str]| ranges(&texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["0,1"]).unwrap(), [(0.0, 1.0)]);
        assert_eq!(
            of(&["[0, 1]", "-2,3.5"]).unwrap(),
            [(0.0, 1.0), (-2.0, 3.5)]
        );
        assert_eq!(of(&["0,1,2,3"]).unwrap(), [(0.0, 1.0), (2.0, 3.0)]);
        for text in ["", "1", "1,2,3", "a,b", "nan,1", "1;2"] {
            assert!(of(&[text]).is_err(), "{text}");
        }
    }

    #[test]
    fn mistakes_name_the_parameter() {
        for (text, status) in [
            ("rescale=1", 422),
            ("colormap_name=vomit", 422),
            ("colormap=%7B", 400),
            ("colormap=%7B%7D&colormap_name=viridis", 400),
            ("color_formula=gamma", 422),
            ("return_mask=maybe", 422),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.status(), status, "{text}: {error}");
            let name = text.split('=').next().unwrap();
            assert!(error.to_string().contains(name), "{text}: {error}");
        }
        for text in [
            "tilesize=0",
            "tilesize=99999",
            "buffer=0",
            "buffer=0.3",
            "buffer=-1",
        ] {
            assert!(TileParams::parse(&Query::parse(text)).is_err(), "{text}");
        }
    }
}
