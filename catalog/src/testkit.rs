//! The contract of a [`Catalog`], as a function for tests.

use crate::{Catalog, Dataset, Entry, Error, Filter, Metadata, Query, Stamp};

/// The keys that a catalog has to have for [`check_catalog`].
pub const KEYS: [&str; 2] = ["date", "band"];

/// Puts datasets into an empty, writable catalog with the keys [`KEYS`], asks for them in every way, and
/// takes them out again.
///
/// # Panics
///
/// If the catalog does not keep the contract.
///
/// # Errors
///
/// The catalog's, where the contract has none.
pub async fn check_catalog(catalog: &dyn Catalog) -> Result<(), Error> {
    assert!(catalog.keys().names().eq(KEYS));
    assert!(catalog.is_writable());
    nothing_is_there(catalog).await?;
    let dates = ["2020", "2021", "Ärger", "a'b\"; --", "%_", ""];
    let mut entries = Vec::new();
    for (at, date) in dates.iter().enumerate() {
        for band in ["B1", "B2", "b1"] {
            let entry = Entry::new([*date, band], format!("{at}/{band}.tif"));
            let west = 10.0 * at as f64;
            entries.push(match band {
                "B1" => entry.with_metadata(metadata(west)),
                _ => entry,
            });
        }
    }
    let mut stamp = catalog.stamp();
    catalog.insert(&entries).await?;
    is_another(catalog, &mut stamp);
    all_are_found(catalog, &entries).await?;
    places_are_found(catalog).await?;
    replaced(catalog).await?;
    refused(catalog).await?;
    for Entry { dataset, .. } in &entries {
        stamp = catalog.stamp();
        catalog.delete(&dataset.values).await?;
        is_another(catalog, &mut stamp);
        assert!(matches!(
            catalog.delete(&dataset.values).await,
            Err(Error::NotFound)
        ));
    }
    nothing_is_there(catalog).await
}

/// The catalog has changed since it had the stamp.
fn is_another(catalog: &dyn Catalog, stamp: &mut Option<Stamp>) {
    let before = core::mem::replace(stamp, catalog.stamp());
    assert!(before.is_none() || before != *stamp, "{before:?}");
}

fn metadata(west: f64) -> Metadata {
    let mut metadata = Metadata::constant([west, -5.0, west + 5.0, 5.0], 7.25);
    metadata.range = (-1.5, 1e300);
    metadata.percentiles = (1_u8..100).map(|p| f32::from(p) / 3.0).collect();
    metadata.extra = serde_json::json!({ "note": "größer ≥ 3", "list": [1, null, true] });
    metadata
}

fn values(date: &str, band: &str) -> [String; 2] {
    [date.to_owned(), band.to_owned()]
}

async fn nothing_is_there(catalog: &dyn Catalog) -> Result<(), Error> {
    let page = catalog.datasets(&Query::default().with_count()).await?;
    assert!(
        page.datasets.is_empty() && page.total == Some(0),
        "{page:?}"
    );
    let nowhere = values("2020", "B1");
    assert!(matches!(catalog.path(&nowhere).await, Err(Error::NotFound)));
    assert!(matches!(
        catalog.metadata(&nowhere).await,
        Err(Error::NotFound)
    ));
    let unknown = catalog.set_metadata(&nowhere, &metadata(0.0)).await;
    assert!(matches!(unknown, Err(Error::NotFound)), "{unknown:?}");
    Ok(())
}

async fn all_are_found(catalog: &dyn Catalog, entries: &[Entry]) -> Result<(), Error> {
    for Entry { dataset, metadata } in entries {
        assert_eq!(catalog.path(&dataset.values).await?, dataset.path);
        assert_eq!(catalog.metadata(&dataset.values).await?, *metadata);
    }
    let mut expected: Vec<Dataset> = entries.iter().map(|entry| entry.dataset.clone()).collect();
    expected.sort_by(|a, b| a.values.cmp(&b.values));
    let all = Query::default().with_page(0, u64::MAX).with_count();
    let page = catalog.datasets(&all).await?;
    assert_eq!(page.datasets, expected);
    assert_eq!(page.total, Some(expected.len() as u64));
    // Pages join without gap or overlap, and the last is followed by nothing.
    let mut joined = Vec::new();
    for number in 0.. {
        let page = catalog
            .datasets(&Query::default().with_page(number, 4))
            .await?;
        assert_eq!(page.total, None);
        if page.datasets.is_empty() {
            break;
        }
        joined.extend(page.datasets);
    }
    assert_eq!(joined, expected);
    let none = catalog.datasets(&Query::default().with_page(3, 0)).await?;
    assert!(none.datasets.is_empty());
    let far = catalog
        .datasets(&Query::default().with_page(u64::MAX, u64::MAX))
        .await?;
    assert!(far.datasets.is_empty());
    // Another order, and backwards.
    let by = |names: &'static [&'static str], ascending| {
        Query::default()
            .with_order(names.iter().copied(), ascending)
            .with_page(0, 1000)
    };
    let found = catalog.datasets(&by(&["band"], true)).await?.datasets;
    expected.sort_by(|a, b| (&a.values[1], &a.values[0]).cmp(&(&b.values[1], &b.values[0])));
    assert_eq!(found, expected);
    let found = catalog.datasets(&by(&["path"], false)).await?.datasets;
    expected.sort_by(|a, b| b.path.cmp(&a.path));
    assert_eq!(found, expected);
    // Filters: letters of another case are other letters, and nothing in a value has a meaning.
    for (filter, count) in [
        (
            Filter::OneOf(vec!["2020".into(), "2021".into(), "2022".into()]),
            6,
        ),
        (Filter::OneOf(Vec::new()), 0),
        (Filter::OneOf(vec!["a'b\"; --".into()]), 3),
        (Filter::OneOf(vec![String::new()]), 3),
        (Filter::Prefix("20".into()), 6),
        (Filter::Prefix("%".into()), 3),
        (Filter::Prefix("Ä".into()), 3),
        (Filter::Prefix(String::new()), 18),
        (Filter::Range(Some("2020".into()), Some("2020".into())), 3),
        (Filter::Range(Some("2021".into()), None), 9),
        (Filter::Range(None, Some("2020".into())), 9),
        (Filter::Range(None, None), 18),
    ] {
        let query = Query::default()
            .with_filter("date", filter.clone())
            .with_count();
        let page = catalog.datasets(&query).await?;
        assert_eq!(page.total, Some(count), "{filter:?}: {page:?}");
        assert!(
            page.datasets
                .iter()
                .all(|dataset| filter.accepts(&dataset.values[0]))
        );
    }
    let both = Query::default()
        .with_value("date", "2020")
        .with_value("band", "b1");
    assert_eq!(
        catalog.datasets(&both).await?.datasets,
        [Dataset::new(["2020", "b1"], "0/b1.tif")]
    );
    Ok(())
}

async fn places_are_found(catalog: &dyn Catalog) -> Result<(), Error> {
    for (bbox, count) in [
        ([-180.0, -90.0, 180.0, 90.0], 6),
        ([6.0, 0.0, 9.0, 1.0], 0),
        ([5.0, 5.0, 10.0, 6.0], 2),
        ([170.0, -90.0, 1.0, 90.0], 1),
        ([0.0, 6.0, 50.0, 7.0], 0),
    ] {
        let query = Query::default().with_bbox(bbox).with_count();
        assert_eq!(
            catalog.datasets(&query).await?.total,
            Some(count),
            "{bbox:?}"
        );
    }
    let over = values("2021", "B2");
    let mut crossing = metadata(0.0);
    crossing.bounds = [175.0, -5.0, -175.0, 5.0];
    catalog.set_metadata(&over, &crossing).await?;
    assert_eq!(catalog.metadata(&over).await?, Some(crossing));
    for (bbox, count) in [
        ([176.0, 0.0, 177.0, 1.0], 1),
        ([-179.0, 0.0, -178.0, 1.0], 1),
        ([170.0, 0.0, -170.0, 1.0], 1),
        ([-170.0, 0.0, -160.0, 1.0], 0),
    ] {
        let query = Query::default().with_bbox(bbox).with_count();
        assert_eq!(
            catalog.datasets(&query).await?.total,
            Some(count),
            "{bbox:?}"
        );
    }
    Ok(())
}

/// What comes again replaces what was there; what was known stays only of the same raster.
async fn replaced(catalog: &dyn Catalog) -> Result<(), Error> {
    let keys = values("2020", "B1");
    let known = catalog.metadata(&keys).await?;
    assert!(known.is_some());
    catalog
        .insert(&[Entry::new(["2020", "B1"], "0/B1.tif")])
        .await?;
    assert_eq!(catalog.metadata(&keys).await?, known);
    catalog
        .insert(&[Entry::new(["2020", "B1"], "other.tif")])
        .await?;
    assert_eq!(catalog.path(&keys).await?, "other.tif");
    assert_eq!(catalog.metadata(&keys).await?, None);
    let other = metadata(30.0);
    catalog
        .insert(&[Entry::new(["2020", "B1"], "third.tif").with_metadata(other.clone())])
        .await?;
    assert_eq!(catalog.metadata(&keys).await?, Some(other));
    assert_eq!(
        catalog
            .datasets(&Query::default().with_count())
            .await?
            .total,
        Some(18)
    );
    Ok(())
}

/// What makes no sense is refused, all of it.
async fn refused(catalog: &dyn Catalog) -> Result<(), Error> {
    let mut senseless = metadata(0.0);
    senseless.mean = f64::NAN;
    for entries in [
        vec![
            Entry::new(["new", "B1"], "a.tif"),
            Entry::new(["new"], "b.tif"),
        ],
        vec![
            Entry::new(["new", "B1"], "a.tif"),
            Entry::new(["new", "B1", "x"], "b.tif"),
        ],
        vec![
            Entry::new(["new", "B1"], "a.tif"),
            Entry::new(["new", &"x".repeat(257)], "b.tif"),
        ],
        vec![
            Entry::new(["new", "B1"], "a.tif"),
            Entry::new(["new", "B2"], "b.tif").with_metadata(senseless),
        ],
    ] {
        let result = catalog.insert(&entries).await;
        assert!(matches!(result, Err(Error::Invalid(_))), "{result:?}");
        let found = catalog
            .datasets(&Query::default().with_value("date", "new"))
            .await?;
        assert!(found.datasets.is_empty(), "{found:?}");
    }
    for query in [
        Query::default().with_value("foo", "1"),
        Query::default().with_value("path", "1"),
        Query::default().with_order(["foo"], true),
        Query::default().with_bbox([f64::NAN, 0.0, 1.0, 1.0]),
        Query::default().with_filter("date", Filter::OneOf(vec![String::new(); 1001])),
    ] {
        let result = catalog.datasets(&query).await;
        assert!(
            matches!(result, Err(Error::Invalid(_))),
            "{query:?}: {result:?}"
        );
    }
    let short = ["2020".to_owned()];
    assert!(matches!(catalog.path(&short).await, Err(Error::Invalid(_))));
    assert!(matches!(
        catalog.metadata(&short).await,
        Err(Error::Invalid(_))
    ));
    assert!(matches!(
        catalog.delete(&short).await,
        Err(Error::Invalid(_))
    ));
    Ok(())
}
