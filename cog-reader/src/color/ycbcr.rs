//! YCbCr to RGB.

/// A YCbCr image's own terms.
///
/// # Specification
///
/// TIFF 6.0 §20 "RGB Image Colorimetry" and §21 "YCbCr Images": tags 529
/// `YCbCrCoefficients` and 532 `ReferenceBlackWhite`. The arithmetic (sixteen
/// bits behind the point, codes cut to whole numbers) is libtiff's, so that the
/// results are GDAL's to the last bit.
#[derive(Clone, Debug)]
pub(crate) struct YCbCr {
    luma: Box<[i32; 256]>,
    red_of_cr: Box<[i32; 256]>,
    green_of_cr: Box<[i32; 256]>,
    green_of_cb: Box<[i32; 256]>,
    blue_of_cb: Box<[i32; 256]>,
}

const POINT: u32 = 16;
const HALF: i32 = 1 << (POINT - 1);

impl YCbCr {
    /// `coefficients` of red, green and blue in luma; `reference`: black and
    /// white of Y, Cb and Cr. `None` if the numbers make no sense.
    pub(super) fn new(coefficients: [f32; 3], reference: [f32; 6]) -> Option<Self> {
        let [red, green, blue] = coefficients;
        let sane = |value: &f32| value.is_finite();
        if !coefficients.iter().all(sane) || !reference.iter().all(sane) || green == 0.0 {
            return None;
        }
        let fixed = |value: f32| (f64::from(value.clamp(0.0, 2.0)) * 65536.0 + 0.5) as i32;
        let (more_red, more_blue) = (2.0 - 2.0 * red, 2.0 - 2.0 * blue);
        let d1 = fixed(more_red);
        let d2 = -fixed(red * more_red / green);
        let d3 = fixed(more_blue);
        let d4 = -fixed(blue * more_blue / green);
        // A code between black and white, as a number up to `range`.
        let code = |value: i32, black: f32, white: f32, range: f32| {
            let (black, white) = (black as i32, white as i32);
            let span = white.saturating_sub(black);
            let span = if span == 0 { 1.0 } else { span as f32 };
            let value = value.saturating_sub(black) as f32 * range / span;
            value.clamp(-4096.0, 4096.0) as i32
        };
        let mut tables = Self {
            luma: Box::new([0; 256]),
            red_of_cr: Box::new([0; 256]),
            green_of_cr: Box::new([0; 256]),
            green_of_cb: Box::new([0; 256]),
            blue_of_cb: Box::new([0; 256]),
        };
        for i in 0..256 {
            let x = i as i32 - 128;
            let cr = code(x, reference[4] - 128.0, reference[5] - 128.0, 127.0);
            let cb = code(x, reference[2] - 128.0, reference[3] - 128.0, 127.0);
            tables.luma[i] = code(x + 128, reference[0], reference[1], 255.0);
            tables.red_of_cr[i] = (d1 * cr + HALF) >> POINT;
            tables.blue_of_cb[i] = (d3 * cb + HALF) >> POINT;
            tables.green_of_cr[i] = d2 * cr;
            tables.green_of_cb[i] = d4 * cb + HALF;
        }
        Some(tables)
    }

    pub(super) fn rgb(&self, [y, cb, cr]: [u8; 3]) -> [u8; 3] {
        let (y, cb, cr) = (usize::from(y), usize::from(cb), usize::from(cr));
        let luma = self.luma[y];
        let green = self.green_of_cb[cb].saturating_add(self.green_of_cr[cr]) >> POINT;
        [
            luma + self.red_of_cr[cr],
            luma + green,
            luma + self.blue_of_cb[cb],
        ]
        .map(|value| value.clamp(0, 255) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_stays_grey_and_red_is_red() {
        let full = [0.0, 255.0, 128.0, 255.0, 128.0, 255.0];
        let colors = YCbCr::new([0.299, 0.587, 0.114], full).unwrap();
        for grey in [0, 1, 77, 255] {
            assert_eq!(colors.rgb([grey, 128, 128]), [grey; 3]);
        }
        let [r, g, b] = colors.rgb([76, 85, 255]);
        assert!(r >= 253 && g <= 2 && b <= 2, "{r} {g} {b}");
    }

    #[test]
    fn numbers_without_sense_are_refused() {
        let full = [0.0, 255.0, 128.0, 255.0, 128.0, 255.0];
        assert!(YCbCr::new([0.3, 0.0, 0.1], full).is_none());
        assert!(YCbCr::new([f32::NAN, 0.5, 0.1], full).is_none());
        let flat = YCbCr::new([0.3, 0.6, 0.1], [9.0; 6]).unwrap();
        let far = YCbCr::new(
            [-1e30, 1e-30, 1e30],
            [f32::MAX, f32::MIN, 0.0, 0.0, 0.0, 0.0],
        );
        for value in 0..=255 {
            flat.rgb([value; 3]);
            far.as_ref().unwrap().rgb([value; 3]);
        }
    }
}
