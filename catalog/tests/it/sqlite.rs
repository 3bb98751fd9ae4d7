//! The catalog in a SQLite file.

use catalog::{Catalog as _, Entry, Error, Keys, Metadata, Query, SqliteCatalog, testkit};

fn keys() -> Keys {
    Keys::new(testkit::KEYS).unwrap()
}

#[tokio::test]
async fn it_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::create(folder.path().join("a.sqlite"), keys())
        .await
        .unwrap();
    testkit::check_catalog(&catalog).await.unwrap();
}

#[tokio::test]
async fn what_is_put_in_is_there_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    let described = Keys::described([("date", "when"), ("band", "")]).unwrap();
    let metadata = Metadata::constant([1.0, 2.0, 3.0, 4.0], 5.5);
    let entry = Entry::new(["2020", "B1"], "s3://bucket/ä b.tif").with_metadata(metadata.clone());
    let made = SqliteCatalog::create(&path, described.clone())
        .await
        .unwrap();
    made.insert(&[entry]).await.unwrap();
    drop(made);
    for catalog in [
        SqliteCatalog::open(&path).await.unwrap(),
        SqliteCatalog::open_read_only(&path).await.unwrap(),
    ] {
        let values = ["2020".to_owned(), "B1".to_owned()];
        assert_eq!(catalog.keys(), &described);
        assert_eq!(catalog.path(&values).await.unwrap(), "s3://bucket/ä b.tif");
        assert_eq!(
            catalog.metadata(&values).await.unwrap(),
            Some(metadata.clone())
        );
    }
}

#[tokio::test]
async fn who_may_only_read_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    SqliteCatalog::create(&path, keys()).await.unwrap();
    let catalog = SqliteCatalog::open_read_only(&path).await.unwrap();
    assert!(!catalog.is_writable());
    let refused = catalog
        .insert(&[Entry::new(["a", "b"], "c")])
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::ReadOnly(_)), "{refused}");
}

#[tokio::test]
async fn what_is_no_catalog_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.sqlite");
    let refused = SqliteCatalog::open(&missing).await.unwrap_err();
    assert!(refused.to_string().contains("no such file"), "{refused}");
    assert!(!missing.exists(), "nothing is made by looking");
    let other = folder.path().join("other.sqlite");
    for bytes in [&b""[..], b"not a database at all, but longer than a header of one hundred bytes, to be sure of it, and so on and on"] {
        std::fs::write(&other, bytes).unwrap();
        let refused = SqliteCatalog::open(&other).await.unwrap_err();
        assert!(matches!(refused, Error::Unusable { .. }), "{refused}");
        assert_eq!(std::fs::read(&other).unwrap(), bytes);
    }
    let there = folder.path().join("a.sqlite");
    SqliteCatalog::create(&there, keys()).await.unwrap();
    let refused = SqliteCatalog::create(&there, keys()).await.unwrap_err();
    assert!(refused.to_string().contains("already"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_when_several_write() {
    const EACH: usize = 40;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    SqliteCatalog::create(&path, keys()).await.unwrap();
    let writers = (0..4).map(|writer| {
        let path = path.clone();
        tokio::spawn(async move {
            // Each with connections of its own, as another process would.
            let catalog = SqliteCatalog::open(&path).await.unwrap();
            for number in 0..EACH {
                let own = Entry::new([format!("{writer}"), format!("{number}")], "a.tif");
                let shared = Entry::new(["shared", "one"], format!("{writer}.tif"));
                catalog.insert(&[own, shared]).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let catalog = SqliteCatalog::open(&path).await.unwrap();
    let page = catalog
        .datasets(&Query::default().with_count())
        .await
        .unwrap();
    assert_eq!(page.total, Some(4 * EACH as u64 + 1));
}
