//! GeoJSON in (RFC 7946).

use super::area::{Polygon, Ring, Shape};
use crate::Error;
use ::geojson::{GeoJson, Geometry, GeometryValue, PolygonType};

/// Most bytes of text.
const MOST_BYTES: usize = 8 << 20;

/// Most positions of all rings together.
const MOST_POSITIONS: usize = 200_000;

/// Most rings of all polygons together.
const MOST_RINGS: usize = 20_000;

pub(super) fn parse(text: &str) -> Result<Shape, Error> {
    if text.len() > MOST_BYTES {
        return Err(refused(format!(
            "{} bytes are more than the {MOST_BYTES} allowed: simplify it",
            text.len()
        )));
    }
    let parsed: GeoJson = text.parse().map_err(|e| refused(format!("{e}")))?;
    let geometry = match parsed {
        GeoJson::Geometry(geometry) => geometry,
        GeoJson::Feature(feature) => feature
            .geometry
            .ok_or_else(|| refused("the feature has no geometry"))?,
        GeoJson::FeatureCollection(_) => {
            return Err(refused(
                "a FeatureCollection is not one area: send its features one by one",
            ));
        }
    };
    let polygons = polygons(geometry)?;
    let (mut positions, mut rings) = (0_usize, 0_usize);
    for ring in polygons.iter().flatten() {
        positions += ring.len();
        rings += 1;
    }
    if positions > MOST_POSITIONS || rings > MOST_RINGS {
        return Err(refused(format!(
            "{positions} positions in {rings} rings are more than the {MOST_POSITIONS} in {MOST_RINGS} allowed: simplify it"
        )));
    }
    let polygons = polygons
        .into_iter()
        .map(polygon)
        .collect::<Result<Vec<_>, _>>()?;
    if polygons.is_empty() {
        return Err(refused("the MultiPolygon has no polygon"));
    }
    Ok(Shape { polygons })
}

fn polygons(geometry: Geometry) -> Result<Vec<PolygonType>, Error> {
    let other = match geometry.value {
        GeometryValue::Polygon { coordinates } => return Ok(vec![coordinates]),
        GeometryValue::MultiPolygon { coordinates } => return Ok(coordinates),
        GeometryValue::Point { .. } => "Point",
        GeometryValue::MultiPoint { .. } => "MultiPoint",
        GeometryValue::LineString { .. } => "LineString",
        GeometryValue::MultiLineString { .. } => "MultiLineString",
        GeometryValue::GeometryCollection { .. } => "GeometryCollection",
    };
    Err(refused(format!(
        "a {other} is not an area: a Polygon or a MultiPolygon is needed"
    )))
}

fn polygon(rings: PolygonType) -> Result<Polygon, Error> {
    if rings.is_empty() {
        return Err(refused("a polygon has no ring"));
    }
    rings
        .into_iter()
        .map(|ring| {
            let ring = ring
                .iter()
                .map(|position| match position.as_slice() {
                    [x, y, ..] if x.is_finite() && y.is_finite() => Ok((*x, *y)),
                    _ => Err(refused("a position is not two finite numbers")),
                })
                .collect::<Result<Ring, _>>()?;
            // RFC 7946, 3.1.6: four or more positions, the first and last of which are identical.
            if ring.len() < 4 {
                return Err(refused("a ring has fewer than four positions"));
            }
            if ring.first() != ring.last() {
                return Err(refused(
                    "a ring does not end at the position where it starts",
                ));
            }
            Ok(ring)
        })
        .collect()
}

fn refused(message: impl Into<String>) -> Error {
    Error::parameter("geometry", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOLED: &str = r#"{"type": "Polygon", "coordinates": [
        [[0, 0, 9], [4, 0, 9], [4, 4, 9], [0, 4, 9], [0, 0, 9]],
        [[1, 1], [1, 2], [2, 2], [1, 1]]]}"#;

    #[test]
    fn holes_and_parts_are_kept() {
        let shape = parse(HOLED).unwrap();
        assert_eq!((shape.polygons.len(), shape.polygons[0].len()), (1, 2));
        let feature = format!(r#"{{"type": "Feature", "properties": {{}}, "geometry": {HOLED}}}"#);
        assert_eq!(parse(&feature).unwrap(), shape);
        let multi = r#"{"type": "MultiPolygon", "coordinates": [
            [[[0, 0], [1, 0], [1, 1], [0, 0]]], [[[5, 5], [6, 5], [6, 6], [5, 5]]]]}"#;
        assert_eq!(parse(multi).unwrap().polygons.len(), 2);
    }

    #[test]
    fn what_is_no_area_is_refused_by_name() {
        let says = |text: &str, what: &str| {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(what), "{text}: {error}");
        };
        says(r#"{"type": "Point", "coordinates": [1, 2]}"#, "Point");
        says(
            r#"{"type": "GeometryCollection", "geometries": []}"#,
            "GeometryCollection",
        );
        says(
            r#"{"type": "FeatureCollection", "features": []}"#,
            "FeatureCollection",
        );
        says(
            r#"{"type": "Feature", "properties": null, "geometry": null}"#,
            "no geometry",
        );
        says(r#"{"type": "Polygon", "coordinates": []}"#, "no ring");
        says(
            r#"{"type": "MultiPolygon", "coordinates": []}"#,
            "no polygon",
        );
        says(
            r#"{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0, 0]]]}"#,
            "four positions",
        );
        says(
            r#"{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}"#,
            "does not end",
        );
        for text in [
            "",
            "null",
            "[]",
            "{",
            r#"{"type": "Polygon"}"#,
            r#"{"type": "Polygon", "coordinates": [[[0]]]}"#,
            r#"{"type": "Polygon", "coordinates": [[["a", "b"]]]}"#,
            r#"{"type": "Polygon", "coordinates": [[[0, 0], [1e999, 0], [1, 1], [0, 0]]]}"#,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn deep_or_endless_text_is_refused() {
        // Five times deeper, and Node's WASI passes the test and then crashes as it ends.
        let deep = format!(
            r#"{{"type": "Polygon", "coordinates": {}1{}}}"#,
            "[".repeat(20_000),
            "]".repeat(20_000)
        );
        assert!(parse(&deep).is_err());
        let nested = r#"{"type": "GeometryCollection", "geometries": ["#.repeat(20_000);
        assert!(parse(&nested).is_err());
        let ring = "[0,0],".repeat(MOST_POSITIONS + 1);
        let long = format!(r#"{{"type": "Polygon", "coordinates": [[{ring}[0,0]]]}}"#);
        let error = parse(&long).unwrap_err().to_string();
        assert!(error.contains("positions"), "{error}");
        let error = parse(&" ".repeat(MOST_BYTES + 1)).unwrap_err().to_string();
        assert!(error.contains("bytes"), "{error}");
    }
}
