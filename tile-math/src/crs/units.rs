//! Units of length and angle by EPSG's codes and by name.

use super::definition::DEGREE;
use super::methods::normalize;

/// EPSG code, name, metres.
const LENGTHS: &[(u16, &str, f64)] = &[
    (9001, "metre", 1.0),
    (9002, "foot", 0.3048),
    (9003, "US survey foot", 12.0 / 39.37),
    (9005, "Clarke's foot", 0.304_797_265_4),
    (9014, "fathom", 1.8288),
    (9030, "nautical mile", 1852.0),
    (9031, "German legal metre", 1.000_013_596_5),
    (9033, "US survey chain", 792.0 / 39.37),
    (9034, "US survey link", 7.92 / 39.37),
    (9035, "US survey mile", 63360.0 / 39.37),
    (9036, "kilometre", 1000.0),
    (9037, "Clarke's yard", 0.914_391_796_2),
    (9038, "Clarke's chain", 20.116_619_516_4),
    (9039, "Clarke's link", 0.201_166_195_164),
    (9040, "British yard (Sears 1922)", 0.914_398_414_616_029),
    (9041, "British foot (Sears 1922)", 0.304_799_471_538_676),
    (9042, "British chain (Sears 1922)", 20.116_765_121_552_6),
    (9043, "British link (Sears 1922)", 0.201_167_651_215_526),
    (9060, "British yard (Benoit 1895 B)", 0.914_399_204_289_812),
    (9062, "British chain (Benoit 1895 B)", 20.116_782_494_375_9),
    (9080, "Indian foot", 0.304_799_510_248_147),
    (9081, "Indian foot (1937)", 0.304_798_41),
    (9084, "Indian yard", 0.914_398_530_744_44),
    (9093, "Statute mile", 1609.344),
    (9094, "Gold Coast foot", 0.304_799_710_181_509),
    (9096, "yard", 0.9144),
    (9097, "chain", 20.1168),
    (9098, "link", 0.201_168),
    (9099, "British yard (Sears 1922 truncated)", 0.914_398),
    (1025, "millimetre", 0.001),
    (1033, "centimetre", 0.01),
];

/// EPSG code, name, radians.
const ANGLES: &[(u16, &str, f64)] = &[
    (9102, "degree", DEGREE),
    (9101, "radian", 1.0),
    (9103, "arc-minute", DEGREE / 60.0),
    (9104, "arc-second", DEGREE / 3600.0),
    (9105, "grad", core::f64::consts::PI / 200.0),
    (9106, "gon", core::f64::consts::PI / 200.0),
    (9109, "microradian", 1e-6),
    (9122, "degree", DEGREE),
];

/// Metres of a unit by code.
pub(super) fn length(code: u16) -> Option<f64> {
    LENGTHS
        .iter()
        .find(|(c, ..)| *c == code)
        .map(|(.., metres)| *metres)
}

/// Metres of a unit by name, as JSON gives it without a factor.
pub(super) fn length_by_name(name: &str) -> Option<f64> {
    let name = normalize(name);
    let name = if name == "meter" {
        "metre".to_owned()
    } else {
        name
    };
    LENGTHS
        .iter()
        .find(|(_, n, _)| normalize(n) == name)
        .map(|(.., metres)| *metres)
}

/// Radians of a unit by code.
pub(super) fn angle(code: u16) -> Option<f64> {
    ANGLES
        .iter()
        .find(|(c, ..)| *c == code)
        .map(|(.., radians)| *radians)
}

/// Radians of a unit by name.
pub(super) fn angle_by_name(name: &str) -> Option<f64> {
    let name = normalize(name);
    ANGLES
        .iter()
        .find(|(_, n, _)| normalize(n) == name)
        .map(|(.., radians)| *radians)
}

/// Code and name of a length unit.
pub(super) fn name_of_length(metres: f64) -> Option<(u16, &'static str)> {
    LENGTHS
        .iter()
        .find(|(.., m)| (m - metres).abs() < 1e-9 * m)
        .map(|(c, n, ..)| (*c, *n))
}

/// Code and name of an angular unit.
pub(super) fn name_of_angle(radians: f64) -> Option<(u16, &'static str)> {
    ANGLES
        .iter()
        .find(|(.., r)| (r - radians).abs() < 1e-12 * r)
        .map(|(c, n, _)| (*c, *n))
}

/// A factor as written, made exact where it is a rounding of a known unit.
pub(super) fn exact_length(metres: f64) -> f64 {
    LENGTHS
        .iter()
        .map(|(.., m)| *m)
        .find(|m| (m - metres).abs() < 2e-10 * m)
        .unwrap_or(metres)
}

/// As [`exact_length`] for angles.
pub(super) fn exact_angle(radians: f64) -> f64 {
    ANGLES
        .iter()
        .map(|(.., r)| *r)
        .find(|r| (r - radians).abs() < 1e-9 * r)
        .unwrap_or(radians)
}
