//! Databases of older versions of Terracotta.

use super::{
    describe::{describe_parts, version},
    dialect::Dialect,
    engine::Ask,
    failure::failed,
    open::{Opened, connect},
    schema::{self, TEXT_WIDTH, text},
    statement::{Kind, Statement},
    version as versions,
};
use crate::{Error, Keys, OpenOptions, keys::MOST_NAME_BYTES};
use std::path::PathBuf;

/// The columns of `metadata` that were single precision before 0.9.
const DOUBLES: [&str; 9] = [
    "bounds_north",
    "bounds_east",
    "bounds_south",
    "bounds_west",
    "valid_percentage",
    "min",
    "max",
    "mean",
    "stdev",
];

/// What has to be done to a database so that it is of another version; nothing is done yet.
#[derive(Debug)]
pub struct Migration {
    opened: Opened,
    from: String,
    to: String,
    statements: Vec<String>,
}

/// Plans how the database at `place` becomes one of version `to`.
///
/// `from` is only for a database that does not say its version. Without `to` it becomes what this crate
/// writes, and a newer one stays what it is. Versions 0.7 to 0.11 are known; none goes back before 0.9.
/// The plan is made from what is there: one that broke off, which only MySQL leaves half done, is planned
/// again from where it stopped.
///
/// # Errors
///
/// [`Error::Invalid`] for a version that is not known, another than the database says, or a way that there
/// is not; [`Error::Unusable`] for what is no catalog; those of [`open`](crate::open).
pub async fn migration(
    place: &str,
    from: Option<&str>,
    to: Option<&str>,
    options: &OpenOptions,
) -> Result<Migration, Error> {
    let opened = connect(place, options).await?;
    let (mut engine, dialect) = (&*opened.engine, opened.dialect);
    let ask: &mut dyn Ask = &mut engine;
    let failed = |error: sqlx::Error| failed(dialect, &opened.place, false, &error);
    let unusable = |message: String| Error::Unusable {
        place: opened.place.clone(),
        message,
    };
    let tables = schema::tables(ask, dialect).await.map_err(failed)?;
    let has = |table: &str| tables.iter().any(|there| there == table);
    for table in ["terracotta", "datasets", "metadata"] {
        if !has(table) {
            return Err(unusable(format!(
                "it has no table {table}: it is no catalog"
            )));
        }
    }
    let said = version(ask, dialect).await.map_err(failed)?;
    let has_row = said.is_some();
    let plain = |version: &str| version.trim_start_matches('v').to_owned();
    let said = said
        .map(|said| plain(&said))
        .filter(|said| !said.is_empty());
    let is_said = said.is_some();
    let from = match (said, from.map(plain)) {
        (Some(said), Some(from)) if minor(&said).ok() != Some(minor(&from)?) => {
            return Err(Error::invalid(format!(
                "the database says that it is of version {said:?}, not {from}"
            )));
        }
        (Some(said), _) => said,
        (None, Some(from)) => from,
        (None, None) => {
            return Err(unusable(
                "it does not say its version; say from which it is to be migrated".into(),
            ));
        }
    };
    let start = minor(&from)?;
    let to = match to {
        Some(to) => full(&plain(to)),
        // Nobody goes back without having said so.
        None if start > minor(versions::WRITTEN)? => from.clone(),
        None => versions::WRITTEN.to_owned(),
    };
    let end = minor(&to)?;
    if end < start && end < 9 || end < 8 {
        return Err(Error::invalid(format!(
            "there is no way from version {from} back to {to}"
        )));
    }
    let mut statements = Vec::new();
    if start < 8 {
        statements.extend(to_0_8(ask, dialect, &tables, &unusable).await?);
    }
    if start < 9 && end >= 9 {
        statements.extend(to_0_9(dialect));
    }
    // The last: what broke off before is of the version before.
    if !has_row {
        statements.push(format!("INSERT INTO terracotta (version) VALUES ('{to}')"));
    } else if start != end || !is_said {
        statements.push(format!("UPDATE terracotta SET version = '{to}'"));
    }
    Ok(Migration {
        from,
        to,
        statements,
        opened,
    })
}

impl Migration {
    /// The version that the database is of.
    #[must_use]
    pub fn from(&self) -> &str {
        &self.from
    }

    /// The version that it becomes.
    #[must_use]
    pub fn to(&self) -> &str {
        &self.to
    }

    /// The SQL that does it, in order; none if there is nothing to do.
    #[must_use]
    pub fn statements(&self) -> &[String] {
        &self.statements
    }

    /// Does it, if what comes of it is a catalog: all or nothing in SQLite and PostgreSQL; MySQL keeps what was
    /// done before a failure, but for the version, and a new plan goes on from there. A SQLite file is first copied beside itself: the copy's path.
    ///
    /// # Errors
    ///
    /// [`Error::ReadOnly`], and the database's.
    pub async fn apply(self) -> Result<Option<PathBuf>, Error> {
        let Opened {
            engine,
            dialect,
            place,
            file,
            is_writable,
        } = self.opened;
        let Some((last, before)) = self.statements.split_last() else {
            return Ok(None);
        };
        if !is_writable {
            return Err(Error::ReadOnly(place));
        }
        let failed = |error: sqlx::Error| failed(dialect, &place, true, &error);
        let copy = match &file {
            Some(file) => {
                let copy = beside(file, &self.from);
                let mut statement = Statement::new(dialect, "VACUUM INTO ");
                statement.bind(copy.to_string_lossy().as_ref());
                engine.rows(statement, &[]).await.map_err(failed)?;
                Some(copy)
            }
            None => None,
        };
        let mut session = engine.begin().await.map_err(failed)?;
        for statement in before {
            session.script(statement).await.map_err(failed)?;
        }
        // What was made is a catalog, or nothing says that it is.
        describe_parts(&mut session, dialect, &place).await?;
        session.script(last).await.map_err(failed)?;
        session.commit().await.map_err(failed)?;
        Ok(copy)
    }
}

/// A name beside a file that is not taken yet.
fn beside(file: &std::path::Path, version: &str) -> PathBuf {
    let named = |end: String| {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    (0_u32..)
        .map(|number| match number {
            0 => named(format!(".v{version}.bak")),
            number => named(format!(".v{version}.{number}.bak")),
        })
        .find(|path| !path.exists())
        .unwrap_or_else(|| named(".bak".into()))
}

/// `0.10` as `0.10.0`.
fn full(version: &str) -> String {
    match version.split('.').count() {
        2 => format!("{version}.0"),
        _ => version.to_owned(),
    }
}

/// The second number of a version between 0.7 and 0.11.
fn minor(version: &str) -> Result<u32, Error> {
    let mut parts = version.split('.');
    let minor = (parts.next() == Some("0"))
        .then(|| parts.next()?.parse().ok())
        .flatten()
        .filter(|minor| (7..=11).contains(minor));
    let is_plain = parts.all(|part| part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    minor.filter(|_| is_plain).ok_or_else(|| {
        let version: String = version.chars().take(40).collect();
        Error::invalid(format!(
            "{version:?} is no version of Terracotta that is known: 0.7 to 0.11 are"
        ))
    })
}

/// The keys get a table that says their order, and paths their name.
async fn to_0_8(
    ask: &mut dyn Ask,
    dialect: Dialect,
    tables: &[String],
    unusable: &impl Fn(String) -> Error,
) -> Result<Vec<String>, Error> {
    let failed = |error: sqlx::Error| unusable(error.to_string());
    let columns = schema::columns(ask, dialect, "datasets").await;
    let columns = columns.map_err(failed)?;
    let is_path = |name: &str| matches!(name, "path" | "filepath");
    // The table of keys does not say their order, and a server keeps none; the columns do.
    let names: Vec<_> = columns
        .iter()
        .map(|column| column.name.clone())
        .filter(|name| !is_path(name))
        .collect();
    let keys = Keys::new(names.clone()).map_err(|error| unusable(error.to_string()))?;
    let has = |table: &str| tables.iter().any(|there| there == table);
    let mut statements = Vec::new();
    let mut is_filled = false;
    if has("key_names") {
        let count = Statement::new(dialect, "SELECT key_name FROM key_names");
        let rows = ask.rows(count, &[Kind::Text]).await.map_err(failed)?;
        is_filled = !rows.is_empty();
    } else {
        let charset = match dialect {
            Dialect::MySql { .. } => " CHARACTER SET utf8mb4",
            Dialect::Sqlite | Dialect::Postgres => "",
        };
        statements.push(format!(
            "CREATE TABLE key_names (key_name VARCHAR({MOST_NAME_BYTES}){charset} NOT NULL, \
             description VARCHAR({TEXT_WIDTH}){charset}, idx INTEGER, PRIMARY KEY (key_name), UNIQUE (idx))"
        ));
    }
    if !is_filled {
        if !has("keys") {
            return Err(unusable("it has neither a table keys nor key_names".into()));
        }
        let (table, column) = (dialect.quoted("keys"), dialect.quoted("key"));
        let found = Statement::new(dialect, format!("SELECT {column} FROM {table}"));
        let rows = ask.rows(found, &[Kind::Text]).await.map_err(failed)?;
        let mut found: Vec<_> = rows
            .into_iter()
            .filter_map(|row| text(row.into_iter().next()?))
            .collect();
        let mut expected = names;
        found.sort();
        expected.sort();
        if found != expected {
            return Err(unusable(format!(
                "its keys are {found:?}, but its datasets have {expected:?}"
            )));
        }
        // `Keys` lets nothing pass that could end a string.
        let places: Vec<_> = keys
            .names()
            .enumerate()
            .map(|(at, name)| format!("WHEN '{name}' THEN {at}"))
            .collect();
        statements.push(format!(
            "INSERT INTO key_names (key_name, description, idx) \
             SELECT {column}, description, CASE {column} {} END FROM {table}",
            places.join(" ")
        ));
    }
    if columns.iter().any(|column| column.name == "filepath") {
        statements.push(format!(
            "ALTER TABLE datasets RENAME COLUMN filepath TO {}",
            dialect.quoted("path")
        ));
    }
    Ok(statements)
}

/// Numbers become double precision; SQLite's always were.
fn to_0_9(dialect: Dialect) -> Option<String> {
    let double = dialect.double();
    let changes = DOUBLES.map(|column| {
        let column = dialect.quoted(column);
        match dialect {
            Dialect::Postgres => format!("ALTER COLUMN {column} TYPE {double}"),
            _ => format!("MODIFY COLUMN {column} {double}"),
        }
    });
    (dialect != Dialect::Sqlite).then(|| format!("ALTER TABLE metadata {}", changes.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_known_or_refused() {
        for (version, expected) in [("0.7.5", 7), ("0.8", 8), ("0.10.1", 10), ("0.11.0", 11)] {
            assert_eq!(minor(version).unwrap(), expected);
        }
        for version in ["0.6.1", "0.12", "1.0", "", "0", "0.x", "0.10.1'; --"] {
            assert!(minor(version).is_err(), "{version}");
        }
        assert_eq!(full("0.9"), "0.9.0");
        assert_eq!(full("0.9.3"), "0.9.3");
    }
}
