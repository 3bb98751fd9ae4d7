//! What the databases are asked.

use super::{
    dialect::Dialect,
    statement::{Statement, Value},
};
use crate::{Dataset, Error, Filter, Keys, Metadata, Query};

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

/// The columns of [`COLUMNS`] as they stand in statements, with commas.
pub(super) fn metadata_columns(dialect: Dialect) -> String {
    COLUMNS.map(|column| dialect.quoted(column)).join(", ")
}

/// The keys' columns, with commas.
pub(super) fn key_columns(dialect: Dialect, keys: &Keys) -> String {
    let names: Vec<String> = keys.names().map(|name| dialect.quoted(name)).collect();
    names.join(", ")
}

/// All keys have these values.
pub(super) fn push_keys(statement: &mut Statement, keys: &Keys, values: &[String]) {
    let dialect = statement.dialect;
    for (at, (name, value)) in keys.names().zip(values).enumerate() {
        let column = dialect.quoted(name);
        statement.push(if at == 0 { "" } else { " AND " });
        statement.push(format!("{column} = ")).bind(value.as_str());
        if dialect.is_vague() {
            // The first half finds it by the index, the second is exact.
            statement
                .push(format!(" AND {} = ", dialect.bytewise(&column)))
                .bind_bytewise(value);
        }
    }
}

/// `WHERE` the keys are those of one of the entries.
pub(super) fn push_any<'a>(
    statement: &mut Statement,
    keys: &Keys,
    wanted: impl IntoIterator<Item = &'a [String]>,
) {
    for (at, values) in wanted.into_iter().enumerate() {
        statement.push(if at == 0 { " WHERE (" } else { " OR (" });
        push_keys(statement, keys, values);
        statement.push(")");
    }
}

/// `INSERT INTO datasets`, or replace the paths; no keys may come twice.
pub(super) fn upsert_datasets<'a>(
    dialect: Dialect,
    keys: &Keys,
    datasets: impl IntoIterator<Item = &'a Dataset>,
) -> Statement {
    let columns = key_columns(dialect, keys);
    let path = dialect.quoted("path");
    let mut statement = Statement::new(
        dialect,
        format!("INSERT INTO datasets ({columns}, {path}) VALUES "),
    );
    for (at, dataset) in datasets.into_iter().enumerate() {
        statement.push(if at == 0 { "(" } else { ", (" });
        let row = dataset.values.iter().chain([&dataset.path]);
        statement.bind_list(row.map(|text| Value::from(text.as_str())));
        statement.push(")");
    }
    statement.push(dialect.on_conflict(&columns, &["path"]));
    statement
}

/// `INSERT INTO metadata`, or replace what is there; no keys may come twice.
pub(super) fn upsert_metadata<'a>(
    dialect: Dialect,
    keys: &Keys,
    rows: impl IntoIterator<Item = (&'a [String], &'a Metadata)>,
) -> Statement {
    let columns = key_columns(dialect, keys);
    let mut statement = Statement::new(
        dialect,
        format!(
            "INSERT INTO metadata ({columns}, {}) VALUES ",
            metadata_columns(dialect)
        ),
    );
    for (at, (values, metadata)) in rows.into_iter().enumerate() {
        statement.push(if at == 0 { "(" } else { ", (" });
        let row = values.iter().map(|value| Value::from(value.as_str()));
        statement.bind_list(row.chain(metadata_values(metadata)));
        statement.push(")");
    }
    statement.push(dialect.on_conflict(&columns, &COLUMNS));
    statement
}

/// In the order of [`COLUMNS`].
fn metadata_values(metadata: &Metadata) -> impl Iterator<Item = Value> {
    let numbers = [
        metadata.valid_percentage,
        metadata.range.0,
        metadata.range.1,
        metadata.mean,
        metadata.stdev,
    ];
    let rest = [
        Value::Bytes(metadata.percentile_bytes()),
        Value::Text(metadata.extra.to_string()),
    ];
    metadata
        .bounds
        .map(Value::Number)
        .into_iter()
        .chain([Value::Text(metadata.convex_hull.to_string())])
        .chain(numbers.map(Value::Number))
        .chain(rest)
}

/// Which table the keys are taken from: where a box is wanted, that of the boxes, whose index holds keys
/// and bounds together, so that boxes are found, and ordered, in the index alone.
const fn source(query: &Query) -> &'static str {
    match query.bbox {
        Some(_) => "m",
        None => "d",
    }
}

/// `FROM datasets` and what of them a query wants.
pub(super) fn push_wanted(
    statement: &mut Statement,
    keys: &Keys,
    query: &Query,
) -> Result<(), Error> {
    query.check(keys)?;
    let dialect = statement.dialect;
    let mut word = " WHERE ";
    if let Some(bbox) = query.bbox {
        let join = dialect.join_in_order();
        statement.push(format!(" FROM metadata AS m {join} datasets AS d ON "));
        for (at, name) in keys.names().map(|name| dialect.quoted(name)).enumerate() {
            statement.push(if at == 0 { "" } else { " AND " });
            statement.push(format!("d.{name} = m.{name}"));
        }
        statement.push(word);
        push_bbox(statement, bbox);
        word = " AND ";
    } else {
        statement.push(" FROM datasets AS d");
    }
    for (key, filter) in &query.filters {
        let column = format!("{}.{}", source(query), dialect.quoted(key));
        statement.push(word).push("(");
        word = " AND ";
        match filter {
            Filter::OneOf(values) if values.is_empty() => {
                statement.push("1 = 0");
            }
            Filter::OneOf(values) => push_one_of(statement, &column, values),
            Filter::Prefix(start) => {
                push_range(statement, &column, Some(start), None);
                if let Some(end) = after_prefix(start) {
                    statement
                        .push(format!(" AND {} < ", dialect.bytewise(&column)))
                        .bind_bytewise(&end);
                }
            }
            Filter::Range(least, greatest) => {
                push_range(statement, &column, least.as_deref(), greatest.as_deref());
            }
        }
        statement.push(")");
    }
    Ok(())
}

fn push_one_of(statement: &mut Statement, column: &str, values: &[String]) {
    let dialect = statement.dialect;
    statement.push(format!("{column} IN ("));
    statement.bind_list(values.iter().map(|value| Value::from(value.as_str())));
    statement.push(")");
    if dialect.is_vague() {
        statement.push(format!(" AND {} IN (", dialect.bytewise(column)));
        for (at, value) in values.iter().enumerate() {
            statement
                .push(if at == 0 { "" } else { ", " })
                .bind_bytewise(value);
        }
        statement.push(")");
    }
}

fn push_range(
    statement: &mut Statement,
    column: &str,
    least: Option<&str>,
    greatest: Option<&str>,
) {
    let column = statement.dialect.bytewise(column);
    statement.push("1 = 1");
    for (sign, bound) in [(">=", least), ("<=", greatest)] {
        if let Some(bound) = bound {
            statement
                .push(format!(" AND {column} {sign} "))
                .bind_bytewise(bound);
        }
    }
}

/// The least string that is greater than all that start so, in the order of bytes; `None` if none is.
///
/// The order of UTF-8's bytes is that of the code points.
fn after_prefix(start: &str) -> Option<String> {
    let mut end = start.to_owned();
    while let Some(last) = end.pop() {
        // Past the surrogates, which are no characters.
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            last => char::from_u32(last as u32 + 1),
        };
        if let Some(next) = next {
            end.push(next);
            return Some(end);
        }
    }
    None
}

fn push_bbox(statement: &mut Statement, [west, south, east, north]: [f64; 4]) {
    statement.push("m.bounds_east <= ").bind(north);
    statement.push(" AND m.bounds_west >= ").bind(south);
    statement.push(" AND (1 = 0");
    let spans = match west <= east {
        true => vec![(west, east)],
        false => vec![(west, 180.0), (-180.0, east)],
    };
    for (west, east) in spans {
        // Of bounds that cross the antimeridian each half has one side only.
        statement.push(" OR (m.bounds_north <= m.bounds_south AND m.bounds_north <= ");
        statement
            .bind(east)
            .push(" AND m.bounds_south >= ")
            .bind(west);
        statement.push(") OR (m.bounds_north > m.bounds_south AND (m.bounds_north <= ");
        statement
            .bind(east)
            .push(" OR m.bounds_south >= ")
            .bind(west)
            .push("))");
    }
    statement.push(")");
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

/// `ORDER BY … LIMIT … OFFSET …`.
pub(super) fn push_page(
    statement: &mut Statement,
    keys: &Keys,
    query: &Query,
) -> Result<(), Error> {
    let dialect = statement.dialect;
    let names: Vec<&str> = keys.names().chain(["path"]).collect();
    let direction = if query.ascending { "ASC" } else { "DESC" };
    let mut word = " ORDER BY ";
    let mut ordered = 0;
    for column in query.order(keys)? {
        if ordered == keys.len() {
            // No two datasets have the same keys: the path has nothing more to say.
            break;
        }
        ordered += usize::from(column < keys.len());
        let table = match column < keys.len() {
            true => source(query),
            false => "d",
        };
        let name = dialect.bytewise(&format!("{table}.{}", dialect.quoted(names[column])));
        statement.push(format!("{word}{name} {direction}"));
        word = ", ";
    }
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    statement.push(" LIMIT ").bind(number(query.limit));
    statement.push(" OFFSET ").bind(number(query.offset()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_string_that_does_not_start_so() {
        for (start, end) in [
            ("20", Some("21")),
            ("", None),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}", None),
            ("\u{d7ff}", Some("\u{e000}")),
            ("Ä", Some("Å")),
        ] {
            assert_eq!(after_prefix(start).as_deref(), end, "{start:?}");
        }
    }

    #[test]
    fn each_language_has_its_words() {
        let keys = Keys::new(["date", "band"]).unwrap();
        let query = Query::default()
            .with_value("band", "x")
            .with_filter("date", Filter::Range(Some("a".into()), None));
        let text = |dialect| {
            let mut statement = Statement::new(dialect, "SELECT 1");
            push_wanted(&mut statement, &keys, &query).unwrap();
            push_page(&mut statement, &keys, &query).unwrap();
            statement.text
        };
        assert_eq!(
            text(Dialect::Sqlite),
            "SELECT 1 FROM datasets AS d WHERE (d.\"band\" IN (?)) AND (1 = 1 AND d.\"date\" >= ?) \
             ORDER BY d.\"date\" ASC, d.\"band\" ASC LIMIT ? OFFSET ?"
        );
        assert_eq!(
            text(Dialect::Postgres),
            "SELECT 1 FROM datasets AS d WHERE (d.\"band\" IN ($1)) \
             AND (1 = 1 AND d.\"date\" COLLATE \"C\" >= $2) \
             ORDER BY d.\"date\" COLLATE \"C\" ASC, d.\"band\" COLLATE \"C\" ASC LIMIT $3 OFFSET $4"
        );
        assert_eq!(
            text(Dialect::MySql { exact: false }),
            "SELECT 1 FROM datasets AS d WHERE (d.`band` IN (?) AND CAST(d.`band` AS BINARY) IN (CAST(? AS BINARY))) \
             AND (1 = 1 AND CAST(d.`date` AS BINARY) >= CAST(? AS BINARY)) \
             ORDER BY CAST(d.`date` AS BINARY) ASC, CAST(d.`band` AS BINARY) ASC LIMIT ? OFFSET ?"
        );
    }
}
