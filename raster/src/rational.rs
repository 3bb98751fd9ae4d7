//! Rational polynomials (RPC): how a satellite's camera sees the ground.

use crate::PlacementError;

/// Rational polynomial coefficients of the form RPC00B, as tag 50844 (`RPCCoefficientTag`) holds them.
///
/// Longitude, latitude and height become line and sample: each is the quotient of two polynomials of
/// the third order in normalised coordinates, `(value − offset) / scale`. Lines and samples are those
/// of pixel centres: the first pixel's is 0, 0.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RationalPolynomial {
    /// Bias of the model in metres; negative when unknown.
    pub error_bias: f64,
    /// Random error of the model in metres; negative when unknown.
    pub error_random: f64,
    /// Lines.
    pub line: Normalisation,
    /// Samples, that is columns.
    pub sample: Normalisation,
    /// Latitudes, WGS 84 degrees.
    pub latitude: Normalisation,
    /// Longitudes, WGS 84 degrees.
    pub longitude: Normalisation,
    /// Heights above the WGS 84 ellipsoid in metres.
    pub height: Normalisation,
    /// Numerator of the line.
    pub line_numerator: [f64; 20],
    /// Denominator of the line.
    pub line_denominator: [f64; 20],
    /// Numerator of the sample.
    pub sample_numerator: [f64; 20],
    /// Denominator of the sample.
    pub sample_denominator: [f64; 20],
}

/// How a coordinate becomes a number from about −1 to 1: `(value − offset) / scale`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalisation {
    /// The value that becomes 0.
    pub offset: f64,
    /// The distance from it that becomes 1.
    pub scale: f64,
}

impl RationalPolynomial {
    /// The coefficients in the order of tag 50844: bias and random error; the offsets of line, sample,
    /// latitude, longitude and height; their scales; the numerator and the denominator of
    /// the line, then those of the sample.
    ///
    /// # Errors
    ///
    /// [`PlacementError`] unless there are 92 finite numbers, no scale is 0, and no denominator is 0 throughout.
    pub fn from_tag(values: &[f64]) -> Result<Self, PlacementError> {
        let Ok(values) = <&[f64; 92]>::try_from(values) else {
            return Err(PlacementError::Rational {
                rule: "are not 92 numbers",
            });
        };
        if let Some(index) = values.iter().position(|v| !v.is_finite()) {
            return Err(PlacementError::NotFinite {
                what: format!("rational polynomial coefficient {}", index + 1),
            });
        }
        let normalisation = |k: usize| Normalisation {
            offset: values[2 + k],
            scale: values[7 + k],
        };
        let polynomial = |k: usize| core::array::from_fn(|i| values[12 + 20 * k + i]);
        let this = Self {
            error_bias: values[0],
            error_random: values[1],
            line: normalisation(0),
            sample: normalisation(1),
            latitude: normalisation(2),
            longitude: normalisation(3),
            height: normalisation(4),
            line_numerator: polynomial(0),
            line_denominator: polynomial(1),
            sample_numerator: polynomial(2),
            sample_denominator: polynomial(3),
        };
        if values[7..12].contains(&0.0) {
            return Err(PlacementError::Rational {
                rule: "have a scale of 0",
            });
        }
        for denominator in [&this.line_denominator, &this.sample_denominator] {
            if denominator.iter().all(|&c| c == 0.0) {
                return Err(PlacementError::Rational {
                    rule: "have a denominator of 0",
                });
            }
        }
        Ok(this)
    }

    /// The real pixel position, whose origin is the outer corner of the first pixel, of a place: longitude
    /// and latitude in degrees, height in metres. `None` where it has none.
    #[must_use]
    pub fn to_pixels(&self, longitude: f64, latitude: f64, height: f64) -> Option<(f64, f64)> {
        let mut turned = longitude - self.longitude.offset;
        // A scene across the antimeridian has its offset on one side of it.
        if turned < -270.0 {
            turned += 360.0;
        } else if turned > 270.0 {
            turned -= 360.0;
        }
        let l = turned / self.longitude.scale;
        let p = (latitude - self.latitude.offset) / self.latitude.scale;
        let h = (height - self.height.offset) / self.height.scale;
        let terms = terms(l, p, h);
        let sum = |c: &[f64; 20]| -> f64 { c.iter().zip(&terms).map(|(c, t)| c * t).sum() };
        let pixel = |numerator, denominator, n: Normalisation| {
            sum(numerator) / sum(denominator) * n.scale + n.offset + 0.5
        };
        let col = pixel(
            &self.sample_numerator,
            &self.sample_denominator,
            self.sample,
        );
        let row = pixel(&self.line_numerator, &self.line_denominator, self.line);
        (col.is_finite() && row.is_finite()).then_some((col, row))
    }

    /// Longitude and latitude of what the real pixel position `(col, row)` shows, if it lies at `height`.
    /// `None` where that cannot be found.
    #[must_use]
    pub fn to_ground(&self, col: f64, row: f64, height: f64) -> Option<(f64, f64)> {
        // Newton's method from the middle of the scene.
        const MOST_STEPS: usize = 30;
        const NEAR: f64 = 1e-7;
        let (mut longitude, mut latitude) = (self.longitude.offset, self.latitude.offset);
        let (dx, dy) = (self.longitude.scale * 1e-5, self.latitude.scale * 1e-5);
        for _ in 0..MOST_STEPS {
            let here = self.to_pixels(longitude, latitude, height)?;
            let (c, r) = (col - here.0, row - here.1);
            if c.abs().max(r.abs()) < NEAR {
                return Some((longitude, latitude));
            }
            let (east, west) = (
                self.to_pixels(longitude + dx, latitude, height)?,
                self.to_pixels(longitude - dx, latitude, height)?,
            );
            let (north, south) = (
                self.to_pixels(longitude, latitude + dy, height)?,
                self.to_pixels(longitude, latitude - dy, height)?,
            );
            let (a, d) = ((east.0 - west.0) / 2.0, (east.1 - west.1) / 2.0);
            let (b, e) = ((north.0 - south.0) / 2.0, (north.1 - south.1) / 2.0);
            let determinant = a * e - b * d;
            longitude += dx * (e * c - b * r) / determinant;
            latitude += dy * (a * r - d * c) / determinant;
            if !(longitude.is_finite() && latitude.is_finite()) {
                return None;
            }
        }
        None
    }
}

/// The terms of RPC00B: normalised longitude, latitude and height.
fn terms(l: f64, p: f64, h: f64) -> [f64; 20] {
    [
        1.0,
        l,
        p,
        h,
        l * p,
        l * h,
        p * h,
        l * l,
        p * p,
        h * h,
        p * l * h,
        l * l * l,
        l * p * p,
        l * h * h,
        l * l * p,
        p * p * p,
        p * h * h,
        l * l * h,
        p * p * h,
        h * h * h,
    ]
}

/// Pixels to longitude and latitude and back, by a rational polynomial at one height.
///
/// The height is that of the model's own middle (`HEIGHT_OFF`): what lies above or
/// below is shown displaced, as in any picture of a satellite that does not look straight down.
#[derive(Clone, Debug, PartialEq)]
pub struct RationalTransform {
    model: RationalPolynomial,
    height: f64,
}

impl RationalTransform {
    /// The transform at the model's middle height.
    #[must_use]
    pub const fn new(model: RationalPolynomial) -> Self {
        let height = model.height.offset;
        Self { model, height }
    }

    /// The same at another height, metres above the ellipsoid.
    #[must_use]
    pub const fn with_height(mut self, height: f64) -> Self {
        self.height = height;
        self
    }

    /// The model.
    #[must_use]
    pub const fn model(&self) -> &RationalPolynomial {
        &self.model
    }

    /// The height in use, metres above the ellipsoid.
    #[must_use]
    pub const fn height(&self) -> f64 {
        self.height
    }

    /// Longitude and latitude of a real pixel position; `None` where there is none.
    #[must_use]
    pub fn to_ground(&self, col: f64, row: f64) -> Option<(f64, f64)> {
        self.model.to_ground(col, row, self.height)
    }

    /// The real pixel position of longitude and latitude; `None` where there is none.
    #[must_use]
    pub fn to_pixels(&self, longitude: f64, latitude: f64) -> Option<(f64, f64)> {
        self.model.to_pixels(longitude, latitude, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A camera that sees a degree as a thousand pixels, bent a little.
    fn tag() -> Vec<f64> {
        let mut values = vec![-1.0, -1.0, 500.0, 400.0, 46.0, 8.0, 600.0];
        values.extend([500.0, 400.0, 0.5, 0.4, 800.0]);
        let mut polynomials = [[0.0; 20]; 4];
        polynomials[0][2] = -1.0;
        polynomials[0][4] = 0.01;
        polynomials[0][3] = 0.02;
        polynomials[2][1] = 1.0;
        polynomials[2][8] = 0.02;
        (polynomials[1][0], polynomials[3][0]) = (1.0, 1.0);
        polynomials[1][1] = 0.003;
        values.extend(polynomials.concat());
        values
    }

    #[test]
    fn pixels_are_found_on_the_ground_and_back() {
        let transform = RationalTransform::new(RationalPolynomial::from_tag(&tag()).unwrap());
        assert_eq!(transform.height(), 600.0);
        // The middle of the model is the middle of a pixel.
        assert_eq!(transform.to_pixels(8.0, 46.0), Some((400.5, 500.5)));
        for (col, row) in [(0.0, 0.0), (800.0, 1000.0), (13.0, 720.5)] {
            let (x, y) = transform.to_ground(col, row).unwrap();
            let found = transform.to_pixels(x, y).unwrap();
            assert!((found.0 - col).abs() < 1e-6 && (found.1 - row).abs() < 1e-6);
        }
        let higher = transform.clone().with_height(1400.0);
        let (low, high) = (
            transform.to_pixels(8.0, 46.0).unwrap(),
            higher.to_pixels(8.0, 46.0).unwrap(),
        );
        assert!((high.1 - low.1 - 10.0).abs() < 1e-9);
    }

    #[test]
    fn the_antimeridian_is_no_edge() {
        let mut values = tag();
        values[5] = 180.0;
        let model = RationalPolynomial::from_tag(&values).unwrap();
        let (east, west) = (
            model.to_pixels(180.1, 46.0, 600.0).unwrap(),
            model.to_pixels(-179.9, 46.0, 600.0).unwrap(),
        );
        assert!((east.0 - west.0).abs() < 1e-9);
    }

    #[test]
    fn broken_coefficients_are_refused() {
        let refused = |change: &dyn Fn(&mut Vec<f64>)| {
            let mut values = tag();
            change(&mut values);
            RationalPolynomial::from_tag(&values).unwrap_err()
        };
        refused(&|v| v.truncate(91));
        refused(&|v| v[40] = f64::NAN);
        refused(&|v| v[8] = 0.0);
        refused(&|v| v[32..52].fill(0.0));
        // A camera that sees nothing leads nowhere, in bounded time.
        let mut values = tag();
        values[12..32].fill(0.0);
        let model = RationalPolynomial::from_tag(&values).unwrap();
        assert_eq!(model.to_ground(3.0, 900.0, 0.0), None);
    }
}
