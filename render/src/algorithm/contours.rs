//! Lines of equal height.

use super::definition::Algorithm;
use super::parameters::Parameters;
use super::pixels::{check, made, real, refused};
use crate::{Colormap, Error, Image};

/// Heights in the colours of `terrain`, with black lines every `increment` that are `thickness` high.
#[derive(Debug)]
pub(super) struct Contours {
    increment: f64,
    thickness: f64,
    least: f64,
    most: f64,
    colors: Colormap,
}

impl Contours {
    pub(super) fn new(parameters: &Parameters) -> Result<Self, Error> {
        let (least, most) = (parameters.number("minz"), parameters.number("maxz"));
        if least >= most {
            return Err(Error::parameter(
                "algorithm_params",
                format!("minz: {least} is not below maxz, {most}"),
            ));
        }
        Ok(Self {
            increment: parameters.number("increment"),
            thickness: parameters.number("thickness"),
            least,
            most,
            colors: Colormap::named("terrain")?,
        })
    }
}

impl Algorithm for Contours {
    fn apply(&self, image: &Image) -> Result<Image, Error> {
        check(image, "contours", 1)?;
        if image.bands().len() > 1 {
            let given = image.bands().len();
            return Err(refused(format!("contours needs 1 band, not {given}")));
        }
        let colors = self.colors.steps().expect("terrain has 256 steps");
        let pixels = image.pixels();
        let mut mask = image.band_mask(0).clone();
        let mut samples = vec![0u8; pixels * 3];
        for (at, height) in real(image, 0).into_iter().enumerate() {
            if !height.is_finite() {
                mask.values_mut()[at] = 0;
                continue;
            }
            // Without an increment there is no line: the remainder is NaN.
            if height.rem_euclid(self.increment) < self.thickness {
                continue;
            }
            let share =
                (height.clamp(self.least, self.most) - self.least) / (self.most - self.least);
            // 1 to 255, rounded down.
            let color = colors[(share * 254.0 + 1.0) as usize & 255];
            for (band, part) in color[..3].iter().enumerate() {
                samples[band * pixels + at] = *part;
            }
        }
        let names = ["contours_r", "contours_g", "contours_b"];
        Ok(made(image, samples, mask, &names))
    }
}
