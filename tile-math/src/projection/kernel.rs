//! One projection with its central meridian, scale and false origin.

use super::ellipsoid::wrap_longitude;
use super::{
    Ellipsoid, Operation, azimuthal, conic, cylindrical, local, oblique, perspective, tmerc, world,
};

/// A pair of coordinates, absent where the method has no image.
pub(super) type Pair = Option<(f64, f64)>;

/// A projection ready to compute.
#[derive(Clone, Debug)]
pub(crate) struct Projection {
    kernel: Kernel,
    a: f64,
    lon_0: f64,
    x_0: f64,
    y_0: f64,
    /// Longitudes are not wrapped (PROJ's `+over`).
    over: bool,
}

/// The method itself, on the unit ellipsoid.
#[derive(Clone, Debug)]
enum Kernel {
    Mercator(cylindrical::Mercator),
    EquidistantCylindrical(cylindrical::EquidistantCylindrical),
    EqualAreaCylindrical(cylindrical::EqualAreaCylindrical),
    Miller,
    TransverseMercator(tmerc::TransverseMercator),
    SphericalTransverseMercator(tmerc::SphericalTransverseMercator),
    LambertConic(conic::LambertConformal),
    Albers(conic::Albers),
    EquidistantConic(conic::EquidistantConic),
    LambertAzimuthal(azimuthal::LambertAzimuthal),
    Stereographic(azimuthal::Stereographic),
    ObliqueStereographic(azimuthal::ObliqueStereographic),
    SwissObliqueMercator(oblique::SwissObliqueMercator),
    HotineObliqueMercator(oblique::HotineObliqueMercator),
    Krovak(oblique::Krovak),
    Laborde(oblique::Laborde),
    Cassini(local::Cassini),
    Polyconic(local::Polyconic),
    Bonne(local::Bonne),
    ColombiaUrban(local::ColombiaUrban),
    NewZealandMapGrid(local::NewZealandMapGrid),
    Sinusoidal(world::Sinusoidal),
    Pseudocylindrical(world::Pseudocylindrical),
    EqualEarth(world::EqualEarth),
    Homolosine(world::Homolosine),
    Geostationary(world::Geostationary),
    AzimuthalEquidistant(perspective::AzimuthalEquidistant),
    Orthographic(perspective::Orthographic),
    Gnomonic(perspective::Gnomonic),
}

/// Dispatches a call to the kernel in use.
macro_rules! each {
    ($kernel:expr, $k:ident => $call:expr) => {
        match $kernel {
            Kernel::Mercator($k) => $call,
            Kernel::EquidistantCylindrical($k) => $call,
            Kernel::EqualAreaCylindrical($k) => $call,
            Kernel::Miller => {
                let $k = &cylindrical::Miller;
                $call
            }
            Kernel::TransverseMercator($k) => $call,
            Kernel::SphericalTransverseMercator($k) => $call,
            Kernel::LambertConic($k) => $call,
            Kernel::Albers($k) => $call,
            Kernel::EquidistantConic($k) => $call,
            Kernel::LambertAzimuthal($k) => $call,
            Kernel::Stereographic($k) => $call,
            Kernel::ObliqueStereographic($k) => $call,
            Kernel::SwissObliqueMercator($k) => $call,
            Kernel::HotineObliqueMercator($k) => $call,
            Kernel::Krovak($k) => $call,
            Kernel::Laborde($k) => $call,
            Kernel::Cassini($k) => $call,
            Kernel::Polyconic($k) => $call,
            Kernel::Bonne($k) => $call,
            Kernel::ColombiaUrban($k) => $call,
            Kernel::NewZealandMapGrid($k) => $call,
            Kernel::Sinusoidal($k) => $call,
            Kernel::Pseudocylindrical($k) => $call,
            Kernel::EqualEarth($k) => $call,
            Kernel::Homolosine($k) => $call,
            Kernel::Geostationary($k) => $call,
            Kernel::AzimuthalEquidistant($k) => $call,
            Kernel::Orthographic($k) => $call,
            Kernel::Gnomonic($k) => $call,
        }
    };
}

impl Projection {
    /// Prepares a projection; the error says what is missing or out of range.
    pub(crate) fn new(operation: &Operation, ellipsoid: &Ellipsoid) -> Result<Self, String> {
        // Spherical methods carry their own radius.
        let op = operation;
        let radius = op.get("R");
        if radius.is_some_and(|r| !(r.is_finite() && r > 0.0)) {
            return Err("the radius is not a positive number".to_owned());
        }
        let mut ell = radius.map_or_else(|| spherical(op, ellipsoid), Ellipsoid::sphere);
        if let Some((name, _)) = operation.values.iter().find(|(_, v)| !v.is_finite()) {
            return Err(format!("parameter {name} is not a finite number"));
        }
        let mut lon_0 = operation.angle("lon_0");
        let (mut x_0, mut y_0) = (operation.number("x_0"), operation.number("y_0"));
        let kernel = match op.method.as_str() {
            "merc" => Kernel::Mercator(cylindrical::Mercator::new(op, &ell)?),
            "webmerc" => {
                Kernel::Mercator(cylindrical::Mercator::new(op, &Ellipsoid::sphere(ell.a))?)
            }
            "eqc" => Kernel::EquidistantCylindrical(cylindrical::EquidistantCylindrical::new(op)?),
            "cea" => {
                Kernel::EqualAreaCylindrical(cylindrical::EqualAreaCylindrical::new(op, &ell)?)
            }
            "mill" => Kernel::Miller,
            "utm" => {
                let zone = op.number("zone");
                if !(1.0..=60.0).contains(&zone) || zone.fract() != 0.0 {
                    return Err(format!("UTM zone {zone} is not one of 1 to 60"));
                }
                lon_0 = (zone * 6.0 - 183.0).to_radians();
                (x_0, y_0) = (500_000.0, if op.flag("south") { 10_000_000.0 } else { 0.0 });
                let utm = Operation::new("tmerc").with("k_0", 0.9996);
                Self::transverse(&utm, &ell)?
            }
            "tmerc" | "etmerc" | "gauss" => Self::transverse(op, &ell)?,
            "lcc" => Kernel::LambertConic(conic::LambertConformal::new(op, &ell)?),
            "aea" | "leac" => Kernel::Albers(conic::Albers::new(op, &ell)?),
            "eqdc" => Kernel::EquidistantConic(conic::EquidistantConic::new(op, &ell)?),
            "laea" => Kernel::LambertAzimuthal(azimuthal::LambertAzimuthal::new(op, &ell)?),
            "stere" => Kernel::Stereographic(azimuthal::Stereographic::new(op, &ell)?),
            "ups" => {
                let south = op.flag("south");
                (lon_0, x_0, y_0) = (0.0, 2_000_000.0, 2_000_000.0);
                let ups = Operation::new("stere")
                    .with("lat_0", if south { -90.0 } else { 90.0 })
                    .with("k_0", 0.994);
                Kernel::Stereographic(azimuthal::Stereographic::new(&ups, &ell)?)
            }
            "sterea" => {
                Kernel::ObliqueStereographic(azimuthal::ObliqueStereographic::new(op, &ell)?)
            }
            "somerc" => Kernel::SwissObliqueMercator(oblique::SwissObliqueMercator::new(op, &ell)?),
            "omerc" => {
                let kernel = oblique::HotineObliqueMercator::new(op, &ell)?;
                lon_0 = kernel.lon_0;
                Kernel::HotineObliqueMercator(kernel)
            }
            "krovak" | "mod_krovak" => {
                // Krovak's formulas are tied to Bessel's ellipsoid.
                ell = Ellipsoid::sphere(oblique::BESSEL);
                if op.method == "mod_krovak" {
                    // Its false origin is added to southing and westing, the negated axes.
                    (x_0, y_0) = (-x_0, -y_0);
                }
                Kernel::Krovak(oblique::Krovak::new(op)?)
            }
            "labrd" => Kernel::Laborde(oblique::Laborde::new(op, &ell)?),
            "cass" => Kernel::Cassini(local::Cassini::new(op, &ell)),
            "poly" => Kernel::Polyconic(local::Polyconic::new(op, &ell)),
            "bonne" => Kernel::Bonne(local::Bonne::new(op, &ell)?),
            "col_urban" => Kernel::ColombiaUrban(local::ColombiaUrban::new(op, &ell)?),
            "nzmg" => Kernel::NewZealandMapGrid(local::NewZealandMapGrid::new(op)),
            "sinu" => Kernel::Sinusoidal(world::Sinusoidal::new(&ell)),
            "moll" => Kernel::Pseudocylindrical(world::Pseudocylindrical::Mollweide),
            "eck4" => Kernel::Pseudocylindrical(world::Pseudocylindrical::EckertIv),
            "eck6" => Kernel::Pseudocylindrical(world::Pseudocylindrical::EckertVi),
            "robin" => Kernel::Pseudocylindrical(world::Pseudocylindrical::Robinson),
            "natearth" => Kernel::Pseudocylindrical(world::Pseudocylindrical::NaturalEarth),
            "gall" => Kernel::Pseudocylindrical(world::Pseudocylindrical::Gall),
            "eqearth" => Kernel::EqualEarth(world::EqualEarth::new(&ell)),
            "igh" => Kernel::Homolosine(world::Homolosine),
            "geos" => Kernel::Geostationary(world::Geostationary::new(op, &ell)?),
            "aeqd" => {
                Kernel::AzimuthalEquidistant(perspective::AzimuthalEquidistant::new(op, &ell)?)
            }
            "ortho" => Kernel::Orthographic(perspective::Orthographic::new(op, &ell)?),
            "gnom" if !ell.is_sphere() => {
                return Err("the gnomonic projection is implemented for spheres only".to_owned());
            }
            "gnom" => Kernel::Gnomonic(perspective::Gnomonic::new(op)?),
            other => return Err(format!("projection method {other:?} is not implemented")),
        };
        Ok(Self {
            kernel,
            a: ell.a,
            lon_0,
            x_0,
            y_0,
            over: op.flag("over"),
        })
    }

    fn transverse(op: &Operation, ell: &Ellipsoid) -> Result<Kernel, String> {
        Ok(if ell.is_sphere() {
            Kernel::SphericalTransverseMercator(tmerc::SphericalTransverseMercator::new(op)?)
        } else {
            Kernel::TransverseMercator(tmerc::TransverseMercator::new(op, ell)?)
        })
    }

    /// Longitude and latitude (radians, longitude from the CRS's prime meridian) to metres.
    pub(crate) fn forward(&self, lon: f64, lat: f64) -> Pair {
        if lat.abs() > core::f64::consts::FRAC_PI_2 + 1e-10 {
            return None;
        }
        let lat = lat.clamp(-core::f64::consts::FRAC_PI_2, core::f64::consts::FRAC_PI_2);
        let mut lam = lon - self.lon_0;
        if !self.over {
            lam = wrap_longitude(lam);
        }
        let (x, y) = each!(&self.kernel, k => k.forward(lam, lat))?;
        let (x, y) = (x * self.a + self.x_0, y * self.a + self.y_0);
        (x.is_finite() && y.is_finite()).then_some((x, y))
    }

    /// Metres to longitude and latitude in radians.
    pub(crate) fn inverse(&self, x: f64, y: f64) -> Pair {
        let (lam, phi) =
            each!(&self.kernel, k => k.inverse((x - self.x_0) / self.a, (y - self.y_0) / self.a))?;
        let mut lon = lam + self.lon_0;
        if !self.over {
            lon = wrap_longitude(lon);
        }
        (lon.is_finite() && phi.is_finite()).then_some((lon, phi))
    }

    /// Whether `x` depends only on the longitude and `y` only on the latitude.
    pub(crate) fn is_separable(&self) -> bool {
        if let Kernel::Pseudocylindrical(kernel) = &self.kernel {
            return kernel.is_cylindrical();
        }
        matches!(
            self.kernel,
            Kernel::Mercator(_)
                | Kernel::EquidistantCylindrical(_)
                | Kernel::EqualAreaCylindrical(_)
                | Kernel::Miller
        )
    }
}

/// The ellipsoid, or the sphere that a flag of the operation asks for.
fn spherical(op: &Operation, ell: &Ellipsoid) -> Ellipsoid {
    let (a, es) = (ell.a, ell.es);
    let radius = if op.flag("R_A") {
        // Equal area, PROJ's series.
        a * (1.0 - es * (1.0 / 6.0 + es * (17.0 / 360.0 + es * 67.0 / 3024.0)))
    } else if op.flag("R_V") {
        // Equal volume, PROJ's series.
        a * (1.0 - es * (1.0 / 6.0 + es * (5.0 / 72.0 + es * 55.0 / 1296.0)))
    } else if op.flag("R_a") {
        f64::midpoint(a, ell.b())
    } else if op.get("f") == Some(0.0) {
        a
    } else {
        return *ell;
    };
    Ellipsoid::sphere(radius)
}
