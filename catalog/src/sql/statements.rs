//! What the databases are asked, but for their dialects.

use crate::{Error, Filter, Keys, Query};
use sqlx::{Database, Encode, QueryBuilder, Type};

/// The columns of `metadata` beside the keys, in the order in which rows are read and written.
///
/// The names of the bounds are Terracotta's mistake, which its databases keep: `bounds_north` holds the
/// west, `bounds_east` the south, `bounds_south` the east, `bounds_west` the north.
pub(super) const COLUMNS: [&str; 12] = [
    "bounds_north",
    "bounds_east",
    "bounds_south",
    "bounds_west",
    "convex_hull",
    "valid_percentage",
    "min",
    "max",
    "mean",
    "stdev",
    "percentiles",
    "metadata",
];

/// Names as they stand in statements: `Keys` lets nothing pass that could end a quoted name.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// The keys' columns, with commas.
pub(super) fn key_columns(keys: &Keys) -> String {
    let names: Vec<String> = keys.names().map(quoted).collect();
    names.join(", ")
}

/// `WHERE` all keys have these values.
pub(super) fn push_keys<'a, DB>(statement: &mut QueryBuilder<DB>, keys: &Keys, values: &'a [String])
where
    DB: Database,
    &'a str: Encode<'a, DB> + Type<DB>,
    String: for<'q> Encode<'q, DB> + Type<DB>,
{
    for (at, (name, value)) in keys.names().zip(values).enumerate() {
        statement.push(if at == 0 { " WHERE " } else { " AND " });
        statement
            .push(quoted(name))
            .push(" = ")
            .push_bind(value.clone());
    }
}

/// `FROM datasets` and what of them a query wants.
pub(super) fn push_wanted<DB>(
    statement: &mut QueryBuilder<DB>,
    keys: &Keys,
    query: &Query,
) -> Result<(), Error>
where
    DB: Database,
    String: for<'q> Encode<'q, DB> + Type<DB>,
    f64: for<'q> Encode<'q, DB> + Type<DB>,
{
    query.check(keys)?;
    statement.push(" FROM datasets AS d");
    let mut word = " WHERE ";
    for (key, filter) in &query.filters {
        statement.push(word);
        word = " AND ";
        let column = format!("d.{}", quoted(key));
        match filter {
            Filter::OneOf(values) if values.is_empty() => {
                statement.push("1 = 0");
            }
            Filter::OneOf(values) => {
                statement.push(column).push(" IN (");
                let mut list = statement.separated(", ");
                for value in values {
                    list.push_bind(value.clone());
                }
                statement.push(")");
            }
            Filter::Prefix(start) => {
                // The first half can use an index, the second is exact.
                statement
                    .push(format!("({column} >= "))
                    .push_bind(start.clone());
                statement.push(format!(" AND substr({column}, 1, length("));
                statement
                    .push_bind(start.clone())
                    .push(")) = ")
                    .push_bind(start.clone())
                    .push(")");
            }
            Filter::Range(least, greatest) => {
                statement.push("(1 = 1");
                if let Some(least) = least {
                    statement
                        .push(format!(" AND {column} >= "))
                        .push_bind(least.clone());
                }
                if let Some(greatest) = greatest {
                    statement
                        .push(format!(" AND {column} <= "))
                        .push_bind(greatest.clone());
                }
                statement.push(")");
            }
        }
    }
    if let Some([west, south, east, north]) = query.bbox {
        statement
            .push(word)
            .push("EXISTS (SELECT 1 FROM metadata AS m WHERE ");
        for name in keys.names().map(quoted) {
            statement.push(format!("m.{name} = d.{name} AND "));
        }
        statement.push("m.bounds_east <= ").push_bind(north);
        statement
            .push(" AND m.bounds_west >= ")
            .push_bind(south)
            .push(" AND (1 = 0");
        let spans = match west <= east {
            true => vec![(west, east)],
            false => vec![(west, 180.0), (-180.0, east)],
        };
        for (west, east) in spans {
            // Of bounds that cross the antimeridian each half has one side only.
            statement.push(" OR (m.bounds_north <= m.bounds_south AND m.bounds_north <= ");
            statement
                .push_bind(east)
                .push(" AND m.bounds_south >= ")
                .push_bind(west);
            statement.push(") OR (m.bounds_north > m.bounds_south AND (m.bounds_north <= ");
            statement
                .push_bind(east)
                .push(" OR m.bounds_south >= ")
                .push_bind(west)
                .push("))");
        }
        statement.push("))");
    }
    Ok(())
}

/// `ORDER BY … LIMIT … OFFSET …`.
pub(super) fn push_page<DB>(
    statement: &mut QueryBuilder<DB>,
    keys: &Keys,
    query: &Query,
) -> Result<(), Error>
where
    DB: Database,
    i64: for<'q> Encode<'q, DB> + Type<DB>,
{
    let names: Vec<String> = keys
        .names()
        .map(quoted)
        .chain(["path".to_owned()])
        .collect();
    let direction = if query.ascending { "ASC" } else { "DESC" };
    let mut word = " ORDER BY ";
    for column in query.order(keys)? {
        statement.push(format!("{word}d.{} {direction}", names[column]));
        word = ", ";
    }
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    statement.push(" LIMIT ").push_bind(number(query.limit));
    statement.push(" OFFSET ").push_bind(number(query.offset()));
    Ok(())
}
