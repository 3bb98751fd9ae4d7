//! The figure of the Earth and its auxiliary latitudes.

use core::f64::consts::{FRAC_PI_2, PI, TAU};

/// An ellipsoid of revolution, with the constants the projections share.
#[derive(Copy, Clone, Debug, PartialEq)]
pub(crate) struct Ellipsoid {
    /// Semi-major axis in metres.
    pub(crate) a: f64,
    /// Squared first eccentricity.
    pub(crate) es: f64,
    /// First eccentricity.
    pub(crate) e: f64,
    /// Third flattening `(a - b) / (a + b)`.
    pub(crate) n: f64,
}

impl Ellipsoid {
    /// From semi-major axis (metres) and inverse flattening (0: a sphere).
    pub(crate) fn new(a: f64, inverse_flattening: f64) -> Self {
        let f = if inverse_flattening == 0.0 {
            0.0
        } else {
            1.0 / inverse_flattening
        };
        let es = f * (2.0 - f);
        Self {
            a,
            es,
            e: es.sqrt(),
            n: f / (2.0 - f),
        }
    }

    pub(crate) fn sphere(radius: f64) -> Self {
        Self::new(radius, 0.0)
    }

    pub(crate) fn is_sphere(&self) -> bool {
        self.es == 0.0
    }

    /// Semi-minor axis in metres.
    pub(crate) fn b(&self) -> f64 {
        self.a * (1.0 - self.es).sqrt()
    }

    /// Radius of the parallel over `a`: Snyder (14-15).
    pub(crate) fn m(&self, phi: f64) -> f64 {
        let s = phi.sin();
        phi.cos() / (1.0 - self.es * s * s).sqrt()
    }

    /// Snyder's `t` (15-9): `exp(-isometric latitude)`.
    pub(crate) fn t(&self, phi: f64) -> f64 {
        (-self.isometric(phi)).exp()
    }

    /// sinh of the difference between the isometric latitudes of the sphere and the ellipsoid, `e atanh(e sin φ)`
    /// (Karney 2011, (9)).
    pub(crate) fn sinh_of_difference(&self, sin_phi: f64) -> f64 {
        /// Squared eccentricities up to here, all of Earth's among them, need no more terms than there are below.
        const SMALL: f64 = 0.0075;
        if self.es > SMALL {
            return (self.e * (self.e * sin_phi).atanh()).sinh();
        }
        // Both as series: what is left out is less than rounding.
        let square = self.es * sin_phi * sin_phi;
        let atanh = [15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0]
            .iter()
            .fold(0.0, |sum, term| (sum + 1.0 / term) * square);
        let x = self.es * sin_phi * (1.0 + atanh);
        let square = x * x;
        x * (1.0 + square / 6.0 * (1.0 + square / 20.0 * (1.0 + square / 42.0)))
    }

    /// Isometric latitude.
    pub(crate) fn isometric(&self, phi: f64) -> f64 {
        let s = phi.sin();
        // asinh(tan) has no cancellation near the poles, unlike ln(tan(pi/4 + phi/2)).
        phi.tan().asinh() - self.e * (self.e * s).atanh()
    }

    /// Latitude of an isometric latitude, by Newton's method on `tan(phi)` (Karney 2011, (19)-(21)).
    pub(crate) fn latitude_of_isometric(&self, psi: f64) -> f64 {
        let taup = psi.sinh();
        if self.es == 0.0 || !taup.is_finite() {
            return taup.atan();
        }
        let e = self.e;
        let e2m = 1.0 - self.es;
        if taup.abs() > 70.0 / f64::EPSILON.sqrt() {
            return (taup * (e * e.atanh()).exp()).atan();
        }
        let mut tau = taup / e2m;
        for _ in 0..8 {
            let tau1 = (1.0 + tau * tau).sqrt();
            let sig = self.sinh_of_difference(tau / tau1);
            let taupa = (1.0 + sig * sig).sqrt() * tau - sig * tau1;
            let dtau = (taup - taupa) * (1.0 + e2m * tau * tau)
                / (e2m * tau1 * (1.0 + taupa * taupa).sqrt());
            tau += dtau;
            if dtau.abs() < 1e-15 * tau.abs().max(1.0) {
                break;
            }
        }
        tau.atan()
    }

    /// Snyder's `q` (3-12): twice the authalic area function.
    pub(crate) fn q(&self, sin_phi: f64) -> f64 {
        if self.e < 1e-7 {
            return 2.0 * sin_phi;
        }
        let con = self.e * sin_phi;
        (1.0 - self.es) * (sin_phi / (1.0 - con * con) + con.atanh() / self.e)
    }

    /// Latitude whose `q` is given; `None` outside the ellipsoid.
    pub(crate) fn latitude_of_q(&self, q: f64) -> Option<f64> {
        let qp = self.q(1.0);
        let ratio = q / qp;
        if ratio.is_nan() || ratio.abs() > 1.0 + 1e-10 {
            return None;
        }
        Some(self.latitude_of_authalic(ratio.clamp(-1.0, 1.0).asin()))
    }

    /// Latitude of an authalic latitude: series in `n` for a start, Newton's method to finish.
    pub(crate) fn latitude_of_authalic(&self, beta: f64) -> f64 {
        if self.es == 0.0 {
            return beta;
        }
        let (es, es2, es3) = (self.es, self.es * self.es, self.es.powi(3));
        let mut phi = beta
            + (es / 3.0 + es2 * 31.0 / 180.0 + es3 * 517.0 / 5040.0) * (2.0 * beta).sin()
            + (es2 * 23.0 / 360.0 + es3 * 251.0 / 3780.0) * (4.0 * beta).sin()
            + es3 * 761.0 / 45360.0 * (6.0 * beta).sin();
        // At the poles dq/dphi vanishes; the series is exact to 1e-9 there and Newton would divide by zero.
        if FRAC_PI_2 - beta.abs() < 1e-4 {
            return phi.clamp(-FRAC_PI_2, FRAC_PI_2);
        }
        let target = self.q(1.0) * beta.sin();
        for _ in 0..6 {
            let s = phi.sin();
            let w = 1.0 - es * s * s;
            let step = (target - self.q(s)) * w * w / (2.0 * (1.0 - es) * phi.cos());
            phi += step;
            if step.abs() < 1e-15 {
                break;
            }
        }
        phi
    }

    /// Meridian distance from the equator over `a`.
    pub(crate) fn meridian(&self, phi: f64) -> f64 {
        let n = self.n;
        let n2 = n * n;
        // Rectifying latitude of the geodetic latitude, sixth order in n (Karney 2011, (A2)).
        let c = [
            n * (-3.0 / 2.0 + n2 * (9.0 / 16.0 - n2 * 3.0 / 32.0)),
            n2 * (15.0 / 16.0 + n2 * (-15.0 / 32.0 + n2 * 135.0 / 2048.0)),
            n * n2 * (-35.0 / 48.0 + n2 * 105.0 / 256.0),
            n2 * n2 * (315.0 / 512.0 - n2 * 189.0 / 512.0),
            n * n2 * n2 * (-693.0 / 1280.0),
            n2 * n2 * n2 * (1001.0 / 2048.0),
        ];
        self.rectifying_radius() * (phi + sine_series(&c, 2.0 * phi))
    }

    /// Latitude of a meridian distance (over `a`).
    pub(crate) fn latitude_of_meridian(&self, distance: f64) -> f64 {
        let n = self.n;
        let n2 = n * n;
        let c = [
            n * (3.0 / 2.0 + n2 * (-27.0 / 32.0 + n2 * 269.0 / 512.0)),
            n2 * (21.0 / 16.0 + n2 * (-55.0 / 32.0 + n2 * 6759.0 / 4096.0)),
            n * n2 * (151.0 / 96.0 - n2 * 417.0 / 128.0),
            n2 * n2 * (1097.0 / 512.0 - n2 * 15543.0 / 2560.0),
            n * n2 * n2 * (8011.0 / 2560.0),
            n2 * n2 * n2 * (293_393.0 / 61440.0),
        ];
        let mu = distance / self.rectifying_radius();
        mu + sine_series(&c, 2.0 * mu)
    }

    /// Radius over `a` of the sphere whose meridian is as long as the ellipsoid's.
    pub(crate) fn rectifying_radius(&self) -> f64 {
        let n2 = self.n * self.n;
        (1.0 + n2 * (1.0 / 4.0 + n2 * (1.0 / 64.0 + n2 / 256.0))) / (1.0 + self.n)
    }
}

/// `Σ c[k] sin((k + 1) angle)` by Clenshaw's recurrence.
pub(crate) fn sine_series(c: &[f64; 6], angle: f64) -> f64 {
    let (sin, cos) = angle.sin_cos();
    let twice = 2.0 * cos;
    let (mut b1, mut b2) = (0.0, 0.0);
    for &coefficient in c.iter().rev() {
        (b1, b2) = (twice * b1 - b2 + coefficient, b1);
    }
    b1 * sin
}

/// Longitude difference brought into `-π ..= π`.
pub(crate) fn wrap_longitude(lam: f64) -> f64 {
    if lam.abs() <= PI {
        return lam;
    }
    // Rounding alone must not turn 180° into -180°.
    if lam.abs() < PI + 1e-12 {
        return PI.copysign(lam);
    }
    let shifted = lam + PI;
    shifted - TAU * (shifted / TAU).floor() - PI
}

/// Arc sine of a value that rounding may have pushed past ±1; `None` when it is farther out.
pub(crate) fn asin_tolerant(v: f64) -> Option<f64> {
    (v.abs() <= 1.0 + 1e-14).then(|| v.clamp(-1.0, 1.0).asin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auxiliary_latitudes_invert() {
        for ell in [
            Ellipsoid::new(6_378_137.0, 298.257_223_563),
            Ellipsoid::new(6_377_563.396, 299.324_964_6),
            Ellipsoid::sphere(6_371_000.0),
        ] {
            for degrees in -89..=89 {
                let phi = f64::from(degrees).to_radians();
                assert!((ell.latitude_of_isometric(ell.isometric(phi)) - phi).abs() < 1e-14);
                assert!((ell.latitude_of_meridian(ell.meridian(phi)) - phi).abs() < 1e-14);
                let back = ell.latitude_of_q(ell.q(phi.sin())).expect("inside");
                assert!((back - phi).abs() < 1e-13, "{degrees}: {}", back - phi);
            }
            assert!((ell.latitude_of_q(ell.q(1.0)).expect("pole") - FRAC_PI_2).abs() < 1e-8);
        }
    }

    #[test]
    fn the_difference_of_isometric_latitudes_is_exact() {
        for (a, inverse_flattening) in [
            (6_378_137.0, 298.257_223_563),
            (6_378_249.145, 293.465),
            (3_396_190.0, 169.894_447),
            (6_371_000.0, 0.0),
        ] {
            let ell = Ellipsoid::new(a, inverse_flattening);
            for degrees in -90..=90 {
                let sin = f64::from(degrees).to_radians().sin();
                let expected = (ell.e * (ell.e * sin).atanh()).sinh();
                let found = ell.sinh_of_difference(sin);
                assert!(
                    (found - expected).abs() <= 4e-15 * expected.abs(),
                    "{degrees}: {found} {expected}"
                );
            }
        }
    }

    /// Quarter meridian of WGS 84: 10 001 965.729 m.
    #[test]
    fn quarter_meridian() {
        let ell = Ellipsoid::new(6_378_137.0, 298.257_223_563);
        assert!((ell.meridian(FRAC_PI_2) * ell.a - 10_001_965.729_3).abs() < 1e-4);
    }

    #[test]
    fn longitudes_wrap() {
        assert!((wrap_longitude(3.5 * PI) + 0.5 * PI).abs() < 1e-12);
        assert_eq!(wrap_longitude(PI), PI);
        assert_eq!(wrap_longitude(-PI), -PI);
    }
}
