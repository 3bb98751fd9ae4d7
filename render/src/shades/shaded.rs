//! A picture of shades.

use super::{ShadeMap, ValueColors, png};
use crate::{Error, Format, Image, MaskedBand, Picture, Pixels, Stretch, encode};

/// One byte per pixel and band, in which 0 is nothing.
///
/// # Invariants
///
/// Each plane holds `width × height` bytes, row by row from the top.
#[derive(Clone, Debug, PartialEq)]
pub struct Shaded {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) shades: Shades,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shades {
    Grey(Vec<u8>),
    /// Numbers of colours; the first is nothing.
    Colored(Vec<u8>, Box<[[u8; 4]; 256]>),
    /// Red, green, blue.
    Three([Vec<u8>; 3]),
    Empty,
}

impl Shaded {
    /// Nothing, everywhere.
    #[must_use]
    pub const fn empty(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            shades: Shades::Empty,
        }
    }

    /// Shades of one band, grey or in the colours of a map.
    ///
    /// # Errors
    ///
    /// [`Error::Mismatch`] if there are not `width × height`.
    pub fn of_band(
        width: u32,
        height: u32,
        shades: Vec<u8>,
        map: Option<&ShadeMap>,
    ) -> Result<Self, Error> {
        check(width, height, &shades)?;
        let shades = match map {
            None => Shades::Grey(shades),
            Some(map) => {
                let mut palette = Box::new([[0; 4]; 256]);
                palette[1..].copy_from_slice(map.colors());
                Shades::Colored(shades, palette)
            }
        };
        Ok(Self {
            width,
            height,
            shades,
        })
    }

    /// The values of a band (0-based) that have colours.
    #[must_use]
    pub fn of_values(image: &Image, band: usize, colors: &ValueColors) -> Self {
        Self {
            width: image.width(),
            height: image.height(),
            shades: Shades::Colored(colors.numbers(image, band), colors.palette()),
        }
    }

    /// Red, green and blue.
    ///
    /// # Errors
    ///
    /// [`Error::Mismatch`] if there are not `width × height` of each.
    pub fn of_three(width: u32, height: u32, shades: [Vec<u8>; 3]) -> Result<Self, Error> {
        for plane in &shades {
            check(width, height, plane)?;
        }
        Ok(Self {
            width,
            height,
            shades: Shades::Three(shades),
        })
    }

    /// Numbers, grey or in the colours of a map.
    ///
    /// # Errors
    ///
    /// [`Error::Mismatch`] if the numbers are not `width × height`.
    pub fn of_numbers(
        band: &MaskedBand,
        stretch: Stretch,
        map: Option<&ShadeMap>,
    ) -> Result<Self, Error> {
        Self::of_band(band.width, band.height, band.shades(stretch), map)
    }

    /// Columns.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// Bytes of a PNG: grey or RGB of which 0 is transparent, or a palette whose first colour is nothing.
    ///
    /// In RGB a pixel is transparent where all three bands have nothing; where one of them has something,
    /// what the others lack is 0.
    ///
    /// - `level`: of compression, 0 to 9; 1 is the fastest.
    ///
    /// # Errors
    ///
    /// [`Error::Encoding`] if the picture has no pixel, or too many.
    pub fn to_png(&self, level: u8) -> Result<Vec<u8>, Error> {
        png::encode(self, level)
    }

    /// Bytes in another format of pictures; what is nothing is transparent where the format can show that.
    ///
    /// # Errors
    ///
    /// See [`encode`].
    pub fn to_format(&self, format: Format) -> Result<Vec<u8>, Error> {
        encode(&self.to_picture(), format)
    }

    /// The picture with its transparency as alpha.
    #[must_use]
    pub fn to_picture(&self) -> Picture {
        let pixels = match &self.shades {
            Shades::Empty => return Picture::transparent(self.width, self.height),
            Shades::Grey(shades) => {
                let alpha = |shade: &u8| [*shade, if *shade == 0 { 0 } else { 255 }];
                Pixels::GrayAlpha8(shades.iter().flat_map(alpha).collect())
            }
            Shades::Colored(shades, palette) => {
                let color = |shade: &u8| palette[usize::from(*shade)];
                Pixels::Rgba8(shades.iter().flat_map(color).collect())
            }
            Shades::Three([r, g, b]) => {
                let colors = r.iter().zip(g).zip(b);
                let color = |((r, g), b): ((&u8, &u8), &u8)| {
                    let alpha = if *r | *g | *b == 0 { 0 } else { 255 };
                    [*r, *g, *b, alpha]
                };
                Pixels::Rgba8(colors.flat_map(color).collect())
            }
        };
        Picture {
            width: self.width,
            height: self.height,
            pixels,
        }
    }
}

fn check(width: u32, height: u32, shades: &[u8]) -> Result<(), Error> {
    if shades.len() as u64 == u64::from(width) * u64::from(height) {
        return Ok(());
    }
    Err(Error::Mismatch {
        message: format!("{width} × {height} pixels, not {}", shades.len()),
    })
}
