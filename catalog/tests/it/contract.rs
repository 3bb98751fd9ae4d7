//! What holds for databases of every kind.

use crate::places::{self, keys};
use catalog::{Entry, Error, Keys, Metadata, OpenOptions, Provider, Query, create, open, testkit};

fn options() -> OpenOptions {
    OpenOptions::default()
}

fn values<const N: usize>(values: [&str; N]) -> [String; N] {
    values.map(str::to_owned)
}

#[tokio::test]
async fn they_keep_the_contract() {
    for place in places::all() {
        let catalog = create(&place.url, &keys(), &options()).await.unwrap();
        testkit::check_catalog(&*catalog).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_put_in_is_there_when_it_is_opened_again() {
    for place in places::all() {
        let described = Keys::described([("date", "wann ≥ 2"), ("band", "")]).unwrap();
        let mut metadata = Metadata::constant([1.25, 2.0, 3.0, 4.0], 5.5);
        metadata.extra = serde_json::json!({"a": [1, "ä\u{1f30d}", 0.1]});
        metadata.mean = 0.1 + 0.2;
        let entry = Entry::new(["2020", "B1"], "s3://bucket/ä b.tif#band=2");
        let entry = entry.with_metadata(metadata.clone());
        let made = create(&place.url, &described, &options()).await.unwrap();
        made.insert(&[entry]).await.unwrap();
        drop(made);
        for read_only in [false, true] {
            let options = options().with_read_only(read_only);
            let catalog = open(&place.url, &options).await.unwrap();
            assert_eq!(catalog.keys(), &described);
            assert_eq!(catalog.is_writable(), !read_only);
            let keys = values(["2020", "B1"]);
            assert_eq!(
                catalog.path(&keys).await.unwrap(),
                "s3://bucket/ä b.tif#band=2"
            );
            assert_eq!(
                catalog.metadata(&keys).await.unwrap(),
                Some(metadata.clone())
            );
            if read_only {
                let refused = catalog.delete(&keys).await.unwrap_err();
                assert!(matches!(refused, Error::ReadOnly(_)), "{refused}");
            }
        }
    }
}

#[tokio::test]
async fn a_scheme_may_be_left_out_where_the_provider_is_said() {
    for place in places::all() {
        create(&place.url, &keys(), &options()).await.unwrap();
        let provider = Provider::of(&place.url);
        let bare = place
            .url
            .split_once("://")
            .map_or(&*place.url, |(_, rest)| rest);
        let options = options().with_provider(provider);
        let catalog = open(bare, &options).await.unwrap();
        assert_eq!(catalog.keys(), &keys());
    }
    let place = places::sqlite();
    create(&place.url, &keys(), &options()).await.unwrap();
    let terracottas = format!("sqlite:///{}", place.url);
    assert!(open(&terracottas, &options()).await.is_ok());
}

#[tokio::test]
async fn a_second_catalog_in_the_same_place_is_refused_and_the_first_left_alone() {
    for place in places::all() {
        let first = create(&place.url, &keys(), &options()).await.unwrap();
        first.insert(&[Entry::new(["a", "b"], "c")]).await.unwrap();
        let other = Keys::new(["other"]).unwrap();
        let refused = create(&place.url, &other, &options()).await.unwrap_err();
        assert!(refused.to_string().contains("already"), "{refused}");
        let again = open(&place.url, &options()).await.unwrap();
        assert_eq!(again.path(&values(["a", "b"])).await.unwrap(), "c");
    }
}

#[tokio::test]
async fn nothing_is_made_beside_what_is_somebody_elses() {
    for place in places::all() {
        for sql in [
            "CREATE TABLE users (name VARCHAR(90))",
            "CREATE VIEW names AS SELECT name FROM users",
        ] {
            places::run(&place.url, sql).await;
            for refused in [
                create(&place.url, &keys(), &options()).await.unwrap_err(),
                open(&place.url, &options()).await.unwrap_err(),
            ] {
                assert!(matches!(refused, Error::Unusable { .. }), "{refused:?}");
                let told = refused.to_string();
                assert!(
                    told.contains("users") && told.contains("empty database"),
                    "{told}"
                );
            }
        }
        // And nothing was: what is left alone makes place for a catalog.
        places::run(&place.url, "DROP VIEW names; DROP TABLE users").await;
        create(&place.url, &keys(), &options()).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_without_the_password() {
    for place in places::servers() {
        let (scheme, rest) = place.url.split_once("://").unwrap();
        let host = rest.split_once('@').unwrap().1;
        for url in [
            // Neither the database nor, of the second, the user is there.
            place.url.clone(),
            format!("{scheme}://nobody:verysecret@{host}"),
        ] {
            let refused = open(&url, &options()).await.unwrap_err();
            assert!(matches!(refused, Error::Unusable { .. }), "{refused:?}");
            for text in [refused.to_string(), format!("{refused:?}")] {
                assert!(!text.contains("verysecret"), "{text}");
            }
        }
        let named = create(&place.url, &keys(), &options()).await.unwrap();
        assert!(!format!("{named:?}").contains("root@"), "{named:?}");
    }
}

#[tokio::test]
async fn users_and_passwords_may_be_said_beside_the_address() {
    for place in places::servers() {
        create(&place.url, &keys(), &options()).await.unwrap();
        let (scheme, rest) = place.url.split_once("://").unwrap();
        let (user, host) = rest.split_once('@').unwrap();
        let bare = format!("{scheme}://{host}");
        let with_user = options().with_user(user);
        assert!(open(&bare, &with_user).await.is_ok());
        let with_other = options().with_user("nobody").with_password("hidden");
        let refused = open(&bare, &with_other).await.unwrap_err();
        assert!(!format!("{refused:?}").contains("hidden"));
    }
}

#[tokio::test]
async fn what_does_not_fit_a_column_is_refused_before_it_is_cut() {
    for place in places::all() {
        let keys = Keys::new(["a", "b", "c"]).unwrap();
        let catalog = create(&place.url, &keys, &options()).await.unwrap();
        let long = Entry::new(["x", "y", &"z".repeat(300)], "a.tif");
        let path = Entry::new(["x", "y", "z"], "p".repeat(8001));
        let zero = Entry::new(["x", "y", "z"], "a\0b");
        for entry in [long, path, zero] {
            let refused = catalog.insert(&[entry]).await.unwrap_err();
            assert!(matches!(refused, Error::Invalid(_)), "{refused}");
        }
        // As wide as Terracotta makes them: 191 / 3 of MySQL, in characters.
        let widest = "ü".repeat(63);
        let entry = Entry::new(["x", "y", &widest], "ä".repeat(8000));
        catalog.insert(&[entry]).await.unwrap();
        let path = catalog.path(&values(["x", "y", &widest])).await.unwrap();
        assert_eq!(path, "ä".repeat(8000));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_when_several_write() {
    const WRITERS: usize = 4;
    const EACH: usize = 25;
    for place in places::all() {
        create(&place.url, &keys(), &options()).await.unwrap();
        let writers = (0..WRITERS).map(|writer| {
            let url = place.url.clone();
            tokio::spawn(async move {
                // Each with connections of its own, as another process would.
                let catalog = open(&url, &options()).await.unwrap();
                for number in 0..EACH {
                    // In another order by each, so that they would stand in each other's way.
                    let mut batch = vec![
                        Entry::new([format!("{writer}"), format!("{number}")], "a.tif"),
                        Entry::new(["shared", "one"], format!("{writer}.tif")),
                        Entry::new(["shared", "two"], format!("{writer}.tif"))
                            .with_metadata(Metadata::constant([0.0; 4], 1.0)),
                    ];
                    if writer % 2 == 0 {
                        batch.reverse();
                    }
                    catalog.insert(&batch).await.unwrap();
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let catalog = open(&place.url, &options()).await.unwrap();
        let all = catalog.datasets(&Query::default().with_count()).await;
        assert_eq!(all.unwrap().total, Some((WRITERS * EACH) as u64 + 2));
        // Whoever came last, it is one of them whole.
        let paths = [
            catalog.path(&values(["shared", "one"])).await.unwrap(),
            catalog.path(&values(["shared", "two"])).await.unwrap(),
        ];
        assert_eq!(paths[0], paths[1]);
    }
}

#[tokio::test]
async fn what_was_put_in_twice_is_there_once() {
    for place in places::all() {
        let catalog = create(&place.url, &keys(), &options()).await.unwrap();
        let entries: Vec<_> = (0..180)
            .map(|number| {
                let entry = Entry::new([format!("{}", number % 120), "b".into()], "a.tif");
                match number % 3 {
                    0 => entry.with_metadata(Metadata::constant([0.0; 4], f64::from(number))),
                    _ => entry,
                }
            })
            .collect();
        for _ in 0..2 {
            catalog.insert(&entries).await.unwrap();
            let all = catalog.datasets(&Query::default().with_count()).await;
            assert_eq!(all.unwrap().total, Some(120));
        }
        let known = catalog.metadata(&values(["0", "b"])).await.unwrap();
        assert_eq!(known.unwrap().mean, 120.0);
        let known = catalog.metadata(&values(["90", "b"])).await.unwrap();
        assert_eq!(known.unwrap().mean, 90.0);
        assert_eq!(catalog.metadata(&values(["1", "b"])).await.unwrap(), None);
    }
}
