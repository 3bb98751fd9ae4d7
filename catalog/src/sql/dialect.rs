//! What differs between the databases' languages.

/// A database's language.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(
    dead_code,
    reason = "each database has a feature of its own; all are spoken everywhere"
)]
pub(super) enum Dialect {
    /// SQLite.
    Sqlite,
    /// MySQL and MariaDB.
    MySql {
        /// The keys' columns are compared by their bytes; otherwise by a collation, which may take
        /// letters of another case, accents and spaces at the end for equal.
        exact: bool,
    },
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// A name as it stands in statements: `Keys` lets nothing pass that could end a quoted name.
    pub(super) fn quoted(self, name: &str) -> String {
        match self {
            Self::MySql { .. } => format!("`{name}`"),
            Self::Sqlite | Self::Postgres => format!("\"{name}\""),
        }
    }

    /// The placeholder of the value number `at`, counted from 1.
    pub(super) fn placeholder(self, at: usize) -> String {
        match self {
            Self::Postgres => format!("${at}"),
            Self::Sqlite | Self::MySql { .. } => "?".to_owned(),
        }
    }

    /// A string, column or placeholder, that is ordered by its bytes.
    pub(super) fn bytewise(self, expression: &str) -> String {
        match self {
            Self::Sqlite | Self::MySql { exact: true } => expression.to_owned(),
            Self::MySql { exact: false } => format!("CAST({expression} AS BINARY)"),
            Self::Postgres => format!("{expression} COLLATE \"C\""),
        }
    }

    /// Whether `=` takes strings for equal whose bytes are not.
    pub(super) fn is_vague(self) -> bool {
        self == Self::MySql { exact: false }
    }

    /// The word before values that replace a row with the same keys.
    pub(super) fn on_conflict(self, keys: &str, columns: &[&str]) -> String {
        let quoted = columns.iter().map(|column| self.quoted(column));
        match self {
            Self::MySql { .. } => {
                let updates: Vec<_> = quoted.map(|c| format!("{c} = VALUES({c})")).collect();
                format!(" ON DUPLICATE KEY UPDATE {}", updates.join(", "))
            }
            Self::Sqlite | Self::Postgres => {
                let updates: Vec<_> = quoted.map(|c| format!("{c} = excluded.{c}")).collect();
                format!(" ON CONFLICT ({keys}) DO UPDATE SET {}", updates.join(", "))
            }
        }
    }

    /// A join that goes through the first table and looks up the second.
    pub(super) const fn join_in_order(self) -> &'static str {
        match self {
            Self::Sqlite => "CROSS JOIN",
            Self::MySql { .. } => "STRAIGHT_JOIN",
            // It chooses by itself.
            Self::Postgres => "JOIN",
        }
    }

    /// The column type of double precision, as Terracotta 0.9 and later declare it.
    pub(super) const fn double(self) -> &'static str {
        match self {
            Self::Sqlite => "FLOAT",
            Self::MySql { .. } => "DOUBLE",
            Self::Postgres => "FLOAT(53)",
        }
    }

    /// The column type of bytes.
    pub(super) const fn bytes(self) -> &'static str {
        match self {
            Self::Sqlite | Self::MySql { .. } => "BLOB",
            Self::Postgres => "BYTEA",
        }
    }

    /// Most characters of a key's value in a new catalog: Terracotta's, by which all keys together fit
    /// an index of the database.
    pub(super) const fn value_width(self, keys: usize) -> usize {
        match self {
            Self::Sqlite => crate::keys::MOST_VALUE_BYTES,
            Self::MySql { .. } => 767 / 4 / keys,
            Self::Postgres => 2730 / 4 / keys,
        }
    }

    /// Most columns of an index.
    pub(super) const fn index_columns(self) -> usize {
        match self {
            Self::Sqlite => 2000,
            Self::MySql { .. } => 16,
            Self::Postgres => 32,
        }
    }

    /// Most bytes of a `TEXT`.
    pub(super) const fn text_width(self) -> usize {
        match self {
            Self::MySql { .. } => 65_535,
            Self::Sqlite | Self::Postgres => usize::MAX,
        }
    }
}
