//! Which colours are converted, and the converting.

use super::cmyk;
use super::lab::Lab;
use super::ycbcr::YCbCr;
use crate::tiff::{Directory, Image};
use cog_codec::{Compression, tags};
use cog_raster::{BandInfo, ColorInterpretation, MaskKind, RasterInfo, SampleType, Samples};

/// What becomes of colours that are stored otherwise than as RGB, grey or a palette.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Color {
    /// Samples as stored: Y, Cb, Cr (chroma repeated where it is subsampled),
    /// inks, L\*, a\*, b\*. JPEG's YCbCr becomes RGB all the same.
    #[default]
    Stored,
    /// As GDAL shows them (libtiff's RGBA rendition): YCbCr as three bands of
    /// 8 bits; CMYK and CIE L\*a\*b\* as four, the last one opaque alpha.
    /// What GDAL does not convert stays as stored; [`Cog::problems`](crate::Cog::problems) says so.
    Rgb,
}

/// A conversion to RGB.
#[derive(Clone, Debug)]
pub(crate) enum Conversion {
    Cmyk,
    YCbCr(Box<YCbCr>),
    Lab(Box<LabTables>),
}

/// CIE L*a*b* and how its numbers are stored.
#[derive(Clone, Debug)]
pub(crate) struct LabTables {
    lab: Lab,
    /// a* and b* are stored with an offset (ICC's way) instead of a sign.
    offset: bool,
}

const SEPARATED: u16 = 5;
const YCBCR: u16 = 6;
const CIE_LAB: u16 = 8;
const ICC_LAB: u16 = 9;
const ITU_LAB: u16 = 10;

impl Conversion {
    /// The conversion that an image needs to become RGB.
    ///
    /// # Errors
    ///
    /// A message where one is needed, but there is none.
    pub(crate) fn of(
        directory: &Directory,
        image: &Image,
        sample_type: SampleType,
    ) -> Result<Option<Self>, String> {
        let photometric = image.photometric.unwrap_or(1);
        let by_codec = photometric == YCBCR && image.compression == Compression::JPEG.0;
        if !matches!(photometric, SEPARATED | YCBCR | CIE_LAB..=ITU_LAB) || by_codec {
            return Ok(None);
        }
        let stays = |why: &str| Err(format!("the colours stay as stored: {why}"));
        let bytes = image.bits == 8 && matches!(sample_type, SampleType::U8 | SampleType::I8);
        let words = image.bits == 16 && matches!(sample_type, SampleType::U16 | SampleType::I16);
        match photometric {
            SEPARATED => {
                // Tag 332 `InkSet`: 1 is CMYK.
                let inks = directory.integer(tags::INK_SET).unwrap_or(1);
                match bytes && image.samples >= 4 && inks == 1 {
                    true => Ok(Some(Self::Cmyk)),
                    false => stays("only CMYK of 8 bits becomes RGB"),
                }
            }
            YCBCR => {
                if !bytes || image.samples != 3 {
                    return stays("only YCbCr of three bands of 8 bits becomes RGB");
                }
                let reals = |tag| directory.reals(tag).unwrap_or_default();
                let coefficients = match reals(tags::YCBCR_COEFFICIENTS)[..] {
                    [r, g, b, ..] => [r as f32, g as f32, b as f32],
                    _ => [0.299, 0.587, 0.114],
                };
                let reference = match reals(tags::REFERENCE_BLACK_WHITE)[..] {
                    [a, b, c, d, e, f, ..] => [a, b, c, d, e, f].map(|value| value as f32),
                    _ => [0.0, 255.0, 128.0, 255.0, 128.0, 255.0],
                };
                match YCbCr::new(coefficients, reference) {
                    Some(tables) => Ok(Some(Self::YCbCr(Box::new(tables)))),
                    None => stays(
                        "tags 529 and 532 (YCbCrCoefficients, ReferenceBlackWhite) make no sense",
                    ),
                }
            }
            ITU_LAB => stays("ITU L*a*b* is not converted"),
            _ => {
                if !(bytes || words) || image.samples < 3 {
                    return stays("only CIE L*a*b* of 8 or 16 bits becomes RGB");
                }
                let white = match directory.reals(tags::WHITE_POINT).unwrap_or_default()[..] {
                    [x, y, ..] => Some([x as f32, y as f32]),
                    _ => None,
                };
                match Lab::new(white) {
                    Some(lab) => Ok(Some(Self::Lab(Box::new(LabTables {
                        lab,
                        offset: photometric == ICC_LAB,
                    })))),
                    None => stays("tag 318 (WhitePoint) makes no sense"),
                }
            }
        }
    }

    /// Stored bands that it takes, from the first on.
    pub(crate) const fn inputs(&self) -> u32 {
        match self {
            Self::Cmyk => 4,
            Self::YCbCr(_) | Self::Lab(_) => 3,
        }
    }

    /// An opaque alpha band goes with it, as in GDAL.
    pub(crate) const fn has_alpha(&self) -> bool {
        !matches!(self, Self::YCbCr(_))
    }

    /// Makes `info`, which is of the stored bands, that of the converted ones.
    pub(crate) fn describe(&self, info: &mut RasterInfo) {
        use ColorInterpretation::{Alpha, Blue, Green, Red};
        let colors = [Red, Green, Blue, Alpha];
        info.sample_type = SampleType::U8;
        info.bands = colors[..if self.has_alpha() { 4 } else { 3 }]
            .iter()
            .map(|&color| {
                let mut band = BandInfo::default();
                band.color_interpretation = color;
                band
            })
            .collect();
        info.colormap = None;
        if info.mask_kind != MaskKind::PerDataset {
            info.mask_kind = if self.has_alpha() {
                MaskKind::Alpha
            } else {
                MaskKind::None
            };
        }
    }

    /// The bands `outputs` (0 red, 1 green, 2 blue, 3 alpha) of stored bands of
    /// `pixels` each.
    pub(crate) fn apply(&self, stored: &Samples, pixels: usize, outputs: &[u32]) -> Vec<u8> {
        match (self, stored) {
            (Self::Cmyk, Samples::U8(bands)) => each(bands, pixels, outputs, cmyk::rgb),
            (Self::YCbCr(tables), Samples::U8(bands)) => {
                each(bands, pixels, outputs, |pixel| tables.rgb(pixel))
            }
            (Self::Lab(tables), Samples::U8(bands)) => {
                each(bands, pixels, outputs, |pixel| tables.bytes(pixel))
            }
            (Self::Lab(tables), Samples::I8(bands)) => {
                each(bands, pixels, outputs, |pixel: [i8; 3]| {
                    tables.bytes(pixel.map(i8::cast_unsigned))
                })
            }
            (Self::Lab(tables), Samples::U16(bands)) => {
                each(bands, pixels, outputs, |pixel| tables.words(pixel))
            }
            (Self::Lab(tables), Samples::I16(bands)) => {
                each(bands, pixels, outputs, |pixel: [i16; 3]| {
                    tables.words(pixel.map(i16::cast_unsigned))
                })
            }
            // What is signed and no L*a*b* is read as what its bits say.
            (_, Samples::I8(bands)) => {
                let bands = bands.iter().map(|&v| v.cast_unsigned()).collect();
                self.apply(&Samples::U8(bands), pixels, outputs)
            }
            // `of` lets no other type through.
            _ => vec![0; pixels * outputs.len()],
        }
    }
}

impl LabTables {
    fn bytes(&self, [l, a, b]: [u8; 3]) -> [u8; 3] {
        let signed = |value: u8| match self.offset {
            true => f32::from(value) - 128.0,
            false => f32::from(value.cast_signed()),
        };
        self.lab
            .rgb(f32::from(l) * 100.0 / 255.0, signed(a), signed(b))
    }

    fn words(&self, [l, a, b]: [u16; 3]) -> [u8; 3] {
        // ICC's version 2 encoding has 100 at 0xFF00 and 0 at 0x8000.
        let (full, signed): (f32, fn(u16) -> f32) = match self.offset {
            true => (65_280.0, |value| f32::from(value) - 32_768.0),
            false => (65_535.0, |value| f32::from(value.cast_signed())),
        };
        let lightness = (f32::from(l) * 100.0 / full).min(100.0);
        self.lab
            .rgb(lightness, signed(a) / 256.0, signed(b) / 256.0)
    }
}

/// Converts pixel by pixel: `N` bands in, the bands wanted out.
fn each<T: Copy + Default, const N: usize>(
    bands: &[T],
    pixels: usize,
    outputs: &[u32],
    convert: impl Fn([T; N]) -> [u8; 3],
) -> Vec<u8> {
    let mut out = vec![255; pixels * outputs.len()];
    let planes: [&[T]; N] =
        core::array::from_fn(|band| bands.get(band * pixels..).unwrap_or_default());
    for pixel in 0..pixels {
        let stored = planes.map(|plane| plane.get(pixel).copied().unwrap_or_default());
        let [r, g, b] = convert(stored);
        for (at, &output) in outputs.iter().enumerate() {
            out[at * pixels + pixel] = match output {
                0 => r,
                1 => g,
                2 => b,
                _ => 255,
            };
        }
    }
    out
}
