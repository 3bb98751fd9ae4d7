//! Items through rio-tiler's `STACReader`; `items.rs` is the twin that needs no Python.

use crate::python;
use serde_json::Value;
use stac_item::{AssetChoice, Item};
use tile_math::TileMatrixSet;

#[test]
fn rio_tiler_reads_items_the_same_way() {
    let Some(folder) = python::folder("reader") else {
        return;
    };
    let cases = python::run("reader.py", &folder, &[]);
    std::fs::remove_dir_all(&folder).unwrap();
    let cases = cases.as_array().unwrap();
    assert!(cases.len() >= 18);
    for case in cases {
        compare(case);
    }
}

fn compare(case: &Value) {
    let name = case["name"].as_str().unwrap();
    let item = Item::parse(
        case["item"].as_str().unwrap().as_bytes(),
        case["location"].as_str(),
    )
    .unwrap();
    let assets: Vec<&str> = case["assets"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(item.asset_names(), assets, "{name}");

    let footprint = item.footprint().unwrap();
    let numbers = |value: &Value| -> Vec<f64> { serde_json::from_value(value.clone()).unwrap() };
    assert_eq!(
        footprint.bounds.to_array().to_vec(),
        numbers(&case["bounds"]),
        "{name}"
    );
    assert_eq!(
        footprint.crs.epsg().map(u64::from),
        case["crs"].as_u64(),
        "{name}"
    );
    let pixels = footprint.pixels.map(|(affine, width, height)| {
        let affine = [affine.a, affine.b, affine.c, affine.d, affine.e, affine.f];
        (affine.to_vec(), u64::from(width), u64::from(height))
    });
    let expected = case["transform"].as_array().map(|_| {
        let size = |k: usize| case["size"][k].as_u64().unwrap();
        (numbers(&case["transform"]), size(0), size(1))
    });
    assert_eq!(pixels, expected, "{name}");

    let tms = TileMatrixSet::builtin("WebMercatorQuad").unwrap();
    let zooms = match footprint.raster_info() {
        Some(info) => cog_render::zoom_range(&info, &tms).unwrap(),
        None => (tms.min_zoom(), tms.max_zoom()),
    };
    let zoom = |k: usize| i8::try_from(case["zooms"][k].as_i64().unwrap()).unwrap();
    assert_eq!(zooms, (zoom(0), zoom(1)), "{name}");

    for (choice, expected) in case["choices"].as_object().unwrap() {
        let found = AssetChoice::parse(choice).and_then(|choice| item.choose(&[choice]));
        if expected.is_null() {
            assert!(found.is_err(), "{name} {choice}: {found:?}");
            continue;
        }
        let found = &found.unwrap()[0];
        let what = format!("{name} {choice}");
        assert_eq!(
            Some(found.href.as_str()),
            expected["url"].as_str(),
            "{what}"
        );
        let indexes: Option<Vec<u32>> =
            serde_json::from_value(expected["indexes"].clone()).unwrap();
        assert_eq!(found.indexes, indexes, "{what}");
        assert_eq!(
            found.expression.as_deref(),
            expected["expression"].as_str(),
            "{what}"
        );
        assert_eq!(found.header_size, expected["header"].as_u64(), "{what}");
        let ranges: Option<Vec<(f64, f64)>> =
            serde_json::from_value(expected["ranges"].clone()).unwrap();
        assert_eq!(found.ranges, ranges, "{what}");
    }
}
