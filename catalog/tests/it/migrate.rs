//! Databases of older versions become what Terracotta 0.10 and this crate read.

use crate::{places, terracotta::terracotta};
use catalog::{Error, OpenOptions, Query, create, migration, open};
use sqlx::Connection as _;

fn options() -> OpenOptions {
    OpenOptions::default()
}

/// Runs SQL in a database, which is made if it is not there. Names are quoted as by MySQL in `sql`.
async fn run(place: &str, sql: &str) {
    let (server, database) = place.rsplit_once('/').unwrap();
    if place.starts_with("mysql") {
        let mut connection = sqlx::MySqlConnection::connect(server).await.unwrap();
        let sql = format!("CREATE DATABASE IF NOT EXISTS {database}; USE {database}; {sql}");
        let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
        sql.execute(&mut connection).await.unwrap();
    } else if place.starts_with("postgresql") {
        let first = format!("{server}/postgres");
        let mut connection = sqlx::PgConnection::connect(&first).await.unwrap();
        let make = format!("CREATE DATABASE {database}");
        let made = sqlx::raw_sql(sqlx::AssertSqlSafe(make));
        // Refused where it is there already.
        drop(made.execute(&mut connection).await);
        let mut connection = sqlx::PgConnection::connect(place).await.unwrap();
        let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.replace('`', "\"")));
        sql.execute(&mut connection).await.unwrap();
    } else {
        let url = format!("sqlite://{place}?mode=rwc");
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
        sql.execute(&mut connection).await.unwrap();
    }
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
