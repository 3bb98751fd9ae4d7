//! Databases of every kind, each new and empty.

use catalog::Keys;
use sqlx::Connection as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// A place for a catalog that is not there yet.
pub(crate) struct Place {
    /// For [`catalog::create`].
    pub(crate) url: String,
    _folder: Option<tempfile::TempDir>,
}

/// The keys of the contract.
pub(crate) fn keys() -> Keys {
    Keys::new(catalog::testkit::KEYS).unwrap()
}

/// A new SQLite file.
pub(crate) fn sqlite() -> Place {
    let folder = tempfile::tempdir().unwrap();
    Place {
        url: folder.path().join("a.sqlite").display().to_string(),
        _folder: Some(folder),
    }
}

/// A new name on a server; `None`, with a line saying so, where there is none.
pub(crate) fn server(variable: &str) -> Option<Place> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let Ok(server) = std::env::var(variable) else {
        println!("not run: {variable} is not set; `cargo xtask test` sets it");
        return None;
    };
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("smalti_{}_{number}", std::process::id());
    Some(Place {
        url: format!("{server}/{name}"),
        _folder: None,
    })
}

/// A new place on each server there is.
pub(crate) fn servers() -> Vec<Place> {
    ["SMALTI_MYSQL_URL", "SMALTI_POSTGRES_URL"]
        .into_iter()
        .filter_map(server)
        .collect()
}

/// A new place of every kind there is.
pub(crate) fn all() -> Vec<Place> {
    servers().into_iter().chain([sqlite()]).collect()
}

/// Runs SQL in a database, which is made if it is not there. Names are quoted as by MySQL in `sql`.
pub(crate) async fn run(place: &str, sql: &str) {
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
