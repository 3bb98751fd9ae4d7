//! Azimuthal equidistant, orthographic, gnomonic.

use core::f64::consts::{FRAC_PI_2, PI};

use super::ellipsoid::asin_tolerant;
use super::kernel::Pair;
use super::newton;
use super::{Ellipsoid, Operation};

const NEAR: f64 = 1e-10;

/// Azimuthal equidistant: geodesics on the ellipsoid (Snyder p. 191), and the Guam variant.
#[derive(Clone, Debug)]
pub(super) struct AzimuthalEquidistant {
    ell: Ellipsoid,
    phi_0: f64,
    m_0: f64,
    guam: bool,
}

impl AzimuthalEquidistant {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        let phi_0 = op.angle("lat_0");
        if phi_0.abs() > FRAC_PI_2 + NEAR {
            return Err("lat_0 is beyond a pole".to_owned());
        }
        Ok(Self {
            ell: *ell,
            phi_0,
            m_0: ell.meridian(phi_0),
            guam: op.flag("guam"),
        })
    }

    fn polar(&self) -> Option<f64> {
        ((self.phi_0.abs() - FRAC_PI_2).abs() < NEAR).then(|| self.phi_0.signum())
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        if self.guam {
            let w = (1.0 - self.ell.es * phi.sin().powi(2)).sqrt();
            let x = lam * phi.cos() / w;
            return Some((
                x,
                self.ell.meridian(phi) - self.m_0 + x * x * phi.tan() * w * 0.5,
            ));
        }
        if let Some(sign) = self.polar() {
            let rho = (self.m_0 - self.ell.meridian(phi)).abs();
            let (sin, cos) = lam.sin_cos();
            return Some((rho * sin, -sign * rho * cos));
        }
        let (distance, azimuth) = geodesic_inverse(&self.ell, self.phi_0, phi, lam)?;
        let (sin, cos) = azimuth.sin_cos();
        Some((distance * sin, distance * cos))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        if self.guam {
            let guess = (
                x / self.phi_0.cos(),
                self.ell.latitude_of_meridian(self.m_0 + y),
            );
            return newton::solve(|l, p| self.forward(l, p), (x, y), guess);
        }
        let rho = x.hypot(y);
        if let Some(sign) = self.polar() {
            let phi = self.ell.latitude_of_meridian(self.m_0 - sign * rho);
            if phi.abs() > FRAC_PI_2 + 1e-9 {
                return None;
            }
            return Some((if rho == 0.0 { 0.0 } else { x.atan2(-sign * y) }, phi));
        }
        // Half the way around is the farthest.
        if rho > PI {
            return None;
        }
        Some(geodesic_direct(&self.ell, self.phi_0, x.atan2(y), rho))
    }
}

/// Distance (over `a`) and azimuth from (0, `phi_1`) to (`lam`, `phi_2`): Vincenty (1975), 0.1 mm; `None` near the antipode,
/// where it does not converge.
fn geodesic_inverse(ell: &Ellipsoid, phi_1: f64, phi_2: f64, lam: f64) -> Option<(f64, f64)> {
    let b = (1.0 - ell.es).sqrt();
    let f = 1.0 - b;
    let u_1 = (b * phi_1.tan()).atan();
    let u_2 = (b * phi_2.tan()).atan();
    let ((s1, c1), (s2, c2)) = (u_1.sin_cos(), u_2.sin_cos());
    let mut l = lam;
    for _ in 0..200 {
        let (sin_l, cos_l) = l.sin_cos();
        let sin_sigma = (c2 * sin_l).hypot(c1 * s2 - s1 * c2 * cos_l);
        if sin_sigma == 0.0 && l.abs() < 1.0 {
            return Some((0.0, 0.0));
        }
        let cos_sigma = s1 * s2 + c1 * c2 * cos_l;
        let sigma = sin_sigma.atan2(cos_sigma);
        let sin_alpha = if sin_sigma == 0.0 {
            0.0
        } else {
            c1 * c2 * sin_l / sin_sigma
        };
        let cos2_alpha = 1.0 - sin_alpha * sin_alpha;
        let cos_2m = if cos2_alpha == 0.0 {
            0.0
        } else {
            cos_sigma - 2.0 * s1 * s2 / cos2_alpha
        };
        let c = f / 16.0 * cos2_alpha * (4.0 + f * (4.0 - 3.0 * cos2_alpha));
        let next = lam
            + (1.0 - c)
                * f
                * sin_alpha
                * (sigma
                    + c * sin_sigma * (cos_2m + c * cos_sigma * (2.0 * cos_2m * cos_2m - 1.0)));
        if (next - l).abs() < 1e-14 {
            let (big_a, big_b) = vincenty_ab(cos2_alpha * (1.0 - b * b) / (b * b));
            let d = big_b
                * sin_sigma
                * (cos_2m
                    + big_b / 4.0
                        * (cos_sigma * (2.0 * cos_2m * cos_2m - 1.0)
                            - big_b / 6.0
                                * cos_2m
                                * (4.0 * sin_sigma * sin_sigma - 3.0)
                                * (4.0 * cos_2m * cos_2m - 3.0)));
            let (sin_l, cos_l) = next.sin_cos();
            let azimuth = (c2 * sin_l).atan2(c1 * s2 - s1 * c2 * cos_l);
            return Some((b * big_a * (sigma - d), azimuth));
        }
        l = next;
    }
    None
}

fn vincenty_ab(u2: f64) -> (f64, f64) {
    (
        1.0 + u2 / 16384.0 * (4096.0 + u2 * (-768.0 + u2 * (320.0 - 175.0 * u2))),
        u2 / 1024.0 * (256.0 + u2 * (-128.0 + u2 * (74.0 - 47.0 * u2))),
    )
}

/// Longitude and latitude at a distance (over `a`) and azimuth from (0, `phi_1`).
fn geodesic_direct(ell: &Ellipsoid, phi_1: f64, azimuth: f64, distance: f64) -> (f64, f64) {
    let b = (1.0 - ell.es).sqrt();
    let f = 1.0 - b;
    let (sin_az, cos_az) = azimuth.sin_cos();
    let tan_u = b * phi_1.tan();
    let (s1, c1) = tan_u.atan().sin_cos();
    let sigma_1 = tan_u.atan2(cos_az);
    let sin_alpha = c1 * sin_az;
    let cos2_alpha = 1.0 - sin_alpha * sin_alpha;
    let (big_a, big_b) = vincenty_ab(cos2_alpha * (1.0 - b * b) / (b * b));
    let start = distance / (b * big_a);
    let mut sigma = start;
    for _ in 0..100 {
        let cos_2m = (2.0 * sigma_1 + sigma).cos();
        let (s, c) = sigma.sin_cos();
        let d = big_b
            * s
            * (cos_2m
                + big_b / 4.0
                    * (c * (2.0 * cos_2m * cos_2m - 1.0)
                        - big_b / 6.0
                            * cos_2m
                            * (4.0 * s * s - 3.0)
                            * (4.0 * cos_2m * cos_2m - 3.0)));
        let next = start + d;
        let done = (next - sigma).abs() < 1e-15;
        sigma = next;
        if done {
            break;
        }
    }
    let (s, c) = sigma.sin_cos();
    let cos_2m = (2.0 * sigma_1 + sigma).cos();
    let t = s1 * s - c1 * c * cos_az;
    let phi = (s1 * c + c1 * s * cos_az).atan2(b * sin_alpha.hypot(t));
    let lam = (s * sin_az).atan2(c1 * c - s1 * s * cos_az);
    let k = f / 16.0 * cos2_alpha * (4.0 + f * (4.0 - 3.0 * cos2_alpha));
    let l = lam
        - (1.0 - k)
            * f
            * sin_alpha
            * (sigma + k * s * (cos_2m + k * c * (2.0 * cos_2m * cos_2m - 1.0)));
    (l, phi)
}

/// Orthographic, ellipsoidal, with the rotation and scale of the local variant: IOGP 7-2 §3.3.5.
#[derive(Clone, Debug)]
pub(super) struct Orthographic {
    ell: Ellipsoid,
    sin_0: f64,
    cos_0: f64,
    nu_0: f64,
    sin_alpha: f64,
    cos_alpha: f64,
    k0: f64,
}

impl Orthographic {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        let phi_0 = op.angle("lat_0");
        if phi_0.abs() > FRAC_PI_2 + NEAR || op.k0() <= 0.0 {
            return Err("its latitude or scale is out of range".to_owned());
        }
        let (sin_0, cos_0) = phi_0.sin_cos();
        let (sin_alpha, cos_alpha) = op.angle("alpha").sin_cos();
        let nu_0 = 1.0 / (1.0 - ell.es * sin_0 * sin_0).sqrt();
        Ok(Self {
            ell: *ell,
            sin_0,
            cos_0,
            nu_0,
            sin_alpha,
            cos_alpha,
            k0: op.k0(),
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let ((sin, cos), (sin_lam, cos_lam)) = (phi.sin_cos(), lam.sin_cos());
        if self.sin_0 * sin + self.cos_0 * cos * cos_lam < -NEAR {
            return None;
        }
        let nu = 1.0 / (1.0 - self.ell.es * sin * sin).sqrt();
        let x = nu * cos * sin_lam;
        let y = nu * (sin * self.cos_0 - cos * self.sin_0 * cos_lam)
            + self.ell.es * (self.nu_0 * self.sin_0 - nu * sin) * self.cos_0;
        Some((
            self.k0 * (self.cos_alpha * x - self.sin_alpha * y),
            self.k0 * (self.sin_alpha * x + self.cos_alpha * y),
        ))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let (px, py) = (
            (self.cos_alpha * x + self.sin_alpha * y) / self.k0,
            (-self.sin_alpha * x + self.cos_alpha * y) / self.k0,
        );
        // The sphere's answer, exact there and near enough elsewhere.
        let rho = px.hypot(py);
        if rho > 1.0 + NEAR {
            return None;
        }
        let sin_c = rho.min(1.0);
        let cos_c = (1.0 - sin_c * sin_c).max(0.0).sqrt();
        let (lam, phi) = if rho < NEAR {
            (0.0, self.sin_0.atan2(self.cos_0))
        } else {
            let phi = asin_tolerant(cos_c * self.sin_0 + py * sin_c * self.cos_0 / rho)?;
            (
                (px * sin_c).atan2(rho * self.cos_0 * cos_c - py * self.sin_0 * sin_c),
                phi,
            )
        };
        if self.ell.is_sphere() {
            return Some((lam, phi));
        }
        newton::solve(|l, p| self.forward(l, p), (x, y), (lam, phi))
    }
}

/// Gnomonic on the sphere: Snyder p. 164.
#[derive(Clone, Debug)]
pub(super) struct Gnomonic {
    sin_0: f64,
    cos_0: f64,
}

impl Gnomonic {
    pub(super) fn new(op: &Operation) -> Result<Self, String> {
        let phi_0 = op.angle("lat_0");
        if phi_0.abs() > FRAC_PI_2 + NEAR {
            return Err("lat_0 is beyond a pole".to_owned());
        }
        let (sin_0, cos_0) = phi_0.sin_cos();
        Ok(Self { sin_0, cos_0 })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let ((sin, cos), (sin_lam, cos_lam)) = (phi.sin_cos(), lam.sin_cos());
        let c = self.sin_0 * sin + self.cos_0 * cos * cos_lam;
        if c <= NEAR {
            return None;
        }
        Some((
            cos * sin_lam / c,
            (self.cos_0 * sin - self.sin_0 * cos * cos_lam) / c,
        ))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let rho = x.hypot(y);
        if rho < NEAR {
            return Some((0.0, self.sin_0.atan2(self.cos_0)));
        }
        let (sin_c, cos_c) = rho.atan().sin_cos();
        let phi = asin_tolerant(cos_c * self.sin_0 + y * sin_c * self.cos_0 / rho)?;
        Some((
            (x * sin_c).atan2(rho * self.cos_0 * cos_c - y * self.sin_0 * sin_c),
            phi,
        ))
    }
}
