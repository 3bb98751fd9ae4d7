//! Bands to the pixels of a picture.

use crate::color::{ColorIndex, Coloring};
use crate::{Colormap, Error, Image, ImageBand, Picture, Pixels};
use cog_raster::{Mask, Raster, RasterMask, Sample, SampleType, Samples, with_samples};
use std::collections::{BTreeMap, BTreeSet};

/// Bands as they are: grey, or red, green and blue; without a mask the fourth, or the second
/// beside grey, is alpha, if the picture `has_alpha`.
pub(crate) fn plain(image: &Image, mask: bool, has_alpha: bool) -> Result<Picture, Error> {
    let own = !mask && has_alpha;
    let alpha = (mask && !image.is_opaque()).then(|| image.mask().values());
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
        (2, SampleType::U8) if own => Pixels::GrayAlpha8(interleave(planes::<u8, 2>(image)?)),
        (2, SampleType::U16) if own => Pixels::GrayAlpha16(interleave(planes::<u16, 2>(image)?)),
        (4, SampleType::U8) if own => Pixels::Rgba8(interleave(planes::<u8, 4>(image)?)),
        (4, SampleType::U16) if own => Pixels::Rgba16(interleave(planes::<u16, 4>(image)?)),
        (1 | 3, other) => {
            return Err(Error::parameter(
                "rescale",
                format!(
                    "a picture has samples of uint8 or uint16, not {}: give the range to show",
                    other.name()
                ),
            ));
        }
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

fn interleave<T: Copy + Default, const N: usize>(planes: [&[T]; N]) -> Vec<T> {
    let mut out = vec![T::default(); planes[0].len() * N];
    for (channel, plane) in planes.iter().enumerate() {
        for (pixel, sample) in out.chunks_exact_mut(N).zip(*plane) {
            pixel[channel] = *sample;
        }
    }
    out
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
pub(crate) fn colored(image: &Image, colormap: &Colormap, mask: bool) -> Result<Picture, Error> {
    one_band(image)?;
    let return_mask = mask;
    let mask = image.band_mask(0).values();
    with_samples!(image.samples(), T, buffer => {
        let coloring = colormap.coloring::<T>();
        let indexes: Vec<ColorIndex> = buffer
            .iter()
            .zip(mask)
            .map(|(sample, valid)| {
                if *valid == 0 && return_mask { Coloring::NONE } else { coloring.index(*sample) }
            })
            .collect();
        let pixels = palette(&indexes, coloring.colors(), return_mask);
        Ok(Picture { width: image.width(), height: image.height(), pixels })
    })
}

/// One band through a colormap to bands of red, green and blue; its alpha goes into the mask.
pub(crate) fn colored_bands(image: &Image, colormap: &Colormap) -> Result<Image, Error> {
    one_band(image)?;
    let pixels = image.pixels();
    let valid = image.band_mask(0).values();
    let mut planes = vec![0; pixels * 3];
    let mut alpha = vec![0; pixels];
    with_samples!(image.samples(), T, buffer => {
        let coloring = colormap.coloring::<T>();
        for (at, sample) in buffer.iter().enumerate() {
            let index = coloring.index(*sample) as usize;
            let [r, g, b, a] = coloring.colors().get(index).copied().unwrap_or([0; 4]);
            (planes[at], planes[pixels + at], planes[2 * pixels + at]) = (r, g, b);
            alpha[at] = if valid[at] == 0 { 0 } else { a };
        }
    });
    let wrong = |error: cog_raster::ShapeError| Error::Mismatch {
        message: error.to_string(),
    };
    let mask = Mask::new(image.height(), image.width(), alpha).map_err(wrong)?;
    let raster = Raster::new(3, image.height(), image.width(), Samples::U8(planes))
        .and_then(|raster| raster.with_mask(RasterMask::PerDataset(mask)))
        .map_err(wrong)?;
    let bands = ["b1", "b2", "b3"].map(ImageBand::new).to_vec();
    Image::new(raster, bands, image.crs().cloned(), image.bounds())
}

fn one_band(image: &Image) -> Result<(), Error> {
    match image.bands().len() {
        1 => Ok(()),
        count => Err(Error::parameter(
            "colormap",
            format!("it colours one band, not {count}: choose one"),
        )),
    }
}

/// Pixels with as small a palette as they need, or without one if they need more than 256 colours.
pub(crate) fn palette(indexes: &[ColorIndex], colors: &[[u8; 4]], alpha: bool) -> Pixels {
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
    // In the colormap's order neighbours of a ramp stay neighbours, which PNG's filters live on;
    // transparent ones first: its tRNS chunk then ends early.
    let mut seen = BTreeSet::new();
    let mut palette: Vec<[u8; 4]> = occurring
        .map(color)
        .filter(|color| seen.insert(*color))
        .collect();
    palette.sort_by_key(|color| color[3] == u8::MAX);
    if palette.len() > 256 {
        let colors = indexes.iter().map(|index| color(*index));
        return if alpha {
            Pixels::Rgba8(colors.flatten().collect())
        } else {
            Pixels::Rgb8(colors.flat_map(|[r, g, b, _]| [r, g, b]).collect())
        };
    }
    let numbers: BTreeMap<[u8; 4], u8> = palette.iter().copied().zip(0..=u8::MAX).collect();
    let place = |index: usize| numbers.get(&color(number(index))).copied().unwrap_or(0);
    let places: Vec<u8> = (0..used.len()).map(place).collect();
    Pixels::Indexed {
        indexes: indexes
            .iter()
            .map(|index| places[(*index as usize).min(colors.len())])
            .collect(),
        palette,
    }
}
