//! What a database says of the catalog that it holds.

use super::{
    dialect::Dialect,
    engine::Ask,
    failure::failed,
    schema::{self, EXACT_COLLATIONS, TABLES, text},
    statement::{Kind, Statement},
    version as versions,
};
use crate::{Error, Keys};

/// What a database says of itself.
pub(super) struct Described {
    pub(super) dialect: Dialect,
    pub(super) keys: Keys,
    /// Most characters of each key's value, where the database has a limit of its own.
    pub(super) widths: Vec<Option<usize>>,
}

/// Reads it, or tells why the database at `place` is no catalog.
pub(super) async fn describe(
    ask: &mut dyn Ask,
    dialect: Dialect,
    place: &str,
) -> Result<Described, Error> {
    let failed = |error: sqlx::Error| failed(dialect, place, false, &error);
    let unusable = |message: String| Error::Unusable {
        place: place.to_owned(),
        message,
    };
    let tables = schema::tables(ask, dialect).await.map_err(failed)?;
    let is_missing = |table: &&str| !tables.iter().any(|there| there == *table);
    if TABLES.iter().all(&is_missing) {
        let others = ask.rows(schema::list_others(dialect), &[Kind::Text]).await;
        let others = schema::names(others.map_err(failed)?);
        if !others.is_empty() {
            return Err(unusable(schema::occupied(&others)));
        }
    }
    let version = match is_missing(&TABLES[0]) {
        true => None,
        false => version(ask, dialect).await.map_err(failed)?,
    };
    // A database of an older version has other tables: its version says more than they do.
    if let Some(message) = version.as_deref().and_then(versions::refusal) {
        return Err(unusable(message));
    }
    let described = parts(ask, dialect, place, &tables).await?;
    if version.is_none() {
        return Err(unusable("it does not say its version".into()));
    }
    Ok(described)
}

/// As [`describe`], whatever version the database says it is of.
pub(super) async fn describe_parts(
    ask: &mut dyn Ask,
    dialect: Dialect,
    place: &str,
) -> Result<Described, Error> {
    let tables = schema::tables(ask, dialect).await;
    let tables = tables.map_err(|error| failed(dialect, place, false, &error))?;
    parts(ask, dialect, place, &tables).await
}

async fn parts(
    ask: &mut dyn Ask,
    dialect: Dialect,
    place: &str,
    tables: &[String],
) -> Result<Described, Error> {
    let failed = |error: sqlx::Error| failed(dialect, place, false, &error);
    let unusable = |message: String| Error::Unusable {
        place: place.to_owned(),
        message,
    };
    let missing = TABLES
        .iter()
        .find(|table| !tables.iter().any(|there| there == *table));
    if let Some(table) = missing {
        return Err(unusable(format!(
            "it has no table {table}: it is no catalog of Terracotta 0.8 or later"
        )));
    }
    let statement = Statement::new(
        dialect,
        "SELECT key_name, description FROM key_names ORDER BY idx",
    );
    let rows = ask.rows(statement, &[Kind::Text; 2]).await;
    let described = rows.map_err(failed)?.into_iter().map(|row| {
        let mut row = row.into_iter();
        let mut next = || text(row.next().flatten()).unwrap_or_default();
        (next(), next())
    });
    let keys = Keys::described(described).map_err(|error| unusable(error.to_string()))?;
    let columns = schema::columns(ask, dialect, "datasets").await;
    let columns = columns.map_err(failed)?;
    let own: Vec<_> = keys
        .names()
        .map(|name| {
            let column = columns.iter().find(|column| column.name == name);
            column.ok_or_else(|| unusable(format!("its datasets have no column {name}")))
        })
        .collect::<Result<_, _>>()?;
    let is_exact = |collation: &Option<String>| {
        let name = collation.as_deref().unwrap_or_default();
        EXACT_COLLATIONS.contains(&name)
    };
    let dialect = match dialect {
        Dialect::MySql { .. } => Dialect::MySql {
            exact: own.iter().all(|column| is_exact(&column.collation)),
        },
        dialect => dialect,
    };
    let widths = own.iter().map(|column| column.width).collect();
    Ok(Described {
        dialect,
        keys,
        widths,
    })
}

/// What a database says of its version, if it says anything.
pub(super) async fn version(
    ask: &mut dyn Ask,
    dialect: Dialect,
) -> Result<Option<String>, sqlx::Error> {
    let statement = Statement::new(dialect, "SELECT version FROM terracotta");
    let rows = ask.rows(statement, &[Kind::Text]).await?;
    Ok(schema::names(rows).into_iter().next())
}
