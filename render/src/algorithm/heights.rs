//! Heights as colours, for clients that compute with them.

use super::definition::Algorithm;
use super::parameters::Parameters;
use super::pixels::{check, made, real};
use crate::{Error, Image};

/// Mapzen's encoding: height = red × 256 + green + blue / 256 − 32768.
#[derive(Debug)]
pub(super) struct Terrarium {
    nodata_height: Option<f64>,
}

impl Terrarium {
    pub(super) fn new(parameters: &Parameters) -> Self {
        Self {
            nodata_height: parameters.optional("nodata_height"),
        }
    }
}

impl Algorithm for Terrarium {
    fn apply(&self, image: &Image) -> Result<Image, Error> {
        let names = ["terranium_r", "terranium_g", "terranium_b"];
        encoded(image, "terrarium", self.nodata_height, &names, |height| {
            // Parts of 1/256 are dropped, which is what TiTiler does.
            ((height + 32_768.0).clamp(0.0, 65_535.0) * 256.0) as u32
        })
    }
}

/// Mapbox's encoding: height = base + interval × (red × 65536 + green × 256 + blue).
#[derive(Debug)]
pub(super) struct TerrainRgb {
    interval: f64,
    base: f64,
    nodata_height: Option<f64>,
}

impl TerrainRgb {
    pub(super) fn new(parameters: &Parameters) -> Result<Self, Error> {
        let interval = parameters.number("interval");
        if interval == 0.0 {
            return Err(Error::parameter(
                "algorithm_params",
                "interval: 0 is not above 0",
            ));
        }
        Ok(Self {
            interval,
            base: parameters.number("baseval"),
            nodata_height: parameters.optional("nodata_height"),
        })
    }
}

impl Algorithm for TerrainRgb {
    fn apply(&self, image: &Image) -> Result<Image, Error> {
        const MOST: f64 = 16_777_215.0;
        let names = ["terrain_r", "terrain_g", "terrain_b"];
        encoded(image, "terrainrgb", self.nodata_height, &names, |height| {
            let steps = ((height - self.base) / self.interval).round_ties_even();
            steps.clamp(0.0, MOST) as u32
        })
    }
}

/// The three low bytes of a number for each height of the first band.
fn encoded(
    image: &Image,
    name: &str,
    nodata_height: Option<f64>,
    names: &[&str; 3],
    number: impl Fn(f64) -> u32,
) -> Result<Image, Error> {
    check(image, name, 1)?;
    let pixels = image.pixels();
    let mut mask = image.band_mask(0).clone();
    let mut samples = vec![0u8; pixels * 3];
    for (at, height) in real(image, 0).into_iter().enumerate() {
        let valid = &mut mask.values_mut()[at];
        let height = match nodata_height {
            _ if height.is_finite() => height,
            Some(height) => {
                *valid = 255;
                height
            }
            None => {
                *valid = 0;
                continue;
            }
        };
        let [_, red, green, blue] = number(height).to_be_bytes();
        samples[at] = red;
        samples[pixels + at] = green;
        samples[2 * pixels + at] = blue;
    }
    Ok(made(image, samples, mask, names))
}
