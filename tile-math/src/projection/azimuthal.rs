//! Azimuthal projections.

use core::f64::consts::FRAC_PI_2;

use super::ellipsoid::asin_tolerant;
use super::kernel::Pair;
use super::{Ellipsoid, Operation};

const NEAR: f64 = 1e-10;

/// Where the point of contact lies.
#[derive(Copy, Clone, Debug, PartialEq)]
enum Aspect {
    North,
    South,
    /// Anywhere else, the equator included.
    Oblique,
}

fn aspect(phi_0: f64) -> Result<Aspect, String> {
    let from_pole = phi_0.abs() - FRAC_PI_2;
    if from_pole > NEAR {
        Err("lat_0 is beyond a pole".to_owned())
    } else if from_pole.abs() < NEAR {
        Ok(if phi_0 < 0.0 {
            Aspect::South
        } else {
            Aspect::North
        })
    } else {
        Ok(Aspect::Oblique)
    }
}

/// Lambert azimuthal equal area: Snyder p. 187, IOGP 7-2 §3.3.1.
#[derive(Clone, Debug)]
pub(super) struct LambertAzimuthal {
    ell: Ellipsoid,
    aspect: Aspect,
    qp: f64,
    rq: f64,
    d: f64,
    sin_b0: f64,
    cos_b0: f64,
}

impl LambertAzimuthal {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        let phi_0 = op.angle("lat_0");
        let aspect = aspect(phi_0)?;
        let qp = ell.q(1.0);
        let rq = (0.5 * qp).sqrt();
        let sin_b0 = ell.q(phi_0.sin()) / qp;
        let cos_b0 = (1.0 - sin_b0 * sin_b0).max(0.0).sqrt();
        let d = if aspect == Aspect::Oblique {
            ell.m(phi_0) / (rq * cos_b0)
        } else {
            1.0
        };
        Ok(Self {
            ell: *ell,
            aspect,
            qp,
            rq,
            d,
            sin_b0,
            cos_b0,
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let (sin_lam, cos_lam) = lam.sin_cos();
        let q = self.ell.q(phi.sin());
        match self.aspect {
            Aspect::Oblique => {
                let sin_b = q / self.qp;
                let cos_b = (1.0 - sin_b * sin_b).max(0.0).sqrt();
                let b = 1.0 + self.sin_b0 * sin_b + self.cos_b0 * cos_b * cos_lam;
                if b.abs() < NEAR {
                    return None;
                }
                let b = (2.0 / b).sqrt();
                Some((
                    self.rq * self.d * b * cos_b * sin_lam,
                    self.rq / self.d * b * (self.cos_b0 * sin_b - self.sin_b0 * cos_b * cos_lam),
                ))
            }
            Aspect::North => {
                let rho = (self.qp - q).max(0.0).sqrt();
                (phi > -FRAC_PI_2 + NEAR).then_some((rho * sin_lam, -rho * cos_lam))
            }
            Aspect::South => {
                let rho = (self.qp + q).max(0.0).sqrt();
                (phi < FRAC_PI_2 - NEAR).then_some((rho * sin_lam, rho * cos_lam))
            }
        }
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        match self.aspect {
            Aspect::Oblique => {
                let (x, y) = (x / self.d, y * self.d);
                let rho = x.hypot(y);
                if rho < NEAR {
                    return Some((0.0, self.ell.latitude_of_q(self.qp * self.sin_b0)?));
                }
                let half = 0.5 * rho / self.rq;
                if half > 1.0 {
                    return None;
                }
                let (sin_c, cos_c) = (2.0 * half.asin()).sin_cos();
                let sin_b = cos_c * self.sin_b0 + y * sin_c * self.cos_b0 / rho;
                let lam = (x * sin_c).atan2(rho * self.cos_b0 * cos_c - y * self.sin_b0 * sin_c);
                Some((lam, self.ell.latitude_of_q(self.qp * sin_b)?))
            }
            Aspect::North | Aspect::South => {
                let sign = if self.aspect == Aspect::North {
                    1.0
                } else {
                    -1.0
                };
                let square = x * x + y * y;
                let phi = if square < NEAR * NEAR {
                    FRAC_PI_2
                } else {
                    self.ell.latitude_of_q(self.qp - square)?
                };
                Some((x.atan2(-sign * y), sign * phi))
            }
        }
    }
}

/// Stereographic after Snyder p. 154 (ellipsoid: conformal sphere at the origin), the polar
/// variants of IOGP 7-2 §3.3.2 included. Oblique origins use PROJ's `stere`, not `sterea`.
#[derive(Clone, Debug)]
pub(super) struct Stereographic {
    ell: Ellipsoid,
    aspect: Aspect,
    /// Scale of the polar radius, or of the oblique sphere.
    scale: f64,
    sin_x0: f64,
    cos_x0: f64,
}

impl Stereographic {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        let phi_0 = op.angle("lat_0");
        let aspect = aspect(phi_0)?;
        let k0 = op.k0();
        if k0 <= 0.0 {
            return Err("the scale factor is not positive".to_owned());
        }
        let scale = if aspect == Aspect::Oblique {
            2.0 * k0 * ell.m(phi_0)
        } else {
            match op.angle_opt("lat_ts").map(f64::abs) {
                // Snyder (21-34): true scale at a parallel.
                Some(ts) if (ts - FRAC_PI_2).abs() >= NEAR => k0 * ell.m(ts) / ell.t(ts),
                // Snyder (21-33): scale at the pole.
                _ => {
                    let e = ell.e;
                    2.0 * k0 / ((1.0 + e).powf(1.0 + e) * (1.0 - e).powf(1.0 - e)).sqrt()
                }
            }
        };
        let conformal_0 = ell.isometric(phi_0).sinh().atan();
        let (sin_x0, cos_x0) = conformal_0.sin_cos();
        Ok(Self {
            ell: *ell,
            aspect,
            scale,
            sin_x0,
            cos_x0,
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let (sin_lam, cos_lam) = lam.sin_cos();
        match self.aspect {
            Aspect::Oblique => {
                let (sin_x, cos_x) = self.ell.isometric(phi).sinh().atan().sin_cos();
                let denominator =
                    self.cos_x0 * (1.0 + self.sin_x0 * sin_x + self.cos_x0 * cos_x * cos_lam);
                if denominator.abs() < 1e-14 {
                    return None;
                }
                let a = self.scale / denominator;
                Some((
                    a * cos_x * sin_lam,
                    a * (self.cos_x0 * sin_x - self.sin_x0 * cos_x * cos_lam),
                ))
            }
            Aspect::North => {
                let rho = self.polar_radius(phi)?;
                Some((rho * sin_lam, -rho * cos_lam))
            }
            Aspect::South => {
                let rho = self.polar_radius(-phi)?;
                Some((rho * sin_lam, rho * cos_lam))
            }
        }
    }

    fn polar_radius(&self, phi: f64) -> Option<f64> {
        if (phi - FRAC_PI_2).abs() < 1e-15 {
            return Some(0.0);
        }
        (phi > -FRAC_PI_2 + NEAR).then(|| self.scale * self.ell.t(phi))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let rho = x.hypot(y);
        match self.aspect {
            Aspect::Oblique => {
                let c = 2.0 * (rho * self.cos_x0).atan2(self.scale);
                let (sin_c, cos_c) = c.sin_cos();
                let sin_x = if rho == 0.0 {
                    self.sin_x0
                } else {
                    cos_c * self.sin_x0 + y * sin_c * self.cos_x0 / rho
                };
                let chi = asin_tolerant(sin_x)?;
                let lam = (x * sin_c).atan2(rho * self.cos_x0 * cos_c - y * self.sin_x0 * sin_c);
                let lam = if rho == 0.0 { 0.0 } else { lam };
                Some((lam, self.ell.latitude_of_isometric(chi.tan().asinh())))
            }
            Aspect::North | Aspect::South => {
                let sign = if self.aspect == Aspect::North {
                    1.0
                } else {
                    -1.0
                };
                let phi = if rho == 0.0 {
                    FRAC_PI_2
                } else {
                    self.ell.latitude_of_isometric(-(rho / self.scale).ln())
                };
                let lam = if rho == 0.0 { 0.0 } else { x.atan2(-sign * y) };
                Some((lam, sign * phi))
            }
        }
    }
}

/// Oblique stereographic by the double projection over a Gaussian sphere: IOGP 7-2 §3.3.2.1.
#[derive(Clone, Debug)]
pub(super) struct ObliqueStereographic {
    sphere: GaussianSphere,
    sin_c0: f64,
    cos_c0: f64,
    r2: f64,
    k0: f64,
}

/// The conformal sphere that touches the ellipsoid at one parallel.
#[derive(Clone, Debug)]
pub(super) struct GaussianSphere {
    ell: Ellipsoid,
    /// Exponent of longitude.
    pub(super) n: f64,
    /// Conformal latitude of the origin.
    pub(super) chi_0: f64,
    /// Radius over `a`.
    pub(super) radius: f64,
    shift: f64,
}

impl GaussianSphere {
    pub(super) fn new(ell: &Ellipsoid, phi_0: f64) -> Result<Self, String> {
        if phi_0.abs() >= FRAC_PI_2 - NEAR {
            return Err("lat_0 is a pole".to_owned());
        }
        let (s, c) = phi_0.sin_cos();
        let es = ell.es;
        let radius = (1.0 - es).sqrt() / (1.0 - es * s * s);
        let n = (1.0 + es * c.powi(4) / (1.0 - es)).sqrt();
        let chi_0 = asin_tolerant(s / n).ok_or("lat_0 has no conformal latitude")?;
        let shift = chi_0.tan().asinh() - n * ell.isometric(phi_0);
        Ok(Self {
            ell: *ell,
            n,
            chi_0,
            radius,
            shift,
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> (f64, f64) {
        let psi = self.n * self.ell.isometric(phi) + self.shift;
        (self.n * lam, psi.sinh().atan())
    }

    pub(super) fn inverse(&self, lam: f64, chi: f64) -> (f64, f64) {
        let psi = (chi.tan().asinh() - self.shift) / self.n;
        (lam / self.n, self.ell.latitude_of_isometric(psi))
    }
}

impl ObliqueStereographic {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        let k0 = op.k0();
        if k0 <= 0.0 {
            return Err("the scale factor is not positive".to_owned());
        }
        let sphere = GaussianSphere::new(ell, op.angle("lat_0"))?;
        let (sin_c0, cos_c0) = sphere.chi_0.sin_cos();
        let r2 = 2.0 * sphere.radius;
        Ok(Self {
            sphere,
            sin_c0,
            cos_c0,
            r2,
            k0,
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let (lam, chi) = self.sphere.forward(lam, phi);
        let ((sin_c, cos_c), (sin_lam, cos_lam)) = (chi.sin_cos(), lam.sin_cos());
        let denominator = 1.0 + self.sin_c0 * sin_c + self.cos_c0 * cos_c * cos_lam;
        if denominator == 0.0 {
            return None;
        }
        let k = self.k0 * self.r2 / denominator;
        Some((
            k * cos_c * sin_lam,
            k * (self.cos_c0 * sin_c - self.sin_c0 * cos_c * cos_lam),
        ))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let (x, y) = (x / self.k0, y / self.k0);
        let rho = x.hypot(y);
        let (lam, chi) = if rho == 0.0 {
            (0.0, self.sphere.chi_0)
        } else {
            let (sin_c, cos_c) = (2.0 * rho.atan2(self.r2)).sin_cos();
            let chi = asin_tolerant(cos_c * self.sin_c0 + y * sin_c * self.cos_c0 / rho)?;
            let lam = (x * sin_c).atan2(rho * self.cos_c0 * cos_c - y * self.sin_c0 * sin_c);
            (lam, chi)
        };
        Some(self.sphere.inverse(lam, chi))
    }
}
