//! Projections made for one region.

use core::f64::consts::{FRAC_PI_2, PI};

use super::kernel::Pair;
use super::newton;
use super::{Ellipsoid, Operation};

/// Cassini-Soldner, plain and hyperbolic: Snyder p. 92, IOGP 7-2 §3.2.6.
#[derive(Clone, Debug)]
pub(super) struct Cassini {
    ell: Ellipsoid,
    m_0: f64,
    hyperbolic: bool,
}

impl Cassini {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Self {
        Self {
            ell: *ell,
            m_0: ell.meridian(op.angle("lat_0")),
            hyperbolic: op.flag("hyperbolic"),
        }
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let es = self.ell.es;
        if es == 0.0 {
            let x = (phi.cos() * lam.sin()).asin();
            return Some((x, phi.tan().atan2(lam.cos()) - self.m_0));
        }
        let (sin, cos) = phi.sin_cos();
        let n = 1.0 / (1.0 - es * sin * sin).sqrt();
        let tan = sin / cos;
        let t = tan * tan;
        let a1 = lam * cos;
        let a2 = a1 * a1;
        let c = es * cos * cos / (1.0 - es);
        let x = n * a1 * (1.0 - a2 * t * (1.0 / 6.0 + (8.0 - t + 8.0 * c) * a2 / 120.0));
        let mut y = self.ell.meridian(phi) - self.m_0
            + n * tan * a2 * (0.5 + (5.0 - t + 6.0 * c) * a2 / 24.0);
        if self.hyperbolic {
            let rho = n * n * n * (1.0 - es);
            y -= y * y * y / (6.0 * rho * n);
        }
        Some((x, y))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let phi_1 = self.ell.latitude_of_meridian(self.m_0 + y);
        if self.ell.es == 0.0 {
            let d = y + self.m_0;
            return Some((x.tan().atan2(d.cos()), (d.sin() * x.cos()).asin()));
        }
        if (phi_1.abs() - FRAC_PI_2).abs() < 1e-10 {
            return Some((0.0, FRAC_PI_2.copysign(phi_1)));
        }
        if phi_1.abs() > FRAC_PI_2 {
            return None;
        }
        let (sin, cos) = phi_1.sin_cos();
        let tan = sin / cos;
        let t = tan * tan;
        let square = 1.0 / (1.0 - self.ell.es * sin * sin);
        let n = square.sqrt();
        let r = square * (1.0 - self.ell.es) * n;
        let d = x / n;
        let d2 = d * d;
        let phi = phi_1 - n * tan / r * d2 * (0.5 - (1.0 + 3.0 * t) * d2 / 24.0);
        let lam = d * (1.0 + t * d2 * (-1.0 / 3.0 + (1.0 + 3.0 * t) * d2 / 15.0)) / cos;
        // The series alone does not return to the point; its own forward does.
        newton::solve(|l, p| self.forward(l, p), (x, y), (lam, phi)).or(Some((lam, phi)))
    }
}

/// American polyconic: Snyder p. 124.
#[derive(Clone, Debug)]
pub(super) struct Polyconic {
    ell: Ellipsoid,
    m_0: f64,
}

impl Polyconic {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Self {
        Self {
            ell: *ell,
            m_0: ell.meridian(op.angle("lat_0")),
        }
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        if phi.abs() <= 1e-10 {
            return Some((lam, -self.m_0));
        }
        let sin = phi.sin();
        let ms = if phi.cos().abs() > 1e-10 {
            self.ell.m(phi) / sin
        } else {
            0.0
        };
        let (s, c) = (lam * sin).sin_cos();
        Some((ms * s, self.ell.meridian(phi) - self.m_0 + ms * (1.0 - c)))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let m = y + self.m_0;
        if m.abs() <= 1e-10 {
            return Some((x, 0.0));
        }
        let forward = |l, p| self.forward(l, p);
        let inside = |(lam, _): &(f64, f64)| lam.abs() <= PI + 1e-9;
        let phi = self.ell.latitude_of_meridian(m).clamp(-1.5, 1.5);
        let near = newton::solve(forward, (x, y), (x / phi.cos().max(0.1), phi));
        // Far from the central meridian the projection folds: look for a better start.
        let starts = || (1..=6).flat_map(|i| (0..=6).map(move |j| (i, j)));
        near.filter(inside).or_else(|| {
            starts().find_map(|(i, j)| {
                let start = (0.5 * f64::from(i), 0.25 * f64::from(j));
                newton::solve(forward, (x, y), (start.0.copysign(x), start.1.copysign(m)))
                    .filter(inside)
            })
        })
    }
}

/// Bonne: Snyder p. 138.
#[derive(Clone, Debug)]
pub(super) struct Bonne {
    ell: Ellipsoid,
    top: f64,
    /// Cotangent-like constant: radius of the standard parallel.
    radius: f64,
    sign: f64,
}

impl Bonne {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        let phi_1 = op.angle("lat_1");
        if phi_1.abs() < 1e-10 || phi_1.abs() > FRAC_PI_2 {
            return Err("lat_1 is the equator or beyond a pole".to_owned());
        }
        let radius = ell.m(phi_1) / phi_1.sin();
        Ok(Self {
            ell: *ell,
            top: radius + ell.meridian(phi_1),
            radius,
            sign: phi_1.signum(),
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let rho = self.top - self.ell.meridian(phi);
        if rho.abs() < 1e-10 {
            return Some((0.0, self.radius));
        }
        let (sin, cos) = (self.ell.m(phi) * lam / rho).sin_cos();
        Some((rho * sin, self.radius - rho * cos))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let y = self.radius - y;
        let rho = self.sign * x.hypot(y);
        let phi = self.ell.latitude_of_meridian(self.top - rho);
        if phi.abs() > FRAC_PI_2 + 1e-9 {
            return None;
        }
        let m = self.ell.m(phi);
        if (phi.abs() - FRAC_PI_2).abs() < 1e-10 {
            return Some((0.0, FRAC_PI_2.copysign(phi)));
        }
        Some((rho * (self.sign * x).atan2(self.sign * y) / m, phi))
    }
}

/// Colombia Urban: IOGP 7-2 §3.5.5.
#[derive(Clone, Debug)]
pub(super) struct ColombiaUrban {
    ell: Ellipsoid,
    phi_0: f64,
    h_0: f64,
    a: f64,
    b: f64,
    rho_0: f64,
}

impl ColombiaUrban {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        let phi_0 = op.angle("lat_0");
        if phi_0.abs() >= FRAC_PI_2 {
            return Err("lat_0 is a pole".to_owned());
        }
        let h_0 = op.number("h_0") / ell.a;
        let w = 1.0 - ell.es * phi_0.sin().powi(2);
        let (nu_0, rho_0) = (1.0 / w.sqrt(), (1.0 - ell.es) / w.powf(1.5));
        let b = phi_0.tan() / (2.0 * rho_0 * nu_0);
        Ok(Self {
            ell: *ell,
            phi_0,
            h_0,
            a: 1.0 + h_0 / nu_0,
            b,
            rho_0,
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let es = self.ell.es;
        let part = lam * phi.cos() / (1.0 - es * phi.sin().powi(2)).sqrt();
        let middle = (0.5 * (phi + self.phi_0)).sin();
        let rho = (1.0 - es) / (1.0 - es * middle * middle).powf(1.5);
        let g = 1.0 + self.h_0 / rho;
        Some((
            self.a * part,
            g * self.rho_0 * (phi - self.phi_0 + self.b * part * part),
        ))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let part = x / self.a;
        let phi = self.phi_0 + y / self.rho_0 - self.b * part * part;
        newton::solve(
            |l, p| self.forward(l, p),
            (x, y),
            (part / phi.cos().max(0.05), phi),
        )
    }
}

/// New Zealand Map Grid: IOGP 7-2 §3.5.3, a conformal polynomial of sixth degree.
#[derive(Clone, Debug)]
pub(super) struct NewZealandMapGrid {
    phi_0: f64,
}

/// Arc seconds times 1e-5 in a radian.
const TO_UNITS: f64 = 648_000.0 / core::f64::consts::PI * 1e-5;
/// Isometric latitude difference from latitude difference.
const PSI: [f64; 10] = [
    0.639_917_507_3,
    -0.135_879_761_3,
    0.063_294_409,
    -0.025_268_53,
    0.011_787_9,
    -0.005_516_1,
    0.002_690_6,
    -0.001_333,
    0.000_67,
    -0.000_34,
];
/// The complex polynomial's coefficients.
const B: [(f64, f64); 6] = [
    (0.755_785_322_8, 0.0),
    (0.249_204_646, 0.003_371_507),
    (-0.001_541_739, 0.041_058_560),
    (-0.101_629_07, 0.017_276_09),
    (-0.266_234_89, -0.362_492_18),
    (-0.687_098_3, -1.165_196_7),
];

impl NewZealandMapGrid {
    pub(super) fn new(op: &Operation) -> Self {
        Self {
            phi_0: op
                .angle_opt("lat_0")
                .unwrap_or_else(|| (-41.0_f64).to_radians()),
        }
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let d = (phi - self.phi_0) * TO_UNITS;
        // Far from New Zealand the polynomial means nothing.
        if d.abs() > 1.5 || lam.abs() > 0.5 {
            return None;
        }
        let psi = PSI.iter().rev().fold(0.0, |sum, c| (sum + c) * d);
        let (mut re, mut im) = (0.0, 0.0);
        for (c_re, c_im) in B.iter().rev() {
            let (a, b) = (re + c_re, im + c_im);
            (re, im) = (a * psi - b * lam, a * lam + b * psi);
        }
        Some((im, re))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let guess = (x / 0.76, self.phi_0 + y / (0.7557 * 0.64) / TO_UNITS);
        newton::solve(|l, p| self.forward(l, p), (x, y), guess)
    }
}
