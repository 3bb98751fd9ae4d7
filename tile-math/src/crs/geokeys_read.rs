//! From GeoKeys to a CRS: OGC 19-008r4 §7.

use super::{Crs, GeoKeys};
use crate::Error;

/// `GTModelTypeGeoKey`.
const MODEL_TYPE: u16 = 1024;
/// `GeodeticCRSGeoKey`.
const GEODETIC_CRS: u16 = 2048;
/// `ProjectedCRSGeoKey`.
const PROJECTED_CRS: u16 = 3072;
/// The value that means "given by other keys".
const USER_DEFINED: u16 = 32767;

pub(super) fn read(keys: &GeoKeys) -> Result<Option<Crs>, Error> {
    if let Some(code) = keys
        .short(PROJECTED_CRS)
        .filter(|&c| c != 0 && c != USER_DEFINED)
    {
        return Crs::from_epsg(u32::from(code)).map(Some);
    }
    if keys.short(MODEL_TYPE) == Some(1) || keys.value(PROJECTED_CRS).is_some() {
        return Err(Error::UnsupportedCrs {
            crs: "GeoKey 3072".to_owned(),
            reason: "user-defined projections are not read yet".to_owned(),
        });
    }
    match keys
        .short(GEODETIC_CRS)
        .filter(|&c| c != 0 && c != USER_DEFINED)
    {
        Some(code) => Crs::from_epsg(u32::from(code)).map(Some),
        None => Ok(None),
    }
}
