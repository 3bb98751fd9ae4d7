//! Colourfulness, in CIE LCh (CIE 15; sRGB of IEC 61966-2-1; white D65).

use cog_raster::Sample;

/// Multiplies the colourfulness of red, green and blue by `proportion`.
///
/// LCh is Lab in polar form: the product moves a and b towards or away from 0, so that neither
/// angle nor radius is ever needed.
pub(super) struct Saturation {
    proportion: f64,
    /// Least linear light that shows as each byte.
    thresholds: [f64; 256],
    /// The byte at each of `GUESSES` steps of linear light.
    guesses: Vec<u8>,
}

const GUESSES: usize = 4096;

const WHITE_X: f64 = 0.95047;
const WHITE_Z: f64 = 1.08883;

/// Where the cube root of Lab begins.
const DELTA: f64 = 6.0 / 29.0;

impl Saturation {
    pub(super) fn new(proportion: f64) -> Self {
        let mut thresholds = [0.0; 256];
        for (byte, threshold) in thresholds.iter_mut().enumerate() {
            *threshold = linear(byte as f64 / 255.0);
        }
        let mut byte = 0_u8;
        let guesses = (0..GUESSES)
            .map(|step| {
                let light = step as f64 / GUESSES as f64;
                while byte < 255 && thresholds[usize::from(byte) + 1] <= light {
                    byte += 1;
                }
                byte
            })
            .collect();
        Self {
            proportion,
            thresholds,
            guesses,
        }
    }

    /// Fills planes of red, green and blue from those of an integer type; below 0 counts as 0.
    pub(super) fn fill<T: Sample>(&self, samples: [&[T]; 3], [red, green, blue]: [&mut [u8]; 3]) {
        let (_, most) = T::TYPE.range();
        let table: Vec<f64> = if most <= 255.0 {
            (0..=most as u8)
                .map(|v| linear(f64::from(v) / most))
                .collect()
        } else {
            Vec::new()
        };
        let light = |sample: T| {
            let value = sample.to_f64().max(0.0);
            match table.get(value as usize) {
                Some(light) => *light,
                None => linear(value / most),
            }
        };
        let [r, g, b] = samples;
        let out = red.iter_mut().zip(green).zip(blue);
        for (((r, g), b), ((red, green), blue)) in r.iter().zip(g).zip(b).zip(out) {
            [*red, *green, *blue] = self.pixel([light(*r), light(*g), light(*b)]);
        }
    }

    /// A pixel of linear light to bytes.
    fn pixel(&self, light: [f64; 3]) -> [u8; 3] {
        colorful(self.proportion, light).map(|light| self.byte(light))
    }

    /// The byte that shows linear light, cut off; NaN gives 0.
    fn byte(&self, light: f64) -> u8 {
        let step = (light * GUESSES as f64) as usize;
        let mut byte = self.guesses[step.min(GUESSES - 1)];
        while byte < 255 && self.thresholds[usize::from(byte) + 1] <= light {
            byte += 1;
        }
        byte
    }
}

/// Multiplies the colourfulness of what is stored, 0 to 1, without cutting off.
pub(super) fn saturated(proportion: f64, stored: [f64; 3]) -> [f64; 3] {
    colorful(proportion, stored.map(linear)).map(companded)
}

/// The same of linear light.
fn colorful(proportion: f64, [r, g, b]: [f64; 3]) -> [f64; 3] {
    let fx = cube_root((r * 0.4124564 + g * 0.3575761 + b * 0.1804375) / WHITE_X);
    let fy = cube_root(r * 0.2126729 + g * 0.7151522 + b * 0.0721750);
    let fz = cube_root((r * 0.0193339 + g * 0.1191920 + b * 0.9503041) / WHITE_Z);
    let x = cube(fy + proportion * (fx - fy)) * WHITE_X;
    let y = cube(fy);
    let z = cube(fy - proportion * (fy - fz)) * WHITE_Z;
    [
        x * 3.2404542 - y * 1.5371385 - z * 0.4985314,
        -x * 0.9692660 + y * 1.8760108 + z * 0.0415560,
        x * 0.0556434 - y * 0.2040259 + z * 1.0572252,
    ]
}

/// The inverse of sRGB's curve.
fn companded(light: f64) -> f64 {
    if light <= 0.0031308 {
        light * 12.92
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    }
}

/// sRGB's curve: from what is stored to light.
fn linear(value: f64) -> f64 {
    if value <= 0.04045 {
        value / 12.92
    } else {
        ((value + 0.055) / 1.055).powf(2.4)
    }
}

/// Lab's *f*.
fn cube_root(value: f64) -> f64 {
    if value > DELTA * DELTA * DELTA {
        value.cbrt()
    } else {
        value / (3.0 * DELTA * DELTA) + 4.0 / 29.0
    }
}

/// The inverse of Lab's *f*.
fn cube(value: f64) -> f64 {
    if value > DELTA {
        value * value * value
    } else {
        3.0 * DELTA * DELTA * (value - 4.0 / 29.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(proportion: f64, [r, g, b]: [u8; 3]) -> [u8; 3] {
        let mut out = [[0_u8; 1]; 3];
        let [red, green, blue] = &mut out;
        Saturation::new(proportion).fill([&[r], &[g], &[b]], [red, green, blue]);
        out.map(|plane| plane[0])
    }

    fn near(found: [u8; 3], expected: [u8; 3]) -> bool {
        found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 1)
    }

    #[test]
    fn one_changes_nothing_and_nought_makes_grey() {
        for color in [[0, 0, 0], [255, 255, 255], [200, 30, 90], [1, 250, 128]] {
            assert!(near(apply(1.0, color), color), "{color:?}");
            let [r, g, b] = apply(0.0, color);
            assert!(near([r, g, b], [g; 3]), "{color:?}");
        }
    }

    #[test]
    fn any_proportion_ends_in_bytes() {
        for proportion in [-1e300, -2.0, 3.0, 1e9, 1e300] {
            apply(proportion, [10, 200, 90]);
        }
    }
}
