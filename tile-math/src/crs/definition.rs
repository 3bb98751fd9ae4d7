//! What a CRS is made of.

use std::fmt::Write as _;

use crate::projection::{Ellipsoid, Operation};

/// Radians in one degree: the unit of most geographic CRSs.
pub(crate) const DEGREE: f64 = core::f64::consts::PI / 180.0;

/// An authority's name for something.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Id {
    /// `EPSG`, `ESRI`, `OGC` …
    pub(crate) authority: String,
    /// The code, a number for EPSG and ESRI.
    pub(crate) code: String,
}

impl Id {
    pub(crate) fn new(authority: &str, code: impl ToString) -> Self {
        Self {
            authority: authority.to_owned(),
            code: code.to_string(),
        }
    }

    pub(crate) fn epsg(code: u32) -> Self {
        Self::new("EPSG", code)
    }

    pub(crate) fn number(&self) -> Option<u32> {
        self.code.parse().ok()
    }
}

/// An ellipsoid as registries name it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EllipsoidDef {
    pub(crate) name: String,
    /// EPSG code.
    pub(crate) code: Option<u32>,
    /// Semi-major axis, metres.
    pub(crate) a: f64,
    /// Inverse flattening, 0 for a sphere.
    pub(crate) inverse_flattening: f64,
}

impl EllipsoidDef {
    pub(crate) fn figure(&self) -> Ellipsoid {
        Ellipsoid::new(self.a, self.inverse_flattening)
    }

    /// Same size and shape, whatever the name.
    pub(crate) fn same_figure(&self, other: &Self) -> bool {
        (self.a - other.a).abs() < 1e-4 && (self.figure().b() - other.figure().b()).abs() < 1e-4
    }
}

/// A geodetic datum with its ellipsoid and prime meridian.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DatumDef {
    pub(crate) name: String,
    /// EPSG code.
    pub(crate) code: Option<u32>,
    pub(crate) ellipsoid: EllipsoidDef,
    /// Greenwich longitude of the prime meridian in degrees.
    pub(crate) prime_meridian: f64,
    pub(crate) prime_meridian_name: String,
}

/// How to reach WGS 84.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ShiftDef {
    /// Longitudes (from Greenwich) and latitudes are kept.
    Null,
    /// The operations listed for this geographic CRS.
    Registered(Id),
    /// A position vector transformation given with the definition: metres, arc seconds, ppm.
    Helmert([f64; 7]),
}

/// Directions of the two axes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Axes {
    /// `e`, `n`, `w` or `s`, in the authority's order.
    pub(crate) directions: [u8; 2],
    /// Whether traditional GIS order exchanges them.
    pub(crate) exchanged: bool,
}

impl Axes {
    pub(crate) const EAST_NORTH: Self = Self {
        directions: *b"en",
        exchanged: false,
    };
    pub(crate) const NORTH_EAST: Self = Self {
        directions: *b"ne",
        exchanged: true,
    };

    /// Reads the registry's form, such as `ne!`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (text, exchanged) = text.strip_suffix('!').map_or((text, false), |t| (t, true));
        let directions: [u8; 2] = text.as_bytes().try_into().ok()?;
        Some(Self {
            directions,
            exchanged,
        })
    }

    /// Signs and exchange which lead from easting and northing to the coordinates as used
    /// here: `(exchange, sign of first, sign of second)`.
    ///
    /// Traditional GIS order exchanges only north-east (and polar northing-easting) pairs, as GDAL
    /// and PROJ do; south- and west-oriented grids keep their own axes.
    pub(crate) fn grid_signs(self) -> (bool, f64, f64) {
        match &self.directions {
            b"ws" => (false, -1.0, -1.0),
            b"sw" => (true, -1.0, -1.0),
            b"wn" => (false, -1.0, 1.0),
            b"es" => (false, 1.0, -1.0),
            _ => (false, 1.0, 1.0),
        }
    }
}

/// A two-dimensional CRS, ready to compute.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) id: Option<Id>,
    pub(crate) datum: DatumDef,
    pub(crate) shift: ShiftDef,
    /// Name of the geographic CRS (the CRS's own when it is geographic).
    pub(crate) base_name: String,
    pub(crate) base_id: Option<Id>,
    pub(crate) axes: Axes,
    /// Metres (projected) or radians (geographic) per unit.
    pub(crate) unit: f64,
    /// Radians per unit of the base geographic CRS.
    pub(crate) base_unit: f64,
    /// `None`: a geographic CRS.
    pub(crate) operation: Option<Operation>,
    /// Area of use in degrees: west, south, east, north.
    pub(crate) area: Option<[f64; 4]>,
}

impl Definition {
    /// The text that decides equality: identifier and everything that changes coordinates.
    pub(crate) fn key(&self) -> String {
        let mut key = String::new();
        if let Some(id) = &self.id {
            let _ = write!(key, "{}:{} ", id.authority, id.code);
        }
        key.push_str(&self.transform_key());
        key
    }

    /// Everything that changes coordinates, and nothing else: two CRSs with equal text are the
    /// same coordinates in traditional GIS order.
    pub(crate) fn transform_key(&self) -> String {
        let (exchange, first, second) = self.axes.grid_signs();
        let mut key = self.geodetic_key();
        let _ = write!(key, " unit={:.13e}", self.unit);
        if let Some(operation) = &self.operation {
            let _ = write!(
                key,
                " {} axes={exchange},{first},{second}",
                operation.canonical(self.datum.ellipsoid.a)
            );
        }
        key
    }

    /// Everything that places longitudes and latitudes on the ground.
    pub(crate) fn geodetic_key(&self) -> String {
        let e = &self.datum.ellipsoid;
        let mut key = format!(
            "a={} rf={} pm={}",
            e.a, e.inverse_flattening, self.datum.prime_meridian
        );
        match &self.shift {
            ShiftDef::Null => {}
            ShiftDef::Registered(id) => {
                let _ = write!(key, " shift={}:{}", id.authority, id.code);
            }
            ShiftDef::Helmert(p) => {
                let _ = write!(key, " towgs84={p:?}");
            }
        }
        key
    }

    /// A PROJ string with all that one can say.
    pub(crate) fn to_proj_string(&self) -> String {
        let mut text = match &self.operation {
            None => "proj=longlat".to_owned(),
            Some(operation) => operation.to_tokens(),
        };
        let e = &self.datum.ellipsoid;
        if self.operation.as_ref().is_none_or(|o| o.get("R").is_none()) {
            let _ = write!(text, " a={} b={}", e.a, e.figure().b());
        }
        if self.datum.prime_meridian != 0.0 {
            let _ = write!(text, " pm={}", self.datum.prime_meridian);
        }
        if self.operation.is_some() {
            let _ = write!(text, " to_meter={}", self.unit);
            if &self.axes.directions != b"en" && !self.axes.exchanged {
                let _ = write!(
                    text,
                    " axis={}u",
                    String::from_utf8_lossy(&self.axes.directions)
                );
            }
        }
        if let ShiftDef::Helmert(p) = &self.shift {
            let list: Vec<String> = p.iter().map(f64::to_string).collect();
            let _ = write!(text, " towgs84={}", list.join(","));
        }
        let tokens: Vec<String> = text.split(' ').map(|token| format!("+{token}")).collect();
        format!("{} +no_defs +type=crs", tokens.join(" "))
    }

    /// The geographic CRS that this one stands on.
    pub(crate) fn geographic(&self) -> Self {
        if self.operation.is_none() {
            return self.clone();
        }
        Self {
            name: self.base_name.clone(),
            id: self.base_id.clone(),
            axes: Axes::NORTH_EAST,
            unit: self.base_unit,
            operation: None,
            ..self.clone()
        }
    }
}
