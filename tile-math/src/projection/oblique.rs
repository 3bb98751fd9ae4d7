//! Oblique cylindrical and conic projections.

use core::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI, TAU};

use super::azimuthal::GaussianSphere;
use super::ellipsoid::{asin_tolerant, wrap_longitude};
use super::kernel::Pair;
use super::newton;
use super::{Ellipsoid, Operation};

const NEAR: f64 = 1e-10;

/// Swiss oblique Mercator: the rigorous formulas of swisstopo, as a Gaussian sphere and a rotated Mercator.
#[derive(Clone, Debug)]
pub(super) struct SwissObliqueMercator {
    sphere: GaussianSphere,
    scale: f64,
    sin: f64,
    cos: f64,
}

impl SwissObliqueMercator {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        let sphere = GaussianSphere::new(ell, op.angle("lat_0"))?;
        let (sin, cos) = sphere.chi_0.sin_cos();
        let scale = op.k0() * sphere.radius;
        Ok(Self {
            sphere,
            scale,
            sin,
            cos,
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let (lam, chi) = self.sphere.forward(lam, phi);
        let ((sin_chi, cos_chi), (sin_lam, cos_lam)) = (chi.sin_cos(), lam.sin_cos());
        let lat = asin_tolerant(self.cos * sin_chi - self.sin * cos_chi * cos_lam)?;
        let lon = (cos_chi * sin_lam).atan2(self.sin * sin_chi + self.cos * cos_chi * cos_lam);
        Some((self.scale * lon, self.scale * lat.tan().asinh()))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let (lon, lat) = (x / self.scale, (y / self.scale).sinh().atan());
        let ((sin_lat, cos_lat), (sin_lon, cos_lon)) = (lat.sin_cos(), lon.sin_cos());
        let chi = asin_tolerant(self.cos * sin_lat + self.sin * cos_lat * cos_lon)?;
        let lam = (cos_lat * sin_lon).atan2(self.cos * cos_lat * cos_lon - self.sin * sin_lat);
        Some(self.sphere.inverse(lam, chi))
    }
}

/// Hotine oblique Mercator: Snyder p. 66, IOGP 7-2 §3.2.4.
#[derive(Clone, Debug)]
pub(super) struct HotineObliqueMercator {
    ell: Ellipsoid,
    a: f64,
    b: f64,
    e: f64,
    sin_0: f64,
    cos_0: f64,
    sin_rotation: f64,
    cos_rotation: f64,
    u_0: f64,
    rotated: bool,
    /// Longitude where the initial line meets the aposphere's equator.
    pub(super) lon_0: f64,
}

impl HotineObliqueMercator {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        let phi_0 = op.angle("lat_0");
        if (phi_0.abs() - FRAC_PI_2).abs() < NEAR {
            return Err("lat_0 is a pole".to_owned());
        }
        let com = (1.0 - ell.es).sqrt();
        let (mut a, b, d, f, mut e);
        if phi_0.abs() > NEAR {
            let (sin, cos) = phi_0.sin_cos();
            let con = 1.0 - ell.es * sin * sin;
            b = (1.0 + ell.es * cos.powi(4) / (1.0 - ell.es)).sqrt();
            a = b * com / con;
            d = b * com / (cos * con.sqrt());
            f = d + (d * d - 1.0).max(0.0).sqrt().copysign(phi_0);
            e = f * ell.t(phi_0).powf(b);
        } else {
            b = 1.0 / com;
            (a, d, f, e) = (1.0, 1.0, 1.0, 1.0);
        }
        a *= op.k0();
        let (gamma_0, gamma, azimuth, lon_0);
        let (alpha, rectified) = (op.angle_opt("alpha"), op.angle_opt("gamma"));
        let from_centre = |gamma_0: f64| -> Result<f64, String> {
            let centre = op.angle_opt("lonc").unwrap_or_else(|| op.angle("lon_0"));
            let s = asin_tolerant(0.5 * (f - 1.0 / f) * gamma_0.tan())
                .ok_or("the azimuth does not fit the latitude of the centre")?;
            Ok(centre - s / b)
        };
        if let Some(alpha) = alpha {
            gamma_0 = asin_tolerant(alpha.sin() / d).ok_or("the azimuth does not fit lat_0")?;
            (azimuth, gamma) = (alpha, rectified.unwrap_or(alpha));
            lon_0 = from_centre(gamma_0)?;
        } else if let Some(g) = rectified {
            gamma_0 = g;
            gamma = g;
            azimuth = asin_tolerant(d * g.sin()).ok_or("gamma does not fit lat_0")?;
            lon_0 = from_centre(gamma_0)?;
        } else {
            let (phi_1, phi_2) = (op.angle("lat_1"), op.angle("lat_2"));
            let (lam_1, mut lam_2) = (op.angle("lon_1"), op.angle("lon_2"));
            let pole = |phi: f64| (phi.abs() - FRAC_PI_2).abs() < NEAR;
            if (phi_1 - phi_2).abs() < NEAR || phi_1.abs() < NEAR || pole(phi_1) || pole(phi_2) {
                return Err("the two points do not define an initial line".to_owned());
            }
            let (h, l) = (ell.t(phi_1).powf(b), ell.t(phi_2).powf(b));
            let f = e / h;
            let p = (l - h) / (l + h);
            let j = (e * e - l * h) / (e * e + l * h);
            if lam_1 - lam_2 < -PI {
                lam_2 -= TAU;
            } else if lam_1 - lam_2 > PI {
                lam_2 += TAU;
            }
            lon_0 = wrap_longitude(
                0.5 * (lam_1 + lam_2) - (j * (0.5 * b * (lam_1 - lam_2)).tan() / p).atan() / b,
            );
            gamma_0 = (2.0 * (b * wrap_longitude(lam_1 - lon_0)).sin() / (f - 1.0 / f)).atan();
            azimuth = asin_tolerant(d * gamma_0.sin()).ok_or("the two points do not fit lat_0")?;
            gamma = azimuth;
        }
        let (sin_0, cos_0) = gamma_0.sin_cos();
        let (sin_rotation, cos_rotation) = gamma.sin_cos();
        let u_0 = if op.flag("no_uoff") || op.flag("no_off") {
            0.0
        } else {
            let u = (a / b * ((d * d - 1.0).max(0.0).sqrt()).atan2(azimuth.cos())).abs();
            if phi_0 < 0.0 { -u } else { u }
        };
        let values = [a, b, e, gamma_0, lon_0, u_0];
        if values.iter().any(|v| !v.is_finite()) || a <= 0.0 {
            return Err("its parameters do not define an initial line".to_owned());
        }
        e = e.max(f64::MIN_POSITIVE);
        Ok(Self {
            ell: *ell,
            a,
            b,
            e,
            sin_0,
            cos_0,
            sin_rotation,
            cos_rotation,
            u_0,
            rotated: !op.flag("no_rot"),
            lon_0,
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let ratio = self.a / self.b;
        let (mut u, v);
        if (phi.abs() - FRAC_PI_2).abs() > NEAR {
            let w = self.e / self.ell.t(phi).powf(self.b);
            let (s, t) = (0.5 * (w - 1.0 / w), 0.5 * (w + 1.0 / w));
            let (sin, cos) = (self.b * lam).sin_cos();
            let big_u = (s * self.sin_0 - sin * self.cos_0) / t;
            if (big_u.abs() - 1.0).abs() < NEAR {
                return None;
            }
            v = -ratio * big_u.atanh();
            u = if cos.abs() < 1e-12 {
                self.a * lam
            } else {
                ratio * (s * self.cos_0 + sin * self.sin_0).atan2(cos)
            };
        } else {
            let half = 0.5 * self.sin_0.atan2(self.cos_0);
            let angle = if phi > 0.0 {
                FRAC_PI_4 - half
            } else {
                FRAC_PI_4 + half
            };
            v = ratio * angle.tan().ln();
            u = ratio * phi;
        }
        if !self.rotated {
            return Some((u, v));
        }
        u -= self.u_0;
        Some((
            v * self.cos_rotation + u * self.sin_rotation,
            u * self.cos_rotation - v * self.sin_rotation,
        ))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let (u, v) = if self.rotated {
            (
                y * self.cos_rotation + x * self.sin_rotation + self.u_0,
                x * self.cos_rotation - y * self.sin_rotation,
            )
        } else {
            (x, y)
        };
        let q = (-self.b / self.a * v).exp();
        if q == 0.0 || !q.is_finite() {
            return None;
        }
        let (s, t) = (0.5 * (q - 1.0 / q), 0.5 * (q + 1.0 / q));
        let (sin, cos) = (self.b / self.a * u).sin_cos();
        let big_u = (sin * self.cos_0 + s * self.sin_0) / t;
        if (big_u.abs() - 1.0).abs() < NEAR {
            return Some((0.0, FRAC_PI_2.copysign(big_u)));
        }
        let ts = (self.e / ((1.0 + big_u) / (1.0 - big_u)).sqrt()).powf(1.0 / self.b);
        let phi = self.ell.latitude_of_isometric(-ts.ln());
        Some((
            -(s * self.cos_0 - sin * self.sin_0).atan2(cos) / self.b,
            phi,
        ))
    }
}

/// Krovak's oblique conformal conic: IOGP 7-2 §3.1.5, north orientated; optionally with the
/// distortion polynomial of the modified version.
#[derive(Clone, Debug)]
pub(super) struct Krovak {
    ell: Ellipsoid,
    alpha: f64,
    /// Logarithm of the constant of the Gaussian sphere.
    shift: f64,
    n: f64,
    /// Logarithm of the constant of the cone.
    cone: f64,
    sin_ad: f64,
    cos_ad: f64,
    modified: bool,
}

/// Co-latitude of the pseudo standard parallel's complement: 78° 30'.
const S_0: f64 = 1.370_083_462_815_55;
/// Latitude of the cone's pole on the sphere: 59° 42' 42.69689".
const U_Q: f64 = 1.042_168_563_804_74;
/// Krovak's ellipsoid is Bessel's, whatever the CRS says: semi-major axis in metres.
pub(super) const BESSEL: f64 = 6_377_397.155;

impl Krovak {
    pub(super) fn new(op: &Operation) -> Result<Self, String> {
        let ell = Ellipsoid::new(BESSEL, 299.152_812_8);
        let phi_0 = op
            .angle_opt("lat_0")
            .unwrap_or_else(|| 49.5_f64.to_radians());
        let k0 = op.get("k_0").unwrap_or(0.9999);
        if phi_0.abs() >= FRAC_PI_2 || k0 <= 0.0 {
            return Err("its latitude or scale is out of range".to_owned());
        }
        let (sin, cos) = phi_0.sin_cos();
        let alpha = (1.0 + ell.es * cos.powi(4) / (1.0 - ell.es)).sqrt();
        let u_0 = (sin / alpha).asin();
        let shift = u_0.tan().asinh() - alpha * ell.isometric(phi_0);
        let radius = (1.0 - ell.es).sqrt() / (1.0 - ell.es * sin * sin);
        let n = S_0.sin();
        let rho_0 = k0 * radius / S_0.tan();
        let cone = rho_0.ln() + n * S_0.tan().asinh();
        let (sin_ad, cos_ad) = (FRAC_PI_2 - U_Q).sin_cos();
        let modified = op.method == "mod_krovak";
        Ok(Self {
            ell,
            alpha,
            shift,
            n,
            cone,
            sin_ad,
            cos_ad,
            modified,
        })
    }

    /// Southing and westing without the polynomial.
    fn plain(&self, lam: f64, phi: f64) -> Pair {
        let u = (self.alpha * self.ell.isometric(phi) + self.shift)
            .sinh()
            .atan();
        let ((sin_u, cos_u), (sin_v, cos_v)) = (u.sin_cos(), (-lam * self.alpha).sin_cos());
        let s = asin_tolerant(self.cos_ad * sin_u + self.sin_ad * cos_u * cos_v)?;
        let cos_s = s.cos();
        if cos_s < 1e-12 {
            return Some((0.0, 0.0));
        }
        let d = (cos_u * sin_v).atan2(self.cos_ad * cos_u * cos_v - self.sin_ad * sin_u);
        let epsilon = self.n * d;
        let rho = (self.cone - self.n * s.tan().asinh()).exp();
        let (sin, cos) = epsilon.sin_cos();
        Some((rho * cos, rho * sin))
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let (mut southing, mut westing) = self.plain(lam, phi)?;
        if self.modified {
            let (d_south, d_west) = distortion(southing, westing);
            southing -= d_south;
            westing -= d_west;
        }
        Some((-westing, -southing))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        let (mut southing, mut westing) = (-y, -x);
        if self.modified {
            // The corrections change by nanometres between the two positions.
            let (d_south, d_west) = distortion(southing, westing);
            southing += d_south;
            westing += d_west;
        }
        let rho = southing.hypot(westing);
        if rho == 0.0 {
            return None;
        }
        let d = westing.atan2(southing) / self.n;
        let s = ((self.cone - rho.ln()) / self.n).sinh().atan();
        let ((sin_s, cos_s), (sin_d, cos_d)) = (s.sin_cos(), d.sin_cos());
        let u = asin_tolerant(self.cos_ad * sin_s - self.sin_ad * cos_s * cos_d)?;
        let v = (cos_s * sin_d).atan2(self.cos_ad * cos_s * cos_d + self.sin_ad * sin_s);
        let psi = (u.tan().asinh() - self.shift) / self.alpha;
        Some((-v / self.alpha, self.ell.latitude_of_isometric(psi)))
    }
}

/// The modified Krovak's corrections to southing and westing, over the semi-major axis.
fn distortion(southing: f64, westing: f64) -> (f64, f64) {
    const C: [f64; 10] = [
        2.946_529_277e-2,
        2.515_965_696e-2,
        1.193_845_912e-7,
        -4.668_270_147e-7,
        9.233_980_362e-12,
        1.523_735_715e-12,
        1.696_780_024e-18,
        4.408_314_235e-18,
        -8.331_083_518e-24,
        -3.689_471_323e-24,
    ];
    let x = southing * BESSEL - 1_089_000.0;
    let y = westing * BESSEL - 654_000.0;
    let (x2, y2) = (x * x, y * y);
    let quartic = x2 * x2 + y2 * y2 - 6.0 * x2 * y2;
    let dx = C[0] + C[2] * x - C[3] * y - 2.0 * C[5] * x * y
        + C[4] * (x2 - y2)
        + C[6] * x * (x2 - 3.0 * y2)
        - C[7] * y * (3.0 * x2 - y2)
        + 4.0 * C[8] * x * y * (x2 - y2)
        + C[9] * quartic;
    let dy = C[1]
        + C[2] * y
        + C[3] * x
        + 2.0 * C[4] * x * y
        + C[5] * (x2 - y2)
        + C[7] * x * (x2 - 3.0 * y2)
        + C[6] * y * (3.0 * x2 - y2)
        - 4.0 * C[9] * x * y * (x2 - y2)
        + C[8] * quartic;
    (dx / BESSEL, dy / BESSEL)
}

/// Laborde's oblique Mercator for Madagascar: IOGP 7-2 §3.2.4.3.
#[derive(Clone, Debug)]
pub(super) struct Laborde {
    ell: Ellipsoid,
    a: f64,
    c: f64,
    kr: f64,
    p0s: f64,
    ca: f64,
    cb: f64,
    cc: f64,
    cd: f64,
}

impl Laborde {
    pub(super) fn new(op: &Operation, ell: &Ellipsoid) -> Result<Self, String> {
        let phi_0 = op.angle("lat_0");
        if phi_0.abs() < NEAR || phi_0.abs() >= FRAC_PI_2 {
            return Err("lat_0 is on the equator or a pole".to_owned());
        }
        let azimuth = op.angle_opt("azi").unwrap_or_else(|| op.angle("alpha"));
        let sin = phi_0.sin();
        let t = 1.0 - ell.es * sin * sin;
        let n = 1.0 / t.sqrt();
        let r = (1.0 - ell.es) * n / t;
        let kr = op.k0() * (n * r).sqrt();
        let p0s = ((r / n).sqrt() * phi_0.tan()).atan();
        let a = sin / p0s.sin();
        let c = p0s.tan().asinh() - a * ell.isometric(phi_0);
        let (sin_2, cos_2) = (2.0 * azimuth).sin_cos();
        let twelfth = 1.0 / (12.0 * kr * kr);
        let (ca, cb) = ((1.0 - cos_2) * twelfth, sin_2 * twelfth);
        let (cc, cd) = (3.0 * (ca * ca - cb * cb), 6.0 * ca * cb);
        Ok(Self {
            ell: *ell,
            a,
            c,
            kr,
            p0s,
            ca,
            cb,
            cc,
            cd,
        })
    }

    pub(super) fn forward(&self, lam: f64, phi: f64) -> Pair {
        let a = self.a;
        let ps = (a * self.ell.isometric(phi) + self.c).sinh().atan();
        let i1 = ps - self.p0s;
        let (sin, cos) = ps.sin_cos();
        let (sin2, cos2) = (sin * sin, cos * cos);
        let i4 = a * cos;
        let i2 = 0.5 * a * i4 * sin;
        let i3 = i2 * a * a * (5.0 * cos2 - sin2) / 12.0;
        let i6 = i4 * a * a;
        let i5 = i6 * (cos2 - sin2) / 6.0;
        let i6 = i6 * a * a * (5.0 * cos2 * cos2 + sin2 * (sin2 - 18.0 * cos2)) / 120.0;
        let t = lam * lam;
        let x = self.kr * lam * (i4 + t * (i5 + t * i6));
        let y = self.kr * (i1 + t * (i2 + t * i3));
        let (x2, y2) = (x * x, y * y);
        let (v1, v2) = (3.0 * x * y2 - x * x2, y * y2 - 3.0 * x2 * y);
        Some((
            x + self.ca * v1 + self.cb * v2,
            y + self.ca * v2 - self.cb * v1,
        ))
    }

    pub(super) fn inverse(&self, x: f64, y: f64) -> Pair {
        // The series in v1 and v2 of the published inverse start the iteration well.
        let (x2, y2) = (x * x, y * y);
        let (v1, v2) = (3.0 * x * y2 - x * x2, y * y2 - 3.0 * x2 * y);
        let v3 = x * (5.0 * y2 * y2 + x2 * (-10.0 * y2 + x2));
        let v4 = y * (5.0 * x2 * x2 + y2 * (-10.0 * x2 + y2));
        let (u, v) = (
            x - self.ca * v1 - self.cb * v2 + self.cc * v3 + self.cd * v4,
            y + self.cb * v1 - self.ca * v2 - self.cd * v3 + self.cc * v4,
        );
        let ps = self.p0s + v / self.kr;
        let psi = (ps.tan().asinh() - self.c) / self.a;
        let guess = (
            u / (self.kr * self.a * ps.cos()),
            self.ell.latitude_of_isometric(psi),
        );
        newton::solve(|l, p| self.forward(l, p), (x, y), guess)
    }
}
