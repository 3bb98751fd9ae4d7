//! The public CRS type.

use core::fmt;
use core::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use super::definition::{Axes, Definition, Id};
use super::registry::{self, Found};
use super::{GeoKeys, geokeys_read, geokeys_write, parse, projjson, wkt_write};
use crate::Error;

/// A two-dimensional coordinate reference system. Cloning is cheap.
///
/// Equality means same identifier and same definition, so `EPSG:4326` and `OGC:CRS84` differ, though
/// [`Crs::same_coordinates`] holds between them: everything in this crate speaks traditional
/// GIS order (easting or longitude first), whatever the authority's axis order.
#[derive(Clone)]
pub struct Crs(Arc<Inner>);

struct Inner {
    definition: Definition,
    key: String,
    transform_key: String,
}

impl Crs {
    pub(crate) fn from_definition(definition: Definition) -> Self {
        let (key, transform_key) = (definition.key(), definition.transform_key());
        Self(Arc::new(Inner {
            definition,
            key,
            transform_key,
        }))
    }

    pub(crate) fn definition(&self) -> &Definition {
        &self.0.definition
    }

    /// The CRS of an EPSG code. A three-dimensional or compound CRS gives its horizontal part.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownCrs`] for a code the registry does not list,
    /// [`Error::UnsupportedCrs`] for one whose method cannot be computed.
    ///
    /// # Example
    ///
    /// ```
    /// use tile_math::Crs;
    ///
    /// assert_eq!(Crs::from_epsg(32631)?.name(), "WGS 84 / UTM zone 31N");
    /// assert!(Crs::from_epsg(1).unwrap_err().to_string().contains("EPSG:1"));
    /// # Ok::<(), tile_math::Error>(())
    /// ```
    pub fn from_epsg(code: u32) -> Result<Self, Error> {
        Self::from_authority("EPSG", &code.to_string())
    }

    /// The CRS of an authority (`EPSG`, `ESRI`, `OGC`) and a code.
    ///
    /// # Errors
    ///
    /// As [`Crs::from_epsg`].
    pub fn from_authority(authority: &str, code: &str) -> Result<Self, Error> {
        let authority = authority.to_ascii_uppercase();
        if authority == "OGC" || authority == "CRS" {
            return Self::ogc(code);
        }
        let id = Id::new(&authority, code);
        match registry::find(&id) {
            Some(Found::Crs(definition)) => Ok(Self::from_definition(*definition)),
            Some(Found::Refused(name, method)) => Err(Error::UnsupportedCrs {
                crs: format!("{authority}:{code} ({name})"),
                reason: format!("its method {method} is not implemented; reproject the data first"),
            }),
            None => Err(Error::UnknownCrs {
                crs: crate::error::shorten(&format!("{authority}:{code}")),
                reason: "the registry has no such two-dimensional CRS; give WKT, PROJJSON or a PROJ string"
                    .to_owned(),
            }),
        }
    }

    /// Authority and code of every registered CRS, aliases included, in ascending order.
    pub fn registered() -> impl Iterator<Item = (String, u32)> {
        registry::identifiers().filter_map(|id| Some((id.authority.clone(), id.number()?)))
    }

    /// The OGC's own CRSs: CRS84, CRS83, CRS27, and CRS84h's horizontal part.
    fn ogc(code: &str) -> Result<Self, Error> {
        let (code, epsg, name) = match code.to_ascii_uppercase().as_str() {
            "CRS84" | "84" | "CRS84H" => ("CRS84", 4326, "WGS 84 (CRS84)"),
            "CRS83" | "83" => ("CRS83", 4269, "NAD83 (CRS83)"),
            "CRS27" | "27" => ("CRS27", 4267, "NAD27 (CRS27)"),
            _ => {
                return Err(Error::UnknownCrs {
                    crs: crate::error::shorten(&format!("OGC:{code}")),
                    reason: "the OGC's CRSs are CRS84, CRS83 and CRS27".to_owned(),
                });
            }
        };
        let mut definition = Self::from_epsg(epsg)?.definition().clone();
        definition.id = Some(Id::new("OGC", code));
        definition.base_id.clone_from(&definition.id);
        definition.base_name = name.to_owned();
        definition.name = name.to_owned();
        definition.axes = Axes::EAST_NORTH;
        Ok(Self::from_definition(definition))
    }

    /// Reads any usual form of a CRS.
    ///
    /// Understood are `EPSG:4326`, `ESRI:54009`, `OGC:CRS84`, `[EPSG:4326]`, the OGC's URNs
    /// and URIs, WKT 1 as GDAL and as Esri write it, WKT 2, PROJ strings and PROJJSON.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownCrs`], [`Error::UnsupportedCrs`], [`Error::InvalidCrs`] with the position,
    /// or [`Error::LimitExceeded`] for text beyond 1 MiB or 64 levels.
    pub fn parse(text: &str) -> Result<Self, Error> {
        parse::parse(text)
    }

    /// The CRS that a GeoTIFF's keys declare; `None` when they declare none.
    ///
    /// # Errors
    ///
    /// As [`Crs::parse`], naming the GeoKey.
    ///
    /// # Specification
    ///
    /// OGC 19-008r4 (GeoTIFF 1.1) §7.
    pub fn from_geokeys(keys: &GeoKeys) -> Result<Option<Self>, Error> {
        geokeys_read::read(keys)
    }

    /// The GeoKeys that declare this CRS.
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedCrs`] when the CRS has no EPSG code and its method no GeoTIFF code.
    pub fn to_geokeys(&self) -> Result<GeoKeys, Error> {
        geokeys_write::write(self)
    }

    /// `EPSG:4326`. Coordinates are still longitude first here.
    #[must_use]
    pub fn wgs84() -> Self {
        cached(4326)
    }

    /// `EPSG:3857`.
    #[must_use]
    pub fn web_mercator() -> Self {
        cached(3857)
    }

    /// `OGC:CRS84`.
    #[must_use]
    pub fn crs84() -> Self {
        static CRS84: OnceLock<Crs> = OnceLock::new();
        CRS84
            .get_or_init(|| Self::ogc("CRS84").expect("EPSG:4326 is in the registry"))
            .clone()
    }

    /// The EPSG code, when EPSG is the authority.
    #[must_use]
    pub fn epsg(&self) -> Option<u32> {
        self.definition()
            .id
            .as_ref()
            .filter(|id| id.authority == "EPSG")?
            .number()
    }

    /// Authority and code, such as `("OGC", "CRS84")`.
    #[must_use]
    pub fn authority(&self) -> Option<(&str, &str)> {
        self.definition()
            .id
            .as_ref()
            .map(|id| (id.authority.as_str(), id.code.as_str()))
    }

    /// The OGC's URI, such as `http://www.opengis.net/def/crs/EPSG/0/3857`; `None` without an
    /// authority.
    #[must_use]
    pub fn to_uri(&self) -> Option<String> {
        let (authority, code) = self.authority()?;
        let version = if authority == "OGC" { "1.3" } else { "0" };
        Some(format!(
            "http://www.opengis.net/def/crs/{authority}/{version}/{code}"
        ))
    }

    /// WKT 2 (ISO 19162:2019); `None` for projections that only PROJ names.
    #[must_use]
    pub fn to_wkt(&self) -> Option<String> {
        wkt_write::write(self.definition())
    }

    /// PROJJSON; `None` for projections that only PROJ names.
    #[must_use]
    pub fn to_projjson(&self) -> Option<serde_json::Value> {
        projjson::write(self.definition())
    }

    /// A PROJ string. The name, identifier and datum are lost, as in any; south- and west-pointing axes and a shift given
    /// with the definition are kept.
    #[must_use]
    pub fn to_proj_string(&self) -> String {
        self.definition().to_proj_string()
    }

    /// Whether coordinates are longitude and latitude.
    #[must_use]
    pub fn is_geographic(&self) -> bool {
        self.definition().operation.is_none()
    }

    /// The registered or given name, such as `WGS 84 / UTM zone 31N`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.definition().name
    }

    /// Metres per unit of the axes; for angular units along the equator (OGC 17-083r4 §6.1).
    #[must_use]
    pub fn meters_per_unit(&self) -> f64 {
        let d = self.definition();
        if !self.is_geographic() {
            return d.unit;
        }
        // The standard's expression for degrees; other angles in proportion.
        let per_degree = 2.0 * core::f64::consts::PI * d.datum.ellipsoid.a / 360.0;
        if d.unit == super::definition::DEGREE {
            per_degree
        } else {
            per_degree * d.unit / super::definition::DEGREE
        }
    }

    /// Whether the authority's axis order is the reverse of the order used here: latitude before
    /// longitude, or northing before easting.
    #[must_use]
    pub fn axis_inverted(&self) -> bool {
        self.definition().axes.exchanged
    }

    /// The geographic CRS on which this one stands; itself when geographic.
    #[must_use]
    pub fn geographic(&self) -> Self {
        if self.is_geographic() {
            return self.clone();
        }
        let base = self.definition().geographic();
        // The registered form knows its own axes and area.
        if let Some(Found::Crs(found)) = base.id.as_ref().and_then(registry::find) {
            return Self::from_definition(*found);
        }
        Self::from_definition(base)
    }

    /// Whether the same numbers mean the same place in both, in traditional GIS order.
    #[must_use]
    pub fn same_coordinates(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.transform_key == other.0.transform_key
    }

    /// Area of use in degrees: west, south, east, north; west is greater than east when it crosses the
    /// antimeridian.
    #[must_use]
    pub fn area_of_use(&self) -> Option<crate::BoundingBox> {
        self.definition().area.map(Into::into)
    }

    /// Semi-major axis of the ellipsoid in metres.
    #[must_use]
    pub fn semi_major_axis(&self) -> f64 {
        self.definition().datum.ellipsoid.a
    }
}

fn cached(code: u32) -> Crs {
    static WGS84: OnceLock<Crs> = OnceLock::new();
    static WEB_MERCATOR: OnceLock<Crs> = OnceLock::new();
    let cell = if code == 4326 { &WGS84 } else { &WEB_MERCATOR };
    cell.get_or_init(|| Crs::from_epsg(code).expect("EPSG:4326 and EPSG:3857 are in the registry"))
        .clone()
}

impl PartialEq for Crs {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.key == other.0.key
    }
}

impl Eq for Crs {}

impl Hash for Crs {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.key.hash(state);
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.authority() {
            Some((authority, code)) => write!(f, "{authority}:{code}"),
            None => f.write_str(self.name()),
        }
    }
}

impl fmt::Debug for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crs({self}; {})", self.0.transform_key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known() {
        let crs = Crs::web_mercator();
        assert_eq!(crs.epsg(), Some(3857));
        assert_eq!(crs.to_string(), "EPSG:3857");
        assert_eq!(
            crs.to_uri().as_deref(),
            Some("http://www.opengis.net/def/crs/EPSG/0/3857")
        );
        assert_eq!(crs.geographic(), Crs::wgs84());
        assert!(!crs.axis_inverted() && Crs::wgs84().axis_inverted());
        assert!((Crs::wgs84().meters_per_unit() - 111_319.490_793_273_57).abs() < 1e-9);
    }

    #[test]
    fn crs84_is_another_crs_with_the_same_coordinates() {
        assert_ne!(Crs::crs84(), Crs::wgs84());
        assert!(Crs::crs84().same_coordinates(&Crs::wgs84()));
        assert_eq!(
            Crs::crs84().to_uri().as_deref(),
            Some("http://www.opengis.net/def/crs/OGC/1.3/CRS84")
        );
    }
}
