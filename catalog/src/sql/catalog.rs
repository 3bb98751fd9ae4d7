//! The catalog in a database, whichever that is.

use super::{
    batch::{Put, fold},
    describe::describe,
    dialect::Dialect,
    engine::{Engine, Session},
    failure::{failed, is_conflict},
    row::{dataset, metadata},
    schema::{self, TABLES, TEXT_WIDTH, names, text},
    statement::{Kind, Row, Statement, Value},
    statements::{
        key_columns, metadata_columns, push_any, push_keys, push_page, push_wanted,
        upsert_datasets, upsert_metadata,
    },
};
use crate::{Catalog, Entry, Error, Keys, Metadata, Page, Query, keys::MOST_VALUE_BYTES};
use cog_raster::BoxFuture;
use std::collections::HashMap;

/// Datasets that one statement writes.
const ROWS: usize = 50;

/// How often a transaction that stood in another's way is tried.
const TRIES: usize = 8;

/// The types of the columns of `metadata` beside the keys.
const METADATA_KINDS: [Kind; 12] = [
    Kind::Number,
    Kind::Number,
    Kind::Number,
    Kind::Number,
    Kind::Text,
    Kind::Number,
    Kind::Number,
    Kind::Number,
    Kind::Number,
    Kind::Number,
    Kind::Bytes,
    Kind::Text,
];

/// A catalog in a database.
pub(super) struct SqlCatalog {
    engine: Box<dyn Engine>,
    dialect: Dialect,
    keys: Keys,
    /// Most characters of each key's value, where the database has a limit of its own.
    widths: Vec<Option<usize>>,
    /// The database, without its password.
    place: String,
    is_writable: bool,
}

impl core::fmt::Debug for SqlCatalog {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SqlCatalog")
            .field("place", &self.place)
            .field("keys", &self.keys)
            .field("is_writable", &self.is_writable)
            .finish_non_exhaustive()
    }
}

impl SqlCatalog {
    /// Makes the tables in a database that holds nothing yet.
    pub(super) async fn create(
        engine: Box<dyn Engine>,
        dialect: Dialect,
        place: String,
        keys: &Keys,
    ) -> Result<Self, Error> {
        let failed = |error: sqlx::Error| failed(dialect, &place, true, &error);
        if keys
            .names()
            .any(|name| dialect.value_width(keys.len()) == 0 || name.is_empty())
        {
            return Err(Error::invalid("there are too many keys for this database"));
        }
        for key in keys.iter() {
            check_width(&key.description, "the description of a key", TEXT_WIDTH)?;
        }
        let mut session = engine.begin().await.map_err(failed)?;
        let tables = session.rows(schema::list_tables(dialect), &[Kind::Text]);
        let tables = names(tables.await.map_err(failed)?);
        let others = session.rows(schema::list_others(dialect), &[Kind::Text]);
        let others = names(others.await.map_err(failed)?);
        let message = match TABLES
            .iter()
            .find(|table| tables.iter().any(|t| t == *table))
        {
            Some(table) => Some(format!(
                "it holds a catalog already, or at least a table {table}; open that, or choose another place"
            )),
            None => (!others.is_empty()).then(|| schema::occupied(&others)),
        };
        if let Some(message) = message {
            return Err(Error::Unusable {
                place: place.clone(),
                message,
            });
        }
        schema::make(&mut *session, dialect, keys)
            .await
            .map_err(failed)?;
        session.commit().await.map_err(failed)?;
        Self::open(engine, dialect, place, true).await
    }

    /// Reads what a database says of itself.
    pub(super) async fn open(
        engine: Box<dyn Engine>,
        dialect: Dialect,
        place: String,
        is_writable: bool,
    ) -> Result<Self, Error> {
        let described = describe(&mut &*engine, dialect, &place).await?;
        Ok(Self {
            engine,
            dialect: described.dialect,
            keys: described.keys,
            widths: described.widths,
            place,
            is_writable,
        })
    }

    fn statement(&self, text: impl Into<String>) -> Statement {
        Statement::new(self.dialect, text)
    }

    async fn rows(&self, statement: Statement, kinds: &[Kind]) -> Result<Vec<Row>, Error> {
        let rows = self.engine.rows(statement, kinds).await;
        rows.map_err(|error| self.failed(false, &error))
    }

    async fn find(&self, query: &Query) -> Result<Page, Error> {
        let mut statement = self.statement("SELECT ");
        for name in self.keys.names() {
            statement.push(format!("d.{}, ", self.dialect.quoted(name)));
        }
        statement.push(format!("d.{}", self.dialect.quoted("path")));
        push_wanted(&mut statement, &self.keys, query)?;
        push_page(&mut statement, &self.keys, query)?;
        let kinds = vec![Kind::Text; self.keys.len() + 1];
        let datasets = self
            .rows(statement, &kinds)
            .await?
            .into_iter()
            .map(dataset)
            .collect();
        let mut total = None;
        if query.count {
            let mut statement = self.statement("SELECT COUNT(*)");
            push_wanted(&mut statement, &self.keys, query)?;
            let rows = self.rows(statement, &[Kind::Integer]).await?;
            total = match rows.first().and_then(|row| row.first()) {
                Some(Some(Value::Integer(count))) => u64::try_from(*count).ok(),
                _ => None,
            };
        }
        Ok(Page { datasets, total })
    }

    async fn find_path(&self, values: &[String]) -> Result<String, Error> {
        self.keys.check(values)?;
        let path = self.dialect.quoted("path");
        let mut statement = self.statement(format!("SELECT {path} FROM datasets WHERE "));
        push_keys(&mut statement, &self.keys, values);
        let rows = self.rows(statement, &[Kind::Text]).await?;
        let row = rows.into_iter().next().ok_or(Error::NotFound)?;
        text(row.into_iter().next().flatten())
            .ok_or_else(|| self.unusable(format!("the dataset {values:?} has no path")))
    }

    async fn find_metadata(&self, values: &[String]) -> Result<Option<Metadata>, Error> {
        self.keys.check(values)?;
        let columns = metadata_columns(self.dialect);
        let mut statement = self.statement(format!("SELECT {columns} FROM metadata WHERE "));
        push_keys(&mut statement, &self.keys, values);
        let rows = self.rows(statement, &METADATA_KINDS).await?;
        let Some(row) = rows.into_iter().next() else {
            // Nothing is known of what is there; what is not there is another matter.
            self.find_path(values).await?;
            return Ok(None);
        };
        metadata(row)
            .map(Some)
            .map_err(|message| self.unusable(format!("the metadata of {values:?}: {message}")))
    }

    /// A transaction that writes, alone.
    ///
    /// Who writes waits for the others from its start on: one that begins to write later may find that
    /// another has written in between, and two may wait for each other.
    async fn begin(&self) -> Result<Box<dyn Session>, sqlx::Error> {
        let mut session = self.engine.begin().await?;
        match self.dialect {
            // `BEGIN IMMEDIATE` does.
            Dialect::Sqlite => {}
            Dialect::MySql { .. } => {
                let lock = self.statement("SELECT version FROM terracotta FOR UPDATE");
                session.rows(lock, &[Kind::Text]).await?;
            }
            Dialect::Postgres => {
                session
                    .script("LOCK TABLE datasets IN SHARE ROW EXCLUSIVE MODE")
                    .await?;
            }
        }
        Ok(session)
    }

    async fn put(&self, entries: &[Entry]) -> Result<(), Error> {
        self.check_writable()?;
        for Entry { dataset, metadata } in entries {
            self.check_values(&dataset.values)?;
            check_width(&dataset.path, "a path", TEXT_WIDTH)?;
            if let Some(metadata) = metadata {
                self.check_metadata(metadata)?;
            }
        }
        let entries = fold(entries);
        if entries.is_empty() {
            return Ok(());
        }
        let mut tries = 0;
        loop {
            let tried = self.try_put(&entries).await;
            if let Some(done) = self.settled(tried, &mut tries) {
                return done;
            }
        }
    }

    async fn try_put(&self, entries: &[Put]) -> Result<Result<(), Error>, sqlx::Error> {
        let mut session = self.begin().await?;
        for rows in entries.chunks(ROWS) {
            if let Err(refusal) = self.put_rows(&mut *session, rows).await? {
                return Ok(Err(refusal));
            }
        }
        session.commit().await.map(Ok)
    }

    async fn put_rows(
        &self,
        session: &mut dyn Session,
        rows: &[Put],
    ) -> Result<Result<(), Error>, sqlx::Error> {
        let (dialect, keys) = (self.dialect, &self.keys);
        let bare: Vec<&Put> = rows
            .iter()
            .filter(|row| row.entry.metadata.is_none())
            .collect();
        if !bare.is_empty() {
            let before = self.paths(session, &bare).await?;
            // What was known is of another raster.
            let other = bare.into_iter().filter(|row| {
                row.forget || before.get(row.values()) != Some(&row.entry.dataset.path)
            });
            let mut statement = self.statement("DELETE FROM metadata");
            push_any(&mut statement, keys, other.map(Put::values));
            if !statement.values.is_empty() {
                session.run(statement).await?;
            }
        }
        let datasets = rows.iter().map(|row| &row.entry.dataset);
        let upsert = upsert_datasets(dialect, keys, datasets);
        session.run(upsert).await?;
        let known: Vec<_> = rows
            .iter()
            .filter_map(|row| Some((row.values(), row.entry.metadata.as_ref()?)))
            .collect();
        if !known.is_empty() {
            let upsert = upsert_metadata(dialect, keys, known);
            session.run(upsert).await?;
        }
        if !dialect.is_vague() {
            return Ok(Ok(()));
        }
        let all: Vec<&Put> = rows.iter().collect();
        let after = self.paths(session, &all).await?;
        let lost = rows
            .iter()
            .find(|row| after.get(row.values()) != Some(&row.entry.dataset.path));
        Ok(lost.map_or(Ok(()), |row| {
            Err(Error::invalid(format!(
                "the database's collation takes {:?} for another dataset with similar keys; \
                 make the catalog anew with `create` to keep both",
                row.values()
            )))
        }))
    }

    /// The paths of those of the datasets that are there.
    async fn paths(
        &self,
        session: &mut dyn Session,
        wanted: &[&Put],
    ) -> Result<HashMap<Vec<String>, String>, sqlx::Error> {
        let mut statement = self.statement("SELECT ");
        statement.push(key_columns(self.dialect, &self.keys));
        statement.push(format!(", {} FROM datasets", self.dialect.quoted("path")));
        push_any(
            &mut statement,
            &self.keys,
            wanted.iter().map(|row| row.values()),
        );
        let kinds = vec![Kind::Text; self.keys.len() + 1];
        let rows = session.rows(statement, &kinds).await?;
        Ok(rows
            .into_iter()
            .map(dataset)
            .map(|dataset| (dataset.values, dataset.path))
            .collect())
    }

    async fn put_metadata_of(&self, values: &[String], metadata: &Metadata) -> Result<(), Error> {
        self.check_writable()?;
        self.keys.check(values)?;
        self.check_metadata(metadata)?;
        let mut tries = 0;
        loop {
            let tried = self.try_put_metadata(values, metadata).await;
            if let Some(done) = self.settled(tried, &mut tries) {
                return done;
            }
        }
    }

    async fn try_put_metadata(
        &self,
        values: &[String],
        metadata: &Metadata,
    ) -> Result<Result<(), Error>, sqlx::Error> {
        let mut session = self.begin().await?;
        let columns = key_columns(self.dialect, &self.keys);
        let mut statement = self.statement(format!("SELECT {columns} FROM datasets WHERE "));
        push_keys(&mut statement, &self.keys, values);
        let kinds = vec![Kind::Text; self.keys.len()];
        if session.rows(statement, &kinds).await?.is_empty() {
            return Ok(Err(Error::NotFound));
        }
        let upsert = upsert_metadata(self.dialect, &self.keys, [(values, metadata)]);
        session.run(upsert).await?;
        session.commit().await.map(Ok)
    }

    async fn take_out(&self, values: &[String]) -> Result<(), Error> {
        self.check_writable()?;
        self.keys.check(values)?;
        let mut tries = 0;
        loop {
            let tried = self.try_take_out(values).await;
            if let Some(done) = self.settled(tried, &mut tries) {
                return done;
            }
        }
    }

    async fn try_take_out(&self, values: &[String]) -> Result<Result<(), Error>, sqlx::Error> {
        let mut session = self.begin().await?;
        let mut deleted = 0;
        for table in ["metadata", "datasets"] {
            let mut statement = self.statement(format!("DELETE FROM {table} WHERE "));
            push_keys(&mut statement, &self.keys, values);
            // The dataset comes last: it decides.
            deleted = session.run(statement).await?;
        }
        if deleted == 0 {
            return Ok(Err(Error::NotFound));
        }
        session.commit().await.map(Ok)
    }

    /// What came of a transaction; `None` if it stood in another's way and is worth another try.
    fn settled(
        &self,
        tried: Result<Result<(), Error>, sqlx::Error>,
        tries: &mut usize,
    ) -> Option<Result<(), Error>> {
        *tries += 1;
        match tried {
            Ok(done) => Some(done),
            Err(error) if is_conflict(&error) && *tries < TRIES => None,
            Err(error) => Some(Err(self.failed(true, &error))),
        }
    }

    fn check_values(&self, values: &[String]) -> Result<(), Error> {
        self.keys.check(values)?;
        for ((name, value), width) in self.keys.names().zip(values).zip(&self.widths) {
            let width = width.unwrap_or(MOST_VALUE_BYTES);
            check_width(value, &format!("a value of the key {name}"), width)?;
        }
        Ok(())
    }

    fn check_metadata(&self, metadata: &Metadata) -> Result<(), Error> {
        metadata.check()?;
        let most = self.dialect.text_width();
        for (what, json) in [
            ("convex hull", &metadata.convex_hull),
            ("further metadata", &metadata.extra),
        ] {
            let bytes = json.to_string().len();
            if bytes > most {
                return Err(Error::invalid(format!(
                    "the {what} has {bytes} bytes, the database takes {most}"
                )));
            }
        }
        Ok(())
    }

    fn check_writable(&self) -> Result<(), Error> {
        if self.is_writable {
            return Ok(());
        }
        Err(Error::ReadOnly(self.place.clone()))
    }

    /// The first text that a statement without values finds.
    #[cfg(feature = "sqlite-remote")]
    pub(super) async fn ask(&self, text: &str) -> Result<Option<String>, Error> {
        let rows = self.rows(self.statement(text), &[Kind::Text]).await?;
        Ok(rows
            .into_iter()
            .next()
            .and_then(|row| schema::text(row.into_iter().next()?)))
    }

    pub(super) fn unusable(&self, message: String) -> Error {
        Error::Unusable {
            place: self.place.clone(),
            message,
        }
    }

    fn failed(&self, is_writing: bool, error: &sqlx::Error) -> Error {
        failed(self.dialect, &self.place, is_writing, error)
    }
}

impl Catalog for SqlCatalog {
    fn keys(&self) -> &Keys {
        &self.keys
    }

    fn is_writable(&self) -> bool {
        self.is_writable
    }

    fn datasets<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, Error>> {
        Box::pin(self.find(query))
    }

    fn path<'a>(&'a self, values: &'a [String]) -> BoxFuture<'a, Result<String, Error>> {
        Box::pin(self.find_path(values))
    }

    fn metadata<'a>(
        &'a self,
        values: &'a [String],
    ) -> BoxFuture<'a, Result<Option<Metadata>, Error>> {
        Box::pin(self.find_metadata(values))
    }

    fn insert<'a>(&'a self, entries: &'a [Entry]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(self.put(entries))
    }

    fn set_metadata<'a>(
        &'a self,
        values: &'a [String],
        metadata: &'a Metadata,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(self.put_metadata_of(values, metadata))
    }

    fn delete<'a>(&'a self, values: &'a [String]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(self.take_out(values))
    }
}

/// A text fits its column, and PostgreSQL.
fn check_width(value: &str, what: &str, most: usize) -> Result<(), Error> {
    if value.contains('\0') {
        return Err(Error::invalid(format!("{what} holds a zero byte")));
    }
    let characters = value.chars().count();
    if characters <= most {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "{what} has {characters} characters, the database takes {most}: {:?}",
        value.chars().take(40).collect::<String>()
    )))
}
