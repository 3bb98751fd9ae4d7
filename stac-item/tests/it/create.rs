//! Items for COGs beside `rio-stac`'s, and judged by the STAC schemas.

use crate::python;
use cog_raster::RasterSource;
use cog_reader::{Cog, MemoryReader, OpenOptions};
use cog_render::{OutputSize, ReadOptions, StatisticsOptions};
use serde_json::Value;
use stac_item::{BandSummary, Item, ItemOptions, create};

use std::sync::Arc;

const NOW: &str = "2026-01-02T03:04:05Z";

#[test]
fn rio_stac_writes_the_same() {
    let Some(folder) = python::folder("create") else {
        return;
    };
    let cases = python::run("create.py", &folder, &[]);
    let cases = cases.as_array().unwrap();
    assert!(cases.len() >= 5);
    let mut wrong = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let file = case["file"].as_str().unwrap();
        let text = made(file, &case["options"]);
        std::fs::write(folder.join(format!("{number}.json")), &text).unwrap();
        let ours: Value = serde_json::from_str(&text).unwrap();
        differences(file, &ours, &case["item"], &mut wrong);
        // What is written is read.
        let item = Item::parse(text.as_bytes(), None).unwrap();
        assert_eq!(item.asset_names().len(), 1);
        if item
            .asset("data")
            .is_some_and(|data| !data.bands.is_empty())
        {
            // kepler.gl picks bands by their type and common name.
            let bands = &item.asset("data").unwrap().bands;
            assert!(
                bands
                    .iter()
                    .all(|band| band.data_type.is_some() && band.range.is_some())
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(python::run("create.py", &folder, &["validate"]), "valid");
    std::fs::remove_dir_all(&folder).unwrap();
}

fn made(file: &str, options: &Value) -> String {
    let bytes = std::fs::read(file).unwrap();
    let reader = Arc::new(MemoryReader::new("made", bytes));
    let source = pollster::block_on(Cog::open(reader, OpenOptions::default())).unwrap();
    let info = source.info();
    let all: Vec<u32> = (0..).take(info.bands.len()).collect();
    let read = ReadOptions::default().with_bands(all);
    let image = pollster::block_on(cog_render::preview(
        &source,
        None,
        OutputSize::at_most(1024),
        &read,
    ))
    .unwrap();
    let numbers = cog_render::statistics(&image, &StatisticsOptions::default(), None).unwrap();
    let bands: Vec<BandSummary> =
        numbers
            .into_iter()
            .map(|band| {
                let pixels = (band.valid_pixels + band.masked_pixels) as f64;
                let valid_percent = band.valid_pixels as f64 / pixels * 100.0;
                let edges = &band.histogram_edges;
                BandSummary::new(band.min, band.max, band.mean, band.std, valid_percent)
                    .with_histogram(band.histogram_counts, edges[0], edges[edges.len() - 1])
            })
            .collect();
    let text = |key: &str| options[key].as_str().map(str::to_owned);
    let flag = |key: &str| options[key].as_bool().unwrap_or(true);
    let mut wanted = ItemOptions::new(NOW)
        .with_extensions(flag("with_proj"), flag("with_raster"), flag("with_eo"))
        .with_geometry(
            options["geom_densify_pts"]
                .as_u64()
                .map_or(0, |v| u32::try_from(v).unwrap()),
            options["geom_precision"]
                .as_u64()
                .map(|v| u32::try_from(v).unwrap()),
        );
    if let Some(name) = text("asset_name") {
        let roles = serde_json::from_value(options["asset_roles"].clone()).unwrap();
        wanted = wanted.with_asset(name, roles, text("asset_media_type"), text("asset_href"));
    }
    if let Some(id) = text("id") {
        wanted = wanted.with_id(id);
    }
    if let Some(collection) = text("collection") {
        wanted = wanted.with_collection(collection, text("collection_url"));
    }
    create(file, info, &bands, &wanted).unwrap()
}

/// Every member of theirs is in ours, and ours has none but those on the list.
fn differences(place: &str, ours: &Value, theirs: &Value, wrong: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, theirs) in b {
                let place = format!("{place}/{key}");
                match a.get(key) {
                    Some(_) if key == "datetime" => {}
                    Some(ours) => differences(&place, ours, theirs, wrong),
                    None => wrong.push(format!("{place} is missing, theirs is {theirs}")),
                }
            }
            for key in a
                .keys()
                .filter(|key| !b.contains_key(*key) && *key != "common_name")
            {
                wrong.push(format!("{place}/{key} is ours alone: {}", a[key]));
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (k, (a, b)) in a.iter().zip(b).enumerate() {
                differences(&format!("{place}/{k}"), a, b, wrong);
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            // NumPy's means of 32-bit samples are sums of 32 bits.
            if (a - b).abs() > 1e-6 * b.abs().max(1.0) {
                wrong.push(format!("{place}: {a}, theirs {b}"));
            }
        }
        (a, b) if a == b => {}
        (a, b) => wrong.push(format!("{place}: {a}, theirs {b}")),
    }
}

#[test]
fn an_item_says_what_was_asked_for() {
    let mut info = cog_raster::RasterInfo::new(cog_raster::SampleType::F32, 1, 4, 4);
    info.metadata.insert(
        "TIFFTAG_DATETIME".to_owned(),
        "2020:03:04 05:06:07".to_owned(),
    );
    let options = ItemOptions::new(NOW);
    let item = |options: &ItemOptions| -> Value {
        let text = create(
            "https://example.org/a/b.tif?sig=secret",
            &info,
            &[],
            options,
        )
        .unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let plain = item(&options);
    assert_eq!(
        (&plain["id"], &plain["properties"]["datetime"]),
        (&"b.tif".into(), &"2020-03-04T05:06:07Z".into())
    );
    assert_eq!(plain["assets"]["data"]["type"], "image/tiff");
    assert_eq!(
        plain["assets"]["data"]["raster:bands"][0]["data_type"],
        "float32"
    );
    let span = item(&options.clone().with_datetime("2020-01-01/2020-02-01"));
    assert_eq!(span["properties"]["datetime"], Value::Null);
    assert_eq!(span["properties"]["end_datetime"], "2020-02-01T00:00:00Z");
    let wrong = options.clone().with_datetime("soon");
    assert!(create("a.tif", &info, &[], &wrong).is_err());
    let two = vec![BandSummary::default(); 2];
    assert!(create("a.tif", &info, &two, &options).is_err());
    // Numbers that JSON has not are null.
    let nothing = BandSummary::new(f64::NAN, f64::NAN, f64::NAN, f64::NAN, 0.0);
    let text = create("a.tif", &info, &[nothing], &options).unwrap();
    assert!(text.contains(r#""maximum":null"#), "{text}");
}
