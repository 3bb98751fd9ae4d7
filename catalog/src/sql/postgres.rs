//! PostgreSQL.

use super::{
    address::Address, catalog::SqlCatalog, dialect::Dialect, engine::engine, failure::failed,
};
use crate::{Error, Keys, OpenOptions};
use core::str::FromStr as _;
use sqlx::{Connection as _, postgres::PgConnectOptions};

engine!(sqlx::Postgres, "BEGIN");

const DIALECT: Dialect = Dialect::Postgres;

/// The server knows no such database.
const UNKNOWN_DATABASE: &str = "3D000";

/// The database that every server has, from which others are made.
const FIRST_DATABASE: &str = "postgres";

/// Opens the catalog in a database.
pub(crate) async fn open(address: &Address, options: &OpenOptions) -> Result<SqlCatalog, Error> {
    let place = address.place();
    let engine = connect(address, options).await?;
    SqlCatalog::open(Box::new(engine), DIALECT, place, !options.read_only).await
}

/// Makes a catalog in a database, which is made too if it is not there.
pub(crate) async fn create(
    address: &Address,
    keys: &Keys,
    options: &OpenOptions,
) -> Result<SqlCatalog, Error> {
    let place = address.place();
    let failed = |error: sqlx::Error| failed(DIALECT, &place, true, &error);
    let settings = settings(address, options)?;
    let is_unknown = |error: &sqlx::Error| {
        let code = error.as_database_error().and_then(|error| error.code());
        code.is_some_and(|code| code == UNKNOWN_DATABASE)
    };
    let engine = match PoolEngine::connect(settings.clone(), limits(options)).await {
        Err(error) if is_unknown(&error) => {
            let server = settings.clone().database(FIRST_DATABASE);
            let mut connection = sqlx::PgConnection::connect_with(&server)
                .await
                .map_err(failed)?;
            let text = format!("CREATE DATABASE \"{}\"", address.database());
            sqlx::raw_sql(sqlx::AssertSqlSafe(text))
                .execute(&mut connection)
                .await
                .map_err(failed)?;
            PoolEngine::connect(settings, limits(options)).await
        }
        connected => connected,
    };
    let engine = Box::new(engine.map_err(failed)?);
    SqlCatalog::create(engine, DIALECT, place.clone(), keys).await
}

/// Connects to a database that is there.
pub(super) async fn connect(address: &Address, options: &OpenOptions) -> Result<PoolEngine, Error> {
    PoolEngine::connect(settings(address, options)?, limits(options))
        .await
        .map_err(|error| failed(DIALECT, &address.place(), false, &error))
}

fn limits(options: &OpenOptions) -> Limits {
    Limits {
        connect: options.timeout,
        answer: Some(options.patience),
        connections: options.connections,
        outage: options.outage,
    }
}

fn settings(address: &Address, options: &OpenOptions) -> Result<PgConnectOptions, Error> {
    let mut settings = PgConnectOptions::from_str(address.url("postgresql").as_str())
        .map_err(|error| address.refused(&error))?;
    if let Some(user) = address.user(options) {
        settings = settings.username(&user);
    }
    if let Some(password) = address.password(options) {
        settings = settings.password(&password);
    }
    Ok(settings)
}
