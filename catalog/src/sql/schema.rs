//! Terracotta's tables: what is there, and how they are made.

use super::{
    dialect::Dialect,
    engine::{Ask, Session},
    statement::{Kind, Row, Statement, Value},
    version,
};
use crate::Keys;

/// Most characters of a path and of a description.
pub(super) const TEXT_WIDTH: usize = 8_000;

/// Keys and bounds together: see `doc/decisions/0023-catalog.md`.
const BOUNDS_INDEX: &str = "smalti_bounds";

/// The tables of a catalog.
pub(super) const TABLES: [&str; 4] = ["terracotta", "key_names", "datasets", "metadata"];

/// The names of the tables that a database holds.
pub(super) fn list_tables(dialect: Dialect) -> Statement {
    Statement::new(
        dialect,
        match dialect {
            Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
            Dialect::MySql { .. } => {
                "SELECT CAST(table_name AS CHAR) FROM information_schema.tables \
                 WHERE table_schema = DATABASE()"
            }
            Dialect::Postgres => {
                "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
                 WHERE table_schema = ANY (current_schemas(false))"
            }
        },
    )
}

/// What else a database holds where a catalog's tables would be made: tables and views, but no part of the
/// database itself or of its extensions.
pub(super) fn list_others(dialect: Dialect) -> Statement {
    Statement::new(
        dialect,
        match dialect {
            Dialect::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') \
                 AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name"
            }
            Dialect::MySql { .. } => {
                "SELECT CAST(table_name AS CHAR) FROM information_schema.tables \
                 WHERE table_schema = DATABASE() ORDER BY table_name"
            }
            Dialect::Postgres => {
                "SELECT CAST(relname AS TEXT) FROM pg_catalog.pg_class AS c \
                 JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
                 WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
                 AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend AS d WHERE d.objid = c.oid \
                 AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'e') ORDER BY relname"
            }
        },
    )
}

/// The names of [`list_others`] in a message.
pub(super) fn occupied(others: &[String]) -> String {
    let mut names = others
        .iter()
        .take(3)
        .map(String::as_str)
        .collect::<Vec<_>>();
    if others.len() > names.len() {
        names.push("…");
    }
    format!(
        "it holds other tables ({}) and no catalog: choose an empty database for a new one",
        names.join(", ")
    )
}

/// Name, most characters and collation of a table's columns, in their order.
pub(super) fn list_columns(dialect: Dialect, table: &str) -> Statement {
    let mut statement = Statement::new(
        dialect,
        match dialect {
            Dialect::Sqlite => "SELECT name, NULL, NULL FROM pragma_table_info(",
            Dialect::MySql { .. } => {
                "SELECT CAST(column_name AS CHAR), CAST(character_maximum_length AS SIGNED), \
                 CAST(collation_name AS CHAR) FROM information_schema.columns \
                 WHERE table_schema = DATABASE() AND table_name = ("
            }
            Dialect::Postgres => {
                "SELECT CAST(column_name AS TEXT), CAST(character_maximum_length AS BIGINT), \
                 CAST(collation_name AS TEXT) FROM information_schema.columns \
                 WHERE table_schema = ANY (current_schemas(false)) AND table_name = ("
            }
        },
    );
    statement.bind(table).push(match dialect {
        Dialect::Sqlite => ") ORDER BY cid",
        Dialect::MySql { .. } | Dialect::Postgres => ") ORDER BY ordinal_position",
    });
    statement
}

/// What [`list_columns`] finds.
pub(super) const COLUMN_KINDS: [Kind; 3] = [Kind::Text, Kind::Integer, Kind::Text];

/// A column, as the database tells.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) width: Option<usize>,
    pub(super) collation: Option<String>,
}

impl Column {
    pub(super) fn of(row: Row) -> Self {
        let mut row = row.into_iter();
        let mut next = || row.next().flatten();
        Self {
            name: text(next()).unwrap_or_default(),
            width: match next() {
                Some(Value::Integer(width)) => usize::try_from(width).ok(),
                _ => None,
            },
            collation: text(next()),
        }
    }
}

/// The text of a cell.
pub(super) fn text(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// The tables that a database holds.
pub(super) async fn tables(
    ask: &mut dyn Ask,
    dialect: Dialect,
) -> Result<Vec<String>, sqlx::Error> {
    let rows = ask.rows(list_tables(dialect), &[Kind::Text]);
    Ok(names(rows.await?))
}

/// The texts of rows of one column.
pub(super) fn names(rows: Vec<Row>) -> Vec<String> {
    rows.into_iter()
        .filter_map(|row| text(row.into_iter().next()?))
        .collect()
}

/// The columns of a table.
pub(super) async fn columns(
    ask: &mut dyn Ask,
    dialect: Dialect,
    table: &str,
) -> Result<Vec<Column>, sqlx::Error> {
    let rows = ask.rows(list_columns(dialect, table), &COLUMN_KINDS);
    Ok(rows.await?.into_iter().map(Column::of).collect())
}

/// The collation by which MySQL compares bytes.
///
/// MySQL and MariaDB have different names for the one that does not take spaces at the end for nothing.
pub(super) const EXACT_COLLATIONS: [&str; 2] = ["utf8mb4_nopad_bin", "utf8mb4_0900_bin"];

/// The collation for new columns of strings.
async fn exact_collation(
    session: &mut dyn Session,
    dialect: Dialect,
) -> Result<String, sqlx::Error> {
    match dialect {
        Dialect::Sqlite => Ok(String::new()),
        Dialect::Postgres => Ok(" COLLATE \"C\"".into()),
        Dialect::MySql { .. } => {
            let mut statement = Statement::new(
                dialect,
                "SELECT CAST(collation_name AS CHAR) FROM information_schema.collations \
                 WHERE collation_name IN (",
            );
            statement
                .bind_list(EXACT_COLLATIONS.map(Value::from))
                .push(")");
            let found = session.rows(statement, &[Kind::Text]).await?;
            let name = found
                .into_iter()
                .next()
                .and_then(|row| text(row.into_iter().next()?));
            let name = name.unwrap_or_else(|| "utf8mb4_bin".into());
            Ok(format!(" CHARACTER SET utf8mb4 COLLATE {name}"))
        }
    }
}

/// Makes the tables and says which keys there are. What was made when something fails is taken away
/// again, where the database does not do so itself.
pub(super) async fn make(
    session: &mut dyn Session,
    dialect: Dialect,
    keys: &Keys,
) -> Result<(), sqlx::Error> {
    let mut made = Vec::new();
    let result = make_tables(session, dialect, keys, &mut made).await;
    if result.is_err() && matches!(dialect, Dialect::MySql { .. }) {
        for table in made.into_iter().rev() {
            // The first failure is what has to be told.
            let _ = session.script(&format!("DROP TABLE {table}")).await;
        }
    }
    result
}

async fn make_tables(
    session: &mut dyn Session,
    dialect: Dialect,
    keys: &Keys,
    made: &mut Vec<&'static str>,
) -> Result<(), sqlx::Error> {
    let text = exact_collation(session, dialect).await?;
    for (table, columns) in definitions(dialect, keys, &text) {
        session
            .script(&format!("CREATE TABLE {table} ({columns})"))
            .await?;
        made.push(table);
    }
    // Terracotta has no such index and does not mind it.
    if keys.len() + 4 <= dialect.index_columns() {
        let names = super::statements::key_columns(dialect, keys);
        session
            .script(&format!(
                "CREATE INDEX {BOUNDS_INDEX} ON metadata \
                 ({names}, bounds_north, bounds_south, bounds_east, bounds_west)"
            ))
            .await?;
    }
    for (at, key) in keys.iter().enumerate() {
        let mut statement = Statement::new(
            dialect,
            "INSERT INTO key_names (key_name, description, idx) VALUES (",
        );
        statement.bind_list([key.name.as_str(), key.description.as_str()].map(Value::from));
        statement.push(format!(", {at})"));
        session.run(statement).await?;
    }
    // The last: without it there is no catalog.
    let mut statement = Statement::new(dialect, "INSERT INTO terracotta (version) VALUES (");
    statement.bind(version::WRITTEN).push(")");
    session.run(statement).await.map(drop)
}

/// The tables and their columns; `text` stands behind the type of strings.
fn definitions(dialect: Dialect, keys: &Keys, text: &str) -> [(&'static str, String); 4] {
    let width = dialect.value_width(keys.len());
    let (double, bytes) = (dialect.double(), dialect.bytes());
    let columns: String = keys
        .names()
        .map(|name| format!("{} VARCHAR({width}){text} NOT NULL, ", dialect.quoted(name)))
        .collect();
    let names = super::statements::key_columns(dialect, keys);
    let q = |name: &str| dialect.quoted(name);
    // Terracotta's is as wide as a value, which is too little for a name where there are many keys.
    let name_width = width.max(crate::keys::MOST_NAME_BYTES);
    [
        (
            "terracotta",
            format!("version VARCHAR(255){text} NOT NULL, PRIMARY KEY (version)"),
        ),
        (
            "key_names",
            format!(
                "key_name VARCHAR({name_width}){text} NOT NULL, description VARCHAR({TEXT_WIDTH}){text}, \
                 idx INTEGER, PRIMARY KEY (key_name), UNIQUE (idx)"
            ),
        ),
        (
            "datasets",
            format!(
                "{columns}{} VARCHAR({TEXT_WIDTH}){text}, PRIMARY KEY ({names})",
                q("path")
            ),
        ),
        (
            "metadata",
            format!(
                "{columns}bounds_north {double}, bounds_east {double}, bounds_south {double}, \
                 bounds_west {double}, convex_hull TEXT{text}, valid_percentage {double}, \
                 {} {double}, {} {double}, mean {double}, stdev {double}, percentiles {bytes}, \
                 metadata TEXT{text}, PRIMARY KEY ({names})",
                q("min"),
                q("max")
            ),
        ),
    ]
}
