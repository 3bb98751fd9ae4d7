//! Pixels as a picture format wants them.

/// Colours, pixel by pixel: what an encoder writes.
///
/// # Invariants
///
/// `pixels` holds `width × height` pixels, row by row from the top.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixels: Pixels,
}

/// Pixels, channels interleaved; 16-bit channels in native byte order.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Pixels {
    /// Shades of grey.
    Gray8(Vec<u8>),
    /// Grey and alpha.
    GrayAlpha8(Vec<u8>),
    /// Red, green, blue.
    Rgb8(Vec<u8>),
    /// Red, green, blue, alpha.
    Rgba8(Vec<u8>),
    /// Shades of grey.
    Gray16(Vec<u16>),
    /// Grey and alpha.
    GrayAlpha16(Vec<u16>),
    /// Red, green, blue.
    Rgb16(Vec<u16>),
    /// Red, green, blue, alpha.
    Rgba16(Vec<u16>),
    /// Indexes into a palette of RGBA, of at most 256 colours, those with transparency
    /// first, else in the colormap's order.
    Indexed {
        /// An index per pixel.
        indexes: Vec<u8>,
        /// RGBA per index.
        palette: Vec<[u8; 4]>,
    },
}

impl Picture {
    /// A picture of nothing.
    #[must_use]
    pub fn transparent(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            pixels: Pixels::Indexed {
                indexes: vec![0; width as usize * height as usize],
                palette: vec![[0; 4]],
            },
        }
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

    /// The pixels.
    #[must_use]
    pub const fn pixels(&self) -> &Pixels {
        &self.pixels
    }

    /// No pixel is transparent, not even a little.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        match &self.pixels {
            Pixels::Gray8(_) | Pixels::Rgb8(_) | Pixels::Gray16(_) | Pixels::Rgb16(_) => true,
            Pixels::GrayAlpha8(v) => v.chunks_exact(2).all(|pixel| pixel[1] == u8::MAX),
            Pixels::Rgba8(v) => v.chunks_exact(4).all(|pixel| pixel[3] == u8::MAX),
            Pixels::GrayAlpha16(v) => v.chunks_exact(2).all(|pixel| pixel[1] == u16::MAX),
            Pixels::Rgba16(v) => v.chunks_exact(4).all(|pixel| pixel[3] == u16::MAX),
            Pixels::Indexed { indexes, palette } => indexes.iter().all(|&index| {
                palette
                    .get(usize::from(index))
                    .is_some_and(|color| color[3] == u8::MAX)
            }),
        }
    }

    /// The picture with 8-bit red, green and blue, and alpha if `alpha` and it has any.
    #[must_use]
    pub fn to_rgb8(&self, alpha: bool) -> Self {
        let byte = |v: &u16| (v >> 8) as u8;
        let pixels = match &self.pixels {
            Pixels::Gray8(v) => Pixels::Rgb8(v.iter().flat_map(|&g| [g; 3]).collect()),
            Pixels::Gray16(v) => Pixels::Rgb8(v.iter().map(byte).flat_map(|g| [g; 3]).collect()),
            Pixels::Rgb8(v) => Pixels::Rgb8(v.clone()),
            Pixels::Rgb16(v) => Pixels::Rgb8(v.iter().map(byte).collect()),
            Pixels::GrayAlpha8(v) => {
                rgba(v.chunks_exact(2).map(|p| [p[0], p[0], p[0], p[1]]), alpha)
            }
            Pixels::GrayAlpha16(v) => rgba(
                v.chunks_exact(2)
                    .map(|p| [byte(&p[0]), byte(&p[0]), byte(&p[0]), byte(&p[1])]),
                alpha,
            ),
            Pixels::Rgba8(v) => rgba(v.chunks_exact(4).map(|p| [p[0], p[1], p[2], p[3]]), alpha),
            Pixels::Rgba16(v) => rgba(
                v.chunks_exact(4)
                    .map(|p| [byte(&p[0]), byte(&p[1]), byte(&p[2]), byte(&p[3])]),
                alpha,
            ),
            Pixels::Indexed { indexes, palette } => {
                let colors = indexes
                    .iter()
                    .map(|&i| palette.get(usize::from(i)).copied().unwrap_or([0; 4]));
                rgba(colors, alpha && palette.iter().any(|c| c[3] != 255))
            }
        };
        Self { pixels, ..*self }
    }
}

fn rgba(colors: impl Iterator<Item = [u8; 4]>, alpha: bool) -> Pixels {
    if alpha {
        Pixels::Rgba8(colors.flatten().collect())
    } else {
        Pixels::Rgb8(colors.flat_map(|[r, g, b, _]| [r, g, b]).collect())
    }
}
