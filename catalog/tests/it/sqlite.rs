//! The catalog in a SQLite file.

use catalog::{
    Catalog as _, Entry, Error, Keys, Metadata, OpenOptions, Query, SqliteCatalog, open, testkit,
};
use std::{
    fs::File,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

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
async fn a_stamp_is_of_what_was_written_and_settled() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    let catalog = SqliteCatalog::create(&path, keys()).await.unwrap();
    let other = SqliteCatalog::open(&path).await.unwrap();
    let written = |ago: u64| {
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(ago))
            .unwrap();
    };
    // Just now: the next write could have the same time.
    written(0);
    assert_eq!(catalog.stamp(), None);
    written(60);
    let first = catalog.stamp().unwrap();
    assert_eq!(catalog.stamp(), Some(first));
    // Another connection writes.
    other.insert(&[Entry::new(["a", "b"], "c")]).await.unwrap();
    assert_ne!(catalog.stamp(), Some(first));
    written(30);
    assert!(catalog.stamp().is_some_and(|stamp| stamp != first));
    // A clock that is wrong says nothing.
    let file = File::options().write(true).open(&path).unwrap();
    file.set_modified(SystemTime::now() + Duration::from_secs(3600))
        .unwrap();
    assert_eq!(catalog.stamp(), None);
    written(60);
    assert!(catalog.stamp().is_some());
    // What is not yet in the file stands in a log beside it.
    let log = folder.path().join("a.sqlite-wal");
    let file = File::create(&log).unwrap();
    file.set_modified(SystemTime::now()).unwrap();
    assert_eq!(catalog.stamp(), None);
    std::fs::remove_file(&log).unwrap();
    // Another file in its place is not the one that is read.
    std::fs::copy(&path, folder.path().join("b.sqlite")).unwrap();
    std::fs::rename(folder.path().join("b.sqlite"), &path).unwrap();
    written(60);
    assert_eq!(catalog.stamp().is_none(), cfg!(unix));
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

/// A catalog at a path, with one dataset whose path is `name`.
async fn with_one(path: &std::path::Path, keys: Keys, name: &str) {
    let made = SqliteCatalog::create(path, keys.clone()).await.unwrap();
    let values: Vec<_> = keys.names().map(|_| "a").collect();
    made.insert(&[Entry::new(values, name)]).await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_took_its_place_is_used_instead() {
    let folder = tempfile::tempdir().unwrap();
    let [there, next] = ["a.sqlite", "next.sqlite"].map(|name| folder.path().join(name));
    let place = there.to_str().unwrap();
    let values = ["a".to_owned(), "a".to_owned()];
    let told = Arc::new(Mutex::new(Vec::new()));
    let warned = Arc::clone(&told);
    let always = OpenOptions::default()
        .with_recheck(Duration::ZERO)
        .with_warn(move |message| warned.lock().unwrap().push(message.to_owned()));
    with_one(&there, keys(), "first").await;
    let catalog = open(place, &always).await.unwrap();
    let seldom = OpenOptions::default().with_recheck(Duration::from_secs(3600));
    let seldom = open(place, &seldom).await.unwrap();
    assert_eq!(catalog.path(&values).await.unwrap(), "first");
    with_one(&next, keys(), "second").await;
    std::fs::rename(&next, &there).unwrap();
    assert_eq!(catalog.path(&values).await.unwrap(), "second");
    // Whoever writes looks whether it is time or not; what is noted is in the file that others find.
    assert_eq!(seldom.path(&values).await.unwrap(), "first");
    let metadata = Metadata::constant([1.0, 2.0, 3.0, 4.0], 5.5);
    seldom.set_metadata(&values, &metadata).await.unwrap();
    assert_eq!(seldom.path(&values).await.unwrap(), "second");
    let other = SqliteCatalog::open(&there).await.unwrap();
    assert_eq!(
        other.metadata(&values).await.unwrap(),
        Some(metadata.clone())
    );
    assert!(told.lock().unwrap().is_empty(), "{told:?}");
    // What cannot be used instead is told, and nothing is written where nobody finds it.
    let others_keys = Keys::new(["other", "keys"]).unwrap();
    with_one(&next, others_keys, "third").await;
    for reason in ["other", "no SQLite database", "no such file"] {
        match reason {
            "other" => std::fs::rename(&next, &there).unwrap(),
            "no SQLite database" => {
                std::fs::write(&next, "x".repeat(200)).unwrap();
                std::fs::rename(&next, &there).unwrap();
            }
            _ => std::fs::remove_file(&there).unwrap(),
        }
        assert_eq!(catalog.path(&values).await.unwrap(), "second");
        let warning = told.lock().unwrap().pop().unwrap();
        assert!(warning.contains(reason), "{warning}");
        let refused = catalog.set_metadata(&values, &metadata).await.unwrap_err();
        assert!(matches!(refused, Error::Unusable { .. }), "{refused:?}");
        assert!(refused.to_string().contains(reason), "{refused}");
    }
    with_one(&there, keys(), "fourth").await;
    assert_eq!(catalog.path(&values).await.unwrap(), "fourth");
}

#[tokio::test]
async fn a_place_that_can_be_no_file_is_told_as_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for (place, told) in [
        (folder.path().to_owned(), "is a folder"),
        (
            folder.path().join("none/a.sqlite"),
            "its folder is not there",
        ),
        (file.join("a.sqlite"), "should be its folder is a file"),
    ] {
        for refused in [
            SqliteCatalog::create(&place, keys()).await.unwrap_err(),
            SqliteCatalog::open(&place).await.unwrap_err(),
        ] {
            assert!(matches!(refused, Error::Unusable { .. }), "{refused:?}");
            assert!(refused.to_string().contains(told), "{refused}");
        }
    }
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
