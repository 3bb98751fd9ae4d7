//! From samples to a picture.

use crate::color::{ColorIndex, Coloring};
use crate::{Colormap, Error, Format, Image, Picture, Pixels, rescale};
use cog_raster::{Sample, SampleType, with_samples};
use std::borrow::Cow;

/// How samples become colours. The defaults are TiTiler's: as they are, masked.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Style {
    /// Least and greatest value shown, one for each band or one for all; empty is
    /// as the samples are, or [`auto`](Self::ranges) where the format cannot hold them.
    pub rescale: Vec<(f64, f64)>,
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
/// In this order: rescale; colours from the colormap, or the source's palette; else one band is
/// grey and three are red, green and blue.
///
/// # Errors
///
/// [`Error::InvalidParameter`] if a colormap meets several bands, the bands are neither one nor
/// three, or the ranges do not fit the bands.
pub fn style(image: &Image, style: &Style, format: Format) -> Result<Picture, Error> {
    let image = rescaled(image, style, format)?;
    if style.return_mask && image.is_empty() && format.has_alpha() {
        return Ok(Picture::transparent(image.width(), image.height()));
    }
    match colormap(&image, style) {
        Some(colormap) => colored(&image, &colormap, style),
        None => plain(&image, style),
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
pub(crate) fn rescaled<'a>(
    image: &'a Image,
    style: &Style,
    format: Format,
) -> Result<Cow<'a, Image>, Error> {
    if !style.rescale.is_empty() {
        return rescale(image, &style.rescale).map(Cow::Owned);
    }
    let shown_as_it_is = match colormap(image, style) {
        Some(colormap) => !colormap.is_ramp() || image.sample_type() == SampleType::U8,
        None => format.holds(image.sample_type()),
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

/// Alpha of each pixel; `None` where the picture needs none.
fn alpha<'a>(image: &'a Image, style: &Style) -> Option<&'a [u8]> {
    (style.return_mask && !image.is_opaque()).then(|| image.mask().values())
}

/// Bands as they are: grey, or red, green and blue.
fn plain(image: &Image, style: &Style) -> Result<Picture, Error> {
    let alpha = alpha(image, style);
    let pixels = match (image.bands().len(), image.sample_type()) {
        (1, SampleType::U8) => match alpha {
            None => Pixels::Gray8(planes::<u8, 1>(image)?[0].to_vec()),
            Some(alpha) => {
                Pixels::GrayAlpha8(interleave_alpha(planes::<u8, 1>(image)?, alpha, |a| a))
            }
        },
        (1, SampleType::U16) => match alpha {
            None => Pixels::Gray16(planes::<u16, 1>(image)?[0].to_vec()),
            Some(alpha) => {
                Pixels::GrayAlpha16(interleave_alpha(planes::<u16, 1>(image)?, alpha, widen))
            }
        },
        (3, SampleType::U8) => match alpha {
            None => Pixels::Rgb8(interleave(planes::<u8, 3>(image)?)),
            Some(alpha) => Pixels::Rgba8(interleave_rgba(planes::<u8, 3>(image)?, alpha, |a| a)),
        },
        (3, SampleType::U16) => match alpha {
            None => Pixels::Rgb16(interleave(planes::<u16, 3>(image)?)),
            Some(alpha) => Pixels::Rgba16(interleave_rgba(planes::<u16, 3>(image)?, alpha, widen)),
        },
        (count, _) => {
            return Err(Error::parameter(
                "bidx",
                format!("a picture has 1 or 3 bands, not {count}: choose them"),
            ));
        }
    };
    Ok(Picture {
        width: image.width(),
        height: image.height(),
        pixels,
    })
}

/// 8-bit alpha as 16-bit alpha: 255 becomes 65535.
fn widen(alpha: u8) -> u16 {
    u16::from(alpha) * 257
}

fn planes<T: Sample, const N: usize>(image: &Image) -> Result<[&[T]; N], Error> {
    let mut planes: [&[T]; N] = [&[]; N];
    for (band, plane) in planes.iter_mut().enumerate() {
        *plane = image.band(band).ok_or_else(|| Error::Mismatch {
            message: format!("band {band} is not of type {}", T::TYPE),
        })?;
    }
    Ok(planes)
}

fn interleave<T: Copy>([red, green, blue]: [&[T]; 3]) -> Vec<T> {
    let pixels = red.iter().zip(green).zip(blue);
    pixels.flat_map(|((&r, &g), &b)| [r, g, b]).collect()
}

fn interleave_rgba<T: Copy>([red, green, blue]: [&[T]; 3], alpha: &[u8], a: fn(u8) -> T) -> Vec<T> {
    let pixels = red.iter().zip(green).zip(blue).zip(alpha);
    pixels
        .flat_map(|(((&r, &g), &b), &alpha)| [r, g, b, a(alpha)])
        .collect()
}

fn interleave_alpha<T: Copy>([gray]: [&[T]; 1], alpha: &[u8], a: fn(u8) -> T) -> Vec<T> {
    gray.iter()
        .zip(alpha)
        .flat_map(|(&g, &alpha)| [g, a(alpha)])
        .collect()
}

/// One band through a colormap.
fn colored(image: &Image, colormap: &Colormap, style: &Style) -> Result<Picture, Error> {
    if image.bands().len() != 1 {
        return Err(Error::parameter(
            "colormap",
            format!(
                "it colours one band, not {}: choose one",
                image.bands().len()
            ),
        ));
    }
    let mask = image.band_mask(0).values();
    with_samples!(image.samples(), T, buffer => {
        let coloring = colormap.coloring::<T>();
        let indexes: Vec<ColorIndex> = buffer
            .iter()
            .zip(mask)
            .map(|(sample, valid)| {
                if *valid == 0 && style.return_mask { Coloring::NONE } else { coloring.index(*sample) }
            })
            .collect();
        let pixels = palette(&indexes, coloring.colors(), style.return_mask);
        Ok(Picture { width: image.width(), height: image.height(), pixels })
    })
}

/// Pixels with as small a palette as they need, or without one if they need more than 256 colours.
fn palette(indexes: &[ColorIndex], colors: &[[u8; 4]], alpha: bool) -> Pixels {
    let color = |index: ColorIndex| {
        let [r, g, b, a] = colors.get(index as usize).copied().unwrap_or([0; 4]);
        if alpha { [r, g, b, a] } else { [r, g, b, 255] }
    };
    // Which of the colours occur; the last place is for none.
    let mut used = vec![false; colors.len() + 1];
    for index in indexes {
        used[(*index as usize).min(colors.len())] = true;
    }
    let number = |index: usize| ColorIndex::try_from(index).unwrap_or(Coloring::NONE);
    let occurring = used
        .iter()
        .enumerate()
        .filter(|(_, used)| **used)
        .map(|(index, _)| number(index));
    let mut palette: Vec<[u8; 4]> = occurring.map(color).collect();
    // Transparent ones first: PNG's tRNS chunk then ends early.
    palette.sort_unstable_by_key(|&[r, g, b, a]| [a, r, g, b]);
    palette.dedup();
    if palette.len() > 256 {
        let colors = indexes.iter().map(|index| color(*index));
        return if alpha {
            Pixels::Rgba8(colors.flatten().collect())
        } else {
            Pixels::Rgb8(colors.flat_map(|[r, g, b, _]| [r, g, b]).collect())
        };
    }
    let place = |index: usize| {
        let [r, g, b, a] = color(number(index));
        let found = palette.binary_search_by_key(&[a, r, g, b], |&[r, g, b, a]| [a, r, g, b]);
        found
            .ok()
            .and_then(|place| u8::try_from(place).ok())
            .unwrap_or(0)
    };
    let places: Vec<u8> = (0..used.len()).map(place).collect();
    Pixels::Indexed {
        indexes: indexes
            .iter()
            .map(|index| places[(*index as usize).min(colors.len())])
            .collect(),
        palette,
    }
}
