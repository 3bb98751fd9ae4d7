//! A database answers as the catalog in memory does, whatever is put in and asked for.

use catalog::{Catalog, Entry, Error, Filter, Keys, MemoryCatalog, Metadata, Query, SqliteCatalog};
use proptest::prelude::*;

/// What means something to SQL, to patterns of LIKE, to orders of text, and ordinary values.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-cA-C0-2]{1,2}",
        prop::sample::select(vec![
            "'", "''", "\"", "%", "_", "\\", "\\%", "--", ";", "*", "[a]", "ä", "z", "é",
            "e\u{301}", "日本", "🦀", "a b", "NULL", "0", "00", "1e3", "?1", "$1", ":a",
        ])
        .prop_map(str::to_owned),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    prop_oneof![
        prop::collection::vec(text(), 0..3).prop_map(Filter::OneOf),
        text().prop_map(Filter::Prefix),
        (prop::option::of(text()), prop::option::of(text()))
            .prop_map(|(least, greatest)| Filter::Range(least, greatest)),
    ]
}

fn corner() -> impl Strategy<Value = [f64; 4]> {
    let side = || (-18_i32..=18).prop_map(|tens| f64::from(tens) * 10.0);
    (side(), -9_i32..=9, side(), 0_i32..=6).prop_map(|(west, south, east, up)| {
        let (south, north) = (f64::from(south) * 10.0, f64::from(south + up) * 10.0);
        [west, south, east, north.min(90.0)]
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    (text(), text(), text(), prop::option::of(corner())).prop_map(|(a, b, path, bounds)| {
        let entry = Entry::new([a, b], path);
        match bounds {
            Some(bounds) => entry.with_metadata(Metadata::constant(bounds, 1.0)),
            None => entry,
        }
    })
}

fn query() -> impl Strategy<Value = Query> {
    let key = || prop::sample::select(vec!["one", "other"]);
    let order = prop::collection::vec(prop::sample::select(vec!["one", "other", "path"]), 0..3);
    (
        prop::collection::vec((key(), filter()), 0..3),
        prop::option::of(corner()),
        order,
        any::<bool>(),
        (0_u64..3, 0_u64..5),
        any::<bool>(),
    )
        .prop_map(|(filters, bbox, order, ascending, (page, limit), count)| {
            let mut query = Query::default()
                .with_order(order, ascending)
                .with_page(page, limit);
            for (key, filter) in filters {
                query = query.with_filter(key, filter);
            }
            if let Some(bbox) = bbox {
                query = query.with_bbox(bbox);
            }
            if count { query.with_count() } else { query }
        })
}

#[derive(Clone, Debug)]
enum Step {
    Insert(Vec<Entry>),
    Delete(usize),
    Ask(Query),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => prop::collection::vec(entry(), 1..5).prop_map(Step::Insert),
        1 => any::<usize>().prop_map(Step::Delete),
        4 => query().prop_map(Step::Ask),
    ]
}

async fn follow(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let keys = || Keys::new(["one", "other"]).unwrap();
    let memory = MemoryCatalog::new(keys());
    let database = SqliteCatalog::create(folder.path().join("a.sqlite"), keys())
        .await
        .unwrap();
    let catalogs: [&dyn Catalog; 2] = [&memory, &database];
    let mut known: Vec<Vec<String>> = Vec::new();
    let said = |error: Error| error.to_string();
    for step in steps {
        match step {
            Step::Insert(entries) => {
                known.extend(entries.iter().map(|entry| entry.dataset.values.clone()));
                for catalog in catalogs {
                    catalog.insert(&entries).await.unwrap();
                }
            }
            Step::Delete(which) => {
                let Some(values) = known.get(which % known.len().max(1)) else {
                    continue;
                };
                let [a, b] = catalogs.map(|catalog| catalog.delete(values));
                prop_assert_eq!(a.await.map_err(said), b.await.map_err(said));
            }
            Step::Ask(query) => {
                let [a, b] = catalogs.map(|catalog| catalog.datasets(&query));
                prop_assert_eq!(a.await.map_err(said), b.await.map_err(said), "{:?}", query);
            }
        }
    }
    for values in &known {
        let [a, b] = catalogs.map(|catalog| catalog.path(values));
        prop_assert_eq!(a.await.map_err(said), b.await.map_err(said));
        let [a, b] = catalogs.map(|catalog| catalog.metadata(values));
        prop_assert_eq!(a.await.map_err(said), b.await.map_err(said));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_file_answers_as_memory_does(steps in prop::collection::vec(step(), 1..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(follow(steps))?;
    }
}
