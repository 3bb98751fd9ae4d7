//! Connections to a database: pooled, made again when they break, given up when nothing answers.

use super::statement::{Kind, Row, Statement};
use cog_raster::BoxFuture;
use core::{fmt::Debug, time::Duration};
use sqlx::Error;

/// Whoever can be asked: a pool, or one connection within its transaction.
pub(super) trait Ask: Send {
    /// What a statement finds.
    fn rows<'a>(
        &'a mut self,
        statement: Statement,
        kinds: &'a [Kind],
    ) -> BoxFuture<'a, Result<Vec<Row>, Error>>;
}

impl Ask for &dyn Engine {
    fn rows<'a>(
        &'a mut self,
        statement: Statement,
        kinds: &'a [Kind],
    ) -> BoxFuture<'a, Result<Vec<Row>, Error>> {
        Engine::rows(*self, statement, kinds)
    }
}

impl Ask for Box<dyn Session> {
    fn rows<'a>(
        &'a mut self,
        statement: Statement,
        kinds: &'a [Kind],
    ) -> BoxFuture<'a, Result<Vec<Row>, Error>> {
        Session::rows(&mut **self, statement, kinds)
    }
}

/// A pool of connections.
pub(super) trait Engine: Debug + Send + Sync {
    /// What a statement finds. Tried again once on another connection if the first turns out broken.
    fn rows<'a>(
        &'a self,
        statement: Statement,
        kinds: &'a [Kind],
    ) -> BoxFuture<'a, Result<Vec<Row>, Error>>;

    /// Begins a transaction that will write. What is not committed when it is dropped is undone.
    fn begin(&self) -> BoxFuture<'_, Result<Box<dyn Session>, Error>>;
}

/// A transaction.
pub(super) trait Session: Send {
    /// What a statement finds.
    fn rows<'a>(
        &'a mut self,
        statement: Statement,
        kinds: &'a [Kind],
    ) -> BoxFuture<'a, Result<Vec<Row>, Error>>;

    /// How many rows a statement changed.
    fn run(&mut self, statement: Statement) -> BoxFuture<'_, Result<u64, Error>>;

    /// Runs text without values, as it is: what cannot be prepared.
    fn script<'a>(&'a mut self, text: &'a str) -> BoxFuture<'a, Result<(), Error>>;

    /// Keeps what was done.
    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<(), Error>>;
}

/// How connections are made and when they are given up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Longest wait for a connection.
    pub(super) connect: Duration,
    /// Longest wait for an answer; `None` where the database itself knows when to give up.
    pub(super) answer: Option<Duration>,
    /// Most connections.
    pub(super) connections: u32,
    /// How long nobody else tries after there was no connection to be had.
    pub(super) outage: Duration,
}

/// What comes of `answer`, unless that takes too long.
pub(super) async fn within<T>(
    patience: Option<Duration>,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(patience) = patience else {
        return answer.await;
    };
    tokio::time::timeout(patience, answer)
        .await
        .unwrap_or_else(|_| {
            Err(Error::Io(std::io::Error::new(
                std::io::ErrorKind::TimedOut,
                format!("no answer within {} s", patience.as_secs_f64()),
            )))
        })
}

/// There was no connection to be had, and another try would take as long.
pub(super) fn is_away(error: &Error) -> bool {
    matches!(error, Error::PoolTimedOut | Error::Io(_))
}

/// The connection is of no more use: another may be.
pub(super) fn is_broken(error: &Error) -> bool {
    match error {
        Error::Io(error) => error.kind() != std::io::ErrorKind::TimedOut,
        Error::Database(error) => error
            .code()
            // PostgreSQL ends connections so when it stops.
            .is_some_and(|code| code.starts_with("57P0") || code.starts_with("08")),
        _ => false,
    }
}

/// An [`Engine`] on one of sqlx's databases.
///
/// A macro, as the bounds that a generic one needs are longer than what it does.
macro_rules! engine {
    ($database:ty, $begin:literal) => {
        use cog_raster::BoxFuture;
        use sqlx::{Arguments as _, Database, Pool, Row as _, pool::PoolConnection};
        use $crate::sql::{
            engine::{Engine, Limits, Session, is_away, is_broken, within},
            outage::Outage,
            statement::{Kind, Row as Found, Statement, Value},
        };

        pub(in crate::sql) struct PoolEngine {
            pool: Pool<$database>,
            limits: Limits,
            outage: Outage,
        }

        impl core::fmt::Debug for PoolEngine {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                // The options of the connections hold the password.
                f.debug_struct("PoolEngine")
                    .field("connections", &self.pool.size())
                    .field("limits", &self.limits)
                    .finish()
            }
        }

        impl PoolEngine {
            /// Connects, so that what is wrong is known at once.
            pub(in crate::sql) async fn connect(
                options: <<$database as Database>::Connection as sqlx::Connection>::Options,
                limits: Limits,
            ) -> Result<Self, sqlx::Error> {
                let pool = sqlx::pool::PoolOptions::<$database>::new()
                    .max_connections(limits.connections)
                    .acquire_timeout(limits.connect)
                    .connect_with(options)
                    .await?;
                let outage = Outage::new(limits.outage);
                Ok(Self {
                    pool,
                    limits,
                    outage,
                })
            }

            async fn acquire(&self) -> Result<PoolConnection<$database>, sqlx::Error> {
                let attempt = self.outage.enter(std::time::Instant::now());
                // As if it had waited.
                let attempt = attempt.ok_or(sqlx::Error::PoolTimedOut)?;
                let acquired = self.pool.acquire().await;
                match &acquired {
                    Ok(_) => attempt.succeeded(),
                    Err(error) if is_away(error) => attempt.failed(std::time::Instant::now()),
                    Err(_) => {}
                }
                acquired
            }
        }

        impl Engine for PoolEngine {
            fn rows<'a>(
                &'a self,
                statement: Statement,
                kinds: &'a [Kind],
            ) -> BoxFuture<'a, Result<Vec<Found>, sqlx::Error>> {
                Box::pin(async move {
                    let mut again = true;
                    loop {
                        let mut connection = self.acquire().await?;
                        let found = within(
                            self.limits.answer,
                            found(&mut connection, statement.clone(), kinds),
                        );
                        let error = match found.await {
                            Ok(rows) => return Ok(rows),
                            Err(error) => error,
                        };
                        if matches!(error, sqlx::Error::Io(_) | sqlx::Error::Protocol(_))
                            || is_broken(&error)
                        {
                            connection.close_on_drop();
                        }
                        if !(again && is_broken(&error)) {
                            return Err(error);
                        }
                        again = false;
                    }
                })
            }

            fn begin(&self) -> BoxFuture<'_, Result<Box<dyn Session>, sqlx::Error>> {
                Box::pin(async move {
                    let mut session = PoolSession {
                        connection: self.acquire().await?,
                        limits: self.limits,
                        is_done: false,
                    };
                    session.script($begin).await?;
                    Ok(Box::new(session) as Box<dyn Session>)
                })
            }
        }

        struct PoolSession {
            connection: PoolConnection<$database>,
            limits: Limits,
            is_done: bool,
        }

        impl Session for PoolSession {
            fn rows<'a>(
                &'a mut self,
                statement: Statement,
                kinds: &'a [Kind],
            ) -> BoxFuture<'a, Result<Vec<Found>, sqlx::Error>> {
                Box::pin(within(
                    self.limits.answer,
                    found(&mut self.connection, statement, kinds),
                ))
            }

            fn run(&mut self, statement: Statement) -> BoxFuture<'_, Result<u64, sqlx::Error>> {
                Box::pin(async move {
                    let run = prepared(statement)?.execute(&mut *self.connection);
                    Ok(within(self.limits.answer, run).await?.rows_affected())
                })
            }

            fn script<'a>(&'a mut self, text: &'a str) -> BoxFuture<'a, Result<(), sqlx::Error>> {
                Box::pin(async move {
                    let run = sqlx::raw_sql(sqlx::AssertSqlSafe(text.to_owned()))
                        .execute(&mut *self.connection);
                    within(self.limits.answer, run).await.map(drop)
                })
            }

            fn commit(mut self: Box<Self>) -> BoxFuture<'static, Result<(), sqlx::Error>> {
                Box::pin(async move {
                    self.script("COMMIT").await?;
                    self.is_done = true;
                    Ok(())
                })
            }
        }

        impl Drop for PoolSession {
            fn drop(&mut self) {
                if !self.is_done {
                    // The database undoes what a connection leaves unfinished when it ends; nothing
                    // is known of the state of this one.
                    self.connection.close_on_drop();
                }
            }
        }

        type Prepared = sqlx::query::Query<'static, $database, <$database as Database>::Arguments>;

        fn prepared(statement: Statement) -> Result<Prepared, sqlx::Error> {
            let mut arguments = <$database as Database>::Arguments::default();
            for value in statement.values {
                match value {
                    Value::Text(value) => arguments.add(value),
                    Value::Integer(value) => arguments.add(value),
                    Value::Number(value) => arguments.add(value),
                    Value::Bytes(value) => arguments.add(value),
                }
                .map_err(sqlx::Error::Encode)?;
            }
            Ok(sqlx::query_with(
                sqlx::AssertSqlSafe(statement.text),
                arguments,
            ))
        }

        async fn found(
            connection: &mut PoolConnection<$database>,
            statement: Statement,
            kinds: &[Kind],
        ) -> Result<Vec<Found>, sqlx::Error> {
            let rows = prepared(statement)?.fetch_all(&mut **connection).await?;
            let cell = |row: &<$database as Database>::Row, at: usize, kind: &Kind| {
                Ok(match kind {
                    Kind::Text => row.try_get::<Option<String>, _>(at)?.map(Value::Text),
                    Kind::Integer => row.try_get::<Option<i64>, _>(at)?.map(Value::Integer),
                    Kind::Number => row.try_get::<Option<f64>, _>(at)?.map(Value::Number),
                    Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(at)?.map(Value::Bytes),
                })
            };
            rows.iter()
                .map(|row| {
                    kinds
                        .iter()
                        .enumerate()
                        .map(|(at, kind)| cell(row, at, kind))
                        .collect()
                })
                .collect()
        }
    };
}

pub(super) use engine;
