//! MySQL and MariaDB.

use super::{
    address::Address, catalog::SqlCatalog, dialect::Dialect, engine::engine, failure::failed,
};
use crate::{Error, Keys, OpenOptions};
use core::str::FromStr as _;
use sqlx::{Connection as _, mysql::MySqlConnectOptions};

engine!(sqlx::MySql, "START TRANSACTION");

/// Before anything is known of the columns.
pub(super) const DIALECT: Dialect = Dialect::MySql { exact: false };

/// The server knows no such database.
const UNKNOWN_DATABASE: u16 = 1049;

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
    let engine = match PoolEngine::connect(settings.clone(), limits(options)).await {
        Err(error) if number(&error) == Some(UNKNOWN_DATABASE) => {
            let server = address.without_database();
            let mut connection =
                sqlx::MySqlConnection::connect_with(&self::settings(&server, options)?)
                    .await
                    .map_err(failed)?;
            let text = format!(
                "CREATE DATABASE IF NOT EXISTS `{}` CHARACTER SET utf8mb4",
                address.database()
            );
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

fn settings(address: &Address, options: &OpenOptions) -> Result<MySqlConnectOptions, Error> {
    let mut settings = MySqlConnectOptions::from_str(address.url("mysql").as_str())
        .map_err(|error| address.refused(&error))?;
    if let Some(user) = address.user(options) {
        settings = settings.username(&user);
    }
    if let Some(password) = address.password(options) {
        settings = settings.password(&password);
    }
    Ok(settings)
}

fn number(error: &sqlx::Error) -> Option<u16> {
    let error = error.as_database_error()?;
    Some(
        error
            .try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()?
            .number(),
    )
}
