//! Conic projections.

use core::f64::consts::FRAC_PI_2;

use super::kernel::Pair;
use super::{Ellipsoid, Operation};

const NEAR: f64 = 1e-10;

/// The two standard parallels; both are `lat_1` where only one is given.
fn parallels(op: &Operation) -> Result<(f64, f64), String> {
    let phi_1 = op.angle_opt("lat_1").unwrap_or_else(|| op.angle("lat_0"));
    let phi_2 = op.angle_opt("lat_2").unwrap_or(phi_1);
    if phi_1.abs() > FRAC_PI_2 || phi_2.abs() > FRAC_PI_2 {
        return Err("a standard parallel is beyond a pole".to_owned());
    }
    if (phi_1 + phi_2).abs() < NEAR {
        return Err("the standard parallels are opposite, the cone is a cylinder".to_owned());
    }
    Ok((phi_1, phi_2))
}

/// From polar coordinates of a cone of constant `n` to longitude difference.
fn polar(n: f64, rho_0: f64, x: f64, y: f64) -> (f64, f64) {
    let (x, dy) = if n < 0.0 {
        (-x, y - rho_0)
    } else {
        (x, rho_0 - y)
    };
    let rho = x.hypot(dy);
    let lam = if rho == 0.0 { 0.0 } else { x.atan2(dy) / n };
    (if n < 0.0 { -rho } else { rho }, lam)
}

/// Lambert conformal conic, one or two parallels: Snyder p. 107, IOGP 7-2 §3.1.1.
#[derive(Clone, Debug)]
pub(super) struct LambertConformal {
    ell: Ellipsoid,
    k0: f64,
    n: f64,
    c: f64,
    rho_0: f64,
}

impl LambertConformal {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        let (phi_1, phi_2) = parallels(op)?;
        // PROJ: without lat_2, an absent lat_0 is lat_1.
        let phi_0 = match (op.angle_opt("lat_0"), op.get("lat_2")) {
            (Some(phi_0), _) => phi_0,
            (None, None) => phi_1,
            (None, Some(_)) => 0.0,
        };
        if phi_1.cos().abs() < NEAR || phi_2.cos().abs() < NEAR {
            return Err("a standard parallel is a pole".to_owned());
        }
        let (m_1, psi_1) = (ell.m(phi_1), ell.isometric(phi_1));
        let n = if (phi_1 - phi_2).abs() < NEAR {
            phi_1.sin()
        } else {
            (m_1 / ell.m(phi_2)).ln() / (ell.isometric(phi_2) - psi_1)
        };
        if n == 0.0 || !n.is_finite() {
            return Err("the cone constant is zero".to_owned());
        }
        let c = m_1 * (n * psi_1).exp() / n;
        let rho_0 = if (phi_0.abs() - FRAC_PI_2).abs() < NEAR {
            0.0
        } else {
            c * (-n * ell.isometric(phi_0)).exp()
        };
        Ok(Self {
            ell: *ell,
            k0: op.k0(),
            n,
            c,
            rho_0,
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let rho = if (phi.abs() - FRAC_PI_2).abs() < NEAR {
            if phi * self.n <= 0.0 {
                return None;
            }
            0.0
        } else {
            self.c * (-self.n * self.ell.isometric(phi)).exp()
        };
        let (sin, cos) = (lam * self.n).sin_cos();
        Some((self.k0 * rho * sin, self.k0 * (self.rho_0 - rho * cos)))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let (rho, lam) = polar(self.n, self.rho_0, x / self.k0, y / self.k0);
        if rho == 0.0 {
            return Some((0.0, FRAC_PI_2.copysign(self.n)));
        }
        let psi = -(rho / self.c).ln() / self.n;
        Some((lam, self.ell.latitude_of_isometric(psi)))
    }
}

/// Albers equal area conic: Snyder p. 101, IOGP 7-2 §3.1.4.
#[derive(Clone, Debug)]
pub(super) struct Albers {
    ell: Ellipsoid,
    n: f64,
    c: f64,
    rho_0: f64,
}

impl Albers {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        let (phi_1, phi_2) = parallels(op)?;
        let (m_1, q_1) = (ell.m(phi_1), ell.q(phi_1.sin()));
        let n = if (phi_1 - phi_2).abs() < NEAR {
            phi_1.sin()
        } else {
            let m_2 = ell.m(phi_2);
            (m_1 * m_1 - m_2 * m_2) / (ell.q(phi_2.sin()) - q_1)
        };
        if n == 0.0 || !n.is_finite() {
            return Err("the cone constant is zero".to_owned());
        }
        let c = m_1 * m_1 + n * q_1;
        let rho_0 = (c - n * ell.q(op.angle("lat_0").sin())).max(0.0).sqrt() / n;
        Ok(Self {
            ell: *ell,
            n,
            c,
            rho_0,
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let square = self.c - self.n * self.ell.q(phi.sin());
        if square < -1e-12 {
            return None;
        }
        let rho = square.max(0.0).sqrt() / self.n;
        let (sin, cos) = (lam * self.n).sin_cos();
        Some((rho * sin, self.rho_0 - rho * cos))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let (rho, lam) = polar(self.n, self.rho_0, x, y);
        let rho_n = rho * self.n;
        let q = (self.c - rho_n * rho_n) / self.n;
        // Beyond the pole's arc by rounding only: the pole.
        let qp = self.ell.q(1.0);
        let phi = if (q.abs() - qp).abs() < 1e-12 {
            FRAC_PI_2.copysign(q)
        } else {
            self.ell.latitude_of_q(q)?
        };
        Some((lam, phi))
    }
}

/// Equidistant conic: Snyder p. 113.
#[derive(Clone, Debug)]
pub(super) struct EquidistantConic {
    ell: Ellipsoid,
    n: f64,
    c: f64,
    rho_0: f64,
}

impl EquidistantConic {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        let (phi_1, phi_2) = parallels(op)?;
        let (m_1, d_1) = (ell.m(phi_1), ell.meridian(phi_1));
        let n = if (phi_1 - phi_2).abs() < NEAR {
            phi_1.sin()
        } else {
            (m_1 - ell.m(phi_2)) / (ell.meridian(phi_2) - d_1)
        };
        if n == 0.0 || !n.is_finite() {
            return Err("the cone constant is zero".to_owned());
        }
        let c = d_1 + m_1 / n;
        Ok(Self {
            ell: *ell,
            n,
            c,
            rho_0: c - ell.meridian(op.angle("lat_0")),
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let rho = self.c - self.ell.meridian(phi);
        let (sin, cos) = (lam * self.n).sin_cos();
        Some((rho * sin, self.rho_0 - rho * cos))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let (rho, lam) = polar(self.n, self.rho_0, x, y);
        Some((lam, self.ell.latitude_of_meridian(self.c - rho)))
    }
}
