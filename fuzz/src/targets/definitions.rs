//! Any text as a coordinate reference system or a tile matrix set.

use tile_math::{BoundingBox, Crs, GeoKeyValue, GeoKeys, TileMatrixSet, Transformer};

/// Reads a CRS definition (code, WKT, PROJJSON, PROJ string) or a tile matrix set document, or, after
/// a byte 0, GeoKeys; what was read is written and read again.
///
/// # Panics
///
/// On a find.
pub fn definitions(bytes: &[u8]) {
    if let [0, rest @ ..] = bytes {
        return geokeys(rest);
    }
    let Ok(text) = core::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(crs) = Crs::parse(text) {
        examine(&crs);
    }
    if let Ok(set) = TileMatrixSet::from_json(text) {
        let again = TileMatrixSet::from_json(&set.to_json()).expect("what was written is read");
        assert_eq!(again.document(), set.document());
        let _ = (set.bbox(), set.is_quadtree(), set.is_variable());
        for zoom in [set.min_zoom(), set.max_zoom()] {
            let _ = set.matrix(zoom);
            let _ = set
                .tile(12.0, 41.0, zoom)
                .and_then(|tile| set.xy_bounds(tile));
        }
    }
}

fn examine(crs: &Crs) {
    let _ = (
        crs.axis_inverted(),
        crs.meters_per_unit(),
        crs.area_of_use(),
        crs.is_geographic(),
    );
    // What is written may say less (a shift), never something else or nothing.
    for text in [
        crs.to_wkt(),
        crs.to_projjson().map(|value| value.to_string()),
    ]
    .into_iter()
    .flatten()
    {
        if let Err(error) = Crs::parse(&text) {
            panic!("{error}\n{text}");
        }
    }
    let _ = crs.to_proj_string();
    if let Ok(keys) = crs.to_geokeys() {
        let _ = Crs::from_geokeys(&keys);
    }
    let wgs84 = Crs::wgs84();
    for (from, to, x, y) in [
        (&wgs84, crs, 12.5, 41.9),
        (crs, &wgs84, 500_000.0, 4_000_000.0),
        (crs, &wgs84, f64::MAX, f64::NAN),
    ] {
        if let Ok(transformer) = Transformer::new(from, to) {
            let _ = transformer.transform(x, y);
            let _ = transformer
                .transform_bounds(BoundingBox::new(x - 1.0, y - 1.0, x + 1.0, y + 1.0), 21);
        }
    }
}

/// Shorts of the directory, doubles and text, each after its number as one byte.
fn geokeys(bytes: &[u8]) {
    let Some((&[shorts, doubles], rest)) = bytes.split_first_chunk::<2>() else {
        return;
    };
    let (shorts, rest) = rest.split_at((usize::from(shorts) * 2).min(rest.len()));
    let (doubles, ascii) = rest.split_at((usize::from(doubles) * 8).min(rest.len()));
    let shorts: Vec<u16> = shorts
        .as_chunks::<2>()
        .0
        .iter()
        .map(|&pair| u16::from_le_bytes(pair))
        .collect();
    let doubles: Vec<f64> = doubles
        .as_chunks::<8>()
        .0
        .iter()
        .map(|&eight| f64::from_le_bytes(eight))
        .collect();
    let Ok(keys) = GeoKeys::parse(&shorts, &doubles, ascii) else {
        return;
    };
    let (directory, numbers, text) = keys.to_tags().expect("no more than was read");
    let again = GeoKeys::parse(&directory, &numbers, &text).expect("what was written is read");
    for ((key, value), (other, written)) in keys.iter().zip(again.iter()) {
        assert_eq!(key, other);
        // NaN is no number, and a text may not end in "|".
        match (value, written) {
            (GeoKeyValue::Doubles(value), GeoKeyValue::Doubles(written)) => {
                assert!(
                    value
                        .iter()
                        .map(|v| v.to_bits())
                        .eq(written.iter().map(|v| v.to_bits()))
                );
            }
            (value, written) => assert_eq!(value, written),
        }
    }
    if let Ok(Some(crs)) = Crs::from_geokeys(&keys) {
        examine(&crs);
    }
}
