//! Transverse Mercator.

use core::f64::consts::FRAC_PI_2;

use super::kernel::Pair;
use super::{Ellipsoid, Operation};

/// Number of terms of the Krüger series.
const TERMS: usize = 6;
/// Gaussian transverse ordinate (on the unit sphere) beyond which the series is no longer
/// trusted: 150 degrees from the central meridian along the equator, PROJ's limit.
const FARTHEST: f64 = 2.623_395_162_778;

/// Krüger's series to the sixth order of the third flattening: accurate to nanometres within
/// 3 900 km of the central meridian (Karney 2011, table 1).
#[derive(Clone, Debug)]
pub(super) struct TransverseMercator {
    ell: Ellipsoid,
    /// Scale times rectifying radius.
    scale: f64,
    /// Northing (before scaling) of the latitude of origin.
    origin: f64,
    alpha: [f64; TERMS],
    beta: [f64; TERMS],
}

impl TransverseMercator {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        let k0 = op.k0();
        if k0 <= 0.0 {
            return Err("the scale factor is not positive".to_owned());
        }
        let n = ell.n;
        // Karney (2011), equations (35) and (36).
        let alpha = [
            n * (1.0 / 2.0
                + n * (-2.0 / 3.0
                    + n * (5.0 / 16.0
                        + n * (41.0 / 180.0 + n * (-127.0 / 288.0 + n * 7891.0 / 37800.0))))),
            n.powi(2)
                * (13.0 / 48.0
                    + n * (-3.0 / 5.0
                        + n * (557.0 / 1440.0
                            + n * (281.0 / 630.0 - n * 1_983_433.0 / 1_935_360.0)))),
            n.powi(3)
                * (61.0 / 240.0
                    + n * (-103.0 / 140.0 + n * (15061.0 / 26880.0 + n * 167_603.0 / 181_440.0))),
            n.powi(4)
                * (49561.0 / 161_280.0 + n * (-179.0 / 168.0 + n * 6_601_661.0 / 7_257_600.0)),
            n.powi(5) * (34729.0 / 80640.0 - n * 3_418_889.0 / 1_995_840.0),
            n.powi(6) * 212_378_941.0 / 319_334_400.0,
        ];
        let beta = [
            n * (1.0 / 2.0
                + n * (-2.0 / 3.0
                    + n * (37.0 / 96.0
                        + n * (-1.0 / 360.0 + n * (-81.0 / 512.0 + n * 96199.0 / 604_800.0))))),
            n.powi(2)
                * (1.0 / 48.0
                    + n * (1.0 / 15.0
                        + n * (-437.0 / 1440.0
                            + n * (46.0 / 105.0 - n * 1_118_711.0 / 3_870_720.0)))),
            n.powi(3)
                * (17.0 / 480.0
                    + n * (-37.0 / 840.0 + n * (-209.0 / 4480.0 + n * 5569.0 / 90720.0))),
            n.powi(4) * (4397.0 / 161_280.0 + n * (-11.0 / 504.0 - n * 830_251.0 / 7_257_600.0)),
            n.powi(5) * (4583.0 / 161_280.0 - n * 108_847.0 / 3_991_680.0),
            n.powi(6) * 20_648_693.0 / 638_668_800.0,
        ];
        let mut kernel = Self {
            ell: *ell,
            scale: k0 * ell.rectifying_radius(),
            origin: 0.0,
            alpha,
            beta,
        };
        let phi_0 = op.angle("lat_0");
        if phi_0.abs() > FRAC_PI_2 + 1e-12 {
            return Err("lat_0 is beyond a pole".to_owned());
        }
        kernel.origin = kernel.gauss(0.0, phi_0)?.0;
        Ok(kernel)
    }

    /// Northing and easting on the sphere of the rectifying radius.
    fn gauss(&self, lam: f64, phi: f64) -> Result<(f64, f64), &'static str> {
        let (sin_lam, cos_lam) = lam.sin_cos();
        // tan of the conformal latitude, without cancellation at the poles, where it is some 1e16: squares of that, and
        // of what rounding leaves of 0, are far from the ends of what a number can hold.
        let tau = phi.tan();
        let sec = (1.0 + tau * tau).sqrt();
        let sigma = self.ell.sinh_of_difference(tau / sec);
        let tau_conformal = tau * (1.0 + sigma * sigma).sqrt() - sigma * sec;
        let along = (tau_conformal * tau_conformal + cos_lam * cos_lam).sqrt();
        let (sin_xi, cos_xi) = (tau_conformal / along, cos_lam / along);
        let sinh_eta = sin_lam / along;
        let cosh_eta = (1.0 + sinh_eta * sinh_eta).sqrt();
        let eta = asinh(sinh_eta, cosh_eta);
        if eta.abs() > FARTHEST {
            return Err("too far from the central meridian");
        }
        let xi = tau_conformal.atan2(cos_lam);
        // Of twice the angles; the series is small, and so is what these lose.
        let (dxi, deta) = complex_sine_series(
            &self.alpha,
            (2.0 * sin_xi * cos_xi, 1.0 - 2.0 * sin_xi * sin_xi),
            (2.0 * sinh_eta * cosh_eta, 1.0 + 2.0 * sinh_eta * sinh_eta),
        );
        Ok((xi + dxi, eta + deta))
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let (xi, eta) = self.gauss(lam, phi).ok()?;
        Some((self.scale * eta, self.scale * (xi - self.origin)))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let (xi, eta) = (y / self.scale + self.origin, x / self.scale);
        if eta.abs() > FARTHEST {
            return None;
        }
        let (dxi, deta) = complex_sine_series(
            &self.beta,
            (2.0 * xi).sin_cos(),
            ((2.0 * eta).sinh(), (2.0 * eta).cosh()),
        );
        let (xi, eta) = (xi - dxi, eta - deta);
        let (sin_xi, cos_xi) = xi.sin_cos();
        let sinh_eta = eta.sinh();
        let lam = sinh_eta.atan2(cos_xi);
        let tau_conformal = sin_xi / sinh_eta.hypot(cos_xi);
        Some((lam, self.ell.latitude_of_isometric(tau_conformal.asinh())))
    }
}

/// The area hyperbolic sine of a number, of whose angle the cosine is known too.
fn asinh(sinh: f64, cosh: f64) -> f64 {
    let size = sinh.abs();
    (size + size * size / (1.0 + cosh)).ln_1p().copysign(sinh)
}

/// Real and imaginary part of `Σ c[k] sin((k + 1) (a + ib))`, by Clenshaw's recurrence.
///
/// Of `a` sine and cosine, of `b` the hyperbolic ones.
fn complex_sine_series(
    c: &[f64; TERMS],
    (sin_a, cos_a): (f64, f64),
    (sinh_b, cosh_b): (f64, f64),
) -> (f64, f64) {
    let (re, im) = (2.0 * cos_a * cosh_b, -2.0 * sin_a * sinh_b);
    let (mut b1, mut b2) = ((0.0, 0.0), (0.0, 0.0));
    for &coefficient in c.iter().rev() {
        let next = (
            re * b1.0 - im * b1.1 - b2.0 + coefficient,
            re * b1.1 + im * b1.0 - b2.1,
        );
        (b1, b2) = (next, b1);
    }
    let (sre, sim) = (sin_a * cosh_b, cos_a * sinh_b);
    (sre * b1.0 - sim * b1.1, sre * b1.1 + sim * b1.0)
}

/// Transverse Mercator on the sphere: Snyder (8-1) to (8-7).
#[derive(Clone, Debug)]
pub(super) struct SphericalTransverseMercator {
    k0: f64,
    phi_0: f64,
}

impl SphericalTransverseMercator {
    pub(super) fn new(op: &Operation) -> Result<Self, String> {
        let k0 = op.k0();
        if k0 <= 0.0 {
            return Err("the scale factor is not positive".to_owned());
        }
        Ok(Self {
            k0,
            phi_0: op.angle("lat_0"),
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let b = phi.cos() * lam.sin();
        if (b.abs() - 1.0).abs() < 1e-10 {
            return None;
        }
        let y = phi.tan().atan2(lam.cos());
        Some((self.k0 * b.atanh(), self.k0 * (y - self.phi_0)))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let d = y / self.k0 + self.phi_0;
        let sinh = (x / self.k0).sinh();
        let (sin_d, cos_d) = d.sin_cos();
        Some((sinh.atan2(cos_d), (sin_d / sinh.hypot(cos_d)).atan()))
    }
}
