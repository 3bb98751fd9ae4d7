//! What the databases' errors mean.

use super::dialect::Dialect;
use crate::Error;

/// What an error of a database at `place` means for who asked; `is_writing` tells what was tried.
pub(super) fn failed(
    dialect: Dialect,
    place: &str,
    is_writing: bool,
    error: &sqlx::Error,
) -> Error {
    let place = place.to_owned();
    let unavailable = |message: String| Error::Unavailable {
        place: place.clone(),
        message,
    };
    let unusable = |message: String| Error::Unusable {
        place: place.clone(),
        message,
    };
    match error {
        sqlx::Error::Database(said) => {
            let message = said.message().to_owned();
            let meaning = match dialect {
                Dialect::Sqlite => sqlite(&**said),
                Dialect::MySql { .. } => mysql(&**said, is_writing),
                Dialect::Postgres => postgres(&**said, is_writing),
            };
            match meaning {
                Meaning::ReadOnly => Error::ReadOnly(place),
                Meaning::Unavailable => unavailable(message),
                Meaning::Unusable => unusable(message),
                Meaning::NoFile => unusable("there is no such file, or it cannot be opened".into()),
                Meaning::Damaged => {
                    unusable(format!("it is no SQLite database, or damaged: {message}"))
                }
            }
        }
        sqlx::Error::PoolTimedOut => unavailable(
            "there is no connection to be had in time: it does not run, cannot be reached, or is busy"
                .into(),
        ),
        sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::ColumnNotFound(_)
        | sqlx::Error::ColumnIndexOutOfBounds { .. }
        | sqlx::Error::Decode(_)
        | sqlx::Error::Configuration(_) => unusable(error.to_string()),
        _ => unavailable(error.to_string()),
    }
}

/// Two transactions stood in each other's way, and this one had to go: it may try again.
pub(super) fn is_conflict(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    // Serialization failure (also MySQL's deadlock), PostgreSQL's deadlock.
    code.is_some_and(|code| code == "40001" || code == "40P01")
}

enum Meaning {
    ReadOnly,
    Unavailable,
    Unusable,
    NoFile,
    Damaged,
}

fn sqlite(error: &dyn sqlx::error::DatabaseError) -> Meaning {
    let code = error.code().and_then(|code| code.parse::<u32>().ok());
    // The primary result code; the rest of the number says more of the same.
    match code.map(|code| code & 0xff) {
        // SQLITE_READONLY.
        Some(8) => Meaning::ReadOnly,
        // SQLITE_CANTOPEN.
        Some(14) => Meaning::NoFile,
        // SQLITE_CORRUPT, SQLITE_NOTADB.
        Some(11 | 26) => Meaning::Damaged,
        // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR, SQLITE_FULL.
        Some(5 | 6 | 10 | 13) => Meaning::Unavailable,
        _ => Meaning::Unusable,
    }
}

/// By the errors' numbers: their SQLSTATE says too little.
fn mysql(error: &dyn sqlx::error::DatabaseError, is_writing: bool) -> Meaning {
    #[cfg(feature = "mysql")]
    let number = error
        .try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()
        .map_or(0, sqlx::mysql::MySqlDatabaseError::number);
    #[cfg(not(feature = "mysql"))]
    let number = {
        let _ = error;
        0_u16
    };
    match number {
        // The server or the transaction may only read.
        1290 | 1792 | 1836 => Meaning::ReadOnly,
        // A command or column is denied to this user.
        1142 | 1143 if is_writing => Meaning::ReadOnly,
        // Too many connections, shutdown, network, lock wait, deadlock, disk full, interrupted.
        1021
        | 1040
        | 1053
        | 1077..=1079
        | 1114
        | 1152..=1161
        | 1203
        | 1205
        | 1213
        | 1317
        | 1927
        | 3024 => Meaning::Unavailable,
        _ => Meaning::Unusable,
    }
}

/// By the classes of SQLSTATE.
fn postgres(error: &dyn sqlx::error::DatabaseError, is_writing: bool) -> Meaning {
    let code = error.code().unwrap_or_default();
    match &*code {
        // The server or the transaction may only read.
        "25006" => Meaning::ReadOnly,
        // Insufficient privilege.
        "42501" if is_writing => Meaning::ReadOnly,
        // Connection, conflict, resources, lock, operator, system.
        code if ["08", "40", "53", "55", "57", "58"]
            .iter()
            .any(|class| code.starts_with(class)) =>
        {
            Meaning::Unavailable
        }
        _ => Meaning::Unusable,
    }
}
