//! Cylindrical projections in normal aspect: meridians and parallels are straight.

use core::f64::consts::FRAC_PI_2;

use super::kernel::Pair;
use super::{Ellipsoid, Operation};

/// Scale at the equator from `k_0`, or from the latitude of true scale.
fn equator_scale(op: &Operation, ell: &Ellipsoid) -> Result<f64, String> {
    let k0 = match op.angle_opt("lat_ts") {
        Some(lat) if lat.abs() >= FRAC_PI_2 => {
            return Err("lat_ts is at or beyond a pole".to_owned());
        }
        Some(lat) => ell.m(lat),
        None => op.k0(),
    };
    if k0 > 0.0 {
        Ok(k0)
    } else {
        Err("the scale factor is not positive".to_owned())
    }
}

/// Mercator: Snyder p. 41, IOGP 7-2 §3.2.1; on a sphere also the Pseudo-Mercator of EPSG:3857.
#[derive(Clone, Debug)]
pub(super) struct Mercator {
    k0: f64,
    ell: Ellipsoid,
}

impl Mercator {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        Ok(Self {
            k0: equator_scale(op, ell)?,
            ell: *ell,
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let psi = if self.ell.is_sphere() {
            phi.tan().asinh()
        } else {
            self.ell.isometric(phi)
        };
        Some((self.k0 * lam, self.k0 * psi))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let psi = y / self.k0;
        let phi = if self.ell.is_sphere() {
            psi.sinh().atan()
        } else {
            self.ell.latitude_of_isometric(psi)
        };
        Some((x / self.k0, phi))
    }
}

/// Equidistant cylindrical with PROJ's spherical formula: IOGP 7-2 §3.2.5.
///
/// PROJ up to 9.7 used it on the ellipsoid too (EPSG:4087), which is what the grids in use hold.
#[derive(Clone, Debug)]
pub(super) struct EquidistantCylindrical {
    cos_ts: f64,
    phi_0: f64,
}

impl EquidistantCylindrical {
    pub(super) fn new(op: &Operation) -> Result<Self, String> {
        let cos_ts = op.angle("lat_ts").cos();
        if cos_ts <= 0.0 {
            return Err("lat_ts is at or beyond a pole".to_owned());
        }
        Ok(Self {
            cos_ts,
            phi_0: op.angle("lat_0"),
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        Some((self.cos_ts * lam, phi - self.phi_0))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        Some((x / self.cos_ts, y + self.phi_0))
    }
}

/// Lambert cylindrical equal area: Snyder p. 76, IOGP 7-2 §3.2.4.
#[derive(Clone, Debug)]
pub(super) struct EqualAreaCylindrical {
    k0: f64,
    ell: Ellipsoid,
}

impl EqualAreaCylindrical {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        Ok(Self {
            k0: equator_scale(op, ell)?,
            ell: *ell,
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        Some((self.k0 * lam, 0.5 * self.ell.q(phi.sin()) / self.k0))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        Some((x / self.k0, self.ell.latitude_of_q(2.0 * y * self.k0)?))
    }
}

/// Miller cylindrical: Snyder p. 86, on the sphere.
#[derive(Clone, Debug)]
pub(super) struct Miller;

impl Miller {
    #[expect(clippy::unused_self, reason = "all kernels are called alike")]
    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        Some((lam, (0.8 * phi).tan().asinh() * 1.25))
    }

    #[expect(clippy::unused_self, reason = "all kernels are called alike")]
    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        Some((x, (0.8 * y).sinh().atan() * 1.25))
    }
}
