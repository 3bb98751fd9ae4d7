//! From a description in any format to a definition: what is registered is recognised, what is not is built.

use super::definition::{Axes, DatumDef, Definition, EllipsoidDef, Id, ShiftDef};
use super::handle::Crs;
use super::methods::{self, Method};
use super::proj_string::check_ellipsoid;
use super::registry::{self, Found};
use crate::Error;
use crate::projection::{Operation, Projection};

/// A geographic CRS as described.
#[derive(Clone, Debug)]
pub(super) struct DescribedBase {
    pub(super) name: String,
    pub(super) id: Option<Id>,
    pub(super) datum_name: String,
    pub(super) datum_code: Option<u32>,
    pub(super) ellipsoid: EllipsoidDef,
    /// Degrees from Greenwich.
    pub(super) prime_meridian: f64,
    pub(super) prime_meridian_name: String,
    /// Radians per unit.
    pub(super) unit: f64,
    pub(super) towgs84: Option<[f64; 7]>,
}

/// A CRS as described.
#[derive(Clone, Debug)]
pub(super) struct Described {
    pub(super) name: String,
    pub(super) id: Option<Id>,
    pub(super) base: DescribedBase,
    /// `None`: geographic.
    pub(super) operation: Option<Operation>,
    /// Metres or radians per unit.
    pub(super) unit: f64,
    /// `None`: not said.
    pub(super) axes: Option<Axes>,
}

/// The operation of a method with parameters; the error names both.
pub(super) fn operation(
    method: Option<&'static Method>,
    method_name: &str,
    crs: &str,
    parameters: &[(&'static str, f64)],
) -> Result<Operation, Error> {
    let unsupported = |reason: String| Error::UnsupportedCrs {
        crs: crate::error::shorten(crs),
        reason,
    };
    let method = method.ok_or_else(|| {
        unsupported(format!(
            "projection method {:?} is not implemented",
            crate::error::shorten(method_name)
        ))
    })?;
    method
        .operation(parameters)
        .map_err(|reason| unsupported(format!("{}: {reason}", method.name)))
}

impl Described {
    /// Checks the numbers, and finds what is registered.
    pub(super) fn assemble(self) -> Result<Crs, Error> {
        check_ellipsoid(&self.base.ellipsoid)?;
        let finite = self.base.prime_meridian.is_finite()
            && self.base.prime_meridian.abs() <= 360.0
            && self
                .base
                .towgs84
                .is_none_or(|p| p.iter().all(|v| v.is_finite()));
        if !(self.unit.is_finite()
            && self.unit > 0.0
            && self.base.unit.is_finite()
            && self.base.unit > 0.0
            && finite)
        {
            return Err(Error::InvalidCrs {
                at: "units".to_owned(),
                reason: "a unit, prime meridian or datum shift is not a usable number".to_owned(),
            });
        }
        let id = self.id.clone();
        let definition = self.definition();
        // The authority's own definition counts where it says the same.
        let registered = id.as_ref().and_then(registry::find);
        if let Some(Found::Crs(registered)) = registered
            && says_the_same(&definition, &registered)
        {
            return Ok(Crs::from_definition(*registered));
        }
        // An identifier that says something else is not this CRS's.
        Ok(Crs::from_definition(Definition {
            id: None,
            ..definition
        }))
    }

    fn definition(self) -> Definition {
        let base = self.base;
        let known = base.registered();
        let (datum, shift, base_id) = match known {
            Some(known) => {
                let shift = base.towgs84.map_or(known.shift, ShiftDef::Helmert);
                (known.datum, shift, known.id)
            }
            None => {
                let datum = DatumDef {
                    name: base.datum_name,
                    code: base.datum_code,
                    ellipsoid: base.ellipsoid,
                    prime_meridian: base.prime_meridian,
                    prime_meridian_name: base.prime_meridian_name,
                };
                (
                    datum,
                    base.towgs84.map_or(ShiftDef::Null, ShiftDef::Helmert),
                    None,
                )
            }
        };
        let geographic = self.operation.is_none();
        Definition {
            base_name: if geographic {
                self.name.clone()
            } else {
                base.name
            },
            name: self.name,
            id: self.id,
            datum,
            shift,
            base_id,
            axes: self.axes.unwrap_or(if geographic {
                Axes::NORTH_EAST
            } else {
                Axes::EAST_NORTH
            }),
            unit: self.unit,
            base_unit: base.unit,
            operation: self.operation,
            area: None,
        }
    }
}

impl DescribedBase {
    /// The registered geographic CRS with this one's datum, meridian and unit.
    fn registered(&self) -> Option<Definition> {
        let by_name = |name: &str| registry::by_name(&methods::normalize(name));
        let by_datum = |code: u32| registry::datum_by_code(code)?.1;
        let candidates = [
            self.id.clone(),
            self.datum_code.and_then(by_datum),
            by_name(&self.datum_name),
            by_name(&self.name),
        ];
        candidates.into_iter().flatten().find_map(|id| {
            let Found::Crs(found) = registry::find(&id)? else {
                return None;
            };
            let same = found.datum.ellipsoid.same_figure(&self.ellipsoid)
                && (found.datum.prime_meridian - self.prime_meridian).abs() < 1e-7
                && found.operation.is_none()
                && (found.unit - self.unit).abs() < 1e-9 * self.unit;
            same.then_some(*found)
        })
    }
}

/// Whether two definitions give the same coordinates, to a tenth of a millimetre in the area of use.
fn says_the_same(described: &Definition, registered: &Definition) -> bool {
    if (described.unit - registered.unit).abs() > 1e-9 * registered.unit
        || described.operation.is_some() != registered.operation.is_some()
        || !described
            .datum
            .ellipsoid
            .same_figure(&registered.datum.ellipsoid)
        || (described.datum.prime_meridian - registered.datum.prime_meridian).abs() > 1e-7
    {
        return false;
    }
    let (Some(a), Some(b)) = (&described.operation, &registered.operation) else {
        return true;
    };
    let prepare = |o: &Operation, d: &Definition| Projection::new(o, &d.datum.ellipsoid.figure());
    let (Ok(pa), Ok(pb)) = (prepare(a, described), prepare(b, registered)) else {
        return a == b;
    };
    let [west, south, east, north] = registered.area.unwrap_or([-10.0, 40.0, 10.0, 50.0]);
    let east = if east < west { east + 360.0 } else { east };
    (1..4).all(|i| {
        let t = f64::from(i) / 4.0;
        let lon = (west + (east - west) * t - registered.datum.prime_meridian).to_radians();
        let lat = (south + (north - south) * (1.0 - t * 0.9)).to_radians();
        match (pa.forward(lon, lat), pb.forward(lon, lat)) {
            (Some(p), Some(q)) => (p.0 - q.0).hypot(p.1 - q.1) < 1e-4,
            (p, q) => p.is_none() && q.is_none(),
        }
    })
}
