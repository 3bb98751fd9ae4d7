//! Nothing that text, keys or numbers hold makes the crate panic or hang.

use proptest::prelude::*;
use tile_math::{Crs, GeoKeyValue, GeoKeys, TileMatrixSet, Transformer};

use crate::support::GOLDEN_FORMS;

fn texts() -> Vec<String> {
    GOLDEN_FORMS
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["text"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

/// Uses a CRS, so that it is not only read.
fn exercise(crs: &Crs) {
    let _ = (
        crs.to_wkt(),
        crs.to_projjson(),
        crs.to_geokeys(),
        crs.to_uri(),
        crs.meters_per_unit(),
    );
    if let Ok(t) = Transformer::new(&Crs::wgs84(), crs) {
        for (x, y) in [
            (0.0, 0.0),
            (180.0, 90.0),
            (-180.0, -90.0),
            (1e300, -1e300),
            (10.0, 50.0),
        ] {
            let _ = (t.point(x, y), t.inverse().point(x, y));
        }
        let _ = t.transform_bounds([-180.0, -90.0, 180.0, 90.0].into(), 5);
        let _ = t
            .inverse()
            .transform_bounds([-1e7, -1e7, 1e7, 1e7].into(), 5);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        let _ = Crs::parse(&text).map(|crs| exercise(&crs));
    }

    #[test]
    fn cut_and_changed_definitions(which in 0_usize..80, cut in 0.0..1.0_f64, value in "[-+0-9.eE\\[\\]\",a-zA-Z ]{0,6}") {
        let texts = texts();
        let text = &texts[which % texts.len()];
        let at = (0..=(text.len() as f64 * cut) as usize).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
        let _ = Crs::parse(&text[..at]);
        let rest = text[at..].char_indices().nth(value.len()).map_or("", |(i, _)| &text[at + i..]);
        let changed = format!("{}{value}{rest}", &text[..at]);
        if let Ok(crs) = Crs::parse(&changed) {
            exercise(&crs);
        }
    }

    #[test]
    fn numbers_of_projections(
        method in prop::sample::select(vec![
            "merc", "tmerc", "utm", "lcc", "aea", "eqdc", "laea", "stere", "sterea", "ups", "somerc", "omerc", "krovak",
            "mod_krovak", "labrd", "cass", "poly", "bonne", "col_urban", "nzmg", "sinu", "moll", "eck4", "eck6", "robin",
            "natearth", "gall", "eqearth", "igh", "geos", "aeqd", "ortho", "gnom", "cea", "eqc", "mill", "webmerc",
        ]),
        lats in prop::array::uniform3(prop::option::of(-100.0..100.0_f64)),
        lons in prop::array::uniform2(-400.0..400.0_f64),
        k in prop::option::of(-1.0..3.0_f64),
        rest in (prop::option::of(-400.0..400.0_f64), prop::option::of(-400.0..400.0_f64), prop::option::of(-1e9..1e9_f64)),
        ell in prop::sample::select(vec!["+ellps=WGS84", "+R=1", "+a=6378137 +rf=2.5", "+ellps=sphere"]),
        points in prop::collection::vec((-1e8..1e8_f64, -1e8..1e8_f64), 8),
    ) {
        use std::fmt::Write as _;
        let mut text = format!("+proj={method} {ell} +lon_0={} +lonc={}", lons[0], lons[1]);
        for (name, value) in [("lat_0", lats[0]), ("lat_1", lats[1]), ("lat_2", lats[2]), ("k_0", k), ("alpha", rest.0), ("gamma", rest.1), ("h", rest.2), ("zone", k.map(|k| (k * 30.0).round()))] {
            if let Some(value) = value {
                let _ = write!(text, " +{name}={value}");
            }
        }
        if let Ok(crs) = Crs::parse(&text)
            && let Ok(t) = Transformer::new(&crs.geographic(), &crs)
        {
            for (x, y) in points {
                for image in [t.point(x / 5e5, y / 1e6), t.inverse().point(x, y)].into_iter().flatten() {
                    prop_assert!(image.0.is_finite() && image.1.is_finite(), "{text}: {image:?}");
                }
            }
        }
    }

    #[test]
    fn any_keys(entries in prop::collection::vec((prop::sample::select(vec![1024_u16, 1025, 1026, 2048, 2049, 2050, 2051, 2054, 2055, 2056, 2057, 2058, 2059, 2061, 2062, 3072, 3073, 3074, 3075, 3076, 3077, 3078, 3079, 3080, 3081, 3082, 3083, 3088, 3089, 3092, 3094, 3095, 3096]), 0_u8..5, any::<u16>(), any::<f64>()), 0..24)) {
        let mut keys = GeoKeys::new();
        for (key, kind, short, double) in entries {
            keys.insert(key, match kind {
                0 => GeoKeyValue::Short(short),
                1 => GeoKeyValue::Short(32767),
                2 => GeoKeyValue::Doubles(vec![double]),
                3 => GeoKeyValue::Short(short % 30),
                _ => GeoKeyValue::Ascii("ESRI PE String = PROJCS[".to_owned()),
            });
        }
        if let Ok(Some(crs)) = Crs::from_geokeys(&keys) {
            exercise(&crs);
        }
        if let Ok((directory, doubles, ascii)) = keys.to_tags() {
            let _ = GeoKeys::parse(&directory, &doubles, &ascii);
        }
    }

    #[test]
    fn any_directory(directory in prop::collection::vec(any::<u16>(), 0..64), doubles in prop::collection::vec(any::<f64>(), 0..8), ascii in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(keys) = GeoKeys::parse(&directory, &doubles, &ascii) {
            let _ = Crs::from_geokeys(&keys);
        }
    }

    #[test]
    fn changed_documents(at in 0.0..1.0_f64, value in "[-0-9e.\"a-z{}\\[\\],]{0,5}") {
        let text = TileMatrixSet::builtin("GNOSISGlobalGrid").unwrap().to_json();
        let at = (text.len().min(4000) as f64 * at) as usize;
        let changed = format!("{}{value}{}", &text[..at], &text[(at + value.len()).min(text.len())..]);
        if let Ok(tms) = TileMatrixSet::from_json(&changed) {
            let _ = (tms.bbox(), tms.tile(1.0, 1.0, 2), tms.tiles([0.0, 0.0, 50.0, 50.0].into(), &[0, 1]).map(|t| t.take(100).count()));
        }
    }
}

#[test]
fn long_and_deep_text() {
    assert!(Crs::parse(&"x".repeat(2 << 20)).is_err());
    assert!(Crs::parse(&"PROJCS[".repeat(50_000)).is_err());
    assert!(Crs::parse(&"{\"type\":".repeat(50_000)).is_err());
    assert!(TileMatrixSet::from_json(&"[".repeat(100_000)).is_err());
    assert!(TileMatrixSet::from_json(&" ".repeat(9 << 20)).is_err());
}
