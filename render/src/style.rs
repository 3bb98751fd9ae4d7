//! From samples to a picture.

use crate::compose::{colored, colored_bands, plain};
use crate::{ColorFormula, Colormap, Error, Format, Image, Picture, interrupt, rescale};
use cog_raster::SampleType;
use std::borrow::Cow;

/// How samples become colours. The defaults are TiTiler's: as they are, masked.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Style {
    /// Least and greatest value shown, one for each band or one for all; empty is
    /// as the samples are, or [`auto`](Self::ranges) where the format cannot hold them.
    pub rescale: Vec<(f64, f64)>,
    /// What is done to red, green and blue, after rescaling.
    pub color_formula: Option<ColorFormula>,
    /// Colours for one band.
    pub colormap: Option<Colormap>,
    /// Whether what does not count is transparent.
    pub return_mask: bool,
    /// Ranges for samples that a format or colormap cannot show as they are, when `rescale` is
    /// empty: for instance computed once for a source. One for each band or one for all.
    ///
    /// Without these the source's own statistics serve, if it declares them for all bands; else the
    /// range of an integer type; else, for reals, the range of the image's own valid
    /// values. That makes any single image visible, but lets neighbouring tiles differ; a map of
    /// reals wants `rescale` or these.
    pub ranges: Vec<(f64, f64)>,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            rescale: Vec::new(),
            color_formula: None,
            colormap: None,
            return_mask: true,
            ranges: Vec::new(),
        }
    }
}

impl Style {
    /// Chooses the values shown, one range for each band or one for all.
    #[must_use]
    pub fn with_rescale(mut self, ranges: impl Into<Vec<(f64, f64)>>) -> Self {
        self.rescale = ranges.into();
        self
    }

    /// Chooses what is done to red, green and blue.
    #[must_use]
    pub fn with_color_formula(mut self, formula: ColorFormula) -> Self {
        self.color_formula = Some(formula);
        self
    }

    /// Chooses the colours of one band.
    #[must_use]
    pub fn with_colormap(mut self, colormap: Colormap) -> Self {
        self.colormap = Some(colormap);
        self
    }

    /// Chooses whether what does not count is transparent.
    #[must_use]
    pub const fn with_return_mask(mut self, return_mask: bool) -> Self {
        self.return_mask = return_mask;
        self
    }

    /// Sets the ranges for samples that cannot be shown as they are.
    #[must_use]
    pub fn with_ranges(mut self, ranges: impl Into<Vec<(f64, f64)>>) -> Self {
        self.ranges = ranges.into();
        self
    }
}

/// Makes the picture that `format` can hold.
///
/// In this order: rescale; colour formula; colours from the colormap, or the source's palette; else one band is
/// grey and three are red, green and blue, and without a mask two are grey and alpha, four
/// red, green, blue and alpha.
///
/// # Errors
///
/// [`Error::InvalidParameter`] if a colormap meets several bands, a picture cannot have so many
/// bands, or the ranges or the formula do not fit the bands or their samples.
pub fn style(image: &Image, style: &Style, format: Format) -> Result<Picture, Error> {
    let holds = |sample_type| format.holds(sample_type);
    picture(image, style, holds, format.has_alpha())
}

/// The picture of 8 bits, and whether a pixel of it is transparent or would be.
pub(crate) fn suited(image: &Image, style: &Style) -> Result<(Picture, bool), Error> {
    let masked = style.clone().with_return_mask(true);
    let bytes = |sample_type| sample_type == SampleType::U8;
    let with_alpha = picture(image, &masked, bytes, true)?;
    let transparent = !with_alpha.is_opaque();
    if style.return_mask {
        return Ok((with_alpha, transparent));
    }
    Ok((picture(image, style, bytes, true)?, transparent))
}

fn picture(
    image: &Image,
    style: &Style,
    holds: impl Fn(SampleType) -> bool,
    has_alpha: bool,
) -> Result<Picture, Error> {
    let image = prepared(image, style, holds)?;
    interrupt::check()?;
    if style.return_mask && image.is_empty() && has_alpha {
        return Ok(Picture::transparent(image.width(), image.height()));
    }
    match colormap(&image, style) {
        Some(colormap) => colored(&image, &colormap, style.return_mask),
        None => plain(&image, style.return_mask, has_alpha),
    }
}

/// The samples that a format of samples holds: as they are, or as the style makes them.
pub(crate) fn samples<'a>(
    image: &'a Image,
    style: &Style,
    format: Format,
) -> Result<Cow<'a, Image>, Error> {
    let image = prepared(image, style, |sample_type| format.holds(sample_type))?;
    match colormap(&image, style) {
        Some(colormap) => colored_bands(&image, &colormap).map(Cow::Owned),
        None => Ok(image),
    }
}

/// The colormap asked for, else the palette, unless values were changed.
fn colormap<'a>(image: &Image, style: &'a Style) -> Option<Cow<'a, Colormap>> {
    match (&style.colormap, image.palette()) {
        (Some(colormap), _) => Some(Cow::Borrowed(colormap)),
        (None, Some(palette)) => Some(Cow::Owned(Colormap::from_palette(palette.to_vec()))),
        (None, None) => None,
    }
}

/// The image with samples that the format, or the colormap, can show.
fn prepared<'a>(
    image: &'a Image,
    style: &Style,
    holds: impl Fn(SampleType) -> bool,
) -> Result<Cow<'a, Image>, Error> {
    interrupt::check()?;
    if !style.rescale.is_empty() {
        let image = rescale(image, &style.rescale)?;
        return match &style.color_formula {
            Some(formula) => formula.apply(&image).map(Cow::Owned),
            None => Ok(Cow::Owned(image)),
        };
    }
    if let Some(formula) = &style.color_formula {
        return formula.apply(image).map(Cow::Owned);
    }
    let shown_as_it_is = match colormap(image, style) {
        Some(colormap) => !colormap.is_ramp() || image.sample_type() == SampleType::U8,
        None => holds(image.sample_type()),
    };
    if shown_as_it_is {
        return Ok(Cow::Borrowed(image));
    }
    rescale(image, &automatic_ranges(image, style)).map(Cow::Owned)
}

fn automatic_ranges(image: &Image, style: &Style) -> Vec<(f64, f64)> {
    if !style.ranges.is_empty() {
        return style.ranges.clone();
    }
    let declared: Option<Vec<_>> = image.bands().iter().map(|band| band.range).collect();
    if let Some(declared) = declared {
        return declared;
    }
    let sample_type = image.sample_type();
    if sample_type.is_integer() {
        return vec![sample_type.range()];
    }
    let bands = 0..image.bands().len();
    bands
        .map(|band| image.valid_range(band).unwrap_or((0.0, 1.0)))
        .collect()
}
