//! Projection methods and parameters by all their names: WKT 1 as GDAL and Esri write it, WKT 2 and PROJJSON by
//! EPSG's names and codes, and GeoTIFF's codes.

use crate::projection::Operation;

/// A method as other formats name it.
pub(crate) struct Method {
    /// How its parameters make an operation.
    kind: Kind,
    /// EPSG's code of the coordinate operation method, 0 without one.
    pub(crate) epsg: u32,
    /// EPSG's name, or the customary one.
    pub(crate) name: &'static str,
    /// GDAL's name in WKT 1.
    wkt1: &'static str,
    /// `ProjMethodGeoKey` (3075), 0 without one.
    pub(crate) geotiff: u16,
    /// Other names, normalized.
    aliases: &'static [&'static str],
}

/// What a method's parameters mean to PROJ.
#[derive(Copy, Clone, Debug, PartialEq)]
enum Kind {
    /// The method with its parameters as they are.
    Plain(&'static str),
    /// Spherical on the authalic sphere.
    Authalic(&'static str),
    SouthOrientatedTransverseMercator,
    WebMercator,
    /// Standard parallel means the latitude of true scale.
    TrueScale(&'static str),
    Lambert,
    LambertVariantB,
    /// Latitude of origin is a pole (scale there), or else the latitude of true scale.
    PolarStereographic,
    /// Esri's: the pole is in the name.
    StereographicPole(f64),
    HotineA,
    HotineB,
    Krovak,
    ModifiedKrovak,
    HyperbolicCassini,
    Guam,
    /// Latitude of origin is the standard parallel.
    Bonne,
    SweepX,
    /// Esri's: on a sphere with the semi-major axis.
    SphericalOrthographic,
    /// Esri's name for true scale at 30 degrees.
    Behrmann,
}

macro_rules! methods {
    ($($kind:expr, $epsg:literal, $name:literal, $wkt1:literal, $geotiff:literal, [$($alias:literal),*];)*) => {
        &[$(Method { kind: $kind, epsg: $epsg, name: $name, wkt1: $wkt1, geotiff: $geotiff, aliases: &[$($alias),*] }),*]
    };
}

use Kind::{
    Authalic, Behrmann, Bonne, Guam, HotineA, HotineB, HyperbolicCassini, Krovak, Lambert,
    LambertVariantB, ModifiedKrovak, Plain, PolarStereographic, SouthOrientatedTransverseMercator,
    SphericalOrthographic, StereographicPole, SweepX, TrueScale, WebMercator,
};

static METHODS: &[Method] = methods![
    Plain("tmerc"), 9807, "Transverse Mercator", "Transverse_Mercator", 1, ["gausskruger", "transversemercatorcomplex"];
    Plain("tmerc"), 1111, "Transverse Mercator 3D", "", 0, [];
    SouthOrientatedTransverseMercator, 9808, "Transverse Mercator (South Orientated)", "Transverse_Mercator_South_Orientated", 27, ["transversemercatorsouthoriented"];
    Lambert, 9802, "Lambert Conic Conformal (2SP)", "Lambert_Conformal_Conic_2SP", 8, ["lambertconformalconic"];
    Lambert, 9801, "Lambert Conic Conformal (1SP)", "Lambert_Conformal_Conic_1SP", 9, [];
    LambertVariantB, 1102, "Lambert Conic Conformal (1SP variant B)", "", 0, [];
    Lambert, 1051, "Lambert Conic Conformal (2SP Michigan)", "", 0, [];
    // PROJ leaves out the rotation by 29.2985", and so do the files in use.
    Lambert, 9803, "Lambert Conic Conformal (2SP Belgium)", "Lambert_Conformal_Conic_2SP_Belgium", 0, [];
    Plain("merc"), 9804, "Mercator (variant A)", "Mercator_1SP", 7, [];
    TrueScale("merc"), 9805, "Mercator (variant B)", "Mercator_2SP", 0, ["mercator"];
    WebMercator, 1024, "Popular Visualisation Pseudo Mercator", "", 0, ["mercatorauxiliarysphere"];
    PolarStereographic, 9810, "Polar Stereographic (variant A)", "Polar_Stereographic", 15, [];
    PolarStereographic, 9829, "Polar Stereographic (variant B)", "", 0, [];
    StereographicPole(90.0), 0, "Stereographic North Pole", "Stereographic_North_Pole", 0, [];
    StereographicPole(-90.0), 0, "Stereographic South Pole", "Stereographic_South_Pole", 0, [];
    Plain("stere"), 0, "Stereographic", "Stereographic", 14, [];
    Plain("sterea"), 9809, "Oblique Stereographic", "Oblique_Stereographic", 16, ["doublestereographic"];
    Plain("laea"), 9820, "Lambert Azimuthal Equal Area", "Lambert_Azimuthal_Equal_Area", 10, [];
    Authalic("laea"), 1027, "Lambert Azimuthal Equal Area (Spherical)", "", 0, [];
    Plain("aea"), 9822, "Albers Equal Area", "Albers_Conic_Equal_Area", 11, ["albers"];
    Plain("aeqd"), 1125, "Azimuthal Equidistant", "Azimuthal_Equidistant", 12, [];
    Plain("aeqd"), 9832, "Modified Azimuthal Equidistant", "", 0, [];
    Guam, 9831, "Guam Projection", "", 0, [];
    Plain("eqdc"), 1119, "Equidistant Conic", "Equidistant_Conic", 13, [];
    TrueScale("eqc"), 1028, "Equidistant Cylindrical", "Equirectangular", 17, ["platecarree", "equidistantcylindricalellipsoidal"];
    TrueScale("eqc"), 1029, "Equidistant Cylindrical (Spherical)", "", 0, [];
    Plain("cass"), 9806, "Cassini-Soldner", "Cassini_Soldner", 18, ["cassini"];
    HyperbolicCassini, 9833, "Hyperbolic Cassini-Soldner", "", 0, [];
    Plain("gnom"), 0, "Gnomonic", "Gnomonic", 19, [];
    Authalic("mill"), 0, "Miller Cylindrical", "Miller_Cylindrical", 20, [];
    Plain("ortho"), 9840, "Orthographic", "Orthographic", 21, [];
    SphericalOrthographic, 0, "Orthographic (Spherical)", "", 0, [];
    WebMercator, 1026, "Mercator (1SP) (Spherical)", "", 0, [];
    Behrmann, 0, "Behrmann", "", 0, [];
    Plain("ortho"), 1130, "Local Orthographic", "", 0, ["local"];
    Plain("poly"), 9818, "American Polyconic", "Polyconic", 22, [];
    Plain("robin"), 0, "Robinson", "Robinson", 23, [];
    Plain("sinu"), 0, "Sinusoidal", "Sinusoidal", 24, [];
    Plain("nzmg"), 9811, "New Zealand Map Grid", "New_Zealand_Map_Grid", 26, [];
    TrueScale("cea"), 9835, "Lambert Cylindrical Equal Area", "Cylindrical_Equal_Area", 28, [];
    // EPSG means the authalic sphere.
    TrueScale("cea_sphere"), 9834, "Lambert Cylindrical Equal Area (Spherical)", "", 0, [];
    HotineA, 9812, "Hotine Oblique Mercator (variant A)", "Hotine_Oblique_Mercator", 3,
        ["hotineobliquemercatorazimuthnaturalorigin", "rectifiedskeworthomorphicnaturalorigin", "obliquemercator"];
    HotineB, 9815, "Hotine Oblique Mercator (variant B)", "Hotine_Oblique_Mercator_Azimuth_Center", 9815,
        ["rectifiedskeworthomorphiccenter", "hotineobliquemercatorazimuthcentre", "swissobliquecylindrical", "swissobliquemercator"];
    HotineA, 0, "Hotine Oblique Mercator Two Point Natural Origin", "Hotine_Oblique_Mercator_Two_Point_Natural_Origin", 0, [];
    HotineB, 0, "Hotine Oblique Mercator Two Point Center", "Hotine_Oblique_Mercator_Two_Point_Center", 0, [];
    Krovak, 9819, "Krovak", "Krovak", 0, [];
    Krovak, 1041, "Krovak (North Orientated)", "", 0, [];
    ModifiedKrovak, 1042, "Krovak Modified", "", 0, [];
    ModifiedKrovak, 1043, "Krovak Modified (North Orientated)", "", 0, [];
    Plain("labrd"), 9813, "Laborde Oblique Mercator", "Laborde_Oblique_Mercator", 4, [];
    Bonne, 9827, "Bonne", "Bonne", 0, [];
    Plain("col_urban"), 1052, "Colombia Urban", "", 0, ["igacplanocartesiano"];
    Plain("moll"), 0, "Mollweide", "Mollweide", 0, [];
    Plain("eck4"), 0, "Eckert IV", "Eckert_IV", 0, [];
    Plain("eck6"), 0, "Eckert VI", "Eckert_VI", 0, [];
    Plain("eqearth"), 1078, "Equal Earth", "Equal_Earth", 0, [];
    Plain("gall"), 0, "Gall Stereographic", "Gall_Stereographic", 0, [];
    Plain("natearth"), 0, "Natural Earth", "Natural_Earth", 0, [];
    Plain("igh"), 0, "Interrupted Goode Homolosine", "Interrupted_Goode_Homolosine", 0, ["goodehomolosine"];
    Plain("geos"), 0, "Geostationary Satellite (Sweep Y)", "Geostationary_Satellite", 0, [];
    SweepX, 0, "Geostationary Satellite (Sweep X)", "", 0, [];
];

/// Lower-case letters and digits only.
pub(crate) fn normalize(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// The method of EPSG's code.
pub(crate) fn by_code(code: u32) -> Option<&'static Method> {
    METHODS.iter().find(|m| m.epsg == code && code != 0)
}

/// The method of a name in any format.
pub(crate) fn by_name(name: &str) -> Option<&'static Method> {
    let name = normalize(name);
    METHODS.iter().find(|m| {
        normalize(m.name) == name
            || (!m.wkt1.is_empty() && normalize(m.wkt1) == name)
            || m.aliases.contains(&name.as_str())
    })
}

/// The method of GeoTIFF's code.
pub(crate) fn by_geotiff(code: u16) -> Option<&'static Method> {
    METHODS.iter().find(|m| m.geotiff == code && code != 0)
}

/// What kind of number a parameter is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    Angle,
    Length,
    Scale,
}

/// A parameter by its names.
pub(crate) struct Parameter {
    /// PROJ's name.
    pub(crate) proj: &'static str,
    pub(crate) quantity: Quantity,
    /// EPSG's code, 0 without one.
    pub(crate) epsg: u32,
    /// EPSG's name.
    pub(crate) name: &'static str,
    /// GDAL's name in WKT 1.
    pub(crate) wkt1: &'static str,
}

macro_rules! parameters {
    ($($proj:literal, $quantity:ident, $epsg:literal, $name:literal, $wkt1:literal;)*) => {
        &[$(Parameter { proj: $proj, quantity: Quantity::$quantity, epsg: $epsg, name: $name, wkt1: $wkt1 }),*]
    };
}

static PARAMETERS: &[Parameter] = parameters![
    "lat_0", Angle, 8801, "Latitude of natural origin", "latitude_of_origin";
    "lon_0", Angle, 8802, "Longitude of natural origin", "central_meridian";
    "k_0", Scale, 8805, "Scale factor at natural origin", "scale_factor";
    "x_0", Length, 8806, "False easting", "false_easting";
    "y_0", Length, 8807, "False northing", "false_northing";
    "lat_1", Angle, 8823, "Latitude of 1st standard parallel", "standard_parallel_1";
    "lat_2", Angle, 8824, "Latitude of 2nd standard parallel", "standard_parallel_2";
    "lat_ts", Angle, 8832, "Latitude of standard parallel", "latitude_of_standard_parallel";
    "lon_0", Angle, 8833, "Longitude of origin", "longitude_of_origin";
    "lat_0", Angle, 8821, "Latitude of false origin", "latitude_of_false_origin";
    "lon_0", Angle, 8822, "Longitude of false origin", "longitude_of_false_origin";
    "x_0", Length, 8826, "Easting at false origin", "easting_at_false_origin";
    "y_0", Length, 8827, "Northing at false origin", "northing_at_false_origin";
    "lat_0", Angle, 8811, "Latitude of projection centre", "latitude_of_center";
    "lon_0", Angle, 8812, "Longitude of projection centre", "longitude_of_center";
    "lat_0", Angle, 0, "Latitude of projection center", "latitude_of_centre";
    "lon_0", Angle, 0, "Longitude of projection center", "longitude_of_centre";
    "lat_0", Angle, 8834, "Latitude of topocentric origin", "latitude_of_topocentric_origin";
    "x_0", Length, 8816, "Easting at projection centre", "easting_at_projection_centre";
    "y_0", Length, 8817, "Northing at projection centre", "northing_at_projection_centre";
    "k_0", Scale, 8815, "Scale factor at projection centre", "scale_factor_on_initial_line";
    "k_0", Scale, 8819, "Scale factor on pseudo standard parallel", "scale_factor_on_pseudo_standard_parallel";
    "k_0", Scale, 1038, "Ellipsoid scaling factor", "ellipsoid_scaling_factor";
    "alpha", Angle, 8813, "Azimuth at projection centre", "azimuth";
    "alpha", Angle, 0, "Azimuth of initial line", "azimuth_of_initial_line";
    "gamma", Angle, 8814, "Angle from Rectified to Skew Grid", "rectified_grid_angle";
    "ignored", Angle, 1036, "Co-latitude of cone axis", "co_latitude_of_cone_axis";
    "ignored", Angle, 8818, "Latitude of pseudo standard parallel", "pseudo_standard_parallel_1";
    "lat_1", Angle, 0, "Latitude of 1st point", "latitude_of_point_1";
    "lon_1", Angle, 0, "Longitude of 1st point", "longitude_of_point_1";
    "lat_2", Angle, 0, "Latitude of 2nd point", "latitude_of_point_2";
    "lon_2", Angle, 0, "Longitude of 2nd point", "longitude_of_point_2";
    "h", Length, 0, "Satellite Height", "satellite_height";
    "h_0", Length, 1039, "Projection plane origin height", "projection_plane_origin_height";
    "h_0", Length, 0, "Height", "height";
    "ignored", Scale, 0, "X scale", "x_scale";
    "ignored", Scale, 0, "Y scale", "y_scale";
    "rotation", Angle, 0, "XY plane rotation", "xy_plane_rotation";
    "ignored", Scale, 0, "Auxiliary sphere type", "auxiliary_sphere_type";
    "ignored", Scale, 0, "Option", "option";
];

/// The parameter of EPSG's code, or else of a name.
pub(crate) fn parameter(name: &str, code: Option<u32>) -> Option<&'static Parameter> {
    code.and_then(|code| PARAMETERS.iter().find(|p| p.epsg == code && code != 0))
        .or_else(|| {
            let name = normalize(name);
            PARAMETERS
                .iter()
                .find(|p| normalize(p.name) == name || normalize(p.wkt1) == name)
        })
}

impl Method {
    /// The operation of this method with parameters under PROJ's names, degrees and metres.
    ///
    /// `Err` says which parameter is missing or cannot be.
    pub(crate) fn operation(
        &self,
        parameters: &[(&'static str, f64)],
    ) -> Result<Operation, String> {
        let mut op = Operation::default();
        for &(name, value) in parameters {
            match name {
                "ignored" => {}
                // Esri's rectified skew orthomorphic turns the grid by it; Krovak's turn is in the axes.
                "rotation" if matches!(self.kind, HotineA | HotineB) => {
                    op = op.with("gamma", value)
                }
                "rotation" => {}
                _ => op = op.with(name, value),
            }
        }
        let name = |op: Operation, method: &str| Operation {
            method: method.to_owned(),
            ..op
        };
        Ok(match self.kind {
            Plain(method) => {
                let op = name(op, method);
                // Esri gives these a second name for the azimuth.
                match (method, op.get("alpha")) {
                    ("labrd", Some(azimuth)) => op.with("azi", azimuth).without("alpha"),
                    _ => op,
                }
            }
            Authalic(method) => name(op, method).with_flag("R_A"),
            SouthOrientatedTransverseMercator => name(op, "tmerc"),
            WebMercator => name(op, "webmerc").without("lat_0").without("lat_1"),
            TrueScale("cea_sphere") => true_scale(name(op, "cea")).with_flag("R_A"),
            TrueScale(method) => true_scale(name(op, method)),
            Lambert => {
                let mut op = name(op, "lcc");
                if op.get("lat_1").is_none() {
                    let Some(lat) = op.get("lat_ts").or(op.get("lat_0")) else {
                        return Err("it has no standard parallel".to_owned());
                    };
                    op = op.without("lat_ts").with("lat_1", lat);
                }
                op
            }
            LambertVariantB => {
                // The natural origin's latitude comes first, then the false origin's.
                let mut latitudes = parameters
                    .iter()
                    .filter(|(name, _)| *name == "lat_0")
                    .map(|p| p.1);
                let standard = latitudes.next().ok_or("it has no standard parallel")?;
                name(op, "lcc").with("lat_1", standard)
            }
            PolarStereographic => {
                let op = name(op, "stere");
                match op.get("lat_ts").or(op.get("lat_0")) {
                    None => return Err("it has neither origin nor standard parallel".to_owned()),
                    Some(lat) if (lat.abs() - 90.0).abs() < 1e-9 => op.with("lat_0", lat),
                    Some(lat) => op.with("lat_0", 90_f64.copysign(lat)).with("lat_ts", lat),
                }
            }
            StereographicPole(pole) => {
                let lat = op.get("lat_1").or(op.get("lat_ts")).unwrap_or(pole);
                let op = name(op, "stere").without("lat_1").with("lat_0", pole);
                if (lat.abs() - 90.0).abs() < 1e-9 {
                    op
                } else {
                    op.with("lat_ts", lat)
                }
            }
            HotineA => centred(name(op, "omerc")).with_flag("no_uoff"),
            HotineB => {
                let right = |name: &str| op.get(name).is_none_or(|v| (v - 90.0).abs() < 1e-9);
                if op.get("lat_1").is_none() && right("alpha") && right("gamma") {
                    // Switzerland, Liechtenstein, Hungary: PROJ's exact special case.
                    name(op, "somerc").without("alpha").without("gamma")
                } else {
                    centred(name(op, "omerc"))
                }
            }
            Krovak => name(op, "krovak").without("alpha"),
            ModifiedKrovak => name(op, "mod_krovak").without("alpha"),
            HyperbolicCassini => name(op, "cass").with_flag("hyperbolic"),
            Guam => name(op, "aeqd").with_flag("guam"),
            Bonne => {
                let lat = op.get("lat_1").or(op.get("lat_0")).or(op.get("lat_ts"));
                let op = name(op, "bonne").without("lat_0").without("lat_ts");
                op.with("lat_1", lat.ok_or("it has no standard parallel")?)
            }
            SphericalOrthographic => name(op, "ortho").with("f", 0.0),
            Behrmann => name(op, "cea").with("lat_ts", 30.0),
            SweepX => name(op, "geos").with_flag("sweep=x"),
        })
    }

    /// Whether the method's own axes point west and south.
    pub(crate) fn is_south_orientated(&self) -> bool {
        self.kind == SouthOrientatedTransverseMercator
    }
}

fn true_scale(op: Operation) -> Operation {
    match op.get("lat_1").or(op.get("lat_ts")) {
        Some(lat) => op.without("lat_1").without("k_0").with("lat_ts", lat),
        None => op,
    }
}

/// Oblique methods count from the centre.
fn centred(op: Operation) -> Operation {
    match op.get("lon_0") {
        Some(lon) => op.without("lon_0").with("lonc", lon),
        None => op,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_methods() {
        for (name, epsg) in [
            ("Transverse_Mercator", 9807),
            ("Lambert_Conformal_Conic_2SP", 9802),
            ("Lambert Conic Conformal (2SP)", 9802),
            ("Mercator (variant B)", 9805),
            ("Mercator_Auxiliary_Sphere", 1024),
            ("Albers", 9822),
            ("Double_Stereographic", 9809),
        ] {
            assert_eq!(by_name(name).map(|m| m.epsg), Some(epsg), "{name}");
        }
        assert!(by_name("Tobler").is_none());
        assert_eq!(
            parameter("Central_Meridian", None).map(|p| p.proj),
            Some("lon_0")
        );
        assert_eq!(
            parameter("anything", Some(8824)).map(|p| p.proj),
            Some("lat_2")
        );
    }
}
