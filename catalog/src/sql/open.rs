//! From a path or an address to a catalog.

#[cfg(any(feature = "mysql", feature = "postgres"))]
use super::address::Address;
use super::{dialect::Dialect, engine::Engine};
use crate::{Catalog, Error, Keys};
use core::{str::FromStr, time::Duration};
use std::{path::PathBuf, sync::Arc};

/// What keeps the datasets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Provider {
    /// A SQLite file: `sqlite`.
    Sqlite,
    /// A SQLite file in an object store or behind HTTP, only to be read: `sqlite-remote`.
    SqliteRemote,
    /// MySQL or MariaDB: `mysql`.
    MySql,
    /// PostgreSQL: `postgresql`.
    PostgreSql,
}

impl Provider {
    /// By the scheme of an address; what has none of them is a SQLite file.
    #[must_use]
    pub fn of(place: &str) -> Self {
        let scheme = place.split_once("://").map_or("", |(scheme, _)| scheme);
        match scheme.to_ascii_lowercase().as_str() {
            "mysql" | "mariadb" => Self::MySql,
            "postgresql" | "postgres" => Self::PostgreSql,
            "s3" | "s3a" | "gs" | "az" | "azure" | "abfs" | "abfss" | "adl" | "http" | "https" => {
                Self::SqliteRemote
            }
            _ => Self::Sqlite,
        }
    }

    /// Terracotta's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::SqliteRemote => "sqlite-remote",
            Self::MySql => "mysql",
            Self::PostgreSql => "postgresql",
        }
    }
}

impl FromStr for Provider {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let all = [
            Self::Sqlite,
            Self::SqliteRemote,
            Self::MySql,
            Self::PostgreSql,
        ];
        all.into_iter()
            .find(|one| one.name() == name)
            .ok_or_else(|| {
                let names = all.map(Self::name).join(", ");
                Error::invalid(format!("Unknown database provider {name} (known: {names})"))
            })
    }
}

impl core::fmt::Display for Provider {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

/// How a catalog is reached.
#[derive(Clone)]
#[non_exhaustive]
pub struct OpenOptions {
    /// What keeps it; `None` tells by its address.
    pub provider: Option<Provider>,
    /// Never write.
    pub read_only: bool,
    /// Who to be where the address does not say: Terracotta's `SQL_USER`.
    pub user: Option<String>,
    /// The password where the address does not say: Terracotta's `SQL_PASSWORD`. No message repeats it.
    pub password: Option<String>,
    /// Longest wait for a connection to a server: Terracotta's `DB_CONNECTION_TIMEOUT`.
    pub timeout: Duration,
    /// Longest wait for a server's answer.
    pub patience: Duration,
    /// How long after a server gave no connection in time nobody else waits for one: requests then fail at
    /// once, and after it one of them goes to see. Zero lets all wait.
    pub outage: Duration,
    /// Time after which a SQLite file is looked at again, by the next request, whether another file has taken
    /// its place; whoever writes always looks.
    pub recheck: Duration,
    /// Most connections, at least one.
    pub connections: u32,
    /// Where copies of remote SQLite files are kept: Terracotta's `REMOTE_DB_CACHE_DIR`.
    pub cache_folder: PathBuf,
    /// Time after which a remote file is looked at again: Terracotta's `REMOTE_DB_CACHE_TTL`.
    pub cache_ttl: Duration,
    /// Most bytes of a remote file.
    pub most_bytes: u64,
    /// Settings of the object store by the names of `object_store` (`aws_endpoint` …), before those of the
    /// environment (`AWS_*`, `GOOGLE_*`, `AZURE_*`). No message repeats them.
    pub store: Vec<(String, String)>,
    /// Told what went wrong where nobody waits for an answer: a remote file that could not be refreshed.
    pub warn: Option<Warn>,
}

/// Takes a message for whoever runs the program.
pub type Warn = Arc<dyn Fn(&str) + Send + Sync>;

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            provider: None,
            read_only: false,
            user: None,
            password: None,
            timeout: Duration::from_secs(10),
            patience: Duration::from_secs(60),
            outage: Duration::from_secs(1),
            recheck: Duration::from_secs(2),
            connections: 8,
            cache_folder: std::env::temp_dir().join("smalti-catalogs"),
            cache_ttl: Duration::from_secs(600),
            most_bytes: 4 << 30,
            store: Vec::new(),
            warn: None,
        }
    }
}

impl core::fmt::Debug for OpenOptions {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("OpenOptions")
            .field("provider", &self.provider)
            .field("read_only", &self.read_only)
            .field("user", &self.user)
            .field("password", &self.password.as_ref().map(|_| "***"))
            .field("timeout", &self.timeout)
            .field("patience", &self.patience)
            .field("outage", &self.outage)
            .field("recheck", &self.recheck)
            .field("connections", &self.connections)
            .field("cache_folder", &self.cache_folder)
            .field("cache_ttl", &self.cache_ttl)
            .field("most_bytes", &self.most_bytes)
            .finish_non_exhaustive()
    }
}

impl OpenOptions {
    /// Sets what keeps the datasets; the address then needs no scheme.
    #[must_use]
    pub const fn with_provider(mut self, provider: Provider) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Sets whether nothing is ever written.
    #[must_use]
    pub const fn with_read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// Sets who to be where the address does not say.
    #[must_use]
    pub fn with_user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// Sets the password where the address does not say.
    #[must_use]
    pub fn with_password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Sets the longest waits: for a connection to a server, and for its answer.
    #[must_use]
    pub const fn with_timeouts(mut self, connect: Duration, answer: Duration) -> Self {
        self.timeout = connect;
        self.patience = answer;
        self
    }

    /// Sets how long nobody else waits for a server that gave no connection in time.
    #[must_use]
    pub const fn with_outage(mut self, outage: Duration) -> Self {
        self.outage = outage;
        self
    }

    /// Sets when a SQLite file is looked at again whether another has taken its place.
    #[must_use]
    pub const fn with_recheck(mut self, recheck: Duration) -> Self {
        self.recheck = recheck;
        self
    }

    /// Sets how many connections there are at most, at least one.
    #[must_use]
    pub fn with_connections(mut self, connections: u32) -> Self {
        self.connections = connections.max(1);
        self
    }

    /// Sets where copies of remote SQLite files are kept, and when they are looked at again.
    #[must_use]
    pub fn with_cache(mut self, folder: impl Into<PathBuf>, ttl: Duration) -> Self {
        self.cache_folder = folder.into();
        self.cache_ttl = ttl;
        self
    }

    /// Sets the most bytes of a remote file.
    #[must_use]
    pub const fn with_most_bytes(mut self, bytes: u64) -> Self {
        self.most_bytes = bytes;
        self
    }

    /// Adds a setting of the object store.
    #[must_use]
    pub fn with_store(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.store.push((name.into(), value.into()));
        self
    }

    /// Sets who is told of what goes wrong where nobody waits.
    #[must_use]
    pub fn with_warn(mut self, warn: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.warn = Some(Arc::new(warn));
        self
    }

    fn provider_of(&self, place: &str) -> Result<Provider, Error> {
        if place.is_empty() {
            return Err(Error::invalid("Database url or path must not be empty"));
        }
        Ok(self.provider.unwrap_or_else(|| Provider::of(place)))
    }
}

/// Opens a catalog that Terracotta 0.8 to 0.11 or this crate made.
///
/// | Place | Provider |
/// | --- | --- |
/// | a path, `sqlite:///PATH` | SQLite |
/// | `mysql://user:password@host:3306/database`, `mariadb://` | MySQL, MariaDB |
/// | `postgresql://user:password@host:5432/database`, `postgres://` | PostgreSQL |
/// | `s3://bucket/key`, `gs://`, `az://`, `http://`, `https://` | SQLite, only to be read |
///
/// The scheme may be left out where [`OpenOptions::provider`] says what it is. Of servers, settings
/// behind `?` are those of sqlx: `ssl-mode` and `ssl-ca` (MySQL), `sslmode` and `sslrootcert` (PostgreSQL).
///
/// # Errors
///
/// [`Error::Invalid`] for an address that is none, or a provider whose feature this build lacks;
/// [`Error::Unusable`] for what is no catalog; [`Error::Unavailable`] for a server that does not answer.
pub async fn open(place: &str, options: &OpenOptions) -> Result<Arc<dyn Catalog>, Error> {
    match options.provider_of(place)? {
        #[cfg(feature = "sqlite")]
        Provider::Sqlite => {
            let catalog = super::SqliteCatalog::open_with(file(place), options).await?;
            Ok(Arc::new(catalog))
        }
        #[cfg(feature = "sqlite-remote")]
        Provider::SqliteRemote => {
            let catalog = super::RemoteSqliteCatalog::open_url(place, options).await?;
            Ok(Arc::new(catalog))
        }
        #[cfg(feature = "mysql")]
        Provider::MySql => {
            let address = Address::parse(place, "mysql", 3306)?;
            Ok(Arc::new(super::mysql::open(&address, options).await?))
        }
        #[cfg(feature = "postgres")]
        Provider::PostgreSql => {
            let address = Address::parse(place, "postgresql", 5432)?;
            Ok(Arc::new(super::postgres::open(&address, options).await?))
        }
        #[allow(unreachable_patterns, reason = "only where a feature is off")]
        provider => Err(missing(provider)),
    }
}

/// Makes a catalog, and of a server also the database if it is not there; opens it.
///
/// # Errors
///
/// [`open`]'s; [`Error::Unusable`] if there is a catalog already, or anything else: tables of another program
/// are not added to; [`Error::ReadOnly`] for a place that can
/// only be read.
pub async fn create(
    place: &str,
    keys: &Keys,
    options: &OpenOptions,
) -> Result<Arc<dyn Catalog>, Error> {
    if options.read_only {
        return Err(Error::invalid("what is only to be read cannot be made"));
    }
    match options.provider_of(place)? {
        #[cfg(feature = "sqlite")]
        Provider::Sqlite => {
            let catalog = super::SqliteCatalog::create_with(file(place), keys, options).await?;
            Ok(Arc::new(catalog))
        }
        #[cfg(feature = "mysql")]
        Provider::MySql => {
            let address = Address::parse(place, "mysql", 3306)?;
            Ok(Arc::new(
                super::mysql::create(&address, keys, options).await?,
            ))
        }
        #[cfg(feature = "postgres")]
        Provider::PostgreSql => {
            let address = Address::parse(place, "postgresql", 5432)?;
            Ok(Arc::new(
                super::postgres::create(&address, keys, options).await?,
            ))
        }
        #[cfg(feature = "sqlite-remote")]
        Provider::SqliteRemote => Err(Error::ReadOnly(super::remote::place(place))),
        #[allow(unreachable_patterns, reason = "only where a feature is off")]
        provider => Err(missing(provider)),
    }
}

/// A database to which there are connections, whatever it holds.
pub(super) struct Opened {
    pub(super) engine: Box<dyn Engine>,
    pub(super) dialect: Dialect,
    /// For messages: without the password.
    pub(super) place: String,
    /// The file, of SQLite.
    pub(super) file: Option<std::path::PathBuf>,
    pub(super) is_writable: bool,
}

impl core::fmt::Debug for Opened {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Opened({})", self.place)
    }
}

/// Connects to a database that is there.
pub(super) async fn connect(place: &str, options: &OpenOptions) -> Result<Opened, Error> {
    let is_writable = !options.read_only;
    match options.provider_of(place)? {
        #[cfg(feature = "sqlite")]
        Provider::Sqlite => {
            use super::sqlite_file::{Access, connect};
            let access = match options.read_only {
                true => Access::Read,
                false => Access::Write,
            };
            let file = file(place);
            let place = file.display().to_string();
            Ok(Opened {
                engine: Box::new(connect(file, &place, access, options).await?),
                dialect: Dialect::Sqlite,
                place,
                file: Some(file.to_owned()),
                is_writable,
            })
        }
        #[cfg(feature = "mysql")]
        Provider::MySql => {
            let address = Address::parse(place, "mysql", 3306)?;
            Ok(Opened {
                engine: Box::new(super::mysql::connect(&address, options).await?),
                dialect: super::mysql::DIALECT,
                place: address.place(),
                file: None,
                is_writable,
            })
        }
        #[cfg(feature = "postgres")]
        Provider::PostgreSql => {
            let address = Address::parse(place, "postgresql", 5432)?;
            Ok(Opened {
                engine: Box::new(super::postgres::connect(&address, options).await?),
                dialect: Dialect::Postgres,
                place: address.place(),
                file: None,
                is_writable,
            })
        }
        #[cfg(feature = "sqlite-remote")]
        Provider::SqliteRemote => Err(Error::ReadOnly(super::remote::place(place))),
        #[allow(unreachable_patterns, reason = "only where a feature is off")]
        provider => Err(missing(provider)),
    }
}

fn missing(provider: Provider) -> Error {
    Error::invalid(format!("this build knows no databases of {provider}"))
}

/// The path of a SQLite file: as it is, or behind `sqlite:///` as Terracotta has it.
#[cfg(feature = "sqlite")]
pub(super) fn file(place: &str) -> &std::path::Path {
    std::path::Path::new(place.strip_prefix("sqlite:///").unwrap_or(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_told_by_the_scheme() {
        for (place, provider) in [
            ("a.sqlite", Provider::Sqlite),
            ("sqlite:///a.sqlite", Provider::Sqlite),
            ("C:\\a.sqlite", Provider::Sqlite),
            ("S3://bucket/key", Provider::SqliteRemote),
            ("https://host/a.sqlite", Provider::SqliteRemote),
            ("mysql://host/a", Provider::MySql),
            ("postgres://host/a", Provider::PostgreSql),
        ] {
            assert_eq!(Provider::of(place), provider, "{place}");
            assert_eq!(provider.name().parse::<Provider>().unwrap(), provider);
        }
        assert!("oracle".parse::<Provider>().is_err());
    }
}
