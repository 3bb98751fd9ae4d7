//! From a CRS to GeoKeys: OGC 19-008r4 §7.

use super::{Crs, GeoKeyValue, GeoKeys};
use crate::Error;

pub(super) fn write(crs: &Crs) -> Result<GeoKeys, Error> {
    let mut keys = GeoKeys::new();
    let code = crs
        .epsg()
        .or_else(|| crs.same_coordinates(&Crs::wgs84()).then_some(4326))
        .and_then(|code| u16::try_from(code).ok())
        .ok_or_else(|| Error::UnsupportedCrs {
            crs: crs.to_string(),
            reason: "it has no EPSG code to write as a GeoKey".to_owned(),
        })?;
    keys.insert(
        1024,
        GeoKeyValue::Short(if crs.is_geographic() { 2 } else { 1 }),
    );
    keys.insert(1025, GeoKeyValue::Short(1));
    if crs.is_geographic() {
        keys.insert(2048, GeoKeyValue::Short(code));
    } else {
        keys.insert(3072, GeoKeyValue::Short(code));
    }
    Ok(keys)
}
