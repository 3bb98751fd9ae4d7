//! Projections of the whole Earth, mostly on the sphere.

use core::f64::consts::{FRAC_PI_2, PI};

use super::ellipsoid::asin_tolerant;
use super::kernel::Pair;
use super::{Ellipsoid, Operation};

/// Sinusoidal: Snyder p. 243; on the sphere the projection of MODIS.
#[derive(Clone, Debug)]
pub(super) struct Sinusoidal {
    ell: Ellipsoid,
}

impl Sinusoidal {
    pub(super) fn new(ell: &Ellipsoid) -> Self {
        Self { ell: *ell }
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        Some((lam * self.ell.m(phi), self.ell.meridian(phi)))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let phi = self.ell.latitude_of_meridian(y);
        if phi.abs() > FRAC_PI_2 + 1e-10 {
            return None;
        }
        let m = self.ell.m(phi);
        if phi.abs() > FRAC_PI_2 - 1e-10 {
            return Some((0.0, FRAC_PI_2.copysign(phi)));
        }
        Some((x / m, phi))
    }
}

/// `Σ c[k] t^k`.
fn polynomial(c: &[f64], t: f64) -> f64 {
    c.iter().rev().fold(0.0, |sum, c| sum * t + c)
}

/// Finds `t` with `f(t) = 0`, given `f` and its derivative.
fn root(mut t: f64, f: impl Fn(f64) -> (f64, f64)) -> f64 {
    for _ in 0..50 {
        let (value, slope) = f(t);
        if slope == 0.0 {
            break;
        }
        let step = value / slope;
        t -= step;
        if step.abs() < 1e-15 {
            break;
        }
    }
    t
}

/// Pseudocylindrical projections of the sphere: `x = lam · width(phi)`, `y = height(phi)`.
#[derive(Copy, Clone, Debug)]
pub(super) enum Pseudocylindrical {
    /// Snyder p. 249.
    Mollweide,
    /// Snyder p. 253 with IV: equal area, flat poles.
    EckertIv,
    /// Equal area, sine meridians.
    EckertVi,
    /// Robinson's table.
    Robinson,
    /// Šavrič, Jenny et al. (2011).
    NaturalEarth,
    /// Gall's stereographic: cylindrical.
    Gall,
}

const ECKERT_IV: (f64, f64) = (0.422_238_200_315_771_2, 1.326_500_428_177_002_3);
const ECKERT_VI_N: f64 = 1.0 + FRAC_PI_2;

impl Pseudocylindrical {
    fn height(self, phi: f64) -> f64 {
        match self {
            Self::Mollweide => core::f64::consts::SQRT_2 * mollweide_angle(phi).sin(),
            Self::EckertIv => ECKERT_IV.1 * eckert_iv_angle(phi).sin(),
            Self::EckertVi => (2.0 / ECKERT_VI_N).sqrt() * eckert_vi_angle(phi),
            Self::Robinson => robinson(&ROBINSON_Y, phi.abs()) * 1.3523_f64.copysign(phi),
            Self::NaturalEarth => natural_earth_y(phi),
            Self::Gall => 1.707_106_781_186_547_6 * (0.5 * phi).tan(),
        }
    }

    fn width(self, phi: f64) -> f64 {
        match self {
            Self::Mollweide => 2.0 * core::f64::consts::SQRT_2 / PI * mollweide_angle(phi).cos(),
            Self::EckertIv => ECKERT_IV.0 * (1.0 + eckert_iv_angle(phi).cos()),
            Self::EckertVi => 0.5 * (2.0 / ECKERT_VI_N).sqrt() * (1.0 + eckert_vi_angle(phi).cos()),
            Self::Robinson => 0.8487 * robinson(&ROBINSON_X, phi.abs()),
            Self::NaturalEarth => {
                let t = phi * phi;
                0.8707
                    + t * (-0.131_979 + t * (-0.013_791 + t * t * t * (0.003_971 - 0.001_529 * t)))
            }
            Self::Gall => core::f64::consts::FRAC_1_SQRT_2,
        }
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        Some((lam * self.width(phi), self.height(phi)))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let phi = match self {
            Self::Mollweide => {
                let theta = asin_tolerant(y / core::f64::consts::SQRT_2)?;
                asin_tolerant((2.0 * theta + (2.0 * theta).sin()) / PI)?
            }
            Self::EckertIv => {
                let theta = asin_tolerant(y / ECKERT_IV.1)?;
                asin_tolerant((theta + theta.sin() * (theta.cos() + 2.0)) / (2.0 + FRAC_PI_2))?
            }
            Self::EckertVi => {
                let theta = y / (2.0 / ECKERT_VI_N).sqrt();
                asin_tolerant((theta + theta.sin()) / ECKERT_VI_N)?
            }
            Self::Gall => 2.0 * (y / 1.707_106_781_186_547_6).atan(),
            Self::Robinson | Self::NaturalEarth => {
                if y.abs() > self.height(FRAC_PI_2) + 1e-9 {
                    return None;
                }
                // Heights grow with latitude: halve the interval, whatever the slopes at table nodes.
                let (mut low, mut high) = (-FRAC_PI_2, FRAC_PI_2);
                for _ in 0..60 {
                    let middle = f64::midpoint(low, high);
                    if self.height(middle) < y {
                        low = middle
                    } else {
                        high = middle
                    }
                }
                f64::midpoint(low, high)
            }
        };
        let width = self.width(phi);
        if width < 1e-12 {
            return Some((0.0, phi));
        }
        let lam = x / width;
        (lam.abs() <= PI + 1e-8).then_some((lam, phi))
    }

    pub(super) fn is_cylindrical(&self) -> bool {
        matches!(self, Self::Gall)
    }
}

/// Half the auxiliary angle: `2θ + sin 2θ = π sin φ`.
fn mollweide_angle(phi: f64) -> f64 {
    if FRAC_PI_2 - phi.abs() < 1e-7 {
        return FRAC_PI_2.copysign(phi);
    }
    let target = PI * phi.sin();
    // A third-root start near the poles, where the slope vanishes.
    let start = if phi.abs() > 1.3 {
        let rest = (6.0 * (PI - target.abs())).cbrt();
        (PI - rest).copysign(phi)
    } else {
        phi
    };
    0.5 * root(start, |t| (t + t.sin() - target, 1.0 + t.cos()))
}

fn eckert_iv_angle(phi: f64) -> f64 {
    let target = (2.0 + FRAC_PI_2) * phi.sin();
    let t = phi * phi;
    let start = phi * (0.895_168 + t * (0.021_884_9 + t * 0.008_268_09));
    if FRAC_PI_2 - phi.abs() < 1e-7 {
        return FRAC_PI_2.copysign(phi);
    }
    root(start, |t| {
        let (s, c) = t.sin_cos();
        (t + s * (c + 2.0) - target, 1.0 + c * (c + 2.0) - s * s)
    })
}

fn eckert_vi_angle(phi: f64) -> f64 {
    let target = ECKERT_VI_N * phi.sin();
    root(phi, |t| (t + t.sin() - target, 1.0 + t.cos()))
}

fn natural_earth_y(phi: f64) -> f64 {
    let t = phi * phi;
    phi * (1.007_226 + t * (0.015_085 + t * t * (-0.044_475 + 0.028_874 * t - 0.005_916 * t * t)))
}

/// Robinson's table every five degrees as cubic pieces, with the single-precision coefficients in general
/// use: constant, linear, quadratic, cubic in degrees beyond the node.
type Piece = [f32; 4];

fn robinson(table: &[Piece; 19], phi: f64) -> f64 {
    let degrees = phi.to_degrees();
    let node = ((degrees / 5.0) as usize).min(18);
    let rest = degrees - 5.0 * node as f64;
    polynomial(&table[node].map(f64::from), rest)
}

const ROBINSON_X: [Piece; 19] = [
    [1.0, 2.2199e-17, -7.15515e-05, 3.1103e-06],
    [0.9986, -0.000482243, -2.4897e-05, -1.3309e-06],
    [0.9954, -0.00083103, -4.48605e-05, -9.86701e-07],
    [0.99, -0.00135364, -5.9661e-05, 3.6777e-06],
    [0.9822, -0.00167442, -4.49547e-06, -5.72411e-06],
    [0.973, -0.00214868, -9.03571e-05, 1.8736e-08],
    [0.96, -0.00305085, -9.00761e-05, 1.64917e-06],
    [0.9427, -0.00382792, -6.53386e-05, -2.6154e-06],
    [0.9216, -0.00467746, -0.00010457, 4.81243e-06],
    [0.8962, -0.00536223, -3.23831e-05, -5.43432e-06],
    [0.8679, -0.00609363, -0.000113898, 3.32484e-06],
    [0.835, -0.00698325, -6.40253e-05, 9.34959e-07],
    [0.7986, -0.00755338, -5.00009e-05, 9.35324e-07],
    [0.7597, -0.00798324, -3.5971e-05, -2.27626e-06],
    [0.7186, -0.00851367, -7.01149e-05, -8.6303e-06],
    [0.6732, -0.00986209, -0.000199569, 1.91974e-05],
    [0.6213, -0.010418, 8.83923e-05, 6.24051e-06],
    [0.5722, -0.00906601, 0.000182, 6.24051e-06],
    [0.5322, -0.00677797, 0.000275608, 6.24051e-06],
];

const ROBINSON_Y: [Piece; 19] = [
    [-5.20417e-18, 0.0124, 1.21431e-18, -8.45284e-11],
    [0.062, 0.0124, -1.26793e-09, 4.22642e-10],
    [0.124, 0.0124, 5.07171e-09, -1.60604e-09],
    [0.186, 0.0123999, -1.90189e-08, 6.00152e-09],
    [0.248, 0.0124002, 7.10039e-08, -2.24e-08],
    [0.31, 0.0123992, -2.64997e-07, 8.35986e-08],
    [0.372, 0.0124029, 9.88983e-07, -3.11994e-07],
    [0.434, 0.0123893, -3.69093e-06, -4.35621e-07],
    [0.4958, 0.0123198, -1.02252e-05, -3.45523e-07],
    [0.5571, 0.0121916, -1.54081e-05, -5.82288e-07],
    [0.6176, 0.0119938, -2.41424e-05, -5.25327e-07],
    [0.6769, 0.011713, -3.20223e-05, -5.16405e-07],
    [0.7346, 0.0113541, -3.97684e-05, -6.09052e-07],
    [0.7903, 0.0109107, -4.89042e-05, -1.04739e-06],
    [0.8435, 0.0103431, -6.4615e-05, -1.40374e-09],
    [0.8936, 0.00969686, -6.4636e-05, -8.547e-06],
    [0.9394, 0.00840947, -0.000192841, -4.2106e-06],
    [0.9761, 0.00616527, -0.000256, -4.2106e-06],
    [1.0, 0.00328947, -0.000319159, -4.2106e-06],
];

/// Equal Earth: Šavrič, Patterson, Jenny (2018), IOGP 7-2 §3.2.7.
#[derive(Clone, Debug)]
pub(super) struct EqualEarth {
    ell: Ellipsoid,
    qp: f64,
    radius: f64,
}

impl EqualEarth {
    const A: [f64; 4] = [1.340_264, -0.081_106, 0.000_893, 0.003_796];

    pub(super) fn new(ell: &Ellipsoid) -> Self {
        let qp = ell.q(1.0);
        Self {
            ell: *ell,
            qp,
            radius: (0.5 * qp).sqrt(),
        }
    }

    fn height(theta: f64) -> f64 {
        let [a1, a2, a3, a4] = Self::A;
        let t = theta * theta;
        theta * (a1 + t * (a2 + t * t * (a3 + a4 * t)))
    }

    fn slope(theta: f64) -> f64 {
        let [a1, a2, a3, a4] = Self::A;
        let t = theta * theta;
        a1 + t * (3.0 * a2 + t * t * (7.0 * a3 + 9.0 * a4 * t))
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let m = 0.75_f64.sqrt();
        let theta = asin_tolerant(m * self.ell.q(phi.sin()) / self.qp)?;
        Some((
            self.radius * lam * theta.cos() / (m * Self::slope(theta)),
            self.radius * Self::height(theta),
        ))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let (x, y) = (x / self.radius, y / self.radius);
        let m = 0.75_f64.sqrt();
        // 60 degrees is the auxiliary angle of the poles.
        if y.abs() > Self::height(core::f64::consts::FRAC_PI_3) + 1e-9 {
            return None;
        }
        let theta = root(y, |t| (Self::height(t) - y, Self::slope(t)));
        let lam = m * x * Self::slope(theta) / theta.cos();
        Some((
            lam,
            self.ell
                .latitude_of_q((theta.sin() / m).clamp(-1.0, 1.0) * self.qp)?,
        ))
    }
}

/// Goode's interrupted homolosine: twelve lobes, sinusoidal within ±40° 44' 11.8", Mollweide beyond.
#[derive(Copy, Clone, Debug)]
pub(super) struct Homolosine;

/// Where the two projections have equal scale.
const SEAM: f64 = 0.710_987_989_993_4;

impl Homolosine {
    /// Lobes of a hemisphere: western border and central meridian, in degrees.
    fn lobes(north: bool) -> &'static [(f64, f64)] {
        if north {
            &[(-180.0, -100.0), (-40.0, 30.0)]
        } else {
            &[
                (-180.0, -160.0),
                (-100.0, -60.0),
                (-20.0, 20.0),
                (80.0, 140.0),
            ]
        }
    }

    /// Central meridian and borders of the lobe of a longitude, radians.
    fn lobe(lam: f64, north: bool) -> (f64, f64, f64) {
        let lobes = Self::lobes(north);
        let at = lobes
            .iter()
            .rposition(|(west, _)| lam >= west.to_radians())
            .unwrap_or(0);
        let east = lobes.get(at + 1).map_or(180.0, |(west, _)| *west);
        (
            lobes[at].1.to_radians(),
            lobes[at].0.to_radians(),
            east.to_radians(),
        )
    }

    /// How far the Mollweide parts are moved to the sinusoidal ones.
    fn step() -> f64 {
        SEAM - Pseudocylindrical::Mollweide.height(SEAM)
    }

    #[expect(clippy::unused_self, reason = "all kernels are called alike")]
    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let (centre, ..) = Self::lobe(lam, phi >= 0.0);
        let d = lam - centre;
        let (x, y) = if phi.abs() > SEAM {
            let (x, y) = Pseudocylindrical::Mollweide.forward(d, phi)?;
            (x, y + Self::step() * phi.signum())
        } else {
            (d * phi.cos(), phi)
        };
        Some((x + centre, y))
    }

    #[expect(clippy::unused_self, reason = "all kernels are called alike")]
    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let (centre, west, east) = Self::lobe(x, y >= 0.0);
        let d = x - centre;
        let (lam, phi) = if y.abs() > SEAM {
            Pseudocylindrical::Mollweide.inverse(d, y - Self::step() * y.signum())?
        } else {
            (d / y.cos(), y)
        };
        let lam = lam + centre;
        // Between the lobes there is nothing.
        (lam >= west - 1e-10 && lam <= east + 1e-10).then_some((lam, phi))
    }
}

/// View from a geostationary satellite: CGMS 03, the GOES-R user's guide.
#[derive(Clone, Debug)]
pub(super) struct Geostationary {
    es: f64,
    height: f64,
    sweep_x: bool,
}

impl Geostationary {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        let height = op.number("h") / ell.a;
        if !(height > 0.0 && height < 1e10) {
            return Err("the satellite's height is not positive".to_owned());
        }
        Ok(Self {
            es: ell.es,
            height,
            sweep_x: op.flag("sweep=x"),
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let p2 = 1.0 - self.es;
        let geocentric = (p2 * phi.tan()).atan();
        let (sin, cos) = geocentric.sin_cos();
        let r = p2.sqrt() / (p2.sqrt() * cos).hypot(sin);
        let (vx, vy, vz) = (r * lam.cos() * cos, r * lam.sin() * cos, r * sin);
        let d = 1.0 + self.height;
        if (d - vx) * vx - vy * vy - vz * vz / p2 < 0.0 {
            return None;
        }
        let t = d - vx;
        Some(if self.sweep_x {
            (
                self.height * (vy / vz.hypot(t)).atan(),
                self.height * (vz / t).atan(),
            )
        } else {
            (
                self.height * (vy / t).atan(),
                self.height * (vz / vy.hypot(t)).atan(),
            )
        })
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let (tx, ty) = ((x / self.height).tan(), (y / self.height).tan());
        let (vy, vz) = if self.sweep_x {
            (tx * ty.hypot(1.0), ty)
        } else {
            (tx, ty * tx.hypot(1.0))
        };
        let p2 = 1.0 - self.es;
        let d = 1.0 + self.height;
        let a = vz * vz / p2 + vy * vy + 1.0;
        let b = -2.0 * d;
        let det = b * b - 4.0 * a * (d * d - 1.0);
        if det < 0.0 {
            return None;
        }
        let k = (-b - det.sqrt()) / (2.0 * a);
        let (vx, vy, vz) = (d - k, vy * k, vz * k);
        let phi = (vz / vx.hypot(vy) / p2).atan();
        Some((vy.atan2(vx), phi))
    }
}
