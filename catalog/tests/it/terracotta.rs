//! Terracotta 0.10.1 and this crate read what the other wrote.

use crate::places::{self, keys};
use catalog::{Catalog, Dataset, Entry, Filter, Keys, Metadata, OpenOptions, Query, create, open};
use serde_json::{Value, json};
use std::{path::Path, process::Command};

/// What Terracotta tells of a database after it did something; `None`, with a line saying so, where there
/// is no Terracotta.
pub(crate) fn terracotta(action: &str, place: &str) -> Option<Value> {
    let Some(python) = std::env::var_os("SMALTI_PYTHON") else {
        println!("not run: SMALTI_PYTHON is not set; `cargo xtask test` sets it");
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/terracotta_tells.py");
    let output = Command::new(python)
        .arg(script)
        .args([action, place])
        .output()
        .expect("SMALTI_PYTHON runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{action} {place} failed:\n{errors}"
    );
    Some(serde_json::from_slice(&output.stdout).expect("the script prints JSON"))
}

/// What this crate tells, in the form of `terracotta_tells.py`.
async fn told(catalog: &dyn Catalog, version: &str) -> Value {
    let list = async |query: Query| {
        let page = catalog.datasets(&query).await.unwrap();
        page.datasets
            .into_iter()
            .map(
                |Dataset {
                     mut values, path, ..
                 }| {
                    values.push(path);
                    json!(values)
                },
            )
            .collect::<Vec<_>>()
    };
    let all = || Query::default().with_page(0, 1000);
    let mut known = serde_json::Map::new();
    for dataset in catalog.datasets(&all()).await.unwrap().datasets {
        let metadata = catalog.metadata(&dataset.values).await.unwrap();
        known.insert(dataset.values.join("/"), metadata.map_or(Value::Null, tell));
    }
    let described: Vec<_> = catalog
        .keys()
        .iter()
        .map(|key| json!([key.name, key.description]))
        .collect();
    let dates = Filter::OneOf(vec!["2020".into(), "2021".into()]);
    json!({
        "version": version,
        "keys": described,
        "datasets": list(all()).await,
        "one": list(all().with_value("date", "2020")).await,
        "several": list(all().with_filter("date", dates).with_value("band", "B1")).await,
        "page": list(Query::default().with_page(1, 3)).await,
        "ordered": list(all().with_order(["band", "date"], false)).await,
        "metadata": known,
    })
}

fn tell(metadata: Metadata) -> Value {
    let percentiles: Vec<f64> = metadata.percentiles.iter().map(|p| f64::from(*p)).collect();
    json!({
        "bounds": metadata.bounds,
        "convex_hull": metadata.convex_hull,
        "valid_percentage": metadata.valid_percentage,
        "range": metadata.range,
        "mean": metadata.mean,
        "stdev": metadata.stdev,
        "percentiles": percentiles,
        "metadata": metadata.extra,
    })
}

/// Whether both tell the same; of MySQL, Terracotta tells numbers with ten digits behind the point.
fn assert_same(place: &str, ours: &Value, theirs: &Value) {
    let round = |told: &Value| match place.starts_with("mysql") {
        true => rounded(told),
        false => told.clone(),
    };
    assert_eq!(round(ours), round(theirs), "{place}");
}

fn rounded(told: &Value) -> Value {
    match told {
        Value::Number(number) => json!(format!("{:.9}", number.as_f64().unwrap())),
        Value::Array(items) => items.iter().map(rounded).collect(),
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| (name.clone(), rounded(value)));
            Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

/// Lists as sets, where the order is the database's collation's.
fn unordered(mut told: Value) -> Value {
    for name in ["datasets", "one", "several", "ordered"] {
        let rows = told[name].as_array_mut().unwrap();
        rows.sort_by_key(ToString::to_string);
    }
    // Which rows are on a page depends on the order.
    told["page"] = json!(told["page"].as_array().unwrap().len());
    told
}

#[tokio::test]
async fn what_terracotta_made_is_read_to_the_last_field() {
    for place in places::all() {
        let Some(theirs) = terracotta("make", &place.url) else {
            return;
        };
        assert_eq!(theirs["datasets"].as_array().unwrap().len(), 10);
        let catalog = open(&place.url, &OpenOptions::default()).await.unwrap();
        let ours = told(&*catalog, "0.10.1").await;
        assert_same(
            &place.url,
            &unordered(ours.clone()),
            &unordered(theirs.clone()),
        );
        if !place.url.contains("://") {
            // SQLite orders by bytes for both.
            assert_eq!(ours, theirs);
        }
        // The misnamed columns: west, south, east, north all the same.
        let values = ["2021".to_owned(), "B1".to_owned()];
        let metadata = catalog.metadata(&values).await.unwrap().unwrap();
        assert_eq!(metadata.bounds, [10.0, -5.5, 15.25, 0.1 + 0.2]);
        assert_eq!(metadata.percentiles[0], 1.0_f32 / 3.0);
        // And written: what Terracotta made is changed as what this crate made.
        let fresh = Entry::new(["2022", "B1"], "fresh.tif").with_metadata(metadata);
        catalog.insert(&[fresh]).await.unwrap();
        catalog.delete(&values).await.unwrap();
        let theirs = terracotta("read", &place.url).unwrap();
        let ours = told(&*catalog, "0.10.1").await;
        assert_same(&place.url, &unordered(ours), &unordered(theirs));
    }
}

#[tokio::test]
async fn what_terracotta_could_not_compute_keeps_nothing_else_from_being_read() {
    for place in places::all() {
        // MySQL has no infinite numbers: Terracotta cannot put the raster in.
        if place.url.starts_with("mysql") {
            continue;
        }
        let Some(theirs) = terracotta("make-large", &place.url) else {
            return;
        };
        let catalog = open(&place.url, &OpenOptions::default()).await.unwrap();
        assert_same(&place.url, &told(&*catalog, "0.10.1").await, &theirs);
        let values = ["2020", "B1"].map(str::to_owned);
        let large = catalog.metadata(&values).await.unwrap().unwrap();
        assert!(
            !large.mean.is_finite() && !large.stdev.is_finite(),
            "{large:?}"
        );
        assert_eq!(large.bounds, [9.0, 45.0, 10.0, 46.0]);
        assert_eq!(large.range, (-1.0, f64::from(3e38_f32)));
        assert_eq!(large.extra, json!({"scale": null, "note": "NaN"}));
        // What is written is to be read by everybody.
        let refused = catalog.set_metadata(&values, &large).await.unwrap_err();
        assert!(matches!(refused, catalog::Error::Invalid(_)), "{refused}");
        let values = ["2020", "B2"].map(str::to_owned);
        let endless = catalog.metadata(&values).await.unwrap().unwrap();
        assert_eq!(endless.range, (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!(endless.percentiles, [f32::INFINITY; 99]);
    }
}

#[tokio::test]
async fn what_this_crate_made_is_read_and_changed_by_terracotta() {
    for place in places::all() {
        let described = Keys::described([("date", "when"), ("band", "")]).unwrap();
        let options = OpenOptions::default();
        let catalog = create(&place.url, &described, &options).await.unwrap();
        let mut metadata = Metadata::constant([1.25, 2.0, 3.0, 0.1 + 0.2], -7.5);
        metadata.percentiles = (1_u8..100).map(|p| f32::from(p) / 7.0).collect();
        metadata.extra = json!({"a": ["ä", null, 1e-7]});
        metadata.bounds = [179.0, -1.0, -179.0, 1.0];
        let mut entries = Vec::new();
        for date in ["2020", "2021", "Ä", "a", "B", "b"] {
            for band in ["B1", "B2", "b1"] {
                let entry = Entry::new([date, band], format!("s3://x/{date}/{band}.tif"));
                entries.push(match band {
                    "B1" => entry.with_metadata(metadata.clone()),
                    _ => entry,
                });
            }
        }
        catalog.insert(&entries).await.unwrap();
        let Some(theirs) = terracotta("read", &place.url) else {
            return;
        };
        // The order too: these tables say that it is that of the bytes.
        assert_same(&place.url, &told(&*catalog, "0.10.1").await, &theirs);
        let theirs = terracotta("change", &place.url).unwrap();
        assert_same(&place.url, &told(&*catalog, "0.10.1").await, &theirs);
        let gone = ["2021".to_owned(), "B2".to_owned()];
        assert!(catalog.path(&gone).await.is_err());
    }
}

#[tokio::test]
async fn similar_keys_are_not_mixed_up_by_terracottas_collation() {
    let Some(place) = places::server("SMALTI_MYSQL_URL") else {
        return;
    };
    if terracotta("make", &place.url).is_none() {
        return;
    }
    let catalog = open(&place.url, &OpenOptions::default()).await.unwrap();
    assert_eq!(catalog.keys().len(), keys().len());
    let count = async |query: Query| {
        let page = catalog.datasets(&query.with_count()).await.unwrap();
        page.total.unwrap()
    };
    let values = |date: &str, band: &str| [date.to_owned(), band.to_owned()];
    // Its columns take these for "B1" and "2020".
    for (date, band) in [("2020", "b1"), ("2020 ", "B1"), ("arger", "B1")] {
        assert!(catalog.path(&values(date, band)).await.is_err(), "{date:?}");
        let query = Query::default()
            .with_value("date", date)
            .with_value("band", band);
        assert_eq!(count(query).await, 0, "{date:?} {band:?}");
        let entry = Entry::new([date, band], "other.tif");
        let told = catalog.insert(&[entry]).await.unwrap_err();
        assert!(matches!(told, catalog::Error::Invalid(_)), "{told}");
        assert!(catalog.delete(&values(date, band)).await.is_err());
    }
    assert_eq!(count(Query::default()).await, 10);
    let path = catalog.path(&values("2020", "B1")).await.unwrap();
    assert_eq!(path, "s3://bucket/0/B1 ä.tif");
    let upper = Query::default().with_filter("band", Filter::Prefix("b".into()));
    assert_eq!(count(upper).await, 0);
}
