//! Pictures laid over each other.

use crate::Error;
use cog_raster::{Mask, Raster, RasterMask, Samples};
use cog_render::{Format, Image, ImageBand, Picture, Pixels};
use tile_math::{BoundingBox, Crs};

/// A picture that others are laid over: red, green, blue and alpha, 8 bits each, not premultiplied.
#[derive(Clone, Debug)]
pub(super) struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<[u8; 4]>,
}

impl Canvas {
    /// Nothing but `background`.
    pub(super) fn new(width: u32, height: u32, background: [u8; 4]) -> Self {
        Self {
            width,
            height,
            pixels: vec![background; width as usize * height as usize],
        }
    }

    /// Lays a picture of the same size over what is there.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] if the sizes differ: an algorithm leaves out the picture's edge.
    pub(super) fn lay(&mut self, picture: &Picture) -> Result<(), Error> {
        if (picture.width(), picture.height()) != (self.width, self.height) {
            return Err(Error::Request(
                "the algorithm leaves out the edges of the map; give it {\"buffer\": 0} in algorithm_params".into(),
            ));
        }
        match picture.to_rgb8(true).pixels() {
            Pixels::Rgb8(over) => {
                let over = over.as_chunks::<3>().0;
                for (below, [r, g, b]) in self.pixels.iter_mut().zip(over) {
                    *below = [*r, *g, *b, 255];
                }
            }
            Pixels::Rgba8(over) => {
                let over = over.as_chunks::<4>().0;
                for (below, above) in self.pixels.iter_mut().zip(over) {
                    *below = blend(*below, *above);
                }
            }
            _ => return Err(Error::Failed("a picture is not red, green and blue".into())),
        }
        Ok(())
    }

    /// The picture in a format.
    ///
    /// # Errors
    ///
    /// The encoder's.
    pub(super) fn encode(self, format: Format) -> Result<Vec<u8>, Error> {
        let failed =
            |e: &(dyn std::error::Error + 'static)| Error::failed("the map cannot be written", e);
        let planes = (0..3).flat_map(|band| self.pixels.iter().map(move |pixel| pixel[band]));
        let samples = Samples::U8(planes.collect());
        let alpha = self.pixels.iter().map(|pixel| pixel[3]).collect();
        let mask = Mask::new(self.height, self.width, alpha).map_err(|e| failed(&e))?;
        let raster = Raster::new(3, self.height, self.width, samples)
            .and_then(|raster| raster.with_mask(RasterMask::PerDataset(mask)))
            .map_err(|e| failed(&e))?;
        let bands = (1..=3)
            .map(|band| ImageBand::new(format!("b{band}")))
            .collect();
        let place = BoundingBox::new(0.0, 0.0, 1.0, 1.0);
        let image = Image::new(raster, bands, None::<Crs>, place)?;
        Ok(cog_render::render(
            &image,
            &cog_render::Style::default(),
            format,
        )?)
    }
}

/// `above` over `below`.
///
/// # Specification
///
/// W3C Compositing and Blending 1, 5.1 (source over).
fn blend(below: [u8; 4], above: [u8; 4]) -> [u8; 4] {
    match (below[3], above[3]) {
        (_, 255) | (0, _) => above,
        (_, 0) => below,
        (backdrop, source) => {
            let (backdrop, source) = (f64::from(backdrop) / 255.0, f64::from(source) / 255.0);
            let alpha = source + backdrop * (1.0 - source);
            let mut blended = [0; 4];
            for (band, out) in blended.iter_mut().enumerate().take(3) {
                let (over, under) = (f64::from(above[band]), f64::from(below[band]));
                let value = (over * source + under * backdrop * (1.0 - source)) / alpha;
                // From 0 to 255.
                *out = value.round() as u8;
            }
            blended[3] = (alpha * 255.0).round() as u8;
            blended
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_over_as_the_standard_computes_it() {
        let red = [255, 0, 0, 255];
        assert_eq!(blend(red, [0, 0, 255, 255]), [0, 0, 255, 255]);
        assert_eq!(blend(red, [0, 0, 255, 0]), red);
        assert_eq!(blend([1, 2, 3, 0], [9, 8, 7, 40]), [9, 8, 7, 40]);
        assert_eq!(blend(red, [0, 0, 255, 51]), [204, 0, 51, 255]);
        // Half over half: alpha ¾, two thirds of it the upper one's.
        assert_eq!(blend([255, 0, 0, 128], [0, 0, 255, 128]), [85, 0, 170, 192]);
    }

    #[test]
    fn a_picture_of_another_size_is_refused() {
        let mut canvas = Canvas::new(2, 1, [0; 4]);
        assert!(canvas.lay(&Picture::transparent(1, 1)).is_err());
        canvas.lay(&Picture::transparent(2, 1)).unwrap();
        assert_eq!(canvas.pixels, [[0; 4]; 2]);
        let png = canvas.encode(Format::Png).unwrap();
        assert_eq!(&png[1..4], b"PNG");
    }
}
