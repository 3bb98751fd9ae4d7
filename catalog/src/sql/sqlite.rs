//! SQLite.

use super::{
    statements::{COLUMNS, key_columns, push_keys, push_page, push_wanted, quoted},
    version,
};
use crate::{Catalog, Dataset, Entry, Error, Keys, Metadata, Page, Query, keys::MOST_VALUE_BYTES};
use cog_raster::BoxFuture;
use sqlx::{
    AssertSqlSafe, QueryBuilder, Row as _, Sqlite, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteRow},
};
use std::{path::Path, time::Duration};

/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Connections for readers.
const CONNECTIONS: u32 = 8;

/// A catalog in a SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteCatalog {
    pool: SqlitePool,
    keys: Keys,
    place: String,
    is_writable: bool,
}

impl SqliteCatalog {
    /// Makes the tables in a file, which is made too if it is not there.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] if the file holds a catalog already, or something else.
    pub async fn create(path: impl AsRef<Path>, keys: Keys) -> Result<Self, Error> {
        let path = path.as_ref();
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true);
        let this = Self {
            pool: pool(options).await.map_err(|error| failed(path, &error))?,
            keys,
            place: place(path),
            is_writable: true,
        };
        let mut transaction = this
            .pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(|e| this.failed(&e))?;
        if exists(&mut transaction, "datasets")
            .await
            .map_err(|e| this.failed(&e))?
        {
            return Err(
                this.unusable("it holds a catalog already; open that, or choose another file")
            );
        }
        this.make_tables(&mut transaction)
            .await
            .map_err(|e| this.failed(&e))?;
        transaction.commit().await.map_err(|e| this.failed(&e))?;
        Ok(this)
    }

    /// Opens a file that Terracotta or this crate made.
    ///
    /// # Errors
    ///
    /// [`Error::Unusable`] if it is not there, no catalog, or of a version that is not read.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_as(path.as_ref(), true).await
    }

    /// As [`open`](Self::open), never to write.
    ///
    /// # Errors
    ///
    /// [`open`](Self::open)'s.
    pub async fn open_read_only(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_as(path.as_ref(), false).await
    }

    async fn open_as(path: &Path, is_writable: bool) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(false)
            .read_only(!is_writable);
        let pool = pool(options).await.map_err(|error| failed(path, &error))?;
        let unusable = |message: String| Error::Unusable {
            place: place(path),
            message,
        };
        let mut connection = pool.acquire().await.map_err(|error| failed(path, &error))?;
        for table in ["terracotta", "key_names", "datasets", "metadata"] {
            if !exists(&mut connection, table)
                .await
                .map_err(|error| failed(path, &error))?
            {
                return Err(unusable(format!(
                    "it has no table {table}: it is no catalog of Terracotta 0.8 or later"
                )));
            }
        }
        let versions: Vec<String> = sqlx::query_scalar("SELECT version FROM terracotta")
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| failed(path, &error))?;
        let version = versions.first().map_or("", String::as_str);
        if let Some(message) = version::refusal(version) {
            return Err(unusable(message));
        }
        let rows = sqlx::query("SELECT key_name, description FROM key_names ORDER BY idx")
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| failed(path, &error))?;
        let described = rows
            .iter()
            .map(|row| {
                Ok((
                    row.try_get::<String, _>(0)?,
                    row.try_get::<Option<String>, _>(1)?.unwrap_or_default(),
                ))
            })
            .collect::<Result<Vec<_>, sqlx::Error>>()
            .map_err(|error| failed(path, &error))?;
        let keys = Keys::described(described).map_err(|error| unusable(error.to_string()))?;
        drop(connection);
        Ok(Self {
            pool,
            keys,
            place: place(path),
            is_writable,
        })
    }

    async fn make_tables(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let width = MOST_VALUE_BYTES;
        let columns: String = self
            .keys
            .names()
            .map(|name| format!("{} VARCHAR({width}) NOT NULL, ", quoted(name)))
            .collect();
        let keys = key_columns(&self.keys);
        for statement in [
            "CREATE TABLE terracotta (version VARCHAR(255) NOT NULL, PRIMARY KEY (version))"
                .to_owned(),
            format!(
                "CREATE TABLE key_names (key_name VARCHAR({width}) NOT NULL, description VARCHAR(8000), \
                 idx INTEGER, PRIMARY KEY (key_name), UNIQUE (idx))"
            ),
            format!("CREATE TABLE datasets ({columns}path VARCHAR(8000), PRIMARY KEY ({keys}))"),
            format!(
                "CREATE TABLE metadata ({columns}bounds_north FLOAT, bounds_east FLOAT, bounds_south FLOAT, \
                 bounds_west FLOAT, convex_hull TEXT, valid_percentage FLOAT, min FLOAT, max FLOAT, mean FLOAT, \
                 stdev FLOAT, percentiles BLOB, metadata TEXT, PRIMARY KEY ({keys}))"
            ),
        ] {
            sqlx::query(AssertSqlSafe(statement))
                .execute(&mut *connection)
                .await?;
        }
        sqlx::query("INSERT INTO terracotta (version) VALUES (?)")
            .bind(version::WRITTEN)
            .execute(&mut *connection)
            .await?;
        for (at, key) in self.keys.iter().enumerate() {
            sqlx::query("INSERT INTO key_names (key_name, description, idx) VALUES (?, ?, ?)")
                .bind(&key.name)
                .bind(&key.description)
                .bind(at as i64)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    async fn find(&self, query: &Query) -> Result<Page, Error> {
        let mut statement = QueryBuilder::<Sqlite>::new("SELECT ");
        for name in self.keys.names().map(quoted) {
            statement.push(format!("d.{name}, "));
        }
        statement.push("d.path");
        push_wanted(&mut statement, &self.keys, query)?;
        push_page(&mut statement, &self.keys, query)?;
        let rows = statement
            .build()
            .fetch_all(&self.pool)
            .await
            .map_err(|e| self.failed(&e))?;
        let datasets = rows
            .iter()
            .map(|row| {
                Ok(Dataset {
                    values: (0..self.keys.len())
                        .map(|at| row.try_get(at))
                        .collect::<Result<_, _>>()?,
                    path: row
                        .try_get::<Option<String>, _>(self.keys.len())?
                        .unwrap_or_default(),
                })
            })
            .collect::<Result<_, sqlx::Error>>()
            .map_err(|e| self.failed(&e))?;
        let mut total = None;
        if query.count {
            let mut statement = QueryBuilder::<Sqlite>::new("SELECT COUNT(*)");
            push_wanted(&mut statement, &self.keys, query)?;
            let count: i64 = statement
                .build_query_scalar()
                .fetch_one(&self.pool)
                .await
                .map_err(|e| self.failed(&e))?;
            total = Some(u64::try_from(count).unwrap_or_default());
        }
        Ok(Page { datasets, total })
    }

    async fn find_path(&self, values: &[String]) -> Result<String, Error> {
        self.keys.check(values)?;
        let mut statement = QueryBuilder::<Sqlite>::new("SELECT path FROM datasets");
        push_keys(&mut statement, &self.keys, values);
        let path: Option<Option<String>> = statement
            .build_query_scalar()
            .fetch_optional(&self.pool)
            .await
            .map_err(|e| self.failed(&e))?;
        path.ok_or(Error::NotFound)?
            .ok_or_else(|| self.unusable(&format!("the dataset {values:?} has no path")))
    }

    async fn find_metadata(&self, values: &[String]) -> Result<Option<Metadata>, Error> {
        self.keys.check(values)?;
        let mut statement = QueryBuilder::<Sqlite>::new("SELECT ");
        statement.push(COLUMNS.join(", ")).push(" FROM metadata");
        push_keys(&mut statement, &self.keys, values);
        let row = statement
            .build()
            .fetch_optional(&self.pool)
            .await
            .map_err(|e| self.failed(&e))?;
        let Some(row) = row else {
            // Nothing is known of what is there; what is not there is another matter.
            self.find_path(values).await?;
            return Ok(None);
        };
        let unusable =
            |message: String| self.unusable(&format!("the metadata of {values:?}: {message}"));
        let metadata = read(&row).map_err(|error| unusable(error.to_string()))?;
        metadata
            .check()
            .map_err(|error| unusable(error.to_string()))?;
        Ok(Some(metadata))
    }

    async fn put(&self, entries: &[Entry]) -> Result<(), Error> {
        self.check_writable()?;
        for entry in entries {
            self.keys.check(&entry.dataset.values)?;
            entry.metadata.as_ref().map_or(Ok(()), Metadata::check)?;
        }
        let mut transaction = self.begin().await?;
        for entry in entries {
            self.put_one(&mut transaction, entry)
                .await
                .map_err(|e| self.failed(&e))?;
        }
        transaction.commit().await.map_err(|e| self.failed(&e))
    }

    async fn put_one(
        &self,
        connection: &mut SqliteConnection,
        entry: &Entry,
    ) -> Result<(), sqlx::Error> {
        let Entry { dataset, metadata } = entry;
        let mut statement = QueryBuilder::<Sqlite>::new("SELECT path FROM datasets");
        push_keys(&mut statement, &self.keys, &dataset.values);
        let before: Option<Option<String>> = statement
            .build_query_scalar()
            .fetch_optional(&mut *connection)
            .await?;
        let is_other = before.is_some_and(|before| before.as_deref() != Some(&dataset.path));
        let keys = key_columns(&self.keys);
        let mut statement = QueryBuilder::<Sqlite>::new("INSERT INTO datasets (");
        statement.push(format!("{keys}, path) VALUES ("));
        let mut list = statement.separated(", ");
        for value in &dataset.values {
            list.push_bind(value.clone());
        }
        list.push_bind(dataset.path.clone());
        statement.push(format!(
            ") ON CONFLICT ({keys}) DO UPDATE SET path = excluded.path"
        ));
        statement.build().execute(&mut *connection).await?;
        match metadata {
            Some(metadata) => {
                self.put_metadata(connection, &dataset.values, metadata)
                    .await
            }
            // What was known is of another raster.
            None if is_other => {
                let mut statement = QueryBuilder::<Sqlite>::new("DELETE FROM metadata");
                push_keys(&mut statement, &self.keys, &dataset.values);
                statement.build().execute(connection).await.map(drop)
            }
            None => Ok(()),
        }
    }

    async fn put_metadata(
        &self,
        connection: &mut SqliteConnection,
        values: &[String],
        metadata: &Metadata,
    ) -> Result<(), sqlx::Error> {
        let keys = key_columns(&self.keys);
        let mut statement = QueryBuilder::<Sqlite>::new("INSERT INTO metadata (");
        statement.push(format!("{keys}, {}) VALUES (", COLUMNS.join(", ")));
        let mut list = statement.separated(", ");
        for value in values {
            list.push_bind(value.clone());
        }
        for side in metadata.bounds {
            list.push_bind(side);
        }
        list.push_bind(metadata.convex_hull.to_string());
        for number in [
            metadata.valid_percentage,
            metadata.range.0,
            metadata.range.1,
            metadata.mean,
            metadata.stdev,
        ] {
            list.push_bind(number);
        }
        list.push_bind(metadata.percentile_bytes());
        list.push_bind(metadata.extra.to_string());
        let updates = COLUMNS.map(|column| format!("{column} = excluded.{column}"));
        statement.push(format!(
            ") ON CONFLICT ({keys}) DO UPDATE SET {}",
            updates.join(", ")
        ));
        statement.build().execute(connection).await.map(drop)
    }

    async fn put_metadata_of(&self, values: &[String], metadata: &Metadata) -> Result<(), Error> {
        self.check_writable()?;
        self.keys.check(values)?;
        metadata.check()?;
        let mut transaction = self.begin().await?;
        let mut statement = QueryBuilder::<Sqlite>::new("SELECT 1 FROM datasets");
        push_keys(&mut statement, &self.keys, values);
        let there: Option<i64> = statement
            .build_query_scalar()
            .fetch_optional(&mut *transaction)
            .await
            .map_err(|e| self.failed(&e))?;
        there.ok_or(Error::NotFound)?;
        self.put_metadata(&mut transaction, values, metadata)
            .await
            .map_err(|e| self.failed(&e))?;
        transaction.commit().await.map_err(|e| self.failed(&e))
    }

    async fn take_out(&self, values: &[String]) -> Result<(), Error> {
        self.check_writable()?;
        self.keys.check(values)?;
        let mut transaction = self.begin().await?;
        let mut deleted = 0;
        for table in ["metadata", "datasets"] {
            let mut statement = QueryBuilder::<Sqlite>::new(format!("DELETE FROM {table}"));
            push_keys(&mut statement, &self.keys, values);
            let result = statement.build().execute(&mut *transaction).await;
            // The dataset comes last: it decides.
            deleted = result.map_err(|e| self.failed(&e))?.rows_affected();
        }
        if deleted == 0 {
            return Err(Error::NotFound);
        }
        transaction.commit().await.map_err(|e| self.failed(&e))
    }

    /// A transaction that writes from its start on: one that begins to write later may find that another
    /// has written in between, and fail.
    async fn begin(&self) -> Result<sqlx::Transaction<'static, Sqlite>, Error> {
        self.pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(|e| self.failed(&e))
    }

    fn check_writable(&self) -> Result<(), Error> {
        if self.is_writable {
            return Ok(());
        }
        Err(Error::ReadOnly(self.place.clone()))
    }

    fn unusable(&self, message: &str) -> Error {
        Error::Unusable {
            place: self.place.clone(),
            message: message.to_owned(),
        }
    }

    fn failed(&self, error: &sqlx::Error) -> Error {
        failed(Path::new(&self.place), error)
    }
}

impl Catalog for SqliteCatalog {
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

async fn pool(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .connect_with(options.busy_timeout(PATIENCE))
        .await
}

async fn exists(connection: &mut SqliteConnection, table: &str) -> Result<bool, sqlx::Error> {
    let found: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?")
            .bind(table)
            .fetch_optional(connection)
            .await?;
    Ok(found.is_some())
}

fn read(row: &SqliteRow) -> Result<Metadata, Box<dyn core::error::Error + Send + Sync>> {
    let number = |name: &str| row.try_get::<f64, _>(name);
    let json = |name: &str| {
        Ok::<_, Box<dyn core::error::Error + Send + Sync>>(serde_json::from_str(
            row.try_get(name)?,
        )?)
    };
    let percentiles = Metadata::percentiles_of(row.try_get("percentiles")?);
    Ok(Metadata {
        bounds: [
            number("bounds_north")?,
            number("bounds_east")?,
            number("bounds_south")?,
            number("bounds_west")?,
        ],
        convex_hull: json("convex_hull")?,
        valid_percentage: number("valid_percentage")?,
        range: (number("min")?, number("max")?),
        mean: number("mean")?,
        stdev: number("stdev")?,
        percentiles: percentiles.ok_or("the percentiles are not 99 numbers")?,
        extra: json("metadata")?,
    })
}

fn place(path: &Path) -> String {
    path.display().to_string()
}

fn failed(path: &Path, error: &sqlx::Error) -> Error {
    let place = place(path);
    let code = error.as_database_error().and_then(|error| error.code());
    // SQLite's primary result codes; the rest of the number says more of the same.
    let primary = code
        .and_then(|code| code.parse::<u32>().ok())
        .map(|code| code & 0xff);
    match primary {
        // SQLITE_READONLY.
        Some(8) => Error::ReadOnly(place),
        // SQLITE_CANTOPEN.
        Some(14) => Error::Unusable {
            place,
            message: "there is no such file, or it cannot be opened".to_owned(),
        },
        // SQLITE_CORRUPT, SQLITE_NOTADB.
        Some(11 | 26) => Error::Unusable {
            place,
            message: format!("it is no SQLite database, or damaged: {error}"),
        },
        // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR, SQLITE_FULL.
        Some(5 | 6 | 10 | 13) => Error::Unavailable {
            place,
            message: error.to_string(),
        },
        Some(_) => Error::Unusable {
            place,
            message: error.to_string(),
        },
        None => match error {
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::Decode(_) => Error::Unusable {
                place,
                message: error.to_string(),
            },
            _ => Error::Unavailable {
                place,
                message: error.to_string(),
            },
        },
    }
}
