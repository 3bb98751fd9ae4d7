//! From a URL to a reader.

use super::connect::Connector;
use super::reader::PARALLEL;
use super::{ObjectStoreReader, UrlGuard};
use crate::{RangeReader, ReadError, ReadErrorKind};
use bytes::Bytes;
use core::time::Duration;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::client::HttpConnector;
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{BackoffConfig, ObjectStore, RetryConfig};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// How stores are reached.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoreOptions {
    /// Settings of the stores by the names of `object_store`, which are also
    /// those of the environment, in lower case (one that no store knows is an error of `open`): `aws_region`, `aws_endpoint`,
    /// `aws_skip_signature`, `google_service_account`, `azure_storage_account_name` …
    pub config: HashMap<String, String>,
    /// Take settings from the environment too (`AWS_*`, `GOOGLE_*`, `AZURE_*`).
    pub environment: bool,
    /// Guards `http` and `https` URLs. Buckets (`s3`, `gs`, `az`) are reached
    /// by configuration, not by what a URL says, and are not guarded.
    pub guard: Option<Arc<dyn UrlGuard>>,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest wait for the next bytes.
    pub read_timeout: Duration,
    /// Longest request as a whole.
    pub timeout: Duration,
    /// Further tries after a failure that may pass, and of an answer that broke off.
    pub retries: usize,
    /// Time after which nothing is tried again.
    pub retry_timeout: Duration,
    /// Requests of one read that run at the same time.
    pub parallel: usize,
    /// Replaces the HTTP client; guard and timeouts are then its own affair.
    pub connector: Option<Arc<dyn HttpConnector>>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            config: HashMap::new(),
            environment: true,
            guard: None,
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(15),
            timeout: Duration::from_secs(60),
            retries: 3,
            retry_timeout: Duration::from_secs(20),
            parallel: PARALLEL,
            connector: None,
        }
    }
}

impl StoreOptions {
    /// Sets one setting; see [`config`](Self::config).
    #[must_use]
    pub fn with_config(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.config.insert(key.into(), value.into());
        self
    }

    /// Sets whether settings are taken from the environment too.
    #[must_use]
    pub const fn with_environment(mut self, environment: bool) -> Self {
        self.environment = environment;
        self
    }

    /// Sets the guard of `http` and `https` URLs.
    #[must_use]
    pub fn with_guard(mut self, guard: Arc<dyn UrlGuard>) -> Self {
        self.guard = Some(guard);
        self
    }

    /// Sets the longest waits: for a connection, for the next bytes, for a request as a whole.
    #[must_use]
    pub const fn with_timeouts(
        mut self,
        connect: Duration,
        read: Duration,
        whole: Duration,
    ) -> Self {
        self.connect_timeout = connect;
        self.read_timeout = read;
        self.timeout = whole;
        self
    }

    /// Sets how often and how long a failure that may pass is tried again.
    #[must_use]
    pub const fn with_retries(mut self, retries: usize, timeout: Duration) -> Self {
        self.retries = retries;
        self.retry_timeout = timeout;
        self
    }

    /// Sets how many requests of one read run at the same time, at least one.
    #[must_use]
    pub fn with_parallel(mut self, requests: usize) -> Self {
        self.parallel = requests.max(1);
        self
    }

    /// Replaces the HTTP client.
    #[must_use]
    pub fn with_connector(mut self, connector: Arc<dyn HttpConnector>) -> Self {
        self.connector = Some(connector);
        self
    }

    fn retry(&self) -> RetryConfig {
        RetryConfig {
            backoff: BackoffConfig {
                init_backoff: Duration::from_millis(100),
                max_backoff: Duration::from_secs(5),
                base: 2.0,
            },
            max_retries: self.retries,
            retry_timeout: self.retry_timeout,
        }
    }
}

/// Opens URLs; files of one bucket share a store, and all share connections.
///
/// | URL | store |
/// | --- | --- |
/// | `s3://bucket/key`, `s3a://` | Amazon S3 and what speaks its protocol |
/// | `gs://bucket/key` | Google Cloud Storage |
/// | `az://container/key`, `abfs[s]://container@account.host/key`, `adl://`, `azure://` | Azure |
/// | `http://…`, `https://…` | any server with range requests, query strings kept |
/// | `file:///path`, or a path without a scheme | a local file |
///
/// Confining local paths to what may be read is the caller's job.
#[derive(Debug)]
pub struct Stores {
    options: StoreOptions,
    plain: SharedConnector,
    guarded: SharedConnector,
    buckets: Mutex<HashMap<String, Arc<dyn ObjectStore>>>,
}

/// Buckets kept open; strangers may name any number of them.
const MAX_BUCKETS: usize = 256;

impl Default for Stores {
    fn default() -> Self {
        Self::new(StoreOptions::default())
    }
}

impl Stores {
    /// Stores that are reached as `options` says. Nothing is connected yet.
    #[must_use]
    pub fn new(options: StoreOptions) -> Self {
        let connector = |guarded: bool| {
            SharedConnector(match &options.connector {
                Some(connector) => Arc::clone(connector),
                None => Arc::new(Connector::new(options.clone(), guarded)),
            })
        };
        Self {
            plain: connector(false),
            guarded: connector(true),
            options,
            buckets: Mutex::default(),
        }
    }

    /// A reader of what the URL names. Only a local file is opened at once;
    /// elsewhere, what is not there is noticed by the first read.
    ///
    /// # Errors
    ///
    /// [`ReadError`]: not a URL that can be opened, a refused one, no such local file.
    pub fn open(&self, url: &str) -> Result<Arc<dyn RangeReader>, ReadError> {
        let Some((scheme, _)) = url.split_once("://") else {
            return open_file(url);
        };
        let parsed = Url::parse(url).map_err(|e| {
            unsupported(format!(
                "{url} is not a URL: {e}; a local file needs no scheme"
            ))
        })?;
        match scheme.to_ascii_lowercase().as_str() {
            "file" => match parsed.to_file_path() {
                Ok(path) => open_file(&path.to_string_lossy()),
                Err(()) => Err(unsupported(format!(
                    "{url} does not name a local file; three slashes follow \"file:\""
                ))),
            },
            _ => Ok(Arc::new(self.open_remote(url, &parsed)?)),
        }
    }

    /// All bytes of what the URL names, if they are at most `limit`: for documents, whose
    /// servers often know nothing of byte ranges.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and as its reader's first read; [`ReadErrorKind::Unsupported`] for
    /// more than `limit` bytes.
    pub async fn read_all(&self, url: &str, limit: u64) -> Result<Bytes, ReadError> {
        let remote = match Url::parse(url) {
            Ok(parsed) if url.contains("://") && parsed.scheme() != "file" => parsed,
            _ => return read_within(&*self.open(url)?, url, limit).await,
        };
        self.open_remote(url, &remote)?.read_all(limit).await
    }

    fn open_remote(&self, url: &str, parsed: &Url) -> Result<ObjectStoreReader, ReadError> {
        match parsed.scheme() {
            "http" | "https" => self.open_http(url, parsed),
            "s3" | "s3a" | "gs" | "az" | "azure" | "adl" | "abfs" | "abfss" => {
                self.open_bucket(url, parsed)
            }
            other => Err(unsupported(format!(
                "{url}: the scheme {other} is not known; s3, gs, az, http, https and file are"
            ))),
        }
    }

    fn open_http(&self, url: &str, parsed: &Url) -> Result<ObjectStoreReader, ReadError> {
        // The whole URL is the store's base, so that its path and query (a
        // signature, often) go out exactly as they came.
        let mut base = parsed.clone();
        base.set_fragment(None);
        let store = HttpBuilder::new()
            .with_url(base)
            .with_retry(self.options.retry())
            .with_http_connector(self.guarded.clone())
            .build()
            .map_err(|e| explain(url, e))?;
        Ok(self.reader(Arc::new(store), Path::default(), url))
    }

    fn reader(&self, store: Arc<dyn ObjectStore>, path: Path, url: &str) -> ObjectStoreReader {
        ObjectStoreReader::new(store, path, url)
            .with_parallel(self.options.parallel)
            .with_resumes(self.options.retries)
    }

    fn open_bucket(&self, url: &str, parsed: &Url) -> Result<ObjectStoreReader, ReadError> {
        let path = Path::from_url_path(parsed.path())
            .map_err(|e| unsupported(format!("{url} does not name an object: {e}")))?;
        if path.as_ref().is_empty() {
            return Err(unsupported(format!(
                "{url} names a bucket, not an object in it"
            )));
        }
        if let Some(key) = self.options.config.keys().find(|key| !is_setting(key)) {
            return Err(unsupported(format!(
                "no store has a setting {key:?}; settings are named as object_store's keys, for example aws_endpoint"
            )));
        }
        let bucket = &parsed[..url::Position::BeforePath];
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let store = match buckets.get(bucket) {
            Some(store) => Arc::clone(store),
            None => {
                let store = self.build(parsed).map_err(|e| explain(url, e))?;
                if buckets.len() >= MAX_BUCKETS {
                    buckets.clear();
                }
                buckets.insert(bucket.to_owned(), Arc::clone(&store));
                store
            }
        };
        Ok(self.reader(store, path, url))
    }

    fn build(&self, url: &Url) -> object_store::Result<Arc<dyn ObjectStore>> {
        let options = &self.options;
        let bucket = &url[..url::Position::BeforePath];
        macro_rules! builder {
            ($type:ty) => {{
                let mut builder = if options.environment {
                    <$type>::from_env()
                } else {
                    <$type>::new()
                };
                for (key, value) in &options.config {
                    // Settings of other stores are in the same list.
                    if let Ok(key) = key.to_ascii_lowercase().parse() {
                        builder = builder.with_config(key, value);
                    }
                }
                builder
                    .with_url(bucket)
                    .with_retry(options.retry())
                    .with_http_connector(self.plain.clone())
            }};
        }
        Ok(match url.scheme() {
            "s3" | "s3a" => {
                let mut builder = builder!(AmazonS3Builder);
                // GDAL's name for public buckets.
                let unsigned = std::env::var("AWS_NO_SIGN_REQUEST").is_ok_and(|value| {
                    ["yes", "true", "on", "1"].contains(&value.to_ascii_lowercase().as_str())
                });
                if options.environment && unsigned {
                    builder = builder.with_skip_signature(true);
                }
                Arc::new(builder.build()?)
            }
            "gs" => Arc::new(builder!(GoogleCloudStorageBuilder).build()?),
            _ => Arc::new(builder!(MicrosoftAzureBuilder).build()?),
        })
    }
}

#[cfg(feature = "file")]
fn open_file(path: &str) -> Result<Arc<dyn RangeReader>, ReadError> {
    Ok(Arc::new(crate::FileReader::open(path)?))
}

#[cfg(not(feature = "file"))]
fn open_file(path: &str) -> Result<Arc<dyn RangeReader>, ReadError> {
    Err(unsupported(format!(
        "{path} is a local file, and this build cannot read those (feature `file`)"
    )))
}

/// All bytes behind a reader, if they are at most `limit`.
async fn read_within(reader: &dyn RangeReader, url: &str, limit: u64) -> Result<Bytes, ReadError> {
    let all = 0..limit.saturating_add(1);
    let mut found = reader.read_ranges(core::slice::from_ref(&all)).await?;
    let bytes = found.pop().unwrap_or_default();
    if bytes.len() as u64 > limit {
        return Err(too_large(url, limit));
    }
    Ok(bytes)
}

/// More bytes than the caller takes.
pub(super) fn too_large(name: &str, limit: u64) -> ReadError {
    unsupported(format!(
        "{name} has more than the {limit} bytes that a document may have"
    ))
}

/// Some store knows it.
fn is_setting(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.parse::<AmazonS3ConfigKey>().is_ok()
        || key.parse::<GoogleConfigKey>().is_ok()
        || key.parse::<AzureConfigKey>().is_ok()
}

fn unsupported(message: String) -> ReadError {
    ReadError::new(ReadErrorKind::Unsupported, message)
}

fn explain(url: &str, error: object_store::Error) -> ReadError {
    ReadError::new(
        ReadErrorKind::Unsupported,
        format!("the store of {url} is not configured as it needs to be"),
    )
    .with_source(error)
}

/// One connector for many builders, which each want their own.
#[derive(Clone, Debug)]
struct SharedConnector(Arc<dyn HttpConnector>);

impl HttpConnector for SharedConnector {
    fn connect(
        &self,
        options: &object_store::ClientOptions,
    ) -> object_store::Result<object_store::client::HttpClient> {
        self.0.connect(options)
    }
}
