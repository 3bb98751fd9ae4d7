//! CIE L*a*b* to RGB.

/// A white point, and tables to a screen's light.
///
/// # Specification
///
/// TIFF 6.0 §23 "CIE L*a*b* Images": `PhotometricInterpretation` 8, the white
/// of tag 318 `WhitePoint`, D50 where there is none. The screen is sRGB's
/// primaries with an exponent of 1 / 2.4, and the table of 1500 steps, the
/// thresholds and the precision (`f32`) are libtiff's, so that the results are
/// GDAL's.
#[derive(Clone, Debug)]
pub(super) struct Lab {
    white: [f32; 3],
    light: Box<[f32; STEPS + 1]>,
}

const STEPS: usize = 1500;
/// Least and greatest light of the screen.
const DARK: f32 = 1.0;
const BRIGHT: f32 = 100.0;

const TO_SCREEN: [[f32; 3]; 3] = [
    [3.2410, -1.5374, -0.4986],
    [-0.9692, 1.8760, 0.0416],
    [0.0556, -0.2040, 1.0570],
];

impl Lab {
    /// With the white of tag 318; `None` if that makes no sense.
    pub(super) fn new(white: Option<[f32; 2]>) -> Option<Self> {
        // D50 as ICC has it.
        const D50: [f32; 3] = [96.425, 100.0, 82.468];
        let sum: f32 = D50.iter().sum();
        let [x, y] = white.unwrap_or([D50[0] / sum, D50[1] / sum]);
        if !x.is_finite() || !y.is_finite() || y == 0.0 {
            return None;
        }
        let exponent = 1.0 / 2.4;
        let mut light = Box::new([0.0; STEPS + 1]);
        for (step, light) in light.iter_mut().enumerate() {
            *light = 255.0 * (step as f64 / STEPS as f64).powf(exponent) as f32;
        }
        Some(Self {
            white: [x / y * 100.0, 100.0, (1.0 - x - y) / y * 100.0],
            light,
        })
    }

    /// `lightness` from 0 to 100.
    pub(super) fn rgb(&self, lightness: f32, a: f32, b: f32) -> [u8; 3] {
        let [white_x, white_y, white_z] = self.white;
        let (y, cube) = if lightness < 8.856 {
            let y = lightness * white_y / 903.292;
            (y, 7.787 * (y / white_y) + 16.0 / 116.0)
        } else {
            let cube = (lightness + 16.0) / 116.0;
            (white_y * cube * cube * cube, cube)
        };
        let part = |root: f32, white: f32| {
            if root < 0.2069 {
                white * (root - 0.13793) / 7.787
            } else {
                white * root * root * root
            }
        };
        let xyz = [
            part(a / 500.0 + cube, white_x),
            y,
            part(cube - b / 200.0, white_z),
        ];
        TO_SCREEN.map(|row| {
            let light = row[0] * xyz[0] + row[1] * xyz[1] + row[2] * xyz[2];
            let light = light.clamp(DARK, BRIGHT);
            let step = ((light - DARK) / ((BRIGHT - DARK) / STEPS as f32)) as usize;
            (self.light[step.min(STEPS)] + 0.5).min(255.0) as u8
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_is_white_and_black_is_black() {
        let lab = Lab::new(None).unwrap();
        assert_eq!(lab.rgb(0.0, 0.0, 0.0), [0, 0, 0]);
        let [r, g, b] = lab.rgb(100.0, 0.0, 0.0);
        // D50 on a D65 screen is yellowish: libtiff does not adapt.
        assert!(
            r == 255 && g > 245 && (200..235).contains(&b),
            "{r} {g} {b}"
        );
        let [r, g, _] = lab.rgb(50.0, 70.0, 40.0);
        assert!(r > 2 * g, "{r} {g}");
    }

    #[test]
    fn numbers_without_sense_are_refused() {
        assert!(Lab::new(Some([0.3, 0.0])).is_none());
        let odd = Lab::new(Some([1e30, 1e-30])).unwrap();
        odd.rgb(50.0, -128.0, 127.0);
    }
}
