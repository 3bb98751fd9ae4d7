//! Databases of older versions become what Terracotta 0.10 and this crate read.

use crate::{
    places::{self, run},
    terracotta::terracotta,
};
use catalog::{Error, OpenOptions, Query, create, migration, open};

fn options() -> OpenOptions {
    OpenOptions::default()
}

/// A database as Terracotta 0.7 makes it. Its keys are not in alphabetical order.
async fn make_0_7(place: &str) {
    let bytes = if place.starts_with("postgresql") {
        "BYTEA"
    } else {
        "BLOB"
    };
    let percentiles: String = (1_u8..100)
        .flat_map(|p| f32::from(p).to_le_bytes())
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let percentiles = match bytes {
        "BYTEA" => format!("'\\x{percentiles}'"),
        _ => format!("X'{percentiles}'"),
    };
    let hull = r#"{"type": "Polygon", "coordinates": [[[1, 2], [3, 2], [3, 4], [1, 2]]]}"#;
    let keys = "`sensor` VARCHAR(90) NOT NULL, `date` VARCHAR(90) NOT NULL";
    let sql = format!(
        "CREATE TABLE terracotta (version VARCHAR(255) PRIMARY KEY); \
         CREATE TABLE `keys` (`key` VARCHAR(90) PRIMARY KEY, description VARCHAR(8000)); \
         CREATE TABLE datasets ({keys}, filepath VARCHAR(8000), PRIMARY KEY (`sensor`, `date`)); \
         CREATE TABLE metadata ({keys}, bounds_north FLOAT(8), bounds_east FLOAT(8), bounds_south FLOAT(8), \
         bounds_west FLOAT(8), convex_hull TEXT, valid_percentage FLOAT(8), `min` FLOAT(8), `max` FLOAT(8), \
         mean FLOAT(8), stdev FLOAT(8), percentiles {bytes}, metadata TEXT, PRIMARY KEY (`sensor`, `date`)); \
         INSERT INTO terracotta VALUES ('0.7.5'); \
         INSERT INTO `keys` VALUES ('date', 'when it''s'), ('sensor', ''); \
         INSERT INTO datasets VALUES ('S2', '2020', 'a.tif'), ('S2', '2021', 'b.tif'); \
         INSERT INTO metadata VALUES ('S2', '2020', 1.5, 2.5, 3.5, 4.5, '{hull}', 99.5, -1.0, 7.0, 2.25, 0.5, \
         {percentiles}, '{{\"note\": \"old\"}}')"
    );
    run(place, &sql).await;
}

#[tokio::test]
async fn version_0_7_becomes_what_all_read() {
    for place in places::all() {
        make_0_7(&place.url).await;
        let refused = open(&place.url, &options()).await.unwrap_err();
        assert!(refused.to_string().contains("0.7.5"), "{refused}");
        let plan = migration(&place.url, None, None, &options()).await.unwrap();
        assert_eq!((plan.from(), plan.to()), ("0.7.5", "0.10.1"));
        assert!(plan.statements().len() >= 4, "{:?}", plan.statements());
        // To plan changes nothing.
        assert!(open(&place.url, &options()).await.is_err());
        let copy = plan.apply().await.unwrap();
        let catalog = open(&place.url, &options()).await.unwrap();
        let keys: Vec<_> = catalog
            .keys()
            .iter()
            .map(|key| (key.name.clone(), key.description.clone()))
            .collect();
        let expected = [("sensor", ""), ("date", "when it's")];
        assert_eq!(keys, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        let values = ["S2".to_owned(), "2020".to_owned()];
        assert_eq!(catalog.path(&values).await.unwrap(), "a.tif");
        let metadata = catalog.metadata(&values).await.unwrap().unwrap();
        assert_eq!(metadata.bounds, [1.5, 2.5, 3.5, 4.5]);
        assert_eq!(metadata.range, (-1.0, 7.0));
        assert_eq!(metadata.percentiles[98], 99.0);
        assert_eq!(metadata.extra["note"], "old");
        // Doubles have room now.
        let mut precise = metadata;
        precise.mean = 0.1 + 0.2;
        catalog.set_metadata(&values, &precise).await.unwrap();
        assert_eq!(catalog.metadata(&values).await.unwrap(), Some(precise));
        if let Some(theirs) = terracotta("read", &place.url) {
            assert_eq!(theirs["version"], "0.10.1");
            let keys = serde_json::json!([["sensor", ""], ["date", "when it's"]]);
            assert_eq!(theirs["keys"], keys);
            assert_eq!(theirs["datasets"].as_array().unwrap().len(), 2);
            assert_eq!(theirs["metadata"]["S2/2020"]["bounds"][3], 4.5);
        }
        // Again there is nothing to do.
        let plan = migration(&place.url, None, None, &options()).await.unwrap();
        assert!(plan.statements().is_empty(), "{:?}", plan.statements());
        assert_eq!(copy.is_some(), !place.url.contains("://"));
        if let Some(copy) = copy {
            let copy = copy.to_str().unwrap();
            let plan = migration(copy, None, None, &options()).await.unwrap();
            assert_eq!(plan.from(), "0.7.5", "the copy is as it was");
        }
    }
}

#[tokio::test]
async fn later_versions_differ_by_a_number_and_precision() {
    for place in places::all() {
        let keys = places::keys();
        create(&place.url, &keys, &options()).await.unwrap();
        let steps = [("0.11", "0.10.1"), ("0.9", "0.11.0"), ("0.10.1", "0.9.0")];
        for (to, from) in steps {
            let plan = migration(&place.url, None, Some(to), &options())
                .await
                .unwrap();
            assert_eq!(plan.from(), from);
            assert_eq!(plan.statements().len(), 1, "{:?}", plan.statements());
            plan.apply().await.unwrap();
            assert!(open(&place.url, &options()).await.is_ok());
        }
        run(&place.url, "UPDATE terracotta SET version = '0.8.3'").await;
        let plan = migration(&place.url, None, None, &options()).await.unwrap();
        let is_server = place.url.contains("://");
        assert_eq!(plan.statements().len(), 1 + usize::from(is_server));
        plan.apply().await.unwrap();
        let catalog = open(&place.url, &options()).await.unwrap();
        let page = catalog.datasets(&Query::default()).await.unwrap();
        assert!(page.datasets.is_empty());
    }
}

#[tokio::test]
async fn a_database_is_of_the_version_that_it_says_and_goes_back_only_when_told() {
    for place in places::all() {
        let keys = places::keys();
        create(&place.url, &keys, &options()).await.unwrap();
        let plan = async |from, to| migration(&place.url, from, to, &options()).await;
        for from in ["0.7", "0.9.1", "0.11"] {
            let refused = plan(Some(from), None).await.unwrap_err();
            assert!(matches!(refused, Error::Invalid(_)), "{refused}");
            assert!(refused.to_string().contains("0.10.1"), "{refused}");
        }
        let same = plan(Some("v0.10"), None).await.unwrap();
        assert!(same.statements().is_empty(), "{:?}", same.statements());
        let refused = plan(None, Some("0.8")).await.unwrap_err();
        assert!(matches!(refused, Error::Invalid(_)), "{refused}");
        plan(None, Some("0.11"))
            .await
            .unwrap()
            .apply()
            .await
            .unwrap();
        let stays = plan(None, None).await.unwrap();
        assert_eq!((stays.from(), stays.to()), ("0.11.0", "0.11.0"));
        assert!(stays.statements().is_empty(), "{:?}", stays.statements());
        let back = plan(None, Some("0.10")).await.unwrap();
        assert_eq!(back.statements().len(), 1, "{:?}", back.statements());
        // Where it says nothing, whoever migrates it does.
        for sql in [
            "UPDATE terracotta SET version = ''",
            "DELETE FROM terracotta",
        ] {
            run(&place.url, sql).await;
            let refused = plan(None, None).await.unwrap_err();
            assert!(matches!(refused, Error::Unusable { .. }), "{refused}");
            assert!(open(&place.url, &options()).await.is_err());
            plan(Some("0.10"), None)
                .await
                .unwrap()
                .apply()
                .await
                .unwrap();
            assert!(open(&place.url, &options()).await.is_ok());
        }
    }
}

#[tokio::test]
async fn what_would_be_no_catalog_does_not_say_that_it_is_one() {
    for place in places::all() {
        make_0_7(&place.url).await;
        // Somebody began by hand, with keys that the datasets do not have.
        let sql = "CREATE TABLE key_names (key_name VARCHAR(90), description VARCHAR(90), idx INTEGER); \
                   INSERT INTO key_names VALUES ('nobody', '', 0)";
        run(&place.url, sql).await;
        let plan = migration(&place.url, None, None, &options()).await.unwrap();
        let refused = plan.apply().await.unwrap_err();
        assert!(refused.to_string().contains("nobody"), "{refused}");
        let again = migration(&place.url, None, None, &options()).await.unwrap();
        assert_eq!(again.from(), "0.7.5");
    }
}

#[tokio::test]
async fn what_cannot_be_migrated_is_refused_and_left_alone() {
    for place in places::all() {
        make_0_7(&place.url).await;
        for (from, to) in [
            (None, Some("0.7.5")),
            (None, Some("0.12")),
            (Some("0.6"), None),
            (None, Some("0.10'; DROP TABLE datasets; --")),
            (Some("0.10"), Some("0.8")),
        ] {
            let refused = migration(&place.url, from, to, &options()).await;
            let refused = refused.unwrap_err();
            assert!(matches!(refused, Error::Invalid(_)), "{refused}");
        }
        let read_only = options().with_read_only(true);
        let plan = migration(&place.url, None, None, &read_only).await.unwrap();
        assert!(matches!(plan.apply().await, Err(Error::ReadOnly(_))));
        // A key that no column has.
        run(&place.url, "INSERT INTO `keys` VALUES ('other', '')").await;
        let refused = migration(&place.url, None, None, &options()).await;
        let refused = refused.unwrap_err();
        assert!(matches!(refused, Error::Unusable { .. }), "{refused}");
        run(&place.url, "DELETE FROM `keys` WHERE `key` = 'other'").await;
        // What changed since the plan was made is not run over; SQLite and PostgreSQL keep all as it was.
        let plan = migration(&place.url, None, None, &options()).await.unwrap();
        run(
            &place.url,
            "ALTER TABLE datasets RENAME COLUMN filepath TO elsewhere",
        )
        .await;
        assert!(plan.apply().await.is_err());
        run(
            &place.url,
            "ALTER TABLE datasets RENAME COLUMN elsewhere TO filepath",
        )
        .await;
        let plan = migration(&place.url, None, None, &options()).await.unwrap();
        assert_eq!(plan.from(), "0.7.5");
        plan.apply().await.unwrap();
        let catalog = open(&place.url, &options()).await.unwrap();
        assert_eq!(catalog.keys().len(), 2);
    }
}
