//! Statements with their values, and rows.

use super::dialect::Dialect;

/// What is put into a statement.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Number(f64),
    Bytes(Vec<u8>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// What a column of a row holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text,
    Integer,
    Number,
    Bytes,
}

/// A row: one for each column that was asked for; `None` is NULL.
pub(super) type Row = Vec<Option<Value>>;

/// A statement in one database's language, and the values of its placeholders.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) dialect: Dialect,
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

impl Statement {
    pub(super) fn new(dialect: Dialect, text: impl Into<String>) -> Self {
        Self {
            dialect,
            text: text.into(),
            values: Vec::new(),
        }
    }

    /// Adds text: never anything that a stranger may choose.
    pub(super) fn push(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.text.push_str(text.as_ref());
        self
    }

    /// Adds a value.
    pub(super) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        let placeholder = self.placeholder(value.into());
        self.push(placeholder)
    }

    /// Adds a string that is compared or ordered by its bytes.
    pub(super) fn bind_bytewise(&mut self, value: &str) -> &mut Self {
        let placeholder = self.placeholder(value.into());
        let bytewise = match self.dialect {
            // The column says it for both.
            Dialect::Postgres => placeholder,
            dialect => dialect.bytewise(&placeholder),
        };
        self.push(bytewise)
    }

    /// Adds values with commas between.
    pub(super) fn bind_list(&mut self, values: impl IntoIterator<Item = Value>) -> &mut Self {
        for (at, value) in values.into_iter().enumerate() {
            self.push(if at == 0 { "" } else { ", " }).bind(value);
        }
        self
    }

    fn placeholder(&mut self, value: Value) -> String {
        self.values.push(value);
        self.dialect.placeholder(self.values.len())
    }
}
